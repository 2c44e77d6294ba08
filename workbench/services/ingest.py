"""Check a delivery, ingest it as a pending case graph, and accept it for models."""

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, select

from workbench.analysis.assembly import assemble
from workbench.analysis.quality import QualityReport, Rejected
from workbench.analysis.tables import Tables
from workbench.domain.account import Account, Operation, Role
from workbench.domain.case import require_words
from workbench.domain.errors import BadInput, Conflict, NotAllowed, NotFound
from workbench.domain.log import EntryKind, commitment
from workbench.store import accounts
from workbench.store.database import to_text
from workbench.store.datasets import Ingested, dataset_name
from workbench.store.deliveries import Delivery, read_delivery
from workbench.store.desk import Desk
from workbench.store.tables import dataset as datasets
from workbench.store.tables import dataset_acceptance

Progress = Callable[[str, float], None]


def _silent(text: str, share: float) -> None:
    """Progress that nobody watches."""


@dataclass(frozen=True, slots=True, kw_only=True)
class IngestReport:
    """The dataset's name, its entities per kind, and every row that was kept out."""

    dataset: str
    counts: Mapping[str, int]
    rejected: tuple[Rejected, ...]
    quality: QualityReport

    def as_json(self) -> dict[str, Any]:
        """What `--json` prints."""
        return {"dataset": self.dataset, **self.quality.as_json()}

    def as_text(self) -> str:
        """What a person reads."""
        return (
            f"Dataset {self.dataset} is ingested and waits for a person's acceptance.\n"
            f"{self.quality.as_text()}"
        )


def check(path: Path) -> QualityReport:
    """What a dataset folder or file holds and which of its rows break a rule; writes nothing.

    Raises
    ------
    BadInput
        When a file cannot be read as what it claims to be.
    """
    delivery = read_delivery(path)
    tables = assemble(delivery.tables, delivery.cases, delivery.sensitive)
    return delivery.quality(tables.counts())


def ingest(
    desk: Desk,
    path: Path,
    *,
    account: str,
    name: str | None = None,
    stated: Mapping[str, Any] | None = None,
    progress: Progress = _silent,
) -> IngestReport:
    """Turn a delivery into a dataset, pending: it can be explored, and not yet learned from.

    Ingesting the same content under the same name again changes nothing. `stated` is what a person
    says of a bare file, which has no dataset.toml to say it: title, licence, synthetic, origin,
    purpose.

    Raises
    ------
    BadInput
        When a file cannot be read, more rows are bad than the dataset allows, or none is good.
    Conflict
        When the name stands for another content.
    NotAllowed
        When the account may not ingest, or may ingest synthetic data only.
    """
    with desk.database.read() as connection:
        who = accounts.by_name(connection, account)
    who.require(Operation.INGEST)
    progress("reading and checking every row", 0.05)
    delivery = _as_stated(read_delivery(path), stated if path.is_file() else None)
    _require_synthetic(delivery, who)
    wanted = dataset_name(name or delivery.name)
    progress("putting the case graph together", 0.45)
    tables = assemble(delivery.tables, delivery.cases, delivery.sensitive)
    report = delivery.quality(tables.counts())
    _require_enough(report, delivery.max_rejected_share)
    progress("writing the dataset", 0.75)
    desk.datasets.write(wanted, _ingested(delivery, tables, report))
    _enter(desk, wanted, delivery, tables, report, who)
    progress("done", 1.0)
    return IngestReport(
        dataset=wanted, counts=report.counts, rejected=report.rejected, quality=report
    )


def resolve(desk: Desk, named: str) -> str:
    """Name of the ingested dataset that `named` means: its name, or the path of what was delivered.

    An empty text means the dataset that was ingested last.

    Raises
    ------
    NotFound
        When nothing was ingested under that name or from that path.
    """
    with desk.database.read() as connection:
        query = select(datasets.c.name, datasets.c.sha256).order_by(datasets.c.ingested_at.desc())
        rows = connection.execute(query).all()
    by_name = [row.name for row in rows if named in ("", row.name)]
    if by_name:
        return str(by_name[0])
    if named and Path(named).exists():
        sha256 = read_delivery(Path(named)).sha256
        by_content = [row.name for row in rows if row.sha256 == sha256]
        if by_content:
            return str(by_content[0])
    raise NotFound(
        "No dataset was ingested under that name or from that path; run `workbench ingest` first."
    )


def _as_stated(delivery: Delivery, stated: Mapping[str, Any] | None) -> Delivery:
    if not stated:
        return delivery
    sheet = delivery.meta["datasheet"]
    of_sheet = {key: stated[key] for key in ("origin", "purpose") if key in stated}
    own = {key: stated[key] for key in ("title", "licence", "synthetic") if key in stated}
    return replace(delivery, meta={**delivery.meta, **own, "datasheet": {**sheet, **of_sheet}})


def _require_synthetic(delivery: Delivery, who: Account) -> None:
    if who.role is Role.DATA_SCIENTIST and not delivery.meta["synthetic"]:
        raise NotAllowed(
            f"Account {who.id} (data scientist) ingests synthetic data only; ask an analyst."
        )


def accept(desk: Desk, dataset: str, *, account: str, reason: str, key: str) -> None:
    """Accept a dataset for models, having read its quality report.

    The reason goes to the vault, its commitment to log and table. The same key again, with the
    same reason, changes nothing.

    Raises
    ------
    BadInput
        When the reason says nothing or the key is none.
    Conflict
        When the key was used for something else, or the dataset is accepted already.
    NotAllowed
        When the account may not accept data.
    """
    words = require_words(reason, of=f"reason for accepting dataset {dataset}")
    if not 0 < len(key) <= 200 or not key.isprintable():
        raise BadInput("An idempotency key has 1 to 200 characters that show; mint one.")
    sha256 = desk.datasets.sha256(dataset)
    with desk.database.write() as connection:
        who = accounts.by_name(connection, account)
        who.require(Operation.ACCEPT_DATA)
        promise = commitment(desk.vault.salt(_subject(dataset)), words)
        if _accepted_before(connection, dataset, sha256, promise, who, key):
            return
        desk.vault.put(_subject(dataset), f"reason {sha256}", words.encode())
        _write_acceptance(desk, connection, dataset, sha256, promise, who, key)


def _write_acceptance(
    desk: Desk,
    connection: Connection,
    dataset: str,
    sha256: str,
    promise: str,
    who: Account,
    key: str,
) -> None:
    fields = {
        "dataset": dataset,
        "sha256": sha256,
        "account": who.id,
        "reason": promise,
        "key": hashlib.sha256(key.encode()).hexdigest(),
        "session": desk.session_hash,
        "simulated": who.simulated,
    }
    seq = desk.log.append(connection, EntryKind.DATASET_ACCEPTED, fields)
    connection.execute(
        dataset_acceptance.insert().values(
            dataset=dataset,
            sha256=sha256,
            accepted_by=who.id,
            accepted_at=to_text(desk.now()),
            reason_commitment=promise,
            idempotency_key=key,
            entry_seq=seq,
        )
    )


def _subject(dataset: str) -> str:
    """The vault's subject for what people said of a dataset."""
    return f"dataset {dataset}"


def _accepted_before(
    connection: Connection, dataset: str, sha256: str, promise: str, who: Account, key: str
) -> bool:
    """True when this key accepted just this; raises Conflict when it did something else."""
    table = dataset_acceptance.c
    row = connection.execute(select(dataset_acceptance).where(table.idempotency_key == key)).first()
    if row is not None:
        said = (row.dataset, row.sha256, row.reason_commitment, row.accepted_by)
        if said == (dataset, sha256, promise, who.id):
            return True
        raise Conflict("This idempotency key accepted something else; reload and use a new key.")
    query = select(table.accepted_by).where(table.dataset == dataset, table.sha256 == sha256)
    taken = connection.execute(query).first()
    if taken is not None:
        raise Conflict(f"Dataset {dataset} was accepted by {taken.accepted_by} before.")
    known = connection.execute(select(datasets.c.name).where(datasets.c.name == dataset)).first()
    if known is None:
        raise NotFound(f"Dataset {dataset} was not ingested here; ingest it first.")
    return False


def _require_enough(report: QualityReport, max_share: float) -> None:
    if not report.accepted:
        raise BadInput(
            f"None of {report.n_rows} rows can be used; run `workbench check` and mend them.",
            code="no_rows",
        )
    if len(report.rejected) > max_share * report.n_rows:
        raise BadInput(
            f"{len(report.rejected)} of {report.n_rows} rows break a rule, more than the share of "
            f"{max_share:g} that the dataset allows; run `workbench check` and mend them.",
            code="too_many_rejected",
        )


def _ingested(delivery: Delivery, tables: Tables, report: QualityReport) -> Ingested:
    features = [name for name in tables.sensitive.columns if name != "entity"]
    meta = {
        **delivery.meta,
        "sensitive": features,
        "member_states": sorted(set(tables.records["member_state"])),
        "counts": dict(report.counts),
        "n_records": len(tables.records),
        "n_links": len(tables.links),
        "n_cases": int(tables.cases["id"].nunique()),
    }
    return Ingested(
        tables=tables,
        truth=delivery.truth,
        sha256=delivery.sha256,
        meta=meta,
        quality=report.as_json(),
    )


def _enter(
    desk: Desk,
    name: str,
    delivery: Delivery,
    tables: Tables,
    report: QualityReport,
    who: Account,
) -> None:
    """The log entry and the row; nothing when the same content was entered before."""
    with desk.database.write() as connection:
        row = connection.execute(select(datasets.c.sha256).where(datasets.c.name == name)).first()
        if row is not None:
            return
        fields = {
            "dataset": name,
            "sha256": delivery.sha256,
            "synthetic": bool(delivery.meta["synthetic"]),
            "account": who.id,
            "n_records": len(tables.records),
            "n_entities": len(tables.entities),
            "n_links": len(tables.links),
            "n_rejected": len(report.rejected),
            "session": desk.session_hash,
            "simulated": who.simulated,
        }
        seq = desk.log.append(connection, EntryKind.DATASET_INGESTED, fields)
        connection.execute(
            datasets.insert().values(
                name=name,
                title=str(delivery.meta["title"]),
                sha256=delivery.sha256,
                synthetic=int(delivery.meta["synthetic"]),
                ingested_at=to_text(desk.now()),
                ingested_by=who.id,
                entry_seq=seq,
            )
        )
