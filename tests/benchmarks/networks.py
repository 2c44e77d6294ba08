"""Made-up networks with a few busy entities, as compiled arrays, as scipy's and as networkx's."""

import networkx as nx
import numpy as np
from scipy import sparse

from workbench.analysis.kernels import Csr, build_csr, two_hop_pairs
from workbench.analysis.tables import IntArray

HUB_CAP = 100


def network(n_links: int, *, seed: int) -> Csr:
    """About `n_links` ties among a fifth as many entities; the busiest has 2 · √(5 · n_links)."""
    rng = np.random.default_rng(seed)
    n = n_links // 5
    a, b = (np.minimum(n * rng.random(n_links) ** 2, n - 1).astype(np.int32) for _ in range(2))
    return build_csr(n, a, b)


def pairs_of(csr: Csr, n_roots: int, *, seed: int) -> tuple[IntArray, IntArray]:
    """Pairs at two steps, the best 50 of each of `n_roots` entities."""
    n = len(csr.indptr) - 1
    roots = np.random.default_rng(seed).permutation(n)[:n_roots].astype(np.int32)
    return best_pairs(csr, np.sort(roots), hub_cap=HUB_CAP, k=50)


def best_pairs(csr: Csr, roots: IntArray, *, hub_cap: int, k: int) -> tuple[IntArray, IntArray]:
    """The best `k` pairs of each root among all entities that it is not tied to."""
    everyone = np.ones(len(csr.indptr) - 1, bool)
    return two_hop_pairs(csr, csr, roots=roots, eligible=everyone, hub_cap=hub_cap, k=k)


def as_scipy(csr: Csr) -> sparse.csr_array:
    n, ones = len(csr.indptr) - 1, np.ones(len(csr.indices))
    return sparse.csr_array((ones, csr.indices, csr.indptr), shape=(n, n))


def as_networkx(csr: Csr) -> "nx.Graph[int]":
    graph: nx.Graph[int] = nx.Graph()
    graph.add_nodes_from(range(len(csr.indptr) - 1))
    left = np.repeat(np.arange(len(csr.indptr) - 1), csr.degrees)
    graph.add_edges_from(zip(left.tolist(), csr.indices.tolist(), strict=True))
    return graph
