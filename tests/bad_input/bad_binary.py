"""Bad Parquet files and workbooks: damaged, dangerous, or promising more than they should."""

import io
import zipfile
from collections.abc import Callable

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
from bad_input.catalogue import Bad, Content, one

Case = tuple[Content, str] | tuple[Content, str, str]
_DTD = b'<?xml version="1.0"?>\n<!DOCTYPE x [%s]>\n<x/>'
_LAUGHS = b'<!ENTITY a "lol">' + b"".join(
    b'<!ENTITY %c "&%c;&%c;&%c;&%c;">' % (c + 1, c, c, c, c) for c in range(97, 120)
)


def parquet(columns: dict[str, object], **options: object) -> bytes:
    """A Parquet file of these columns, which may be Arrow arrays."""
    kept = io.BytesIO()
    arrays = [c if isinstance(c, pa.Array) else pa.array(c) for c in columns.values()]
    pq.write_table(pa.Table.from_arrays(arrays, names=list(columns)), kept, **options)
    return kept.getvalue()


def workbook(*rows: list[object]) -> bytes:
    """A workbook of one sheet, as openpyxl writes it."""
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    kept = io.BytesIO()
    book.save(kept)
    return kept.getvalue()


def rezipped(data: bytes, parts: dict[str, bytes | None]) -> bytes:
    """The workbook with more parts, others in their place, or without those that are None."""
    kept = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(data)) as old,
        zipfile.ZipFile(kept, "w", zipfile.ZIP_DEFLATED) as new,
    ):
        for member in old.namelist():
            if member not in parts:
                new.writestr(member, old.read(member))
        for name, content in parts.items():
            if content is not None:
                new.writestr(name, content)
    return kept.getvalue()


GOOD = workbook(["id", "name"], ["P1", "Ada"], ["P2", "Ben"])
_SHEET = "xl/worksheets/sheet1.xml"
_BOOK_RELS, _TEXTS_PART = "xl/_rels/workbook.xml.rels", "xl/sharedStrings.xml"
_TEXTS = b'<Relationship Id="s" Type="x/sharedStrings" Target="sharedStrings.xml"/>'
_RELS = (
    b'<Relationships><Relationship Id="rId1" Type="x/worksheet" '
    b'Target="worksheets/sheet1.xml"/>%s</Relationships>'
)
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"


def sheet(rows: str) -> bytes:
    """The good workbook with other rows in its sheet."""
    xml = f'<worksheet xmlns="{_MAIN}"><sheetData>{rows}</sheetData></worksheet>'
    return rezipped(GOOD, {_SHEET: xml.encode()})


def cells(*content: str) -> bytes:
    """A sheet of an inline header ``id`` and one cell a row below it."""
    head = '<row r="1"><c r="A1" t="inlineStr"><is><t>id</t></is></c></row>'
    body = [f'<row r="{i}">{c}</row>' for i, c in enumerate(content, start=2)]
    return sheet(head + "".join(body))


def _strings(xml: bytes) -> bytes:
    return rezipped(GOOD, {"xl/sharedStrings.xml": xml})


def _patched(data: bytes, old: bytes, new: bytes) -> bytes:
    assert len(old) == len(new) and old in data
    return data.replace(old, new)


def _far(cell: str) -> bytes:
    book = openpyxl.Workbook()
    book.active["A1"], book.active["A2"], book.active[cell] = "id", "P1", "x"
    kept = io.BytesIO()
    book.save(kept)
    return kept.getvalue()


def _many_parts() -> bytes:
    kept = io.BytesIO()
    with zipfile.ZipFile(kept, "w") as archive:
        for i in range(30_000):
            archive.writestr(f"xl/{i:050d}", b"")
    return kept.getvalue()


def _encrypted() -> bytes:
    data = bytearray(GOOD)
    for mark, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        at = data.find(mark)
        data[at + offset] |= 1
    return bytes(data)


def _expanding() -> bytes:
    texts = b"<sst><si><t>" + b"x" * 100_000 + b"</t></si></sst>"
    rows = "".join(f'<row r="{i}"><c r="A{i}" t="s"><v>0</v></c></row>' for i in range(2, 20_000))
    head = '<row r="1"><c r="A1" t="inlineStr"><is><t>id</t></is></c></row>'
    xml = f'<worksheet xmlns="{_MAIN}"><sheetData>{head}{rows}</sheetData></worksheet>'
    parts = {_TEXTS_PART: texts, _BOOK_RELS: _RELS % _TEXTS, _SHEET: xml.encode()}
    return rezipped(GOOD, {**parts, "xl/pad.bin": bytes(b * b % 251 for b in range(50_000))})


XLSX: dict[str, Case] = {
    "nothing": (b"", "empty"),
    "CSV by that name": (b"id\nP1\n", "magic"),
    "HTML by that name": (b"<table><tr><td>id</td></tr></table>", "magic"),
    "Parquet by that name": (parquet({"a": [1]}), "magic"),
    "encrypted or old": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 500, "encrypted"),
    "encrypted parts": (_encrypted(), "encrypted"),
    "cut": (GOOD[:-200], "xlsx"),
    "cut in the middle": (GOOD[: len(GOOD) // 2], "xlsx"),
    "four bytes": (b"PK\x03\x04", "xlsx"),
    "noise behind the mark": (b"PK\x03\x04" + bytes(range(256)) * 4, "xlsx"),
    "a list of parts that lies elsewhere": (GOOD[:-6] + b"\xff\xff\xff\x7f\x00\x00", "xlsx"),
    "a damaged part": (_patched(GOOD, GOOD[60:70], b"\xff" * 10), "xlsx"),
    "a zip of something else": (rezipped(GOOD, dict.fromkeys((_SHEET, "xl/workbook.xml"))), "xlsx"),
    "no relations": (rezipped(GOOD, {"_rels/.rels": None}), "xlsx"),
    "no relations of the book": (rezipped(GOOD, {_BOOK_RELS: None}), "xlsx"),
    "no sheet": (rezipped(GOOD, {_SHEET: None}), "xlsx"),
    "no texts": (rezipped(GOOD, {_BOOK_RELS: _RELS % _TEXTS, _TEXTS_PART: None}), "xlsx"),
    "no styles": (rezipped(GOOD, {"xl/styles.xml": None}), "xlsx"),
    "a sheet that is no XML": (rezipped(GOOD, {_SHEET: b"id,name\nP1,Ada\n"}), "xlsx"),
    "a sheet that is cut": (rezipped(GOOD, {_SHEET: b"<worksheet><sheetData><row>"}), "xlsx"),
    "a sheet of another kind": (rezipped(GOOD, {_SHEET: b"<chartsheet/>"}), "xlsx"),
    "a sheet of nothing": (rezipped(GOOD, {_SHEET: b""}), "xlsx"),
    "a sheet too deep": (rezipped(GOOD, {_SHEET: b"<worksheet>" + b"<a>" * 5_000}), "xlsx"),
    "a sheet elsewhere": (
        rezipped(
            GOOD,
            {
                _BOOK_RELS: b'<Relationships><Relationship Id="rId1" '
                b'TargetMode="External" Type="x/worksheet" Target="http://example.org/s.xml"/>'
                b"</Relationships>"
            },
        ),
        "xlsx",
    ),
    "no rows": (workbook(), "empty"),
    "header only": (workbook(["id", "name"]), "empty"),
    "blank rows": (workbook(["id"], [None], [""]), "empty"),
    "a name twice": (workbook(["id", "id"], [1, 2]), "dup_header", "column 2"),
    "two columns without name": (workbook(["id", None, None, "x"], [1, 2, 3, 4]), "dup_header"),
    "a row beyond the header": (workbook(["id"], ["P1", "x"]), "ragged", "row 2"),
    "a formula": (workbook(["id"], ["=1+1"]), "formula", "row 2"),
    "a formula in the header": (workbook(["=A2"], ["P1"]), "formula", "row 1"),
    "a formula with its value": (cells('<c r="A2"><f>1+1</f><v>2</v></c>'), "formula", "row 2"),
    "a formula that calls": (workbook(["id"], ["=HYPERLINK(A1)"]), "formula", "row 2"),
    "a formula over an array": (cells('<c r="A2"><f t="array" ref="A2"/><v>2</v></c>'), "formula"),
    "macros": (rezipped(GOOD, {"xl/vbaProject.bin": b"x"}), "macros"),
    "old macros": (rezipped(GOOD, {"xl/macrosheets/sheet1.xml": b"<x/>"}), "macros"),
    "entities that multiply": (_strings(_DTD % _LAUGHS), "entities"),
    "an entity from a file": (
        _strings(_DTD % b'<!ENTITY x SYSTEM "file:///etc/passwd">'),
        "entities",
    ),
    "an entity from afar": (
        rezipped(GOOD, {_SHEET: _DTD % b'<!ENTITY x SYSTEM "http://x">'}),
        "entities",
    ),
    "a document type in the styles": (rezipped(GOOD, {"xl/styles.xml": _DTD % b""}), "entities"),
    "a document type in the book": (rezipped(GOOD, {"xl/workbook.xml": _DTD % b""}), "entities"),
    "entities where nobody reads": (
        rezipped(GOOD, {"docProps/core.xml": _DTD % _LAUGHS}),
        "entities",
    ),
    "an unknown entity": (cells('<c r="A2" t="inlineStr"><is><t>&nbsp;</t></is></c>'), "entities"),
    "a part outside": (rezipped(GOOD, {"../../evil.xml": b"x"}), "zip_slip"),
    "a part at the root": (rezipped(GOOD, {"/etc/evil": b"x"}), "zip_slip"),
    "a part on a drive": (rezipped(GOOD, {"C:evil": b"x"}), "zip_slip"),
    "a part outside, the other way": (rezipped(GOOD, {"..\\..\\evil": b"x"}), "zip_slip"),
    "30,000 parts": (_many_parts, "zip_bomb"),
    "a cell in the last column": (_far("XFD2"), "too_many_columns"),
    "a cell at the last corner": (_far("XFD1048576"), "sparse"),
    "a cell in the last row": (_far("A1048576"), "sparse"),
    "a text that is not there": (cells('<c r="A2" t="s"><v>9</v></c>'), "xlsx", "row 2"),
    "a text of a negative number": (cells('<c r="A2" t="s"><v>-1</v></c>'), "xlsx", "row 2"),
    "a number that is none": (cells('<c r="A2"><v>abc</v></c>'), "xlsx", "row 2"),
    "a number of 500 digits": (cells(f'<c r="A2"><v>{"9" * 500}</v></c>'), "xlsx", "row 2"),
    "a truth of 7": (cells('<c r="A2" t="b"><v>7</v></c>'), "xlsx", "row 2"),
    "a cell that names another row": (cells('<c r="A9"><v>1</v></c>'), "xlsx", "row 2"),
    "a cell without a place": (cells('<c r="?"><v>1</v></c>'), "xlsx", "row 2"),
    "row 0": (sheet('<row r="0"><c r="A0"><v>1</v></c></row>'), "xlsx"),
    "rows that go back": (sheet('<row r="2"/><row r="1"/>'), "xlsx"),
    "a row that is no number": (sheet('<row r="x"/>'), "xlsx"),
    "a row below the last": (sheet('<row r="1048577"/>'), "xlsx"),
    "a cell of 200,000 characters": (
        cells(f'<c r="A2" t="inlineStr"><is><t>{"x" * 200_000}</t></is></c>'),
        "field_too_large",
    ),
}

PARQUET: dict[str, Case] = {
    "nothing": (b"", "empty"),
    "CSV by that name": (b"a,b\n1,2\n", "magic"),
    "a zip by that name": (GOOD, "magic"),
    "four bytes": (b"PAR1", "parquet"),
    "twice the mark": (b"PAR1PAR1", "parquet"),
    "a footer of no length": (b"PAR1" + b"\x00" * 4 + b"PAR1", "parquet"),
    "noise for a footer": (b"PAR1" + b"\xff" * 40 + b"\x28\x00\x00\x00PAR1", "parquet"),
    "a footer longer than the file": (b"PAR1abc\xff\xff\xff\x7fPAR1", "parquet"),
    "cut": (parquet({"a": [1, 2, 3]})[:-20], "parquet"),
    "cut in the middle": (parquet({"a": ["x"] * 99})[:60], "parquet"),
    "an encrypted footer": (parquet({"a": [1]})[:-4] + b"PARE", "encrypted"),
    "no rows": (parquet({"a": pa.array([], pa.int64())}), "empty"),
    "no columns": (parquet({}), "empty"),
    "lists": (parquet({"a": [[1], [2]]}), "column_type", "column 1"),
    "structures": (parquet({"b": [1], "a": [{"x": 1}]}), "column_type", "column 2"),
    "maps": (
        parquet({"a": pa.array([[("k", 1)]], pa.map_(pa.string(), pa.int8()))}),
        "column_type",
    ),
    "bytes": (parquet({"a": [b"\x80\x04"]}), "column_type", "column 1"),
    "bytes of one length": (parquet({"a": pa.array([b"ab"], pa.binary(2))}), "column_type"),
    "delta texts": (
        parquet(
            {"a": ["x", "xy"]}, use_dictionary=False, column_encoding={"a": "DELTA_BYTE_ARRAY"}
        ),
        "column_type",
    ),
    "1,001 columns": (lambda: parquet({f"c{i}": [1] for i in range(1_001)}), "too_many_columns"),
    "a name twice but for blanks": (parquet({"a": [1], " a": [1]}), "dup_header", "column 2"),
    "two columns without name": (parquet({"": [1], " ": [1]}), "dup_header"),
    "a name that turns the direction": (parquet({"\u202ea": [1]}), "control_or_bidi", "column 1"),
    "a text of 200,000": (parquet({"a": ["x" * 200_000]}), "field_too_large", "column 1"),
    "a text that is not UTF-8": (
        parquet({"a": pa.Array.from_buffers(pa.string(), 1, pa.array([b"\xff\xfe"]).buffers())}),
        "not_utf8",
        "column 1",
    ),
    "noise in its first page": (
        (lambda d: d[:10] + b"\xff" * 60 + d[70:])(parquet({"a": list(range(500))})),
        "parquet",
    ),
}


def _dictionary_bomb() -> bytes:
    numbers = pa.array([0] * 1_000_000, pa.int32())
    return parquet({"a": pa.DictionaryArray.from_arrays(numbers, pa.array(["x" * 100_000]))})


def _page_bomb() -> bytes:
    zeros = pa.array([0]).take(pa.array([0] * 20_000_000, pa.int32()))
    options = {
        "use_dictionary": False,
        "data_page_size": 1 << 30,
        "max_rows_per_page": 1 << 30,
        "compression": "zstd",
    }
    return parquet({"a": zeros}, write_batch_size=20_000_000, row_group_size=20_000_000, **options)


HEAVY_XLSX: dict[str, tuple[Callable[[], bytes], str]] = {
    "60 MB of zeros": (lambda: rezipped(GOOD, {"xl/media.xml": b"\x00" * 60_000_000}), "zip_bomb"),
    "one text of 100,000 in 20,000 cells": (_expanding, "zip_bomb"),
    "400,000 cells of nothing in a row": (
        lambda: sheet('<row r="1">' + "<c/>" * 400_000 + "</row>"),
        "too_many_columns",
    ),
}
HEAVY_PARQUET: dict[str, tuple[Callable[[], bytes], str]] = {
    "one text of 100,000 in a million rows": (_dictionary_bomb, "too_large"),
    "a page of 160 MB": (_page_bomb, "too_large"),
    "120 million cells": (
        lambda: parquet({f"c{i}": pa.nulls(600_000) for i in range(200)}),
        "too_large",
    ),
}
ALL: list[Bad] = [
    *one("book.xlsx", XLSX),
    *one("table.parquet", PARQUET),
    *one("heavy.xlsx", HEAVY_XLSX, heavy=True),
    *one("heavy.parquet", HEAVY_PARQUET, heavy=True),
]
