"""Take in files that a person brings, show what they would become, and write no dataset yet."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from tempfile import TemporaryDirectory
from typing import Any

import pandas as pd

from workbench.analysis.assembly import assemble
from workbench.analysis.mapping import (
    mappings_of,
    proposed_meanings,
    sensitive_columns,
)
from workbench.analysis.quality import Checked, QualityReport
from workbench.domain.account import Account, Operation
from workbench.domain.errors import BadInput
from workbench.store import accounts, incoming
from workbench.store.deliveries import Delivery, read_delivery
from workbench.store.desk import Desk
from workbench.store.formats.delivered import SUFFIXES as TABLES
from workbench.store.formats.delivered import read_delivered
from workbench.store.formats.graph_file import GRAPH_SUFFIXES
from workbench.store.incoming import Incoming
from workbench.store.manifest import FILE, Manifest, read_manifest
from workbench.store.manifest_text import manifest_text

__all__ = ["MAX_MB", "SUFFIXES", "Incoming", "Look", "TableLook", "discard", "look", "take_in"]

SUFFIXES = tuple(dict.fromkeys((*TABLES, *GRAPH_SUFFIXES)))
MAX_MB = 50  # for one file; the server's own limit is the same
MAX_TOTAL_MB = 200
N_SHOWN = 5
SEALED = "sealed"

Progress = Callable[[str, float], None]

_FIELDS = {
    "id": "id",
    "label": "name that people read",
    "from_column": "from",
    "to_column": "to",
    "record": "id of the record",
    "amount": "amount in EUR",
    "role": "role",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class TableLook:
    """One table as it would be read. `read_as` says of each mapped column what it is taken for.

    `head` holds the first rows that break no rule, sensitive cells left out.
    """

    name: str
    in_words: str
    n_rows: int
    read_as: Mapping[str, str]
    sensitive: tuple[str, ...]
    head: pd.DataFrame


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """What a delivery would become. `columns` are those of a single table, else empty.

    `proposed` maps each of them that can be mapped to a meaning; `refusal` says why it would not
    be ingested, empty where it would; `path` is what `ingest` then reads.
    """

    report: QualityReport
    tables: tuple[TableLook, ...]
    columns: tuple[str, ...]
    proposed: Mapping[str, str]
    refusal: str
    path: Path
    is_synthetic: bool


def take_in(desk: Desk, files: Sequence[tuple[str, bytes]], *, account: str) -> Incoming:
    """Keep uploaded files, as (name, bytes), until they are ingested or discarded.

    One file of a known format, or several with the dataset.toml that names them. Names are looked
    up in dataset.toml and otherwise ignored.

    Raises
    ------
    BadInput
        When there is too much or nothing, a format is not known, dataset.toml is wrong or missing.
    NotAllowed
        When the account may not ingest.
    """
    who = _who(desk, account)
    _require_fit(files)
    manifests = [data for name, data in files if _base(name) == FILE]
    if manifests:
        named, left_out, called = _by_manifest(manifests[0], files)
        suffix = ""
    elif len(files) > 1:
        raise BadInput(
            f"Several files need a {FILE} among them that says what each is; add it, or bring one "
            "file at a time.",
            code="manifest",
        )
    else:
        name, data = files[0]
        suffix = _suffix(name)
        called = _called(name)
        named, left_out = {f"{called}{suffix}": data}, 0
    return incoming.keep(
        desk.home,
        named,
        owner=who.id,
        name=called,
        suffix=suffix,
        left_out=left_out,
        now=desk.now(),
    )


def look(
    desk: Desk,
    upload_id: str,
    *,
    account: str,
    said: Mapping[str, Any] | None = None,
    chosen: Mapping[str, str] | None = None,
    sensitive: Sequence[str] = (),
    progress: Progress,
) -> Look:
    """What would be ingested, with counts, first rows and every row that would be kept out.

    `chosen` maps columns of a single file to meanings, where a person mapped them; `sensitive`
    are then the columns to seal, and `said` holds title, licence and the rest of dataset.toml.

    Raises
    ------
    BadInput
        When a file cannot be read as what it claims to be, or two columns mean the same.
    NotAllowed
        When the account may not ingest.
    NotFound
        When it was removed, or somebody else brought it.
    """
    found = incoming.find(desk.home, upload_id, owner=_who(desk, account).id)
    progress("reading and checking every row", 0.1)
    delivery, path = read_delivery(found.path), found.path
    columns = () if found.is_folder else _columns_of_one_table(delivery)
    if chosen is not None and columns:
        progress("reading it again as you map it", 0.4)
        text = _mapped(found, said or {}, chosen, sensitive)
        path = incoming.described(desk.home, found, text)
        delivery = read_delivery(path)
    progress("putting the case graph together", 0.7)
    tables = assemble(delivery.tables, delivery.cases, delivery.sensitive)
    report = delivery.quality(tables.counts())
    proposed = {column: meaning for meaning, column in proposed_meanings(columns).items()}
    progress("done", 1.0)
    return Look(
        report=report,
        tables=tuple(_table(checked, delivery.sensitive) for checked in delivery.tables),
        columns=columns,
        proposed=proposed | dict.fromkeys(sensitive_columns(columns), SEALED),
        refusal=_refusal(report, delivery.max_rejected_share),
        path=path,
        is_synthetic=bool(delivery.meta["synthetic"]),
    )


def discard(desk: Desk, upload_id: str, *, account: str) -> None:
    """Remove what was uploaded, ingested or not.

    Raises
    ------
    NotFound
        When it was removed already, or somebody else brought it.
    """
    with desk.database.read() as connection:
        who = accounts.by_name(connection, account)
    incoming.remove(desk.home, incoming.find(desk.home, upload_id, owner=who.id))


def _who(desk: Desk, account: str) -> Account:
    with desk.database.read() as connection:
        who = accounts.by_name(connection, account)
    who.require(Operation.INGEST)
    return who


def _base(name: str) -> str:
    return PurePosixPath(name.replace("\\", "/")).name


def _suffix(name: str) -> str:
    suffix = PurePosixPath(_base(name)).suffix.lower()
    if suffix not in SUFFIXES:
        raise BadInput(
            f"Files of that format are not read; save it as one of {', '.join(SUFFIXES)}.",
            code="format",
        )
    return suffix


def _called(name: str) -> str:
    """A dataset's name made of a file's, for a person to change."""
    stem = PurePosixPath(_base(name)).stem.lower()
    return re.sub(r"[^a-z0-9_-]+", "-", stem).strip("-_")[:60] or "upload"


def _require_fit(files: Sequence[tuple[str, bytes]]) -> None:
    if not files:
        raise BadInput("Nothing was uploaded; choose one file or several.", code="empty")
    sizes = [len(data) for _, data in files]
    if max(sizes) > MAX_MB * 1_000_000 or sum(sizes) > MAX_TOTAL_MB * 1_000_000:
        raise BadInput(
            f"A file may have {MAX_MB} MB and all together {MAX_TOTAL_MB} MB; bring more at the "
            "command line with `workbench ingest`.",
            code="too_large",
        )


def _by_manifest(
    text: bytes, files: Sequence[tuple[str, bytes]]
) -> tuple[dict[str, bytes], int, str]:
    """The uploaded files by the names that dataset.toml gives them, how many it does not name."""
    with TemporaryDirectory() as folder:
        (Path(folder) / FILE).write_bytes(text)
        manifest, _ = read_manifest(Path(folder))
    brought: dict[str, list[bytes]] = {}
    for name, data in files:
        brought.setdefault(_base(name), []).append(data)
    named = {FILE: text}
    for file in _files_of(manifest):
        same = brought.get(PurePosixPath(file).name, [])
        if len(same) > 1:
            raise BadInput(
                "Two of the uploaded files bear one name; rename one, and in dataset.toml too.",
                code="manifest",
            )
        if same:
            named[file] = same[0]
    return named, len(files) - len(named), manifest.name


def _files_of(manifest: Manifest) -> list[str]:
    tables = [table.file for table in (*manifest.entities, *manifest.links)]
    named = [*tables, manifest.cases, *manifest.truth.values()]
    return list(dict.fromkeys(file for file in named if file))


def _columns_of_one_table(delivery: Delivery) -> tuple[str, ...]:
    """Columns of a file that is one plain table, whatever it is read as."""
    files = delivery.meta["datasheet"]["files"]
    if len(files) != 1 or files[0]["inside"]:
        return ()
    return tuple(column["name"] for column in files[0]["columns"])


def _mapped(
    found: Incoming,
    said: Mapping[str, Any],
    chosen: Mapping[str, str],
    sensitive: Sequence[str],
) -> str:
    """A dataset.toml that maps columns as a person chose."""
    meanings: dict[str, str] = {}
    for column, meaning in chosen.items():
        if meaning in meanings:
            raise BadInput(
                "Two columns are chosen to mean the same; keep one and leave the other as text.",
                code="columns",
            )
        meanings[meaning] = column
    frame, _ = read_delivered(found.path)
    mappings = mappings_of(found.name, found.path.name, frame, meanings)
    keys = {"name": found.name, "title": found.name, "licence": "unknown", "synthetic": False}
    return manifest_text({**keys, "max_rejected_share": 1.0, **said}, mappings, sensitive)


def _table(checked: Checked, sensitive: Sequence[str]) -> TableLook:
    mapping = checked.mapping
    read_as = {
        column: words for field, words in _FIELDS.items() if (column := getattr(mapping, field))
    }
    read_as |= {
        column: field.replace("_", " ") for field, column in mapping.provenance.items() if column
    }
    hidden = [column for column in checked.frame.columns if column in sensitive]
    return TableLook(
        name=mapping.name,
        in_words=mapping.in_words,
        n_rows=len(checked.frame),
        read_as=read_as,
        sensitive=tuple(hidden),
        head=checked.frame.head(N_SHOWN).assign(**dict.fromkeys(hidden, SEALED)),
    )


def _refusal(report: QualityReport, max_share: float) -> str:
    if not report.accepted:
        return f"None of {report.n_rows} rows can be used; mend them and upload it again."
    if len(report.rejected) > max_share * report.n_rows:
        return (
            f"{len(report.rejected)} of {report.n_rows} rows break a rule, more than the share of "
            f"{max_share:g} that the dataset allows; mend them and upload it again."
        )
    return ""
