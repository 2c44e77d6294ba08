"""Calibration, reliability, thresholds, and intervals in which people are resampled."""

import numpy as np
import pandas as pd
import pytest

from workbench.analysis.uncertainty import (
    Ranking,
    at_threshold,
    bootstrap,
    calibrate,
    choose_threshold,
    expected_calibration_error,
    interval,
    reliability,
    resampled,
    spread,
    wilson,
)
from workbench.domain.errors import BadInput


def ranking(labels: list[int], scores: list[float]) -> Ranking:
    return Ranking(np.array(labels, dtype=np.int32), np.array(scores))


def people(*pairs: tuple[int, int]) -> pd.DataFrame:
    return pd.DataFrame(pairs, columns=["candidate", "entity"])


def test_auc_counts_the_pairs_that_are_in_order() -> None:
    # true at 0.9 and 0.4, false at 0.5 and 0.1: three of four pairs in order
    assert ranking([1, 0, 1, 0], [0.9, 0.5, 0.4, 0.1]).auc() == 0.75


def test_auc_counts_a_tie_as_half() -> None:
    assert ranking([1, 0], [0.5, 0.5]).auc() == 0.5


def test_average_precision_is_worked_out_by_hand() -> None:
    # hits at ranks 1 and 3: (1/1 + 2/3) / 2
    found = ranking([1, 0, 1, 0], [0.9, 0.5, 0.4, 0.1]).average_precision()
    assert found == pytest.approx(5 / 6)


def test_average_precision_of_equal_scores_is_the_base_rate() -> None:
    assert ranking([1, 0, 0, 0], [0.3, 0.3, 0.3, 0.3]).average_precision() == 0.25


def test_a_row_of_weight_two_counts_as_two_rows() -> None:
    once = ranking([1, 0, 1, 0], [0.9, 0.5, 0.4, 0.1])
    twice = ranking([1, 0, 0, 1, 0], [0.9, 0.5, 0.5, 0.4, 0.1])
    weights = np.array([1.0, 2.0, 1.0, 1.0])
    assert once.auc(weights) == twice.auc()
    assert once.average_precision(weights) == twice.average_precision()


def test_without_both_classes_there_is_no_auc() -> None:
    assert np.isnan(ranking([1, 1], [0.1, 0.2]).auc())
    assert np.isnan(ranking([0, 0], [0.1, 0.2]).average_precision())


def test_a_pair_weighs_the_product_of_its_peoples_draws() -> None:
    # the only two people: both drawn once (1 × 1), or one of them twice (2 × 0)
    found = {int(w[0]) for w in resampled(people((0, 1), (0, 2)), 1, n_replicates=50, seed=1)}
    assert found == {0, 1}


def test_rows_of_one_person_are_drawn_together() -> None:
    together = people((0, 7), (1, 7), (2, 8), (3, 8))
    for weights in resampled(together, 4, n_replicates=20, seed=2):
        assert weights[0] == weights[1]
        assert weights[2] == weights[3]
        assert weights[0] + weights[2] == 2


def test_a_row_about_many_follows_the_one_in_most_rows() -> None:
    # entity 5 is in all rows, so all rows are drawn with it
    many = people(*[(row, e) for row in range(3) for e in (5, 10 + row, 20 + row)])
    for weights in resampled(many, 3, n_replicates=20, seed=3):
        assert weights[0] == weights[1] == weights[2]


def test_a_row_about_nobody_is_drawn_by_itself() -> None:
    draws = np.array(list(resampled(people(), 50, n_replicates=200, seed=4)))
    assert draws.mean() == pytest.approx(1.0, abs=0.03)
    assert draws.var() == pytest.approx(1.0, abs=0.1)


def test_an_interval_is_wider_when_few_people_make_all_rows() -> None:
    values = np.repeat(np.random.default_rng(0).normal(size=10), 100)
    shared = people(*[(row, row // 100) for row in range(1000)])
    apart = people(*[(row, row) for row in range(1000)])

    def mean(weights: np.ndarray) -> float:
        return float(np.average(values, weights=weights)) if weights.sum() else float("nan")

    low, high = bootstrap(mean, shared, 1000, seed=5)
    low_apart, high_apart = bootstrap(mean, apart, 1000, seed=5)
    assert high - low > 5 * (high_apart - low_apart)


def test_an_interval_of_nothing_is_not_a_number() -> None:
    assert all(np.isnan(bound) for bound in interval(np.array([np.nan])))


@pytest.mark.parametrize("method", ["isotonic", "sigmoid"])
def test_calibrated_probabilities_never_fall_and_stay_between_0_and_1(method: str) -> None:
    rng = np.random.default_rng(6)
    scores = rng.normal(size=500)
    labels = (rng.random(500) < 1 / (1 + np.exp(-scores))).astype(np.int32)
    said = calibrate(scores, labels, method=method)(np.linspace(-30, 30, 200))
    assert (np.diff(said) >= 0).all()
    assert said.min() > 0
    assert said.max() < 1


def test_a_sigmoid_recovers_the_slope_that_made_the_labels() -> None:
    rng = np.random.default_rng(7)
    scores = rng.normal(size=20_000)
    labels = (rng.random(20_000) < 1 / (1 + np.exp(-(2 * scores - 1)))).astype(np.int32)
    slope, offset = calibrate(scores, labels, method="sigmoid").x
    assert slope == pytest.approx(2, abs=0.1)
    assert offset == pytest.approx(-1, abs=0.1)


def test_few_true_cases_are_calibrated_with_two_numbers() -> None:
    labels = np.array([1] * 50 + [0] * 450, dtype=np.int32)
    assert calibrate(np.arange(500.0), labels).method == "sigmoid"


def test_one_class_cannot_be_calibrated() -> None:
    with pytest.raises(BadInput, match="0 true cases among 3") as refused:
        calibrate(np.zeros(3), np.zeros(3, dtype=np.int32))
    assert refused.value.code == "one_class"


def test_reliability_sets_what_was_said_beside_what_was_seen() -> None:
    said = np.array([0.05, 0.05, 0.95, 0.85])
    table = reliability(said, np.array([0, 1, 1, 1], dtype=np.int32))
    assert table["n"].tolist() == [2, 1, 1]
    assert table["said"].tolist() == [0.05, 0.85, 0.95]
    assert table["seen"].tolist() == [0.5, 1.0, 1.0]


def test_calibration_error_is_the_mean_distance_by_size() -> None:
    said = np.array([0.05, 0.05, 0.95, 0.95])
    labels = np.array([0, 1, 1, 1], dtype=np.int32)
    # two rows 0.45 off, two rows 0.05 off
    assert expected_calibration_error(said, labels) == pytest.approx(0.25)


def test_wilson_is_the_published_interval() -> None:
    # 1 of 10 (Newcombe 1998): 0.0179 to 0.4041
    low, high = wilson(np.array([0.1]), np.array([10], dtype=np.int32))
    assert (low[0], high[0]) == pytest.approx((0.0179, 0.4041), abs=2e-4)


def test_recall_counts_what_was_lost_before_scoring() -> None:
    said, labels = np.array([0.9, 0.8, 0.2]), np.array([1, 0, 1], dtype=np.int32)
    precision, recall, f1 = at_threshold(said, labels, 0.5, n_lost=2)
    assert (precision, recall) == (0.5, 0.25)
    assert f1 == pytest.approx(2 * 1 / (2 + 4))


def test_the_threshold_is_where_f2_is_highest() -> None:
    said = np.array([0.9, 0.8, 0.7, 0.6, 0.5, 0.4])
    # F2 = 5 hits / (put forward + 4 × 3): 10/14 at 0.8, 15/18 at 0.4 (F1 would stop at 0.8)
    assert choose_threshold(said, np.array([1, 1, 0, 0, 0, 1], dtype=np.int32)) == 0.4


def test_refits_that_agree_give_no_width() -> None:
    low, high = spread(np.array([0.3]), np.array([[0.3], [0.3], [0.3]]))
    assert (low[0], high[0]) == pytest.approx((0.3, 0.3))


def test_refits_that_differ_give_an_interval_around_what_is_served() -> None:
    low, high = spread(np.array([0.5]), np.array([[0.4], [0.6]]))
    # log-odds ±0.405, standard deviation 0.573, 1.96 times: ±1.124
    assert (low[0], high[0]) == pytest.approx((0.2453, 0.7547), abs=1e-4)
