"""A case: what an investigation opened, with a purpose and a legal basis."""

from dataclasses import dataclass
from datetime import datetime

from workbench.domain.errors import BadInput

PER_CASE = 4  # candidates that one detection puts forward in a case at most: its readers' budget


def require_words(text: str, *, of: str, at_least: int = 10) -> str:
    """Return `text` stripped, or refuse it when it says nothing.

    Empty, blank, zero-width and one repeated character are nothing.

    Raises
    ------
    BadInput
        With code ``no_words``.
    """
    shown = "".join(c for c in text if c.isprintable() and not c.isspace())
    if len(shown) < at_least or len(set(shown)) < 4:
        raise BadInput(
            f"The {of} needs at least {at_least} characters of words; say it in a sentence.",
            code="no_words",
        )
    return text.strip()


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """``dataset`` names the accepted dataset the case draws on; ``entity_ids`` are its own."""

    id: str
    title: str
    purpose: str
    legal_basis: str
    dataset: str
    opened_at: datetime
    opened_by: str
    entity_ids: tuple[str, ...]

    def __post_init__(self) -> None:
        require_words(self.purpose, of=f"purpose of case {self.id}")
        require_words(self.legal_basis, of=f"legal basis of case {self.id}")
