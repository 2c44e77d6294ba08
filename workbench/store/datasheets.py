"""From a delivery to the datasheet that its meta data keeps: files, columns, what is said of them.

Every column of every file stands in it, described or not.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from typing import Any

import pandas as pd

from workbench.analysis.datasheet import ColumnSheet, FileSheet
from workbench.analysis.mapping import TableMapping
from workbench.store.formats.delivered import Held
from workbench.store.manifest import ColumnNote, FileNote, Manifest

_TIMES = ("occurred_at", "known_at")
_TYPE_OF = {"opened_at": "date", "since": "date"}  # of files whose columns are fixed
_PROVENANCE = {
    "member_state": "state whose authority delivered the row",
    "source": "register, authority or firm that the row comes from",
    "source_grade": "how reliable the source is: A, B, C, or X where that cannot be assessed",
    "information_grade": "how sure the information is, from 1 (certain) to 4 (unconfirmed)",
    "handling": "what may be done with the row: H0, or H1 to H3 joined by +",
    "occurred_at": "when it happened",
    "known_at": "when it became known to the delivering state",
}
_CASES = {
    "id": "id of the case",
    "title": "what the case is called",
    "purpose": "what the data of the case may be used for",
    "legal_basis": "law that the case rests on",
    "opened_at": "when it was opened",
    "entity": "id of an entity that belongs to it",
}


def sheet_of_folder(
    manifest: Manifest,
    mappings: Sequence[TableMapping],
    files: Mapping[str, Held],
    frames: Mapping[str, pd.DataFrame],
) -> dict[str, Any]:
    """What `dataset.toml` says of its data, and every file that it names, as JSON can hold it."""
    generator = manifest.generator
    said = ("version", "purpose", "not_for", "origin", "creator", "url", "citation")
    return {
        **{key: getattr(manifest, key) for key in (*said, "sensitive_reason")},
        "known_problems": list(manifest.known_problems),
        "known_biases": list(manifest.known_biases),
        "published_on": str(manifest.published_on or ""),
        "first_day": str(manifest.covers.first or ""),
        "last_day": str(manifest.covers.last or ""),
        "generator": None if generator is None else generator.model_dump(),
        "files": [
            asdict(_file(manifest, mappings, file, files[file], frame))
            for file, frame in frames.items()
        ],
    }


def sheet_of_file(
    mappings: Sequence[TableMapping],
    sensitive: Sequence[str],
    file: str,
    held: Held,
    frame: pd.DataFrame,
    *,
    inside: str = "",
) -> dict[str, Any]:
    """The datasheet of a bare file: its columns, nothing said of them.

    Where a file holds several tables, `file` names one of them and `inside` the file.
    """
    columns = [_column(name, mappings, ColumnNote(), name in sensitive) for name in frame.columns]
    sheet = _sheet("table", mappings, file, held, frame, columns, "")
    return {"files": [asdict(replace(sheet, inside=inside))]}


def unknown_columns(
    manifest: Manifest, frames: Mapping[str, pd.DataFrame]
) -> dict[str, tuple[str, ...]]:
    """Columns that dataset.toml describes and that are not there, by file."""
    unknown = {}
    for file, note in manifest.files.items():
        if file in frames:
            missing = tuple(name for name in note.columns if name not in frames[file].columns)
            if missing:
                unknown[file] = missing
    return unknown


def _file(
    manifest: Manifest,
    mappings: Sequence[TableMapping],
    file: str,
    held: Held,
    frame: pd.DataFrame,
) -> FileSheet:
    note = manifest.files.get(file, FileNote())
    own = [mapping for mapping in mappings if mapping.file == file]
    part = "table" if own else "cases" if file == manifest.cases else "truth"
    ids = _ids_by_kind(mappings)
    columns = []
    for name in frame.columns:
        told = note.columns.get(name, manifest.columns.get(name, ColumnNote()))
        known = _CASES.get(name, "") if part == "cases" else ""
        refers = told.refers_to or _refers_to(name, own, ids)
        told = told.model_copy(update={"meaning": told.meaning or known, "refers_to": refers})
        columns.append(_column(name, own, told, part == "table" and name in manifest.sensitive))
    return _sheet(part, own, file, held, frame, columns, note.about)


def _sheet(
    part: str,
    own: Sequence[TableMapping],
    file: str,
    held: Held,
    frame: pd.DataFrame,
    columns: Sequence[ColumnSheet],
    about: str,
) -> FileSheet:
    ids = [mapping.record if mapping.is_link else mapping.id for mapping in own]
    return FileSheet(
        file=file,
        part=part,
        size=held.size,
        sha256=held.sha256,
        columns=tuple(columns),
        about=about,
        read_as=tuple(mapping.in_words for mapping in own),
        key=next((name for name in ids if name), ""),
        rows=None if part == "truth" else len(frame),
    )


def _column(
    name: str, own: Sequence[TableMapping], note: ColumnNote, sensitive: bool
) -> ColumnSheet:
    known = _TYPE_OF.get(name, "text") if not own else "text"
    meaning = ""
    for mapping in own:
        for field, column in mapping.provenance.items():
            if column == name:
                meaning, known = _PROVENANCE[field], "time" if field in _TIMES else "text"
        if name == mapping.amount:
            known = "number"
    return ColumnSheet(
        name=name,
        meaning=note.meaning or meaning,
        unit=note.unit or ("EUR" if known == "number" else ""),
        type=note.type or known,
        refers_to=note.refers_to,
        sensitive=sensitive,
    )


def _ids_by_kind(mappings: Sequence[TableMapping]) -> dict[str, str]:
    """The one file that holds the ids of a kind; kinds with several are left out."""
    found: dict[str, list[str]] = {}
    for mapping in mappings:
        if not mapping.is_link and mapping.id:
            found.setdefault(mapping.kind, []).append(mapping.file)
    return {kind: files[0] for kind, files in found.items() if len(files) == 1}


def _refers_to(name: str, own: Sequence[TableMapping], ids: Mapping[str, str]) -> str:
    for mapping in own:
        for column, kind in (
            (mapping.from_column, mapping.from_kind),
            (mapping.to_column, mapping.to_kind),
        ):
            if mapping.is_link and name == column and ids.get(kind, mapping.file) != mapping.file:
                return ids[kind]
    return ""
