"""Workbooks (XLSX): the archive is checked first, then its first sheet is read in a stream.

Formulas, macros, external parts and entities are refused: a cell is what is written in it.
"""

import io
import re
import zipfile
import zlib
from collections.abc import Mapping

import pandas as pd

from workbench.domain.errors import BadInput
from workbench.store.formats.refusal import MAX_COLUMNS, check_header, refusal
from workbench.store.formats.text_columns import CHARACTERS, ROWS, TextColumns
from workbench.store.formats.xlsx_parts import (
    Book,
    Relations,
    Strings,
    Styles,
    date_as_text,
    number_as_text,
)
from workbench.store.formats.xml_guard import Receiver, read_xml

MAX_PACKED = 100_000_000
MAX_UNPACKED = 300_000_000
MAX_RATIO = 200
MAX_DIRECTORY = 2_000_000  # bytes of the archive's list of parts
MAX_TEXT = 200_000_000  # characters of all cells
MAX_ROWS = 1_048_576
_REFERENCE = re.compile(r"([A-Z]{1,3})([0-9]{1,7})")
_KEPT = ("entities", "field_too_large", "too_large", "xlsx", "zip_bomb")


def read_xlsx(file: str, data: bytes) -> pd.DataFrame:
    """Rows of the first sheet that is shown, as text; dates in ISO form, empty cells "".

    Raises
    ------
    BadInput
        Codes of `check_header`, and ``encrypted``, ``xlsx``, ``zip_slip``, ``zip_bomb``,
        ``macros``, ``entities``, ``formula``, ``sparse``, ``ragged``, ``too_large``,
        ``field_too_large``, ``empty``.
    """
    if data.startswith(b"\xd0\xcf\x11\xe0"):
        what = "it is encrypted or an old .xls; save it as a plain .xlsx."
        raise refusal(file, "encrypted", what)
    if len(data) > MAX_PACKED:
        raise refusal(file, "too_large", "it is above 100 MB; save it as CSV.")
    _check_directory(file, data)
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            _check_archive(file, archive)
            return _read_book(file, archive)
    except (zipfile.BadZipFile, zlib.error, KeyError, EOFError, NotImplementedError) as error:
        raise _damaged(file) from error
    except (UnicodeDecodeError, OSError, ValueError) as error:
        raise _damaged(file) from error


def _damaged(file: str) -> BadInput:
    return refusal(file, "xlsx", "it is damaged or no workbook; save it anew.")


def _check_directory(file: str, data: bytes) -> None:
    """The list of parts stands at the end, and its length is bounded before anyone reads it."""
    at = data.rfind(b"PK\x05\x06", max(0, len(data) - 65_557))
    if at < 0 or len(data) < at + 22:
        raise _damaged(file)
    if int.from_bytes(data[at + 12 : at + 16], "little") > MAX_DIRECTORY:
        raise refusal(file, "zip_bomb", "it lists far too many parts; nothing was read.")


def _check_archive(file: str, archive: zipfile.ZipFile) -> None:
    members = archive.infolist()
    unpacked = sum(member.file_size for member in members)
    packed = sum(member.compress_size for member in members)
    if unpacked > MAX_UNPACKED or unpacked > MAX_RATIO * max(packed, 10_000):
        raise refusal(file, "zip_bomb", "it unpacks to far more than it holds; nothing was read.")
    for member in members:
        name = member.filename.lower()
        if ".." in re.split(r"[/\\]", name) or name.startswith(("/", "\\")) or ":" in name:
            raise refusal(file, "zip_slip", "a part's name leads outside; nothing was read.")
        if "vbaproject" in name or "macrosheets/" in name:
            raise refusal(file, "macros", "it holds macros; save it as a plain .xlsx.")
        if member.flag_bits & 1:
            raise refusal(file, "encrypted", "it is encrypted; save it without a password.")
    for member in members:
        if member.filename.lower().endswith((".xml", ".rels", ".vml")):
            _check_part(file, archive, member)


def _check_part(file: str, archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> None:
    """No part declares entities, also none that is not read further."""
    with archive.open(member) as part:
        before = b""
        while block := part.read(1 << 20):
            if b"<!DOCTYPE" in before + block or b"<!ENTITY" in before + block:
                raise refusal(file, "entities", "it declares XML entities; nothing was read.")
            before = block[-16:]


def _read_part(
    file: str, archive: zipfile.ZipFile, name: str, root: str, receiver: Receiver
) -> None:
    with archive.open(name) as part:
        try:
            read_xml(file, part, root, receiver)
        except BadInput as error:
            if error.code in _KEPT or not isinstance(receiver, _Sheet) or not receiver.own:
                raise error if error.code in _KEPT else _damaged(file) from error
            raise


def _read_book(file: str, archive: zipfile.ZipFile) -> pd.DataFrame:
    top = Relations("")
    _read_part(file, archive, "_rels/.rels", "relationships", top)
    place = top.of("officeDocument")
    folder, _, name = place.rpartition("/")
    prefix = f"{folder}/" if folder else ""
    relations, book = Relations(prefix), Book()
    _read_part(file, archive, f"{prefix}_rels/{name}.rels", "relationships", relations)
    _read_part(file, archive, place, "workbook", book)
    sheets = [relations.targets.get(own, ("", "")) for own in book.sheets]
    sheet = next((part for kind, part in sheets if kind == "worksheet"), "")
    strings, styles = Strings(file), Styles(file)
    if part := relations.of("sharedStrings"):
        _read_part(file, archive, part, "sst", strings)
    if part := relations.of("styles"):
        _read_part(file, archive, part, "stylesheet", styles)
    table = _Sheet(file, strings.texts, styles.is_date, from_1904=book.from_1904)
    _read_part(file, archive, sheet, "worksheet", table)
    return table.frame()


class _Sheet:
    """Cells of a sheet, row by row. `own` says that the last refusal was about the table."""

    def __init__(
        self, file: str, strings: list[str], is_date: list[bool], *, from_1904: bool
    ) -> None:
        self._file, self._strings, self._is_date = file, strings, is_date
        self._from_1904 = from_1904
        self._names: list[str] = []
        self._kept = TextColumns(file)
        self._block: list[list[str]] = []
        self._size = self._total = 0
        self._row_number = self._n_rows = 0
        self._row: dict[int, str] = {}
        self._column, self._kind, self._style = 0, "n", 0
        self._value: list[str] = []
        self.own = False

    def start(self, name: str, said: Mapping[str, str]) -> None:
        """A row or a cell begins."""
        if name == "c":
            self._begin_cell(said)
        elif name == "row":
            self._begin_row(said)
        elif name == "f" and self._column:
            raise self._refused("formula", "it holds formulas; paste their values.")

    def end(self, name: str, text: str) -> None:
        """A value, a cell or a row is whole."""
        if name == "v" or (name == "t" and self._kind == "inlineStr"):
            self._value.append(text)
        elif name == "c":
            self._end_cell()
        elif name == "row":
            self._end_row()

    def frame(self) -> pd.DataFrame:
        """The table under the header.

        Raises
        ------
        BadInput
            Codes ``empty`` and ``too_large``.
        """
        self._flush()
        return self._kept.frame()

    def _refused(self, code: str, what: str, *, place: str = "") -> BadInput:
        self.own = True
        return refusal(self._file, code, what, place=place or f"row {self._row_number}")

    def _broken(self) -> BadInput:
        return self._refused("xlsx", "a cell is not what a workbook can hold; save it anew.")

    def _begin_row(self, said: Mapping[str, str]) -> None:
        number = said.get("r", str(self._row_number + 1))
        if not (number.isascii() and number.isdigit() and len(number) < 8):
            raise self._broken()
        if not self._row_number < int(number) <= MAX_ROWS:
            raise self._broken()
        if int(number) > 10 * self._n_rows + 1_000:
            raise self._refused("sparse", "a cell lies far below the rest; delete it.")
        self._row_number = int(number)
        self._n_rows += 1
        self._row, self._column = {}, 0

    def _begin_cell(self, said: Mapping[str, str]) -> None:
        where = said.get("r")
        self._column += 1
        if where is not None:
            found = _REFERENCE.fullmatch(where)
            if not found or int(found[2]) != self._row_number:
                raise self._broken()
            self._column = _column(found[1])
        if self._column > MAX_COLUMNS:
            what = f"a cell lies beyond column {MAX_COLUMNS}; delete it."
            raise self._refused("too_many_columns", what)
        style = said.get("s", "0")
        self._kind = said.get("t", "n")
        self._style = int(style) if style.isascii() and style.isdigit() and len(style) < 7 else 0
        self._value = []

    def _end_cell(self) -> None:
        text = "".join(self._value)
        if text:
            read = self._read(text)
            if read is None:
                raise self._broken()
            self._row[self._column] = read
            self._size += len(read)

    def _read(self, text: str) -> str | None:
        match self._kind:
            case "s":
                number = int(text) if text.isascii() and text.isdigit() and len(text) < 9 else -1
                return self._strings[number] if 0 <= number < len(self._strings) else None
            case "b":
                return {"1": "true", "0": "false", "true": "true", "false": "false"}.get(text)
            case "n":
                dated = self._style < len(self._is_date) and self._is_date[self._style]
                if dated:
                    return date_as_text(text, from_1904=self._from_1904)
                return number_as_text(text)
            case _:
                return text

    def _end_row(self) -> None:
        cells = {column: text for column, text in self._row.items() if text}
        width = max(cells, default=0)
        self._row, self._column = {}, 0
        if not width:
            return
        if not self._names:
            header = [cells.get(column, "") for column in range(1, width + 1)]
            self.own = True
            self._names = check_header(self._file, header)
            self.own = False
            return
        if width > len(self._names):
            raise self._refused("ragged", "a row has more cells than the header; mend it.")
        self._block.append([cells.get(c, "") for c in range(1, len(self._names) + 1)])
        if len(self._block) >= ROWS or self._size > CHARACTERS:
            self._flush()

    def _flush(self) -> None:
        self._total, self._size = self._total + self._size, 0
        if self._total > MAX_TEXT:
            what = f"its cells hold above {MAX_TEXT:,} characters; save it as CSV."
            raise refusal(self._file, "zip_bomb", what)
        if self._block:
            columns = dict(zip(self._names, zip(*self._block, strict=True), strict=True))
            self._kept.add(columns, n_rows=len(self._block))
            self._block = []


def _column(letters: str) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return number
