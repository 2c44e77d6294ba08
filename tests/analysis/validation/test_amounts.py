"""Degrees, amounts and first digits of tables small enough to count by hand."""

import numpy as np
import pytest
from builders_validation import NOTHING_LAUNDERED, transfers, written

from workbench.analysis.validation.amounts import (
    benford_distance,
    body,
    degrees,
    first_digits,
    n_partners,
)


def test_counterparties_are_counted_once_whichever_way_money_went() -> None:
    source = np.array([0, 1, 0, 2, 3])
    target = np.array([1, 0, 1, 0, 3])
    assert n_partners(source, target, 4).tolist() == [2, 1, 1, 0]


def test_a_star_has_a_degree_at_its_centre_alone() -> None:
    rows = [("hub", f"A-{i}", 1.0, 0.0) for i in range(400)]
    world = written(transfers=transfers(rows), truth__tainted=NOTHING_LAUNDERED)
    assert degrees(world)["degree_999"].value == pytest.approx(1 + 399 * 0.6)  # between 400 and 401


def test_powers_of_two_follow_benford() -> None:
    assert benford_distance(2.0 ** np.arange(1, 1000)) < 0.001


def test_equal_digits_miss_benford_by_what_the_law_says() -> None:
    assert first_digits(np.arange(1.0, 10.0)) == pytest.approx(np.full(9, 1 / 9))
    assert benford_distance(np.arange(1.0, 10.0)) == pytest.approx(0.0597, abs=5e-5)


def test_first_digits_are_right_below_one_and_at_powers_of_ten() -> None:
    digits = first_digits(np.array([0.5, 1.0, 10.0, 100.0, 999.99]))
    assert digits.tolist() == [0.6, 0, 0, 0, 0.2, 0, 0, 0, 0.2]


def test_a_log_normal_body_fits_and_two_humps_do_not() -> None:
    rng = np.random.default_rng(3)
    one = rng.lognormal(4, 1, 20_000)
    two = np.concatenate([rng.lognormal(1, 0.2, 10_000), rng.lognormal(7, 0.2, 10_000)])
    assert body(one)[0] > 0.999
    assert body(two)[0] < 0.9
