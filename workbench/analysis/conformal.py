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

from workbench.analysis.tables import FloatArray, IntArray
from workbench.analysis.uncertainty import wilson

COVERAGE = 0.95  # as every interval of the workbench
RESERVE = 0.2  # of the misses that are allowed, kept for later candidates being unlike earlier ones


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

    def checked(self, scores: FloatArray, labels: IntArray) -> dict[str, float]:
        """Coverage per class on a later slice, with 95 % intervals (Wilson), and how often there
        is no single answer; shares from 0 to 1."""
        kept = {
            "true": (scores >= self.lowest_true)[labels == 1],
            "false": (scores <= self.highest_false)[labels != 1],
        }
        found = {}
        for name, within in kept.items():
            if len(within):
                share = np.array([within.mean()])
                low, high = wilson(share, np.array([len(within)]))
                found[f"conformal_coverage_{name}"] = float(share[0])
                found[f"conformal_coverage_{name}_low"] = float(low[0])
                found[f"conformal_coverage_{name}_high"] = float(high[0])
        single = (scores >= self.lowest_true) != (scores <= self.highest_false)
        if len(single):
            found["conformal_cannot_tell"] = float(1 - single.mean())
        return found


def _bound(scores: FloatArray, misses: float) -> float:
    """The k-th lowest of n scores, k the whole part of misses × (n + 1); -inf for k = 0."""
    k = int(np.floor(misses * (len(scores) + 1) + 1e-9))
    return float(np.sort(scores)[k - 1]) if k else -np.inf
