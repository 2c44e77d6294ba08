"""Coverage over time: when each source delivered, when it fell silent, how late it spoke."""

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import pandas as pd

from workbench.analysis.batch import Batch, Part
from workbench.analysis.fitness import LEAST, Found
from workbench.analysis.tables import FloatArray, Int64Array

QUIET = 0.25  # of what is usual
SPREAD = 3  # times its own scatter from month to month (1.4826 × MAD; Rousseeuw and Croux 1993)
USUAL_MONTH, USUAL_DAY = 20, 50  # records; with fewer, chance alone makes silence
MONTHS, WEEKS = 6, 8  # full ones, before anything is usual
STREAMS, LISTED = 200, 40


@dataclass(frozen=True, slots=True, kw_only=True)
class Stream:
    """What one source delivered in one table. `months` counts records by month, 2024-01 and on.

    `usual_month` is the median of full months, None where there are too few to tell;
    `silent_months` and `silent_days` those under a quarter of what is usual (a day of what is
    usual on its weekday) and outside the source's own scatter, what is still to come in by its
    usual lateness allowed for. `late_days` are the median, nine tenths and 99 hundredths of days
    until a record was known.
    """

    table: str
    source: str
    n: int
    first: str
    last: str
    months: dict[str, int]
    usual_month: float | None
    silent_months: tuple[str, ...]
    silent_days: tuple[str, ...]
    late_days: tuple[float, float, float]

    def as_json(self) -> dict[str, Any]:
        said = asdict(self)
        return said | {k: list(said[k]) for k in ("silent_months", "silent_days", "late_days")}


def streams(batch: Batch) -> list[Stream]:
    """One per table and source with dated records; the `STREAMS` largest."""
    made = [stream for part in batch.parts for stream in _of_table(part)]
    return sorted(made, key=lambda s: -s.n)[:STREAMS]


def silent(found: list[Stream]) -> list[Found]:
    """Silent months of each stream that has a usual month."""
    return [
        Found(
            f"{s.table} · {s.source} ({', '.join(s.silent_months) or 'none'})", float(len(months))
        )
        for s in found
        if s.usual_month is not None
        for months in (s.silent_months,)
    ]


def slow(found: list[Stream]) -> list[Found]:
    """Days until nine in ten were known."""
    return [Found(f"{s.table} · {s.source}", s.late_days[1]) for s in found if s.n >= LEAST]


def _of_table(part: Part) -> Iterator[Stream]:
    """The span is the table's, so that a source that starts late or stops early is seen."""
    dated = part.records[["source", "occurred_at", "known_at"]].dropna(subset="occurred_at")
    if dated.empty:
        return
    day = _days(dated["occurred_at"])
    late = (dated["known_at"] - dated["occurred_at"]).dt.total_seconds().to_numpy() / 86_400
    code, names = pd.factorize(dated["source"])
    for number, name in enumerate(names):
        mine = code == number
        yield _stream(part.name, str(name), day[mine], late[mine], int(day.min()), int(day.max()))


def _days(at: "pd.Series[Any]") -> Int64Array:
    return np.asarray(at.dt.tz_localize(None).to_numpy("datetime64[D]").astype(np.int64))


def _stream(
    table: str, source: str, day: Int64Array, late: FloatArray, first: int, last: int
) -> Stream:
    every = np.arange(first, last + 1).astype("datetime64[D]")
    month = every.astype("datetime64[M]")
    per_day = np.bincount(day - first, minlength=len(every))
    starts = np.flatnonzero(np.diff(month.astype(np.int64), prepend=-1))
    per_month = np.add.reduceat(per_day, starts)
    arrived = np.searchsorted(np.sort(late), last + 1 - np.arange(first, last + 1)) / len(late)
    usual, quiet_months = _quiet_months(month[starts], starts, per_month, arrived)
    p50, p90, p99 = np.quantile(late, [0.5, 0.9, 0.99]).round(2)
    return Stream(
        table=table,
        source=source,
        n=len(day),
        first=str(np.datetime64(int(day.min()), "D")),
        last=str(np.datetime64(int(day.max()), "D")),
        months={str(m): int(n) for m, n in zip(month[starts], per_month, strict=True)},
        usual_month=usual,
        silent_months=quiet_months,
        silent_days=_quiet_days(every, per_day, arrived),
        late_days=(float(p50), float(p90), float(p99)),
    )


def _quiet_months(
    months: "np.ndarray[tuple[int], np.dtype[np.datetime64]]",
    starts: Int64Array,
    counts: Int64Array,
    arrived: FloatArray,
) -> tuple[float | None, tuple[str, ...]]:
    """The usual month, and those far under it; months that the span cuts are left out."""
    lengths = ((months + 1).astype("datetime64[D]") - months.astype("datetime64[D]")).astype(int)
    held = np.diff(np.append(starts, len(arrived)))
    full = held >= lengths - 3
    share = np.add.reduceat(arrived, starts) / held
    known = full & (share > 0.9)
    if known.sum() < MONTHS or (usual := float(np.median(counts[known]))) < USUAL_MONTH:
        return None, ()
    scatter = max(1.4826 * float(np.median(np.abs(counts[known] - usual))), usual**0.5)
    due = usual * share
    quiet = full & (due >= USUAL_MONTH) & (counts < QUIET * due) & (due - counts > SPREAD * scatter)
    return usual, tuple(str(m) for m in months[quiet])


def _quiet_days(
    days: "np.ndarray[tuple[int], np.dtype[np.datetime64]]", counts: Int64Array, arrived: FloatArray
) -> tuple[str, ...]:
    """Days under a quarter of the median of their weekday, the first `LISTED`."""
    if len(days) < 7 * WEEKS:
        return ()
    weekday = days.astype(np.int64) % 7
    usual = np.array([np.median(counts[weekday == w]) for w in range(7)])[weekday] * arrived
    quiet = (usual >= USUAL_DAY) & (counts < QUIET * usual)
    return tuple(str(d) for d in days[quiet][:LISTED])
