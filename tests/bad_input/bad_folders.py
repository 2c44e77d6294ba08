"""Bad dataset folders and bad file names, and what is put where a file should be."""

import os
from pathlib import Path

from bad_input.catalogue import Bad

TOML = """
name = "harbour"
title = "Harbour records"
licence = "CC0-1.0"
synthetic = true

[[entities]]
file = "persons.csv"
kind = "person"
id = "id"
"""
PERSONS = b"id,name\nP1,Ada\nP2,Ben\n"


def _folder(name: str, toml: str | bytes, code: str, place: str = "", **other: bytes) -> Bad:
    files = {"persons.csv": PERSONS, **{k.replace("__", "."): v for k, v in other.items()}}
    text = toml.encode() if isinstance(toml, str) else toml
    return Bad(
        name=f"folder: {name}", files={**files, "dataset.toml": text}, code=code, place=place
    )


def _with(line: str) -> str:
    return f"{line}\n{TOML}"


def _named(old: str, new: str) -> str:
    return TOML.replace(old, new)


MANIFESTS = [
    Bad(name="folder: no dataset.toml", files={"persons.csv": PERSONS}, code="manifest"),
    *(
        _folder(name, toml, "manifest", "dataset.toml")
        for name, toml in {
            "nothing in dataset.toml": "",
            "no TOML": "name: harbour",
            "JSON": '{"name": "harbour"}',
            "cut": TOML[:40],
            "not UTF-8": TOML.replace("Harbour", "Hår").encode("latin-1"),
            "UTF-16": TOML.encode("utf-16"),
            "NUL": TOML.replace("Harbour", "\x00"),
            "above 1 MB": TOML + "#" * 1_000_001,
            "nested 10,000 times": "a = " + "[" * 10_000,
            "a key of 20,000 parts": ".".join("a" * 20_000) + " = 1",
            "a number of 5,000 digits": _with("max_rejected_share = " + "9" * 5_000),
            "a key twice": _with('name = "x"'),
            "no title": TOML.replace('title = "Harbour records"\n', ""),
            "an unknown key": _with('colour = "red"'),
            "10,000 unknown keys": "\n".join(f"k{i} = 1" for i in range(10_000)) + TOML,
            "an unknown key that turns the direction": _with('"\u202ecolour" = 1'),
            "a kind that is none": _named('"person"', '"suspect"'),
            "a kind of link that is none": TOML
            + '[[links]]\nfile="persons.csv"\nkind="loves"\nfrom="id"\nfrom_kind="person"\n'
            'to="name"\nto_kind="person"\n',
            "no table": TOML[: TOML.index("[[")],
            "a share of 2": _with("max_rejected_share = 2"),
            "a share below nothing": _with("max_rejected_share = -0.1"),
            "a share that is no number": _with("max_rejected_share = nan"),
            "a separator of two": _with('separator = ";;"'),
            "no separator": _with('separator = ""'),
            "a quote for a separator": _with("separator = '\"'"),
            "a line end for a separator": _with('separator = "\\n"'),
            "a letter for a separator": _with('separator = "a"'),
            "synthetic is a text": _with("").replace("synthetic = true", 'synthetic = "perhaps"'),
            "a file above the folder": _named("persons.csv", "../persons.csv"),
            "a file from the root": _named("persons.csv", "/etc/passwd.csv"),
            "a file on another path": _named("persons.csv", "..\\\\persons.csv"),
            "a file with NUL": _named("persons.csv", "a\\u0000.csv"),
            "a pickle named": _named("persons.csv", "persons.pkl"),
            "a program named": _named("persons.csv", "persons.csv.exe"),
            "a default grade that is none": TOML + "[entities.defaults]\nsource_grade = 'Z'\n",
            "a default time that is none": TOML + "[entities.defaults]\nknown_at = 'soon'\n",
            "a default time without a place in the calendar": TOML
            + "[entities.defaults]\nknown_at = '2024-02-30'\n",
            "a default handling that is none": TOML + "[entities.defaults]\nhandling = 'H9'\n",
        }.items()
    ),
    _folder("a file that is not there", _named("persons.csv", "gone.csv"), "not_found", "gone.csv"),
    _folder("a column that is not there", _named('id = "id"', 'id = "no"'), "columns", "persons"),
    _folder("an empty table", TOML, "empty", "persons.csv", persons__csv=b""),
    _folder(
        "a table of another separator", TOML, "columns", "persons.csv", persons__csv=b"id;n\n1;2\n"
    ),
    _folder("a separator that the table lacks", _with('separator = ";"'), "columns", "persons.csv"),
    _folder(
        "truth that is no CSV",
        TOML + '[truth]\nties = "t.csv"\n',
        "ragged",
        "line 2",
        t__csv=b"a,b\n1\n",
    ),
    _folder("truth that is not there", TOML + '[truth]\nties = "t.csv"\n', "not_found", "t.csv"),
    _folder(
        "cases without columns", _with('cases = "c.csv"'), "columns", "c.csv", c__csv=b"id\nC1\n"
    ),
    _folder(
        "a case about nobody",
        _with('cases = "c.csv"'),
        "cases",
        c__csv=b"id,title,purpose,legal_basis,opened_at,entity\nC1,T,To see,Law,2024-03-01,P9\n",
    ),
    _folder(
        "a case opened never",
        _with('cases = "c.csv"'),
        "cases",
        c__csv=b"id,title,purpose,legal_basis,opened_at,entity\nC1,T,To see,Law,never,P1\n",
    ),
]


def _outside(root: Path) -> None:
    (root / "persons.csv").unlink()
    (root.parent / "elsewhere.csv").write_bytes(PERSONS)
    (root / "persons.csv").symlink_to(root.parent / "elsewhere.csv")


def _loop(root: Path) -> None:
    (root / "persons.csv").unlink()
    (root / "persons.csv").symlink_to(root / "persons.csv")


def _pipe(root: Path) -> None:
    (root / "persons.csv").unlink()
    os.mkfifo(root / "persons.csv")


def _device(root: Path) -> None:
    (root / "zero.csv").symlink_to("/dev/zero")


def _put(name: str, code: str, put: object, *, handed_in: str = "", place: str = "") -> Bad:
    files = {"persons.csv": PERSONS, "dataset.toml": TOML.encode()}
    assert callable(put)
    return Bad(
        name=f"put: {name}", files=files, code=code, put=put, handed_in=handed_in, place=place
    )


PLACES = [
    _put("a link that leads outside", "path", _outside),
    _put("a link to itself", "path", _loop),
    _put("a pipe in a folder", "not_found", _pipe),
    _put("a device", "not_found", _device, handed_in="zero.csv"),
    _put("a pipe", "not_found", _pipe, handed_in="persons.csv"),
    _put("nothing there", "not_found", lambda root: None, handed_in="gone.csv"),
    _put(
        "a link to nothing",
        "not_found",
        lambda r: (r / "l.csv").symlink_to("gone"),
        handed_in="l.csv",
    ),
    _put(
        "a folder by the name of a file",
        "manifest",
        lambda r: (r / "d.csv").mkdir(),
        handed_in="d.csv",
    ),
    _put("a name of 4 KB", "unreadable", lambda r: None, handed_in="x" * 4_000 + ".csv"),
    _put("a name with NUL", "not_found", lambda r: None, handed_in="a\x00.csv"),
]

_PICKLE = b"\x80\x04\x95\x05\x00\x00\x00"
_BAD = b"a,a\n1,2\n"
NAMES = [
    Bad(name=f"name: {file!a}", files={file: content}, code=code, handed_in=file, place=place)
    for file, content, code, place in [
        ("data.pkl", _PICKLE, "format", ""),
        ("data.pickle", _PICKLE, "format", ""),
        ("data.joblib", _PICKLE, "format", ""),
        ("data.npy", b"\x93NUMPY", "format", ""),
        ("data.npz", b"PK\x03\x04", "format", ""),
        ("data.h5", b"\x89HDF", "format", ""),
        ("data.xls", b"\xd0\xcf\x11\xe0", "format", ""),
        ("data.xlsm", b"PK\x03\x04", "format", ""),
        ("data.xlsb", b"PK\x03\x04", "format", ""),
        ("data.ods", b"PK\x03\x04", "format", ""),
        ("data.txt", b"a,b\n1,2\n", "format", ""),
        ("data.tsv", b"a\tb\n1\t2\n", "format", ""),
        ("data.csv.gz", b"\x1f\x8b", "format", ""),
        ("data.csv.exe", b"MZ", "format", ""),
        ("data.feather", b"ARROW1", "format", ""),
        ("data.html", b"<table>", "format", ""),
        ("data.sqlite", b"SQLite format 3", "format", ""),
        ("data", b"a,b\n1,2\n", "format", ""),
        (".csv", b"a,b\n1,2\n", "format", ""),
        ("evil\u202ename.csv", _BAD, "dup_header", "column 2"),
        ("two\nlines.csv", _BAD, "dup_header", "column 2"),
        ("\x1b[31mred.csv", _BAD, "dup_header", "column 2"),
        ("<script>alert(1)<.csv", _BAD, "dup_header", "column 2"),
        ("=cmd|calc.csv", _BAD, "dup_header", "column 2"),
        ("x" * 240 + ".csv", _BAD, "dup_header", "column 2"),
        ("\u05e9\u05dc\u05d5\u05dd.csv", _BAD, "dup_header", "column 2"),
        ("🙂.csv", _BAD, "dup_header", "column 2"),
    ]
]
ALL: list[Bad] = [*MANIFESTS, *PLACES, *NAMES]
