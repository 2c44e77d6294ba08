"""Bad CSV and JSON, bad encodings, and files of another kind under a name of text."""

import bz2
import gzip
import io
import lzma
import pickle
import zipfile
import zlib

import numpy as np
from bad_input.catalogue import Bad, one

_PAIRS = "name,place\nZoë,Århus\n"


def _zip(name: str = "x.csv") -> bytes:
    kept = io.BytesIO()
    with zipfile.ZipFile(kept, "w") as archive:
        archive.writestr(name, "id\n1\n")
    return kept.getvalue()


def _npy(*, objects: bool) -> bytes:
    kept = io.BytesIO()
    np.save(kept, np.array([{}] if objects else [1.0], dtype=object if objects else float))
    return kept.getvalue()


def _pickled(protocol: int) -> bytes:
    return pickle.dumps({"id": ["P1"]}, protocol=protocol)


CSV = one(
    "export.csv",
    {
        "nothing": (b"", "empty"),
        "blanks": (b" \n\n", "empty"),
        "only line ends": (b"\r\n\r\n", "empty"),
        "only a byte order mark": (b"\xef\xbb\xbf", "empty"),
        "only tabs": (b"\t\n\t\n", "empty"),
        "header only": (b"a,b\n", "empty"),
        "header without a line end": (b"a,b", "empty"),
        "header with a mark": (b"\xef\xbb\xbfa,b\n", "empty"),
        "header and blank lines": (b"a,b\n\n\n", "empty"),
        "a name twice": (b"a,b,a\n1,2,3\n", "dup_header", "column 3"),
        "a name twice but for blanks": (b"a, a\n1,2\n", "dup_header", "column 2"),
        "a name twice in quotes": (b'"a","a"\n1,2\n', "dup_header", "column 2"),
        "two columns without name": (b",,a\n1,2,3\n", "dup_header", "blank columns"),
        "the name a blank one gets": (b",column_1\n1,2\n", "dup_header", "column 2"),
        "name that turns the direction": (
            "a,\u202eb\n1,2\n".encode(),
            "control_or_bidi",
            "column 2",
        ),
        "name with a bell": (b"a\x07,b\n1,2\n", "control_or_bidi", "column 1"),
        "name with an escape sequence": (b"a,\x1b[31mb\n1,2\n", "control_or_bidi", "column 2"),
        "too few cells": (b"a,b\n1,2\n1\n", "ragged", "line 3"),
        "too many cells": (b"a,b\n1,2\n1,2,3\n", "ragged", "line 3"),
        "a comma at the end": (b"a,b\n1,2,\n", "ragged", "line 2"),
        "ragged after a cell of two lines": (b'a,b\n"1\n2",2\n1,2,3\n', "ragged", "line 4"),
        "ragged with line ends of Windows": (b"a,b\r\n1,2\r\n3\r\n", "ragged", "line 3"),
        "ragged in the last line": (b"a,b\n1,2\n3", "ragged", "line 3"),
        "ragged far down": (b"a,b\n" + b"1,2\n" * 60_000 + b"1\n", "ragged", "line 60002"),
        "a title above the header": (b"Report 2024\na,b\n1,2\n", "ragged", "line 2"),
        "a quote left open": (b'a,b\n1,"2\n3,4\n', "csv", "line 2"),
        "a quote left open at the end": (b'a,b\n1,2\n3,"', "csv", "line 3"),
        "a quote amid a cell": (b'a,b\n1,"2"3\n', "csv", "line 2"),
        "a blank after a quote": (b'a,b\n"1" ,2\n', "csv", "line 2"),
        "a quote left open far above": (
            b'a,b\n1,"2\n' + b"1,2\n" * 50_000,
            "field_too_large",
            "line 2",
        ),
        "1,001 columns": (b",".join(b"c%d" % i for i in range(1_001)) + b"\n", "too_many_columns"),
        "50,000 columns": (b"c," * 50_000 + b"c\n" + b"1," * 50_000 + b"1\n", "too_many_columns"),
        "a cell of 131,073 characters": (
            b"a\n" + b"x" * 131_073 + b"\n",
            "field_too_large",
            "line 2",
        ),
        "a quoted cell of 200,000": (
            b'a\n1\n"' + b"x" * 200_000 + b'"\n',
            "field_too_large",
            "line 3",
        ),
        "a name of 200,000 characters": (b"x" * 200_000 + b"\n1\n", "field_too_large", "line 1"),
        "semicolons": (b"a;b\n1;2\n", "columns"),
        "tabs": (b"a\tb\n1\t2\n", "columns"),
        "bars": (b"a|b\n1|2\n", "columns"),
        "semicolons and decimal commas": (b"a;b\n1,5;2\n", "columns"),
        "a line above 4 million characters": (
            b",".join([b"a", *(b"c%d" % i for i in range(999))])
            + b"\n"
            + b",".join([b"x" * 5_000] * 1_000),
            "field_too_large",
            "line 2",
        ),
    },
)
ENCODINGS = one(
    "names.csv",
    {
        "NUL in the header": (b"a,\x00b\n1,2\n", "nul", "line 1"),
        "NUL in a cell": (b"a,b\n1,\x002\n", "nul", "line 2"),
        "NUL at the end": (b"a,b\n1,2\n\x00", "nul", "line 3"),
        "all zeros": (b"\x00" * 5_000, "nul", "line 1"),
        "UTF-16 with a mark": (_PAIRS.encode("utf-16"), "not_utf8"),
        "UTF-16 big endian with a mark": (b"\xfe\xff" + _PAIRS.encode("utf-16-be"), "not_utf8"),
        "UTF-16 without a mark": (_PAIRS.encode("utf-16-le") * 3, "not_utf8"),
        "UTF-16 big endian without": (_PAIRS.encode("utf-16-be") * 3, "not_utf8"),
        "UTF-32": (_PAIRS.encode("utf-32"), "not_utf8"),
        "UTF-7 of Japan: Shift-JIS": ("名,所\n東,京\n".encode("shift-jis"), "not_utf8", "line 1"),
        "Latin-1": (_PAIRS.encode("latin-1"), "not_utf8", "line 2"),
        "Windows-1252 quotes": ("a\n\u201cyes\u201d\n".encode("cp1252"), "not_utf8", "line 2"),
        "KOI8-R": ("имя\nЖанна\n".encode("koi8-r"), "not_utf8", "line 1"),
        "GBK": ("姓名\n王\n".encode("gbk"), "not_utf8", "line 1"),
        "Latin-1 far down": (
            b"a\n" + b"x" * 99 + b"\n" + (b"y" * 99 + b"\n") * 12_000 + b"\xe9\n",
            "not_utf8",
            "line 12003",
        ),
        "cut in a character of two": ("a\nJosé".encode()[:-1], "not_utf8", "line 2"),
        "cut in a character of three": ("a\n語".encode()[:-1], "not_utf8", "line 2"),
        "cut in a character of four": ("a\n🙂".encode()[:-2], "not_utf8", "line 2"),
        "overlong": (b"a\n\xc0\xaf\n", "not_utf8", "line 2"),
        "a surrogate in UTF-8": (b"a\n\xed\xa0\x80\n", "not_utf8", "line 2"),
        "beyond Unicode": (b"a\n\xf5\x80\x80\x80\n", "not_utf8", "line 2"),
        "bytes FF": (b"a\n\xff\xff\n", "not_utf8", "line 2"),
    },
)
_OTHER_KINDS = {
    "a zip": (_zip(), "magic"),
    "an empty zip": (b"PK\x05\x06" + b"\x00" * 18, "magic"),
    "a zip with a path outside": (_zip("../../x.csv"), "magic"),
    "a program of Linux": (b"\x7fELF\x02\x01\x01" + b"\x00" * 50, "magic"),
    "a program of Windows": (b"MZ\x90\x00\x03" + b"\x00" * 50, "magic"),
    "a script": (b"#!/bin/sh\necho gone\n", "magic"),
    "PDF": (b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n", "magic"),
    "gzip": (gzip.compress(b"id\n1\n"), "magic"),
    "bzip2": (bz2.compress(b"id\n1\n"), "magic"),
    "xz": (lzma.compress(b"id\n1\n"), "magic"),
    "zlib, as joblib writes": (zlib.compress(b"id\n1\n"), "nul", "line 1"),
    "numpy": (_npy(objects=False), "magic"),
    "numpy objects": (_npy(objects=True), "magic"),
    "a pickle, protocol 2": (_pickled(2), "magic"),
    "a pickle, protocol 3": (_pickled(3), "magic"),
    "a pickle, protocol 4": (_pickled(4), "magic"),
    "a pickle, protocol 5": (_pickled(5), "magic"),
    "old Office": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 90, "magic"),
    "SQLite": (b"SQLite format 3\x00" + b"\x10\x00" * 40, "magic"),
    "PNG": (b"\x89PNG\r\n\x1a\n" + b"\x00" * 20, "magic"),
    "JPEG": (b"\xff\xd8\xff\xe0\x00\x10JFIF", "nul"),
    "Parquet": (b"PAR1\x15\x00\x15\x00", "magic"),
    "WebAssembly": (b"\x00asm\x01\x00\x00\x00", "nul"),
    "zstd": (b"\x28\xb5\x2f\xfd\x04\x58", "not_utf8"),
}
MAGIC = [
    *one("data.csv", _OTHER_KINDS),
    *one("data.json", {k: v for k, v in _OTHER_KINDS.items() if k in ("a zip", "gzip", "PNG")}),
    *one("data.jsonl", {k: v for k, v in _OTHER_KINDS.items() if "pickle" in k}),
    *one("data.ndjson", {k: v for k, v in _OTHER_KINDS.items() if k in ("numpy", "Parquet")}),
]
_LINES = {
    "NaN": (b'{"a": NaN}', "not_finite", "line 1"),
    "Infinity": (b'{"a": 1}\n{"a": Infinity}', "not_finite", "line 2"),
    "minus Infinity": (b'{"a": -Infinity}', "not_finite", "line 1"),
    "NaN within": (b'{"a": {"b": [NaN]}}', "not_finite", "line 1"),
    "a key twice": (b'{"a": 1, "a": 2}', "duplicate_key", "line 1"),
    "a key twice within": (b'{"a": {"b": 1, "b": 2}}', "duplicate_key", "line 1"),
    "a key twice, once escaped": (b'{"a": 1, "\\u0061": 2}', "duplicate_key", "line 1"),
    "keys that differ by blanks": (b'{"a": 1, " a": 2}', "dup_header"),
    "a key that turns the direction": (b'{"\\u202ea": 1}', "control_or_bidi"),
    "a key with NUL": (b'{"a\\u0000": 1}', "control_or_bidi"),
    "33 levels": (b'{"a": ' + b"[" * 32 + b"]" * 32 + b"}", "too_deep", "line 1"),
    "100,000 lists": (b'{"a": ' + b"[" * 100_000 + b"]" * 100_000 + b"}", "too_deep", "line 1"),
    "100,000 lists left open": (b'{"a": ' + b"[" * 100_000, "too_deep", "line 1"),
    "20,000 objects": (b'{"a": ' * 20_000 + b"1" + b"}" * 20_000, "too_deep", "line 1"),
    "lists and objects in turn": (b'{"a": [' * 5_000, "too_deep", "line 1"),
    "a number of 401 digits": (b'{"a": ' + b"9" * 401 + b"}", "number_format", "line 1"),
    "a number of 100,000 digits": (b'{"a": ' + b"9" * 100_000 + b"}", "number_format", "line 1"),
    "a fraction of 100,000 digits": (b'{"a": 0.' + b"1" * 100_000 + b"}", "number_format"),
    "an exponent of 100,000 digits": (b'{"a": 1e' + b"1" * 100_000 + b"}", "number_format"),
    "a giant number within": (b'{"a": [' + b"9" * 5_000 + b"]}", "number_format"),
    "a lone high surrogate": (b'{"a": "\\ud800"}', "lone_surrogate", "line 1"),
    "a lone low surrogate": (b'{"a": "x\\udc00"}', "lone_surrogate", "line 1"),
    "a pair the wrong way round": (b'{"a": "\\udc00\\ud800"}', "lone_surrogate", "line 1"),
    "a lone surrogate in a key": (b'{"\\ud83d": 1}', "lone_surrogate", "line 1"),
    "a lone surrogate within": (b'{"a": ["\\ud800"]}', "lone_surrogate", "line 1"),
    "bytes behind": (b'{"a": 1} x', "trailing_bytes", "line 1"),
    "two objects in a line": (b'{"a": 1}{"a": 2}', "trailing_bytes", "line 1"),
    "a comma between lines": (b'{"a": 1},\n{"a": 2}', "trailing_bytes", "line 1"),
    "a list a line": (b"[1, 2]\n[3]\n", "not_objects"),
    "a number a line": (b"1\n2\n", "not_objects", "line 1"),
    "a text a line": (b'{"a": 1}\n"b"\n', "not_objects", "line 2"),
    "null": (b"null", "not_objects", "line 1"),
    "true": (b"true", "not_objects", "line 1"),
    "cut": (b'{"a": 1', "json", "line 1"),
    "cut in a text": (b'{"a": 1}\n{"a": "b', "json", "line 2"),
    "single quotes": (b"{'a': 1}", "json", "line 1"),
    "a comma at the end": (b'{"a": 1,}', "json", "line 1"),
    "keys without quotes": (b"{a: 1}", "json", "line 1"),
    "a comment": (b'// calls\n{"a": 1}', "json", "line 1"),
    "a tab in a text": (b'{"a": "\t"}', "json", "line 1"),
    "an unknown escape": (b'{"a": "\\x41"}', "json", "line 1"),
    "half an escape": (b'{"a": "\\u12"}', "json", "line 1"),
    "a leading zero": (b'{"a": 01}', "json", "line 1"),
    "a plus sign": (b'{"a": +1}', "json", "line 1"),
    "a bare point": (b'{"a": .5}', "json", "line 1"),
    "hexadecimal": (b'{"a": 0x1F}', "json", "line 1"),
    "undefined": (b'{"a": undefined}', "json", "line 1"),
    "None of Python": (b'{"a": None}', "json", "line 1"),
    "an object over several lines": (b'{\n "a": 1\n}', "json", "line 1"),
    "CSV by the name of JSON": (b"a,b\n1,2\n", "json", "line 1"),
    "objects without keys": (b"{}\n{}\n", "empty"),
    "blank lines": (b"\n\n", "empty"),
    "1,001 keys": (
        b"{" + b",".join(b'"c%d": 1' % i for i in range(1_001)) + b"}",
        "too_many_columns",
    ),
    "another key a line": (
        b"\n".join(b'{"c%d": 1}' % i for i in range(5_000)),
        "too_many_columns",
    ),
    "a text of 200,000": (b'{"a": "' + b"x" * 200_000 + b'"}', "field_too_large", "line 1"),
    "a list of 200,000": (
        b'{"a": [' + b"1," * 100_000 + b"1]}",
        "field_too_large",
        "line 1",
    ),
    "a line above 4 million": (b'{"a": "' + b"x" * 5_000_000 + b'"}', "field_too_large", "line 1"),
    "NUL": (b'{"a": "\x00"}', "nul", "line 1"),
    "Latin-1": ('{"a": "é"}'.encode("latin-1"), "not_utf8", "line 1"),
    "UTF-16": ('{"a": "é"}'.encode("utf-16"), "not_utf8"),
}
_ARRAYS = {
    "an empty array": (b"[]", "empty"),
    "an empty array with blanks": (b" [ \n ] ", "empty"),
    "a number in it": (b'[{"a": 1}, 2]', "not_objects", "item 2"),
    "an array in it": (b'[[{"a": 1}]]', "not_objects", "item 1"),
    "null in it": (b"[null]", "not_objects", "item 1"),
    "100,000 arrays": (b"[" * 100_000, "too_deep", "item 1"),
    "33 levels": (b'[{"a": ' + b"[" * 32 + b"]" * 32 + b"}]", "too_deep", "item 1"),
    "not closed": (b'[{"a": 1}', "json", "item 1"),
    "not closed after a comma": (b'[{"a": 1},', "json", "item 2"),
    "cut in an object": (b'[{"a": 1}, {"a": ', "json", "item 2"),
    "a comma at the end": (b'[{"a": 1},]', "json", "item 2"),
    "a comma at the start": (b'[,{"a": 1}]', "json", "item 1"),
    "no comma between": (b'[{"a": 1} {"a": 2}]', "json", "item 1"),
    "bytes behind": (b'[{"a": 1}] x', "trailing_bytes", "end"),
    "another array behind": (b'[{"a": 1}]\n[{"a": 2}]', "trailing_bytes", "end"),
    "NaN": (b'[{"a": NaN}]', "not_finite", "item 1"),
    "a giant number": (b'[{"a": ' + b"9" * 1_000 + b"}]", "number_format", "item 1"),
    "a key twice": (b'[{"a": 1}, {"b": 1, "b": 1}]', "duplicate_key", "item 2"),
    "a lone surrogate": (b'[{"a": "\\ud800"}]', "lone_surrogate", "item 1"),
    "a giant item": (b'[{"a": "' + b"x" * 5_500_000 + b'"}]', "field_too_large", "item 1"),
    "an item that never ends": (b'[{"a": "' + b"x" * 6_500_000, "field_too_large", "item 1"),
    "broken below a million bytes": (
        b"[" + b'{"a": "0123456789"},' * 60_000 + b"}]",
        "not_objects",
        "item 60001",
    ),
}
JSON = [*one("rows.jsonl", _LINES), *one("rows.json", _ARRAYS)]

HEAVY = [
    *one(
        "heavy.csv",
        {
            "a cell of 20 MB": (
                lambda: b"a\n" + b"x" * 20_000_000 + b"\n",
                "field_too_large",
                "line 2",
            ),
            "a million rows, the last ragged": (
                lambda: b"a,b\n" + b"12345,67890\n" * 1_000_000 + b"1\n",
                "ragged",
                "line 1000002",
            ),
            "a thousand columns of nothing": (
                lambda: (
                    b",".join(b"c%d" % i for i in range(1_000))
                    + b"\n"
                    + (b"," * 999 + b"\n") * 20_000
                    + b"1\n"
                ),
                "ragged",
                "line 20002",
            ),
            "60 MB without a line end": (lambda: b"abcdefghij," * 5_500_000, "field_too_large"),
        },
        heavy=True,
    ),
    *one(
        "heavy.json",
        {
            "20 million brackets": (lambda: b"[" * 20_000_000, "too_deep"),
            "a million items, the last broken": (
                lambda: b"[" + b'{"a": "12345"},' * 1_000_000 + b"1]",
                "not_objects",
                "item 1000001",
            ),
            "a number of 20 million digits": (
                lambda: b'[{"a": ' + b"9" * 20_000_000 + b"}]",
                "number_format",
                "item 1",
            ),
            "4 million lists in a cell": (
                lambda: b'[{"a": [' + b"[]," * 1_200_000 + b"[]]}]",
                "field_too_large",
                "item 1",
            ),
        },
        heavy=True,
    ),
]
ALL: list[Bad] = [*CSV, *ENCODINGS, *MAGIC, *JSON, *HEAVY]
