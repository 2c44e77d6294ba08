"""A record: one row as a source delivered it, with its origin, grades and handling code."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from workbench.domain.errors import BadInput

# Columns of `content` that a record carries as fields of its own, shown beside it already.
OWN_COLUMNS = frozenset(
    {
        "id",
        "member_state",
        "source",
        "source_grade",
        "information_grade",
        "handling",
        "occurred_at",
        "known_at",
    }
)


class SourceGrade(StrEnum):
    """How reliable the source is (the 4×4 grading in use between European police forces)."""

    A = "A"
    B = "B"
    C = "C"
    X = "X"

    @property
    def meaning(self) -> str:
        return {
            "A": "no doubt about the source",
            "B": "the source was reliable in most instances",
            "C": "the source was unreliable in most instances",
            "X": "the source cannot be assessed",
        }[self.value]


class InformationGrade(StrEnum):
    """How sure the information is."""

    CERTAIN = "1"
    FIRST_HAND = "2"
    CORROBORATED = "3"
    UNCONFIRMED = "4"

    @property
    def meaning(self) -> str:
        return {
            "1": "known to be true without reservation",
            "2": "known personally to the source, not to the officer passing it on",
            "3": "not known personally to the source, but corroborated",
            "4": "not known personally to the source, and not corroborated",
        }[self.value]


class HandlingCode(StrEnum):
    """What may be done with a record. H1 to H3 may combine; they are not a ladder."""

    H0 = "H0"
    H1 = "H1"
    H2 = "H2"
    H3 = "H3"

    @property
    def meaning(self) -> str:
        return {
            "H0": "for preventing and combating crime",
            "H1": "not in judicial proceedings without the provider's permission",
            "H2": "no dissemination without the provider's permission",
            "H3": "other conditions, stated in words",
        }[self.value]


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """One row as delivered. ``content`` is what the source wrote, column by column."""

    id: str
    kind: str
    member_state: str
    source: str
    source_grade: SourceGrade
    information_grade: InformationGrade
    handling: tuple[HandlingCode, ...]
    occurred_at: datetime | None
    known_at: datetime
    content: dict[str, str]

    def __post_init__(self) -> None:
        if not self.handling:
            raise BadInput(f"Record {self.id} has no handling code; give H0 or one of H1 to H3.")
        if self.known_at.tzinfo is None:
            raise BadInput(f"Record {self.id} has a time without zone; give it in UTC.")

    @property
    def grade(self) -> str:
        """The grade and handling code as they stand beside every record: ``B2 · H1``."""
        codes = "+".join(self.handling)
        return f"{self.source_grade}{self.information_grade} · {codes}"

    @property
    def said(self) -> dict[str, str]:
        """What the source wrote beyond origin, grades and times; empty cells left out."""
        return {k: v for k, v in self.content.items() if v and k not in OWN_COLUMNS}

    @property
    def is_verified_fact(self) -> bool:
        """True for a reliable source (A, B) that knew it for certain or first hand (1, 2)."""
        return self.source_grade in "AB" and self.information_grade in "12"
