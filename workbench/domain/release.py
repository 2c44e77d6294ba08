"""A release: a version of a model that a person approved for use, after a bias audit."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from workbench.domain.case import require_words
from workbench.domain.errors import BadInput, NotAllowed, NotCleared


class AuditVerdict(StrEnum):
    PASS = "pass"
    FAIL = "fail"
    INSUFFICIENT = "insufficient"


class ReleaseStatus(StrEnum):
    IN_USE = "in_use"
    SUSPENDED = "suspended"
    RETIRED = "retired"

    @property
    def label(self) -> str:
        return self.value.replace("_", " ")


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

    def require_in_use(self) -> None:
        """Raise unless people may work on what this release found.

        Raises
        ------
        NotCleared
            When the release is suspended or retired.
        """
        if self.status is not ReleaseStatus.IN_USE:
            raise NotCleared(
                f"Release {self.id} is {self.status.value}, so nothing it found can be acted on; "
                "a supervisor who did not stop it may restart it."
            )

    def require_not_trainer(self, account_id: str) -> None:
        """Raise when `account_id` trained this release: nobody decides on their own model.

        Raises
        ------
        NotAllowed
            When it did.
        """
        if account_id == self.trained_by:
            raise NotAllowed(
                f"Account {account_id} trained release {self.id}, so it cannot judge or decide on "
                "what that release found; another person must."
            )
