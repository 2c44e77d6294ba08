"""What a plot of one test shows: a dot with its interval for each group, and the margin."""

from collections.abc import Sequence
from dataclasses import dataclass

from workbench.analysis.error_rates import DENOMINATOR, GroupRow, rate_of
from workbench.analysis.fairness import GapRow
from workbench.analysis.verdicts import is_short

MOST = 24


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupDot:
    """A group's rate (share) and 95 % interval; `short` when `n` is too few to see the margin."""

    group: str
    n: int
    of: str  # what n counts: positives, negatives
    value: float
    low: float
    high: float
    short: bool

    @property
    def note(self) -> str:
        return f"{self.n:,} {self.of if self.n != 1 else self.of[:-1]}"


def group_dots(
    rows: Sequence[GroupRow], test: GapRow, margin: float, *, most: int = MOST
) -> tuple[list[GroupDot], tuple[float, float] | None]:
    """Dots of the `most` largest groups, the highest rate first, and the margin as a band.

    The band begins at the lowest rate that rests on enough, and is None where none does.
    """
    of = DENOMINATOR[test["metric"]]
    dots = []
    shown = [row for row in rows if rate_of(row, test["metric"]) is not None]
    for row in sorted(shown, key=lambda row: -row[of])[:most]:
        value, interval = rate_of(row, test["metric"]), row["intervals"][test["metric"]]
        if value is None or interval is None:
            continue
        low, high = interval
        dots.append(
            GroupDot(
                group=row["group"],
                n=row[of],
                of=of,
                value=value,
                low=low,
                high=high,
                short=is_short(test["pooled"], row[of], margin),
            )
        )
    dots.sort(key=lambda dot: (-dot.value, dot.group))
    sure = [dot.value for dot in dots if not dot.short]
    return dots, (min(sure), min(sure) + margin) if sure else None


def reach_of(dots: Sequence[GroupDot], band: tuple[float, float] | None) -> float:
    """Where an axis may end, as a share: past what is sure and every dot, so that the wide
    intervals of a few small groups do not flatten the rest."""
    ends = [dot.value if dot.short else dot.high for dot in dots]
    return max([*ends, band[1] if band else 0.0, 0.01])
