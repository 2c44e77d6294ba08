"""Verification where the log lies: what tampering it finds, and the index that it names."""

import json
from pathlib import Path

import pytest
from builders_log import Clock, LogHome, log_home
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from workbench.domain.errors import Unavailable
from workbench.domain.log import Frontier, leaf_hash
from workbench.store.database import Database
from workbench.store.decision_log import DecisionLog
from workbench.store.log_check import LogReport, verify

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
    return verify(home.reopened())


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
    assert verify(log).faults == ()
    log.checkpoint()
    assert verify(log).faults == ()


def test_one_byte_of_every_entry_in_turn_is_found_by_its_index(home: LogHome) -> None:
    home.drop_triggers()
    for index, body in enumerate(bodies(home)):
        changed = body[:-3] + bytes([body[-3] ^ 1]) + body[-2:]
        home.raw(BODY, changed, index)
        report = verify(home.log)
        assert report.faults[0].index == index, index
        assert f"Entry {index} was changed" in report.as_text()
        home.raw(BODY, body, index)
    assert not verify(home.log).faults


def test_a_changed_byte_is_found_with_the_triggers_back_in_place(home: LogHome) -> None:
    body = bodies(home)[9]
    home.tamper(BODY, body.replace(b"supported", b"suppOrted"), 9)
    assert 9 in [fault.index for fault in found(home).faults]


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
    assert index in [fault.index for fault in verify(home.log).faults]
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
    """With checkpoints at 5 and 6, a change of entry 5 is named exactly."""
    home = log_home(tmp_path)
    home.plain(2)
    assert home.log.checkpoint().size == 5
    home.plain()
    home.log.checkpoint()
    home.plain(4)
    home.log.checkpoint()
    body = bodies(home)[5].replace(b"not_cleared", b"not_allowed")
    home.tamper(BODY_AND_HASH, body, leaf_hash(body), 5)
    (fault,) = found(home).faults
    assert fault.index == 5
    assert "Entry 5 was changed together with its hash" in fault.message


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
        verify(home.log)


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
