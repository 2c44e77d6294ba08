"""What a slice later than all that was learnt showed, kept with the fitted model (duty T9)."""

import numpy as np
import pandas as pd
import pytest
from builders_modelling import sample, settled

from workbench.analysis.conformal import Conformal
from workbench.analysis.fitted_model import FittedModel
from workbench.analysis.later_slice import LaterSlice

N = 2000


def made(said: float, seen: float) -> LaterSlice:
    """N candidates of people of their own: half say 0.01 and are never true, half say `said`, of
    which `seen` are true."""
    high = np.arange(N) >= N // 2
    probability = np.where(high, said, 0.01)
    labels = (np.arange(N) >= N - seen * N / 2).astype(np.int32)
    people = pd.DataFrame({"candidate": np.arange(N), "entity": np.arange(N)})
    return LaterSlice.of(
        Conformal(0.95, lowest_true=0.5, highest_false=1.5),
        high.astype(float),
        probability,
        labels,
        people,
        threshold=0.1,
        days=120,
        seed=1,
    )


def test_a_probability_stands_beside_what_came_of_such_probabilities() -> None:
    later = made(said=0.2, seen=0.4)
    found = later.calibration(0.2)
    assert found is not None
    assert found.said == pytest.approx(0.2)
    assert found.seen > 0.3
    assert (found.is_off, found.days) == (True, 120)
    low = later.calibration(0.001)
    assert low is not None
    assert low.said < 0.05


def test_what_lies_beyond_all_is_set_beside_the_highest() -> None:
    later = made(said=0.2, seen=0.2)
    assert later.calibration(0.99) == later.bins[-1]


def test_the_gap_says_by_how_much_too_little_was_said() -> None:
    # said (0.2 + 0.01) / 2 = 0.105, seen 0.4 / 2 = 0.2; put forward: 0.4 against 0.2
    found = made(said=0.2, seen=0.4).measures(0.95)
    assert found["calibration_gap"] == pytest.approx(0.095)
    assert found["calibration_gap_forward"] == pytest.approx(0.2)
    assert found["calibration_gap_low"] > 0
    assert found["calibration_n_off"] >= 1


def test_a_coverage_short_of_the_promise_is_counted() -> None:
    kept = made(said=0.2, seen=0.4)
    assert kept.measures(0.95)["conformal_n_short"] == 0  # all true ones score 1, above 0.5
    assert kept.measures(1.01)["conformal_n_short"] == 2


def test_nothing_is_said_of_a_model_that_was_not_checked() -> None:
    fitted = settled(sample(seed=1), sample(seed=2), seed=3)["logistic_regression"]
    assert fitted.calibration(0.5) is None
    assert (fitted.kept, fitted.measures()) == ((), {})


def test_it_is_kept_with_the_fitted_model() -> None:
    fitted = settled(sample(seed=1), sample(seed=2), seed=3)["logistic_regression"]
    later = sample(seed=4)
    checked = fitted.checked_on(later.features, later.labels, later.people, days=later.days, seed=5)
    again = FittedModel.restore(checked.state())
    assert again.kept == checked.kept
    assert len(again.kept) == 2
    assert again.measures() == checked.measures()
    for probability in (0.01, 0.3, 0.9):
        assert again.calibration(probability) == checked.calibration(probability)
        assert again.calibration(probability) is not None
