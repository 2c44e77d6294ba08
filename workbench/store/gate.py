"""The steps of the gate as entry and row together: opening, judgement, decision, action.

Each function is called inside a write transaction, appends the log entry and writes the row that
cites it; the triggers of migrations/ compare the two and refuse what is out of order.
"""

import hashlib
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import Connection, Row, select

from workbench.domain.account import Account, Role
from workbench.domain.action import POLICY, ActionTaken
from workbench.domain.decision import Decision, Judgement
from workbench.domain.errors import BadInput, NotAllowed
from workbench.domain.finding import Finding
from workbench.domain.log import EntryKind, commitment
from workbench.store import cases
from workbench.store.accounts import new_id
from workbench.store.database import from_text, to_text
from workbench.store.decision_log import DecisionLog
from workbench.store.tables import action as actions
from workbench.store.tables import dataset as datasets
from workbench.store.tables import decision as decisions
from workbench.store.tables import judgement as judgements
from workbench.store.tables import opening as openings
from workbench.store.vault import Vault

_MAX_KEY = 200


class Stage(StrEnum):
    """What was shown: the claim, the assessment, or all of it to one who does not decide."""

    CLAIM = "claim"
    ASSESSMENT = "assessment"
    REVIEW = "review"


@dataclass(frozen=True, slots=True, kw_only=True)
class Opening:
    """That an account was shown a half of a finding; `entry` is the index of its log entry."""

    entry: int
    stage: Stage
    shown_digest: str
    session_hash: str
    opened_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """Who takes a step, on what, in which session and when."""

    connection: Connection
    log: DecisionLog
    vault: Vault
    account: Account
    finding: Finding
    session_hash: str
    now: datetime

    @property
    def fields(self) -> dict[str, object]:
        """What the entry of every step says."""
        return {
            "account": self.account.id,
            "case": self.finding.case_id,
            "digest": self.finding.digest,
            "finding": self.finding.id,
            "session": self.session_hash,
            "simulated": self.account.simulated,
        }

    def commit_to(self, words: str) -> str:
        """The commitment that stands for words of a person in log and tables."""
        return commitment(self.vault.salt(self.finding.id), words)


def require_case(connection: Connection, account: Account, finding: Finding) -> None:
    """Raise unless the finding's case is open to the account.

    Analysts must be in the case; a data scientist sees synthetic data only.

    Raises
    ------
    NotAllowed
        When it is not.
    """
    if account.role is Role.ANALYST:
        open_to = cases.is_member(connection, finding.case_id, account.id)
    elif account.role is Role.DATA_SCIENTIST:
        name = cases.dataset_of(connection, finding.case_id)
        query = select(datasets.c.synthetic).where(datasets.c.name == name)
        open_to = connection.execute(query).scalar_one_or_none() == 1
    else:
        open_to = True
    if not open_to:
        raise NotAllowed(
            f"Finding {finding.id} belongs to case {finding.case_id}, which is not open to account "
            f"{account.id}; ask one of its people to let you in."
        )


def require_key(key: str) -> None:
    """Raise unless `key` can be an idempotency key: 1 to 200 characters that show.

    Raises
    ------
    BadInput
        When it cannot.
    """
    if not 0 < len(key) <= _MAX_KEY or not key.isprintable():
        raise BadInput(f"An idempotency key has 1 to {_MAX_KEY} characters that show; mint one.")


def latest_opening(
    connection: Connection, finding_id: str, account_id: str, stage: Stage
) -> Opening | None:
    """The last time that the account was shown this half, or None."""
    row = connection.execute(
        select(openings)
        .where(
            openings.c.finding_id == finding_id,
            openings.c.account_id == account_id,
            openings.c.stage == stage.value,
        )
        .order_by(openings.c.entry_seq.desc())
        .limit(1)
    ).first()
    if row is None:
        return None
    return Opening(
        entry=row.entry_seq,
        stage=Stage(row.stage),
        shown_digest=row.shown_digest,
        session_hash=row.session_hash,
        opened_at=from_text(row.opened_at),
    )


def latest_decision(
    connection: Connection, finding_id: str, account_id: str
) -> Row[tuple[object, ...]] | None:
    """The row of the account's last decision on the finding, or None."""
    query = select(decisions).where(
        decisions.c.finding_id == finding_id, decisions.c.decided_by == account_id
    )
    return connection.execute(query.order_by(decisions.c.entry_seq.desc()).limit(1)).first()


def decision_by_key(connection: Connection, key: str) -> Row[tuple[object, ...]] | None:
    """The row of the decision that was taken with this idempotency key, or None."""
    return connection.execute(select(decisions).where(decisions.c.idempotency_key == key)).first()


def action_by_key(connection: Connection, key: str) -> Row[tuple[object, ...]] | None:
    """The row of the action that was taken with this idempotency key, or None."""
    return connection.execute(select(actions).where(actions.c.idempotency_key == key)).first()


def write_opening(step: Step, stage: Stage, *, purpose: str = "") -> int:
    """Log and keep that a half is shown now; returns the entry's index."""
    finding = step.finding
    shown = finding.claim_digest if stage is Stage.CLAIM else finding.assessment_digest
    said: dict[str, object] = {**step.fields, "stage": stage.value, "shown": shown}
    if purpose:
        said["purpose"] = step.commit_to(purpose)
    seq = step.log.append(step.connection, EntryKind.FINDING_OPENED, said)
    step.connection.execute(
        openings.insert().values(
            entry_seq=seq,
            finding_id=finding.id,
            account_id=step.account.id,
            stage=stage.value,
            shown_digest=shown,
            session_hash=step.session_hash,
            opened_at=to_text(step.now),
        )
    )
    return seq


def write_judgement(step: Step, judgement: Judgement) -> int:
    """Seal a judgement; its reason in words goes to the vault. Returns the entry's index."""
    judgement_id = new_id("J")
    step.vault.put(judgement.finding_id, judgement_id, judgement.reason.encode())
    reason = step.commit_to(judgement.reason)
    said = {"verdict": judgement.verdict.value, "confidence": judgement.confidence}
    seq = step.log.append(
        step.connection,
        EntryKind.JUDGEMENT,
        {**step.fields, **said, "judgement": judgement_id, "reason": reason},
    )
    step.connection.execute(
        judgements.insert().values(
            id=judgement_id,
            finding_id=judgement.finding_id,
            finding_digest=judgement.finding_digest,
            reason_commitment=reason,
            judged_by=judgement.judged_by,
            judged_at=to_text(judgement.judged_at),
            entry_seq=seq,
            **said,
        )
    )
    return seq


def write_decision(step: Step, decision: Decision, *, shown_for_s: int, key: str) -> int:
    """Write a decision; its reason in words goes to the vault. Returns the entry's index."""
    step.vault.put(decision.finding_id, decision.id, decision.reason.encode())
    reason = step.commit_to(decision.reason)
    said = {"verdict": decision.verdict.value, "role": step.account.role.value}
    seq = step.log.append(
        step.connection,
        EntryKind.DECISION,
        {
            **step.fields,
            **said,
            "decision": decision.id,
            "key": _sha256(key),
            "policy": POLICY,
            "reason": reason,
            "release": step.finding.release_id,
            "release_digest": step.finding.release_digest,
            "shown": decision.shown_digest,
            "shown_for_s": shown_for_s,
        },
    )
    step.connection.execute(
        decisions.insert().values(
            id=decision.id,
            finding_id=decision.finding_id,
            finding_digest=decision.finding_digest,
            reason_commitment=reason,
            shown_digest=decision.shown_digest,
            decided_by=decision.decided_by,
            session_hash=step.session_hash,
            decided_at=to_text(decision.decided_at),
            idempotency_key=key,
            entry_seq=seq,
            **said,
        )
    )
    return seq


def write_action(step: Step, action: ActionTaken, *, key: str) -> int:
    """Write an action and its row; its subject goes to the vault. Returns the entry's index."""
    subject = ""
    if action.subject:
        step.vault.put(action.finding_id, action.id, action.subject.encode())
        subject = step.commit_to(action.subject)
    seq = step.log.append(
        step.connection,
        EntryKind.ACTION,
        {
            **step.fields,
            "action": action.id,
            "cites": list(action.cites),
            "key": _sha256(key),
            "kind_of_action": action.kind.value,
            "policy": POLICY,
            "subject": subject,
        },
    )
    step.connection.execute(
        actions.insert().values(
            id=action.id,
            finding_id=action.finding_id,
            finding_digest=action.finding_digest,
            kind=action.kind.value,
            subject=subject,
            cites=" ".join(action.cites),
            acted_by=action.acted_by,
            acted_at=to_text(action.acted_at),
            idempotency_key=key,
            entry_seq=seq,
        )
    )
    return seq


def _sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
