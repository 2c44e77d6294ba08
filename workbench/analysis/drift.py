"""Whether candidates still look like those a model learnt on, feature by feature (duty T9)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from workbench.analysis.wording import Matrix, Peers, Words, shown

DRIFTED = 0.2  # Kolmogorov-Smirnov distance from which a feature counts as drifted
LEAST = 50  # candidates below which a batch says nothing


@dataclass(frozen=True, slots=True)
class Drift:
    """One drifted feature: its column and the distance (0 to 1), with what changed in words."""

    feature: str
    distance: float
    sentence: str


def drifted(
    rows: Matrix, peers: Peers, words: Sequence[Words], *, bound: float = DRIFTED
) -> tuple[Drift, ...]:
    """Features whose distribution moved further than `bound`, the furthest first.

    The distance is Kolmogorov and Smirnov's between the batch and the percentiles kept from
    training, so it is known to one hundredth; having no value counts as a value below all. It
    must exceed what chance alone would bring in 1 of 100 batches of its size, too. None for fewer
    than 50 rows.
    """
    if len(rows) < LEAST:
        return ()
    by_chance = 1.63 * np.sqrt(1 / len(rows) + 1 / max(peers.n, 1)) + 0.01
    found = []
    for j, word in enumerate(words):
        far = _distance(rows[:, j], peers, j)
        if far >= bound and far > by_chance:
            found.append(Drift(word.name, far, _sentence(word, rows, peers, j, far)))
    return tuple(sorted(found, key=lambda drift: -drift.distance))


def _distance(column: np.ndarray[tuple[int], np.dtype[np.float64]], peers: Peers, j: int) -> float:
    known = np.sort(column[~np.isnan(column)])
    none = 1 - len(known) / len(column)
    line = peers.quantiles[j]
    gaps = [abs(none - peers.missing[j])]
    if not np.isnan(line[0]):
        at = np.unique(np.concatenate([line, known]))
        was = np.searchsorted(line, at, side="right") / len(line)
        was = peers.missing[j] + (1 - peers.missing[j]) * was
        now = none + (1 - none) * np.searchsorted(known, at, side="right") / max(len(known), 1)
        gaps.append(float(np.abs(now - was).max()))
    return float(max(gaps))


def _sentence(word: Words, rows: Matrix, peers: Peers, j: int, far: float) -> str:
    was, now = peers.quantiles[j, 50], _middle(rows[:, j])
    moved = (
        f": the middle one is {shown(now)} today and was {shown(float(was))} in training"
        if not np.isnan(was) and not np.isnan(now) and was != now
        else ""
    )
    return (
        f"Drift since training: “{word.label}” is distributed otherwise among today's candidates"
        f"{moved} (distance {far:.2f}; flagged from {DRIFTED:g} on)."
    )


def _middle(column: np.ndarray[tuple[int], np.dtype[np.float64]]) -> float:
    known = column[~np.isnan(column)]
    return float(np.median(known)) if len(known) else float("nan")
