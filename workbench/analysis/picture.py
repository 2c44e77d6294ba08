"""From rows to objects: the few entities, links and records that a person looks at."""

import json
from collections.abc import Sequence

import pandas as pd

from workbench.analysis.graph import CaseGraph
from workbench.analysis.tables import IntArray
from workbench.domain.entity import Entity, EntityKind, Link, LinkStatus
from workbench.domain.record import HandlingCode, InformationGrade, Record, SourceGrade

Rows = Sequence[int] | IntArray


def entities_at(graph: CaseGraph, rows: Rows) -> tuple[Entity, ...]:
    """The entities at these rows, in that order."""
    chosen = graph.entities.loc[list(rows)]
    record_ids = graph.records["id"].reindex(chosen["record"]).fillna("")
    return tuple(
        Entity(
            id=row["id"],
            kind=EntityKind(row["kind"]),
            label=row["label"],
            member_state=row["member_state"],
            record_id=record_id,
            attributes=_texts(row["attributes"]),
        )
        for row, record_id in zip(chosen.to_dict("records"), record_ids, strict=True)
    )


def links_at(graph: CaseGraph, rows: Rows) -> tuple[Link, ...]:
    """The recorded links at these rows, in that order; each names its record."""
    chosen = graph.links.loc[list(rows)]
    ends = graph.entities["id"]
    columns = zip(
        ends.loc[chosen["source"]],
        ends.loc[chosen["target"]],
        graph.records["id"].loc[chosen["record"]],
        chosen.to_dict("records"),
        strict=True,
    )
    return tuple(
        Link(
            source_id=source,
            target_id=target,
            kind=row["kind"],
            status=LinkStatus.RECORDED,
            basis=record_id,
            occurred_at=None if pd.isna(row["occurred_at"]) else row["occurred_at"].to_pydatetime(),
            amount=None if pd.isna(row["amount"]) else float(row["amount"]),
            role=row["role"],
        )
        for source, target, record_id, row in columns
    )


def records_at(graph: CaseGraph, rows: Rows) -> tuple[Record, ...]:
    """The records at these rows, in that order, as delivered."""
    return tuple(
        Record(
            id=row["id"],
            kind=row["kind"],
            member_state=row["member_state"],
            source=row["source"],
            source_grade=SourceGrade(row["source_grade"]),
            information_grade=InformationGrade(row["information_grade"]),
            handling=tuple(HandlingCode(code) for code in row["handling"].split("+")),
            occurred_at=None if pd.isna(row["occurred_at"]) else row["occurred_at"].to_pydatetime(),
            known_at=row["known_at"].to_pydatetime(),
            content=_texts(row["content"]),
        )
        for row in graph.records.loc[list(rows)].to_dict("records")
    )


def rows_of_ids(graph: CaseGraph, ids: Sequence[str]) -> list[int]:
    """Rows of the entities with these ids, in that order; ids that are not there are left out."""
    by_id = graph.derived(_row_by_id)
    return [by_id[i] for i in ids if i in by_id]


def _row_by_id(graph: CaseGraph) -> dict[str, int]:
    return dict(zip(graph.entities["id"], graph.entities.index.tolist(), strict=True))


def _texts(document: str) -> dict[str, str]:
    """A JSON object with every value as text; an empty cell is an empty object."""
    return {str(k): str(v) for k, v in json.loads(document or "{}").items() if v is not None}
