"""The back half of a finding: what a fitted model says of one candidate, and why, in words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np
import pandas as pd

from workbench.analysis.counter_case import keystones
from workbench.analysis.explanation import reasons_against, reasons_for
from workbench.analysis.graph import CaseGraph
from workbench.analysis.modelling import Candidates, Fitted, ModelDefinition, words_by_input
from workbench.analysis.tables import IntArray
from workbench.analysis.wording import SAME_DAY, Peers
from workbench.domain.checked import Interval, Miss
from workbench.domain.errors import Withheld
from workbench.domain.finding import Assessment, CounterCase, Explanation, GroupRate


@dataclass(frozen=True, slots=True, kw_only=True)
class Served:
    """What stays the same for all that a release says: who it is, its limits, its error rates.

    `drift` are sentences on how today's candidates differ from those it learnt on, `peers` what
    the features are among them.
    """

    model: ModelDefinition
    fitted: Fitted
    release_id: str
    release_digest: str
    limits: tuple[str, ...]
    rates: tuple[GroupRate, ...]
    drift: tuple[str, ...]
    peers: Peers
    seed: int
    versions: dict[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """One candidate that is put before a person.

    Parameters
    ----------
    features : DataFrame
        Its row alone, as replay will compute on it.
    history : DataFrame, optional
        The same features in its own history.
    links, beneath : int arrays
        Rows of the links in its picture, and of the records beneath it.
    """

    graph: CaseGraph
    candidates: Candidates
    i: int
    as_of: datetime
    features: pd.DataFrame
    history: pd.DataFrame | None
    links: IntArray
    beneath: IntArray


def assessment(served: Served, asked: Asked, *, finding_id: str, salt: str) -> Assessment:
    """What the model says of one candidate, computed on its row alone, as replay will."""
    fitted, row = served.fitted, asked.features
    probability = float(fitted.probability(row)[0])
    explanation, gone = _tried(fitted, row, asked.history, served.peers)
    proposed = probability >= fitted.threshold
    categories = _categories(served, asked)
    return Assessment(
        finding_id=finding_id,
        model=served.model.name,
        release_id=served.release_id,
        release_digest=served.release_digest,
        score=float(fitted.score(row)[0]),
        probability=probability,
        interval=interval_of(fitted, row),
        threshold=fitted.threshold,
        proposed=proposed,
        outcome=served.model.outcome,
        calibration=fitted.calibration(probability),
        answers=fitted.answers(row),
        coverage=fitted.coverage,
        kept=fitted.kept,
        explanation=explanation,
        withheld=str(gone or ""),
        miss=None if gone is None else Miss(method=gone.method, residual=f"{gone.residual:.3g}"),
        reasons_for=reasons_for(explanation) if explanation else (),
        against=reasons_against(explanation) if explanation else (),
        unless=fitted.unless(row, explanation=explanation),
        counter_case=counter_case(served, asked, proposed=proposed),
        limits=served.limits,
        group_rates=served.rates,
        flags=fitted.flags(row, categories),
        drift=served.drift,
        position=fitted.position(row),
        snapshot={name: repr(float(row[name].iloc[0])) for name in fitted.feature_names},
        categories=categories,
        seed=served.seed,
        versions=served.versions,
        salt=salt,
    )


def _categories(served: Served, asked: Asked) -> dict[str, tuple[str, ...]]:
    alone = asked.candidates.take(np.array([asked.i], np.int64))
    return words_by_input(served.model.categories(asked.graph, alone, as_of=asked.as_of))


def peers_of(fitted: Fitted, features: pd.DataFrame) -> Peers:
    """What the features are among all that a model could be asked about on one day."""
    rows = features.loc[:, list(fitted.feature_names)].to_numpy(np.float64)
    return Peers.of(rows, whom=SAME_DAY)


def explained(
    fitted: Fitted,
    row: pd.DataFrame,
    history: pd.DataFrame | None = None,
    peers: Peers | None = None,
) -> tuple[Explanation | None, str]:
    """The explanation of one row, or the sentence that says why it is withheld."""
    explanation, gone = _tried(fitted, row, history, peers)
    return explanation, str(gone or "")


def _tried(
    fitted: Fitted, row: pd.DataFrame, history: pd.DataFrame | None, peers: Peers | None
) -> tuple[Explanation | None, Withheld | None]:
    try:
        return fitted.explain(row, history=history, peers=peers)[0], None
    except Withheld as error:
        return None, error


def interval_of(fitted: Fitted, row: pd.DataFrame) -> Interval | None:
    """95 % interval of one row's probability; None where the refits beneath it miss themselves."""
    try:
        low, high = fitted.interval(row)
    except Withheld:
        return None
    return float(low[0]), float(high[0])


def counter_case(served: Served, asked: Asked, *, proposed: bool) -> CounterCase | None:
    """The ordinary story, and for what was put forward the records on which that hangs."""
    told = served.model.ordinary(asked.graph, asked.candidates, asked.i, as_of=asked.as_of)
    if told is None:
        return None
    carried = carried_links(asked.graph, asked.links, asked.beneath) if proposed else {}
    return CounterCase(
        story=told.story,
        fits=told.fits,
        misfits=told.misfits,
        untold=told.untold,
        keystones=keystones(
            served.model,
            served.fitted,
            asked.graph,
            asked.candidates,
            asked.i,
            carried,
            as_of=asked.as_of,
            seed=served.seed,
        ),
        n_tried=len(carried),
        n_beneath=len(asked.beneath),
        enquiry=told.enquiry,
    )


def carried_links(graph: CaseGraph, links: IntArray, beneath: IntArray) -> dict[str, IntArray]:
    """Links by the id of the record that carries them: of the records beneath a finding, those
    that carry a link of its picture first."""
    carrying = graph.links["record"].to_numpy(np.int32)
    pictured = np.isin(beneath, graph.links["record"].loc[links.tolist()].to_numpy(np.int32))
    ordered = np.concatenate([beneath[pictured], beneath[~pictured]])
    rows = np.flatnonzero(np.isin(carrying, ordered))
    index, carrying = graph.links.index.to_numpy(np.int32)[rows], carrying[rows]
    found = {}
    for row in ordered.tolist():
        mine = index[carrying == row]
        if len(mine):
            found[str(graph.records.at[row, "id"])] = mine
    return found


def limits_of(card: str) -> tuple[str, ...]:
    """The points under the heading of a model card that speaks of limits."""
    found: list[str] = []
    inside = False
    for line in card.splitlines():
        if line.startswith("#"):
            inside = "limit" in line.lower()
        elif inside and line.startswith(("- ", "* ")):
            found.append(line[2:].strip())
        elif inside and found and line.startswith("  ") and line.strip():
            found[-1] += f" {line.strip()}"
    return tuple(found)


def group_rates(report: dict[str, Any]) -> tuple[GroupRate, ...]:
    """Error rates of every audited group, intersections left out.

    All groups, not those of the finding's own people: which group a person belongs to is
    sensitive and is read for the audit alone (duty T5).
    """
    return tuple(
        GroupRate(
            attribute=row["attribute"],
            group=row["group"],
            n=row["n"],
            fpr=row["fpr"],
            fpr_interval=_pair(row, "fpr"),
            fnr=row["fnr"],
            fnr_interval=_pair(row, "fnr"),
        )
        for row in report.get("groups", ())
        if "×" not in row["attribute"]
    )


def _pair(row: dict[str, Any], rate: str) -> tuple[float, float] | None:
    bounds: Sequence[float | None] | None = (row.get("intervals") or {}).get(rate)
    if row[rate] is None or not bounds or None in bounds:
        return None
    low, high = (float(bound) for bound in bounds if bound is not None)
    return low, high
