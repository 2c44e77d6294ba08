"""People as the unit: who is wrongly drawn in, whose ties are missed, and how sure that is."""

import numpy as np
import pytest
from builders_audit import attribute, shared_pairs

from workbench.analysis.per_person import Capacity, PerPerson, PersonRow, per_person
from workbench.analysis.subgroups import Outcomes
from workbench.analysis.uncertainty import wilson


def rows_of(found: PerPerson | None) -> dict[str, PersonRow]:
    assert found is not None
    return {row["group"]: row for row in found["rows"]}


def about(*pairs: tuple[int, int], label: str, said: str) -> Outcomes:
    """Pairs of people; ``1`` where true, where put forward."""
    flags = [np.array([c == "1" for c in text]) for text in (label, said)]
    rows = np.repeat(np.arange(len(pairs), dtype=np.int32), 2)
    return Outcomes.of(*flags).about(rows, np.array(pairs, dtype=np.int32).reshape(-1))


def test_shares_of_people_are_worked_out_by_hand() -> None:
    # 0-1 wrongly put forward, 0-2 too, 3-4 true and missed, 1-3 true and found, 2-4 rightly left
    outcomes = about((0, 1), (0, 2), (3, 4), (1, 3), (2, 4), label="00110", said="11010")
    found = rows_of(per_person(outcomes, [attribute([0, 0, 0, 1, 1])]))
    whole, a, b = found["(all)"]["at_threshold"], found["A"], found["B"]
    assert (whole["wronged"]["n"], whole["wronged"]["n_hit"]) == (5, 3)  # 0, 1 and 2
    assert (whole["missed"]["n"], whole["missed"]["n_hit"]) == (3, 2)  # of 1, 3 and 4: 3 and 4
    assert a["at_threshold"]["wronged"]["share"] == 1.0
    assert b["at_threshold"]["wronged"]["share"] == 0.0
    assert (a["at_threshold"]["missed"]["n"], a["at_threshold"]["missed"]["n_hit"]) == (1, 0)
    assert (b["at_threshold"]["missed"]["n"], b["at_threshold"]["missed"]["n_hit"]) == (2, 2)
    assert a["candidates_per_person"] == 2.0  # 0: two, 1: two, 2: two
    assert b["candidates_per_person"] == 2.0
    assert a["at_capacity"] is None


def test_at_capacity_only_the_most_probable_that_reach_the_threshold_are_put_forward() -> None:
    outcomes = about((0, 1), (0, 2), (3, 4), (1, 3), label="0011", said="1101")
    p = np.array([0.5, 0.9, 0.1, 0.7])
    found = per_person(
        outcomes, [attribute([0, 0, 0, 1, 1])], probability=p, capacity=Capacity(2, "declared")
    )
    assert found is not None
    assert (found["capacity"], found["capacity_of"]) == (2, "declared")
    assert found["put_forward"] == [3, 2]  # 0-2 and 1-3
    capped = rows_of(found)["(all)"]["at_capacity"]
    assert capped is not None
    assert (capped["wronged"]["n_hit"], capped["missed"]["n_hit"]) == (2, 2)
    wide = per_person(outcomes, [], probability=p, capacity=Capacity(4, "declared"))
    assert wide is not None
    assert wide["put_forward"] == [3, 3]  # what does not reach the threshold never is


def test_rows_of_one_person_count_that_person_once_in_each_group() -> None:
    plain = Outcomes.of(np.array([False] * 4), np.array([True, True, False, True]))
    people = plain.clustered(np.array([0, 0, 0, 1], dtype=np.int32))
    found = rows_of(per_person(people, [attribute([0, 0, 1, 1])]))
    assert found["(all)"]["at_threshold"]["wronged"] | {"interval": None} == {
        "n": 2, "n_hit": 2, "share": 1.0, "interval": None,
    }  # fmt: skip
    assert found["A"]["at_threshold"]["wronged"]["n"] == 1
    assert found["B"]["at_threshold"]["wronged"]["n_hit"] == 1  # person 1, not person 0
    assert per_person(plain, [attribute([0, 0, 1, 1])]) is None


def test_nobody_with_a_true_tie_is_nobody_missed() -> None:
    found = rows_of(per_person(about((0, 1), label="0", said="1"), []))
    missed = found["(all)"]["at_threshold"]["missed"]
    assert missed == {"n": 0, "n_hit": 0, "share": None, "interval": None}


def test_people_hit_by_errors_of_their_own_have_wilsons_interval() -> None:
    # ten pairs of strangers, each error hits one of the group and one of another
    pairs = [(i, 10 + i) for i in range(10)]
    outcomes = about(*pairs, label="0" * 10, said="1110000000")
    a = rows_of(per_person(outcomes, [attribute([0] * 10 + [1] * 10)]))["A"]
    low, high = wilson(np.array([0.3]), np.array([10]))
    assert a["at_threshold"]["wronged"]["interval"] == pytest.approx([low[0], high[0]])


def test_people_hit_together_count_for_less() -> None:
    # A: 4 of 8 hit, by two errors between them; each hit person has one other: 1 + 4 · 0.5 / 4
    outcomes = about((0, 1), (2, 3), (4, 5), (6, 7), label="0000", said="1100")
    a = rows_of(per_person(outcomes, [attribute([0] * 8)]))["A"]
    low, high = wilson(np.array([0.5]), np.array([8 / 1.5]))
    assert a["at_threshold"]["wronged"]["interval"] == pytest.approx([low[0], high[0]])
    # 0-1 and 1-2 have 1 in common, so 0 and 2 share a fate too: three hit, six ordered pairs
    chain = about((0, 1), (1, 2), (3, 4), (5, 6), label="0000", said="1100")
    a = rows_of(per_person(chain, [attribute([0] * 7)]))["A"]
    low, high = wilson(np.array([3 / 7]), np.array([7 / (1 + 6 * (4 / 7) / 3)]))
    assert a["at_threshold"]["wronged"]["interval"] == pytest.approx([low[0], high[0]])


@pytest.mark.slow
def test_bounds_hold_as_often_as_they_say_and_people_taken_for_strangers_do_not() -> None:
    made = [shared_pairs(np.random.default_rng(i), n_pairs=150, spread=1.5)[0] for i in range(200)]
    found = [rows_of(per_person(o, []))["(all)"]["at_threshold"]["wronged"] for o in made]
    share = np.array([f["share"] for f in found])
    n = np.array([f["n"] for f in found])
    bounds = np.array([f["interval"] for f in found])
    true = share.mean()
    held = ((bounds[:, 0] <= true) & (true <= bounds[:, 1])).mean()
    alone = np.column_stack(wilson(share, n))
    too_sure = ((alone[:, 0] <= true) & (true <= alone[:, 1])).mean()
    assert held >= 0.92
    assert too_sure < 0.88  # the control
