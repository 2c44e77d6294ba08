"""How planted networks are built: density, roles, turnover, and who uses what."""

from dataclasses import replace

import numpy as np
import pytest
from builders_world import small

from workbench.analysis.synthetic.assets import make_assets
from workbench.analysis.synthetic.network_structure import (
    KINDS,
    STAGES,
    build,
    draw_size,
)
from workbench.analysis.synthetic.network_traces import cell_contacts
from workbench.analysis.synthetic.networks import CHANNELS, Networks, make_networks
from workbench.analysis.synthetic.population import make_population
from workbench.analysis.synthetic.scenario import DAYS


@pytest.fixture(scope="module")
def made() -> Networks:
    scenario = small(n_people=1_900)
    people = make_population(scenario)
    return make_networks(scenario, people, make_assets(scenario, people))


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("n", [12, 60, 150])
def test_ties_per_member_lie_between_two_published_covert_networks(kind: str, n: int) -> None:
    built = [build(np.random.default_rng(seed), kind, n) for seed in range(12)]
    per_member = np.mean([len(group.ties) / n for group in built])
    assert 1.1 < per_member < 2.6  # published: 124 / 100 = 1.24 and 256 / 101 = 2.53
    for group in built:
        assert (group.ties["a"] < group.ties["b"]).all()
        assert not group.ties.duplicated(["a", "b"]).any()
        assert set(group.ties["a"]) | set(group.ties["b"]) == set(range(n))


def test_sizes_lie_between_ten_and_two_hundred_where_crime_is_as_rare_as_in_life() -> None:
    sparse, dense = replace(small(), people_per_network=1_500), small()
    rng = np.random.default_rng(2)
    sizes = [draw_size(rng, sparse, kind) for kind in KINDS for _ in range(200)]
    assert min(sizes) == 10
    assert 60 < max(sizes) <= 200
    assert max(draw_size(rng, dense, kind) for kind in KINDS for _ in range(50)) <= 15


def test_a_trafficking_chain_has_all_four_stages_and_nobody_else() -> None:
    group = build(np.random.default_rng(1), "trafficking_chain", 20)
    assert [group.role.count(stage) for stage in STAGES] == [5, 5, 6, 4]
    # The first to reach a quarter, a half and four fifths of twenty begin the next stage.


def test_nobody_has_the_role_of_another_kind_and_each_network_one_leader() -> None:
    roles = {
        "hierarchical": {"leader", "lieutenant", "soldier"},
        "cell": {"leader", "liaison", "cell member"},
        "broker_linked": {"broker", "group leader", "member"},
        "mule_ring": {"leader", "herder", "mule"},
        "burglary_crew": {"leader", "fence", "crew"},
        "carousel": {"leader", "organiser", "director"},
        "trafficking_chain": set(STAGES),
    }
    for kind in KINDS:
        group = build(np.random.default_rng(4), kind, 30)
        assert set(group.role) <= roles[kind]
        if kind != "trafficking_chain":
            assert sum(role in ("leader", "broker") for role in group.role) == 1


def test_members_come_and_go_and_ties_lie_in_the_time_of_both(made: Networks) -> None:
    members = made.members.set_index("person")
    assert (members["since"] < members["until"]).all()
    later = members["since"] > members.groupby("network")["since"].transform("min")
    assert 0.1 < later.mean() < 0.3
    assert 0.08 < (members["until"] < DAYS).mean() < 0.25
    for side in ("a", "b"):
        who = members.loc[made.ties[side]]
        assert (made.ties["since"].to_numpy() >= who["since"].to_numpy()).all()
        assert (made.ties["until"].to_numpy() <= who["until"].to_numpy()).all()
    known = made.ties[made.ties["known"] >= 0]
    assert (known["known"] >= known["since"]).all()


def test_in_a_fused_network_each_member_shows_in_two_of_four_channels(made: Networks) -> None:
    fused = made.fused[made.members["network"].to_numpy(int)]
    inside = made.members.loc[fused, list(CHANNELS)].to_numpy(bool)
    assert 0.02 < fused.mean() < 0.4
    assert (inside.sum(axis=1) == 2).all()
    assert inside.mean(axis=0).min() > 0.3
    assert inside.mean(axis=0).max() < 0.7  # no channel shows all


def test_nobody_calls_before_joining_or_after_leaving(made: Networks) -> None:
    table = cell_contacts(small(n_people=1_900), made, 1_900)
    members = made.members.set_index("person")
    own = table[table["phone_a"].isin(members.index) & (table["circle"] >= 0)]
    who = members.loc[own["phone_a"]]
    assert len(own) > 300
    assert (own["first_day"].to_numpy() >= who["since"].to_numpy()).all()
    assert (own["last_day"].to_numpy() < who["until"].to_numpy()).all()


def test_firms_are_run_by_members(made: Networks) -> None:
    members = made.members.set_index("person")["network"]
    assert (members.loc[made.firms["person"]].to_numpy() == made.firms["network"].to_numpy()).all()
    kinds = {made.kind[k] for k in made.firms["network"]}
    assert {"carousel", "hierarchical", "trafficking_chain"} <= kinds
