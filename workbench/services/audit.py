"""Audit for bias per subgroup: a registered version of a model, or any table a user brings."""

from collections.abc import Sequence
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from workbench.domain.account import Account, Operation
from workbench.domain.case import PER_CASE
from workbench.domain.errors import BadInput, NotFound
from workbench.domain.log import EntryKind
from workbench.domain.release import Margin
from workbench.store import accounts, audit_reports, cases, findings
from workbench.store.acceptances import require_accepted
from workbench.store.audit_reports import AuditReport
from workbench.store.desk import Desk

if TYPE_CHECKING:
    import pandas as pd

    from workbench.analysis.depth import Depth
    from workbench.analysis.graph import CaseGraph
    from workbench.analysis.modelling import Fitted, ModelDefinition, Sample
    from workbench.analysis.per_person import Capacity
    from workbench.analysis.subgroups import Bools, Floats, Outcomes
    from workbench.analysis.tables import IntArray
    from workbench.domain.finding import Claim
    from workbench.store.registry import Run, Version

__all__ = ["AuditReport", "audit_release", "audit_table", "audits"]

SEED = 20_260_101  # an audit is the same whenever it is made again


def audit_table(
    path: Path,
    *,
    label: str,
    groups: Sequence[str],
    prediction: str | None = None,
    score: str | None = None,
    threshold: float | None = None,
    positive: str = "1",
    margin: float = 0.05,
    harm: str = "",
    cluster: str | None = None,
    capacity: int | None = None,
) -> dict[str, Any]:
    """Audit a table (CSV, JSON lines, Parquet, XLSX) by the columns in `groups`.

    Either a column of predictions is named, or one of scores with the threshold from which a row
    counts as put forward. `positive` means yes in label and prediction (1, 1.0 and true are one
    value); `margin` is the gap that matters, as a share, `harm` why; `cluster` names the person
    that rows share; at `capacity` only so many rows of highest score are put forward. Returns the
    document of `workbench audit --json`; scores add calibration and rates over the curve,
    `cluster` adds people as the unit.

    Raises
    ------
    BadInput
        When the table, a column or a value cannot be used; the message names what there is. Also
        where what is told would have no say (a threshold or a capacity without scores), a column
        is named in two roles, or every row is put forward, or none.
    """
    from workbench.analysis.depth import NO_PROBABILITY, depth, depth_notes, is_probability
    from workbench.analysis.fairness import audit_rows
    from workbench.store.outcome_table import OutcomeTable

    _require_used(score=score, threshold=threshold, capacity=capacity, cluster=cluster)
    _require_apart(groups, label=label, prediction=prediction, score=score, cluster=cluster)
    table = OutcomeTable(path)
    outcomes = table.outcomes(
        label=label, prediction=prediction, score=score, threshold=threshold, positive=positive
    )
    _require_told_apart(outcomes)
    if cluster is not None:
        outcomes = outcomes.clustered(table.people(cluster))
    found, attributes = audit_rows(outcomes, table.attributes(groups), margin=margin, seed=SEED)
    scores = None if score is None else table.scores(score)
    if scores is not None and not is_probability(scores):
        found["notes"].append(NO_PROBABILITY)
    beneath = depth(
        outcomes,
        attributes,
        scores,
        threshold=threshold,
        capacity=_capacity(capacity, 0),
        seed=SEED,
    )
    found["notes"] += depth_notes(beneath)
    return {**found, **beneath, "harm": harm.strip() or None}


def _require_used(
    *, score: str | None, threshold: float | None, capacity: int | None, cluster: str | None
) -> None:
    """What would have no say is refused rather than passed over in silence."""
    if threshold is not None and score is None:
        raise BadInput("A threshold cuts scores; name their column, or leave the threshold out.")
    if capacity is not None and (score is None or cluster is None):
        raise BadInput(
            "A capacity ranks people by their scores; name the column of scores and, as the "
            "cluster, that of the person, or leave the capacity out."
        )


def _require_apart(groups: Sequence[str], **roles: str | None) -> None:
    """No column is two things: groups by the label, say, could have but one kind of error."""
    seen: dict[str, str] = {}
    for role, column in [*roles.items(), *(("group", name) for name in groups)]:
        if column and seen.setdefault(column, role) != role:
            raise BadInput(
                f"Column {column!a} is named as {seen[column]} and as {role}; one column can be "
                "only one of them.",
                code="columns",
                place=column,
            )


def _require_told_apart(outcomes: "Outcomes") -> None:
    said = outcomes.cells % 2
    if said.all() or not said.any():
        raise BadInput(
            f"{'Every' if said.any() else 'No'} row is put forward, so error rates are the same in "
            "every group and say nothing of fairness; bring predictions, or a threshold, that tell "
            "rows apart."
        )


def audit_release(
    desk: Desk,
    model: str,
    *,
    dataset: str,
    account: str,
    version: int | None = None,
    margin: float | None = None,
    harm: str = "",
    capacity: int | None = None,
) -> AuditReport:
    """Audit a registered version on candidates later than those it learnt from.

    The report is kept with the version, which can be approved from then on, and under reports/.
    Candidates that a finding asked about before their label became known are left out and counted
    (duty T15): the release itself may have brought that label about.

    Parameters
    ----------
    version : int, optional
        The latest registered one unless told.
    margin : float, optional
        The gap that matters, as a share; the model's own, with its reason, unless told.
    harm : str
        Why a gap beyond `margin` harms whom; needed where the margin is not the model's own.
    capacity : int, optional
        How many candidates are put forward at most; unless told, what one detection puts into the
        cases that draw on the dataset.

    Raises
    ------
    BadInput
        When another margin than the model's own has no reason in words.
    NotFound
        When there is no such model or version.
    NotAllowed, NotCleared
        When the account may not audit, or nobody accepted the dataset.
    """
    if model not in desk.models:
        raise NotFound(f"There is no model {model}; there are: {', '.join(sorted(desk.models))}.")
    with desk.database.read() as connection:
        who = accounts.by_name(connection, account)
        who.require(Operation.AUDIT)
        require_accepted(connection, dataset, desk.datasets.sha256(dataset))
        n_cases = len(cases.of_dataset(connection, dataset))
    definition, budget = desk.models[model], _capacity(capacity, n_cases)
    chosen = Margin.chosen(definition.margin, definition.harm, gap=margin, harm=harm)
    audited = _version(desk, model, version)
    _log_sensitive_read(desk, audited, dataset, who)
    report = _document(desk, audited, dataset, chosen, budget)
    digest = desk.registry.record_audit(
        model, audited.number, verdict=report["verdict"], report=report
    )
    kept = audit_reports.keep(desk.home, report, digest=digest, now=desk.now())
    _log_audit(desk, kept, who)
    return kept


def audits(desk: Desk, *, account: str) -> tuple[AuditReport, ...]:
    """The latest audit of each version, as it was written to reports/.

    Raises
    ------
    NotAllowed
        When the account may not read audits.
    CheckFailed
        When a report was changed after it was written.
    """
    with desk.database.read() as connection:
        accounts.by_name(connection, account).require(Operation.READ_MODELS)
    return audit_reports.kept(desk.home)


def _version(desk: Desk, model: str, number: int | None) -> "Version":
    if number is not None:
        return desk.registry.version(model, number)
    found = desk.registry.versions(model)
    if not found:
        raise NotFound(
            f"No version of {model} is registered; train it and register the run, then audit it."
        )
    return found[-1]


def _capacity(declared: int | None, n_cases: int) -> "Capacity | None":
    """The declared one, else what one detection puts into so many cases."""
    from workbench.analysis.per_person import Capacity

    if declared is not None:
        return Capacity(declared, "declared for this audit")
    return Capacity.of_cases(n_cases, per_case=PER_CASE)


def _document(
    desk: Desk,
    version: "Version",
    dataset: str,
    margin: Margin,
    capacity: "Capacity | None",
) -> dict[str, Any]:
    """The audit against records, what was audited, and the audit against truth where it is known.

    Candidates are those of the latest slice of time, which training kept for testing, without
    those whose label a finding may have brought about (duty T15).
    """
    from workbench.analysis.modelling import sample_at, truth_of
    from workbench.analysis.proxies import proxies

    definition, graph = desk.models[version.model], desk.datasets.graph(dataset)
    run = desk.registry.run(version.run_id)
    fitted = desk.registry.load(definition, run_id=run.id, digest=version.digest)
    as_of, until = _later_slice(run, graph, dataset)
    whole = sample_at(definition, graph, as_of=as_of, until=until, seed=run.seed)
    held, n_erased = _not_prompted(desk, definition, whole, dataset)
    sensitive = _sensitive(desk, dataset)
    true = truth_of(
        definition, graph.as_of(held.as_of), held.candidates, desk.datasets.truth(dataset)
    )
    return {
        **_audited(held, fitted, sensitive, true, margin.gap, capacity),
        "harm": margin.harm,
        "margin_own": margin.own,
        "model": version.model,
        "title": definition.title,
        "version": version.number,
        "release_digest": version.digest,
        "unit": definition.unit,
        "threshold": fitted.threshold,
        "dataset": dataset,
        "dataset_sha256": desk.datasets.sha256(dataset),
        "as_of": as_of.isoformat(),
        "until": until.isoformat(),
        "n_prompted": len(whole) - len(held),
        "n_erased": n_erased,
        "proxies": proxies(
            held.features[list(fitted.feature_names)], held.people, sensitive, seed=SEED
        ),
    }


def _not_prompted(
    desk: Desk, definition: "ModelDefinition", whole: "Sample", dataset: str
) -> "tuple[Sample, int]":
    """Candidates that no finding was about before their label became known, and how many findings'
    claims are erased."""
    from workbench.analysis.prompted import prompted, without

    claims, n_erased = _claims(desk, definition.name)
    graph = desk.datasets.graph(dataset)
    held = without(whole, prompted(definition, graph, whole, claims, dataset=dataset))
    if not len(held):
        raise BadInput(
            f"A finding asked about each of the {len(whole):,} candidates before its label became "
            "known, so no label is left to audit by; bring later records.",
            code="prompted",
        )
    return held, n_erased


def _claims(desk: Desk, model: str) -> "tuple[tuple[Claim, ...], int]":
    """What findings of the model asked about, and how many of them were erased."""
    with desk.database.read() as connection:
        return findings.claims_of_model(connection, desk.vault, model)


def _audited(
    held: "Sample",
    fitted: "Fitted",
    sensitive: "pd.DataFrame",
    true: "IntArray | None",
    margin: float,
    capacity: "Capacity | None",
) -> dict[str, Any]:
    """The audit against records and, where it is known, against truth; and what lies beneath."""
    from workbench.analysis.depth import depth_notes
    from workbench.analysis.fairness import audit_candidates

    probability = fitted.probability(held.features)
    audited = partial(
        audit_candidates,
        prediction=probability >= fitted.threshold,
        people=held.people,
        sensitive=sensitive,
        margin=margin,
        seed=SEED,
    )
    beneath_of = partial(
        _beneath, held, probability, fitted.threshold, sensitive=sensitive, capacity=capacity
    )
    found, beneath = audited(label=held.labels == 1), beneath_of(label=held.labels == 1)
    found["notes"] += depth_notes(beneath)
    truth = None
    if true is not None:
        truth = {
            **audited(label=true == 1, intersections=False),
            **beneath_of(label=true == 1, intersections=False),
        }
    return {**found, **beneath, "against_truth": truth}


def _beneath(
    held: "Sample",
    probability: "Floats",
    threshold: float,
    *,
    label: "Bools",
    sensitive: "pd.DataFrame",
    capacity: "Capacity | None",
    intersections: bool = True,
) -> "Depth":
    """Calibration, curves and people as the unit, of a release against one kind of label."""
    from workbench.analysis.depth import depth
    from workbench.analysis.fairness import about_people, of_groups

    outcomes, attributes = about_people(
        label, probability >= threshold, people=held.people, sensitive=sensitive
    )
    return depth(
        outcomes,
        of_groups(attributes, sensitive),
        probability,
        threshold=threshold,
        capacity=capacity,
        seed=SEED,
        intersections=intersections,
    )


def _sensitive(desk: Desk, dataset: str) -> "pd.DataFrame":
    found = desk.datasets.sensitive(dataset)
    if len(found.columns) < 2:
        raise BadInput(
            f"Dataset {dataset} brings no sensitive column, so no groups can be told apart; name "
            "them in dataset.toml and ingest it again.",
            code="columns",
        )
    return found


def _later_slice(run: "Run", graph: "CaseGraph", dataset: str) -> tuple[datetime, datetime]:
    """When candidates were known, and until when records confirmed them: later than learnt."""
    from workbench.analysis.modelling import TimeSplit

    if dataset == run.dataset:
        as_of, until = run.parameters["test_as_of"], run.parameters["test_until"]
        return datetime.fromisoformat(as_of), datetime.fromisoformat(until)
    split = TimeSplit.of_graph(graph)
    return split.test_at, split.end


def _log_sensitive_read(desk: Desk, version: "Version", dataset: str, who: Account) -> None:
    """Before the sensitive features are read: by whom, and that a release is to be audited."""
    said = {
        "dataset": dataset,
        "what": "sensitive features",
        "why": "bias audit of a version",
        "model": version.model,
        "version": version.number,
        "account": who.id,
        "simulated": who.simulated,
    }
    with desk.database.write() as connection:
        desk.log.append(connection, EntryKind.SENSITIVE_READ, said)


def _log_audit(desk: Desk, report: AuditReport, who: Account) -> None:
    said = {
        "what": report.version_id,
        "audit": report.verdict,
        "audit_digest": report.digest,
        "dataset": report.dataset,
        "n": report.document["n"],
        "n_prompted": report.document["n_prompted"],
        "margin": f"{report.document['margin']:g}",
        "margin_own": report.document["margin_own"],
        "account": who.id,
        "simulated": who.simulated,
    }
    with desk.database.write() as connection:
        desk.log.append(connection, EntryKind.AUDIT, said)
