"""Measures of slices, worked out by hand."""

import numpy as np
import pandas as pd
import pytest

from workbench.analysis.slice_measures import Part, Way, measured, said_and_seen

N = 80
SCORES = np.linspace(1, -1, N)
PROBABILITY = np.where(np.arange(N) < 20, 0.5, 0.01)
LABELS = np.zeros(N, np.int32)
LABELS[:8] = 1  # eight of those put forward
LABELS[40:44] = 1  # and four that were not
PEOPLE = pd.DataFrame({"candidate": np.arange(N), "entity": np.arange(N)})


def way(*parts: tuple[str, range | list[int]]) -> Way:
    made = tuple(
        Part(label, np.array(rows, np.int64), LABELS[np.array(rows, np.int64)])
        for label, rows in parts
    )
    return Way("made", "By hand", "", made)


def test_precision_and_recall_of_a_slice_are_those_of_its_candidates_alone() -> None:
    """By hand: of 20 put forward 8 are true; 12 are true in all."""
    (found,) = measured(
        [way(("all", range(N)))], SCORES, PROBABILITY, PEOPLE, threshold=0.5, seed=1
    )
    (row,) = found["rows"]
    assert (row["n"], row["n_true"], row["n_forward"]) == (N, 12, 20)
    assert row["precision"] is not None
    assert row["precision"][0] == pytest.approx(8 / 20)
    assert row["precision"][1] < 8 / 20 < row["precision"][2]
    assert row["recall"] is not None
    assert row["recall"][0] == pytest.approx(8 / 12)
    ranked = (8 + 9 / 41 + 10 / 42 + 11 / 43 + 12 / 44) / 12
    assert row["average_precision"] is not None
    assert row["average_precision"][0] == pytest.approx(ranked)


def test_a_measure_that_rests_on_fewer_than_ten_is_not_told() -> None:
    """The first twenty hold eight true ones and twenty put forward; the rest four and none."""
    (found,) = measured(
        [way(("first", range(20)), ("rest", range(20, N)))],
        SCORES,
        PROBABILITY,
        PEOPLE,
        threshold=0.5,
        seed=1,
    )
    first, rest = found["rows"]
    assert (first["recall"], first["average_precision"]) == (None, None)
    assert first["precision"] is not None
    assert (rest["recall"], rest["precision"]) == (None, None)


def test_a_slice_of_fewer_than_ten_candidates_is_named_and_not_shown() -> None:
    (found,) = measured(
        [way(("few", range(9)), ("enough", range(10)))],
        SCORES,
        PROBABILITY,
        PEOPLE,
        threshold=0.5,
        seed=1,
    )
    assert found["excluded"] == ["few"]
    assert [row["label"] for row in found["rows"]] == ["enough"]


def test_none_right_of_ten_is_not_shown_as_certain() -> None:
    """Wilson's interval of 0 in 12 ends at 1.96² / (12 + 1.96²)."""
    (found,) = measured(
        [way(("none", [*range(8, 20)]))], SCORES, PROBABILITY, PEOPLE, threshold=0.5, seed=1
    )
    precision = found["rows"][0]["precision"]
    assert precision is not None
    assert precision[0] == precision[1] == 0
    assert precision[2] == pytest.approx(1.96**2 / (12 + 1.96**2))


def test_each_group_of_said_and_seen_expects_as_many_true_ones() -> None:
    """By hand: 100 at 0.05 and 10 at 0.5 expect five each; three and ten of them came true."""
    probability = np.r_[np.full(100, 0.05), np.full(10, 0.5)]
    labels = np.zeros(110, np.int32)
    labels[:3] = 1
    labels[100:] = 1
    people = pd.DataFrame({"candidate": np.arange(110), "entity": np.arange(110)})
    low, high = said_and_seen(probability, labels, people, seed=1)
    assert (low["n"], low["said"], low["seen"]) == (100, pytest.approx(0.05), 0.03)
    assert (high["n"], high["said"], high["seen"]) == (10, 0.5, 1.0)
    assert low["low"] < 0.03 < low["high"]
    assert high["low"] == pytest.approx(10 / (10 + 1.96**2))
    assert high["high"] == 1.0


def test_nothing_is_compared_where_nothing_is_expected() -> None:
    none = np.empty(0), np.empty(0, np.int32), PEOPLE.iloc[:0]
    assert said_and_seen(*none, seed=1) == []
    assert said_and_seen(np.zeros(3), np.zeros(3, np.int32), PEOPLE.iloc[:3], seed=1) == []
