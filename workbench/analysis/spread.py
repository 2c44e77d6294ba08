"""How far a group's rate varies by chance: as its own people differ, or under one pooled rate.

Rows of one person err alike, more so in one group than in another. A group's own variance is that
of its people about its rate (linearised; Kish 1965), and where rows are about two people that of
rows which share one (Aronow, Samii and Assenova 2015). It comes from six sums over people, so
that moving people between groups moves sums.
"""

import numpy as np
from scipy import special

from workbench.analysis.correlation import Ties
from workbench.analysis.kernels import compiled
from workbench.analysis.subgroups import Bools, Floats, Ints
from workbench.analysis.tables import IntArray

LEAST_PEOPLE = 15  # of a group that is tested
MOMENTS = 6  # people, their rows, errors, errors squared, errors times rows, rows squared


def pooled_spread(n: Ints, excess: Floats | float, pooled: Floats | float) -> Floats:
    """Variance of each group's rate under one pooled rate; infinite without rows.

    `excess` is the correlation of errors summed over ordered pairs of a group's rows.
    """
    out: Floats = np.full(n.shape, np.inf)
    np.divide(n + excess, n.astype(np.float64) ** 2, out=out, where=n > 0)
    out *= pooled * (1 - pooled)
    return out


def own_spread(moments: Ints, pooled: float, ends: Ints | int = 1) -> tuple[Floats, Floats]:
    """Rate of each group and its variance from moments of shape (..., groups, `MOMENTS`).

    `ends` is the number of people that each row of a group is about, 1 or 2. The design effect
    (Kish 1965), by how much people make a rate vary more than as many independent rows, is the
    group's own and no less than 1: sharing is not credited with precision. It multiplies the
    variance of independent rows at the group's rate or at the `pooled` one, whichever is more:
    where nobody errs, or nearly, the group's own would be close to 0. Infinite without rows.
    """
    people, rows, wrong, squares, products, sizes = np.moveaxis(moments.astype(np.float64), -1, 0)
    some = rows > 0
    n = np.where(some, rows, 1.0) / ends
    rate = np.where(some, wrong, 0.0) / (n * ends)
    between = squares - 2 * rate * products + rate**2 * sizes
    between *= people / np.maximum(people - 1, 1)
    alone = n * rate * (1 - rate)
    effect = np.ones(rate.shape)
    np.divide(between - (ends - 1) * alone, alone, out=effect, where=alone > 0)
    at = np.maximum(rate * (1 - rate), pooled * (1 - pooled))
    return rate, np.where(some, np.maximum(effect, 1.0) * at / n, np.inf)


def even_people(moments: Ints) -> Floats:
    """How many people with equally many rows would tell as much (Kish 1965); 0 without rows."""
    rows, sizes = moments[..., 1].astype(np.float64), moments[..., -1]
    return np.divide(rows**2, sizes, out=np.zeros(rows.shape), where=sizes > 0)


def by_t(contrast: float, spread: Floats, people: Floats, n_contrasts: int) -> float:
    """Two-sided p-value of the largest of so many contrasts between two groups, by Student's t.

    `spread` and `people` are of the two. Degrees of freedom are those of Welch (1947), with as
    many people as `even_people` says; the correction is Bonferroni's.
    """
    freedom = float(spread.sum() ** 2 / (spread**2 / np.maximum(people - 1, 1e-9)).sum())
    return min(1.0, n_contrasts * 2 * float(special.stdtr(freedom, -contrast)))


def moments_of_people(size: Ints, wrong: Ints) -> Ints:
    """Each person's own moments, shape (people, `MOMENTS`), from their rows and errors."""
    return np.stack([np.ones_like(size), size, wrong, wrong**2, wrong * size, size**2], axis=1)


@compiled
def summed(label: IntArray, moments: Ints, k: int) -> Ints:
    """Moments of `k` groups, when person p is of group ``label[p]``."""
    out = np.zeros((k, moments.shape[1]), np.int64)
    for p in range(len(label)):
        out[label[p]] += moments[p]
    return out


def moments_of(group: IntArray, error: Bools, ties: Ties, k: int) -> Ints:
    """Moments of `k` groups from rows, which are tied by the people they share; people count in
    each group that has a row of theirs."""
    return _of_rows(group, error, ties.order, ties.start, k)


@compiled
def _of_rows(group: IntArray, error: Bools, order: IntArray, start: IntArray, k: int) -> Ints:
    out = np.zeros((k, 6), np.int64)
    rows, wrong = np.zeros(k, np.int64), np.zeros(k, np.int64)
    for b in range(len(start) - 1):
        for p in range(start[b], start[b + 1]):
            rows[group[order[p]]] += 1
            wrong[group[order[p]]] += error[order[p]]
        for p in range(start[b], start[b + 1]):
            g = group[order[p]]
            n, e = rows[g], wrong[g]
            if n:
                out[g, 0] += 1
                out[g, 1] += n
                out[g, 2] += e
                out[g, 3] += e * e
                out[g, 4] += e * n
                out[g, 5] += n * n
                rows[g] = wrong[g] = 0
    return out
