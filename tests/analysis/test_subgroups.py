"""Who is counted where."""

import numpy as np

from workbench.analysis.subgroups import (
    Attribute,
    Outcomes,
    counts,
    rows_apart,
    shares,
    with_intersections,
)


def outcomes_of(n: int) -> Outcomes:
    nothing = np.zeros(n, dtype=bool)
    return Outcomes.of(nothing, nothing)


def ints(*values: int) -> np.ndarray:
    return np.array(values, dtype=np.int32)


def test_blank_and_missing_cells_belong_to_no_group() -> None:
    found = Attribute.of("sex", ["m", " ", None, "f"])
    assert found.groups == ("f", "m")
    assert found.codes.tolist() == [1, -1, -1, 0]


def test_an_intersection_is_missing_where_either_part_is_and_named_by_both() -> None:
    sex = Attribute.of("sex", ["m", "f", "f", ""])
    age = Attribute.of("age", ["old", "old", "", "young"])
    both = with_intersections([sex, age])[2]
    assert both.name == "sex × age"
    assert both.groups == ("f × old", "m × old")
    assert both.codes.tolist() == [1, 0, -1, -1]
    assert both.parts == 2


def test_a_pair_counts_in_the_unordered_pair_of_its_peoples_groups() -> None:
    # rows: (0, 1), (1, 0), (0, 2), (2, 2 twice named: one person)
    about = outcomes_of(4).about(ints(0, 0, 1, 1, 2, 2, 3, 3), ints(0, 1, 1, 0, 0, 2, 2, 2))
    found = about.incidence(Attribute.of("sex", ["m", "f", "m"]))
    assert about.in_pairs
    assert found.groups == ("f + m", "m + m", "m")
    named = {o: found.groups[g] for o, g in zip(found.outcome, found.group, strict=True)}
    assert named == {0: "f + m", 1: "f + m", 2: "m + m", 3: "m"}


def test_a_pair_with_a_person_of_no_known_group_is_left_out() -> None:
    about = outcomes_of(2).about(ints(0, 0, 1, 1), ints(0, 1, 1, 2))
    found = about.incidence(Attribute.of("sex", ["m", "f", None]))
    assert found.outcome.tolist() == [0]


def test_a_group_of_transfers_counts_each_holder_once_in_the_holders_group() -> None:
    # holders 0, 1, 2 of candidate 0; holder 0 has two accounts in it
    about = outcomes_of(2).about(ints(0, 0, 0, 0, 1), ints(0, 0, 1, 2, 2))
    found = about.incidence(Attribute.of("sex", ["m", "m", "f"]))
    assert not about.in_pairs
    assert counts(about.cells, found).tolist() == [[2, 0, 0, 0], [2, 0, 0, 0]]
    assert found.groups == ("f", "m")


def test_shares_follow_their_definitions_and_are_nothing_over_nothing() -> None:
    table = np.array([[6, 2, 1, 3], [0, 0, 1, 1]])  # tn, fp, fn, tp
    assert shares(table, "fpr").tolist()[0] == 2 / 8
    assert shares(table, "fnr").tolist() == [1 / 4, 1 / 2]
    assert shares(table, "precision").tolist() == [3 / 5, 1.0]
    assert shares(table, "selection_rate").tolist() == [5 / 12, 1 / 2]
    assert shares(table, "accuracy").tolist() == [9 / 12, 1 / 2]
    assert np.isnan(shares(table, "fpr")[1])


def test_the_largest_groups_keep_their_order() -> None:
    outcomes = outcomes_of(6)
    found = outcomes.incidence(Attribute.of("g", ["c", "a", "a", "b", "c", "c"])).largest(2)
    assert found.groups == ("a", "c")
    assert counts(outcomes.cells, found)[:, 0].tolist() == [2, 3]


def test_rows_without_a_person_in_common_are_at_most_people_and_candidates() -> None:
    said = np.zeros(4, dtype=np.bool_)
    two = Attribute("g", np.array([0, 0, 1, 1], np.int32), ("A", "B"))
    rows, people = np.array([0, 1, 2, 3], np.int32), np.array([0, 1, 2, 2], np.int32)
    # one person each: B's two rows are person 2's
    own = Outcomes.of(said, said).clustered(people)
    by_row = Attribute("g", np.array([0, 0, 1, 1], np.int32), ("A", "B"))
    assert [c.tolist() for c in rows_apart(own, by_row, "fpr")] == [[2, 2], [2, 1]]
    assert [c.tolist() for c in rows_apart(own, by_row, "fnr")] == [[0, 0], [0, 0]]
    # pairs 0-1, 0-2, 0-3, 1-2: A + A once; A + B three times, of four people
    pairs = Outcomes.of(said, said).about(
        np.repeat(rows, 2), np.array([0, 1, 0, 2, 0, 3, 1, 2], np.int32)
    )
    assert [c.tolist() for c in rows_apart(pairs, two, "fpr")] == [[1, 3], [1, 3]]
    # one candidate about all four, one about 2 and 3: A counts twice in one candidate
    many = Outcomes.of(said[:2], said[:2]).about(
        np.array([0, 0, 0, 0, 1, 1], np.int32), np.array([0, 1, 2, 3, 2, 3], np.int32)
    )
    assert [c.tolist() for c in rows_apart(many, two, "fpr")] == [[2, 4], [1, 2]]
