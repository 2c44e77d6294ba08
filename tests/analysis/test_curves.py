"""Rates over thresholds and AUC per group: fairlearn's and scikit-learn's values, honest bounds."""

import numpy as np
import pytest
from builders_audit import attribute
from fairlearn.metrics import (
    MetricFrame,
    false_negative_rate,
    false_positive_rate,
    selection_rate,
)
from sklearn.metrics import accuracy_score, precision_score, roc_auc_score

from workbench.analysis.curves import CurveRow, Curves, curves
from workbench.analysis.scored import MOST, MOST_LINES, Steps, cuts
from workbench.analysis.subgroups import Attribute, Outcomes


def drawn(n: int, *, seed: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Labels, probabilities that know something of them, groups 0 to 2."""
    rng = np.random.default_rng(seed)
    group = rng.integers(0, 3, n)
    p = rng.beta(1.2, 3 + group)
    return rng.random(n) < p, np.round(p, 3), group


def found_in(
    outcomes: Outcomes, label: np.ndarray, score: np.ndarray, *groups: Attribute, seed: int = 1
) -> Curves:
    steps = Steps.of(score, label.astype(np.int32), threshold=0.4)
    return curves(cuts(outcomes, groups, steps, seed=seed), steps)


def row(found: Curves, group: str) -> CurveRow:
    return next(r for r in found["rows"] if r["group"] == group)


def test_the_whole_comes_first_and_the_working_threshold_is_marked() -> None:
    label, score, group = drawn(400, seed=2)
    found = found_in(Outcomes.of(label, score >= 0.4), label, score, attribute(group))
    assert [r["group"] for r in found["rows"]] == ["(all)", "A", "B", "C"]
    assert found["working"] is not None
    assert found["thresholds"][found["working"]] == 0.4
    assert found["selected"][found["working"]] == pytest.approx((score >= 0.4).mean())
    assert found["thresholds"] == sorted(found["thresholds"])
    assert row(found, "(all)")["n"] == 400


def test_a_hand_made_table_gives_exact_curves() -> None:
    # A: true at 0.9 and 0.6, false at 0.6 and 0.1; at 0.6 both true and one of two false
    score = np.array([0.9, 0.6, 0.6, 0.1])
    label = np.array([True, True, False, False])
    outcomes = Outcomes.of(label, score >= 0.6)
    steps = Steps.of(score, label.astype(np.int32), threshold=0.6)
    found = curves(cuts(outcomes, (attribute(np.zeros(4, int)),), steps, seed=1), steps)
    assert found["thresholds"] == [0.1, 0.6, 0.9]
    a = row(found, "A")
    assert a["lines"]["fpr"]["value"] == [1.0, 0.5, 0.0]
    assert a["lines"]["fnr"]["value"] == [0.0, 0.0, 0.5]
    assert a["lines"]["precision"]["value"] == pytest.approx([0.5, 2 / 3, 1.0], abs=1e-6)
    assert a["auc"] == 0.875  # of four pairs three and a half are in order
    assert (a["tells"], a["auc_interval"]) == (False, None)


def test_every_point_is_that_of_fairlearn_and_scikit_learn() -> None:
    label, score, group = drawn(600, seed=3)
    found = found_in(Outcomes.of(label, score >= 0.4), label, score, attribute(group))
    ways = {
        "selection_rate": selection_rate,
        "fpr": false_positive_rate,
        "fnr": false_negative_rate,
        "precision": lambda t, p: precision_score(t, p, zero_division=0.0),
        "accuracy": accuracy_score,
    }
    for k, threshold in enumerate(found["thresholds"]):
        theirs = MetricFrame(
            metrics=ways, y_true=label, y_pred=score >= threshold, sensitive_features=group
        ).by_group
        for g, name in enumerate("ABC"):
            for metric in ways:
                ours = row(found, name)["lines"][metric]["value"][k]
                if ours is not None:
                    assert ours == pytest.approx(theirs.loc[g, metric], abs=1e-6)
    for g, name in enumerate("ABC"):
        area = roc_auc_score(label[group == g], score[group == g])
        assert row(found, name)["auc"] == pytest.approx(area, abs=1e-6)


def test_a_group_without_true_rows_has_no_missed_share_and_no_auc() -> None:
    score, label = np.linspace(0, 1, 40), np.arange(40) >= 30
    groups = attribute((np.arange(40) >= 20).astype(int))
    a = row(found_in(Outcomes.of(label, score >= 0.4), label, score, groups), "A")
    assert set(a["lines"]["fnr"]["value"]) == {None}
    assert set(a["lines"]["fnr"]["low"]) == {None}
    assert (a["auc"], a["tells"]) == (None, False)


def test_intersections_have_an_area_and_the_largest_that_tell_have_lines() -> None:
    label, score, group = drawn(900, seed=4)
    eighths = Attribute.of("other", [f"o{i % 4}" for i in range(900)])
    found = found_in(Outcomes.of(label, score >= 0.4), label, score, attribute(group), eighths)
    crossed = [r for r in found["rows"] if r["attribute"] == "group × other"]
    assert len(crossed) == 12
    assert all(r["auc"] is not None for r in crossed)
    lined = [r for r in crossed if r["lines"]]
    assert len(lined) == MOST_LINES
    assert min(r["n"] for r in lined) >= max(
        r["n"] for r in crossed if r["tells"] and not r["lines"]
    )
    a = lined[0]
    mine = (group == "ABC".index(a["group"][0])) & (np.arange(900) % 4 == int(a["group"][-1]))
    forward = score >= found["thresholds"][3]
    assert a["lines"]["fnr"]["value"][3] == pytest.approx(
        float((~forward)[mine & label].mean()), abs=1e-6
    )


def test_groups_beyond_the_largest_are_listed_the_largest_first() -> None:
    codes = np.concatenate([np.arange(40).repeat(2), np.full(5, 39)])
    label = np.arange(len(codes)) % 2 == 0
    many = Attribute("state", codes.astype(np.int32), tuple(f"s{i:02d}" for i in range(40)))
    found = found_in(Outcomes.of(label, label), label, np.linspace(0, 1, len(codes)), many)
    assert found["n_left_out"] == {"state": 40 - MOST}
    shown = {r["group"] for r in found["rows"]}
    left = [row["group"] for row in found["left_out"]]
    assert "s39" in shown
    assert shown.isdisjoint(left)
    assert len(shown) - 1 + len(left) == 40
    assert {row["n"] for row in found["left_out"]} == {2}


def bounds_of(found: Curves, group: str, k: int) -> np.ndarray:
    """AUC, then missed and wrongly put forward at threshold k: low and high."""
    a = row(found, group)
    lines = [[a["lines"][m]["low"][k], a["lines"][m]["high"][k]] for m in ("fnr", "fpr")]
    return np.array([a["auc_interval"], *lines], dtype=np.float64)


def values_of(label: np.ndarray, score: np.ndarray, threshold: float) -> list[float]:
    forward = score >= threshold
    return [
        float(roc_auc_score(label, score)),
        float((~forward)[label].mean()),
        float(forward[~label].mean()),
    ]


@pytest.mark.slow
def test_bounds_over_rows_agree_with_a_loop() -> None:
    label, score, group = drawn(900, seed=5)
    found = found_in(Outcomes.of(label, score >= 0.4), label, score, attribute(group))
    mine = np.flatnonzero(group == 1)
    rng = np.random.default_rng(6)
    loop = [
        values_of(label[rows], score[rows], 0.4)
        for rows in (mine[rng.integers(0, len(mine), len(mine))] for _ in range(600))
    ]
    theirs = np.quantile(loop, [0.025, 0.975], axis=0).T
    assert bounds_of(found, "B", found["working"] or 0) == pytest.approx(theirs, abs=0.025)


@pytest.mark.slow
def test_bounds_over_people_agree_with_a_loop_that_draws_them_and_rows_alone_are_too_sure() -> None:
    rng = np.random.default_rng(7)
    person = np.repeat(np.arange(120, dtype=np.int32), 8)
    own = rng.normal(0, 1.2, 120)[person]
    score = 1 / (1 + np.exp(1 - own - rng.normal(0, 0.5, 960)))
    label = rng.random(960) < 1 / (1 + np.exp(1 - rng.normal(0, 1.5, 120)[person] - 0.6 * own))
    group = (np.arange(120) % 2)[person]
    plain = Outcomes.of(label, score >= 0.4)
    found = found_in(plain.clustered(person), label, score, attribute(group))
    rows_of = [np.flatnonzero(person == p) for p in range(120)]
    loop = []
    for _ in range(600):
        rows = np.concatenate([rows_of[p] for p in rng.integers(0, 120, 120)])
        rows = rows[group[rows] == 0]
        loop.append(values_of(label[rows], score[rows], 0.4))
    theirs = np.quantile(loop, [0.025, 0.975], axis=0).T
    ours = bounds_of(found, "A", found["working"] or 0)
    assert ours == pytest.approx(theirs, abs=0.04)
    rows_alone = bounds_of(
        found_in(plain, label, score, attribute(group)), "A", found["working"] or 0
    )
    assert (np.diff(rows_alone) < 0.7 * np.diff(theirs)).all()  # the control
