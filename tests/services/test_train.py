"""Training on accepted data alone, logged, reproducible from its seed (duties T4, T7, T15)."""

from dataclasses import replace
from pathlib import Path

import builders
import builders_training as world
import pytest

from workbench.domain.errors import NotAllowed, NotCleared, NotFound
from workbench.domain.log import EntryKind
from workbench.services import train
from workbench.store.tables import dataset_acceptance

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> tuple[builders.Home, str, list[str]]:
    home = world.home(tmp_path_factory.mktemp("home"))
    said: list[str] = []
    run_id = train.train(
        home.desk,
        world.MODEL,
        dataset=world.WORLD,
        seed=5,
        account="data-scientist",
        progress=lambda text, share: said.append(f"{share:.0%} {text}"),
    )
    return home, run_id, said


def test_a_run_says_what_it_learnt_from_and_how_well(
    trained: tuple[builders.Home, str, list[str]],
) -> None:
    home, run_id, _ = trained
    run = home.desk.registry.run(run_id)
    assert run.trained_by == home.id_of("data-scientist")
    assert run.dataset_sha256 == builders.digest(world.WORLD)
    assert run.measures["auc"] > 0.8
    assert run.measures["auc_low"] < run.measures["auc"] < run.measures["auc_high"]
    assert (run.parameters["baseline"], run.parameters["baseline_sign"]) == ("calls", "1.0")
    assert "baseline_average_precision" in run.measures


def test_slices_follow_each_other_in_time(trained: tuple[builders.Home, str, list[str]]) -> None:
    said = trained[0].desk.registry.run(trained[1]).parameters
    assert said["train_as_of"] < said["train_until"] == said["calibrate_as_of"]
    assert said["calibrate_until"] == said["test_as_of"] < said["test_until"]


def test_training_is_logged_once(trained: tuple[builders.Home, str, list[str]]) -> None:
    assert builders.n_entries(trained[0], EntryKind.MODEL_TRAINED) == 1


def test_progress_is_told_from_start_to_end(
    trained: tuple[builders.Home, str, list[str]],
) -> None:
    assert trained[2][0].startswith("0%")
    assert trained[2][-1].startswith("100%")


def test_the_same_seed_gives_the_same_measures(
    trained: tuple[builders.Home, str, list[str]],
) -> None:
    desk = trained[0].desk
    again = train.train(desk, world.MODEL, dataset=world.WORLD, seed=5, account="data-scientist")
    one, other = desk.registry.run(trained[1]), desk.registry.run(again)
    assert one.measures == other.measures
    assert one.parameters == other.parameters


def test_a_run_becomes_a_version_proposed_for_release(
    trained: tuple[builders.Home, str, list[str]],
) -> None:
    desk = trained[0].desk
    number = train.register(desk, trained[1], account="data-scientist")
    assert desk.registry.version(world.MODEL, number).run_id == trained[1]


def test_registering_is_logged_once_with_who_and_what(tmp_path: Path) -> None:
    home = world.home_in_use(tmp_path)  # a run was trained and registered in it
    (version,) = home.desk.registry.versions(world.MODEL)
    train.register(home.desk, version.run_id, account="data-scientist")
    with home.desk.database.read() as connection:
        entries = [row.fields for row in home.desk.log.entries(connection)]
    (said,) = [e for e in entries if e["kind"] == "model_trained" and "what" in e]
    assert (said["what"], said["model"], said["version"]) == ("registered", world.MODEL, 1)
    assert said["run"] == version.run_id
    assert said["account"] == home.id_of("data-scientist")


def test_who_decides_may_neither_train_nor_register(
    trained: tuple[builders.Home, str, list[str]],
) -> None:
    desk = trained[0].desk
    for name in ("analyst-1", "supervisor", "auditor"):
        with pytest.raises(NotAllowed):
            train.train(desk, world.MODEL, dataset=world.WORLD, seed=5, account=name)
        with pytest.raises(NotAllowed):
            train.register(desk, trained[1], account=name)


def test_nothing_is_learnt_from_data_that_nobody_accepted(tmp_path: Path) -> None:
    home = world.home(tmp_path)
    desk = home.desk
    other = replace(world.world(), sha256=builders.digest("another delivery"))
    desk.datasets.write("not-accepted", other)
    with pytest.raises(NotCleared, match="not accepted"):
        train.train(desk, world.MODEL, dataset="not-accepted", seed=5, account="data-scientist")
    assert builders.n_entries(home, EntryKind.MODEL_TRAINED) == 0
    with desk.database.read() as connection:
        accepted = connection.execute(dataset_acceptance.select()).all()
    assert "not-accepted" not in [row.dataset for row in accepted]


def test_a_model_that_is_not_here_is_named(tmp_path: Path) -> None:
    with pytest.raises(NotFound, match="no model nothing; there are: callers"):
        train.train(world.home(tmp_path).desk, "nothing", dataset=world.WORLD, seed=5, account="x")
