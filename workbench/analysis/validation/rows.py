"""One row of the validation: what was measured, ours, the reference, and what follows from both."""

import math
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Literal

Kind = Literal["line", "points", "bars", "dashes"]


class Verdict(StrEnum):
    HOLDS = "holds"
    MISSES = "misses"
    ABSENT = "not in this world"


@dataclass(frozen=True, slots=True, kw_only=True)
class Series:
    """One line, cloud, set of bars or dashed reference of a plot."""

    name: str
    x: tuple[float, ...]
    y: tuple[float, ...]
    kind: Kind = "line"
    ours: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Plot:
    """A small picture: series over two axes, either of them logarithmic. `ticks` names bars."""

    title: str
    x_label: str
    y_label: str
    series: tuple[Series, ...]
    x_log: bool = False
    y_log: bool = False
    ticks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Reference:
    """What a row is held against. The limits stand beside the figure that they come from.

    Parameters
    ----------
    topic : str
        The line of the specification.
    measures : str
        What is measured, and how.
    published : str
        The figure that others found or that is asked for, in words.
    source : str
        Where that figure comes from.
    low, high : float
        Limits of what holds, both included.
    by : str
        ``value``: the estimate itself must lie within. ``low bound``: it misses only if the whole
        95 % interval lies above `high` (a maximum over many columns goes up by chance).
    """

    topic: str
    name: str
    measures: str
    published: str
    source: str
    unit: str = ""
    low: float = -math.inf
    high: float = math.inf
    by: Literal["value", "low bound"] = "value"


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """Ours: a number, its 95 % interval where it is an estimate, and on how many it rests."""

    value: float
    low: float | None = None
    high: float | None = None
    n: int | None = None
    note: str = ""
    plot: Plot | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    key: str
    reference: Reference
    verdict: Verdict
    measured: Measured | None = None
    note: str = field(default="")

    def as_json(self) -> dict[str, Any]:
        """The row without its picture's points."""
        ours, reference = self.measured, self.reference
        return {
            "key": self.key,
            "topic": reference.topic,
            "name": reference.name,
            "measures": reference.measures,
            "ours": ours.value if ours else None,
            "interval": [ours.low, ours.high] if ours and ours.low is not None else None,
            "n": ours.n if ours else None,
            "unit": reference.unit,
            "holds_from": reference.low if math.isfinite(reference.low) else None,
            "holds_to": reference.high if math.isfinite(reference.high) else None,
            "published": reference.published,
            "source": reference.source,
            "verdict": self.verdict.value,
            "note": self.note,
        }


def row(key: str, reference: Reference, measured: Measured) -> Row:
    """The row with its verdict: within the limits or not; a value that is none misses."""
    judged = measured.value
    if reference.by == "low bound" and measured.low is not None:
        judged = measured.low
    holds = reference.low <= judged <= reference.high
    return Row(
        key=key,
        reference=reference,
        verdict=Verdict.HOLDS if holds else Verdict.MISSES,
        measured=measured,
        note=measured.note,
    )


def absent(key: str, reference: Reference, why: str) -> Row:
    """A row for which this world has nothing to measure."""
    return Row(key=key, reference=reference, verdict=Verdict.ABSENT, note=why)
