"""How often the true cause is among the stated reasons, beside what chance would reach."""

from dataclasses import replace

import builders
import numpy as np
import pytest

from workbench.analysis.truth_scores import reasons_right, true_and_forward
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


def test_shares_have_the_mapped_ones_as_their_denominator() -> None:
    right = explained("a", "b", "c", "d", stable=1)
    none = explained("a", "b", "c", "d", stable=0)
    found = reasons_right(
        [right, right, none, None, right],
        [frozenset({"a", "z"}), frozenset({"b"}), frozenset({"a"}), frozenset({"a"}), frozenset()],
    )
    assert (found.n_found, found.n_mapped, found.n_stated, found.n_right) == (5, 4, 2, 1)
    assert found.n_withheld == 1
    assert found.share == 0.25
    # one of four drawn blindly, twice; nothing drawn where none stands out, nothing where withheld
    assert found.by_chance == pytest.approx((0.25 + 0.25 + 0 + 0) / 4)
    low, high = found.interval()
    assert low < 0.25 < high


def test_three_drawn_of_four_miss_one_cause_in_a_quarter() -> None:
    found = reasons_right([explained("a", "b", "c", "d", stable=3)], [frozenset({"d"})])
    assert found.n_right == 0
    assert found.by_chance == pytest.approx(0.75)


def test_a_group_that_holds_the_cause_names_it() -> None:
    one = explained("a", "b", stable=2)
    together = replace(one, reasons=(builders.reason(*one.effects),))
    assert reasons_right([together], [frozenset({"b"})]).n_right == 1


def test_without_a_mapped_one_there_is_no_share() -> None:
    found = reasons_right([explained("a", stable=1)], [frozenset()])
    assert found.as_json()["share"] is None
    assert np.isnan(found.measures()["reasons_right"])


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
    found = reasons_right([sided], [frozenset({"b"})])
    assert found.n_right == 0
    assert found.by_chance == pytest.approx(0.5)  # one drawn of a and b
