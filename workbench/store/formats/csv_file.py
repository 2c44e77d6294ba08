"""Comma-separated text, read strictly: nothing is guessed, every cell stays text."""

import csv
import io
import itertools

import pandas as pd

from workbench.store.formats.refusal import check_header, refusal


def decode(file: str, data: bytes) -> str:
    """UTF-8 text, with or without a byte order mark.

    Raises
    ------
    BadInput
        Codes ``empty``, ``nul`` and ``not_utf8``, the last with a hint of what it may be.
    """
    if not data.strip():
        raise refusal(file, "empty", "it holds nothing; deliver a header and rows.")
    if data.startswith((b"\xff\xfe", b"\xfe\xff")) or data[1:40:2].count(0) > 8:
        raise refusal(file, "not_utf8", "it looks like UTF-16; save it as UTF-8.")
    at = data.find(b"\x00")
    if at >= 0:
        line = data.count(b"\n", 0, at) + 1
        raise refusal(file, "nul", "it holds a NUL byte; take it out.", place=f"line {line}")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        cut = error.end >= len(data) - 3 and error.reason == "unexpected end of data"
        hint = (
            "it was cut inside a character; deliver it whole."
            if cut
            else ("it may be Latin-1 or Windows-1252; save it as UTF-8.")
        )
        raise refusal(file, "not_utf8", hint, place=f"line {line}") from error


def read_csv(file: str, data: bytes, *, separator: str = ",") -> pd.DataFrame:
    """All rows as text, empty cells "". Blank lines are skipped.

    Raises
    ------
    BadInput
        Codes of `decode`, and ``columns`` (another separator), ``csv``, ``ragged``,
        ``field_too_large``, ``dup_header``, ``too_many_columns``, ``empty`` (header only).
    """
    reader = csv.reader(
        io.StringIO(decode(file, data), newline=""), strict=True, delimiter=separator
    )
    try:
        header = next((row for row in reader if row), [])
        _check_separator(file, header, separator)
        names = check_header(file, header)
        rows: list[list[str]] = []
        for row in reader:
            if len(row) != len(names):
                if not row:
                    continue
                raise refusal(
                    file,
                    "ragged",
                    f"this row has {len(row)} cells, the header {len(names)}; mend the row.",
                    place=f"line {reader.line_num}",
                )
            rows.append(row)
    except csv.Error as error:
        raise _csv_refusal(file, str(error), reader.line_num) from error
    if not rows:
        raise refusal(file, "empty", "it has a header and no rows; deliver some.")
    columns = list(itertools.zip_longest(*rows))
    return pd.DataFrame(
        {name: pd.Series(cells, dtype="str") for name, cells in zip(names, columns, strict=True)}
    )


def _check_separator(file: str, header: list[str], separator: str) -> None:
    if len(header) == 1 and any(mark in header[0] for mark in ";\t|," if mark != separator):
        raise refusal(
            file,
            "columns",
            "its header is one column but holds ; or a tab or |; separate columns by commas, or "
            "name the separator in dataset.toml.",
        )


def _csv_refusal(file: str, said: str, line: int) -> Exception:
    place = f"line {line}"
    if "field larger" in said:
        return refusal(
            file, "field_too_large", "one cell is above 131,072 characters; cut it.", place=place
        )
    return refusal(
        file, "csv", "a quote is not closed or stands amid a cell; mend it.", place=place
    )
