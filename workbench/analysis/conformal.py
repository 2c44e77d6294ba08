"""When a model may not answer: conformal prediction sets with a coverage for each class.

Split conformal prediction (Vovk, Gammerman and Shafer 2005), conditional on the class (Mondrian;
Vovk 2012): of those that hold, at least the stated share keep the answer "it holds" in their set,
and of those that do not hold, the answer "it does not"; true cases are too rare for one coverage
over both to say anything about them. It holds as far as later candidates are like those of the
calibration slice. They never are quite, so part of the misses is kept in reserve (`make models`
measures how much later slices need), and each model's coverage is checked on a slice later still.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from workbench.analysis.slice_measures import around
from workbench.analysis.tables import FloatArray, IntArray
from workbench.analysis.uncertainty import N_REPLICATES, resampled
from workbench.domain.checked import Kept

Bools = np.ndarray[tuple[int], np.dtype[np.bool_]]

COVERAGE = 0.95  # as every interval of the workbench
RESERVE = 0.3  # of the misses that are allowed, kept for later candidates being unlike earlier ones


@dataclass(frozen=True, slots=True)
class Conformal:
    """Two bounds on the score (log-odds), from calibration candidates of each class.

    "It holds" stays possible from `lowest_true` on, "it does not" up to `highest_false`.
    """

    coverage: float
    lowest_true: float
    highest_false: float

    @staticmethod
    def of(
        scores: FloatArray, labels: IntArray, *, coverage: float = COVERAGE, reserve: float = 0.0
    ) -> Conformal:
        """From scores of a slice that the model did not learn on, and its labels (1 true).

        Of the share that `coverage` allows to miss, `reserve` (0 to 1) is not used.
        """
        misses = (1 - coverage) * (1 - reserve)
        return Conformal(
            coverage,
            _bound(scores[labels == 1], misses),
            -_bound(-scores[labels != 1], misses),
        )

    def answers(self, score: float) -> tuple[bool, ...]:
        """The answers that cannot be ruled out: True for "it holds", False for "it does not"."""
        holds, holds_not = score >= self.lowest_true, score <= self.highest_false
        return (*((True,) if holds else ()), *((False,) if holds_not else ()))

    def single(self, scores: FloatArray) -> Bools:
        """Which of n scores leave exactly one answer."""
        found: Bools = (scores >= self.lowest_true) != (scores <= self.highest_false)
        return found

    def kept(
        self, scores: FloatArray, labels: IntArray, people: pd.DataFrame, *, seed: int
    ) -> tuple[Kept, ...]:
        """Coverage found on a later slice, for each class that it has; people are resampled.

        Candidates share people, so as many trials as candidates would make it look too sure.
        """
        true = labels == 1
        right = np.where(true, scores >= self.lowest_true, scores <= self.highest_false)
        draws = list(resampled(people, len(scores), n_replicates=N_REPLICATES, seed=seed))
        found = []
        for answer in (True, False):
            mine = true == answer
            if mine.any():
                share = float(right[mine].mean())
                again = np.array([_share(right[mine], weights[mine]) for weights in draws])
                bounds = around(share, again, int(mine.sum()))
                found.append(Kept(answer=answer, share=share, interval=bounds, n=int(mine.sum())))
        return tuple(found)


def _share(right: Bools, weights: FloatArray) -> float:
    total = float(weights.sum())
    return float(weights[right].sum()) / total if total else float("nan")


def _bound(scores: FloatArray, misses: float) -> float:
    """The k-th lowest of n scores, k the whole part of misses × (n + 1); -inf for k = 0."""
    k = int(np.floor(misses * (len(scores) + 1) + 1e-9))
    return float(np.sort(scores)[k - 1]) if k else -np.inf
