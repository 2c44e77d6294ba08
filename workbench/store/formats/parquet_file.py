"""Parquet, read with its promises checked first; every cell becomes text."""

import io
from typing import Any

import pandas as pd

from workbench.store.formats.refusal import MAX_BYTES, check_header, refusal


def read_parquet(file: str, data: bytes) -> pd.DataFrame:
    """All rows as text; instants in UTC, nulls "".

    Raises
    ------
    BadInput
        Codes ``parquet`` (corrupt or cut), ``too_large``, ``column_type``, ``dup_header``,
        ``too_many_columns``, ``empty``.
    """
    import pyarrow
    import pyarrow.parquet

    try:
        opened = pyarrow.parquet.ParquetFile(io.BytesIO(data), pre_buffer=False)
        promised = sum(
            opened.metadata.row_group(i).total_byte_size for i in range(opened.num_row_groups)
        )
        cells = opened.metadata.num_rows * max(1, opened.metadata.num_columns)
        if promised > MAX_BYTES or cells > MAX_BYTES // 8:
            what = "its footer promises more than is read at once; deliver it in parts."
            raise refusal(file, "too_large", what)
        names = check_header(file, list(opened.schema_arrow.names))
        table = opened.read(use_threads=False)
    except (pyarrow.ArrowException, OSError, OverflowError) as error:
        what = "it is damaged or cut; write it anew."
        raise refusal(file, "parquet", what) from error
    if not table.num_rows:
        raise refusal(file, "empty", "it has no rows; deliver some.")
    columns = [_texts(file, name, table.column(i)) for i, name in enumerate(names)]
    return pd.DataFrame(dict(zip(names, columns, strict=True)))


def _texts(file: str, name: str, column: Any) -> "pd.Series[Any]":
    import pyarrow

    kind = column.type
    if pyarrow.types.is_nested(kind) or pyarrow.types.is_binary(kind):
        what = "a column holds lists, structures or bytes; write text, numbers or times."
        raise refusal(file, "column_type", what, place="column")
    if pyarrow.types.is_timestamp(kind):
        column = column.cast(pyarrow.timestamp("us", kind.tz), safe=False)
        cells = [None if v is None else v.isoformat() for v in column.to_pylist()]
    elif pyarrow.types.is_boolean(kind):
        cells = [None if v is None else str(v).lower() for v in column.to_pylist()]
    else:
        cells = [None if v is None else str(v) for v in column.to_pylist()]
    return pd.Series(["" if c is None else c for c in cells], dtype="str")
