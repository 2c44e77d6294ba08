"""Calibration per group: hand-made bins, fairlearn's values, bounds beside a loop."""

import numpy as np
import pytest
from builders_audit import attribute
from fairlearn.metrics import MetricFrame, mean_prediction

from workbench.analysis.calibration import Calibration, CalibrationRow, bin_edges, calibration
from workbench.analysis.scored import Steps, cuts
from workbench.analysis.subgroups import Outcomes


def found_in(
    label: np.ndarray, p: np.ndarray, group: np.ndarray, person: np.ndarray | None = None
) -> Calibration:
    outcomes = Outcomes.of(label, p >= 0.5)
    if person is not None:
        outcomes = outcomes.clustered(person)
    edges = bin_edges(p)
    steps = Steps.of(p, label.astype(np.int32), threshold=0.5, bins=edges)
    return calibration(cuts(outcomes, (attribute(group),), steps, seed=1), steps, edges)


def row(found: Calibration, group: str) -> CalibrationRow:
    return next(r for r in found["rows"] if r["group"] == group)


def skewed(n: int, *, seed: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Calibrated for A; of B half as much is confirmed as expected."""
    rng = np.random.default_rng(seed)
    group, p = rng.integers(0, 2, n), rng.beta(1, 4, n)
    return rng.random(n) < p * np.where(group == 1, 0.5, 1.0), p, group


def test_bins_each_expect_a_tenth() -> None:
    # forty rows at 0.1 expect 4 and six at 1.0 expect 6: the first four edges are 0.1, the rest 1
    assert bin_edges(np.array([0.1] * 40 + [1.0] * 6)).tolist() == [0.1, 1.0]
    p = np.linspace(0.001, 1, 5000)
    inside = np.add.reduceat(p, np.r_[0, np.searchsorted(p, bin_edges(p))])
    assert inside == pytest.approx(np.full(10, p.sum() / 10), rel=0.01)


def test_a_hand_made_group_gives_its_gap_and_its_distance() -> None:
    # twenty rows at 0.2, of which 8 are true, and twenty at 0.8, of which 14 are
    p = np.repeat([0.2, 0.8], 20)
    label = np.concatenate([np.arange(20) < 8, np.arange(20) < 14])
    a = row(found_in(label, p, np.zeros(40, int)), "A")
    assert (a["base_rate"], a["said"], a["tells"]) == (0.55, 0.5, True)
    assert a["gap"] == pytest.approx(-0.05)
    assert a["ece"] == pytest.approx((0.2 + 0.1) / 2)
    assert [(b["n"], b["positives"], b["said"], b["seen"]) for b in a["bins"]] == [
        (20, 8, 0.2, 0.4),
        (20, 14, 0.8, 0.7),
    ]
    # each bin deviates by √(20 · 0.16) · √(2 / π) rows of 40
    assert a["ece_by_chance"] == pytest.approx(2 * np.sqrt(3.2 * 2 / np.pi) / 40, abs=1e-6)


def test_base_rates_stand_beside_and_a_group_that_is_expected_too_much_of_stands_out() -> None:
    found = found_in(*skewed(6_000, seed=3))
    assert "base rates" in found["beside"]
    a, b = row(found, "A"), row(found, "B")
    assert a["base_rate"] == pytest.approx(0.2, abs=0.02)
    assert b["base_rate"] == pytest.approx(0.1, abs=0.02)
    assert a["gap_interval"] is not None
    assert b["gap_interval"] is not None
    assert a["gap_interval"][0] < 0 < a["gap_interval"][1]
    assert b["gap_interval"][0] > 0.05
    assert a["ece"] is not None
    assert a["ece_by_chance"] == pytest.approx(a["ece"], rel=0.9)
    assert b["ece"] is not None
    assert b["ece"] > 4 * (b["ece_by_chance"] or 1)


def test_every_bin_is_that_of_fairlearns_metricframe() -> None:
    label, p, group = skewed(2_000, seed=4)
    found = found_in(label, p, group)
    bins = np.searchsorted(bin_edges(p), p, side="right")
    theirs = MetricFrame(
        metrics={"said": mean_prediction, "seen": lambda t, _: t.mean(), "n": lambda t, _: len(t)},
        y_true=label.astype(float),
        y_pred=p,
        sensitive_features=group,
        control_features=bins,
    ).by_group
    for g, name in enumerate("AB"):
        mine = theirs.xs(g, level=1)
        assert [b["n"] for b in row(found, name)["bins"]] == mine["n"].tolist()
        for key in ("said", "seen"):
            ours = [b[key] for b in row(found, name)["bins"]]  # type: ignore[literal-required]
            assert ours == pytest.approx(mine[key].tolist(), abs=1e-6)


def test_a_small_group_is_not_told_how_far_it_may_be_off() -> None:
    label, p, group = skewed(300, seed=5)
    group[:5] = 2
    c = row(found_in(label, p, group), "C")
    assert (c["tells"], c["gap_interval"], c["ece_interval"]) == (False, None, None)


@pytest.mark.slow
def test_bounds_over_people_agree_with_a_loop_that_draws_them() -> None:
    rng = np.random.default_rng(8)
    person = np.repeat(np.arange(150, dtype=np.int32), 8)
    p = rng.beta(2, 4, 1200)
    label = rng.random(1200) < np.clip(p + rng.normal(0, 0.25, 150)[person], 0, 1)
    group = (np.arange(150) % 2)[person]
    edges = bin_edges(p)
    a = row(found_in(label, p, group, person), "A")
    rows_of = [np.flatnonzero(person == q) for q in range(150)]
    bins, loop = np.searchsorted(edges, p, side="right"), []
    for _ in range(800):
        rows = np.concatenate([rows_of[q] for q in rng.integers(0, 150, 150)])
        rows = rows[group[rows] == 0]
        off = np.bincount(bins[rows], weights=p[rows] - label[rows])
        top = label[rows][bins[rows] == 9]
        loop.append([off.sum() / len(rows), np.abs(off).sum() / len(rows), top.mean()])
    theirs = np.quantile(loop, [0.025, 0.975], axis=0).T
    ours = [a["gap_interval"], a["ece_interval"], a["bins"][-1]["interval"]]
    assert np.array(ours, dtype=np.float64) == pytest.approx(theirs, abs=0.02)
