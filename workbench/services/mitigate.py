"""Compare mitigations on a training run: what each would do to errors and to the gap.

An experiment by those who audit. It reads sensitive features, and says so in the log before it
does. Nothing that it learns is kept: its runs serve nothing and cannot be registered (duty T5).
"""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

from workbench.analysis.modelling import ModelDefinition, Sample
from workbench.domain.account import Account, Operation
from workbench.domain.errors import BadInput, NotFound
from workbench.domain.log import EntryKind
from workbench.store import accounts, findings, mitigation_reports
from workbench.store.acceptances import require_accepted
from workbench.store.desk import Desk
from workbench.store.mitigation_reports import MitigationReport

if TYPE_CHECKING:
    from workbench.domain.finding import Claim
    from workbench.store.registry import Run

__all__ = ["MitigationReport", "comparisons", "mitigate"]

Progress = Callable[[str, float], None]
_SLICES = ("train", "calibrate", "test")


def mitigate(
    desk: Desk,
    model: str,
    *,
    dataset: str,
    by: str,
    account: str,
    run: str | None = None,
    progress: Progress = lambda text, share: None,
) -> MitigationReport:
    """Compare mitigations by one sensitive feature, on the slices of time of a training run.

    Learnt on the run's training slice, thresholds from its calibration slice, measured on its
    test slice, what findings had asked about first left out of all three (duty T15). Where the
    run's audit failed by `by` on one error, methods aim at its gap. Logged into
    MLflow under the run, with pictures, and written to reports/.

    Parameters
    ----------
    by : str
        Name of a sensitive feature of the dataset.
    run : str, optional
        The latest training run of the model unless told.

    Raises
    ------
    NotFound
        When there is no such model or run.
    NotAllowed, NotCleared
        When the account may not audit, or nobody accepted the dataset.
    BadInput
        When the run learnt from another dataset, the feature is not there, or its groups are too
        small to compare.
    """
    if model not in desk.models:
        raise NotFound(f"There is no model {model}; there are: {', '.join(sorted(desk.models))}.")
    with desk.database.read() as connection:
        who = accounts.by_name(connection, account)
        who.require(Operation.AUDIT)
        require_accepted(connection, dataset, desk.datasets.sha256(dataset))
        claims, _ = findings.claims_of_model(connection, desk.vault, model)
    chosen = _run(desk, model, run, dataset)
    progress(f"{model}: candidates of the run's slices", 0.0)
    slices = _slices(desk, desk.models[model], chosen, claims)
    _log_sensitive_read(desk, chosen, who)
    progress(f"{model}: comparing mitigations by {by}", 0.3)
    document = _document(desk, desk.models[model], chosen, slices, by)
    report = mitigation_reports.keep(desk.home, document, now=desk.now())
    progress(f"{model}: writing the comparison to MLflow", 0.8)
    _track(desk, chosen, report)
    _log_comparison(desk, chosen, report, who)
    progress(f"{model}: mitigations compared by {by}", 1.0)
    return report


def comparisons(desk: Desk, *, account: str) -> tuple[MitigationReport, ...]:
    """The newest comparison of each run and sensitive feature, as it was written to reports/.

    Raises
    ------
    NotAllowed
        When the account may not read audits.
    CheckFailed
        When a report was changed after it was written.
    """
    with desk.database.read() as connection:
        accounts.by_name(connection, account).require(Operation.READ_MODELS)
    return mitigation_reports.kept(desk.home)


def _run(desk: Desk, model: str, run_id: str | None, dataset: str) -> "Run":
    if run_id is None:
        found = desk.registry.runs(model)
        if not found:
            raise NotFound(f"{model} was never trained here; run: workbench train {model}.")
        run = found[0]
    else:
        run = desk.registry.run(run_id)
    if run.model != model:
        raise NotFound(f"Run {run.id} is one of {run.model}, not of {model}; name another run.")
    if (run.dataset, run.dataset_sha256) != (dataset, desk.datasets.sha256(dataset)):
        raise BadInput(
            f"Run {run.id} learnt from dataset {run.dataset}; mitigations are compared on the "
            "slices that it learnt from, so name that dataset or another run.",
            code="dataset",
        )
    return run


def _slices(
    desk: Desk, definition: ModelDefinition, run: "Run", claims: "tuple[Claim, ...]"
) -> dict[str, Sample]:
    """The samples that training made, without what findings had asked about first."""
    from workbench.analysis.modelling import sample_at
    from workbench.analysis.prompted import prompted, without

    graph = desk.datasets.graph(run.dataset)
    found = {}
    for name in _SLICES:
        as_of, until = (
            datetime.fromisoformat(run.parameters[f"{name}_{of}"]) for of in ("as_of", "until")
        )
        whole = sample_at(definition, graph, as_of=as_of, until=until, seed=run.seed)
        asked = prompted(definition, graph, whole, claims, dataset=run.dataset)
        found[name] = without(whole, asked)
    return found


def _document(
    desk: Desk,
    definition: ModelDefinition,
    run: "Run",
    slices: Mapping[str, Sample],
    by: str,
) -> dict[str, Any]:
    from workbench.analysis.fairness import groups_of_candidates
    from workbench.analysis.mitigation import compare

    digest, failed = _failed(desk, run, by)
    sensitive = desk.datasets.sensitive(run.dataset)
    fitted = desk.registry.load(definition, run_id=run.id, digest=run.digest)
    groups = {
        name: groups_of_candidates(sample.people, sensitive, by, n=len(sample))
        for name, sample in slices.items()
    }
    return {
        "kind": "mitigation",
        "model": run.model,
        "title": definition.title,
        "unit": definition.unit,
        "run": run.id,
        "release_digest": run.digest,
        "estimator": fitted.estimator_name,
        "dataset": run.dataset,
        "dataset_sha256": run.dataset_sha256,
        "as_of": slices["test"].as_of.isoformat(),
        "until": slices["test"].until.isoformat(),
        "seed": run.seed,
        "audit": digest,
        **compare(fitted, slices, groups, by=by, seed=run.seed, failed=failed),
    }


def _failed(desk: Desk, run: "Run", by: str) -> tuple[str | None, tuple[str, ...]]:
    """Digest of the latest audit of the newest audited version of a run, and the errors on which it
    failed by one feature; None where no version of it was audited."""
    from workbench.analysis.mitigation import failed_errors

    made = [v for v in desk.registry.versions(run.model) if v.run_id == run.id and v.audit_digest]
    if not made:
        return None, ()
    digest = made[-1].audit_digest
    return digest, failed_errors(desk.registry.audit_report(digest), by)


def _track(desk: Desk, run: "Run", report: MitigationReport) -> None:
    """Into MLflow: a run under the training run, and one under it for each method.

    Figures over everybody, gaps and their pictures; sizes and rates of groups stay in reports/,
    since what lies in MLflow can be taken without the log knowing.
    """
    from workbench.analysis.mitigation_words import aim_of, audit_words
    from workbench.store.registry import Compared

    document = report.document
    desk.registry.log_experiment(
        run.id,
        name=f"mitigation by {report.by}",
        parameters={
            "by": report.by,
            "seed": run.seed,
            "dataset": run.dataset,
            "sentence": document["sentence"],
            "audit": audit_words(document),
            "aim": aim_of(document["errors"]),
            "test_candidates": document["slices"]["test"]["candidates"],
        },
        parts=[
            Compared(
                name=row["name"],
                estimator=None,
                parameters=row["parameters"]
                | {
                    name: row[name]
                    for name in ("label", "does", "reads", "draws_lots", "on_persons", "why")
                },
                measures=_flat(row["measures"]),
            )
            for row in document["methods"]
        ],
        files={f"mitigation_{gap}.svg": drawn for gap, drawn in report.pictures().items()},
    )


def _flat(measures: Mapping[str, Mapping[str, Any]]) -> dict[str, float]:
    """One number per key: value, difference, and the ends of both intervals."""
    found: dict[str, float] = {}
    for name, row in measures.items():
        for key, value in (("", row["value"]), ("_difference", row["difference"])):
            if value is not None:
                found[f"{name}{key}"] = value
        for key, ends in (("", row["interval"]), ("_difference", row["difference_interval"])):
            if ends is not None:
                found |= {f"{name}{key}_low": ends[0], f"{name}{key}_high": ends[1]}
    return found


def _log_sensitive_read(desk: Desk, run: "Run", who: Account) -> None:
    """Before the sensitive features are read: by whom, and what for."""
    said = {
        "dataset": run.dataset,
        "what": "sensitive features",
        "why": "comparison of mitigations",
        "model": run.model,
        "run": run.id,
        "account": who.id,
        "simulated": who.simulated,
    }
    with desk.database.write() as connection:
        desk.log.append(connection, EntryKind.SENSITIVE_READ, said)


def _log_comparison(desk: Desk, run: "Run", report: MitigationReport, who: Account) -> None:
    said = {
        "what": f"mitigations of {run.model} by {report.by}"[:200],
        "audit": "compared",
        "audit_digest": report.digest,
        "model": run.model,
        "run": run.id,
        "dataset": run.dataset,
        "n": report.document["slices"]["test"]["candidates"],
        "account": who.id,
        "simulated": who.simulated,
    }
    with desk.database.write() as connection:
        desk.log.append(connection, EntryKind.AUDIT, said)
