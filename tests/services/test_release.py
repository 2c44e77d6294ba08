"""Approve, stop and restart releases (duties T14, T27), on a real MLflow registry."""

import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import builders
import builders_raw as raw
import pytest
from builders import Home, key

from workbench.bootstrap import discover_models
from workbench.domain.account import Role
from workbench.domain.errors import BadInput, Conflict, NotAllowed, NotCleared, NotFound
from workbench.domain.log import EntryKind
from workbench.domain.release import AuditVerdict, Release, ReleaseStatus
from workbench.services import release
from workbench.store.registry import Registry

APPROVED = "The audit passed and the card is complete."
EXCUSE = "The gap is measured on synthetic people and is watched every week."
STOP = "Drift in the call records."


@pytest.fixture(scope="module")
def registered(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A registry with versions ties/2 (audit passed), ties/3 (failed), ties/4 (not audited)."""
    root = tmp_path_factory.mktemp("registry")
    registry = Registry(root)
    trainer = builders.home(tmp_path_factory.mktemp("people")).id_of("data-scientist")
    for number in (1, 2, 3, 4):
        _register(registry, root / "artifacts", trainer, number)
    registry.record_audit("ties", 2, verdict="pass", report={"verdict": "pass"})
    registry.record_audit("ties", 3, verdict="fail", report={"verdict": "fail"})
    return root


def _register(registry: Registry, artifacts: Path, trainer: str, number: int) -> None:
    with registry._mlflow() as mlflow:
        client = mlflow.MlflowClient()
        if number == 1:
            client.create_registered_model("ties")
            client.create_experiment("ties", artifact_location=str(artifacts))
        run = client.create_run(client.get_experiment_by_name("ties").experiment_id)
        tags = {"digest": builders.digest(f"ties/{number}"), "dataset": "small-world"}
        client.create_model_version(
            "ties", "runs:/none", run_id=run.info.run_id, tags=tags | {"trained_by": trainer}
        )


@pytest.fixture
def built(registered: Path, tmp_path: Path) -> Home:
    home = builders.home(tmp_path / "home")
    shutil.copy(registered / "mlflow.db", home.desk.home)
    return home


def approve(
    built: Home,
    version: str = "ties/2",
    *,
    name: str = "supervisor",
    reason: str = APPROVED,
    with_key: str = "",
) -> Release:
    return release.approve(built.desk, version, account=name, reason=reason, key=with_key or key())


@pytest.mark.slow
def test_an_audited_version_is_approved_by_a_supervisor_and_then_in_use(built: Home) -> None:
    made = approve(built)
    assert (made.id, made.digest, made.audit) == (
        "ties/2",
        builders.digest("ties/2"),
        AuditVerdict.PASS,
    )
    assert made.status is ReleaseStatus.IN_USE
    assert release.list_releases(built.desk)[0] == made
    assert builders.n_entries(built, EntryKind.RELEASE_PROMOTED) == 2


@pytest.mark.slow
def test_a_failed_audit_needs_an_excuse_in_words_t27(built: Home) -> None:
    for reason in ("", "ok", "..........."):
        with pytest.raises(BadInput, match="needs at least"):
            approve(built, "ties/3", reason=reason)
    made = approve(built, "ties/3", reason=EXCUSE)
    assert (made.audit, made.reason) == (AuditVerdict.FAIL, EXCUSE)


@pytest.mark.slow
def test_no_release_without_an_audit_t27(built: Home) -> None:
    with pytest.raises(NotCleared, match="was not audited"):
        approve(built, "ties/4")
    assert builders.refusals(built) == [
        ("approve_release", "not_cleared", built.id_of("supervisor"))
    ]


@pytest.mark.slow
def test_no_release_of_what_learned_from_data_without_an_accepted_data_audit_t4(
    built: Home,
) -> None:
    """The acceptance is taken away, as a database's owner could."""
    raw.execute(
        raw.path(built),
        "DROP TRIGGER dataset_acceptance_is_never_deleted",
        "DELETE FROM dataset_acceptance",
    )
    with pytest.raises(NotCleared, match="small-world was not accepted"):
        approve(built)
    assert [made.id for made in release.list_releases(built.desk)] == [builders.RELEASE]


@pytest.mark.slow
def test_nobody_approves_what_they_trained(built: Home) -> None:
    builders.change(built, "data-scientist", Role.SUPERVISOR)
    with pytest.raises(NotAllowed, match="another supervisor approves"):
        approve(built, name="data-scientist")


@pytest.mark.parametrize(
    "name", ["analyst-1", "data-scientist", "auditor", "administrator", "operator"]
)
def test_only_supervisors_approve(tmp_path: Path, name: str) -> None:
    built = builders.home(tmp_path)
    with pytest.raises(NotAllowed, match="may not approve a release"):
        approve(built, name=name)


@pytest.mark.slow
def test_the_same_key_gives_the_same_release_and_other_words_are_refused(built: Home) -> None:
    first = approve(built, with_key="form-1")
    again = approve(built, with_key="form-1")
    assert (again.id, again.approved_at) == (first.id, first.approved_at)
    with pytest.raises(Conflict, match="in other words"):
        approve(built, reason=EXCUSE, with_key="form-1")
    with pytest.raises(Conflict, match="in other words"):
        approve(built, "ties/3", with_key="form-1")
    with pytest.raises(Conflict, match="approved already"):
        approve(built)
    assert builders.n_entries(built, EntryKind.RELEASE_PROMOTED) == 2


@pytest.mark.slow
def test_proposed_are_the_registered_versions_that_nobody_approved(built: Home) -> None:
    definition = next(iter(discover_models()[0].values()))
    desk = replace(built.desk, models={"ties": definition, "another": definition})
    approve(built)
    assert [(p.release, p.audit) for p in release.proposed(desk)] == [
        ("ties/3", AuditVerdict.FAIL),
        ("ties/4", None),
    ]


@pytest.mark.slow
def test_an_unregistered_version_cannot_be_approved(built: Home) -> None:
    with pytest.raises(NotFound, match="no version 9"):
        approve(built, "ties/9")


@pytest.mark.parametrize("name", ["", "ties", "ties/", "ties/x", "ties/²"])
def test_a_release_is_named_by_model_and_version(tmp_path: Path, name: str) -> None:
    built = builders.home(tmp_path)
    with pytest.raises(BadInput, match="<model>/<version>"):
        approve(built, name)


# Stop and restart


@pytest.mark.parametrize("name", ["analyst-1", "supervisor", "data-scientist", "auditor"])
def test_whoever_works_with_a_model_may_stop_it_t14(tmp_path: Path, name: str) -> None:
    built = builders.home(tmp_path)
    stopped = release.suspend(built.desk, builders.RELEASE, account=name, reason=STOP)
    assert stopped.status is ReleaseStatus.SUSPENDED
    assert release.in_use(built.desk, "ties") is None
    again = release.suspend(built.desk, builders.RELEASE, account=name, reason=STOP)
    assert again == stopped
    assert builders.n_entries(built, EntryKind.RELEASE_SUSPENDED) == 1


def test_a_stopped_release_puts_no_finding_forward_t14(tmp_path: Path) -> None:
    built = builders.home(tmp_path)
    release.suspend(built.desk, builders.RELEASE, account="auditor", reason=STOP)
    with pytest.raises(NotCleared, match="release is in use"):
        builders.seal(built)


def test_a_stopped_release_hands_over_to_no_older_one_t14(tmp_path: Path) -> None:
    built = builders.home(tmp_path)
    newer = builders.add_release(built, "ties/2")
    assert release.in_use(built.desk, "ties") == newer
    release.suspend(built.desk, "ties/2", account="auditor", reason=STOP)
    assert release.in_use(built.desk, "ties") is None


def test_another_supervisor_than_who_stopped_it_restarts_t14(tmp_path: Path) -> None:
    built = builders.home(tmp_path)
    release.suspend(built.desk, builders.RELEASE, account="supervisor", reason=STOP)
    attempts: dict[str, Callable[[str], Release]] = {
        name: lambda who: release.restart(built.desk, builders.RELEASE, account=who, reason=STOP)
        for name in ("supervisor", "analyst-1", "data-scientist", "auditor")
    }
    for name, attempt in attempts.items():
        with pytest.raises(NotAllowed):
            attempt(name)
    restarted = release.restart(
        built.desk, builders.RELEASE, account="supervisor-2", reason="The drift was explained."
    )
    assert restarted.status is ReleaseStatus.IN_USE
    assert len(builders.refusals(built)) == 4


def test_a_retired_release_stays_retired(tmp_path: Path) -> None:
    built = builders.home(tmp_path)
    retired = release.retire(built.desk, builders.RELEASE, account="supervisor", reason=STOP)
    assert retired.status is ReleaseStatus.RETIRED
    for change, name in ((release.restart, "supervisor-2"), (release.suspend, "auditor")):
        with pytest.raises(NotCleared, match="retired for good"):
            change(built.desk, builders.RELEASE, account=name, reason=STOP)


def test_a_stop_has_a_reason_in_words_that_the_log_commits_to(tmp_path: Path) -> None:
    built = builders.home(tmp_path)
    with pytest.raises(BadInput, match="needs at least"):
        release.suspend(built.desk, builders.RELEASE, account="auditor", reason="")
    release.suspend(built.desk, builders.RELEASE, account="auditor", reason=STOP)
    with built.desk.database.read() as connection:
        bodies = [entry.body for entry in built.desk.log.entries(connection)]
    assert not any(STOP.encode() in body for body in bodies)


def test_an_administrator_stops_nothing(tmp_path: Path) -> None:
    built = builders.home(tmp_path)
    with pytest.raises(NotAllowed, match="may not stop a model"):
        release.suspend(built.desk, builders.RELEASE, account="administrator", reason=STOP)
