"""Findings: sealing their two halves in the vault, and reading them, their decisions and actions.

Whoever shows a person what a finding says goes through the services, which log the opening.
"""

import hashlib
from collections.abc import Collection
from datetime import datetime
from functools import cache
from typing import TypeVar

from pydantic import TypeAdapter, ValidationError
from sqlalchemy import Connection, Row, exists, select

from workbench.domain.account import Account
from workbench.domain.action import ActionKind, ActionTaken
from workbench.domain.decision import Decision, Judgement, Verdict
from workbench.domain.errors import BadInput, CheckFailed, NotFound
from workbench.domain.finding import Assessment, Claim, Finding, FindingStatus
from workbench.domain.log import EntryKind, finding_digest
from workbench.store.accounts import new_id
from workbench.store.database import from_text, to_text
from workbench.store.decision_log import DecisionLog
from workbench.store.tables import action as actions
from workbench.store.tables import decision as decisions
from workbench.store.tables import finding as findings
from workbench.store.tables import judgement as judgements
from workbench.store.vault import Vault

CLAIM = "claim.json"
ASSESSMENT = "assessment.json"
ERASED = "(erased with the content of the finding)"

Half = TypeVar("Half", Claim, Assessment)


def new_finding_id() -> str:
    """A random id, so that the order of ids says nothing of scores."""
    return new_id("F")


def seal(
    connection: Connection,
    log: DecisionLog,
    vault: Vault,
    *,
    claim: Claim,
    assessment: Assessment,
    about_person: bool,
    n_offence_facts: int,
    account: Account,
    now: datetime,
) -> Finding:
    """Seal both halves in the vault, log their digests and write the row.

    Call inside a write transaction. `n_offence_facts` counts records of the claim that are a
    verified fact tied to an offence (duty T1).

    Raises
    ------
    BadInput
        When the halves speak of different findings, or fewer records are verified facts than
        are said to be.
    NotCleared
        When the release is suspended or retired.
    """
    _require_one_finding(claim, assessment, n_offence_facts)
    claim_digest, assessment_digest = _put(vault, claim, assessment)
    finding = Finding(
        id=claim.finding_id,
        case_id=claim.case_id,
        model=assessment.model,
        release_id=assessment.release_id,
        release_digest=assessment.release_digest,
        digest=finding_digest(claim_digest, assessment_digest),
        claim_digest=claim_digest,
        assessment_digest=assessment_digest,
        about_person=about_person,
        n_offence_facts=n_offence_facts,
        sealed_at=now,
    )
    _write(connection, log, finding, account)
    return finding


def _put(vault: Vault, claim: Claim, assessment: Assessment) -> tuple[str, str]:
    """Keep both halves; returns their digests."""
    front, back = _sealed(claim, _claims()), _sealed(assessment, _assessments())
    vault.put(claim.finding_id, CLAIM, front)
    vault.put(claim.finding_id, ASSESSMENT, back)
    return hashlib.sha256(front).hexdigest(), hashlib.sha256(back).hexdigest()


def _require_one_finding(claim: Claim, assessment: Assessment, n_offence_facts: int) -> None:
    if claim.finding_id != assessment.finding_id:
        raise BadInput(
            f"Claim {claim.finding_id} and assessment {assessment.finding_id} speak of two "
            "findings; seal the halves of one."
        )
    n_verified = sum(record.is_verified_fact for record in claim.records)
    if not 0 <= n_offence_facts <= n_verified:
        raise BadInput(
            f"Finding {claim.finding_id} is said to rest on {n_offence_facts} verified facts, but "
            f"{n_verified} of its records are; count again."
        )


def _write(connection: Connection, log: DecisionLog, finding: Finding, account: Account) -> None:
    said = {
        "release_digest": finding.release_digest,
        "digest": finding.digest,
        "claim_digest": finding.claim_digest,
        "assessment_digest": finding.assessment_digest,
        "n_offence_facts": finding.n_offence_facts,
        "model": finding.model,
    }
    seq = log.append(
        connection,
        EntryKind.FINDING_SEALED,
        {
            "finding": finding.id,
            "case": finding.case_id,
            "release": finding.release_id,
            "about_person": finding.about_person,
            "account": account.id,
            "simulated": account.simulated,
            **said,
        },
    )
    connection.execute(
        findings.insert().values(
            id=finding.id,
            case_id=finding.case_id,
            release_id=finding.release_id,
            about_person=int(finding.about_person),
            sealed_at=to_text(finding.sealed_at),
            entry_seq=seq,
            **said,
        )
    )


def by_id(connection: Connection, finding_id: str) -> Finding:
    """The finding's row.

    Raises
    ------
    NotFound
        When there is none.
    """
    row = connection.execute(select(findings).where(findings.c.id == finding_id)).first()
    if row is None:
        raise NotFound(f"There is no finding {finding_id}; choose one from the list of findings.")
    return _finding(row)


def list_findings(
    connection: Connection,
    *,
    cases: Collection[str] | None = None,
    model: str | None = None,
    status: FindingStatus | None = None,
) -> list[Finding]:
    """Findings by case and id, never by score; all, or those of `cases`, `model`, `status`."""
    query = select(findings).order_by(findings.c.case_id, findings.c.id)
    if cases is not None:
        query = query.where(findings.c.case_id.in_(cases))
    if model is not None:
        query = query.where(findings.c.model == model)
    decided = exists().where(decisions.c.finding_id == findings.c.id)
    acted = exists().where(actions.c.finding_id == findings.c.id)
    match status:
        case FindingStatus.UNDECIDED:
            query = query.where(~decided)
        case FindingStatus.DECIDED:
            query = query.where(decided, ~acted)
        case FindingStatus.ACTED_ON:
            query = query.where(decided, acted)
    return [_finding(row) for row in connection.execute(query)]


def status_of(connection: Connection, finding_id: str) -> FindingStatus:
    """How far a finding has come: undecided, decided by somebody, or acted on after that."""
    decided = select(decisions.c.id).where(decisions.c.finding_id == finding_id)
    if connection.execute(decided).first() is None:
        return FindingStatus.UNDECIDED
    acted = select(actions.c.id).where(actions.c.finding_id == finding_id)
    return FindingStatus.ACTED_ON if connection.execute(acted).first() else FindingStatus.DECIDED


def load_claim(vault: Vault, finding: Finding) -> Claim:
    """What is claimed and the records beneath, checked against the sealed digest.

    Raises
    ------
    NotFound
        When the content was erased.
    CheckFailed
        When the vault holds another content than was sealed, or lacks it although its key is kept.
    """
    return _load(vault, finding.id, CLAIM, finding.claim_digest, _claims())


def load_assessment(vault: Vault, finding: Finding) -> Assessment:
    """Score, explanation and limits, checked against the sealed digest; errors as `load_claim`."""
    return _load(vault, finding.id, ASSESSMENT, finding.assessment_digest, _assessments())


def claims_of_model(
    connection: Connection, vault: Vault, model: str
) -> tuple[tuple[Claim, ...], int]:
    """What every finding of a model claims, and how many were erased, of which nobody knows."""
    found = list_findings(connection, model=model)
    held = [finding for finding in found if vault.holds(finding.id)]
    return tuple(load_claim(vault, finding) for finding in held), len(found) - len(held)


def judgement_of(
    connection: Connection, vault: Vault, finding_id: str, account_id: str
) -> Judgement | None:
    """What the account thought from the records alone, or None."""
    row = connection.execute(
        select(judgements).where(
            judgements.c.finding_id == finding_id, judgements.c.judged_by == account_id
        )
    ).first()
    return None if row is None else _judgement(vault, row)


def judged_by(connection: Connection, finding_id: str, account_id: str) -> bool:
    """True once the account's own judgement is sealed."""
    query = select(judgements.c.id).where(
        judgements.c.finding_id == finding_id, judgements.c.judged_by == account_id
    )
    return connection.execute(query).first() is not None


def judgements_of(connection: Connection, vault: Vault, finding_id: str) -> tuple[Judgement, ...]:
    """All judgements on a finding, oldest first."""
    query = select(judgements).where(judgements.c.finding_id == finding_id)
    rows = connection.execute(query.order_by(judgements.c.entry_seq))
    return tuple(_judgement(vault, row) for row in rows)


def decisions_of(connection: Connection, vault: Vault, finding_id: str) -> tuple[Decision, ...]:
    """All decisions on a finding, oldest first, with their reasons in words."""
    query = select(decisions).where(decisions.c.finding_id == finding_id)
    rows = connection.execute(query.order_by(decisions.c.entry_seq))
    return tuple(decision_from(vault, row) for row in rows)


def actions_of(connection: Connection, vault: Vault, finding_id: str) -> tuple[ActionTaken, ...]:
    """All actions on a finding, oldest first."""
    query = select(actions).where(actions.c.finding_id == finding_id)
    rows = connection.execute(query.order_by(actions.c.entry_seq))
    return tuple(action_from(vault, row) for row in rows)


def actions_in_case(connection: Connection, vault: Vault, case_id: str) -> tuple[ActionTaken, ...]:
    """All actions on the findings of a case, oldest first."""
    query = select(actions).join(findings).where(findings.c.case_id == case_id)
    rows = connection.execute(query.order_by(actions.c.entry_seq))
    return tuple(action_from(vault, row) for row in rows)


def decision_from(vault: Vault, row: Row[tuple[object, ...]]) -> Decision:
    """The decision that a row of the table stands for."""
    return Decision(
        id=row.id,
        finding_id=row.finding_id,
        finding_digest=row.finding_digest,
        verdict=Verdict(row.verdict),
        reason=_words(vault, row.finding_id, row.id),
        decided_by=row.decided_by,
        decided_at=from_text(row.decided_at),
        shown_digest=row.shown_digest,
    )


def action_from(vault: Vault, row: Row[tuple[object, ...]]) -> ActionTaken:
    """The action that a row of the table stands for."""
    kind = ActionKind(row.kind)
    return ActionTaken(
        id=row.id,
        finding_id=row.finding_id,
        finding_digest=row.finding_digest,
        kind=kind,
        subject=_words(vault, row.finding_id, row.id) if row.subject else "",
        cites=tuple(row.cites.split(" ")),
        acted_by=row.acted_by,
        acted_at=from_text(row.acted_at),
        export=export_name(row.id) if kind is ActionKind.DOSSIER else "",
    )


def export_name(action_id: str) -> str:
    """File name of the dossier that an action exported."""
    return f"dossier-{action_id}.html"


def _sealed(half: Half, kind: TypeAdapter[Half]) -> bytes:
    """The JSON bytes that are sealed and digested, seen to read back as what was given."""
    content = kind.dump_json(half)
    try:
        same = kind.validate_json(content) == half
    except ValidationError:
        same = False
    if not same:
        raise BadInput(
            f"Finding {half.finding_id} holds a number that JSON cannot carry (not a number, or "
            "infinite); leave it out or give None."
        )
    return content


def require_sealed(vault: Vault, finding: Finding) -> None:
    """Errors as `load_claim`, of either half; nothing of what they say is kept."""
    _content(vault, finding.id, CLAIM, finding.claim_digest)
    _content(vault, finding.id, ASSESSMENT, finding.assessment_digest)


def _load(vault: Vault, finding_id: str, name: str, digest: str, kind: TypeAdapter[Half]) -> Half:
    return kind.validate_json(_content(vault, finding_id, name, digest))


def _content(vault: Vault, finding_id: str, name: str, digest: str) -> bytes:
    try:
        content = vault.get(finding_id, name)
    except NotFound as error:
        if not vault.holds(finding_id):
            raise
        raise CheckFailed(
            f"The vault has the key of finding {finding_id} but not its content ({name}), which no "
            "erasure leaves; restore vault/content from a backup."
        ) from error
    if hashlib.sha256(content).hexdigest() != digest:
        raise CheckFailed(
            f"The vault's content of finding {finding_id} is not what was sealed (digest "
            f"{digest[:12]}); nothing can be decided on it until a backup is restored."
        )
    return content


@cache
def _claims() -> TypeAdapter[Claim]:
    return TypeAdapter(Claim)


@cache
def _assessments() -> TypeAdapter[Assessment]:
    return TypeAdapter(Assessment)


def _words(vault: Vault, finding_id: str, name: str) -> str:
    try:
        return vault.get(finding_id, name).decode()
    except NotFound:
        return ERASED


def _judgement(vault: Vault, row: Row[tuple[object, ...]]) -> Judgement:
    return Judgement(
        finding_id=row.finding_id,
        finding_digest=row.finding_digest,
        verdict=Verdict(row.verdict),
        confidence=row.confidence,
        reason=_words(vault, row.finding_id, row.id),
        judged_by=row.judged_by,
        judged_at=from_text(row.judged_at),
    )


def _finding(row: Row[tuple[object, ...]]) -> Finding:
    return Finding(
        id=row.id,
        case_id=row.case_id,
        model=row.model,
        release_id=row.release_id,
        release_digest=row.release_digest,
        digest=row.digest,
        claim_digest=row.claim_digest,
        assessment_digest=row.assessment_digest,
        about_person=bool(row.about_person),
        n_offence_facts=row.n_offence_facts,
        sealed_at=from_text(row.sealed_at),
    )
