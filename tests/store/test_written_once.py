"""What was written stays: UPDATE, DELETE and REPLACE past the services, with no pragma set."""

import shutil
import sqlite3
from pathlib import Path

import builders
import builders_raw as raw
import pytest

from workbench.services import act, release
from workbench.store.tables import PROTECTED

TABLES = (*PROTECTED, "account")
LOG = ("log_entry", "checkpoint", "account")


@pytest.fixture(scope="module")
def full(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database with at least one row in every protected table."""
    built = builders.home(tmp_path_factory.mktemp("full"))
    finding = builders.seal(built)
    builders.decided(built, finding, "analyst-1", "analyst-2")
    for kind in ("lead", "dossier"):
        act.act(built.desk, finding.id, account="analyst-1", action=kind, key=builders.key())
    release.suspend(
        built.desk, builders.RELEASE, account="auditor", reason="Drift in the call records."
    )
    built.desk.log.checkpoint()
    return raw.path(built)


@pytest.fixture
def file(full: Path, tmp_path: Path) -> Path:
    return Path(shutil.copy(full, tmp_path / "workbench.db"))


@pytest.mark.parametrize("table", TABLES)
def test_no_row_can_be_deleted(file: Path, table: str) -> None:
    with pytest.raises(sqlite3.IntegrityError, match="never deleted"):
        raw.execute(file, f"DELETE FROM {table}")
    raw.execute(file, f"DROP TRIGGER {table}_is_never_deleted", f"DELETE FROM {table}")
    assert raw.rows(file, table) == []


@pytest.mark.parametrize("table", PROTECTED)
def test_no_column_of_a_row_can_be_changed(file: Path, table: str) -> None:
    for column in raw.rows(file, table)[0]:
        change = f"UPDATE OR REPLACE {table} SET {column} = {column}"
        with pytest.raises(sqlite3.IntegrityError, match="never changed"):
            raw.execute(file, change)
        with pytest.raises(sqlite3.IntegrityError):
            raw.execute(file, f"UPDATE {table} SET {column} = NULL")
    raw.execute(file, f"DROP TRIGGER {table}_is_never_changed", change)


@pytest.mark.parametrize("table", [t for t in TABLES if t not in LOG])
@pytest.mark.parametrize("verb", ["INSERT OR REPLACE", "INSERT OR IGNORE", "INSERT", "REPLACE"])
def test_no_row_can_be_replaced_by_a_copy_of_itself(file: Path, table: str, verb: str) -> None:
    row = raw.rows(file, table)[0]
    with pytest.raises(sqlite3.IntegrityError, match="written once"):
        raw.insert(file, table, row, verb=verb)


@pytest.mark.parametrize(
    ("table", "trigger"),
    [
        *((t, f"{t}_is_written_once") for t in PROTECTED if t not in LOG),
        ("account", "account_is_made_once"),
        ("checkpoint", "checkpoint_grows"),
        ("log_entry", "log_entry_follows_the_last"),
    ],
)
def test_one_trigger_alone_keeps_a_row_from_being_replaced(
    file: Path, table: str, trigger: str
) -> None:
    row = raw.rows(file, table)[-1]
    with pytest.raises(sqlite3.IntegrityError, match="written once"):
        raw.insert(file, table, row, verb="INSERT OR REPLACE")
    raw.execute(file, f"DROP TRIGGER {trigger}", *_unguarded(table))
    raw.insert(file, table, row, verb="INSERT OR REPLACE")


def _unguarded(table: str) -> list[str]:
    """Replacing a judgement or stopping anew is against the order too; here it is set aside."""
    return {
        "judgement": ["DROP TRIGGER judgement_comes_before_the_score"],
        "finding": ["DROP TRIGGER finding_comes_from_a_release_in_use"],
        "action": ["DROP TRIGGER action_needs_a_release_in_use"],
        "decision": ["DROP TRIGGER decision_comes_after_own_unveiling"],
        "release_event": ["DROP TRIGGER release_event_fits_the_state"],
    }.get(table, [])


@pytest.mark.parametrize("table", [t for t in PROTECTED if t not in LOG])
def test_an_entry_vouches_for_one_row_only_so_a_copied_row_under_another_id_is_refused(
    file: Path, table: str
) -> None:
    row = raw.rows(file, table)[0]
    changed = {
        column: f"{value}-copy"
        for column, value in row.items()
        if column in ("id", "idempotency_key", "dataset")
    }
    with pytest.raises(sqlite3.IntegrityError, match="written once"):
        raw.insert(file, table, {**row, **changed})


def test_a_row_cannot_be_replaced_through_a_hidden_rowid(file: Path) -> None:
    for table in PROTECTED:
        if table not in ("log_entry", "checkpoint", "opening"):
            with pytest.raises(sqlite3.OperationalError, match="rowid"):
                raw.execute(file, f"SELECT rowid FROM {table}")


def test_an_entry_follows_the_last_one_without_a_gap(file: Path) -> None:
    last = raw.rows(file, "log_entry")[-1]
    for seq in (int(str(last["seq"])) + 2, 1_000_000, -1, 0):
        with pytest.raises(sqlite3.IntegrityError, match="follows the last"):
            raw.insert(file, "log_entry", {**last, "seq": seq})


def test_a_checkpoint_covers_more_than_the_last_and_no_more_than_there_is(file: Path) -> None:
    last = raw.rows(file, "checkpoint")[-1]
    n_entries = len(raw.rows(file, "log_entry"))
    for size in (int(str(last["size"])) - 1, n_entries + 1):
        with pytest.raises(sqlite3.IntegrityError, match="more entries than the last"):
            raw.insert(file, "checkpoint", {**last, "size": size})


def test_an_account_keeps_its_id_and_name(file: Path) -> None:
    for column in ("id", "name", "created_at"):
        change = f"UPDATE account SET {column} = {column} || 'x' WHERE role = 'auditor'"
        with pytest.raises(sqlite3.IntegrityError, match="never changed"):
            raw.execute(file, change)
    raw.execute(file, "DROP TRIGGER account_keeps_its_identity")
    raw.execute(file, "UPDATE account SET name = name || 'x' WHERE role = 'auditor'")


def test_two_accounts_never_share_a_name(file: Path) -> None:
    row = raw.rows(file, "account")[0]
    with pytest.raises(sqlite3.IntegrityError, match="written once"):
        raw.insert(file, "account", {**row, "id": "P-OTHER"})


@pytest.mark.parametrize("table", PROTECTED)
def test_upsert_changes_nothing(file: Path, table: str) -> None:
    row = raw.rows(file, table)[0]
    columns = list(row)
    marks = ", ".join("?" for _ in columns)
    upsert = (
        f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({marks}) "
        f"ON CONFLICT DO UPDATE SET {columns[-1]} = excluded.{columns[-1]}"
    )
    with sqlite3.connect(file) as connection, pytest.raises(sqlite3.IntegrityError):
        connection.execute(upsert, tuple(row.values()))
    connection.close()
