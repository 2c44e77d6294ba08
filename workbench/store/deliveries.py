"""A delivery on disk: a dataset folder or a bare file, read whole and every row checked.

Only files that dataset.toml names are opened; what else lies in the folder is left alone.
"""

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from workbench.analysis.assembly import DEFAULTS
from workbench.analysis.mapping import PROVENANCE, Part, TableMapping, sensitive_columns
from workbench.analysis.node_tables import graph_parts
from workbench.analysis.proposal import ProposedTable, described, propose, recognised
from workbench.analysis.quality import Checked, QualityReport, Rejected, check_table
from workbench.domain.errors import BadInput
from workbench.store.datasheets import sheet_of_file, sheet_of_folder, unknown_columns
from workbench.store.formats.delivered import Held, read_delivered
from workbench.store.formats.graph_file import holds_graph, read_graph_file
from workbench.store.formats.refusal import shown
from workbench.store.formats.write_tables import active_frame
from workbench.store.manifest import FILE, Manifest, read_manifest

CASE_COLUMNS = ("id", "title", "purpose", "legal_basis", "opened_at", "entity")


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """What was delivered, read and checked; `sha256` is over names and bytes of all files read.

    `read_off` says in words what the columns' meanings were read off.
    """

    name: str
    meta: dict[str, Any]
    tables: tuple[Checked, ...]
    sensitive: tuple[str, ...]
    cases: pd.DataFrame | None
    truth: dict[str, pd.DataFrame]
    max_rejected_share: float
    sha256: str
    read_off: str

    @property
    def proposed(self) -> tuple[ProposedTable, ...]:
        """What each table is read as and which column means what, in the order of `tables`."""
        return tuple(
            described(
                c.mapping, list(map(str, c.frame.columns)), len(c.frame), self.sensitive,
                self.read_off,
            )
            for c in self.tables
        )  # fmt: skip

    def quality(self, counts: Mapping[str, int]) -> QualityReport:
        """The report on all rows; a row that several readings reject is listed once.

        `counts` are the entities per kind that the delivery became.
        """
        rejected: dict[tuple[str, int], Rejected] = {}
        for checked in self.tables:
            for one in checked.rejected:
                rejected.setdefault((one.file, one.row), one)
        files = sorted({checked.mapping.file for checked in self.tables})
        rows = [[c.row for c in self.tables if c.mapping.file == file] for file in files]
        return QualityReport(
            accepted=sum(len(np.unique(np.concatenate(one))) for one in rows),
            rejected=tuple(sorted(rejected.values())),
            counts=counts,
            mapped={c.mapping.name: c.mapping.in_words for c in self.tables},
            empty=self._empty_shares(),
            mapping=tuple(table.as_json() for table in self.proposed),
        )

    def _empty_shares(self) -> dict[str, float]:
        shares = {}
        for checked in self.tables:
            if checked.mapping.optional or checked.frame.empty:
                continue
            for column, share in (checked.frame == "").mean().items():
                if share:
                    shares[f"{checked.mapping.name}.{column}"] = round(float(share), 4)
        return shares


def read_delivery(path: Path) -> Delivery:
    """Read a dataset folder, or a bare file of a known format.

    Raises
    ------
    BadInput
        With the codes of datasets/README.md. Where several files of a folder cannot be read, the
        message tells of all of them, and code and place are those of the first.
    """
    if _is_folder(path):
        return _read_folder(path)
    return _read_graph(path) if holds_graph(path) else _read_table(path)


def _read_table(path: Path) -> Delivery:
    frame, held = read_delivered(path)
    parts = propose(_name(path), path.name, frame)
    sensitive = sensitive_columns(list(frame.columns))
    sheet = sheet_of_file([part.mapping for part in parts], sensitive, path.name, held, frame)
    return _bare(path, parts, (), sensitive, sheet, held.sha256, "its header is a name for it")


def _read_graph(path: Path) -> Delivery:
    """A graph file gives a table for each kind of entity and of link in it."""
    graph, held = read_graph_file(path)
    parts = recognised(graph_parts(path.name, graph.nodes, graph.edges))
    columns = dict.fromkeys(str(c) for part in parts for c in part.frame.columns)
    sensitive = sensitive_columns(list(columns))
    sheets = [
        sheet
        for part in parts
        for sheet in sheet_of_file(
            [part.mapping], sensitive, part.mapping.name, held, part.frame, inside=path.name
        )["files"]
    ]
    said = "the format or the attribute's name says so"
    return _bare(path, parts, graph.rejected, sensitive, {"files": sheets}, held.sha256, said)


def _bare(
    path: Path,
    parts: Sequence[Part],
    rejected: tuple[Rejected, ...],
    sensitive: tuple[str, ...],
    sheet: dict[str, Any],
    sha256: str,
    read_off: str,
) -> Delivery:
    """What a file without dataset.toml delivers; the first table lists `rejected` too."""
    name = _name(path)
    meta = {"title": name, "licence": "unknown", "synthetic": False, "description": ""}
    tables = [_checked(part) for part in parts]
    tables[0] = replace(tables[0], rejected=(*tables[0].rejected, *rejected))
    return Delivery(
        name=name,
        meta={**meta, "datasheet": sheet},
        tables=_kept_out_alike(tables),
        sensitive=sensitive,
        cases=None,
        truth={},
        max_rejected_share=1.0,
        sha256=_digest({path.name: sha256}),
        read_off=read_off,
    )


def _name(path: Path) -> str:
    return re.sub(r"[^a-z0-9_-]+", "-", path.stem.lower()).strip("-_")[:60] or "file"


def _checked(part: Part) -> Checked:
    """The part after its check, its rows numbered as in the file."""
    checked = check_table(part.mapping, part.frame)
    rejected = tuple(replace(r, row=int(part.row[r.row - 1])) for r in checked.rejected)
    return replace(checked, row=part.row[checked.row - 1], rejected=rejected)


def _is_folder(path: Path) -> bool:
    try:
        return path.is_dir()
    except OSError:  # a name that no file system takes: read_delivered says so
        return False


def _digest(files: dict[str, str]) -> str:
    """SHA-256 over each file's name and SHA-256, in the order of names."""
    lines = [f"{files[name]} {name}\n" for name in sorted(files)]
    return hashlib.sha256("".join(lines).encode()).hexdigest()


class _Folder:
    """Reads the files of one folder, keeping what was read and what was refused."""

    def __init__(self, root: Path, manifest: Manifest) -> None:
        self.root, self.separator = root, manifest.separator
        self._inert = manifest.inert_cells
        self.files: dict[str, Held] = {}
        self.refused: list[BadInput] = []
        self._frames: dict[str, pd.DataFrame | None] = {}

    def frame(self, file: str) -> pd.DataFrame | None:
        """The file's cells, or None when it was refused (see `refused`)."""
        if file not in self._frames:
            try:
                path = self._inside(file)
                frame, self.files[file] = read_delivered(path, separator=self.separator)
                self._frames[file] = active_frame(frame) if self._inert else frame
            except BadInput as error:
                self.refused.append(error)
                self._frames[file] = None
        return self._frames[file]

    def frames(self) -> dict[str, pd.DataFrame]:
        """Cells of every file that was read, by name."""
        return {file: frame for file, frame in self._frames.items() if frame is not None}

    def _inside(self, file: str) -> Path:
        path = self.root / file
        try:
            inside = path.resolve().is_relative_to(self.root.resolve())
        except (OSError, RuntimeError):  # a link that leads to itself
            inside = False
        if not inside:
            raise BadInput(
                "A file of the folder is a link that leads outside; put the file itself there.",
                code="path",
                place=FILE,
            )
        return path

    def require_read(self) -> None:
        """Raise BadInput, telling of all that was refused, unless nothing was."""
        if self.refused:
            first = self.refused[0]
            message = " ".join(str(error) for error in self.refused)
            raise BadInput(message, code=first.code, place=first.place)

    def require_columns(self, file: str, columns: Sequence[str], have: Sequence[str]) -> bool:
        """Note the columns that are named and not there; True when none is missing."""
        missing = [column for column in columns if column not in have]
        if missing:
            self.refused.append(
                BadInput(
                    f"File {shown(file)} was refused (columns): it has no column "
                    f"{', '.join(map(shown, missing[:20]))}; mend dataset.toml or the header.",
                    code="columns",
                    place=shown(file),
                )
            )
        return not missing


def _read_folder(root: Path) -> Delivery:
    manifest, data = read_manifest(root)
    folder = _Folder(root, manifest)
    tables = []
    for mapping in manifest.mappings():
        frame = folder.frame(mapping.file)
        if frame is None or not folder.require_columns(
            mapping.file, mapping.columns, list(frame.columns)
        ):
            continue
        tables.append(check_table(_with_provenance(mapping, frame), frame))
    cases = folder.frame(manifest.cases) if manifest.cases else None
    if cases is not None:
        folder.require_columns(manifest.cases, CASE_COLUMNS, list(cases.columns))
    truth = {name: folder.frame(file) for name, file in manifest.truth.items()}
    frames = folder.frames()
    for file, columns in unknown_columns(manifest, frames).items():
        folder.require_columns(file, columns, list(frames[file].columns))
    folder.require_read()
    return Delivery(
        name=manifest.name,
        meta={
            **_meta(manifest),
            "datasheet": sheet_of_folder(
                manifest, [table.mapping for table in tables], folder.files, frames
            ),
        },
        tables=_kept_out_alike(tables),
        sensitive=manifest.sensitive,
        cases=cases,
        truth={name: frame for name, frame in truth.items() if frame is not None},
        max_rejected_share=manifest.max_rejected_share,
        sha256=_digest(
            {
                FILE: hashlib.sha256(data).hexdigest(),
                **{file: held.sha256 for file, held in folder.files.items()},
            }
        ),
        read_off="dataset.toml or its header says so",
    )


def _kept_out_alike(tables: Sequence[Checked]) -> tuple[Checked, ...]:
    """A row that one reading of a file rejects is kept out of every other reading of it."""
    bad: dict[str, list[int]] = {}
    for checked in tables:
        bad.setdefault(checked.mapping.file, []).extend(r.row for r in checked.rejected)
    return tuple(
        checked.without(np.array(bad[checked.mapping.file], dtype=np.int64)) for checked in tables
    )


def _with_provenance(mapping: TableMapping, frame: pd.DataFrame) -> TableMapping:
    """Columns that bear the name of a provenance field are that field, unless said otherwise."""
    taken = {*mapping.columns}
    named = {m: m for m in PROVENANCE if m in frame.columns and m not in taken}
    return replace(mapping, provenance={**named, **mapping.provenance})


def _meta(manifest: Manifest) -> dict[str, Any]:
    return {
        "title": manifest.title,
        "licence": manifest.licence,
        "synthetic": manifest.synthetic,
        "description": manifest.description,
        "sensitive": list(manifest.sensitive),
        "defaults": {**DEFAULTS, **manifest.defaults},
        "quality": manifest.quality.model_dump(),
    }
