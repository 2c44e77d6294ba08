"""The verdict of one test: pass, fail, or insufficient with the denominators that it would need."""

from collections.abc import Sequence
from math import ceil, log, sqrt
from typing import NotRequired, TypedDict

from workbench.analysis.permutation import GapTest, wider
from workbench.analysis.subgroups import Ints
from workbench.domain.release import AuditVerdict

ALPHA = 0.05
LISTED_SHORT = 20


class ShortGroup(TypedDict):
    """A group of whose rate `n` rows tell too little.

    `apart` is how many of them have no person in common, at most; it is there where that is fewer.
    """

    group: str
    n: int
    apart: NotRequired[int]


def holm(p_values: Sequence[float | None]) -> list[float | None]:
    """Holm's (1979) step-down correction; None stays None and counts for nothing."""
    known = sorted((p, i) for i, p in enumerate(p_values) if p is not None)
    out: list[float | None] = [None] * len(p_values)
    highest = 0.0
    for rank, (p, i) in enumerate(known):
        highest = max(highest, min(1.0, p * (len(known) - rank)))
        out[i] = highest
    return out


def verdict_of(test: GapTest, corrected: float | None, margin: float) -> AuditVerdict:
    """The rule of one test: fail takes precedence, then too few rows or people, then pass."""
    if test.gap is None or test.pooled is None:
        return AuditVerdict.INSUFFICIENT
    if corrected is not None and corrected <= ALPHA and wider(test.gap, margin):
        return AuditVerdict.FAIL
    short = bool(test.few) or is_short(test.pooled, test.n_min, margin)
    return AuditVerdict.INSUFFICIENT if short else AuditVerdict.PASS


def is_short(pooled: float | None, n: int, margin: float) -> bool:
    """True when `n` rows are too few to see a gap of `margin` about the pooled rate."""
    if pooled is None or n == 0:
        return True
    return wider(1.96 * sqrt(pooled * (1 - pooled) / n), margin)


def bound_of_none(n: int) -> float:
    """Up to which share errors may be without one in `n` (95 %, Clopper and Pearson 1934)."""
    return 1.0 if n == 0 else 1.0 - 0.025 ** (1 / n)


def needed(pooled: float | None, margin: float) -> int | None:
    """The smallest denominator that the verdict's rule does not call short; 1 where every row, or
    none, is an error.

    None where there is no pooled rate, or where the margin is 0 and no number is enough.
    """
    if pooled is None:
        return None
    if pooled in (0.0, 1.0):
        return 1
    if margin == 0:
        return None
    n = max(1, ceil(1.96**2 * pooled * (1 - pooled) / margin**2) - 1)
    while is_short(pooled, n, margin):
        n += 1
    return n


def tells_from(pooled: float | None, margin: float) -> int | None:
    """The denominator from which on a group's rate is known to within the margin (95 %).

    No fewer than the verdict's rule asks for, and so many that a group in which nobody erred, or
    everybody, cannot be further off than the margin. It is no promise that a gap of the margin
    would be found. None where there is no pooled rate, or no number is enough.
    """
    by_rule = needed(pooled, margin)
    if by_rule is None or margin == 0:
        return None
    n = max(by_rule, ceil(log(0.025) / log(1 - margin)) - 1)
    while wider(bound_of_none(n), margin):
        n += 1
    return n


def too_few(pooled: float | None, n: int, margin: float) -> bool:
    """True where the rate of a group of `n` is not known to within the margin."""
    enough = tells_from(pooled, margin)
    return enough is None or n < enough


def short_groups(
    names: Sequence[str], n: Ints, apart: Ints, pooled: float | None, margin: float
) -> list[ShortGroup]:
    """Groups of whose rate too little is known, the smallest first.

    `apart` is, per group, how many of its `n` rows have no person in common, at most.
    """
    sizes = sorted(zip(apart.tolist(), n.tolist(), names, strict=True))
    enough = tells_from(pooled, margin)
    return [
        ShortGroup(group=name, n=size) if own == size else ShortGroup(group=name, n=size, apart=own)
        for own, size, name in sizes
        if enough is None or own < enough
    ]
