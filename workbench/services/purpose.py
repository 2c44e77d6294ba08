"""What case content is opened for, as every opening of it is logged (duty T30)."""

from workbench.domain.account import Role
from workbench.domain.errors import BadInput
from workbench.store import accounts, cases
from workbench.store.desk import Desk

DEMONSTRATION = "demonstration"


def stated(desk: Desk, *, case: str = "", purpose: str = "", account: str) -> str:
    """The purpose in words: the case it is for, else `purpose`, else in a demo home the demo.

    Raises
    ------
    NotFound, NotAllowed
        When there is no such case, or the account is not in it.
    BadInput
        When neither is given and the home is not the demonstration's.
    """
    if case:
        with desk.database.read() as connection:
            who = accounts.by_name(connection, account)
            if who.role is Role.OPERATOR:
                cases.dataset_of(connection, case)
            else:
                cases.enter(connection, desk.vault, case, who)
        return f"case {case}"
    if purpose:
        return purpose
    if (desk.home / "demo.json").exists():
        return DEMONSTRATION
    raise BadInput("Say what the content is opened for: --case ID or --purpose TEXT.")
