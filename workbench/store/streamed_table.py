"""A table as the bytes of a file, a part at a time, so that it never lies in memory whole."""

from collections.abc import Iterable, Iterator
from pathlib import Path

import pandas as pd

from workbench.domain.errors import BadInput
from workbench.store.formats.spreadsheet_safe import inert_cell


def streamed(
    path: Path, parts: Iterable[pd.DataFrame], *, text: tuple[str, ...]
) -> Iterator[bytes]:
    """The bytes of `parts`, one or more with the same columns, in the format that `path` names.

    Parquet has a group of rows for each part. In CSV no cell of the columns `text` is a formula to
    a spreadsheet.

    Raises
    ------
    BadInput
        Code ``format`` when the name ends in neither ``.parquet`` nor ``.csv``.
    """
    if path.suffix == ".parquet":
        return _parquet(parts)
    if path.suffix == ".csv":
        return _csv(parts, text)
    raise BadInput(
        f"A file whose name ends in {path.suffix or 'nothing'} is no table that is written here; "
        "end it in .parquet or .csv.",
        code="format",
    )


def _csv(parts: Iterable[pd.DataFrame], text: tuple[str, ...]) -> Iterator[bytes]:
    for i, part in enumerate(parts):
        safe = part.assign(**{name: part[name].map(inert_cell) for name in text})
        yield safe.to_csv(index=False, header=i == 0).encode()


def _parquet(parts: Iterable[pd.DataFrame]) -> Iterator[bytes]:
    import pyarrow
    from pyarrow import parquet

    taken = _Taken()
    writer = None
    for part in parts:
        table = pyarrow.Table.from_pandas(part, preserve_index=False)
        if writer is None:
            writer = parquet.ParquetWriter(pyarrow.PythonFile(taken, mode="w"), table.schema)
        writer.write_table(table)
        yield taken.away()
    if writer is not None:
        writer.close()
        yield taken.away()


class _Taken:
    """A file to write to, from which is taken away what was written since the last time."""

    closed = False

    def __init__(self) -> None:
        self._held: list[bytes] = []
        self._n = 0

    def write(self, data: bytes) -> int:
        self._held.append(bytes(data))
        self._n += len(data)
        return len(data)

    def tell(self) -> int:
        return self._n

    def flush(self) -> None:
        """What is held is taken by `away`."""

    def close(self) -> None:
        self.closed = True

    def away(self) -> bytes:
        held, self._held = b"".join(self._held), []
        return held
