"""Whether people added to a gap once they saw the score, or took from it.

Two gaps lie apart by chance alone, so what changed is a paired difference of one contrast: the
same two groups, over the same readings. They are chosen by what people said both times together
and by the release, never by what changed: where nothing did, the sum of two times says nothing of
their difference (as a filter must not of its test: Bourgon, Gentleman and Huber 2010).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from math import sqrt
from typing import TypedDict

import numpy as np
import pandas as pd
from scipy import stats

from workbench.analysis.fairness import N_REPLICATES, TESTED, about_people, of_groups
from workbench.analysis.resampling import LEVEL, Tally, bounds
from workbench.analysis.subgroups import PARTS, Bools, Floats, Incidence, Ints, Outcomes
from workbench.analysis.tables import IntArray

DECIDERS = ("before", "release", "after")
LEAST = 10  # readings that a group has to have to count, so that an interval means something
_WRONG = np.array([[cell >> 2 & 1, cell >> 1 & 1, cell & 1] for cell in range(8)])  # by decider


class Moved(TypedDict):
    """By how much the contrast after lies above that of another decider (share, 95 % interval).

    `turned` says, for `worse` and then `better`, of how many readings the other decider was right
    and people after wrong, and of how many the reverse.
    """

    value: float
    interval: list[float]
    turned: list[list[int]]


class Change(TypedDict):
    """One test's fixed contrast: the error rate of `worse` less that of `better`, per decider.

    `n` readings of each are counted. A contrast may be below 0 for one decider: `worse` is so by
    people both times and the release together.
    """

    attribute: str
    metric: str
    worse: str
    better: str
    n: list[int]
    before: float
    release: float
    after: float
    after_less_before: Moved
    after_less_release: Moved


@dataclass(frozen=True, slots=True)
class _Pair:
    """Two groups by number, the worse first, and how surely they differ."""

    groups: tuple[int, int]
    strength: float


def changes(
    label: Bools,
    said: Mapping[str, Bools],
    *,
    people: pd.DataFrame,
    sensitive: pd.DataFrame,
    margin: float,
    seed: int,
) -> list[Change]:
    """One per attribute and error, the surest contrast first; none where fewer than two groups
    have `LEAST` readings to count.

    Parameters
    ----------
    label : bool array, n readings
        What is so.
    said : mapping
        Per decider (`DECIDERS`) which readings say yes.
    people, sensitive : DataFrame
        As `fairness.audit_candidates`, of readings.
    margin : float
        Contrasts beyond it (a share) are preferred, as the tests do.
    """
    outcomes, attributes = about_people(label, label, people=people, sensitive=sensitive)
    cells = _cells(label, said)
    asked = [(a, metric) for a in of_groups(attributes, sensitive) for metric in TESTED]
    seeds = np.random.SeedSequence([seed, 2]).generate_state(len(asked)).tolist()
    found: list[tuple[float, Change]] = []
    for (attribute, metric), own in zip(asked, seeds, strict=True):
        counted = _of_metric(outcomes, outcomes.incidence(attribute), metric)
        pair = _pair(counted, cells, margin)
        if pair is not None:
            two = _only(counted, pair.groups)
            change = _change(outcomes, two, cells, attribute.name, metric, own)
            found.append((pair.strength, change))
    return [change for _, change in sorted(found, key=lambda one: -one[0])]


def _cells(label: Bools, said: Mapping[str, Bools]) -> IntArray:
    """Per reading which of the three deciders are wrong, as a number from 0 to 7."""
    before, release, after = ((said[who] != label).astype(np.int32) for who in DECIDERS)
    cells: IntArray = 4 * before + 2 * release + after
    return cells


def _of_metric(outcomes: Outcomes, incidence: Incidence, metric: str) -> Incidence:
    keep = np.isin(outcomes.cells[incidence.outcome], PARTS[metric][1])
    return Incidence(incidence.outcome[keep], incidence.group[keep], incidence.groups)


def _only(incidence: Incidence, groups: tuple[int, int]) -> Incidence:
    """The first of two groups as 0, the second as 1."""
    keep = np.isin(incidence.group, groups)
    group = (incidence.group[keep] == groups[1]).astype(np.int32)
    return Incidence(incidence.outcome[keep], group, tuple(incidence.groups[g] for g in groups))


def _table(incidence: Incidence, cells: IntArray) -> Ints:
    """Shape (groups, 8)."""
    k = len(incidence.groups)
    flat = incidence.group.astype(np.int64) * 8 + cells[incidence.outcome]
    return np.bincount(flat, minlength=8 * k).reshape(k, 8)


def _readings(incidence: Incidence) -> Ints:
    """Per group, how many readings count in it, each once however many of its people do."""
    k = len(incidence.groups)
    once = np.unique(incidence.outcome.astype(np.int64) * k + incidence.group)
    return np.bincount(once % max(k, 1), minlength=k)


def _pair(incidence: Incidence, cells: IntArray, margin: float) -> _Pair | None:
    """The two groups that people both times together, or the release, tell apart most surely."""
    some = np.flatnonzero(_readings(incidence) >= LEAST)
    if len(some) < 2:
        return None
    table = _table(incidence, cells)[some]
    n, (before, release, after) = table.sum(axis=1), (table @ _WRONG).T
    one, other = np.triu_indices(len(some), 1)
    errors = ((before + after) / 2, release)
    apart = np.stack([e[one] / n[one] - e[other] / n[other] for e in errors])
    z = apart / np.stack([_error(e, n, one, other) for e in errors])
    strength = np.hypot(*z)
    beyond = (np.abs(apart) > margin).any(axis=0)
    at = int(np.where(beyond, strength, -1.0 if beyond.any() else strength).argmax())
    ends = int(some[one[at]]), int(some[other[at]])
    return _Pair(ends if z[:, at].sum() >= 0 else ends[::-1], float(strength[at]))


def _error(errors: Floats, n: Ints, one: Ints, other: Ints) -> Floats:
    """Standard error of each contrast where both groups err alike; without errors, infinite."""
    pooled = errors.sum() / n.sum()
    variance: Floats = pooled * (1 - pooled) * (1 / n[one] + 1 / n[other])
    return np.sqrt(np.where(variance > 0, variance, np.inf))


def _change(
    outcomes: Outcomes, two: Incidence, cells: IntArray, attribute: str, metric: str, seed: int
) -> Change:
    tally = Tally.of(outcomes, two, cells, 8)
    n, readings = tally.table.sum(axis=1), _readings(two)
    worse, better = (tally.table @ _WRONG) / n[:, None]
    before, release, after = map(_exact, (worse - better).tolist())
    drawn = tally.drawn(N_REPLICATES, seed=seed)
    return Change(
        attribute=attribute,
        metric=metric,
        worse=two.groups[0],
        better=two.groups[1],
        n=n.tolist(),
        before=before,
        release=release,
        after=after,
        after_less_before=_moved(tally, drawn, _WRONG[:, 2] - _WRONG[:, 0], readings),
        after_less_release=_moved(tally, drawn, _WRONG[:, 2] - _WRONG[:, 1], readings),
    )


def _moved(tally: Tally, drawn: Floats, step: Ints, readings: Ints) -> Moved:
    """People drawn anew, with all they were in; never narrower than for independent readings.

    `step` is what each of the eight cells adds: 1 where an error arose, -1 where one went.
    """
    n = tally.table.sum(axis=1)
    turned = np.stack([tally.table @ (step == sign) for sign in (1, -1)], axis=1)
    point = (turned[:, 0] - turned[:, 1]) / n
    below = drawn.sum(axis=-1)
    again = np.full(below.shape, np.nan)
    np.divide(drawn @ step, below, out=again, where=below > 0)
    once = tally.once((step - point[:, None])[:, None, :])[:, 0]
    moved = np.clip(point + (again - point) * once, -1.0, 1.0)
    value = _exact(point[0] - point[1])
    low, high = bounds((moved[:, 0] - moved[:, 1])[:, None])[0].tolist()
    least, most = independent_ends(turned * (readings / n)[:, None], readings)
    return Moved(value=value, interval=[min(low, least), max(high, most)], turned=turned.tolist())


def _exact(share: float) -> float:
    """Without what floating point adds to a difference of shares."""
    return round(float(share), 12) + 0.0


def independent_ends(turned: Floats, n: Ints) -> tuple[float, float]:
    """95 % ends of the difference between two groups of what changed, readings independent.

    Each group's paired difference after Bonett and Price (2012), one more reading of either kind
    that changed: none of ten changed does not say that none of any would.

    Parameters
    ----------
    turned : float array, (2, 2)
        Per group, how many errors arose and how many went.
    n : int array, 2
    """
    arose, went = ((turned + 1) / (n + 2)[:, None]).T
    centre = (arose - went) @ np.array([1, -1])
    variance = float(((arose + went - (arose - went) ** 2) / (n + 2)).sum())
    reach = float(stats.norm.ppf((1 + LEVEL) / 2)) * sqrt(variance)
    return float(centre - reach), float(centre + reach)
