"""What others said of a finding, after one's own decision and never before."""

from pathlib import Path

import builders
import pytest
from builders import Home

from workbench.domain.errors import NotCleared
from workbench.domain.log import EntryKind
from workbench.services import review, said


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return builders.home(tmp_path)


def test_before_ones_own_decision_nothing_is_told(home: Home) -> None:
    """T10"""
    found = builders.seal(home)
    builders.decided(home, found, "analyst-1")
    builders.unveiled(home, found, "analyst-2")
    with pytest.raises(NotCleared, match="has not decided"):
        said.said(home.desk, found.id, account="analyst-2")


def test_after_it_the_others_are_told_with_reason_and_view_and_it_is_logged(home: Home) -> None:
    """T29"""
    found = builders.seal(home)
    builders.decided(home, found, "analyst-1", verdict="not_supported")
    builders.decided(home, found, "analyst-2")
    (one,) = said.said(home.desk, found.id, account="analyst-2")
    assert one.decision.decided_by == home.people["analyst-1"].id
    assert one.decision.verdict == "not_supported"
    assert one.decision.reason
    assert one.judgement is not None
    assert one.judgement.judged_by == one.decision.decided_by
    with home.desk.database.read() as connection:
        last = list(home.desk.log.entries(connection))[-1].fields
    assert (last["kind"], last["what"]) == (EntryKind.CONSULTATION, "reasons")
    assert last["finding"] == found.id


def test_an_auditor_is_told_once_the_assessment_was_shown(home: Home) -> None:
    found = builders.seal(home)
    builders.decided(home, found, "analyst-1")
    with pytest.raises(NotCleared, match="was not shown"):
        said.said(home.desk, found.id, account="auditor")
    review.unveil(home.desk, found.id, account="auditor", purpose="Yearly audit 2026")
    (one,) = said.said(home.desk, found.id, account="auditor")
    assert one.decision.verdict == "supported"
