"""Whose findings of a release were opened, by how many people, decided or not."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, Subquery, func, select

from workbench.domain.decision import Verdict
from workbench.store.database import from_text
from workbench.store.tables import decision, finding, opening


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """One person's first opening of a finding; `decided_at` and `verdict` are None without a
    decision of theirs, else of the latest."""

    finding_id: str
    opened_at: datetime
    decided_at: datetime | None
    verdict: Verdict | None

    @property
    def minutes(self) -> float | None:
        """From opening to decision; how long somebody read who decided nothing is not known."""
        if self.decided_at is None:
            return None
        return (self.decided_at - self.opened_at).total_seconds() / 60


def first_openings() -> Subquery:
    """When each person first opened each finding."""
    return (
        select(
            opening.c.finding_id,
            opening.c.account_id,
            func.min(opening.c.opened_at).label("opened_at"),
        )
        .group_by(opening.c.finding_id, opening.c.account_id)
        .subquery()
    )


def latest_decisions() -> Subquery:
    """The entry of each person's latest decision of each finding, as `seq`."""
    return (
        select(func.max(decision.c.entry_seq).label("seq"))
        .group_by(decision.c.finding_id, decision.c.decided_by)
        .subquery()
    )


def of_release(connection: Connection, release_id: str) -> list[Opened]:
    """Every opening of its findings, one per person and finding, in order of findings."""
    first, latest = first_openings(), latest_decisions()
    last = (
        select(
            decision.c.finding_id, decision.c.decided_by, decision.c.decided_at, decision.c.verdict
        )
        .join(latest, decision.c.entry_seq == latest.c.seq)
        .subquery()
    )
    query = (
        select(first.c.finding_id, first.c.opened_at, last.c.decided_at, last.c.verdict)
        .join(finding, finding.c.id == first.c.finding_id)
        .outerjoin(
            last,
            (last.c.finding_id == first.c.finding_id) & (last.c.decided_by == first.c.account_id),
        )
        .where(finding.c.release_id == release_id)
        .order_by(first.c.finding_id, first.c.opened_at, first.c.account_id)
    )
    return [
        Opened(
            finding_id=row.finding_id,
            opened_at=from_text(row.opened_at),
            decided_at=None if row.decided_at is None else from_text(row.decided_at),
            verdict=None if row.verdict is None else Verdict(row.verdict),
        )
        for row in connection.execute(query)
    ]
