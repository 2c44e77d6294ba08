"""What features do only together, on functions whose answer is worked out by hand."""

import numpy as np
import pytest

from workbench.analysis.feature_model import boosting, logistic
from workbench.analysis.fitted_model import decision, learn
from workbench.analysis.interactions import interactions

CORNERS = np.array([[-1.0, -1.0, -1.0], [-1.0, 1.0, 1.0], [1.0, -1.0, 1.0], [1.0, 1.0, -1.0]])
"""Every two columns take each pair of values once."""


def both(rows: np.ndarray) -> np.ndarray:
    """x0 and x1 add up; three times their product comes on top; x2 does nothing."""
    return 2.0 * rows[:, 0] + rows[:, 1] + 3.0 * rows[:, 0] * rows[:, 1]


def test_a_product_is_found_and_measured_in_the_units_of_the_score() -> None:
    """By hand: beyond their sum the two do ±3, and all they do has mean square 4 + 1 + 9."""
    found = interactions(both, CORNERS, ((0,), (1,), (2,)), ("a", "b", "c"))
    pairs = {tuple(pair["labels"]): pair for pair in found["pairs"]}
    assert pairs["a", "b"]["strength"] == pytest.approx(3.0)
    assert pairs["a", "b"]["share"] == pytest.approx((9 / 14) ** 0.5)
    assert pairs["a", "c"]["strength"] == pytest.approx(0.0)
    assert found["pairs"][0]["labels"] == ["a", "b"]
    each = {one["labels"][0]: one for one in found["each"]}
    assert each["a"]["strength"] == pytest.approx(3.0)
    assert each["c"]["strength"] == pytest.approx(0.0)
    assert not found["additive"]


def test_what_only_adds_up_does_nothing_together() -> None:
    found = interactions(
        lambda rows: rows[:, 0] - 5 * rows[:, 1] ** 3, CORNERS, ((0,), (1,), (2,)), ("a", "b", "c")
    )
    assert found["additive"]
    assert found["pairs"] == []
    assert max(one["strength"] for one in found["each"]) < 1e-9


def test_what_counts_as_one_reason_does_nothing_with_itself() -> None:
    found = interactions(both, CORNERS, ((0, 1), (2,)), ("a and b", "c"))
    assert found["additive"]


def test_what_does_nothing_has_no_share() -> None:
    found = interactions(lambda rows: np.zeros(len(rows)), CORNERS, ((0,), (1, 2)), ("a", "b"))
    assert [one["share"] for one in found["each"]] == [None, None]


@pytest.mark.slow
def test_a_logistic_regression_adds_up_and_boosting_on_a_product_does_not() -> None:
    """The control: boosting learns that two signs have to agree, which no sum can say."""
    rng = np.random.default_rng(3)
    rows = rng.normal(size=(600, 3))
    labels = (rows[:, 0] * rows[:, 1] > 0).astype(np.int32)
    rows[rng.random(600) < 0.1, 2] = np.nan
    groups, names = ((0,), (1,), (2,)), ("a", "b", "c")
    line = learn(logistic(), rows, labels)
    assert interactions(lambda r: decision(line, r), rows[:40], groups, names)["additive"]
    trees = learn(boosting(1), rows, labels)
    found = interactions(lambda r: decision(trees, r), rows[:40], groups, names)
    assert found["pairs"][0]["labels"] == ["a", "b"]
    assert found["pairs"][0]["strength"] > 3 * found["pairs"][1]["strength"]
    assert found["pairs"][0]["share"] is not None
    assert found["pairs"][0]["share"] > 0.5
