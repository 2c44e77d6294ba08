"""Mitigations by hand, and on candidates with a planted gap."""

from dataclasses import replace
from functools import cache

import builders_mitigation as planted
import numpy as np
import pytest
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from workbench.analysis.feature_model import boosting, logistic
from workbench.analysis.fitted_model import to_matrix
from workbench.analysis.mitigating import (
    BOTH_ERRORS,
    MORE,
    RECALL_LOSS,
    Part,
    Task,
    enough,
    exponentiated,
    nothing,
    one_group_each,
    optimised,
    reweighed,
    reweighing,
    shared_threshold,
    weighable,
    weight_name,
)
from workbench.analysis.subgroups import MISSING, Incidence
from workbench.domain.errors import BadInput


@cache
def task(name: str = "logistic_regression") -> Task:
    samples, groups = planted.slices()
    model = planted.fitted(samples, name)
    parts = {
        of: Part(
            rows=to_matrix(sample.features, model.feature_names),
            labels=sample.labels,
            groups=one_group_each(groups[of], len(sample)),
        )
        for of, sample in samples.items()
    }
    return Task(fitted=model, n_groups=2, errors=BOTH_ERRORS, seed=1, **parts)


def fpr_of(forward: np.ndarray, part: Part, group: int) -> float:
    return float(forward[(part.groups == group) & (part.labels == 0)].mean())


def fpr_gap(forward: np.ndarray) -> float:
    part = task().test
    return abs(fpr_of(forward, part, 0) - fpr_of(forward, part, 1))


def test_the_weights_of_a_two_by_two_table_are_those_worked_out_by_hand() -> None:
    # group 0: 3 true, 1 false; group 1: 1 true, 5 false; of ten, four are true
    groups = np.array([0, 0, 0, 0, 1, 1, 1, 1, 1, 1], np.int32)
    labels = np.array([1, 1, 1, 0, 1, 0, 0, 0, 0, 0], np.int32)
    weights = reweighing(labels, groups)
    assert weights[[0, 3, 4, 5]] == pytest.approx([16 / 30, 24 / 10, 24 / 10, 36 / 50])
    assert weights.sum() == pytest.approx(10)
    for group in (0, 1):  # under the weights, as many of each group are true
        mine = groups == group
        assert weights[mine & (labels == 1)].sum() / weights[mine].sum() == pytest.approx(0.4)


def test_a_row_without_a_group_weighs_one() -> None:
    weights = reweighing(np.array([1, 0, 1], np.int32), np.array([0, 0, MISSING], np.int32))
    assert weights.tolist() == [1.0, 1.0, 1.0]
    assert reweighing(np.array([1], np.int32), np.array([MISSING], np.int32)).tolist() == [1.0]


def test_a_row_takes_the_group_that_most_of_its_people_are_of() -> None:
    rows, groups = [0, 0, 0, 1, 1, 3], [1, 0, 1, 2, 1, 0]
    incidence = Incidence(np.array(rows, np.int32), np.array(groups, np.int32), ("a", "b", "c"))
    assert one_group_each(incidence, 4).tolist() == [1, 1, MISSING, 0]  # 2 of 3; a tie; nobody; 1


def test_a_group_needs_ten_true_and_ten_false() -> None:
    groups = np.repeat([0, 1, 2, MISSING], 30).astype(np.int32)
    labels = np.zeros(120, np.int32)
    labels[:10], labels[30:39], labels[60:81] = 1, 1, 1
    assert enough(groups, labels, 3).tolist() == [True, False, False]


def test_weights_reach_the_last_step_of_a_pipeline() -> None:
    assert weight_name(logistic()) == "fit__sample_weight"
    assert weight_name(boosting(1)) == "sample_weight"


def test_what_cannot_learn_under_weights_is_refused() -> None:
    model = task().fitted
    neighbours = make_pipeline(StandardScaler(), KNeighborsClassifier())
    for given in (replace(model, estimator=neighbours), replace(model, estimator=None), object()):
        with pytest.raises(BadInput, match="no mitigation can be compared"):
            weighable(given)
    assert weighable(model) is model.estimator


def test_the_run_as_it_is_has_the_planted_gap() -> None:
    assert fpr_gap(nothing(task()).forward) > 0.2


def test_reweighing_and_exponentiated_gradient_cut_the_planted_gap() -> None:
    before = fpr_gap(nothing(task()).forward)
    assert fpr_gap(reweighed(task()).forward) < before / 2
    assert fpr_gap(exponentiated(task()).forward) < before / 2


def test_uniform_weights_learn_what_the_run_learnt() -> None:
    """Control: without groups reweighing is the run itself."""
    alone = replace(task(), train=replace(task().train, groups=np.full(2500, MISSING, np.int32)))
    assert reweighed(alone).forward.tolist() == nothing(task()).forward.tolist()


@pytest.mark.slow
def test_boosting_learns_under_weights_too() -> None:
    boosted = task("gradient_boosting")
    assert isinstance(boosted.fitted.estimator, HistGradientBoostingClassifier)
    assert fpr_gap(exponentiated(boosted).forward) < fpr_gap(nothing(boosted).forward) / 2


def test_exponentiated_gradient_leaves_people_to_chance_and_the_same_each_time() -> None:
    said = exponentiated(task())
    assert ((said.forward > 0.001) & (said.forward < 0.999)).any()
    assert said.parameters["n_estimators"] >= 2
    assert said.forward.tolist() == exponentiated(task()).forward.tolist()


def test_a_threshold_per_group_needs_the_trait_when_used() -> None:
    said = optimised(task())
    assert fpr_gap(said.forward) < fpr_gap(nothing(task()).forward) / 2
    swapped = replace(task().test, groups=1 - task().test.groups)
    assert optimised(replace(task(), test=swapped)).forward.tolist() != said.forward.tolist()
    unknown = replace(task().test, groups=np.full(2500, MISSING, np.int32))
    without = optimised(replace(task(), test=unknown)).forward
    assert without.tolist() == nothing(task()).forward.tolist()


def test_no_other_method_asks_for_the_trait_when_used() -> None:
    swapped = replace(task(), test=replace(task().test, groups=1 - task().test.groups))
    for method in (nothing, reweighed, exponentiated, shared_threshold):
        assert method(swapped).forward.tolist() == method(task()).forward.tolist()


def test_another_shared_threshold_keeps_recall_and_reading_within_bounds() -> None:
    later = task().calibrate
    probability = task().fitted.calibrator(task().fitted.estimator.decision_function(later.rows))
    own = probability >= task().fitted.threshold
    other = probability >= shared_threshold(task()).parameters["threshold"]
    true = later.labels == 1
    assert other[true].mean() >= own[true].mean() - RECALL_LOSS - 1e-12
    assert other.sum() <= MORE * own.sum()
    assert set(np.unique(shared_threshold(task()).forward)) <= {0.0, 1.0}
