"""Releases in workbench.db: versions that a person approved, and their stops and restarts."""

from datetime import datetime

from sqlalchemy import Connection, Row, select

from workbench.domain.account import Account
from workbench.domain.errors import NotFound
from workbench.domain.log import EntryKind, commitment
from workbench.domain.release import AuditVerdict, Release, ReleaseStatus
from workbench.store.accounts import new_id
from workbench.store.database import from_text, to_text
from workbench.store.decision_log import DecisionLog
from workbench.store.tables import release as releases
from workbench.store.tables import release_event as events
from workbench.store.vault import Vault

STATUS = {
    "suspended": ReleaseStatus.SUSPENDED,
    "restarted": ReleaseStatus.IN_USE,
    "retired": ReleaseStatus.RETIRED,
}
_KIND = {
    "suspended": EntryKind.RELEASE_SUSPENDED,
    "restarted": EntryKind.RELEASE_RESTARTED,
    "retired": EntryKind.RELEASE_RETIRED,
}
_ERASED = "These words were erased."


def by_id(connection: Connection, vault: Vault, release_id: str) -> Release:
    """The release ``<model>/<version>`` as it stands now.

    Raises
    ------
    NotFound
        When it was not approved.
    """
    row = connection.execute(select(releases).where(releases.c.id == release_id)).first()
    if row is None:
        raise NotFound(f"There is no release {release_id}; a supervisor approves one first.")
    return _release(connection, vault, row)


def by_key(connection: Connection, vault: Vault, key: str) -> Release | None:
    """The release that was approved with this idempotency key, or None."""
    row = connection.execute(select(releases).where(releases.c.idempotency_key == key)).first()
    return None if row is None else _release(connection, vault, row)


def list_releases(
    connection: Connection, vault: Vault, *, model: str | None = None
) -> list[Release]:
    """Releases of one model or of all, by model, the newest version first."""
    query = select(releases).order_by(releases.c.model, releases.c.version.desc())
    if model is not None:
        query = query.where(releases.c.model == model)
    return [_release(connection, vault, row) for row in connection.execute(query)]


def in_use(connection: Connection, vault: Vault, model: str) -> Release | None:
    """The newest release of a model while it is in use; a stopped one hands over to no older."""
    newest = next(iter(list_releases(connection, vault, model=model)), None)
    return newest if newest and newest.status is ReleaseStatus.IN_USE else None


def exists(connection: Connection, release_id: str) -> bool:
    """True when the release was approved."""
    query = select(releases.c.id).where(releases.c.id == release_id)
    return connection.execute(query).first() is not None


def last_suspended_by(connection: Connection, release_id: str) -> str:
    """Who stopped the release last; empty when nobody did."""
    query = select(events.c.by).where(
        events.c.release_id == release_id, events.c.kind == "suspended"
    )
    found = connection.execute(query.order_by(events.c.entry_seq.desc()).limit(1)).scalar()
    return str(found or "")


def write_release(
    connection: Connection,
    log: DecisionLog,
    vault: Vault,
    release: Release,
    *,
    account: Account,
    key: str,
) -> int:
    """Log the promotion and write the row; returns the entry's index."""
    vault.put(release.id, "reason", release.reason.encode())
    reason = commitment(vault.salt(release.id), release.reason)
    said = {
        "model": release.model,
        "version": release.version,
        "dataset": release.dataset,
        "audit_digest": release.audit_digest,
        "trained_by": release.trained_by,
    }
    seq = log.append(
        connection,
        EntryKind.RELEASE_PROMOTED,
        {**said, **_logged(release), "reason": reason, "simulated": account.simulated},
    )
    connection.execute(
        releases.insert().values(
            id=release.id,
            digest=release.digest,
            run_id=release.run_id,
            audit_verdict=release.audit.value,
            approved_by=release.approved_by,
            approved_at=to_text(release.approved_at),
            reason_commitment=reason,
            idempotency_key=key,
            entry_seq=seq,
            **said,
        )
    )
    return seq


def _logged(release: Release) -> dict[str, object]:
    """What the entry of a promotion calls otherwise than the row."""
    return {
        "account": release.approved_by,
        "audit": release.audit.value,
        "release": release.id,
        "release_digest": release.digest,
        "run": release.run_id,
    }


def write_event(
    connection: Connection,
    log: DecisionLog,
    vault: Vault,
    release_id: str,
    kind: str,
    *,
    account: Account,
    reason: str,
    now: datetime,
) -> int:
    """Log and keep that a release is ``suspended``, ``restarted`` or ``retired``."""
    event_id = new_id("E")
    vault.put(release_id, event_id, reason.encode())
    committed = commitment(vault.salt(release_id), reason)
    seq = log.append(
        connection,
        _KIND[kind],
        {
            "account": account.id,
            "event": event_id,
            "reason": committed,
            "release": release_id,
            "simulated": account.simulated,
        },
    )
    connection.execute(
        events.insert().values(
            id=event_id,
            release_id=release_id,
            kind=kind,
            by=account.id,
            at=to_text(now),
            reason_commitment=committed,
            entry_seq=seq,
        )
    )
    return seq


def _release(connection: Connection, vault: Vault, row: Row[tuple[object, ...]]) -> Release:
    query = select(events.c.kind).where(events.c.release_id == row.id)
    last = connection.execute(query.order_by(events.c.entry_seq.desc()).limit(1)).scalar()
    try:
        reason = vault.get(row.id, "reason").decode()
    except NotFound:
        reason = _ERASED
    return Release(
        id=row.id,
        model=row.model,
        version=row.version,
        digest=row.digest,
        run_id=row.run_id,
        dataset=row.dataset,
        audit=AuditVerdict(row.audit_verdict),
        audit_digest=row.audit_digest,
        trained_by=row.trained_by,
        approved_by=row.approved_by,
        approved_at=from_text(row.approved_at),
        reason=reason,
        status=STATUS[last] if last else ReleaseStatus.IN_USE,
    )
