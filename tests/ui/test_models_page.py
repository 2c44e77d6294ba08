"""The Models page: cards, versions, measures against the simple rule, approval and stop."""

import hashlib
import shutil
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import builders_behaviour as made
import pytest
from builders import accept_dataset, add_dataset
from builders_casework import person, signed_in
from builders_pages import plain, words
from builders_web import MAIN, Clock, desk
from streamlit.testing.v1 import AppTest

from workbench.domain.account import Account, Role
from workbench.domain.release import ReleaseStatus
from workbench.services import release
from workbench.store import accounts, behaviours
from workbench.store.desk import Desk

MODEL = "hidden_link"
WHY = "The audit passed and the card is complete."
ROLES = {
    "analyst-1": Role.ANALYST,
    "supervisor": Role.SUPERVISOR,
    "supervisor-2": Role.SUPERVISOR,
    "data-scientist": Role.DATA_SCIENTIST,
}
MEASURES = {
    "average_precision": 0.61,
    "average_precision_low": 0.52,
    "average_precision_high": 0.7,
    "auc": 0.83,
    "auc_low": 0.79,
    "auc_high": 0.86,
    "baseline_average_precision": 0.4,
    "baseline_average_precision_low": 0.3,
    "baseline_average_precision_high": 0.51,
    "baseline_auc": 0.7,
    "baseline_gain": 0.21,
    "baseline_gain_low": -0.02,
    "baseline_gain_high": 0.31,
    "reasons_right": 0.66,
    "reasons_right_low": 0.5,
    "reasons_right_high": 0.79,
    "reasons_right_blind": 0.31,
    "reasons_over_blind": 0.3,
    "reasons_over_blind_low": 0.2,
    "reasons_over_blind_high": 0.4,
    "reasons_right_constant": 0.9,
    "reasons_over_constant": -0.2,
    "reasons_over_constant_low": -0.3,
    "reasons_over_constant_high": -0.1,
    "reasons_right_shuffled": 0.64,
    "reasons_over_shuffled": 0.02,
    "reasons_over_shuffled_low": -0.01,
    "reasons_over_shuffled_high": 0.05,
    "reasons_told_apart": 0.8,
    "reasons_told_apart_low": 0.7,
    "reasons_told_apart_high": 0.9,
    "reasons_right_n": 38.0,
    "conformal_coverage_true": 0.91,
    "conformal_coverage_true_low": 0.82,
    "conformal_coverage_true_high": 0.959,
    "conformal_coverage_false": 0.941,
    "conformal_coverage_false_low": 0.936,
    "conformal_coverage_false_high": 0.946,
    "conformal_cannot_tell": 0.12,
}

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def registered(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with versions 1 (audit passed) and 2 (not audited), neither approved."""
    home = tmp_path_factory.mktemp("registered")
    at = desk(home, clock=Clock(datetime.now(UTC)))
    people = {name: person(at, name, role) for name, role in ROLES.items()}
    with at.database.write() as connection:
        add_dataset(at, connection, "town")
        accept_dataset(at, connection, "town", people["supervisor"])
    for number in (1, 2):
        register(at, people["data-scientist"].id, digest=f"{number:064x}")
    at.registry.record_audit(MODEL, 1, verdict="pass", report={"verdict": "pass"})
    at.database.close()
    return home


def register(at: Desk, trainer: str, *, digest: str) -> None:
    with at.registry._mlflow() as mlflow:
        client = mlflow.MlflowClient()
        if not client.search_registered_models(f"name = '{MODEL}'"):
            client.create_registered_model(MODEL)
            client.create_experiment(MODEL, artifact_location=str(at.home / "artifacts"))
        run = client.create_run(client.get_experiment_by_name(MODEL).experiment_id).info.run_id
        tags = {"model": MODEL, "dataset": "town", "dataset_sha256": "ab" * 32}
        for name, value in (tags | {"digest": digest, "trained_by": trainer}).items():
            client.set_tag(run, name, value)
        for name, value in {"seed": "7", "baseline": "shared_contacts"}.items():
            client.log_param(run, name, value)
        for name, number in MEASURES.items():
            client.log_metric(run, name, number)
        own = {"digest": digest, "dataset": "town", "trained_by": trainer}
        client.create_model_version(MODEL, "runs:/none", run_id=run, tags=own)


@pytest.fixture
def at(registered: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Desk]:
    home = tmp_path / "home"
    shutil.copytree(registered, home)
    monkeypatch.setenv("WORKBENCH_HOME", str(home))
    made = desk(home, clock=Clock(datetime.now(UTC)))
    yield made
    made.database.close()


def who(at: Desk, name: str) -> Account:
    with at.database.read() as connection:
        return accounts.by_name(connection, name)


def shown_to(at: Desk, name: str) -> AppTest:
    page = AppTest.from_file(MAIN, default_timeout=60)
    page.user = signed_in(at, who(at, name))
    return page.switch_page("../pages/models.py").run()


def press(page: AppTest, label: str) -> AppTest:
    return next(b for b in page.button if b.label == label).click().run()


def approve(at: Desk) -> None:
    release.approve(at, f"{MODEL}/1", account="supervisor", reason=WHY, key="a key of its own")


def test_a_data_scientist_starts_here_and_is_led_to_mlflow(at: Desk) -> None:
    page = AppTest.from_file(MAIN, default_timeout=60)
    page.user = signed_in(at, who(at, "data-scientist"))
    page.run()
    assert not page.exception
    assert page.title[0].value == "Models"
    links = [link.url for link in page.get("link_button")]
    assert "http://127.0.0.1:5000/#/experiments?workflowType=machine_learning" in links


def test_the_card_and_each_version_are_shown_with_what_is_missing(at: Desk) -> None:
    page = shown_to(at, "analyst-1")
    assert not page.exception
    said = words(page)
    assert "No version is approved" in said
    assert "Version 1" in said
    assert "audit passed" in said
    assert "Version 2" in said
    assert "not audited" in said


def test_measures_stand_with_intervals_beside_the_rule(at: Desk) -> None:
    page = shown_to(at, "analyst-1")
    table = next(f.value for f in page.dataframe if "Measure" in f.value)
    values = dict(zip(table["Measure"], table["Value"], strict=True))
    assert values["Average precision"] == "61 % (52 to 70)"
    assert values["Ranked right (AUC)"] == "83 % (79 to 86)"
    assert not [name for name in values if "baseline" in name.casefold()]
    assert "which is called “shared contacts”" in words(page)
    assert (
        "Not shown: its average precision differs by 21 percentage points (95 %: −2 to 31, people "
        "resampled for both), which may be chance." in words(page)
    )


def test_who_may_not_approve_is_offered_no_form_for_it(at: Desk) -> None:
    for name in ("analyst-1", "data-scientist"):
        labels = [b.label for b in shown_to(at, name).button]
        assert "Approve for use" not in labels


def test_an_approval_without_words_is_refused_and_keeps_what_was_written(at: Desk) -> None:
    page = shown_to(at, "supervisor")
    page.text_area[0].set_value("ok")
    press(page, "Approve for use")
    assert "needs at least 10 characters" in plain(page.error[0].value)
    assert page.text_area[0].value == "ok"
    assert release.in_use(at, MODEL) is None


def test_an_audit_that_failed_says_what_failed_who_excused_it_and_where_it_stands(
    at: Desk,
) -> None:
    sides = {
        "worse": {"group": "women", "rate": 0.2, "n": 300},
        "better": {"group": "men", "rate": 0.08, "n": 400},
    }
    gap = {"attribute": "sex", "metric": "fnr", "gap": 0.12, "verdict": "fail"}
    report = {"tests": [gap | {"p_corrected": 0.01, "contrast": sides}], "margin": 0.05}
    digest = at.registry.record_audit(MODEL, 1, verdict="fail", report=report)
    release.approve(
        at, f"{MODEL}/1", account="supervisor", reason="A pilot under watch.", key="another key"
    )
    kept, aside = at.home / "audits" / f"{digest}.json", at.home / "aside.json"
    kept.rename(aside)
    assert "What its audit found: It cannot be read." in words(shown_to(at, "data-scientist"))
    aside.rename(kept)
    page = shown_to(at, "data-scientist")
    assert not page.exception
    said = words(page)
    assert "What its audit found: By sex, women is missed more often: 20 % of 300 positives" in said
    assert (
        f"{who(at, 'supervisor').id} approved it and excused its audit: *A pilot under watch"
        in said
    )
    (link,) = page.get("page_link")
    assert link.proto.query_string == f"version={MODEL.replace('/', '%2F')}%2F1"
    runs = [at.registry.version(MODEL, n).run_id for n in (1, 2)]
    assert {
        b.url.rsplit("/", 1)[1].split("?")[0] for b in page.get("link_button") if "/runs/" in b.url
    } == {*runs}


def test_a_supervisor_approves_and_another_sees_by_whom_and_why(at: Desk) -> None:
    page = shown_to(at, "supervisor")
    page.text_area[0].set_value(WHY)
    press(page, "Approve for use")
    assert not page.exception
    used = release.in_use(at, MODEL)
    assert used is not None
    assert used.reason == WHY
    said = words(shown_to(at, "analyst-1"))
    assert "in use" in said
    assert f"{used.approved_by} approved it" in said


def test_an_analyst_stops_a_release_at_once_and_only_another_supervisor_restarts_it(
    at: Desk,
) -> None:
    approve(at)
    page = shown_to(at, "analyst-1")
    page.text_area(key=f"reason_stop_{MODEL}/1").set_value("Drift in the call records.")
    [b for b in page.button if b.label == "Stop it now"][-1].click().run()
    assert not page.exception
    assert release.in_use(at, MODEL) is None
    assert "is stopped: it puts nothing forward" in words(page)
    assert "Restart it" not in [b.label for b in page.button]
    page = shown_to(at, "supervisor-2")
    page.text_area(key=f"again_{MODEL}/1").set_value("The call records were delivered anew.")
    press(page, "Restart it")
    used = release.in_use(at, MODEL)
    assert used is not None
    assert used.status is ReleaseStatus.IN_USE


def test_the_stop_switch_at_the_top_presets_no_model_and_keeps_the_reason(at: Desk) -> None:
    approve(at)
    page = shown_to(at, "data-scientist")
    assert page.radio(key="stop_which").value is None
    page.text_area(key="stop_why").set_value("Drift in the call records.")
    press(page, "Stop it now")
    assert "Choose which model to stop" in page.error[0].value
    assert page.text_area(key="stop_why").value == "Drift in the call records."
    page.radio(key="stop_which").set_value(f"{MODEL}/1")
    press(page, "Stop it now")
    assert release.in_use(at, MODEL) is None


def test_there_is_no_stop_switch_while_nothing_is_in_use(at: Desk) -> None:
    assert "stop_why" not in [area.key for area in shown_to(at, "analyst-1").text_area]


# How it behaves


def keep_behaviour(at: Desk, number: int) -> None:
    """Keep a document with the run of a version, and examples in the vault, as training does."""
    run_id = at.registry.version(MODEL, number).run_id
    with at.registry._mlflow() as mlflow:
        client = mlflow.MlflowClient()
        for name, said in behaviours.files(made.document(MODEL), made_at=at.now()).items():
            place = at.home / "artifacts" / MODEL / run_id / "artifacts" / name
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_bytes(said)
            client.set_tag(run_id, f"digest.{name}", hashlib.sha256(said).hexdigest())
    behaviours.keep_examples(at.vault, run_id, made.examples())


def chosen(page: AppTest, label: str, value: object) -> AppTest:
    return next(b for b in page.selectbox if b.label == label).set_value(value).run()


def test_a_version_from_before_says_what_to_do(at: Desk) -> None:
    page = shown_to(at, "analyst-1")
    assert not page.exception
    assert [tab.label for tab in page.tabs][-2:] == ["Behaviour", "Where it errs"]
    said = words(page)
    assert said.count("How it behaves was not kept with this version.") == 2
    assert "train it again" in said


def test_behaviour_is_told_in_words_with_what_each_feature_means(at: Desk) -> None:
    keep_behaviour(at, 2)
    page = shown_to(at, "analyst-1")
    assert not page.exception
    said = words(page)
    assert "Nothing acts only together" in said
    assert "How much there is of calls." in said
    assert "390 of the 400 candidates" in said
    assert "of what was confirmed it had put forward 75 % (60 to 90)" in said
    assert "confirmed by later records 40" in said
    assert "more of it speaks against" in said
    page = chosen(page, "Feature, the strongest first", 1)
    assert "How much there is of distance." in words(page)
    assert "It has no value in 25 % of them" in words(page)


def test_slices_are_compared_and_what_cannot_be_told_is_named(at: Desk) -> None:
    keep_behaviour(at, 2)
    page = shown_to(at, "analyst-1")
    assert "(recall) is highest for AA (90 % (80 to 95)), lowest for BB" in words(page)
    assert "Not shown, fewer than 10 candidates: CC." in words(page)
    measure = next(b for b in page.segmented_control if b.label == "Measure")
    page = measure.set_value("precision").run()
    assert "Too few to tell: BB." in words(page)
    table = next(f.value for f in page.dataframe if "Group" in f.value)
    assert table["Candidates"].tolist() == [300, 90]


def test_examples_of_errors_are_shown_without_whom_they_are_about(at: Desk) -> None:
    """T10"""
    keep_behaviour(at, 2)
    said = words(shown_to(at, "analyst-1"))
    assert "A pair: of claims like it, about 6 in 10 (5 to 7) are confirmed" in said
    assert "How many calls the two had: 9 calls." in said
    assert "P-1" not in said
    assert "P-3" not in said
    behaviours.erase_examples(at.vault, at.registry.version(MODEL, 2).run_id)
    assert "No example is kept here" in words(shown_to(at, "analyst-1"))


def test_all_of_it_can_be_had_as_one_page(at: Desk) -> None:
    keep_behaviour(at, 2)
    page = shown_to(at, "analyst-1")
    labels = [button.label for button in page.get("download_button")]
    assert "Everything on one page (HTML)" in labels


def test_whether_probabilities_and_reasons_hold_is_said_in_words(at: Desk) -> None:
    keep_behaviour(at, 2)
    said = words(shown_to(at, "analyst-1"))
    assert "Does a probability mean what it says?" in subheadings(shown_to(at, "analyst-1"))
    assert "In 1 of 2 groups of candidates the probability lies outside" in said
    assert (
        "a true cause is among the stated reasons in 66 % (95 % 50 to 79). As many reasons drawn "
        "blindly would in 31 %; the stated reasons agree better with the truth (F1 +0.30, 95 % "
        "+0.20 to +0.40)." in said
    )
    assert "would in 90 %; the stated reasons agree less with the truth (F1 -0.20" in said
    assert "would in 64 %; the stated reasons are not shown to agree better" in said
    assert "higher in the right one in 80 % (95 % 70 to 90; chance 50), more often" in said
    assert "for what records confirmed in 91 % (95 % 82 to 95.9)" in said
    short = "in 94.1 % (95 % 93.6 to 94.6), which falls short of the promise"
    assert f"for what they never confirmed {short}" in said
    assert "For 12 % of all candidates both answers stay open, or neither does" in said
    table = next(f.value for f in shown_to(at, "analyst-1").dataframe if "Measure" in f.value)
    assert not [name for name in table["Measure"] if "reasons" in name or "conformal" in name]


def subheadings(page: AppTest) -> list[str]:
    return [str(one.value) for one in page.subheader]
