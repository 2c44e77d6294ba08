"""`Cleared` cannot be built without the decisions that an action needs (duties T1, T26)."""

from datetime import UTC, datetime

import pytest

from workbench.domain.action import ActionKind, ActionTaken, Cleared, current
from workbench.domain.decision import Decision, Verdict
from workbench.domain.errors import NotCleared
from workbench.domain.finding import Finding

AT = datetime(2026, 1, 31, 9, 30, tzinfo=UTC)
DIGEST, STALE = "ab" * 32, "cd" * 32


def finding(*, about_person: bool = True, n_offence_facts: int = 1) -> Finding:
    return Finding(
        id="F-1",
        case_id="C-1",
        model="ties",
        release_id="ties/1",
        release_digest=DIGEST,
        digest=DIGEST,
        claim_digest=DIGEST,
        assessment_digest=DIGEST,
        about_person=about_person,
        n_offence_facts=n_offence_facts,
        sealed_at=AT,
    )


def decision(
    number: int,
    by: str,
    verdict: Verdict = Verdict.SUPPORTED,
    *,
    digest: str = DIGEST,
    on: str = "F-1",
) -> Decision:
    return Decision(
        id=f"D-{number}",
        finding_id=on,
        finding_digest=digest,
        verdict=verdict,
        reason="Dates and counterparts agree.",
        decided_by=by,
        decided_at=AT,
        shown_digest=DIGEST,
    )


def cleared(*decisions: Decision, kind: ActionKind = ActionKind.ASSESSED_LINK) -> Cleared:
    return Cleared(finding=finding(), decisions=decisions, action=kind)


def test_a_link_needs_one_person_and_a_lead_and_a_dossier_two() -> None:
    assert {kind.value: kind.deciders_needed for kind in ActionKind} == {
        "assessed_link": 1,
        "lead": 2,
        "dossier": 2,
    }


def test_without_a_decision_nothing_is_cleared_t26() -> None:
    for kind in ActionKind:
        with pytest.raises(NotCleared, match="supported by 0 of the"):
            cleared(kind=kind)


def test_one_person_twice_is_one_person_t26() -> None:
    with pytest.raises(NotCleared, match="supported by 1 of the 2"):
        cleared(decision(1, "P-1"), decision(2, "P-1"), kind=ActionKind.LEAD)
    assert cleared(decision(1, "P-1"), decision(2, "P-2"), kind=ActionKind.LEAD).cites == (
        "D-1",
        "D-2",
    )


@pytest.mark.parametrize("verdict", [v for v in Verdict if v is not Verdict.SUPPORTED])
def test_only_supported_counts(verdict: Verdict) -> None:
    with pytest.raises(NotCleared):
        cleared(decision(1, "P-1", verdict))


def test_one_not_supported_stops_everything_until_that_person_decides_anew() -> None:
    against = decision(2, "P-2", Verdict.NOT_SUPPORTED)
    with pytest.raises(NotCleared, match="decision D-2 found it not supported"):
        cleared(decision(1, "P-1"), against)
    anew = decision(3, "P-2")
    assert cleared(decision(1, "P-1"), against, anew).cites == ("D-1", "D-3")


def test_the_latest_decision_of_each_person_counts() -> None:
    first, second, third = decision(1, "P-1"), decision(2, "P-2"), decision(3, "P-1")
    assert current((first, second, third)) == (second, third)
    with pytest.raises(NotCleared):
        cleared(decision(1, "P-1"), decision(2, "P-1", Verdict.CANNOT_TELL))


def test_a_decision_on_another_content_or_finding_clears_nothing() -> None:
    for stray in (decision(1, "P-1", digest=STALE), decision(1, "P-1", on="F-2")):
        with pytest.raises(NotCleared, match="another content"):
            cleared(stray)


@pytest.mark.parametrize("kind", ActionKind)
def test_a_finding_about_a_person_needs_a_verified_offence_fact_t1(kind: ActionKind) -> None:
    with pytest.raises(NotCleared, match="duty T1"):
        Cleared(
            finding=finding(n_offence_facts=0),
            decisions=(decision(1, "P-1"), decision(2, "P-2")),
            action=kind,
        )


def test_a_lead_needs_one_whatever_the_finding_is_about_t1() -> None:
    other = finding(about_person=False, n_offence_facts=0)
    two = (decision(1, "P-1"), decision(2, "P-2"))
    with pytest.raises(NotCleared, match="duty T1"):
        Cleared(finding=other, decisions=two, action=ActionKind.LEAD)
    assert Cleared(finding=other, decisions=two, action=ActionKind.DOSSIER).cites


def test_an_action_that_cites_too_few_decisions_cannot_be_built_t26() -> None:
    with pytest.raises(NotCleared, match="cites 1 of the 2"):
        ActionTaken(
            id="A-1",
            finding_id="F-1",
            finding_digest=DIGEST,
            kind=ActionKind.LEAD,
            subject="E1",
            cites=("D-1",),
            acted_by="P-1",
            acted_at=AT,
        )
