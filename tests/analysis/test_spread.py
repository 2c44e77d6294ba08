"""How far a group's rate varies by its own people: small cases worked out by hand."""

import numpy as np
import pytest

from workbench.analysis.correlation import Ties
from workbench.analysis.spread import (
    by_t,
    even_people,
    moments_of,
    moments_of_people,
    own_spread,
    pooled_spread,
    summed,
)

PEOPLE = moments_of_people(np.array([2, 2, 4]), np.array([0, 1, 3]))
IN_ONE = summed(np.zeros(3, dtype=np.int32), PEOPLE, 1)


def test_people_add_up_to_their_rows_errors_squares_and_products() -> None:
    assert IN_ONE.tolist() == [[3, 8, 4, 0 + 1 + 9, 0 + 2 + 12, 4 + 4 + 16]]


def test_a_groups_variance_is_that_of_its_people_about_its_rate() -> None:
    # rate 4 / 8; people are off by -1, 0, 1: 2 * 3 / 2 = 3, against 8 / 4 of independent rows
    rate, spread = own_spread(IN_ONE, 0.5)
    assert rate.tolist() == [0.5]
    assert spread.tolist() == pytest.approx([1.5 * 0.25 / 8])


def test_the_design_effect_holds_at_the_pooled_rate_where_that_varies_more() -> None:
    # rate 1 / 8; off by -0.25, 0.75, -0.5: 0.875 * 3 / 2 = 1.3125, against 8 * 7 / 64 = 0.875
    low = summed(
        np.zeros(3, np.int32),
        moments_of_people(np.array([2, 2, 4]), np.eye(3, dtype=np.int64)[1]),
        1,
    )
    assert own_spread(low, 0.01)[1].tolist() == pytest.approx([1.5 * 7 / 64 / 8])
    assert own_spread(low, 0.5)[1].tolist() == pytest.approx([1.5 * 0.25 / 8])


def test_a_group_without_errors_or_whose_people_are_alike_varies_as_independent_rows_do() -> None:
    none = summed(np.zeros(2, np.int32), moments_of_people(np.array([5, 5]), np.array([0, 0])), 1)
    alike = summed(np.zeros(2, np.int32), moments_of_people(np.array([5, 5]), np.array([1, 1])), 1)
    assert own_spread(none, 0.1)[1].tolist() == pytest.approx([0.09 / 10])
    assert own_spread(alike, 0.1)[1].tolist() == pytest.approx([0.16 / 10])
    assert pooled_spread(np.array([10, 0]), 0.0, 0.1).tolist() == pytest.approx([0.009, np.inf])


def test_pairs_that_share_a_person_vary_with_what_they_share() -> None:
    # 0-1 and 0-2 wrong, 3-4 and 3-5 right: people are off by 1, 0.5, 0.5, -1, -0.5, -0.5, squares
    # 3 * 6 / 5 = 3.6, less 4 * 0.25 that each pair counts with itself twice: 2.6 against 1
    rows, person = np.repeat(np.arange(4), 2), np.array([0, 1, 0, 2, 3, 4, 3, 5])
    error, group = np.array([True, True, False, False]), np.zeros(4, dtype=np.int32)
    moments = moments_of(group, error, Ties.of(rows, person), 1)
    rate, spread = own_spread(moments, 0.5, 2)
    assert rate.tolist() == [0.5]
    assert spread.tolist() == pytest.approx([2.6 * 0.25 / 4])


def test_a_persons_rows_in_two_groups_count_in_each() -> None:
    person, group = np.array([0, 0, 0, 1]), np.array([0, 0, 1, 1], dtype=np.int32)
    error = np.array([True, False, True, False])
    moments = moments_of(group, error, Ties.of(np.arange(4), person), 2)
    assert moments.tolist() == [[1, 2, 1, 1, 2, 4], [2, 2, 1, 1, 1, 2]]


def test_uneven_people_count_for_fewer() -> None:
    assert even_people(IN_ONE).tolist() == pytest.approx([64 / 24])
    assert even_people(np.zeros((1, 6), dtype=np.int64)).tolist() == [0.0]


def test_students_t_has_as_many_degrees_of_freedom_as_there_are_people() -> None:
    # 2.101 is the 97.5 % point of t with 18 degrees of freedom, 2.262 with 9
    people = np.array([10.0, 10.0])
    assert by_t(2.1009, np.array([1.0, 1.0]), people, 1) == pytest.approx(0.05, abs=1e-4)
    assert by_t(2.1009, np.array([1.0, 1.0]), people, 3) == pytest.approx(0.15, abs=1e-4)
    assert by_t(2.2622, np.array([1.0, 0.0]), people, 1) == pytest.approx(0.05, abs=1e-4)
