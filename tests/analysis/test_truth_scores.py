"""How well stated reasons name the true cause, beside reasons that explain nothing."""

from dataclasses import replace

import builders
import numpy as np
import pandas as pd
import pytest

from workbench.analysis.truth_scores import ReasonsRight, reasons_right, true_and_forward
from workbench.domain.finding import Explanation


def explained(*names: str, stable: int) -> Explanation:
    """Four reasons of one feature each for the claim; the first `stable` are stated."""
    made = builders.assessment("F-1").explanation
    assert made is not None
    effects = tuple(
        replace(made.effects[0], feature=name, label=name, effect=4.0 - k,
                stable_share=1.0 if k < stable else 0.0)
        for k, name in enumerate(names)
    )  # fmt: skip
    return replace(
        made,
        effects=effects,
        reasons=tuple(builders.reason(effect) for effect in effects),
        output=made.base_value + sum(e.effect for e in effects),
    )


def alone(n: int) -> pd.DataFrame:
    """Each of n candidates is about a person of its own."""
    return pd.DataFrame({"candidate": range(n), "entity": range(n)})


def scored(explained: list[Explanation | None], causes: list[frozenset[str]]) -> ReasonsRight:
    return reasons_right(explained, causes, alone(len(causes)), seed=1)


def test_shares_have_the_mapped_ones_as_their_denominator() -> None:
    right = explained("a", "b", "c", "d", stable=1)
    none = explained("a", "b", "c", "d", stable=0)
    found = scored(
        [right, right, none, None, right],
        [frozenset({"a", "z"}), frozenset({"b"}), frozenset({"a"}), frozenset({"a"}), frozenset()],
    )
    assert (found.n_found, found.n_mapped, found.n_stated, found.n_right) == (5, 4, 2, 1)
    assert found.n_withheld == 1
    assert found.share == 0.25
    # one of four drawn blindly, twice; nothing drawn where none stands out, nothing where withheld
    assert found.blind.share == pytest.approx((0.25 + 0.25 + 0 + 0) / 4)
    low, high = found.intervals["share"]
    assert low < 0.25 < high


def test_three_drawn_of_four_miss_one_cause_in_a_quarter() -> None:
    found = scored([explained("a", "b", "c", "d", stable=3)], [frozenset({"d"})])
    assert found.n_right == 0
    assert found.blind.share == pytest.approx(0.75)


def test_a_group_that_holds_the_cause_names_it() -> None:
    one = explained("a", "b", stable=2)
    together = replace(one, reasons=(builders.reason(*one.effects),))
    assert scored([together], [frozenset({"b"})]).n_right == 1


def test_recall_precision_and_f1_are_means_over_candidates() -> None:
    # a and b stated of a and c: 1 of 2 causes, 1 of 2 reasons; a stated of a, b and c: 1 of 3, all
    found = scored(
        [explained("a", "b", "c", stable=2), explained("a", "b", "c", stable=1)],
        [frozenset("ac"), frozenset("abc")],
    )
    assert found.stated.recall == pytest.approx((1 / 2 + 1 / 3) / 2)
    assert found.stated.precision == pytest.approx((1 / 2 + 1) / 2)
    assert found.stated.f1 == pytest.approx((2 / 4 + 2 / 4) / 2)
    # blindly: 2 of 3 and 1 of 3 drawn, so 2 * 2 / 3 and 1 of the causes are hit on average
    assert found.blind.f1 == pytest.approx((2 * (4 / 3) / 4 + 2 * 1 / 4) / 2)


def test_one_sentence_said_of_all_is_as_good_where_the_cause_is_always_the_same() -> None:
    """The share alone would read as a triumph."""
    same = [explained("a", "b", stable=1) for _ in range(6)]
    found = scored(list(same), [frozenset("a")] * 6)
    assert (found.share, found.stated.f1) == (1.0, 1.0)
    assert found.constant_features == ("a",)
    assert (found.constant.f1, found.shuffled.f1) == (1.0, 1.0)
    assert found.verdict("blind") == "better"
    assert found.verdict("constant") == "not told apart"
    assert found.verdict("shuffled") == "not told apart"
    assert np.isnan(found.told_apart)
    assert found.as_json()["told_apart"] == {"value": None, "interval": None}


def test_reasons_that_follow_the_cause_beat_the_constant_and_the_shuffled_ones() -> None:
    of_a, of_b = explained("a", "b", stable=1), explained("b", "a", stable=1)
    of_b = replace(of_b, effects=of_b.effects[::-1], reasons=of_b.reasons[::-1])
    found = scored([of_a, of_b] * 10, [frozenset("a"), frozenset("b")] * 10)
    assert found.stated.f1 == 1.0
    assert found.constant.f1 == pytest.approx(2 / 3)  # both, said of all: one of two is right
    assert found.shuffled.f1 == pytest.approx(9 / 19)  # of 19 others, 9 have the same cause
    assert found.told_apart == 1.0
    assert found.verdict("constant") == found.verdict("shuffled") == "better"
    low, high = found.intervals["over_shuffled"]
    assert low < 10 / 19 < high


def test_reasons_that_run_against_the_cause_are_worse() -> None:
    of_a, of_b = explained("a", "b", stable=1), explained("b", "a", stable=1)
    of_b = replace(of_b, effects=of_b.effects[::-1], reasons=of_b.reasons[::-1])
    found = scored([of_a, of_b] * 10, [frozenset("b"), frozenset("a")] * 10)
    assert found.told_apart == 0.0
    assert found.verdict("constant") == found.verdict("shuffled") == "worse"


def test_a_size_that_is_the_same_for_all_tells_nothing_apart() -> None:
    """However large, an effect that does not move with its cause reaches one half."""
    one = explained("a", "b", stable=1)
    found = scored([one, one, one, one], [frozenset(c) for c in ("a", "a", "b", "ab")])
    assert found.told_apart == 0.5


def test_shared_people_widen_the_interval() -> None:
    of_a, of_b = explained("a", "b", stable=1), explained("b", "a", stable=1)
    of_b = replace(of_b, effects=of_b.effects[::-1], reasons=of_b.reasons[::-1])
    said, causes = [of_a, of_b] * 20, [frozenset("a")] * 40
    few = pd.DataFrame({"candidate": range(40), "entity": [i % 4 for i in range(40)]})
    narrow = scored(list(said), causes).intervals["share"]
    wide = reasons_right(said, causes, few, seed=1).intervals["share"]
    assert wide[1] - wide[0] > 1.5 * (narrow[1] - narrow[0])


def test_without_a_mapped_one_there_is_no_share() -> None:
    found = scored([explained("a", stable=1)], [frozenset()])
    assert found.as_json()["share"] is None
    assert np.isnan(found.measures()["reasons_right"])
    assert found.verdict("constant") == "not told apart"


def test_only_true_ones_that_were_put_forward_are_scored() -> None:
    rows = true_and_forward(np.array([1, 1, 0]), np.array([0.9, 0.1, 0.9]), 0.5)
    assert rows.tolist() == [0]


def test_blind_reasons_are_drawn_from_those_that_raised_the_score() -> None:
    """Stated reasons for a claim are ranked on their side, so chance may know the side, too."""
    made = explained("a", "b", "c", "d", stable=1)
    effects = tuple(
        replace(e, effect=-e.effect if e.feature in ("c", "d") else e.effect) for e in made.effects
    )
    sided = replace(
        made,
        effects=effects,
        reasons=tuple(builders.reason(effect) for effect in effects),
        output=made.base_value + sum(e.effect for e in effects),
    )
    found = scored([sided], [frozenset({"b"})])
    assert found.n_right == 0
    assert found.blind.share == pytest.approx(0.5)  # one drawn of a and b
