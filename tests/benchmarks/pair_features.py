"""Measures of pairs, beside networkx, scipy's sparse arrays and a loop that only reads."""

import gc
import tracemalloc
from functools import partial
from time import perf_counter
from typing import TYPE_CHECKING

import numpy as np
from benchmarks.measuring import Row, exponent, times_as_fast
from benchmarks.networks import as_networkx, as_scipy, network, pairs_of

from workbench.analysis.explanation import Matrix
from workbench.analysis.kernels import Csr, Shared, compiled, shared_neighbours
from workbench.analysis.tables import FloatArray, IntArray

if TYPE_CHECKING:
    import networkx

LINKS = {"small": 20_000, "full": 1_000_000}
_CHUNK = 20_000


@compiled
def _read_shorter(indptr: IntArray, indices: IntArray, a: IntArray, b: IntArray) -> int:
    total = 0
    for i in range(len(a)):
        u, v = a[i], b[i]
        w = u if indptr[u + 1] - indptr[u] < indptr[v + 1] - indptr[v] else v
        for p in range(indptr[w], indptr[w + 1]):
            total += indices[p]
    return total


def by_scipy(csr: Csr, a: IntArray, b: IntArray) -> list[FloatArray]:
    """Shared neighbours, Jaccard, Adamic-Adar and resource allocation, a portion at a time."""
    matrix, degree = as_scipy(csr), csr.degrees.astype(np.float64)
    weights = np.ones((len(degree), 3))
    weights[:, 1] = np.divide(1.0, np.log(np.maximum(degree, 2)))
    weights[:, 2] = 1.0 / np.maximum(degree, 1)
    found = [
        matrix[a[i : i + _CHUNK]].multiply(matrix[b[i : i + _CHUNK]]) @ weights
        for i in range(0, len(a), _CHUNK)
    ]
    measures: Matrix = np.concatenate(found)
    count, adamic_adar, allocation = measures.T
    return [count, count / (degree[a] + degree[b] - count), adamic_adar, allocation]


def by_networkx(graph: "networkx.Graph[int]", a: IntArray, b: IntArray) -> list[FloatArray]:
    """The same, pair by pair, as networkx offers them."""
    import networkx as nx

    pairs = list(zip(a.tolist(), b.tolist(), strict=True))
    count = [len(nx.common_neighbors(graph, u, v)) for u, v in pairs]
    measures = (nx.jaccard_coefficient, nx.adamic_adar_index, nx.resource_allocation_index)
    rest = [[value for _, _, value in measure(graph, pairs)] for measure in measures]
    return [np.array(column, dtype=np.float64) for column in (count, *rest)]


def _same(found: Shared, peer: list[FloatArray], n: int) -> bool:
    own: list[np.ndarray] = [found.count, found.jaccard, found.adamic_adar, found.allocation]
    return all(np.allclose(x[:n], y, rtol=1e-9) for x, y in zip(own, peer, strict=True))


def rows(size: str) -> list[Row]:
    """Speed per pair beside three peers, growth, and memory per link."""
    n_links = LINKS[size]
    csr = network(n_links, seed=1)
    a, b = pairs_of(csr, n_links // 50, seed=2)
    graph, n_slow = as_networkx(csr), min(len(a), 2000)
    spread = np.random.default_rng(3).permutation(len(a))  # networkx gets pairs from everywhere
    slow_a, slow_b = a[spread[:n_slow]], b[spread[:n_slow]]
    work, found = partial(shared_neighbours, csr, a, b), shared_neighbours(csr, a, b)
    few = shared_neighbours(csr, slow_a, slow_b)
    many = len(a) / n_slow
    reading = partial(_read_shorter, csr.indptr, csr.indices, a, b)
    reading()
    name = f"features of {len(a):,} pairs, {n_links:,} links"
    by_nx = times_as_fast(work, partial(by_networkx, graph, slow_a, slow_b), rounds=3) * many
    by_sp = times_as_fast(work, partial(by_scipy, csr, a, b), rounds=3)
    note = f"networkx on {n_slow:,} of the pairs, per pair"
    agree_nx = _same(few, by_networkx(graph, slow_a, slow_b), n_slow)
    agree_sp = _same(found, by_scipy(csr, a, b), len(a))
    read = times_as_fast(work, reading, rounds=9)
    return [
        Row(work=name, peer="networkx", measured=by_nx, reach=300, agrees=agree_nx, note=note),
        Row(work=name, peer="scipy.sparse", measured=by_sp, reach=4, agrees=agree_sp),
        Row(work=name, peer="reading the shorter lists", measured=read, reach=0.5, agrees=None),
        _growth(n_links),
        *_memory(network(n_links // 10, seed=8)),
    ]


def _growth(n_links: int) -> Row:
    sizes = [n_links // 9, n_links // 3, n_links]
    times = []
    for n in sizes:
        csr = network(n, seed=4)
        a, b = pairs_of(csr, n // 50, seed=5)
        taken = []
        for _ in range(5):
            began = perf_counter()
            shared_neighbours(csr, a, b)
            taken.append(perf_counter() - began)
        times.append(float(np.median(taken)))
    said = ", ".join(f"{n:,}" for n in sizes)
    return Row(
        work="features of pairs, growth with links",
        peer=f"itself at {said} links",
        measured=exponent(sizes, times),
        reach=None,
        agrees=None,
        unit="exponent",
        note="pairs grow with links",
    )


def _memory(csr: Csr) -> list[Row]:
    n_links = len(csr.indices) // 2
    gc.collect()
    tracemalloc.start()
    graph = as_networkx(csr)
    held = tracemalloc.get_traced_memory()[0] / graph.number_of_edges()
    tracemalloc.stop()
    ties = (csr.indptr.nbytes + csr.indices.nbytes) / n_links
    timed = ties + (csr.events.nbytes + csr.times.nbytes) / n_links
    same = graph.number_of_edges() == n_links
    peer = f"networkx, {held:.0f} B"
    return [
        Row(
            work="memory per link: ties", peer=peer, measured=ties, reach=12, agrees=same, unit="B"
        ),
        Row(
            work="memory per link: ties and every instant",
            peer=f"{peer} without instants",
            measured=timed,
            reach=12,
            agrees=same,
            unit="B",
            note="an instant is 8 B and stands in both directions",
        ),
    ]
