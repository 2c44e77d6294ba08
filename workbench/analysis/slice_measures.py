"""What is measured of each slice of candidates: how well they are ranked and put forward.

Intervals resample people, the same for all slices. A measure that rests on fewer than ten true
ones, or ones put forward, is not told.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypedDict

import numpy as np
import pandas as pd

from workbench.analysis.tables import FloatArray, Int64Array, IntArray
from workbench.analysis.uncertainty import (
    N_REPLICATES,
    Ranking,
    at_threshold,
    interval,
    resampled,
    wilson,
)

LEAST = 10  # true ones, or ones put forward, that a measure has to rest on
LEAST_SHOWN = 10  # candidates of a slice; fewer could point at people
PER_BIN = 5  # true ones that the model expects in a bin of said and seen
MOST_BINS = 8
Value = list[float]  # value, low, high


class SliceRow(TypedDict):
    """A slice: candidates, those that records came to confirm, those put forward.

    A measure is [value, low, high] with a 95 % interval, or None where too few are there to tell.
    `corner` is where a square of the map begins (km east, km north), None for other slices.
    """

    label: str
    n: int
    n_true: int
    n_forward: int
    average_precision: Value | None
    precision: Value | None
    recall: Value | None
    corner: list[int] | None


class Slicing(TypedDict):
    """One way to slice. `excluded` names slices of fewer than ten candidates."""

    key: str
    title: str
    about: str
    rows: list[SliceRow]
    excluded: list[str]


@dataclass(frozen=True, slots=True)
class Part:
    """Candidates of one slice, as rows, with the label that counts in it."""

    label: str
    rows: Int64Array
    labels: IntArray
    corner: tuple[int, int] | None = None


@dataclass(frozen=True, slots=True)
class Way:
    """One way to slice, before anything is measured."""

    key: str
    title: str
    about: str
    parts: tuple[Part, ...]


def measured(
    ways: Sequence[Way],
    scores: FloatArray,
    probability: FloatArray,
    people: pd.DataFrame,
    *,
    threshold: float,
    seed: int,
) -> list[Slicing]:
    """Measures of every slice; the same people are drawn for all of them."""
    judged = [
        [_Judged.of(part, scores, probability, threshold) for part in way.parts] for way in ways
    ]
    draws: dict[int, list[tuple[float, float, float]]] = {}
    for weights in resampled(people, len(scores), n_replicates=N_REPLICATES, seed=seed):
        for one in (part for parts in judged for part in parts):
            draws.setdefault(id(one), []).append(one.measures(weights))
    return [
        Slicing(
            key=way.key,
            title=way.title,
            about=way.about,
            rows=[p.row(draws[id(p)]) for p in parts if len(p.rows) >= LEAST_SHOWN],
            excluded=[p.label for p in parts if len(p.rows) < LEAST_SHOWN],
        )
        for way, parts in zip(ways, judged, strict=True)
    ]


@dataclass(frozen=True, slots=True, eq=False)
class _Judged:
    """One slice with what the model said of it."""

    label: str
    rows: Int64Array
    labels: IntArray
    probability: FloatArray
    threshold: float
    ranking: Ranking | None
    corner: tuple[int, int] | None

    @staticmethod
    def of(part: Part, scores: FloatArray, probability: FloatArray, threshold: float) -> _Judged:
        enough = len(part.rows) > 0 and int(part.labels.sum()) >= LEAST
        ranking = Ranking(part.labels, scores[part.rows]) if enough else None
        mine = probability[part.rows]
        return _Judged(part.label, part.rows, part.labels, mine, threshold, ranking, part.corner)

    def measures(self, weights: FloatArray | None = None) -> tuple[float, float, float]:
        mine = None if weights is None else weights[self.rows]
        ranked = self.ranking.average_precision(mine) if self.ranking else float("nan")
        at = at_threshold(self.probability, self.labels, self.threshold, weights=mine)
        return ranked, at[0], at[1]

    def row(self, draws: Sequence[tuple[float, float, float]]) -> SliceRow:
        n_true = int(self.labels.sum())
        n_forward = int(np.sum(self.probability >= self.threshold))
        columns = np.array(draws, dtype=np.float64).T
        rests_on = (n_true, n_forward, n_true)
        ranked, precision, recall = (
            [value, *around(value, column, n)] if n >= LEAST else None
            for value, column, n in zip(self.measures(), columns, rests_on, strict=True)
        )
        return SliceRow(
            label=self.label,
            n=len(self.rows),
            n_true=n_true,
            n_forward=n_forward,
            average_precision=ranked,
            precision=precision,
            recall=recall,
            corner=list(self.corner) if self.corner else None,
        )


class SaidSeen(TypedDict):
    """Candidates of similar probability: n, mean probability, share true with 95 % interval."""

    n: int
    said: float
    seen: float
    low: float
    high: float


def said_and_seen(
    probability: FloatArray, labels: IntArray, people: pd.DataFrame, *, seed: int
) -> list[SaidSeen]:
    """Probabilities against what came true, where it matters: each bin expects as many true ones.

    Bins of equal width would hold nearly all candidates of a rare claim in the first.
    """
    at = binned(probability)
    if at is None:
        return []
    n_bins = int(at.max()) + 1
    true = (labels == 1).astype(np.float64)
    draws = []
    for weights in resampled(people, len(labels), n_replicates=N_REPLICATES, seed=seed):
        weight = np.bincount(at, weights, minlength=n_bins)
        hits = np.bincount(at, weights * true, minlength=n_bins)
        draws.append(np.divide(hits, weight, out=np.full(n_bins, np.nan), where=weight > 0))
    drawn = np.array(draws)
    return [
        _bin(probability[at == b], true[at == b], drawn[:, b])
        for b in range(n_bins)
        if (at == b).any()
    ]


def binned(probability: FloatArray) -> Int64Array | None:
    """The bin of each probability, from 0 on: every bin expects as many true ones, equal
    probabilities are in one.

    None where nothing is expected.
    """
    order = np.argsort(probability, kind="stable")
    expected = np.cumsum(probability[order])
    if not len(order) or not expected[-1] > 0:
        return None
    n_bins = int(np.clip((expected[-1] + 1e-9) // PER_BIN, 1, MOST_BINS))
    at = np.empty(len(order), np.int64)
    place = np.clip((expected / expected[-1] * n_bins - 1e-9).astype(np.int64), 0, n_bins - 1)
    ranked = probability[order]
    at[order] = place[np.searchsorted(ranked, ranked, side="right") - 1]
    return at


def _bin(probability: FloatArray, true: FloatArray, draws: FloatArray) -> SaidSeen:
    seen = float(true.mean())
    low, high = around(seen, draws, len(true))
    return SaidSeen(n=len(true), said=float(probability.mean()), seen=seen, low=low, high=high)


def around(share: float, draws: FloatArray, n: int) -> tuple[float, float]:
    """95 % interval from replicates; where all or none of n count resampling has nothing to vary,
    and Wilson's interval stands in."""
    if share not in (0.0, 1.0):
        return interval(draws)
    low, high = wilson(np.array([share]), np.array([n]))
    return float(low[0]), float(high[0])
