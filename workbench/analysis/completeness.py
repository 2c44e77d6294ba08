"""What is missing from a delivery, and what in it cannot be true or hangs in the air."""

from datetime import datetime
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from workbench.analysis.batch import Batch, Part
from workbench.analysis.fitness import LEAST, Found, Measure
from workbench.analysis.tables import FloatArray
from workbench.domain.entity import EntityKind, InvolvementRole

BIRTH = ("birthdate", "dateofbirth", "dob", "born")
OLDEST, YOUNGEST_SUSPECT = 120, 8  # years
_DAYS = 365.2425
_BOUNDS = {  # by header: lowest and highest value that can be
    "duration": (0.0, 86_400.0),
    "durationseconds": (0.0, 86_400.0),
    "latitude": (-90.0, 90.0),
    "longitude": (-180.0, 180.0),
    "xkm": (-50_000.0, 50_000.0),
    "ykm": (-50_000.0, 50_000.0),
}


def missing(batch: Batch) -> list[Measure]:
    """Empty cells per table and column, complete columns included."""
    return [
        Measure(
            where=f"{part.name}.{column}",
            what="empty cells",
            n=len(part.frame),
            count=int((part.frame[column] == "").sum()),
        )
        for part in batch.parts
        if not part.mapping.optional
        for column in map(str, part.frame.columns)
    ]


def missing_meanings(batch: Batch, measures: list[Measure]) -> list[Found]:
    """The share of empty cells in the columns that models read, tables of `LEAST` rows or more."""
    meant = {
        f"{part.name}.{column}"
        for part in batch.parts
        for column in (
            part.mapping.label,
            part.mapping.amount,
            part.mapping.role,
            part.mapping.provenance.get("known_at", ""),
        )
        if column
    }
    return [Found(m.where, m.count / m.n) for m in measures if m.where in meant and m.n >= LEAST]


def missing_by_group(batch: Batch) -> list[Measure]:
    """Empty cells per column and subgroup, in tables that state persons: a row is one person.

    Columns that are complete, or wholly empty, are left out: they tell no groups apart.
    """
    made = []
    for part in batch.parts:
        if part.mapping.is_link or part.mapping.kind != EntityKind.PERSON:
            continue
        person = batch.person_of(part)
        for column in map(str, part.frame.columns):
            empty = (part.frame[column] == "").to_numpy()
            if not 0 < empty.sum() < len(empty):
                continue
            for groups in batch.groups:
                n, count = groups.counts(person), groups.counts(person[empty])
                made += [
                    Measure(
                        where=f"{part.name}.{column}",
                        what="empty cells",
                        n=int(n[g]),
                        count=int(count[g]),
                        attribute=groups.attribute,
                        group=name,
                    )
                    for g, name in enumerate(groups.names)
                    if groups.attribute != column
                ]
    return made


def impossible(batch: Batch, *, now: datetime) -> list[Measure]:
    """Values that cannot be, per column and rule; columns without any such rule are left out."""
    made: list[Measure] = []
    for part in batch.parts:
        made += _numbers(part)
        made += _times(part, now)
        if part.mapping.kind == EntityKind.PERSON:
            made += _births(part, now)
    made += [*_young_suspects(batch), *_both_roles(batch)]
    return [m for m in made if m.n]


def _numbers(part: Part) -> list[Measure]:
    made = []
    for column in part.columns_called(*_BOUNDS):
        low, high = _BOUNDS[column.casefold().replace("_", "").replace(" ", "")]
        values, n = _read(part.frame[column])
        wrong = n - int(((values >= low) & (values <= high)).sum())
        made.append(
            Measure(
                where=f"{part.name}.{column}",
                what=f"no number from {low:g} to {high:g}",
                n=n,
                count=wrong,
            )
        )
    if part.mapping.amount:
        values, n = _read(part.frame[part.mapping.amount])
        where = f"{part.name}.{part.mapping.amount}"
        made.append(
            Measure(where=where, what="amount of nought", n=n, count=int((values == 0).sum()))
        )
    return made


def _read(cells: "pd.Series[Any]") -> tuple[FloatArray, int]:
    """Filled cells as numbers, NaN for what is none; and how many are filled."""
    filled = cells[cells != ""]
    return pd.to_numeric(filled, errors="coerce").to_numpy(np.float64), len(filled)


def _times(part: Part, now: datetime) -> list[Measure]:
    made = []
    for meaning in ("occurred_at", "known_at"):
        if column := part.mapping.provenance.get(meaning, ""):
            at = part.records[meaning]
            where = f"{part.name}.{column}"
            n, count = int(at.notna().sum()), int((at > now).sum())
            made.append(Measure(where=where, what="lies in the future", n=n, count=count))
    return made


def births(part: Part) -> "tuple[str, pd.Series[Any]] | None":
    """The column of birth dates of a table of persons and its dates, NaT where there is none."""
    columns = part.columns_called(*BIRTH)
    if not columns:
        return None
    dates = pd.to_datetime(part.frame[columns[0]], format="%Y-%m-%d", errors="coerce", utc=True)
    return columns[0], dates


def _births(part: Part, now: datetime) -> list[Measure]:
    if (told := births(part)) is None:
        return []
    column, born = told
    filled = (part.frame[column] != "").to_numpy()
    years = (pd.Timestamp(now) - born).dt.days.to_numpy(np.float64) / _DAYS
    where, n = f"{part.name}.{column}", int(filled.sum())
    no_date = int((filled & np.isnan(years)).sum())
    outside = int(((years < 0) | (years > OLDEST)).sum())
    return [
        Measure(where=where, what="no date such as 1990-01-31", n=n, count=no_date),
        Measure(where=where, what=f"not born yet, or over {OLDEST} years ago", n=n, count=outside),
    ]


def _young_suspects(batch: Batch) -> list[Measure]:
    """Suspect records of persons under `YOUNGEST_SUSPECT` years old when it happened."""
    born = np.full(len(batch.tables.entities) + 1, np.nan)  # days since 1970, the last for nobody
    for part in batch.parts:
        told = births(part) if part.mapping.kind == EntityKind.PERSON else None
        if told is not None:
            born[batch.person_of(part)] = _days(told[1])
    born[-1] = np.nan
    links = batch.tables.links
    suspects = links[links["role"] == InvolvementRole.SUSPECT]
    age = (_days(suspects["occurred_at"]) - born[suspects["source"]]) / _DAYS
    n = int((~np.isnan(age)).sum())
    what = f"suspect under {YOUNGEST_SUSPECT} years of age"
    return [Measure(where="involved_in", what=what, n=n, count=int((age < YOUNGEST_SUSPECT).sum()))]


def _days(dates: "pd.Series[Any]") -> FloatArray:
    """Days since 1970 as float64, NaN where there is no date."""
    plain: npt.NDArray[np.datetime64] = dates.dt.tz_localize(None).to_numpy("datetime64[D]")
    return np.where(np.isnat(plain), np.nan, plain.astype(np.int64)).astype(np.float64)


def _both_roles(batch: Batch) -> list[Measure]:
    """Persons recorded as suspect and as victim of one offence."""
    links = batch.tables.links
    said = links[links["role"].isin([InvolvementRole.SUSPECT, InvolvementRole.VICTIM])]
    roles = said.groupby(["source", "target"])["role"].nunique()
    what = "suspect and victim of the same offence"
    return [Measure(where="involved_in", what=what, n=len(roles), count=int((roles > 1).sum()))]


def orphans(batch: Batch) -> list[Measure]:
    """Per kind: entities that only a link names, and entities that no link names."""
    entities, links = batch.tables.entities, batch.tables.links
    of_links = {part.name for part in batch.parts if part.mapping.is_link}
    table = batch.tables.records["table"].to_numpy()[entities["record"].to_numpy()]
    made_from_link = pd.Index(table).isin(of_links)
    linked = np.zeros(len(entities), dtype=np.bool_)
    linked[links["source"]] = linked[links["target"]] = True
    made = []
    for kind, at in entities.groupby("kind").indices.items():
        n, where = len(at), str(kind)
        for what, flags in (("only a link names it", made_from_link), ("no link", ~linked)):
            made.append(Measure(where=where, what=what, n=n, count=int(flags[at].sum())))
    return made


def dangling(batch: Batch, measures: list[Measure]) -> list[Found]:
    """Of the kinds that a table states, the share that only a link names."""
    stated = {part.mapping.kind for part in batch.parts if not part.mapping.is_link}
    return [
        Found(m.where, m.count / m.n)
        for m in measures
        if m.what == "only a link names it" and m.where in stated and m.n >= LEAST
    ]
