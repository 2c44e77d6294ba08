"""What was usual for the accounts of a group before it began: their own history."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from models.money_flow.features import (
    JUST_BELOW,
    SOON,
    THRESHOLD,
    Bools,
    GroupContext,
    acquainted,
    all_transfers,
    first_dealt,
    member_states,
)
from workbench.analysis.graph import CaseGraph
from workbench.analysis.group_measures import passed_on
from workbench.analysis.tables import FloatArray, Int64Array, IntArray
from workbench.analysis.transfers import DAY

LOOK_BACK = 180 * DAY
LEAST = 5  # earlier transfers without which nothing is usual
COLUMNS = (
    "transfers",
    "typical_amount",
    "passed_on_in_48_hours",
    "hours_at_rest",
    "most_payers",
    "most_payees",
    "just_below_threshold",
    "between_states",
    "first_dealings",
    "holders_in_contact",
)


@dataclass(frozen=True, eq=False)
class _Earlier:
    """Transfers of a group's accounts in the 180 days before it began, by time; `took` is how
    long the group took (microseconds, a day at least)."""

    graph: CaseGraph
    members: IntArray
    source: IntArray
    target: IntArray
    amount: FloatArray
    at: Int64Array
    start: int
    took: int

    def usual(self) -> tuple[float, ...]:
        """In the order of `COLUMNS`."""
        if len(self.at) < LEAST:
            return (np.nan,) * len(COLUMNS)
        below = (self.amount >= JUST_BELOW * THRESHOLD) & (self.amount < THRESHOLD)
        states = self.graph.derived(member_states)
        apart = states[self.source] != states[self.target]
        new = first_dealt(self.graph, self.source, self.target) >= self.at - self.took
        tied = acquainted(self.graph, self.source, self.target)
        return (
            len(self.at) / LOOK_BACK * self.took,
            float(self.amount.mean()),
            *self._passed_on(),
            self._most(self.target, self.source),
            self._most(self.source, self.target),
            *(float(share.mean()) for share in (below, apart, new, tied)),
        )

    def _passed_on(self) -> tuple[float, float]:
        """Of money that the accounts pass on within as long a time as the group took."""
        n = len(self.at)
        source, target = self._numbered(self.source, 0), self._numbered(self.target, n)
        return passed_on(source, target, self.amount, self.at, SOON)

    def _numbered(self, ends: IntArray, start: int) -> IntArray:
        """Members by their place, anew in each window; every other end by a number of its own."""
        mine = self._windows * len(self.members) + np.searchsorted(self.members, ends)
        others = len(self.members) * self._n_windows + start + np.arange(len(ends))
        found: IntArray = np.where(self._is_member(ends), mine, others).astype(np.int32)
        return found

    @property
    def _windows(self) -> Int64Array:
        """In which time as long as the group took each transfer was, the latest 0."""
        found: Int64Array = np.minimum((self.start - self.at) // self.took, self._n_windows - 1)
        return found

    @property
    def _n_windows(self) -> int:
        return -(-LOOK_BACK // self.took)

    def _is_member(self, ends: IntArray) -> Bools:
        return np.isin(ends, self.members)

    def _most(self, of: IntArray, others: IntArray) -> float:
        """Most different `others` of one account, in times as long as the group took: the mean."""
        mine = self._is_member(of)
        met = np.unique(np.stack([self._windows[mine], of[mine], others[mine]]), axis=1)
        each, n_others = np.unique(met[:2], axis=1, return_counts=True)
        most = np.zeros(self._n_windows)
        np.maximum.at(most, each[0], n_others)
        return float(most.mean())


def usual(groups: GroupContext) -> pd.DataFrame:
    """What was usual, one row per group: transfers, most payers and payees and what is passed on
    in as long a time as the group took, the mean amount (EUR), and shares.

    A first dealing is one between accounts that had none until as long before it as the group
    took. Likes are set against likes: over half a year any money would rest longer. From the
    accounts' transfers of the 180 days before the group began; NaN where there were fewer than
    five.
    """
    known = groups.graph.derived(all_transfers)
    found = []
    for i, start in enumerate(groups.starts.tolist()):
        members = np.unique(groups.members[groups.member_offsets[i] : groups.member_offsets[i + 1]])
        low, high = np.searchsorted(known.at, [start - LOOK_BACK, start])
        rows = np.arange(low, high)
        mine = rows[np.isin(known.source[rows], members) | np.isin(known.target[rows], members)]
        earlier = _Earlier(
            graph=groups.graph,
            members=members,
            source=known.source[mine],
            target=known.target[mine],
            amount=known.amount[mine],
            at=known.at[mine],
            start=start,
            took=max(int(groups.at[groups.offsets[i + 1] - 1]) - start, DAY),
        )
        found.append(earlier.usual())
    return pd.DataFrame(found, columns=list(COLUMNS), dtype=np.float64)
