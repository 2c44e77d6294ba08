"""Kernels against networkx on random graphs, and by hand where networkx has no such measure."""

import networkx as nx
import numpy as np
import pytest

from workbench.analysis.kernels import (
    Csr,
    build_csr,
    cohesion,
    crossed_neighbours,
    meetings,
    shared_neighbours,
    two_hop_pairs,
)
from workbench.analysis.tables import IntArray

HOUR = 3_600_000_000


def ints(*values: int) -> IntArray:
    return np.array(values, np.int32)


def of_networkx(graph: "nx.Graph[int]") -> Csr:
    ends = np.array(list(graph.edges), np.int32).reshape(-1, 2)
    return build_csr(graph.number_of_nodes(), ends[:, 0], ends[:, 1])


def random_graph(seed: int) -> "nx.Graph[int]":
    return nx.gnp_random_graph(60, 0.1, seed=seed)


def all_pairs(n: int) -> tuple[IntArray, IntArray]:
    a, b = np.triu_indices(n, 1)
    return a.astype(np.int32), b.astype(np.int32)


def test_a_csr_lists_each_neighbour_once_in_order_and_keeps_the_instants() -> None:
    csr = build_csr(4, ints(0, 2, 0, 1), ints(2, 0, 1, 1), np.array([30, 10, 20, 5], np.int64))

    assert csr.neighbours(0).tolist() == [1, 2]
    assert csr.neighbours(1).tolist() == [0]  # the loop 1-1 is dropped
    assert csr.neighbours(3).tolist() == []
    entry = csr.indptr[0] + 1  # 0-2
    assert csr.times[csr.events[entry] : csr.events[entry + 1]].tolist() == [10, 30]


@pytest.mark.slow
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_shared_neighbours_agree_with_networkx(seed: int) -> None:
    graph = random_graph(seed)
    a, b = all_pairs(60)
    found = shared_neighbours(of_networkx(graph), a, b)
    pairs = list(zip(a.tolist(), b.tolist(), strict=True))

    common = [sorted(nx.common_neighbors(graph, u, v)) for u, v in pairs]
    assert found.count.tolist() == [len(c) for c in common]
    assert found.least.tolist() == [min((graph.degree[w] for w in c), default=0) for c in common]
    for values, expected in (
        (found.jaccard, nx.jaccard_coefficient(graph, pairs)),
        (found.adamic_adar, nx.adamic_adar_index(graph, pairs)),
        (found.allocation, nx.resource_allocation_index(graph, pairs)),
    ):
        np.testing.assert_allclose(values, [value for _, _, value in expected], atol=1e-12)


def test_two_hop_pairs_are_those_at_distance_two_in_networkx() -> None:
    graph = random_graph(4)
    csr = of_networkx(graph)
    a, b = two_hop_pairs(
        csr,
        csr,
        roots=np.arange(60, dtype=np.int32),
        eligible=np.ones(60, bool),
        hub_cap=60,
        k=60,
    )

    lengths = dict(nx.all_pairs_shortest_path_length(graph, cutoff=2))
    expected = {(u, v) for u in lengths for v, d in lengths[u].items() if d == 2 and u < v}
    assert set(zip(a.tolist(), b.tolist(), strict=True)) == expected


def test_two_hop_pairs_keep_the_best_by_resource_allocation_and_respect_hub_and_ties() -> None:
    # 0 reaches 1 by way of 5 (3 ties: 1/3), 2 by way of 6 (2 ties: 1/2), and 3 by way of hub 7
    csr = build_csr(
        9,
        ints(0, 1, 4, 0, 2, 0, 3, 4, 8),
        ints(5, 5, 5, 6, 6, 7, 7, 7, 7),
    )
    none = build_csr(9, ints(), ints())
    everybody = np.ones(9, bool)

    def pairs(tied: Csr, *, hub_cap: int, k: int) -> list[tuple[int, int]]:
        a, b = two_hop_pairs(csr, tied, roots=ints(0), eligible=everybody, hub_cap=hub_cap, k=k)
        return list(zip(a.tolist(), b.tolist(), strict=True))

    assert pairs(none, hub_cap=9, k=1) == [(0, 4)]  # 1/3 by way of 5 and 1/4 by way of 7
    assert pairs(none, hub_cap=3, k=1) == [(0, 2)]
    assert pairs(none, hub_cap=3, k=9) == [(0, 1), (0, 2), (0, 4)]
    assert pairs(build_csr(9, ints(0), ints(2)), hub_cap=3, k=1) == [(0, 1)]


def test_two_hop_pairs_leave_out_who_is_not_eligible() -> None:
    csr = build_csr(3, ints(0, 1), ints(2, 2))
    a, _ = two_hop_pairs(
        csr,
        csr,
        roots=ints(0, 1),
        eligible=np.array([True, False, True]),
        hub_cap=9,
        k=9,
    )
    assert len(a) == 0


def test_meetings_count_contacts_with_the_same_neighbour_close_in_time() -> None:
    # 0 and 1 both know 2; 0 at hours 0, 10, 50; 1 at hours 1 and 30
    hours = np.array([0, 10, 50, 1, 30], np.int64) * HOUR
    csr = build_csr(3, ints(0, 0, 0, 1, 1), ints(2, 2, 2, 2, 2), hours)
    met = meetings(csr, ints(0, 1), ints(1, 0), within=9 * HOUR)

    assert met.relays.tolist() == [2, 1]  # of 0: hours 0 and 10 near 1; of 1: hour 1 near 0
    assert met.contacts.tolist() == [2, 2]
    assert met.latest.tolist() == [30 * HOUR, 30 * HOUR]


def test_who_shares_no_neighbour_never_met() -> None:
    met = meetings(build_csr(4, ints(0, 1), ints(2, 3)), ints(0), ints(1), within=HOUR)
    assert met.relays.tolist() == met.contacts.tolist() == [0]
    assert met.latest[0] < 0


def test_cohesion_counts_ties_among_the_shared_neighbours() -> None:
    graph = random_graph(5)
    a, b = all_pairs(60)
    expected = [
        graph.subgraph(nx.common_neighbors(graph, u, v)).number_of_edges()
        for u, v in zip(a.tolist(), b.tolist(), strict=True)
    ]
    assert cohesion(of_networkx(graph), a, b).tolist() == expected


def test_crossed_neighbours_are_of_the_first_in_one_and_of_the_second_in_the_other() -> None:
    calls = build_csr(5, ints(0, 0, 0), ints(2, 3, 4))
    money = build_csr(5, ints(1, 1), ints(3, 4))
    assert crossed_neighbours(calls, money, ints(0, 1), ints(1, 0)).tolist() == [2, 0]
