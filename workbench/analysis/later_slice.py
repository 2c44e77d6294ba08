"""What a slice later than all that a model learnt and was calibrated on showed of its numbers.

Kept with the fitted model, so that a finding's probability stands beside what came of such
probabilities, and "cannot tell" beside how often the right answer was kept.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from workbench.analysis.conformal import Conformal
from workbench.analysis.slice_measures import binned, said_and_seen
from workbench.analysis.tables import FloatArray, IntArray
from workbench.analysis.uncertainty import bootstrap
from workbench.domain.checked import Calibration, Kept


@dataclass(frozen=True, slots=True)
class LaterSlice:
    """Said against seen by probability, coverage by answer, and how both are over the whole.

    Parameters
    ----------
    upto : float array, bins
        The highest probability of each bin, ascending.
    bins : tuple of Calibration
        As many; each expects as many true ones.
    gap, gap_forward : tuple of 3 floats
        Seen minus said with a 95 % interval, people resampled: over all candidates, and over those
        that reach the threshold (NaN where none does).
    """

    upto: FloatArray
    bins: tuple[Calibration, ...]
    kept: tuple[Kept, ...]
    cannot_tell: float
    gap: tuple[float, float, float]
    gap_forward: tuple[float, float, float]

    @staticmethod
    def of(
        conformal: Conformal,
        scores: FloatArray,
        probability: FloatArray,
        labels: IntArray,
        people: pd.DataFrame,
        *,
        threshold: float,
        days: int,
        seed: int,
    ) -> LaterSlice:
        """From n candidates at one time, and whether records confirmed each within `days` days."""
        at = binned(probability)
        rows = said_and_seen(probability, labels, people, seed=seed)
        filled = np.empty(0, np.int64) if at is None else np.unique(at)
        forward = probability >= threshold
        return LaterSlice(
            upto=np.array([float(probability[at == b].max()) for b in filled]),
            bins=tuple(
                Calibration(
                    said=row["said"],
                    seen=row["seen"],
                    interval=(row["low"], row["high"]),
                    n=row["n"],
                    days=days,
                )
                for row in rows
            ),
            kept=conformal.kept(scores, labels, people, seed=seed),
            cannot_tell=float(1 - conformal.single(scores).mean()) if len(scores) else float("nan"),
            gap=_gap(probability, labels, np.ones(len(labels)), people, seed),
            gap_forward=_gap(probability, labels, forward.astype(np.float64), people, seed),
        )

    def calibration(self, probability: float) -> Calibration | None:
        """What came of the candidates whose probabilities are next to this one."""
        if not self.bins:
            return None
        place = int(np.searchsorted(self.upto, probability, side="left"))
        return self.bins[min(place, len(self.bins) - 1)]

    def measures(self, promised: float) -> dict[str, float]:
        """Numbers for a run's measures; shares from 0 to 1."""
        found = {"conformal_cannot_tell": self.cannot_tell}
        for kept in self.kept:
            name = f"conformal_coverage_{'true' if kept.answer else 'false'}"
            found[name] = kept.share
            found[f"{name}_low"], found[f"{name}_high"] = kept.interval
        found["conformal_n_short"] = float(sum(k.falls_short(promised) for k in self.kept))
        found["calibration_n_off"] = float(sum(row.is_off for row in self.bins))
        for name, gap in (("", self.gap), ("_forward", self.gap_forward)):
            key = f"calibration_gap{name}"
            found |= dict(zip((key, f"{key}_low", f"{key}_high"), gap, strict=True))
        return {name: value for name, value in found.items() if not np.isnan(value)}

    def state(self) -> dict[str, Any]:
        """Plain arrays and numbers, for skops."""
        return {
            "upto": self.upto,
            "bins": [[b.said, b.seen, *b.interval, b.n, b.days] for b in self.bins],
            "kept": [[k.answer, k.share, *k.interval, k.n] for k in self.kept],
            "cannot_tell": self.cannot_tell,
            "gap": list(self.gap),
            "gap_forward": list(self.gap_forward),
        }

    @staticmethod
    def restore(state: Mapping[str, Any]) -> LaterSlice:
        """From what `state` gave."""
        return LaterSlice(
            upto=state["upto"],
            bins=tuple(
                Calibration(said=said, seen=seen, interval=(low, high), n=n, days=days)
                for said, seen, low, high, n, days in state["bins"]
            ),
            kept=tuple(
                Kept(answer=answer, share=share, interval=(low, high), n=n)
                for answer, share, low, high, n in state["kept"]
            ),
            cannot_tell=state["cannot_tell"],
            gap=_three(state["gap"]),
            gap_forward=_three(state["gap_forward"]),
        )


def _gap(
    probability: FloatArray,
    labels: IntArray,
    among: FloatArray,
    people: pd.DataFrame,
    seed: int,
) -> tuple[float, float, float]:
    missed = (labels == 1) - probability

    def gap(weights: FloatArray) -> float:
        total = float((weights * among).sum())
        return float((weights * among * missed).sum()) / total if total else float("nan")

    if not len(labels):
        return float("nan"), float("nan"), float("nan")
    return gap(np.ones(len(labels))), *bootstrap(gap, people, len(labels), seed=seed)


def _three(values: list[float]) -> tuple[float, float, float]:
    value, low, high = values
    return value, low, high
