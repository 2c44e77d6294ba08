"""Permutation tests of a gap between subgroups: labels of rows, or of the people they share.

Method: two groups' rates differ by so many of their standard errors under equality, and the
largest such contrast is the statistic (a studentised maximum, so that a small group's noise does
not dominate; Chung and Romano 2013). What it is compared with comes from permuting group labels:
over rows where they are independent, over people where rows share them, and, where a candidate is
about many people, over candidates with their people left together. The standard error counts what
rows of one person have in common (intraclass correlation), so that the test holds where a group's
people have more rows than another's.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from itertools import count
from typing import TypedDict

import numpy as np
from scipy import sparse

from workbench.analysis.correlation import Ties, excess_of, sharing_of, ties_of
from workbench.analysis.kernels import compiled
from workbench.analysis.subgroups import (
    PARTS,
    Attribute,
    Bools,
    Floats,
    Incidence,
    Ints,
    Outcomes,
    Pairs,
    Sharing,
)
from workbench.analysis.tables import IntArray

FIRST, CLEAR = 200, 100  # permutations drawn at first; as extreme ones at which it stops
ROUNDING = 1e-12  # 0.55 - 0.5 is stored as a little more than 0.05
Sums = tuple[Ints, Ints, Floats]  # denominators, errors, excess from shared people


def wider(gap: float, margin: float) -> bool:
    """True for a gap beyond the margin; what floating point adds to shares counts for nothing."""
    return gap > margin + ROUNDING


class Side(TypedDict):
    """One of two groups that are compared: its rate, and of how many."""

    group: str
    rate: float
    n: int


class Contrast(TypedDict):
    """The two groups whose difference a test rests on: `worse` has the higher error rate."""

    worse: Side
    better: Side


@dataclass(frozen=True, slots=True)
class GapTest:
    """`gap` is highest minus lowest rate over groups with a denominator; `between` names them.

    `contrast` is what `p_value` speaks of: the two groups that differ by most standard errors
    among those further apart than the margin (among all, where none is), which are seldom the two
    furthest apart. None where no rate differs.

    `gap` and `p_value` are None where fewer than two groups have a denominator. `p_value` is that
    of the contrasts wider than the margin (of all, where none is), so that a gap which rests on a
    few rows is not carried by a narrow one that rests on many. `pooled` is the rate over all
    groups; `n_min` the smallest denominator.
    """

    gap: float | None
    p_value: float | None
    between: tuple[str, ...]
    pooled: float | None
    n_min: int
    contrast: Contrast | None = None


@dataclass(frozen=True, slots=True)
class Null:
    """`excess` of the observed groups, and what draws the sums of so many permutations."""

    excess: Floats
    draw: Callable[[int], Sums]


def gap_test(
    outcomes: Outcomes,
    attribute: Attribute,
    metric: str,
    *,
    margin: float,
    n_permutations: int,
    seed: int,
) -> GapTest:
    """Test that `metric` is equal in all subgroups of `attribute`.

    Cost: independent rows take time in groups and permutations alone; shared people take one
    pass over the rows per permutation.
    """
    counted = _of_metric(outcomes, outcomes.incidence(attribute), metric)
    k = len(counted.groups)
    error = np.isin(outcomes.cells[counted.outcome], PARTS[metric][0])
    n = np.bincount(counted.group, minlength=k)
    e = np.bincount(counted.group[error], minlength=k)
    pooled = float(e.sum() / n.sum()) if n.sum() else None
    n_min = int(n.min()) if k else 0
    if pooled is None or (n > 0).sum() < 2:
        return GapTest(None, None, (), pooled, n_min)
    rate = np.divide(e, n, out=np.full(k, np.nan), where=n > 0)
    low, high = int(np.nanargmin(rate)), int(np.nanargmax(rate))
    gap = float(rate[high] - rate[low])
    between = (counted.groups[low], counted.groups[high]) if gap else ()
    if pooled in (0.0, 1.0):
        return GapTest(gap, 1.0, between, pooled, n_min)
    null = _null(outcomes, attribute, counted, error, np.random.default_rng(seed))
    observed, *ends = _widest(rate, _spread(n, null.excess, pooled), margin)
    p_value = _exceeded(null, observed, n_permutations, k)
    worse, better = (Side(group=counted.groups[g], rate=float(rate[g]), n=int(n[g])) for g in ends)
    contrast = Contrast(worse=worse, better=better) if gap else None
    return GapTest(gap, p_value, between, pooled, n_min, contrast)


def _exceeded(null: Null, observed: float, n_permutations: int, k: int) -> float:
    """The p-value; drawing stops at the `CLEAR`-th permutation that is as extreme.

    Stopping where p is far above any level that matters keeps the test exact: the l-th draw being
    the h-th as extreme, p is h / l (Besag and Clifford 1991).
    """
    drawn = beyond = 0
    while drawn < n_permutations:
        size = min(max(FIRST, drawn), n_permutations - drawn, max(1, 1_000_000 // k))
        simulated = _bounds(*null.draw(size))
        extreme = beyond + np.cumsum(simulated >= observed - 1e-9)
        if extreme[-1] >= CLEAR:
            return CLEAR / (drawn + 1 + int(np.searchsorted(extreme, CLEAR)))
        beyond = int(extreme[-1])
        drawn += size
    return (1 + beyond) / (1 + drawn)


def _of_metric(outcomes: Outcomes, incidence: Incidence, metric: str) -> Incidence:
    keep = np.isin(outcomes.cells[incidence.outcome], PARTS[metric][1])
    return Incidence(incidence.outcome[keep], incidence.group[keep], incidence.groups)


def _spread(n: Ints, excess: Floats, pooled: Floats | float) -> Floats:
    """Variance of each group's rate under equality; infinite without rows."""
    out: Floats = np.full(n.shape, np.inf)
    np.divide(n + excess, n.astype(np.float64) ** 2, out=out, where=n > 0)
    out *= pooled * (1 - pooled)
    return out


def _bounds(n: Ints, e: Ints, excess: Floats) -> Floats:
    """Per permutation, no less than its largest studentised contrast between two groups.

    With z the deviation of each group from the pooled rate in its own standard errors, a contrast
    is at most the root of the two squares (Cauchy and Schwarz); for two groups it is that.
    """
    pooled = e.sum(axis=-1, keepdims=True) / n.sum(axis=-1, keepdims=True)
    rate = np.divide(e, n, out=np.zeros(n.shape), where=n > 0)
    z = (rate - pooled) / np.sqrt(_spread(n, excess, pooled))
    high, low = z.max(axis=-1), z.min(axis=-1)
    both: Floats = np.hypot(np.maximum(high, 0.0), np.minimum(low, 0.0))
    return both


def _widest(rate: Floats, spread: Floats, margin: float) -> tuple[float, int, int]:
    """Largest studentised contrast among those wider than `margin`, else among all, and the
    positions of its higher and its lower rate."""
    some = np.flatnonzero(np.isfinite(spread))
    rates, spreads = rate[some], spread[some]
    eligible = overall = (0.0, int(some[0]), int(some[0]))
    for high, r, v in zip(some.tolist(), rates.tolist(), spreads.tolist(), strict=True):
        apart = r - rates
        contrast = apart / np.sqrt(v + spreads)
        at = int(contrast.argmax())
        overall = max(overall, (float(contrast[at]), high, int(some[at])), key=_statistic)
        contrast[~(apart > margin + ROUNDING)] = 0.0
        at = int(contrast.argmax())
        eligible = max(eligible, (float(contrast[at]), high, int(some[at])), key=_statistic)
    return eligible if eligible[0] else overall


def _statistic(found: tuple[float, int, int]) -> float:
    return found[0]


def _null(
    outcomes: Outcomes,
    attribute: Attribute,
    counted: Incidence,
    error: Bools,
    rng: np.random.Generator,
) -> Null:
    if outcomes.in_pairs:
        return _pairs_move(outcomes, attribute, counted, error, rng)
    if outcomes.sharing is Sharing.PEOPLE:
        return _errors_move(outcomes, counted, error, rng)
    if outcomes.sharing is Sharing.CLUSTER:
        return _clusters_move(outcomes, counted, error, rng)
    k = len(counted.groups)
    patterns = np.array([[1, 0], [1, 1]], dtype=np.int64)
    multiplicity = np.array([(~error).sum(), error.sum()], dtype=np.int64)
    sizes = np.bincount(counted.group, minlength=k)
    return Null(np.zeros(k), partial(_deal, patterns, multiplicity, sizes, 0.0, rng))


def _deal(
    patterns: Ints,
    multiplicity: Ints,
    sizes: Ints,
    correlation: float,
    rng: np.random.Generator,
    n_permutations: int,
) -> Sums:
    """Deal people to groups of fixed sizes at random: the permutation of labels, by counts.

    ``patterns[u]`` is (denominator, errors) of ``multiplicity[u]`` people each; group g takes
    ``sizes[g]`` people. The same distribution as shuffling labels one by one.
    """
    shape = (n_permutations, len(sizes))
    room = np.broadcast_to(sizes.astype(np.int64), shape).copy()
    n, e, q = np.zeros(shape, np.int64), np.zeros(shape, np.int64), np.zeros(shape)
    for (rows, errors), people in zip(patterns.tolist(), multiplicity.tolist(), strict=True):
        left = np.full(n_permutations, people, dtype=np.int64)
        beyond = room.sum(axis=1)
        for g in range(len(sizes)):
            beyond -= room[:, g]
            drawn = rng.hypergeometric(room[:, g], beyond, left)
            left -= drawn
            room[:, g] -= drawn
            n[:, g] += rows * drawn
            e[:, g] += errors * drawn
            q[:, g] += correlation * rows * (rows - 1) * drawn
    return n, e, q


def _clusters_move(
    outcomes: Outcomes, counted: Incidence, error: Bools, rng: np.random.Generator
) -> Null:
    """Each row belongs to one person: labels move between people.

    Where one person's rows lie in several groups, whole people change places with others of as
    many rows, and labels within a person.
    """
    person = np.unique(outcomes.persons[counted.outcome], return_inverse=True)[1].reshape(-1)
    k, n_people = len(counted.groups), int(person.max()) + 1
    ties = ties_of(np.arange(len(person)), person, error)
    excess = excess_of(counted.group, (ties,), k)
    label = np.full(n_people, -1, dtype=np.int32)
    label[person] = counted.group
    if np.any(label[person] != counted.group):
        return Null(excess, _within_blocks(counted.group, error, ties, k, rng))
    size = np.bincount(person, minlength=n_people)
    wrong = np.bincount(person[error], minlength=n_people)
    patterns, multiplicity = np.unique(np.c_[size, wrong], axis=0, return_counts=True)
    if 4 * len(patterns) * k < len(person):
        taken = np.bincount(label, minlength=k)
        return Null(excess, partial(_deal, patterns, multiplicity, taken, ties.correlation, rng))
    moved = (rng.permutation(label)[person] for _ in count())
    return Null(excess, partial(_tally, moved, error, (ties,), k))


def _within_blocks(
    group: IntArray, error: Bools, ties: Ties, k: int, rng: np.random.Generator
) -> Callable[[int], Sums]:
    """Groups of rows with people of equal size changed places and labels shuffled within."""
    size = np.diff(ties.start)
    rows = ties.order[np.argsort(np.repeat(size, size), kind="stable")]  # people by their size
    size = np.sort(size)
    start = np.r_[0, np.cumsum(size)].astype(np.int32)
    in_place = Ties(np.arange(len(rows), dtype=np.int32), start, ties.correlation)
    sizes, first = np.unique(size, return_index=True)
    ends = start[np.r_[first, len(size)]]
    held = group[rows]
    draws = (_blocks_moved(held, sizes.astype(np.int32), ends, rng) for _ in count())
    return partial(_tally, draws, error[rows], (in_place,), k)


@compiled
def _blocks_moved(
    group: IntArray, sizes: IntArray, ends: IntArray, rng: np.random.Generator
) -> IntArray:
    """Rows ``ends[c]`` to ``ends[c + 1]`` belong to people of ``sizes[c]`` rows each, who change
    places; then the labels of each are shuffled (Fisher and Yates)."""
    out = np.empty_like(group)
    for c in range(len(sizes)):
        s, first = sizes[c], ends[c]
        n = (ends[c + 1] - first) // s
        place = np.arange(n)
        for i in range(n - 1, 0, -1):
            j = int(rng.random() * (i + 1))
            place[i], place[j] = place[j], place[i]
        for b in range(n):
            to, of = first + b * s, first + place[b] * s
            for i in range(s):
                out[to + i] = group[of + i]
            for i in range(s - 1, 0, -1):
                j = int(rng.random() * (i + 1))
                out[to + i], out[to + j] = out[to + j], out[to + i]
    return out


def _pairs_move(
    outcomes: Outcomes,
    attribute: Attribute,
    counted: Incidence,
    error: Bools,
    rng: np.random.Generator,
) -> Null:
    """Pairs of people take their subgroup from both: labels move between people, pairs follow."""
    keep = np.isin(outcomes.rows, counted.outcome)
    rows, persons = outcomes.rows[keep], outcomes.persons[keep]
    present, person = np.unique(persons, return_inverse=True)
    label, person = attribute.codes[present], person.reshape(-1)
    width, seen = len(attribute.groups), len(counted.groups)
    ties = (ties_of(np.searchsorted(counted.outcome, rows), person, error),)
    pairs = Pairs.of(rows, person.astype(np.int32), width)
    moved = (pairs.groups(rng.permutation(label)) for _ in count())
    excess = excess_of(counted.group, ties, seen)
    return Null(excess, partial(_tally, moved, error, ties, pairs.n_groups))


def _errors_move(
    outcomes: Outcomes, counted: Incidence, error: Bools, rng: np.random.Generator
) -> Null:
    """Candidates about many people: errors move between candidates, people stay where they are.

    People of one group often stand in one candidate, and one error on it hits them all. Moving
    labels between people would scatter them and take such a clump for a gap. What candidates with
    people in common share is in the standard error of the observed groups alone.
    """
    rows, row = np.unique(counted.outcome, return_inverse=True)
    row = row.reshape(-1)
    shape = (len(rows), len(counted.groups))
    held = sparse.csr_array((np.ones(len(row)), (row, counted.group)), shape=shape)
    wrong = np.zeros(len(rows))
    wrong[row] = error
    turned = held.T.tocsr()
    n = held.sum(axis=0).astype(np.int64)
    clumps = held.power(2).sum(axis=0) - n
    sharing, correlation = sharing_of(outcomes, rows, wrong)
    excess = clumps + correlation * (held * (sharing @ held)).sum(axis=0)

    def draw(n_permutations: int) -> Sums:
        moved = (rng.permutation(wrong) for _ in range(n_permutations))
        e = np.array([turned @ errors for errors in moved], dtype=np.int64)
        return np.broadcast_to(n, e.shape), e, np.broadcast_to(clumps, e.shape)

    return Null(excess, draw)


def _tally(
    draws: Iterator[IntArray], error: Bools, ties: tuple[Ties, ...], k: int, n_permutations: int
) -> Sums:
    n, e = np.zeros((n_permutations, k), np.int64), np.zeros((n_permutations, k), np.int64)
    q = np.zeros((n_permutations, k))
    for i in range(n_permutations):
        group = next(draws)
        _count(group, error, n[i], e[i])
        q[i] = excess_of(group, ties, k)
    return n, e, q


@compiled
def _count(group: IntArray, error: Bools, n: Ints, e: Ints) -> None:
    """Add rows and errors per group to `n` and `e`."""
    for i in range(len(group)):
        n[group[i]] += 1
        if error[i]:
            e[group[i]] += 1
