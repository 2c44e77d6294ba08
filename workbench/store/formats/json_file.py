"""JSON lines, or one JSON array of objects, read strictly; numbers stay the text they were."""

import json
import re
from collections.abc import Iterator
from typing import Any, NoReturn

import pandas as pd

from workbench.store.formats.csv_file import decode
from workbench.store.formats.refusal import check_header, refusal

MAX_DEPTH = 32
MAX_DIGITS = 400
_SURROGATE = re.compile("[\ud800-\udfff]")
_STRINGS = re.compile(r'"(?:[^"\\]|\\.)*"')
_LONG_NUMBER = re.compile(rf"\d{{{MAX_DIGITS},}}")


class _Refused(Exception):
    """Carries a code out of the parser's hooks."""

    def __init__(self, code: str, what: str) -> None:
        super().__init__(what)
        self.code = code


def read_json(file: str, data: bytes) -> pd.DataFrame:
    """One row per object; a key that an object lacks is an empty cell.

    Nested values are kept as JSON text, true and false as those words.

    Raises
    ------
    BadInput
        Codes of `decode`, and ``json``, ``not_finite``, ``duplicate_key``, ``too_deep``,
        ``number_format``, ``lone_surrogate``, ``trailing_bytes``, ``not_objects``,
        ``too_many_columns``, ``field_too_large``, ``empty``.
    """
    text = decode(file, data)
    rows: list[dict[str, str]] = []
    names: dict[str, None] = {}
    for line, value in _values(file, text):
        if not isinstance(value, dict):
            raise refusal(
                file, "not_objects", "each line, or each item of the array, is an object.",
                place=f"line {line}",
            )  # fmt: skip
        rows.append({key: _cell(file, line, cell) for key, cell in value.items()})
        names.update(dict.fromkeys(value))
        if len(names) > 2_000:
            break
    header = check_header(file, list(names))
    if not rows:
        raise refusal(file, "empty", "it holds no object; deliver some.")
    return pd.DataFrame(
        {
            column: pd.Series([row.get(key, "") for row in rows], dtype="str")
            for key, column in zip(names, header, strict=True)
        }
    )


def _values(file: str, text: str) -> Iterator[tuple[int, Any]]:
    stripped = text.lstrip()
    if stripped.startswith("["):
        array = _parse(file, stripped, 1)
        yield from ((i + 1, value) for i, value in enumerate(array))
        return
    for number, line in enumerate(text.split("\n"), start=1):
        if line.strip():
            yield number, _parse(file, line.strip(), number)


def _parse(file: str, text: str, line: int) -> Any:
    place = f"line {line}"
    if _depth(text) > MAX_DEPTH:
        raise refusal(
            file, "too_deep", f"it nests deeper than {MAX_DEPTH}; flatten it.", place=place
        )
    if _LONG_NUMBER.search(_STRINGS.sub("", text)):
        raise refusal(file, "number_format", "a number has hundreds of digits.", place=place)
    try:
        value = json.loads(
            text,
            parse_int=str,
            parse_float=str,
            parse_constant=_no_constant,
            object_pairs_hook=_no_duplicates,
        )
    except _Refused as error:
        raise refusal(file, error.code, str(error), place=place) from error
    except json.JSONDecodeError as error:
        if error.msg == "Extra data":
            what = "something follows the value; one object a line."
            raise refusal(file, "trailing_bytes", what, place=place) from error
        what = f"it is no JSON from character {error.pos + 1} on; mend it."
        raise refusal(file, "json", what, place=place) from error
    return value


def _depth(text: str) -> int:
    """Deepest nesting of brackets outside strings; counted only where it could be too deep."""
    if text.count("[") + text.count("{") <= MAX_DEPTH:
        return 0
    depth = deepest = 0
    for mark in re.findall(r"[\[\]{}]", _STRINGS.sub("", text)):
        depth += 1 if mark in "[{" else -1
        deepest = max(deepest, depth)
        if deepest > MAX_DEPTH * 100:
            break
    return deepest if not text.lstrip().startswith("[") else deepest - 1


def _no_constant(name: str) -> NoReturn:
    raise _Refused("not_finite", "NaN and Infinity are no JSON; leave the cell empty.")


def _no_duplicates(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) != len(pairs):
        raise _Refused("duplicate_key", "an object has a key twice; keep one.")
    return made


def _cell(file: str, line: int, value: Any) -> str:
    if value is None:
        return ""
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    if _SURROGATE.search(text):
        raise refusal(
            file, "lone_surrogate", "it holds half a character (a lone surrogate); mend it.",
            place=f"line {line}",
        )  # fmt: skip
    if len(text) > 131_072:
        raise refusal(
            file, "field_too_large", "one cell is above 131,072 characters; cut it.",
            place=f"line {line}",
        )  # fmt: skip
    return text
