"""How an unreadable file is refused: one sentence with code and place, nothing of its content."""

from workbench.domain.errors import BadInput

MAX_COLUMNS = 1_000
MAX_BYTES = 2_000_000_000


def refusal(file: str, code: str, what: str, *, place: str = "") -> BadInput:
    """The error for `file`; `what` says what is wrong and what to do, ending in a full stop."""
    at = f"{code}:{place}" if place else code
    return BadInput(
        f"File {shown(file)} was refused ({at}): {what}", code=code, place=place or file
    )


def shown(name: str) -> str:
    """A file's name with everything that could mislead a reader escaped, at most 80 characters."""
    plain = "".join(c if c.isascii() and c.isprintable() else f"\\u{ord(c):04x}" for c in name)
    return plain if len(plain) <= 80 else f"{plain[:77]}..."


def check_header(file: str, header: list[str]) -> list[str]:
    """Column names, stripped; one blank one, as row numbers have it, is called ``column_1``.

    Raises
    ------
    BadInput
        Codes ``dup_header`` and ``too_many_columns``.
    """
    if len(header) > MAX_COLUMNS:
        raise refusal(
            file,
            "too_many_columns",
            f"it has {len(header)} columns, at most {MAX_COLUMNS} are read; leave some out.",
        )
    names = [cell.strip() or f"column_{i + 1}" for i, cell in enumerate(header)]
    twice = sorted({i + 1 for i, name in enumerate(names) if name in names[:i]})
    if twice or sum(not cell.strip() for cell in header) > 1:
        where = f"column {twice[0]}" if twice else "blank columns"
        raise refusal(
            file, "dup_header", "two columns have one name; give each its own.", place=where
        )
    return names
