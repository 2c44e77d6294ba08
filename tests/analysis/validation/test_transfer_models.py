"""The graph model finds what only the graph tells; rows and shuffled labels tell nothing."""

import numpy as np
import pytest
from builders_validation import laundered, transfers, written

from workbench.analysis.validation.flow_features import Side
from workbench.analysis.validation.transfer_models import transfer_models
from workbench.analysis.validation.world import DAY, NotInWorld, WrittenWorld


def test_a_side_counts_sums_and_finds_the_nearest() -> None:
    account, at = np.array([0, 0, 1, 0]), np.array([10, 20, 15, 30])
    side = Side.of(account, at, np.array([1.0, 2.0, 4.0, 8.0]), 2)
    one = np.array([0])
    number, total = side.between(one, np.array([10]), np.array([20]))
    assert (number.tolist(), total.tolist()) == ([2.0], [3.0])
    days, amount = side.nearest(one, np.array([20]), later=True)
    assert (days.tolist(), amount.tolist()) == ([10 / DAY], [8.0])
    days, amount = side.nearest(np.array([1]), np.array([15]), later=False)
    assert np.isnan(days[0]) and np.isnan(amount[0])


def world(n_chains: int) -> WrittenWorld:
    """Everyday transfers among 300 accounts, and chains in which money is passed on in an hour."""
    rng = np.random.default_rng(3)
    everyday = [
        (f"A-{a}", f"A-{b}", float(rng.lognormal(4, 1)), float(rng.uniform(0, 600)))
        for a, b in rng.integers(0, 300, (3_000, 2))
    ]
    chains = []
    for _ in range(n_chains):
        who, start, amount = (
            rng.choice(300, 4, replace=False),
            rng.uniform(0, 599),
            rng.lognormal(4, 1),
        )
        chains += [
            (f"A-{who[k]}", f"A-{who[k + 1]}", float(amount * 0.97**k), float(start + k / 24))
            for k in range(3)
        ]
    rows = everyday + chains
    ids = [f"M-{k + 1}" for k in range(len(everyday), len(rows))]
    return written(
        transfers=transfers(rows, rail=["card"] * len(rows)), truth__tainted=laundered(*ids)
    )


@pytest.mark.slow
def test_passing_money_on_is_seen_in_the_graph_alone() -> None:
    made = world(120)
    made.tables["truth/tainted"]["instance"] = [f"I-{k // 3}" for k in range(360)]
    found = {k: m.value for k, m in transfer_models(made, np.random.default_rng(2)).items()}
    assert found["row_model"] < 0.6
    assert found["graph_gain"] > 0.3
    assert 0.35 < found["shuffled"] < 0.65
    assert abs(found["random_split"]) < 0.05


def test_too_little_laundering_is_no_ground_for_a_model() -> None:
    with pytest.raises(NotInWorld, match="fewer than 60"):
        transfer_models(world(10), np.random.default_rng(1))
