"""The parts of a workbook beside its sheet: which sheet is read, its texts, and what is a date."""

import re
from collections.abc import Mapping
from datetime import datetime

from workbench.store.formats.refusal import refusal

MAX_STRINGS = 2_000_000
MAX_STYLES = 100_000
_INTEGER = re.compile(r"-?\d{1,18}", re.ASCII)
_DECIMAL = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?", re.ASCII)


class Relations:
    """Targets of a part, by id; those that lie outside the file are left out."""

    def __init__(self, folder: str) -> None:
        self._folder = folder
        self.targets: dict[str, tuple[str, str]] = {}  # id: kind, part

    def start(self, name: str, said: Mapping[str, str]) -> None:
        """A relation that leads inside is noted."""
        if name == "Relationship" and said.get("TargetMode") != "External":
            target = said.get("Target", "")
            part = target[1:] if target.startswith("/") else f"{self._folder}{target}"
            kind = said.get("Type", "").rpartition("/")[2]
            self.targets[said.get("Id", "")] = (kind, part)

    def end(self, name: str, text: str) -> None:
        """Nothing to note."""

    def of(self, kind: str) -> str:
        """The first part of that kind, or an empty text."""
        return next((part for known, part in self.targets.values() if known == kind), "")


class Book:
    """Ids of the sheets, those that are shown first; and from which year days are counted."""

    def __init__(self) -> None:
        self._shown: list[str] = []
        self._hidden: list[str] = []
        self.from_1904 = False

    def start(self, name: str, said: Mapping[str, str]) -> None:
        """A sheet, or the book's own settings."""
        if name == "sheet":
            own = next((value for key, value in said.items() if key.endswith(":id")), "")
            (self._shown if said.get("state", "visible") == "visible" else self._hidden).append(own)
        elif name == "workbookPr":
            self.from_1904 = said.get("date1904") in ("1", "true")

    def end(self, name: str, text: str) -> None:
        """Nothing to note."""

    @property
    def sheets(self) -> tuple[str, ...]:
        """Ids of all sheets, the one to be read first."""
        return (*self._shown, *self._hidden)


class Strings:
    """The texts that cells refer to by number."""

    def __init__(self, file: str) -> None:
        self._file = file
        self._parts: list[str] = []
        self._aside = 0
        self.texts: list[str] = []

    def start(self, name: str, said: Mapping[str, str]) -> None:
        """How a word is spoken (``rPh``) is no part of it."""
        self._aside += name == "rPh"

    def end(self, name: str, text: str) -> None:
        """A text may come in several runs."""
        self._aside -= name == "rPh"
        if name == "t" and not self._aside:
            self._parts.append(text)
        elif name == "si":
            if len(self.texts) >= MAX_STRINGS:
                what = f"it has above {MAX_STRINGS:,} texts; save it as CSV."
                raise refusal(self._file, "too_large", what)
            self.texts.append("".join(self._parts))
            self._parts = []


class Styles:
    """Which cell formats show a number as a date or a time."""

    def __init__(self, file: str) -> None:
        self._file = file
        self._own: dict[str, str] = {}
        self._within = False
        self.is_date: list[bool] = []

    def start(self, name: str, said: Mapping[str, str]) -> None:
        """Number formats come before the cell formats that use them."""
        from openpyxl.styles.numbers import BUILTIN_FORMATS, is_date_format

        if name == "numFmt" and len(self._own) < MAX_STYLES:
            self._own[said.get("numFmtId", "")] = said.get("formatCode", "")[:1_000]
        elif name == "cellXfs":
            self._within = True
        elif name == "xf" and self._within:
            if len(self.is_date) >= MAX_STYLES:
                raise refusal(self._file, "xlsx", "it has far too many cell formats; save it anew.")
            number = said.get("numFmtId", "0")
            built_in = BUILTIN_FORMATS.get(int(number) if _INTEGER.fullmatch(number) else 0)
            self.is_date.append(bool(is_date_format(self._own.get(number, built_in))))

    def end(self, name: str, text: str) -> None:
        """The cell formats end."""
        self._within = self._within and name != "cellXfs"


def number_as_text(text: str) -> str | None:
    """A stored number as a person writes it, or None where it is none."""
    if _INTEGER.fullmatch(text):
        return text
    if len(text) > 400 or not _DECIMAL.fullmatch(text):
        return None
    value = float(text)
    if value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    return str(value) if abs(value) < float("inf") else text


def date_as_text(text: str, *, from_1904: bool) -> str | None:
    """A stored day number in ISO form, or the number where the calendar has no such day."""
    from openpyxl.utils.datetime import MAC_EPOCH, WINDOWS_EPOCH, from_excel

    number = number_as_text(text)
    if number is None:
        return None
    try:
        read = from_excel(float(number), MAC_EPOCH if from_1904 else WINDOWS_EPOCH)
    except (ValueError, OverflowError):
        return number
    if isinstance(read, datetime) and not -657_434 < float(number) < 2_958_466:
        return number
    return str(read.isoformat())
