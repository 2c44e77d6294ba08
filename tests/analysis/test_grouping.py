"""What is closely correlated counts as one; what refits turn round is no reason."""

import numpy as np

from workbench.analysis.grouping import correlated, directions, spreads, stable_shares, summed


def test_features_with_rank_correlation_of_the_threshold_are_one_group() -> None:
    rng = np.random.default_rng(1)
    one = rng.normal(size=500)
    rows = np.column_stack([one, rng.normal(size=500), np.exp(one), -(one**3)])
    assert correlated(rows) == ((0, 2, 3), (1,))  # ranks agree, whatever the scale or sign


def test_a_group_keeps_which_of_it_rise_and_which_fall() -> None:
    one = np.arange(50.0)
    rows = np.column_stack([one, one**2, np.tile([0.0, 1.0], 25), -one])
    assert directions(rows, ((0, 1, 3), (2,))) == ((1, 1, -1), (1,))
    assert directions(rows, ((0,), (1,), (2,), (3,))) == ((1,), (1,), (1,), (1,))


def test_every_two_of_a_group_are_correlated_not_only_neighbours() -> None:
    rng = np.random.default_rng(2)
    left, right = rng.normal(size=(2, 4000))
    between = left + right  # correlation 0.71 with each, which are not correlated themselves
    groups = correlated(np.column_stack([left, between, right]), least=0.6)
    assert sorted(len(g) for g in groups) == [1, 2]


def test_a_column_without_variation_or_value_stays_alone() -> None:
    rows = np.column_stack([np.arange(9.0), np.ones(9), np.full(9, np.nan)])
    assert correlated(rows) == ((0,), (1,), (2,))
    assert correlated(rows[:, :1]) == ((0,),)


def test_a_groups_effect_is_its_members_sum() -> None:
    assert summed(np.array([[1.0, 2.0, 4.0]]), ((0, 2), (1,))).tolist() == [[5.0, 2.0]]


def test_a_reason_is_stable_by_its_share_of_refits_near_the_top() -> None:
    # two refits of one row with four features; the strongest two of what raises the score are 0, 2
    # and then 0, 3; nothing else lowers it than 1, in both
    one, other = np.array([[9.0, -8.0, 3.0, 2.0]]), np.array([[5.0, -0.1, 0.2, 4.0]])
    served = np.array([[1.0, -1.0, 1.0, 1.0]])
    assert stable_shares(served, np.array([one, other]), top=2).tolist() == [[1.0, 1.0, 0.5, 0.5]]


def test_what_little_speaks_against_a_claim_is_ranked_on_its_own_side() -> None:
    """Three strong reasons for leave room for the one against, and for no fourth."""
    refits = np.array([[[9.0, 8.0, 7.0, 6.0, -0.5]]] * 5)
    assert stable_shares(refits[0], refits).tolist() == [[1.0, 1.0, 1.0, 0.0, 1.0]]


def test_a_reason_that_a_refit_turns_round_is_not_stable_there() -> None:
    served, refit = np.array([[1.0, 1.0]]), np.array([[-9.0, 8.0]])
    assert stable_shares(served, refit[None], top=2).tolist() == [[0.0, 1.0]]


def test_an_effect_of_nothing_is_never_a_top_reason() -> None:
    nothing = np.array([[1.0, 0.0]])
    assert stable_shares(nothing, nothing[None], top=2).tolist() == [[1.0, 0.0]]


def test_without_refits_nothing_is_stable_and_nothing_has_an_interval() -> None:
    assert stable_shares(np.array([[1.0]]), np.empty((0, 1, 1))).tolist() == [[0.0]]
    assert spreads(np.empty((0, 1, 1))) is None
