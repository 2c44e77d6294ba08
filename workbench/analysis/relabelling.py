"""What the rates of groups come to by chance: labels or errors that change places.

Independent rows exchange labels. Where rows belong to people, or are about one or two of them,
people do, and each group's variance is its own. Where candidates are about many people, errors
change places between candidates.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import partial
from itertools import count, islice

import numpy as np
from scipy import sparse

from workbench.analysis.correlation import Ties, sharing_of
from workbench.analysis.kernels import compiled
from workbench.analysis.spread import (
    LEAST_PEOPLE,
    even_people,
    moments_of,
    moments_of_people,
    own_spread,
    pooled_spread,
    summed,
)
from workbench.analysis.subgroups import (
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

Drawn = tuple[Floats, Floats]  # rates and their variances


@dataclass(frozen=True, slots=True)
class Null:
    """`spread` of the observed rates, infinite where a group is not tested, and what draws rates
    and spreads of so many permutations, both of shape (permutations, groups).

    `people` is how many evenly counted people each spread rests on where it is a group's own.
    """

    spread: Floats
    draw: Callable[[int], Drawn]
    people: Floats | None = None


def null_of(
    outcomes: Outcomes,
    attribute: Attribute,
    counted: Incidence,
    error: Bools,
    rng: np.random.Generator,
) -> Null:
    """What changes places if groups are equal: rows, people, or the errors of candidates.

    `counted` is where outcomes with a denominator count, `error` whether each of them is one.
    """
    if outcomes.in_pairs:
        return _pairs_move(outcomes, attribute, counted, error, rng)
    if outcomes.sharing is Sharing.PEOPLE:
        return _errors_move(outcomes, counted, error, rng)
    if outcomes.sharing is Sharing.CLUSTER:
        return _clusters_move(outcomes, counted, error, rng)
    return _rows_move(counted, error, rng)


def _rows_move(counted: Incidence, error: Bools, rng: np.random.Generator) -> Null:
    """Independent rows: labels move between them."""
    patterns = np.array([[1, 0], [1, 1]], dtype=np.int64)
    multiplicity = np.array([(~error).sum(), error.sum()], dtype=np.int64)
    sizes = np.bincount(counted.group, minlength=len(counted.groups))
    pooled = float(error.mean())
    n = sizes.astype(np.int64)
    spread = pooled_spread(n, 0.0, pooled)

    def draw(n_permutations: int) -> Drawn:
        e = _deal(patterns, multiplicity, sizes, rng, n_permutations)[..., 1]
        rate = np.divide(e, n, out=np.zeros(e.shape), where=n > 0)
        return rate, np.broadcast_to(spread, rate.shape)

    return Null(spread, draw)


def _deal(
    patterns: Ints, multiplicity: Ints, sizes: Ints, rng: np.random.Generator, n_permutations: int
) -> Ints:
    """Deal people to groups of fixed sizes at random: the permutation of labels, by counts.

    ``patterns[u]`` is what each of ``multiplicity[u]`` people adds to the group's sums; group g
    takes ``sizes[g]`` people. The same distribution as shuffling labels one by one. Sums have the
    shape (permutations, groups, what is added).
    """
    shape = (n_permutations, len(sizes))
    room = np.broadcast_to(sizes.astype(np.int64), shape).copy()
    out = np.zeros((*shape, patterns.shape[1]), np.int64)
    for adds, people in zip(patterns, multiplicity.tolist(), strict=True):
        left = np.full(n_permutations, people, dtype=np.int64)
        beyond = room.sum(axis=1)
        for g in range(len(sizes)):
            beyond -= room[:, g]
            drawn = rng.hypergeometric(room[:, g], beyond, left)
            left -= drawn
            room[:, g] -= drawn
            out[:, g] += drawn[:, None] * adds
    return out


def _clusters_move(
    outcomes: Outcomes, counted: Incidence, error: Bools, rng: np.random.Generator
) -> Null:
    """Each row belongs to one person: labels move between people.

    Where one person's rows lie in several groups, whole people change places with others of as
    many rows, and labels within a person. Where nobody has more than one row, rows are independent.
    """
    person = np.unique(outcomes.persons[counted.outcome], return_inverse=True)[1].reshape(-1)
    k, size = len(counted.groups), np.bincount(person)
    if size.max() == 1:
        return _rows_move(counted, error, rng)
    label = np.zeros(len(size), dtype=np.int32)
    label[person] = counted.group
    if np.any(label[person] != counted.group):
        return _scattered_move(counted, person, error, rng)
    own = moments_of_people(size, np.bincount(person[error], minlength=len(size)))
    patterns, multiplicity = np.unique(own, axis=0, return_counts=True)
    if 4 * len(patterns) * k < len(size):
        taken = np.bincount(label, minlength=k)
        draw = partial(_deal, patterns, multiplicity, taken, rng)
    else:
        moved = (summed(rng.permutation(label), own, k) for _ in count())
        draw = partial(_gathered, moved)
    return _own(summed(label, own, k), draw, float(error.mean()))


def _own(observed: Ints, draw: Callable[[int], Ints], pooled: float) -> Null:
    """Groups studentised by their own people, from moments observed and drawn; those of too few
    people have no say."""
    few = observed[:, 0] < LEAST_PEOPLE

    _, spread = _without(few, own_spread(observed, pooled))
    return Null(spread, lambda n: _without(few, own_spread(draw(n), pooled)), even_people(observed))


def _gathered(moments: Iterator[Ints], n_permutations: int) -> Ints:
    return np.stack(list(islice(moments, n_permutations)))


def _scattered_move(
    counted: Incidence, person: Ints, error: Bools, rng: np.random.Generator
) -> Null:
    """People with equally many rows change places, and labels are shuffled within each."""
    k, ties = len(counted.groups), Ties.of(np.arange(len(person)), person)
    size = np.diff(ties.start)
    rows = ties.order[np.argsort(np.repeat(size, size), kind="stable")]  # people by their size
    size = np.sort(size)
    start = np.r_[0, np.cumsum(size)].astype(np.int32)
    in_place = Ties(np.arange(len(rows), dtype=np.int32), start)
    sizes, first = np.unique(size, return_index=True)
    ends = start[np.r_[first, len(size)]]
    held, wrong = counted.group[rows], error[rows]
    moved = (_blocks_moved(held, sizes.astype(np.int32), ends, rng) for _ in count())
    drawn = (moments_of(group, wrong, in_place, k) for group in moved)
    observed = moments_of(held, wrong, in_place, k)
    return replace(_own(observed, partial(_gathered, drawn), float(error.mean())), people=None)


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
    """Pairs of people take their subgroup from both: labels move between people, pairs follow.

    Groups are left out that have a label of too few people.
    """
    keep = np.isin(outcomes.rows, counted.outcome)
    rows, persons = outcomes.rows[keep], outcomes.persons[keep]
    present, person = np.unique(persons, return_inverse=True)
    label, person = attribute.codes[present], person.reshape(-1)
    row: IntArray = np.searchsorted(counted.outcome, rows).astype(np.int32)
    ties = Ties.of(row, person)
    pairs = Pairs.of(row, person.astype(np.int32), len(attribute.groups))
    k, pooled, number = len(counted.groups), float(error.mean()), pairs.groups(label)
    few = pairs.holding(np.bincount(label, minlength=len(pairs.table)) < LEAST_PEOPLE)
    ends, left_out = np.ones(k, dtype=np.int64), np.zeros(k, dtype=np.bool_)
    ends[counted.group], left_out[counted.group] = pairs.ends[number], few[number]
    moved = (pairs.groups(rng.permutation(label)) for _ in count())
    drawn = (moments_of(group, error, ties, pairs.n_groups) for group in moved)
    observed = moments_of(counted.group, error, ties, k)
    return Null(
        _without(left_out, own_spread(observed, pooled, ends))[1],
        lambda n: _without(few, own_spread(_gathered(drawn, n), pooled, pairs.ends)),
    )


def _without(groups: Bools, drawn: Drawn) -> Drawn:
    """Groups that no contrast is made with vary without end."""
    rate, spread = drawn
    return rate, np.where(groups, np.inf, spread)


def _errors_move(
    outcomes: Outcomes, counted: Incidence, error: Bools, rng: np.random.Generator
) -> Null:
    """Candidates about many people: errors move between candidates, people stay where they are.

    People of one group often stand in one candidate, and one error on it hits them all. Moving
    labels between people would scatter them and take such a clump for a gap. What candidates with
    people in common share, in all groups or more in one, is in the standard error of the observed
    groups alone.
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
    pooled = float((turned @ wrong).sum() / n.sum())

    def draw(n_permutations: int) -> Drawn:
        moved = (rng.permutation(wrong) for _ in range(n_permutations))
        e = np.array([turned @ errors for errors in moved])
        shared = e.sum(axis=1, keepdims=True) / n.sum()
        counts = np.broadcast_to(n, e.shape)
        rate = np.divide(e, counts, out=np.zeros(e.shape), where=counts > 0)
        return rate, pooled_spread(counts, clumps, shared)

    rate = np.divide(turned @ wrong, n, out=np.zeros(len(n)), where=n > 0)
    off = sparse.diags_array(wrong) @ held - held @ sparse.diags_array(rate)
    own = off.multiply(off + sharing @ off).sum(axis=0) / np.maximum(n, 1).astype(np.float64) ** 2
    return Null(np.maximum(pooled_spread(n, excess, pooled), own), draw)
