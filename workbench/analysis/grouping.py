"""Features that are closely correlated count as one reason; a reason must outlast refits.

Where two features say nearly the same, or nearly the opposite, a model may give the credit to
either; a refit moves it from one to the other. So their effects are summed, and the sum is ranked
and shown.
"""

from __future__ import annotations

from typing import TypeVar, cast

import numpy as np
import pandas as pd

from workbench.analysis.kernels import compiled
from workbench.analysis.wording import Cube, Matrix

CORRELATED = 0.7  # rank correlation from which two features count as one reason
TOP = 3  # how many reasons of each side, for and against, count as the top ones

Groups = tuple[tuple[int, ...], ...]
Effects = TypeVar("Effects", Matrix, Cube)


def correlated(rows: Matrix, *, least: float = CORRELATED) -> Groups:
    """Columns in groups: every two of a group have a rank correlation of `least` or more.

    Spearman's correlation, whatever its sign, over rows in which both have a value; hierarchical
    clustering with complete linkage (Sørensen 1948), cut at ``1 - least``.

    Parameters
    ----------
    rows : float array, n × features
        What the model learns from.

    Returns
    -------
    tuple of tuples of int
        Each column once; groups by their first column, columns ascending.
    """
    from scipy.cluster.hierarchy import fcluster, linkage
    from scipy.spatial.distance import squareform

    wide = rows.shape[1]
    if wide < 2:
        return tuple((j,) for j in range(wide))
    related = np.abs(_related(rows))
    np.fill_diagonal(related, 1.0)
    apart = squareform(np.clip(1.0 - related, 0.0, None), checks=False)
    codes = fcluster(linkage(apart, "complete"), t=1.0 - least + 1e-12, criterion="distance")
    together: dict[int, list[int]] = {}
    for j, code in enumerate(codes.tolist()):
        together.setdefault(code, []).append(j)
    return tuple(tuple(columns) for columns in together.values())


def directions(rows: Matrix, groups: Groups) -> Groups:
    """Of each column of each group: 1 where it rises with the group's first, -1 where it falls."""
    if all(len(group) == 1 for group in groups):
        return tuple((1,) for _ in groups)
    related = _related(rows)
    return tuple(
        (1, *(-1 if related[group[0], j] < 0 else 1 for j in group[1:])) for group in groups
    )


def _related(rows: Matrix) -> Matrix:
    """Spearman's correlation of columns; 0 for a column without variation."""
    related: Matrix = pd.DataFrame(rows).corr(method="spearman").to_numpy(copy=True)
    related[np.isnan(related)] = 0.0
    return related


def summed(effects: Effects, groups: Groups) -> Effects:
    """Effects of each group, from those of features along the last axis."""
    columns = [j for group in groups for j in group]
    starts = np.cumsum([0, *(len(group) for group in groups[:-1])])
    return cast(Effects, np.add.reduceat(effects[..., columns], starts, axis=-1))


def stable_shares(served: Matrix, refits: Cube, *, top: int = TOP) -> Matrix:
    """Share of refits in which an effect was among a row's `top` strongest of its side.

    What raises a score is ranked among what raises it, what lowers it among what lowers it: a
    claim that was put forward has little against it, and that little is what its reader must see.

    Parameters
    ----------
    served : float array, n × m
        Effects of the served model; one that a refit turns round is not stable.
    refits : float array, r × n × m
        Effects on the same rows from refits on resampled people.
    """
    found: Matrix = _times_ahead(served, refits, top) / max(len(refits), 1)
    return found


@compiled
def _times_ahead(served: Matrix, refits: Cube, top: int) -> Matrix:
    """In how many refits at most `top` - 1 of its side come before each effect; of two that are
    equally strong, the first column does."""
    times = np.zeros(served.shape)
    for r, i, j in np.ndindex(refits.shape):
        side = np.sign(served[i, j])
        own = side * refits[r, i, j]
        if own > 0:
            before = 0
            for k in range(refits.shape[2]):
                other = side * refits[r, i, k]
                before += other > own or (other == own and k < j)
            times[i, j] += before < top
    return times


def spreads(refits: Cube) -> Matrix | None:
    """1.96 standard deviations of each effect over the refits; None for fewer than two."""
    if len(refits) < 2:
        return None
    wide: Matrix = 1.96 * refits.std(axis=0, ddof=1)
    return wide
