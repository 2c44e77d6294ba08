"""A delivered file of any known format, told by its ending and checked against its first bytes.

Pickles, joblib files, object arrays and programs are never opened, under any name.
"""

import hashlib
from pathlib import Path
from typing import BinaryIO, NamedTuple

import pandas as pd

from workbench.store.formats.csv_file import read_csv
from workbench.store.formats.json_file import read_json
from workbench.store.formats.parquet_file import read_parquet
from workbench.store.formats.refusal import MAX_BYTES, refusal
from workbench.store.formats.xlsx_file import read_xlsx

SUFFIXES = (".csv", ".json", ".jsonl", ".ndjson", ".parquet", ".xlsx")
_MAGIC = {
    b"PK\x03\x04": "a zip archive",
    b"PK\x05\x06": "a zip archive",
    b"PAR1": "Parquet",
    b"\x7fELF": "a program",
    b"MZ": "a program",
    b"#!": "a program",
    b"%PDF": "PDF",
    b"\x1f\x8b": "a gzip archive",
    b"BZh": "a bzip2 archive",
    b"\xfd7zXZ": "an xz archive",
    b"\x93NUMPY": "a numpy array",
    b"\x80\x02": "a pickle",
    b"\x80\x03": "a pickle",
    b"\x80\x04": "a pickle",
    b"\x80\x05": "a pickle",
    b"\xd0\xcf\x11\xe0": "an old or encrypted Office file",
    b"SQLite format 3": "a database",
    b"\x89PNG": "an image",
}
_WANTED = {".parquet": b"PAR1", ".xlsx": b"PK\x03\x04"}


class Held(NamedTuple):
    """A file as it was read: bytes it holds, and their SHA-256 as 64 hex digits."""

    size: int
    sha256: str


def read_delivered(path: Path, *, separator: str = ",") -> tuple[pd.DataFrame, Held]:
    """All cells as text, and size and digest of the bytes that they were read from.

    CSV and JSON are read a block at a time: a table of calls of 173 MB took 2 to 4 times its size.

    Raises
    ------
    BadInput
        When the file cannot be read as what its name says; the codes stand in datasets/README.md.
    """
    file, suffix = path.name, path.suffix.lower()
    try:
        if not path.is_file():
            raise refusal(file, "not_found", "there is no such file; check the name.")
        if suffix not in SUFFIXES:
            raise refusal(file, "format", f"only {', '.join(SUFFIXES)} are read; save it as one.")
        if path.stat().st_size > MAX_BYTES:
            raise refusal(file, "too_large", "it is above 2 GB; deliver it in parts.")
        with path.open("rb") as opened:
            stream = Digested(opened)
            frame = _read(file, suffix, stream, separator)
            return frame, stream.held()
    except OSError as error:
        what = "it cannot be opened; check its name and who may read it."
        raise refusal(file, "unreadable", what) from error


class Digested:
    """A file whose SHA-256 is that of the bytes that its reader was given."""

    def __init__(self, opened: BinaryIO) -> None:
        self._opened = opened
        self._first = opened.read(512)
        self._digest = hashlib.sha256()
        self._size = 0

    @property
    def first(self) -> bytes:
        """The first bytes, which stay to be read."""
        return self._first

    def read(self, n: int = -1, /) -> bytes:
        """At most `n` bytes, all where `n` is negative."""
        begun, self._first = self._first, b""
        data = begun + self._opened.read(n if n < 0 else max(0, n - len(begun)))
        self._digest.update(data)
        self._size += len(data)
        return data

    def held(self) -> Held:
        """Of the whole file, read to its end."""
        while self.read(1 << 20):
            pass
        return Held(self._size, self._digest.hexdigest())


def _read(file: str, suffix: str, stream: Digested, separator: str) -> pd.DataFrame:
    check_magic(file, suffix, stream.first)
    match suffix:
        case ".csv":
            return read_csv(file, stream, separator=separator)
        case ".parquet":
            return read_parquet(file, stream.read())
        case ".xlsx":
            return read_xlsx(file, stream.read())
        case _:
            return read_json(file, stream)


def check_magic(file: str, suffix: str, data: bytes) -> None:
    """Raise BadInput, ``empty`` or ``magic``, unless `data` may begin a file of that suffix."""
    if not data:
        raise refusal(file, "empty", "it holds nothing; deliver a header and rows.")
    wanted = _WANTED.get(suffix)
    if suffix == ".xlsx" and data.startswith(b"\xd0\xcf\x11\xe0"):
        return
    if wanted:
        if not data.startswith(wanted):
            raise refusal(file, "magic", f"it is no {suffix[1:]} file inside; check its name.")
        return
    for magic, what in _MAGIC.items():
        looks_text = magic.isascii() and magic.isalnum() and data[:512].isascii()
        if data.startswith(magic) and not (looks_text and data[:512].find(b"\x00") < 0):
            raise refusal(file, "magic", f"inside it is {what}; it was not opened.")
