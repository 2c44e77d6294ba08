"""What the data audit looks at: a delivery as it was checked, and the five tables it became."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from workbench.analysis.mapping import TableMapping, plain
from workbench.analysis.quality import Checked
from workbench.analysis.tables import IntArray, Tables
from workbench.domain.entity import EntityKind

MOST_VALUES = 60  # a sensitive column with more (a birth date) tells no groups apart
NOT_RECORDED = "not recorded"


@dataclass(frozen=True, slots=True)
class Part:
    """One table: its rows as delivered (`frame`, all text) and as `records`, row by row.

    `source` and `target` are entity rows of a link, -1 in a table of entities.
    """

    mapping: TableMapping
    frame: pd.DataFrame
    records: pd.DataFrame
    source: IntArray
    target: IntArray

    @property
    def name(self) -> str:
        return self.mapping.name

    def columns_called(self, *names: str) -> list[str]:
        """Columns whose header is one of `names`, case, blanks and underscores aside."""
        return [c for c in map(str, self.frame.columns) if plain(c) in names]


@dataclass(frozen=True, slots=True)
class Groups:
    """One sensitive attribute: ``codes[entity]`` numbers `names`, -1 for what is no person."""

    attribute: str
    names: tuple[str, ...]
    codes: IntArray

    def counts(self, entities: IntArray) -> IntArray:
        """How many of these entity rows fall to each group; those of no group left out."""
        codes = self.codes[entities[entities >= 0]]
        return np.bincount(codes[codes >= 0], minlength=len(self.names)).astype(np.int32)


@dataclass(frozen=True, slots=True)
class Batch:
    """The tables of a delivery, tables of entities first, and what they became."""

    parts: tuple[Part, ...]
    tables: Tables
    groups: tuple[Groups, ...]

    @classmethod
    def of(cls, checked: Sequence[Checked], tables: Tables) -> "Batch":
        """Take the delivery apart in the order in which it was assembled."""
        ordered = [
            *(t for t in checked if not t.mapping.is_link),
            *(t for t in checked if t.mapping.is_link),
        ]
        parts, start = [], 0
        ends = tables.links[["record", "source", "target"]].to_numpy()
        for one in ordered:
            stop = start + len(one.frame)
            low, high = np.searchsorted(ends[:, 0], [start, stop])
            linked = ends[low:high] if one.mapping.is_link else np.full((stop - start, 3), -1)
            mine = tables.records.iloc[start:stop]
            parts.append(Part(one.mapping, one.frame, mine, linked[:, 1], linked[:, 2]))
            start = stop
        return cls(tuple(parts), tables, _groups(tables))

    @property
    def persons(self) -> IntArray:
        """Entity rows of all persons."""
        return np.flatnonzero(self.tables.entities["kind"] == EntityKind.PERSON).astype(np.int32)

    def person_of(self, part: Part) -> IntArray:
        """The person that each row is about: whom it states, or the first person it links; or -1.

        Entity rows, int32.
        """
        mapping = part.mapping
        if mapping.is_link:
            ends = {mapping.to_kind: part.target, mapping.from_kind: part.source}
            return ends.get(EntityKind.PERSON, np.full(len(part.frame), -1))
        if mapping.kind != EntityKind.PERSON:
            return np.full(len(part.frame), -1, dtype=np.int32)
        ids = part.frame[mapping.id] if mapping.id else part.records["id"]
        persons = self.persons
        index = pd.Index(self.tables.entities["id"].to_numpy()[persons])
        at = index.get_indexer(pd.Index(ids))
        apart = index.get_indexer(pd.Index(f"{EntityKind.PERSON}:" + ids))
        at = np.where(at < 0, apart, at)
        return np.where(at < 0, -1, np.append(persons, -1)[at]).astype(np.int32)


def _groups(tables: Tables) -> tuple[Groups, ...]:
    n = len(tables.entities)
    is_person = (tables.entities["kind"] == EntityKind.PERSON).to_numpy()
    made = []
    for attribute in tables.sensitive.columns.drop("entity"):
        told = np.full(n, NOT_RECORDED, dtype=object)
        told[tables.sensitive["entity"].to_numpy()] = tables.sensitive[attribute].to_numpy()
        names = sorted(set(told[is_person]))
        if not 1 <= len(names) <= MOST_VALUES:
            continue
        codes = pd.Index(names).get_indexer(pd.Index(told))
        made.append(
            Groups(str(attribute), tuple(names), np.where(is_person, codes, -1).astype(np.int32))
        )
    return tuple(made)
