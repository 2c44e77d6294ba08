"""The verdict of one test: pass, fail, or insufficient with the denominators that it would need."""

from collections.abc import Sequence
from math import ceil, sqrt
from typing import TypedDict

from workbench.analysis.permutation import GapTest, wider
from workbench.analysis.subgroups import Ints
from workbench.domain.release import AuditVerdict

ALPHA = 0.05
LISTED_SHORT = 20


class ShortGroup(TypedDict):
    """A group whose denominator `n` is below what its test needs."""

    group: str
    n: int


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
    """The smallest denominator that is not short; 1 where every row, or none, is an error.

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


def short_groups(
    names: Sequence[str], n: Ints, pooled: float | None, margin: float
) -> list[ShortGroup]:
    """Groups whose denominator is short, the smallest first."""
    sizes = sorted(zip(n.tolist(), names, strict=True))
    return [
        ShortGroup(group=name, n=size) for size, name in sizes if is_short(pooled, size, margin)
    ]
