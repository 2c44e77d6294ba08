"""Rates of decisions by lot, worked out by hand; intervals that hold what they must."""

import numpy as np
import pandas as pd
import pytest

from workbench.analysis.soft_rates import TWO, Crowd, Found, counted, measured, soft_cells
from workbench.analysis.subgroups import Incidence


def crowd(groups: list[int], names: tuple[str, ...] = ("a", "b")) -> Crowd:
    """Each row is about one person of its own."""
    each = np.arange(len(groups), dtype=np.int32)
    people = pd.DataFrame({"candidate": each, "entity": each})
    return Crowd.of(len(groups), people, Incidence(each, np.array(groups, np.int32), names))


def found(who: Crowd, labels: np.ndarray, **said: np.ndarray) -> dict[str, dict[str, Found]]:
    return measured(who, labels, said, between={"fpr": [0, 1], "fnr": [0, 1]}, seed=1)


def test_a_lot_counts_by_halves() -> None:
    labels = np.array([0, 0, 1, 1, 0, 1], np.int32)
    said = np.array([0.5, 0.0, 1.0, 0.25, 1.0, 0.0])
    table = counted(crowd([0, 0, 0, 0, 1, 1]), soft_cells(labels, said))
    assert table.tolist() == [[1.5, 0.5, 0.75, 1.25], [0, 1, 1, 0], [1.5, 1.5, 1.75, 1.25]]


def test_rates_gaps_and_differences_are_those_worked_out_by_hand() -> None:
    labels = np.array([0, 0, 1, 1, 0, 1], np.int32)
    sure = np.array([0.0, 0.0, 1.0, 1.0, 1.0, 0.0])
    lots = np.array([0.5, 0.0, 1.0, 0.25, 1.0, 0.0])
    both = found(crowd([0, 0, 0, 0, 1, 1]), labels, sure=sure, lots=lots)
    assert both["sure"]["fpr"].value == pytest.approx(1 / 3)
    assert both["lots"]["fpr"].value == pytest.approx(0.5)
    assert both["lots"]["fnr"].value == pytest.approx(1.75 / 3)
    assert both["lots"]["balanced_error"].value == pytest.approx((0.5 + 1.75 / 3) / 2)
    assert both["lots"]["gap_fpr"].value == pytest.approx(1 - 0.25)
    assert both["lots"]["gap_fnr"].value == pytest.approx(1 - 0.375)
    assert both["lots"]["gap"].value == pytest.approx(0.75)
    assert both["lots"]["gap"].difference == pytest.approx(0.75 - 1.0)


def test_a_row_counts_in_a_group_once_for_each_of_its_people() -> None:
    incidence = Incidence(np.array([0, 0, 1], np.int32), np.array([0, 0, 1], np.int32), ("a", "b"))
    people = pd.DataFrame({"candidate": [0, 0, 1], "entity": [7, 8, 9]})
    table = counted(Crowd.of(2, people, incidence), soft_cells(np.zeros(2, int), np.ones(2)))
    assert table[:, 1].tolist() == [2.0, 1.0, 2.0]  # everybody: each row once


def test_the_same_method_differs_by_nothing_whoever_is_drawn() -> None:
    rng = np.random.default_rng(3)
    labels, said = (rng.random(400) < 0.3).astype(np.int32), (rng.random(400) < 0.4).astype(float)
    both = found(crowd(rng.integers(0, 2, 400).tolist()), labels, one=said, other=said)
    for measure in both["other"].values():
        assert (measure.difference, measure.difference_interval) == (0.0, (0.0, 0.0))


def test_intervals_hold_the_rates_of_groups_of_people() -> None:
    rng = np.random.default_rng(5)
    n, size = 600, 4
    members = rng.integers(0, 300, (n, size))
    group = rng.integers(0, 2, 300)
    rows = np.repeat(np.arange(n, dtype=np.int32), size)
    people = pd.DataFrame({"candidate": rows, "entity": members.reshape(-1)})
    once = people.drop_duplicates(ignore_index=True)
    incidence = Incidence(
        once["candidate"].to_numpy(np.int32), group[once["entity"]].astype(np.int32), ("a", "b")
    )
    labels = (rng.random(n) < 0.3).astype(np.int32)
    said = (rng.random(n) < 0.25).astype(float)
    for name, one in found(Crowd.of(n, people, incidence), labels, said=said)["said"].items():
        low, high = one.interval
        assert low <= one.value <= high, name


def percentile(who: Crowd, labels: np.ndarray, said: np.ndarray, seed: int) -> np.ndarray:
    """The control: the middle of the draws of the widest difference, rows drawn anew."""
    rng = np.random.default_rng(seed)
    group = who.groups.toarray()[:, :3].argmax(axis=1)
    widest = []
    for _ in range(200):
        rows = rng.integers(0, len(labels), len(labels))
        rows = rows[labels[rows] == 0]
        widest.append(np.ptp([said[rows][group[rows] == g].mean() for g in range(3)]))
    return np.quantile(widest, [0.025, 0.975])


@pytest.mark.slow
def test_the_interval_of_a_gap_holds_nought_where_groups_are_equal() -> None:
    """In 95 % of 200 worlds without a gap, but for chance; the control hardly ever."""
    held = plain = told_apart = 0
    for seed in range(200):
        rng = np.random.default_rng(seed)
        labels = np.zeros(900, np.int32)
        labels[:300] = 1
        one, other = ((rng.random(900) < 0.2).astype(float) for _ in range(2))
        groups = np.tile([0, 1, 2], 300)
        who = crowd(groups.tolist(), ("a", "b", "c"))
        said = {"one": one, "other": other}
        both = measured(
            who, labels, said, between={key: [0, 1, 2] for key in TWO}, seed=seed, n_replicates=200
        )
        gap = both["one"]["gap_fpr"]
        low, high = gap.interval
        held += low == 0.0
        plain += percentile(who, labels, one, seed)[0] == 0.0
        low, high = both["other"]["gap"].difference_interval
        told_apart += not low <= 0 <= high
    assert held >= 180
    assert plain <= 20
    assert told_apart <= 20


def test_what_has_no_denominator_has_no_interval() -> None:
    only_false = found(crowd([0, 1, 0, 1]), np.zeros(4, np.int32), said=np.array([1.0, 0, 0, 1]))
    assert np.isnan(only_false["said"]["fnr"].value)
    assert only_false["said"]["fnr"].interval is None
