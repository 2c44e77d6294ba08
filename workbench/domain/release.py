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
class Margin:
    """The gap between groups, as a share, from which an audit fails, and whom it harms and why.

    `own` says that the gap is the one that comes with the model.
    """

    gap: float
    harm: str
    own: bool

    def __post_init__(self) -> None:
        require_words(self.harm, of=f"harm that a gap beyond the margin of {self.gap:g} does")

    @classmethod
    def chosen(
        cls, own_gap: float, own_harm: str, *, gap: float | None = None, harm: str = ""
    ) -> "Margin":
        """The model's own, unless another `gap` is named: then `harm` says why."""
        own = gap is None or gap == own_gap
        said = own_harm if own and not harm.strip() else harm
        return cls(gap=own_gap if gap is None else gap, harm=said.strip(), own=own)


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
