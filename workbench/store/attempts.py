"""Attempts at the gate: one write transaction each, and a log entry for each that was refused."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Connection, select

from workbench.domain.account import Account, Operation
from workbench.domain.errors import Conflict, NotAllowed, NotCleared, NotFound
from workbench.domain.log import EntryKind
from workbench.store import accounts, findings
from workbench.store.desk import Desk
from workbench.store.gate import Step, require_case
from workbench.store.tables import finding as finding_rows

_WHY = {NotAllowed: "not_allowed", NotCleared: "not_cleared", Conflict: "conflict"}


@contextmanager
def attempt(
    desk: Desk, what: str, finding_id: str, account: str, operation: Operation
) -> Iterator[Step]:
    """A write transaction for the account of that name on a finding, role and case checked.

    `what` is the code of the step (``judge``, ``act`` ...) under which a refusal is logged.

    Raises
    ------
    NotFound
        When there is no such account or finding.
    NotAllowed
        When the role does not permit `operation`, the web session has ended, or the case is not
        open to the account.
    """
    refusals = refusals_logged(desk, what, account=account, finding_id=finding_id)
    with refusals, desk.database.write() as connection:
        yield step_of(connection, desk, finding_id, account, operation)


def step_of(
    connection: Connection, desk: Desk, finding_id: str, name: str, operation: Operation
) -> Step:
    """Who takes a step on what, once role and case were checked; errors as `attempt`."""
    account = accounts.by_name(connection, name)
    account.require(operation)
    _require_session(connection, desk, account)
    finding = findings.by_id(connection, finding_id)
    require_case(connection, account, finding)
    return Step(
        connection=connection,
        log=desk.log,
        vault=desk.vault,
        account=account,
        finding=finding,
        session_hash=desk.session_hash,
        now=desk.now(),
    )


def _require_session(connection: Connection, desk: Desk, account: Account) -> None:
    """Raise unless the web session is still open and this account's; a command has none."""
    if not desk.session_hash:
        return
    session = accounts.session_of_hash(connection, desk.session_hash, now=desk.now())
    if session is None or session.account.id != account.id:
        raise NotAllowed(
            f"The session of account {account.id} has ended or is another's; sign in again. "
            "Nothing was written."
        )


@contextmanager
def refusals_logged(desk: Desk, what: str, *, account: str, finding_id: str = "") -> Iterator[None]:
    """Append a ``refused_attempt`` entry when what is done inside is refused, then let it rise.

    The entry has a transaction of its own. Nothing is logged for a name that no account has.
    """
    try:
        yield
    except (NotAllowed, NotCleared, Conflict) as refusal:
        with desk.database.write() as connection:
            _log(connection, desk, what, account, finding_id, _WHY[type(refusal)])
        raise


def _log(
    connection: Connection, desk: Desk, what: str, name: str, finding_id: str, why: str
) -> None:
    account = _known(connection, name)
    if account is None:
        return
    said: dict[str, object] = {
        "account": account.id,
        "session": desk.session_hash,
        "simulated": account.simulated,
        "what": what,
        "why": why,
    }
    query = select(finding_rows.c.id).where(finding_rows.c.id == finding_id)
    if connection.execute(query).first():
        said["finding"] = finding_id
    desk.log.append(connection, EntryKind.REFUSED_ATTEMPT, said)


def _known(connection: Connection, name: str) -> Account | None:
    try:
        return accounts.by_name(connection, name)
    except NotFound:
        return None
