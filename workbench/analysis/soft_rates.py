"""Error rates of decisions that may be left to chance, per group, with paired intervals.

A method that draws lots puts a row forward with some probability; its rates are those expected
over all draws, so a row counts in two cells by halves. Several methods are measured on the same
rows and, when people are drawn anew, on the same draws: their difference then varies with the
methods and not with the people.

The widest difference between groups is never below 0, and resampling only adds to it: the middle
95 % of its draws hardly ever hold 0, even where all groups are equal. Its interval is therefore
made of those of all differences between two groups that hold at once (Tukey's, with the quantile
taken from the draws: Davison and Hinkley 1997, 4.2.4): no less than the lowest end above 0 that
one of them reaches, no more than the highest. Whether a gap changed is told from its difference.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import sparse

from workbench.analysis.resampling import LEVEL, Tally, influence_of_shares
from workbench.analysis.subgroups import Floats, Incidence, shares
from workbench.analysis.tables import FloatArray, IntArray

N_REPLICATES = 500
RATES = ("fpr", "fnr", "precision", "selection_rate")
TWO = ("fpr", "fnr")  # of which gaps are taken
MEASURES = (*RATES, "balanced_error", "gap_fpr", "gap_fnr", "gap")


@dataclass(frozen=True, slots=True)
class Found:
    """A measure as a share, and its difference from the first method; 95 % intervals.

    Empty intervals where the measure has no meaning.
    """

    value: float
    interval: tuple[float, float] | None
    difference: float
    difference_interval: tuple[float, float] | None


@dataclass(frozen=True, slots=True)
class Crowd:
    """Candidates, the groups each counts in, and the people to resample.

    `groups` (n, groups + 1) says how often a row counts in a group, once for each of its people of
    that group (once for a pair), and once for everybody, last; `persons` (people, n) is 1
    where a row is about a person. A row about nobody is drawn by itself.
    """

    groups: sparse.csr_array
    persons: sparse.csr_array

    @classmethod
    def of(cls, n: int, people: pd.DataFrame, incidence: Incidence) -> "Crowd":
        """`people` has columns candidate (row, from 0) and entity."""
        k = len(incidence.groups)
        rows = np.concatenate([incidence.outcome, np.arange(n)])
        places = np.concatenate([incidence.group, np.full(n, k)])
        groups = sparse.csr_array((np.ones(len(rows)), (rows, places)), shape=(n, k + 1))
        about = people[["candidate", "entity"]].drop_duplicates()
        person, known = pd.factorize(about["entity"])
        row = about["candidate"].to_numpy(np.int64)
        alone = np.setdiff1d(np.arange(n), row)
        row = np.concatenate([row, alone])
        person = np.concatenate([person, len(known) + np.arange(len(alone))])
        shape = (len(known) + len(alone), n)
        return cls(groups, sparse.csr_array((np.ones(len(row)), (person, row)), shape=shape))


def soft_cells(labels: IntArray, said: FloatArray) -> Floats:
    """True negative, false positive, false negative, true positive: shares of each row (n, 4).

    Parameters
    ----------
    said : float array, n
        Probability (0 to 1) that the row is put forward; 0 or 1 where nothing is left to chance.
    """
    true = (labels == 1).astype(np.float64)
    false = 1 - true
    return np.stack([false * (1 - said), false * said, true * (1 - said), true * said], axis=1)


def counted(crowd: Crowd, cells: Floats) -> Floats:
    """Cells summed per group, shape (groups + 1, 4)."""
    return np.asarray(crowd.groups.T @ cells)


def measured(
    crowd: Crowd,
    labels: IntArray,
    said: Mapping[str, FloatArray],
    *,
    between: Mapping[str, Sequence[int]],
    seed: int,
    n_replicates: int = N_REPLICATES,
) -> dict[str, dict[str, Found]]:
    """`MEASURES` of each method, and how they differ from those of the first.

    Parameters
    ----------
    said : mapping
        Per method the probability that each row is put forward; the first is compared with.
    between : mapping
        Groups, by number, between which the gap of each error (`TWO`) is taken; of fewer than two
        it has no meaning.

    Returns
    -------
    dict
        Method -> measure -> `Found`.
    """
    cells = [soft_cells(labels, one) for one in said.values()]
    table = np.stack([counted(crowd, one) for one in cells])
    point = {m: shares(table, m) for m in RATES}
    drawn = _drawn(crowd, cells, point, n_replicates, seed)
    values, replicates = _every(point, between), _every(drawn, between)
    apart = {m: (_contrasts(point[m], between[m]), _contrasts(drawn[m], between[m])) for m in TWO}
    (fpr, fpr_drawn), (fnr, fnr_drawn) = apart["fpr"], apart["fnr"]
    apart["gap"] = np.concatenate([fpr, fnr], -1), np.concatenate([fpr_drawn, fnr_drawn], -1)
    out: dict[str, dict[str, Found]] = {}
    for i, name in enumerate(said):
        out[name] = {m: _found(values[m], replicates[m], i) for m in MEASURES}
        for m, (contrasts, draws) in apart.items():
            gap = m if m == "gap" else f"gap_{m}"
            ends = _widest(contrasts[i], draws[:, i])
            out[name][gap] = replace(out[name][gap], interval=ends)
    return out


def _drawn(
    crowd: Crowd,
    cells: Sequence[Floats],
    point: Mapping[str, Floats],
    n_replicates: int,
    seed: int,
) -> dict[str, Floats]:
    """Rates when people are drawn anew: metric -> (replicates, methods, groups + 1)."""
    by_row = sparse.hstack([_spread(crowd, one) for one in cells], format="csr")
    tally = Tally.of_parts(by_row, crowd.persons, 4)
    counts, flat = tally.drawn(n_replicates, seed=seed), [point[m].reshape(-1) for m in RATES]
    moved = [influence_of_shares(one, m) for one, m in zip(flat, RATES, strict=True)]
    once = tally.once(np.stack(moved, axis=1))
    out = {}
    for i, metric in enumerate(RATES):
        rates = flat[i] + (shares(counts, metric) - flat[i]) * once[:, i]
        out[metric] = np.clip(rates, 0.0, 1.0).reshape(n_replicates, len(cells), -1)
    return out


def _spread(crowd: Crowd, cells: Floats) -> sparse.csr_array:
    """Shape (n, 4 * (groups + 1)): the cells of a row in the columns of each group it is in."""
    where = crowd.groups.tocoo()
    row = np.repeat(where.row, 4)
    column = (where.col.astype(np.int64)[:, None] * 4 + np.arange(4)).reshape(-1)
    value = (cells[where.row] * where.data[:, None]).reshape(-1)
    some = value != 0
    shape = (crowd.groups.shape[0], 4 * crowd.groups.shape[1])
    return sparse.csr_array((value[some], (row[some], column[some])), shape=shape)


def _every(rates: Mapping[str, Floats], between: Mapping[str, Sequence[int]]) -> dict[str, Floats]:
    """`MEASURES` from rates of shape (..., groups + 1): over all, and gaps between groups."""
    out: dict[str, Floats] = {metric: rates[metric][..., -1] for metric in RATES}
    out["balanced_error"] = (out["fpr"] + out["fnr"]) / 2
    for metric in TWO:
        groups = rates[metric][..., list(between[metric])]
        out[f"gap_{metric}"] = (
            groups.max(axis=-1) - groups.min(axis=-1)
            if len(between[metric]) > 1
            else np.full(groups.shape[:-1], np.nan)
        )
    out["gap"] = np.fmax(out["gap_fpr"], out["gap_fnr"])
    return out


def _contrasts(rates: Floats, between: Sequence[int]) -> Floats:
    """Differences of each two groups, along the last axis."""
    one, other = np.triu_indices(len(between), 1)
    groups = rates[..., list(between)]
    found: Floats = groups[..., one] - groups[..., other]
    return found


def _widest(contrasts: Floats, drawn: Floats) -> tuple[float, float] | None:
    """The interval of the widest contrast, from intervals of all of them that hold at once.

    `contrasts` has shape (m,), `drawn` (replicates, m).
    """
    known = ~np.isnan(contrasts) & ~np.isnan(drawn).all(axis=0)
    if not known.any():
        return None
    size, moved = np.abs(contrasts[known]), drawn[:, known] - contrasts[known]
    error = np.nanstd(moved, axis=0)
    some = error > 0
    if not some.any():
        return float(size.max()), float(size.max())
    furthest = np.nanmax(np.abs(moved[:, some]) / error[some], axis=1, initial=0.0)
    reach = np.quantile(furthest, LEVEL) * error
    return float(max((size - reach).max(), 0.0)), float(min((size + reach).max(), 1.0))


def _found(values: Floats, replicates: Floats, i: int) -> Found:
    value, first = float(values[i]), float(values[0])
    apart = None if i == 0 else _middle(replicates[:, i] - replicates[:, 0])
    return Found(value, _middle(replicates[:, i]), value - first, apart)


def _middle(drawn: npt.NDArray[np.float64]) -> tuple[float, float] | None:
    """The middle 95 % of what is a number."""
    seen = drawn[~np.isnan(drawn)]
    if not len(seen):
        return None
    low, high = np.quantile(seen, [(1 - LEVEL) / 2, (1 + LEVEL) / 2])
    return float(low), float(high)
