"""Known answers of the shared estimates."""

import math

import numpy as np
import pandas as pd
import pytest

from workbench.analysis.validation.estimates import (
    auc,
    out_of_fold_rate,
    tail_exponent,
    upper_tail,
    wilson,
)


def test_wilson_gives_the_published_example() -> None:
    assert wilson(81, 263) == pytest.approx((0.2553, 0.3662), abs=5e-5)  # Newcombe (1998)
    assert wilson(0, 0) == (0.0, 1.0)


def test_the_area_counts_pairs_and_ties_half() -> None:
    scores = np.array([1.0, 2.0, 2.0, 3.0])
    positive = np.array([False, True, False, True])
    assert auc(scores, positive)[0] == 3.5 / 4  # 2>1, 2=2, 3>1, 3>2


def test_an_area_with_one_side_is_none() -> None:
    assert all(math.isnan(v) for v in auc(np.array([1.0, 2.0]), np.array([True, True])))


def test_positives_of_one_cluster_widen_the_interval() -> None:
    rng = np.random.default_rng(1)
    scores = np.concatenate([rng.normal(size=200), np.repeat(rng.normal(size=5), 20)])
    positive = np.arange(300) >= 200
    cluster = np.concatenate([np.arange(200), 1000 + np.repeat(np.arange(5), 20)])
    plain, together = auc(scores, positive), auc(scores, positive, cluster)
    assert plain[0] == together[0]
    assert together[2] - together[1] > 2 * (plain[2] - plain[1])


def test_an_interval_of_chance_holds_one_half_nineteen_times_in_twenty() -> None:
    held = 0
    for seed in range(200):
        rng = np.random.default_rng(seed)
        _, low, high = auc(rng.normal(size=300), np.arange(300) < 60)
        held += low <= 0.5 <= high
    assert 180 <= held <= 199


def test_a_rate_is_learnt_from_other_folds_alone() -> None:
    values = pd.Series(["a", "a", "b", "b"])
    positive = np.array([True, False, False, False])
    scores = out_of_fold_rate(values, positive, np.array([0, 1, 0, 1]))
    # "a" of fold 0 sees one "a" without the label: (0 + 5/4) / (1 + 5); of fold 1 one with it.
    assert scores == pytest.approx([1.25 / 6, 2.25 / 6, 1.25 / 6, 1.25 / 6])


def test_a_tail_exponent_follows_the_formula() -> None:
    values = np.array([1.0, 1.0, 2.0, 4.0])
    expected = 1 + 2 / (math.log(2 / 1.5) + math.log(4 / 1.5))
    assert tail_exponent(values, n_tail=2) == pytest.approx(expected)


def test_an_upper_tail_is_the_share_at_or_above() -> None:
    assert upper_tail(np.array([1.0, 3.0, 2.0, 0.0])) == ((3.0, 2.0, 1.0), (1 / 3, 2 / 3, 1.0))
