"""What was decided on findings like this one, and never what its reader has yet to decide."""

from dataclasses import replace
from pathlib import Path

import builders
import pytest
from builders import Home

from workbench.domain.decision import Verdict
from workbench.domain.errors import NotAllowed, NotCleared
from workbench.domain.finding import Finding
from workbench.domain.log import EntryKind
from workbench.services import nearest, review
from workbench.store import findings


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return builders.home(tmp_path)


def sealed_at(home: Home, *, about: str = "", **position: float) -> Finding:
    """A finding on a pair of its own (or on `about`), whose features stand at these places."""
    finding_id = findings.new_finding_id()
    claim = builders.claim(finding_id)
    claim = replace(claim, subject_ids=("E1", about or f"E-{finding_id}"))
    with home.desk.database.write() as connection:
        return findings.seal(
            connection,
            home.desk.log,
            home.desk.vault,
            claim=claim,
            assessment=replace(builders.assessment(finding_id), position=position),
            about_person=True,
            n_offence_facts=1,
            account=home.people["data-scientist"],
            now=home.clock(),
        )


def test_the_nearest_that_one_decided_come_first_with_what_one_decided(home: Home) -> None:
    here = sealed_at(home, calls=0.5, days=0.5)
    far = sealed_at(home, calls=0.9, days=0.9)
    near = sealed_at(home, calls=0.6, days=0.5)
    builders.decided(home, far, "analyst-1", verdict="supported")
    builders.decided(home, near, "analyst-1", verdict="not_supported")
    builders.unveiled(home, here, "analyst-1")
    found = nearest.nearest(home.desk, here.id, account="analyst-1")
    assert [n.finding_id for n in found] == [near.id, far.id]
    assert [n.verdicts for n in found] == [(Verdict.NOT_SUPPORTED,), (Verdict.SUPPORTED,)]
    assert found[0].distance == pytest.approx((0.01 / 2) ** 0.5)
    assert found[1].distance == pytest.approx(0.4)


def test_a_feature_that_one_of_two_lacks_is_as_far_as_can_be(home: Home) -> None:
    here, other = sealed_at(home, calls=0.5, days=0.5), sealed_at(home, calls=0.5)
    builders.decided(home, other, "analyst-1")
    builders.unveiled(home, here, "analyst-1")
    (found,) = nearest.nearest(home.desk, here.id, account="analyst-1")
    assert found.distance == pytest.approx(0.5**0.5)


def test_the_very_same_in_another_case_is_told_apart_from_what_is_like_it(home: Home) -> None:
    """One group of transfers may touch a dozen cases: that is one instance, not twelve."""
    here = sealed_at(home, about="E2", calls=0.5)
    like = [sealed_at(home, calls=0.5 + 0.1 * n) for n in (1, 2, 3)]
    same = sealed_at(home, about="E2", calls=0.5)
    twice = [sealed_at(home, about="E7", calls=0.55) for _ in range(2)]
    for finding in (same, *like, *twice):
        builders.decided(home, finding, "analyst-1")
    builders.unveiled(home, here, "analyst-1")
    found = nearest.nearest(home.desk, here.id, account="analyst-1")
    first, second, *others = found
    assert (first.finding_id, first.is_same) == (same.id, True)
    # then three others, and of the two findings on one pair only one
    assert second.finding_id in {t.id for t in twice}
    assert second.also == (builders.CASE,)
    assert [n.finding_id for n in others] == [like[0].id, like[1].id]
    assert not any(n.is_same for n in (second, *others))


def test_a_second_reader_learns_no_verdict_that_is_theirs_to_give_t10(home: Home) -> None:
    here, other = sealed_at(home, calls=0.5), sealed_at(home, calls=0.5)
    builders.decided(home, here, "analyst-1")
    builders.decided(home, other, "analyst-1")
    builders.unveiled(home, here, "analyst-2")
    # neither the first verdict on this finding, nor one on another that waits for their own
    assert nearest.nearest(home.desk, here.id, account="analyst-2") == []
    builders.decided(home, other, "analyst-2", verdict="cannot_tell")
    (found,) = nearest.nearest(home.desk, here.id, account="analyst-2")
    assert found.verdicts == (Verdict.CANNOT_TELL, Verdict.SUPPORTED)  # their own first


def test_before_one_was_shown_why_nothing_is_said_of_others(home: Home) -> None:
    here, other = sealed_at(home, calls=0.5), sealed_at(home, calls=0.5)
    builders.decided(home, other, "analyst-1")
    builders.judged(home, here, "analyst-1")
    with pytest.raises(NotCleared, match="was not shown why"):
        nearest.nearest(home.desk, here.id, account="analyst-1")
    assert builders.refusals(home)[-1] == ("nearest", "not_cleared", home.id_of("analyst-1"))
    with pytest.raises(NotAllowed):
        nearest.nearest(home.desk, here.id, account="analyst-3")


def test_an_auditor_sees_all_that_were_decided(home: Home) -> None:
    here, other = sealed_at(home, calls=0.5), sealed_at(home, calls=0.5)
    sealed_at(home, calls=0.5)  # undecided
    for finding in (here, other):
        builders.decided(home, finding, "analyst-1")
    review.unveil(home.desk, here.id, account="auditor", purpose="Yearly audit of decisions")
    assert [n.finding_id for n in nearest.nearest(home.desk, here.id, account="auditor")] == [
        other.id
    ]


def test_each_one_opened_is_logged_and_an_erased_one_is_not_there(home: Home) -> None:
    here, other, erased = (sealed_at(home, calls=0.5) for _ in range(3))
    for finding in (other, erased):
        builders.decided(home, finding, "analyst-1")
    builders.unveiled(home, here, "analyst-1")
    builders.erased(home, erased.id)
    before = builders.n_entries(home, EntryKind.CONSULTATION)
    nearest.nearest(home.desk, here.id, account="analyst-1")
    with home.desk.database.read() as connection:
        entries = [e.fields for e in home.desk.log.entries(connection)]
    mine = [e for e in entries if e["kind"] == EntryKind.CONSULTATION][before:]
    assert [(e["what"], e["finding"], e["account"]) for e in mine] == [
        ("nearest", other.id, home.id_of("analyst-1"))
    ]
