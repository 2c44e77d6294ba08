"""Check a delivery, ingest it as a pending case graph, and accept it for models."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import select

from workbench.analysis.assembly import assemble
from workbench.analysis.data_audit import DataAudit, audit_data
from workbench.analysis.quality import QualityReport
from workbench.analysis.tables import Tables
from workbench.domain.account import Account, Operation, Role
from workbench.domain.case import require_words
from workbench.domain.errors import BadInput, NotAllowed, NotFound
from workbench.domain.log import EntryKind
from workbench.store import acceptances, accounts
from workbench.store.acceptances import Acceptance
from workbench.store.attempts import refusals_logged
from workbench.store.database import to_text
from workbench.store.datasets import Ingested, dataset_name
from workbench.store.deliveries import Delivery, read_delivery
from workbench.store.desk import Desk
from workbench.store.tables import dataset as datasets

Progress = Callable[[str, float], None]


def _silent(text: str, share: float) -> None:
    """Progress that nobody watches."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DataReport(QualityReport):
    """What a delivery holds, which rows were kept out, and its data audit."""

    audit: DataAudit

    def as_json(self) -> dict[str, Any]:
        """What quality.json keeps and `--json` prints."""
        return {**QualityReport.as_json(self), acceptances.AUDIT: self.audit.as_json()}

    def as_text(self) -> str:
        """What a person reads."""
        return f"{QualityReport.as_text(self)}\n{self.audit.as_text()}"


@dataclass(frozen=True, slots=True, kw_only=True)
class IngestReport(DataReport):
    """The same of a dataset that now waits for acceptance."""

    dataset: str

    def as_json(self) -> dict[str, Any]:
        """What `--json` prints."""
        return {"dataset": self.dataset, **DataReport.as_json(self)}

    def as_text(self) -> str:
        """What a person reads."""
        return (
            f"Dataset {self.dataset} is ingested and waits for a person's acceptance.\n"
            f"{DataReport.as_text(self)}"
        )


def check(path: Path) -> DataReport:
    """What a dataset folder or file holds and which of its rows break a rule; writes nothing.

    Raises
    ------
    BadInput
        When a file cannot be read as what it claims to be.
    """
    delivery = read_delivery(path)
    tables = assemble(delivery.tables, delivery.cases, delivery.sensitive)
    quality = delivery.quality(tables.counts())
    return DataReport(**_fields(quality), audit=_audit(delivery, tables, datetime.now(UTC)))


def _fields(report: QualityReport) -> dict[str, Any]:
    return {field.name: getattr(report, field.name) for field in fields(report)}


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
    quality = delivery.quality(tables.counts())
    _require_enough(quality, delivery.max_rejected_share)
    progress("auditing the data", 0.65)
    _log_sensitive_read(desk, wanted, tables, who)
    audit = _audit(delivery, tables, desk.now())
    report = IngestReport(**_fields(quality), dataset=wanted, audit=audit)
    progress("writing the dataset", 0.75)
    desk.datasets.write(wanted, _ingested(delivery, tables, report))
    _enter(desk, wanted, delivery, tables, who)
    progress("done", 1.0)
    return report


def _audit(delivery: Delivery, tables: Tables, now: datetime) -> DataAudit:
    own = delivery.meta.get("quality", {})
    return audit_data(
        delivery.tables,
        tables,
        now=now,
        own_limits=own.get("limits"),
        population=own.get("population"),
    )


def _log_sensitive_read(desk: Desk, name: str, tables: Tables, who: Account) -> None:
    """Before the sensitive columns are read: by whom, and that a data audit is made (duty T5)."""
    if len(tables.sensitive.columns) < 2:
        return
    said = {
        "dataset": name,
        "what": "sensitive features",
        "why": "data audit before acceptance",
        "account": who.id,
        "simulated": who.simulated,
    }
    with desk.database.write() as connection:
        desk.log.append(connection, EntryKind.SENSITIVE_READ, said)


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


def accept(
    desk: Desk, dataset: str, *, account: str, reason: str, key: str, excuse: str | None = None
) -> None:
    """Accept a dataset for models, having read its quality report and data audit.

    Where the data audit breached a threshold, `excuse` says in writing why the data is used all
    the same. Reason and excuse go to the vault, their commitments to log and table. The same key
    again, with the same words, changes nothing.

    Raises
    ------
    BadInput
        When the reason or excuse says nothing, the key is none, or nothing is to be excused.
    CheckFailed
        When the quality report was changed since ingestion.
    Conflict
        When the key was used for something else, or the dataset is accepted already.
    NotAllowed
        When the account may not accept data.
    NotCleared
        When a threshold was breached and nothing excuses it; the message names what was breached.
    """
    words = require_words(reason, of=f"reason for accepting dataset {dataset}")
    said = "" if excuse is None else require_words(excuse, of=f"excuse for dataset {dataset}")
    if not 0 < len(key) <= 200 or not key.isprintable():
        raise BadInput("An idempotency key has 1 to 200 characters that show; mint one.")
    quality = desk.datasets.quality(dataset)
    refusals = refusals_logged(desk, "accept_data", account=account)
    with refusals, desk.database.write() as connection:
        who = accounts.by_name(connection, account)
        who.require(Operation.ACCEPT_DATA)
        audited = acceptances.logged_audit(connection, desk.log, dataset)
        wanted = Acceptance(audited=audited, account=who, reason=words, excuse=said, key=key)
        if acceptances.before(connection, desk.vault, wanted):
            return
        acceptances.require_audited(audited, quality)
        if said and not audited.breached:
            raise BadInput(f"Dataset {dataset} breaches no threshold; accept it without an excuse.")
        acceptances.write(
            connection, desk.log, desk.vault, wanted, session=desk.session_hash, now=desk.now()
        )


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


def _ingested(delivery: Delivery, tables: Tables, report: DataReport) -> Ingested:
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
        quality=DataReport.as_json(report),
    )


def _enter(
    desk: Desk,
    name: str,
    delivery: Delivery,
    tables: Tables,
    who: Account,
) -> None:
    """The log entry and the row; nothing when the same content was entered before.

    What is logged of the data audit is read from what was kept, so that the two are one.
    """
    kept = desk.datasets.quality(name)
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
            "n_rejected": len(kept["rejected"]),
            acceptances.AUDIT: acceptances.digest_of(kept),
            "breached": kept[acceptances.AUDIT]["breached"],
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
