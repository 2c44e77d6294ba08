"""Verification where the log lies: what tampering it finds, and the index that it names."""

import json
from pathlib import Path

import pytest
from builders_log import Clock, LogHome, log_home
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from workbench.domain.errors import Unavailable
from workbench.domain.finding import FindingStatus
from workbench.domain.log import EntryKind
from workbench.domain.tree import Frontier, leaf_hash
from workbench.store import accounts, findings, schema, tables
from workbench.store.database import Database
from workbench.store.decision_log import DecisionLog
from workbench.store.log_check import LogReport, verify
from workbench.store.tables import PROTECTED
from workbench.store.vault import Vault

BODY_AND_HASH = "UPDATE log_entry SET body = ?, leaf_hash = ? WHERE seq = ?"
BODY = "UPDATE log_entry SET body = ? WHERE seq = ?"


@pytest.fixture(scope="module")
def reviewed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two findings reviewed by two people each, a checkpoint between them and one at the end."""
    home = LogHome(tmp_path_factory.mktemp("reviewed"))
    home.whole_review("F-1")
    home.log.checkpoint()
    home.whole_review("F-2")
    home.plain(2)
    home.log.checkpoint()
    home.database.close()
    return home.root


@pytest.fixture
def home(reviewed: Path, tmp_path: Path) -> LogHome:
    return log_home(tmp_path, like=reviewed)


def found(home: LogHome) -> LogReport:
    home.database.close()
    return verify(home.reopened(), home.vault)


def bodies(home: LogHome) -> list[bytes]:
    with home.database.read() as connection:
        return [row.body for row in home.log.entries(connection)]


def index_of(home: LogHome, kind: str, nth: int = 0) -> int:
    kinds = [json.loads(body)["kind"] for body in bodies(home)]
    return [i for i, k in enumerate(kinds) if k == kind][nth]


def test_an_untouched_log_is_sound_and_says_that_nobody_witnessed_it(home: LogHome) -> None:
    report = found(home)
    assert report.faults == ()
    assert report.size == len(bodies(home))
    assert (report.n_checkpoints, report.n_unsigned, report.witnessed) == (2, 0, False)
    assert "sound" in report.as_text()
    assert "not independently witnessed" in report.as_text()
    assert report.as_json()["sound"] is True


def test_entries_after_the_last_checkpoint_are_counted_as_unsigned(home: LogHome) -> None:
    home.plain(3)
    assert found(home).n_unsigned == 3
    assert not found(home).faults


def test_an_empty_log_is_sound(tmp_path: Path) -> None:
    database = Database(tmp_path / "workbench.db")
    database.migrate()
    log = DecisionLog(database, tmp_path / "keys", now=Clock())
    assert verify(log, Vault(tmp_path / "vault")).faults == ()
    log.checkpoint()
    assert verify(log, Vault(tmp_path / "vault")).faults == ()


def test_one_byte_of_every_entry_in_turn_is_found_by_its_index(home: LogHome) -> None:
    home.drop_triggers()
    for index, body in enumerate(bodies(home)):
        changed = body[:-3] + bytes([body[-3] ^ 1]) + body[-2:]
        home.raw(BODY, changed, index)
        report = verify(home.log, home.vault)
        assert report.faults[0].index == index, index
        assert f"Entry {index} was changed" in report.as_text()
        home.raw(BODY, body, index)
    assert not verify(home.log, home.vault).faults


def test_a_changed_byte_is_found_with_the_triggers_back_in_place(home: LogHome) -> None:
    body = bodies(home)[16]
    home.tamper(BODY, body.replace(b"supported", b"suppOrted"), 16)
    assert 16 in [fault.index for fault in found(home).faults]


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(data=st.data())
def test_any_byte_of_any_entry_is_found_by_its_index(home: LogHome, data: st.DataObject) -> None:
    home.drop_triggers()
    kept = bodies(home)
    index = data.draw(st.integers(0, len(kept) - 1))
    at = data.draw(st.integers(0, len(kept[index]) - 1))
    flip = data.draw(st.integers(1, 255))
    changed = bytearray(kept[index])
    changed[at] ^= flip
    home.raw(BODY, bytes(changed), index)
    assert index in [fault.index for fault in verify(home.log, home.vault).faults]
    home.raw(BODY, kept[index], index)


def test_a_changed_hash_alone_is_found_by_its_index(home: LogHome) -> None:
    home.tamper("UPDATE log_entry SET leaf_hash = zeroblob(32) WHERE seq = 7")
    assert found(home).faults[0].index == 7


def test_body_and_hash_changed_together_are_found_within_the_signers_subtrees(
    home: LogHome,
) -> None:
    """No row names the entry then; the narrowest known subtree with another root does."""
    kept = bodies(home)
    with home.database.read() as connection:
        spans = home.log.head(connection).spans
        between = [row.size for row in connection.exec_driver_sql("SELECT size FROM checkpoint")]
    index = len(kept) - 1
    changed = kept[index].replace(b"not_cleared", b"not_allowed")
    home.tamper(BODY_AND_HASH, changed, leaf_hash(changed), index)
    (fault,) = found(home).faults
    start, stop = next((a, b) for a, b in spans if a <= index < b)
    assert fault.index == max(start, between[0])
    assert fault.code == "changed"
    if stop - start == 1:
        assert f"Entry {index} was changed together with its hash" in fault.message


def test_a_span_is_cut_at_the_last_checkpoint_that_held(tmp_path: Path) -> None:
    """With checkpoints at 12 and 13, a change of entry 12 is named exactly."""
    home = log_home(tmp_path)
    home.plain(2)
    assert home.log.checkpoint().size == 12
    home.plain()
    home.log.checkpoint()
    home.plain(4)
    home.log.checkpoint()
    body = bodies(home)[12].replace(b"not_cleared", b"not_allowed")
    home.tamper(BODY_AND_HASH, body, leaf_hash(body), 12)
    (fault,) = found(home).faults
    assert fault.index == 12
    assert "Entry 12 was changed together with its hash" in fault.message


def test_a_whole_rewrite_with_a_new_head_contradicts_what_was_signed(home: LogHome) -> None:
    kept, frontier = bodies(home), Frontier()
    home.drop_triggers()
    for index, body in enumerate(kept):
        changed = body.replace(b"2026-03-02T09:3", b"2026-03-02T09:4")
        home.raw(BODY_AND_HASH, changed, leaf_hash(changed), index)
        frontier = frontier.append(leaf_hash(changed))
    roots = json.dumps([root.hex() for root in frontier.roots])
    home.raw("UPDATE log_head SET frontier = ?", roots)
    report = found(home)
    assert report.faults[0].index == 0
    assert report.n_checkpoints == 0


@pytest.mark.parametrize("index", [0, 5, 12])
def test_a_deleted_entry_is_a_gap_at_its_index(home: LogHome, index: int) -> None:
    home.tamper("DELETE FROM log_entry WHERE seq = ?", index)
    fault = found(home).faults[0]
    assert (fault.index, fault.code) == (index, "gap")


def test_a_deleted_end_is_missed_even_with_head_and_checkpoint_set_back(home: LogHome) -> None:
    n = len(bodies(home))
    with home.database.read() as connection:
        frontier = Frontier()
        for row in home.log.entries(connection, 0, n - 2):
            frontier = frontier.append(row.leaf_hash)
    roots = json.dumps([root.hex() for root in frontier.roots])
    home.tamper("DELETE FROM log_entry WHERE seq >= ?", n - 2)
    home.tamper("UPDATE log_head SET size = ?, frontier = ?", n - 2, roots)
    home.tamper("DELETE FROM checkpoint WHERE size = ?", n)
    fault = found(home).faults[0]
    assert (fault.index, fault.code) == (n - 2, "gap")
    assert f"Entries {n - 2} to {n - 1} were signed and are missing" in fault.message


def test_two_entries_that_changed_places_are_found(home: LogHome) -> None:
    kept = bodies(home)
    for index, other in ((5, 6), (6, 5)):
        home.tamper(BODY_AND_HASH, kept[other], leaf_hash(kept[other]), index)
    report = found(home)
    assert report.faults
    assert min(fault.index for fault in report.faults if fault.index is not None) <= 5


def test_an_entry_added_behind_the_head_is_found(home: LogHome) -> None:
    kept = bodies(home)
    body = kept[-1].replace(b"not_cleared", b"not_allowed")
    home.tamper("INSERT INTO log_entry VALUES (?, ?, ?)", len(kept), body, leaf_hash(body))
    faults = found(home).faults
    assert [fault.code for fault in faults] == ["head"]
    assert faults[0].index == len(kept)


def test_an_entry_that_is_not_canonical_is_found_though_its_hash_is_right(
    tmp_path: Path,
) -> None:
    home = log_home(tmp_path)
    home.plain()
    n = len(bodies(home))
    body = bodies(home)[-1].replace(b",", b", ")
    frontier = Frontier()
    for one in [*bodies(home), body]:
        frontier = frontier.append(leaf_hash(one))
    home.tamper("INSERT INTO log_entry VALUES (?, ?, ?)", n, body, leaf_hash(body))
    roots = json.dumps([root.hex() for root in frontier.roots])
    home.tamper("UPDATE log_head SET size = ?, frontier = ?", n + 1, roots)
    (fault,) = found(home).faults
    assert (fault.index, fault.code) == (n, "not_canonical")


# Checkpoints, head, keys ------------------------------------------------------------------------


def test_a_forged_checkpoint_is_found(home: LogHome, tmp_path: Path) -> None:
    (tmp_path / "forger").mkdir()
    forger = LogHome(tmp_path / "forger")
    forger.plain()
    note = forger.log.checkpoint().note
    home.tamper(
        "UPDATE checkpoint SET note = ? WHERE size = (SELECT max(size) FROM checkpoint)", note
    )
    (fault,) = found(home).faults
    assert fault.code == "checkpoint"
    assert "not signed by the key" in fault.message


def test_a_checkpoint_with_another_root_beside_its_note_is_found(home: LogHome) -> None:
    home.tamper("UPDATE checkpoint SET root_hash = ?", "0" * 64)
    assert {fault.code for fault in found(home).faults} == {"checkpoint"}


def test_a_swapped_public_key_is_found_in_every_checkpoint(home: LogHome, tmp_path: Path) -> None:
    (tmp_path / "other").mkdir()
    other = LogHome(tmp_path / "other")
    for name in ("log.key", "log.pub"):
        (home.keys / name).write_bytes((other.keys / name).read_bytes())
    report = found(home)
    assert report.n_checkpoints == 0
    assert {fault.code for fault in report.faults} == {"checkpoint", "memory"}


def test_a_changed_head_row_is_found(home: LogHome) -> None:
    roots = json.dumps(["00" * 32] * len(bodies(home)).bit_count())
    home.tamper("UPDATE log_head SET frontier = ?", roots)
    assert [fault.code for fault in found(home).faults] == ["head"]


@pytest.mark.parametrize("frontier", ["", "[]", '["00"]', "{}", "[1]"])
def test_a_head_row_that_cannot_be_read_is_a_fault_and_no_traceback(
    home: LogHome, frontier: str
) -> None:
    home.tamper("UPDATE log_head SET frontier = ?", frontier)
    assert "head" in {fault.code for fault in found(home).faults}


def test_a_missing_memory_of_the_signer_is_a_fault(home: LogHome) -> None:
    (home.keys / "log.state.json").unlink()
    assert [fault.code for fault in found(home).faults] == ["memory"]


def test_without_the_public_key_nothing_can_be_verified(home: LogHome) -> None:
    (home.keys / "log.pub").unlink()
    with pytest.raises(Unavailable, match=r"log\.pub"):
        verify(home.log, home.vault)


# Rows and the gate ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("table", "column", "kind"),
    [
        ("finding", "digest", "finding_sealed"),
        ("finding", "n_offence_facts", "finding_sealed"),
        ("finding", "sealed_at", "finding_sealed"),
        ("opening", "shown_digest", "finding_opened"),
        ("judgement", "verdict", "judgement"),
        ("judgement", "confidence", "judgement"),
        ("decision", "verdict", "decision"),
        ("decision", "reason_commitment", "decision"),
        ("decision", "decided_at", "decision"),
        ("action", "cites", "action"),
        ("release", "trained_by", "release_promoted"),
        ("dataset_acceptance", "breached", "dataset_accepted"),
        ("dataset_acceptance", "data_audit", "dataset_accepted"),
        ("dataset_acceptance", "excuse_commitment", "dataset_accepted"),
    ],
)
def test_a_row_that_says_otherwise_than_its_entry_is_found(
    home: LogHome, table: str, column: str, kind: str
) -> None:
    values = {"n_offence_facts": 9, "confidence": 9, "verdict": "cannot_tell"}
    values |= {"sealed_at": "2026-03-05T09:30:00.000000Z", "trained_by": "P-OPERATOR"}
    values |= {"decided_at": "2026-03-05T09:30:00.000000Z"}
    index = index_of(home, kind)
    home.tamper(
        f"UPDATE {table} SET {column} = ? WHERE entry_seq = ?",
        values.get(column, "0" * 64),
        index,
    )
    fault = found(home).faults[0]
    assert (fault.index, fault.code) == (index, "row")
    assert f"row of {table} disagree on {column}" in fault.message


def test_a_deleted_row_is_found_by_its_entry(home: LogHome) -> None:
    index = index_of(home, "action")
    home.tamper("DELETE FROM action WHERE entry_seq = ?", index)
    fault = found(home).faults[0]
    assert (fault.index, fault.code) == (index, "row")


def test_a_row_that_cites_an_entry_of_another_kind_is_found(home: LogHome) -> None:
    index = index_of(home, "refused_attempt")
    home.tamper("UPDATE judgement SET entry_seq = ? WHERE id = 'J-analyst-F-1'", index)
    assert index in [fault.index for fault in found(home).faults]


def test_a_row_that_cites_an_entry_to_come_is_found(home: LogHome) -> None:
    home.tamper("UPDATE judgement SET entry_seq = 5000 WHERE id = 'J-analyst-F-1'")
    assert any("does not exist" in fault.message for fault in found(home).faults)


@pytest.mark.parametrize("seq", [-1, -5000])
def test_an_action_on_an_undecided_finding_that_cites_no_entry_is_found(
    home: LogHome, seq: int
) -> None:
    """T26; the row is put in past every trigger and CHECK, and counts for nothing."""
    home.seal("F-3")
    home.tamper(
        "INSERT INTO action SELECT 'A-FORGED', 'F-3', finding_digest, kind, subject, cites, "
        "acted_by, acted_at, 'forged', ? FROM action WHERE finding_id = 'F-1'",
        seq,
    )
    report = found(home)
    assert f"A row of action cites entry {seq}, which does not exist." in report.as_text()
    with home.database.read() as connection:
        status = findings.status_of(connection, "F-3")
        acted = findings.list_findings(connection, status=FindingStatus.ACTED_ON)
        undecided = findings.list_findings(connection, status=FindingStatus.UNDECIDED)
    assert status is FindingStatus.UNDECIDED
    assert [finding.id for finding in acted] == ["F-1", "F-2"]
    assert [finding.id for finding in undecided] == ["F-3"]


@pytest.mark.parametrize(
    "table", [t for t in PROTECTED if "entry_seq" in tables.metadata.tables[t].c]
)
def test_the_sql_of_every_table_refuses_an_entry_before_the_first(
    home: LogHome, table: str
) -> None:
    with home.database.read() as connection:
        sql = schema.rules(connection)["table", table]
    assert "CHECK (entry_seq >= 0)" in sql


# The schema, accounts and members ---------------------------------------------------------------


def test_every_dropped_trigger_is_found_and_named(home: LogHome) -> None:
    schema.log_digest(home.database, home.log)
    assert not found(home).faults
    with home.database.read() as connection:
        triggers = {
            name: sql for (kind, name), sql in schema.rules(connection).items() if kind == "trigger"
        }
    index = index_of(home, "schema_change")
    for name in ("action_needs_its_deciders", "log_entry_is_never_deleted"):
        home.raw(f"DROP TRIGGER {name}")
        (fault,) = verify(home.log, home.vault).faults
        assert (fault.index, fault.code) == (index, "schema")
        assert f"trigger {name} is missing" in fault.message
        home.raw(triggers[name])
        assert not verify(home.log, home.vault).faults


def test_a_weakened_view_and_a_trigger_too_many_are_named(home: LogHome) -> None:
    schema.log_digest(home.database, home.log)
    home.raw("DROP VIEW current_decision")
    home.raw("CREATE VIEW current_decision AS SELECT * FROM decision")
    home.raw("CREATE TRIGGER quiet BEFORE INSERT ON action BEGIN SELECT RAISE(IGNORE); END")
    text = found(home).as_text()
    assert "trigger quiet was added" in text
    assert "view current_decision was changed" in text


def test_a_digest_is_logged_once_and_never_for_a_schema_that_was_changed(home: LogHome) -> None:
    schema.log_digest(home.database, home.log)
    home.raw("DROP TRIGGER action_needs_its_deciders")
    schema.log_digest(home.database, home.log)
    kinds = [json.loads(body)["kind"] for body in bodies(home)]
    assert kinds.count("schema_change") == 1
    assert "action_needs_its_deciders is missing" in found(home).as_text()


def test_a_role_that_the_log_did_not_give_is_found(home: LogHome) -> None:
    who = home.people["outsider"].id
    home.raw("UPDATE account SET role = 'supervisor' WHERE id = ?", who)
    (fault,) = found(home).faults
    assert (fault.index, fault.code) == (2, "account")
    assert fault.message == f"Account {who} has the role supervisor; the log gave it analyst."


def test_an_operator_with_a_role_and_an_account_that_nobody_made_are_found(home: LogHome) -> None:
    home.raw("UPDATE account SET role = 'supervisor' WHERE id = 'P-OPERATOR'")
    home.raw(
        "INSERT INTO account SELECT 'P-NEW', 'new', 'supervisor', '', 0, 0, NULL, created_at "
        "FROM account WHERE id = 'P-OPERATOR'"
    )
    text = found(home).as_text()
    assert "Account P-OPERATOR has the role supervisor; the log gave it operator." in text
    assert "Account P-NEW was made without an entry in the log." in text


def test_an_account_enabled_or_disabled_past_the_log_is_found(home: LogHome) -> None:
    who = home.people["outsider"].id
    home.raw("UPDATE account SET disabled_at = created_at WHERE id = ?", who)
    assert f"Account {who} is disabled and the log does not say so." in found(home).as_text()
    home.raw("UPDATE account SET disabled_at = NULL WHERE id = ?", who)
    with home.database.write() as connection:
        accounts.disable(connection, home.people["outsider"], now=home.now())
        said = {"holder": who, "account": "P-OPERATOR"}
        seq = home.log.append(connection, EntryKind.ACCOUNT_DISABLED, said)
    assert not found(home).faults
    home.raw("UPDATE account SET disabled_at = NULL WHERE id = ?", who)
    assert f"Account {who} is active, although entry {seq} disabled it." in found(home).as_text()


def test_a_member_whom_no_entry_let_in_is_found(home: LogHome) -> None:
    who = home.people["outsider"].id
    home.raw("INSERT INTO case_member VALUES ('C-0001', ?, '2026-03-02T09:30:00.000000Z')", who)
    (fault,) = found(home).faults
    assert fault.code == "member"
    assert fault.message == f"Account {who} is in case C-0001 and no entry of the log let it in."
    with home.database.write() as connection:
        said = {"case": "C-0001", "holder": who, "account": home.people["analyst"].id}
        home.log.append(connection, EntryKind.CASE_JOINED, said)
    assert not found(home).faults
    home.tamper("DELETE FROM case_member WHERE account_id = ?", who)
    assert f"Account {who} is not in case C-0001" in found(home).as_text()


@pytest.mark.parametrize(
    ("table", "column", "kind"),
    [("case_file", "opened_by", "case_opened"), ("dataset", "synthetic", "dataset_ingested")],
)
def test_a_case_or_dataset_that_says_otherwise_than_its_entry_is_found(
    home: LogHome, table: str, column: str, kind: str
) -> None:
    home.tamper(f"UPDATE {table} SET {column} = ?", 0 if column == "synthetic" else "P-X")
    (fault,) = found(home).faults
    assert fault.index == index_of(home, kind)
    assert f"row of {table} disagree on {column}" in fault.message


def test_the_gate_is_replayed_an_action_without_its_deciders_is_named(tmp_path: Path) -> None:
    """Triggers dropped, rows and entries in agreement, all of it signed: the replay sees it."""
    home = log_home(tmp_path)
    home.seal("F-1")
    cite = home.reviewed("F-1", "analyst")
    home.drop_triggers()
    home.acted("F-1", "analyst", "dossier", [cite])
    home.log.checkpoint()
    (fault,) = found(home).faults
    assert fault.code == "gate"
    assert fault.index == index_of(home, "action")
    assert "has 1 of the 2 deciders" in fault.message


def test_only_the_first_hundred_faults_are_listed_and_all_are_counted(tmp_path: Path) -> None:
    home = log_home(tmp_path)
    home.plain(120)
    home.tamper("UPDATE log_entry SET leaf_hash = zeroblob(32)")
    report = found(home)
    assert len(report.faults) == 100
    assert report.n_faults > 120


def test_changed_contents_of_a_finding_are_found_where_they_are_looked_at(home: LogHome) -> None:
    report = verify(home.log, home.vault, contents=True)
    assert not report.faults
    assert "What findings say is what was sealed." in report.as_text()
    home.vault.put("F-2", findings.ASSESSMENT, b"another score")
    unseen = verify(home.log, home.vault)
    assert not unseen.faults
    assert "was not looked at; `workbench log verify --contents` compares it" in unseen.as_text()
    (fault,) = verify(home.log, home.vault, contents=True).faults
    assert (fault.index, fault.code) == (index_of(home, "finding_sealed", 1), "content")
    assert "F-2 is not what was sealed" in fault.message


def test_one_of_anything_is_counted_as_one(home: LogHome) -> None:
    home.plain(1)
    assert "2 checkpoints, 1 entry not yet under one" in verify(home.log, home.vault).as_text()
