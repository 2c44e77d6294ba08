"""A fitted estimator with its calibration, its refits and what its features were among peers.

It scores, calibrates, explains and says what would change the result; all of it is data that
skops can keep.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from typing import Any

import numpy as np
import pandas as pd

from workbench.analysis.explanation import (
    Explainer,
    Matrix,
    Peers,
    Words,
    explainer_of,
    explanations,
    shown,
    stable_shares,
    unless,
)
from workbench.analysis.tables import FloatArray, IntArray
from workbench.analysis.uncertainty import Calibrator, spread
from workbench.domain.errors import BadInput
from workbench.domain.finding import Explanation

KIND = "feature_model/1"


@dataclass(frozen=True)
class FittedModel:
    """An estimator with its calibration, refits and peers; implements `modelling.Fitted`.

    Parameters
    ----------
    refits : tuple of (estimator, Calibrator)
        The same on resampled people.
    background : float array, m × features
        What the linear explainer compares with.
    fixed : frozenset
        Features left out of what would change the result.
    """

    estimator_name: str
    estimator: Any
    calibrator: Calibrator
    refits: tuple[tuple[Any, Calibrator], ...]
    threshold: float
    words: tuple[Words, ...]
    peers: Peers
    background: Matrix
    fixed: frozenset[str]

    @property
    def feature_names(self) -> tuple[str, ...]:
        return tuple(w.name for w in self.words)

    def score(self, features: pd.DataFrame) -> FloatArray:
        return decision(self.estimator, self._matrix(features))

    def probability(self, features: pd.DataFrame) -> FloatArray:
        return self._probability(self._matrix(features))

    def interval(self, features: pd.DataFrame) -> tuple[FloatArray, FloatArray]:
        rows = self._matrix(features)
        said = [calibrator(decision(estimator, rows)) for estimator, calibrator in self.refits]
        return spread(self._probability(rows), np.array(said).reshape(-1, len(rows)))

    def explain(self, features: pd.DataFrame) -> tuple[Explanation, ...]:
        rows = self._matrix(features)
        if not len(rows):
            return ()
        served, *others = self._explainers
        refitted = [explain(rows).effects for explain in others]
        return explanations(
            served(rows),
            decision(self.estimator, rows),
            rows,
            words=self.words,
            peers=self.peers,
            stable=stable_shares(refitted) if refitted else np.zeros_like(rows),
            n_refits=len(others),
        )

    def unless(self, features: pd.DataFrame) -> tuple[str, ...]:
        return unless(
            self._probability,
            self._matrix(features)[0],
            self.threshold,
            words=self.words,
            peers=self.peers,
            fixed=self.fixed,
        )

    def flags(self, features: pd.DataFrame) -> tuple[str, ...]:
        found = []
        for j, value in enumerate(self._matrix(features)[0]):
            low, high = self.peers.quantiles[j, 0], self.peers.quantiles[j, -1]
            word = self.words[j]
            if np.isnan(value) and self.peers.missing[j] == 0:
                found.append(f"{word.name} has no value; in training it always had one.")
            if value < low or value > high or (not np.isnan(value) and np.isnan(low)):
                seen = f"{shown(low)} to {shown(high)}" if not np.isnan(low) else "nothing"
                found.append(f"{word.name} is {word.value(value)}; training saw {seen}.")
        return tuple(found)

    def state(self) -> dict[str, Any]:
        return {
            "kind": KIND,
            "estimator_name": self.estimator_name,
            "estimator": self.estimator,
            "calibrator": _calibrator_state(self.calibrator),
            "refits": [[e, _calibrator_state(c)] for e, c in self.refits],
            "threshold": self.threshold,
            "words": [[w.name, w.unit, w.reason] for w in self.words],
            "quantiles": self.peers.quantiles,
            "missing": self.peers.missing,
            "background": self.background,
            "fixed": sorted(self.fixed),
        }

    @staticmethod
    def restore(state: Mapping[str, Any]) -> FittedModel:
        """From what `state` gave; raises BadInput for another kind."""
        if state.get("kind") != KIND:
            raise BadInput(
                f"The artifact is of kind {state.get('kind')}, not {KIND}; "
                "train the model again with this version.",
                code="artifact_kind",
            )
        return FittedModel(
            state["estimator_name"],
            state["estimator"],
            Calibrator(**state["calibrator"]),
            tuple((e, Calibrator(**c)) for e, c in state["refits"]),
            state["threshold"],
            tuple(Words(*w) for w in state["words"]),
            Peers(state["quantiles"], state["missing"]),
            state["background"],
            frozenset(state["fixed"]),
        )

    @cached_property
    def _explainers(self) -> tuple[Explainer, ...]:
        estimators = [self.estimator, *(e for e, _ in self.refits)]
        return tuple(explainer_of(e, self.background) for e in estimators)

    def _probability(self, rows: Matrix) -> FloatArray:
        return self.calibrator(decision(self.estimator, rows))

    def _matrix(self, features: pd.DataFrame) -> Matrix:
        return to_matrix(features, self.feature_names)


def to_matrix(features: pd.DataFrame, names: Sequence[str]) -> Matrix:
    """The named columns as n × features float64; refuses missing columns and infinities."""
    lost = [name for name in names if name not in features.columns]
    if lost:
        raise BadInput(
            f"The features lack {', '.join(lost)}; compute them with the model's own definition.",
            code="columns",
        )
    rows: Matrix = features.loc[:, list(names)].to_numpy(dtype=np.float64)
    if np.isinf(rows).any():
        raise BadInput(
            f"{int(np.isinf(rows).any(axis=1).sum())} candidates have an infinite feature value; "
            "mend the feature, a value that is not known is NaN.",
            code="range",
        )
    return rows


def decision(estimator: Any, rows: Matrix) -> FloatArray:
    """Log-odds of n rows, by one thread; none for no rows."""
    if not len(rows):
        return np.empty(0)
    with _one_thread():
        return np.asarray(estimator.decision_function(rows), dtype=np.float64)


def learn(estimator: Any, rows: Matrix, labels: IntArray) -> Any:
    """`estimator`, fitted, by one thread."""
    with _one_thread():
        return estimator.fit(rows, labels)


def _one_thread() -> Any:
    """Threads that wait for each other on a busy machine cost more than they bring here."""
    return _controller().limit(limits=1)


@cache
def _controller() -> Any:
    import sklearn.ensemble  # noqa: F401  # what is not loaded is not found
    from threadpoolctl import ThreadpoolController

    return ThreadpoolController()


def _calibrator_state(calibrator: Calibrator) -> dict[str, Any]:
    return {"method": calibrator.method, "x": calibrator.x, "y": calibrator.y}
