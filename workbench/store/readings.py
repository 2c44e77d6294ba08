"""Who said what of the findings of a release, before and after the score; no reasons in words."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, func, select

from workbench.domain.decision import Verdict
from workbench.store.database import from_text
from workbench.store.tables import decision, finding, judgement, opening


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadingRow:
    """One person's judgement of a finding and their latest decision on it."""

    finding_id: str
    decided_by: str
    before: Verdict
    after: Verdict
    opened_at: datetime
    decided_at: datetime


def of_release(connection: Connection, release_id: str) -> list[ReadingRow]:
    """Readings that were taken to a decision, by finding and then by when they were decided."""
    latest = (
        select(func.max(decision.c.entry_seq).label("seq"))
        .group_by(decision.c.finding_id, decision.c.decided_by)
        .subquery()
    )
    opened = (
        select(
            opening.c.finding_id,
            opening.c.account_id,
            func.min(opening.c.opened_at).label("opened_at"),
        )
        .group_by(opening.c.finding_id, opening.c.account_id)
        .subquery()
    )
    query = (
        select(
            decision.c.finding_id,
            decision.c.decided_by,
            judgement.c.verdict.label("before"),
            decision.c.verdict.label("after"),
            opened.c.opened_at,
            decision.c.decided_at,
        )
        .join(latest, decision.c.entry_seq == latest.c.seq)
        .join(finding, finding.c.id == decision.c.finding_id)
        .join(
            judgement,
            (judgement.c.finding_id == decision.c.finding_id)
            & (judgement.c.judged_by == decision.c.decided_by),
        )
        .join(
            opened,
            (opened.c.finding_id == decision.c.finding_id)
            & (opened.c.account_id == decision.c.decided_by),
        )
        .where(finding.c.release_id == release_id)
        .order_by(decision.c.finding_id, decision.c.entry_seq)
    )
    return [
        ReadingRow(
            finding_id=row.finding_id,
            decided_by=row.decided_by,
            before=Verdict(row.before),
            after=Verdict(row.after),
            opened_at=from_text(row.opened_at),
            decided_at=from_text(row.decided_at),
        )
        for row in connection.execute(query)
    ]
