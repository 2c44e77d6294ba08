"""What rows have in common: blocks of rows that share a person, and how their errors correlate."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import sparse

from workbench.analysis.kernels import compiled
from workbench.analysis.subgroups import Bools, Floats, Outcomes
from workbench.analysis.tables import IntArray


@dataclass(frozen=True, slots=True)
class Ties:
    """Rows that share a block (a person, a candidate): ``order[start[b]:start[b + 1]]`` are b's.

    `correlation` is the intraclass correlation of errors within a block, 0 to 1.
    """

    order: IntArray
    start: IntArray
    correlation: float


def ties_of(rows: npt.NDArray[np.generic], blocks: npt.NDArray[np.generic], error: Bools) -> Ties:
    """Blocks of rows, with the intraclass correlation of their errors under one pooled rate."""
    _, block = np.unique(blocks, return_inverse=True)
    block = block.reshape(-1)
    order = np.argsort(block, kind="stable")
    size = np.bincount(block)
    x = error.astype(np.float64) - error.mean()
    mine = x[rows]
    within = np.bincount(block, weights=mine) ** 2 - np.bincount(block, weights=mine**2)
    n_pairs = float((size * (size - 1)).sum())
    variance = float((x**2).mean())
    found = float(within.sum()) / n_pairs / variance if n_pairs and variance else 0.0
    start = np.r_[0, np.cumsum(size)].astype(np.int32)
    return Ties(rows[order].astype(np.int32), start, min(max(found, 0.0), 1.0))


def excess_of(group: IntArray, ties: tuple[Ties, ...], k: int) -> Floats:
    """Per group, the correlation summed over ordered pairs of rows that share a block."""
    total = np.zeros(k)
    for tie in ties:
        if tie.correlation:
            total += tie.correlation * _pairs_within(group, tie.order, tie.start, k)
    return total


def sharing_of(outcomes: Outcomes, rows: IntArray, wrong: Floats) -> tuple[sparse.csr_array, float]:
    """Which of `rows` have a person in common (0 or 1), and how their errors correlate."""
    keep = np.isin(outcomes.rows, rows)
    place = np.searchsorted(rows, outcomes.rows[keep])
    shape = (len(rows), outcomes.n_people)
    member = sparse.csr_array((np.ones(len(place)), (place, outcomes.persons[keep])), shape=shape)
    common = sparse.coo_array(member @ member.T)
    apart = common.row != common.col
    ends = (common.row[apart], common.col[apart])
    sharing = sparse.csr_array((np.ones(int(apart.sum())), ends), shape=(len(rows), len(rows)))
    x = wrong - wrong.mean()
    n_pairs, variance = float(sharing.sum()), float((x**2).mean())
    found = float(x @ (sharing @ x)) / n_pairs / variance if n_pairs and variance else 0.0
    return sharing, min(max(found, 0.0), 1.0)


@compiled
def _pairs_within(group: IntArray, order: IntArray, start: IntArray, k: int) -> Floats:
    """Ordered pairs of rows in one block and one group, per group."""
    pairs = np.zeros(k)
    seen = np.zeros(k, np.int32)
    for b in range(len(start) - 1):
        for p in range(start[b], start[b + 1]):
            g = group[order[p]]
            pairs[g] += 2 * seen[g]
            seen[g] += 1
        for p in range(start[b], start[b + 1]):
            seen[group[order[p]]] = 0
    return pairs
