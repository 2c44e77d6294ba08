"""Approve, stop and restart releases: the versions of models that may put findings forward."""

from dataclasses import dataclass
from datetime import datetime

from workbench.domain.account import Account, Operation
from workbench.domain.case import require_words
from workbench.domain.errors import BadInput, Conflict, NotAllowed, NotCleared
from workbench.domain.release import AuditVerdict, Release, ReleaseStatus
from workbench.store import acceptances, accounts, gate, releases
from workbench.store.attempts import refusals_logged
from workbench.store.desk import Desk
from workbench.store.registry import Version


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposed:
    """A registered version that nobody approved yet; `audit` is None until it was audited."""

    release: str
    model: str
    version: int
    run_id: str
    dataset: str
    trained_by: str
    registered_at: datetime
    audit: AuditVerdict | None


def proposed(desk: Desk) -> list[Proposed]:
    """Registered versions that wait for approval, by model and version. Reads the registry."""
    with desk.database.read() as connection:
        approved = {r.id for r in releases.list_releases(connection, desk.vault)}
    return [
        Proposed(
            release=version.id,
            model=version.model,
            version=version.number,
            run_id=version.run_id,
            dataset=version.dataset,
            trained_by=version.trained_by,
            registered_at=version.registered_at,
            audit=AuditVerdict(version.audit_verdict) if version.audit_verdict else None,
        )
        for model in sorted(desk.models)
        for version in desk.registry.versions(model)
        if version.id not in approved
    ]


def approve(desk: Desk, release: str, *, account: str, reason: str, key: str) -> Release:
    """Approve the registered version ``<model>/<version>`` for use; the same `key`, the same one.

    Where its bias audit did not pass, `reason` is the written excuse (duty T27).

    Raises
    ------
    NotCleared
        When the version was not audited, or nobody accepted the dataset it learned from, with its
        data audit (duty T4).
    NotAllowed
        When the account is no supervisor, or trained the model.
    Conflict
        When the version is approved already, or the key was used for another.
    """
    gate.require_key(key)
    model, number = _version(release)
    with refusals_logged(desk, "approve_release", account=account):
        with desk.database.read() as connection:
            accounts.by_name(connection, account).require(Operation.APPROVE_RELEASE)
        version = desk.registry.version(model, number)
        with desk.database.write() as connection:
            who = accounts.by_name(connection, account)
            wanted = _to_approve(desk, version, who, reason)
            audited = acceptances.logged_audit(connection, desk.log, version.dataset)
            acceptances.require_accepted(connection, audited.dataset, audited.sha256)
            before = releases.by_key(connection, desk.vault, key)
            if before is not None:
                return _same(before, wanted)
            if releases.exists(connection, release):
                raise Conflict(f"Release {release} is approved already; nothing is left to do.")
            releases.write_release(connection, desk.log, desk.vault, wanted, account=who, key=key)
    return wanted


def suspend(desk: Desk, release: str, *, account: str, reason: str) -> Release:
    """Stop a release at once: it infers no more and nothing it found is acted on (duty T14).

    Suspending what is suspended changes nothing.
    """
    return _change(desk, release, "suspended", Operation.STOP_MODEL, account, reason)


def restart(desk: Desk, release: str, *, account: str, reason: str) -> Release:
    """Put a suspended release back in use; by a supervisor other than who stopped it.

    Raises
    ------
    NotAllowed
        When the same person stopped it.
    NotCleared
        When it is retired.
    """
    return _change(desk, release, "restarted", Operation.RESTART_MODEL, account, reason)


def retire(desk: Desk, release: str, *, account: str, reason: str) -> Release:
    """Take a release out of use for good."""
    return _change(desk, release, "retired", Operation.APPROVE_RELEASE, account, reason)


def in_use(desk: Desk, model: str) -> Release | None:
    """The newest release of `model` while it is in use; None before approval or once stopped."""
    with desk.database.read() as connection:
        return releases.in_use(connection, desk.vault, model)


def list_releases(desk: Desk, *, model: str | None = None) -> list[Release]:
    """All approved releases, by model, the newest version first."""
    with desk.database.read() as connection:
        return releases.list_releases(connection, desk.vault, model=model)


def _change(
    desk: Desk, release_id: str, kind: str, operation: Operation, account: str, reason: str
) -> Release:
    refusals = refusals_logged(desk, f"release_{kind}", account=account)
    with refusals, desk.database.write() as connection:
        who = accounts.by_name(connection, account)
        who.require(operation)
        release = releases.by_id(connection, desk.vault, release_id)
        words = require_words(reason, of=f"reason of the change to release {release_id}")
        if release.status is releases.STATUS[kind]:
            return release
        if release.status is ReleaseStatus.RETIRED:
            raise NotCleared(f"Release {release_id} is retired for good; approve a newer one.")
        if kind == "restarted" and who.id == releases.last_suspended_by(connection, release_id):
            raise NotAllowed(
                f"Account {who.id} stopped release {release_id}; another supervisor restarts it."
            )
        releases.write_event(
            connection,
            desk.log,
            desk.vault,
            release_id,
            kind,
            account=who,
            reason=words,
            now=desk.now(),
        )
        return releases.by_id(connection, desk.vault, release_id)


def _to_approve(desk: Desk, version: Version, who: Account, reason: str) -> Release:
    who.require(Operation.APPROVE_RELEASE)
    if who.id == version.trained_by:
        raise NotAllowed(
            f"Account {who.id} trained version {version.id}; another supervisor approves it."
        )
    if not version.audit_digest:
        raise NotCleared(
            f"Version {version.id} was not audited for bias; audit it before approving it."
        )
    return Release(
        id=version.id,
        model=version.model,
        version=version.number,
        digest=version.digest,
        run_id=version.run_id,
        dataset=version.dataset,
        audit=AuditVerdict(version.audit_verdict),
        audit_digest=version.audit_digest,
        trained_by=version.trained_by,
        approved_by=who.id,
        approved_at=desk.now(),
        reason=reason,
    )


def _version(release: str) -> tuple[str, int]:
    model, slash, number = release.rpartition("/")
    if not slash or not number.isdecimal() or not number.isascii():
        raise BadInput("A release is named <model>/<version>, for example some_model/1.")
    return model, int(number)


def _same(before: Release, wanted: Release) -> Release:
    same = (before.id, before.approved_by, before.reason) == (
        wanted.id,
        wanted.approved_by,
        wanted.reason,
    )
    if not same:
        raise Conflict(
            f"This idempotency key approved release {before.id} in other words; reload and "
            "approve with a new key."
        )
    return before
