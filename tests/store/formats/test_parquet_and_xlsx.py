"""Parquet and workbooks: every cell text, and nothing opened that promises too much."""

import io
import zipfile
from pathlib import Path

import openpyxl
import pandas as pd
import pytest

from workbench.domain.errors import BadInput
from workbench.store.formats.delivered import read_delivered
from workbench.store.formats.parquet_file import read_parquet
from workbench.store.formats.xlsx_file import read_xlsx


def parquet(frame: pd.DataFrame) -> bytes:
    return frame.to_parquet()


def workbook(*rows: list[object]) -> bytes:
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    kept = io.BytesIO()
    book.save(kept)
    return kept.getvalue()


def rezipped(data: bytes, **added: bytes) -> bytes:
    """The workbook with more parts, or others in their place; ``__`` stands for a slash."""
    names = {name.replace("__", "/"): content for name, content in added.items()}
    kept = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(kept, "w", 8) as new:
        for member in old.namelist():
            if member not in names:
                new.writestr(member, old.read(member))
        for name, content in names.items():
            new.writestr(name, content)
    return kept.getvalue()


def code_of(data: bytes, name: str, folder: Path) -> str:
    path = folder / name
    path.write_bytes(data)
    with pytest.raises(BadInput) as refused:
        read_delivered(path)
    return refused.value.code


def test_parquet_cells_become_text() -> None:
    frame = pd.DataFrame(
        {
            "id": ["a", None],
            "n": [1.5, float("nan")],
            "on": pd.to_datetime(["2024-01-31 09:30", None]),
            "yes": [True, False],
        }
    )
    assert read_parquet("x.parquet", parquet(frame)).to_dict("list") == {
        "id": ["a", ""],
        "n": ["1.5", ""],
        "on": ["2024-01-31T09:30:00", ""],
        "yes": ["true", "false"],
    }


def test_damaged_parquet_is_refused(tmp_path: Path) -> None:
    whole = parquet(pd.DataFrame({"a": list(range(1_000))}))
    assert code_of(whole[:-20], "x.parquet", tmp_path) == "parquet"
    assert code_of(whole[:200] + b"\xff" * 100 + whole[300:], "x.parquet", tmp_path) == "parquet"
    assert code_of(b"a,b\n1,2\n", "x.parquet", tmp_path) == "magic"
    assert code_of(parquet(pd.DataFrame({"a": []})), "x.parquet", tmp_path) == "empty"
    assert code_of(parquet(pd.DataFrame({"a": [[1]]})), "x.parquet", tmp_path) == "column_type"


def test_a_workbook_reads_as_text_from_its_first_sheet() -> None:
    half_past_nine = pd.Timestamp("2024-01-31 09:30").to_pydatetime()  # as sheets have it: no zone
    data = workbook(["id", "on", "n"], ["P1", half_past_nine, 7], ["P2", None, 1.5])
    assert read_xlsx("x.xlsx", data).to_dict("list") == {
        "id": ["P1", "P2"],
        "on": ["2024-01-31T09:30:00", ""],
        "n": ["7", "1.5"],
    }


def test_dangerous_workbooks_are_refused(tmp_path: Path) -> None:
    good = workbook(["id"], ["P1"])
    entity = b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "b">]><x/>'
    wide, low = workbook(["id"], ["P1"]), openpyxl.Workbook()
    low.active["A1"], low.active["A1048576"] = "id", "P1"
    far = io.BytesIO()
    low.save(far)
    low.active["XFD2"] = "x"
    corner = io.BytesIO()
    low.save(corner)
    cases = {
        "formula": workbook(["id"], ["=1+1"]),
        "macros": rezipped(good, **{"xl__vbaProject.bin": b"x"}),
        "entities": rezipped(good, **{"xl__styles.xml": entity}),
        "zip_bomb": rezipped(good, **{"xl__media.xml": b"\x00" * 60_000_000}),
        "zip_slip": rezipped(good, **{"..__..__evil.xml": b"x"}),
        "sparse": far.getvalue(),
        "too_many_columns": corner.getvalue(),
        "encrypted": b"\xd0\xcf\x11\xe0" + b"\x00" * 500,
        "xlsx": wide[:-200],
        "empty": workbook(["id"]),
        "ragged": workbook(["id"], ["P1", "x"]),
        "magic": b"id\nP1\n",
    }
    assert {code: code_of(data, "x.xlsx", tmp_path) for code, data in cases.items()} == {
        code: code for code in cases
    }
