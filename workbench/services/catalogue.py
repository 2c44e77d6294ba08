"""List the datasets of a home: what is there, since when, by whom, accepted or not."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import pandas as pd
from sqlalchemy import select

from workbench.domain.account import Operation
from workbench.store import accounts
from workbench.store.database import from_text
from workbench.store.desk import Desk
from workbench.store.formats.spreadsheet_safe import csv_bytes
from workbench.store.tables import dataset as datasets
from workbench.store.tables import dataset_acceptance


@dataclass(frozen=True, slots=True, kw_only=True)
class DatasetView:
    """One dataset. People are named by their pseudonyms; `accepted_at` is None while it waits.

    `counts` are entities per kind; `n_rows` counts delivered rows, the rejected ones included;
    where not `is_there`, its files are missing and nothing is counted.
    """

    name: str
    is_there: bool
    title: str
    synthetic: bool
    sha256: str
    ingested_at: datetime
    ingested_by: str
    accepted_at: datetime | None
    accepted_by: str
    counts: Mapping[str, int]
    n_rows: int
    n_links: int
    n_rejected: int
    member_states: tuple[str, ...]

    @property
    def n_entities(self) -> int:
        return sum(self.counts.values())


def catalogue(desk: Desk, *, account: str) -> tuple[DatasetView, ...]:
    """Every dataset, the one ingested last first.

    Raises
    ------
    NotAllowed
        When the account may not read datasheets and quality reports.
    """
    with desk.database.read() as connection:
        accounts.by_name(connection, account).require(Operation.READ_DATA)
        rows = connection.execute(select(datasets).order_by(datasets.c.ingested_at.desc())).all()
        accepted = {
            (row.dataset, row.sha256): row
            for row in connection.execute(select(dataset_acceptance)).all()
        }
    return tuple(_view(desk, row, accepted.get((row.name, row.sha256))) for row in rows)


def quality(desk: Desk, dataset: str, *, account: str) -> dict[str, Any]:
    """The quality report that ingestion wrote.

    Raises
    ------
    NotAllowed
        When the account may not read it.
    NotFound
        When there is no such dataset.
    """
    with desk.database.read() as connection:
        accounts.by_name(connection, account).require(Operation.READ_DATA)
    return desk.datasets.quality(dataset)


def rejected_table(rows: Sequence[Mapping[str, Any]]) -> bytes:
    """Rejected rows as CSV to save and open: no cell of it is a formula to a spreadsheet."""
    return csv_bytes(pd.DataFrame(list(rows), columns=["file", "row", "code", "reason"]))


def _view(desk: Desk, row: Any, acceptance: Any) -> DatasetView:
    is_there = row.name in desk.datasets.names()
    meta = desk.datasets.meta(row.name) if is_there else {}
    report = desk.datasets.quality(row.name) if is_there else {}
    rejected = len(report.get("rejected", ()))
    return DatasetView(
        name=row.name,
        is_there=is_there,
        title=row.title,
        synthetic=bool(row.synthetic),
        sha256=row.sha256,
        ingested_at=from_text(row.ingested_at),
        ingested_by=row.ingested_by,
        accepted_at=None if acceptance is None else from_text(acceptance.accepted_at),
        accepted_by="" if acceptance is None else acceptance.accepted_by,
        counts=meta.get("counts", {}),
        n_rows=report.get("accepted", 0) + rejected,
        n_links=meta.get("n_links", 0),
        n_rejected=rejected,
        member_states=tuple(meta.get("member_states", ())),
    )
