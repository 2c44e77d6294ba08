"""Effects of many refitted lines at once: twenty refits for the time of one.

For a line the effect of a feature is its slope times the distance from the background's mean
(Štrumbelj and Kononenko 2014), which is what shap's linear explainer computes; a test compares.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from workbench.analysis.tables import FloatArray
from workbench.analysis.wording import Cube, Matrix


@dataclass(frozen=True, slots=True)
class LinearRefits:
    """What r refits fill in for a missing value, their slopes and their backgrounds' means,
    each r × features, in the features' own units; and what each line starts from (r of them)."""

    filled: Matrix
    slopes: Matrix
    centres: Matrix
    starts: FloatArray

    @staticmethod
    def of(refits: Sequence[tuple[Any, Matrix]]) -> LinearRefits | None:
        """From pairs of estimator and background; None unless each is impute, scale, line."""
        from sklearn.linear_model import LogisticRegression
        from sklearn.pipeline import Pipeline

        filled, slopes, centres, starts = [], [], [], []
        for estimator, background in refits:
            if not isinstance(estimator, Pipeline) or [n for n, _ in estimator.steps] != STEPS:
                return None
            impute, scale, line = (step for _, step in estimator.steps)
            if not isinstance(line, LogisticRegression):
                return None
            filled.append(impute.statistics_)
            slopes.append(line.coef_[0] / scale.scale_)
            centres.append(impute.transform(background).mean(axis=0))
            starts.append(line.intercept_[0] - slopes[-1] @ scale.mean_)
        if not filled:
            return None
        return LinearRefits(np.array(filled), np.array(slopes), np.array(centres), np.array(starts))

    def effects(self, rows: Matrix) -> Cube:
        """Effects of n rows by each refit, r × n × features."""
        found: Cube = self.slopes[:, None, :] * (self._known(rows) - self.centres[:, None, :])
        return found

    def scores(self, rows: Matrix) -> Matrix:
        """What each refit says of n rows, r × n log-odds."""
        said: Matrix = (self.slopes[:, None, :] * self._known(rows)).sum(axis=2)
        return self.starts[:, None] + said

    def _known(self, rows: Matrix) -> Cube:
        return np.where(np.isnan(rows), self.filled[:, None, :], rows)


STEPS = ["impute", "scale", "fit"]
