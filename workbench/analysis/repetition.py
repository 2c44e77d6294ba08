"""What a delivery says twice: rows, persons, and reports that return through another state."""

import unicodedata
from typing import Any

import numpy as np
import pandas as pd

from workbench.analysis.batch import Batch, Part
from workbench.analysis.completeness import births
from workbench.analysis.fitness import LEAST, Found, Measure
from workbench.analysis.mapping import PROVENANCE
from workbench.domain.entity import EntityKind

_TELLING = {  # columns beside id and provenance that a table needs before equal rows say anything
    EntityKind.PERSON: 2,
    EntityKind.ORGANISATION: 3,  # a name and a line of business are no number or plate
    EntityKind.OFFENCE: 3,
    EntityKind.OTHER: 3,
}
SAME_ROW = "repeats another row in all but the id"
SAME_SOURCE = "name and birth date of another in the same source"
OTHER_SOURCE = "name and birth date of another in another source"
PASSED_ON = "passes on another state's report"
SAME_DAY = "same two persons, same day, another state"


def duplicates(batch: Batch) -> list[Measure]:
    """Rows that repeat an earlier one of their table in every cell but the ids.

    A table with too few columns to tell its rows apart is left out.
    """
    made = []
    for part in batch.parts:
        mapping = part.mapping
        own = {mapping.record} if mapping.is_link else {mapping.id}
        columns = [c for c in map(str, part.frame.columns) if c not in own]
        telling = [c for c in columns if c not in {*PROVENANCE, *mapping.provenance.values()}]
        needed = 2 if mapping.is_link else _TELLING.get(EntityKind(mapping.kind), 1)
        if len(telling) < needed or mapping.optional or not _tells_moments(part):
            continue
        hashed = pd.util.hash_pandas_object(part.frame[columns], index=False)
        count = len(hashed) - hashed.nunique()
        made.append(Measure(where=part.name, what=SAME_ROW, n=len(hashed), count=int(count)))
    return made


def _tells_moments(part: Part) -> bool:
    """True unless rows are events known to the day alone: two of one day may well be alike."""
    if not part.mapping.is_link or not part.mapping.provenance.get("occurred_at"):
        return True
    at = part.records["occurred_at"].dropna()
    return at.empty or bool((at.dt.floor("D") != at).any()) or bool(part.mapping.record)


def repeated_persons(batch: Batch) -> list[Measure]:
    """Persons with another's name and birth date, within one source and across sources.

    Names are compared without case, accents and order of words; in dates day and month may be
    swapped. Other writings of a name are record linkage's to find. Rows without both are left out.
    """
    made = []
    for part in batch.parts:
        mapping = part.mapping
        if mapping.is_link or mapping.kind != EntityKind.PERSON or not mapping.label:
            continue
        if (told := births(part)) is None:
            continue
        known = (told[1].notna() & (part.frame[mapping.label] != "")).to_numpy()
        name = _folded(part.frame[mapping.label][known])
        born = told[1][known].dt
        low, high = np.minimum(born.day, born.month), np.maximum(born.day, born.month)
        key = pd.DataFrame({"name": name, "y": born.year, "low": low, "high": high})
        key["source"] = part.records["source"].to_numpy()[known]
        person = ["name", "y", "low", "high"]
        same = key.duplicated([*person, "source"])
        across = key.groupby(person)["source"].transform("nunique") > 1
        for what, flags in ((SAME_SOURCE, same), (OTHER_SOURCE, across)):
            made.append(Measure(where=part.name, what=what, n=len(key), count=int(flags.sum())))
    return made


def _folded(names: "pd.Series[Any]") -> "pd.Series[Any]":
    codes, distinct = pd.factorize(names)
    folded = np.array([_fold(str(name)) for name in distinct], dtype=object)
    return pd.Series(folded[codes] if len(folded) else [], index=names.index, dtype="str")


def _fold(name: str) -> str:
    bare = "".join(c for c in unicodedata.normalize("NFKD", name) if not unicodedata.combining(c))
    return " ".join(sorted(bare.casefold().replace("-", " ").split()))


def circular(batch: Batch) -> list[Measure]:
    """What states say of a pair, and how much of it only passes on another state's report.

    Statements about one pair have one origin when they share the column `report` or the column
    `origin`, directly or through others. Each state's word from each origin is counted once; all
    but the first state's is passed on. Without those columns, statements of several states about
    two persons and one day are counted, as a hint.
    """
    made = []
    for part in batch.parts:
        if not part.mapping.is_link:
            continue
        columns = part.columns_called("report", "reportid", "origin")
        pair = _pairs(part)
        state = pd.factorize(part.records["member_state"])[0]
        if columns:
            origin, what = _origins(pair, [part.frame[c] for c in columns]), PASSED_ON
        elif part.mapping.from_kind == part.mapping.to_kind == EntityKind.PERSON:
            dated = part.records["occurred_at"].notna().to_numpy()
            pair, state, what = pair[dated], state[dated], SAME_DAY
            day = part.records["occurred_at"][dated].dt.floor("D").to_numpy()
            same = pd.DataFrame({"pair": pair, "day": day}).groupby(["pair", "day"])
            origin = same.ngroup().to_numpy().astype(np.int32)
        else:
            continue
        said = pd.DataFrame({"pair": pair, "origin": origin, "state": state})
        n, independent = len(said.drop_duplicates()), len(said.drop_duplicates(["pair", "origin"]))
        made.append(Measure(where=part.name, what=what, n=n, count=n - independent))
    return made


def corroborated(batch: Batch) -> list[Measure]:
    """Pairs of which several states speak, and how many of them rest on one origin alone."""
    made = []
    for part in batch.parts:
        columns = part.columns_called("report", "reportid", "origin")
        if not part.mapping.is_link or not columns:
            continue
        pair = _pairs(part)
        said = pd.DataFrame(
            {
                "pair": pair,
                "state": part.records["member_state"].to_numpy(),
                "origin": _origins(pair, [part.frame[c] for c in columns]),
            }
        )
        each = said.groupby("pair").agg({"state": "nunique", "origin": "nunique"})
        several = each[each["state"] > 1]
        what = "pair that several states name, on one origin alone"
        count = int((several["origin"] == 1).sum())
        made.append(Measure(where=part.name, what=what, n=len(several), count=count))
    return made


def passed_on(measures: list[Measure]) -> list[Found]:
    """The share that is passed on, where there are `LEAST` statements or more."""
    return [Found(m.where, m.count / m.n) for m in measures if m.n >= LEAST]


def _pairs(part: Part) -> "np.ndarray[tuple[int], np.dtype[np.int64]]":
    low, high = np.minimum(part.source, part.target), np.maximum(part.source, part.target)
    return low.astype(np.int64) << 32 | high


def _origins(
    pair: "np.ndarray[tuple[int], np.dtype[np.int64]]", told: "list[pd.Series[Any]]"
) -> "np.ndarray[tuple[int], np.dtype[np.int32]]":
    """A number per independent origin of a pair: components of statements that share a cell."""
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    n = len(pair)
    rows, nodes, n_nodes = [], [], n
    for cells in told:
        filled = np.flatnonzero((cells != "").to_numpy())
        shared = pd.DataFrame({"pair": pair[filled], "cell": cells.to_numpy()[filled]})
        number = shared.groupby(["pair", "cell"]).ngroup().to_numpy()
        rows.append(filled)
        nodes.append(number + n_nodes)
        n_nodes += int(number.max(initial=-1)) + 1
    i, j = np.concatenate(rows), np.concatenate(nodes)
    graph = coo_array((np.ones(len(i), dtype=np.int8), (i, j)), shape=(n_nodes, n_nodes))
    labels: np.ndarray[tuple[int], np.dtype[np.int32]] = connected_components(
        graph, directed=False
    )[1]
    return labels[:n]
