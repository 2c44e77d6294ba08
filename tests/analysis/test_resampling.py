"""Intervals by counts agree with a bootstrap of the rows, or of the people, done one by one."""

import warnings

import numpy as np
import pytest
from builders_audit import attribute, shared_pairs, table
from fairlearn.metrics import MetricFrame, false_positive_rate

from workbench.analysis.resampling import intervals
from workbench.analysis.subgroups import Outcomes, counts, shares


def test_nothing_but_errors_or_none_is_not_shown_as_certain() -> None:
    outcomes, groups = table(A=(5, 0, 0, 0), B=(0, 5, 0, 0))
    found = intervals(outcomes, outcomes.incidence(groups), n_replicates=100, seed=1)["fpr"]
    # Clopper and Pearson for 0 of 5: 1 - 0.025 ** (1 / 5)
    assert found[0].tolist() == pytest.approx([0.0, 0.5218], abs=1e-4)
    assert found[1].tolist() == pytest.approx([0.4782, 1.0], abs=1e-4)


def test_without_a_denominator_there_is_no_interval() -> None:
    outcomes, groups = table(A=(5, 2, 0, 0), B=(0, 0, 2, 2))
    found = intervals(outcomes, outcomes.incidence(groups), n_replicates=100, seed=1)
    assert np.isnan(found["fpr"][1]).all()
    assert np.isnan(found["fnr"][0]).all()


@pytest.mark.slow
def test_independent_rows_agree_with_fairlearns_bootstrap() -> None:
    outcomes, groups = table(A=(120, 30, 10, 40), B=(60, 40, 20, 30))
    label, prediction = outcomes.cells >= 2, outcomes.cells % 2 == 1
    frame = MetricFrame(
        metrics=false_positive_rate,
        y_true=label,
        y_pred=prediction,
        sensitive_features=groups.codes,
        n_boot=300,
        ci_quantiles=[0.025, 0.975],
        random_state=4,
    )
    theirs = np.array([quantile.to_numpy() for quantile in frame.by_group_ci]).T
    ours = intervals(outcomes, outcomes.incidence(groups), n_replicates=4000, seed=2)["fpr"]
    assert ours == pytest.approx(theirs, abs=0.025)


@pytest.mark.slow
def test_people_resampled_by_counts_agree_with_a_loop_over_metricframe() -> None:
    rng = np.random.default_rng(3)
    person = np.repeat(np.arange(80, dtype=np.int32), 1 + rng.poisson(4, 80))
    wrong = rng.random(len(person)) < 1 / (1 + np.exp(1.5 - rng.normal(0, 1.5, 80)[person]))
    group = (np.arange(80) % 2)[person]
    outcomes = Outcomes.of(np.zeros(len(person), dtype=bool), wrong).clustered(person)
    incidence = outcomes.incidence(attribute(group))
    ours = intervals(outcomes, incidence, n_replicates=2000, seed=1)["fpr"]
    rows_of = [np.flatnonzero(person == p) for p in range(80)]
    replicates = []
    for _ in range(300):
        rows = np.concatenate([rows_of[p] for p in rng.integers(0, 80, 80)])
        frame = MetricFrame(
            metrics={"fpr": lambda t, p: p.mean()},  # nothing is true: the rate is the share
            y_true=np.zeros(len(rows)),
            y_pred=wrong[rows],
            sensitive_features=group[rows],
        )
        replicates.append(frame.by_group["fpr"].to_numpy())
    theirs = np.quantile(np.array(replicates), [0.025, 0.975], axis=0).T
    assert ours == pytest.approx(theirs, abs=0.035)


@pytest.mark.slow
def test_intervals_of_pairs_hold_the_rate_as_often_as_they_say_and_counts_resampled_do_not() -> (
    None
):
    label = np.arange(120) % 2
    rates, people, rows = [], [], []
    for i in range(120):
        outcomes, a, b = shared_pairs(np.random.default_rng(i), spread=0.8)
        incidence = outcomes.incidence(attribute(label))
        rates.append(shares(counts(outcomes.cells, incidence), "fpr"))
        people.append(intervals(outcomes, incidence, n_replicates=200, seed=i)["fpr"])
        plain = Outcomes.of(outcomes.cells >= 2, outcomes.cells % 2 == 1)
        alone = plain.incidence(attribute(label[a] + label[b]))
        rows.append(intervals(plain, alone, n_replicates=200, seed=i)["fpr"])
    true = np.mean(rates, axis=0)
    held, too_sure = (
        np.mean([(w[:, 0] <= true) & (true <= w[:, 1]) for w in found]) for found in (people, rows)
    )
    assert 0.88 <= held <= 0.99
    assert too_sure < 0.8  # the control: pairs taken for independent


@pytest.mark.slow
def test_a_bootstrap_of_the_gap_is_no_test() -> None:
    """The control: at true equality fairlearn's interval of the difference leaves out 0."""
    holding_zero = 0
    for i in range(6):
        rng = np.random.default_rng(i)
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            frame = MetricFrame(
                metrics=false_positive_rate,
                y_true=np.zeros(300),
                y_pred=(rng.random(300) < 0.3).astype(int),
                sensitive_features=np.arange(300) % 3,
                n_boot=60,
                ci_quantiles=[0.025, 0.975],
                random_state=i,
            )
        holding_zero += frame.difference_ci()[0] <= 1e-9
    assert holding_zero == 0
