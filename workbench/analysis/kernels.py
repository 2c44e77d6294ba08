"""Compiled loops over int32 CSR arrays: contacts, shared contacts, two-hop pairs, timing.

A CSR graph is `indptr` (n + 1) and `indices`: the neighbours of u are
``indices[indptr[u]:indptr[u + 1]]``, ascending, each once, and every tie stands in both
directions. Kernels are compiled at first use and kept on disk by numba.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar, cast

import numpy as np
from numba import njit

from workbench.analysis.tables import FloatArray, Int64Array, IntArray

F = TypeVar("F", bound=Callable[..., object])


def compiled(function: F) -> F:
    """`function` compiled by numba, machine code cached beside the module."""
    return cast(F, njit(cache=True)(function))


@dataclass(frozen=True, eq=False, slots=True)
class Csr:
    """An undirected graph on entity rows with the instants of each tie.

    Entry p (a position in `indices`) has the instants ``times[events[p]:events[p + 1]]``,
    ascending, in microseconds since 1970.
    """

    indptr: IntArray
    indices: IntArray
    events: IntArray
    times: Int64Array

    def neighbours(self, entity: int) -> IntArray:
        return self.indices[self.indptr[entity] : self.indptr[entity + 1]]

    @property
    def degrees(self) -> IntArray:
        return np.diff(self.indptr)


def build_csr(n: int, a: IntArray, b: IntArray, at: Int64Array | None = None) -> Csr:
    """The CSR of the ties (a[i], b[i]) on n entities; loops are dropped, repeats become events.

    Costs one sort of 2 · len(a) keys.
    """
    at = np.zeros(len(a), np.int64) if at is None else at
    keep = a != b
    u = np.concatenate([a[keep], b[keep]]).astype(np.int64)
    v = np.concatenate([b[keep], a[keep]]).astype(np.int64)
    times = np.concatenate([at[keep], at[keep]])
    key = u * n + v
    order = np.lexsort((times, key))
    entries, starts = np.unique(key[order], return_index=True)
    indptr = np.searchsorted(entries, np.arange(n + 1, dtype=np.int64) * n).astype(np.int32)
    return Csr(
        indptr=indptr,
        indices=(entries % max(n, 1)).astype(np.int32),
        events=np.append(starts, len(key)).astype(np.int32),
        times=times[order],
    )


@compiled
def _shared(
    indptr: IntArray, indices: IntArray, marked: IntArray, probed: IntArray
) -> tuple[IntArray, IntArray, FloatArray, FloatArray, FloatArray]:
    n_pairs = len(marked)
    count = np.zeros(n_pairs, np.int32)
    least = np.zeros(n_pairs, np.int32)
    jaccard = np.zeros(n_pairs, np.float64)
    adamic_adar = np.zeros(n_pairs, np.float64)
    allocation = np.zeros(n_pairs, np.float64)
    stamp = np.full(len(indptr) - 1, -1, np.int32)
    for i in range(n_pairs):
        u, v = marked[i], probed[i]
        if i == 0 or marked[i - 1] != u:
            for p in range(indptr[u], indptr[u + 1]):
                stamp[indices[p]] = u
        for p in range(indptr[v], indptr[v + 1]):
            w = indices[p]
            if stamp[w] == u:
                degree = indptr[w + 1] - indptr[w]
                count[i] += 1
                least[i] = degree if count[i] == 1 else min(least[i], degree)
                allocation[i] += 1.0 / degree
                if degree > 1:
                    adamic_adar[i] += 1.0 / np.log(degree)
        either = indptr[u + 1] - indptr[u] + indptr[v + 1] - indptr[v] - count[i]
        if either > 0:
            jaccard[i] = count[i] / either
    return count, least, jaccard, adamic_adar, allocation


@dataclass(frozen=True, eq=False, slots=True)
class Shared:
    """Per pair: number of shared neighbours, fewest ties that one of them has (0 without any),
    Jaccard (0 to 1), Adamic-Adar, resource allocation.

    Adamic and Adar 2003 (1/ln of the shared neighbour's degree, summed); Zhou, Lü and Zhang 2009
    (1/degree, summed).
    """

    count: IntArray
    least: IntArray
    jaccard: FloatArray
    adamic_adar: FloatArray
    allocation: FloatArray


def shared_neighbours(csr: Csr, a: IntArray, b: IntArray) -> Shared:
    """Measures of the pairs (a[i], b[i]); marks the longer list once, probes the shorter."""
    degree = csr.degrees
    longer = degree[a] >= degree[b]
    marked, probed = np.where(longer, a, b), np.where(longer, b, a)
    order = np.argsort(marked, kind="stable")
    found = _shared(csr.indptr, csr.indices, marked[order], probed[order])
    back = np.empty_like(order)
    back[order] = np.arange(len(order))
    count, least, jaccard, adamic_adar, allocation = found
    return Shared(count[back], least[back], jaccard[back], adamic_adar[back], allocation[back])


@compiled
def _two_hop(
    indptr: IntArray,
    indices: IntArray,
    tied_indptr: IntArray,
    tied_indices: IntArray,
    roots: IntArray,
    eligible: np.ndarray[tuple[int], np.dtype[np.bool_]],
    hub_cap: int,
    k: int,
) -> tuple[IntArray, IntArray]:
    n = len(indptr) - 1
    weight = np.zeros(n, np.float64)
    tied = np.full(n, -1, np.int32)
    left = np.empty(len(roots) * k, np.int32)
    right = np.empty(len(roots) * k, np.int32)
    found = 0
    for root in roots:
        if not eligible[root]:
            continue
        tied[root] = root
        for p in range(tied_indptr[root], tied_indptr[root + 1]):
            tied[tied_indices[p]] = root
        touched = [np.int32(0) for _ in range(0)]
        for p in range(indptr[root], indptr[root + 1]):
            via = indices[p]
            degree = indptr[via + 1] - indptr[via]
            if degree > hub_cap:
                continue
            for q in range(indptr[via], indptr[via + 1]):
                other = indices[q]
                if eligible[other] and tied[other] != root:
                    if weight[other] == 0.0:
                        touched.append(other)
                    weight[other] += 1.0 / degree
        rows = np.sort(np.array(touched, dtype=np.int32))
        for j in np.argsort(-weight[rows], kind="mergesort")[:k]:
            left[found], right[found] = min(root, rows[j]), max(root, rows[j])
            found += 1
        weight[rows] = 0.0
    return left[:found], right[:found]


def two_hop_pairs(
    csr: Csr,
    tied: Csr,
    *,
    roots: IntArray,
    eligible: np.ndarray[tuple[int], np.dtype[np.bool_]],
    hub_cap: int,
    k: int,
) -> tuple[IntArray, IntArray]:
    """Pairs at two steps in `csr` that are no tie in `tied`: the best k of each root.

    Neighbours with more than `hub_cap` ties are no step. Best is by resource allocation, equal
    ones by row. Never builds the square of the matrix: memory is O(n + len(roots) · k).

    Returns
    -------
    a, b : int32 arrays, a < b, each pair once, ascending.
    """
    left, right = _two_hop(
        csr.indptr, csr.indices, tied.indptr, tied.indices, roots, eligible, hub_cap, k
    )
    n = len(csr.indptr) - 1
    key = np.unique(left.astype(np.int64) * n + right)
    return (key // max(n, 1)).astype(np.int32), (key % max(n, 1)).astype(np.int32)


@compiled
def _meetings(
    indptr: IntArray,
    indices: IntArray,
    events: IntArray,
    times: Int64Array,
    a: IntArray,
    b: IntArray,
    within: int,
) -> tuple[IntArray, IntArray, Int64Array]:
    relays = np.zeros(len(a), np.int32)
    contacts = np.zeros(len(a), np.int32)
    latest = np.full(len(a), -(2**62), np.int64)
    for i in range(len(a)):
        p, p_end = indptr[a[i]], indptr[a[i] + 1]
        q, q_end = indptr[b[i]], indptr[b[i] + 1]
        while p < p_end and q < q_end:
            if indices[p] < indices[q]:
                p += 1
            elif indices[p] > indices[q]:
                q += 1
            else:
                start = events[q]
                near = 0
                for e in range(events[p], events[p + 1]):
                    while start < events[q + 1] and times[start] < times[e] - within:
                        start += 1
                    if start < events[q + 1] and times[start] <= times[e] + within:
                        near += 1
                relays[i] += near
                contacts[i] += min(events[p + 1] - events[p], events[q + 1] - events[q])
                both = min(times[events[p + 1] - 1], times[events[q + 1] - 1])
                latest[i] = max(latest[i], both)
                p += 1
                q += 1
    return relays, contacts, latest


@dataclass(frozen=True, eq=False, slots=True)
class Meetings:
    """Per pair, over their shared neighbours.

    `relays`: contacts of the first with a shared neighbour that had one of the second with the
    same neighbour within the given time. `contacts`: for each shared neighbour the smaller number
    of contacts of the two, summed. `latest`: the last instant (microseconds) by which both had
    been in contact with the same neighbour.
    """

    relays: IntArray
    contacts: IntArray
    latest: Int64Array


def meetings(csr: Csr, a: IntArray, b: IntArray, *, within: int) -> Meetings:
    """When the pairs (a[i], b[i]) met their shared neighbours; `within` in microseconds."""
    return Meetings(*_meetings(csr.indptr, csr.indices, csr.events, csr.times, a, b, within))


@compiled
def _cohesion(indptr: IntArray, indices: IntArray, a: IntArray, b: IntArray) -> IntArray:
    n = len(indptr) - 1
    in_a = np.full(n, -1, np.int32)
    shared = np.full(n, -1, np.int32)
    found = np.zeros(len(a), np.int32)
    for i in range(len(a)):
        for p in range(indptr[a[i]], indptr[a[i] + 1]):
            in_a[indices[p]] = i
        for p in range(indptr[b[i]], indptr[b[i] + 1]):
            if in_a[indices[p]] == i:
                shared[indices[p]] = i
        for p in range(indptr[b[i]], indptr[b[i] + 1]):
            u = indices[p]
            if shared[u] == i:
                for q in range(indptr[u], indptr[u + 1]):
                    if indices[q] > u and shared[indices[q]] == i:
                        found[i] += 1
    return found


def cohesion(csr: Csr, a: IntArray, b: IntArray) -> IntArray:
    """Ties among the shared neighbours of each pair (a[i], b[i])."""
    return _cohesion(csr.indptr, csr.indices, a, b)


@compiled
def _crossed(
    indptr: IntArray,
    indices: IntArray,
    other_indptr: IntArray,
    other_indices: IntArray,
    a: IntArray,
    b: IntArray,
) -> IntArray:
    found = np.zeros(len(a), np.int32)
    for i in range(len(a)):
        p, p_end = indptr[a[i]], indptr[a[i] + 1]
        q, q_end = other_indptr[b[i]], other_indptr[b[i] + 1]
        while p < p_end and q < q_end:
            if indices[p] < other_indices[q]:
                p += 1
            elif indices[p] > other_indices[q]:
                q += 1
            else:
                found[i] += 1
                p += 1
                q += 1
    return found


def crossed_neighbours(one: Csr, other: Csr, a: IntArray, b: IntArray) -> IntArray:
    """Per pair, neighbours of a[i] in `one` that are neighbours of b[i] in `other`."""
    return _crossed(one.indptr, one.indices, other.indptr, other.indices, a, b)
