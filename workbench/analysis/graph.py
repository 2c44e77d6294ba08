"""The case graph: typed entities and links, each with the record that states it.

In bulk it is arrays: entities and links are numbered by row, the adjacency is int32. networkx
comes in only for the few entities that a person looks at.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cached_property
from typing import TYPE_CHECKING, Any, TypeVar, cast

import numpy as np
import pandas as pd

from workbench.analysis.tables import (
    ENTITIES,
    LINKS,
    RECORDS,
    FloatArray,
    Int64Array,
    IntArray,
)
from workbench.domain.entity import EntityKind, InvolvementRole, LinkKind
from workbench.domain.errors import BadInput

if TYPE_CHECKING:
    import networkx

Derived = TypeVar("Derived")
Objects = np.ndarray[tuple[int], np.dtype[np.object_]]
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
NEVER = np.int64(np.iinfo(np.int64).min)  # how NaT reads as microseconds
RECORDS_CAP = 500  # a group of 60 transfers with holders and all facts on them has some 320
FIRST_FACTS = 20


def microseconds(instants: "pd.Series[Any]") -> Int64Array:
    """Aware instants as int64 microseconds since 1970 UTC; `NEVER` where there is none."""
    naive = instants.dt.tz_convert("UTC").dt.tz_localize(None)
    return cast(Int64Array, naive.to_numpy("datetime64[us]").view(np.int64))


def microsecond(instant: datetime) -> int:
    """One aware instant as microseconds since 1970 UTC."""
    return (instant - EPOCH) // timedelta(microseconds=1)


@dataclass(frozen=True, eq=False, repr=False)
class CaseGraph:
    """Entities, links and records, each frame indexed by its row number.

    A view (`as_of`) holds only the rows known by `at`; row numbers stay those of the whole, so
    candidates made on a view hold on the whole and the other way round. Never change a frame.
    """

    entities: pd.DataFrame
    links: pd.DataFrame
    records: pd.DataFrame
    at: datetime | None = None

    @classmethod
    def build(
        cls, entities: pd.DataFrame, links: pd.DataFrame, records: pd.DataFrame
    ) -> "CaseGraph":
        """The graph of three ingested tables, checked against their declarations.

        Raises
        ------
        BadInput
            When a table breaks its declaration or a link's end does not exist.
        """
        entities, links, records = (
            ENTITIES.check(entities),
            LINKS.check(links),
            RECORDS.check(records),
        )
        ends = pd.concat([links["source"], links["target"]])
        lost = int(((ends < 0) | (ends >= len(entities))).sum())
        if lost:
            raise BadInput(
                f"{lost} ends of links name an entity that is not in the table; ingest again.",
                code="dangling",
            )
        return cls(
            entities=entities.set_index("entity", drop=False).rename_axis(None),
            links=links.set_index("link", drop=False).rename_axis(None),
            records=records.set_index("record", drop=False).rename_axis(None),
        )

    @cached_property
    def _views(self) -> dict[datetime, "CaseGraph"]:
        return {}

    def as_of(self, instant: datetime) -> "CaseGraph":
        """What was known at `instant`: a link also needs both its ends to be known.

        The last four views are kept, since a model asks for the same one several times.
        """
        if self.at is not None and instant >= self.at:
            return self
        if instant not in self._views:
            while len(self._views) >= 4:
                self._views.pop(next(iter(self._views)))
            self._views[instant] = self._view(instant)
        return self._views[instant]

    def _view(self, instant: datetime) -> "CaseGraph":
        limit = pd.Timestamp(instant)
        entities = self.entities[self.entities["known_at"] <= limit]
        records = self.records[self.records["known_at"] <= limit]
        links = self.links[self.links["known_at"] <= limit]
        ends_known = links["source"].isin(entities.index) & links["target"].isin(entities.index)
        carried = links["record"].isin(records.index)
        return CaseGraph(entities, links[ends_known & carried], records, instant)

    def without(self, links: IntArray) -> "CaseGraph":
        """The same view, these links left out."""
        kept = self.links[~self.links.index.isin(links)]
        return CaseGraph(self.entities, kept, self.records, self.at)

    def restricted(self, links: IntArray, known: Mapping[Any, object]) -> "CaseGraph":
        """A graph of the links at these rows alone, numbered anew in their order, on which what
        `known` maps is not made anew.

        `known` maps a maker (see `derived`) to what it made of a larger graph.
        """
        kept = self.links.loc[links].reset_index(drop=True)
        kept["link"] = kept.index.astype(np.int32)
        small = CaseGraph(self.entities, kept, self.records, self.at)
        small._derived.update(known)
        small.__dict__.update(n_entities=self.n_entities, entity_kinds=self.entity_kinds)
        return small

    @cached_property
    def _derived(self) -> dict[Callable[["CaseGraph"], object], object]:
        return {}

    def derived(self, make: Callable[["CaseGraph"], Derived]) -> Derived:
        """What `make` makes of this graph, made once and kept with it."""
        if make not in self._derived:
            self._derived[make] = make(self)
        return cast(Derived, self._derived[make])

    # Arrays, by row. Rows that a view does not know read -1, "" or NEVER.

    @cached_property
    def n_entities(self) -> int:
        """One more than the highest entity row: the length of arrays by entity."""
        return int(self.entities.index[-1]) + 1 if len(self.entities) else 0

    @cached_property
    def n_links(self) -> int:
        """One more than the highest link row: the length of arrays by link."""
        return int(self.links.index[-1]) + 1 if len(self.links) else 0

    @cached_property
    def entity_kinds(self) -> Objects:
        return cast(
            Objects, self._by_row(self.entities["kind"].to_numpy(object), self.entities, "")
        )

    @cached_property
    def link_kinds(self) -> Objects:
        return cast(Objects, self._by_row(self.links["kind"].to_numpy(object), self.links, ""))

    @cached_property
    def sources(self) -> IntArray:
        return cast(IntArray, self._by_row(self.links["source"].to_numpy(np.int32), self.links, -1))

    @cached_property
    def targets(self) -> IntArray:
        return cast(IntArray, self._by_row(self.links["target"].to_numpy(np.int32), self.links, -1))

    @cached_property
    def amounts(self) -> FloatArray:
        return cast(
            FloatArray, self._by_row(self.links["amount"].to_numpy(np.float64), self.links, np.nan)
        )

    @cached_property
    def times(self) -> Int64Array:
        """When each link happened, in microseconds; when it was known where that is missing."""
        happened = microseconds(self.links["occurred_at"])
        known = microseconds(self.links["known_at"])
        when = np.where(happened == NEVER, known, happened)
        return cast(Int64Array, self._by_row(when, self.links, NEVER))

    @staticmethod
    def _by_row(values: Any, frame: pd.DataFrame, fill: object) -> Any:
        length = int(frame.index[-1]) + 1 if len(frame) else 0
        spread = np.full(length, fill, dtype=values.dtype)
        spread[frame.index.to_numpy()] = values
        return spread

    def rows_of(self, *kinds: str) -> IntArray:
        """Rows of the entities of these kinds, ascending."""
        return np.flatnonzero(np.isin(self.entity_kinds, [str(k) for k in kinds])).astype(np.int32)

    def link_rows(self, *kinds: str) -> IntArray:
        """Rows of the links of these kinds, ascending."""
        return np.flatnonzero(np.isin(self.link_kinds, [str(k) for k in kinds])).astype(np.int32)

    @cached_property
    def _adjacency(self) -> tuple[IntArray, IntArray]:
        """Offsets by entity, and the links that touch it; the other end follows from the link."""
        rows = self.links.index.to_numpy(np.int32)
        ends = np.concatenate([self.sources[rows], self.targets[rows]])
        order = np.argsort(ends, kind="stable")
        offsets = np.zeros(self.n_entities + 1, np.int32)
        np.cumsum(np.bincount(ends, minlength=self.n_entities), out=offsets[1:])
        return offsets, np.concatenate([rows, rows])[order]

    def incident(self, entities: Iterable[int]) -> IntArray:
        """Rows of the links that touch any of `entities`, ascending, each once."""
        offsets, links = self._adjacency
        parts = [links[offsets[e] : offsets[e + 1]] for e in entities if 0 <= e < self.n_entities]
        return np.unique(np.concatenate(parts)) if parts else np.empty(0, np.int32)

    def incident_of(self, entities: Iterable[int], *kinds: str) -> IntArray:
        """As `incident`, of the given link kinds alone."""
        rows = self.incident(entities)
        return rows[np.isin(self.link_kinds[rows], [str(k) for k in kinds])]

    def neighbourhood(
        self, entities: Sequence[int] | IntArray, hops: int, cap: int
    ) -> tuple[IntArray, IntArray]:
        """Entities within `hops` links of `entities`, at most `cap` of them, and their links.

        Where a step would go beyond the cap, those with most links to what is already in are
        kept, equal ones by row.

        Returns
        -------
        entity rows, link rows : int32 arrays, ascending.
        """
        inside = np.unique(np.asarray(entities, np.int32))
        for _ in range(hops):
            touching = self.incident(inside)
            ends = np.concatenate([self.sources[touching], self.targets[touching]])
            found, n_links = np.unique(ends[~np.isin(ends, inside)], return_counts=True)
            best = found[np.argsort(-n_links, kind="stable")][: max(cap - len(inside), 0)]
            inside = np.union1d(inside, best).astype(np.int32)
        return inside, self.links_among(inside)

    def links_among(self, entities: Sequence[int] | IntArray) -> IntArray:
        """Rows of the links that have both ends in `entities`, ascending."""
        rows = self.incident(entities)
        both = np.isin(self.sources[rows], entities) & np.isin(self.targets[rows], entities)
        return rows[both]

    def to_networkx(
        self, entities: Sequence[int] | IntArray, links: Sequence[int] | IntArray
    ) -> "networkx.MultiDiGraph[int]":
        """The few `entities` and `links` as networkx, for what a person looks at.

        Nodes are entity rows with ``id``, ``label`` and ``kind``; edges are keyed by link row
        with ``kind``, ``role``, ``amount`` and ``occurred_at``.
        """
        import networkx

        graph: networkx.MultiDiGraph[int] = networkx.MultiDiGraph()
        chosen = self.entities.loc[list(entities)]
        for row, name, label, kind in zip(
            chosen.index, chosen["id"], chosen["label"], chosen["kind"], strict=True
        ):
            graph.add_node(int(row), id=name, label=label, kind=kind)
        columns = ["source", "target", "kind", "role", "amount", "occurred_at"]
        for row, link in self.links.loc[list(links), columns].to_dict("index").items():
            ends = int(link.pop("source")), int(link.pop("target"))
            graph.add_edge(*ends, key=row, **{str(k): v for k, v in link.items()})
        return graph

    # What a finding rests on

    def holders(self, accounts: Iterable[int]) -> IntArray:
        """Persons and organisations who hold any of `accounts`, ascending, each once."""
        rows = self.incident_of(accounts, LinkKind.HOLDS)
        return np.unique(self.sources[rows][np.isin(self.targets[rows], list(accounts))])

    def holdings(self, holders: Iterable[int]) -> IntArray:
        """Accounts that any of `holders` holds, ascending, each once."""
        wanted = list(holders)
        rows = self.incident_of(wanted, LinkKind.HOLDS)
        return np.unique(self.targets[rows][np.isin(self.sources[rows], wanted)])

    @cached_property
    def _verified_records(self) -> IntArray:
        good = self.records["source_grade"].isin(["A", "B"]) & self.records[
            "information_grade"
        ].isin(["1", "2"])
        return self.records.index[good].to_numpy(np.int32)

    def offence_facts(self, entities: Iterable[int]) -> IntArray:
        """Record rows of verified facts that tie `entities` to an offence (duty T1).

        A verified fact has source grade A or B and information grade 1 or 2. It counts where it
        states that the entity, or who holds the account, is recorded as a suspect in an offence,
        or that the account or vehicle was used in one. A trait or a model's output is no record
        of this kind and never counts.
        """
        members = [int(e) for e in entities]
        accounts = [e for e in members if self.entity_kinds[e] == EntityKind.ACCOUNT]
        concerned = np.union1d(np.asarray(members, np.int32), self.holders(accounts))
        rows = self.incident_of(concerned, LinkKind.INVOLVED_IN)
        rows = rows[np.isin(self.sources[rows], concerned)]
        stated = self.links.loc[rows]
        counting = stated["role"].isin([InvolvementRole.SUSPECT, InvolvementRole.USED])
        carrying = np.unique(stated.loc[counting, "record"].to_numpy(np.int32))
        return carrying[np.isin(carrying, self._verified_records)].astype(np.int32)

    def records_beneath(
        self,
        members: Iterable[int],
        entities: Sequence[int] | IntArray,
        links: Sequence[int] | IntArray,
        *,
        cap: int = RECORDS_CAP,
    ) -> IntArray:
        """Rows of the records that a finding on `members` with this subgraph rests on.

        First the 20 latest verified offence facts on the members, then records of the subgraph's
        links (for each pair of ends the latest first, pairs taking turns), then all further facts,
        then those that state its entities; at most `cap` of them, each once.
        """
        facts = self.offence_facts(members)
        latest = np.argsort(-microseconds(self.records.loc[facts, "known_at"]), kind="stable")
        facts = facts[latest]
        shown = self.links.loc[list(links)].assign(_time=self.times[np.asarray(links, np.int64)])
        shown = shown.sort_values(["_time", "link"], ascending=[False, True], kind="stable")
        turn = shown.groupby(["source", "target", "kind"], sort=False).cumcount()
        carried = shown["record"].to_numpy(np.int32)[np.argsort(turn.to_numpy(), kind="stable")]
        stated = self.entities.loc[list(entities), "record"].to_numpy(np.int32)
        rows = np.concatenate([facts[:FIRST_FACTS], carried, facts, stated])
        _, first = np.unique(rows, return_index=True)
        return rows[np.sort(first)][:cap].astype(np.int32)
