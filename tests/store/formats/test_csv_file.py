"""Comma-separated text: read strictly, or refused with a code and the place."""

import hashlib
import io
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from workbench.domain.errors import BadInput
from workbench.store.formats.csv_file import read_csv
from workbench.store.formats.delivered import read_delivered

REFUSED = {
    "empty": (b"", "empty", ""),
    "blank": (b" \n\n", "empty", ""),
    "header only": (b"a,b\n", "empty", ""),
    "duplicate header": (b"a,b,a\n1,2,3\n", "dup_header", "column 3"),
    "two blank headers": (b",,a\n1,2,3\n", "dup_header", "blank columns"),
    "ragged": (b"a,b\n1,2\n1\n", "ragged", "line 3"),
    "ragged after a cell of two lines": (b'a,b\n"1\n2",2\n1,2,3\n', "ragged", "line 4"),
    "unclosed quote": (b'a,b\n1,"2\n3,4\n', "csv", "line 2"),
    "quote amid a cell": (b'a,b\n1,"2"3\n', "csv", "line 2"),
    "too many columns": (b"c," * 50_000 + b"c\n", "too_many_columns", ""),
    "huge field": (b"a\n" + b"x" * 20_000_000 + b"\n", "field_too_large", "line 2"),
    "NUL": (b"a,b\n1,\x002\n", "nul", "line 2"),
    "UTF-16": ("a,b\n1,2\n".encode("utf-16"), "not_utf8", ""),
    "UTF-16 without mark": (("a,b\n" + "1,2\n" * 9).encode("utf-16-le"), "not_utf8", ""),
    "Latin-1": (b"name\nJos\xe9,\n", "not_utf8", "line 2"),
    "cut inside a character": ("name\nJosé".encode()[:-1], "not_utf8", "line 2"),
    "another separator": (b"a;b\n1;2\n", "columns", ""),
    "a zip": (b"PK\x03\x04" + b"\x00" * 30, "magic", ""),
    "a program": (b"\x7fELF\x02\x01", "magic", ""),
    "a pickle": (b"\x80\x04\x95\x05\x00", "magic", ""),
    "Parquet": (b"PAR1\x15\x00", "magic", ""),
}  # fmt: skip


@pytest.mark.parametrize("name", REFUSED)
def test_a_bad_file_is_refused_with_code_and_place(name: str, tmp_path: Path) -> None:
    data, code, place = REFUSED[name]
    path = tmp_path / "export.csv"
    path.write_bytes(data)
    with pytest.raises(BadInput) as refused:
        read_delivered(path)
    assert refused.value.code == code
    assert refused.value.place == (place or "export.csv")
    assert str(refused.value).startswith(f"File export.csv was refused ({code}")


@pytest.mark.parametrize(
    ("data", "cells"),
    [
        ("a,b\n1,2\n", [["1", "2"]]),
        ("\ufeffa,b\n1,2\n", [["1", "2"]]),
        ("a,b\r\n1,2\r\n\r\n", [["1", "2"]]),
        ('a,b\n"x, y","say ""hi"""\n', [["x, y", 'say "hi"']]),
        ('a,b\n"two\nlines",\n', [["two\nlines", ""]]),
        (",b\n0,2\n", [["0", "2"]]),
        ("a,b\nNA,null\n", [["NA", "null"]]),
        ("a,b\n007,1e5\n", [["007", "1e5"]]),
        ("MZone,b\n1,2\n", [["1", "2"]]),
        ("имя,β\nЖо,ξ\n", [["Жо", "ξ"]]),
    ],
)
def test_an_odd_but_good_file_is_read_as_it_stands(
    data: str, cells: list[list[str]], tmp_path: Path
) -> None:
    path = tmp_path / "x.csv"
    path.write_bytes(data.encode())
    frame, held = read_delivered(path)
    assert frame.to_numpy().tolist() == cells
    assert held == (len(data.encode()), hashlib.sha256(data.encode()).hexdigest())


def test_one_blank_header_is_a_column_of_row_numbers() -> None:
    assert list(read_csv("x.csv", io.BytesIO(b",b\n0,2\n")).columns) == ["column_1", "b"]


def test_another_separator_is_used_when_it_is_named() -> None:
    assert read_csv("x.csv", io.BytesIO(b"a;b\n1;2\n"), separator=";")["b"].tolist() == ["2"]


def test_the_name_of_a_file_is_shown_escaped(tmp_path: Path) -> None:
    path = tmp_path / "evil\u202ename\n.csv"
    path.write_bytes(b"a,a\n1,2\n")
    with pytest.raises(BadInput) as refused:
        read_delivered(path)
    assert "evil\\u202ename\\u000a.csv" in str(refused.value)


@pytest.mark.parametrize("name", ["data.pkl", "data.joblib", "data.npy", "data.txt", "data"])
def test_a_file_of_no_known_format_is_never_opened(name: str, tmp_path: Path) -> None:
    path = tmp_path / name
    path.write_bytes(b"\x80\x04")
    with pytest.raises(BadInput) as refused:
        read_delivered(path)
    assert refused.value.code == "format"


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=200))
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    try:
        read_csv("x.csv", io.BytesIO(data))
    except BadInput as error:
        assert error.code in {
            *("empty", "nul", "not_utf8", "columns", "csv", "ragged", "dup_header"),
            "control_or_bidi",
        }
