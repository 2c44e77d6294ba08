"""The common kind of model: a scikit-learn estimator on features of a candidate.

Two estimators are compared, the simplest first: logistic regression (imputed, scaled) and
gradient boosting on numeric columns. Each is calibrated on a later time slice and refitted on
resampled people, which gives intervals of probabilities and the stability of reasons.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache, cached_property, partial
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
from workbench.analysis.features import Feature
from workbench.analysis.modelling import Sample
from workbench.analysis.tables import FloatArray, IntArray
from workbench.analysis.uncertainty import (
    Calibrator,
    calibrate,
    choose_threshold,
    resampled,
    spread,
)
from workbench.domain.errors import BadInput
from workbench.domain.finding import Explanation

N_BACKGROUND = 200
LEAST_TRUE = 10  # true cases that learning needs
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
        return _decision(self.estimator, self._matrix(features))

    def probability(self, features: pd.DataFrame) -> FloatArray:
        return self._probability(self._matrix(features))

    def interval(self, features: pd.DataFrame) -> tuple[FloatArray, FloatArray]:
        rows = self._matrix(features)
        said = [calibrator(_decision(estimator, rows)) for estimator, calibrator in self.refits]
        return spread(self._probability(rows), np.array(said).reshape(-1, len(rows)))

    def explain(self, features: pd.DataFrame) -> tuple[Explanation, ...]:
        rows = self._matrix(features)
        if not len(rows):
            return ()
        served, *others = self._explainers
        refitted = [explain(rows).effects for explain in others]
        return explanations(
            served(rows),
            _decision(self.estimator, rows),
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
        return self.calibrator(_decision(self.estimator, rows))

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


def _decision(estimator: Any, rows: Matrix) -> FloatArray:
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


def logistic() -> Any:
    """Median imputation, scaling, logistic regression with an L2 penalty."""
    from sklearn.impute import SimpleImputer
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import Pipeline
    from sklearn.preprocessing import StandardScaler

    return Pipeline(
        [
            ("impute", SimpleImputer(strategy="median", keep_empty_features=True)),
            ("scale", StandardScaler()),
            ("fit", LogisticRegression(max_iter=1000)),
        ]
    )


def boosting(seed: int) -> Any:
    """Gradient boosting, numeric columns only: shap misses native categories."""
    from sklearn.ensemble import HistGradientBoostingClassifier

    return HistGradientBoostingClassifier(
        max_iter=60,
        max_leaf_nodes=12,
        learning_rate=0.1,
        min_samples_leaf=20,
        l2_regularization=1.0,
        early_stopping=False,
        categorical_features=None,
        random_state=seed,
    )


class FeatureModel:
    """`fit`, `settle` and `restore` for models whose candidates are described by features.

    A definition inherits from it, sets `described_by`, and adds what `ModelDefinition` asks for.
    """

    described_by: tuple[Feature[Any], ...] = ()
    fixed: frozenset[str] = frozenset()  # features that no check of a record could change
    n_refits: int = 20

    def fit(self, train: Sample, calibration: Sample, *, seed: int) -> dict[str, FittedModel]:
        """Both estimators, calibrated, logistic regression first; `settle` the one taken.

        Raises
        ------
        BadInput
            Code ``too_few_true`` when fewer than ten true cases are there to learn from.
        """
        for name, sample in (("training", train), ("calibration", calibration)):
            n_true = int(np.sum(sample.labels == 1))
            if n_true < LEAST_TRUE or n_true == len(sample):
                raise BadInput(
                    f"The {name} slice has {n_true} true cases among {len(sample)} candidates; "
                    f"at least {LEAST_TRUE} true and some false are needed, so use a larger or "
                    "longer dataset.",
                    code="too_few_true",
                )
        names = ("logistic_regression", "gradient_boosting")
        return {name: self._fit(name, train, calibration, seed) for name in names}

    def settle(
        self, fitted: FittedModel, train: Sample, calibration: Sample, *, seed: int
    ) -> FittedModel:
        """`fitted` with its refits on resampled people, for intervals and stability."""
        refits = _refits(
            self._maker(fitted.estimator_name, seed),
            (to_matrix(train.features, fitted.feature_names), train),
            (to_matrix(calibration.features, fitted.feature_names), calibration),
            fitted.calibrator.method,
            self.n_refits,
            seed,
        )
        return replace(fitted, refits=refits)

    def restore(self, state: Mapping[str, Any]) -> FittedModel:
        return FittedModel.restore(state)

    def _maker(self, name: str, seed: int) -> Callable[[], Any]:
        return logistic if name == "logistic_regression" else partial(boosting, seed)

    def _fit(self, name: str, train: Sample, calibration: Sample, seed: int) -> FittedModel:
        names = [f.name for f in self.described_by]
        rows, later = to_matrix(train.features, names), to_matrix(calibration.features, names)
        estimator = learn(self._maker(name, seed)(), rows, train.labels)
        scores = _decision(estimator, later)
        calibrator = calibrate(scores, calibration.labels)
        return FittedModel(
            estimator_name=name,
            estimator=estimator,
            calibrator=calibrator,
            refits=(),
            threshold=choose_threshold(calibrator(scores), calibration.labels),
            words=tuple(Words(f.name, f.unit, f.meaning) for f in self.described_by),
            peers=Peers.of(rows),
            background=np.random.default_rng(seed).permutation(rows)[:N_BACKGROUND],
            fixed=self.fixed,
        )


def _refits(
    make: Callable[[], Any],
    train: tuple[Matrix, Sample],
    calibration: tuple[Matrix, Sample],
    method: str,
    n_refits: int,
    seed: int,
) -> tuple[tuple[Any, Calibrator], ...]:
    """Estimator and calibration on resampled people; draws without both classes are skipped."""
    rows, labels = train[0], train[1].labels
    later, later_labels = calibration[0], calibration[1].labels
    refits: list[tuple[Any, Calibrator]] = []
    for drawn, later_drawn in zip(
        resampled(train[1].people, len(rows), n_replicates=3 * n_refits, seed=seed),
        resampled(calibration[1].people, len(later), n_replicates=3 * n_refits, seed=seed + 1),
        strict=True,
    ):
        picked = np.repeat(np.arange(len(rows)), drawn.astype(np.int64))
        kept = later_drawn > 0
        if len(refits) == n_refits:
            break
        if _both(labels[picked]) and _both(later_labels[kept]):
            again = learn(make(), rows[picked], labels[picked])
            scores, weights = _decision(again, later[kept]), later_drawn[kept]
            refits.append(
                (again, calibrate(scores, later_labels[kept], weights=weights, method=method))
            )
    return tuple(refits)


def _both(labels: IntArray) -> bool:
    return 0 < int(np.sum(labels == 1)) < len(labels)
