"""The common kind of model: a scikit-learn estimator on features of a candidate.

Two estimators are compared, the simplest first: logistic regression (imputed, scaled) and
gradient boosting on numeric columns. Each is calibrated on a later time slice; the one that is
taken is refitted on resampled people, for intervals of probabilities and stability of reasons.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from functools import partial
from types import MappingProxyType
from typing import Any, cast

import numpy as np
import pandas as pd

from workbench.analysis.conformal import RESERVE, Conformal
from workbench.analysis.features import Feature
from workbench.analysis.fitted_model import FittedModel, Refit, decision, learn, to_matrix
from workbench.analysis.graph import CaseGraph
from workbench.analysis.grouping import correlated, directions
from workbench.analysis.modelling import (
    Candidates,
    ModelDefinition,
    OrdinaryStory,
    Sample,
    asked_anew,
    no_categories,
    words_by_input,
)
from workbench.analysis.tables import IntArray
from workbench.analysis.uncertainty import calibrate, choose_threshold, resampled
from workbench.analysis.wording import Matrix, Peers, Words
from workbench.domain.errors import BadInput
from workbench.domain.finding import LEAST_REFITS

N_BACKGROUND = 200
N_REFIT_BACKGROUND = 50  # of each refit, drawn from what it learnt on
LEAST_TRUE = 10  # true cases that learning needs
INVERSE_PENALTY = 0.1  # on scaled features; `make models` compares it with scikit-learn's own 1


def logistic(inverse_penalty: float = INVERSE_PENALTY) -> Any:
    """Median imputation, scaling, logistic regression with an L2 penalty.

    A few dozen true cases cannot settle twenty weights: with a weak penalty refits turn them
    round, and reasons with them.
    """
    from sklearn.impute import SimpleImputer
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import Pipeline
    from sklearn.preprocessing import StandardScaler

    return Pipeline(
        [
            ("impute", SimpleImputer(strategy="median", keep_empty_features=True)),
            ("scale", StandardScaler()),
            ("fit", LogisticRegression(C=inverse_penalty, max_iter=1000)),
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
    fixed: frozenset[str] = frozenset()  # features never supposed otherwise: no check of a record
    # could change them alone, or they may follow a sensitive trait
    at_most: Mapping[str, str] = MappingProxyType({})  # of a feature the whole it is a part of
    own: str = ""  # what `history` holds, in words
    margin: float = 0.05  # of the bias audit; a model says in `harm` why it is that
    harm: str = ""
    outcome: str = "records come to state it"
    n_refits: int = LEAST_REFITS
    inverse_penalty: float = INVERSE_PENALTY  # of the logistic regression

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
        """`fitted` with its refits on resampled people, for intervals and stability.

        Raises
        ------
        BadInput
            Code ``too_few_refits`` when too few resamples hold both classes: then nothing could
            say how sure its probabilities and reasons are, so it is not to be served.
        """
        refits = _refits(
            self._maker(fitted.estimator_name, seed),
            (to_matrix(train.features, fitted.feature_names), train),
            (to_matrix(calibration.features, fitted.feature_names), calibration),
            fitted.calibrator.method,
            self.n_refits,
            seed,
        )
        if len(refits) < LEAST_REFITS:
            raise BadInput(
                f"Only {len(refits)} of {self.n_refits} refits on resampled people had true and "
                f"false cases, and {LEAST_REFITS} are needed to say how sure a probability or a "
                "reason is; use a dataset whose true cases are about more people.",
                code="too_few_refits",
            )
        return replace(fitted, refits=refits)

    def restore(self, state: Mapping[str, Any]) -> FittedModel:
        return FittedModel.restore(state)

    def history(
        self, graph: CaseGraph, candidates: Candidates, *, as_of: datetime
    ) -> pd.DataFrame | None:
        """No model has a history of its own unless it says what that is."""
        return None

    def without(
        self,
        graph: CaseGraph,
        candidates: Candidates,
        i: int,
        each: Sequence[IntArray],
        *,
        as_of: datetime,
        seed: int,
    ) -> pd.DataFrame:
        """The slow way; a model that can look at less is faster."""
        model = cast(ModelDefinition, self)
        return asked_anew(model, graph, candidates, i, each, as_of=as_of, seed=seed)

    def ordinary(
        self, graph: CaseGraph, candidates: Candidates, i: int, *, as_of: datetime
    ) -> OrdinaryStory | None:
        """No ordinary story is known unless a model tells one."""
        return None

    def categories(
        self, graph: CaseGraph, candidates: Candidates, *, as_of: datetime
    ) -> pd.DataFrame:
        """Features rest on no words unless a model says on which."""
        return no_categories()

    def causes(
        self, graph: CaseGraph, candidates: Candidates, truth: Mapping[str, pd.DataFrame]
    ) -> list[frozenset[str]]:
        """Nothing is known of true causes unless a model maps them."""
        return [frozenset()] * len(candidates)

    def _maker(self, name: str, seed: int) -> Callable[[], Any]:
        if name == "logistic_regression":
            return partial(logistic, self.inverse_penalty)
        return partial(boosting, seed)

    def _fit(self, name: str, train: Sample, calibration: Sample, seed: int) -> FittedModel:
        names = [f.name for f in self.described_by]
        rows, later = to_matrix(train.features, names), to_matrix(calibration.features, names)
        estimator = learn(self._maker(name, seed)(), rows, train.labels)
        scores = decision(estimator, later)
        calibrator = calibrate(scores, calibration.labels)
        groups = correlated(rows)
        return FittedModel(
            estimator_name=name,
            estimator=estimator,
            calibrator=calibrator,
            conformal=Conformal.of(scores, calibration.labels, reserve=RESERVE),
            refits=(),
            threshold=choose_threshold(calibrator(scores), calibration.labels),
            words=tuple(
                Words(f.name, f.label, f.unit, f.meaning, f.supposed) for f in self.described_by
            ),
            peers=Peers.of(rows),
            groups=groups,
            signs=directions(rows, groups),
            background=np.random.default_rng(seed).permutation(rows)[:N_BACKGROUND],
            fixed=self.fixed,
            at_most=self.at_most,
            own=self.own,
            categories=words_by_input(train.categories),
            later=None,
        )


def _refits(
    make: Callable[[], Any],
    train: tuple[Matrix, Sample],
    calibration: tuple[Matrix, Sample],
    method: str,
    n_refits: int,
    seed: int,
) -> tuple[Refit, ...]:
    """Estimator, calibration and background on resampled people; draws without both classes are
    skipped."""
    rows, labels = train[0], train[1].labels
    later, later_labels = calibration[0], calibration[1].labels
    rng = np.random.default_rng([seed, n_refits])
    refits: list[Refit] = []
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
            scores, weights = decision(again, later[kept]), later_drawn[kept]
            calibrator = calibrate(scores, later_labels[kept], weights=weights, method=method)
            background = rng.permutation(rows[picked])[:N_REFIT_BACKGROUND]
            refits.append(Refit(again, calibrator, background))
    return tuple(refits)


def _both(labels: IntArray) -> bool:
    return 0 < int(np.sum(labels == 1)) < len(labels)
