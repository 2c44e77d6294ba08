"""The gate in the database, past the services: each trigger is the guard of one rule.

Every attempt is made over the system's own SQLite with no pragma set, with an honest log entry
wherever the attempt is not about the entry itself. It is refused; then its trigger alone is
dropped, and it goes through: so nothing else kept it out, and the trigger cannot be missed.
Duties T1 (a person needs an offence fact), T10 (judge before the score), T26 (no action undecided).
"""

import shutil
import sqlite3
from collections.abc import Callable
from pathlib import Path

import builders
import builders_raw as raw
import pytest
from builders import Home, committed, digest, key
from builders_raw import (
    Attempt,
    acceptance_row,
    action_row,
    decision_row,
    event_row,
    finding_row,
    judgement_row,
    opening_row,
    release_row,
)

from workbench.domain.account import Role
from workbench.domain.finding import Finding
from workbench.domain.log import EntryKind
from workbench.services import release, review
from workbench.store import findings, gate
from workbench.store.tables import PROTECTED

WRONG = digest("something else")
STOP = "Drift in the call records."

Make = Callable[[Home], Attempt]
MADE: dict[str, Make] = {}


def guards(trigger: str) -> Callable[[Make], Make]:
    """Name the trigger that an attempt runs into."""

    def keep(make: Make) -> Make:
        MADE[trigger] = make
        return make

    return keep


# Findings


@guards("finding_says_what_its_entry_says")
def finding_with_more_facts_than_were_logged(built: Home) -> Attempt:
    return finding_row(built, n_offence_facts=3)


@guards("finding_comes_from_a_release_in_use")
def finding_of_a_stopped_release(built: Home) -> Attempt:
    release.suspend(built.desk, builders.RELEASE, account="auditor", reason=STOP)
    return finding_row(built)


# Openings


@guards("opening_says_what_its_entry_says")
def opening_logged_for_somebody_else(built: Home) -> Attempt:
    return opening_row(
        built, builders.seal(built), "analyst-1", "claim", account_id=built.id_of("analyst-2")
    )


@guards("opening_shows_what_was_sealed")
def opening_of_another_content(built: Home) -> Attempt:
    return opening_row(built, builders.seal(built), "analyst-1", "claim", shown=WRONG)


@guards("opening_is_by_one_who_may_read")
def opening_in_a_foreign_case(built: Home) -> Attempt:
    return opening_row(built, builders.seal(built), "analyst-3", "claim")


@guards("opening_of_the_assessment_comes_after_own_judgement")
def score_before_own_judgement_t10(built: Home) -> Attempt:
    finding = builders.seal(built)
    builders.judged(built, finding, "analyst-2")
    return opening_row(built, finding, "analyst-1", "assessment")


@guards("opening_for_review_comes_after_a_decision")
def score_of_an_undecided_finding_for_an_auditor_t10(built: Home) -> Attempt:
    return opening_row(built, builders.seal(built), "auditor", "review")


# Judgements


@guards("judgement_says_what_its_entry_says")
def judgement_with_another_verdict_than_was_logged(built: Home) -> Attempt:
    finding = builders.seal(built)
    review.read(built.desk, finding.id, account="analyst-1")
    return judgement_row(built, finding, "analyst-1", verdict="not_supported")


@guards("judgement_is_on_what_was_sealed")
def judgement_on_a_stale_digest(built: Home) -> Attempt:
    finding = builders.seal(built)
    review.read(built.desk, finding.id, account="analyst-1")
    return judgement_row(built, finding, "analyst-1", on=WRONG)


@guards("judgement_is_by_one_entitled")
def judgement_by_an_auditor(built: Home) -> Attempt:
    finding = builders.seal(built)
    review.read(built.desk, finding.id, account="auditor", purpose="Sample of the month.")
    return judgement_row(built, finding, "auditor")


@guards("judgement_comes_after_own_reading")
def judgement_without_reading(built: Home) -> Attempt:
    finding = builders.seal(built)
    review.read(built.desk, finding.id, account="analyst-2")
    return judgement_row(built, finding, "analyst-1")


@guards("judgement_comes_before_the_score")
def judgement_by_one_who_saw_the_score_in_another_role_t10(built: Home) -> Attempt:
    finding = builders.seal(built)
    builders.decided(built, finding, "analyst-1")
    for show in (review.read, review.unveil):
        show(built.desk, finding.id, account="auditor", purpose="Sample of the month.")
    builders.change(built, "auditor", Role.SUPERVISOR)
    return judgement_row(built, finding, "auditor")


# Decisions


@guards("decision_says_what_its_entry_says")
def decision_with_another_verdict_than_was_logged(built: Home) -> Attempt:
    finding = builders.seal(built)
    builders.unveiled(built, finding, "analyst-1")
    return decision_row(built, finding, "analyst-1", verdict="not_supported")


@guards("decision_is_on_what_was_sealed")
def decision_on_a_stale_digest(built: Home) -> Attempt:
    finding = builders.seal(built)
    builders.unveiled(built, finding, "analyst-1")
    return decision_row(built, finding, "analyst-1", on=WRONG)


@guards("decision_is_by_one_entitled")
def decision_by_a_disabled_account(built: Home) -> Attempt:
    finding = builders.seal(built)
    builders.unveiled(built, finding, "analyst-1")
    builders.disable(built, "analyst-1")
    return decision_row(built, finding, "analyst-1")


@guards("decision_is_not_by_the_trainer")
def decision_by_the_trainer(built: Home) -> Attempt:
    finding = _shown_to_its_trainer(built)
    return decision_row(built, finding, "data-scientist")


def _shown_to_its_trainer(built: Home) -> Finding:
    """A finding that its trainer, a supervisor by now, judged past the service and unveiled."""
    finding = builders.seal(built)
    builders.change(built, "data-scientist", Role.SUPERVISOR)
    review.read(built.desk, finding.id, account="data-scientist")
    raw.insert(raw.path(built), *judgement_row(built, finding, "data-scientist"))
    review.unveil(built.desk, finding.id, account="data-scientist")
    return finding


@guards("decision_comes_after_own_unveiling")
def decision_without_unveiling_t10(built: Home) -> Attempt:
    finding = builders.seal(built)
    builders.judged(built, finding, "analyst-1")
    builders.unveiled(built, finding, "analyst-2")
    return decision_row(built, finding, "analyst-1")


# Actions


@guards("action_says_what_its_entry_says")
def action_of_another_kind_than_was_logged(built: Home) -> Attempt:
    finding = builders.seal(built)
    cites = builders.decided(built, finding, "analyst-1", "analyst-2")
    return action_row(built, finding, cites, kind="assessed_link", subject=committed("E2"))


@guards("action_is_on_what_was_sealed")
def action_on_a_stale_digest(built: Home) -> Attempt:
    finding = builders.seal(built)
    return action_row(built, finding, builders.decided(built, finding, "analyst-1"), on=WRONG)


@guards("action_is_by_one_entitled")
def action_by_a_disabled_account(built: Home) -> Attempt:
    finding = builders.seal(built)
    cites = builders.decided(built, finding, "analyst-2")
    builders.disable(built, "analyst-1")
    return action_row(built, finding, cites)


@guards("action_needs_a_release_in_use")
def action_while_the_release_is_stopped(built: Home) -> Attempt:
    finding = builders.seal(built)
    cites = builders.decided(built, finding, "analyst-1")
    release.suspend(built.desk, builders.RELEASE, account="auditor", reason=STOP)
    return action_row(built, finding, cites)


@guards("action_is_refused_while_contested")
def action_while_one_person_found_it_not_supported(built: Home) -> Attempt:
    finding = builders.seal(built)
    builders.decided(built, finding, "supervisor", verdict="not_supported")
    return action_row(built, finding, builders.decided(built, finding, "analyst-1", "analyst-2"))


@guards("action_needs_its_deciders")
def lead_on_the_word_of_one_person_t26(built: Home) -> Attempt:
    finding = builders.seal(built)
    cites = builders.decided(built, finding, "analyst-1")
    return action_row(built, finding, cites, kind="lead")


@guards("action_cites_what_clears_it")
def action_that_cites_one_decision_of_two(built: Home) -> Attempt:
    finding = builders.seal(built)
    cites = builders.decided(built, finding, "analyst-1", "analyst-2")
    return action_row(built, finding, cites[:1])


@guards("action_that_leaves_is_by_one_who_decided")
def dossier_by_a_supervisor_who_never_decided_t10(built: Home) -> Attempt:
    finding = builders.seal(built)
    cites = builders.decided(built, finding, "analyst-1", "analyst-2")
    return action_row(built, finding, cites, kind="dossier", name="supervisor")


@guards("action_on_a_person_needs_an_offence_fact")
def lead_without_a_verified_offence_fact_t1(built: Home) -> Attempt:
    finding = builders.seal(built, n_offence_facts=0, about_person=False)
    cites = builders.decided(built, finding, "analyst-1", "analyst-2")
    return action_row(built, finding, cites, kind="lead")


# Releases and data


@guards("release_says_what_its_entry_says")
def release_whose_failed_audit_is_written_as_passed(built: Home) -> Attempt:
    return release_row(built, "supervisor", audit_verdict="pass")


@guards("release_is_approved_by_a_supervisor")
def release_approved_by_an_analyst(built: Home) -> Attempt:
    return release_row(built, "analyst-1")


@guards("release_event_says_what_its_entry_says")
def restart_logged_as_a_stop(built: Home) -> Attempt:
    release.suspend(built.desk, builders.RELEASE, account="auditor", reason=STOP)
    return event_row(built, EntryKind.RELEASE_RETIRED, "supervisor", kind="restarted")


@guards("release_event_is_by_one_who_may")
def stop_by_an_administrator(built: Home) -> Attempt:
    return event_row(built, EntryKind.RELEASE_SUSPENDED, "administrator")


@guards("release_is_not_restarted_by_who_stopped_it")
def restart_by_who_stopped_it(built: Home) -> Attempt:
    release.suspend(built.desk, builders.RELEASE, account="supervisor", reason=STOP)
    return event_row(built, EntryKind.RELEASE_RESTARTED, "supervisor")


@guards("release_event_fits_the_state")
def stop_after_retirement(built: Home) -> Attempt:
    release.retire(
        built.desk, builders.RELEASE, account="supervisor", reason="Replaced by another."
    )
    return event_row(built, EntryKind.RELEASE_SUSPENDED, "auditor")


@guards("dataset_acceptance_says_what_its_entry_says")
def acceptance_of_another_content_than_was_logged(built: Home) -> Attempt:
    return acceptance_row(built, "supervisor", sha256=WRONG)


@guards("dataset_acceptance_is_of_the_data_audit_made")
def acceptance_that_hides_what_the_data_audit_breached_t4(built: Home) -> Attempt:
    return acceptance_row(built, "supervisor", breached="")


@guards("release_learned_from_accepted_data")
def release_of_a_model_that_learned_from_data_nobody_accepted_t4(built: Home) -> Attempt:
    with built.desk.database.write() as connection:
        builders.add_dataset(built.desk, connection, "pending-world")
    return release_row(built, "supervisor", learned_from="pending-world")


@guards("dataset_is_accepted_by_a_supervisor")
def acceptance_by_a_data_scientist(built: Home) -> Attempt:
    return acceptance_row(built, "data-scientist")


# The tests


@pytest.mark.parametrize("trigger", sorted(MADE))
def test_an_attempt_is_refused_by_one_trigger_and_goes_through_without_it(
    trigger: str, tmp_path: Path
) -> None:
    built = builders.home(tmp_path / "home")
    table, row = MADE[trigger](built)
    refusing, open_ = raw.path(built), tmp_path / "without.db"
    shutil.copy(refusing, open_)
    with pytest.raises(sqlite3.IntegrityError):
        raw.insert(refusing, table, row)
    raw.execute(open_, f"DROP TRIGGER {trigger}")
    raw.insert(open_, table, row)
    assert row in raw.rows(open_, table)


def test_every_trigger_of_the_gate_has_such_an_attempt(tmp_path: Path) -> None:
    built = builders.home(tmp_path)
    written_once = {
        f"{table}_is_{what}"
        for table in (*PROTECTED, "account")
        for what in ("never_changed", "never_deleted", "written_once")
    } | {
        "account_is_made_once",
        "account_keeps_its_identity",
        "checkpoint_grows",
        "log_entry_follows_the_last",
    }
    assert raw.triggers(raw.path(built)) - written_once == set(MADE)


def test_a_copy_of_a_legitimate_action_put_on_an_undecided_finding_is_refused_t26(
    tmp_path: Path,
) -> None:
    built = builders.home(tmp_path)
    decided, undecided = builders.seal(built), builders.seal(built)
    _, row = action_row(built, decided, builders.decided(built, decided, "analyst-1"))
    raw.insert(raw.path(built), "action", row)
    last = len(raw.rows(raw.path(built), "log_entry")) - 1
    for change in (
        {},
        {"id": "A-COPY", "idempotency_key": "copy"},
        {"id": "A-COPY", "idempotency_key": "copy", "entry_seq": last},
        {"id": "A-COPY", "idempotency_key": "copy", "entry_seq": 10_000},
        {"id": "A-COPY", "idempotency_key": "copy", "finding_digest": undecided.digest},
    ):
        with pytest.raises(sqlite3.IntegrityError):
            raw.insert(raw.path(built), "action", {**row, "finding_id": undecided.id, **change})


def test_an_action_on_an_undecided_finding_is_refused_even_with_an_entry_of_its_own_t26(
    tmp_path: Path,
) -> None:
    built = builders.home(tmp_path)
    finding = builders.seal(built)
    for cites in (["D-NONE"], builders.decided(built, builders.seal(built), "analyst-1")):
        _, row = action_row(built, finding, cites)
        with pytest.raises(sqlite3.IntegrityError):
            raw.insert(raw.path(built), "action", row)


@pytest.mark.parametrize("table", ["finding", "judgement", "decision", "action"])
def test_a_forged_row_without_any_log_entry_is_refused(tmp_path: Path, table: str) -> None:
    built = builders.home(tmp_path)
    finding = builders.seal(built)
    builders.unveiled(built, finding, "analyst-2")
    cites = builders.decided(built, finding, "analyst-1")
    review.read(built.desk, finding.id, account="supervisor")
    _, row = {
        "finding": lambda: finding_row(built),
        "judgement": lambda: judgement_row(built, finding, "supervisor"),
        "decision": lambda: decision_row(built, finding, "analyst-2"),
        "action": lambda: action_row(built, finding, cites),
    }[table]()
    with pytest.raises(sqlite3.IntegrityError, match="holds no entry"):
        raw.insert(raw.path(built), table, {**row, "entry_seq": 10_000})
    raw.insert(raw.path(built), table, row)


def test_two_decisions_of_one_person_never_count_as_two(tmp_path: Path) -> None:
    built = builders.home(tmp_path)
    finding = builders.seal(built)
    builders.decided(built, finding, "analyst-1")
    review.unveil(built.desk, finding.id, account="analyst-1", again=True)
    second = review.decide(
        built.desk,
        finding.id,
        account="analyst-1",
        verdict="supported",
        reason=builders.REASON,
        key=key(),
    )
    _, row = action_row(built, finding, [second.decision_id], kind="dossier")
    with pytest.raises(sqlite3.IntegrityError, match="Too few people"):
        raw.insert(raw.path(built), "action", row)


def test_a_trainers_decision_never_counts_even_where_it_got_in(tmp_path: Path) -> None:
    built = builders.home(tmp_path)
    finding = _shown_to_its_trainer(built)
    raw.execute(raw.path(built), "DROP TRIGGER decision_is_not_by_the_trainer")
    raw.insert(raw.path(built), *decision_row(built, finding, "data-scientist"))
    _, row = action_row(built, finding, ["D-FORGED"])
    with pytest.raises(sqlite3.IntegrityError, match="Too few people"):
        raw.insert(raw.path(built), "action", row)


def test_a_decision_changed_to_supported_lifts_the_contest(tmp_path: Path) -> None:
    built = builders.home(tmp_path)
    finding = builders.seal(built)
    builders.decided(built, finding, "analyst-1", verdict="not_supported")
    review.unveil(built.desk, finding.id, account="analyst-1", again=True)
    anew = review.decide(
        built.desk,
        finding.id,
        account="analyst-1",
        verdict="supported",
        reason=builders.REASON,
        key=key(),
    )
    raw.insert(raw.path(built), *action_row(built, finding, [anew.decision_id]))
    with built.desk.database.read() as connection:
        assert findings.status_of(connection, finding.id) == "acted_on"


def test_a_sealed_row_vouches_for_what_each_person_saw(tmp_path: Path) -> None:
    built = builders.home(tmp_path)
    finding = builders.seal(built)
    builders.unveiled(built, finding, "analyst-1")
    with built.desk.database.read() as connection:
        shown = {
            stage: gate.latest_opening(connection, finding.id, built.id_of("analyst-1"), stage)
            for stage in (gate.Stage.CLAIM, gate.Stage.ASSESSMENT)
        }
    assert {stage: opening.shown_digest for stage, opening in shown.items() if opening} == {
        gate.Stage.CLAIM: finding.claim_digest,
        gate.Stage.ASSESSMENT: finding.assessment_digest,
    }
