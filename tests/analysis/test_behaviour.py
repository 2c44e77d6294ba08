"""What moves a model's score, on numbers small enough to work out by hand."""

import json

import numpy as np
import pytest
from builders_modelling import sample, settled
from builders_withheld import Misread, with_a_background

from workbench.analysis.behaviour import (
    Behaviour,
    behaviour,
    binned,
    dependence,
    direction,
    places,
    swarm,
)
from workbench.analysis.fitted_model import FittedModel
from workbench.analysis.modelling import Sample
from workbench.analysis.wording import Words

pytestmark = pytest.mark.slow

NAN = float("nan")
WORD = Words("calls", "calls", "calls", "How many calls the two had.")


@pytest.fixture(scope="module")
def later() -> Sample:
    return sample(seed=4)


@pytest.fixture(scope="module")
def fitted() -> dict[str, FittedModel]:
    return settled(sample(seed=1), sample(seed=2), seed=3)


@pytest.fixture(scope="module")
def found(fitted: dict[str, FittedModel], later: Sample) -> Behaviour:
    return behaviour(fitted["logistic_regression"], later, seed=5)


def test_equal_values_step_aside_to_either_side_in_turn() -> None:
    """By hand: the first stays, the second goes right, the third left; the fullest bin spans 1."""
    aside = swarm(np.array([2.0, 2.0, 2.0, 9.0, 2.0]))
    assert aside.tolist() == [0.0, 0.5, -0.5, 0.0, 1.0]
    assert swarm(np.array([3.0])).tolist() == [0.0]
    assert swarm(np.empty(0)).tolist() == []


def test_the_lowest_value_is_low_and_the_highest_high_however_many_have_it() -> None:
    """By hand, of those with another value: none below 0; two below 3 and one above; three below
    7. Average ranks would call the two zeros and the four ones alike middle."""
    assert places(np.array([0.0, 0.0, 3.0, 7.0])).tolist() == [0, 0, 2 / 3, 1]
    assert places(np.array([0.0, 1.0, 1.0, 1.0, 1.0])).tolist() == [0, 1, 1, 1, 1]
    assert places(np.array([5.0, 5.0])).tolist() == [0.5, 0.5]
    assert np.isnan(places(np.array([NAN, 2.0, 4.0])))[0]


def test_medians_go_by_value_where_there_are_few() -> None:
    values = np.array([0.0, 1.0, 1.0, 1.0, 3.0])
    effects = np.array([-1.0, 0.1, 0.2, 0.9, 2.0])
    rows = binned(values, effects)
    assert [(row["value"], row["n"], row["median"]) for row in rows] == [
        (0.0, 1, -1.0),
        (1.0, 3, 0.2),
        (3.0, 1, 2.0),
    ]
    assert (rows[1]["low"], rows[1]["high"]) == (0.15, 0.55)
    assert binned(np.empty(0), np.empty(0)) == []


def test_medians_go_by_tenths_where_there_are_many() -> None:
    values = np.arange(100.0)
    rows = binned(values, 2 * values)
    assert [row["n"] for row in rows] == [10] * 10
    assert rows[0]["value"] == 4.5
    assert rows[0]["median"] == 9.0
    assert rows[9]["median"] == 189.0


def test_a_direction_is_stated_only_where_it_is_clear() -> None:
    values = np.array([1.0, 2.0, 3.0, 4.0, NAN])
    assert direction(values, np.array([1.0, 2.0, 8.0, 9.0, -99.0])) == "raises"
    assert direction(values, np.array([4.0, 3.0, 2.0, 1.0, 0.0])) == "lowers"
    assert direction(values, np.array([1.0, -1.0, -1.0, 1.0, 0.0])) == "both"
    assert direction(values, np.zeros(5)) == "none"
    assert direction(np.full(5, NAN), np.arange(5.0)) == "none"


def test_what_has_no_value_is_counted_apart() -> None:
    values = np.array([1.0, NAN, 2.0, NAN])
    effects = np.array([0.5, -0.25, 1.0, -0.75])
    row = dependence(
        WORD, (values, effects), (values[:2], effects[:2]), rng=np.random.default_rng(1)
    )
    assert sorted(row["points"]) == [[1.0, 0.5], [2.0, 1.0]]
    assert row["forward"] == [[1.0, 0.5]]
    assert row["missing"] == 0.5
    assert row["missing_effect"] == -0.5
    assert row["deciles"][0] == 1.0
    assert row["deciles"][10] == 2.0


def test_an_axis_is_logarithmic_only_where_few_values_are_far_larger_and_none_is_0() -> None:
    def wide(*values: float) -> bool:
        given = np.array(values), np.zeros(len(values))
        return dependence(WORD, given, given, rng=np.random.default_rng(1))["logarithmic"]

    assert wide(1, 1, 2, 900)
    assert not wide(1, 2, 3, 4)
    assert not wide(0, 1, 2, 900)
    assert not wide()


def test_the_strongest_reason_comes_first_with_an_interval_around_its_mean(
    found: Behaviour, fitted: dict[str, FittedModel], later: Sample
) -> None:
    (part,) = fitted["logistic_regression"].explain_in_bulk(later.features)
    mean = float(np.abs(part.effects[:, 0]).mean())
    first = found["summary"][0]
    assert first["features"] == ["calls"]
    assert first["mean"] == pytest.approx(mean)
    assert first["low"] < mean < first["high"]
    assert first["direction"] == "raises"
    assert found["dependence"][0]["feature"] == "calls"
    assert found["n"] == len(later)


def test_a_logistic_regression_does_nothing_together(found: Behaviour) -> None:
    assert found["interactions"]["additive"]


def test_points_of_two_features_cannot_be_put_together_into_a_candidate(
    found: Behaviour, later: Sample
) -> None:
    """T10: neighbours in one feature's list are no neighbours in another's."""
    by = {row["feature"]: row["points"] for row in found["dependence"]}
    pairs = {
        (float(f"{a:.3g}"), float(f"{b:.3g}"))
        for a, b in later.features[["calls", "meetings"]].to_numpy()
    }
    joined = [(a[0], b[0]) for a, b in zip(by["calls"], by["meetings"], strict=True)]
    assert sum(pair in pairs for pair in joined) < 0.05 * len(joined)


def test_it_is_plain_json_and_the_same_for_the_same_seed(
    found: Behaviour, fitted: dict[str, FittedModel], later: Sample
) -> None:
    again = behaviour(fitted["logistic_regression"], later, seed=5)
    assert json.dumps(found, allow_nan=False) == json.dumps(again, allow_nan=False)


def test_what_misses_the_model_is_left_out_and_counted(
    fitted: dict[str, FittedModel], later: Sample
) -> None:
    """T12, the control: shap's trees asked with a background miss, and nothing is summed up."""
    trees = fitted["gradient_boosting"]
    broken = Misread(
        **{name: getattr(trees, name) for name in trees.__dataclass_fields__},
        explain_by=with_a_background,
    )
    found = behaviour(broken, later, seed=5)
    assert found["n_withheld"] > 0.9 * len(later)
    assert found["n"] + found["n_withheld"] == len(later)
    whole = behaviour(trees, later, seed=5)
    assert whole["n_withheld"] == 0
    assert not whole["interactions"]["additive"]


def test_a_sample_without_anything_put_forward_is_told_all_the_same(
    fitted: dict[str, FittedModel], later: Sample
) -> None:
    model = fitted["logistic_regression"]
    shy = type(model)(
        **{name: getattr(model, name) for name in model.__dataclass_fields__ if name != "threshold"}
        | {"threshold": 2.0}
    )
    found = behaviour(shy, later, seed=5)
    assert found["n_forward"] == 0
    assert all(row["forward"] == [] for row in found["dependence"])
