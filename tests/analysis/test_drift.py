"""A batch that differs from training is flagged, one that does not is not (duty T9)."""

import numpy as np

from workbench.analysis.drift import drifted
from workbench.analysis.wording import Peers, Words

WORDS = tuple(Words(n, f"number of {n}", n, f"How many {n}.") for n in ("calls", "days"))


def batch(n: int, *, seed: int, shift: float = 0.0) -> np.ndarray:
    rng = np.random.default_rng(seed)
    rows = rng.normal(size=(n, 2))
    rows[:, 0] += shift
    rows[rng.random(n) < 0.1, 1] = np.nan
    return rows


def test_a_shift_of_one_standard_deviation_is_found_with_its_distance() -> None:
    (found,) = drifted(batch(2000, seed=2, shift=1.0), Peers.of(batch(5000, seed=1)), WORDS)
    assert found.feature == "calls"
    assert abs(found.distance - 0.383) < 0.04  # 2 · Φ(1/2) - 1
    assert found.sentence.startswith("Drift since training: “number of calls” is distributed")


def test_the_same_distribution_is_not_drift() -> None:
    for seed in range(20):
        assert drifted(batch(60, seed=seed), Peers.of(batch(5000, seed=99)), WORDS) == ()


def test_values_that_go_missing_are_drift() -> None:
    rows = batch(500, seed=3)
    rows[:250, 0] = np.nan
    found = drifted(rows, Peers.of(batch(5000, seed=1)), WORDS)
    assert [d.feature for d in found] == ["calls"]


def test_a_handful_of_candidates_says_nothing() -> None:
    assert drifted(batch(49, seed=2, shift=9.0), Peers.of(batch(5000, seed=1)), WORDS) == ()
