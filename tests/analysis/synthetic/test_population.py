"""People, households, kin, and what stands in for the sensitive trait."""

from dataclasses import replace

import numpy as np
import pytest
from builders_world import small

from workbench.analysis.synthetic.kinship import RELATIONS, make_kinship
from workbench.analysis.synthetic.names import COMMUNITIES, SCRIPTS
from workbench.analysis.synthetic.population import N_DISTRICTS, Population, make_population
from workbench.analysis.synthetic.scenario import EPOCH, EPOCH_DAY

N = 20_000


def people_with(pull: float, script: float = 0.97) -> Population:
    made = small(n_people=N)
    return make_population(
        replace(
            made,
            bias=replace(made.bias, proxy_pull=pull),
            people=made.people.model_copy(update={"script_of_own": script}),
        )
    )


@pytest.mark.parametrize(("pull", "own"), [(0.0, 0.2), (0.55, 0.64), (1.0, 1.0)])
def test_the_district_stands_in_for_the_community_as_far_as_the_scenario_says(
    pull: float, own: float
) -> None:
    """By hand: the pulled live in their own two of ten districts, of the rest a fifth do."""
    people = people_with(pull)
    assert ((people.district // 2) == people.community).mean() == pytest.approx(own, abs=0.02)
    assert people.district.max() == N_DISTRICTS - 1


@pytest.mark.parametrize(("share", "own"), [(0.5, 0.6), (1.0, 1.0)])
def test_the_script_stands_in_for_the_community_as_far_as_the_scenario_says(
    share: float, own: float
) -> None:
    """By hand: of those who do not follow their own, one in five lands on it by chance."""
    people = people_with(0.5, script=share)
    assert (people.tongue == people.community).mean() == pytest.approx(own, abs=0.02)


def test_a_home_shares_state_community_and_district() -> None:
    people = people_with(0.55)
    together = people.household[1:] == people.household[:-1]
    for trait in (people.state, people.community, people.district, people.tongue):
        assert (trait[1:][together] == trait[:-1][together]).all()


def test_a_birth_date_and_its_age_band_agree_on_the_first_day() -> None:
    people = people_with(0.55)
    assert EPOCH.astype("datetime64[D]").astype(int) == EPOCH_DAY
    years = (EPOCH_DAY - people.birth_day) / 365.25
    assert years.min() >= 18
    assert (years[people.age == 0] < 25).all()
    assert ((years[people.age == 3] >= 45) & (years[people.age == 3] < 55)).all()


def test_a_parent_is_a_generation_older_and_partners_share_a_home() -> None:
    people = people_with(0.55)
    kin = make_kinship(small(n_people=N), people)
    a, b, relation = (kin[name].to_numpy() for name in ("a", "b", "relation"))
    parents = relation == RELATIONS.index("parent")
    apart = (people.birth_day[b] - people.birth_day[a])[parents] / 365.25
    assert apart.min() >= 20
    partners = relation == RELATIONS.index("partner")
    assert (people.household[a] == people.household[b])[partners].all()
    assert (people.household[a] != people.household[b])[parents].any()
    assert (a != b).all()


def test_names_follow_zipfs_law_and_are_in_four_scripts() -> None:
    people = people_with(0.55)
    rows = np.flatnonzero(people.tongue == COMMUNITIES.index("velnar"))
    counts = np.sort(np.unique(people.surnames(rows), return_counts=True)[1])[::-1]
    assert counts[0] > 10 * np.median(counts)
    assert len(set(SCRIPTS)) == 4
    first = {script: people.given_names(np.flatnonzero(people.tongue == c)[:1])[0][0]
             for c, script in enumerate(SCRIPTS)}  # fmt: skip
    start = {"Latin": 0x41, "Greek": 0x370, "Cyrillic": 0x400, "Arabic": 0x600}
    for script, letter in first.items():
        assert start[script] <= ord(letter) < start[script] + 0x100, script


def test_the_null_world_has_the_same_people_but_for_where_they_live() -> None:
    planted, fair = (
        make_population(small(bias=bias, n_people=2_000)) for bias in ("planted", "none")
    )
    for name in (
        "state",
        "community",
        "sex",
        "age",
        "birth_day",
        "given",
        "surname",
        "nationality",
    ):
        assert (getattr(planted, name) == getattr(fair, name)).all(), name
    assert (planted.district != fair.district).any()
