"""Explain every candidate of a dataset in one table, a part at a time."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from workbench.analysis.graph import CaseGraph
from workbench.analysis.modelling import Candidates, Fitted, ModelDefinition
from workbench.analysis.tables import FloatArray
from workbench.domain.account import PERMISSIONS, Account, Operation
from workbench.domain.errors import NotFound
from workbench.domain.log import EntryKind
from workbench.store import accounts, releases
from workbench.store.acceptances import require_accepted
from workbench.store.blinding import undecided_subjects
from workbench.store.desk import Desk
from workbench.store.packs import draft
from workbench.store.streamed_table import streamed

if TYPE_CHECKING:
    from workbench.analysis.explanation import Part
    from workbench.store.registry import Run

Bools = np.ndarray[tuple[int], np.dtype[np.bool_]]
Progress = Callable[[str, float], None]
AT_A_TIME = 5_000  # candidates whose features and effects are held together
MOST_NAMED = 100  # withheld rows that are named; all are counted, and marked in the table


@dataclass(slots=True)
class _Told:
    """What became of the rows so far."""

    n_undecided: int = 0
    n_withheld: int = 0
    withheld: list[int] = field(default_factory=list)
    worst: float = 0.0
    method: str = ""


@dataclass(frozen=True, slots=True)
class _Asked:
    """What is explained, by what, as of when."""

    definition: ModelDefinition
    fitted: Fitted
    graph: CaseGraph
    candidates: Candidates
    as_of: datetime

    def features(self, rows: Candidates) -> pd.DataFrame:
        return self.definition.features(self.graph, rows, as_of=self.as_of)


def explain(
    desk: Desk,
    model: str,
    *,
    dataset: str,
    account: str,
    out: Path,
    at_a_time: int = AT_A_TIME,
    progress: Progress = lambda text, share: None,
) -> dict[str, Any]:
    """Score, probability and effects (log-odds) of all candidates, by the release in use, else by
    the latest run, into a Parquet or CSV table of one row per candidate.

    Each row says how far base value and effects miss the model's own output (`residual`); one
    that misses by more than 1e-6 is marked as withheld and has no effects. A candidate that lies
    undecided before people as a finding is marked, and nothing of the model is said of it (duty
    T10). It infers, so it is for those who train or audit, and each is logged with the digest of
    what leaves. Memory holds the graph, who the candidates are, and one part of all the rest,
    their features included: `at_a_time` candidates.

    Raises
    ------
    NotFound
        When there is no such model, it was never trained, or the dataset has no candidates.
    NotAllowed
        When the account may neither train nor audit.
    NotCleared
        When nobody accepted the dataset.
    BadInput
        When nothing can be written at `out`, or its name ends in neither .parquet nor .csv.
    """
    if model not in desk.models:
        raise NotFound(f"There is no model {model}; there are: {', '.join(sorted(desk.models))}.")
    progress(f"{model}: loading the records", 0.0)
    who, run = _asked(desk, model, dataset, account)
    definition = desk.models[model]
    fitted = desk.registry.load(definition, run_id=run.id, digest=run.digest)
    graph = desk.datasets.graph(dataset)
    as_of = graph.records["known_at"].max().to_pydatetime()
    known = graph.as_of(as_of)
    progress(f"{model}: drawing up candidates", 0.1)
    candidates = definition.candidates(known, as_of=as_of, anchors=None, seed=run.seed)
    if not len(candidates):
        raise NotFound(f"Dataset {dataset} has no candidates for {model}; nothing is explained.")
    told = _Told()
    asked = _Asked(definition, fitted, known, candidates, as_of)
    parts = _parts(asked, undecided_subjects(desk, model), told, progress, at_a_time)
    with ExitStack() as leaving:
        lines = streamed(out, parts, text=_names(candidates))
        digest = leaving.enter_context(draft(out, lines))
        document = _document(model, dataset, run, candidates, told, digest)
        _log(desk, document, who)
    progress(f"{model}: {len(candidates):,} candidates are in the table", 1.0)
    return document


def _asked(desk: Desk, model: str, dataset: str, account: str) -> "tuple[Account, Run]":
    """Who asks, and the run of the release in use, else the latest."""
    with desk.database.read() as connection:
        who = accounts.by_name(connection, account)
        if who.role not in PERMISSIONS[Operation.TRAIN]:
            who.require(Operation.AUDIT)
        require_accepted(connection, dataset, desk.datasets.sha256(dataset))
        release = releases.in_use(connection, desk.vault, model)
    if release is not None:
        return who, desk.registry.run(release.run_id)
    found = desk.registry.runs(model)
    if not found:
        raise NotFound(f"{model} was never trained here; run: workbench train {model}.")
    return who, found[0]


def _pairs(candidates: Candidates) -> bool:
    return bool((np.diff(candidates.member_offsets) == 2).all())


def _names(candidates: Candidates) -> tuple[str, ...]:
    """Two columns for pairs, else one that lists all members."""
    return ("entity_a", "entity_b") if _pairs(candidates) else ("entities",)


def _parts(
    asked: _Asked, undecided: set[frozenset[str]], told: _Told, progress: Progress, at_a_time: int
) -> Iterator[pd.DataFrame]:
    """The table in parts, each with features of its own; `told` counts along."""
    n = len(asked.candidates)
    for first in range(0, n, at_a_time):
        stop = min(first + at_a_time, n)
        progress(f"features of {first + 1:,} to {stop:,} of {n:,}", 0.2 + 0.8 * first / n)
        rows = asked.candidates.take(np.arange(first, stop))
        features = asked.features(rows)
        for part in asked.fitted.explain_in_bulk(features):
            here = np.arange(part.start, part.start + len(part.outputs))
            yield _table(asked, rows.take(here), features.iloc[here], part, undecided, told, first)
        progress(f"explained {stop:,} of {n:,}", 0.2 + 0.8 * stop / n)


def _table(
    asked: _Asked,
    rows: Candidates,
    features: pd.DataFrame,
    part: "Part",
    undecided: set[frozenset[str]],
    told: _Told,
    first: int,
) -> pd.DataFrame:
    names = list(_names(asked.candidates))
    members = _members(asked.graph, rows)
    hidden = np.array([frozenset(m) in undecided for m in members], dtype=np.bool_)
    said = members if len(names) == 2 else [[" ".join(m)] for m in members]
    _count(told, part, hidden, first + part.start)
    return pd.DataFrame(said, columns=names, dtype="str").assign(
        undecided=hidden,
        withheld=part.withheld & ~hidden,
        **_said(part, asked.fitted.probability(features), asked.fitted, hidden),
    )


def _members(graph: CaseGraph, taken: Candidates) -> list[list[str]]:
    flat = graph.entities["id"].loc[taken.members.tolist()].tolist()
    ends = taken.member_offsets.tolist()
    return [flat[ends[i] : ends[i + 1]] for i in range(len(taken))]


def _said(
    part: "Part", probability: FloatArray, fitted: Fitted, hidden: Bools
) -> dict[str, FloatArray]:
    """What the model says of each row, and what it rests on; NaN where that is hidden."""
    columns = {
        "score": part.outputs,
        "probability": probability,
        "residual": part.residuals,
        "base_value": np.full(len(hidden), part.base_value),
    }
    for j, name in enumerate(fitted.feature_names):
        columns[f"effect_{name}"] = part.effects[:, j]
    return {name: np.where(hidden, np.nan, values) for name, values in columns.items()}


def _count(told: _Told, part: "Part", hidden: Bools, start: int) -> None:
    mine = np.flatnonzero(part.withheld & ~hidden)
    told.n_undecided += int(hidden.sum())
    told.n_withheld += len(mine)
    named = [start + int(i) for i in mine[: MOST_NAMED - len(told.withheld)]]
    told.withheld += named
    told.worst = max(told.worst, float(np.max(part.residuals[~hidden], initial=0.0)))
    told.method = part.method


def _document(
    model: str, dataset: str, run: "Run", candidates: Candidates, told: _Told, digest: str
) -> dict[str, Any]:
    n = len(candidates)
    return {
        "model": model,
        "dataset": dataset,
        "run_id": run.id,
        "method": told.method,
        "n_candidates": n,
        "n_explained": n - told.n_undecided - told.n_withheld,
        "n_undecided": told.n_undecided,
        "n_withheld": told.n_withheld,
        "withheld": told.withheld,
        "largest_residual": told.worst,
        "sha256": digest,
    }


def _log(desk: Desk, document: dict[str, Any], who: Account) -> None:
    said: dict[str, object] = {
        "what": "explanation of candidates",
        "account": who.id,
        "dataset": document["dataset"],
        "model": document["model"],
        "run": document["run_id"],
        "n": document["n_candidates"],
        "n_withheld": document["n_withheld"],
        "digest": document["sha256"],
        "role": who.role.value,
        "session": desk.session_hash,
        "simulated": who.simulated,
    }
    with desk.database.write() as connection:
        desk.log.append(connection, EntryKind.CONSULTATION, said)
