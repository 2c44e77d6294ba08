"""What people added to a gap once they saw the score: one contrast over the same readings."""

import numpy as np
import pandas as pd
import pytest
from scipy.stats import binom

from workbench.analysis.changes import LEAST, Change, changes, independent_ends
from workbench.analysis.subgroups import Bools

SEEDS = range(1, 201)  # declared beforehand


def changed(
    label: Bools, group: list[str], *, seed: int = 1,
    people: pd.DataFrame | None = None, **said: Bools,
) -> list[Change]:  # fmt: skip
    """Each reading is of one person unless `people` says otherwise."""
    each = np.arange(len(label), dtype=np.int32)
    return changes(
        label,
        said,
        people=pd.DataFrame({"candidate": each, "entity": each}) if people is None else people,
        sensitive=pd.DataFrame({"entity": np.arange(len(group), dtype=np.int32), "group": group}),
        margin=0.05,
        seed=seed,
    )


def first(n: int, *, of: int) -> list[bool]:
    return [i < n for i in range(of)]


def test_one_contrast_is_followed_from_before_to_after() -> None:
    # 20 readings of a, 20 of b, none true. Wrong: of a 4, 2, 4; of b 10, 12, 15. Five errors arose
    found = changed(
        np.zeros(40, dtype=bool),
        ["a"] * 20 + ["b"] * 20,
        before=np.array(first(4, of=20) + first(10, of=20)),
        release=np.array(first(2, of=20) + first(12, of=20)),
        after=np.array(first(4, of=20) + first(15, of=20)),
    )
    (row,) = found  # nothing is true, so nobody can miss anything
    assert (row["attribute"], row["metric"], row["worse"], row["better"]) == (
        "group", "fpr", "b", "a",
    )  # fmt: skip
    assert row["n"] == [20, 20]
    assert [row["before"], row["release"], row["after"]] == [0.3, 0.5, 0.55]
    before, release = row["after_less_before"], row["after_less_release"]
    assert (before["value"], before["turned"]) == (0.25, [[5, 0], [0, 0]])
    assert (release["value"], release["turned"]) == (0.05, [[3, 0], [2, 0]])
    # Bonett and Price: b 6/22 and 1/22, a 1/22 twice; variance 0.012115 + 0.004132 about 5/22
    assert before["interval"] == pytest.approx([-0.0225, 0.4771], abs=1e-4)


def test_that_nothing_changed_in_ten_readings_is_not_known_to_hold_of_all() -> None:
    # each group 1/12 and 1/12: variance 2 * (2/12) / 12 = 1/36, so 1.96 / 6 to either side
    ends = independent_ends(np.zeros((2, 2)), np.array([10, 10]))
    assert ends == pytest.approx((-0.3267, 0.3267), abs=1e-4)


def test_a_group_of_a_few_readings_is_not_compared_however_far_apart_it_lies() -> None:
    few, many = LEAST - 1, 30
    wrong = np.array([True] * few + first(3, of=many) + first(15, of=many))
    label = np.zeros(len(wrong), dtype=bool)
    group = ["few"] * few + ["a"] * many + ["b"] * many
    (row,) = changed(label, group, before=wrong, release=wrong, after=wrong)
    assert (row["worse"], row["better"]) == ("b", "a")
    two = ["few"] * few + ["a"] * 2 * many
    assert changed(label, two, before=wrong, release=wrong, after=wrong) == []


def test_readings_that_share_people_are_not_taken_for_independent() -> None:
    # each of 8 people is in 25 readings; of two of them in b all turn wrong, of the others none
    person = np.repeat(np.arange(8, dtype=np.int32), 25)
    each = np.arange(200, dtype=np.int32)
    after = person >= 6
    found = changed(
        np.zeros(200, dtype=bool),
        list("aaaabbbb"),
        people=pd.DataFrame({"candidate": each, "entity": person}),
        before=np.zeros(200, dtype=bool),
        release=after,
        after=after,
    )
    moved = found[0]["after_less_before"]
    alone = independent_ends(np.array([[50, 0], [0, 0]]), np.array([100, 100]))
    assert moved["value"] == 0.5
    assert alone[0] > 0.38
    assert moved["interval"][0] < 0.1  # two of four people


def test_no_interval_reaches_beyond_what_two_differences_of_shares_can_be() -> None:
    # 30 readings of 12 in 60 people, 6 of them of a: drawn anew, hardly any of a may be left
    rng = np.random.default_rng(82)
    about = [(i, p) for i in range(30) for p in rng.permutation(60)[:12]]
    (row,) = changed(
        np.zeros(30, dtype=bool),
        ["a"] * 6 + ["b"] * 54,
        people=pd.DataFrame(about, columns=["candidate", "entity"], dtype=np.int32),
        **{who: rng.random(30) < 0.5 for who in ("before", "release", "after")},
    )
    low, high = row["after_less_before"]["interval"]
    assert -2 <= low <= high <= 2


def direction(change: Change) -> int:
    low, high = change["after_less_before"]["interval"]
    return int(low > 0) - int(high < 0)


def drawn(seed: int, *, before: float, after: float, n: int = 600) -> list[Change]:
    """Pairs of people, three groups; where both are of b people err by so much more often."""
    rng = np.random.default_rng(seed)
    label = rng.random(n) < 0.3
    group = rng.choice(["a", "b", "c"], 2 * n, p=[0.5, 0.47, 0.03])
    both = (group.reshape(-1, 2) == "b").all(axis=1)

    def said(more: float) -> Bools:
        return rng.random(n) < np.where(label, 0.85, 0.15 + more * both)

    return changed(
        label,
        group.tolist(),
        people=pd.DataFrame(
            {
                "candidate": np.repeat(np.arange(n, dtype=np.int32), 2),
                "entity": np.arange(2 * n, dtype=np.int32),
            }
        ),
        seed=seed,
        before=said(before),
        release=rng.random(n) < np.where(label, 0.9, 0.3),
        after=said(after),
    )


@pytest.mark.slow
@pytest.mark.parametrize("gap", [0.0, 0.15])
def test_people_who_did_not_change_are_seldom_said_to_have(gap: float) -> None:
    found = [drawn(seed, before=gap, after=gap) for seed in SEEDS]
    most = binom.ppf(0.99, len(SEEDS), 0.05)
    assert sum(direction(rows[0]) != 0 for rows in found) <= most
    each = [direction(row) != 0 for rows in found for row in rows]
    assert sum(each) <= binom.ppf(0.99, len(each), 0.05)


@pytest.mark.slow
def test_a_change_that_is_there_is_found_mostly_and_the_right_way_round() -> None:
    added = [direction(drawn(seed, before=0.15, after=0.4)[0]) for seed in SEEDS]
    taken = [direction(drawn(seed, before=0.3, after=0.0)[0]) for seed in SEEDS]
    assert added.count(1) > 160
    assert taken.count(-1) > 160
    assert added.count(-1) + taken.count(1) <= 2
