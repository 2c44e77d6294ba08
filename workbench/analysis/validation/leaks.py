"""Whether one raw column, an id, the order of rows, the calendar or the rail tells a label."""

import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd

from workbench.analysis.tables import FloatArray, Int64Array
from workbench.analysis.validation.estimates import auc, out_of_fold_rate
from workbench.analysis.validation.rows import Measured, Plot, Series
from workbench.analysis.validation.world import DAY, Flags, NotInWorld, WrittenWorld

_ORDER = ("id number", "row number", "position in time")
_CALENDAR = ("day of the month", "weekday", "hour", "month of the year")
_PROVENANCE = ("member_state", "source", "source_grade", "information_grade", "handling")
_COLUMNS = {
    "transfers": ("amount", "currency", "rail", *_PROVENANCE),
    "persons": (
        *("sex", "age_band", "nationality", "community", "script", "district", "also_known_as"),
        *_PROVENANCE,
    ),
    "accounts": ("bank", "account_type", *_PROVENANCE),
    "offences": ("area", "shield_level", *_PROVENANCE),
}
_TIMES = {"transfers": "occurred_at", "offences": "occurred_at"}
_N_FOLDS = 5


@dataclass(frozen=True, slots=True)
class ColumnTold:
    """How well one column of a table tells a label: AUC, turned so that it is at least 0.5."""

    table: str
    column: str
    label: str
    value: float
    low: float
    high: float
    n: int

    @property
    def name(self) -> str:
        return f"{self.table}.{self.column} for {self.label}"


def leaks(world: WrittenWorld, rng: np.random.Generator) -> dict[str, Measured]:
    """The most telling column of each sort, over all labels of the truth."""
    told = [one for label in _labels(world) for one in _columns(world, *label, rng)]
    if not told:
        raise NotInWorld("no label of the truth has two sides")
    order = [one for one in told if one.column in _ORDER]
    calendar = [one for one in told if one.column in _CALENDAR]
    rail = [one for one in told if one.column == "rail"]
    plain = [one for one in told if one.column not in (*_ORDER, *_CALENDAR)]
    sorts = {"column_auc": plain, "order_auc": order, "calendar_auc": calendar, "rail_auc": rail}
    return {key: _most(found) for key, found in sorts.items() if found}


def _most(found: list[ColumnTold]) -> Measured:
    """The column whose interval reaches highest from below: by its lower bound, then value."""
    top = sorted(found, key=lambda one: (-one.low, -one.value))
    first = top[0]
    shown = top[:8]
    at = tuple(float(i) for i in range(len(shown)))
    plot = Plot(
        title="The most telling columns",
        x_label="column",
        y_label="AUC",
        series=(Series(name="this world", x=at, y=tuple(s.value for s in shown), kind="bars"),),
        ticks=tuple(f"{one.column} ({one.table})" for one in shown),
    )
    note = f"Of {len(found)} columns and labels the most telling is {first.name}."
    return Measured(
        value=first.value, low=first.low, high=first.high, n=first.n, note=note, plot=plot
    )


Label = tuple[str, str, Flags, Int64Array]  # table, label, positive, cluster


def _labels(world: WrittenWorld) -> Iterator[Label]:
    ledger = world.ledger
    yield "transfers", "laundering", ledger.tainted, _apart(ledger.cluster)
    if world.has("accounts", "id") and ledger.tainted.any():
        used = np.union1d(ledger.source[ledger.tainted], ledger.target[ledger.tainted])
        yield _member("accounts", "used to launder", world, ledger.accounts[used])
    if world.has("truth/roles", "entity", "network"):
        roles = world.table("truth/roles", "entity", "network").drop_duplicates("entity")
        of = pd.Series(pd.factorize(roles["network"])[0], index=roles["entity"])
        ids = world.table("persons", "id")["id"]
        cluster = ids.map(of).fillna(-1).to_numpy(np.int64)
        yield "persons", "in a planted network", cluster >= 0, _apart(cluster)
    if world.has("truth/same_person", "entity_a", "entity_b"):
        pairs = world.table("truth/same_person", "entity_a", "entity_b")
        yield _member("persons", "delivered twice", world, pd.Index(pairs.to_numpy().ravel()))
    if world.has("truth/series", "offence", "series"):
        yield _series(world)


def _member(table: str, label: str, world: WrittenWorld, ids: "pd.Index[str]") -> Label:
    positive = world.table(table, "id")["id"].isin(ids).to_numpy(bool)
    return table, label, positive, np.arange(len(positive))


def _series(world: WrittenWorld) -> Label:
    series = world.table("truth/series", "offence", "series").drop_duplicates("offence")
    of = pd.Series(pd.factorize(series["series"])[0], index=series["offence"])
    cluster = world.table("offences", "id")["id"].map(of).fillna(-1).to_numpy(np.int64)
    return "offences", "in a series", cluster >= 0, _apart(cluster)


def _apart(cluster: Int64Array) -> Int64Array:
    """Rows of no cluster get one each."""
    return np.where(cluster >= 0, cluster, cluster.max(initial=0) + 1 + np.arange(len(cluster)))


def _columns(
    world: WrittenWorld,
    table: str,
    label: str,
    positive: Flags,
    cluster: Int64Array,
    rng: np.random.Generator,
) -> Iterator[ColumnTold]:
    frame = world.tables[table]
    asked = _asked(world, table, label)
    if not positive[asked].any() or positive[asked].all():
        return
    fold = (pd.factorize(cluster)[0] + int(rng.integers(0, _N_FOLDS))) % _N_FOLDS
    n = int(positive[asked].sum())
    for column, values in _values(frame, table):
        cells = values[asked]
        scores = (
            cells.to_numpy(np.float64)
            if pd.api.types.is_numeric_dtype(cells)
            else out_of_fold_rate(cells, positive[asked], fold[asked])
        )
        value, low, high = _turned(*auc(_filled(scores), positive[asked], cluster[asked]))
        if not math.isnan(value):
            yield ColumnTold(table, column, label, value, low, high, n)


def _asked(world: WrittenWorld, table: str, label: str) -> Flags:
    """Rows that are asked about: a series is of one type, so offences of such types alone; what
    was delivered twice only against those who stand for themselves."""
    frame = world.tables[table]
    if label != "in a series":
        return np.ones(len(frame), dtype=bool)
    series = world.table("truth/series", "offence")["offence"]
    types = frame.loc[frame["id"].isin(series), "offence_type"].unique()
    return frame["offence_type"].isin(types).to_numpy(bool)


def _filled(scores: FloatArray) -> FloatArray:
    return np.asarray(np.where(np.isnan(scores), -np.inf, scores), dtype=np.float64)


def _turned(value: float, low: float, high: float) -> tuple[float, float, float]:
    return (value, low, high) if not value < 0.5 else (1 - value, 1 - high, 1 - low)


def _values(frame: pd.DataFrame, table: str) -> Iterator[tuple[str, pd.Series]]:
    """Raw columns of the table, its ids and order as numbers, and the calendar as categories."""
    yield "id number", pd.to_numeric(frame["id"].str.extract(r"(\d+)$")[0])
    yield "row number", pd.Series(np.arange(len(frame)), index=frame.index, dtype=float)
    for name in _COLUMNS[table]:
        if name in frame.columns and frame[name].nunique(dropna=False) > 1:
            yield name, frame[name]
    if table in _TIMES:
        at = frame[_TIMES[table]]
        stamp = pd.to_datetime(at, unit="s")
        yield "position in time", at
        yield "day of the month", stamp.dt.day.astype(str)
        yield "weekday", stamp.dt.day_of_week.astype(str)
        yield "hour", stamp.dt.hour.astype(str)
        yield "month of the year", stamp.dt.month.astype(str)
        if "known_at" in frame.columns:
            yield "delay until known", (frame["known_at"] - at) / DAY
