"""Case files: who is in a case, what it is for, and what its people wrote in it.

The tables hold ids and pseudonyms; title, purpose, legal basis, entities and notes lie in the
vault under the case's id. The log's entries carry commitments to purpose and legal basis.
"""

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, select

from workbench.domain.account import Account, Operation, Role
from workbench.domain.case import Case
from workbench.domain.errors import Conflict, NotAllowed, NotFound
from workbench.domain.log import EntryKind, commitment
from workbench.store.database import from_text, to_text
from workbench.store.decision_log import DecisionLog
from workbench.store.tables import case_file, case_member, case_note
from workbench.store.vault import Vault

CONTENT = "case.json"
NOTE = "note"
TENTATIVE_LINK = "tentative_link"


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """What a person wrote in a case; `content` is what the vault keeps of it.

    A note holds `text`; a tentative link `source_id`, `target_id` and `reason`.
    """

    id: str
    case_id: str
    kind: str
    written_by: str
    written_at: datetime
    content: dict[str, str]


def open_case(
    connection: Connection,
    log: DecisionLog,
    vault: Vault,
    case: Case,
    *,
    members: Iterable[str],
    account: Account,
    session: str = "",
    key: str = "",
) -> int:
    """Log the opening, file the case and let `members` (account ids) and its opener in.

    Returns the log entry's seq. Call inside a write transaction. `session` is the web session's
    hash; `key` is kept with the content, so that `opened_with` finds what a double click opened.

    Raises
    ------
    Conflict
        When a case of this id exists.
    """
    if exists(connection, case.id):
        raise Conflict(f"Case {case.id} exists already; open it, or take another id.")
    vault.put(case.id, CONTENT, _content(case, key))
    inside = sorted({account.id, *members})
    fields = purpose_fields(vault, case, account=account, session=session) | {"members": inside}
    seq = log.append(connection, EntryKind.CASE_OPENED, fields)
    connection.execute(
        case_file.insert().values(
            id=case.id,
            dataset=case.dataset,
            content=CONTENT,
            opened_at=to_text(case.opened_at),
            opened_by=case.opened_by,
            entry_seq=seq,
        )
    )
    for member in inside:
        add_member(connection, case.id, member, at=case.opened_at)
    return seq


def _content(case: Case, key: str) -> bytes:
    """What the vault keeps of a case."""
    content = {
        "title": case.title,
        "purpose": case.purpose,
        "legal_basis": case.legal_basis,
        "entity_ids": list(case.entity_ids),
        "key": key,
    }
    return json.dumps(content, ensure_ascii=False).encode()


def purpose_fields(
    vault: Vault, case: Case, *, account: Account, session: str
) -> dict[str, object]:
    """What an entry on opening or consulting a case says: who, which case, on what ground."""
    salt = vault.salt(case.id)
    return {
        "account": account.id,
        "case": case.id,
        "dataset": case.dataset,
        "legal_basis": commitment(salt, case.legal_basis),
        "purpose": commitment(salt, case.purpose),
        "role": account.role.value,
        "session": session,
        "simulated": account.simulated,
    }


def exists(connection: Connection, case_id: str) -> bool:
    """True when a case of this id was opened."""
    found = connection.execute(select(case_file.c.id).where(case_file.c.id == case_id)).first()
    return found is not None


def dataset_of(connection: Connection, case_id: str) -> str:
    """Name of the dataset that the case draws on.

    Raises
    ------
    NotFound
        When there is no such case.
    """
    name = connection.execute(
        select(case_file.c.dataset).where(case_file.c.id == case_id)
    ).scalar_one_or_none()
    if name is None:
        raise NotFound(f"There is no case {case_id}; choose one from the list of cases.")
    return str(name)


def by_id(connection: Connection, vault: Vault, case_id: str) -> Case:
    """The case with its content out of the vault.

    Raises
    ------
    NotFound
        When there is no such case, or its content was erased.
    """
    row = connection.execute(select(case_file).where(case_file.c.id == case_id)).first()
    if row is None:
        raise NotFound(f"There is no case {case_id}; choose one from the list of cases.")
    content = json.loads(vault.get(case_id, row.content))
    return Case(
        id=row.id,
        title=content["title"],
        purpose=content["purpose"],
        legal_basis=content["legal_basis"],
        dataset=row.dataset,
        opened_at=from_text(row.opened_at),
        opened_by=row.opened_by,
        entity_ids=tuple(content["entity_ids"]),
    )


def enter(connection: Connection, vault: Vault, case_id: str, account: Account) -> Case:
    """The case, for an account that may open cases and is in this one, or supervises.

    Raises
    ------
    NotFound, NotAllowed
        When there is no such case, or it is another's.
    """
    account.require(Operation.OPEN_CASE)
    case = by_id(connection, vault, case_id)
    if account.role is not Role.SUPERVISOR and not is_member(connection, case_id, account.id):
        raise NotAllowed(
            f"Account {account.id} is not in case {case_id}; ask one of its people to let you in."
        )
    return case


def opened_with(connection: Connection, vault: Vault, account: Account, *, key: str) -> str:
    """Id of the case that `account` opened with this key among its last ten, else empty."""
    query = (
        select(case_file.c.id, case_file.c.content)
        .where(case_file.c.opened_by == account.id)
        .order_by(case_file.c.opened_at.desc())
        .limit(10)
    )
    for row in connection.execute(query):
        if key and json.loads(vault.get(row.id, row.content)).get("key") == key:
            return str(row.id)
    return ""


def entity_ids(connection: Connection, vault: Vault, case_id: str) -> tuple[str, ...]:
    """Ids of the case's own entities, within its dataset."""
    return by_id(connection, vault, case_id).entity_ids


def ids_of(connection: Connection, account: Account) -> list[str]:
    """Ids of the cases that `account` may open, in order: its own, or all for a supervisor."""
    query = select(case_file.c.id).order_by(case_file.c.id)
    if account.role is not Role.SUPERVISOR:
        query = query.join(case_member).where(case_member.c.account_id == account.id)
    return [str(row.id) for row in connection.execute(query)]


def cases_of(connection: Connection, vault: Vault, account: Account) -> list[Case]:
    """The cases that `account` may open, by id: its own, or all for a supervisor."""
    return [by_id(connection, vault, case_id) for case_id in ids_of(connection, account)]


def of_dataset(connection: Connection, dataset: str) -> list[str]:
    """Ids of the cases that draw on `dataset`, in order."""
    query = select(case_file.c.id).where(case_file.c.dataset == dataset).order_by(case_file.c.id)
    return [str(row.id) for row in connection.execute(query)]


def next_id(connection: Connection) -> str:
    """The next free case id, ``C-0018`` after ``C-0017``."""
    taken = connection.execute(select(case_file.c.id)).scalars()
    numbers = [int(i[2:]) for i in taken if i.startswith("C-") and i[2:].isdecimal()]
    return f"C-{max(numbers, default=0) + 1:04d}"


def add_member(connection: Connection, case_id: str, account_id: str, *, at: datetime) -> None:
    """Let an account into a case; nothing happens when it is in already.

    An entry has to say so: the opening's ``members``, or one of kind ``case_joined``.
    """
    if not is_member(connection, case_id, account_id):
        connection.execute(
            case_member.insert().values(
                case_id=case_id, account_id=account_id, added_at=to_text(at)
            )
        )


def is_member(connection: Connection, case_id: str, account_id: str) -> bool:
    """True when the account was let into the case (supervisors need not be)."""
    query = select(case_member.c.case_id).where(
        case_member.c.case_id == case_id, case_member.c.account_id == account_id
    )
    return connection.execute(query).first() is not None


def members(connection: Connection, case_id: str) -> tuple[str, ...]:
    """Ids of the accounts in the case, in the order in which they were let in."""
    query = (
        select(case_member.c.account_id)
        .where(case_member.c.case_id == case_id)
        .order_by(case_member.c.added_at, case_member.c.account_id)
    )
    return tuple(str(account_id) for account_id in connection.execute(query).scalars())


def add_note(
    connection: Connection,
    vault: Vault,
    case_id: str,
    *,
    kind: str,
    content: dict[str, str],
    account: Account,
    at: datetime,
    key: str,
) -> str:
    """Keep a note or a tentative link; returns its id. The same key is kept once."""
    note_id = f"N-{hashlib.sha256(f'{case_id} {account.id} {key}'.encode()).hexdigest()[:16]}"
    if connection.execute(select(case_note.c.id).where(case_note.c.id == note_id)).first():
        return note_id
    vault.put(case_id, f"{note_id}.json", json.dumps(content, ensure_ascii=False).encode())
    connection.execute(
        case_note.insert().values(
            id=note_id,
            case_id=case_id,
            kind=kind,
            content=f"{note_id}.json",
            written_by=account.id,
            written_at=to_text(at),
        )
    )
    return note_id


def notes_of(connection: Connection, vault: Vault, case_id: str, *, kind: str) -> list[Note]:
    """Notes or tentative links of a case, oldest first."""
    query = (
        select(case_note)
        .where(case_note.c.case_id == case_id, case_note.c.kind == kind)
        .order_by(case_note.c.written_at, case_note.c.id)
    )
    return [
        Note(
            id=row.id,
            case_id=row.case_id,
            kind=row.kind,
            written_by=row.written_by,
            written_at=from_text(row.written_at),
            content=json.loads(vault.get(case_id, row.content)),
        )
        for row in connection.execute(query)
    ]
