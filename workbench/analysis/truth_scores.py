"""Explanations scored against truth: is the true cause among the reasons that were stated?

Only in a synthetic world is the cause known. What chance would reach is reported beside it, since
a model of few features names the right one now and then whatever it says.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from workbench.analysis.explanation import stated
from workbench.analysis.tables import FloatArray, Int64Array, IntArray
from workbench.analysis.uncertainty import wilson
from workbench.domain.finding import Explanation


@dataclass(frozen=True, slots=True)
class ReasonsRight:
    """Counts over true candidates that were put forward.

    Parameters
    ----------
    n_found : int
        True candidates put forward.
    n_mapped : int
        Of these, with a cause that a feature could name: the denominator.
    n_stated, n_right : int
        Of these, with any reason stated, and with the cause among the reasons.
    n_withheld : int
        Of these, without an explanation.
    by_chance : float
        Share that as many reasons drawn blindly, from those that raised the score as the stated
        ones did, would get right; NaN without a denominator.
    """

    n_found: int
    n_mapped: int
    n_stated: int
    n_right: int
    n_withheld: int
    by_chance: float

    @property
    def share(self) -> float:
        return self.n_right / self.n_mapped if self.n_mapped else float("nan")

    def interval(self) -> tuple[float, float]:
        """95 % (Wilson); 0 to 1 without a denominator."""
        if not self.n_mapped:
            return 0.0, 1.0
        low, high = wilson(np.array([self.share]), np.array([self.n_mapped]))
        return float(low[0]), float(high[0])

    def as_json(self) -> dict[str, object]:
        return {
            "share": self.share if self.n_mapped else None,
            "interval": list(self.interval()) if self.n_mapped else None,
            "by_chance": self.by_chance if self.n_mapped else None,
            "n_found": self.n_found,
            "n_mapped": self.n_mapped,
            "n_stated": self.n_stated,
            "n_right": self.n_right,
            "n_withheld": self.n_withheld,
        }

    def measures(self) -> dict[str, float]:
        """Numbers for a run's measures."""
        low, high = self.interval()
        return {
            "reasons_right": self.share,
            "reasons_right_low": low,
            "reasons_right_high": high,
            "reasons_right_by_chance": self.by_chance,
            "reasons_right_n": float(self.n_mapped),
        }


def reasons_right(
    explained: Sequence[Explanation | None], causes: Sequence[frozenset[str]]
) -> ReasonsRight:
    """Score explanations of true candidates that were put forward.

    Parameters
    ----------
    explained : sequence
        None where the explanation was withheld.
    causes : sequence of sets of features
        Any of them names the cause; empty where none could.
    """
    mapped = [(e, cause) for e, cause in zip(explained, causes, strict=True) if cause]
    named = [[set(reason.features) for reason in stated(e, sign=1)] if e else [] for e, _ in mapped]
    right = [
        any(features & cause for features in reasons)
        for reasons, (_, cause) in zip(named, mapped, strict=True)
    ]
    chances = [
        _chance([set(r.features) for r in e.reasons if r.effect > 0], cause, len(reasons))
        if e
        else 0.0
        for (e, cause), reasons in zip(mapped, named, strict=True)
    ]
    return ReasonsRight(
        n_found=len(causes),
        n_mapped=len(mapped),
        n_stated=sum(bool(reasons) for reasons in named),
        n_right=sum(right),
        n_withheld=sum(e is None for e, _ in mapped),
        by_chance=float(np.mean(chances)) if chances else float("nan"),
    )


def _chance(groups: Sequence[set[str]], cause: frozenset[str], drawn: int) -> float:
    """Chance that one of `drawn` groups, drawn without looking, holds the cause."""
    n, wrong = len(groups), sum(not group & cause for group in groups)
    missed = 1.0
    for k in range(min(drawn, n)):
        missed *= max(wrong - k, 0) / (n - k)
    return 1.0 - missed


def true_and_forward(true: IntArray, probability: FloatArray, threshold: float) -> Int64Array:
    """Rows of the true candidates that reach the threshold."""
    return np.flatnonzero((true == 1) & (probability >= threshold)).astype(np.int64)
