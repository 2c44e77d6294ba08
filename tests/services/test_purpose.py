"""What content is opened for is a case that is there, or words, or the demonstration."""

import json
from pathlib import Path

import pytest
from builders_log import LogHome, log_home

from workbench.domain.errors import BadInput, NotAllowed, NotFound
from workbench.domain.log import EntryKind, commitment
from workbench.services import purpose, review


@pytest.fixture
def home(tmp_path: Path) -> LogHome:
    return log_home(tmp_path)


@pytest.mark.parametrize("name", ["operator", "analyst", "supervisor"])
def test_a_case_that_is_there_is_a_purpose(home: LogHome, name: str) -> None:
    assert purpose.stated(home.desk, case="C-0001", account=name) == "case C-0001"


@pytest.mark.parametrize("name", ["operator", "analyst", "supervisor"])
def test_a_case_that_is_not_there_is_none(home: LogHome, name: str) -> None:
    with pytest.raises(NotFound, match="no case C-9999"):
        purpose.stated(home.desk, case="C-9999", account=name)


def test_anothers_case_is_no_purpose_of_ones_own(home: LogHome) -> None:
    with pytest.raises(NotAllowed):
        purpose.stated(home.desk, case="C-0001", account="outsider")


def test_without_case_or_words_only_a_demonstration_has_a_purpose(home: LogHome) -> None:
    assert purpose.stated(home.desk, purpose="yearly count", account="operator") == "yearly count"
    with pytest.raises(BadInput, match="--case ID or --purpose TEXT"):
        purpose.stated(home.desk, account="operator")
    (home.root / "demo.json").write_text("{}")
    assert purpose.stated(home.desk, account="operator") == "demonstration"


def test_listing_findings_is_logged_with_a_commitment_to_its_purpose(home: LogHome) -> None:
    assert review.list_findings(home.desk, purpose="yearly count") == []
    with home.database.read() as connection:
        (*_, last) = home.log.entries(connection)
    assert last.fields["kind"] == EntryKind.CONSULTATION
    assert last.fields["purpose"] == commitment(home.vault.salt("findings"), "yearly count")
    assert "yearly" not in json.dumps(last.fields)
    with pytest.raises(BadInput, match="purpose of listing findings"):
        review.list_findings(home.desk, purpose="....")
