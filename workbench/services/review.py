"""Review a finding: read, judge, unveil, decide, in this order and each by oneself.

Score and explanation come from no other call here, and only after one's own judgement is sealed
(duty T10). What is refused is logged.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection

from workbench.domain.account import PERMISSIONS, Account, Operation
from workbench.domain.case import require_words
from workbench.domain.decision import Decision, Judgement, Verdict
from workbench.domain.errors import BadInput, Conflict, NotCleared
from workbench.domain.finding import Assessment, Claim, Finding, FindingStatus
from workbench.domain.log import EntryKind, commitment
from workbench.store import accounts, attempts, cases, findings, gate, releases, waiting
from workbench.store.attempts import attempt
from workbench.store.desk import Desk
from workbench.store.findings import ERASED
from workbench.store.gate import Stage, Step
from workbench.store.waiting import Progress, QueueItem

__all__ = [
    "FindingRow",
    "Progress",
    "QueueItem",
    "Receipt",
    "decide",
    "judge",
    "list_findings",
    "progress",
    "queue",
    "read",
    "second_readings",
    "unveil",
]

SHOWN_AGAIN = timedelta(minutes=15)  # a page that redraws sooner than that is one consultation


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """What a decider takes away: the decision's place in the log and the proof of it.

    `path` holds hex digests from the leaf up to the tree of the signed `checkpoint`; both are
    empty while no checkpoint covers the entry yet.
    """

    decision_id: str
    entry: int
    path: tuple[str, ...]
    checkpoint: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FindingRow:
    """A finding in a list; `score` (log-odds) and `probability` are None until it is decided."""

    id: str
    model: str
    release: str
    case: str
    claim: str
    status: FindingStatus
    created_at: datetime
    n_offence_facts: int
    score: float | None
    probability: float | None

    def as_json(self) -> dict[str, Any]:
        """The row of ``workbench findings --json``; an undecided one has no score at all."""
        row: dict[str, Any] = {
            "id": self.id,
            "model": self.model,
            "release": self.release,
            "case": self.case,
            "claim": self.claim,
            "status": self.status.value,
            "created_at": self.created_at.isoformat(),
        }
        if self.score is not None:
            row |= {"score": self.score, "probability": self.probability}
        return row


def read(desk: Desk, finding_id: str, *, account: str, purpose: str = "") -> Claim:
    """What is claimed and the records beneath. The opening is logged.

    An auditor states a `purpose` in words.

    Raises
    ------
    NotAllowed
        When the finding's case is not open to the account.
    """
    with attempt(desk, "read", finding_id, account, Operation.OPEN_FINDING) as step:
        claim = findings.load_claim(desk.vault, step.finding)
        _show(step, Stage.CLAIM, purpose=purpose)
    return claim


def judge(
    desk: Desk,
    finding_id: str,
    *,
    account: str,
    verdict: Verdict | str,
    confidence: int,
    reason: str,
) -> Judgement:
    """Seal what one thinks from the records alone; it is never changed afterwards.

    Sealing the same twice gives the same judgement.

    Raises
    ------
    NotCleared
        When the claim was not read, or the score was seen before.
    Conflict
        When this person sealed another judgement.
    BadInput
        When the verdict is none of the five, or the reason says nothing.
    """
    with attempt(desk, "judge", finding_id, account, Operation.JUDGE) as step:
        _require_not_trainer(step)
        judgement = Judgement(
            finding_id=finding_id,
            finding_digest=step.finding.digest,
            verdict=_verdict(verdict),
            confidence=confidence,
            reason=reason,
            judged_by=step.account.id,
            judged_at=step.now,
        )
        sealed = findings.judgement_of(step.connection, desk.vault, finding_id, step.account.id)
        if sealed is not None:
            return _same_judgement(sealed, judgement)
        _require_blind(step)
        gate.write_judgement(step, judgement)
    return judgement


def unveil(
    desk: Desk, finding_id: str, *, account: str, again: bool = False, purpose: str = ""
) -> Assessment:
    """Score, explanation and limits, once one's own judgement is sealed. The opening is logged.

    Each decision uses up one unveiling: `again` shows it anew to a person who wants to decide
    anew. Somebody who never decides (an auditor) sees a finding only once it is decided.

    Raises
    ------
    NotCleared
        When this person has not judged, or nobody has decided what an auditor asks for.
    """
    with attempt(desk, "unveil", finding_id, account, Operation.OPEN_FINDING) as step:
        stage = _may_see(step)
        assessment = findings.load_assessment(desk.vault, step.finding)
        _show(step, stage, purpose=purpose, again=again)
    return assessment


def decide(
    desk: Desk,
    finding_id: str,
    *,
    account: str,
    verdict: Verdict | str,
    reason: str,
    key: str,
) -> Receipt:
    """Decide, having judged and seen why it was found. Written once; the same `key`, the same one.

    Raises
    ------
    NotCleared
        When this person has not judged or not unveiled.
    NotAllowed
        When they trained the model, are not in the case, or do not hold the role.
    Conflict
        When the key was used for something else, or this person decided before without having
        looked again since.
    """
    gate.require_key(key)
    with attempt(desk, "decide", finding_id, account, Operation.JUDGE) as step:
        wanted = (_verdict(verdict), require_words(reason, of="reason of the decision"))
        decision_id, entry = _decided_with(step, wanted, key)
        if not decision_id:
            _require_not_trainer(step)
            decision_id, entry = _decide(step, wanted, key)
    proof = desk.log.receipt(entry)
    return Receipt(decision_id=decision_id, entry=entry, path=proof.path, checkpoint=proof.note)


def queue(desk: Desk, *, account: str, case: str | None = None) -> list[QueueItem]:
    """Findings of one's cases that nobody else decided, by case and random id."""
    return _items(desk, account, case, second=False)


def second_readings(desk: Desk, *, account: str, case: str | None = None) -> list[QueueItem]:
    """Findings that one other person decided, whichever way, and that wait for one's own view."""
    return _items(desk, account, case, second=True)


def progress(desk: Desk, finding_id: str, *, account: str) -> Progress:
    """How far one has come with a finding; others' views only after one's own decision."""
    with desk.database.read() as connection:
        step = attempts.step_of(connection, desk, finding_id, account, Operation.OPEN_FINDING)
        return waiting.progress(connection, desk.vault, step.finding, step.account)


def list_findings(
    desk: Desk,
    *,
    status: FindingStatus | str | None = None,
    model: str | None = None,
    account: str = accounts.OPERATOR,
    purpose: str = "",
) -> list[FindingRow]:
    """All findings for the owner of the home, logged as one consultation; by case and id.

    The log keeps a commitment to the `purpose` in words, where it is given.

    Raises
    ------
    NotAllowed
        When the account is another than the operator or an auditor.
    BadInput
        When there is no such status, or the purpose says nothing.
    """
    wanted = None if status is None else _status(status)
    stated = require_words(purpose, of="purpose of listing findings", at_least=5) if purpose else ""
    with desk.database.write() as connection:
        who = accounts.by_name(connection, account)
        who.require(Operation.LIST_FINDINGS)
        found = findings.list_findings(connection, model=model, status=wanted)
        said: dict[str, object] = {
            "account": who.id,
            "what": "findings",
            "n_findings": len(found),
            "session": desk.session_hash,
            "simulated": who.simulated,
        }
        if stated:
            said["purpose"] = commitment(desk.vault.salt("findings"), stated)
        desk.log.append(connection, EntryKind.CONSULTATION, said)
        return [_row(connection, desk, finding) for finding in found]


def _show(step: Step, stage: Stage, *, purpose: str = "", again: bool = False) -> None:
    """Log that a half is shown, unless it was in this session a moment ago."""
    if not _decides(step.account):
        require_words(purpose, of=f"purpose of opening finding {step.finding.id}")
    last = gate.latest_opening(step.connection, step.finding.id, step.account.id, stage)
    fresh = (
        last is not None
        and last.session_hash == step.session_hash
        and step.now - last.opened_at < SHOWN_AGAIN
    )
    if again or not fresh:
        gate.write_opening(step, stage, purpose=purpose)


def _may_see(step: Step) -> Stage:
    finding = step.finding
    if not _decides(step.account):
        if findings.status_of(step.connection, finding.id) is FindingStatus.UNDECIDED:
            raise NotCleared(
                f"Finding {finding.id} is undecided, so its score and explanation are shown to "
                "those alone who judged it; look again once it is decided."
            )
        return Stage.REVIEW
    if not findings.judged_by(step.connection, finding.id, step.account.id):
        raise NotCleared(
            f"Account {step.account.id} has not judged finding {finding.id}; its score and "
            "explanation are shown once that judgement is sealed."
        )
    return Stage.ASSESSMENT


def _decides(account: Account) -> bool:
    return account.role in PERMISSIONS[Operation.JUDGE]


def _require_not_trainer(step: Step) -> None:
    release = releases.by_id(step.connection, step.vault, step.finding.release_id)
    release.require_not_trainer(step.account.id)


def _require_blind(step: Step) -> None:
    """Raise unless the claim was read, and nothing of the assessment seen."""
    finding_id, account_id = step.finding.id, step.account.id
    if gate.latest_opening(step.connection, finding_id, account_id, Stage.CLAIM) is None:
        raise NotCleared(
            f"Account {account_id} has not read finding {finding_id}; read its claim and records "
            "before judging them."
        )
    if gate.latest_opening(step.connection, finding_id, account_id, Stage.REVIEW) is not None:
        raise NotCleared(
            f"Account {account_id} saw the score of finding {finding_id} in another role and can "
            "no longer judge from the records alone; leave it to another person."
        )


def _same_judgement(sealed: Judgement, wanted: Judgement) -> Judgement:
    said = (wanted.verdict, wanted.confidence, wanted.reason)
    if (sealed.verdict, sealed.confidence, sealed.reason) != said:
        raise Conflict(
            f"Account {sealed.judged_by} sealed its judgement of finding {sealed.finding_id} "
            "before; it stays as it was. What changed since goes into the decision."
        )
    return sealed


def _decided_with(step: Step, wanted: tuple[Verdict, str], key: str) -> tuple[str, int]:
    """Id and entry of the decision that this key took before; an empty id when there is none."""
    row = gate.decision_by_key(step.connection, key)
    if row is None:
        return "", 0
    verdict, reason = wanted
    same = (
        row.finding_id == step.finding.id
        and row.decided_by == step.account.id
        and row.verdict == verdict
        and row.reason_commitment == step.commit_to(reason)
    )
    if not same:
        raise Conflict(
            f"This idempotency key took decision {row.id}, which says something else; reload and "
            "decide with a new key."
        )
    return row.id, row.entry_seq


def _decide(step: Step, wanted: tuple[Verdict, str], key: str) -> tuple[str, int]:
    finding, who = step.finding, step.account.id
    if not findings.judged_by(step.connection, finding.id, who):
        raise NotCleared(
            f"Account {who} has not judged finding {finding.id}; read it and seal a judgement from "
            "its records first."
        )
    shown = gate.latest_opening(step.connection, finding.id, who, Stage.ASSESSMENT)
    if shown is None:
        raise NotCleared(
            f"Account {who} has not seen why finding {finding.id} was found; unveil it first."
        )
    last = gate.latest_decision(step.connection, finding.id, who)
    if last is not None and last.entry_seq > shown.entry:
        raise Conflict(
            f"Account {who} decided finding {finding.id} already (decision {last.id}); to decide "
            "anew, look at the assessment again first."
        )
    decision = Decision(
        id=accounts.new_id("D"),
        finding_id=finding.id,
        finding_digest=finding.digest,
        verdict=wanted[0],
        reason=wanted[1],
        decided_by=who,
        decided_at=step.now,
        shown_digest=shown.shown_digest,
    )
    seconds = max(0, int((step.now - shown.opened_at).total_seconds()))
    entry = gate.write_decision(step, decision, shown_for_s=seconds, key=key)
    return decision.id, entry


def _verdict(said: Verdict | str) -> Verdict:
    if said not in list(Verdict):
        raise BadInput(f"There is no such verdict; say one of {', '.join(Verdict)}.")
    return Verdict(said)


def _status(said: FindingStatus | str) -> FindingStatus:
    if said not in list(FindingStatus):
        raise BadInput(f"There is no such status; say one of {', '.join(FindingStatus)}.")
    return FindingStatus(said)


def _items(desk: Desk, account: str, case: str | None, *, second: bool) -> list[QueueItem]:
    with desk.database.read() as connection:
        who = accounts.by_name(connection, account)
        who.require(Operation.JUDGE)
        if case is not None:
            cases.enter(connection, desk.vault, case, who)
        return waiting.items(connection, who, case=case, second=second)


def _row(connection: Connection, desk: Desk, finding: Finding) -> FindingRow:
    status = findings.status_of(connection, finding.id)
    there = desk.vault.holds(finding.id)
    said = None
    if there and status is not FindingStatus.UNDECIDED:
        said = findings.load_assessment(desk.vault, finding)
    return FindingRow(
        id=finding.id,
        model=finding.model,
        release=finding.release_id,
        case=finding.case_id,
        claim=findings.load_claim(desk.vault, finding).text if there else ERASED,
        status=status,
        created_at=finding.sealed_at,
        n_offence_facts=finding.n_offence_facts,
        score=said.score if said else None,
        probability=said.probability if said else None,
    )
