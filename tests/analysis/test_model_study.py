"""The study of the models: its sums, its interval, and its verdict."""

import pytest

from workbench.analysis.model_study import Tried, kept, over_worlds, summaries, told

ONE = Tried(
    model="toy",
    seed=1,
    inverse_penalty=0.1,
    average_precision=0.2,
    average_precision_truth=0.4,
    n_true=40,
    kept_true=39,
    n_false=1_000,
    kept_false=960,
    cannot_tell=0.5,
    said=0.02,
    seen=0.02,
    n_mapped=10,
    n_stated=8,
    n_right=5,
    f1=0.5,
    f1_blind=0.1,
    f1_constant=0.6,
    f1_shuffled=0.4,
    told_apart=0.8,
    constant=["calls"],
)


def test_worlds_are_pooled_by_model_and_penalty() -> None:
    other = Tried(
        **{**ONE, "seed": 2, "average_precision": 0.4, "n_right": 7, "kept_true": 37, "seen": 0.04}
    )
    weak = Tried(**{**ONE, "inverse_penalty": 1.0})
    rows = summaries([weak, weak, ONE, other])
    assert [(r["inverse_penalty"], r["n_worlds"]) for r in rows] == [(1.0, 2), (0.1, 2)]
    pooled = rows[1]
    assert pooled["average_precision"] == pytest.approx(0.3)
    assert pooled["coverage_true"] == pytest.approx(0.95)  # 39 and 37 of 40
    assert pooled["seen_per_said"] == pytest.approx(2**0.5)  # of 1 and 2
    assert (pooled["n_right"], pooled["n_mapped"]) == (12, 20)


def test_reasons_are_set_against_those_that_explain_nothing_within_each_world() -> None:
    other = Tried(**{**ONE, "seed": 2, "f1": 0.7, "f1_constant": 0.7, "told_apart": None})
    (row,) = summaries([ONE, other])
    # differences -0.1 and 0.0: mean -0.05, standard error 0.05, t with one degree of freedom 12.706
    mean, low, high = row["over_constant"]
    assert mean == pytest.approx(-0.05)
    assert (low, high) == (pytest.approx(-0.685, abs=1e-3), pytest.approx(0.585, abs=1e-3))
    assert told(row["over_constant"]) == "not told apart"
    assert row["told_apart"] == []
    assert told(row["told_apart"], chance=0.5) == "not told apart"
    assert told([0.2, 0.1, 0.3]) == "better"
    assert told([0.3, 0.1, 0.4], chance=0.5) == "worse"


def test_the_interval_counts_worlds() -> None:
    # mean 0.9, standard error 0.0231 / sqrt(4) = 0.0115, t with three degrees of freedom 3.182
    low, high = over_worlds([0.88, 0.88, 0.92, 0.92])
    half = 3.182 * 0.04 / 12**0.5
    assert (low, high) == (pytest.approx(0.9 - half, abs=1e-4), pytest.approx(0.9 + half, abs=1e-4))


def test_a_coverage_is_not_kept_where_its_whole_interval_is_too_low() -> None:
    row = summaries([ONE, Tried(**{**ONE, "kept_true": 36})])[0]
    assert kept({**row, "interval_true": [0.90, 0.951], "interval_false": [0.94, 0.96]})
    assert not kept({**row, "interval_true": [0.90, 0.949], "interval_false": [0.94, 0.96]})
    assert not kept({**row, "interval_true": [0.90, 0.951], "interval_false": [0.94, 0.949]})
