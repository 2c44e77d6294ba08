"""How an unreadable file is refused: one sentence with code and place, nothing of its content."""

import re

from workbench.domain.errors import BadInput

MAX_COLUMNS = 1_000
MAX_BYTES = 2_000_000_000
MAX_CELLS = 100_000_000
MAX_CHARACTERS = 131_072  # of one cell
_UNFIT = re.compile("[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]")


def refusal(file: str, code: str, what: str, *, place: str = "") -> BadInput:
    """The error for `file`; `what` says what is wrong and what to do, ending in a full stop."""
    at = f"{code}:{place}" if place else code
    return BadInput(
        f"File {shown(file)} was refused ({at}): {what}", code=code, place=place or shown(file)
    )


def shown(name: str) -> str:
    """A file's name with everything that could mislead a reader escaped, at most 80 characters."""
    plain = "".join(c if c.isascii() and c.isprintable() else f"\\u{ord(c):04x}" for c in name[:81])
    return plain if len(plain) <= 80 else f"{plain[:77]}..."


def too_large_cell(file: str, *, place: str) -> BadInput:
    """The error for a cell beyond `MAX_CHARACTERS`."""
    what = f"one cell is above {MAX_CHARACTERS:,} characters; cut it."
    return refusal(file, "field_too_large", what, place=place)


def check_header(file: str, header: list[str]) -> list[str]:
    """Column names, blanks around and line breaks within taken out.

    One blank name, as row numbers have it, becomes ``column_1``.

    Raises
    ------
    BadInput
        Codes ``dup_header``, ``too_many_columns``, ``control_or_bidi`` and ``field_too_large``.
    """
    if len(header) > MAX_COLUMNS:
        raise refusal(
            file,
            "too_many_columns",
            f"it has {len(header)} columns, at most {MAX_COLUMNS} are read; leave some out.",
        )
    seen: set[str] = set()
    names = []
    for number, cell in enumerate(header, start=1):
        place = f"column {number}"
        if len(cell) > MAX_CHARACTERS:
            raise too_large_cell(file, place=place)
        name = " ".join(cell.split()) or f"column_{number}"
        if _UNFIT.search(name):
            what = "a column's name holds a control character or turns the direction of reading."
            raise refusal(file, "control_or_bidi", what, place=place)
        if name in seen:
            what = "two columns have one name; give each its own."
            raise refusal(file, "dup_header", what, place=place)
        seen.add(name)
        names.append(name)
    if sum(not cell.strip() for cell in header) > 1:
        what = "two columns have no name; give each its own."
        raise refusal(file, "dup_header", what, place="blank columns")
    return names
