"""Nodes and edges as a graph file tells of them, gathered column by column and within bounds.

Rows are counted over nodes and edges together, in the order of the file, unless the format counts
by line. An edge whose end is no node of the file, a node without id and a second node of one id
are listed as rejected and kept out.
"""

from array import array
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from workbench.analysis.node_tables import FROM, ID, LABEL, TO, Rows
from workbench.analysis.quality import Rejected
from workbench.store.formats.refusal import (
    MAX_CHARACTERS,
    MAX_COLUMNS,
    check_header,
    refusal,
    too_large_cell,
)

MAX_ROWS = 5_000_000
MAX_PARALLEL = 100_000  # links from one entity to another
_CHECK_EVERY = 100_000
_SENTENCES = {
    "missing": "{what} has no {which}; every one needs it.",
    "duplicate_id": "A node repeats the id of an earlier one; ids are unique.",
    "dangling": "An edge ends at a node that the file does not hold; add the node.",
}


@dataclass(frozen=True, slots=True)
class GraphFile:
    """What a graph file holds: its nodes, its edges, and what was kept out of them."""

    nodes: Rows
    edges: Rows
    rejected: tuple[Rejected, ...]


class _Columns:
    """Cells by column; a row that lacks a column has an empty cell there."""

    def __init__(self, file: str) -> None:
        self._file = file
        self._cells: dict[str, list[str]] = {}
        self._pool: dict[str, str] = {}
        self.row = array("q")

    def add(self, row: int, cells: Mapping[str, str], place: str) -> None:
        n = len(self.row)
        for name, cell in cells.items():
            if not cell:
                continue
            if len(cell) > MAX_CHARACTERS:
                raise too_large_cell(self._file, place=place)
            column = self._cells.get(name)
            if column is None:
                column = self._new(name, place)
            if len(column) < n:
                column.extend([""] * (n - len(column)))
            column.append(self._one(cell))
        self.row.append(row)

    def _new(self, name: str, place: str) -> list[str]:
        check_header(self._file, [name])
        if len(self._cells) >= MAX_COLUMNS:
            what = f"it names more than {MAX_COLUMNS:,} attributes; leave some out."
            raise refusal(self._file, "too_many_columns", what, place=place)
        self._cells[name] = []
        return self._cells[name]

    def _one(self, cell: str) -> str:
        """The same object for the same short text, so that repeated cells take no memory."""
        if len(self._pool) < 200_000:
            return self._pool.setdefault(cell, cell)
        return self._pool.get(cell, cell)

    def frame(self, kept: npt.NDArray[np.bool_]) -> pd.DataFrame:
        """The columns, of the rows kept; each list is let go once it is a column."""
        n, made = len(self.row), {}
        for name in list(self._cells):
            cells = self._cells.pop(name)
            cells.extend([""] * (n - len(cells)))
            column = pd.Series(cells, dtype="str")
            made[name] = column if kept.all() else column[kept].reset_index(drop=True)
        return pd.DataFrame(made, index=pd.RangeIndex(int(kept.sum())))


class GraphRows:
    """Gathers nodes and edges; `finish` gives what can be used of them.

    Raises
    ------
    BadInput
        From `node` and `edge`: codes ``field_too_large``, ``too_many_columns``, ``too_large``,
        ``parallel_links``. From `finish`: ``empty``.
    """

    def __init__(self, file: str) -> None:
        self._file = file
        self._nodes, self._edges = _Columns(file), _Columns(file)
        self._ids: dict[str, int] = {}
        self._node_id: array[int] = array("q")
        self._declared = bytearray()
        self._ends = array("q"), array("q")
        self._loose = bytearray()
        self._rejected: list[Rejected] = []
        self._n = self._n_told = 0

    def has_node(self, id: str) -> bool:
        """Whether a node of that id was told of."""
        number = self._ids.get(id)
        return number is not None and bool(self._declared[number])

    def node(
        self, id: str, label: str, cells: Mapping[str, str], *, row: int = 0, place: str = ""
    ) -> None:
        """A node with its attributes by column name; `row` is its number, else it is counted."""
        row = row or self.number()
        self._tell(place)
        if not id:
            self._reject(row, "missing", what="A node", which="id")
            return
        if self.has_node(id):
            self._reject(row, "duplicate_id")
            return
        number = self._number(id, place)
        self._declared[number] = 1
        self._node_id.append(number)
        self._nodes.add(row, {LABEL: label, **cells}, place)

    def edge(
        self,
        source: str,
        target: str,
        cells: Mapping[str, str],
        *,
        row: int = 0,
        place: str = "",
        loose: bool = False,
    ) -> None:
        """An edge with its attributes, its label among them.

        A `loose` one only repeats what a node says in words, so it is left out quietly where its
        other end is not in the file.
        """
        row = row or self.number()
        self._tell(place)
        if not source or not target:
            self._reject(row, "missing", what="An edge", which="source or target")
            return
        for ends, id in zip(self._ends, (source, target), strict=True):
            ends.append(self._number(id, place))
        self._loose.append(loose)
        self._edges.add(row, cells, place)
        if len(self._ends[0]) % _CHECK_EVERY == 0:
            self._check_parallel(place)

    def finish(self) -> GraphFile:
        """Nodes and edges as tables; edges that end at no node are listed."""
        if not self._n_told:
            raise refusal(self._file, "empty", "it holds no node and no edge; deliver some.")
        self._check_parallel("")
        names = pd.Series(list(self._ids), dtype="str")
        every = np.ones(len(self._node_id), dtype=np.bool_)
        row = np.array(self._nodes.row, dtype=np.int64)
        nodes = self._nodes.frame(every)
        nodes.insert(0, ID, names.take(np.array(self._node_id, np.int64)).to_numpy())
        if LABEL not in nodes.columns:
            nodes.insert(1, LABEL, pd.Series([""] * len(nodes), dtype="str"))
        return GraphFile(Rows(nodes, row), self._kept_edges(names), tuple(sorted(self._rejected)))

    def _kept_edges(self, names: "pd.Series[str]") -> Rows:
        declared = np.frombuffer(bytes(self._declared), dtype=np.bool_)
        source, target = (np.array(ends, dtype=np.int64) for ends in self._ends)
        row = np.array(self._edges.row, dtype=np.int64)
        good = np.ones(len(row), dtype=np.bool_)
        if len(row):
            good = declared[source] & declared[target]
        loose = np.frombuffer(bytes(self._loose), dtype=np.bool_)
        for lost in row[~good & ~loose]:
            self._reject(int(lost), "dangling")
        edges = self._edges.frame(good)
        edges.insert(0, FROM, names.take(source[good]).to_numpy())
        edges.insert(1, TO, names.take(target[good]).to_numpy())
        return Rows(edges, row[good])

    def _number(self, id: str, place: str) -> int:
        if len(id) > MAX_CHARACTERS:
            raise too_large_cell(self._file, place=place)
        number = self._ids.setdefault(id, len(self._ids))
        if number == len(self._declared):
            self._declared.append(0)
        return number

    def _tell(self, place: str) -> None:
        self._n_told += 1
        if self._n_told > MAX_ROWS:
            what = f"it holds more than {MAX_ROWS:,} nodes and edges; deliver tables instead."
            raise refusal(self._file, "too_large", what, place=place)

    def number(self) -> int:
        """The number of the next node or edge, to be given when it is told of as a whole."""
        self._n += 1
        return self._n

    def _reject(self, row: int, code: str, *, what: str = "", which: str = "") -> None:
        reason = _SENTENCES[code].format(what=what, which=which)
        self._rejected.append(Rejected(self._file, row, code, reason))

    def _check_parallel(self, place: str) -> None:
        source, target = (np.array(ends, dtype=np.int64) for ends in self._ends)
        pairs = source * len(self._ids) + target
        if (
            len(pairs) > MAX_PARALLEL
            and np.unique(pairs, return_counts=True)[1].max() > MAX_PARALLEL
        ):
            what = (
                f"more than {MAX_PARALLEL:,} links run from one entity to another; deliver them as "
                "a table of records, or their number."
            )
            raise refusal(self._file, "parallel_links", what, place=place or f"row {self._n}")
