"""Intervals of error rates: counts resampled where rows are independent, people where not.

Independent rows: within each group the four outcomes are drawn anew from a multinomial, which is
what a bootstrap of its rows does to them, at a cost that does not grow with rows. Rows that share
people: people are drawn with replacement, and their counts with them. A row about s people weighs
the sum of their draws less s - 1.
"""

import numpy as np
import numpy.typing as npt
from scipy import sparse, stats

from workbench.analysis.subgroups import (
    METRICS,
    PARTS,
    Floats,
    Incidence,
    Ints,
    Outcomes,
    Sharing,
    shares,
)
from workbench.analysis.subgroups import counts as count

LEVEL = 0.95
Intervals = dict[str, npt.NDArray[np.float64]]


def intervals(
    outcomes: Outcomes, incidence: Incidence, *, n_replicates: int, seed: int
) -> Intervals:
    """95 % percentile intervals, metric -> array (groups, 2), NaN without a denominator.

    Where nothing varies in the rows (no error, or nothing but errors) resampling has nothing to
    vary either; the exact binomial bound stands in, so that 0 of 5 is not shown as certain.
    """
    rng = np.random.default_rng(seed)
    table = count(outcomes.cells, incidence)
    if outcomes.sharing is Sharing.NOTHING:
        counts = _resample_counts(table, n_replicates, rng)
        return {m: _percentiles(table, shares(counts, m), m) for m in METRICS}
    by_person, by_row, n_members = _counts_per_person(outcomes, incidence)
    drawn = _resample_people(by_person, by_row, n_members, n_replicates, rng)
    out: Intervals = {}
    for metric in METRICS:
        point = shares(table, metric)
        narrow = _row_counted_once(by_person, by_row, n_members, point, metric)
        replicates = point + (shares(drawn, metric) - point) * narrow
        out[metric] = _percentiles(table, replicates, metric)
    return out


def _resample_counts(table: Ints, n_replicates: int, rng: np.random.Generator) -> Ints:
    """Shape (replicates, groups, 4)."""
    n = table.sum(axis=1)
    share = np.divide(table, n[:, None], out=np.full(table.shape, 0.25), where=n[:, None] > 0)
    return rng.multinomial(n, share, size=(n_replicates, len(table))).astype(np.int64)


def _counts_per_person(
    outcomes: Outcomes, incidence: Incidence
) -> tuple[sparse.csr_array, sparse.csr_array, Ints]:
    """Counts (persons, groups * 4), the same per row, and how many people each row is about."""
    rows, persons = outcomes.rows, outcomes.persons
    n, wide = len(outcomes), 4 * len(incidence.groups)
    column = incidence.group.astype(np.int64) * 4 + outcomes.cells[incidence.outcome]
    by_row = sparse.csr_array((np.ones(len(column)), (incidence.outcome, column)), shape=(n, wide))
    member = sparse.csr_array((np.ones(len(rows)), (persons, rows)), shape=(outcomes.n_people, n))
    return (member @ by_row).tocsr(), by_row, np.bincount(rows, minlength=n)


def _resample_people(
    by_person: sparse.csr_array,
    by_row: sparse.csr_array,
    n_members: Ints,
    n_replicates: int,
    rng: np.random.Generator,
) -> Floats:
    """Shape (replicates, groups, 4); a count may be negative where rows have several people."""
    m, wide = by_person.shape
    spare = np.maximum(n_members - 1, 0) @ by_row
    drawn = np.empty((n_replicates, wide))
    for i in range(n_replicates):
        drawn[i] = np.bincount(rng.integers(0, m, m), minlength=m) @ by_person - spare
    return drawn.reshape(n_replicates, -1, 4)


def _row_counted_once(
    by_person: sparse.csr_array,
    by_row: sparse.csr_array,
    n_members: Ints,
    point: Floats,
    metric: str,
) -> Floats:
    """Per group, what to multiply deviations with so that each row's own noise counts once.

    Drawing people counts the noise of a row about s people s times, and what rows share once, as
    it should (the variance of Aronow, Samii and Assenova 2015 counts both once). 1 for clusters.
    """
    numerator, denominator = PARTS[metric]
    coefficient = np.zeros((len(point), 4))
    coefficient[:, list(numerator)] += 1.0
    coefficient[:, list(denominator)] -= np.nan_to_num(point)[:, None]
    group = np.repeat(np.arange(len(point)), 4)
    placed = (coefficient.reshape(-1), (np.arange(4 * len(point)), group))
    influence = sparse.csr_array(placed, shape=(4 * len(point), len(point)))
    of_person = (by_person @ influence).power(2).sum(axis=0)
    of_row = (by_row @ influence).power(2)
    own = of_row.sum(axis=0)
    once = np.maximum(of_person - np.maximum(n_members - 1, 0) @ of_row, own)
    ratio: Floats = np.ones(len(point))
    np.divide(once, of_person, out=ratio, where=of_person > 0)
    return np.sqrt(ratio)


def _percentiles(table: Ints, replicates: Floats, metric: str) -> Floats:
    tail = (1 - LEVEL) / 2
    values = np.clip(replicates, 0.0, 1.0)
    numerator, denominator = PARTS[metric]
    top = table[:, list(numerator)].sum(axis=1)
    bottom = table[:, list(denominator)].sum(axis=1)
    out = np.full((len(table), 2), np.nan)
    for g in np.flatnonzero(bottom > 0):
        if 0 < top[g] < bottom[g]:
            seen = values[~np.isnan(values[:, g]), g]
            out[g] = np.quantile(seen, [tail, 1 - tail])
        else:
            out[g] = _exact(int(top[g]), int(bottom[g]), tail)
    return out


def _exact(errors: int, n: int, tail: float) -> tuple[float, float]:
    """Clopper and Pearson (1934)."""
    low = float(stats.beta.ppf(tail, errors, n - errors + 1)) if errors else 0.0
    high = float(stats.beta.ppf(1 - tail, errors + 1, n - errors)) if errors < n else 1.0
    return low, high
