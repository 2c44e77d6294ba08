"""Tables that a person downloads, so that no spreadsheet takes a cell for a formula.

Programs read a cell that begins with = + - @, a tab or a carriage return as something to work out,
also behind blanks, quotes of CSV notwithstanding. An apostrophe before it makes it text. Files for
programs (the written world, truth, a model's tables) stay as they are and go past this module.
"""

import csv
import io
import re

import pandas as pd

_FORMULA = re.compile(r"[\s\ufeff\u200b]*[=+\-@\t\r\n\uff1d\uff0b\uff0d\uff20|]|[\t\r\n]")


def inert_cell(text: str) -> str:
    """`text`, with an apostrophe before it where a spreadsheet would work it out."""
    return f"'{text}" if _FORMULA.match(text) else text


def csv_bytes(frame: pd.DataFrame) -> bytes:
    """`frame` as CSV to save and open: header and text cells inert, empty where missing.

    UTF-8 with the mark that spreadsheets need to see it as such; every cell quoted, so that a
    program with another separator finds no second cell in it. Numbers stay numbers.
    """
    kept = io.StringIO(newline="")
    writer = csv.writer(kept, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    writer.writerow([inert_cell(str(name)) for name in frame.columns])
    cells = frame.astype(object).where(frame.notna(), "")
    for row in cells.itertuples(index=False, name=None):
        writer.writerow([inert_cell(cell) if isinstance(cell, str) else cell for cell in row])
    return kept.getvalue().encode("utf-8-sig")
