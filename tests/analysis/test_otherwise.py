"""What would change the result: only what could turn out otherwise, and never against itself."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from workbench.analysis.grouping import Groups
from workbench.analysis.otherwise import NOTHING, Supposing, unless
from workbench.analysis.wording import Peers, Words
from workbench.domain.finding import Effect, Explanation, Reason, Space

WORDS = (
    Words("calls", "calls", "calls", "How many calls the two had.", "the two had {}"),
    Words("places", "places", "places", "How many places.", "both were at {}"),
)
ALONE = ((0,), (1,))
EVERY = np.column_stack([np.arange(101.0), np.arange(101.0)])
ROW = np.array([60.0, 3.0])
Probability = Callable[[np.ndarray], np.ndarray]


def supposing(groups: Groups = ALONE, **given: object) -> Supposing:
    made = Supposing(
        words=WORDS,
        peers=Peers.of(EVERY),
        groups=groups,
        signs=tuple((1,) * len(group) for group in groups),
        background=EVERY,
        fixed=frozenset(),
        at_most={},
    )
    return replace(made, **given)  # type: ignore[arg-type]


def explained(groups: Groups, *effects: float, stable: tuple[float, ...]) -> Explanation:
    """Each group's effect is spread evenly over its features."""
    each = {j: e / len(g) for g, e in zip(groups, effects, strict=True) for j in g}
    names = {j: WORDS[j].name for j in each}
    return Explanation(
        method="by hand",
        space=Space.LOG_ODDS,
        base_value=0.0,
        effects=tuple(
            Effect(
                feature=names[j],
                label=names[j],
                value=1.0,
                usual=None,
                unit="points",
                effect=each[j],
                interval=None,
                reason="",
                sentence="",
                stable_share=1.0,
            )
            for j in sorted(each)
        ),
        reasons=tuple(
            Reason(
                label="",
                features=tuple(names[j] for j in group),
                effect=effect,
                interval=None,
                sentence="",
                stable_share=share,
            )
            for group, effect, share in zip(groups, effects, stable, strict=True)
        ),
        output=sum(effects),
        background="",
        background_digest="",
        n_refits=20,
    )


BOTH = explained(ALONE, 2.0, 1.0, stable=(1.0, 1.0))


def of_calls(rows: np.ndarray) -> np.ndarray:
    return rows[:, 0] / 100


def of_either(rows: np.ndarray) -> np.ndarray:
    return np.where((rows[:, 0] < 40) | (rows[:, 1] > 50), 0.1, 0.9)


def test_it_is_the_nearest_value_that_crosses_in_a_sentence_one_can_read() -> None:
    said = unless(of_calls, ROW, 0.5, supposing=supposing(), explanation=BOTH)
    assert said == ("If the two had only 49 calls (now 60), it would no longer be put forward.",)


def test_what_was_not_put_forward_says_what_would_bring_it_forward() -> None:
    row = np.array([10.0, 3.0])
    said = unless(of_calls, row, 0.5, supposing=supposing(), explanation=BOTH)
    assert said == ("If the two had 50 calls (now 10), it would be put forward.",)


def test_what_is_fixed_is_never_supposed_otherwise_nor_what_goes_with_it() -> None:
    fixed = supposing(fixed=frozenset({"calls"}))
    assert unless(of_calls, ROW, 0.5, supposing=fixed, explanation=BOTH) == (NOTHING,)
    together = ((0, 1),)
    made = explained(together, 3.0, stable=(1.0,))
    grouped = supposing(together, fixed=frozenset({"places"}))
    assert unless(of_calls, ROW, 0.5, supposing=grouped, explanation=made) == (NOTHING,)


def test_what_goes_together_moves_as_it_occurred_together() -> None:
    """Calls fall as places rise: 10 calls and 3 places never occurred, 10 and 90 did; and once 12
    and 39, where both fell."""
    together = ((0, 1),)
    occurred = np.array([[60.0, 40.0], [30.0, 70.0], [10.0, 90.0], [12.0, 39.0]])
    said = unless(
        lambda rows: np.where(rows[:, 0] < 20, 0.1, 0.9),
        np.array([60.0, 40.0]),
        0.5,
        supposing=supposing(together, background=occurred, signs=((1, -1),)),
        explanation=explained(together, 3.0, stable=(1.0,)),
    )
    assert said == (
        "If the two had only 10 calls (now 60) and both were at 90 places (now 40), it would no "
        "longer be put forward.",
    )


def test_a_part_never_exceeds_its_whole() -> None:
    bound = supposing(at_most={"places": "calls"})
    row = np.array([60.0, 55.0])
    wanted: Probability = lambda rows: np.where(rows[:, 0] < 50, 0.1, 0.9)  # noqa: E731
    # fewer than 55 calls would leave more places than calls
    assert unless(wanted, row, 0.5, supposing=bound, explanation=BOTH) == (NOTHING,)
    free = unless(wanted, row, 0.5, supposing=supposing(), explanation=BOTH)
    assert free[0].startswith("If the two had only 49 calls")


@pytest.mark.parametrize("stable", [0.79, 0.0])
def test_a_reason_that_refits_disagree_on_is_supposed_otherwise_and_called_so(
    stable: float,
) -> None:
    made = explained(ALONE, 2.0, 1.0, stable=(stable, 1.0))
    (said,) = unless(of_calls, ROW, 0.5, supposing=supposing(), explanation=made)
    assert said == (
        "If the two had only 49 calls (now 60), it would no longer be put forward (refits disagree "
        "on this reason)."
    )


def test_reasons_that_outlast_refits_come_before_those_that_do_not() -> None:
    made = explained(ALONE, 2.0, 1.0, stable=(0.5, 1.0))
    row = np.array([41.0, 50.0])
    first, second = unless(of_either, row, 0.5, supposing=supposing(), explanation=made)
    assert first.startswith("If both were at 51 places")
    assert second.endswith("(refits disagree on this reason).")


def test_stated_reasons_come_before_others_that_outlast_refits() -> None:
    # places weigh under a twentieth of all: stable, and too small to be stated
    made = explained(ALONE, 2.0, 0.05, stable=(1.0, 1.0))
    row = np.array([41.0, 50.0])
    first, second = unless(of_either, row, 0.5, supposing=supposing(), explanation=made)
    assert first.startswith("If the two had only 39 calls")  # two ranks away
    assert second.startswith("If both were at 51 places")  # one rank away


def test_for_what_was_put_forward_what_raised_the_score_comes_first() -> None:
    # places hold it up, by too little to be stated; calls are stated against it
    made = explained(ALONE, -2.0, 0.05, stable=(1.0, 1.0))
    row = np.array([41.0, 50.0])
    first, second = unless(of_either, row, 0.5, supposing=supposing(), explanation=made)
    assert first.startswith("If both were at 51 places")
    assert second == "If the two had only 39 calls (now 41), it would no longer be put forward."
    row = np.array([10.0, 3.0])
    said = unless(of_calls, row, 0.5, supposing=supposing(), explanation=made)
    assert said == ("If the two had 50 calls (now 10), it would be put forward.",)


def test_without_an_explanation_the_served_model_is_asked_of_everything() -> None:
    said = unless(of_calls, ROW, 0.5, supposing=supposing(), explanation=None)
    assert said[0].startswith("If the two had only 49 calls")


def test_what_has_no_value_is_not_supposed_to_have_one() -> None:
    row = np.array([np.nan, 3.0])
    wanted: Probability = lambda rows: np.where(rows[:, 0] < 50, 0.1, 0.9)  # noqa: E731
    assert unless(wanted, row, 0.5, supposing=supposing(), explanation=BOTH) == (NOTHING,)
