"""What rows have in common: blocks of rows that share a person, and how their errors correlate."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import sparse

from workbench.analysis.subgroups import Floats, Outcomes
from workbench.analysis.tables import IntArray


@dataclass(frozen=True, slots=True)
class Ties:
    """Rows that share a person: ``order[start[b]:start[b + 1]]`` are those of person b."""

    order: IntArray
    start: IntArray

    @classmethod
    def of(cls, rows: npt.NDArray[np.generic], person: npt.NDArray[np.generic]) -> "Ties":
        """Row ``rows[j]`` is about ``person[j]``, numbered from 0."""
        order = np.argsort(person, kind="stable")
        start = np.r_[0, np.cumsum(np.bincount(person))].astype(np.int32)
        return cls(rows[order].astype(np.int32), start)


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
