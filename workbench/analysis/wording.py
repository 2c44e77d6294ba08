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
POINTS = "points"  # unit of a score that says something by its place among peers alone
MEASURED = {SHARE, YES_OR_NO, "EUR", "days", "hours", "times", POINTS}  # others are counted
LEARNT_FROM = "candidates that it learnt from"
SAME_DAY = "candidates of the same day"

Matrix = np.ndarray[tuple[int, int], np.dtype[np.float64]]
Cube = np.ndarray[tuple[int, int, int], np.dtype[np.float64]]  # refits × rows × columns


def shown(value: float) -> str:
    """A whole number as it is, others to two significant digits, without exponent."""
    if abs(value - round(value)) < 1e-9:  # what is off by rounding is whole
        return f"{round(value):,}"
    return f"{value:,.0f}" if abs(value) >= 100 else f"{float(f'{value:.2g}'):.10g}"


def listed(names: Sequence[str]) -> str:
    """``a, b and c``."""
    *first, last = names
    return f"{', '.join(first)} and {last}" if first else last


def measured(value: float, unit: str) -> str:
    """A value with its unit, which agrees with it in number; a score has none and says nothing."""
    if isnan(value):
        return "no value"
    if unit == YES_OR_NO:
        return "yes" if value else "no"
    if unit == SHARE:
        return f"{shown(100 * value)} %"
    if value == 1 and unit != "times":
        unit = " or ".join(word.removesuffix("s") for word in unit.split(" or "))
    return f"{shown(value)} {unit}".strip()


@dataclass(frozen=True, slots=True)
class Words:
    """What a feature is called: column, short name, unit, and its own docstring as the reason.

    `supposed` is a clause that says it were otherwise, with ``{}`` for the value; empty for what
    no check could find otherwise.
    """

    name: str
    label: str
    unit: str
    reason: str
    supposed: str = ""

    def value(self, value: float) -> str:
        return measured(value, self.unit)

    def between(self, low: float, high: float) -> str:
        """Two values with their unit, as what lies between them."""
        first = self.value(low) if self.unit == SHARE else shown(low)
        return f"{first} and {self.value(high)}"

    def otherwise(self, to: float, now: float) -> str:
        """The clause that supposes it were `to`, beside what it is now."""
        if self.unit == YES_OR_NO:
            return self.supposed.format("did" if to else "did not")
        if to == 0 and self.unit not in MEASURED:
            said = f"no {self.unit}"
        else:
            said = f"{'only ' if 0 < to < now else ''}{self.value(to)}"
        was = self.value(now) if self.unit in (SHARE, "EUR") else shown(now)
        return f"{self.supposed.format(said)} (now {was})"

    def sentence(self, value: float, comparison: str, own: str = "") -> str:
        """`own` is what it was in the entity's own history, in words; empty where nothing was."""
        beside = ", ".join(part for part in ("" if isnan(value) else comparison, own) if part)
        said = ", ".join(part for part in (self._alone(value, beside), beside) if part)
        return f"{self.reason.rstrip('.')}: {said}."

    def briefly(self, value: float, beside: str) -> str:
        """Its name and value, and `beside`, what that is compared with, in brackets."""
        alone = self._alone(value, beside)
        both = f"{alone} ({beside})" if alone and beside else alone or beside
        return f"{self.label}: {both}"

    def _alone(self, value: float, beside: str) -> str:
        """The value, or nothing where what it is compared with says all there is to it."""
        return "" if self.unit == POINTS and beside else self.value(value)


@dataclass(frozen=True)
class Peers:
    """What the features were among other candidates: those a model learnt on, or today's.

    Parameters
    ----------
    quantiles : float array, features × 101
        Values that occurred, from the lowest to the highest per cent; NaN where none had one.
    missing : float array, features
        Share that had no value.
    n : int
        How many candidates they were.
    whom : str
        Who they are, in words, as sentences name them.
    """

    quantiles: Matrix
    missing: FloatArray
    n: int
    whom: str = LEARNT_FROM

    @staticmethod
    def of(rows: Matrix, *, whom: str = LEARNT_FROM) -> Peers:
        quantiles = np.full((rows.shape[1], 101), np.nan)
        for j, column in enumerate(rows.T):
            known = column[~np.isnan(column)]
            if len(known):
                quantiles[j] = np.quantile(known, np.linspace(0, 1, 101), method="inverted_cdf")
        missing = np.isnan(rows).sum(axis=0) / max(len(rows), 1)
        return Peers(quantiles, missing, len(rows), whom)

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

    def compared(self, j: int, value: float, word: Words) -> str:
        """Where `value` of feature j, called `word`, stands, in words."""
        line, whom = self._lines[j], self.whom
        if isnan(line[0]):
            return f"no value for any of the {whom}"
        if self._yes_or_no[j]:
            return f"as in {line[1:].count(value)} of 100 {whom}"
        below = min(bisect_left(line, value), 99)
        above = min(101 - bisect_right(line, value), 99)
        if below > max(above, 50):
            return f"higher than in {below} of 100 {whom}"
        if above > max(below, 50):
            return f"lower than in {above} of 100 {whom}"
        low, high = line[25], line[75]
        if word.unit == POINTS:
            return f"as in {'most' if shown(low) == shown(high) else 'many'} {whom}"
        return (
            f"as in most {whom} ({word.value(low)})"
            if shown(low) == shown(high)
            else f"as in many {whom} (half lie between {word.between(low, high)})"
        )
