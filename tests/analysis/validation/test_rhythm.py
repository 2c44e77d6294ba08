"""Weeks, hours and bursts."""

import numpy as np
import pytest
from builders_validation import MONDAY, written

from workbench.analysis.validation.rhythm import burstiness, bursts, by_hour, by_weekday
from workbench.analysis.validation.world import DAY, NotInWorld


def test_weekdays_begin_with_monday() -> None:
    at = MONDAY + DAY * np.array([0.0, 0.5, 5.0, 13.9])
    assert by_weekday(at).tolist() == [0.5, 0, 0, 0, 0, 0.25, 0.25]


def test_hours_are_those_of_the_clock() -> None:
    assert np.flatnonzero(by_hour(MONDAY + 3_600 * np.array([0.0, 5.99, 23.5]))).tolist() == [
        0,
        5,
        23,
    ]


def test_a_clock_has_burstiness_minus_one_and_chance_none() -> None:
    clock = burstiness(np.zeros(30, np.int64), np.arange(30.0), least=20)
    assert clock == pytest.approx([-1.0])
    rng = np.random.default_rng(1)
    at = np.concatenate([np.sort(rng.uniform(0, 1e7, 40)) for _ in range(400)])
    chance = burstiness(np.repeat(np.arange(400), 40), at, least=20)
    assert abs(float(np.mean(chance))) < 0.02


def test_calls_in_bursts_are_bursty() -> None:
    starts = np.arange(10.0) * 1e6
    at = (starts[:, None] + np.arange(5.0) * 60).ravel()
    assert burstiness(np.zeros(50, np.int64), at, least=20)[0] > 0.3


def test_phones_with_few_calls_are_left_out() -> None:
    world = written(calls={"caller": ["T-1"] * 19, "occurred_at": [MONDAY + i for i in range(19)]})
    with pytest.raises(NotInWorld, match="20 calls"):
        bursts(world)
