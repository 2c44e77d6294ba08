"""Where else the same candidate is before people."""

from dataclasses import replace
from pathlib import Path

import builders
import pytest
from builders import Home

from workbench.domain.finding import Finding
from workbench.services import repeats
from workbench.store import findings


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return builders.home(tmp_path)


def sealed(home: Home, *subjects: str, case_id: str = "") -> Finding:
    finding_id = findings.new_finding_id()
    claim = replace(builders.claim(finding_id), subject_ids=subjects)
    if case_id:
        claim = replace(claim, case_id=case_id)
    with home.desk.database.write() as connection:
        return findings.seal(
            connection,
            home.desk.log,
            home.desk.vault,
            claim=claim,
            assessment=builders.assessment(finding_id),
            about_person=True,
            n_offence_facts=1,
            account=home.people["data-scientist"],
            now=home.clock(),
        )


def test_the_same_subjects_in_any_order_are_one_candidate(home: Home) -> None:
    here, same = sealed(home, "A-1", "A-2"), sealed(home, "A-2", "A-1")
    sealed(home, "A-1", "A-3")
    sealed(home, "A-1", "A-2", "A-3")
    (found,) = repeats.repeats(home.desk, here.id, account="analyst-1")
    assert (found.finding_id, found.case_id, found.judged) == (same.id, same.case_id, False)


def test_it_says_what_the_reader_judged_and_nothing_of_others(home: Home) -> None:
    here, same = sealed(home, "A-1", "A-2"), sealed(home, "A-2", "A-1")
    builders.decided(home, same, "analyst-1")
    (mine,) = repeats.repeats(home.desk, here.id, account="analyst-1")
    assert mine.judged
    (theirs,) = repeats.repeats(home.desk, here.id, account="analyst-2")
    assert not theirs.judged


def test_a_candidate_that_is_alone_has_no_repeat(home: Home) -> None:
    here = sealed(home, "A-1", "A-2")
    assert repeats.repeats(home.desk, here.id, account="analyst-1") == ()
