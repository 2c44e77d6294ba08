"""The decision log for those who look into it: verify, sign, export, prove, tell, sample.

Whoever decides may verify all of it and read what is one's own; the whole is for auditors, and for
the owner of the home. What others said of a finding stays hidden from a person who has yet to
decide on it.
"""

import hashlib
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy import Connection, select

from workbench.domain.account import Account, Operation, Role
from workbench.domain.errors import BadInput, NotAllowed
from workbench.domain.log import CONSULTED, EntryKind, Json, canonical
from workbench.store import accounts, cases, findings, log_check
from workbench.store.database import from_text
from workbench.store.decision_log import Checkpoint, LoggedEntry, LogReceipt
from workbench.store.desk import Desk
from workbench.store.log_check import LogReport
from workbench.store.packs import draft, export_lines
from workbench.store.tables import decision

__all__ = [
    "LogReport",
    "Step",
    "checkpoint",
    "export",
    "receipt",
    "sample",
    "story",
    "verify",
]

_WHOLE = (Role.AUDITOR, Role.OPERATOR)
_SAYS = {
    EntryKind.FINDING_SEALED: "sealed the finding",
    EntryKind.JUDGEMENT: "judged from the records alone: {verdict}, {confidence} of 100 sure",
    EntryKind.DECISION: "decided: {verdict}, {shown_for_s} s after seeing score and reasons",
    EntryKind.ACTION: "acted: {kind_of_action}",
    EntryKind.EXPORT: "exported: {what}",
    EntryKind.DISCLOSURE: "let it leave: {what}",
    EntryKind.RELEASE_PROMOTED: "approved release {release}, whose audit said: {audit}",
    EntryKind.RELEASE_SUSPENDED: "stopped release {release}",
    EntryKind.RELEASE_RESTARTED: "restarted release {release}",
    EntryKind.RELEASE_RETIRED: "retired release {release}",
    EntryKind.DATASET_INGESTED: "ingested dataset {dataset}",
    EntryKind.DATASET_ACCEPTED: "accepted dataset {dataset}{excused}",
    EntryKind.MODEL_TRAINED: "trained {model}",
    EntryKind.AUDIT: "audited {what}: {audit}",
    EntryKind.SENSITIVE_READ: "read {what} of dataset {dataset} for: {why}",
    EntryKind.SCHEMA_CHANGE: "brought the database to schema {version}",
    EntryKind.ROLE_CHANGE: "gave {holder} the role {role}",
    EntryKind.ACCOUNT_DISABLED: "disabled {holder}",
    EntryKind.CASE_OPENED: "opened case {case}",
    EntryKind.CASE_JOINED: "let {holder} into case {case}",
    EntryKind.CONSULTATION: "consulted: {what}",
    EntryKind.COMBINATION: "joined sources: {what}",
    EntryKind.REFUSED_ATTEMPT: "met with a refusal: {what} ({why})",
    EntryKind.REPLAY: "replayed the finding: {result}",
    EntryKind.ERASURE: "erased: {what}",
}
_STAGES = {
    "claim": "read claim and records",
    "assessment": "saw score and reasons",
    "review": "looked through all of it",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One entry as a person reads it. `by` is a pseudonym; ids are empty where none is named."""

    index: int
    at: datetime
    kind: EntryKind
    by: str
    says: str
    finding: str
    case: str
    simulated: bool


def verify(desk: Desk, *, account: str, contents: bool = False) -> LogReport:
    """Check every entry, checkpoint, row and step of the gate and, where told, that the contents of
    findings are what was sealed; changes nothing."""
    _who(desk, account)
    return log_check.verify(desk.log, desk.vault, contents=contents)


def checkpoint(desk: Desk, *, account: str) -> Checkpoint:
    """Sign the head as committed; waits where one was signed within the second.

    Raises
    ------
    CheckFailed
        When the log does not grow from what was signed before.
    """
    _who(desk, account)
    return desk.log.checkpoint()


def receipt(desk: Desk, index: int, *, account: str) -> LogReceipt:
    """Proof that entry `index` stands in the signed log.

    Raises
    ------
    NotFound
        When there is no such entry.
    """
    _who(desk, account)
    return desk.log.receipt(index)


def export(desk: Desk, path: Path, *, account: str) -> int:
    """Write the whole log for workbench/verify.py; returns how many entries it holds.

    The export itself is logged, with the file's digest, before the file appears.

    Raises
    ------
    NotAllowed
        Unless the account is an auditor's or the operator's.
    BadInput
        When nothing can be written at `path`.
    CheckFailed
        When the log does not grow from what was signed before.
    """
    who = _who(desk, account)
    if who.role not in _WHOLE:
        raise NotAllowed(
            f"Account {who.id} ({who.role.label}) may not export the whole log, which holds what "
            "others decided; ask an auditor."
        )
    signed = desk.log.checkpoint()
    with ExitStack() as leaving:
        with desk.database.read() as connection:
            lines = export_lines(connection, desk.log, signed.size)
            digest = leaving.enter_context(draft(path, lines))
        with desk.database.write() as connection:
            fields = {"account": who.id, "digest": digest, "n": signed.size, "what": "log"}
            said = fields | {"session": desk.session_hash, "simulated": who.simulated}
            desk.log.append(connection, EntryKind.EXPORT, said)
    return signed.size


def story(
    desk: Desk,
    *,
    account: str,
    finding_id: str = "",
    account_id: str = "",
    case_id: str = "",
    limit: int = 1000,
) -> list[Step]:
    """Everything the log says of one finding, one account or one case, oldest first.

    At most the `limit` newest. That the log was read is logged.

    Raises
    ------
    BadInput
        Unless exactly one of the three is named.
    NotAllowed
        When someone who is no auditor asks about another account, or another's case.
    NotFound
        When there is no such thing and there never was: nobody did more than ask about it.
    """
    asked = {"finding": finding_id, "account": account_id, "case": case_id}
    named = {word: value for word, value in asked.items() if value}
    if len(named) != 1:
        raise BadInput("Ask the log about one finding, or one account, or one case.")
    who = _who(desk, account)
    if account_id not in ("", who.id) and who.role not in _WHOLE:
        raise NotAllowed(f"Account {who.id} may read its own entries only; ask an auditor.")
    with desk.database.read() as connection:
        _require_member(desk, connection, who, named)
        found = list(_matching(desk, connection, named))
        _require_there(desk, connection, named, found)
        visible = _sight(connection, who)
    _log_reading(desk, who, named)
    return [step for entry in found[-limit:] if visible(step := _step(entry))]


def sample(desk: Desk, *, account: str, n: int, seed: int) -> list[Step]:
    """`n` decisions drawn at random, each as likely as any other, oldest first; for auditors.

    Raises
    ------
    NotAllowed
        Unless the account is an auditor's or the operator's.
    """
    who = _who(desk, account)
    if who.role not in _WHOLE:
        raise NotAllowed(f"Account {who.id} may not sample decisions of others; ask an auditor.")
    with desk.database.read() as connection:
        all_of_them = connection.execute(select(decision.c.entry_seq)).scalars()
        drawn = sorted(sorted(all_of_them, key=lambda seq: _lot(seed, seq))[:n])
        rows = [row for seq in drawn for row in desk.log.entries(connection, seq, seq + 1)]
    _log_reading(desk, who, {})
    return [_step(row) for row in rows]


def _who(desk: Desk, account: str) -> Account:
    with desk.database.read() as connection:
        who = accounts.by_name(connection, account)
    who.require(Operation.READ_LOG)
    return who


def _lot(seed: int, seq: int) -> bytes:
    return hashlib.sha256(f"{seed}:{seq}".encode()).digest()


def _require_member(
    desk: Desk, connection: Connection, who: Account, named: dict[str, str]
) -> None:
    """An analyst asks about cases of one's own."""
    if who.role in _WHOLE or "account" in named:
        return
    finding_id = named.get("finding", "")
    case_id = findings.by_id(connection, finding_id).case_id if finding_id else named["case"]
    cases.enter(connection, desk.vault, case_id, who)


def _require_there(
    desk: Desk, connection: Connection, named: dict[str, str], found: list[LoggedEntry]
) -> None:
    """Where the log says no more than that somebody asked, a row has to vouch for the thing."""
    asking = {EntryKind.CONSULTATION, EntryKind.REFUSED_ATTEMPT}
    if any(entry.fields["kind"] not in asking for entry in found):
        return
    ((word, value),) = named.items()
    match word:
        case "finding":
            findings.by_id(connection, value)
        case "case":
            cases.by_id(connection, desk.vault, value)
        case _:
            accounts.by_id(connection, value)


def _log_reading(desk: Desk, who: Account, named: dict[str, str]) -> None:
    subject = {word: value for word, value in named.items() if word != "account"}
    fields = {"account": who.id, "role": who.role.value, "session": desk.session_hash}
    said = fields | subject | {"simulated": who.simulated, "what": "log"}
    with desk.database.write() as connection:
        desk.log.append(connection, EntryKind.CONSULTATION, said)


def _matching(desk: Desk, connection: Connection, named: dict[str, str]) -> Iterator[LoggedEntry]:
    """Entries that name the thing; a case's are also those on its findings."""
    words = list(named.items())
    if "case" in named:
        its = findings.list_findings(connection, cases=[named["case"]])
        words += [("finding", finding.id) for finding in its]
    if "account" in named:
        words.append(("holder", named["account"]))
    needles = [canonical({word: value})[1:-1] for word, value in words]
    for row in desk.log.entries(connection):
        if any(needle in row.body for needle in needles):
            yield row


def _sight(connection: Connection, who: Account) -> Callable[[Step], bool]:
    """What `who` may see: all of it for an auditor; else one's own, and others' on what one
    decided oneself."""
    if who.role in _WHOLE:
        return lambda step: True
    own = select(decision.c.finding_id).where(decision.c.decided_by == who.id)
    decided = set(connection.execute(own).scalars())
    return lambda step: (
        step.by == who.id or step.kind is EntryKind.FINDING_SEALED or step.finding in decided
    )


def _step(row: LoggedEntry) -> Step:
    said = row.fields
    kind = EntryKind(str(said["kind"]))
    return Step(
        index=row.seq,
        at=from_text(str(said["at"])),
        kind=kind,
        by=str(said.get("account", "")),
        says=_sentence(kind, said),
        finding=str(said.get("finding", "")),
        case=str(said.get("case", "")),
        simulated=said.get("simulated") is True,
    )


def _sentence(kind: EntryKind, said: dict[str, Json]) -> str:
    if kind is EntryKind.FINDING_OPENED:
        return _STAGES.get(str(said["stage"]), "opened it")
    if kind is EntryKind.CONSULTATION and said["what"] in CONSULTED:
        return CONSULTED[str(said["what"])]
    if kind is EntryKind.MODEL_TRAINED and said.get("what") == "registered":
        return f"registered version {said['version']} of {said['model']}, proposed for release"
    words = {"why": "a purpose that was not given", "excused": ""}
    words["result"] = "same" if said.get("same") else "differs"  # as early entries say it
    words |= {word: str(value).replace("_", " ") for word, value in said.items()}
    if isinstance(breached := said.get("breached"), list) and breached:
        words["excused"] = ", excusing in writing: " + ", ".join(map(str, breached))
    return _SAYS.get(kind, kind.value.replace("_", " ")).format_map(words)
