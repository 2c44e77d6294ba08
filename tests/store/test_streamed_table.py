"""A table leaves as the bytes of a file, part after part."""

import io
from pathlib import Path

import pandas as pd
import pytest

from workbench.domain.errors import BadInput
from workbench.store.streamed_table import streamed


def parts() -> list[pd.DataFrame]:
    return [
        pd.DataFrame({"id": ["a", "=1+1"], "n": [1.5, 2.0]}),
        pd.DataFrame({"id": ["c"], "n": [float("nan")]}),
    ]


def test_parquet_has_a_group_of_rows_for_each_part() -> None:
    from pyarrow import parquet

    written = b"".join(streamed(Path("x.parquet"), parts(), text=("id",)))
    file = parquet.ParquetFile(io.BytesIO(written))
    assert file.num_row_groups == 2
    read = file.read().to_pandas()
    pd.testing.assert_frame_equal(read, pd.concat(parts(), ignore_index=True))


def test_csv_has_one_header_and_no_formula() -> None:
    written = b"".join(streamed(Path("x.csv"), parts(), text=("id",)))
    assert written == b"id,n\na,1.5\n'=1+1,2.0\nc,\n"


def test_no_part_waits_for_the_next() -> None:
    asked: list[int] = []

    def slow():
        for i, part in enumerate(parts()):
            asked.append(i)
            yield part

    for name in ("x.csv", "x.parquet"):
        asked.clear()
        first = next(streamed(Path(name), slow(), text=("id",)))
        assert first
        assert asked == [0]


def test_another_format_is_refused_before_anything_is_asked() -> None:
    with pytest.raises(BadInput, match=r"end it in \.parquet or \.csv"):
        streamed(Path("x.xlsx"), iter(parts()), text=())
