"""Each pattern on a flow drawn by hand; amounts in EUR, days as times."""

from itertools import permutations

import networkx as nx
import numpy as np
import pytest
from builders_graph import GraphBuilder

from workbench.analysis import patterns
from workbench.analysis.patterns import PATTERNS, Pattern, merge
from workbench.analysis.transfers import DAY, Groups, Rule, Transfers

Payment = tuple[int, int, float, float]  # from, to, amount, day


def paid(*payments: Payment, n_accounts: int = 12) -> Transfers:
    built = GraphBuilder()
    for _ in range(n_accounts):
        built.entity("account")
    for source, target, amount, on in payments:
        built.transfer(source, target, amount, on=on)
    return Transfers.of(built.build(), since=-(2**62), until=2**62)


def found(pattern: Pattern, transfers: Transfers, rule: Rule | None = None) -> list[list[int]]:
    groups = pattern.find(transfers, rule or Rule())
    return [groups[i].tolist() for i in range(len(groups))]


def test_every_pattern_has_words_of_its_own() -> None:
    meanings = [pattern.meaning for pattern in PATTERNS]
    assert all(len(meaning) > 20 for meaning in meanings)
    assert len(set(meanings)) == len({p.name for p in PATTERNS}) == len(PATTERNS)


def test_transfers_come_in_the_order_of_time_within_the_bounds_and_the_floor() -> None:
    built = GraphBuilder()
    a, b = built.entity("account"), built.entity("account")
    late = built.transfer(a, b, 80.0, on=9)
    early = built.transfer(b, a, 70.0, on=3)
    built.transfer(a, b, 10.0, on=4)
    graph = built.build()
    at = graph.times

    transfers = Transfers.of(graph, since=int(at[early]), until=int(at[late]), floor=50.0)
    assert transfers.link.tolist() == [early, late]
    assert Transfers.of(graph, since=int(at[early]) + 1, until=int(at[late]) - 1).link.tolist() == [
        2
    ]


def test_three_payers_within_four_days_are_a_fan_in() -> None:
    transfers = paid((1, 0, 100, 1), (2, 0, 100, 2), (3, 0, 100, 4.9), (4, 0, 100, 5.1))
    assert found(patterns.fan_in, transfers) == [[0, 1, 2]]
    assert found(patterns.fan_out, transfers) == []


def test_three_payees_within_four_days_are_a_fan_out() -> None:
    transfers = paid((0, 1, 100, 1), (0, 2, 100, 2), (0, 3, 100, 3))
    assert found(patterns.fan_out, transfers) == [[0, 1, 2]]


def test_one_payer_three_times_is_no_fan() -> None:
    assert found(patterns.fan_in, paid(*[(1, 0, 100.0, float(d)) for d in range(3)])) == []


def test_who_deals_with_very_many_makes_no_fan() -> None:
    rule = Rule(hub_cap=3)
    transfers = paid(*[(i, 0, 100.0, i / 10) for i in range(1, 5)])
    assert found(patterns.fan_in, transfers, rule) == []


def test_fans_agree_with_counting_by_hand_over_every_start() -> None:
    rng = np.random.default_rng(7)
    payments = [
        (int(s), int(t), 100.0, float(d))
        for s, t, d in zip(
            rng.integers(0, 6, 150), rng.integers(6, 9, 150), rng.uniform(0, 200, 150), strict=True
        )
    ]
    transfers = paid(*payments)
    expected = []
    for account in range(6, 9):
        mine = [p for p in range(len(transfers)) if transfers.target[p] == account]
        while mine:
            window = [p for p in mine if transfers.at[p] <= transfers.at[mine[0]] + 4 * DAY]
            several = len({int(transfers.source[p]) for p in window}) >= 3
            expected += [window] if several else []
            mine = mine[len(window) :] if several else mine[1:]
    assert found(patterns.fan_in, transfers) == expected


def test_money_passed_on_in_parts_is_found_and_kept_money_is_not() -> None:
    in_parts = paid((0, 1, 1000, 1), (1, 2, 500, 2), (1, 3, 400, 3))
    assert found(patterns.passed_on, in_parts) == [[0, 1, 2]]
    kept = paid((0, 1, 1000, 1), (1, 2, 300, 2), (1, 3, 200, 3))
    assert found(patterns.passed_on, kept) == []
    late = paid((0, 1, 1000, 1), (1, 2, 900, 7))
    assert found(patterns.passed_on, late) == []


def test_several_receipts_passed_on_in_one_are_found() -> None:
    pooled = paid((1, 0, 400, 1), (2, 0, 500, 2), (0, 3, 850, 3))
    assert found(patterns.passed_on, pooled) == [[0, 1, 2]]


def test_a_chain_needs_time_order_and_amounts_that_agree() -> None:
    assert found(patterns.chain, paid((0, 1, 100, 1), (1, 2, 95, 2), (2, 3, 90, 3))) == [[0, 1, 2]]
    assert found(patterns.chain, paid((0, 1, 100, 1), (1, 2, 95, 2), (2, 3, 70, 3))) == []
    assert found(patterns.chain, paid((0, 1, 100, 3), (1, 2, 95, 2), (2, 3, 90, 1))) == []
    assert found(patterns.chain, paid((0, 1, 100, 1), (1, 2, 95, 8), (2, 3, 90, 9))) == []


def test_a_round_of_three_closes_and_one_of_two_does_not_count() -> None:
    closing = paid((0, 1, 100, 1), (1, 2, 95, 2), (2, 0, 90, 3))
    assert found(patterns.cycle, closing) == [[0, 1, 2]]
    assert found(patterns.cycle, paid((0, 1, 100, 1), (1, 0, 95, 2))) == []


def test_rounds_agree_with_trying_every_order_of_transfers() -> None:
    rng = np.random.default_rng(3)
    payments = [
        (int(s), int(t), float(a), float(d))
        for s, t, a, d in zip(
            rng.integers(0, 5, 24),
            rng.integers(0, 5, 24),
            rng.uniform(85, 100, 24),
            rng.uniform(0, 8, 24),
            strict=True,
        )
        if s != t
    ]
    transfers, rule = paid(*payments), Rule(delay=3 * DAY)
    expected = set()
    for length in (3, 4, 5):
        graph = nx.DiGraph()
        firsts, seconds = patterns.handovers(transfers, rule)
        graph.add_edges_from(zip(firsts.tolist(), seconds.tolist(), strict=True))
        for start in graph:
            for path in _paths(graph, [start], length):
                targets = [int(transfers.target[p]) for p in path]
                closes = targets[-1] == transfers.source[path[0]]
                if closes and len(set(targets)) == length:
                    expected.add(tuple(path))
    assert {tuple(g) for g in found(patterns.cycle, transfers, rule)} == expected
    assert expected


def _paths(graph: "nx.DiGraph[int]", path: list[int], length: int) -> list[list[int]]:
    if len(path) == length:
        return [path]
    return [p for nxt in graph[path[-1]] for p in _paths(graph, [*path, nxt], length)]


def test_scatter_gather_needs_two_ways_between_the_same_ends() -> None:
    by_two = paid((0, 1, 100, 1), (0, 2, 200, 1), (1, 3, 95, 2), (2, 3, 190, 3))
    assert found(patterns.scatter_gather, by_two) == [[0, 1, 2, 3]]
    apart = paid((0, 1, 100, 1), (0, 2, 200, 1), (1, 3, 95, 2), (2, 4, 190, 3))
    assert found(patterns.scatter_gather, apart) == []


def test_gather_scatter_needs_nearly_the_same_sum_out() -> None:
    gathered = [(i, 0, 100.0, i / 10) for i in (1, 2, 3)]
    spread = [(0, i, 95.0, 2 + i / 10) for i in (4, 5, 6)]
    kept = [(0, i, 50.0, 2 + i / 10) for i in (4, 5, 6)]
    assert found(patterns.gather_scatter, paid(*gathered, *spread)) == [[0, 1, 2, 3, 4, 5]]
    assert found(patterns.gather_scatter, paid(*gathered, *kept)) == []


def test_handovers_agree_with_looking_at_every_two_transfers() -> None:
    rng = np.random.default_rng(5)
    transfers = paid(
        *[
            (int(s), int(t), float(a), float(d))
            for s, t, a, d in zip(
                rng.integers(0, 6, 80),
                rng.integers(6, 12, 80) % 7,
                rng.uniform(50, 100, 80),
                rng.uniform(0, 20, 80),
                strict=True,
            )
            if s != t
        ]
    )
    rule = Rule()
    expected = [
        (e, f)
        for e, f in sorted(permutations(range(len(transfers)), 2))
        if transfers.target[e] == transfers.source[f]
        and 0 < transfers.at[f] - transfers.at[e] <= rule.delay
        and 0.8 <= transfers.amount[f] / transfers.amount[e] <= 1.02
    ]
    first, second = patterns.handovers(transfers, rule)
    assert list(zip(first.tolist(), second.tolist(), strict=True)) == expected


def grouped(*groups: list[int]) -> Groups:
    return Groups.of([np.array(g, np.int32) for g in groups])


@pytest.mark.parametrize(
    ("groups", "expected"),
    [
        ([[0, 1], [1, 2]], [[0, 1, 2]]),
        ([[0, 1], [2, 3]], [[0, 1], [2, 3]]),
        ([[0, 1], [0, 1]], [[0, 1]]),
        ([[0, 1], [1, 4]], [[0, 1], [1, 4]]),  # would span 20 days
    ],
)
def test_overlapping_groups_become_one_while_they_stay_short(
    groups: list[list[int]], expected: list[list[int]]
) -> None:
    transfers = paid(*[(0, 1, 100.0, float(on)) for on in (0, 1, 2, 3, 20)])
    merged = merge(transfers, Rule(), [grouped(*groups)])
    assert [merged[i].tolist() for i in range(len(merged))] == expected


def test_a_group_never_grows_beyond_the_most_transfers() -> None:
    transfers = paid(*[(0, 1, 100.0, on / 10) for on in range(5)])
    merged = merge(transfers, Rule(most=3), [grouped([0, 1], [1, 2], [2, 3, 4])])
    assert [len(merged[i]) for i in range(len(merged))] == [3, 3]


def test_no_transfers_make_no_group() -> None:
    nothing = paid()
    assert [found(pattern, nothing) for pattern in PATTERNS] == [[]] * len(PATTERNS)
