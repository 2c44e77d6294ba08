"""Calibration per group: what was expected against what was confirmed, with intervals.

Ten bins, the same for every group, each holding a tenth of all that the probabilities expect to be
true. Where true cases are rare, tenths of the probability would put every row into one bin.
"""

from collections.abc import Sequence
from typing import TypedDict

import numpy as np

from workbench.analysis.resampling import bounds, share_bounds
from workbench.analysis.scored import N_BINS, Cut, Steps, number, pair
from workbench.analysis.subgroups import Floats

BESIDE = (
    "Where groups differ in how often something is true, no imperfect score can be calibrated in "
    "each group and have equal error rates in all (Kleinberg, Mullainathan and Raghavan 2017; "
    "Chouldechova 2017), so base rates stand beside both."
)


class Bin(TypedDict):
    """Rows of one bin: what was expected of them (mean), and the share confirmed."""

    n: int
    positives: int
    said: float
    seen: float
    interval: list[float] | None


class CalibrationRow(TypedDict):
    """`gap` is expected less confirmed (shares): above 0 the score says too much.

    `ece` is the mean distance between the two over the bins, weighted by rows, and `ece_by_chance`
    what it would be near if the score were calibrated: few rows never give 0. Intersections have
    bins for the `scored.MOST_LINES` largest groups that tell. `tells` is False where there are too
    few true or false rows to tell.
    """

    attribute: str
    group: str
    n: int
    positives: int
    base_rate: float | None
    said: float | None
    gap: float | None
    gap_interval: list[float] | None
    ece: float | None
    ece_interval: list[float] | None
    ece_by_chance: float | None
    tells: bool
    bins: list[Bin]


class Calibration(TypedDict):
    """`edges` part the bins; the first row is the whole; `beside` says why base rates matter."""

    edges: list[float]
    beside: str
    rows: list[CalibrationRow]


def bin_edges(probability: Floats) -> Floats:
    """Inner edges of the bins, ascending; fewer than nine where many probabilities are equal."""
    ordered = np.sort(probability)
    expected = np.cumsum(ordered)
    at = np.searchsorted(expected, expected[-1] * np.arange(1, N_BINS) / N_BINS)
    return np.unique(ordered[np.minimum(at, len(ordered) - 1)])


def calibration(found: Sequence[Cut], steps: Steps, edges: Floats) -> Calibration:
    """Calibration of every group in `found`; the scores are probabilities, `edges` among the
    edges of `steps`."""
    return Calibration(
        edges=[float(f"{edge:.6g}") for edge in edges],
        beside=BESIDE,
        rows=[row for cut in found for row in _rows(cut, edges)],
    )


def _rows(cut: Cut, edges: Floats) -> list[CalibrationRow]:
    steps, k = cut.steps, len(cut.incidence.groups)
    # steps × bins: which bin each step lies in
    lower = np.concatenate([[-np.inf], steps.edges])
    bins = np.searchsorted(edges, lower, side="right")
    within = np.eye(len(edges) + 1)[bins]
    said = _said(cut)
    apart = said - np.arange(2)  # expected less confirmed, of one row of each cell
    gap, gap_reach = _mean(cut, apart)
    ece, ece_reach = _distance(cut, apart, within)
    seen = _bins(cut, said, within) if any(cut.in_lines) else [[] for _ in range(k)]
    total = cut.table.sum(axis=1)
    chance = _by_chance(cut, within)
    return [
        CalibrationRow(
            attribute=cut.attribute.name,
            group=group,
            n=int(total[g].sum()),
            positives=int(total[g, 1]),
            base_rate=number(float(total[g, 1] / total[g].sum())) if total[g].sum() else None,
            said=number(float(gap[g] + total[g, 1] / max(total[g].sum(), 1))),
            gap=number(float(gap[g])),
            gap_interval=pair(gap_reach[g]) if cut.tells[g] else None,
            ece=number(float(ece[g])),
            ece_interval=pair(ece_reach[g]) if cut.tells[g] else None,
            ece_by_chance=number(float(chance[g])),
            tells=cut.tells[g],
            bins=seen[g] if cut.in_lines[g] else [],
        )
        for g, group in enumerate(cut.incidence.groups)
    ]


def _said(cut: Cut) -> Floats:
    """Mean probability of each cell, shape (groups, steps, 2); 0 where it is empty."""
    cells = cut.steps.cells[cut.incidence.outcome]
    column = cut.incidence.group.astype(np.int64) * 2 * cut.steps.n + cells
    total = np.bincount(
        column, weights=cut.steps.scores[cut.incidence.outcome], minlength=cut.table.size
    ).reshape(cut.table.shape)
    out: Floats = np.zeros(cut.table.shape)
    np.divide(total, cut.table, out=out, where=cut.table > 0)
    return out


def _ratio(top: Floats, bottom: Floats) -> Floats:
    out: Floats = np.full(np.broadcast_shapes(top.shape, bottom.shape), np.nan)
    np.divide(top, bottom, out=out, where=bottom > 0)
    return out


def _mean(cut: Cut, apart: Floats) -> tuple[Floats, Floats]:
    """Expected less confirmed, over all rows of each group, with its interval."""

    def of(table: Floats) -> Floats:
        return _ratio((table * apart).sum(axis=(-2, -1)), table.sum(axis=(-2, -1)))

    point = of(cut.table.astype(np.float64))
    moved = (apart - np.nan_to_num(point)[:, None, None]).reshape(len(point), 1, -1)
    reach = bounds(cut.spread(point[:, None], of(cut.drawn)[..., None], moved))
    return point, reach[:, 0]


def _distance(cut: Cut, apart: Floats, within: Floats) -> tuple[Floats, Floats]:
    """The expected calibration error of each group, with its interval."""

    def of(table: Floats) -> Floats:
        by_bin = (table * apart).sum(axis=-1) @ within
        return _ratio(np.abs(by_bin).sum(axis=-1), table.sum(axis=(-2, -1)))

    table = cut.table.astype(np.float64)
    point = of(table)
    side = np.sign((table * apart).sum(axis=-1) @ within)
    moved = apart * (side @ within.T)[..., None] - np.nan_to_num(point)[:, None, None]
    spread = cut.spread(point[:, None], of(cut.drawn)[..., None], moved.reshape(len(point), 1, -1))
    return point, bounds(np.clip(spread, 0.0, 1.0))[:, 0]


def _by_chance(cut: Cut, within: Floats) -> Floats:
    """What the calibration error of a calibrated score would be near, rows being independent.

    The mean of a normal deviation from 0 is its standard deviation times √(2 / π).
    """
    p = cut.steps.scores[cut.incidence.outcome]
    column = cut.incidence.group.astype(np.int64) * cut.steps.n
    column += cut.steps.step[cut.incidence.outcome]
    shape = cut.table.shape[:2]
    variance = np.bincount(column, weights=p * (1 - p), minlength=shape[0] * shape[1])
    by_bin = variance.reshape(shape) @ within
    return _ratio(np.sqrt(2 / np.pi * by_bin).sum(axis=1), cut.table.sum(axis=(1, 2)))


def _bins(cut: Cut, said: Floats, within: Floats) -> list[list[Bin]]:
    """Filled bins of each group, ascending."""
    table, drawn = within.T.astype(np.int64) @ cut.table, within.T @ cut.drawn
    n, true = table.sum(axis=-1), table[..., 1]
    expected = (cut.table * said).sum(axis=-1) @ within
    seen = _ratio(true.astype(np.float64), n)
    moved = np.arange(2) - np.nan_to_num(seen)[:, :, None, None]  # groups, bins, 1, label
    moved = (within.T[None, :, :, None] * moved).reshape(*seen.shape, -1)
    replicates = cut.spread(seen, _ratio(drawn[..., 1], drawn.sum(axis=-1)), moved)
    reach = share_bounds(true, n, replicates)
    return [
        [
            Bin(
                n=int(n[g, b]),
                positives=int(true[g, b]),
                said=float(f"{expected[g, b] / n[g, b]:.6g}"),
                seen=float(f"{seen[g, b]:.6g}"),
                interval=pair(reach[g, b]),
            )
            for b in np.flatnonzero(n[g])
        ]
        for g in range(len(n))
    ]
