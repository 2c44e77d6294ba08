"""A judgement and a decision say something, or they cannot be built."""

from datetime import UTC, datetime
from typing import Any

import pytest

from workbench.domain.decision import Decision, Judgement, Verdict
from workbench.domain.errors import BadInput

AT = datetime(2026, 1, 31, 9, 30, tzinfo=UTC)
NOTHING = ["", "     ", "\u200b" * 30, "............", "aaaaaaaaaaaa", "\n\t \n"]


def judgement(*, confidence: int = 50, reason: str = "The dates agree.") -> Judgement:
    return Judgement(
        finding_id="F-1",
        finding_digest="ab" * 32,
        verdict=Verdict.SUPPORTED,
        confidence=confidence,
        reason=reason,
        judged_by="P-1",
        judged_at=AT,
    )


def decision(reason: str) -> Decision:
    return Decision(
        id="D-1",
        finding_id="F-1",
        finding_digest="ab" * 32,
        verdict=Verdict.SUPPORTED,
        reason=reason,
        decided_by="P-1",
        decided_at=AT,
        shown_digest="ab" * 32,
    )


@pytest.mark.parametrize("reason", NOTHING)
def test_no_judgement_and_no_decision_without_a_reason_in_words(reason: str) -> None:
    with pytest.raises(BadInput, match="reason of the judgement"):
        judgement(reason=reason)
    with pytest.raises(BadInput, match="reason of the decision"):
        decision(reason)


def test_a_short_reason_in_words_is_enough() -> None:
    assert judgement(reason="dates").reason == "dates"
    assert decision("dates agree").reason == "dates agree"


@pytest.mark.parametrize("confidence", ["70", 70.5, None, True])
def test_confidence_is_a_whole_number(confidence: Any) -> None:
    with pytest.raises(BadInput, match="whole number from 0 to 100"):
        judgement(confidence=confidence)


@pytest.mark.parametrize("confidence", [-1, 101, 1000])
def test_confidence_is_from_0_to_100(confidence: int) -> None:
    with pytest.raises(BadInput, match=f"Confidence {confidence}"):
        judgement(confidence=confidence)


@pytest.mark.parametrize("confidence", [0, 100])
def test_a_guess_and_certainty_are_both_allowed(confidence: int) -> None:
    assert judgement(confidence=confidence).confidence == confidence


def test_there_are_five_verdicts() -> None:
    assert [v.label for v in Verdict] == [
        "supported",
        "not supported",
        "already known",
        "not relevant",
        "cannot tell",
    ]
