"""A fitted estimator with its calibration, its refits and what its features were among peers.

It scores, calibrates, explains and says what would change the result; all of it is data that
skops can keep.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache, cached_property
from typing import Any

import numpy as np
import pandas as pd

from workbench.analysis.conformal import Conformal
from workbench.analysis.drift import Drift, drifted
from workbench.analysis.explanation import (
    Attribution,
    Explainer,
    Part,
    Refitted,
    Speech,
    explainer_of,
    explanations,
    moved,
    require_in_place,
    residuals,
)
from workbench.analysis.grouping import Groups
from workbench.analysis.later_slice import LaterSlice
from workbench.analysis.linear_refits import LinearRefits
from workbench.analysis.otherwise import Supposing, unless
from workbench.analysis.refits import Refits, refits_of
from workbench.analysis.tables import FloatArray, IntArray
from workbench.analysis.uncertainty import Calibrator, spread
from workbench.analysis.wording import YES_OR_NO, Matrix, Peers, Words
from workbench.domain.checked import Calibration, Kept
from workbench.domain.errors import BadInput, Withheld
from workbench.domain.finding import RESIDUAL_BOUND, Explanation

KIND = "feature_model/3"
AT_A_TIME = 10_000  # rows explained together in bulk
UNSEEN = "Unseen category"  # how a flag about a word that training never saw begins


@dataclass(frozen=True, slots=True)
class Refit:
    """The same estimator on resampled people: calibrated, and with a background of its own."""

    estimator: Any
    calibrator: Calibrator
    background: Matrix


@dataclass(frozen=True)
class FittedModel:
    """An estimator with its calibration, refits and peers; implements `modelling.Fitted`.

    Parameters
    ----------
    refits : tuple of Refit
        The same on resampled people.
    groups : tuple of tuples of int
        Features that count as one reason, by column.
    signs : tuple of tuples of int
        Of each of them 1 where it rises with the group's first, -1 where it falls.
    background : float array, m × features
        What the linear explainer compares with.
    fixed : frozenset
        Features left out of what would change the result.
    at_most : mapping
        Of a feature the one that it is a part of, and cannot exceed.
    own : str
        What an entity's own history is, in words; empty where it has none.
    categories : mapping
        For each categorical input that features rest on, the words that training saw.
    later : LaterSlice, optional
        What a slice later than all that it learnt showed; None before it was asked.
    """

    estimator_name: str
    estimator: Any
    calibrator: Calibrator
    conformal: Conformal
    refits: tuple[Refit, ...]
    threshold: float
    words: tuple[Words, ...]
    peers: Peers
    groups: Groups
    signs: Groups
    background: Matrix
    fixed: frozenset[str]
    at_most: Mapping[str, str]
    own: str
    categories: Mapping[str, tuple[str, ...]]
    later: LaterSlice | None

    @property
    def feature_names(self) -> tuple[str, ...]:
        return tuple(w.name for w in self.words)

    def score(self, features: pd.DataFrame) -> FloatArray:
        return decision(self.estimator, self._matrix(features))

    def probability(self, features: pd.DataFrame) -> FloatArray:
        return self._probability(self._matrix(features))

    @property
    def coverage(self) -> float:
        return self.conformal.coverage

    def answers(self, features: pd.DataFrame) -> tuple[bool, ...]:
        return self.conformal.answers(float(self.score(features)[0]))

    def checked_on(
        self,
        features: pd.DataFrame,
        labels: IntArray,
        people: pd.DataFrame,
        *,
        days: int,
        seed: int,
    ) -> FittedModel:
        rows = self._matrix(features)
        later = LaterSlice.of(
            self.conformal,
            decision(self.estimator, rows),
            self._probability(rows),
            labels,
            people,
            threshold=self.threshold,
            days=days,
            seed=seed,
        )
        return replace(self, later=later)

    @property
    def kept(self) -> tuple[Kept, ...]:
        return self.later.kept if self.later else ()

    def calibration(self, probability: float) -> Calibration | None:
        return self.later.calibration(probability) if self.later else None

    def measures(self) -> dict[str, float]:
        return self.later.measures(self.coverage) if self.later else {}

    def interval(self, features: pd.DataFrame) -> tuple[FloatArray, FloatArray]:
        rows = self._matrix(features)
        scores = self._refits.scores(rows)
        said = [r.calibrator(score) for r, score in zip(self.refits, scores, strict=True)]
        return spread(self._probability(rows), np.array(said).reshape(-1, len(rows)))

    def explain(
        self,
        features: pd.DataFrame,
        *,
        history: pd.DataFrame | None = None,
        peers: Peers | None = None,
    ) -> tuple[Explanation, ...]:
        rows = self._matrix(features)
        if not len(rows):
            return ()
        served = self._served(rows)
        found = explanations(
            served,
            decision(self.estimator, rows),
            rows,
            speech=self._speech if peers is None else replace(self._speech, peers=peers),
            refitted=Refitted(self._refits.effects(rows)),
            history=None if history is None else self._matrix(history),
        )
        require_in_place(served, self._effects_again(rows))
        return found

    def explain_in_bulk(
        self, features: pd.DataFrame, *, at_a_time: int = AT_A_TIME
    ) -> Iterator[Part]:
        """Effects of many rows, a part at a time, so that memory holds one part and no more.

        A row whose parts miss the model's own output, or a second computation of them, is
        withheld, the others are not.
        """
        for start in range(0, len(features), at_a_time):
            rows = self._matrix(features.iloc[start : start + at_a_time])
            said, outputs = self._served(rows), decision(self.estimator, rows)
            missed = np.maximum(residuals(said, outputs), moved(said, self._again.effects(rows)[0]))
            withheld = ~(missed <= RESIDUAL_BOUND)
            effects = np.where(withheld[:, None], np.nan, said.effects)
            yield Part(start, said.method, said.base_value, effects, outputs, missed, withheld)

    def unless(self, features: pd.DataFrame, *, explanation: Explanation | None) -> tuple[str, ...]:
        supposing = Supposing(
            words=self.words,
            peers=self.peers,
            groups=self.groups,
            signs=self.signs,
            background=self.background,
            fixed=self.fixed,
            at_most=self.at_most,
        )
        return unless(
            self._probability,
            self._matrix(features)[0],
            self.threshold,
            supposing=supposing,
            explanation=explanation,
        )

    def flags(
        self, features: pd.DataFrame, categories: Mapping[str, Sequence[str]]
    ) -> tuple[str, ...]:
        """Out of range, missing where it never was, a word that training never saw.

        A feature is a number, since shap misses native categories; the words are those that the
        features rest on. A yes or no is such a word, too.
        """
        found = self._unseen(categories)
        for j, value in enumerate(self._matrix(features)[0]):
            line, word = self.peers.quantiles[j], self.words[j]
            low, high = line[0], line[-1]
            if np.isnan(value):
                if self.peers.missing[j] == 0:
                    found.append(f"No value for {word.label}; in training it always had one.")
            elif np.isnan(low):
                found.append(f"A value for {word.label}; in training it never had one.")
            elif value < low or value > high:
                seen = f"{word.value(low)} to {word.value(high)}"
                found.append(
                    f"Out of range: {word.label} is {word.value(value)}; training saw {seen}."
                )
            elif word.unit == YES_OR_NO and value not in line:
                found.append(f"Neither yes nor no for {word.label}; training saw no such value.")
        return tuple(found)

    def _unseen(self, categories: Mapping[str, Sequence[str]]) -> list[str]:
        found = []
        for name, words in sorted(categories.items()):
            seen = self.categories.get(name, ())
            unseen = [word for word in words if word not in seen]
            if unseen:
                said = f"training saw {', '.join(seen)}" if seen else "training saw none"
                found.append(f"{UNSEEN}: {name} is {', '.join(unseen)}; {said}.")
        return found

    def drift(self, features: pd.DataFrame) -> tuple[Drift, ...]:
        return drifted(self._matrix(features), self.peers, self.words)

    def position(self, features: pd.DataFrame) -> dict[str, float]:
        row = self._matrix(features)[0]
        return {
            word.name: self.peers.position(j, float(row[j]))
            for j, word in enumerate(self.words)
            if not np.isnan(row[j]) and not np.isnan(self.peers.quantiles[j, 0])
        }

    def state(self) -> dict[str, Any]:
        return {
            "kind": KIND,
            "estimator_name": self.estimator_name,
            "estimator": self.estimator,
            "calibrator": _calibrator_state(self.calibrator),
            "conformal": [
                self.conformal.coverage,
                self.conformal.lowest_true,
                self.conformal.highest_false,
            ],
            "refits": [
                [r.estimator, _calibrator_state(r.calibrator), r.background] for r in self.refits
            ],
            "threshold": self.threshold,
            "words": [[w.name, w.label, w.unit, w.reason, w.supposed] for w in self.words],
            "quantiles": self.peers.quantiles,
            "missing": self.peers.missing,
            "n_peers": self.peers.n,
            "groups": [list(group) for group in self.groups],
            "signs": [list(signs) for signs in self.signs],
            "background": self.background,
            "fixed": sorted(self.fixed),
            "at_most": dict(self.at_most),
            "own": self.own,
            "categories": {name: list(words) for name, words in self.categories.items()},
            "later": self.later.state() if self.later else None,
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
            estimator_name=state["estimator_name"],
            estimator=state["estimator"],
            calibrator=Calibrator(**state["calibrator"]),
            conformal=Conformal(*state["conformal"]),
            refits=tuple(Refit(e, Calibrator(**c), b) for e, c, b in state["refits"]),
            threshold=state["threshold"],
            words=tuple(Words(*w) for w in state["words"]),
            peers=Peers(state["quantiles"], state["missing"], state["n_peers"]),
            groups=tuple(tuple(group) for group in state["groups"]),
            signs=tuple(tuple(signs) for signs in state["signs"]),
            background=state["background"],
            fixed=frozenset(state["fixed"]),
            at_most=dict(state["at_most"]),
            own=state["own"],
            categories={name: tuple(words) for name, words in state["categories"].items()},
            later=LaterSlice.restore(state["later"]) if state["later"] else None,
        )

    @cached_property
    def explainer(self) -> Explainer:
        """The served model's explainer, made once for each release."""
        return explainer_of(self.estimator, self.background)

    @cached_property
    def _refits(self) -> Refits:
        """All refits at once, made once for each release."""
        return refits_of([(r.estimator, r.background) for r in self.refits])

    @cached_property
    def _again(self) -> Refits:
        """The served model explained a second way, made once for each release; BadInput where no
        second way is known."""
        return refits_of([(self.estimator, self.background)])

    def _effects_again(self, rows: Matrix) -> Matrix:
        try:
            found: Matrix = self._again.effects(rows)[0]
        except BadInput as unknown:
            raise Withheld(
                "The explanation is withheld: no second computation is known that could check it."
            ) from unknown
        return found

    @cached_property
    def _speech(self) -> Speech:
        """Its words, beside those that it learnt on; made once for each release."""
        line = LinearRefits.of([(self.estimator, self.background)])
        slopes = () if line is None else tuple(line.slopes[0].tolist())
        return Speech(self.words, self.peers, self.groups, self.signs, self.own, slopes)

    def _served(self, rows: Matrix) -> Attribution:
        return self.explainer(rows)

    def _probability(self, rows: Matrix) -> FloatArray:
        return self.calibrator(decision(self.estimator, rows))

    def _matrix(self, features: pd.DataFrame) -> Matrix:
        return to_matrix(features, self.feature_names)


def to_matrix(features: pd.DataFrame, names: Sequence[str]) -> Matrix:
    """The named columns as n × features float64; refuses missing columns and infinities."""
    columns = features.columns.tolist()
    lost = [name for name in names if name not in columns]
    if lost:
        raise BadInput(
            f"The features lack {', '.join(lost)}; compute them with the model's own definition.",
            code="columns",
        )
    chosen = features if columns == list(names) else features.loc[:, list(names)]
    rows: Matrix = chosen.to_numpy(dtype=np.float64)
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
    with one_thread():
        return np.asarray(estimator.decision_function(rows), dtype=np.float64)


def learn(estimator: Any, rows: Matrix, labels: IntArray) -> Any:
    """`estimator`, fitted, by one thread."""
    with one_thread():
        return estimator.fit(rows, labels)


def one_thread() -> Any:
    """Threads that wait for each other on a busy machine cost more than they bring here."""
    return _controller().limit(limits=1)


@cache
def _controller() -> Any:
    import sklearn.ensemble  # noqa: F401  # what is not loaded is not found
    from threadpoolctl import ThreadpoolController

    return ThreadpoolController()


def _calibrator_state(calibrator: Calibrator) -> dict[str, Any]:
    return {"method": calibrator.method, "x": calibrator.x, "y": calibrator.y}
