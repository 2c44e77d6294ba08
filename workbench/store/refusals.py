"""Attempts that the gate refused are logged, in a transaction of their own."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Connection, select

from workbench.domain.account import Account
from workbench.domain.errors import Conflict, NotAllowed, NotCleared, NotFound
from workbench.domain.log import EntryKind
from workbench.store import accounts
from workbench.store.desk import Desk
from workbench.store.tables import finding as findings

_WHY = {NotAllowed: "not_allowed", NotCleared: "not_cleared", Conflict: "conflict"}


@contextmanager
def refusals_logged(desk: Desk, what: str, *, account: str, finding_id: str = "") -> Iterator[None]:
    """Append a ``refused_attempt`` entry when what is done inside is refused, then let it rise.

    `what` is the code of the operation (``judge``, ``act`` ...), `account` the name of who tried.
    An account that does not exist is a pseudonym for nobody, so nothing is logged then.
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
    query = select(findings.c.id).where(findings.c.id == finding_id)
    if connection.execute(query).first():
        said["finding"] = finding_id
    desk.log.append(connection, EntryKind.REFUSED_ATTEMPT, said)


def _known(connection: Connection, name: str) -> Account | None:
    try:
        return accounts.by_name(connection, name)
    except NotFound:
        return None
