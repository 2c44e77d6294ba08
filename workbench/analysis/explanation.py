"""The explanation contract: parts that add up to what the served model said, or nothing.

Values come from the shap library (Lundberg and Lee 2017; for trees Lundberg et al. 2020), in
log-odds. Whatever explainer made them, base value and effects are compared with the served
model's own output for every row, and each effect with a second computation of it; what misses by
more than 1e-6 is withheld. Explainers that miss (trees with a background, native categories,
probabilities as the output, credit moved between features) are controls in the tests.
"""

from __future__ import annotations

import hashlib
import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from math import isnan
from typing import Any

import numpy as np

from workbench.analysis.grouping import TOP, Groups, spreads, stable_shares, summed
from workbench.analysis.tables import FloatArray
from workbench.analysis.wording import POINTS, YES_OR_NO, Cube, Matrix, Peers, Words, listed
from workbench.domain.checked import Interval
from workbench.domain.errors import BadInput, Withheld
from workbench.domain.finding import (
    RESIDUAL_BOUND,
    Effect,
    Explanation,
    Reason,
    Space,
    missing,
)

NOTABLE = 0.05  # share of its side's sizes, for or against, from which one is worth a sentence


@dataclass(frozen=True, slots=True)
class Attribution:
    """What an explainer says of n rows: one base value and n × features effects, in log-odds."""

    method: str
    background: str
    background_digest: str
    base_value: float
    effects: Matrix


Explainer = Callable[[Matrix], Attribution]


@dataclass(frozen=True, slots=True)
class Part:
    """Rows explained in bulk: from `start` on, n of them, as arrays.

    `withheld` is true where the parts miss the model's own output (by `residuals`, in log-odds)
    beyond the bound; effects are NaN there.
    """

    start: int
    method: str
    base_value: float
    effects: Matrix
    outputs: FloatArray
    residuals: FloatArray
    withheld: np.ndarray[tuple[int], np.dtype[np.bool_]]


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
    seen = "what each branch of the trees saw in training"
    return lambda rows: Attribution(method, seen, "", base, explainer.shap_values(rows))


def _linear(estimator: Any, background: Matrix) -> Explainer:
    shap = load_shap()
    before, last = estimator[:-1], estimator[-1]
    prepared = before.transform(background)
    masker = shap.maskers.Independent(prepared, max_samples=len(prepared))
    explainer = shap.LinearExplainer((last.coef_[0], float(last.intercept_[0])), masker)
    base = float(explainer.expected_value)
    method = f"shap {shap.__version__} LinearExplainer, interventional"
    digest = digest_of(background)
    drawn = f"{len(background)} candidates drawn from training"
    return lambda rows: Attribution(
        method, drawn, digest, base, explainer.shap_values(before.transform(rows))
    )


def digest_of(rows: Matrix) -> str:
    """SHA-256 of shape and values, 64 hex digits."""
    values = np.ascontiguousarray(rows, dtype="<f8")
    return hashlib.sha256(f"{values.shape}".encode() + values.tobytes()).hexdigest()


def residuals(attribution: Attribution, outputs: FloatArray) -> FloatArray:
    """How far base value and effects miss the served model's own output, n of them."""
    missed: FloatArray = np.abs(attribution.base_value + attribution.effects.sum(axis=1) - outputs)
    return missed


def moved(attribution: Attribution, again: Matrix) -> FloatArray:
    """By how much any single effect of n rows differs from a second computation of it, `again`.

    What adds up may still stand at the wrong feature: credit that moved from one to another leaves
    every sum as it was.
    """
    off: FloatArray = np.abs(attribution.effects - again).max(axis=1, initial=0.0)
    return off


def require_in_place(attribution: Attribution, again: Matrix) -> None:
    """Refuse effects of which one differs from a second computation of it by more than 1e-6."""
    off = float(moved(attribution, again).max(initial=0.0))
    if not off <= RESIDUAL_BOUND:  # also catches NaN
        raise Withheld(
            f"The explanation is withheld: {attribution.method} and a second computation differ "
            f"by {off:.3g} log-odds on what one feature did.",
            method=attribution.method,
            residual=off,
        )


def require_sum(attribution: Attribution, outputs: FloatArray) -> None:
    """Refuse parts that miss the served model's own output by more than 1e-6."""
    for missed in residuals(attribution, outputs).tolist():
        if not missed <= RESIDUAL_BOUND:  # also catches NaN
            raise missing(attribution.method, missed, Space.LOG_ODDS)


@dataclass(frozen=True, slots=True)
class Refitted:
    """What refits on resampled people say of n rows, each by its own background or branches.

    Parameters
    ----------
    effects : float array, refits × n × features
    """

    effects: Cube

    def outlasting(self, served: Matrix) -> list[list[tuple[float, Interval | None]]]:
        """Of each effect `served`, row by row: its stable share, and its 95 % interval."""
        shares, wide = stable_shares(served, self.effects).tolist(), spreads(self.effects)
        if wide is None:
            return [[(share, None) for share in row] for row in shares]
        low, high = (served - wide).tolist(), (served + wide).tolist()
        bounded = (zip(*row, strict=True) for row in zip(shares, low, high, strict=True))
        return [[(share, (least, most)) for share, least, most in row] for row in bounded]

    def grouped(self, groups: Groups) -> Refitted:
        """The same of the groups' sums."""
        return Refitted(summed(self.effects, groups))


@dataclass(frozen=True)
class Speech:
    """What puts an attribution into words: names, peers, groups, and what history is called.

    `signs` are the groups' directions (see `directions`), `own` is what an entity's own history
    is, such as "half a year earlier". `slopes` are those of a served line, by feature; empty where
    the served model is none, and more of a feature may speak either way.
    """

    words: Sequence[Words]
    peers: Peers
    groups: Groups
    signs: Groups
    own: str = ""
    slopes: tuple[float, ...] = ()

    @cached_property
    def named(self) -> list[tuple[str, tuple[str, ...]]]:
        """Of each group its label, and its features' names."""
        members = [[self.words[j] for j in group] for group in self.groups]
        labels = [listed([word.label for word in words]) for words in members]
        return [
            (label[:1].upper() + label[1:], tuple(word.name for word in words))
            for label, words in zip(labels, members, strict=True)
        ]

    def compared(self, j: int, value: float) -> str:
        return "" if isnan(value) else self.peers.compared(j, value, self.words[j])

    def usual(self, j: int, value: float) -> str:
        word = self.words[j]
        if isnan(value) or not self.own or word.unit == POINTS:
            return ""
        return f"{self.own}: {word.value(value)}"


def explanations(
    attribution: Attribution,
    outputs: FloatArray,
    rows: Matrix,
    *,
    speech: Speech,
    refitted: Refitted,
    history: Matrix | None = None,
) -> tuple[Explanation, ...]:
    """One explanation per row, each compared with the served model's own output.

    Parameters
    ----------
    outputs : float array, n
        The served model's ``decision_function``.
    history : float array, n × features, optional
        The same features in each entity's own history; NaN where there is none.

    Raises
    ------
    Withheld
        When any row's parts miss its output by more than 1e-6.
    """
    require_sum(attribution, outputs)
    usual = np.full(rows.shape, np.nan) if history is None else history
    totals = summed(attribution.effects, speech.groups)
    outlasting = refitted.outlasting(attribution.effects)
    outlasting_groups = refitted.grouped(speech.groups).outlasting(totals)
    found = []
    for i in range(len(rows)):
        said = _Row.of(speech, rows[i], usual[i], attribution.effects[i])
        effects = tuple(said.effect(j, *how) for j, how in enumerate(outlasting[i]))
        sums = enumerate(zip(totals[i].tolist(), outlasting_groups[i], strict=True))
        reasons = tuple(said.reason(g, effect, *how) for g, (effect, how) in sums)
        found.append(
            Explanation(
                method=attribution.method,
                space=Space.LOG_ODDS,
                base_value=attribution.base_value,
                effects=effects,
                reasons=reasons,
                output=float(outputs[i]),
                background=attribution.background,
                background_digest=attribution.background_digest,
                n_refits=len(refitted.effects),
            )
        )
    return tuple(found)


@dataclass(frozen=True, slots=True)
class _Row:
    """One row on its way into words: per feature its value, its usual one, its effect, what each of
    the two is compared with, and the sentence on it."""

    speech: Speech
    row: list[float]
    usual: list[float]
    effects: list[float]
    compared: list[str]
    before: list[str]
    sentences: list[str]

    @staticmethod
    def of(speech: Speech, row: FloatArray, usual: FloatArray, effects: FloatArray) -> _Row:
        values, own = row.tolist(), usual.tolist()
        compared = [speech.compared(j, value) for j, value in enumerate(values)]
        before = [speech.usual(j, value) for j, value in enumerate(own)]
        sentences = [
            word.sentence(value, compared[j], before[j])
            for j, (word, value) in enumerate(zip(speech.words, values, strict=True))
        ]
        return _Row(speech, values, own, effects.tolist(), compared, before, sentences)

    def effect(self, j: int, stable_share: float, interval: Interval | None) -> Effect:
        word, value, usual = self.speech.words[j], self.row[j], self.usual[j]
        return Effect(
            feature=word.name,
            label=word.label,
            value=None if isnan(value) else value,
            usual=None if isnan(usual) else usual,
            unit=word.unit,
            effect=self.effects[j],
            interval=interval,
            reason=word.reason,
            sentence=self.sentences[j],
            stable_share=stable_share,
        )

    def reason(
        self, g: int, effect: float, stable_share: float, interval: Interval | None
    ) -> Reason:
        label, names = self.speech.named[g]
        return Reason(
            label=label,
            features=names,
            effect=effect,
            interval=interval,
            sentence=f"{self._said(g)}{self._against(g, effect)}{_unsure(interval)}",
            stable_share=stable_share,
        )

    def _said(self, g: int) -> str:
        members = self.speech.groups[g]
        return self.sentences[members[0]] if len(members) == 1 else self._together(g)

    def _against(self, g: int, effect: float) -> str:
        """Of one feature that lowered the score, whether more of it speaks against, or less: its
        value alone may sound like a reason for."""
        first, *others = self.speech.groups[g]
        if effect >= 0 or others or not self.speech.slopes or isnan(self.row[first]):
            return ""
        if self.speech.words[first].unit == YES_OR_NO:
            return ""
        return f" {'More' if self.speech.slopes[first] < 0 else 'Less'} of it speaks against."

    def _together(self, g: int) -> str:
        """The group's own words: its members' names and values, the strongest first."""
        members = self.speech.groups[g]
        ordered = sorted(members, key=lambda j: -abs(self.effects[j]))
        parts = []
        for j in ordered:
            word, value = self.speech.words[j], self.row[j]
            beside = ", ".join(part for part in (self.compared[j], self.before[j]) if part)
            parts.append(word.briefly(value, beside))
        said = "; ".join(parts)
        return (
            f"{self.speech.named[g][0]}, {_moving(self.speech.signs[g])}, count as one reason. "
            f"{said[:1].upper()}{said[1:]}."
        )


def _unsure(interval: Interval | None) -> str:
    if interval is None or not interval[0] < 0 < interval[1]:
        return ""
    return " Refits disagree on how much it counts."


def _moving(signs: tuple[int, ...]) -> str:
    if -1 not in signs:
        return "which rise and fall together"
    one, other = (
        ("one rises", "the other falls") if len(signs) == 2 else ("some rise", "others fall")
    )
    return f"of which {one} as {other}"


def reasons_for(explanation: Explanation) -> tuple[str, ...]:
    """Sentences of the strongest notable stable reasons that raised the score, strongest first.

    None where no reason stays among the top of its side in four of five refits.
    """
    return tuple(reason.sentence for reason in stated(explanation, sign=1))


def reasons_against(explanation: Explanation) -> tuple[str, ...]:
    """As `reasons_for`, of reasons that lowered the score."""
    return tuple(reason.sentence for reason in stated(explanation, sign=-1))


def stated(explanation: Explanation, *, sign: int) -> tuple[Reason, ...]:
    """What is stated as a reason for (`sign` 1) or against (-1), strongest first."""
    side = [r for r in explanation.reasons if sign * r.effect > 0]
    enough = NOTABLE * sum(abs(r.effect) for r in side)
    ranked = sorted(side, key=lambda r: -abs(r.effect))
    return tuple(r for r in ranked if r.is_stable and abs(r.effect) > enough)[:TOP]
