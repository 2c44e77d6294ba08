"""How good a fitted model is on candidates it did not learn from, beside the simplest rule."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from workbench.analysis.modelling import Candidates, Fitted, Sample
from workbench.analysis.tables import FloatArray, IntArray
from workbench.analysis.uncertainty import (
    N_REPLICATES,
    Ranking,
    at_threshold,
    expected_calibration_error,
    interval,
    resampled,
)


@dataclass(frozen=True, slots=True)
class Measures:
    """Point values and their 95 % intervals, people resampled; NaN where one has no meaning.

    Keys: auc, average_precision, precision, recall, f1, calibration_error.
    """

    values: Mapping[str, float]
    intervals: Mapping[str, tuple[float, float]]

    def flat(self, prefix: str = "") -> dict[str, float]:
        """One number per key, intervals as ``<key>_low`` and ``<key>_high``."""
        found = {f"{prefix}{k}": v for k, v in self.values.items()}
        for key, (low, high) in self.intervals.items():
            found |= {f"{prefix}{key}_low": low, f"{prefix}{key}_high": high}
        return found


def measured(
    scores: FloatArray,
    probability: FloatArray,
    labels: IntArray,
    people: pd.DataFrame,
    *,
    threshold: float,
    n_lost: int = 0,
    seed: int,
) -> Measures:
    """Measures of n candidates with known labels.

    Parameters
    ----------
    people : DataFrame
        Columns candidate, entity: whom to resample.
    n_lost : int
        True cases that never became candidates; recall and F1 count them.
    """
    if not len(labels):
        none = dict.fromkeys(("auc", "average_precision", "precision", "f1"), float("nan"))
        return Measures(none | {"recall": 0.0 if n_lost else float("nan")}, {})
    ranking = Ranking(labels, scores)

    def every(weights: FloatArray | None) -> dict[str, float]:
        precision, recall, f1 = at_threshold(
            probability, labels, threshold, n_lost=n_lost, weights=weights
        )
        ranked = {
            "auc": ranking.auc(weights),
            "average_precision": ranking.average_precision(weights),
        }
        return ranked | {"precision": precision, "recall": recall, "f1": f1}

    draws = pd.DataFrame(
        [every(w) for w in resampled(people, len(labels), n_replicates=N_REPLICATES, seed=seed)]
    )
    values = every(None) | {"calibration_error": expected_calibration_error(probability, labels)}
    return Measures(values, {str(k): interval(draws[k].to_numpy()) for k in draws})


def measured_on(fitted: Fitted, sample: Sample, *, seed: int) -> Measures:
    """Measures of a fitted model on a later sample."""
    return measured(
        fitted.score(sample.features),
        fitted.probability(sample.features),
        sample.labels,
        sample.people,
        threshold=fitted.threshold,
        seed=seed,
    )


@dataclass(frozen=True, slots=True)
class Baseline:
    """The simplest rule: one feature, more of it (or less) ranks higher."""

    feature: str
    sign: float

    def scores(self, features: pd.DataFrame) -> FloatArray:
        """What has no value ranks last."""
        values = features[self.feature].to_numpy(np.float64) * self.sign
        known = values[~np.isnan(values)]
        lowest = float(known.min()) - 1.0 if len(known) else 0.0
        return np.where(np.isnan(values), lowest, values)


def single_best_feature(train: Sample) -> Baseline:
    """The feature that alone ranks the training sample best, by average precision."""
    found = []
    for name in train.features.columns:
        for sign in (1.0, -1.0):
            rule = Baseline(str(name), sign)
            scores = rule.scores(train.features)
            found.append((Ranking(train.labels, scores).average_precision(), rule))
    return max(found, key=lambda item: item[0])[1]


def unseen(
    candidates: Candidates, *earlier: Candidates
) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    """True for each candidate that none of the `earlier` ones was about.

    One that rests on links is unseen when at most half of them were in an earlier candidate; one
    that rests on none, when no earlier one had the same members.
    """
    keys = {key for before in earlier for key in before.identities()}
    links = np.unique(np.concatenate([np.empty(0, np.int32), *(e.links for e in earlier)]))
    known = np.isin(candidates.links, links)
    n_links = np.diff(candidates.link_offsets)
    running = np.concatenate([[0], np.cumsum(known)])
    n_known = running[candidates.link_offsets[1:]] - running[candidates.link_offsets[:-1]]
    fresh = np.array([key not in keys for key in candidates.identities()], dtype=np.bool_)
    return np.where(n_links > 0, 2 * n_known <= n_links, fresh)
