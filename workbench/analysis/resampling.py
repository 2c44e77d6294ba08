"""Intervals of error rates: counts resampled where rows are independent, people where not.

Independent rows: within each group the outcomes are drawn anew from a multinomial, which is what
a bootstrap of its rows does to them, at a cost that does not grow with rows. Rows that share
people: people are drawn with replacement, and their counts with them. A row about s people weighs
the sum of their draws less s - 1.
"""

from dataclasses import dataclass

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
from workbench.analysis.tables import IntArray

LEVEL = 0.95
AT_ONCE = 2_000_000  # draws of people held in memory together
Intervals = dict[str, npt.NDArray[np.float64]]


def intervals(
    outcomes: Outcomes, incidence: Incidence, *, n_replicates: int, seed: int
) -> Intervals:
    """95 % percentile intervals, metric -> array (groups, 2), NaN without a denominator.

    Where nothing varies in the rows (no error, or nothing but errors) resampling has nothing to
    vary either; the exact binomial bound stands in, so that 0 of 5 is not shown as certain.
    """
    tally = Tally.of(outcomes, incidence, outcomes.cells, 4)
    drawn = tally.drawn(n_replicates, seed=seed)
    points = {metric: shares(tally.table, metric) for metric in METRICS}
    moved = [influence_of_shares(point, metric) for metric, point in points.items()]
    once = tally.once(np.stack(moved, axis=1))
    out: Intervals = {}
    for i, (metric, point) in enumerate(points.items()):
        numerator, denominator = PARTS[metric]
        replicates = point + (shares(drawn, metric) - point) * once[:, i]
        top = tally.table[:, list(numerator)].sum(axis=1)
        bottom = tally.table[:, list(denominator)].sum(axis=1)
        out[metric] = share_bounds(top, bottom, replicates)
    return out


def influence_of_shares(point: Floats, metric: str) -> Floats:
    """By how much one row of each of the four outcomes moves the metric, up to its denominator.

    `point` has any shape; the result one axis more, of length 4.
    """
    numerator, denominator = PARTS[metric]
    moved = np.zeros((*point.shape, 4))
    moved[..., list(numerator)] += 1.0
    moved[..., list(denominator)] -= np.nan_to_num(point)[..., None]
    return moved


@dataclass(frozen=True, slots=True)
class Tally:
    """Rows counted by group and cell (any numbering of what can happen to a row).

    `table` has shape (groups, cells). Where rows share people, `by_person` holds the same counts
    per person, columns being group × cells + cell, `spare` what rows about several people add too
    much, and `products` per group the sums of products of two cells over people, over rows, and
    over rows as often as they have people after the first; otherwise they are None.
    """

    table: Ints
    by_person: sparse.csr_array | None
    spare: Floats | None
    products: Floats | None

    @classmethod
    def of(cls, outcomes: Outcomes, incidence: Incidence, cells: IntArray, n_cells: int) -> "Tally":
        """``cells[i]`` is the cell of row i, from 0 to `n_cells` - 1."""
        wide = n_cells * len(incidence.groups)
        column = incidence.group.astype(np.int64) * n_cells + cells[incidence.outcome]
        table = np.bincount(column, minlength=wide).reshape(-1, n_cells)
        if outcomes.sharing is Sharing.NOTHING:
            return cls(table, None, None, None)
        rows, persons, n = outcomes.rows, outcomes.persons, len(outcomes)
        by_row = sparse.csr_array(
            (np.ones(len(column)), (incidence.outcome, column)), shape=(n, wide)
        )
        member = sparse.csr_array(
            (np.ones(len(rows)), (persons, rows)), shape=(outcomes.n_people, n)
        )
        return cls._shared(table, by_row, member)

    @classmethod
    def of_parts(cls, by_row: sparse.csr_array, member: sparse.csr_array, n_cells: int) -> "Tally":
        """Rows that count in parts: `by_row` has shape (n, groups × cells + cell), `member`
        (people, n) says who is in a row; `table` then counts the rows with a part in the cell."""
        table = np.bincount(by_row.indices, minlength=by_row.shape[1]).reshape(-1, n_cells)
        return cls._shared(table, by_row, member)

    @classmethod
    def _shared(cls, table: Ints, by_row: sparse.csr_array, member: sparse.csr_array) -> "Tally":
        after = np.maximum(member.sum(axis=0) - 1, 0).astype(np.float64)
        by_person = (member @ by_row).tocsr()
        products = _products(by_person, by_row, after, table.shape[1])
        return cls(table, by_person, after @ by_row, products)

    def drawn(self, n_replicates: int, *, seed: int) -> Floats:
        """Shape (replicates, groups, cells); a count may be negative where rows have several
        people."""
        rng = np.random.default_rng(seed)
        if self.by_person is None or self.spare is None:
            return self._rows_drawn(n_replicates, rng)
        m, wide = self.by_person.shape
        counted = self.by_person.T
        drawn = np.empty((n_replicates, wide))
        at_once = max(1, AT_ONCE // m)
        for i in range(0, n_replicates, at_once):
            n = min(at_once, n_replicates - i)
            times = [np.bincount(rng.integers(0, m, m), minlength=m) for _ in range(n)]
            drawn[i : i + n] = (counted @ np.array(times, dtype=np.float64).T).T - self.spare
        return drawn.reshape(n_replicates, *self.table.shape)

    def _rows_drawn(self, n_replicates: int, rng: np.random.Generator) -> Floats:
        n = self.table.sum(axis=1)
        even = np.full(self.table.shape, 1 / self.table.shape[1])
        share = np.divide(self.table, n[:, None], out=even, where=n[:, None] > 0)
        return rng.multinomial(n, share, size=(n_replicates, len(n))).astype(np.float64)

    def once(self, influence: Floats) -> Floats:
        """Per group and statistic, what to multiply deviations with so that each row's own noise
        counts once.

        Drawing people counts the noise of a row about s people s times, and what rows share once,
        as it should (the variance of Aronow, Samii and Assenova 2015 counts both once). 1 for
        clusters and for independent rows.

        Parameters
        ----------
        influence : float array, groups × statistics × cells
            By how much one row in that cell moves the statistic, in any unit.
        """
        ratio: Floats = np.ones(influence.shape[:2])
        if self.products is None:
            return ratio
        for g, moved in enumerate(influence):
            of_person, own, twice = (((moved @ p) * moved).sum(axis=1) for p in self.products[g])
            kept = np.maximum(of_person - twice, own)
            np.divide(kept, of_person, out=ratio[g], where=of_person > 0)
        return np.sqrt(ratio)


def _products(
    by_person: sparse.csr_array, by_row: sparse.csr_array, after: Floats, n_cells: int
) -> Floats:
    """Shape (groups, 3, cells, cells)."""
    people, rows = by_person.tocsc(), by_row.tocsc()
    k = by_row.shape[1] // n_cells
    out: Floats = np.zeros((k, 3, n_cells, n_cells))
    for g in range(k):
        mine = slice(g * n_cells, (g + 1) * n_cells)
        person, row = people[:, mine], rows[:, mine]
        out[g, 0] = (person.T @ person).toarray()
        out[g, 1] = (row.T @ row).toarray()
        out[g, 2] = (row.T @ row.multiply(after[:, None])).toarray()
    return out


def share_bounds(top: Ints, bottom: Ints, replicates: Floats) -> Floats:
    """95 % bounds of shares ``top / bottom``, shape (..., 2); exact where nothing can vary."""
    out = bounds(np.clip(replicates, 0.0, 1.0))
    for at in np.ndindex(bottom.shape):
        if not bottom[at]:
            out[at] = np.nan
        elif not 0 < top[at] < bottom[at]:
            out[at] = _exact(int(top[at]), int(bottom[at]), (1 - LEVEL) / 2)
    return out


def bounds(replicates: Floats) -> Floats:
    """The middle 95 % along the first axis, NaN left out; the last axis of the result is 2."""
    n = (~np.isnan(replicates)).sum(axis=0)
    ordered = np.sort(replicates, axis=0)  # NaN comes last
    tail = (1 - LEVEL) / 2
    found = []
    for quantile in (tail, 1 - tail):
        place = quantile * np.maximum(n - 1, 0)
        low = np.floor(place).astype(np.int64)
        high = np.minimum(low + 1, np.maximum(n - 1, 0))
        below = np.take_along_axis(ordered, low[None], axis=0)[0]
        above = np.take_along_axis(ordered, high[None], axis=0)[0]
        found.append(below + (above - below) * (place - low))
    return np.stack(found, axis=-1)


def _exact(errors: int, n: int, tail: float) -> tuple[float, float]:
    """Clopper and Pearson (1934)."""
    low = float(stats.beta.ppf(tail, errors, n - errors + 1)) if errors else 0.0
    high = float(stats.beta.ppf(1 - tail, errors + 1, n - errors)) if errors < n else 1.0
    return low, high
