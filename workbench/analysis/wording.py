"""Numbers in an analyst's words: what a feature is called, and where a value stands among peers."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from math import isnan

import numpy as np

from workbench.analysis.tables import FloatArray

YES_OR_NO = "yes or no"  # unit of a feature that is 1 or 0
SHARE = "share"  # unit of a feature from 0 to 1, shown in per cent

Matrix = np.ndarray[tuple[int, int], np.dtype[np.float64]]
Cube = np.ndarray[tuple[int, int, int], np.dtype[np.float64]]  # refits × rows × columns


def shown(value: float) -> str:
    """A whole number as it is, others to two significant digits, without exponent."""
    if value == round(value):
        return f"{value:,.0f}"
    return f"{value:,.0f}" if abs(value) >= 100 else f"{float(f'{value:.2g}'):.10g}"


def listed(names: Sequence[str]) -> str:
    """``a, b and c``."""
    *first, last = names
    return f"{', '.join(first)} and {last}" if first else last


@dataclass(frozen=True, slots=True)
class Words:
    """What a feature is called: column, short name, unit, and its own docstring as the reason."""

    name: str
    label: str
    unit: str
    reason: str

    def value(self, value: float) -> str:
        if isnan(value):
            return "no value"
        if self.unit == YES_OR_NO:
            return "yes" if value else "no"
        if self.unit == SHARE:
            return f"{shown(100 * value)} %"
        unit = self.unit
        if value == 1 and unit != "times":
            unit = " or ".join(word.removesuffix("s") for word in unit.split(" or "))
        return f"{shown(value)} {unit}".strip()

    def sentence(self, value: float, comparison: str, own: str = "") -> str:
        """`own` is what it was in the entity's own history, in words; empty where nothing was."""
        said = f"{self.reason.rstrip('.')}: {self.value(value)}"
        parts = [said, *([] if isnan(value) else [comparison]), *([own] if own else [])]
        return f"{', '.join(part for part in parts if part)}."


@dataclass(frozen=True)
class Peers:
    """What the features were among the candidates a model learnt on.

    Parameters
    ----------
    quantiles : float array, features × 101
        Values that occurred, from the lowest to the highest per cent; NaN where none had one.
    missing : float array, features
        Share that had no value.
    n : int
        How many candidates they were.
    """

    quantiles: Matrix
    missing: FloatArray
    n: int

    @staticmethod
    def of(rows: Matrix) -> Peers:
        quantiles = np.full((rows.shape[1], 101), np.nan)
        for j, column in enumerate(rows.T):
            known = column[~np.isnan(column)]
            if len(known):
                quantiles[j] = np.quantile(known, np.linspace(0, 1, 101), method="inverted_cdf")
        return Peers(quantiles, np.isnan(rows).mean(axis=0), len(rows))

    @cached_property
    def _lines(self) -> list[list[float]]:
        """The quantiles as numbers of Python's own: quicker to look up one by one."""
        return [list(map(float, line)) for line in self.quantiles]

    @cached_property
    def _yes_or_no(self) -> list[bool]:
        """Which features were 0 or 1 and nothing else."""
        return [not {*line} - {0.0, 1.0} for line in self._lines]

    def position(self, j: int, value: float) -> float:
        """Share of peers below `value` of feature j, those equal to it counted half (0 to 1)."""
        line = self._lines[j]
        return (bisect_left(line, value) + bisect_right(line, value)) / (2 * len(line))

    def compared(self, j: int, value: float) -> str:
        """Where `value` of feature j stands, in words."""
        line = self._lines[j]
        if isnan(line[0]):
            return "no other candidate had one"
        if self._yes_or_no[j]:
            return f"as in {line[1:].count(value)} of 100 other candidates"
        below = min(bisect_left(line, value), 99)
        above = min(101 - bisect_right(line, value), 99)
        if below > max(above, 50):
            return f"higher than in {below} of 100 other candidates"
        if above > max(below, 50):
            return f"lower than in {above} of 100 other candidates"
        low, high = shown(line[25]), shown(line[75])
        return (
            f"as in most other candidates ({low})"
            if low == high
            else (f"as in many other candidates (half lie between {low} and {high})")
        )
