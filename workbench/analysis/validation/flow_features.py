"""What a transfer shows by itself, and what the transfers around it show.

An independent set, made for the check alone: none of the workbench's models is asked.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from workbench.analysis.tables import FloatArray, Int64Array
from workbench.analysis.validation.amounts import n_partners
from workbench.analysis.validation.world import DAY, Ledger, Matrix

_WINDOWS = (2, 7, 30)  # days


@dataclass(frozen=True, eq=False, slots=True)
class Side:
    """One side of all transfers, by account then time: `key` orders, `running` sums amounts."""

    key: Int64Array
    running: FloatArray
    amount: FloatArray
    at: Int64Array
    account: Int64Array
    first: Int64Array

    @classmethod
    def of(cls, account: Int64Array, at: Int64Array, amount: FloatArray, n: int) -> "Side":
        order = np.lexsort((at, account))
        running = np.concatenate([[0.0], np.cumsum(amount[order])])
        first = np.searchsorted(account[order], np.arange(n + 1))
        key = account[order] * _SPAN + at[order]
        return cls(key, running, amount[order], at[order], account[order], first)

    def between(
        self, who: Int64Array, low: Int64Array, high: Int64Array
    ) -> tuple[FloatArray, FloatArray]:
        """Number and sum of transfers of each account from `low` to `high`, both included."""
        left = np.searchsorted(self.key, who * _SPAN + np.maximum(0, low))
        right = np.searchsorted(self.key, who * _SPAN + np.minimum(_SPAN - 1, high), side="right")
        return (right - left).astype(np.float64), self.running[right] - self.running[left]

    def nearest(
        self, who: Int64Array, at: Int64Array, *, later: bool
    ) -> tuple[FloatArray, FloatArray]:
        """Days to, and amount of, each account's next (or last) transfer; NaN where none is."""
        asked = who * _SPAN + at
        place = (
            np.searchsorted(self.key, asked, side="right")
            if later
            else np.searchsorted(self.key, asked, side="left") - 1
        )
        inside = (place >= self.first[who]) & (place < self.first[who + 1])
        place = np.where(inside, place, 0)
        days = np.abs(self.at[place] - at) / DAY
        return np.where(inside, days, np.nan), np.where(inside, self.amount[place], np.nan)


_SPAN = 2**28  # seconds, more than eight years


def row_features(world_rows: pd.DataFrame) -> Matrix:
    """Of the row alone: amount, its digits, hour, weekday, rail, state, grades."""
    amount = world_rows["amount"].to_numpy(np.float64)
    at = world_rows["occurred_at"].to_numpy(np.float64)
    parts = [
        np.log(np.maximum(0.01, amount)),
        amount % 1,
        amount % 100,
        np.floor(at % DAY / 3_600),
        np.floor(at / DAY) % 7,
    ]
    texts = ("rail", "currency", "member_state", "source_grade", "information_grade", "handling")
    parts += [pd.factorize(world_rows[t])[0].astype(float) for t in texts if t in world_rows]
    return np.column_stack(parts)


def graph_features(ledger: Ledger, rows: Int64Array) -> Matrix:
    """Of both accounts around each of `rows`: volume in windows, what came before and went after,
    counterparties, age. Looks at amounts and times alone, never at labels."""
    n = len(ledger.accounts)
    at = (ledger.at - ledger.at.min()).astype(np.int64) + DAY
    out = Side.of(ledger.source, at, ledger.amount, n)
    into = Side.of(ledger.target, at, ledger.amount, n)
    payer, payee = ledger.source[rows], ledger.target[rows]
    when, amount = at[rows], ledger.amount[rows]
    parts: list[FloatArray] = [np.log(np.maximum(0.01, amount))]
    for who in (payer, payee):
        for side in (out, into):
            parts += _volumes(side, who, when, amount)
            for later in (False, True):
                days, other = side.nearest(who, when, later=later)
                parts += [days, np.log(other / np.maximum(0.01, amount))]
    partners = n_partners(ledger.source, ledger.target, n).astype(np.float64)
    both = np.concatenate([ledger.source, ledger.target])
    total = np.bincount(both, minlength=n).astype(np.float64)
    parts += [partners[payer], partners[payee], total[payer], total[payee]]
    parts += [partners[payer] / total[payer], partners[payee] / total[payee]]
    parts += _pairs(ledger, rows)
    return np.column_stack(parts)


def _volumes(side: Side, who: Int64Array, when: Int64Array, amount: FloatArray) -> list[FloatArray]:
    parts = []
    for days in _WINDOWS:
        for low, high in ((when - days * DAY, when - 1), (when + 1, when + days * DAY)):
            number, moved = side.between(who, low, high)
            parts += [number, moved / np.maximum(1.0, amount)]
    return parts


def _pairs(ledger: Ledger, rows: Int64Array) -> list[FloatArray]:
    """How often the two accounts deal with each other, in this direction and in the other."""
    n = len(ledger.accounts)
    there = ledger.source * n + ledger.target
    kinds, count = np.unique(there, return_counts=True)
    found = []
    back = ledger.target[rows] * n + ledger.source[rows]
    for asked in (there[rows], back):
        at = np.minimum(np.searchsorted(kinds, asked), len(kinds) - 1)
        found.append(np.where(kinds[at] == asked, count[at], 0).astype(np.float64))
    return found
