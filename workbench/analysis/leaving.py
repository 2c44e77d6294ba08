"""What of a case graph may leave: recorded entities and links, each with its record's provenance.

A record whose handling code stays keeps back what it states: an entity it states, a link it
carries, and every link of an entity that is kept back. An entity that only links name leaves with
the links that leave. Findings, measures, scores and links that somebody assessed are no records
and are not in the tables this starts from; sensitive features lie in a table it does not read.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from workbench.analysis.node_tables import AMOUNT, ESCAPE, KIND, OURS, RECORD, RESERVED, ROLE
from workbench.analysis.tables import Tables
from workbench.domain.record import OWN_COLUMNS

Flags = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Node:
    """One entity that leaves; `cells` hold kind, record and provenance, then its attributes."""

    id: str
    label: str
    cells: dict[str, str]
    n_own: int


@dataclass(frozen=True, slots=True)
class Edge:
    """One link that leaves, from and to the ids of entities that leave."""

    source: str
    target: str
    cells: dict[str, str]
    n_own: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Leaving:
    """Entities and links that leave, and how many stay.

    `entities` and `links` are rows of the dataset's tables with columns of their records;
    `stays` counts entities and links left out, `codes` the records left out by handling code.
    """

    entities: pd.DataFrame
    links: pd.DataFrame
    n_records: int
    n_entities_left_out: int
    n_links_left_out: int
    codes: dict[str, int]

    def nodes(self) -> Iterator[Node]:
        """The entities, in their order; empty cells left out."""
        columns = [KIND, RECORD, *OURS.values()]
        for row in _rows(self.entities, ["id", "label", "attributes", *columns]):
            own = {name: row[name] for name in columns if row[name]}
            more = {_escaped(k): str(v) for k, v in json.loads(row["attributes"]).items() if v}
            yield Node(row["id"], row["label"], {**own, **more}, len(own))

    def edges(self) -> Iterator[Edge]:
        """The links, in their order, with what else their records say."""
        columns = [KIND, ROLE, AMOUNT, RECORD, *OURS.values()]
        for row in _rows(self.links, ["from", "to", "content", *columns]):
            own = {name: row[name] for name in columns if row[name]}
            yield Edge(row["from"], row["to"], {**own, **_said(row)}, len(own))

    def columns(self) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """Names of all cells of the entities and of the links, in order of their first use."""
        nodes: dict[str, None] = {}
        edges: dict[str, None] = {}
        for node in self.nodes():
            nodes.update(dict.fromkeys(node.cells))
        for edge in self.edges():
            edges.update(dict.fromkeys(edge.cells))
        return tuple(nodes), tuple(edges)


def leaving(tables: Tables, *, stays: frozenset[str]) -> Leaving:
    """Everything but what rests on records whose handling code is in `stays`."""
    held = _held(tables.records, stays)
    entities, links = tables.entities, tables.links
    record = entities["record"].to_numpy()
    stated = tables.records["kind"].to_numpy()[record] == entities["kind"].to_numpy()
    source, target = links["source"].to_numpy(), links["target"].to_numpy()
    known = ~(stated & held[record])
    goes = ~held[links["record"].to_numpy()] & known[source] & known[target]
    named = np.zeros(len(entities), dtype=np.bool_)
    named[source[goes]] = named[target[goes]] = True
    known &= stated | named
    told = _told_again(entities, links[goes], ~stated & held[record] & known)
    return Leaving(
        entities=_with_records(told[known], tables.records, stated[known]),
        links=_link_columns(links[goes], entities, tables.records),
        n_records=len(np.unique(np.concatenate([record[known], links["record"].to_numpy()[goes]]))),
        n_entities_left_out=int((~known).sum()),
        n_links_left_out=int((~goes).sum()),
        codes=_codes(tables.records, stays),
    )


def _held(records: pd.DataFrame, stays: frozenset[str]) -> Flags:
    codes, texts = pd.factorize(records["handling"])
    held = np.array([bool(stays & set(str(text).split("+"))) for text in texts], dtype=np.bool_)
    return held[codes] if len(held) else np.zeros(len(records), dtype=np.bool_)


def _codes(records: pd.DataFrame, stays: frozenset[str]) -> dict[str, int]:
    counts = dict.fromkeys(sorted(stays), 0)
    for text, n in records["handling"].value_counts().items():
        for code in set(str(text).split("+")) & stays:
            counts[code] += int(n)
    return {code: n for code, n in counts.items() if n}


def _told_again(entities: pd.DataFrame, links: pd.DataFrame, lost: Flags) -> pd.DataFrame:
    """Entities whose first link stays are told as the first link that leaves tells of them."""
    if not lost.any():
        return entities
    ends = pd.concat(
        [
            links[["source", "record", "known_at"]].rename(columns={"source": "entity"}),
            links[["target", "record", "known_at"]].rename(columns={"target": "entity"}),
        ]
    ).sort_index(kind="stable")
    first = ends.drop_duplicates("entity").set_index("entity")
    rows = np.flatnonzero(lost)
    told = entities.copy()
    at = told.index[rows]
    told.loc[at, "record"] = first.loc[rows, "record"].to_numpy()
    told.loc[at, "known_at"] = first.loc[rows, "known_at"].array
    told.loc[at, "label"] = told.loc[at, "id"]
    return told


def _with_records(
    entities: pd.DataFrame, records: pd.DataFrame, stated: npt.NDArray[np.bool_]
) -> pd.DataFrame:
    """Entities with the provenance of the record that states them; only that one is theirs."""
    mine = records.iloc[entities["record"].to_numpy()].reset_index(drop=True)
    made = entities[["id", "kind", "label", "attributes"]].reset_index(drop=True)
    made = made.assign(record=mine["id"].where(stated, ""))
    return made.assign(**_provenance(mine), known_at=_texts(entities["known_at"]))


def _provenance(records: pd.DataFrame) -> dict[str, Any]:
    plain = ("member_state", "source", "source_grade", "information_grade", "handling")
    said: dict[str, Any] = {OURS[name]: records[name].to_numpy() for name in plain}
    return {**said, "occurred_at": _texts(records["occurred_at"])}


def _link_columns(
    links: pd.DataFrame, entities: pd.DataFrame, records: pd.DataFrame
) -> pd.DataFrame:
    ids = entities["id"].to_numpy()
    mine = records.iloc[links["record"].to_numpy()].reset_index(drop=True)
    made = links[["kind", "role"]].reset_index(drop=True)
    return made.assign(
        **{"from": ids[links["source"].to_numpy()], "to": ids[links["target"].to_numpy()]},
        amount=[_number(amount) for amount in links["amount"].tolist()],
        record=mine["id"],
        content=mine["content"],
        **_provenance(mine),
    ).assign(occurred_at=_texts(links["occurred_at"]), known_at=_texts(links["known_at"]))


def _texts(instants: "pd.Series[Any]") -> "npt.NDArray[np.object_]":
    text = instants.dt.strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    return np.asarray(text.astype(object).where(instants.notna(), ""), dtype=object)


def _number(amount: float) -> str:
    """The shortest decimal that reads back as the same number."""
    if np.isnan(amount):
        return ""
    return str(int(amount)) if amount == int(amount) else repr(amount)


def _rows(frame: pd.DataFrame, columns: list[str]) -> Iterator[dict[str, str]]:
    lists = [frame[name].tolist() for name in columns]
    for cells in zip(*lists, strict=True):
        yield dict(zip(columns, map(str, cells), strict=True))


def _escaped(name: str) -> str:
    return f"{ESCAPE}{name}" if name in RESERVED else name


def _said(row: dict[str, str]) -> dict[str, str]:
    """What the record says beyond its ends, its own id, its amount, role, origin and times."""
    known = {row["from"], row["to"], row[RECORD], row[ROLE]}
    said: dict[str, str] = {}
    for name, cell in json.loads(row["content"]).items():
        if not cell or cell in known or name in OWN_COLUMNS or _same(cell, row[AMOUNT]):
            continue
        said[_escaped(name)] = cell
    return said


def _same(cell: str, amount: str) -> bool:
    if not amount or not cell.replace(".", "", 1).isdecimal():
        return False
    return float(cell) == float(amount)
