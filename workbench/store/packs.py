"""What leaves: the whole log as JSON lines, and one decided finding with the proof of its decision.

Both forms are described, and read, in workbench/verify.py.
"""

import base64
import hashlib
import json
import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from errno import EISDIR
from pathlib import Path

from sqlalchemy import Connection, select

from workbench.domain.errors import BadInput, NotFound
from workbench.domain.finding import Finding
from workbench.domain.log import EntryKind, canonical
from workbench.domain.record import HandlingCode
from workbench.store import findings, tables
from workbench.store.decision_log import Checkpoint, DecisionLog, LoggedEntry
from workbench.store.vault import Vault
from workbench.verify import LOG_FORMAT, PACK_FORMAT

_STEPS = {
    EntryKind.FINDING_SEALED,
    EntryKind.FINDING_OPENED,
    EntryKind.JUDGEMENT,
    EntryKind.DECISION,
    EntryKind.ACTION,
}
_RELEASE = {
    EntryKind.RELEASE_PROMOTED,
    EntryKind.RELEASE_SUSPENDED,
    EntryKind.RELEASE_RESTARTED,
    EntryKind.RELEASE_RETIRED,
}
_STAYS = {HandlingCode.H2.value, HandlingCode.H3.value}  # H3: conditions nobody here can check
_PEOPLE = {EntryKind.ROLE_CHANGE, EntryKind.ACCOUNT_DISABLED}


def export_lines(connection: Connection, log: DecisionLog, size: int) -> Iterator[bytes]:
    """The first `size` entries with the checkpoints that cover them, line by line."""
    header = {"format": LOG_FORMAT, "origin": log.origin, "size": size, "v": 1}
    yield _line(header)
    table = tables.checkpoint
    signed = select(table.c.size, table.c.note).where(table.c.size <= size).order_by(table.c.size)
    notes = iter(connection.execute(signed).all())
    pending = next(notes, None)
    for count, row in enumerate(_from_none(log.entries(connection, 0, size))):
        while pending is not None and pending.size == count:
            yield _line({"checkpoint": pending.note})
            pending = next(notes, None)
        if row is not None:
            yield _line({"index": row.seq, "leaf": row.leaf_hash.hex(), **_body(row.body)})
    yield _line({"end": size})


def build_pack(
    connection: Connection, log: DecisionLog, vault: Vault, finding: Finding, signed: Checkpoint
) -> bytes:
    """`finding` with the entries under `signed` that concern it, their proofs and its content.

    The digests cover the content whole, so it leaves whole or not at all: where records beneath
    may not be passed on, the pack proves the decision, and says how many and why.

    Raises
    ------
    NotFound
        When the content was erased.
    """
    tree = log.tree()
    reasons: list[dict[str, object]] = []
    entries: list[dict[str, object]] = []
    for row in _concerning(connection, log, finding, signed.size):
        path = [node.hex() for node in tree.inclusion(row.seq, signed.size)]
        entries.append({"body": row.body.decode(), "index": row.seq, "path": path})
        reasons.extend(_reason(vault, finding, row))
    claim = vault.get(finding.id, findings.CLAIM).decode()
    content: dict[str, object] = {
        "assessment": vault.get(finding.id, findings.ASSESSMENT).decode(),
        "claim": claim,
        "reasons": reasons,
    }
    if withheld := _withheld(claim):
        content = {"assessment": None, "claim": None, "reasons": [], "withheld": withheld}
    pack = {
        "checkpoint": signed.note,
        "entries": entries,
        "finding": finding.id,
        "format": PACK_FORMAT,
        "v": 1,
    }
    return _line(pack | content)


def _withheld(claim: str) -> dict[str, object]:
    """How many records of a claim may not be passed on, and their codes; empty where all may."""
    handling = [set(record["handling"]) for record in json.loads(claim).get("records", [])]
    held = [codes & _STAYS for codes in handling if codes & _STAYS]
    if not held:
        return {}
    codes = sorted(set().union(*held))
    return {"handling": codes, "n_held": len(held), "n_records": len(handling)}


@contextmanager
def draft(path: Path, lines: Iterable[bytes]) -> Iterator[str]:
    """Write `lines` beside `path`, durably; yields the SHA-256 of the bytes, as hex digits.

    Leave the context once the log says that they leave: only then does `path` appear. Left by an
    error, nothing stays.

    Raises
    ------
    BadInput
        When nothing can be written there.
    """
    part = path.with_name(f"{path.name}.part") if path.name else path
    try:
        digest = _written(path, part, lines)
    except OSError as error:
        if part.is_file():
            part.unlink()
        raise BadInput(
            f"The file cannot be written ({error.strerror}); name one in a folder that is there "
            "and that you may write to."
        ) from error
    try:
        yield digest
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)


def _written(path: Path, part: Path, lines: Iterable[bytes]) -> str:
    if path.is_dir():
        raise IsADirectoryError(EISDIR, os.strerror(EISDIR))
    digest = hashlib.sha256()
    with part.open("wb") as file:
        for line in lines:
            digest.update(line)
            file.write(line)
        file.flush()
        os.fsync(file.fileno())
    return digest.hexdigest()


def _line(document: dict[str, object]) -> bytes:
    text = json.dumps(document, ensure_ascii=False, separators=(",", ":"), sort_keys=True)
    return text.encode() + b"\n"


def _body(body: bytes) -> dict[str, object]:
    """Every sound body is UTF-8; of another one the export still says what is there."""
    try:
        return {"body": body.decode()}
    except UnicodeDecodeError:
        return {"body_base64": base64.b64encode(body).decode()}


def _from_none(rows: Iterable[LoggedEntry]) -> Iterator[LoggedEntry | None]:
    """The rows, and None after the last, so that checkpoints behind it have their turn."""
    yield from rows
    yield None


def _concerning(
    connection: Connection, log: DecisionLog, finding: Finding, size: int
) -> Iterator[LoggedEntry]:
    """Entries that the gate needs to be replayed for this finding, in order.

    Looks for the ids as bytes first, so that a long log is not parsed for a few entries.
    """
    people = _people(connection, finding.id)
    words = [("finding", {finding.id}, _STEPS), ("release", {finding.release_id}, _RELEASE)]
    words.append(("holder", people, _PEOPLE))
    needles = [canonical({word: value})[1:-1] for word, values, _ in words for value in values]
    for row in log.entries(connection, 0, size):
        if not any(needle in row.body for needle in needles):
            continue
        said = row.fields
        if any(said.get(word) in values and said["kind"] in kinds for word, values, kinds in words):
            yield row


def _people(connection: Connection, finding_id: str) -> set[str]:
    decision, action = tables.decision, tables.action
    deciders = select(decision.c.decided_by).where(decision.c.finding_id == finding_id)
    actors = select(action.c.acted_by).where(action.c.finding_id == finding_id)
    return {str(row[0]) for row in connection.execute(deciders.union(actors))}


def _reason(vault: Vault, finding: Finding, row: LoggedEntry) -> Iterator[dict[str, object]]:
    """The words behind a judgement's or decision's commitment, unless they were erased."""
    said = row.fields
    name = said.get(str(said["kind"]))
    if said["kind"] not in (EntryKind.JUDGEMENT, EntryKind.DECISION) or not isinstance(name, str):
        return
    try:
        text = vault.get(finding.id, name).decode()
    except NotFound:
        return
    yield {"index": row.seq, "salt": vault.salt(finding.id), "text": text}
