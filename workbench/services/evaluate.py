"""Measure a model against a dataset's truth, on candidates that it did not learn from."""

from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from workbench.analysis.graph import CaseGraph
from workbench.analysis.modelling import Candidates, Fitted, ModelDefinition
from workbench.analysis.tables import FloatArray, IntArray
from workbench.domain.account import PERMISSIONS, Account, Operation
from workbench.domain.errors import NotFound
from workbench.domain.log import EntryKind
from workbench.store import accounts, releases
from workbench.store.blinding import undecided_subjects
from workbench.store.desk import Desk
from workbench.store.packs import draft

if TYPE_CHECKING:
    from workbench.analysis.truth_scores import ReasonsRight
    from workbench.store.registry import Run


@dataclass(frozen=True, slots=True, kw_only=True)
class _Held:
    """Candidates held out from learning, with their truth; `n_lost` were never candidates.

    `n_left_out` were learnt from or calibrated on.
    """

    as_of: datetime
    n_left_out: int
    candidates: Candidates
    features: pd.DataFrame
    people: pd.DataFrame
    true: IntArray
    n_lost: int


def evaluate(
    desk: Desk, model: str, *, dataset: str, account: str, pairs: Path | None = None
) -> dict[str, Any]:
    """Measures of the release in use, else of the latest run, against the dataset's truth.

    On the dataset that it learnt from, candidates that it learnt or was calibrated on are left
    out. Recall and F1 count true cases that never became candidates. How well the stated reasons
    name the true cause, beside reasons that explain nothing, goes into the run's measures, too. It
    infers and reads the truth, so it is for those who train or audit, and each is logged.

    Parameters
    ----------
    pairs : Path, optional
        Where to write the candidates as CSV: members, truth, score, probability. Of one that lies
        undecided before people as a finding, score and probability stay empty (duty T10).

    Raises
    ------
    NotFound
        When the model was never trained or the dataset brings no truth.
    NotAllowed
        When the account may neither train nor audit.
    BadInput
        When nothing can be written at `pairs`.
    """
    if model not in desk.models:
        raise NotFound(f"There is no model {model}; there are: {', '.join(sorted(desk.models))}.")
    with desk.database.read() as connection:
        who = accounts.by_name(connection, account)
        if who.role not in PERMISSIONS[Operation.TRAIN]:
            who.require(Operation.AUDIT)
        release = releases.in_use(connection, desk.vault, model)
    truth = desk.datasets.truth(dataset)
    if not truth:
        raise NotFound(f"Dataset {dataset} brings no truth to measure against; audit it instead.")
    run = desk.registry.run(release.run_id) if release else _latest(desk, model)
    definition = desk.models[model]
    fitted = desk.registry.load(definition, run_id=run.id, digest=run.digest)
    graph = desk.datasets.graph(dataset)
    held = _held_out(definition, graph, truth, run, dataset)
    scores, probability = fitted.score(held.features), fitted.probability(held.features)
    document = _document(definition, dataset, fitted, held, scores, probability, run)
    right = _reasons_right(definition, fitted, graph, held, probability, truth, run.seed)
    document["reasons_right"] = right.as_json()
    if dataset == run.dataset:
        desk.registry.add_measures(run.id, right.measures())
    with ExitStack() as leaving:
        digest = ""
        if pairs is not None:
            table = _table(graph, held, scores, probability)
            _blind(table, undecided_subjects(desk, model))
            written = table.drop(columns=_MEMBERS).to_csv(index=False).encode()
            digest = leaving.enter_context(draft(pairs, [written]))
        _log(desk, document, who, digest)
    return document


def _log(desk: Desk, document: Mapping[str, Any], who: Account, digest: str) -> None:
    """`digest` is that of the candidates that leave, empty where none do."""
    said: dict[str, object] = {
        "what": "evaluation",
        "account": who.id,
        "dataset": document["dataset"],
        "model": document["model"],
        "run": document["run_id"],
        "n": document["n_candidates"],
        "role": who.role.value,
        "session": desk.session_hash,
        "simulated": who.simulated,
    }
    if digest:
        said["digest"] = digest
    with desk.database.write() as connection:
        desk.log.append(connection, EntryKind.CONSULTATION, said)


def _blind(table: pd.DataFrame, undecided: set[frozenset[str]]) -> None:
    """Take away what the model says of candidates that people have yet to decide on."""
    hidden = [members in undecided for members in table[_MEMBERS]]
    table.loc[hidden, ["score", "probability"]] = np.nan


def _latest(desk: Desk, model: str) -> "Run":
    found = desk.registry.runs(model)
    if not found:
        raise NotFound(f"{model} was never trained here; run: workbench train {model}.")
    return found[0]


def _held_out(
    definition: ModelDefinition,
    graph: CaseGraph,
    truth: Mapping[str, pd.DataFrame],
    run: "Run",
    dataset: str,
) -> _Held:
    from workbench.analysis.evaluation import unseen

    as_of = graph.records["known_at"].max().to_pydatetime()
    known = graph.as_of(as_of)
    candidates = definition.candidates(known, as_of=as_of, anchors=None, seed=run.seed)
    labels, n_all = definition.truth(known, candidates, truth)
    n_lost = n_all - int(labels.sum())
    rows = np.arange(len(candidates))
    if dataset == run.dataset:
        slices = [datetime.fromisoformat(run.parameters[f"{s}_as_of"]) for s in _LEARNT]
        earlier = [
            definition.candidates(graph, as_of=at, anchors=None, seed=run.seed) for at in slices
        ]
        rows = np.flatnonzero(unseen(candidates, *earlier))
        later, n_later = definition.truth(known, candidates, _since(truth, graph, slices[-1]))
        n_lost = n_later - int(later.sum())
    kept = candidates.take(rows.astype(np.int64))
    return _Held(
        as_of=as_of,
        n_left_out=len(candidates) - len(kept),
        candidates=kept,
        features=definition.features(known, kept, as_of=as_of),
        people=definition.people(known, kept),
        true=labels[rows],
        n_lost=n_lost,
    )


_LEARNT = ("train", "calibrate")


def _since(
    truth: Mapping[str, pd.DataFrame], graph: CaseGraph, instant: datetime
) -> dict[str, pd.DataFrame]:
    """Truth tables, what rests on records known by `instant` left out."""
    later = graph.records["id"][graph.records["known_at"] > pd.Timestamp(instant)]
    return {
        name: table[table["record"].isin(later)] if "record" in table.columns else table
        for name, table in truth.items()
    }


def _document(
    definition: ModelDefinition,
    dataset: str,
    fitted: Fitted,
    held: _Held,
    scores: FloatArray,
    probability: FloatArray,
    run: "Run",
) -> dict[str, Any]:
    from workbench.analysis.evaluation import measured

    found = measured(
        *(scores, probability, held.true, held.people),
        threshold=fitted.threshold,
        n_lost=held.n_lost,
        seed=run.seed,
    )
    value = {k: None if np.isnan(v) else v for k, v in found.values.items()}
    bounds = {k: None if np.isnan(b[0]) else list(b) for k, b in found.intervals.items()}
    return {
        "model": definition.name,
        "dataset": dataset,
        "unit": definition.unit,
        "n_candidates": len(held.true),
        "n_true": int(held.true.sum()) + held.n_lost,
        "auc": value["auc"],
        "average_precision": value["average_precision"],
        "threshold": fitted.threshold,
        "precision": value["precision"],
        "recall": value["recall"],
        "f1": value["f1"],
        "n_lost": held.n_lost,
        "against": "truth",
        "as_of": held.as_of.isoformat(),
        "n_left_out": held.n_left_out,
        "calibration_error": value.get("calibration_error"),
        "intervals": bounds,
        "run_id": run.id,
        "estimator": fitted.estimator_name,
        "baseline": _baseline(held, run),
    }


def _baseline(held: _Held, run: "Run") -> dict[str, Any]:
    """The single best feature of training, on the same candidates; empty where the run does not
    say whether more of it or less ranks higher."""
    from workbench.analysis.evaluation import Baseline
    from workbench.analysis.uncertainty import Ranking

    name, sign = run.parameters.get("baseline", ""), run.parameters.get("baseline_sign")
    if name not in held.features.columns or not len(held.true) or sign is None:
        return {}
    ranking = Ranking(held.true, Baseline(name, float(sign)).scores(held.features))
    auc, precision = ranking.auc(), ranking.average_precision()
    return {
        "feature": name,
        "sign": float(sign),
        "auc": None if np.isnan(auc) else auc,
        "average_precision": None if np.isnan(precision) else precision,
    }


def _reasons_right(
    definition: ModelDefinition,
    fitted: Fitted,
    graph: CaseGraph,
    held: _Held,
    probability: FloatArray,
    truth: Mapping[str, pd.DataFrame],
    seed: int,
) -> "ReasonsRight":
    """How well the stated reasons of what is true and put forward name its true cause."""
    from workbench.analysis.assessing import explained
    from workbench.analysis.truth_scores import reasons_right, true_and_forward

    rows = true_and_forward(held.true, probability, fitted.threshold)
    known = graph.as_of(graph.records["known_at"].max().to_pydatetime())
    asked = held.candidates.take(rows)
    return reasons_right(
        [explained(fitted, held.features.iloc[[int(row)]])[0] for row in rows],
        definition.causes(known, asked, truth),
        definition.people(known, asked),
        seed=seed,
    )


_MEMBERS = "members"


def _table(
    graph: CaseGraph, held: _Held, scores: FloatArray, probability: FloatArray
) -> pd.DataFrame:
    """A row for each candidate, with the set of its members' ids in the last column."""
    members = [
        list(graph.entities.loc[held.candidates.members_of(i), "id"]) for i in range(len(held.true))
    ]
    wide = max(map(len, members), default=0)
    names = ["entity_a", "entity_b"] if wide == 2 else ["entities"]
    said = members if wide == 2 else [[" ".join(m)] for m in members]
    table = pd.DataFrame(said, columns=names)
    table["truth"], table["score"], table["probability"] = held.true, scores, probability
    table[_MEMBERS] = pd.Series([frozenset(m) for m in members], dtype=object)
    return table
