"""JSON lines and arrays: read strictly, numbers as they were written."""

import io

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from workbench.domain.errors import BadInput
from workbench.store.formats.json_file import read_json

REFUSED = {
    "NaN": (b'{"a": NaN}', "not_finite"),
    "Infinity": (b'{"a": -Infinity}', "not_finite"),
    "a key twice": (b'{"a": 1, "a": 2}', "duplicate_key"),
    "a key twice within": (b'{"a": {"b": 1, "b": 2}}', "duplicate_key"),
    "very deep": (b'{"a": ' + b"[" * 100_000 + b"]" * 100_000 + b"}", "too_deep"),
    "deep array": (b"[" * 100_000, "too_deep"),
    "giant integer": (b'{"a": ' + b"9" * 100_000 + b"}", "number_format"),
    "lone surrogate": (b'{"a": "\\ud800"}', "lone_surrogate"),
    "trailing bytes": (b'{"a": 1} x', "trailing_bytes"),
    "two values a line": (b'{"a": 1}{"a": 2}', "trailing_bytes"),
    "cut": (b'{"a": 1', "json"),
    "single quotes": (b"{'a': 1}", "json"),
    "a list a line": (b"[1, 2]\n", "not_objects"),
    "a number a line": (b"1\n2\n", "not_objects"),
    "nothing": (b"\n\n", "empty"),
    "an empty array": (b"[]", "empty"),
    "a huge cell": (b'{"a": "' + b"x" * 200_000 + b'"}', "field_too_large"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_a_bad_file_is_refused_with_its_code(name: str) -> None:
    data, code = REFUSED[name]
    with pytest.raises(BadInput) as refused:
        read_json("x.jsonl", io.BytesIO(data))
    assert refused.value.code == code


def test_cells_are_the_text_that_was_written() -> None:
    data = b'{"n": 1.50, "big": 12345678901234567890123, "yes": true, "none": null, "in": [1]}'
    (row,) = read_json("x.jsonl", io.BytesIO(data)).to_dict("records")
    assert row == {
        "n": "1.50",
        "big": "12345678901234567890123",
        "yes": "true",
        "none": "",
        "in": '["1"]',
    }


def test_an_array_reads_as_lines_do_and_lacking_keys_are_empty() -> None:
    lines = read_json("x.jsonl", io.BytesIO(b'{"a": 1}\r\n\n{"a": 2, "b": 3}\n'))
    array = read_json("x.json", io.BytesIO(b'[{"a": 1}, {"a": 2, "b": 3}]'))
    assert lines.to_dict("list") == {"a": ["1", "2"], "b": ["", "3"]}
    assert array.equals(lines)


def test_brackets_in_text_are_not_depth() -> None:
    assert read_json("x.jsonl", io.BytesIO(b'{"a": "' + b"[" * 100 + b'"}'))["a"].tolist() == [
        "[" * 100
    ]


@settings(max_examples=200, deadline=None)
@given(st.one_of(st.binary(max_size=60), st.text('[]{}":,1ae\\\n', max_size=40).map(str.encode)))
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    try:
        read_json("x.jsonl", io.BytesIO(data))
    except BadInput as error:
        assert error.code
