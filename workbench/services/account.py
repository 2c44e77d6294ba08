"""Accounts: add, list, disable, change the role, reset the password. Each is logged."""

from sqlalchemy import Connection

from workbench.domain.account import Account, Operation, Role
from workbench.domain.errors import BadInput, NotAllowed
from workbench.domain.log import EntryKind
from workbench.store import accounts
from workbench.store.attempts import refusals_logged
from workbench.store.desk import Desk


def add(
    desk: Desk,
    name: str,
    *,
    role: Role | str,
    by: str,
    simulated: bool = False,
    must_change: bool = True,
) -> str:
    """Make an account; returns its one-time password, which is kept nowhere.

    Raises
    ------
    BadInput
        When there is no such role to give.
    NotAllowed
        When `by` (an account's name) may not manage accounts.
    Conflict
        When the name is taken.
    """
    password = accounts.new_password()
    with refusals_logged(desk, "account_add", account=by), desk.database.write() as connection:
        manager = _manager(connection, by)
        given = _given(role)
        made = accounts.add(
            connection,
            name,
            given,
            password=password,
            now=desk.now(),
            must_change=must_change,
            simulated=simulated,
        )
        _log_role(connection, desk, made, given, manager)
    return password


def list_accounts(desk: Desk) -> list[Account]:
    """All accounts, by name; disabled ones too."""
    with desk.database.read() as connection:
        return accounts.list_accounts(connection)


def disable(desk: Desk, name: str, *, by: str) -> Account:
    """Disable an account and end its sessions at once; what it decided stays."""
    with refusals_logged(desk, "account_disable", account=by), desk.database.write() as connection:
        manager = _manager(connection, by)
        holder = accounts.by_name(connection, name)
        _require_other(holder, manager)
        accounts.disable(connection, holder, now=desk.now())
        desk.log.append(
            connection,
            EntryKind.ACCOUNT_DISABLED,
            {"account": manager.id, "holder": holder.id, "simulated": holder.simulated},
        )
        return accounts.by_id(connection, holder.id)


def change_role(desk: Desk, name: str, *, role: Role | str, by: str) -> Account:
    """Give an account another role; its sessions end."""
    with refusals_logged(desk, "account_role", account=by), desk.database.write() as connection:
        manager = _manager(connection, by)
        holder = accounts.by_name(connection, name)
        given = _given(role)
        _require_other(holder, manager)
        accounts.set_role(connection, holder, given, now=desk.now())
        _log_role(connection, desk, holder, given, manager, before=holder.role)
        return accounts.by_id(connection, holder.id)


def reset(desk: Desk, name: str, *, by: str) -> str:
    """Give an account a new one-time password, returned once; its sessions end."""
    password = accounts.new_password()
    with refusals_logged(desk, "account_reset", account=by), desk.database.write() as connection:
        manager = _manager(connection, by)
        holder = accounts.by_name(connection, name)
        _require_other(holder, manager)
        accounts.set_password(connection, holder, password, now=desk.now(), must_change=True)
        desk.log.append(
            connection,
            EntryKind.ROLE_CHANGE,
            {
                "account": manager.id,
                "holder": holder.id,
                "role": holder.role.value,
                "simulated": holder.simulated,
                "what": "password_reset",
            },
        )
    return password


def _manager(connection: Connection, name: str) -> Account:
    manager = accounts.by_name(connection, name)
    manager.require(Operation.MANAGE_ACCOUNTS)
    return manager


def _given(role: Role | str) -> Role:
    """The role that an account may be given."""
    if role not in list(Role):
        may = ", ".join(r for r in Role if r is not Role.OPERATOR)
        raise BadInput(f"There is no such role; say one of {may}.")
    if role == Role.OPERATOR:
        raise BadInput(
            "The role operator is the owner of this home at the command line, and there is one; "
            "choose another role."
        )
    return Role(role)


def _require_other(holder: Account, manager: Account) -> None:
    if holder.id == manager.id or holder.role is Role.OPERATOR:
        raise NotAllowed(
            f"Account {holder.id} is one's own, or the owner's; another administrator changes it."
        )


def _log_role(
    connection: Connection,
    desk: Desk,
    holder: Account,
    role: Role,
    manager: Account,
    *,
    before: Role | None = None,
) -> None:
    said: dict[str, object] = {
        "account": manager.id,
        "holder": holder.id,
        "role": role.value,
        "simulated": holder.simulated,
    }
    if before is not None:
        said["role_before"] = before.value
    desk.log.append(connection, EntryKind.ROLE_CHANGE, said)
