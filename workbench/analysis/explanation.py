"""The explanation contract: parts that add up to what the served model said, or nothing.

Values come from the shap library (Lundberg and Lee 2017; for trees Lundberg et al. 2020), in
log-odds. Whatever explainer made them, base value and effects are compared with the served
model's own output for every row; one that misses by more than 1e-6 is withheld. Two explainers
that miss silently (trees with a background, native categories) are controls in the tests.
"""

from __future__ import annotations

import hashlib
import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from workbench.analysis.tables import FloatArray
from workbench.domain.errors import BadInput
from workbench.domain.finding import Effect, Explanation, Space

TOP = 3  # how many reasons count as the top ones
YES_OR_NO = "yes or no"  # unit of a feature that is 1 or 0
NOTABLE = 0.05  # share of all effects' sizes from which an effect is a reason

Matrix = np.ndarray[tuple[int, int], np.dtype[np.float64]]


@dataclass(frozen=True, slots=True)
class Attribution:
    """What an explainer says of n rows: one base value and n × features effects, in log-odds."""

    method: str
    background_digest: str
    base_value: float
    effects: Matrix


Explainer = Callable[[Matrix], Attribution]


def explainer_of(estimator: Any, background: Matrix) -> Explainer:
    """The shap explainer that is right for a fitted estimator.

    Parameters
    ----------
    estimator : Pipeline ending in LogisticRegression, or HistGradientBoostingClassifier
        Boosting with numeric columns only.
    background : float array, m × features
        Rows that the linear explainer compares with; trees take none.

    Raises
    ------
    BadInput
        Code ``no_explainer`` for any other estimator.
    """
    from sklearn.ensemble import HistGradientBoostingClassifier
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import Pipeline

    if isinstance(estimator, HistGradientBoostingClassifier):
        return _tree(estimator)
    if isinstance(estimator, Pipeline) and isinstance(estimator[-1], LogisticRegression):
        return _linear(estimator, background)
    raise BadInput(
        f"No explainer is known to be right for {type(estimator).__name__}; "
        "use logistic regression or gradient boosting, or add one with its proof.",
        code="no_explainer",
    )


def load_shap() -> Any:
    """The shap library; what other libraries warn about while it is imported is left out."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import shap
    return shap


def _tree(estimator: Any) -> Explainer:
    shap = load_shap()
    explainer = shap.TreeExplainer(estimator)  # no background: with one it is silently wrong
    base = float(np.ravel(explainer.expected_value)[0])
    method = f"shap {shap.__version__} TreeExplainer, tree_path_dependent"
    return lambda rows: Attribution(method, "", base, explainer.shap_values(rows))


def _linear(estimator: Any, background: Matrix) -> Explainer:
    shap = load_shap()
    before, last = estimator[:-1], estimator[-1]
    prepared = before.transform(background)
    masker = shap.maskers.Independent(prepared, max_samples=len(prepared))
    explainer = shap.LinearExplainer((last.coef_[0], float(last.intercept_[0])), masker)
    base = float(explainer.expected_value)
    method = f"shap {shap.__version__} LinearExplainer, interventional"
    digest = digest_of(background)
    return lambda rows: Attribution(
        method, digest, base, explainer.shap_values(before.transform(rows))
    )


def digest_of(rows: Matrix) -> str:
    """SHA-256 of shape and values, 64 hex digits."""
    values = np.ascontiguousarray(rows, dtype="<f8")
    return hashlib.sha256(f"{values.shape}".encode() + values.tobytes()).hexdigest()


def stable_shares(refits: Sequence[Matrix], *, top: int = TOP) -> Matrix:
    """Share of refits in which a feature was among a row's `top` strongest, n × features.

    Parameters
    ----------
    refits : sequence of float arrays, each n × features
        Effects on the same rows from refits on resampled people.
    """
    within = np.zeros_like(refits[0])
    rows = np.arange(len(within))[:, None]
    for effects in refits:
        strongest = np.argsort(-np.abs(effects), axis=1, kind="stable")[:, :top]
        within[rows, strongest] += effects[rows, strongest] != 0
    return within / len(refits)


@dataclass(frozen=True, slots=True)
class Peers:
    """What the features were among the candidates a model learnt on.

    Parameters
    ----------
    quantiles : float array, features × 101
        Values that occurred, from the lowest to the highest per cent; NaN where none had one.
    missing : float array, features
        Share that had no value.
    """

    quantiles: Matrix
    missing: FloatArray

    @staticmethod
    def of(rows: Matrix) -> Peers:
        quantiles = np.full((rows.shape[1], 101), np.nan)
        for j, column in enumerate(rows.T):
            known = column[~np.isnan(column)]
            if len(known):
                quantiles[j] = np.quantile(known, np.linspace(0, 1, 101), method="inverted_cdf")
        return Peers(quantiles, np.isnan(rows).mean(axis=0))

    def compared(self, j: int, value: float) -> str:
        """Where `value` of feature j stands, in words."""
        line = self.quantiles[j]
        if np.isnan(line[0]):
            return "no other candidate had one"
        if np.isin(line, [0.0, 1.0]).all():
            return f"as in {int(np.sum(line[1:] == value))} of 100 other candidates"
        below = min(int(np.searchsorted(line, value, side="left")), 99)
        above = min(101 - int(np.searchsorted(line, value, side="right")), 99)
        if below > max(above, 50):
            return f"higher than in {below} of 100 other candidates"
        if above > max(below, 50):
            return f"lower than in {above} of 100 other candidates"
        low, high = shown(float(line[25])), shown(float(line[75]))
        return (
            f"as in most other candidates ({low})"
            if low == high
            else (f"as in many other candidates (half lie between {low} and {high})")
        )


@dataclass(frozen=True, slots=True)
class Words:
    """What a feature is called: column, unit, and its own docstring as the reason."""

    name: str
    unit: str
    reason: str

    def value(self, value: float) -> str:
        if np.isnan(value):
            return "no value"
        if self.unit == YES_OR_NO:
            return "yes" if value else "no"
        return f"{shown(value)} {self.unit}".strip()

    def sentence(self, value: float, comparison: str) -> str:
        said = f"{self.reason.rstrip('.')}: {self.value(value)}"
        return f"{said}." if np.isnan(value) else f"{said}, {comparison}."


def shown(value: float) -> str:
    """A whole number as it is, others to two significant digits, without exponent."""
    if value == round(value):
        return f"{value:,.0f}"
    return f"{value:,.0f}" if abs(value) >= 100 else f"{float(f'{value:.2g}'):.10g}"


def explanations(
    attribution: Attribution,
    outputs: FloatArray,
    rows: Matrix,
    *,
    words: Sequence[Words],
    peers: Peers,
    stable: Matrix,
    n_refits: int,
) -> tuple[Explanation, ...]:
    """One explanation per row, each compared with the served model's own output.

    Parameters
    ----------
    outputs : float array, n
        The served model's ``decision_function``.
    stable : float array, n × features
        From `stable_shares`.

    Raises
    ------
    Withheld
        When any row's parts miss its output by more than 1e-6.
    """
    return tuple(
        Explanation(
            method=attribution.method,
            space=Space.LOG_ODDS,
            base_value=attribution.base_value,
            effects=tuple(
                Effect(
                    feature=word.name,
                    value=None if np.isnan(rows[i, j]) else float(rows[i, j]),
                    unit=word.unit,
                    effect=float(attribution.effects[i, j]),
                    reason=word.reason,
                    sentence=word.sentence(rows[i, j], peers.compared(j, rows[i, j])),
                    stable_share=float(stable[i, j]),
                )
                for j, word in enumerate(words)
            ),
            output=float(outputs[i]),
            background_digest=attribution.background_digest,
            n_refits=n_refits,
        )
        for i in range(len(rows))
    )


def reasons_for(explanation: Explanation) -> tuple[str, ...]:
    """Sentences of the strongest notable reasons that raised the score, strongest first.

    Where no reason stays near the top in most refits, that is said first.
    """
    found = _reasons(explanation, sign=1)
    if found and not explanation.stands_out:
        return ("No single reason stands out: refits on resampled people rank them anew.", *found)
    return found


def reasons_against(explanation: Explanation) -> tuple[str, ...]:
    """Sentences of the strongest notable reasons that lowered the score, strongest first."""
    return _reasons(explanation, sign=-1)


def _reasons(explanation: Explanation, *, sign: int) -> tuple[str, ...]:
    enough = NOTABLE * sum(abs(e.effect) for e in explanation.effects)
    ranked = sorted(explanation.effects, key=lambda e: -sign * e.effect)
    return tuple(e.sentence for e in ranked[:TOP] if sign * e.effect > 0 and abs(e.effect) > enough)


def unless(
    probability: Callable[[Matrix], FloatArray],
    row: FloatArray,
    threshold: float,
    *,
    words: Sequence[Words],
    peers: Peers,
    fixed: frozenset[str],
) -> tuple[str, ...]:
    """What would change the result: the smallest change of one feature that crosses the line.

    Only values that occurred among peers are tried, and only features that a person can check
    and that may turn out otherwise (not `fixed`).

    Parameters
    ----------
    probability : callable
        The served model's calibrated probability of rows.
    row : float array, features
        The candidate.
    """
    ahead = float(probability(row[None, :])[0]) >= threshold
    tried = [
        (j, value)
        for j, word in enumerate(words)
        if word.name not in fixed
        for value in np.unique(peers.quantiles[j][~np.isnan(peers.quantiles[j])])
    ]
    changed = np.repeat(row[None, :], len(tried), axis=0)
    for i, (j, value) in enumerate(tried):
        changed[i, j] = value
    crosses = (probability(changed) >= threshold) != ahead
    crossing: dict[int, list[float]] = {}
    for (j, value), crossed in zip(tried, crosses, strict=True):
        if crossed:
            crossing.setdefault(j, []).append(value)
    found = [
        (*_nearest(np.array(values), row[j], peers.quantiles[j]), words[j], row[j])
        for j, values in crossing.items()
    ]
    found.sort(key=lambda item: item[0])
    end = "no longer be put forward" if ahead else "be put forward"
    said = tuple(
        f"It would {end} if this were {word.value(to)} instead of {word.value(was)}: "
        f"{word.reason.rstrip('.')}."
        for _, to, word, was in found[:TOP]
    )
    return said or ("No change of one feature alone would change the result.",)


def _nearest(values: FloatArray, to: float, line: FloatArray) -> tuple[float, float]:
    """Distance in ranks among peers, and the nearest of `values`."""
    at = float(np.searchsorted(line, to)) if not np.isnan(to) else 50.0
    distances = np.abs(np.searchsorted(line, values) - at)
    best = int(np.argmin(distances))
    return float(distances[best]), float(values[best])
