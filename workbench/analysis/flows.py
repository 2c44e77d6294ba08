"""Compiled loops over time-ordered transfers, for analysis/patterns.py.

Transfers are positions in the order of time. Each function returns flat positions and int64
offsets: group i is ``flat[offsets[i]:offsets[i + 1]]``.
"""

import numpy as np

from workbench.analysis.kernels import compiled
from workbench.analysis.tables import FloatArray, Int64Array, IntArray

GROWTH = 1.02  # an amount passed on may exceed what came in by a fiftieth


@compiled
def fans(
    order: IntArray,
    offsets: IntArray,
    far: IntArray,
    at: Int64Array,
    window: int,
    least: int,
    hub_cap: int,
    most: int,
) -> tuple[IntArray, Int64Array]:
    """Windows in which an account deals with `least` to `hub_cap` different others.

    `order` and `offsets` list each account's transfers by time, `far` is the other end. Windows
    of one account do not overlap: each starts at the first transfer not yet used.
    """
    flat = np.empty(len(order), np.int32)
    cuts = [np.int64(0)]
    filled = 0
    seen = np.full(len(offsets) - 1, -1, np.int64)
    for account in range(len(offsets) - 1):
        i = offsets[account]
        while i < offsets[account + 1]:
            limit, j, distinct = at[order[i]] + window, i, 0
            while j < offsets[account + 1] and at[order[j]] <= limit:
                if seen[far[order[j]]] != i:
                    seen[far[order[j]]] = i
                    distinct += 1
                j += 1
            if distinct < least:
                i += 1
                continue
            if distinct <= hub_cap and j - i <= most:
                for p in range(i, j):
                    flat[filled] = order[p]
                    filled += 1
                cuts.append(np.int64(filled))
            i = j
    return flat[:filled], np.array(cuts)


@compiled
def handover_pairs(
    source: IntArray,
    target: IntArray,
    amount: FloatArray,
    at: Int64Array,
    out: IntArray,
    out_offsets: IntArray,
    delay: int,
    tolerance: float,
) -> tuple[IntArray, IntArray]:
    """Pairs (first, second) of transfers where the second passes the first's money on."""
    first = [np.int32(0) for _ in range(0)]
    second = [np.int32(0) for _ in range(0)]
    for e in range(len(source)):
        if source[e] == target[e]:
            continue
        low, high = out_offsets[target[e]], out_offsets[target[e] + 1]
        start = low + np.searchsorted(at[out[low:high]], at[e], side="right")
        for p in range(start, high):
            nxt = out[p]
            if at[nxt] > at[e] + delay:
                break
            share = amount[nxt] / amount[e]
            if 1.0 - tolerance <= share <= GROWTH and target[nxt] != target[e]:
                first.append(np.int32(e))
                second.append(nxt)
    return np.array(first, dtype=np.int32), np.array(second, dtype=np.int32)


@compiled
def chains(
    first: IntArray,
    second: IntArray,
    source: IntArray,
    target: IntArray,
    at: Int64Array,
    window: int,
    least: int,
) -> tuple[IntArray, Int64Array]:
    """Paths of `least` or more handovers' transfers, each transfer in one path at most.

    Each transfer goes on to the earliest one that passes it on and is still free.
    """
    n = len(source)
    follows = np.full(n, -1, np.int32)
    taken = np.zeros(n, np.bool_)
    for k in range(len(first)):
        if follows[first[k]] < 0 and not taken[second[k]] and target[second[k]] != source[first[k]]:
            follows[first[k]] = second[k]
            taken[second[k]] = True
    flat = np.empty(n, np.int32)
    cuts = [np.int64(0)]
    filled = 0
    for e in range(n):
        if taken[e] or follows[e] < 0:
            continue
        start, p = filled, e
        while p >= 0 and at[p] <= at[e] + window:
            flat[filled] = p
            filled += 1
            p = follows[p]
        if filled - start >= least:
            cuts.append(np.int64(filled))
        else:
            filled = start
    return flat[:filled], np.array(cuts)


@compiled
def cycles(
    first: IntArray,
    second: IntArray,
    source: IntArray,
    target: IntArray,
    at: Int64Array,
    window: int,
    most_steps: int,
) -> tuple[IntArray, Int64Array, int]:
    """Rounds of 3 to 5 transfers with no account twice; and roots cut short at `most_steps`.

    A round starts at its earliest transfer, so each is found once.
    """
    n = len(source)
    starts = np.searchsorted(first, np.arange(n + 1))
    flat = [np.int32(0) for _ in range(0)]
    cuts = [np.int64(0)]
    path = np.empty(5, np.int32)
    turn = np.empty(5, np.int64)
    n_truncated = 0
    for root in range(n):
        path[0], turn[0], depth, steps = root, starts[root], 0, 0
        while depth >= 0 and steps <= most_steps:
            e = path[depth]
            if turn[depth] >= starts[e + 1]:
                depth -= 1
                continue
            nxt = second[turn[depth]]
            turn[depth] += 1
            steps += 1
            if at[nxt] > at[root] + window:
                continue
            if target[nxt] == source[root]:
                if depth >= 1:
                    flat.extend(path[: depth + 1])
                    flat.append(nxt)
                    cuts.append(np.int64(len(flat)))
                continue
            again = False
            for p in path[: depth + 1]:
                again = again or target[p] == target[nxt]
            if depth < 3 and not again:
                depth += 1
                path[depth], turn[depth] = nxt, starts[nxt]
        if steps > most_steps:
            n_truncated += 1
    return np.array(flat, dtype=np.int32), np.array(cuts), n_truncated


@compiled
def passed_on_episodes(
    near: IntArray,
    near_offsets: IntArray,
    far: IntArray,
    far_offsets: IntArray,
    amount: FloatArray,
    at: Int64Array,
    forward: bool,
    delay: int,
    least_share: float,
    most_share: float,
    hub_cap: int,
) -> tuple[IntArray, Int64Array]:
    """One transfer of `near` with those of `far` at the same account that make up its amount.

    Forward: `near` came in and `far` went out within `delay` after it; else `near` went out and
    `far` came in within `delay` before it. Parts below a tenth of the amount do not count.
    """
    flat = [np.int32(0) for _ in range(0)]
    cuts = [np.int64(0)]
    for account in range(len(near_offsets) - 1):
        low, high = far_offsets[account], far_offsets[account + 1]
        moments = at[far[low:high]]
        for i in range(near_offsets[account], near_offsets[account + 1]):
            e = near[i]
            if forward:
                start = np.searchsorted(moments, at[e], side="right")
                stop = np.searchsorted(moments, at[e] + delay, side="right")
            else:
                start = np.searchsorted(moments, at[e] - delay, side="left")
                stop = np.searchsorted(moments, at[e], side="left")
            if stop - start > hub_cap:
                continue
            total, n_parts = 0.0, 0
            for p in far[low + start : low + stop]:
                if amount[p] >= 0.1 * amount[e]:
                    total += amount[p]
                    n_parts += 1
            share = total / amount[e] if forward or total == 0.0 else amount[e] / total
            if n_parts > 0 and least_share <= share <= most_share:
                flat.append(e)
                parts = far[low + start : low + stop]
                flat.extend(parts[amount[parts] >= 0.1 * amount[e]])
                cuts.append(np.int64(len(flat)))
    return np.array(flat, dtype=np.int32), np.array(cuts)


@compiled
def group_measures(
    flat: IntArray,
    offsets: Int64Array,
    source: IntArray,
    target: IntArray,
    amount: FloatArray,
    at: Int64Array,
    soon: int,
) -> "np.ndarray[tuple[int, int], np.dtype[np.float64]]":
    """Measures of each group, shape (n, 8).

    Columns: most layers (transfers one after the other); share of what was passed on that left
    within `soon`; mean hours at rest; share kept by intermediate accounts; 1 where money comes
    back to an account it left; most payers of one account; most payees of one; accounts. NaN
    where nothing is passed on.

    Money leaves an account in the order in which it came (first in, first out).
    """
    measures = np.zeros((len(offsets) - 1, 8), np.float64)
    for g in range(len(offsets) - 1):
        rows = flat[offsets[g] : offsets[g + 1]]
        n = len(rows)
        accounts = np.unique(np.concatenate((source[rows], target[rows])))
        m = len(accounts)
        reach = np.zeros((m, m), np.bool_)
        n_in, n_out = np.zeros(m, np.int64), np.zeros(m, np.int64)
        met = np.zeros((m, m), np.bool_)
        left = amount[rows].copy()
        layer = np.ones(n, np.int64)
        passed, fast, rested, received = 0.0, 0.0, 0.0, 0.0
        for i in range(n):
            s = np.searchsorted(accounts, source[rows[i]])
            t = np.searchsorted(accounts, target[rows[i]])
            if not met[s, t]:
                met[s, t] = True
                n_out[s] += 1
                n_in[t] += 1
            need = amount[rows[i]]
            for j in range(i):
                if target[rows[j]] != source[rows[i]]:
                    continue
                layer[i] = max(layer[i], layer[j] + 1)
                used = min(left[j], need)
                left[j] -= used
                need -= used
                passed += used
                rest = at[rows[i]] - at[rows[j]]
                rested += used * rest
                if rest <= soon:
                    fast += used
            for v in range(m):
                if reach[v, s]:
                    reach[v, t] = True
            reach[s, t] = True
        for i in range(n):
            for j in range(i + 1, n):
                if source[rows[j]] == target[rows[i]]:
                    received += amount[rows[i]]
                    break
        returns = False
        for v in range(m):
            returns = returns or reach[v, v]
        measures[g, 0] = layer.max()
        measures[g, 1] = fast / received if received > 0 else np.nan
        measures[g, 2] = rested / passed / 3.6e9 if passed > 0 else np.nan
        measures[g, 3] = 1.0 - passed / received if received > 0 else np.nan
        measures[g, 4] = 1.0 if returns else 0.0
        measures[g, 5] = n_in.max()
        measures[g, 6] = n_out.max()
        measures[g, 7] = m
    return measures
