"""A finding's halves: what cannot be built, and which records are offence facts (duty T1)."""

from dataclasses import replace
from typing import Any

import builders
import pytest

from workbench.domain.entity import LinkKind
from workbench.domain.errors import Withheld
from workbench.domain.finding import Explanation, Subgraph


def explanation() -> Explanation:
    made = builders.assessment("F-1").explanation
    assert made is not None
    return made


def test_parts_add_up_to_the_models_own_output() -> None:
    # base 0.2 + effect 0.3 = 0.5
    assert explanation().residual == pytest.approx(0.0, abs=1e-12)
    assert replace(explanation(), output=0.5 + 5e-7).output == 0.5 + 5e-7


@pytest.mark.parametrize("output", [0.5 + 2e-6, 0.4, float("nan"), float("inf")])
def test_an_explanation_that_misses_the_model_cannot_be_built(output: float) -> None:
    with pytest.raises(Withheld, match="misses the model's output"):
        replace(explanation(), output=output)


@pytest.mark.parametrize(("share", "stands"), [(0.79, False), (0.8, True), (1.0, True)])
def test_a_reason_stands_out_when_it_stays_in_four_of_five_refits(
    share: float, stands: bool
) -> None:
    reason = replace(explanation().reasons[0], stable_share=share)
    assert replace(explanation(), reasons=(reason,)).stands_out is stands


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"method": " "}, "names no method"),
        ({"n_refits": 0}, "stable over 0 refits"),
        ({"n_refits": 19}, "stable over 19 refits, and 20 are the least"),
        ({"n_refits": -1}, "rests on -1 refits"),
    ],
)
def test_an_explanation_says_how_it_was_made_and_calls_nothing_stable_over_few_refits(
    changed: dict[str, Any], said: str
) -> None:
    with pytest.raises(Withheld, match=said):
        replace(explanation(), **changed)


def test_an_explanation_of_few_refits_has_no_stable_reason() -> None:
    unstable = replace(explanation().reasons[0], stable_share=0.5)
    assert not replace(explanation(), n_refits=3, reasons=(unstable,)).stands_out


@pytest.mark.parametrize("share", [9.0, -0.1, float("nan")])
def test_a_stability_is_a_share(share: float) -> None:
    made = explanation()
    for part in (made.effects[0], made.reasons[0]):
        with pytest.raises(Withheld, match="stability is"):
            replace(part, stable_share=share)


def test_the_interval_of_an_effect_is_in_order() -> None:
    made = explanation()
    for part in (made.effects[0], made.reasons[0]):
        with pytest.raises(Withheld, match=r"runs from 0\.4 to 0\.2"):
            replace(part, interval=(0.4, 0.2))


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"probability": 7.0}, "the probability is 7, not from 0 to 1"),
        ({"probability": float("nan")}, "the probability is nan"),
        ({"threshold": -0.1}, "the threshold is -0.1"),
        ({"coverage": 1.5}, "the coverage is 1.5"),
        ({"interval": (0.7, 0.5)}, "the interval runs from 0.7 to 0.5"),
        ({"interval": (0.5, 1.2)}, "an end of the interval is 1.2"),
        ({"interval": None}, "rests on refits that gave no interval"),
        ({"answers": (True, True)}, "answers are .True, True., not each answer at most once"),
        ({"proposed": False}, "otherwise than its threshold"),
        ({"score": 0.6}, "the output that is explained is not the score"),
        ({"position": {"calls": 1.1}}, "the position of calls is 1.1"),
    ],
)
def test_an_assessment_that_contradicts_itself_cannot_be_built(
    changed: dict[str, Any], said: str
) -> None:
    with pytest.raises(Withheld, match=rf"finding F-1 cannot be shown: .*{said}"):
        replace(builders.assessment("F-1"), **changed)


def test_a_withheld_explanation_may_come_without_an_interval() -> None:
    made = replace(
        builders.assessment("F-1"), explanation=None, withheld="It missed.", interval=None
    )
    assert made.interval is None


def test_reasons_share_the_effects_out_each_once() -> None:
    made = explanation()
    (reason,) = made.reasons
    for wrong in ((), (reason, reason), (replace(reason, effect=0.4),)):
        with pytest.raises(Withheld, match="not its effects summed"):
            replace(made, reasons=wrong)


@pytest.mark.parametrize(
    ("answers", "cannot"), [((True,), False), ((False,), False), ((True, False), True), ((), True)]
)
def test_the_model_cannot_tell_unless_one_answer_is_left(
    answers: tuple[bool, ...], cannot: bool
) -> None:
    assert replace(builders.assessment("F-1"), answers=answers).cannot_tell is cannot


def test_an_assessment_has_an_explanation_or_says_why_not_and_never_both() -> None:
    made = builders.assessment("F-1")
    with pytest.raises(Withheld, match="exactly one"):
        replace(made, explanation=None)
    with pytest.raises(Withheld, match="exactly one"):
        replace(made, withheld="It missed the model.")
    assert replace(made, explanation=None, withheld="It missed the model.").explanation is None


def test_an_offence_fact_is_a_verified_record_that_ties_somebody_to_an_offence_t1() -> None:
    claim = builders.claim("F-1", (builders.record("R1"), builders.record("R2", grade="A1")))
    assert [r.id for r in claim.offence_facts] == ["R1"]  # R2 ties nobody to an offence


@pytest.mark.parametrize("grade", ["C1", "X2", "A3", "B4"])
def test_a_record_of_weak_grade_is_no_offence_fact_t1(grade: str) -> None:
    assert builders.claim("F-1", (builders.record("R1", grade=grade),)).offence_facts == ()


def test_a_tie_that_is_no_involvement_in_an_offence_is_no_offence_fact_t1() -> None:
    claim = builders.claim("F-1")
    (tie,) = claim.subgraph.links
    lives_at = replace(tie, kind=LinkKind.LIVES_AT)
    other = replace(claim, subgraph=Subgraph(entities=(), links=(lives_at,)))
    assert other.offence_facts == ()


def test_a_claim_says_how_many_records_of_its_picture_it_does_not_hold() -> None:
    whole = builders.claim("F-1")
    assert whole.n_left_out == 0
    entities = tuple(replace(e, record_id=f"R-{e.id}") for e in whole.subgraph.entities)
    cut = replace(whole, subgraph=replace(whole.subgraph, entities=entities))
    assert cut.n_left_out == 3  # R1 carries the link and is there
