"""Recorded entities and links as a dataset folder: CSV tables and the dataset.toml to read them.

Cells that a spreadsheet would take for a formula have an apostrophe before them; dataset.toml says
so (``inert_cells``), and reading the folder takes it away again.
"""

import csv
import io
import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from pathlib import Path

import pandas as pd

from workbench.analysis.leaving import Leaving
from workbench.analysis.node_tables import AMOUNT, FROM, ID, KIND, LABEL, RECORD, ROLE, SOURCE, TO

_FORMULA = ("=", "+", "-", "@", "\t", "\r", "'")
_Row = tuple[str, list[str], Mapping[str, str]]  # table, id and label or both ends, cells
_MEANINGS = {RECORD: RECORD, AMOUNT: AMOUNT, ROLE: ROLE}


def inert(cell: str) -> str:
    """The cell as a spreadsheet shows it and never runs it."""
    return f"'{cell}" if cell.startswith(_FORMULA) else cell


def active(cell: str) -> str:
    """What `inert` was given."""
    return cell[1:] if cell.startswith("'") and cell[1:].startswith(_FORMULA) else cell


def active_frame(frame: pd.DataFrame) -> pd.DataFrame:
    """A table as it was before each of its cells, and its header, went through `inert`."""
    made = frame.rename(columns=active)
    for column in made.columns:
        marked = made[column].str.startswith("'")
        if marked.any():
            made[column] = made[column].where(~marked, made[column].map(active)).astype("str")
    return made


def write_tables(leaving: Leaving, folder: Path, *, name: str, meta: Mapping[str, object]) -> None:
    """Write the tables and dataset.toml into `folder`, which is there and empty."""
    kinds: dict[str, str] = {}

    def entities() -> Iterator[_Row]:
        for node in leaving.nodes():
            kinds[node.id] = node.cells[KIND]
            yield node.cells[KIND], [node.id, node.label], node.cells

    def links() -> Iterator[_Row]:
        for edge in leaving.edges():
            between = f"{kinds[edge.source]}-{kinds[edge.target]}"
            yield f"{edge.cells[KIND]}.{between}", [edge.source, edge.target], edge.cells

    blocks = _write_all(folder, (ID, LABEL), entities) + _write_all(folder, (FROM, TO), links)
    said = {
        "name": name,
        "title": str(meta.get("title", name)),
        "licence": str(meta.get("licence", "unknown")),
        "synthetic": bool(meta.get("synthetic", False)),
        "inert_cells": True,
        "max_rejected_share": 0,
    }
    lines = [f"{key} = {_toml(value)}" for key, value in said.items()]
    (folder / "dataset.toml").write_text("\n".join([*lines, *blocks]) + "\n", encoding="utf-8")


def _toml(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)


def _write_all(
    folder: Path, ends: tuple[str, str], rows: Callable[[], Iterator[_Row]]
) -> list[str]:
    """One table for each name of rows; the blocks of dataset.toml that read them."""
    columns: dict[str, dict[str, None]] = {}
    for name, _, cells in rows():
        columns.setdefault(name, {}).update(dict.fromkeys(c for c in cells if c != KIND))
    with ExitStack() as opened:
        writers = {}
        for name, held in columns.items():
            path = folder / f"{name}.csv"
            file = opened.enter_context(path.open("w", encoding="utf-8", newline=""))
            writers[name] = csv.writer(file, lineterminator="\n")
            header = [*ends, *("source" if c == SOURCE else c for c in held)]
            writers[name].writerow(map(inert, header))
        for name, first, cells in rows():
            row = [*first, *(cells.get(c, "") for c in columns[name])]
            writers[name].writerow(map(inert, row))
    return [_block(name, ends, list(held)) for name, held in columns.items()]


def _block(name: str, ends: tuple[str, str], columns: list[str]) -> str:
    lines = io.StringIO()
    if ends == (ID, LABEL):
        said = {"file": f"{name}.csv", "kind": name, "id": ID, "label": LABEL}
        lines.write("\n[[entities]]\n")
    else:
        kind, _, between = name.partition(".")
        source, target = between.split("-")
        said = {
            "file": f"{name}.csv",
            "kind": kind,
            "from": FROM,
            "from_kind": source,
            "to": TO,
            "to_kind": target,
        }
        lines.write("\n[[links]]\n")
    said |= {m: c for m, c in _MEANINGS.items() if c in columns and (m == RECORD or "to" in said)}
    lines.write("\n".join(f"{key} = {_toml(value)}" for key, value in said.items()))
    return lines.getvalue()
