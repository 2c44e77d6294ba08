"""Candidates, time slices, and the fitted model."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import numpy as np
import pandas as pd
import pytest
from builders_modelling import COLUMNS, Toy, pairs, sample, settled

from workbench.analysis.evaluation import measured, single_best_feature, unseen
from workbench.analysis.feature_model import boosting
from workbench.analysis.fitted_model import FittedModel
from workbench.analysis.modelling import Candidates, TimeSplit
from workbench.domain.errors import BadInput

FIRST = datetime(2023, 1, 1, tzinfo=UTC)


def groups(*links: list[int]) -> Candidates:
    """Candidates about one member each, resting on the given links."""
    cuts = np.cumsum([0, *map(len, links)]).astype(np.int64)
    n = len(links)
    return Candidates(
        np.zeros(n, np.int32),
        np.arange(n + 1, dtype=np.int64),
        np.array([link for group in links for link in group], dtype=np.int32),
        cuts,
    )


def test_taken_candidates_keep_their_members_and_links() -> None:
    taken = groups([1, 2], [3], [4, 5, 6]).take(np.array([2, 0]))
    assert len(taken) == 2
    assert taken.links_of(0).tolist() == [4, 5, 6]
    assert taken.links_of(1).tolist() == [1, 2]


def test_taking_no_candidate_gives_none() -> None:
    assert len(groups([1], [2]).take(np.array([], dtype=np.int64))) == 0


def test_a_pair_is_the_same_in_either_order() -> None:
    one, other, third = pairs(np.array([[1, 2], [2, 1], [1, 3]])).identities()
    assert one == other != third


def test_a_pair_asked_about_before_is_not_unseen() -> None:
    now, before = pairs(np.array([[1, 2], [3, 4]])), pairs(np.array([[2, 1]]))
    assert unseen(now, before).tolist() == [False, True]


def test_a_group_is_unseen_when_at_most_half_of_its_links_were_known() -> None:
    now = groups([1, 2], [1, 9], [8, 9])
    assert unseen(now, groups([1, 2])).tolist() == [False, True, True]


def test_time_is_cut_into_a_past_and_three_equal_slices() -> None:
    split = TimeSplit.of(FIRST, FIRST + timedelta(days=720))
    assert split.train_at == FIRST + timedelta(days=360)
    assert split.calibrate_at == FIRST + timedelta(days=480)
    assert split.test_at == FIRST + timedelta(days=600)
    assert split.end == FIRST + timedelta(days=720)


def test_too_short_a_time_is_refused() -> None:
    with pytest.raises(BadInput, match="cover 10 days"):
        TimeSplit.of(FIRST, FIRST + timedelta(days=10))


def test_both_estimators_are_compared_the_simplest_first() -> None:
    fitted = Toy().fit(sample(seed=1), sample(seed=2), seed=3)
    assert list(fitted) == ["logistic_regression", "gradient_boosting"]


def test_the_same_seed_gives_the_same_numbers() -> None:
    one, other = (settled(sample(seed=1), sample(seed=2), seed=3) for _ in range(2))
    rows = sample(seed=5).features
    for name, fitted in one.items():
        assert (fitted.score(rows) == other[name].score(rows)).all()
        assert fitted.threshold == other[name].threshold
        assert (fitted.interval(rows)[0] == other[name].interval(rows)[0]).all()


def test_an_interval_holds_its_probability() -> None:
    fitted = settled(sample(seed=1), sample(seed=2), seed=3)["gradient_boosting"]
    rows = sample(seed=5).features
    low, high = fitted.interval(rows)
    said = fitted.probability(rows)
    assert ((low <= said + 1e-12) & (said <= high + 1e-12)).all()
    assert ((low > 0) & (high < 1)).all()


def test_boosting_learns_no_native_categories() -> None:
    assert boosting(1).get_params()["categorical_features"] is None


def test_a_model_comes_back_from_its_state_as_it_was() -> None:
    fitted = settled(sample(seed=1), sample(seed=2), seed=3)["gradient_boosting"]
    again = FittedModel.restore(fitted.state())
    rows = sample(seed=5).features
    assert (again.probability(rows) == fitted.probability(rows)).all()
    assert (again.interval(rows)[0] == fitted.interval(rows)[0]).all()
    assert again.words == fitted.words
    assert again.fixed == fitted.fixed


def test_a_state_of_another_kind_is_refused() -> None:
    with pytest.raises(BadInput, match="of kind rules/9"):
        FittedModel.restore({"kind": "rules/9"})


def test_one_class_or_too_few_true_cases_are_refused() -> None:
    few = sample(seed=1)
    few.labels[:] = 0
    few.labels[:3] = 1
    with pytest.raises(BadInput, match="3 true cases among 400") as refused:
        Toy().fit(few, sample(seed=2), seed=3)
    assert refused.value.code == "too_few_true"


def test_missing_columns_and_infinities_are_refused() -> None:
    fitted = Toy().fit(sample(seed=1), sample(seed=2), seed=3)["logistic_regression"]
    with pytest.raises(BadInput, match="lack distance"):
        fitted.score(pd.DataFrame({"calls": [1.0], "meetings": [1.0]}))
    with pytest.raises(BadInput, match="1 candidates have an infinite"):
        fitted.score(pd.DataFrame([[np.inf, 0.0, 0.0]], columns=list(COLUMNS)))


def test_no_rows_give_no_scores() -> None:
    fitted = Toy().fit(sample(seed=1), sample(seed=2), seed=3)["logistic_regression"]
    none = sample(seed=1).features.head(0)
    assert len(fitted.probability(none)) == 0
    assert fitted.explain(none) == ()


def test_a_category_that_training_never_saw_is_flagged() -> None:
    """T9"""
    words = pd.DataFrame(
        {"candidate": [0, 1, 1], "input": ["state", "state", "state"], "word": ["BB", "AA", "BB"]}
    )
    learnt = replace(sample(seed=1), categories=words)
    fitted = Toy().fit(learnt, sample(seed=2), seed=3)["logistic_regression"]
    again = FittedModel.restore(fitted.state())
    row = pd.DataFrame([[0.0, 0.0, 0.0]], columns=list(COLUMNS))
    assert again.flags(row, {"state": ("AA",)}) == ()
    assert again.flags(row, {"state": ("AA", "CC")}) == (
        "Unseen category: state is CC; training saw AA, BB.",
    )
    assert again.flags(row, {"kind": ("phone",)}) == (
        "Unseen category: kind is phone; training saw none.",
    )


def test_categories_of_candidates_that_are_left_out_are_left_out() -> None:
    words = pd.DataFrame({"candidate": [0, 1], "input": ["state", "state"], "word": ["BB", "AA"]})
    taken = replace(sample(seed=1), categories=words).take(np.array([1, 5]))
    assert taken.categories.to_numpy().tolist() == [[0, "state", "AA"]]


def test_too_few_refits_are_refused_with_what_is_missing() -> None:
    """True cases about one person alone are in few resamples."""
    learnt = sample(seed=1)
    alone = pd.DataFrame(
        {"candidate": np.arange(len(learnt)), "entity": np.where(learnt.labels == 1, 0, 1)}
    )
    hanging = replace(learnt, people=alone)
    fitted = Toy().fit(learnt, sample(seed=2), seed=3)["logistic_regression"]
    with pytest.raises(BadInput, match=r"of 20 refits .* had true and false cases") as refused:
        Toy().settle(fitted, hanging, hanging, seed=3)
    assert refused.value.code == "too_few_refits"


def test_input_outside_what_was_learnt_on_is_flagged() -> None:
    fitted = Toy().fit(sample(seed=1), sample(seed=2), seed=3)["logistic_regression"]
    assert fitted.flags(pd.DataFrame([[0.0, 0.0, 0.0]], columns=list(COLUMNS)), {}) == ()
    far, none = fitted.flags(pd.DataFrame([[99.0, np.nan, np.nan]], columns=list(COLUMNS)), {})
    assert far.startswith("Out of range: calls is 99 calls; training saw -")
    assert none == "No value for meetings; in training it always had one."


def test_the_best_single_feature_is_the_one_that_made_the_labels() -> None:
    rule = single_best_feature(sample(seed=1))
    assert (rule.feature, rule.sign) == ("calls", 1.0)


def test_what_has_no_value_ranks_last() -> None:
    rule = single_best_feature(sample(seed=1))
    assert rule.scores(pd.DataFrame({"calls": [np.nan, -5.0]})).tolist() == [-6.0, -5.0]


def test_measures_of_no_candidates_have_no_meaning_but_what_was_lost_counts() -> None:
    none = np.empty(0)
    found = measured(
        none, none, none.astype(np.int32), pd.DataFrame(), threshold=0.5, n_lost=3, seed=1
    )
    assert found.values["recall"] == 0.0
    assert np.isnan(found.values["auc"])


def test_shuffled_labels_give_the_base_rate() -> None:
    learnt, later = sample(2000, seed=1), sample(2000, seed=2)
    np.random.default_rng(0).shuffle(learnt.labels)
    fitted = Toy().fit(learnt, later, seed=3)["logistic_regression"]
    found = measured(
        fitted.score(later.features),
        fitted.probability(later.features),
        np.random.default_rng(1).permutation(later.labels),
        later.people,
        threshold=fitted.threshold,
        seed=1,
    )
    low, high = found.intervals["auc"]
    assert low < 0.5 < high
