"""A key is destroyed together with its entry in the log, and each without the other is found."""

from pathlib import Path

import pytest
from builders_log import LogHome, log_home

from workbench.domain.errors import NotFound
from workbench.domain.log import EntryKind
from workbench.store.erasure import erase_finding, erased_by
from workbench.store.log_check import verify


@pytest.fixture
def home(tmp_path: Path) -> LogHome:
    made = log_home(tmp_path / "home")
    made.whole_review("F-1")
    made.whole_review("F-2")
    return made


def erase(home: LogHome, finding: str) -> int:
    return erase_finding(home.log, home.vault, finding, account=home.people["operator"])


def faults(home: LogHome) -> list[tuple[int | None, str]]:
    return [(f.index, f.code) for f in verify(home.log, home.vault).faults]


def sealed_at(home: LogHome, finding: str) -> int:
    with home.database.read() as connection:
        for row in home.log.entries(connection):
            said = row.fields
            if (said["kind"], said.get("finding")) == (EntryKind.FINDING_SEALED, finding):
                return row.seq
    raise AssertionError


def test_an_erasure_is_logged_once_and_holds_none_of_what_was_erased_t31(home: LogHome) -> None:
    index = erase(home, "F-1")
    assert erase(home, "F-1") == index
    with home.database.read() as connection:
        entries = list(home.log.entries(connection))
        assert erased_by(connection, home.log, "F-1") == index
        assert erased_by(connection, home.log, "F-2") is None
    (said,) = [row.fields for row in entries if row.fields["kind"] == EntryKind.ERASURE]
    assert set(said) == {"v", "kind", "at", "account", "finding", "what", "simulated"}
    assert not home.vault.holds("F-1")
    assert faults(home) == []


def test_a_finding_that_is_not_there_is_not_erased(home: LogHome) -> None:
    with pytest.raises(NotFound):
        erase(home, "F-9")


def test_a_key_that_is_gone_without_an_erasure_is_found(home: LogHome) -> None:
    home.vault.erase("F-2")
    assert faults(home) == [(sealed_at(home, "F-2"), "vault")]


def test_content_that_is_gone_while_the_key_is_there_is_found(home: LogHome) -> None:
    claim, reason = home.root / "claim", "D-analyst-F-1-1"
    for name in ("claim.json", reason):
        home.vault._path("F-1", name).rename(claim)
        (fault,) = verify(home.log, home.vault).faults
        assert "gone from the vault" in fault.message
        claim.rename(home.vault._path("F-1", name))
    assert faults(home) == []


def test_an_erasure_that_left_the_key_is_found_and_finished_by_another_call(home: LogHome) -> None:
    with home.database.write() as connection:
        said = {"what": "finding", "finding": "F-1", "account": "P-OPERATOR"}
        index = home.log.append(connection, EntryKind.ERASURE, said)
    assert faults(home) == [(index, "erasure")]
    assert erase(home, "F-1") == index
    assert faults(home) == []
