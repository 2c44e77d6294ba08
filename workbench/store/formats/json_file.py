"""JSON lines, or one JSON array of objects, read strictly; numbers stay the text they were.

Read a block at a time: a line, or an item of the array, is at most 4 million characters.
"""

import itertools
import json
import re
from collections.abc import Iterator
from typing import Any, NoReturn

import pandas as pd

from workbench.domain.errors import BadInput
from workbench.store.formats.refusal import (
    MAX_CHARACTERS,
    MAX_COLUMNS,
    check_header,
    refusal,
    too_large_cell,
)
from workbench.store.formats.text_columns import CHARACTERS, ROWS, TextColumns
from workbench.store.formats.text_stream import MAX_LINE, Lines, Readable, texts

MAX_DEPTH = 32
MAX_DIGITS = 400
_TOKEN = 20  # a word or an escape is at most as long
_SURROGATE = re.compile("[\ud800-\udfff]")
_BLANKS = re.compile(r"[ \t\n\r]*")


class _Refused(Exception):
    """Carries a code out of the parser's hooks."""

    def __init__(self, code: str, what: str) -> None:
        super().__init__(what)
        self.code = code


def read_json(file: str, stream: Readable) -> pd.DataFrame:
    """One row per object; a key that an object lacks is an empty cell.

    Nested values are kept as JSON text, true and false as those words.

    Raises
    ------
    BadInput
        Codes of `texts` and `check_header`, and ``json``, ``not_finite``, ``duplicate_key``,
        ``too_deep``, ``number_format``, ``lone_surrogate``, ``trailing_bytes``, ``not_objects``,
        ``field_too_large``, ``too_large``, ``empty``.
    """
    kept, names = TextColumns(file), dict[str, None]()
    block: list[dict[str, str]] = []
    size = 0
    for place, value in objects(file, stream):
        row = {key: _cell(file, place, cell) for key, cell in value.items()}
        if row.keys() - names.keys():
            names.update(dict.fromkeys(row))
            if len(names) > MAX_COLUMNS or _SURROGATE.search("".join(row)):
                _check_keys(file, names, place)
        block.append(row)
        size += sum(map(len, row.values()))
        if len(block) * (len(names) + 1) >= ROWS * 10 or size > CHARACTERS:
            _add(kept, names, block)
            block, size = [], 0
    header = check_header(file, list(names))
    _add(kept, names, block)
    return kept.frame().set_axis(header, axis="columns")


def _add(kept: TextColumns, names: dict[str, None], rows: list[dict[str, str]]) -> None:
    columns = {name: [row.get(name, "") for row in rows] for name in names}
    kept.add(columns, n_rows=len(rows))


def _check_keys(file: str, names: dict[str, None], place: str) -> None:
    if any(_SURROGATE.search(name) for name in names):
        raise _lone_surrogate(file, place)
    check_header(file, list(names))


def objects(file: str, stream: Readable) -> Iterator[tuple[str, dict[str, Any]]]:
    """Each object of the lines or of the array with its place, numbers as text.

    Raises
    ------
    BadInput
        What `read_json` raises of the text, before any column is looked at.
    """
    blocks = texts(file, stream)
    read: list[str] = []
    for block in blocks:
        read.append(block)
        if block.strip():
            break
    together = itertools.chain(read, blocks)
    if read and read[-1].lstrip().startswith("["):
        yield from _Items(file, together)
        return
    for number, line in enumerate(Lines(file, together), start=1):
        text = line.strip(" \t\r\n")
        if text:
            place = f"line {number}"
            yield place, _object(file, place, _line(file, place, text))


def _line(file: str, place: str, text: str) -> Any:
    try:
        return _parsed(file, place, text, 0, whole=True)[0]
    except json.JSONDecodeError as error:
        what = f"it is no JSON from character {error.pos + 1} on; mend it, one object a line."
        raise refusal(file, "json", what, place=place) from error


class _Items:
    """The objects of an array that may be larger than memory, one after the other."""

    def __init__(self, file: str, blocks: Iterator[str]) -> None:
        self._file = file
        self._blocks = blocks
        self._text = ""
        self._at = 0
        self._number = 0

    def __iter__(self) -> Iterator[tuple[str, dict[str, Any]]]:
        self._next()
        self._at += 1  # the opening bracket
        if self._next() != "]":
            while True:
                self._number += 1
                yield self._place, self._item()
                if (mark := self._next()) != ",":
                    break
                self._at += 1
            if mark != "]":
                raise self._broken("a comma or the closing bracket is missing after this item")
        self._at += 1
        if self._next():
            what = "something follows the array; deliver one array alone."
            raise refusal(self._file, "trailing_bytes", what, place="end")

    @property
    def _place(self) -> str:
        return f"item {self._number}"

    def _broken(self, what: str) -> BadInput:
        return refusal(self._file, "json", f"{what}; mend it.", place=self._place)

    def _more(self) -> bool:
        """Drop what was read, take in the next block; False at the end."""
        for block in self._blocks:
            self._text, self._at = self._text[self._at :] + block, 0
            return True
        return False

    def _next(self) -> str:
        """The next character that is no blank, not taken; empty at the end."""
        while True:
            found = _BLANKS.match(self._text, self._at)
            self._at = found.end() if found else self._at
            if self._at < len(self._text):
                return self._text[self._at]
            if not self._more():
                return ""

    def _item(self) -> dict[str, Any]:
        first = self._next()
        if first not in ("{", "["):
            if first in ("", "]", ","):
                raise self._broken("an item of the array is missing or the array is not closed")
            raise _no_objects(self._file, self._place)
        while True:
            try:
                value, self._at = _parsed(self._file, self._place, self._text, self._at)
                return _object(self._file, self._place, value)
            except json.JSONDecodeError as error:
                self._read_on(error)

    def _read_on(self, error: json.JSONDecodeError) -> None:
        """Take in as much again, where the item may only not be whole yet; else raise."""
        held = len(self._text) - self._at
        cut = "Unterminated" in error.msg or len(self._text) - error.pos < _TOKEN
        if cut and held > MAX_LINE:
            what = f"an item is above {MAX_LINE:,} characters, or not closed; mend it."
            raise refusal(self._file, "field_too_large", what, place=self._place) from error
        if not cut or not self._more():
            what = f"it is no JSON from character {error.pos - self._at + 1} on"
            raise self._broken(what) from error
        while len(self._text) < 2 * held and self._more():
            pass


def _parsed(file: str, place: str, text: str, at: int, *, whole: bool = False) -> tuple[Any, int]:
    """The value that begins at `at`, and where it ends; raises JSONDecodeError where it is none."""
    try:
        value, end = _DECODER.raw_decode(text, at)
    except _Refused as error:
        raise refusal(file, error.code, str(error), place=place) from error
    except RecursionError as error:
        raise _too_deep(file, place) from error
    if whole and end != len(text):
        what = "something follows the value; one object a line."
        raise refusal(file, "trailing_bytes", what, place=place)
    return value, end


def _object(file: str, place: str, value: Any) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise _no_objects(file, place)
    return value


def _no_objects(file: str, place: str) -> BadInput:
    what = "each line, or each item of the array, is an object."
    return refusal(file, "not_objects", what, place=place)


def _too_deep(file: str, place: str) -> BadInput:
    what = f"it nests deeper than {MAX_DEPTH}; flatten it."
    return refusal(file, "too_deep", what, place=place)


def _lone_surrogate(file: str, place: str) -> BadInput:
    what = "it holds half a character (a lone surrogate); mend it."
    return refusal(file, "lone_surrogate", what, place=place)


def _no_constant(name: str) -> NoReturn:
    raise _Refused("not_finite", "NaN and Infinity are no JSON; leave the cell empty.")


def _number(text: str) -> str:
    if len(text) > MAX_DIGITS:
        raise _Refused("number_format", "a number has hundreds of digits; write it as text.")
    return text


def _no_duplicates(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) != len(pairs):
        raise _Refused("duplicate_key", "an object has a key twice; keep one.")
    return made


_DECODER = json.JSONDecoder(
    parse_int=_number,
    parse_float=_number,
    parse_constant=_no_constant,
    object_pairs_hook=_no_duplicates,
)


def _cell(file: str, place: str, value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, list | dict) and _depth(value) > MAX_DEPTH:
        raise _too_deep(file, place)
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    if _SURROGATE.search(text):
        raise _lone_surrogate(file, place)
    if len(text) > MAX_CHARACTERS:
        raise too_large_cell(file, place=place)
    return text


def _depth(value: Any) -> int:
    """Levels of nesting down from the object that holds `value`, counted level by level."""
    level, depth = [value], 1
    while level and depth <= MAX_DEPTH:
        depth += 1
        level = [
            inner
            for outer in level
            for inner in (outer.values() if isinstance(outer, dict) else outer)
            if isinstance(inner, list | dict)
        ]
    return depth + bool(level)
