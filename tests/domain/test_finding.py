"""A finding's halves: what cannot be built, and which records are offence facts (duty T1)."""

from dataclasses import replace

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
