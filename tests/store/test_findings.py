"""Findings are sealed in two halves and read back as they were sealed."""

import hashlib
from dataclasses import replace
from pathlib import Path

import builders
import pytest
from builders import Home

from workbench.domain.errors import BadInput, CheckFailed, NotCleared, NotFound
from workbench.domain.finding import Assessment, Claim, Finding, FindingStatus
from workbench.domain.log import EntryKind, finding_digest
from workbench.services import act
from workbench.store import findings


@pytest.fixture
def built(tmp_path: Path) -> Home:
    return builders.home(tmp_path / "home")


def seal(built: Home, claim: Claim, assessment: Assessment, *, n_offence_facts: int = 0) -> Finding:
    with built.desk.database.write() as connection:
        return findings.seal(
            connection,
            built.desk.log,
            built.desk.vault,
            claim=claim,
            assessment=assessment,
            about_person=True,
            n_offence_facts=n_offence_facts,
            account=built.people["data-scientist"],
            now=built.clock(),
        )


def test_both_halves_come_back_as_they_were_sealed(built: Home) -> None:
    sealed = builders.seal(built)
    with built.desk.database.read() as connection:
        finding = findings.by_id(connection, sealed.id)
    assert finding == sealed
    assert findings.load_claim(built.desk.vault, finding) == builders.claim(finding.id)
    assert findings.load_assessment(built.desk.vault, finding) == builders.assessment(finding.id)


def test_the_digests_are_of_the_bytes_in_the_vault_and_stand_in_the_log(built: Home) -> None:
    finding = builders.seal(built)
    digests = [
        hashlib.sha256(built.desk.vault.get(finding.id, name)).hexdigest()
        for name in (findings.CLAIM, findings.ASSESSMENT)
    ]
    assert [finding.claim_digest, finding.assessment_digest] == digests
    assert finding.digest == finding_digest(*digests)
    with built.desk.database.read() as connection:
        entry = list(built.desk.log.entries(connection))[-1].fields
    assert entry["kind"] == EntryKind.FINDING_SEALED
    assert (entry["finding"], entry["digest"]) == (finding.id, finding.digest)


def test_the_database_and_the_log_hold_no_content(built: Home) -> None:
    builders.seal(built)
    content = builders.claim("F").text.encode()
    built.desk.database.close()
    assert content not in built.desk.database.path.read_bytes()


def test_halves_of_two_findings_are_not_sealed_as_one(built: Home) -> None:
    with pytest.raises(BadInput, match="two findings"):
        seal(built, builders.claim("F-1"), builders.assessment("F-2"))


def test_no_more_offence_facts_than_verified_records_t1(built: Home) -> None:
    records = (builders.record("R1", grade="B2"), builders.record("R2", grade="C1"))
    claim = builders.claim("F-1", records)
    with pytest.raises(BadInput, match="2 verified facts, but 1"):
        seal(built, claim, builders.assessment("F-1"), n_offence_facts=2)
    assert seal(built, claim, builders.assessment("F-1"), n_offence_facts=1).n_offence_facts == 1


@pytest.mark.parametrize("number", [float("nan"), float("inf")])
def test_a_number_that_json_cannot_carry_is_not_sealed(built: Home, number: float) -> None:
    said = builders.assessment("F-1")
    first, *others = said.explanation.effects
    explanation = replace(said.explanation, effects=(replace(first, usual=number), *others))
    broken = replace(said, explanation=explanation)
    with pytest.raises(BadInput, match="JSON cannot carry"):
        seal(built, builders.claim("F-1"), broken)


def test_a_finding_of_another_artifact_than_the_release_is_refused(built: Home) -> None:
    other = replace(builders.assessment("F-1"), release_digest=builders.digest("other"))
    with pytest.raises(NotCleared, match="No such release"):
        seal(built, builders.claim("F-1"), other)


def test_swapped_content_is_found_by_its_digest(built: Home) -> None:
    finding, other = builders.seal(built), builders.seal(built)
    for name in (findings.CLAIM, findings.ASSESSMENT):
        built.desk.vault.put(finding.id, name, built.desk.vault.get(other.id, name))
    with pytest.raises(CheckFailed, match="not what was sealed"):
        findings.load_claim(built.desk.vault, finding)
    with pytest.raises(CheckFailed, match="not what was sealed"):
        findings.load_assessment(built.desk.vault, finding)


def test_an_unknown_finding_is_not_found(built: Home) -> None:
    with built.desk.database.read() as connection, pytest.raises(NotFound, match="F-NONE"):
        findings.by_id(connection, "F-NONE")


def test_findings_are_listed_by_case_model_and_status_in_the_order_of_their_ids(
    built: Home,
) -> None:
    new, done, used = (builders.seal(built) for _ in range(3))
    builders.decided(built, done, "analyst-1")
    builders.decided(built, used, "analyst-1")
    act.act(built.desk, used.id, account="analyst-1", action="assessed_link", key="k")
    with built.desk.database.read() as connection:
        everything = findings.list_findings(connection, cases=[builders.CASE], model="ties")
        assert [f.id for f in everything] == sorted([new.id, done.id, used.id])
        assert findings.list_findings(connection, cases=[]) == []
        assert findings.list_findings(connection, model="other") == []
        for finding, status in (
            (new, FindingStatus.UNDECIDED),
            (done, FindingStatus.DECIDED),
            (used, FindingStatus.ACTED_ON),
        ):
            assert findings.list_findings(connection, status=status) == [finding]
            assert findings.status_of(connection, finding.id) is status


def test_reasons_in_words_come_back_until_they_are_erased(built: Home) -> None:
    finding = builders.seal(built)
    builders.decided(built, finding, "analyst-1")
    who = built.id_of("analyst-1")
    desk = built.desk
    with desk.database.read() as connection:
        (decision,) = findings.decisions_of(connection, desk.vault, finding.id)
        judgement = findings.judgement_of(connection, desk.vault, finding.id, who)
        assert judgement is not None
        assert (decision.reason, judgement.reason) == (builders.REASON, builders.REASON)
    builders.erased(built, finding.id)
    with desk.database.read() as connection:
        (decision,) = findings.decisions_of(connection, desk.vault, finding.id)
        assert decision.reason == findings.ERASED


def test_actions_of_a_case_are_those_on_its_findings(built: Home) -> None:
    first, second = builders.seal(built), builders.seal(built)
    taken = []
    for finding in (first, second):
        builders.decided(built, finding, "analyst-1")
        taken.append(
            act.act(
                built.desk,
                finding.id,
                account="analyst-1",
                action="assessed_link",
                key=builders.key(),
            )
        )
    with built.desk.database.read() as connection:
        found = findings.actions_in_case(connection, built.desk.vault, builders.CASE)
        assert found == tuple(taken)
        assert findings.actions_in_case(connection, built.desk.vault, "C-0002") == ()
