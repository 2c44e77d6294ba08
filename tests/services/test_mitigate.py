"""Mitigations compared on a run: logged, apart from what is served, by those who audit alone."""

import json
from dataclasses import replace
from pathlib import Path

import builders
import builders_training as world
import pytest
from builders import Home

from workbench.domain.account import Role
from workbench.domain.errors import BadInput, NotAllowed, NotCleared, NotFound
from workbench.domain.log import EntryKind
from workbench.services import mitigate, train
from workbench.services.mitigate import MitigationReport

pytestmark = pytest.mark.slow
LARGE = "large-world"


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Home:
    """A release is trained on twice as many people, so that groups are large enough to compare."""
    made = world.home(tmp_path_factory.mktemp("home"))
    world.add_world(made, LARGE, world.world(80, n_ties=420, name=LARGE))
    run = train.train(made.desk, world.MODEL, dataset=LARGE, seed=5, account="data-scientist")
    train.register(made.desk, run, account="data-scientist")
    return made


@pytest.fixture(scope="module")
def report(home: Home) -> MitigationReport:
    return asked(home)


def asked(home: Home, account: str = "auditor", **more: str) -> MitigationReport:
    given = {"dataset": LARGE, "by": "community"} | more
    return mitigate.mitigate(home.desk, world.MODEL, account=account, **given)


def entries(home: Home, kind: EntryKind) -> list[dict]:
    with home.desk.database.read() as connection:
        found = [row.fields for row in home.desk.log.entries(connection)]
    return [entry for entry in found if entry["kind"] == kind]


def test_it_is_measured_on_the_slice_that_training_tested_on(
    home: Home, report: MitigationReport
) -> None:
    run = home.desk.registry.runs(world.MODEL)[0]
    document = report.document
    assert (report.run, document["release_digest"]) == (run.id, run.digest)
    assert document["as_of"] == run.parameters["test_as_of"]
    for name, slice_ in document["slices"].items():
        assert slice_["candidates"] == int(run.parameters[f"{name}_candidates"])
        assert slice_["true"] == int(run.parameters[f"{name}_true"])
    nothing = document["methods"][0]["measures"]
    assert 1 - nothing["fnr"]["value"] == pytest.approx(run.measures["recall"])
    assert nothing["precision"]["value"] == pytest.approx(run.measures["precision"])


def test_the_read_of_sensitive_features_is_logged_with_its_need_before_t5(
    home: Home, report: MitigationReport
) -> None:
    with pytest.raises(BadInput, match="no sensitive feature weight; there are: community, sex"):
        asked(home, by="weight")
    read = entries(home, EntryKind.SENSITIVE_READ)[-1]  # even though nothing came of it
    assert (read["why"], read["dataset"]) == ("comparison of mitigations", LARGE)
    assert (read["run"], read["account"]) == (report.run, home.id_of("auditor"))


def test_the_log_carries_the_digest_of_the_figures(home: Home, report: MitigationReport) -> None:
    said = entries(home, EntryKind.AUDIT)[-1]
    assert said["what"] == f"mitigations of {world.MODEL} by community"
    assert (said["audit"], said["audit_digest"]) == ("compared", report.digest)


def test_nothing_of_the_experiment_can_be_registered_or_served_t5(
    home: Home, report: MitigationReport
) -> None:
    registry = home.desk.registry
    with registry._mlflow() as mlflow:
        client = mlflow.MlflowClient()
        experiment = client.get_experiment_by_name(world.MODEL).experiment_id
        every = client.search_runs([experiment])
        tried = [run for run in every if run.data.tags.get("mlflow.runName", "").startswith("miti")]
        parent = tried[-1]
        parts = [
            run for run in every if run.data.tags.get("mlflow.parentRunId") == parent.info.run_id
        ]
        files = {file.path for file in client.list_artifacts(parent.info.run_id)}
        assert parent.data.tags["mlflow.parentRunId"] == report.run
    pictures = {f"mitigation_{gap}.svg" for gap in report.pictures()}
    assert "mitigation_gap_fpr.svg" in files
    assert files == pictures  # sizes of groups stay in reports/
    assert {run.data.tags["mlflow.runName"] for run in parts} == {
        row["name"] for row in report.document["methods"]
    }
    for run in (parent, *parts):
        assert run.data.tags["digest"] == ""
        with pytest.raises(NotFound, match="serves nothing"):
            train.register(home.desk, run.info.run_id, account="data-scientist")
    assert len(registry.versions(world.MODEL)) == 1
    assert [run.id for run in registry.runs(world.MODEL)] == [report.run]
    metrics = next(r for r in parts if r.data.tags["mlflow.runName"] == "nothing").data.metrics
    for gap in report.pictures():
        assert metrics[gap] == report.document["methods"][0]["measures"][gap]["value"]


def test_methods_aim_at_what_the_audit_of_the_release_failed_on(tmp_path: Path) -> None:
    made = world.home(tmp_path / "home")
    world.add_world(made, LARGE, world.world(80, n_ties=420, name=LARGE))
    run = train.train(made.desk, world.MODEL, dataset=LARGE, seed=5, account="data-scientist")
    number = train.register(made.desk, run, account="data-scientist")
    failed = {"attribute": "community", "metric": "fpr", "verdict": "fail"}
    digest = made.desk.registry.record_audit(
        world.MODEL, number, verdict="fail", report={"tests": [failed]}
    )
    document = asked(made).document
    assert (document["audit"], document["failed"]) == (digest, ["fpr"])
    assert document["errors"] == ["fpr"]
    assert "its audit failed on that error" in document["sentence"]
    other = asked(made, by="sex").document
    assert (other["audit"], other["failed"]) == (digest, [])


def test_the_page_the_picture_and_the_figures_are_kept(
    home: Home, report: MitigationReport
) -> None:
    page = report.html_path.read_text()
    assert "An experiment, not for use" in page
    assert all(picture in page for picture in report.pictures().values())
    assert report.document["audit"] is None
    assert "none yet" in page  # its audit
    assert json.loads(report.json_path.read_text()) == json.loads(json.dumps(report.document))
    kept = [r for r in mitigate.comparisons(home.desk, account="analyst-1") if r.by == "community"]
    assert [one.digest for one in kept] == [report.digest]
    assert report.as_json()["report"] == f"reports/{report.html_path.name}"


def test_the_same_again_gives_the_same_figures(home: Home, report: MitigationReport) -> None:
    assert asked(home, run=report.run).digest == report.digest


@pytest.mark.parametrize("role", Role)
def test_those_who_audit_may_compare_and_nobody_else_t34(home: Home, role: Role) -> None:
    may = role in (Role.DATA_SCIENTIST, Role.AUDITOR, Role.OPERATOR)
    name = next((name for name, person in home.people.items() if person.role is role), "operator")
    before = len(entries(home, EntryKind.SENSITIVE_READ))
    if may:
        with pytest.raises(NotFound, match="There is no run unknown"):  # allowed, and then no run
            asked(home, account=name, run="unknown")
    else:
        with pytest.raises(NotAllowed):
            asked(home, account=name)
    assert len(entries(home, EntryKind.SENSITIVE_READ)) == before


def test_who_may_read_audits_may_read_comparisons_t34(home: Home) -> None:
    for name, person in home.people.items():
        if person.role is Role.ADMINISTRATOR:
            with pytest.raises(NotAllowed):
                mitigate.comparisons(home.desk, account=name)
        else:
            mitigate.comparisons(home.desk, account=name)


def test_an_unknown_model_or_another_dataset_is_refused(home: Home) -> None:
    desk = home.desk
    with pytest.raises(NotFound, match="no model nobody; there are: callers"):
        mitigate.mitigate(desk, "nobody", dataset=LARGE, by="sex", account="auditor")
    desk.datasets.write(
        "other-world", replace(world.world(), sha256=builders.digest("other-world"))
    )
    with pytest.raises(NotCleared, match="not accepted"):
        asked(home, dataset="other-world")


def test_a_run_is_compared_on_the_dataset_it_learnt_from(home: Home) -> None:
    with pytest.raises(BadInput, match=f"learnt from dataset {LARGE}"):
        asked(home, dataset=world.WORLD)


def test_a_model_that_was_never_trained_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(NotFound, match="workbench train callers"):
        asked(world.home(tmp_path / "home"), dataset=world.WORLD)
