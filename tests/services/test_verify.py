"""Verify, sign, export, tell and sample, and who may."""

import hashlib
from pathlib import Path

import pytest
from builders_log import LogHome, log_home

from workbench.domain.errors import BadInput, NotAllowed, NotFound
from workbench.domain.log import EntryKind
from workbench.services import verify
from workbench.verify import main


@pytest.fixture(scope="module")
def reviewed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = LogHome(tmp_path_factory.mktemp("told"))
    home.whole_review("F-1")
    home.seal("F-2")
    home.reviewed("F-2", "second", "not_supported")
    home.database.close()
    return home.root


@pytest.fixture
def home(reviewed: Path, tmp_path: Path) -> LogHome:
    return log_home(tmp_path, like=reviewed)


def last_entry(home: LogHome) -> dict[str, object]:
    with home.database.read() as connection:
        size = home.log.head(connection).size
        (row,) = home.log.entries(connection, size - 1)
    return dict(row.fields)


@pytest.mark.parametrize("name", ["analyst", "supervisor", "auditor", "operator"])
def test_who_decides_or_audits_may_verify_and_sign(home: LogHome, name: str) -> None:
    assert verify.verify(home.desk, account=name).faults == ()
    assert verify.checkpoint(home.desk, account=name).size == 25


def test_a_data_scientist_may_not(home: LogHome) -> None:
    for door in (verify.verify, verify.checkpoint):
        with pytest.raises(NotAllowed):
            door(home.desk, account="trainer")


def test_an_auditor_exports_a_log_that_verifies_offline(home: LogHome) -> None:
    out = home.root / "log.jsonl"
    assert verify.export(home.desk, out, account="auditor") == 25
    assert main([str(out), "--key", str(home.keys / "log.pub")]) == 0
    assert not list(home.root.glob("*.part"))


def test_an_export_is_logged_with_the_files_digest(home: LogHome) -> None:
    out = home.root / "log.jsonl"
    verify.export(home.desk, out, account="operator")
    said = last_entry(home)
    assert (said["kind"], said["what"], said["n"]) == (EntryKind.EXPORT, "log", 25)
    assert said["digest"] == hashlib.sha256(out.read_bytes()).hexdigest()


@pytest.mark.parametrize("name", ["analyst", "supervisor", "trainer"])
def test_the_whole_log_is_not_exported_by_one_who_decides_or_trains(
    home: LogHome, name: str
) -> None:
    with pytest.raises(NotAllowed):
        verify.export(home.desk, home.root / "out", account=name)
    assert not (home.root / "out").exists()


def test_an_export_that_cannot_be_written_says_so_and_is_not_logged(home: LogHome) -> None:
    before = last_entry(home)
    for out in (home.root / "none" / "out", home.root):
        with pytest.raises(BadInput, match="cannot be written"):
            verify.export(home.desk, out, account="auditor")
    assert last_entry(home) == before


def test_a_receipt_can_be_had_for_an_entry(home: LogHome) -> None:
    assert verify.receipt(home.desk, 4, account="analyst").index == 4
    with pytest.raises(NotFound):
        verify.receipt(home.desk, 400, account="analyst")


# Stories ----------------------------------------------------------------------------------------


def test_a_findings_story_is_told_in_order_and_in_words(home: LogHome) -> None:
    steps = verify.story(home.desk, account="auditor", finding_id="F-1")
    assert [step.says for step in steps] == [
        "sealed the finding",
        *[
            "read claim and records",
            "judged from the records alone: supported, 70 of 100 sure",
            "saw score and reasons",
            "decided: supported, 41 s after seeing score and reasons",
        ]
        * 2,
        "acted: dossier",
    ]
    assert [step.by for step in steps[1:5]] == [home.people["analyst"].id] * 4
    assert [step.index for step in steps] == list(range(10, 20))


def test_a_reading_of_sensitive_columns_and_a_registration_are_told_with_their_purpose(
    home: LogHome,
) -> None:
    who = home.people["auditor"].id
    read = {"dataset": "town", "what": "sensitive features", "why": "audit", "account": who}
    made = {"what": "registered", "model": "hidden_link", "run": "r1", "version": 3}
    with home.database.write() as connection:
        home.log.append(connection, EntryKind.SENSITIVE_READ, read)
        home.log.append(
            connection, EntryKind.MODEL_TRAINED, made | {"dataset": "town", "account": who}
        )
    told = verify.story(home.desk, account="auditor", account_id=who)
    assert [step.says for step in told if step.by == who][-2:] == [
        "read sensitive features of dataset town for: audit",
        "registered version 3 of hidden_link, proposed for release",
    ]


def test_reading_the_log_is_logged(home: LogHome) -> None:
    verify.story(home.desk, account="auditor", finding_id="F-1")
    said = last_entry(home)
    assert (said["kind"], said["what"]) == (EntryKind.CONSULTATION, "log")
    assert (said["finding"], said["account"]) == ("F-1", home.people["auditor"].id)


def test_what_never_was_is_said_not_to_be_there_however_often_it_was_asked_about(
    home: LogHome,
) -> None:
    asked = {"what": "log", "finding": "F-NOPE", "account": home.people["auditor"].id}
    with home.database.write() as connection:
        home.log.append(connection, EntryKind.CONSULTATION, asked)
    for named, said in (
        ({"finding_id": "F-NOPE"}, "There is no finding F-NOPE"),
        ({"case_id": "C-9999"}, "There is no case C-9999"),
        ({"account_id": "P-NOPE"}, "There is no account P-NOPE"),
    ):
        with pytest.raises(NotFound, match=said):
            verify.story(home.desk, account="auditor", **named)


def test_a_reading_of_the_log_or_of_reasons_is_told_as_one(home: LogHome) -> None:
    who = home.people["auditor"].id
    for what in ("log", "reasons"):
        with home.database.write() as connection:
            said = {"what": what, "finding": "F-1", "account": who}
            home.log.append(connection, EntryKind.CONSULTATION, said)
    assert [step.says for step in verify.story(home.desk, account="auditor", finding_id="F-1")][
        -2:
    ] == ["read what the decision log says of it", "read what others said of the finding"]


def test_what_others_said_stays_hidden_until_ones_own_decision(home: LogHome) -> None:
    """The analyst decided on F-1 and not on F-2, which another did not support."""
    decided = verify.story(home.desk, account="analyst", finding_id="F-1")
    assert home.people["second"].id in {step.by for step in decided}
    blind = verify.story(home.desk, account="analyst", finding_id="F-2")
    assert [step.kind for step in blind] == [EntryKind.FINDING_SEALED]


def test_a_case_is_told_with_its_findings(home: LogHome) -> None:
    steps = verify.story(home.desk, account="auditor", case_id="C-0001")
    assert {step.finding for step in steps} == {"", "F-1", "F-2"}
    assert steps[0].kind is EntryKind.CASE_OPENED


def test_an_account_is_told_to_itself_and_to_auditors(home: LogHome) -> None:
    own = home.people["analyst"].id
    told = verify.story(home.desk, account="analyst", account_id=own)
    assert {step.by for step in told} == {own}
    whole = verify.story(home.desk, account="auditor", account_id=own)
    assert whole[0].says == f"gave {own} the role analyst"
    assert whole[1 : len(told) + 1] == told
    with pytest.raises(NotAllowed, match="own entries only"):
        verify.story(home.desk, account="second", account_id=own)


def test_another_cases_story_is_closed_to_an_analyst(home: LogHome) -> None:
    for asked in ({"case_id": "C-0001"}, {"finding_id": "F-1"}):
        with pytest.raises(NotAllowed, match="not in case"):
            verify.story(home.desk, account="outsider", **asked)


def test_only_the_newest_steps_are_told_past_the_limit(home: LogHome) -> None:
    steps = verify.story(home.desk, account="auditor", finding_id="F-1", limit=2)
    assert [step.index for step in steps] == [18, 19]


def test_one_thing_is_asked_about_at_a_time(home: LogHome) -> None:
    for asked in ({}, {"finding_id": "F-1", "case_id": "C-0001"}):
        with pytest.raises(BadInput):
            verify.story(home.desk, account="auditor", **asked)


# Samples ----------------------------------------------------------------------------------------


def test_a_sample_is_of_decisions_and_the_same_for_the_same_seed(home: LogHome) -> None:
    first = verify.sample(home.desk, account="auditor", n=2, seed=1)
    assert [step.kind for step in first] == [EntryKind.DECISION] * 2
    assert verify.sample(home.desk, account="auditor", n=2, seed=1) == first
    seen = {
        step.index
        for seed in range(12)
        for step in verify.sample(home.desk, account="auditor", n=1, seed=seed)
    }
    assert seen == {14, 18, 24}


def test_a_sample_larger_than_the_log_is_all_of_it(home: LogHome) -> None:
    assert len(verify.sample(home.desk, account="operator", n=50, seed=1)) == 3


def test_who_decides_may_not_sample_others(home: LogHome) -> None:
    with pytest.raises(NotAllowed):
        verify.sample(home.desk, account="supervisor", n=1, seed=1)
