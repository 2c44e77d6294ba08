"""Comma-separated text, read strictly: nothing is guessed, every cell stays text."""

import csv
from collections.abc import Iterator
from typing import Any

import pandas as pd

from workbench.domain.errors import BadInput
from workbench.store.formats.refusal import check_header, refusal, too_large_cell
from workbench.store.formats.text_columns import CHARACTERS, ROWS, TextColumns
from workbench.store.formats.text_stream import Lines, Readable, texts


def read_csv(file: str, stream: Readable, *, separator: str = ",") -> pd.DataFrame:
    """All rows as text, empty cells "". Blank lines are skipped.

    Raises
    ------
    BadInput
        Codes of `texts` and `check_header`, and ``columns`` (another separator), ``csv``,
        ``ragged``, ``field_too_large``, ``too_large``, ``empty`` (header only).
    """
    lines = Lines(file, texts(file, stream))
    reader = csv.reader(lines, strict=True, delimiter=separator)
    rows = _strictly(file, reader)
    header = next((row for row in rows if not _is_blank(row)), [])
    _check_separator(file, header, separator)
    names = check_header(file, header)
    kept, block, given = TextColumns(file), list[list[str]](), 0
    for row in rows:
        if len(row) != len(names):
            if _is_blank(row):
                continue
            what = f"this row has {len(row)} cells, the header {len(names)}; mend the row."
            raise refusal(file, "ragged", what, place=f"line {reader.line_num}")
        block.append(row)
        if len(block) >= ROWS or lines.n_characters - given > CHARACTERS:
            _add(kept, names, block)
            block, given = [], lines.n_characters
    _add(kept, names, block)
    return kept.frame()


def _add(kept: TextColumns, names: list[str], rows: list[list[str]]) -> None:
    if rows:
        columns = zip(*rows, strict=True)
        kept.add(dict(zip(names, columns, strict=True)), n_rows=len(rows))


def _is_blank(row: list[str]) -> bool:
    return len(row) <= 1 and not "".join(row).strip()


def _strictly(file: str, reader: Any) -> Iterator[list[str]]:
    """Rows of the reader, its errors told with the line where the row began."""
    begun = 1
    try:
        for row in reader:
            yield row
            begun = reader.line_num + 1
    except csv.Error as error:
        raise _csv_refusal(file, str(error), begun, reader.line_num) from error


def _check_separator(file: str, header: list[str], separator: str) -> None:
    if len(header) == 1 and any(mark in header[0] for mark in ";\t|," if mark != separator):
        raise refusal(
            file,
            "columns",
            "its header is one column but holds ; or a tab or |; save it with commas between "
            "columns or, where it belongs to a dataset, name the separator in dataset.toml.",
        )


def _csv_refusal(file: str, said: str, begun: int, line: int) -> BadInput:
    if "field larger" in said and begun == line:
        return too_large_cell(file, place=f"line {line}")
    if "field larger" in said:
        what = "a cell that begins here is too large, or its quote is not closed; mend it."
        return refusal(file, "field_too_large", what, place=f"line {begun}")
    what = "a quote is not closed or stands amid a cell; mend it."
    return refusal(file, "csv", what, place=f"line {begun}")
