"""Casework: open a case, go into one, adopt those that a dataset brings, write notes."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, func, select

from workbench.analysis import naming
from workbench.analysis.graph import CaseGraph
from workbench.analysis.picture import entities_at
from workbench.domain.account import PERMISSIONS, Account, Operation, Role
from workbench.domain.case import Case, require_words
from workbench.domain.errors import BadInput, NotAllowed, NotFound
from workbench.domain.log import EntryKind
from workbench.store import accounts, cases
from workbench.store.desk import Desk
from workbench.store.tables import dataset as datasets
from workbench.store.tables import dataset_acceptance, finding, log_entry

_RECENT = 5000  # entries looked back over for this session's consultation; older ones log anew


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseSummary:
    """A line of the list of cases."""

    id: str
    title: str
    purpose: str
    dataset: str
    opened_at: datetime
    n_entities: int
    n_findings: int


def my_cases(desk: Desk, *, account: str) -> list[CaseSummary]:
    """The cases that `account` is in (a supervisor: all), by id."""
    with desk.database.read() as connection:
        who = accounts.by_name(connection, account)
        who.require(Operation.OPEN_CASE)
        found = cases.cases_of(connection, desk.vault, who)
        query = select(finding.c.case_id, func.count()).group_by(finding.c.case_id)
        counts = {str(case_id): int(n) for case_id, n in connection.execute(query)}
    return [
        CaseSummary(
            id=case.id,
            title=case.title,
            purpose=case.purpose,
            dataset=case.dataset,
            opened_at=case.opened_at,
            n_entities=len(case.entity_ids),
            n_findings=counts.get(case.id, 0),
        )
        for case in found
    ]


def accepted_datasets(desk: Desk) -> list[str]:
    """Names of the datasets that a person accepted, on which a case may draw."""
    with desk.database.read() as connection:
        query = select(dataset_acceptance.c.dataset).distinct()
        return sorted(str(name) for name in connection.execute(query).scalars())


def open_case(
    desk: Desk,
    *,
    title: str,
    purpose: str,
    legal_basis: str,
    dataset: str,
    entities: str,
    account: str,
    key: str,
) -> Case:
    """Open a case; `entities` names what it starts from, one a line. The same `key`, the same case.

    Raises
    ------
    BadInput
        When title, purpose or legal basis say nothing, or a line names no entity or several.
    """
    require_words(title, of="title of the case", at_least=5)
    chosen = _named(desk.datasets.graph(dataset), entities)
    with desk.database.write() as connection:
        who = accounts.by_name(connection, account)
        who.require(Operation.OPEN_CASE)
        _require_dataset(connection, dataset, who)
        before = cases.opened_with(connection, desk.vault, who, key=key)
        if before:
            return cases.by_id(connection, desk.vault, before)
        case = Case(
            id=cases.next_id(connection),
            title=title.strip(),
            purpose=purpose.strip(),
            legal_basis=legal_basis.strip(),
            dataset=dataset,
            opened_at=desk.now(),
            opened_by=who.id,
            entity_ids=chosen,
        )
        _file(desk, connection, case, members=(), account=who, key=key)
    return case


def case_view(desk: Desk, case_id: str, *, account: str) -> Case:
    """Go into a case. Logs a consultation with the case's purpose, once per web session.

    Raises
    ------
    NotFound, NotAllowed
        When there is no such case, or it is another's.
    """
    with desk.database.read() as connection:
        who = accounts.by_name(connection, account)
        case = cases.enter(connection, desk.vault, case_id, who)
        if _consulted(connection, case_id, who, session=desk.session_hash):
            return case
    with desk.database.write() as connection:
        fields = cases.purpose_fields(desk.vault, case, account=who, session=desk.session_hash)
        desk.log.append(connection, EntryKind.CONSULTATION, {**fields, "what": "case"})
    return case


def adopt_cases(desk: Desk, dataset: str, *, account: str, members: Sequence[str]) -> list[str]:
    """Open the cases that a dataset brings and let `members` (account names) in.

    Returns the ids of those opened now; what was adopted before stays as it is. An id that
    another dataset's case took gets the dataset's name behind it.
    """
    brought = desk.datasets.cases(dataset)
    opened: list[str] = []
    with desk.database.write() as connection:
        who = accounts.by_name(connection, account)
        who.require(Operation.OPEN_CASE)
        _require_dataset(connection, dataset, who)
        inside = [accounts.by_name(connection, name).id for name in members]
        entity_ids = desk.datasets.graph(dataset).entities["id"]
        for source_id, rows in brought.groupby("id", sort=True):
            case_id = _free_id(connection, str(source_id), dataset)
            if not case_id:
                continue
            first = rows.iloc[0]
            case = Case(
                id=case_id,
                title=first["title"],
                purpose=first["purpose"],
                legal_basis=first["legal_basis"],
                dataset=dataset,
                opened_at=desk.now(),
                opened_by=who.id,
                entity_ids=tuple(entity_ids.loc[rows["entity"].drop_duplicates()]),
            )
            _file(desk, connection, case, members=inside, account=who, key="")
            opened.append(case_id)
    return opened


def members(desk: Desk, case_id: str, *, account: str) -> tuple[str, ...]:
    """Names of the accounts in a case."""
    with desk.database.read() as connection:
        who = accounts.by_name(connection, account)
        cases.enter(connection, desk.vault, case_id, who)
        ids = cases.members(connection, case_id)
        return tuple(accounts.by_id(connection, i).name for i in ids)


def could_join(desk: Desk, case_id: str, *, account: str) -> tuple[str, ...]:
    """Names of the analysts and supervisors who could be let into a case, in order."""
    with desk.database.read() as connection:
        who = accounts.by_name(connection, account)
        cases.enter(connection, desk.vault, case_id, who)
        inside = set(cases.members(connection, case_id))
        everyone = accounts.list_accounts(connection)
    return tuple(sorted(a.name for a in everyone if _may_join(a) and a.id not in inside))


def let_in(desk: Desk, case_id: str, name: str, *, account: str) -> None:
    """Let the account called `name` into a case; who is in already stays in, unlogged.

    Raises
    ------
    NotFound
        When there is no such account or case.
    NotAllowed
        When `account` is not in the case itself, or the other neither analyst nor supervisor.
    """
    with desk.database.write() as connection:
        who = accounts.by_name(connection, account)
        cases.enter(connection, desk.vault, case_id, who)
        holder = accounts.by_name(connection, name)
        if not _may_join(holder):
            raise NotAllowed(
                f"Account {holder.id} is disabled, or neither analyst nor supervisor; let in "
                "somebody who works on cases."
            )
        if cases.is_member(connection, case_id, holder.id):
            return
        fields = {
            "account": who.id,
            "case": case_id,
            "holder": holder.id,
            "session": desk.session_hash,
            "simulated": who.simulated,
        }
        desk.log.append(connection, EntryKind.CASE_JOINED, fields)
        cases.add_member(connection, case_id, holder.id, at=desk.now())


def _may_join(account: Account) -> bool:
    return not account.disabled and account.role in PERMISSIONS[Operation.JUDGE]


@dataclass(frozen=True, slots=True, kw_only=True)
class NoteView:
    """A note with the name of who wrote it."""

    text: str
    written_by: str
    written_at: datetime


def notes(desk: Desk, case_id: str, *, account: str) -> list[NoteView]:
    """The notes of a case, newest first."""
    with desk.database.read() as connection:
        who = accounts.by_name(connection, account)
        cases.enter(connection, desk.vault, case_id, who)
        kept = cases.notes_of(connection, desk.vault, case_id, kind=cases.NOTE)
        return [
            NoteView(
                text=note.content["text"],
                written_by=accounts.by_id(connection, note.written_by).name,
                written_at=note.written_at,
            )
            for note in reversed(kept)
        ]


def add_note(desk: Desk, case_id: str, *, text: str, account: str, key: str) -> str:
    """Write a note into a case; the same `key` writes it once. Returns its id."""
    words = require_words(text, of="note", at_least=5)
    with desk.database.write() as connection:
        who = accounts.by_name(connection, account)
        cases.enter(connection, desk.vault, case_id, who)
        return cases.add_note(
            connection,
            desk.vault,
            case_id,
            kind=cases.NOTE,
            content={"text": words},
            account=who,
            at=desk.now(),
            key=key,
        )


def _file(
    desk: Desk,
    connection: Connection,
    case: Case,
    *,
    members: Sequence[str],
    account: Account,
    key: str,
) -> None:
    cases.open_case(
        connection,
        desk.log,
        desk.vault,
        case,
        members=members,
        account=account,
        session=desk.session_hash,
        key=key,
    )


def _named(graph: CaseGraph, entities: str) -> tuple[str, ...]:
    """Ids of the entities that are named, one a line."""
    rows = [_one(graph, text, line) for line, text in enumerate(naming.lines_of(entities), 1)]
    if not rows:
        raise BadInput("A case starts from at least one entity; name one per line.")
    return tuple(entity.id for entity in entities_at(graph, sorted(set(rows))))


def _one(graph: CaseGraph, text: str, line: int) -> int:
    """Row of the one entity that a line names."""
    found = naming.find(graph, text)
    if len(found) != 1:
        what = "no entity of this dataset" if not found else f"{len(found)} entities"
        raise BadInput(
            f"Line {line} of the entities names {what}; give a number, a plate, an account, a "
            "full name or an id that one entity bears.",
            place=f"line {line}",
        )
    return found[0]


def _require_dataset(connection: Connection, dataset: str, account: Account) -> None:
    row = connection.execute(
        select(datasets.c.synthetic)
        .join(dataset_acceptance, dataset_acceptance.c.dataset == datasets.c.name)
        .where(datasets.c.name == dataset)
    ).first()
    if row is None:
        raise NotFound(f"No accepted dataset is called {dataset}; have a supervisor accept it.")
    if account.role is Role.DATA_SCIENTIST and not row.synthetic:
        raise BadInput(f"Dataset {dataset} is not synthetic; an analyst has to open its cases.")


def _free_id(connection: Connection, source_id: str, dataset: str) -> str:
    """The id under which to adopt a case; empty when this dataset's is there already."""
    for case_id in (source_id, f"{source_id}-{dataset}"):
        if not cases.exists(connection, case_id):
            return case_id
        if cases.dataset_of(connection, case_id) == dataset:
            return ""
    return ""


def _consulted(connection: Connection, case_id: str, account: Account, *, session: str) -> bool:
    """True when this web session opened or consulted the case lately; never on a command line."""
    if not session:
        return False
    last = connection.execute(select(func.max(log_entry.c.seq))).scalar() or 0
    bodies = connection.execute(
        select(log_entry.c.body).where(
            log_entry.c.seq > last - _RECENT,
            func.instr(log_entry.c.body, session.encode()) > 0,
            func.instr(log_entry.c.body, case_id.encode()) > 0,
        )
    ).scalars()
    wanted = {EntryKind.CASE_OPENED.value, EntryKind.CONSULTATION.value}
    return any(
        entry["kind"] in wanted and entry.get("case") == case_id and entry["account"] == account.id
        for entry in map(json.loads, bodies)
    )
