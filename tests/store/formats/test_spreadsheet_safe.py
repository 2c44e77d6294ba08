"""What a person downloads as a table is text to a spreadsheet, whatever a cell holds."""

import io

import pandas as pd
import pytest

from workbench.store.formats.csv_file import read_csv
from workbench.store.formats.spreadsheet_safe import csv_bytes, inert_cell


@pytest.mark.parametrize(
    "first", ["=", "+", "-", "@", "\t", "\r", "\n", " =", "\ufeff=", "＝", "|"]
)
def test_a_cell_that_a_spreadsheet_would_work_out_gets_an_apostrophe(first: str) -> None:
    assert inert_cell(f"{first}1+1") == f"'{first}1+1"


@pytest.mark.parametrize("text", ["", "Ada", "1-2", "a=b", " two", "'=1", "<b>", "1234.56"])
def test_any_other_cell_stays_as_it_is(text: str) -> None:
    assert inert_cell(text) == text


def test_a_table_is_saved_with_header_and_cells_inert_and_reads_back() -> None:
    frame = pd.DataFrame({"=name": ["@sum", 'say "hi"', None], "n": [-1.5, 2.0, float("nan")]})
    saved = csv_bytes(frame)
    assert saved == (
        b'\xef\xbb\xbf"\'=name","n"\r\n"\'@sum","-1.5"\r\n"say ""hi""","2.0"\r\n"",""\r\n'
    )
    assert read_csv("x.csv", io.BytesIO(saved)).columns.tolist() == ["'=name", "n"]
