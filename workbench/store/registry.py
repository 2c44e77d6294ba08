"""Training runs and registered versions: the only file that knows MLflow.

Runs, measures and registered versions lie in ``mlflow.db``, files under ``artifacts/``. What is
served is our own ``fitted.skops``: it is loaded by its digest alone, with our own list of trusted
types, never through MLflow, whose loading takes the list from the model's own file.
"""

import hashlib
import json
import logging
import os
import warnings
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import Any

import pandas as pd
from sqlalchemy import create_engine, text

from workbench.analysis.modelling import Fitted, ModelDefinition
from workbench.domain.errors import CheckFailed, NotFound, Unavailable
from workbench.store.artifact import TRUSTED, dumped, undumped
from workbench.store.environment import commit, environment_here, packages_here

SERVED = "served/fitted.skops"
_ENVIRONMENT = {
    "MLFLOW_DISABLE_TELEMETRY": "true",
    "DO_NOT_TRACK": "true",
    "MLFLOW_ALLOW_PICKLE_DESERIALIZATION": "false",
    "MLFLOW_ENABLE_ARTIFACTS_PROGRESS_BAR": "false",
    "MLFLOW_SERVER_ENABLE_JOB_EXECUTION": "false",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """One estimator that was compared: a nested run."""

    name: str
    estimator: Any
    parameters: Mapping[str, Any]
    measures: Mapping[str, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Training:
    """All that a training run records. `fitted` is what was taken, `example` a few input rows.

    `tables` are written as CSV beside it (reliability and the like), by name without ending;
    `files` as they are, by name, each with its digest in a tag.
    """

    model: str
    dataset: str
    dataset_sha256: str
    seed: int
    account: str
    card: str
    parameters: Mapping[str, Any]
    measures: Mapping[str, float]
    compared: Sequence[Compared]
    fitted: Fitted
    example: pd.DataFrame
    tables: Mapping[str, pd.DataFrame]
    files: Mapping[str, bytes] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """A finished training run. `digest` is the SHA-256 of what it would serve, `experiment` the
    id under which MLflow lists it."""

    id: str
    experiment: str
    model: str
    dataset: str
    dataset_sha256: str
    digest: str
    seed: int
    trained_by: str
    trained_at: datetime
    parameters: Mapping[str, str]
    measures: Mapping[str, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Version:
    """A registered version, proposed for release. Audit fields are empty until it was audited."""

    model: str
    number: int
    run_id: str
    digest: str
    dataset: str
    trained_by: str
    registered_at: datetime
    audit_verdict: str
    audit_digest: str

    @property
    def id(self) -> str:
        """As proposed for release: ``<model>/<number>``."""
        return f"{self.model}/{self.number}"


class Registry:
    """The registry of the home at `root`. MLflow is imported at first use (some seconds)."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._artifacts = root / "artifacts"
        self._audits = root / "audits"
        shared = os.environ.get("MLFLOW_TRACKING_URI", "")  # MLflow writes its own choice there too
        local = f"sqlite:///{root / 'mlflow.db'}"
        self._uri = shared if shared.startswith(("http:", "https:")) else local
        self._loaded: dict[str, Fitted] = {}

    # Training

    def log_training(self, training: Training) -> str:
        """Record a run with a nested run for each compared estimator; returns the run's id."""
        content = dumped(training.fitted)
        digest = hashlib.sha256(content).hexdigest()
        with self._mlflow() as mlflow:
            self._experiment(mlflow, training.model)
            with mlflow.start_run(run_name=f"{training.model} on {training.dataset}") as run:
                self._log_source(mlflow, training, digest)
                for compared in training.compared:
                    self._log_compared(mlflow, training, compared)
                self._log_files(mlflow, training, content)
                return str(run.info.run_id)

    def _experiment(self, mlflow: Any, model: str) -> None:
        found = mlflow.get_experiment_by_name(model)
        place = str(self._artifacts / model) if self._is_local else None
        if found is None:
            mlflow.create_experiment(model, artifact_location=place)
        elif place and found.artifact_location != place:
            self._keep_here(found.experiment_id, place)
        mlflow.set_experiment(model)

    def _keep_here(self, experiment: str, place: str) -> None:
        """MLflow remembers absolute paths: in a home that was copied or moved, new runs would be
        written to where it was."""
        engine = create_engine(self._uri)
        with engine.begin() as connection:
            connection.execute(
                text("UPDATE experiments SET artifact_location = :place WHERE experiment_id = :id"),
                {"place": place, "id": experiment},
            )
        engine.dispose()

    def _log_source(self, mlflow: Any, training: Training, digest: str) -> None:
        given = {"seed": training.seed, "taken": training.fitted.estimator_name}
        given |= {"threshold": training.fitted.threshold, "dataset": training.dataset}
        mlflow.log_params(given | dict(training.parameters))
        mlflow.log_metrics({k: v for k, v in training.measures.items() if v == v})
        tags = {"model": training.model, "digest": digest, "trained_by": training.account}
        tags |= {"dataset": training.dataset, "dataset_sha256": training.dataset_sha256}
        tags |= {f"version.{k}": v for k, v in environment_here().items()}
        mlflow.set_tags(tags | {"commit": commit()})
        source = mlflow.data.from_pandas(
            training.example,
            source=f"datasets/{training.dataset}",
            name=training.dataset,
            digest=training.dataset_sha256[:36],  # MLflow keeps no more; the tag has all 64
        )
        mlflow.log_input(source, context="training")

    def _log_compared(self, mlflow: Any, training: Training, compared: Compared) -> None:
        with mlflow.start_run(run_name=compared.name, nested=True):
            mlflow.log_params(dict(compared.parameters))
            mlflow.log_metrics({k: v for k, v in compared.measures.items() if v == v})
            mlflow.set_tags({"model": training.model, "digest": "", "nested": "true"})
            if compared.estimator is None:
                return
            rows = training.example
            said = compared.estimator.predict_proba(rows.to_numpy())
            logged = mlflow.sklearn.log_model(
                compared.estimator,
                name=compared.name,
                signature=mlflow.models.infer_signature(rows, said),
                input_example=rows.head(3),
                pip_requirements=[f"{p}=={v}" for p, v in packages_here().items()],
                skops_trusted_types=list(TRUSTED),
                pyfunc_predict_fn="predict_proba",
            )
        if compared.name == training.fitted.estimator_name:
            mlflow.set_tag("logged_model", logged.model_uri)

    def log_experiment(
        self,
        run_id: str,
        *,
        name: str,
        parameters: Mapping[str, Any],
        parts: Sequence[Compared],
        files: Mapping[str, str],
    ) -> str:
        """Record what was tried on a training run, as a run under it with one for each part.

        It serves nothing, so it is no training run and cannot be registered; `files` are texts by
        name. Returns its id.
        """
        known = self.run(run_id)
        tags = {"model": known.model, "digest": "", "nested": "true", "commit": commit()}
        with self._mlflow() as mlflow:
            self._experiment(mlflow, known.model)
            with mlflow.start_run(run_name=name, parent_run_id=run_id) as run:
                mlflow.log_params(dict(parameters))
                mlflow.set_tags(tags | {f"version.{k}": v for k, v in environment_here().items()})
                for file, text in files.items():
                    mlflow.log_text(text, file)
                for part in parts:
                    with mlflow.start_run(run_name=part.name, nested=True):
                        mlflow.log_params(dict(part.parameters))
                        mlflow.log_metrics(dict(part.measures))
                        mlflow.set_tags(tags)
                return str(run.info.run_id)

    def _log_files(self, mlflow: Any, training: Training, content: bytes) -> None:
        folder, name = SERVED.split("/")
        draft = self._root / f".draft-{os.getpid()}"
        draft.mkdir(parents=True, exist_ok=True)
        try:
            (draft / name).write_bytes(content)
            mlflow.log_artifact(str(draft / name), folder)
        finally:
            (draft / name).unlink(missing_ok=True)
            draft.rmdir()
        mlflow.log_text(training.card, "card.md")
        for table, frame in training.tables.items():
            mlflow.log_text(frame.to_csv(index=False), f"{table}.csv")
        for name, said in training.files.items():
            mlflow.log_text(said.decode(), name)
            mlflow.set_tag(f"digest.{name}", hashlib.sha256(said).hexdigest())

    # Registering

    def register(self, run_id: str) -> Version:
        """Make a run a registered version, proposed for release. Once registered it stays so.

        Raises
        ------
        NotFound
            When there is no such run, or it serves nothing.
        """
        run = self.run(run_id)
        for known in self.versions(run.model):
            if known.run_id == run_id:
                return known
        with self._mlflow() as mlflow:
            client = mlflow.MlflowClient()
            if not client.search_registered_models(f"name = '{run.model}'"):
                client.create_registered_model(run.model)
            tags = {"digest": run.digest, "dataset": run.dataset, "trained_by": run.trained_by}
            source = client.get_run(run_id).data.tags.get("logged_model", f"runs:/{run_id}/served")
            made = client.create_model_version(run.model, source, run_id=run_id, tags=tags)
            return _version(client.get_model_version(run.model, made.version))

    def record_audit(
        self, model: str, number: int, *, verdict: str, report: Mapping[str, Any]
    ) -> str:
        """Keep an audit in the home and tag the version; returns the digest.

        The digest is the SHA-256 of the report as canonical JSON, kept as ``audits/<digest>.json``.
        MLflow has verdict and digest alone: what lies there can be taken without the log knowing.
        """
        content = json.dumps(report, sort_keys=True, ensure_ascii=False, allow_nan=False).encode()
        digest = hashlib.sha256(content).hexdigest()
        self.version(model, number)  # raises where there is none
        self._audits.mkdir(mode=0o700, parents=True, exist_ok=True)
        part = self._audits / f".{digest}.json"
        part.write_bytes(content)
        part.replace(self._audits / f"{digest}.json")
        with self._mlflow() as mlflow:
            client = mlflow.MlflowClient()
            client.set_model_version_tag(model, str(number), "audit_verdict", verdict)
            client.set_model_version_tag(model, str(number), "audit_digest", digest)
        return digest

    def audit_of(self, model: str, number: int) -> dict[str, str]:
        """``verdict`` and ``digest`` of the version's latest audit; empty where none was made."""
        version = self.version(model, number)
        if not version.audit_digest:
            return {}
        return {"verdict": version.audit_verdict, "digest": version.audit_digest}

    def audit_report(self, digest: str) -> dict[str, Any]:
        """The audit with this digest, checked against it.

        Raises
        ------
        NotFound, CheckFailed
            When it is not there, or is another than the digest says.
        """
        path = self._audits / f"{digest}.json"
        if not path.is_file():
            raise NotFound(f"Audit {digest[:12]} is not kept in this home; audit the version here.")
        return dict(json.loads(_same(path.read_bytes(), digest, f"Audit {digest[:12]}")))

    def file_of(self, model: str, run_id: str, name: str) -> bytes | None:
        """One of a run's `files`, checked against its digest; None where the run kept none.

        Raises
        ------
        NotFound, CheckFailed
            When it is gone, or is another than the digest says.
        """
        with self._mlflow() as mlflow:
            digest = mlflow.MlflowClient().get_run(run_id).data.tags.get(f"digest.{name}", "")
        return self._checked(model, run_id, name, digest) if digest else None

    # Looking up

    def add_measures(self, run_id: str, measures: Mapping[str, float]) -> None:
        """Add measures that came later to a run; those that are not a number are left out."""
        with self._mlflow() as mlflow:
            client = mlflow.MlflowClient()
            for name, value in measures.items():
                if value == value:
                    client.log_metric(run_id, name, value)

    def versions(self, model: str) -> tuple[Version, ...]:
        """Registered versions of a model, oldest first."""
        with self._mlflow() as mlflow:
            found = mlflow.MlflowClient().search_model_versions(f"name = '{model}'")
            return tuple(sorted((_version(v) for v in found), key=lambda v: v.number))

    def version(self, model: str, number: int) -> Version:
        """One registered version; raises NotFound when there is none."""
        for found in self.versions(model):
            if found.number == number:
                return found
        raise NotFound(f"There is no version {number} of {model}; register a run first.")

    def run(self, run_id: str) -> Run:
        """A training run; raises NotFound when there is none, or it is a nested one."""
        with self._mlflow() as mlflow:
            try:
                found = mlflow.MlflowClient().get_run(run_id)
            except mlflow.exceptions.MlflowException as error:
                raise NotFound(f"There is no run {run_id}; train a model first.") from error
        if not found.data.tags.get("digest"):
            raise NotFound(f"Run {run_id} serves nothing; name the run that training returned.")
        return _run(found)

    def runs(self, model: str) -> tuple[Run, ...]:
        """Training runs of a model that serve something, latest first."""
        with self._mlflow() as mlflow:
            experiment = mlflow.get_experiment_by_name(model)
            if experiment is None:
                return ()
            found = mlflow.MlflowClient().search_runs(
                [experiment.experiment_id], "tags.digest != '' AND status = 'FINISHED'"
            )
            return tuple(_run(r) for r in found)

    # Loading

    def load(self, model: ModelDefinition, *, run_id: str, digest: str) -> Fitted:
        """The fitted model whose file has this digest, kept in memory once loaded.

        Raises
        ------
        NotFound
            When the run's file is gone.
        CheckFailed
            When its bytes have another digest, or hold a type that is not on our list.
        """
        if digest not in self._loaded:
            content = self._checked(model.name, run_id, SERVED, digest)
            self._loaded[digest] = model.restore(undumped(content))
        return self._loaded[digest]

    def _checked(self, model: str, run_id: str, name: str, digest: str) -> bytes:
        return _same(self._file(model, run_id, name), digest, f"The file {name} of run {run_id}")

    def _file(self, model: str, run_id: str, name: str) -> bytes:
        if self._is_local:
            path = self._artifacts / model / run_id / "artifacts" / name
        else:
            with self._mlflow() as mlflow:
                path = Path(mlflow.artifacts.download_artifacts(run_id=run_id, artifact_path=name))
        if not path.is_file():
            raise NotFound(
                f"Run {run_id} keeps no file {name} any more; restore it from a backup. Another "
                "training makes another file."
            )
        return path.read_bytes()

    @property
    def _is_local(self) -> bool:
        return self._uri.startswith("sqlite:")

    # MLflow

    @contextmanager
    def _mlflow(self) -> Iterator[Any]:
        """MLflow, pointed at this home's store; what it warns about within itself is left out."""
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            mlflow = self._module
            mlflow.set_tracking_uri(self._uri)
            mlflow.set_registry_uri(self._uri)
            yield mlflow

    def warm(self) -> None:
        """Load MLflow, and open the store where there is one, before anybody asks for it."""
        with self._mlflow() as mlflow:
            if not self._is_local or (self._root / "mlflow.db").exists():
                mlflow.MlflowClient().search_registered_models(max_results=1)

    @cached_property
    def _module(self) -> Any:
        os.environ.update(_ENVIRONMENT)
        import mlflow
        import mlflow.data
        import mlflow.sklearn

        logging.getLogger("mlflow").setLevel(logging.ERROR)
        logging.getLogger("alembic").setLevel(logging.ERROR)
        return mlflow

    def tracking_app(self) -> Any:
        """The ASGI application of MLflow's own server on this home's store.

        It has no sign-in: mount it behind ours, reading only. One home per process.
        """
        if not self._is_local:
            raise Unavailable(
                "MLFLOW_TRACKING_URI points to a shared server; open that one in the browser."
            )
        with self._mlflow() as mlflow:
            mlflow.search_experiments(max_results=1)  # makes the store
            os.environ["_MLFLOW_SERVER_FILE_STORE"] = self._uri
            os.environ["_MLFLOW_SERVER_REGISTRY_STORE"] = self._uri
            os.environ["_MLFLOW_SERVER_ARTIFACT_ROOT"] = str(self._artifacts)
            os.environ["_MLFLOW_SERVER_ARTIFACT_DESTINATION"] = str(self._artifacts)
            os.environ["_MLFLOW_SERVER_SERVE_ARTIFACTS"] = "false"
            from mlflow.server.fastapi_app import create_fastapi_app

            return create_fastapi_app()


def _same(content: bytes, digest: str, what: str) -> bytes:
    """`content` itself; raises CheckFailed when it has another digest."""
    found = hashlib.sha256(content).hexdigest()
    if found != digest:
        raise CheckFailed(
            f"{what} has digest {found[:12]}, not {digest[:12]}; it was changed, so it is not "
            "used. Restore it from a backup; made again, it is another file."
        )
    return content


def _run(found: Any) -> Run:
    tags, data = found.data.tags, found.data
    return Run(
        id=found.info.run_id,
        experiment=found.info.experiment_id,
        model=tags["model"],
        dataset=tags["dataset"],
        dataset_sha256=tags["dataset_sha256"],
        digest=tags["digest"],
        seed=int(data.params["seed"]),
        trained_by=tags["trained_by"],
        trained_at=datetime.fromtimestamp(found.info.start_time / 1000, UTC),
        parameters=dict(data.params),
        measures=dict(data.metrics),
    )


def _version(found: Any) -> Version:
    return Version(
        model=found.name,
        number=int(found.version),
        run_id=found.run_id,
        digest=found.tags["digest"],
        dataset=found.tags["dataset"],
        trained_by=found.tags["trained_by"],
        registered_at=datetime.fromtimestamp(found.creation_timestamp / 1000, UTC),
        audit_verdict=found.tags.get("audit_verdict", ""),
        audit_digest=found.tags.get("audit_digest", ""),
    )
