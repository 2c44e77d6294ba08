"""How a fitted model behaves over many candidates: what moves its score, and how.

All of it is about a bounded sample of the test slice, which is said with it. Points are drawn for
each feature in an order of its own and rounded, so that no candidate can be put together from
them; they carry neither id nor label (duty T10). What a model makes of a value is public on
purpose: who relies on it has to know it (C11).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypedDict

import numpy as np
import pandas as pd

from workbench.analysis.graph import CaseGraph
from workbench.analysis.grouping import summed
from workbench.analysis.interactions import Interactions, interactions
from workbench.analysis.modelling import Fitted, ModelDefinition, Sample
from workbench.analysis.slice_measures import said_and_seen
from workbench.analysis.slices import slices
from workbench.analysis.tables import FloatArray, Int64Array
from workbench.analysis.uncertainty import N_REPLICATES, interval, resampled
from workbench.analysis.wording import Matrix, Words, listed

N_EXPLAINED = 2000  # candidates drawn at random
N_POINTS = 240  # of these, shown in a plot
N_FORWARD = 60  # put forward, shown beside them
N_TOGETHER = 32  # of each kind, for what features do together
N_BINS = 10
CLEAR = 0.5  # rank correlation of value and effect from which a direction is stated
WIDE = 50.0  # times the median value, from which an axis is logarithmic


class Moved(TypedDict):
    """One reason: `mean` absolute effect in log-odds with its 95 % interval, people resampled.

    `direction` is raises, lowers, both or none; `follows` the label of the feature whose value it
    goes by. `points` are [effect, offset in the swarm (-1 to 1), place of that value
    (0 to 1, `places`) or None].
    """

    label: str
    features: list[str]
    mean: float
    low: float
    high: float
    direction: str
    follows: str
    points: list[list[float | None]]


class Bin(TypedDict):
    """Candidates between two values of a feature: n, median value, median and quartiles of its
    effect (log-odds)."""

    n: int
    value: float
    median: float
    low: float
    high: float


class Dependence(TypedDict):
    """How the effect of one feature follows its value.

    `points` and `forward` (those put forward) are [value, effect]; `deciles` eleven values, the
    rug; `logarithmic` says that few values are far larger than most; `missing` the share without
    a value (0 to 1) and `missing_effect` the median effect of that, None where all have one.
    """

    feature: str
    label: str
    unit: str
    meaning: str
    logarithmic: bool
    points: list[list[float]]
    forward: list[list[float]]
    bins: list[Bin]
    deciles: list[float]
    missing: float
    missing_effect: float | None


class Behaviour(TypedDict):
    """`summary` and `dependence` strongest first; `n` candidates explained, `n_withheld` of them
    left out because their parts missed the model's own output."""

    n: int
    n_withheld: int
    n_forward: int
    summary: list[Moved]
    dependence: list[Dependence]
    interactions: Interactions


def document(
    definition: ModelDefinition,
    fitted: Fitted,
    graph: CaseGraph,
    sample: Sample,
    *,
    seed: int,
    beside: Sequence[Fitted] = (),
) -> dict[str, Any]:
    """What is kept with a training run, as plain JSON: behaviour, slices, said against seen.

    Of the estimators `beside`, which it was compared with, it tells what acts only together.
    """
    probability = fitted.probability(sample.features)
    return {
        "model": definition.name,
        "title": definition.title,
        "unit": definition.unit,
        "estimator": fitted.estimator_name,
        "threshold": fitted.threshold,
        "as_of": sample.as_of.isoformat(),
        "until": sample.until.isoformat(),
        "n": len(sample),
        "n_true": int(sample.labels.sum()),
        "seed": seed,
        "behaviour": behaviour(fitted, sample, seed=seed),
        "beside": [
            {"estimator": other.estimator_name, "interactions": _asked(other, sample, seed=seed)}
            for other in beside
        ],
        "slices": slices(definition, fitted, graph, sample, seed=seed),
        "said_and_seen": said_and_seen(probability, sample.labels, sample.people, seed=seed),
    }


def behaviour(fitted: Fitted, sample: Sample, *, seed: int) -> Behaviour:
    """What moves the score of `fitted` on a later sample, how, and what acts only together."""
    rng = np.random.default_rng([seed, len(sample)])
    drawn, ahead = _drawn(fitted, sample, rng)
    values, effects, kept = _explained(fitted, sample, drawn)
    forward, forward_effects, _ = _explained(fitted, sample, ahead[:N_FORWARD])
    size = np.abs(effects).sum(axis=0)
    return Behaviour(
        n=len(kept),
        n_withheld=len(drawn) - len(kept),
        n_forward=len(forward),
        summary=_summary(fitted, values, effects, sample.take(kept).people, rng, seed),
        dependence=[
            dependence(
                fitted.words[j],
                (values[:, j], effects[:, j]),
                (forward[:, j], forward_effects[:, j]),
                rng=rng,
            )
            for j in np.argsort(-size, kind="stable")
        ],
        interactions=_together(fitted, sample, drawn, ahead),
    )


def _drawn(
    fitted: Fitted, sample: Sample, rng: np.random.Generator
) -> tuple[Int64Array, Int64Array]:
    """Rows drawn at random, and all that were put forward in an order drawn at random."""
    drawn = rng.permutation(len(sample))[:N_EXPLAINED].astype(np.int64)
    probability = fitted.probability(sample.features)
    ahead = rng.permutation(np.flatnonzero(probability >= fitted.threshold)).astype(np.int64)
    return drawn, ahead


def _asked(fitted: Fitted, sample: Sample, *, seed: int) -> Interactions:
    rng = np.random.default_rng([seed, len(sample)])
    return _together(fitted, sample, *_drawn(fitted, sample, rng))


def _explained(
    fitted: Fitted, sample: Sample, rows: Int64Array
) -> tuple[Matrix, Matrix, Int64Array]:
    """Values and effects of those rows whose parts add up, and which these are."""
    features = sample.features.iloc[rows]
    parts = list(fitted.explain_in_bulk(features))
    wide = len(fitted.words)
    effects = np.concatenate([np.empty((0, wide)), *(part.effects for part in parts)])
    sound = ~np.isnan(effects).any(axis=1)
    values = features.loc[:, list(fitted.feature_names)].to_numpy(np.float64)
    return values[sound], effects[sound], rows[sound]


def _summary(
    fitted: Fitted,
    values: Matrix,
    effects: Matrix,
    people: pd.DataFrame,
    rng: np.random.Generator,
    seed: int,
) -> list[Moved]:
    if not len(effects):
        return []
    totals = summed(effects, fitted.groups)
    draws = resampled(people, len(totals), n_replicates=N_REPLICATES, seed=seed)
    means = np.array(
        [w @ np.abs(totals) / w.sum() if w.sum() else np.nan * totals[0] for w in draws]
    )
    found = []
    for g, members in enumerate(fitted.groups):
        lead = max(members, key=lambda j: float(np.abs(effects[:, j]).mean()))
        low, high = interval(means[:, g])
        shown = rng.permutation(len(totals))[:N_POINTS]
        found.append(
            Moved(
                label=name_of(fitted.words, members),
                features=[fitted.words[j].name for j in members],
                mean=float(np.abs(totals[:, g]).mean()),
                low=low,
                high=high,
                direction=direction(values[:, lead], totals[:, g]),
                follows=fitted.words[lead].label,
                points=_swarm_points(totals[shown, g], values[shown, lead]),
            )
        )
    return sorted(found, key=lambda one: -one["mean"])


def name_of(words: Sequence[Words], members: Sequence[int]) -> str:
    """Short names of features that count as one reason, as a list that begins a line."""
    said = listed([words[j].label for j in members])
    return said[:1].upper() + said[1:]


def direction(values: FloatArray, effects: FloatArray) -> str:
    """``raises`` or ``lowers`` where more of the value clearly does so (Spearman), else ``both``;
    ``none`` where nothing varies."""
    known = ~np.isnan(values)
    ranks = pd.DataFrame({"value": values[known], "effect": effects[known]}).rank()
    if len(ranks) < 2 or not (ranks.std() > 0).all():
        return "none"
    related = float(ranks["value"].corr(ranks["effect"]))
    return "raises" if related >= CLEAR else "lowers" if related <= -CLEAR else "both"


def _swarm_points(effects: FloatArray, values: FloatArray) -> list[list[float | None]]:
    return [
        [round(float(e), 3), round(float(o), 2), None if np.isnan(p) else round(float(p), 2)]
        for e, o, p in zip(effects, swarm(effects), places(values), strict=True)
    ]


def places(values: FloatArray) -> FloatArray:
    """Where each value stands: of those with another value, the share that lies below it.

    The lowest value is at 0 and the highest at 1, however many have it; 0.5 where all are equal,
    NaN where there is none.
    """
    column = pd.Series(values)
    below = column.rank(method="min").to_numpy() - 1
    above = column.notna().sum() - column.rank(method="max").to_numpy()
    others = below + above
    return np.where(others == 0, 0.5, below / np.where(others == 0, 1, others))


def swarm(values: FloatArray, *, n_bins: int = 60) -> FloatArray:
    """How far each point steps aside (-1 to 1) so that equal values do not hide each other.

    Points of one narrow bin go alternately to either side; the fullest bin is as wide as can be.
    """
    if not len(values):
        return np.empty(0)
    edges = np.linspace(values.min(), values.max(), n_bins + 1)
    at = pd.Series(np.clip(np.searchsorted(edges, values, side="right") - 1, 0, n_bins - 1))
    turn = at.groupby(at).cumcount().to_numpy()
    aside = np.where(turn % 2 == 1, (turn + 1) // 2, -(turn // 2)).astype(np.float64)
    return aside / max(1.0, float(np.abs(aside).max()))


def dependence(
    word: Words,
    drawn: tuple[FloatArray, FloatArray],
    forward: tuple[FloatArray, FloatArray],
    *,
    rng: np.random.Generator,
) -> Dependence:
    """One feature's values and effects, of candidates drawn and of those put forward."""
    values, effects = drawn
    known = ~np.isnan(values)
    gone = effects[~known]
    own = values[known]
    deciles = np.quantile(own, np.linspace(0, 1, 11)) if len(own) else np.empty(0)
    return Dependence(
        feature=word.name,
        label=word.label,
        unit=word.unit,
        meaning=word.reason,
        logarithmic=_is_wide(own),
        points=_points(values, effects, N_POINTS, rng),
        forward=_points(*forward, N_FORWARD, rng),
        bins=binned(own, effects[known]),
        deciles=[_short(value) for value in deciles],
        missing=float(np.mean(~known)) if len(values) else 0.0,
        missing_effect=_short(np.median(gone)) if len(gone) else None,
    )


def _is_wide(values: FloatArray) -> bool:
    """Nothing at 0 or below, and the largest far beyond the middle one."""
    if not len(values) or values.min() <= 0:
        return False
    return bool(values.max() > WIDE * np.median(values))


def _points(
    values: FloatArray, effects: FloatArray, most: int, rng: np.random.Generator
) -> list[list[float]]:
    shown = rng.permutation(np.flatnonzero(~np.isnan(values)))[:most]
    return [[_short(values[i]), round(float(effects[i]), 3)] for i in shown]


def _short(value: float) -> float:
    """Three significant digits: enough to draw."""
    return float(f"{float(value):.3g}")


def binned(values: FloatArray, effects: FloatArray, *, n_bins: int = N_BINS) -> list[Bin]:
    """Medians of effects: by value where there are few, else by tenths of the candidates."""
    if not len(values):
        return []
    few = np.unique(values)
    if len(few) <= n_bins:
        at = np.searchsorted(few, values)
    else:
        edges = np.unique(np.quantile(values, np.linspace(0, 1, n_bins + 1)))
        at = np.clip(np.searchsorted(edges, values, side="right") - 1, 0, len(edges) - 2)
    found = []
    for one in np.unique(at):
        low, middle, high = np.quantile(effects[at == one], [0.25, 0.5, 0.75])
        found.append(
            Bin(
                n=int(np.sum(at == one)),
                value=_short(np.median(values[at == one])),
                median=round(float(middle), 4),
                low=round(float(low), 4),
                high=round(float(high), 4),
            )
        )
    return found


def _together(fitted: Fitted, sample: Sample, drawn: Int64Array, ahead: Int64Array) -> Interactions:
    """Over candidates drawn and, since few are, as many that were put forward."""
    rows = np.unique(np.concatenate([drawn[:N_TOGETHER], ahead[:N_TOGETHER]]))
    names = list(fitted.feature_names)
    asked = sample.features.loc[:, names].to_numpy(np.float64)[rows]
    labels = [name_of(fitted.words, members) for members in fitted.groups]

    def score(mixed: Matrix) -> FloatArray:
        return fitted.score(pd.DataFrame(mixed, columns=names))

    return interactions(score, asked, fitted.groups, labels)
