"""Judgements and decisions: what people said of a finding, before and after the score."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from workbench.domain.case import require_words
from workbench.domain.errors import BadInput


class Verdict(StrEnum):
    SUPPORTED = "supported"
    NOT_SUPPORTED = "not_supported"
    ALREADY_KNOWN = "already_known"
    NOT_RELEVANT = "not_relevant"
    CANNOT_TELL = "cannot_tell"

    @property
    def label(self) -> str:
        return self.value.replace("_", " ")


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """What a person thought from the records alone, sealed before score and explanation.

    `confidence` is a whole number from 0 (a guess) to 100 (certain).
    """

    finding_id: str
    finding_digest: str
    verdict: Verdict
    confidence: int
    reason: str
    judged_by: str
    judged_at: datetime

    def __post_init__(self) -> None:
        if type(self.confidence) is not int:
            raise BadInput("A confidence is a whole number from 0 to 100; give one.")
        if not 0 <= self.confidence <= 100:
            raise BadInput(
                f"Confidence {self.confidence} is outside 0 to 100; give a whole number in it."
            )
        require_words(self.reason, of="reason of the judgement", at_least=5)


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """What a person said of a finding once they had judged it and seen why it was found."""

    id: str
    finding_id: str
    finding_digest: str
    verdict: Verdict
    reason: str
    decided_by: str
    decided_at: datetime
    shown_digest: str

    def __post_init__(self) -> None:
        require_words(self.reason, of="reason of the decision", at_least=10)
