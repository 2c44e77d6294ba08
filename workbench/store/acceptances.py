"""Which datasets a person accepted, on which data audit: models learn and detect on nothing else.

What the audit breached is excused in writing or the dataset is not accepted (duties T4, T17). The
reason and the excuse lie in the vault; log and table hold their commitments.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, select

from workbench.domain.account import Account
from workbench.domain.errors import CheckFailed, Conflict, NotCleared, NotFound
from workbench.domain.log import EntryKind, Json, commitment
from workbench.store.database import to_text
from workbench.store.decision_log import DecisionLog
from workbench.store.tables import dataset as datasets
from workbench.store.tables import dataset_acceptance
from workbench.store.vault import Vault

AUDIT = "data_audit"  # its key in quality.json


@dataclass(frozen=True, slots=True, kw_only=True)
class Audited:
    """The data audit made of one content of a dataset, as the log has it; digest empty if none."""

    dataset: str
    sha256: str
    digest: str
    breached: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Acceptance:
    """What a person is about to accept; `excuse` is empty where nothing was breached."""

    audited: Audited
    account: Account
    reason: str
    excuse: str
    key: str


def digest_of(quality: Mapping[str, Any]) -> str:
    """SHA-256, as 64 hex digits, of the data audit in a quality report; empty without one."""
    if AUDIT not in quality:
        return ""
    plain = json.dumps(quality[AUDIT], sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(plain.encode()).hexdigest()


def logged_audit(connection: Connection, log: DecisionLog, name: str) -> Audited:
    """What the entry of the dataset's ingestion says of its data audit.

    Raises
    ------
    NotFound
        When the dataset was not ingested here.
    """
    query = select(datasets.c.sha256, datasets.c.entry_seq).where(datasets.c.name == name)
    row = connection.execute(query).first()
    if row is None:
        raise NotFound(f"Dataset {name} was not ingested here; ingest it first.")
    (entry,) = log.entries(connection, row.entry_seq, row.entry_seq + 1)
    breached: Json = entry.fields.get("breached", [])
    return Audited(
        dataset=name,
        sha256=row.sha256,
        digest=str(entry.fields.get(AUDIT, "")),
        breached=tuple(map(str, breached)) if isinstance(breached, list) else (),
    )


def require_audited(audited: Audited, quality: Mapping[str, Any]) -> None:
    """Raise unless a data audit was made, and the quality report still holds that one (T4).

    Raises
    ------
    NotCleared
        When none was made.
    CheckFailed
        When the report was changed since.
    """
    if not audited.digest:
        raise NotCleared(
            f"Dataset {audited.dataset} has no data audit, so nobody can accept it; ingest it "
            "again under a new name."
        )
    if digest_of(quality) != audited.digest:
        raise CheckFailed(
            f"The quality report of dataset {audited.dataset} is not the one that was logged when "
            "it was ingested; restore quality.json or ingest again under a new name."
        )


def before(connection: Connection, vault: Vault, wanted: Acceptance) -> bool:
    """True when this key accepted just this before.

    Raises
    ------
    Conflict
        When the key accepted something else, or another key accepted the dataset.
    """
    table, audited = dataset_acceptance.c, wanted.audited
    row = connection.execute(
        select(dataset_acceptance).where(table.idempotency_key == wanted.key)
    ).first()
    if row is not None:
        promises = _promise(vault, audited.dataset, wanted.reason, wanted.excuse)
        said = (row.dataset, row.sha256, row.accepted_by)
        same = said == (audited.dataset, audited.sha256, wanted.account.id)
        if same and (row.reason_commitment, row.excuse_commitment) == promises:
            return True
        raise Conflict("This idempotency key accepted something else; reload and use a new key.")
    query = select(table.accepted_by).where(
        table.dataset == audited.dataset, table.sha256 == audited.sha256
    )
    taken = connection.execute(query).first()
    if taken is not None:
        raise Conflict(f"Dataset {audited.dataset} was accepted by {taken.accepted_by} before.")
    return False


def write(
    connection: Connection,
    log: DecisionLog,
    vault: Vault,
    wanted: Acceptance,
    *,
    session: str,
    now: datetime,
) -> None:
    """Words to the vault, then the entry and the row that say who accepted what.

    Raises
    ------
    NotCleared
        When a threshold was breached and nothing excuses it.
    """
    audited, who = wanted.audited, wanted.account
    _require_excused(wanted)
    reason, excuse = _promise(vault, audited.dataset, wanted.reason, wanted.excuse)
    subject = _subject(audited.dataset)
    vault.put(subject, f"reason {audited.sha256}", wanted.reason.encode())
    if wanted.excuse:
        vault.put(subject, f"excuse {audited.sha256}", wanted.excuse.encode())
    said = {"dataset": audited.dataset, "sha256": audited.sha256, AUDIT: audited.digest}
    fields = {
        **said,
        "account": who.id,
        "reason": reason,
        "breached": list(audited.breached),
        "excuse": excuse,
        "key": hashlib.sha256(wanted.key.encode()).hexdigest(),
        "session": session,
        "simulated": who.simulated,
    }
    seq = log.append(connection, EntryKind.DATASET_ACCEPTED, fields)
    connection.execute(
        dataset_acceptance.insert().values(
            **said,
            accepted_by=who.id,
            accepted_at=to_text(now),
            reason_commitment=reason,
            breached=" ".join(audited.breached),
            excuse_commitment=excuse,
            idempotency_key=wanted.key,
            entry_seq=seq,
        )
    )


def _require_excused(wanted: Acceptance) -> None:
    audited = wanted.audited
    if audited.breached and not wanted.excuse:
        raise NotCleared(
            f"The data audit of dataset {audited.dataset} breached {', '.join(audited.breached)}; "
            "read why in its quality report, then mend the data or excuse it in writing."
        )


def is_accepted(connection: Connection, dataset: str, sha256: str) -> bool:
    """True when a person accepted this content of the dataset."""
    query = select(dataset_acceptance.c.dataset).where(
        dataset_acceptance.c.dataset == dataset, dataset_acceptance.c.sha256 == sha256
    )
    return connection.execute(query).first() is not None


def require_accepted(connection: Connection, dataset: str, sha256: str) -> None:
    """Raise unless a person accepted this content of the dataset.

    Raises
    ------
    NotCleared
        When nobody did.
    """
    if not is_accepted(connection, dataset, sha256):
        raise NotCleared(
            f"Dataset {dataset} was not accepted by a person yet, so no model learns from it or "
            "runs on it; a supervisor reads its quality report and accepts it."
        )


def _subject(dataset: str) -> str:
    """The vault's subject for what people said of a dataset."""
    return f"dataset {dataset}"


def _promise(vault: Vault, dataset: str, reason: str, excuse: str) -> tuple[str, str]:
    """Commitments to the reason and to the excuse, empty where there is none."""
    salt = vault.salt(_subject(dataset))
    return commitment(salt, reason), commitment(salt, excuse) if excuse else ""
