"""Rows put aside on disk by part, to be taken back part by part: more than memory would hold."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd


class Spill:
    """Blocks of numeric columns, put aside in a folder of their own.

    Every block has the same columns. Within a part rows come back in the order in which they came;
    a part is gone once read.
    """

    def __init__(self, folder: Path, *, n_parts: int) -> None:
        self._folder = folder
        self._n_parts = n_parts
        self._dtype: np.dtype[np.void] | None = None
        folder.mkdir()

    def add(self, block: pd.DataFrame, part: npt.NDArray[np.integer]) -> None:
        """Put the rows of a block aside, each into its part, 0 to `n_parts` - 1."""
        rows = np.asarray(block.to_records(index=False))
        if self._dtype is None:
            self._dtype = rows.dtype
        order = np.argsort(part, kind="stable")
        ends = np.searchsorted(part[order], np.arange(self._n_parts + 1))
        for k in np.flatnonzero(np.diff(ends)).tolist():
            with self._file(k).open("ab") as file:
                rows[order[ends[k] : ends[k + 1]]].astype(self._dtype).tofile(file)

    def batches(self, *, least: int) -> Iterator[pd.DataFrame]:
        """Part after part, whole parts together until they have `least` rows."""
        held: list[npt.NDArray[np.void]] = []
        for k in range(self._n_parts):
            path = self._file(k)
            if path.exists():
                held.append(np.fromfile(path, dtype=self._dtype))
                path.unlink()
            if held and (sum(map(len, held)) >= least or k == self._n_parts - 1):
                rows = np.concatenate(held)
                held = []
                yield pd.DataFrame({name: rows[name] for name in rows.dtype.names or ()})

    def _file(self, k: int) -> Path:
        return self._folder / f"{k:04d}"
