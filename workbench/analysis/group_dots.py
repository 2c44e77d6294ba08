"""What a plot of one test shows: a dot with its interval for each group, and the margin."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from workbench.analysis.error_rates import DENOMINATOR, GroupRow, rate_of
from workbench.analysis.fairness import GapRow, tells_too_little

MOST = 24
Band = tuple[float, float] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupDot:
    """A group's rate (share) and 95 % interval; `short` when it is not known to within the margin
    (`verdicts.tells_from`), for want of rows or since too few people share them.
    """

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


Drawn = tuple[list[GroupDot], Band]


def group_dots(
    rows: Sequence[GroupRow],
    test: GapRow,
    margin: float,
    *,
    most: int = MOST,
    by_name: bool = False,
) -> Drawn:
    """Dots of the `most` largest groups, the highest rate first or `by_name`, and the margin as a
    band.

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
                short=tells_too_little(row, test, margin),
            )
        )
    dots.sort(key=lambda dot: (0.0 if by_name else -dot.value, dot.group))
    sure = [dot.value for dot in dots if not dot.short]
    return dots, (min(sure), min(sure) + margin) if sure else None


def truth_pairs(
    document: Mapping[str, Any], attribute: str, metric: str, *, most: int = 12
) -> list[tuple[GroupDot, GroupDot]]:
    """The same groups twice: counted against records, and against the truth. Those that have both,
    the largest, by name; none where the truth is not known or does not leave."""
    sides = []
    for audit in (document, document.get("against_truth")):
        if audit is None:
            return []
        rows = [row for row in audit["groups"] if row["attribute"] == attribute]
        test = next(
            (t for t in audit["tests"] if (t["attribute"], t["metric"]) == (attribute, metric)),
            None,
        )
        if test is None:
            return []
        dots, _ = group_dots(rows, test, document["margin"], most=len(rows))
        sides.append({dot.group: dot for dot in dots})
    records, truth = sides
    both = sorted(records.keys() & truth.keys(), key=lambda name: -truth[name].n)[:most]
    return [(records[name], truth[name]) for name in sorted(both)]


def reach_of(dots: Sequence[GroupDot], band: Band) -> float:
    """Where an axis may end, as a share: past what is sure and every dot, so that the wide
    intervals of a few small groups do not flatten the rest."""
    ends = [dot.value if dot.short else dot.high for dot in dots]
    return max([*ends, band[1] if band else 0.0, 0.01])


def shared_reach(drawn: Collection[tuple[Sequence[GroupDot], Band]]) -> float:
    """Where the axes of several plots end that are to be compared: a little past what is sure;
    where nothing is, at 1."""
    if all(dot.short for dots, _ in drawn for dot in dots):
        return 1.0
    return min(1.0, 1.1 * max(reach_of(dots, band) for dots, band in drawn))


def undrawn_words(rows: Sequence[GroupRow], test: GapRow, drawn: int) -> str:
    """Why the other groups of a plot have no dot: in one sentence, empty where all have."""
    metric, of = test["metric"], DENOMINATOR[test["metric"]]
    none = [row for row in rows if rate_of(row, metric) is None]
    nobody = sum(row[of] == 0 for row in none)
    hidden, smaller = len(none) - nobody, len(rows) - len(none) - drawn
    said = [
        f"{n:,} {'group' if n == 1 else 'groups'} {why}"
        for n, why in (
            (smaller, f"with fewer {of} than those drawn"),
            (nobody, f"without {of}"),
            (hidden, "hidden, since figures of them would tell of few people"),
        )
        if n
    ]
    return f"Not drawn: {', '.join(said)}." if said else ""
