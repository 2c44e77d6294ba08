"""Every role against every operation, as decision-log's table says (duty T34)."""

import pytest

from workbench.domain.account import PERMISSIONS, Account, Operation, Role
from workbench.domain.errors import NotAllowed

# a analyst, s supervisor, d data scientist, u auditor, m administrator, o operator
LETTERS = {
    "a": Role.ANALYST,
    "s": Role.SUPERVISOR,
    "d": Role.DATA_SCIENTIST,
    "u": Role.AUDITOR,
    "m": Role.ADMINISTRATOR,
    "o": Role.OPERATOR,
}
WANTED = {
    Operation.OPEN_CASE: "asdo",
    Operation.INGEST: "asdo",
    Operation.OPEN_FINDING: "asdu",
    Operation.JUDGE: "as",
    Operation.ACT: "as",
    Operation.TRAIN: "do",
    Operation.AUDIT: "duo",
    Operation.ACCEPT_DATA: "s",
    Operation.APPROVE_RELEASE: "s",
    Operation.STOP_MODEL: "asdu",
    Operation.RESTART_MODEL: "s",
    Operation.READ_LOG: "asuo",
    Operation.REPLAY: "asuo",
    Operation.READ_MODELS: "asduo",
    Operation.READ_DATA: "asduo",
    Operation.TRACK_EXPERIMENTS: "du",
    Operation.MANAGE_ACCOUNTS: "mo",
    Operation.DETECT: "asdo",
    Operation.LIST_FINDINGS: "o",
    Operation.EXPORT_RECORDS: "sdo",
    Operation.PASS_ON_AUDIT: "sduo",
}


def account(role: Role, *, disabled: bool = False) -> Account:
    return Account(id="P-1", name="somebody", role=role, disabled=disabled)


@pytest.mark.parametrize("operation", Operation)
@pytest.mark.parametrize("role", Role)
def test_a_role_may_do_what_the_table_says_and_nothing_else_t34(
    role: Role, operation: Operation
) -> None:
    if role in {LETTERS[letter] for letter in WANTED[operation]}:
        account(role).require(operation)
    else:
        with pytest.raises(NotAllowed, match=f"may not {operation}"):
            account(role).require(operation)


@pytest.mark.parametrize("operation", Operation)
@pytest.mark.parametrize("role", Role)
def test_a_disabled_account_may_do_nothing_t34(role: Role, operation: Operation) -> None:
    with pytest.raises(NotAllowed, match="is disabled"):
        account(role, disabled=True).require(operation)


def test_the_table_knows_every_operation_t34() -> None:
    assert set(PERMISSIONS) == set(Operation) == set(WANTED)


@pytest.mark.parametrize("operation", [Operation.TRAIN, Operation.AUDIT])
def test_nobody_holds_deciding_with_training_or_auditing(operation: Operation) -> None:
    assert not PERMISSIONS[Operation.JUDGE] & PERMISSIONS[operation]


def test_the_owner_at_the_command_line_never_judges_decides_acts_accepts_or_approves() -> None:
    for operation in (
        Operation.JUDGE,
        Operation.ACT,
        Operation.ACCEPT_DATA,
        Operation.APPROVE_RELEASE,
    ):
        with pytest.raises(NotAllowed):
            account(Role.OPERATOR).require(operation)


def test_a_refusal_names_a_pseudonym_and_never_a_name() -> None:
    with pytest.raises(NotAllowed) as refusal:
        account(Role.AUDITOR).require(Operation.ACT)
    assert "P-1" in str(refusal.value)
    assert "somebody" not in str(refusal.value)
