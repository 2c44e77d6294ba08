"""A study of the models themselves, over worlds declared beforehand.

Four questions that one world of few true cases cannot answer: does "cannot tell" keep its
coverage on a later slice, are as many confirmed as probabilities say, do the stated reasons name
the true cause better than reasons that explain nothing, and what does the penalty of the logistic
regression do to each. Truth is read, so only studies and tests may run it.
"""

from collections.abc import Mapping, Sequence
from typing import TypedDict

import numpy as np
import pandas as pd

from workbench.analysis.assessing import explained
from workbench.analysis.conformal import COVERAGE
from workbench.analysis.feature_model import FeatureModel
from workbench.analysis.graph import CaseGraph
from workbench.analysis.modelling import (
    Fitted,
    ModelDefinition,
    Sample,
    TimeSplit,
    sample_at,
    truth_of,
)
from workbench.analysis.truth_scores import ReasonsRight, plain, reasons_right, true_and_forward
from workbench.analysis.uncertainty import Ranking
from workbench.domain.errors import NotFound

SEEDS = tuple(range(41, 49))  # the penalty was chosen on 11 to 16, the reserve on 21 to 38
PENALTIES = (1.0, 0.1)  # inverse strengths: scikit-learn's own, and what is served


class Tried(TypedDict):
    """What one world showed of one model with one penalty, on its later slice.

    `n_true` and `n_false` are recorded labels, `kept_true` and `kept_false` those whose answer is
    not ruled out; `cannot_tell` is the share without a single answer; `said` is the mean
    probability and `seen` the share confirmed. Of the `n_mapped` true candidates put forward,
    `n_stated` have a reason and `n_right` a true cause among them; `f1` and its baselines, and
    `told_apart`, are those of `truth_scores`, None where they have no meaning. The constant is the
    best for this world, chosen with its answers at hand.
    """

    model: str
    seed: int
    inverse_penalty: float
    average_precision: float
    average_precision_truth: float
    n_true: int
    kept_true: int
    n_false: int
    kept_false: int
    cannot_tell: float
    said: float
    seen: float
    n_mapped: int
    n_stated: int
    n_right: int
    f1: float | None
    f1_blind: float | None
    f1_constant: float | None
    f1_shuffled: float | None
    told_apart: float | None
    constant: list[str]


class Summary(TypedDict):
    """Worlds together: means over worlds, with a 95 % interval where a list; counts are sums.

    `over_blind`, `over_constant` and `over_shuffled` are paired: mean of the differences in F1
    within a world, and its interval. Empty where fewer than two worlds have a true candidate put
    forward.
    `seen_per_said` is the geometric mean of what was confirmed for each one that was said.
    """

    model: str
    inverse_penalty: float
    n_worlds: int
    average_precision: float
    average_precision_truth: float
    coverage_true: float
    interval_true: list[float]
    coverage_false: float
    interval_false: list[float]
    cannot_tell: float
    seen_per_said: float
    interval_seen: list[float]
    n_mapped: int
    n_stated: int
    n_right: int
    f1: list[float]
    over_blind: list[float]
    over_constant: list[float]
    over_shuffled: list[float]
    told_apart: list[float]


def tried(
    model: ModelDefinition, graph: CaseGraph, truth: Mapping[str, pd.DataFrame], *, seed: int
) -> list[Tried]:
    """The model learnt anew with each penalty on one world, and what the later slice shows.

    Raises
    ------
    NotFound
        When the model is no logistic regression on features, or the world has no truth for it.
    """
    name = model.name
    if not isinstance(model, FeatureModel):
        raise NotFound(f"{name} learns no weights on features; leave it out of the study.")
    split = TimeSplit.of_graph(graph)
    spans = (
        (split.train_at, split.calibrate_at),
        (split.calibrate_at, split.test_at),
        (split.test_at, split.end),
    )
    samples = [sample_at(model, graph, as_of=a, until=until, seed=seed) for a, until in spans]
    known, later = graph.as_of(split.test_at), samples[2]
    true = truth_of(model, known, later.candidates, truth)
    if true is None:
        raise NotFound(f"The world has no truth about {name}; leave it out of the study.")
    causes = model.causes(known, later.candidates, truth)
    return [_one(name, model, samples, true, causes, penalty, seed) for penalty in PENALTIES]


def _one(
    name: str,
    model: FeatureModel,
    samples: Sequence[Sample],
    true: "np.ndarray[tuple[int], np.dtype[np.int32]]",
    causes: Sequence[frozenset[str]],
    penalty: float,
    seed: int,
) -> Tried:
    train, calibration, later = samples
    penalised = type(type(model).__name__, (type(model),), {"inverse_penalty": penalty})()
    fitted = penalised.fit(train, calibration, seed=seed)["logistic_regression"]
    fitted = penalised.settle(fitted, train, calibration, seed=seed)
    scores, labels = fitted.score(later.features), later.labels
    bounds = fitted.conformal
    right = _reasons(fitted, later, true, causes, seed)
    return Tried(
        model=name,
        seed=seed,
        inverse_penalty=penalty,
        average_precision=Ranking(labels, scores).average_precision(),
        average_precision_truth=Ranking(true, scores).average_precision(),
        n_true=int((labels == 1).sum()),
        kept_true=int((scores >= bounds.lowest_true)[labels == 1].sum()),
        n_false=int((labels != 1).sum()),
        kept_false=int((scores <= bounds.highest_false)[labels != 1].sum()),
        cannot_tell=float(1 - bounds.single(scores).mean()),
        said=float(fitted.probability(later.features).mean()),
        seen=float(labels.mean()),
        n_mapped=right.n_mapped,
        n_stated=right.n_stated,
        n_right=right.n_right,
        f1=plain(right.stated.f1),
        f1_blind=plain(right.blind.f1),
        f1_constant=plain(right.constant.f1),
        f1_shuffled=plain(right.shuffled.f1),
        told_apart=plain(right.told_apart),
        constant=list(right.constant_features),
    )


def _reasons(
    fitted: Fitted,
    later: Sample,
    true: "np.ndarray[tuple[int], np.dtype[np.int32]]",
    causes: Sequence[frozenset[str]],
    seed: int,
) -> ReasonsRight:
    """How often the reasons of true candidates put forward name their causes."""
    rows = true_and_forward(true, fitted.probability(later.features), fitted.threshold)
    return reasons_right(
        [explained(fitted, later.features.iloc[[int(row)]])[0] for row in rows],
        [causes[int(row)] for row in rows],
        later.people[later.people["candidate"].isin(rows)].assign(
            candidate=lambda table: np.searchsorted(rows, table["candidate"])
        ),
        seed=seed,
    )


def summaries(found: Sequence[Tried]) -> list[Summary]:
    """One row per model and penalty, over all worlds (two at least)."""
    keys = sorted({(t["model"], -t["inverse_penalty"]) for t in found})
    return [
        _summary([t for t in found if (t["model"], -t["inverse_penalty"]) == key]) for key in keys
    ]


def _summary(found: Sequence[Tried]) -> Summary:
    true = [t["kept_true"] / t["n_true"] for t in found if t["n_true"]]
    false = [t["kept_false"] / t["n_false"] for t in found if t["n_false"]]
    ratios = [float(np.log(t["seen"] / t["said"])) for t in found if t["seen"]]
    return Summary(
        model=found[0]["model"],
        inverse_penalty=found[0]["inverse_penalty"],
        n_worlds=len(found),
        average_precision=float(np.mean([t["average_precision"] for t in found])),
        average_precision_truth=float(np.mean([t["average_precision_truth"] for t in found])),
        coverage_true=float(np.mean(true)),
        interval_true=over_worlds(true),
        coverage_false=float(np.mean(false)),
        interval_false=over_worlds(false),
        cannot_tell=float(np.mean([t["cannot_tell"] for t in found])),
        seen_per_said=float(np.exp(np.mean(ratios))),
        interval_seen=[float(np.exp(end)) for end in over_worlds(ratios)],
        n_mapped=sum(t["n_mapped"] for t in found),
        n_stated=sum(t["n_stated"] for t in found),
        n_right=sum(t["n_right"] for t in found),
        f1=_mean([t["f1"] for t in found]),
        over_blind=_mean([_less(t["f1"], t["f1_blind"]) for t in found]),
        over_constant=_mean([_less(t["f1"], t["f1_constant"]) for t in found]),
        over_shuffled=_mean([_less(t["f1"], t["f1_shuffled"]) for t in found]),
        told_apart=_mean([t["told_apart"] for t in found]),
    )


def _less(one: float | None, other: float | None) -> float | None:
    return None if one is None or other is None else one - other


def _mean(found: Sequence[float | None]) -> list[float]:
    """Mean over the worlds that have a value, and its interval."""
    known = [value for value in found if value is not None]
    return [float(np.mean(known)), *over_worlds(known)] if len(known) > 1 else []


def over_worlds(shares: Sequence[float]) -> list[float]:
    """95 % interval of the mean (Student 1908). Candidates of one world share people, so worlds
    are what is counted."""
    from scipy.stats import t

    half = t.ppf(0.975, len(shares) - 1) * np.std(shares, ddof=1) / np.sqrt(len(shares))
    return [float(np.mean(shares) - half), float(np.mean(shares) + half)]


def told(interval: Sequence[float], *, chance: float = 0.0) -> str:
    """``better``, ``worse`` or ``not told apart`` from chance, of a mean with its interval."""
    if not interval:
        return "not told apart"
    _, low, high = interval
    return "better" if low > chance else "worse" if high < chance else "not told apart"


def kept(summary: Summary) -> bool:
    """Whether neither class's coverage is shown to be below what is promised."""
    return min(summary["interval_true"][1], summary["interval_false"][1]) >= COVERAGE
