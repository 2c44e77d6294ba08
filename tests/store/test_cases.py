"""Case files in a real database with a real vault and log."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest

from workbench.domain.account import Account, Role
from workbench.domain.case import Case
from workbench.domain.errors import Conflict, NotAllowed, NotFound
from workbench.domain.log import EntryKind, commitment
from workbench.store import accounts, cases
from workbench.store.database import Database
from workbench.store.decision_log import DecisionLog
from workbench.store.vault import Vault

NOW = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
PURPOSE = "Investigation 2026/117 into thefts of vehicles"


@dataclass
class Room:
    database: Database
    log: DecisionLog
    vault: Vault
    analyst: Account
    other: Account
    supervisor: Account

    def open(self, case_id: str = "C-0001", *, key: str = "", members: tuple[str, ...] = ()) -> int:
        with self.database.write() as connection:
            return cases.open_case(
                connection,
                self.log,
                self.vault,
                case(case_id, self.analyst),
                members=members,
                account=self.analyst,
                key=key,
            )


@pytest.fixture
def room(tmp_path: Path) -> Iterator[Room]:
    database = Database(tmp_path / "workbench.db")
    database.migrate()
    log = DecisionLog(database, tmp_path / "keys", now=lambda: NOW)
    with database.write() as connection:
        people = [
            accounts.add(connection, name, role, password="", now=NOW)
            for name, role in (
                ("analyst", Role.ANALYST),
                ("other", Role.ANALYST),
                ("supervisor", Role.SUPERVISOR),
            )
        ]
        seq = log.append(
            connection,
            EntryKind.DATASET_INGESTED,
            {"dataset": "town", "sha256": "a" * 64, "synthetic": True, "account": people[0].id},
        )
        connection.exec_driver_sql(
            "INSERT INTO dataset VALUES ('town', 'Town', ?, 1, ?, ?, ?)",
            ("a" * 64, "2026-03-02T09:30:00.000000Z", people[0].id, seq),
        )
    yield Room(database, log, Vault(tmp_path / "vault"), *people)
    database.close()


def case(case_id: str, opener: Account) -> Case:
    return Case(
        id=case_id,
        title="Cross-border vehicle thefts",
        purpose=PURPOSE,
        legal_basis="Article 12 of the act on police data",
        dataset="town",
        opened_at=NOW,
        opened_by=opener.id,
        entity_ids=("p1", "v2"),
    )


def test_an_opened_case_reads_back_as_it_was_given(room: Room) -> None:
    room.open()
    with room.database.read() as connection:
        assert cases.by_id(connection, room.vault, "C-0001") == case("C-0001", room.analyst)
        assert cases.entity_ids(connection, room.vault, "C-0001") == ("p1", "v2")


def test_the_entry_on_opening_commits_to_the_purpose_and_holds_no_word_of_it(room: Room) -> None:
    seq = room.open()
    with room.database.read() as connection:
        (entry,) = room.log.entries(connection, seq, seq + 1)
    fields = json.loads(entry.body)
    assert fields["kind"] == "case_opened"
    assert fields["case"] == "C-0001"
    assert fields["account"] == room.analyst.id
    assert fields["purpose"] == commitment(room.vault.salt("C-0001"), PURPOSE)
    assert b"Investigation" not in entry.body
    assert b"vehicle" not in entry.body


def test_the_database_file_holds_neither_title_nor_purpose(room: Room) -> None:
    room.open()
    room.database.close()
    written = b"".join(p.read_bytes() for p in room.database.path.parent.glob("workbench.db*"))
    assert b"vehicle" not in written
    assert b"2026/117" not in written


def test_a_second_case_of_the_same_id_is_refused_and_the_first_stays(room: Room) -> None:
    room.open()
    with pytest.raises(Conflict, match="C-0001 exists"):
        room.open()
    with room.database.read() as connection:
        assert cases.by_id(connection, room.vault, "C-0001").title == "Cross-border vehicle thefts"


def test_an_unknown_case_is_not_found(room: Room) -> None:
    with room.database.read() as connection, pytest.raises(NotFound, match="C-0404"):
        cases.by_id(connection, room.vault, "C-0404")


def test_an_analyst_sees_own_cases_and_a_supervisor_all(room: Room) -> None:
    room.open("C-0001")
    room.open("C-0002", members=(room.other.id,))
    with room.database.read() as connection:
        assert cases.ids_of(connection, room.analyst) == ["C-0001", "C-0002"]
        assert cases.ids_of(connection, room.other) == ["C-0002"]
        assert cases.ids_of(connection, room.supervisor) == ["C-0001", "C-0002"]


def test_whoever_is_not_in_a_case_may_not_enter_it(room: Room) -> None:
    room.open()
    with room.database.read() as connection:
        with pytest.raises(NotAllowed, match="not in case C-0001"):
            cases.enter(connection, room.vault, "C-0001", room.other)
        assert cases.enter(connection, room.vault, "C-0001", room.supervisor).id == "C-0001"


def test_the_next_id_follows_the_highest(room: Room) -> None:
    with room.database.read() as connection:
        assert cases.next_id(connection) == "C-0001"
    room.open("C-0017")
    with room.database.read() as connection:
        assert cases.next_id(connection) == "C-0018"


def test_a_key_finds_the_case_that_it_opened(room: Room) -> None:
    room.open("C-0001", key="form-1")
    with room.database.read() as connection:
        assert cases.opened_with(connection, room.vault, room.analyst, key="form-1") == "C-0001"
        assert cases.opened_with(connection, room.vault, room.analyst, key="form-2") == ""
        assert cases.opened_with(connection, room.vault, room.other, key="form-1") == ""


def test_the_same_key_writes_a_note_once(room: Room) -> None:
    room.open()
    for _ in range(2):
        with room.database.write() as connection:
            cases.add_note(
                connection,
                room.vault,
                "C-0001",
                kind=cases.NOTE,
                content={"text": "Ask for the toll records."},
                account=room.analyst,
                at=NOW,
                key="form-1",
            )
    with room.database.read() as connection:
        kept = cases.notes_of(connection, room.vault, "C-0001", kind=cases.NOTE)
        links = cases.notes_of(connection, room.vault, "C-0001", kind=cases.TENTATIVE_LINK)
    assert [note.content for note in kept] == [{"text": "Ask for the toll records."}]
    assert kept[0].written_by == room.analyst.id
    assert links == []
