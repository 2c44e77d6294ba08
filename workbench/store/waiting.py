"""What waits for whom: how far each person has come with each finding, never by score."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, Exists, and_, exists, func, select

from workbench.domain.account import PERMISSIONS, Account, Operation
from workbench.domain.action import current
from workbench.domain.decision import Decision, Judgement, Verdict
from workbench.domain.finding import Finding, FindingStatus
from workbench.store import cases, findings
from workbench.store.database import from_text
from workbench.store.gate import Stage, latest_opening
from workbench.store.tables import decision as decisions
from workbench.store.tables import finding as finding_rows
from workbench.store.tables import judgement as judgements
from workbench.store.tables import opening as openings
from workbench.store.vault import Vault

SECOND = "second reading"


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueItem:
    """One finding in somebody's queue: nothing of the model's opinion or of other people's.

    `state` is how far this person has come: ``new``, ``judged``, ``unveiled``, ``decided``, or
    ``second reading`` where another person decided and this one has not begun. `n_offence_facts`
    counts the verified facts beneath that tie somebody to an offence.
    """

    finding_id: str
    case_id: str
    model: str
    sealed_at: datetime
    n_offence_facts: int
    state: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """How far one person has come with one finding.

    `others` are (pseudonym, verdict, instant) of other people's current decisions; they, their
    number, `contested` and the full `status` stay hidden from a person who may decide and has not.
    """

    finding_id: str
    case_id: str
    model: str
    release_id: str
    read: bool
    judged: bool
    unveiled: bool
    decided: bool
    judgement: Judgement | None
    decision: Decision | None
    others: tuple[tuple[str, Verdict, datetime], ...]
    n_decided_by_others: int | None
    status: FindingStatus
    contested: bool


def items(
    connection: Connection, account: Account, *, case: str | None = None, second: bool
) -> list[QueueItem]:
    """Findings of the account's cases by case and (random) id.

    With `second`, those that exactly one other person decided and this one has yet to, or has
    begun; without, those that nobody else decided, and those that this person did.
    """
    f, own = finding_rows.c, _own(account)
    n_others = (
        select(func.count(decisions.c.decided_by.distinct()))
        .where(decisions.c.finding_id == f.id, decisions.c.decided_by != account.id)
        .scalar_subquery()
    )
    due = (n_others == 1) | and_(n_others > 1, own["judged"])
    wanted = and_(~own["decided"], due) if second else own["decided"] | (n_others == 0)
    open_to = [c for c in cases.ids_of(connection, account) if case in (None, c)]
    query = (
        select(finding_rows, *(step.label(name) for name, step in own.items()))
        .where(f.case_id.in_(open_to), wanted)
        .order_by(f.case_id, f.id)
    )
    return [
        QueueItem(
            finding_id=row.id,
            case_id=row.case_id,
            model=row.model,
            sealed_at=from_text(row.sealed_at),
            n_offence_facts=row.n_offence_facts,
            state=_state(row.judged, row.unveiled, row.decided, SECOND if second else "new"),
        )
        for row in connection.execute(query)
    ]


def _own(account: Account) -> dict[str, Exists]:
    """Whether the account judged, unveiled, decided the finding of a row."""
    id_ = finding_rows.c.id
    return {
        "judged": exists().where(
            judgements.c.finding_id == id_, judgements.c.judged_by == account.id
        ),
        "unveiled": exists().where(
            openings.c.finding_id == id_,
            openings.c.account_id == account.id,
            openings.c.stage == Stage.ASSESSMENT.value,
        ),
        "decided": exists().where(
            decisions.c.finding_id == id_, decisions.c.decided_by == account.id
        ),
    }


def progress(connection: Connection, vault: Vault, finding: Finding, account: Account) -> Progress:
    """How far `account` has come with `finding`, and what it may know of others by now."""
    taken = findings.decisions_of(connection, vault, finding.id)
    own = [d for d in taken if d.decided_by == account.id]
    sees_others = bool(own) or account.role not in PERMISSIONS[Operation.JUDGE]
    others = [d for d in current(taken) if d.decided_by != account.id]
    judgement = findings.judgement_of(connection, vault, finding.id, account.id)
    against = any(d.verdict is Verdict.NOT_SUPPORTED for d in current(taken))
    return Progress(
        finding_id=finding.id,
        case_id=finding.case_id,
        model=finding.model,
        release_id=finding.release_id,
        read=_was_shown(connection, finding, account, Stage.CLAIM),
        judged=judgement is not None,
        unveiled=_was_shown(connection, finding, account, Stage.ASSESSMENT),
        decided=bool(own),
        judgement=judgement,
        decision=own[-1] if own else None,
        others=tuple((d.decided_by, d.verdict, d.decided_at) for d in others)
        if sees_others
        else (),
        n_decided_by_others=len(others) if sees_others else None,
        status=_status(connection, finding, tells_all=sees_others),
        contested=against if sees_others else False,
    )


def _status(connection: Connection, finding: Finding, *, tells_all: bool) -> FindingStatus:
    """To a second reader an action would tell the first verdict, so it reads as decided."""
    status = findings.status_of(connection, finding.id)
    if status is FindingStatus.ACTED_ON and not tells_all:
        return FindingStatus.DECIDED
    return status


def _was_shown(connection: Connection, finding: Finding, account: Account, stage: Stage) -> bool:
    return latest_opening(connection, finding.id, account.id, stage) is not None


def _state(judged: bool, unveiled: bool, decided: bool, otherwise: str) -> str:
    if decided:
        return "decided"
    if unveiled:
        return "unveiled"
    return "judged" if judged else otherwise
