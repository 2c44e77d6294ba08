"""Accounts are added, disabled and changed by administrators, each logged by pseudonym."""

from collections.abc import Callable
from pathlib import Path

import builders
import pytest
from builders import Home

from workbench.domain.account import Role
from workbench.domain.errors import BadInput, Conflict, NotAllowed, NotFound
from workbench.domain.log import EntryKind
from workbench.services import account
from workbench.store import accounts


@pytest.fixture
def built(tmp_path: Path) -> Home:
    return builders.home(tmp_path / "home")


def test_a_new_account_signs_in_with_its_one_time_password_and_must_change_it(
    built: Home,
) -> None:
    password = account.add(built.desk, "auditor-2", role=Role.AUDITOR, by="operator")
    with built.desk.database.write() as connection:
        opened = accounts.check_password(connection, "auditor-2", password)
        assert opened is not None
        token = accounts.open_session(connection, opened, now=built.clock())
        session = accounts.session_account(connection, token, now=built.clock())
    assert session is not None
    assert (session.account.role, session.must_change) == (Role.AUDITOR, True)


def test_a_password_is_kept_nowhere_in_clear(built: Home) -> None:
    password = account.add(built.desk, "auditor-2", role=Role.AUDITOR, by="administrator")
    built.desk.database.close()
    held = [f.read_bytes() for f in built.desk.home.rglob("*") if f.is_file()]
    assert held
    assert not any(password.encode() in content for content in held)


def test_the_log_names_accounts_by_pseudonym(built: Home) -> None:
    account.add(built.desk, "auditor-2", role=Role.AUDITOR, by="administrator")
    account.change_role(built.desk, "auditor-2", role=Role.ANALYST, by="administrator")
    account.disable(built.desk, "auditor-2", by="administrator")
    with built.desk.database.read() as connection:
        holder = accounts.by_name(connection, "auditor-2")
        entries = [e.fields for e in built.desk.log.entries(connection)][-3:]
    assert [(e["kind"], e["holder"], e["account"]) for e in entries] == [
        (kind.value, holder.id, built.id_of("administrator"))
        for kind in (EntryKind.ROLE_CHANGE, EntryKind.ROLE_CHANGE, EntryKind.ACCOUNT_DISABLED)
    ]
    assert (entries[1]["role_before"], entries[1]["role"]) == ("auditor", "analyst")
    assert "auditor-2" not in str(entries)


def test_a_role_may_be_given_as_text_and_one_that_does_not_exist_is_refused(built: Home) -> None:
    account.add(built.desk, "auditor-2", role="auditor", by="operator")
    assert account.change_role(built.desk, "auditor-2", role="supervisor", by="operator").role is (
        Role.SUPERVISOR
    )
    for role in ("chief", "operator"):
        with pytest.raises(BadInput, match="role"):
            account.add(built.desk, "auditor-3", role=role, by="operator")
        with pytest.raises(BadInput, match="role"):
            account.change_role(built.desk, "auditor-2", role=role, by="operator")


@pytest.mark.parametrize("name", ["analyst-1", "supervisor", "data-scientist", "auditor"])
def test_only_administrators_and_the_owner_manage_accounts(built: Home, name: str) -> None:
    attempts: list[Callable[[], object]] = [
        lambda: account.add(built.desk, "auditor-2", role=Role.AUDITOR, by=name),
        lambda: account.disable(built.desk, "analyst-2", by=name),
        lambda: account.change_role(built.desk, "analyst-2", role=Role.AUDITOR, by=name),
        lambda: account.reset(built.desk, "analyst-2", by=name),
    ]
    for attempt in attempts:
        with pytest.raises(NotAllowed, match="may not manage accounts"):
            attempt()
    assert len(builders.refusals(built)) == 4


def test_there_is_one_operator_and_nobody_changes_it_or_oneself(built: Home) -> None:
    with pytest.raises(BadInput, match="choose another role"):
        account.add(built.desk, "second", role=Role.OPERATOR, by="operator")
    for name in ("operator", "administrator"):
        with pytest.raises(NotAllowed, match="another administrator"):
            account.disable(built.desk, name, by="administrator")
        with pytest.raises(NotAllowed, match="another administrator"):
            account.change_role(built.desk, name, role=Role.SUPERVISOR, by="administrator")


def test_disabling_an_account_ends_its_sessions_at_once(built: Home) -> None:
    with built.desk.database.write() as connection:
        token = accounts.open_session(connection, built.people["analyst-1"], now=built.clock())
    assert account.disable(built.desk, "analyst-1", by="operator").disabled
    with built.desk.database.read() as connection:
        assert accounts.session_account(connection, token, now=built.clock()) is None


def test_a_reset_gives_another_password_and_ends_the_sessions(built: Home) -> None:
    old = account.add(built.desk, "auditor-2", role=Role.AUDITOR, by="operator")
    new = account.reset(built.desk, "auditor-2", by="administrator")
    with built.desk.database.read() as connection:
        assert accounts.check_password(connection, "auditor-2", old) is None
        assert accounts.check_password(connection, "auditor-2", new) is not None


def test_names_are_unique_and_unknown_ones_are_said_to_be_unknown(built: Home) -> None:
    for name in ("analyst-1", "operator"):
        with pytest.raises(Conflict, match="exists already"):
            account.add(built.desk, name, role=Role.ANALYST, by="operator")
    with pytest.raises(NotFound, match="no account"):
        account.disable(built.desk, "nobody", by="operator")
    assert [a.name for a in account.list_accounts(built.desk)] == sorted(
        [*builders.PEOPLE, "operator"]
    )
