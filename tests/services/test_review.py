"""Read, judge, unveil, decide: in this order, each by oneself (duties T10, T26)."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import builders
import pytest
from builders import Home, decided, judged, key, seal, unveiled

from workbench.domain.account import Role
from workbench.domain.decision import Judgement, Verdict
from workbench.domain.errors import (
    BadInput,
    CheckFailed,
    Conflict,
    NotAllowed,
    NotCleared,
    NotFound,
)
from workbench.domain.finding import Finding, FindingStatus
from workbench.domain.log import EntryKind, Json
from workbench.domain.tree import root_from_inclusion
from workbench.services import act, review
from workbench.store import accounts, findings

SAMPLE = "The random sample of this month."


@pytest.fixture
def built(tmp_path: Path) -> Home:
    return builders.home(tmp_path / "home")


def decide(
    built: Home,
    finding: Finding,
    name: str,
    *,
    verdict: str = "supported",
    reason: str = builders.REASON,
    with_key: str = "",
) -> review.Receipt:
    return review.decide(
        built.desk,
        finding.id,
        account=name,
        verdict=verdict,
        reason=reason,
        key=with_key or key(),
    )


def judge(
    built: Home,
    finding: Finding,
    name: str,
    *,
    verdict: str = "supported",
    confidence: int = 60,
    reason: str = builders.REASON,
) -> Judgement:
    return review.judge(
        built.desk,
        finding.id,
        account=name,
        verdict=verdict,
        confidence=confidence,
        reason=reason,
    )


def in_session(built: Home, name: str) -> Home:
    """The same home, seen through a web session of that account."""
    with built.desk.database.write() as connection:
        who = accounts.by_name(connection, name)
        token = accounts.open_session(connection, who, now=built.desk.now())
    return replace(built, desk=replace(built.desk, session_hash=accounts.session_hash(token)))


def entries(built: Home, kind: EntryKind) -> list[dict[str, Json]]:
    with built.desk.database.read() as connection:
        found = [e.fields for e in built.desk.log.entries(connection)]
    return [e for e in found if e["kind"] == kind]


# The order


def test_a_person_goes_from_claim_to_decision_and_gets_a_receipt(built: Home) -> None:
    finding = seal(built)
    claim = review.read(built.desk, finding.id, account="analyst-1")
    assert claim == builders.claim(finding.id)
    judgement = judge(built, finding, "analyst-1")
    shown = review.unveil(built.desk, finding.id, account="analyst-1")
    assert shown == builders.assessment(finding.id)
    receipt = decide(built, finding, "analyst-1")
    with built.desk.database.read() as connection:
        decision = findings.decisions_of(connection, built.desk.vault, finding.id)[0]
        kept = findings.judgements_of(connection, built.desk.vault, finding.id)
    assert kept == (judgement,)
    assert (decision.id, decision.verdict, decision.reason) == (
        receipt.decision_id,
        Verdict.SUPPORTED,
        builders.REASON,
    )


def test_a_receipt_proves_that_the_decision_stands_in_the_signed_log(built: Home) -> None:
    finding = seal(built)
    unveiled(built, finding, "analyst-1")
    receipt = decide(built, finding, "analyst-1")
    built.desk.log.checkpoint()
    proof = built.desk.log.receipt(receipt.entry)
    size, root = built.desk.log.signer.verifier.open(proof.note)
    path = [bytes.fromhex(node) for node in proof.path]
    assert size == proof.size > receipt.entry
    assert root_from_inclusion(bytes.fromhex(proof.leaf_hash), receipt.entry, size, path) == root


def test_the_entry_says_what_was_shown_how_long_under_which_policy_and_in_which_session(
    built: Home,
) -> None:
    finding = seal(built)
    built = in_session(built, "analyst-1")
    unveiled(built, finding, "analyst-1")
    built.clock.advance(seconds=90)
    receipt = decide(built, finding, "analyst-1")
    (entry,) = entries(built, EntryKind.DECISION)
    assert entry["decision"] == receipt.decision_id
    assert (entry["finding"], entry["digest"]) == (finding.id, finding.digest)
    assert entry["shown"] == finding.assessment_digest
    assert 90 <= int(str(entry["shown_for_s"])) <= 95
    assert (entry["policy"], entry["session"]) == ("policy-1", built.desk.session_hash)
    assert (entry["account"], entry["role"]) == (built.id_of("analyst-1"), "analyst")
    assert (entry["release"], entry["release_digest"]) == (
        builders.RELEASE,
        finding.release_digest,
    )
    assert builders.REASON not in str(entry)


def test_a_session_that_ended_or_is_anothers_decides_nothing(built: Home) -> None:
    finding = seal(built)
    mine = in_session(built, "analyst-1")
    unveiled(mine, finding, "analyst-1")
    with pytest.raises(NotAllowed, match="session"):
        decide(in_session(built, "analyst-2"), finding, "analyst-1")
    with built.desk.database.write() as connection:
        accounts.revoke_hash(connection, mine.desk.session_hash, now=built.desk.now())
    with pytest.raises(NotAllowed, match="session"):
        decide(mine, finding, "analyst-1")
    assert builders.n_entries(built, EntryKind.DECISION) == 0


def test_no_score_and_no_explanation_before_ones_own_judgement_is_sealed_t10(built: Home) -> None:
    finding = seal(built)
    judged(built, finding, "analyst-2")
    with pytest.raises(NotCleared, match="has not judged"):
        review.unveil(built.desk, finding.id, account="analyst-1")
    review.read(built.desk, finding.id, account="analyst-1")
    with pytest.raises(NotCleared, match="has not judged"):
        review.unveil(built.desk, finding.id, account="analyst-1")
    who = built.id_of("analyst-1")
    assert builders.refusals(built) == [("unveil", "not_cleared", who)] * 2


def test_nobody_judges_what_they_have_not_read_t10(built: Home) -> None:
    finding = seal(built)
    review.read(built.desk, finding.id, account="analyst-2")
    with pytest.raises(NotCleared, match="has not read"):
        judge(built, finding, "analyst-1")
    assert builders.refusals(built) == [("judge", "not_cleared", built.id_of("analyst-1"))]


def test_nobody_decides_without_having_judged_t10(built: Home) -> None:
    finding = seal(built)
    review.read(built.desk, finding.id, account="analyst-1")
    with pytest.raises(NotCleared, match="has not judged"):
        decide(built, finding, "analyst-1")
    assert builders.refusals(built) == [("decide", "not_cleared", built.id_of("analyst-1"))]


def test_nobody_decides_before_the_assessment_was_unveiled_to_them_t10(built: Home) -> None:
    finding = seal(built)
    judged(built, finding, "analyst-1")
    unveiled(built, finding, "analyst-2")
    with pytest.raises(NotCleared, match="unveil it first"):
        decide(built, finding, "analyst-1")


def test_one_who_saw_the_score_as_an_auditor_no_longer_judges_t10(built: Home) -> None:
    finding = seal(built)
    decided(built, finding, "analyst-1")
    review.unveil(built.desk, finding.id, account="auditor", purpose=SAMPLE)
    builders.change(built, "auditor", Role.SUPERVISOR)
    review.read(built.desk, finding.id, account="auditor")
    with pytest.raises(NotCleared, match="saw the score"):
        judge(built, finding, "auditor")


# A judgement


def test_a_judgement_is_sealed_once_and_the_same_again_is_the_same(built: Home) -> None:
    finding = seal(built)
    review.read(built.desk, finding.id, account="analyst-1")
    first = judge(built, finding, "analyst-1")
    assert judge(built, finding, "analyst-1") == first
    others: list[Callable[[], Judgement]] = [
        lambda: judge(built, finding, "analyst-1", verdict="cannot_tell"),
        lambda: judge(built, finding, "analyst-1", confidence=61),
        lambda: judge(built, finding, "analyst-1", reason="Another reason."),
    ]
    for other in others:
        with pytest.raises(Conflict, match="stays as it was"):
            other()
    assert builders.n_entries(built, EntryKind.JUDGEMENT) == 1


@pytest.mark.parametrize("confidence", [-1, 101])
def test_confidence_lies_between_0_and_100(built: Home, confidence: int) -> None:
    finding = seal(built)
    review.read(built.desk, finding.id, account="analyst-1")
    with pytest.raises(BadInput, match="outside 0 to 100"):
        judge(built, finding, "analyst-1", confidence=confidence)


@pytest.mark.parametrize("reason", ["", "      ", "\u200b" * 20, "aaaaaaaaaaaaaaaa"])
def test_a_reason_that_says_nothing_is_refused(built: Home, reason: str) -> None:
    finding = seal(built)
    review.read(built.desk, finding.id, account="analyst-1")
    with pytest.raises(BadInput, match="needs at least"):
        judge(built, finding, "analyst-1", reason=reason)
    unveiled(built, finding, "analyst-1")
    with pytest.raises(BadInput, match="needs at least"):
        decide(built, finding, "analyst-1", reason=reason)
    assert builders.n_entries(built, EntryKind.DECISION) == 0


def test_there_are_five_verdicts_and_no_other(built: Home) -> None:
    finding = seal(built)
    review.read(built.desk, finding.id, account="analyst-1")
    for verdict in ("", "yes", "SUPPORTED"):
        with pytest.raises(BadInput, match="no such verdict"):
            judge(built, finding, "analyst-1", verdict=verdict)


# Who may


@pytest.mark.parametrize("name", ["data-scientist", "auditor", "administrator", "operator"])
def test_only_analysts_and_supervisors_judge_and_decide(built: Home, name: str) -> None:
    finding = seal(built)
    with pytest.raises(NotAllowed, match="may not judge and decide"):
        judge(built, finding, name)
    with pytest.raises(NotAllowed, match="may not judge and decide"):
        decide(built, finding, name)


def test_an_analyst_works_on_findings_of_their_own_cases_only(built: Home) -> None:
    finding = seal(built)
    attempts: list[Callable[[], object]] = [
        lambda: review.read(built.desk, finding.id, account="analyst-3"),
        lambda: judge(built, finding, "analyst-3"),
        lambda: review.unveil(built.desk, finding.id, account="analyst-3"),
        lambda: decide(built, finding, "analyst-3"),
        lambda: review.progress(built.desk, finding.id, account="analyst-3"),
    ]
    for attempt in attempts:
        with pytest.raises(NotAllowed, match="not open to account"):
            attempt()
    assert [what for what, _, _ in builders.refusals(built)] == [
        "read",
        "judge",
        "unveil",
        "decide",
    ]


def test_a_supervisor_works_on_any_case(built: Home) -> None:
    assert len(decided(built, seal(built), "supervisor")) == 1


def test_a_disabled_account_takes_no_further_step(built: Home) -> None:
    finding = seal(built)
    unveiled(built, finding, "analyst-1")
    builders.disable(built, "analyst-1")
    with pytest.raises(NotAllowed, match="is disabled"):
        decide(built, finding, "analyst-1")
    with pytest.raises(NotAllowed, match="is disabled"):
        review.read(built.desk, finding.id, account="analyst-1")


def test_a_downgraded_account_takes_no_further_step(built: Home) -> None:
    finding = seal(built)
    unveiled(built, finding, "analyst-1")
    builders.change(built, "analyst-1", Role.ADMINISTRATOR)
    with pytest.raises(NotAllowed, match="may not judge"):
        decide(built, finding, "analyst-1")


def test_who_trained_the_model_decides_on_none_of_its_findings(built: Home) -> None:
    finding = seal(built)
    builders.change(built, "data-scientist", Role.SUPERVISOR)
    review.read(built.desk, finding.id, account="data-scientist")
    with pytest.raises(NotAllowed, match="trained release ties/1"):
        judge(built, finding, "data-scientist")
    with pytest.raises(NotAllowed, match="trained release ties/1"):
        decide(built, finding, "data-scientist")


def test_an_unknown_finding_or_account_is_said_to_be_unknown(built: Home) -> None:
    finding = seal(built)
    with pytest.raises(NotFound, match="no finding F-NONE"):
        review.read(built.desk, "F-NONE", account="analyst-1")
    with pytest.raises(NotFound, match="no account"):
        review.read(built.desk, finding.id, account="nobody")


def test_an_auditor_states_a_purpose_and_sees_the_score_once_somebody_decided(
    built: Home,
) -> None:
    finding = seal(built)
    with pytest.raises(BadInput, match="purpose"):
        review.read(built.desk, finding.id, account="auditor")
    assert review.read(built.desk, finding.id, account="auditor", purpose=SAMPLE).text
    with pytest.raises(NotCleared, match="is undecided"):
        review.unveil(built.desk, finding.id, account="auditor", purpose=SAMPLE)
    decided(built, finding, "analyst-1")
    assert review.unveil(built.desk, finding.id, account="auditor", purpose=SAMPLE).score == 0.5


# Once


def test_the_same_key_and_content_give_the_same_decision(built: Home) -> None:
    finding = seal(built)
    unveiled(built, finding, "analyst-1")
    first = decide(built, finding, "analyst-1", with_key="form-1")
    again = decide(built, finding, "analyst-1", with_key="form-1")
    assert (again.decision_id, again.entry) == (first.decision_id, first.entry)
    assert builders.n_entries(built, EntryKind.DECISION) == 1


def test_the_same_key_with_another_content_is_refused_and_logged(built: Home) -> None:
    finding, other = seal(built), seal(built)
    unveiled(built, finding, "analyst-1", "analyst-2")
    unveiled(built, other, "analyst-1")
    decide(built, finding, "analyst-1", with_key="form-1")
    with pytest.raises(Conflict, match="says something else"):
        decide(built, finding, "analyst-1", verdict="not_supported", with_key="form-1")
    with pytest.raises(Conflict, match="says something else"):
        decide(built, finding, "analyst-1", reason="Another reason in words.", with_key="form-1")
    with pytest.raises(Conflict, match="says something else"):
        decide(built, other, "analyst-1", with_key="form-1")
    with pytest.raises(Conflict, match="says something else"):
        decide(built, finding, "analyst-2", with_key="form-1")
    assert [why for _, why, _ in builders.refusals(built)] == ["conflict"] * 4
    assert builders.n_entries(built, EntryKind.DECISION) == 1


@pytest.mark.parametrize("bad", ["", "x" * 201, "a\nb"])
def test_a_key_that_is_none_is_refused(built: Home, bad: str) -> None:
    with pytest.raises(BadInput, match="idempotency key"):
        review.decide(
            built.desk,
            "F-NONE",
            account="analyst-1",
            verdict="supported",
            reason=builders.REASON,
            key=bad,
        )


@pytest.mark.slow
@pytest.mark.parametrize("keys", [["one"] * 8, [f"key of tab {n}" for n in range(8)]])
def test_eight_submits_at_once_make_exactly_one_decision(built: Home, keys: list[str]) -> None:
    finding = seal(built)
    unveiled(built, finding, "analyst-1")

    def submit(with_key: str) -> str:
        try:
            return decide(built, finding, "analyst-1", with_key=with_key).decision_id
        except Conflict:
            return ""

    with ThreadPoolExecutor(8) as pool:
        ids = set(pool.map(submit, keys)) - {""}
    assert len(ids) == 1
    assert builders.n_entries(built, EntryKind.DECISION) == 1


def test_a_second_decision_of_the_same_person_needs_another_look(built: Home) -> None:
    finding = seal(built)
    decided(built, finding, "analyst-1", verdict="not_supported")
    with pytest.raises(Conflict, match="decided finding"):
        decide(built, finding, "analyst-1")
    review.unveil(built.desk, finding.id, account="analyst-1", again=True)
    decide(built, finding, "analyst-1")
    with built.desk.database.read() as connection:
        taken = findings.decisions_of(connection, built.desk.vault, finding.id)
    assert [d.verdict for d in taken] == [Verdict.NOT_SUPPORTED, Verdict.SUPPORTED]


def test_reading_again_in_the_same_quarter_of_an_hour_is_one_consultation(built: Home) -> None:
    finding = seal(built)
    for _ in range(3):
        review.read(built.desk, finding.id, account="analyst-1")
    assert builders.n_entries(built, EntryKind.FINDING_OPENED) == 1
    built.clock.advance(minutes=16)
    review.read(built.desk, finding.id, account="analyst-1")
    assert builders.n_entries(built, EntryKind.FINDING_OPENED) == 2


def test_another_session_is_another_consultation(built: Home) -> None:
    finding = seal(built)
    review.read(built.desk, finding.id, account="analyst-1")
    other = in_session(built, "analyst-1")
    review.read(other.desk, finding.id, account="analyst-1")
    assert builders.n_entries(built, EntryKind.FINDING_OPENED) == 2


# What is shown


def test_content_that_is_not_what_was_sealed_is_not_shown(built: Home) -> None:
    finding, other = seal(built), seal(built)
    swapped = built.desk.vault.get(other.id, findings.CLAIM)
    built.desk.vault.put(finding.id, findings.CLAIM, swapped)
    with pytest.raises(CheckFailed, match="not what was sealed"):
        review.read(built.desk, finding.id, account="analyst-1")
    assert builders.n_entries(built, EntryKind.FINDING_OPENED) == 0


def test_erased_content_is_said_to_be_erased(built: Home) -> None:
    finding = seal(built)
    decided(built, finding, "analyst-1")
    builders.erased(built, finding.id)
    with pytest.raises(NotFound, match="erased"):
        review.read(built.desk, finding.id, account="analyst-2")
    (row,) = review.list_findings(built.desk)
    assert (row.claim, row.score) == (findings.ERASED, None)
    progress = review.progress(built.desk, finding.id, account="analyst-1")
    assert progress.decision is not None
    assert progress.decision.reason == findings.ERASED


# The queue


def test_the_queue_is_ordered_by_a_random_id_and_tells_nothing_of_the_model(built: Home) -> None:
    ids = sorted(seal(built).id for _ in range(5))
    items = review.queue(built.desk, account="analyst-1")
    assert [item.finding_id for item in items] == ids
    assert {item.state for item in items} == {"new"}
    assert not {"score", "probability", "proposed", "claim"} & set(dir(items[0]))


def test_the_queue_tells_how_far_one_has_come(built: Home) -> None:
    new, sealed, seen, done = (seal(built) for _ in range(4))
    judged(built, sealed, "analyst-1")
    unveiled(built, seen, "analyst-1")
    decided(built, done, "analyst-1")
    states = {i.finding_id: i.state for i in review.queue(built.desk, account="analyst-1")}
    assert states == {
        new.id: "new",
        sealed.id: "judged",
        seen.id: "unveiled",
        done.id: "decided",
    }


def test_a_foreign_case_brings_nothing_into_the_queue(built: Home) -> None:
    seal(built)
    assert review.queue(built.desk, account="analyst-3") == []
    with pytest.raises(NotAllowed, match="not in case"):
        review.queue(built.desk, account="analyst-3", case=builders.CASE)
    assert len(review.queue(built.desk, account="supervisor", case=builders.CASE)) == 1


def test_what_another_decided_either_way_waits_for_a_second_reading(built: Home) -> None:
    supported, refused, undecided = (seal(built) for _ in range(3))
    decided(built, supported, "analyst-1")
    decided(built, refused, "analyst-1", verdict="not_supported")
    second = review.second_readings(built.desk, account="analyst-2")
    assert [i.finding_id for i in second] == sorted([supported.id, refused.id])
    assert {i.state for i in second} == {"second reading"}
    own = review.second_readings(built.desk, account="analyst-1")
    assert own == []
    queue = review.queue(built.desk, account="analyst-2")
    assert [i.finding_id for i in queue] == [undecided.id]


def test_a_second_reader_is_blind_to_the_first_until_their_own_decision_t10(built: Home) -> None:
    finding = seal(built)
    decided(built, finding, "analyst-1", verdict="not_supported")
    unveiled(built, finding, "analyst-2")
    before = review.progress(built.desk, finding.id, account="analyst-2")
    assert (before.others, before.n_decided_by_others, before.contested) == ((), None, False)
    decide(built, finding, "analyst-2")
    after = review.progress(built.desk, finding.id, account="analyst-2")
    ((who, verdict, _),) = after.others
    assert (who, verdict) == (built.id_of("analyst-1"), Verdict.NOT_SUPPORTED)
    assert after.contested


def test_an_action_does_not_tell_a_second_reader_the_first_verdict(built: Home) -> None:
    finding = seal(built)
    decided(built, finding, "analyst-1")
    act.act(built.desk, finding.id, account="analyst-1", action="assessed_link", key=key())
    seen = review.progress(built.desk, finding.id, account="analyst-2")
    assert seen.status is FindingStatus.DECIDED
    own = review.progress(built.desk, finding.id, account="analyst-1")
    assert own.status is FindingStatus.ACTED_ON


def test_progress_follows_each_step(built: Home) -> None:
    finding = seal(built)

    def steps() -> tuple[bool, bool, bool, bool]:
        p = review.progress(built.desk, finding.id, account="analyst-1")
        return p.read, p.judged, p.unveiled, p.decided

    assert steps() == (False, False, False, False)
    review.read(built.desk, finding.id, account="analyst-1")
    assert steps() == (True, False, False, False)
    judge(built, finding, "analyst-1")
    assert steps() == (True, True, False, False)
    review.unveil(built.desk, finding.id, account="analyst-1")
    assert steps() == (True, True, True, False)
    decide(built, finding, "analyst-1")
    assert steps() == (True, True, True, True)


# The list


def test_the_list_carries_a_score_only_of_what_was_decided(built: Home) -> None:
    done, undecided = seal(built), seal(built)
    decided(built, done, "analyst-1")
    rows = {row.id: row.as_json() for row in review.list_findings(built.desk)}
    assert (rows[done.id]["score"], rows[done.id]["probability"]) == (0.5, 0.62)
    assert set(rows[undecided.id]) == {
        "id",
        "model",
        "release",
        "case",
        "claim",
        "status",
        "created_at",
    }
    assert builders.n_entries(built, EntryKind.CONSULTATION) == 1


def test_the_list_can_be_asked_for_one_status_or_model(built: Home) -> None:
    done, undecided, used = seal(built), seal(built), seal(built)
    decided(built, done, "analyst-1")
    decided(built, used, "analyst-1")
    act.act(built.desk, used.id, account="analyst-1", action="assessed_link", key=key())
    found = {
        status: [row.id for row in review.list_findings(built.desk, status=status)]
        for status in ("undecided", "decided", "acted_on")
    }
    assert found == {"undecided": [undecided.id], "decided": [done.id], "acted_on": [used.id]}
    assert review.list_findings(built.desk, model="other") == []
    with pytest.raises(BadInput, match="no such status"):
        review.list_findings(built.desk, status="open")


def test_the_list_of_everything_is_for_the_owner_of_the_home(built: Home) -> None:
    for name in builders.PEOPLE:
        with pytest.raises(NotAllowed):
            review.list_findings(built.desk, account=name)
