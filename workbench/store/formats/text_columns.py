"""Rows of text gathered into columns, a block at a time: 8 bytes a cell beside its characters."""

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from workbench.store.formats.refusal import MAX_CELLS, refusal

ROWS, CHARACTERS = 20_000, 4_000_000  # a block is given over once it has as many of either


class TextColumns:
    """The cells read so far. A column that appears late is empty in the rows before."""

    def __init__(self, file: str) -> None:
        self._file = file
        self._blocks: dict[str, list[Any]] = {}
        self.n_rows = 0

    def add(self, columns: Mapping[str, Sequence[str]], *, n_rows: int) -> None:
        """Add a block of `n_rows`; `columns` holds every column that appeared so far.

        The cells of a column are a sequence of texts, or Arrow text (``large_string``).

        Raises
        ------
        BadInput
            Code ``too_large``.
        """
        before, self.n_rows = self.n_rows, self.n_rows + n_rows
        if self.n_rows * len(columns) > MAX_CELLS:
            what = f"it has above {MAX_CELLS:,} cells; deliver it in parts."
            raise refusal(self._file, "too_large", what)
        for name, cells in columns.items():
            if name not in self._blocks:
                self._blocks[name] = [_texts([""] * before)]
            self._blocks[name].append(_texts(cells))

    def frame(self) -> pd.DataFrame:
        """All columns as text; to be called once.

        Raises
        ------
        BadInput
            Code ``empty`` when there is no row, or none has a column.
        """
        import pyarrow

        if not self._blocks:
            raise refusal(self._file, "empty", "it has no rows; deliver some.")
        memory, joined = pyarrow.system_memory_pool(), {}
        for name in list(self._blocks):
            chunks = pyarrow.chunked_array(self._blocks.pop(name))
            joined[name] = chunks.combine_chunks(memory)
            del chunks
            memory.release_unused()
        return pd.DataFrame(pyarrow.table(joined).to_pandas())


def _texts(cells: Sequence[str]) -> Any:
    """Arrow text, from the system's memory: it takes back what the next step frees."""
    import pyarrow

    if isinstance(cells, pyarrow.Array):
        return cells
    return pyarrow.array(cells, pyarrow.large_string(), memory_pool=pyarrow.system_memory_pool())
