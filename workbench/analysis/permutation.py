"""Permutation tests of a gap between subgroups: labels of rows, or of the people they share.

Method: two groups' rates differ by so many of their standard errors, and the largest such contrast
is the statistic (a studentised maximum, so that a small group's noise does not dominate). What it
is compared with comes from permuting group labels: over rows where they are independent, over
people where rows share them, and, where a candidate is about many people, over candidates with
their people left together. Where labels move between people, each group's standard error is its
own, from how its people differ, so that the test holds where people of one group have more rows or
differ more than another's (Chung and Romano 2013); see `spread`.
"""

from dataclasses import dataclass, replace
from typing import TypedDict

import numpy as np

from workbench.analysis.relabelling import Null, null_of
from workbench.analysis.spread import by_t
from workbench.analysis.subgroups import PARTS, Attribute, Floats, Incidence, Outcomes

FIRST, CLEAR = 200, 100  # permutations drawn at first; as extreme ones at which it stops
ROUNDING = 1e-12  # 0.55 - 0.5 is stored as a little more than 0.05


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

    Both `gap` and `p_value` are None where fewer than two groups have a denominator. `p_value` is
    that of the contrasts wider than the margin (of all, where none is), so that a gap which rests
    on a few rows is not carried by a narrow one that rests on many. `pooled` is the rate over all
    groups; `n_min` the smallest denominator.

    `few` are groups of fewer people than `LEAST_PEOPLE`, which no contrast is made with; where the
    gap is wider than the margin by them alone, or fewer than two others are left, nothing is
    tested and `p_value` is 1.
    """

    gap: float | None
    p_value: float | None
    between: tuple[str, ...]
    pooled: float | None
    n_min: int
    contrast: Contrast | None = None
    few: tuple[str, ...] = ()


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
    equal = GapTest(gap, 1.0, between, pooled, n_min)
    if pooled in (0.0, 1.0):
        return equal
    null = null_of(outcomes, attribute, counted, error, np.random.default_rng(seed))
    few = tuple(counted.groups[g] for g in np.flatnonzero(np.isinf(null.spread) & (n > 0)))
    if np.isfinite(null.spread).sum() < 2:
        return replace(equal, few=few)
    observed, *ends = _widest(rate, null.spread, margin)
    if wider(gap, margin) and not wider(float(rate[ends[0]] - rate[ends[1]]), margin):
        return replace(equal, few=few)
    p_value = _p_value(null, observed, ends, n_permutations)
    worse, better = (Side(group=counted.groups[g], rate=float(rate[g]), n=int(n[g])) for g in ends)
    contrast = Contrast(worse=worse, better=better) if gap else None
    return replace(equal, p_value=p_value, contrast=contrast, few=few)


def _p_value(null: Null, observed: float, ends: list[int], n_permutations: int) -> float:
    """By permutation; no less than Student's t gives, where spreads rest on people.

    Permutations are exact where people might as well be of any group. Where one group's people have
    many rows and those they change places with few, they say little, and t holds.
    """
    p_value = _exceeded(null, observed, n_permutations)
    if null.people is None:
        return p_value
    n_tested = int(np.isfinite(null.spread).sum())
    n_contrasts = n_tested * (n_tested - 1) // 2
    return max(p_value, by_t(observed, null.spread[ends], null.people[ends], n_contrasts))


def _exceeded(null: Null, observed: float, n_permutations: int) -> float:
    """The p-value; drawing stops at the `CLEAR`-th permutation that is as extreme.

    Stopping where p is far above any level that matters keeps the test exact: the l-th draw being
    the h-th as extreme, p is h / l (Besag and Clifford 1991).
    """
    drawn, beyond, k = 0, 0, len(null.spread)
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


def _bounds(rate: Floats, spread: Floats) -> Floats:
    """Per permutation, no less than its largest studentised contrast between two groups.

    With z the deviation of each group from one centre in its own standard errors, a contrast is at
    most the root of the two squares (Cauchy and Schwarz). About the mean of the rates by their
    precision it is, for two groups, that.
    """
    weight = 1 / spread
    centre = (weight * rate).sum(axis=-1, keepdims=True) / weight.sum(axis=-1, keepdims=True)
    z = (rate - centre) / np.sqrt(spread)
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
