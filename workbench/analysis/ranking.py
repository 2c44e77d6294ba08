"""Entities by their place in the graph: degree, betweenness, PageRank. Each link counts once
between two entities, whatever its direction and however often it is recorded.
"""

from collections.abc import Callable, Mapping
from types import MappingProxyType

import numpy as np

from workbench.analysis.graph import CaseGraph
from workbench.analysis.kernels import Csr, build_csr, compiled
from workbench.analysis.tables import FloatArray, IntArray
from workbench.domain.errors import BadInput

DAMPING = 0.85
MOST_WORK = 2e11  # entities × links that betweenness takes on: some minutes


def simple_csr(graph: CaseGraph) -> Csr:
    """All entities and whether any record links them."""
    rows = graph.links.index.to_numpy(np.int32)
    return build_csr(graph.n_entities, graph.sources[rows], graph.targets[rows])


def degree(csr: Csr) -> FloatArray:
    """How many other entities each is linked to."""
    return csr.degrees.astype(np.float64)


def pagerank(csr: Csr) -> FloatArray:
    """PageRank (Brin and Page 1998) with damping 0.85, by scikit-network; sums to 1.

    Who is linked to nobody passes on to everybody alike. scikit-network lets them keep what they
    have, so it is asked about the linked ones alone.
    """
    from scipy.sparse import csr_matrix
    from sknetwork.ranking import PageRank

    n = len(csr.indptr) - 1
    linked = csr.degrees > 0
    alone = (1 - DAMPING) / (n - DAMPING * (n - linked.sum())) if n else 0.0
    scores = np.full(n, alone)
    if linked.any():
        ties = np.ones(len(csr.indices), np.float64)
        matrix = csr_matrix((ties, csr.indices, csr.indptr), shape=(n, n))[linked][:, linked]
        ranked = PageRank(damping_factor=DAMPING, n_iter=100, tol=1e-10).fit_predict(matrix)
        scores[linked] = ranked * (1 - alone * (n - linked.sum()))
    return scores


def betweenness(csr: Csr) -> FloatArray:
    """Share of the shortest paths between all others that lead through each (Brandes 2001).

    Exact, in O(entities × links).

    Raises
    ------
    BadInput
        When the graph is too large for it.
    """
    n = len(csr.indptr) - 1
    if float(n) * len(csr.indices) > MOST_WORK:
        raise BadInput(
            f"Betweenness of {n} entities with {len(csr.indices) // 2} links would take hours; "
            "rank by degree or pagerank."
        )
    pairs = max((n - 1) * (n - 2), 1)
    return _brandes(csr.indptr, csr.indices) / pairs


@compiled
def _brandes(indptr: IntArray, indices: IntArray) -> FloatArray:
    n = len(indptr) - 1
    through = np.zeros(n, np.float64)
    distance = np.full(n, -1, np.int32)
    paths = np.zeros(n, np.float64)
    share = np.zeros(n, np.float64)
    queue = np.empty(n, np.int32)
    for root in range(n):
        queue[0], head, tail = root, 0, 1
        distance[root], paths[root] = 0, 1.0
        while head < tail:
            u = queue[head]
            head += 1
            for p in range(indptr[u], indptr[u + 1]):
                v = indices[p]
                if distance[v] < 0:
                    distance[v] = distance[u] + 1
                    queue[tail] = v
                    tail += 1
                if distance[v] == distance[u] + 1:
                    paths[v] += paths[u]
        for k in range(tail - 1, 0, -1):
            v = queue[k]
            for p in range(indptr[v], indptr[v + 1]):
                u = indices[p]
                if distance[u] == distance[v] - 1:
                    share[u] += paths[u] / paths[v] * (1.0 + share[v])
            through[v] += share[v]
        for k in range(tail):
            u = queue[k]
            distance[u], paths[u], share[u] = -1, 0.0, 0.0
    return through


MEASURES: Mapping[str, Callable[[Csr], FloatArray]] = MappingProxyType(
    {"degree": degree, "betweenness": betweenness, "pagerank": pagerank}
)


def shortest_paths(csr: Csr, a: int, b: int, *, most: int) -> list[list[int]]:
    """Shortest paths from a to b as rows, at most `most` of them, in ascending order of rows.

    Empty where there is none; ``[[a]]`` where a is b.
    """
    distance = np.full(len(csr.indptr) - 1, -1, np.int32)
    distance[b], frontier = 0, np.array([b], np.int32)
    while len(frontier) and distance[a] < 0:
        parts = [csr.neighbours(int(u)) for u in frontier]
        reached = np.unique(np.concatenate(parts))
        level = distance[frontier[0]] + 1
        frontier = reached[distance[reached] < 0]
        distance[frontier] = level
    if distance[a] < 0:
        return []
    paths = [[a]]
    for left in range(int(distance[a]) - 1, -1, -1):
        paths = [
            [*path, int(v)]
            for path in paths
            for v in csr.neighbours(path[-1])
            if distance[v] == left
        ][:most]
    return paths
