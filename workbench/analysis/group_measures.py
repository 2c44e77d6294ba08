"""How money moves within a group of transfers: layers, rest, what is kept, rounds and fans."""

import numpy as np

from workbench.analysis.kernels import compiled
from workbench.analysis.tables import FloatArray, Int64Array, IntArray

HOUR = 3.6e9  # microseconds
Matrix = np.ndarray[tuple[int, int], np.dtype[np.float64]]


@compiled
def _fifo(
    source: IntArray, target: IntArray, amount: FloatArray, at: Int64Array, soon: int
) -> tuple[float, float, float, float]:
    """Money passed on, of it within `soon`, amount × rest, and received by who sends later."""
    left = amount.copy()
    passed, fast, rested, received = 0.0, 0.0, 0.0, 0.0
    for i in range(len(source)):
        need = amount[i]
        for j in range(i):
            if target[j] == source[i]:
                used, rest = min(left[j], need), at[i] - at[j]
                left[j] -= used
                need -= used
                passed += used
                rested += used * rest
                fast += used if rest <= soon else 0.0
        for j in range(i + 1, len(source)):
            if source[j] == target[i]:
                received += amount[i]
                break
    return passed, fast, rested, received


@compiled
def _depth(source: IntArray, target: IntArray) -> int:
    """Most transfers one after the other that lead on from account to account."""
    layer = np.ones(len(source), np.int64)
    deepest = 1
    for i in range(len(source)):
        for j in range(i):
            if target[j] == source[i]:
                layer[i] = max(layer[i], layer[j] + 1)
        deepest = max(deepest, layer[i])
    return deepest


@compiled
def _comes_back(source: IntArray, target: IntArray, n: int) -> bool:
    """Whether money reaches an account that it left, in time order; accounts are 0 to n - 1."""
    reach = np.zeros((n, n), np.bool_)
    back = False
    for i in range(len(source)):
        for v in range(n):
            if reach[v, source[i]]:
                reach[v, target[i]] = True
        reach[source[i], target[i]] = True
        back = back or reach[target[i], target[i]]
    return back


@compiled
def _fan_sizes(source: IntArray, target: IntArray, n: int) -> tuple[int, int]:
    """Most different payers of one account, and most different payees."""
    met = np.zeros((n, n), np.bool_)
    payers, payees = np.zeros(n, np.int64), np.zeros(n, np.int64)
    most_payers, most_payees = 0, 0
    for i in range(len(source)):
        if not met[source[i], target[i]]:
            met[source[i], target[i]] = True
            payers[target[i]] += 1
            payees[source[i]] += 1
            most_payers = max(most_payers, payers[target[i]])
            most_payees = max(most_payees, payees[source[i]])
    return most_payers, most_payees


@compiled
def _measured(
    offsets: Int64Array,
    source: IntArray,
    target: IntArray,
    n_accounts: IntArray,
    amount: FloatArray,
    at: Int64Array,
    soon: int,
) -> Matrix:
    measures = np.full((len(offsets) - 1, 8), np.nan, np.float64)
    for g in range(len(offsets) - 1):
        low, high, n = offsets[g], offsets[g + 1], n_accounts[g]
        s, t = source[low:high], target[low:high]
        passed, fast, rested, received = _fifo(s, t, amount[low:high], at[low:high], soon)
        if received > 0:
            measures[g, 1] = fast / received
            measures[g, 3] = 1.0 - passed / received
        if passed > 0:
            measures[g, 2] = rested / passed / HOUR
        measures[g, 0] = _depth(s, t)
        measures[g, 4] = 1.0 if _comes_back(s, t, n) else 0.0
        measures[g, 5], measures[g, 6] = _fan_sizes(s, t, n)
        measures[g, 7] = n
    return measures


def passed_on(
    source: IntArray, target: IntArray, amount: FloatArray, at: Int64Array, soon: int
) -> tuple[float, float]:
    """Share of what was received and moved on that left within `soon`, and mean hours at rest, of
    transfers by time; NaN where nothing is passed on."""
    passed, fast, rested, received = _fifo(source, target, amount, at, soon)
    return (
        float(fast / received) if received > 0 else float("nan"),
        float(rested / passed / HOUR) if passed > 0 else float("nan"),
    )


def group_measures(
    offsets: Int64Array,
    source: IntArray,
    target: IntArray,
    amount: FloatArray,
    at: Int64Array,
    soon: int,
) -> Matrix:
    """Measures of each group, shape (n, 8); group i is transfers offsets[i] to offsets[i + 1].

    Columns: most layers (transfers one after the other); share of what was received and moved on
    that left within `soon`; mean hours at rest; share kept by intermediate accounts; 1 where money
    comes back to an account it left; most payers of one account; most payees of one; accounts. NaN
    where nothing is passed on. Money leaves an account in the order in which it came.
    """
    n_groups = len(offsets) - 1
    group = np.repeat(np.arange(n_groups, dtype=np.int64), np.diff(offsets))
    keys = np.concatenate([group << 32 | source, group << 32 | target])
    distinct, number = np.unique(keys, return_inverse=True)  # accounts numbered within each group
    n_accounts = np.bincount(distinct >> 32, minlength=n_groups).astype(np.int32)
    first = np.concatenate([[0], np.cumsum(n_accounts)])[np.concatenate([group, group])]
    local = (number - first).astype(np.int32)
    half = len(source)
    return _measured(offsets, local[:half], local[half:], n_accounts, amount, at, soon)
