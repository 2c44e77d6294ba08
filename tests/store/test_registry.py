"""Runs, versions and artifacts on a real MLflow store."""

import hashlib
import pickle
import shutil
import sqlite3
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from builders_modelling import Toy, sample, settled
from builders_web import TestClient

from workbench.analysis.fitted_model import FittedModel
from workbench.domain.errors import BadInput, CheckFailed, NotFound
from workbench.store.artifact import TRUSTED, dumped, undumped
from workbench.store.environment import environment_here
from workbench.store.registry import SERVED, Compared, Registry, Training

pytestmark = pytest.mark.slow


class Named(Toy):
    """What `load` asks of a definition."""

    name = "toy"


@pytest.fixture(scope="module")
def fitted() -> dict[str, FittedModel]:
    return settled(sample(seed=1), sample(seed=2), seed=3)


def training(fitted: Mapping[str, FittedModel], taken: str) -> Training:
    return Training(
        model="toy",
        dataset="small",
        dataset_sha256="ab" * 32,
        seed=3,
        account="P-TRAINER",
        card="# Toy",
        parameters={"train_candidates": 400},
        measures={"auc": 0.75, "f1": float("nan")},
        compared=[
            Compared(name=n, estimator=f.estimator, parameters={"C": 1.0}, measures={"auc": 0.7})
            for n, f in fitted.items()
        ],
        fitted=fitted[taken],
        example=sample(seed=1).features.head(20),
        tables={"reliability": pd.DataFrame({"said": [0.1], "seen": [0.2]})},
    )


@pytest.fixture(scope="module")
def registry(
    tmp_path_factory: pytest.TempPathFactory, fitted: dict[str, FittedModel]
) -> tuple[Registry, str]:
    made = Registry(tmp_path_factory.mktemp("home"))
    return made, made.log_training(training(fitted, "gradient_boosting"))


def root(registry: tuple[Registry, str]) -> Path:
    return registry[0]._root


def query(registry: tuple[Registry, str], sql: str) -> list[tuple[Any, ...]]:
    with sqlite3.connect(root(registry) / "mlflow.db") as connection:
        found = connection.execute(sql).fetchall()
    connection.close()
    return found


def test_a_run_records_what_it_came_from(registry: tuple[Registry, str]) -> None:
    run = registry[0].run(registry[1])
    assert (run.model, run.dataset, run.dataset_sha256) == ("toy", "small", "ab" * 32)
    assert (run.seed, run.trained_by) == (3, "P-TRAINER")
    assert run.measures["auc"] == 0.75
    assert "f1" not in run.measures  # not a number
    assert run.parameters["taken"] == "gradient_boosting"
    tags = dict(query(registry, f"SELECT key, value FROM tags WHERE run_uuid = '{registry[1]}'"))
    assert tags["version.scikit-learn"] == environment_here()["scikit-learn"]
    assert "commit" in tags


def test_what_was_compared_stands_in_nested_runs_with_their_models(
    registry: tuple[Registry, str],
) -> None:
    nested = query(
        registry,
        "SELECT r.name FROM runs r JOIN tags t ON t.run_uuid = r.run_uuid "
        f"WHERE t.key = 'mlflow.parentRunId' AND t.value = '{registry[1]}'",
    )
    assert sorted(name for (name,) in nested) == ["gradient_boosting", "logistic_regression"]
    kept = [p.parent for p in (root(registry) / "artifacts").rglob("MLmodel")]
    assert len(kept) == 2
    for folder in kept:
        assert "skops" in (folder / "MLmodel").read_text()
        assert "signature" in (folder / "MLmodel").read_text()
        assert (folder / "input_example.json").exists()
        assert not list(folder.rglob("*.pkl"))


def test_the_dataset_is_an_input_with_its_digest(registry: tuple[Registry, str]) -> None:
    assert query(registry, "SELECT name, digest FROM datasets") == [("small", ("ab" * 32)[:36])]


def test_card_and_tables_are_kept_with_the_run(registry: tuple[Registry, str]) -> None:
    folder = root(registry) / "artifacts" / "toy" / registry[1] / "artifacts"
    assert (folder / "card.md").read_text() == "# Toy"
    assert (folder / "reliability.csv").read_text().splitlines() == ["said,seen", "0.1,0.2"]


def test_a_home_that_was_copied_keeps_its_new_runs_itself(
    registry: tuple[Registry, str], fitted: dict[str, FittedModel], tmp_path: Path
) -> None:
    original = registry[0]._root
    shutil.copytree(original, tmp_path / "copy")
    copied = Registry(tmp_path / "copy")
    run_id = copied.log_training(training(fitted, "logistic_regression"))
    assert (tmp_path / "copy/artifacts/toy" / run_id / "artifacts" / SERVED).is_file()
    assert not (original / "artifacts/toy" / run_id).exists()


def test_a_run_is_registered_once(registry: tuple[Registry, str]) -> None:
    version = registry[0].register(registry[1])
    assert registry[0].register(registry[1]) == version
    assert (version.id, version.trained_by, version.dataset) == ("toy/1", "P-TRAINER", "small")
    assert version.digest == registry[0].run(registry[1]).digest


def test_what_is_loaded_by_its_digest_says_the_same(
    registry: tuple[Registry, str], fitted: dict[str, FittedModel]
) -> None:
    run = registry[0].run(registry[1])
    loaded = Registry(root(registry)).load(Named(), run_id=run.id, digest=run.digest)
    rows = sample(seed=5).features
    assert (loaded.probability(rows) == fitted["gradient_boosting"].probability(rows)).all()
    assert loaded.explain(rows.head(1)) == fitted["gradient_boosting"].explain(rows.head(1))


def test_another_digest_than_the_files_is_refused(registry: tuple[Registry, str]) -> None:
    with pytest.raises(CheckFailed, match="was changed"):
        Registry(root(registry)).load(Named(), run_id=registry[1], digest="0" * 64)


def test_a_changed_file_is_refused(
    registry: tuple[Registry, str], fitted: dict[str, FittedModel], tmp_path: Path
) -> None:
    other = Registry(tmp_path)
    run_id = other.log_training(training(fitted, "logistic_regression"))
    digest = other.run(run_id).digest
    path = tmp_path / "artifacts" / "toy" / run_id / "artifacts" / SERVED
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(bytes(content))
    with pytest.raises(CheckFailed, match="was changed"):
        other.load(Named(), run_id=run_id, digest=digest)
    path.unlink()
    with pytest.raises(NotFound, match="keeps no file"):
        other.load(Named(), run_id=run_id, digest=digest)


def test_a_pickle_under_the_right_digest_is_not_opened(
    registry: tuple[Registry, str], tmp_path: Path
) -> None:
    content = pickle.dumps({"kind": "feature_model/1"})
    path = tmp_path / "artifacts" / "toy" / "run" / "artifacts" / SERVED
    path.parent.mkdir(parents=True)
    path.write_bytes(content)
    with pytest.raises(CheckFailed, match="not readable"):
        Registry(tmp_path).load(Named(), run_id="run", digest=hashlib.sha256(content).hexdigest())


def test_a_type_that_is_not_on_the_list_is_neither_kept_nor_loaded(
    fitted: dict[str, FittedModel],
) -> None:
    import skops.io

    class Odd:
        def state(self) -> dict[str, Any]:
            return {"kind": "odd", "path": Path("x")}

    with pytest.raises(BadInput, match="not trusted"):
        dumped(Odd())
    with pytest.raises(CheckFailed, match="not trusted"):
        undumped(skops.io.dumps({"path": Path("x")}))


def test_the_list_of_trusted_types_is_two_long() -> None:
    assert len(TRUSTED) == 2


def test_mlflow_may_open_no_pickle_and_reports_to_nobody(registry: tuple[Registry, str]) -> None:
    import os

    assert os.environ["MLFLOW_ALLOW_PICKLE_DESERIALIZATION"] == "false"
    assert os.environ["MLFLOW_DISABLE_TELEMETRY"] == "true"
    assert os.environ["DO_NOT_TRACK"] == "true"


def test_an_audit_is_kept_with_its_version_under_its_digest(
    registry: tuple[Registry, str],
) -> None:
    store = registry[0]
    number = store.register(registry[1]).number
    assert store.audit_of("toy", number) == {}
    digest = store.record_audit("toy", number, verdict="fail", report={"n": 3})
    assert store.audit_of("toy", number) == {"verdict": "fail", "digest": digest}
    assert store.audit_report(digest) == {"n": 3}
    assert store.version("toy", number).audit_verdict == "fail"
    kept = root(registry) / "audits" / f"{digest}.json"
    kept.write_bytes(b'{"n": 4}')
    with pytest.raises(CheckFailed, match="it was changed"):
        store.audit_report(digest)
    kept.unlink()
    with pytest.raises(NotFound, match="audit the version here"):
        store.audit_report(digest)


def test_what_is_not_there_is_said_so(registry: tuple[Registry, str]) -> None:
    with pytest.raises(NotFound, match="no run nothing"):
        registry[0].run("nothing")
    with pytest.raises(NotFound, match="no version 9"):
        registry[0].version("toy", 9)
    assert registry[0].runs("unknown") == ()


def test_the_latest_run_comes_first(registry: tuple[Registry, str]) -> None:
    assert [r.id for r in registry[0].runs("toy")] == [registry[1]]


def test_mlflows_own_server_shows_the_same_runs(registry: tuple[Registry, str]) -> None:
    client = TestClient(registry[0].tracking_app(), base_url="http://localhost")
    assert client.get("/health").status_code == 200
    found = client.get(f"/api/2.0/mlflow/runs/get?run_id={registry[1]}").json()
    assert found["run"]["info"]["run_name"] == "toy on small"
    listed = client.get(f"/api/2.0/mlflow/artifacts/list?run_id={registry[1]}").json()
    assert "card.md" in [file["path"] for file in listed["files"]]
