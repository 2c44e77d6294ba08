"""Prediction sets keep the right answer as often as they say, for each class (duty T9)."""

import numpy as np
import pandas as pd
import pytest

from workbench.analysis.conformal import Conformal


def test_bounds_are_the_right_order_statistics() -> None:
    # 9 of each class at a coverage of 0.8: k = floor(0.2 · 10) = 2, so the second from outside
    true, false = np.arange(10.0, 19.0), np.arange(0.0, 9.0)
    found = Conformal.of(
        np.r_[true, false], np.r_[np.ones(9), np.zeros(9)].astype(int), coverage=0.8
    )
    assert (found.lowest_true, found.highest_false) == (11.0, 7.0)


def test_a_reserve_leaves_some_of_the_misses_unused() -> None:
    # 99 of each class: k = floor(0.05 · 100) = 5, or floor(0.035 · 100) = 3
    scores, labels = np.r_[np.arange(100.0, 199.0), np.arange(99.0)], np.repeat([1, 0], 99)
    assert Conformal.of(scores, labels).lowest_true == 104.0
    kept_back = Conformal.of(scores, labels, reserve=0.3)
    assert (kept_back.lowest_true, kept_back.highest_false) == (102.0, 96.0)
    assert kept_back.coverage == 0.95


def test_too_few_of_a_class_rule_nothing_out() -> None:
    found = Conformal.of(np.array([5.0, 1.0]), np.array([1, 0]), coverage=0.95)
    assert found.answers(-99.0) == (True, False)
    assert found.answers(99.0) == (True, False)


@pytest.mark.parametrize(
    ("score", "answers"), [(-1.0, (False,)), (0.5, (True, False)), (2.0, (True,))]
)
def test_between_the_bounds_both_answers_are_left(score: float, answers: tuple[bool, ...]) -> None:
    assert Conformal(0.95, lowest_true=0.0, highest_false=1.0).answers(score) == answers


def test_what_looks_like_neither_leaves_no_answer() -> None:
    assert Conformal(0.95, lowest_true=1.0, highest_false=0.0).answers(0.5) == ()


@pytest.mark.parametrize("seed", range(5))
def test_both_classes_are_covered_however_rare_one_is(seed: int) -> None:
    rng = np.random.default_rng(seed)
    labels = (rng.random(40_000) < 0.02).astype(int)
    scores = rng.normal(size=40_000) + 1.5 * labels
    found = Conformal.of(scores[:20_000], labels[:20_000])
    true, false = found.kept(scores[20_000:], labels[20_000:], each_their_own(20_000), seed=seed)
    # binomial: about 400 true ones in each half, so 0.95 ± 4 · sqrt(2 · 0.95 · 0.05 / 400) = ± 0.06
    assert abs(true.share - 0.95) < 0.06
    assert abs(false.share - 0.95) < 0.01
    assert 0 < found.single(scores).mean() < 1


def test_one_coverage_over_both_classes_would_give_up_the_rare_one() -> None:
    """The control: 95 % of all are kept by a set that never says "it holds"."""
    labels = np.r_[np.ones(20), np.zeros(980)].astype(int)
    never = Conformal(0.95, lowest_true=np.inf, highest_false=np.inf)
    true, false = never.kept(np.zeros(1000), labels, each_their_own(1000), seed=1)
    assert (true.answer, true.share, true.n) == (True, 0.0, 20)
    assert (false.answer, false.share, false.n) == (False, 1.0, 980)
    assert true.falls_short(0.95)
    assert not false.falls_short(0.95)


def test_a_slice_without_one_class_says_nothing_of_it() -> None:
    bounds = Conformal(0.95, 0.0, 1.0)
    (kept,) = bounds.kept(np.zeros(3), np.zeros(3, dtype=int), each_their_own(3), seed=1)
    assert not kept.answer
    assert not bounds.single(np.zeros(3)).any()


def test_what_hangs_on_few_people_is_not_as_sure_as_its_many_candidates_would_make_it() -> None:
    """Two hubs with 50 candidates each, of which one is missed: 50 % by 100 trials, or by 2."""
    hub = np.repeat([1000, 1001], 50)
    people = pd.DataFrame({"candidate": np.tile(np.arange(100), 2), "entity": np.r_[hub, :100]})
    bounds = Conformal(0.95, lowest_true=0.0, highest_false=0.0)
    scores, labels = np.where(hub == 1000, 1.0, -1.0), np.ones(100, dtype=int)
    (kept,) = bounds.kept(scores, labels, people, seed=1)
    low, high = kept.interval
    assert kept.share == 0.5
    assert high - low > 0.6  # by 100 independent trials (Wilson) it would be 0.40 to 0.60
    assert not kept.falls_short(0.95)


def each_their_own(n: int) -> pd.DataFrame:
    return pd.DataFrame({"candidate": np.arange(n), "entity": np.arange(n)})
