"""What must hold of any synthetic world, whatever its seed."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from builders_world import silent, small, world
from numpy.testing import assert_array_equal

from workbench.analysis.synthetic.datasheet import ENTITIES, LINKS
from workbench.analysis.synthetic.population import make_population
from workbench.analysis.synthetic.spelling import is_latin
from workbench.analysis.synthetic.world import World, make_world

SENSITIVE = {"birth_date", "sex", "age_band", "nationality", "community", "script", "district"}
PROVENANCE = {
    *("member_state", "source", "source_grade", "information_grade", "handling"),
    *("occurred_at", "known_at"),
}


def tables(made: World) -> dict[str, pd.DataFrame]:
    return {**made.entities, **made.links}


def ids(made: World) -> set[str]:
    return {one for table in made.entities.values() for one in table["id"]}


def separation(values: np.ndarray, positive: np.ndarray) -> float:
    """The chance that a positive's value exceeds another's: 0.5 says nothing."""
    ranks = pd.Series(values).rank().to_numpy()
    n, m = int(positive.sum()), int((~positive).sum())
    return float((ranks[positive].sum() - n * (n + 1) / 2) / (n * m))


def test_the_same_seed_makes_the_same_world_and_another_seed_another() -> None:
    once, again = world(seed=5), world.__wrapped__(seed=5)
    for name, table in tables(once).items():
        pd.testing.assert_frame_equal(table, tables(again)[name])
    for name, table in once.truth.items():
        pd.testing.assert_frame_equal(table, again.truth[name])
    assert not once.entities["persons"]["name"].equals(world(seed=6).entities["persons"]["name"])


def test_every_row_carries_where_it_came_from_and_when_it_was_known() -> None:
    for name, table in tables(world()).items():
        assert set(table.columns) >= PROVENANCE, name
        assert (table["known_at"] != "").all(), name
        late = table["occurred_at"] != ""
        assert (table["occurred_at"][late] <= table["known_at"][late]).all(), name


def test_sensitive_columns_stand_in_the_table_of_persons_alone() -> None:
    made = tables(world())
    assert set(made["persons"].columns) >= SENSITIVE
    for name, table in made.items():
        assert name == "persons" or not SENSITIVE & set(table.columns), name


def test_every_link_case_and_truth_names_what_is_there() -> None:
    made = world()
    known = ids(made)
    assert {name for name, *_ in LINKS} == set(made.links)
    assert {name for name, *_ in ENTITIES} == set(made.entities)
    for name, _, one, _, other, *_ in LINKS:
        for column in (one, other):
            assert set(made.links[name][column]) <= known, (name, column)
            assert len(made.links[name]) > 0, name
    assert set(made.cases["entity"]) <= known
    assert set(made.truth["ties"]["entity_a"]) | set(made.truth["ties"]["entity_b"]) <= known
    assert set(made.truth["same_person"]["entity_b"]) <= known
    assert set(made.truth["roles"]["entity"]) <= known


def test_nobody_calls_or_pays_themselves_and_ids_never_repeat() -> None:
    made = world()
    assert (made.links["calls"]["caller"] != made.links["calls"]["callee"]).all()
    assert (made.links["transfers"]["payer"] != made.links["transfers"]["payee"]).all()
    assert len(ids(made)) == sum(len(table) for table in made.entities.values())


@pytest.mark.slow
def test_an_id_says_nothing_of_who_is_in_a_network() -> None:
    made = world(n_people=1_900)
    inside = made.entities["persons"]["id"].isin(made.truth["roles"]["entity"]).to_numpy()
    number = made.entities["persons"]["id"].str.slice(2).astype(int).to_numpy()
    assert abs(separation(number, inside) - 0.5) < 0.04


@pytest.mark.slow
def test_amount_hour_and_rail_alone_hardly_tell_laundering() -> None:
    made = world(n_people=1_900)
    table = made.links["transfers"]
    tainted = table["id"].isin(made.truth["tainted"]["record"]).to_numpy()
    usual = (table["amount"] > 300).to_numpy()  # laundering takes no small change
    amount = table["amount"].to_numpy()[usual]
    assert abs(separation(amount, tainted[usual]) - 0.5) < 0.25
    instant = (table["rail"] == "instant transfer").to_numpy(dtype=float)
    assert abs(separation(instant, tainted) - 0.5) < 0.02


@pytest.mark.slow
def test_half_the_hidden_ties_come_to_light_at_a_steady_rate() -> None:
    made = world(bias="none", n_people=1_900)
    planted = made.truth["ties"][made.truth["ties"]["network"] != ""]
    pairs = set(zip(planted["entity_a"], planted["entity_b"], strict=True))
    suspects = made.links["involved_in"].query("role == 'suspect'")
    both = suspects.merge(suspects, on="offence")
    seen = made.links["associated_with"].rename(
        columns={"person_a": "person_x", "person_b": "person_y", "known_at": "known_at_x"}
    )
    known = pd.concat([both, seen])[["person_x", "person_y", "known_at_x"]]
    low = np.minimum(known["person_x"], known["person_y"])
    high = np.maximum(known["person_x"], known["person_y"])
    known = known.assign(pair=list(zip(low, high, strict=True)))
    first = known[known["pair"].isin(pairs)].groupby("pair")["known_at_x"].min().sort_values()
    assert 0.5 < len(first) / len(pairs) < 0.68
    early = (first < "2024-01-01").sum()
    assert 0.42 < early / len(first) < 0.58


@pytest.mark.slow
def test_bias_changes_what_is_recorded_and_not_what_people_do() -> None:
    biased, fair = world(n_people=1_900), world(bias="none", n_people=1_900)
    for name in ("calls", "transfers", "uses", "holds"):
        pd.testing.assert_frame_equal(biased.links[name], fair.links[name])
    pd.testing.assert_frame_equal(biased.truth["roles"], fair.truth["roles"])
    group = set(fair.entities["persons"].query("community == 'velnar'")["id"])

    def share(made: World) -> float:
        people = made.links["involved_in"].query("role == 'suspect'")["person"]
        return float(people.isin(group).mean())

    assert share(biased) > share(fair) + 0.05


def test_the_planted_bias_is_written_out_with_the_gap_to_expect() -> None:
    table = world().truth["bias"].set_index("parameter")
    assert table.loc["recording_rate", "expected_gap"] == 0.14  # 0.72 - 0.58
    assert table.loc["false_label_rate", "expected_gap"] == 0.07  # 0.08 - 0.01
    assert (world(bias="none").truth["bias"]["expected_gap"] == 0).all()


def test_no_community_takes_part_in_networks_more_than_another() -> None:
    people = make_population(small(n_people=1_900))
    made = world(bias="none", n_people=1_900)
    persons = made.entities["persons"].set_index("id")
    shares = persons["community"].value_counts(normalize=True)
    inside = persons.loc[made.truth["roles"]["entity"], "community"].value_counts(normalize=True)
    assert len(people) == 1_900
    assert ((inside - shares).abs() < 0.06).all()


@pytest.mark.slow
def test_each_case_has_two_suspects_by_verified_facts_known_when_it_opened() -> None:
    made = world(n_people=1_900)
    cases = made.cases
    assert 24 <= cases["id"].nunique() <= 30
    assert cases.groupby("id").size().between(3, 8).all()
    facts = made.links["involved_in"].query("role == 'suspect'")
    sure = facts[
        facts["source_grade"].isin(["A", "B"]) & facts["information_grade"].isin(["1", "2"])
    ]
    with_facts = cases.merge(sure, left_on="entity", right_on="person")
    in_time = with_facts[with_facts["known_at"] < with_facts["opened_at"]]
    per_case = in_time.groupby("id")["entity"].nunique()
    assert_array_equal(per_case.index, sorted(cases["id"].unique()))
    assert (per_case >= 2).all()
    assert (cases["opened_at"] >= "2024-07-01").all()


def test_names_are_written_in_the_script_that_the_register_states() -> None:
    persons = world().entities["persons"]
    latin = persons["name"].map(is_latin)
    assert (latin == (persons["script"] == "Latin")).all()
    for script, start in {"Greek": 0x370, "Cyrillic": 0x400, "Arabic": 0x600}.items():
        mine = persons[persons["script"] == script]["name"]
        assert len(mine) > 0, script
        assert mine.map(lambda name, low=start: low <= ord(name[0]) < low + 0x100).all(), script


@pytest.mark.slow
def test_names_alone_find_few_of_those_in_two_registers_and_with_birth_dates_most_agree() -> None:
    made = world(n_people=1_900)
    persons = made.entities["persons"].set_index("id")
    one, other = (persons.loc[made.truth["same_person"][end]] for end in ("entity_a", "entity_b"))
    assert len(one) > 150
    assert (one["member_state"].to_numpy() != other["member_state"].to_numpy()).all()
    assert (one["name"].to_numpy() == other["name"].to_numpy()).mean() < 0.4
    given = (one["birth_date"] != "").to_numpy() & (other["birth_date"] != "").to_numpy()
    same = one["birth_date"].to_numpy() == other["birth_date"].to_numpy()
    assert 0.9 < same[given].mean() < 1.0
    assert 0.02 < 1 - given.mean() < 0.15


def test_codes_restrict_a_tenth_of_the_rows_and_combine() -> None:
    handling = world().links["calls"]["handling"].value_counts(normalize=True)
    assert handling["H0"] == pytest.approx(0.9, abs=0.02)
    assert {"H1", "H2", "H3", "H1+H2", "H1+H3"} <= set(handling.index)


def test_vehicles_cross_at_border_posts_and_mostly_on_workdays() -> None:
    made = world()
    posts = made.entities["places"].query("place_type == 'border post'")["id"]
    crossings = made.links["crossings"]
    assert set(crossings["place"]) <= set(posts)
    assert (pd.to_datetime(crossings["occurred_at"]).dt.day_of_week < 5).mean() > 0.72


def test_bulk_rows_stand_in_the_order_in_which_they_became_known() -> None:
    made = world()
    for name in ("calls", "transfers", "crossings", "logins"):
        assert made.links[name]["known_at"].is_monotonic_increasing, name
    assert made.links["transfers"]["id"].is_monotonic_increasing


@pytest.mark.parametrize(
    ("switch", "empty"),
    [
        ("kinship", {"related_to"}),
        ("online", {"online_accounts", "ip_addresses", "devices", "logins", "sim_in_device"}),
        ("duplicates", {"same_person"}),
        ("networks", {"roles"}),
        ("money_patterns", {"tainted", "patterns"}),
    ],
)
def test_a_layer_that_is_switched_off_makes_no_rows(switch: str, empty: set[str]) -> None:
    scenario = small(n_people=120)
    switches = scenario.switches.model_copy(update={switch: False})
    made = make_world(replace(scenario, switches=switches), progress=silent)
    every = {**made.entities, **made.links, **made.truth}
    assert {name for name in empty if len(every[name])} == set()


def test_child_sexual_abuse_is_a_type_with_a_shield_and_nothing_else() -> None:
    offences = world(n_people=1_900).entities["offences"]
    shielded = offences[offences["offence_type"] == "child sexual abuse"]
    assert (shielded["shield_level"] == 3).all()
    assert set(offences["area"]) >= {"cybercrime", "drugs", "economic crime", "terrorism"}
