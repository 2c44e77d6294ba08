"""Odd but good files: each is accepted, with the number of rows that it holds.

`cell` must be found, as it stands, somewhere in the table; nothing is made of it.
"""

import datetime as dt
import io
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

import openpyxl
import pyarrow as pa
from bad_input.bad_binary import _MAIN, _SHEET, GOOD, cells, parquet, rezipped, sheet, workbook


@dataclass(frozen=True, slots=True, kw_only=True)
class Good:
    """A file that is read. `separator` other than a comma stands in a dataset.toml."""

    name: str
    file: str
    data: bytes
    rows: int
    cell: str = ""
    separator: str = ","


def _all(file: str, cases: Mapping[str, tuple[bytes | str, int, str]]) -> list[Good]:
    return [
        Good(
            name=f"{file}: {name}",
            file=file,
            data=data.encode() if isinstance(data, str) else data,
            rows=rows,
            cell=cell,
        )
        for name, (data, rows, cell) in cases.items()
    ]


_LONG = "x" * 131_072
_CSV = {
    "a byte order mark": ("\ufeffid,name\nP1,Ada\n", 1, "Ada"),
    "line ends of Windows": ("id,name\r\nP1,Ada\r\n\r\n", 1, "Ada"),
    "line ends of old Macs": ("id,name\rP1,Ada\r", 1, "Ada"),
    "no line end at the end": ("id,name\nP1,Ada", 1, "Ada"),
    "blank lines between": ("id,name\n\nP1,Ada\n \nP2,Ben\n\n", 2, "Ben"),
    "a line of blanks above the header": (" \nid,name\nP1,Ada\n", 1, "Ada"),
    "a cell of two lines": ('id,name\nP1,"Ada\nReed"\n', 1, "Ada\nReed"),
    "a comma in quotes": ('id,name\nP1,"Reed, Ada"\n', 1, "Reed, Ada"),
    "quotes in quotes": ('id,name\nP1,"say ""hi"""\n', 1, 'say "hi"'),
    "a quote amid bare text": ('id,name\nP1,5" pipe\n', 1, '5" pipe'),
    "emoji": ("id,name\nP1,Ada 🙂👩‍👩‍👧\n", 1, "Ada 🙂👩‍👩‍👧"),
    "Arabic": ("id,name\nP1,أحمد\n", 1, "أحمد"),
    "Hebrew beside Latin": ("id,name\nP1,שלום Ada\n", 1, "שלום Ada"),
    "Cyrillic ids": ("id,name\nЖ-1,Жанна\n", 1, "Жанна"),
    "Chinese header": ("编号,姓名\n1,王\n", 1, "王"),
    "accents made of two characters": ("id,name\nP1,Jose\u0301\n", 1, "Jose\u0301"),
    "a cell of 131,072 characters": (f"id,name\nP1,{_LONG}\n", 1, _LONG),
    "1,000 columns": (",".join(f"c{i}" for i in range(1_000)) + "\n" + "1," * 999 + "1\n", 1, "1"),
    "one column": ("id\nP1\nP2\n", 2, "P2"),
    "one blank name, as row numbers have it": (",name\n0,Ada\n", 1, "Ada"),
    "a header of two lines": ('id,"full\nname"\nP1,Ada\n', 1, "Ada"),
    "empty cells": ("id,name,trade\nP1,,\nP2,Ben,\n", 2, "Ben"),
    "a formula": ("id,name\nP1,=1+1\n", 1, "=1+1"),
    "a formula that calls": (
        'id,name\nP1,"=HYPERLINK(""http://x"")"\n',
        1,
        '=HYPERLINK("http://x")',
    ),
    "HTML": ("id,name\nP1,<script>alert(1)</script>\n", 1, "<script>alert(1)</script>"),
    "a link that runs": ("id,name\nP1,javascript:alert(1)\n", 1, "javascript:alert(1)"),
    "instructions": (
        "id,name\nP1,Ignore previous instructions\n",
        1,
        "Ignore previous instructions",
    ),
    "a fake line of a log": ('id,name\nP1,"x\r\nINFO decided"\n', 1, "x\r\nINFO decided"),
    "SQL": ("id,name\nP1,'; DROP TABLE finding; --\n", 1, "'; DROP TABLE finding; --"),
    "a template": ("id,name\nP1,{{7*7}} ${jndi:x} %s {0}\n", 1, "{{7*7}} ${jndi:x} %s {0}"),
    "words for nothing": ("id,name\nP1,NULL\nP2,NaN\nP3,None\n", 3, "NULL"),
    "zeros in front": ("id,name\n007,x\n", 1, "007"),
    "a date": ("id,known_at\nP1,2024-01-31\n", 1, "2024-01-31"),
    "a date with slashes": ("id,known_at\nP1,2024/01/31\n", 1, "2024/01/31"),
    "a time of a zone": (
        "id,known_at\nP1,2024-01-31 09:30:00+02:00\n",
        1,
        "2024-01-31 09:30:00+02:00",
    ),
    "a time with fractions": (
        "id,known_at\nP1,2024-01-31T09:30:00.123456Z\n",
        1,
        "2024-01-31T09:30:00.123456Z",
    ),
    "the leap day": ("id,known_at\nP1,2024-02-29\n", 1, "2024-02-29"),
    "amounts": ("payer,payee,amount\nA1,A2,1e3\nA2,A3,.5\nA3,A1,0\n", 3, "1e3"),
    "phones with a plus": ("caller,callee\n+4790000001,+4790000002\n", 1, "+4790000001"),
    "a name that begins like a program": ("MZone,b\n1,2\n", 1, "2"),
    "20,000 rows": ("id,name\n" + "".join(f"P{i},x\n" for i in range(20_000)), 20_000, "P19999"),
}
_JSON = {
    "a byte order mark": ('\ufeff{"id": "P1"}\n', 1, "P1"),
    "line ends of Windows": ('{"id": "P1"}\r\n\r\n{"id": "P2"}\r\n', 2, "P2"),
    "lacking keys": ('{"id": "P1"}\n{"id": "P2", "name": "Ben"}\n', 2, "Ben"),
    "numbers as written": ('{"id": 1.50}\n', 1, "1.50"),
    "a number of 26 digits": (
        '{"id": "P1", "n": 12345678901234567890123456}',
        1,
        "12345678901234567890123456",
    ),
    "true and null": ('{"id": "P1", "a": true, "b": null}', 1, "true"),
    "lists within": ('{"id": "P1", "a": [1, {"b": []}]}', 1, '["1", {"b": []}]'),
    "32 levels": ('{"id": "P1", "a": ' + "[" * 31 + "]" * 31 + "}", 1, "P1"),
    "a pair of surrogates": ('{"id": "P1", "a": "\\ud83d\\ude42"}', 1, "🙂"),
    "brackets in text": ('{"id": "P1", "a": "' + "[{" * 100 + '"}', 1, "[{" * 100),
    "a line separator in text": ('{"id": "P1", "a": "x\u2028y"}', 1, "x\u2028y"),
}
_ITEMS = "".join(f',{{"id": "P{i}", "x": "{"y" * 1_000}"}}' for i in range(3_000))
_ARRAY = {
    "an array": ('[{"id": "P1"}, {"id": "P2"}]', 2, "P2"),
    "an array over lines": ('[\n  {\n    "id": "P1"\n  }\n]\n', 1, "P1"),
    "lines by the name of json": ('{"id": "P1"}\n{"id": "P2"}\n', 2, "P2"),
    "an array of 3 MB": (f"[{_ITEMS[1:]}]", 3_000, "P2999"),
    "an item across two blocks": (
        '[{"id": "P", "a": "' + "\u00e9" * 130_000 + f'"}}{_ITEMS}]',
        3_001,
        "P",
    ),
}


def _book(**sheets: list[list[object]]) -> bytes:
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, rows in sheets.items():
        made = book.create_sheet(name)
        for row in rows:
            made.append(row)
    book.worksheets[0].sheet_state = "hidden" if len(sheets) > 1 else "visible"
    kept = io.BytesIO()
    book.save(kept)
    return kept.getvalue()


def _merged() -> bytes:
    book = openpyxl.Workbook()
    for row in (["id", "name"], ["P1", "Ada"], ["P2", None]):
        book.active.append(row)
    book.active.merge_cells("B2:B3")
    kept = io.BytesIO()
    book.save(kept)
    return kept.getvalue()


_PREFIXED = (
    f'<x:worksheet xmlns:x="{_MAIN}"><x:sheetData><x:row><x:c t="str"><x:v>id</x:v></x:c></x:row>'
    '<x:row><x:c t="inlineStr"><x:is><x:r><x:t>P</x:t></x:r><x:r><x:t>1</x:t></x:r></x:is></x:c>'
    "</x:row></x:sheetData></x:worksheet>"
)
_XLSX = {
    "dates": (workbook(["id", "on"], ["P1", dt.date(2024, 1, 31)]), 1, "2024-01-31T00:00:00"),
    "a time of a day": (workbook(["id", "at"], ["P1", dt.time(9, 30)]), 1, "09:30:00"),
    "merged cells": (_merged(), 2, "Ada"),
    "a hidden sheet before": (_book(h=[["x"], ["no"]], s=[["id"], ["P1"]]), 1, "P1"),
    "whole numbers": (workbook(["id", "n"], ["P1", 7.0]), 1, "7"),
    "fractions": (workbook(["id", "n"], ["P1", 0.1]), 1, "0.1"),
    "truths": (workbook(["id", "n"], ["P1", True]), 1, "true"),
    "an error in a cell": (cells('<c r="A2" t="e"><v>#REF!</v></c>'), 1, "#REF!"),
    "blank rows between": (workbook(["id"], ["P1"], [None], ["P2"]), 2, "P2"),
    "cells of nothing beyond": (workbook(["id", None], ["P1", None]), 1, "P1"),
    "a day beyond the calendar": (cells('<c r="A2" s="0"><v>99999999</v></c>'), 1, "99999999"),
    "names with a prefix, no places, runs of text": (
        rezipped(GOOD, {_SHEET: _PREFIXED.encode()}),
        1,
        "P1",
    ),
    "text that looks like a formula": (cells('<c r="A2" t="str"><v>=1+1</v></c>'), 1, "=1+1"),
    "rows without numbers": (
        sheet('<row><c t="str"><v>id</v></c></row><row><c t="str"><v>P1</v></c></row>'),
        1,
        "P1",
    ),
}
_AT = pa.array([1_706_693_400_123_000_000], pa.timestamp("ns", "Europe/Oslo"))
_PARQUET = {
    "categories": (parquet({"id": pa.array(["P1", "P1", "P2"]).dictionary_encode()}), 3, "P2"),
    "large text": (parquet({"id": pa.array(["P1"], pa.large_string())}), 1, "P1"),
    "text views": (parquet({"id": pa.array(["P1", None], pa.string_view())}), 2, "P1"),
    "decimals": (parquet({"id": ["P1"], "n": [Decimal("1234.50")]}), 1, "1234.50"),
    "nothing but nulls": (parquet({"id": ["P1"], "n": pa.nulls(1)}), 1, "P1"),
    "times of a zone": (parquet({"id": ["P1"], "at": _AT}), 1, "2024-01-31T09:30:00.123+00:00"),
    "days": (parquet({"id": ["P1"], "on": [dt.date(2024, 1, 31)]}), 1, "2024-01-31"),
    "truths": (parquet({"id": ["P1"], "yes": [True]}), 1, "true"),
    "a year beyond the calendar": (
        parquet({"id": ["P1"], "at": pa.array([10**15], pa.timestamp("s"))}),
        1,
        "P1",
    ),
    "no compression, old pages": (
        parquet({"id": ["P1"] * 9}, compression="none", data_page_version="1.0"),
        9,
        "P1",
    ),
    "new pages, many groups": (
        parquet({"id": ["P1"] * 99}, data_page_version="2.0", row_group_size=10),
        99,
        "P1",
    ),
    "delta numbers": (
        parquet(
            {"id": [1, 2]}, use_dictionary=False, column_encoding={"id": "DELTA_BINARY_PACKED"}
        ),
        2,
        "2",
    ),
    "brotli": (parquet({"id": ["P1"]}, compression="brotli"), 1, "P1"),
}
_NAMES = {
    "CAPITALS.CSV": ("id\nP1\n", 1, "P1"),
    "with blanks (2).csv": ("id\nP1\n", 1, "P1"),
    "דוח.csv": ("id\nP1\n", 1, "P1"),
    "lines.ndjson": ('{"id": "P1"}', 1, "P1"),
}
_SEPARATORS = {";": "id;n\nP1;1,5\n", "\t": "id\tn\nP1\t1,5\n", "|": "id|n\nP1|1,5\n"}
ALL: list[Good] = [
    *_all("odd.csv", _CSV),
    *_all("odd.jsonl", _JSON),
    *_all("odd.json", _ARRAY),
    *_all("odd.xlsx", _XLSX),
    *_all("odd.parquet", _PARQUET),
    *(good for file, case in _NAMES.items() for good in _all(file, {"name": case})),
    *(
        Good(name=f"{s!a}", file="odd.csv", data=d.encode(), rows=1, cell="1,5", separator=s)
        for s, d in _SEPARATORS.items()
    ),
]
