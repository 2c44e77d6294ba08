"""Which cells must be hidden so that a small one does not follow from the others."""

from itertools import product

import pytest

from workbench.analysis.small_cells import hidden_cells, hidden_counts, small


def test_small_is_from_one_to_just_below_the_least() -> None:
    assert [n for n in range(12) if small(n, least=10)] == list(range(1, 10))


def test_a_small_count_takes_the_next_group_with_it_and_never_the_smallest() -> None:
    assert hidden_counts([100, 5, 300, 30], least=10) == {1, 2}
    assert hidden_counts([100, 200, 5], least=10) == {0, 2}  # around the end
    assert hidden_counts([0, 50, 30], least=10) == set()  # nobody there is nobody to know
    assert hidden_counts([5, 0, 30, 90], least=10) == {0, 2}  # an empty group hides nothing


def test_small_counts_whose_sum_is_small_take_one_more() -> None:
    assert hidden_counts([3, 4, 300, 30], least=10) == {0, 1, 2}  # 7 people would be left
    assert hidden_counts([3, 8, 300, 30], least=10) == {0, 1}


def test_a_rate_that_gives_a_small_cell_back_is_hidden_and_its_count_stays() -> None:
    found = hidden_cells([100, 200, 300], [4, 40, 60], least=10)
    assert (found.closed, found.blank) == (set(), {0, 1})
    nearly_all = hidden_cells([100, 200, 300], [96, 40, 60], least=10)
    assert nearly_all.blank == {0, 1}


def test_a_neighbour_too_full_to_hide_behind_is_not_enough() -> None:
    # 9 of 50 beside 30 of 30: 39 in all, of which the second can hold no more than 30
    assert hidden_cells([50, 30, 100], [9, 30, 50], least=10).blank == {0, 1, 2}
    alone = hidden_cells([50, 30], [9, 30], least=10)
    assert alone.closed == alone.blank == {0, 1}


def test_few_in_all_are_hidden_in_every_group() -> None:
    found = hidden_cells([100, 200], [4, 0], least=10)
    assert found.closed == found.blank == {0, 1}


def test_where_every_group_is_hidden_an_empty_one_is_too() -> None:
    assert hidden_counts([1, 0, 2], least=3) == {0, 1, 2}  # else each of two would hold one or two


@pytest.mark.parametrize("least", [3, 4])
def test_whoever_knows_the_rule_and_the_sums_learns_nothing_more_of_a_small_count(
    least: int,
) -> None:
    """All tables of three groups, by what is shown of each and their sum."""
    most = 6 * least
    seen: dict[tuple[object, ...], list[tuple[int, ...]]] = {}
    for n in product(range(most + 1), repeat=3):
        hidden = hidden_counts(n, least=least)
        shown = tuple(None if i in hidden else count for i, count in enumerate(n))
        seen.setdefault((shown, sum(n)), []).append(n)
    for (shown, total), tables in seen.items():
        hidden = [i for i, count in enumerate(shown) if count is None]
        if sum(tables[0][i] for i in hidden) > most or total < least:
            continue  # the range of this test cuts some tables off; a small total is hidden too
        for i in hidden:
            could_be = {n[i] for n in tables}
            assert len(could_be) >= least - 1, (shown, total, could_be)
