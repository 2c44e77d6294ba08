"""A decided finding leaves as a pack, once two people stand behind it, and the log says so."""

import hashlib
import json
from pathlib import Path

import pytest
from builders_log import RELEASE, LogHome, log_home

from workbench.domain.errors import BadInput, CheckFailed, NotAllowed, NotCleared, NotFound
from workbench.domain.log import EntryKind, commitment
from workbench.services import exchange
from workbench.store import log_check
from workbench.verify import main


@pytest.fixture
def home(tmp_path: Path) -> LogHome:
    made = log_home(tmp_path)
    made.seal("F-1")
    return made


def last_entry(home: LogHome) -> dict[str, object]:
    with home.database.read() as connection:
        size = home.log.head(connection).size
        (row,) = home.log.entries(connection, size - 1)
    return dict(row.fields)


def test_a_pack_verifies_offline_with_nothing_but_the_public_key(home: LogHome) -> None:
    for name in ("analyst", "second"):
        home.reviewed("F-1", name)
    out = home.root / "F-1.json"
    content = exchange.pack(home.desk, "F-1", account="analyst", out=out)
    assert out.read_bytes() == content
    assert main([str(out), "--key", str(home.keys / "log.pub")]) == 0


def test_a_pack_that_leaves_is_logged_with_its_digest_and_a_commitment_to_its_recipient(
    home: LogHome,
) -> None:
    for name in ("analyst", "second"):
        home.reviewed("F-1", name)
    content = exchange.pack(home.desk, "F-1", account="operator", recipient="the other authority")
    said = last_entry(home)
    assert said["kind"] == EntryKind.DISCLOSURE
    assert said["finding"] == "F-1"
    assert said["digest"] == hashlib.sha256(content).hexdigest()
    assert said["recipient"] == commitment(home.vault.salt("F-1"), "the other authority")
    assert "other authority" not in json.dumps(said)


def test_the_log_stays_sound_after_a_pack_left(home: LogHome) -> None:
    for name in ("analyst", "second"):
        home.reviewed("F-1", name)
    exchange.pack(home.desk, "F-1", account="second")
    assert log_check.verify(home.log, home.vault).faults == ()


def test_an_undecided_finding_does_not_leave(home: LogHome) -> None:
    with pytest.raises(NotCleared, match="supported by 0 of the 2"):
        exchange.pack(home.desk, "F-1", account="operator", out=home.root / "out")
    assert not (home.root / "out").exists()
    assert last_entry(home)["kind"] != EntryKind.DISCLOSURE


def test_a_pack_without_content_proves_the_decision_and_says_why(
    home: LogHome, capsys: pytest.CaptureFixture[str]
) -> None:
    home.seal("F-2", records=[{"id": "R-1", "handling": ["H2"]}, {"id": "R-2", "handling": ["H0"]}])
    for name in ("analyst", "second"):
        home.reviewed("F-2", name)
    out = home.root / "F-2.json"
    exchange.pack(home.desk, "F-2", account="analyst", out=out)
    assert "R-1" not in out.read_text()
    assert main([str(out), "--key", str(home.keys / "log.pub")]) == 0
    assert (
        "1 of 2 records beneath may not be passed on (handling code H2)" in capsys.readouterr().out
    )


def test_a_pack_that_cannot_be_written_has_not_left(home: LogHome) -> None:
    for name in ("analyst", "second"):
        home.reviewed("F-1", name)
    for out in (home.root / "none" / "out", home.root):
        with pytest.raises(BadInput, match="cannot be written"):
            exchange.pack(home.desk, "F-1", account="operator", out=out)
    assert last_entry(home)["kind"] != EntryKind.DISCLOSURE


def test_what_one_person_supports_does_not_leave(home: LogHome) -> None:
    home.reviewed("F-1", "analyst")
    with pytest.raises(NotCleared, match="supported by 1 of the 2"):
        exchange.pack(home.desk, "F-1", account="analyst")


def test_a_supervisor_who_never_decided_does_not_pack_and_learns_no_score_t10(
    home: LogHome,
) -> None:
    for name in ("analyst", "second"):
        home.reviewed("F-1", name)
    with pytest.raises(NotCleared, match="decide it yourself first"):
        exchange.pack(home.desk, "F-1", account="supervisor", out=home.root / "out")
    assert not (home.root / "out").exists()
    said = last_entry(home)
    assert (said["kind"], said["what"]) == (EntryKind.REFUSED_ATTEMPT, "pack")
    home.reviewed("F-1", "supervisor")
    assert exchange.pack(home.desk, "F-1", account="supervisor")


def test_what_somebody_did_not_support_does_not_leave(home: LogHome) -> None:
    for name in ("analyst", "second"):
        home.reviewed("F-1", name)
    home.reviewed("F-1", "supervisor", "not_supported")
    with pytest.raises(NotCleared, match="contested"):
        exchange.pack(home.desk, "F-1", account="analyst")


def test_a_finding_on_a_person_without_an_offence_fact_does_not_leave(home: LogHome) -> None:
    """T1."""
    home.seal("F-2", about_person=True, n_offence_facts=0)
    for name in ("analyst", "second"):
        home.reviewed("F-2", name)
    with pytest.raises(NotCleared, match="T1"):
        exchange.pack(home.desk, "F-2", account="analyst")


def test_nothing_leaves_of_a_release_that_is_stopped(home: LogHome) -> None:
    for name in ("analyst", "second"):
        home.reviewed("F-1", name)
    home.stopped(RELEASE, "analyst")
    with pytest.raises(NotCleared, match="is stopped"):
        exchange.pack(home.desk, "F-1", account="analyst")


@pytest.mark.parametrize("name", ["outsider", "auditor", "trainer"])
def test_who_may_not_act_in_the_case_may_not_pack(home: LogHome, name: str) -> None:
    for reader in ("analyst", "second"):
        home.reviewed("F-1", reader)
    with pytest.raises(NotAllowed):
        exchange.pack(home.desk, "F-1", account=name)


def test_an_unknown_finding_is_not_found(home: LogHome) -> None:
    with pytest.raises(NotFound):
        exchange.pack(home.desk, "F-404", account="operator")


def test_a_pack_of_tampered_entries_does_not_leave(home: LogHome) -> None:
    for name in ("analyst", "second"):
        home.reviewed("F-1", name)
    home.log.checkpoint()
    change = "UPDATE log_entry SET body = CAST(replace(CAST(body AS TEXT), '41', '42') AS BLOB)"
    home.tamper(f"{change} WHERE instr(body, CAST('shown_for_s' AS BLOB))")
    with pytest.raises(CheckFailed, match="would not verify"):
        exchange.pack(home.desk, "F-1", account="analyst")
