"""Error rates over a grid of thresholds, and how well each group is ranked, with intervals."""

from collections.abc import Sequence
from typing import TypedDict

import numpy as np

from workbench.analysis.error_rates import LISTED
from workbench.analysis.resampling import bounds, influence_of_shares, share_bounds
from workbench.analysis.scored import Cut, Steps, number, pair
from workbench.analysis.subgroups import METRICS, PARTS, Bools, Floats, shares
from workbench.analysis.uncertainty import Ranking


class Line(TypedDict):
    """One metric over the grid: a share per threshold with its 95 % interval, None without a
    denominator."""

    value: list[float | None]
    low: list[float | None]
    high: list[float | None]


class CurveRow(TypedDict):
    """A group's curves. `tells` is False where it has too few true or false rows to tell.

    Intersections have lines for the `scored.MOST_LINES` largest groups that tell, and the AUC of
    every one.
    """

    attribute: str
    group: str
    n: int
    positives: int
    negatives: int
    auc: float | None
    auc_interval: list[float] | None
    tells: bool
    lines: dict[str, Line]


class LeftOut(TypedDict):
    """A group of `n` rows that has no row of its own, since others are larger."""

    attribute: str
    group: str
    n: int


class Curves(TypedDict):
    """`thresholds` ascend; ``selected[k]`` is the share of all rows at or above the k-th, and
    `working` the position of the one in use. The first row is the whole. `left_out` holds for
    calibration too; of one attribute it names the `LISTED` largest, `n_left_out` counts all."""

    thresholds: list[float]
    selected: list[float]
    working: int | None
    rows: list[CurveRow]
    left_out: list[LeftOut]
    n_left_out: dict[str, int]


def curves(found: Sequence[Cut], steps: Steps) -> Curves:
    """Curves of every group in `found`, of which the first is the whole."""
    at = steps.edges[steps.grid]
    selected = (steps.scores >= at[:, None]).mean(axis=1)
    return Curves(
        thresholds=[float(value) for value in at],
        selected=[float(f"{share:.6g}") for share in selected],
        working=steps.working,
        rows=[row for cut in found for row in _rows(cut)],
        left_out=[
            LeftOut(attribute=cut.attribute.name, group=group, n=n)
            for cut in found
            for group, n in cut.left_out[:LISTED]
        ],
        n_left_out={cut.attribute.name: len(cut.left_out) for cut in found if cut.left_out},
    )


def _rows(cut: Cut) -> list[CurveRow]:
    area, reach = _areas(cut)
    lines = _lines(cut) if any(cut.in_lines) else [{} for _ in cut.incidence.groups]
    total = cut.table.sum(axis=1)
    return [
        CurveRow(
            attribute=cut.attribute.name,
            group=group,
            n=int(total[g].sum()),
            positives=int(total[g, 1]),
            negatives=int(total[g, 0]),
            auc=number(float(area[g])),
            auc_interval=pair(reach[g]) if cut.tells[g] else None,
            tells=cut.tells[g],
            lines=lines[g] if cut.in_lines[g] else {},
        )
        for g, group in enumerate(cut.incidence.groups)
    ]


def _lines(cut: Cut) -> list[dict[str, Line]]:
    """Per group each metric of `METRICS` over the grid."""
    steps = cut.steps
    forward = np.arange(steps.n) > steps.grid[:, None]  # thresholds × steps
    table = _at_thresholds(cut.table.astype(np.float64), forward)
    drawn = _at_thresholds(cut.drawn, forward)
    outcome = 2 * np.arange(2) + forward[:, :, None]  # of a cell at a threshold: 2 × label + cut
    found: list[dict[str, Line]] = [{} for _ in cut.incidence.groups]
    for metric in METRICS:
        point = shares(table, metric)
        moved = influence_of_shares(point, metric)
        moved = np.take_along_axis(moved, outcome.reshape(1, len(forward), -1), axis=2)
        top, bottom = (
            table[..., list(cells)].sum(axis=-1).astype(np.int64) for cells in PARTS[metric]
        )
        reach = share_bounds(top, bottom, cut.spread(point, shares(drawn, metric), moved))
        for g, lines in enumerate(found):
            lines[metric] = Line(
                value=[number(v) for v in point[g].tolist()],
                low=[number(v) for v in reach[g, :, 0].tolist()],
                high=[number(v) for v in reach[g, :, 1].tolist()],
            )
    return found


def _at_thresholds(table: Floats, forward: Bools) -> Floats:
    """Counts of the four outcomes at each threshold: shape (..., thresholds, 4)."""
    ahead = forward.astype(np.float64) @ table
    behind = table.sum(axis=-2)[..., None, :] - ahead
    return np.stack([behind[..., 0], ahead[..., 0], behind[..., 1], ahead[..., 1]], axis=-1)


def _areas(cut: Cut) -> tuple[Floats, Floats]:
    """AUC per group, exact, and its interval from counts by step."""
    steps = cut.steps
    exact = np.full(len(cut.incidence.groups), np.nan)
    for g in range(len(exact)):
        rows = cut.rows_of(g)
        if len(rows):
            exact[g] = Ranking(steps.label[rows], steps.scores[rows]).auc()
    base = _stepped(cut.table.astype(np.float64))
    moved = _influence(cut.table.astype(np.float64), base)[:, None, :]
    replicates = cut.spread(base[:, None], _stepped(cut.drawn)[..., None], moved)[..., 0]
    reach = bounds(np.clip(replicates + (exact - base), 0.0, 1.0))
    return exact, reach


def _stepped(table: Floats) -> Floats:
    """AUC with the rows of one step taken for equal; the last axes are steps and label."""
    false, true = table[..., 0], table[..., 1]
    above = true.sum(axis=-1, keepdims=True) - np.cumsum(true, axis=-1)
    won = (false * (above + true / 2)).sum(axis=-1)
    of = false.sum(axis=-1) * true.sum(axis=-1)
    out: Floats = np.full(of.shape, np.nan)
    np.divide(won, of, out=out, where=of > 0)
    return out


def _influence(table: Floats, area: Floats) -> Floats:
    """What one row of each cell adds to the area: its placement among the other class."""
    false, true = table[..., 0], table[..., 1]
    n_false, n_true = (np.maximum(part.sum(axis=-1, keepdims=True), 1.0) for part in (false, true))
    above = true.sum(axis=-1, keepdims=True) - np.cumsum(true, axis=-1)
    below = np.cumsum(false, axis=-1) - false
    middle = np.nan_to_num(area)[:, None]
    of_false = ((above + true / 2) / n_true - middle) / n_false
    of_true = ((below + false / 2) / n_false - middle) / n_true
    return np.stack([of_false, of_true], axis=-1).reshape(len(table), -1)
