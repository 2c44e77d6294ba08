"""What was usual for the accounts of a group before it began: their own history."""

import numpy as np
import pandas as pd

from models.money_flow.features import (
    JUST_BELOW,
    THRESHOLD,
    GroupContext,
    all_transfers,
    member_states,
)
from workbench.analysis.tables import FloatArray
from workbench.analysis.transfers import DAY

Bools = np.ndarray[tuple[int], np.dtype[np.bool_]]
LOOK_BACK = 180 * DAY
LEAST = 5  # earlier transfers without which nothing is usual


def usual(groups: GroupContext) -> pd.DataFrame:
    """Columns transfers (in as many days as the group took), typical_amount (EUR),
    just_below_threshold and between_states (shares), one row per group.

    From the accounts' transfers of the 180 days before the group began; NaN where there were
    fewer than five.
    """
    known = groups.graph.derived(all_transfers)
    states = groups.graph.derived(member_states)
    found = []
    for i, start in enumerate(groups.starts):
        members = groups.members[groups.member_offsets[i] : groups.member_offsets[i + 1]]
        low, high = np.searchsorted(known.at, [start - LOOK_BACK, start])
        rows = np.arange(low, high)
        mine = rows[np.isin(known.source[rows], members) | np.isin(known.target[rows], members)]
        took = max((groups.at[groups.offsets[i + 1] - 1] - start) / DAY, 1.0)
        apart = states[known.source[mine]] != states[known.target[mine]]
        found.append(_of(known.amount[mine], apart, took))
    columns = ["transfers", "typical_amount", "just_below_threshold", "between_states"]
    return pd.DataFrame(found, columns=columns, dtype=np.float64)


def _of(amounts: FloatArray, apart: Bools, took: float) -> tuple[float, ...]:
    if len(amounts) < LEAST:
        return (np.nan,) * 4
    below = (amounts >= JUST_BELOW * THRESHOLD) & (amounts < THRESHOLD)
    per_day = len(amounts) / (LOOK_BACK / DAY)
    return per_day * took, float(amounts.mean()), float(below.mean()), float(apart.mean())
