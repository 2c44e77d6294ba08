"""Act on what is cleared, and on nothing else (duties T1, T26)."""

import hashlib
import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import builders
import pytest
from builders import Home, decided, key, seal, unveiled

from workbench.domain.action import ActionKind, ActionTaken
from workbench.domain.errors import BadInput, Conflict, NotAllowed, NotCleared, NotFound
from workbench.domain.finding import Finding
from workbench.domain.log import EntryKind, Json
from workbench.domain.record import HandlingCode
from workbench.services import act, release, review
from workbench.store import findings

TWO = ("analyst-1", "analyst-2")
STOP = "Drift in the call records."


@pytest.fixture
def built(tmp_path: Path) -> Home:
    return builders.home(tmp_path / "home")


def do(
    built: Home,
    finding: Finding,
    action: str,
    *,
    name: str = "analyst-1",
    subject: str = "",
    with_key: str = "",
) -> ActionTaken:
    return act.act(
        built.desk,
        finding.id,
        account=name,
        action=action,
        key=with_key or key(),
        subject=subject,
    )


def entries(built: Home, kind: EntryKind) -> list[dict[str, Json]]:
    with built.desk.database.read() as connection:
        found = [e.fields for e in built.desk.log.entries(connection)]
    return [e for e in found if e["kind"] == kind]


def actions(built: Home, finding: Finding) -> tuple[ActionTaken, ...]:
    with built.desk.database.read() as connection:
        return findings.actions_of(connection, built.desk.vault, finding.id)


# What needs whom


def test_nothing_is_done_on_an_undecided_finding_t26(built: Home) -> None:
    finding = seal(built)
    unveiled(built, finding, "analyst-1")
    for kind in ActionKind:
        with pytest.raises(NotCleared):
            do(built, finding, kind)
    assert actions(built, finding) == ()
    assert builders.refusals(built) == [("act", "not_cleared", built.id_of("analyst-1"))] * 3


def test_an_assessed_link_needs_one_person(built: Home) -> None:
    finding = seal(built)
    (decision,) = decided(built, finding, "analyst-1")
    taken = do(built, finding, "assessed_link")
    assert (taken.kind, taken.cites, taken.subject) == (ActionKind.ASSESSED_LINK, (decision,), "")
    assert actions(built, finding) == (taken,)


@pytest.mark.parametrize("kind", ["lead", "dossier"])
def test_a_lead_and_what_leaves_need_two_people_t26(built: Home, kind: str) -> None:
    finding = seal(built)
    first = decided(built, finding, "analyst-1")
    with pytest.raises(NotCleared, match="supported by 1 of the 2 people"):
        do(built, finding, kind)
    second = decided(built, finding, "analyst-2")
    assert do(built, finding, kind).cites == (*first, *second)


def test_a_dossier_is_exported_by_one_who_decided_and_other_actions_by_others_too_t10(
    built: Home,
) -> None:
    finding = seal(built)
    decided(built, finding, *TWO)
    with pytest.raises(NotCleared, match="decide it yourself first"):
        do(built, finding, "dossier", name="supervisor")
    assert do(built, finding, "lead", name="supervisor").cites
    decided(built, finding, "supervisor")
    assert do(built, finding, "dossier", name="supervisor").cites


def test_nobody_is_their_own_second_reader_t26(built: Home) -> None:
    finding = seal(built)
    decided(built, finding, "analyst-1")
    review.unveil(built.desk, finding.id, account="analyst-1", again=True)
    review.decide(
        built.desk,
        finding.id,
        account="analyst-1",
        verdict="supported",
        reason=builders.REASON,
        key=key(),
    )
    with pytest.raises(NotCleared, match="supported by 1 of the 2 people"):
        do(built, finding, "lead")


@pytest.mark.parametrize(
    "verdict", ["not_supported", "already_known", "not_relevant", "cannot_tell"]
)
def test_only_supported_clears(built: Home, verdict: str) -> None:
    finding = seal(built)
    decided(built, finding, *TWO, verdict=verdict)
    with pytest.raises(NotCleared):
        do(built, finding, "assessed_link")


def test_a_contested_finding_is_not_acted_on_until_that_person_decides_anew(built: Home) -> None:
    finding = seal(built)
    decided(built, finding, *TWO)
    decided(built, finding, "supervisor", verdict="not_supported")
    with pytest.raises(NotCleared, match="is contested"):
        do(built, finding, "assessed_link")
    review.unveil(built.desk, finding.id, account="supervisor", again=True)
    review.decide(
        built.desk,
        finding.id,
        account="supervisor",
        verdict="cannot_tell",
        reason=builders.REASON,
        key=key(),
    )
    assert len(do(built, finding, "lead").cites) == 2


def test_nothing_about_a_person_without_a_verified_offence_fact_t1(built: Home) -> None:
    about_person = seal(built, n_offence_facts=0, about_person=True)
    decided(built, about_person, *TWO)
    for kind in ActionKind:
        with pytest.raises(NotCleared, match="no verified fact tied to an offence"):
            do(built, about_person, kind)
    other = seal(built, n_offence_facts=0, about_person=False)
    decided(built, other, *TWO)
    with pytest.raises(NotCleared, match="no verified fact tied to an offence"):
        do(built, other, "lead")
    assert do(built, other, "assessed_link").cites


def test_nothing_is_done_on_what_a_stopped_release_found(built: Home) -> None:
    finding = seal(built)
    decided(built, finding, *TWO)
    release.suspend(built.desk, builders.RELEASE, account="analyst-1", reason=STOP)
    with pytest.raises(NotCleared, match="is suspended"):
        do(built, finding, "assessed_link")
    release.restart(built.desk, builders.RELEASE, account="supervisor", reason=STOP)
    assert do(built, finding, "assessed_link").cites


# Who may


@pytest.mark.parametrize("name", ["data-scientist", "auditor", "administrator", "operator"])
def test_only_analysts_and_supervisors_act(built: Home, name: str) -> None:
    finding = seal(built)
    decided(built, finding, *TWO)
    with pytest.raises(NotAllowed, match="may not act"):
        do(built, finding, "assessed_link", name=name)


def test_an_analyst_acts_in_their_own_cases_only(built: Home) -> None:
    finding = seal(built)
    decided(built, finding, *TWO)
    with pytest.raises(NotAllowed, match="not open to account"):
        do(built, finding, "assessed_link", name="analyst-3")
    assert do(built, finding, "assessed_link", name="supervisor").acted_by == built.id_of(
        "supervisor"
    )


def test_a_disabled_account_does_not_act(built: Home) -> None:
    finding = seal(built)
    decided(built, finding, *TWO)
    builders.disable(built, "analyst-1")
    with pytest.raises(NotAllowed, match="is disabled"):
        do(built, finding, "assessed_link")


def test_who_has_yet_to_decide_learns_nothing_of_others_from_a_refusal_t10(built: Home) -> None:
    finding = seal(built)
    decided(built, finding, "analyst-1", verdict="not_supported")
    with pytest.raises(NotCleared, match="decide it yourself") as refusal:
        do(built, finding, "lead", name="analyst-2")
    assert "contested" not in str(refusal.value)


# Once


def test_the_same_key_gives_the_same_action(built: Home) -> None:
    finding = seal(built)
    decided(built, finding, *TWO)
    first = do(built, finding, "lead", subject="E2", with_key="form-1")
    assert do(built, finding, "lead", subject="E2", with_key="form-1") == first
    assert len(entries(built, EntryKind.ACTION)) == 1


def test_the_same_key_for_another_action_is_refused_and_logged(built: Home) -> None:
    finding, other = seal(built), seal(built)
    decided(built, finding, *TWO)
    decided(built, other, *TWO)
    do(built, finding, "lead", subject="E2", with_key="form-1")
    others: list[Callable[[], ActionTaken]] = [
        lambda: do(built, finding, "assessed_link", with_key="form-1"),
        lambda: do(built, finding, "lead", subject="E1", with_key="form-1"),
        lambda: do(built, other, "lead", subject="E2", with_key="form-1"),
        lambda: do(built, finding, "lead", subject="E2", name="analyst-2", with_key="form-1"),
    ]
    for attempt in others:
        with pytest.raises(Conflict, match="which is another"):
            attempt()
    assert [why for _, why, _ in builders.refusals(built)] == ["conflict"] * 4


def test_what_was_done_is_not_done_twice(built: Home) -> None:
    finding = seal(built)
    decided(built, finding, *TWO)
    do(built, finding, "lead", subject="E1")
    with pytest.raises(Conflict, match="acted on so already"):
        do(built, finding, "lead", subject="E1", name="analyst-2")
    assert do(built, finding, "lead", subject="E2").subject == "E2"


@pytest.mark.slow
def test_eight_submits_at_once_make_exactly_one_action(built: Home) -> None:
    finding = seal(built)
    decided(built, finding, "analyst-1")

    def submit(n: int) -> str:
        try:
            return do(built, finding, "assessed_link", with_key=f"tab {n}").id
        except Conflict:
            return ""

    with ThreadPoolExecutor(8) as pool:
        ids = set(pool.map(submit, range(8))) - {""}
    assert len(ids) == 1
    assert len(entries(built, EntryKind.ACTION)) == 1


# What is done


def test_a_lead_is_about_the_first_person_of_the_claim_unless_another_is_named(
    built: Home,
) -> None:
    finding = seal(built)
    decided(built, finding, *TWO)
    assert do(built, finding, "lead").subject == "E1"
    for subject in ("E3", "E99"):  # an offence; nobody
        with pytest.raises(BadInput, match="one of the 2 persons"):
            do(built, finding, "lead", subject=subject)


def test_the_log_holds_a_commitment_to_the_subject_and_never_its_id(built: Home) -> None:
    finding = seal(built)
    decided(built, finding, *TWO)
    taken = do(built, finding, "lead", subject="E2")
    (entry,) = entries(built, EntryKind.ACTION)
    assert re.search(r"\bE2\b", str(entry)) is None  # ids drawn at random may hold the letters
    assert entry["cites"] == list(taken.cites)
    assert len(str(entry["subject"])) == 64
    assert actions(built, finding)[0].subject == "E2"


def test_there_is_no_other_action(built: Home) -> None:
    finding = seal(built)
    with pytest.raises(BadInput, match="no such action"):
        do(built, finding, "arrest")


def test_clearances_say_what_each_action_still_needs(built: Home) -> None:
    finding = seal(built)
    decided(built, finding, "analyst-1")
    link, lead, dossier = act.cleared(built.desk, finding.id, account="analyst-1")
    assert (link.kind, link.is_open, link.needs) == (ActionKind.ASSESSED_LINK, True, "")
    assert (lead.is_open, lead.n_supporting, lead.n_needed) == (False, 1, 2)
    assert "1 of the 2 people" in dossier.needs
    do(built, finding, "assessed_link")
    assert len(act.cleared(built.desk, finding.id, account="analyst-1")[0].taken) == 1


def test_clearances_tell_nothing_before_ones_own_decision_t10(built: Home) -> None:
    finding = seal(built)
    decided(built, finding, "analyst-1")
    do(built, finding, "assessed_link")
    for clearance in act.cleared(built.desk, finding.id, account="analyst-2"):
        assert (clearance.is_open, clearance.n_supporting, clearance.taken) == (False, None, ())
        assert "decide it yourself" in clearance.needs


# The dossier


def dossier(built: Home, finding: Finding) -> tuple[ActionTaken, str]:
    decided(built, finding, *TWO)
    decided(built, finding, "supervisor", verdict="cannot_tell")
    taken = do(built, finding, "dossier", with_key="dossier")
    return taken, (built.desk.home / "exports" / taken.export).read_text(encoding="utf-8")


def test_a_dossier_says_what_was_claimed_by_whom_it_was_decided_and_what_speaks_against(
    built: Home,
) -> None:
    finding = seal(built)
    taken, text = dossier(built, finding)
    assert builders.claim(finding.id).text in text
    assert "B2 · H0" in text
    assert "This is an assessment" in text
    assert "They never were at the same place." in text
    assert "supported, 70 % sure" in text
    assert "cannot tell" in text
    assert all(cite in text for cite in taken.cites)
    assert all(built.id_of(name) in text for name in (*TWO, "supervisor"))
    assert "analyst-1" not in text


def test_where_nothing_stated_speaks_against_a_dossier_points_to_the_ordinary_story(
    built: Home,
) -> None:
    _, text = dossier(built, seal(built, against=(), reasons_for=()))
    assert "Nothing of weight that outlasts refits raised the score.</p>" in text
    assert (
        "Nothing of weight that outlasts refits lowered the score. What else speaks against the "
        "claim is in the ordinary story below." in text
    )


def test_information_stands_apart_from_evidence_in_a_dossier(built: Home) -> None:
    records = (
        builders.record("R1"),
        builders.record("R2", HandlingCode.H1),
        builders.record("R3", HandlingCode.H3),
    )
    _, text = dossier(built, seal(built, records=records))
    _, evidence = text.split("may be put forward as evidence")
    evidence, information = evidence.split("Information only")
    information, _ = information.split("<h2>Left out")
    assert ("R1<" in evidence, "R2<" in evidence, "R3<" in evidence) == (True, False, True)
    assert ("R1<" in information, "R2<" in information) == (False, True)


def test_a_record_that_must_not_be_passed_on_is_left_out_of_a_dossier_and_that_is_said(
    built: Home,
) -> None:
    records = (
        builders.record("R1", HandlingCode.H1, HandlingCode.H2),
        builders.record("R2", grade="A1"),
    )
    _, text = dossier(built, seal(built, records=records))
    assert "R1<" not in text
    assert "what R1 says" not in text
    assert "involved in" not in text  # the link that rests on R1
    assert "R2<" in text
    assert "1 record was left out" in text
    assert "Ask the operator" not in text  # the enquiry may tell what R1 says
    assert "Both call a taxi company." in text


def test_a_dossier_tells_the_ordinary_story_and_what_the_finding_hangs_on(built: Home) -> None:
    _, text = dossier(built, seal(built))
    assert "Both call a taxi company." in text
    assert "Without record <code>R1</code> the model would not have put this forward" in text
    assert "3 of 4 records were left out one at a time; the one left carries no tie." in text
    assert "Without one of them the model would not put the finding forward." in text
    assert "Who else calls it." in text
    assert "No ordinary story fits" not in text  # one sign of two does
    assert "Ask the operator who used the number." in text


def test_text_from_records_and_people_is_inert_in_a_dossier(built: Home) -> None:
    _, text = dossier(built, seal(built))
    assert "what R1 says &lt;b&gt;" in text
    assert "<script" not in text
    assert "default-src 'none'" in text


def test_an_export_is_logged_with_the_digest_of_the_file(built: Home) -> None:
    taken, _ = dossier(built, seal(built))
    (entry,) = entries(built, EntryKind.EXPORT)
    content = (built.desk.home / "exports" / taken.export).read_bytes()
    assert entry["sha256"] == hashlib.sha256(content).hexdigest()
    assert (entry["what"], entry["action"]) == ("dossier", taken.id)
    assert entry["account"] == built.id_of("analyst-1")


def test_asking_again_with_the_same_key_brings_a_lost_file_back_as_it_was(built: Home) -> None:
    finding = seal(built)
    taken, text = dossier(built, finding)
    file = built.desk.home / "exports" / taken.export
    file.unlink()
    do(built, finding, "dossier", with_key="dossier")
    assert file.read_text(encoding="utf-8") == text
    assert len(entries(built, EntryKind.EXPORT)) == 1


def test_a_dossier_is_handed_out_to_those_who_decided_and_each_time_logged(built: Home) -> None:
    finding = seal(built)
    taken, text = dossier(built, finding)
    for _ in range(2):
        content = act.dossier(built.desk, finding.id, taken.id, account=TWO[1])
        assert content.decode() == text
    handed_out = entries(built, EntryKind.DISCLOSURE)
    assert [(e["what"], e["action"], e["account"]) for e in handed_out] == [
        ("dossier", taken.id, built.id_of(TWO[1]))
    ] * 2
    assert {e["sha256"] for e in handed_out} == {hashlib.sha256(content).hexdigest()}


def test_no_dossier_is_handed_out_once_it_is_contested_or_where_there_is_none(built: Home) -> None:
    finding = seal(built)
    decided(built, finding, *TWO)
    link = do(built, finding, "assessed_link", with_key="link")
    with pytest.raises(NotFound, match="exported no dossier"):
        act.dossier(built.desk, finding.id, link.id, account=TWO[0])
    taken = do(built, finding, "dossier", with_key="dossier")
    with pytest.raises(NotCleared):
        act.dossier(built.desk, finding.id, taken.id, account="supervisor")  # has not decided
    decided(built, finding, "supervisor", verdict="not_supported")
    with pytest.raises(NotCleared):
        act.dossier(built.desk, finding.id, taken.id, account=TWO[0])
    assert entries(built, EntryKind.DISCLOSURE) == []
