"""Offences: ways of doing them, places, repeats, series, reports, and what bias may touch."""

import numpy as np
import pandas as pd
import pytest
from builders_world import small, world

from workbench.analysis.synthetic.crime_places import REPEAT_DAYS, next_door
from workbench.analysis.synthetic.modus_operandi import (
    COLUMNS,
    NEW_WAYS,
    modi_operandi,
    seconds_in,
)
from workbench.analysis.synthetic.offence_types import TYPES


def offences() -> pd.DataFrame:
    return world(n_people=1_900).entities["offences"]


def test_a_time_window_holds_the_second_of_the_day() -> None:
    rng = np.random.default_rng(0)
    window = np.array(["night", "morning", "afternoon", "evening", ""] * 50, dtype=object)
    hour = seconds_in(rng, window) // 3_600
    for name, low, high in (
        ("night", 0, 6), ("morning", 6, 12), ("afternoon", 12, 18), ("evening", 18, 24),
    ):  # fmt: skip
        assert ((hour[window == name] >= low) & (hour[window == name] < high)).all()
    assert hour[window == ""].max() >= 18


def test_one_offender_keeps_to_a_way_and_two_agree_by_chance_alone() -> None:
    n = 4_000
    types = np.full(n, "burglary", dtype=object)
    offender = np.repeat(np.arange(n // 4), 4)
    day = np.tile(np.arange(4), n // 4) * 10
    made = modi_operandi(small(), types, day, offender)
    tool = made["mo_tool"].to_numpy(object).reshape(-1, 4)
    same = (tool[:, 0] == tool[:, 1]).mean()
    apart = (tool[:-1, 0] == tool[1:, 0]).mean()
    # Six tools with shares falling by 0.72: two agree by chance with 0.21; both keep their way in
    # 0.7 of offences and drift in 0.1: two of one offender agree in about 0.21 + 0.79 * 0.44.
    assert apart == pytest.approx(0.21, abs=0.04)
    assert same == pytest.approx(0.56, abs=0.05)


def test_a_way_drifts_so_that_late_offences_agree_less_with_the_first() -> None:
    n_series, length = 600, 20
    types = np.full(n_series * length, "phishing", dtype=object)
    offender = np.repeat(np.arange(n_series), length)
    made = modi_operandi(small(), types, np.tile(np.arange(length), n_series), offender)
    target = made["mo_target"].to_numpy(object).reshape(-1, length)
    near = (target[:, 0] == target[:, 1]).mean()
    far = (target[:, 0] == target[:, -1]).mean()
    assert near > far + 0.15


def test_a_new_way_is_absent_before_its_date_and_there_after_it() -> None:
    n = 6_000
    for way in NEW_WAYS:
        types = np.full(n, way.types[0], dtype=object)
        day = np.arange(n) * 730 // n
        made = modi_operandi(small(), types, day, np.arange(n))
        early, late = day < way.first_day, day >= way.first_day
        found = (made[way.column] == way.value).to_numpy()
        if way.kind == "absent before":
            assert not found[early].any()
            assert found[late].mean() == pytest.approx(0.24, abs=0.04)  # 0.3 of them, in 0.8
        else:
            assert found[late].mean() > found[early].mean() + 0.2


def test_child_sexual_abuse_has_no_way_place_victim_or_witness() -> None:
    made = world(n_people=1_900)
    mine = offences()[offences()["offence_type"] == "child sexual abuse"]
    assert len(mine) > 3
    assert (mine[list(COLUMNS)].fillna("") == "").all(axis=None)
    assert (mine["shield_level"] == 3).all()
    assert not made.links["happened_at"]["offence"].isin(mine["id"]).any()
    roles = made.links["involved_in"]
    assert set(roles.loc[roles["offence"].isin(mine["id"]), "role"]) <= {"suspect"}


def test_an_offence_next_door_follows_within_a_fortnight_and_is_of_the_same_type() -> None:
    rng = np.random.default_rng(3)
    n = 2_000
    table = pd.DataFrame(
        {
            "type": np.array(["burglary", "fraud"], dtype=object)[rng.integers(0, 2, n)],
            "day": rng.integers(0, 700, n),
            "network": -1,
        }
    )
    moved = next_door(rng, table)
    follows = moved["parent"].to_numpy() >= 0
    parent = moved["parent"].to_numpy()[follows]
    assert (table["type"].to_numpy()[follows] == "burglary").all()
    assert (table["type"].to_numpy()[parent] == "burglary").all()
    lag = moved["day"].to_numpy()[follows] - table["day"].to_numpy()[parent]
    assert lag.min() >= 1
    assert lag.max() <= REPEAT_DAYS
    assert (moved["day"][~follows] == table["day"][~follows]).all()


@pytest.mark.slow
def test_every_area_of_paragraph_25_has_offences_and_its_own_traces() -> None:
    made = world(n_people=1_900)
    assert set(offences()["area"]) == {kind.area for kind in TYPES.values()}
    area = offences().set_index("id")["area"]
    traced = area.loc[made.links["identifiers_used"]["offence"]]
    assert (traced == "cybercrime").mean() > 0.8
    wallets = made.entities["accounts"].query("account_type == 'wallet'")["id"]
    used = made.links["accounts_used"]
    by_wallet = area.loc[used.loc[used["account"].isin(wallets), "offence"]]
    assert (by_wallet == "cybercrime").mean() > 0.5 > (area == "cybercrime").mean() * 2
    assert set(made.truth["networks"]["area"]) >= {
        *("drugs", "terrorism", "cybercrime", "economic crime"),
        "trafficking in human beings",
    }


@pytest.mark.slow
def test_offences_of_one_series_are_of_one_type_and_lie_nearer_than_others() -> None:
    made = world(n_people=1_900)
    series = made.truth["series"].merge(offences(), left_on="offence", right_on="id")
    assert (series.groupby("series")["offence_type"].nunique() == 1).all()
    assert (series.groupby("series").size() >= 2).all()
    places = made.entities["places"].set_index("id")
    true = made.truth["offence_places"].set_index("offence")["place"]
    xy = places.loc[true.loc[series["offence"]], ["x_km", "y_km"]].to_numpy(float)
    mixed = np.random.default_rng(1).permutation(len(xy))
    first = series.groupby("series").cumcount().to_numpy() == 0
    to_first = pd.Series(np.where(first, np.arange(len(xy)), -1)).groupby(series["series"])
    start = to_first.transform("max").to_numpy()
    own = np.hypot(*(xy - xy[start]).T)[~first]
    other = np.hypot(*(xy - xy[mixed]).T)
    assert np.median(own) < np.median(other) / 3


@pytest.mark.slow
def test_a_report_that_comes_back_speaks_of_the_same_two_later_and_from_elsewhere() -> None:
    made = world(n_people=1_900)
    seen = made.links["associated_with"].set_index("report")
    reports = made.truth["reports"]
    assert set(reports["report"]) == set(seen.index)
    again = reports[reports["report"] != reports["origin_report"]]
    assert 0.04 < len(again) / len(reports) < 0.16
    copy, first = seen.loc[again["report"]], seen.loc[again["origin_report"]]
    for column in ("person_a", "person_b", "reason", "occurred_at"):
        assert (copy[column].to_numpy() == first[column].to_numpy()).all(), column
    assert (copy["member_state"].to_numpy() != first["member_state"].to_numpy()).all()
    assert (copy["known_at"].to_numpy() > first["known_at"].to_numpy()).all()
    hidden = copy["origin"].to_numpy() == copy["source"].to_numpy()
    assert 0.5 < hidden.mean() < 0.9  # the rest say whom they have it from


@pytest.mark.slow
def test_bias_adds_and_takes_records_and_moves_no_offence() -> None:
    biased, fair = world(n_people=1_900), world(bias="none", n_people=1_900)
    columns = ["offence_type", *COLUMNS, "occurred_at"]
    one, other = (made.entities["offences"][columns].fillna("") for made in (biased, fair))
    both = one.merge(other.drop_duplicates(), on=columns, how="inner")
    assert len(both) > 0.98 * len(other)  # what the fair world has, the biased one has too
    assert len(one) > len(other)  # more patrols, more false labels
    for name in ("roles", "networks", "patterns", "new_modi_operandi"):
        pd.testing.assert_frame_equal(biased.truth[name], fair.truth[name])
