"""Recorded entities and links leave in an open format, with their provenance, and can come back.

What rests on records under handling code H2 or H3 stays unless the provider's permission is
stated; findings, measures, scores and assessed links are never in it: those leave through the gate.
"""

import hashlib
import shutil
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

from workbench.analysis.leaving import Leaving, leaving
from workbench.domain.account import Account, Operation, Role
from workbench.domain.case import require_words
from workbench.domain.errors import BadInput, NotAllowed
from workbench.domain.log import EntryKind, commitment
from workbench.domain.record import HandlingCode
from workbench.store import accounts
from workbench.store.desk import Desk
from workbench.store.formats.write_followthemoney import followthemoney_lines
from workbench.store.formats.write_gml import gml_lines
from workbench.store.formats.write_tables import write_tables
from workbench.store.formats.write_xml import gexf_lines, graphml_lines
from workbench.store.packs import draft

_STAY = frozenset((HandlingCode.H2.value, HandlingCode.H3.value))


class Format(StrEnum):
    FTM = "ftm"
    GEXF = "gexf"
    GRAPHML = "graphml"
    GML = "gml"
    CSV = "csv"


_WRITERS: Mapping[Format, Callable[[Leaving], Iterator[bytes]]] = {
    Format.FTM: followthemoney_lines,
    Format.GEXF: gexf_lines,
    Format.GRAPHML: graphml_lines,
    Format.GML: gml_lines,
}
_SUFFIXES: Mapping[Format, tuple[str, ...]] = {
    Format.FTM: (".json", ".jsonl", ".ndjson", ".ftm", ".ijson"),
    Format.GEXF: (".gexf",),
    Format.GRAPHML: (".graphml",),
    Format.GML: (".gml",),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportReport:
    """What left and what stayed. `codes` counts the records that stay by handling code."""

    dataset: str
    format: str
    file: str
    sha256: str
    n_entities: int
    n_links: int
    n_records: int
    n_entities_left_out: int
    n_links_left_out: int
    codes: Mapping[str, int]

    def as_json(self) -> dict[str, Any]:
        """What `--json` prints."""
        return asdict(self)

    def as_text(self) -> str:
        """What a person reads."""
        went = f"{self.n_entities} entities and {self.n_links} links of {self.n_records} records"
        said = f"{self.file}: {went} left."
        if not self.codes:
            return said
        codes = ", ".join(f"{n} under {code}" for code, n in self.codes.items())
        return (
            f"{said}\n{self.n_entities_left_out} entities and {self.n_links_left_out} links stay: "
            f"their records may not be passed on ({codes})."
        )


def export(
    desk: Desk,
    dataset: str,
    *,
    form: Format,
    out: Path,
    account: str,
    purpose: str,
    permission: str = "",
    for_court: bool = False,
    recipient: str = "",
) -> ExportReport:
    """Write the recorded graph of `dataset` to `out`, a file, or for CSV a new folder; logs it.

    `permission` says in words which provider permitted that records under H2 and H3 leave, or how
    the conditions of H3 are met; without it they stay. `for_court` keeps back H1 too. The log keeps
    commitments to purpose, permission and recipient.

    Raises
    ------
    BadInput
        When the purpose says nothing, `out` cannot be written or would not be read back as that
        format, or nothing may leave.
    NotAllowed
        When the account may not export records, or may export synthetic ones only.
    NotFound
        When there is no such dataset.
    """
    words = require_words(purpose, of="purpose of an export")
    meta = desk.datasets.meta(dataset)
    who = _who_may(desk, account, meta)
    stays = frozenset() if permission else _STAY
    stays |= {HandlingCode.H1.value} if for_court else frozenset()
    goes = leaving(desk.datasets.tables(dataset), stays=stays)
    _require_some(dataset, goes)
    said = {"purpose": words, "reason": permission, "recipient": recipient}
    with ExitStack() as going:
        digest = going.enter_context(_written(goes, form, out, dataset, meta))
        _log(desk, dataset, goes, who, form, digest, said)
    return _report(dataset, form, out, digest, goes)


def _who_may(desk: Desk, account: str, meta: Mapping[str, Any]) -> Account:
    with desk.database.read() as connection:
        who = accounts.by_name(connection, account)
    who.require(Operation.EXPORT_RECORDS)
    if who.role is Role.DATA_SCIENTIST and not meta.get("synthetic"):
        raise NotAllowed(
            f"Account {who.id} (data scientist) exports synthetic data only; ask a supervisor."
        )
    return who


def _require_some(dataset: str, goes: Leaving) -> None:
    if goes.n_entities_left_out and goes.entities.empty:
        codes = ", ".join(f"{n} under {code}" for code, n in goes.codes.items())
        raise BadInput(
            f"Nothing of dataset {dataset} may leave: its records are not to be passed on "
            f"({codes}). Ask the provider, and state the permission (--permission).",
            code="handling",
        )


def _report(dataset: str, form: Format, out: Path, digest: str, goes: Leaving) -> ExportReport:
    return ExportReport(
        dataset=dataset,
        format=form.value,
        file=out.name,
        sha256=digest,
        n_entities=len(goes.entities),
        n_links=len(goes.links),
        n_records=goes.n_records,
        n_entities_left_out=goes.n_entities_left_out,
        n_links_left_out=goes.n_links_left_out,
        codes=goes.codes,
    )


@contextmanager
def _written(
    goes: Leaving, form: Format, out: Path, dataset: str, meta: Mapping[str, Any]
) -> Iterator[str]:
    """Write beside `out`; it appears there once the context is left without an error."""
    if form is Format.CSV:
        with _folder(goes, out, dataset, meta) as digest:
            yield digest
        return
    if out.suffix.lower() not in _SUFFIXES[form]:
        raise BadInput(
            f"A file of format {form} is called by one of {', '.join(_SUFFIXES[form])}, so that it "
            "can be read back; name it so."
        )
    with draft(out, _WRITERS[form](goes)) as digest:
        yield digest


@contextmanager
def _folder(goes: Leaving, out: Path, dataset: str, meta: Mapping[str, Any]) -> Iterator[str]:
    if out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise BadInput("Something is at that place already; name a folder that is new or empty.")
    try:
        part = Path(tempfile.mkdtemp(prefix=".part-", dir=out.parent))
    except OSError as error:
        raise BadInput(
            f"The folder cannot be written ({error.strerror}); name one in a folder that is there "
            "and that you may write to."
        ) from error
    try:
        write_tables(goes, part, name=dataset, meta=meta)
        lines = [
            f"{hashlib.sha256(path.read_bytes()).hexdigest()} {path.name}\n"
            for path in sorted(part.iterdir())
        ]
        yield hashlib.sha256("".join(lines).encode()).hexdigest()
        part.chmod(0o755)
        if out.exists():
            out.rmdir()
        part.rename(out)
    finally:
        shutil.rmtree(part, ignore_errors=True)


def _log(
    desk: Desk,
    dataset: str,
    goes: Leaving,
    who: Account,
    form: Format,
    digest: str,
    said: Mapping[str, str],
) -> None:
    salt = desk.vault.salt(dataset)
    fields: dict[str, object] = {
        "what": f"records as {form}",
        "digest": digest,
        "account": who.id,
        "role": who.role.value,
        "session": desk.session_hash,
        "simulated": who.simulated,
        "dataset": dataset,
        "sha256": desk.datasets.sha256(dataset),
        "n_records": goes.n_records,
        "n_entities": len(goes.entities),
        "n_links": len(goes.links),
    }
    fields |= {word: commitment(salt, words) for word, words in said.items() if words}
    with desk.database.write() as connection:
        accounts.by_name(connection, who.name).require(Operation.EXPORT_RECORDS)
        desk.log.append(connection, EntryKind.EXPORT, fields)
