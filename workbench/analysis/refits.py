"""All refits of a model asked at once: what each says of rows, and the effects of the features."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol

import numpy as np

from workbench.analysis.linear_refits import LinearRefits
from workbench.analysis.tree_refits import TreeRefits
from workbench.analysis.wording import Cube, Matrix
from workbench.domain.errors import BadInput, Withheld
from workbench.domain.finding import RESIDUAL_BOUND


class Refits(Protocol):
    """r refits; rows are n × features."""

    def effects(self, rows: Matrix) -> Cube:
        """Effects of n rows by each refit, r × n × features."""

    def scores(self, rows: Matrix) -> Matrix:
        """What each refit says of n rows, r × n log-odds."""


class NoRefits:
    """A model that was not refitted: nothing is stable, nothing has an interval."""

    def effects(self, rows: Matrix) -> Cube:
        return np.empty((0, *rows.shape))

    def scores(self, rows: Matrix) -> Matrix:
        return np.empty((0, len(rows)))


def refits_of(refits: Sequence[tuple[Any, Matrix]]) -> Refits:
    """From pairs of estimator and background.

    Each refit's own output is compared, on its background, with what is said of it here.

    Raises
    ------
    BadInput
        Code ``no_explainer`` for refits that are neither lines nor gradient boosting.
    Withheld
        When what is said of a refit misses its own output by more than 1e-6.
    """
    if not refits:
        return NoRefits()
    found = LinearRefits.of(refits) or TreeRefits.of(refits)
    if found is None:
        raise BadInput(
            f"Refits of {type(refits[0][0]).__name__} cannot be asked all at once; use logistic "
            "regression, or gradient boosting without native categories, or add a way with "
            "its proof.",
            code="no_explainer",
        )
    return checked(found, refits)


def checked(found: Refits, refits: Sequence[tuple[Any, Matrix]]) -> Refits:
    """`found`, once it said on each background what that refit says itself; else Withheld."""
    for i, (estimator, background) in enumerate(refits):
        missed = np.abs(found.scores(background)[i] - estimator.decision_function(background))
        if not missed.max(initial=0.0) <= RESIDUAL_BOUND:  # also catches NaN
            raise Withheld(
                f"The explanation is withheld: what is said of refit {i + 1} misses its own "
                f"output by {missed.max():.3g} log-odds.",
                method="refits on resampled people",
                residual=float(missed.max()),
            )
    return found
