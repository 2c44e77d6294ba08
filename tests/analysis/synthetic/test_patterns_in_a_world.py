"""Instances of money patterns in a world: whole, in time, conserved, tainted in part."""

import numpy as np
import pandas as pd
import pytest
from builders_world import world


def steps(planted: bool = True) -> pd.DataFrame:
    """Transfers of instances under their delivered records, with pattern and network."""
    made = world(n_people=1_900)
    told = made.truth["pattern_transfers"].merge(made.truth["patterns"], on="instance")
    joined = told.merge(made.links["transfers"], left_on="record", right_on="id")
    return joined[(joined["network"] != "") == planted]


@pytest.mark.slow
def test_every_instance_was_delivered_whole() -> None:
    told = world(n_people=1_900).truth["patterns"].set_index("instance")["n_transfers"]
    for planted in (True, False):
        found = steps(planted).groupby("instance").size()
        assert (found == told.loc[found.index]).all()
    assert len(told) == sum(steps(planted)["instance"].nunique() for planted in (True, False))


@pytest.mark.slow
@pytest.mark.parametrize("planted", [True, False])
def test_every_cycle_closes(planted: bool) -> None:
    rounds = steps(planted).query("pattern == 'cycle'").sort_values("occurred_at")
    assert rounds["instance"].nunique() > 3
    for _, one in rounds.groupby("instance"):
        assert one["payee"].iloc[-1] == one["payer"].iloc[0]
        assert (one["payee"].to_numpy()[:-1] == one["payer"].to_numpy()[1:]).all()


@pytest.mark.slow
def test_no_account_in_the_middle_pays_more_than_it_was_paid_before() -> None:
    ordered = steps().sort_values(["occurred_at", "id"])
    for _, one in ordered.groupby("instance"):
        held: dict[str, float] = {}
        start = one["payer"].iloc[0]
        middle = set(one["payee"])
        rows = zip(one["payer"], one["payee"], one["amount"], strict=True)
        for payer, payee, amount in rows:
            if payer in middle and payer != start:
                held[payer] = held.get(payer, 0.0) - amount
                assert held[payer] > -0.011
            held[payee] = held.get(payee, 0.0) + amount


@pytest.mark.slow
def test_half_of_laundering_and_more_lies_outside_any_clean_shape() -> None:
    planted = steps()
    assert (planted["pattern"] == "random").mean() > 0.5


@pytest.mark.slow
def test_every_tainted_share_is_above_nothing_and_at_most_all() -> None:
    tainted = world(n_people=1_900).truth["tainted"]
    assert ((tainted["share"] > 0) & (tainted["share"] <= 1)).all()
    assert tainted["share"].between(0.05, 0.95).mean() > 0.5  # funds are mixed
    first = tainted[tainted["layer"] == 0]["share"].median()
    assert np.isfinite(first)


@pytest.mark.slow
def test_kinds_of_networks_have_patterns_of_their_own_and_share_all_others() -> None:
    planted = world(n_people=1_900).truth["patterns"].query("network != ''")
    kinds = world(n_people=1_900).truth["networks"].set_index("network")["kind"]
    clean = planted[planted["pattern"] != "random"]
    kind = kinds.loc[clean["network"]].to_numpy()
    for name, own in (
        ("carousel", {"cycle", "stack"}),
        ("mule_ring", {"fan_out", "scatter_gather"}),
    ):
        mine = clean.loc[kind == name, "pattern"].isin(own).mean()
        assert mine > clean.loc[kind != name, "pattern"].isin(own).mean() + 0.1
