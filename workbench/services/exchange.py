"""A decided finding leaves as a pack that anyone can verify offline with workbench/verify.py."""

import hashlib
from contextlib import ExitStack
from pathlib import Path

from sqlalchemy import Connection, select

from workbench.domain.account import PERMISSIONS, Account, Operation, Role
from workbench.domain.action import ActionKind, Cleared, require_own_decision
from workbench.domain.errors import CheckFailed, Conflict, NotCleared
from workbench.domain.finding import Finding
from workbench.domain.log import EntryKind, commitment
from workbench.store import accounts, cases, findings
from workbench.store.attempts import refusals_logged
from workbench.store.decision_log import Checkpoint
from workbench.store.desk import Desk
from workbench.store.packs import build_pack, draft
from workbench.store.tables import decision, release_event
from workbench.verify import SOUND, check_pack, parse_line, read_key_lines


def pack(
    desk: Desk, finding_id: str, *, account: str, out: Path | None = None, recipient: str = ""
) -> bytes:
    """The pack of a finding that two people found supported; logs that it leaves.

    Written to `out` too where that is given. `recipient` says in words who gets it; the log keeps
    a commitment to it. The operator at the command line may do this, and whoever may act and
    decided the finding: a pack holds its score and explanation (duty T10).

    Raises
    ------
    NotCleared
        When the finding is not cleared for something that leaves, or the account did not decide it.
    NotAllowed
        When the account may not act, or not in this case.
    NotFound
        When there is no such finding, or its content was erased.
    Conflict
        When somebody decides on it at this moment.
    BadInput
        When nothing can be written at `out`.
    CheckFailed
        When the pack would not verify; nothing leaves.
    """
    signed = desk.log.checkpoint()
    refusals = refusals_logged(desk, "pack", account=account, finding_id=finding_id)
    with ExitStack() as leaving, refusals, desk.database.write() as connection:
        who = accounts.by_name(connection, account)
        finding = findings.by_id(connection, finding_id)
        _require_cleared(desk, connection, finding, who, signed)
        content = build_pack(connection, desk.log, desk.vault, finding, signed)
        _require_sound(desk, content)
        if out is not None:
            leaving.enter_context(draft(out, [content]))
        _log_leaving(desk, connection, finding, who, content, recipient)
    return content


def _log_leaving(
    desk: Desk,
    connection: Connection,
    finding: Finding,
    who: Account,
    content: bytes,
    recipient: str,
) -> None:
    fields: dict[str, object] = {
        "account": who.id,
        "case": finding.case_id,
        "digest": hashlib.sha256(content).hexdigest(),
        "finding": finding.id,
        "role": who.role.value,
        "session": desk.session_hash,
        "simulated": who.simulated,
        "what": "pack",
    }
    if recipient:
        fields["recipient"] = commitment(desk.vault.salt(finding.id), recipient)
    desk.log.append(connection, EntryKind.DISCLOSURE, fields)


def _require_cleared(
    desk: Desk, connection: Connection, finding: Finding, who: Account, signed: Checkpoint
) -> None:
    if who.role is not Role.OPERATOR:
        who.require(Operation.ACT)
        cases.enter(connection, desk.vault, finding.case_id, who)
    decisions = findings.decisions_of(connection, desk.vault, finding.id)
    if who.role in PERMISSIONS[Operation.JUDGE]:
        require_own_decision(finding.id, decisions, who)
    Cleared(finding=finding, decisions=decisions, action=ActionKind.DOSSIER)
    stopped = (
        select(release_event.c.kind)
        .where(release_event.c.release_id == finding.release_id)
        .order_by(release_event.c.entry_seq.desc())
        .limit(1)
    )
    if connection.execute(stopped).scalar() in ("suspended", "retired"):
        raise NotCleared(
            f"Release {finding.release_id}, which found {finding.id}, is stopped; nothing of it "
            "leaves until another person restarts it."
        )
    late = select(decision.c.id).where(
        decision.c.finding_id == finding.id, decision.c.entry_seq >= signed.size
    )
    if connection.execute(late).first():
        raise Conflict(f"Somebody decides on finding {finding.id} right now; pack it again.")


def _require_sound(desk: Desk, content: bytes) -> None:
    """Refuse to let go of what the receiver's own check would refuse."""
    keys = read_key_lines(desk.log.signer.verifier.line)
    report = check_pack(parse_line(content), keys, [])
    if report.exit != SOUND:
        raise CheckFailed(
            f"The pack would not verify: {report.faults[0]['message']}. Nothing left; run "
            "'workbench log verify'."
        )
