"""Parquet, read with its promises checked first; every cell becomes text."""

from collections.abc import Iterator, Sequence
from typing import Any

import pandas as pd

from workbench.domain.errors import BadInput
from workbench.store.formats.parquet_pages import check_pages
from workbench.store.formats.refusal import (
    MAX_BYTES,
    MAX_CELLS,
    MAX_CHARACTERS,
    check_header,
    refusal,
    too_large_cell,
)
from workbench.store.formats.text_columns import TextColumns

MAX_FOOTER = 16_000_000
_ROWS = 16_384  # read at once


def read_parquet(file: str, data: bytes) -> pd.DataFrame:
    """All rows as text; instants in UTC, nulls "".

    What the cells unpack to is added up first, then they are unpacked.

    Raises
    ------
    BadInput
        Codes of `check_header` and `check_pages`, and ``parquet`` (corrupt or cut),
        ``encrypted``, ``too_large``, ``field_too_large``, ``column_type``, ``not_utf8``,
        ``empty``.
    """
    import pyarrow

    _check_footer(file, data)
    try:
        names, texts = _checked_columns(file, data)
        kept = TextColumns(file)
        size = 0
        for batch in _batches(data, texts):
            size += sum(_size(file, i, column) for i, column in enumerate(batch.columns, start=1))
            if size > MAX_BYTES:
                raise _promises_too_much(file)
        for batch in _batches(data, texts):
            cells = [_texts(column) for column in batch.columns]
            kept.add(dict(zip(names, cells, strict=True)), n_rows=batch.num_rows)
    except (pyarrow.ArrowException, OSError, OverflowError, ValueError, KeyError) as error:
        what = "it is damaged or cut; write it anew."
        raise refusal(file, "parquet", what) from error
    return kept.frame()


def _check_footer(file: str, data: bytes) -> None:
    if data.endswith(b"PARE"):
        raise refusal(file, "encrypted", "it is encrypted; write it without a key.")
    length = int.from_bytes(data[-8:-4], "little")
    if len(data) < 12 or not data.endswith(b"PAR1") or length > len(data) - 12:
        raise refusal(file, "parquet", "it is damaged or cut; write it anew.")
    if length > MAX_FOOTER:
        raise _promises_too_much(file)


def _promises_too_much(file: str) -> BadInput:
    what = "it promises more than is read at once; deliver it in parts."
    return refusal(file, "too_large", what)


def _open(data: bytes, texts: Sequence[str] = ()) -> Any:
    import pyarrow
    import pyarrow.parquet

    return pyarrow.parquet.ParquetFile(
        pyarrow.BufferReader(data),
        pre_buffer=False,
        read_dictionary=list(texts),
        thrift_string_size_limit=MAX_FOOTER,
        thrift_container_size_limit=1_000_000,
        arrow_extensions_enabled=False,
    )


def _checked_columns(file: str, data: bytes) -> tuple[list[str], list[str]]:
    """Names of all columns, and of those that hold text, as the file has them."""
    import pyarrow

    opened = _open(data)
    metadata, schema = opened.metadata, opened.schema_arrow
    names = check_header(file, list(schema.names))
    if metadata.num_rows * max(1, metadata.num_columns) > MAX_CELLS:
        raise _promises_too_much(file)
    if not metadata.num_rows:
        raise refusal(file, "empty", "it has no rows; deliver some.")
    texts = []
    for number, (name, kind) in enumerate(zip(schema.names, schema.types, strict=True), start=1):
        if not _is_readable(kind):
            what = "a column holds lists, structures or bytes; write text, numbers or times."
            raise refusal(file, "column_type", what, place=f"column {number}")
        if _is_text(kind):
            texts.append(name)
    check_pages(file, data, metadata)
    if len(names) != metadata.num_columns:
        raise pyarrow.ArrowInvalid("columns and schema differ")
    return names, texts


def _is_text(kind: Any) -> bool:
    from pyarrow import types

    if types.is_dictionary(kind):
        return _is_text(kind.value_type)
    return bool(types.is_string(kind) or types.is_large_string(kind) or types.is_string_view(kind))


def _is_readable(kind: Any) -> bool:
    from pyarrow import types

    if types.is_dictionary(kind):
        return _is_readable(kind.value_type)
    return bool(
        _is_text(kind)
        or types.is_boolean(kind)
        or types.is_integer(kind)
        or types.is_floating(kind)
        or types.is_decimal(kind)
        or types.is_temporal(kind)
        or types.is_null(kind)
    )


def _batches(data: bytes, texts: Sequence[str]) -> Iterator[Any]:
    yield from _open(data, texts).iter_batches(_ROWS, use_threads=False)


def _size(file: str, number: int, column: Any) -> int:
    """Bytes of a column's text in this batch; each distinct text is looked at once."""
    import pyarrow
    import pyarrow.compute

    if not (pyarrow.types.is_dictionary(column.type) and _is_text(column.type)):
        if _is_text(column.type):
            column = column.dictionary_encode()
        else:
            return len(column) * 8
    try:
        column.dictionary.validate(full=True)
    except pyarrow.ArrowInvalid as error:
        what = "a text is not UTF-8; write it anew."
        raise refusal(file, "not_utf8", what, place=f"column {number}") from error
    lengths = pyarrow.compute.binary_length(column.dictionary)
    if (pyarrow.compute.max(lengths).as_py() or 0) > MAX_CHARACTERS:
        longest = pyarrow.compute.max(pyarrow.compute.utf8_length(column.dictionary)).as_py()
        if longest > MAX_CHARACTERS:
            raise too_large_cell(file, place=f"column {number}")
    return int(pyarrow.compute.sum(lengths.take(column.indices)).as_py() or 0)


def _texts(column: Any) -> Any:
    """Arrow text, or the cells as text."""
    import pyarrow
    from pyarrow import types

    kind = column.type
    if types.is_dictionary(kind):
        column, kind = column.dictionary_decode(), kind.value_type
    if _is_text(kind):
        return column.cast(pyarrow.large_string()).fill_null("")
    if types.is_timestamp(kind) or types.is_date(kind):
        return _instants(column, kind)
    if types.is_integer(kind):
        return column.cast(pyarrow.large_string()).fill_null("")
    if types.is_boolean(kind):
        return ["" if v is None else str(v).lower() for v in column.to_pylist()]
    if types.is_decimal(kind):
        return ["" if v is None else format(v, "f") for v in column.to_pylist()]
    return ["" if v is None else str(v) for v in column.to_pylist()]


def _instants(column: Any, kind: Any) -> list[str]:
    """ISO form; any year that the file can state is written, also one beyond the calendar's."""
    import numpy as np
    from pyarrow import types

    values = column.to_numpy(zero_copy_only=False)
    if types.is_date(kind):
        values = values.astype("datetime64[D]")
    zone = "+00:00" if types.is_timestamp(kind) and kind.tz else ""
    cells = np.datetime_as_string(values).tolist()
    whole = (c.rstrip("0").rstrip(".") if "." in c else c for c in cells)
    return ["" if c == "NaT" else f"{c}{zone}" for c in whole]
