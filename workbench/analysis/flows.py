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
    """Rounds of 3 to 5 transfers, each from its earliest; roots cut short at `most_steps`."""
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
            closes = target[nxt] == source[root]
            if closes and depth >= 1:
                flat.extend(path[: depth + 1])
                flat.append(nxt)
                cuts.append(np.int64(len(flat)))
            elif not closes and depth < 3 and not np.any(target[path[: depth + 1]] == target[nxt]):
                depth += 1
                path[depth], turn[depth] = nxt, starts[nxt]
        if steps > most_steps:
            n_truncated += 1
    return np.array(flat, dtype=np.int32), np.array(cuts), n_truncated


@compiled
def _around(moments: Int64Array, at: int, delay: int, forward: bool) -> tuple[int, int]:
    """Positions of the moments within `delay` after `at`, or before it."""
    if forward:
        start = np.searchsorted(moments, at, side="right")
        return int(start), int(np.searchsorted(moments, at + delay, side="right"))
    start = np.searchsorted(moments, at - delay, side="left")
    return int(start), int(np.searchsorted(moments, at, side="left"))


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
            start, stop = _around(moments, at[e], delay, forward)
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
