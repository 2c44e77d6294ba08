"""A release: a version of a model that a person approved for use, after a bias audit."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from workbench.domain.case import require_words
from workbench.domain.errors import BadInput


class AuditVerdict(StrEnum):
    PASS = "pass"
    FAIL = "fail"
    INSUFFICIENT = "insufficient"


class ReleaseStatus(StrEnum):
    IN_USE = "in_use"
    SUSPENDED = "suspended"
    RETIRED = "retired"


@dataclass(frozen=True, slots=True, kw_only=True)
class Release:
    """`digest` is the SHA-256 of the model's artifact, `reason` the approver's words.

    Where the audit did not pass, the reason is the written excuse; it must say something.
    """

    id: str
    model: str
    version: int
    digest: str
    run_id: str
    dataset: str
    audit: AuditVerdict
    audit_digest: str
    trained_by: str
    approved_by: str
    approved_at: datetime
    reason: str
    status: ReleaseStatus = ReleaseStatus.IN_USE

    def __post_init__(self) -> None:
        require_words(self.reason, of=f"reason for releasing {self.model} {self.version}")
        if self.trained_by == self.approved_by:
            raise BadInput(
                f"Release {self.id} was trained by the account that approves it; "
                "another person must approve."
            )
