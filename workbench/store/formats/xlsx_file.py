"""Workbooks (XLSX), their archive checked before anything in it is parsed; the first sheet is read.

Formulas, macros, external parts and entities are refused: a cell is what is written in it.
"""

import io
import re
import zipfile
from datetime import date, datetime
from typing import Any

import pandas as pd

from workbench.store.formats.refusal import MAX_COLUMNS, check_header, refusal

MAX_UNPACKED = 300_000_000
MAX_RATIO = 200
_CELL = re.compile(rb'<(?:\w+:)?c [^>]*?r="([A-Z]{1,9})(\d{1,9})"')
_ROW = re.compile(rb"<(?:\w+:)?row[ >/]")


def read_xlsx(file: str, data: bytes) -> pd.DataFrame:
    """Rows of the first sheet as text; dates in ISO form, empty cells "".

    Raises
    ------
    BadInput
        Codes ``encrypted``, ``xlsx``, ``zip_slip``, ``zip_bomb``, ``macros``, ``entities``,
        ``formula``, ``sparse``, ``too_many_columns``, ``dup_header``, ``ragged``, ``empty``.
    """
    if data.startswith(b"\xd0\xcf\x11\xe0"):
        what = "it is encrypted or an old .xls; save it as a plain .xlsx."
        raise refusal(file, "encrypted", what)
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            _check_archive(file, archive)
            _check_parts(file, archive)
        rows = _rows(data)
    except (zipfile.BadZipFile, KeyError, ValueError, EOFError, NotImplementedError) as error:
        raise refusal(file, "xlsx", "it is damaged; save it anew.") from error
    if any(cell.startswith("\x00") for row in rows for cell in row):
        what = "it holds formulas; paste their values."
        raise refusal(file, "formula", what)
    if len(rows) < 2:
        raise refusal(file, "empty", "its first sheet has no rows; deliver a header and rows.")
    width = max(len(row) for row in rows)
    if width > len(rows[0]):
        what = "a row has more cells than the header; mend it."
        raise refusal(file, "ragged", what)
    names = check_header(file, rows[0])
    padded = [row + [""] * (len(names) - len(row)) for row in rows[1:] if any(row)]
    columns = [pd.Series(list(cells), dtype="str") for cells in zip(*padded, strict=True)]
    return pd.DataFrame(dict(zip(names, columns, strict=True)))


def _check_archive(file: str, archive: zipfile.ZipFile) -> None:
    members = archive.infolist()
    unpacked = sum(member.file_size for member in members)
    packed = sum(member.compress_size for member in members)
    if unpacked > MAX_UNPACKED or unpacked > MAX_RATIO * max(packed, 10_000):
        raise refusal(file, "zip_bomb", "it unpacks to far more than it holds; nothing was read.")
    for member in members:
        if ".." in member.filename.split("/") or member.filename.startswith(("/", "\\")):
            raise refusal(file, "zip_slip", "a part's name leads outside; nothing was read.")
        if "vbaproject" in member.filename.lower():
            raise refusal(file, "macros", "it holds macros; save it as a plain .xlsx.")
        if member.flag_bits & 1:
            raise refusal(file, "encrypted", "it is encrypted; save it without a password.")


def _check_parts(file: str, archive: zipfile.ZipFile) -> None:
    for name in archive.namelist():
        if not name.endswith((".xml", ".rels")):
            continue
        part = archive.read(name)
        if b"<!DOCTYPE" in part or b"<!ENTITY" in part:
            raise refusal(file, "entities", "it declares XML entities; nothing was read.")
        if name.startswith("xl/worksheets/"):
            _check_extent(file, part)


def _check_extent(file: str, sheet: bytes) -> None:
    n_rows = len(_ROW.findall(sheet))
    for letters, number in _CELL.findall(sheet):
        column = 0
        for letter in letters:
            column = column * 26 + letter - 64
        if column > MAX_COLUMNS:
            what = f"a cell lies beyond column {MAX_COLUMNS}; delete it."
            raise refusal(file, "too_many_columns", what)
        if int(number) > 10 * n_rows + 1_000:
            raise refusal(file, "sparse", "a cell lies far below the rest; delete it.")


def _rows(data: bytes) -> list[list[str]]:
    import openpyxl

    book = openpyxl.load_workbook(
        io.BytesIO(data), read_only=True, data_only=False, keep_links=False
    )
    try:
        sheet = book.worksheets[0]
        rows = [[_text(cell) for cell in row] for row in sheet.iter_rows()]
    finally:
        book.close()
    trimmed = [_trim(row) for row in rows]
    while trimmed and not trimmed[-1]:
        trimmed.pop()
    return trimmed


def _trim(row: list[str]) -> list[str]:
    while row and not row[-1]:
        row.pop()
    return row


def _text(cell: Any) -> str:
    """A cell as text; a formula is marked with a leading NUL, which no real cell can hold."""
    value = cell.value
    if value is None:
        return ""
    if cell.data_type == "f":
        return "\x00"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    return str(value)
