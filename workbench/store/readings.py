"""Who said what of the findings of a release, before and after the score; no reasons in words."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, select

from workbench.domain.decision import Verdict
from workbench.store.database import from_text
from workbench.store.openings import first_openings, latest_decisions
from workbench.store.tables import decision, finding, judgement


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadingRow:
    """One person's judgement of a finding and their latest decision on it."""

    finding_id: str
    decided_by: str
    before: Verdict
    after: Verdict
    opened_at: datetime
    decided_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class JudgementRow:
    """What one person thought of a finding from its records alone, decided since or not."""

    finding_id: str
    judged_by: str
    verdict: Verdict


def judgements_of_release(connection: Connection, release_id: str) -> list[JudgementRow]:
    """Every judgement of a release's findings, oldest first."""
    query = (
        select(judgement.c.finding_id, judgement.c.judged_by, judgement.c.verdict)
        .join(finding, finding.c.id == judgement.c.finding_id)
        .where(finding.c.release_id == release_id)
        .order_by(judgement.c.entry_seq)
    )
    return [
        JudgementRow(
            finding_id=row.finding_id, judged_by=row.judged_by, verdict=Verdict(row.verdict)
        )
        for row in connection.execute(query)
    ]


def of_release(connection: Connection, release_id: str) -> list[ReadingRow]:
    """Readings that were taken to a decision, by finding and then by when they were decided."""
    latest, opened = latest_decisions(), first_openings()
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
