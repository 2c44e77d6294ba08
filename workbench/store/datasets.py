"""Ingested datasets on disk: five tables as Parquet, the sensitive one and the truth apart.

``datasets/<name>/`` holds records, entities, links and cases; ``sensitive/`` what only the bias
audit joins back; ``truth/`` what only evaluation reads; ``meta.json`` and ``quality.json`` the
rest. A name once written is never overwritten by another content.
"""

import hashlib
import json
import os
import re
import shutil
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from workbench.analysis.graph import CaseGraph
from workbench.analysis.tables import Tables
from workbench.domain.errors import BadInput, CheckFailed, Conflict, NotFound

NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,59}")
_PLACES = {
    "records": "records.parquet",
    "entities": "entities.parquet",
    "links": "links.parquet",
    "cases": "cases.parquet",
    "sensitive": "sensitive/sensitive.parquet",
}


@dataclass(frozen=True, slots=True)
class Ingested:
    """What ingestion made of a delivery.

    `sha256` is over the delivered files; `meta` and `quality` hold what JSON can.
    """

    tables: Tables
    truth: Mapping[str, pd.DataFrame]
    sha256: str
    meta: Mapping[str, Any]
    quality: Mapping[str, Any]


def dataset_name(text: str) -> str:
    """`text` as it is when it can name a dataset.

    Raises
    ------
    BadInput
        Code ``name``.
    """
    if not NAME.fullmatch(text):
        raise BadInput(
            "A dataset's name has 1 to 60 of a-z, 0-9, - and _, starting with a letter or digit; "
            "choose another name.",
            code="name",
        )
    return text


class Datasets:
    """The datasets of one home. What was read once in this process is kept in memory."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self._tables: dict[str, Tables] = {}
        self._graphs: dict[str, CaseGraph] = {}

    def write(self, name: str, ingested: Ingested) -> None:
        """Write a dataset whole or not at all; the same content again changes nothing.

        Raises
        ------
        Conflict
            When another content has the name already.
        """
        folder = self.root / dataset_name(name)
        if folder.exists():
            if self.sha256(name) == ingested.sha256:
                return
            raise Conflict(
                f"Dataset {name} exists with another content; ingest this one under a new name."
            )
        self.root.mkdir(parents=True, exist_ok=True)
        draft = Path(tempfile.mkdtemp(prefix=".draft-", dir=self.root))
        try:
            _write_files(draft, name, ingested)
            draft.rename(folder)
        finally:
            shutil.rmtree(draft, ignore_errors=True)

    def names(self) -> tuple[str, ...]:
        """Names in alphabetical order."""
        if not self.root.is_dir():
            return ()
        return tuple(sorted(p.parent.name for p in self.root.glob("*/meta.json")))

    def meta(self, name: str) -> dict[str, Any]:
        """Title, licence, synthetic, sensitive columns, member states, sha256 and the rest."""
        return _read_json(self._folder(name) / "meta.json")

    def quality(self, name: str) -> dict[str, Any]:
        """The quality report of the ingestion."""
        return _read_json(self._folder(name) / "quality.json")

    def sha256(self, name: str) -> str:
        """SHA-256 over the files as delivered, as 64 hex digits."""
        return str(self.meta(name)["sha256"])

    def tables(self, name: str) -> Tables:
        """All five tables. Whoever is no bias audit takes `graph` instead.

        Raises
        ------
        CheckFailed
            When a file is not the one that ingestion wrote.
        """
        if name not in self._tables:
            frames = {table: self._frame(name, table) for table in _PLACES}
            self._tables[name] = Tables(**frames)
        return self._tables[name]

    def graph(self, name: str) -> CaseGraph:
        """The case graph, without anything sensitive."""
        if name not in self._graphs:
            tables = self.tables(name)
            self._graphs[name] = CaseGraph.build(tables.entities, tables.links, tables.records)
        return self._graphs[name]

    def sensitive(self, name: str) -> pd.DataFrame:
        """Sensitive features by entity row; the caller logs each read with its need (duty T5)."""
        return self.tables(name).sensitive

    def cases(self, name: str) -> pd.DataFrame:
        """Cases that the dataset brings, one row per case and entity."""
        return self.tables(name).cases

    def truth(self, name: str) -> dict[str, pd.DataFrame]:
        """Truth tables by name, all columns text; empty where the dataset brings none."""
        folder = self._folder(name) / "truth"
        return {p.stem: pd.read_parquet(p) for p in sorted(folder.glob("*.parquet"))}

    def _folder(self, name: str) -> Path:
        folder = self.root / name
        if not NAME.fullmatch(name) or not (folder / "meta.json").is_file():
            raise NotFound(
                "There is no dataset of that name here; ingest it first, or list what there is."
            )
        return folder

    def _frame(self, name: str, table: str) -> pd.DataFrame:
        path = self._folder(name) / _PLACES[table]
        if _sha256(path) != self.meta(name)["files"][_PLACES[table]]:
            raise CheckFailed(
                f"Table {table} of dataset {name} was changed after it was ingested; "
                "restore it or ingest again under a new name."
            )
        return _in_one_piece(path)


def _in_one_piece(path: Path) -> pd.DataFrame:
    """The table with each column of text in one piece: of one in pieces, as it is read from groups
    of rows, every look at a few rows would copy the whole column."""
    from pyarrow import parquet

    frame: pd.DataFrame = parquet.read_table(path).combine_chunks().to_pandas()
    return frame


def _write_files(folder: Path, name: str, ingested: Ingested) -> None:
    (folder / "sensitive").mkdir()
    (folder / "truth").mkdir()
    for table, place in _PLACES.items():
        getattr(ingested.tables, table).to_parquet(folder / place, index=False)
    for truth, frame in ingested.truth.items():
        frame.to_parquet(folder / "truth" / f"{truth}.parquet", index=False)
    files = {place: _sha256(folder / place) for place in _PLACES.values()}
    meta = {**ingested.meta, "name": name, "sha256": ingested.sha256, "files": files}
    for file, content in (("meta.json", meta), ("quality.json", dict(ingested.quality))):
        (folder / file).write_text(json.dumps(content, ensure_ascii=False, indent=1) + "\n")
    for path in sorted(folder.rglob("*")):
        _sync(path)


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _read_json(path: Path) -> dict[str, Any]:
    return dict(json.loads(path.read_text()))


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
