"""The database file: pragmas, transactions, migrations, refusals in words."""

import sqlite3
import threading
from contextlib import closing
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import builders
import builders_raw as raw
import pytest
from pysqlite3 import dbapi2
from sqlalchemy import inspect, text

from workbench.domain.account import Role
from workbench.domain.errors import Conflict, NotCleared, Unavailable
from workbench.store import accounts
from workbench.store.database import HEAD, Database, from_text, to_text
from workbench.store.tables import metadata

NOW = datetime(2026, 1, 31, 9, 30, tzinfo=UTC)


@pytest.fixture
def database(tmp_path: Path) -> Database:
    made = Database(tmp_path / "workbench.db")
    made.migrate()
    return made


def test_instants_are_written_so_that_text_order_is_time_order() -> None:
    east = datetime(2026, 1, 31, 11, 30, 0, 5, tzinfo=timezone(timedelta(hours=2)))
    assert to_text(east) == "2026-01-31T09:30:00.000005Z"
    assert from_text(to_text(east)) == east
    assert to_text(NOW) < to_text(east) < to_text(NOW + timedelta(seconds=1))


def test_every_connection_is_durable_and_guarded(database: Database) -> None:
    wanted = {
        "journal_mode": "wal",
        "synchronous": 2,
        "foreign_keys": 1,
        "recursive_triggers": 1,
        "trusted_schema": 0,
        "busy_timeout": 30000,
    }
    with database.read() as connection:
        found = {p: connection.execute(text(f"PRAGMA {p}")).scalar_one() for p in wanted}
    assert found == wanted


def test_the_sqlite_in_use_has_the_wal_repair() -> None:
    assert dbapi2.sqlite_version_info >= (3, 51, 3)


def test_a_sqlite_without_the_wal_repair_keeps_a_rollback_journal(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dbapi2, "sqlite_version_info", (3, 51, 2))
    database = Database(tmp_path / "old.db")
    with database.read() as connection:
        assert connection.execute(text("PRAGMA journal_mode")).scalar_one() == "truncate"


def test_the_tables_that_python_names_are_the_tables_that_the_migration_makes(
    database: Database,
) -> None:
    with database.read() as connection:
        made = inspect(connection)
        for table in metadata.tables.values():
            found = {
                c["name"]: (str(c["type"]), c["nullable"], bool(c["primary_key"]))
                for c in made.get_columns(table.name)
            }
            wanted = {c.name: (str(c.type), c.nullable, c.primary_key) for c in table.columns}
            assert found == wanted, table.name
        assert set(made.get_table_names()) == {*metadata.tables, "alembic_version"}


def test_every_table_is_strict(database: Database) -> None:
    with database.read() as connection:
        listed = connection.execute(text("PRAGMA table_list")).mappings().all()
    strict = {row["name"]: row["strict"] for row in listed}
    assert {name for name in metadata.tables if not strict[name]} == set()


def test_migrating_twice_changes_nothing(database: Database) -> None:
    before = database.path.stat().st_mtime_ns
    database.migrate()
    assert database.path.stat().st_mtime_ns == before


def test_a_database_of_a_newer_workbench_is_not_touched(database: Database) -> None:
    with database.write() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(Unavailable, match=f"schema 9999, newer than {HEAD}"):
        database.migrate()


def test_a_migration_that_was_cut_off_left_nothing(tmp_path: Path) -> None:
    database = Database(tmp_path / "workbench.db")
    with closing(sqlite3.connect(database.path)) as other:
        other.execute("CREATE TABLE session (x)")  # in the way of the fourth table
        other.commit()
    with pytest.raises(Unavailable, match="already exists"):
        database.migrate()
    with database.read() as connection:
        assert inspect(connection).get_table_names() == ["session"]


def test_the_owner_of_the_home_is_there_from_the_start_and_cannot_sign_in(
    database: Database,
) -> None:
    with database.read() as connection:
        operator = accounts.by_name(connection, accounts.OPERATOR)
        assert operator.role is Role.OPERATOR
        assert accounts.check_password(connection, accounts.OPERATOR, "") is None


def test_a_write_is_kept_whole_or_not_at_all(database: Database) -> None:
    with pytest.raises(Conflict), database.write() as connection:
        for _ in range(2):
            accounts.add(connection, "analyst-1", Role.ANALYST, password="", now=NOW)
    with database.read() as connection:
        assert [a.name for a in accounts.list_accounts(connection)] == ["operator"]


def test_a_second_writer_waits_for_the_first(database: Database) -> None:
    order: list[str] = []
    began = threading.Event()

    def second() -> None:
        began.wait()
        with database.write():
            order.append("second")

    thread = threading.Thread(target=second)
    thread.start()
    with database.write():
        began.set()
        thread.join(0.2)
        order.append("first")
    thread.join()
    assert order == ["first", "second"]


def test_what_a_constraint_refuses_is_a_conflict_in_words(database: Database) -> None:
    with pytest.raises(Conflict, match="constraint failed"), database.write() as connection:
        connection.execute(text("INSERT INTO log_head VALUES (1, -1, '[]')"))


def test_a_damaged_file_is_refused_in_words(tmp_path: Path) -> None:
    path = tmp_path / "workbench.db"
    path.write_bytes(b"not a database at all" * 100)
    with pytest.raises(Unavailable, match="Nothing was written"), Database(path).read():
        pass


def test_a_read_only_database_is_refused_in_words(database: Database) -> None:
    with (
        pytest.raises(Unavailable, match="Nothing was written"),
        database.write() as connection,
    ):
        connection.execute(text("PRAGMA query_only = ON"))
        connection.execute(text("DELETE FROM session"))


def test_the_sentence_of_a_trigger_reaches_the_person(tmp_path: Path) -> None:
    built = builders.home(tmp_path / "home")
    with (
        pytest.raises(Conflict, match="A log entry is written once and never deleted"),
        built.desk.database.write() as connection,
    ):
        connection.execute(text("DELETE FROM log_entry"))
    _, row = raw.finding_row(built, release_id="none/1")
    with (
        pytest.raises(NotCleared, match="No such release is in use"),
        built.desk.database.write() as connection,
    ):
        connection.execute(metadata.tables["finding"].insert().values(row))
