"""Accounts, passwords, sessions and the limit on wrong passwords."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Connection, select

from workbench.domain.account import Account, Role
from workbench.domain.errors import BadInput, Conflict, NotFound
from workbench.store import accounts
from workbench.store.database import Database
from workbench.store.tables import account as rows
from workbench.store.tables import session as sessions
from workbench.store.tables import sign_in_attempt

NOW = datetime(2026, 1, 31, 9, 30, tzinfo=UTC)
PASSWORD = "three unrelated words"


@pytest.fixture
def connection(tmp_path: Path) -> Iterator[Connection]:
    database = Database(tmp_path / "workbench.db")
    database.migrate()
    with database.write() as opened:
        yield opened


@pytest.fixture
def analyst(connection: Connection) -> Account:
    return accounts.add(connection, "analyst-1", Role.ANALYST, password=PASSWORD, now=NOW)


def live(connection: Connection, token: str, *, after: timedelta) -> bool:
    return accounts.session_account(connection, token, now=NOW + after) is not None


def test_an_account_is_found_by_name_and_by_pseudonym(
    connection: Connection, analyst: Account
) -> None:
    assert accounts.by_name(connection, "analyst-1") == analyst
    assert accounts.by_id(connection, analyst.id) == analyst
    assert "analyst" not in analyst.id
    for look in (accounts.by_name, accounts.by_id):
        with pytest.raises(NotFound):
            look(connection, "nobody")


@pytest.mark.parametrize("name", ["", " analyst", "a" * 65, "a\nb", "a\u202eb", "a\u200bb"])
def test_a_name_has_characters_that_show(connection: Connection, name: str) -> None:
    with pytest.raises(BadInput, match="characters that show"):
        accounts.add(connection, name, Role.ANALYST, password="", now=NOW)


def test_a_name_is_given_once(connection: Connection, analyst: Account) -> None:
    with pytest.raises(Conflict, match="exists already"):
        accounts.add(connection, analyst.name, Role.AUDITOR, password="", now=NOW)


def test_a_password_opens_its_own_account_only(connection: Connection, analyst: Account) -> None:
    assert accounts.check_password(connection, "analyst-1", PASSWORD) == analyst
    for name, password in (
        ("analyst-1", PASSWORD.upper()),
        ("analyst-1", ""),
        ("analyst-1", "x" * 1_000_000),
        ("nobody", PASSWORD),
        ("operator", ""),
    ):
        assert accounts.check_password(connection, name, password) is None


def test_a_password_is_kept_as_argon2id_with_64_mib_and_3_passes(
    connection: Connection, analyst: Account
) -> None:
    held = connection.execute(
        select(rows.c.password_hash).where(rows.c.id == analyst.id)
    ).scalar_one()
    assert held.startswith("$argon2id$v=19$m=65536,t=3,")


def test_a_disabled_account_opens_nothing(connection: Connection, analyst: Account) -> None:
    token = accounts.open_session(connection, analyst, now=NOW)
    accounts.disable(connection, analyst, now=NOW)
    assert accounts.check_password(connection, "analyst-1", PASSWORD) is None
    assert not live(connection, token, after=timedelta(0))
    assert accounts.by_id(connection, analyst.id).disabled


@pytest.mark.parametrize(("length", "fits"), [(11, False), (12, True), (256, True), (257, False)])
def test_a_new_password_has_12_to_256_characters(
    connection: Connection, analyst: Account, length: int, fits: bool
) -> None:
    if fits:
        accounts.set_password(connection, analyst, "x" * length, now=NOW, must_change=False)
        assert accounts.check_password(connection, "analyst-1", "x" * length) == analyst
    else:
        with pytest.raises(BadInput, match="12 to 256"):
            accounts.set_password(connection, analyst, "x" * length, now=NOW, must_change=False)


def test_of_a_session_only_the_hash_is_kept(connection: Connection, analyst: Account) -> None:
    token = accounts.open_session(connection, analyst, now=NOW)
    kept = connection.execute(select(sessions)).one()
    assert token not in str(tuple(kept))
    assert kept.id_hash == accounts.session_hash(token)
    assert len(token) >= 43  # 256 bits in base 64


def test_a_session_ends_15_minutes_after_its_last_use(
    connection: Connection, analyst: Account
) -> None:
    token = accounts.open_session(connection, analyst, now=NOW)
    assert live(connection, token, after=timedelta(minutes=14, seconds=59))
    assert not live(connection, token, after=timedelta(minutes=15))
    accounts.touch(connection, accounts.session_hash(token), now=NOW + timedelta(minutes=10))
    assert live(connection, token, after=timedelta(minutes=24))


def test_a_session_ends_8_hours_after_its_start_however_much_it_is_used(
    connection: Connection, analyst: Account
) -> None:
    token = accounts.open_session(connection, analyst, now=NOW)
    accounts.touch(connection, accounts.session_hash(token), now=NOW + timedelta(hours=8))
    assert live(connection, token, after=timedelta(hours=7, minutes=59))
    assert not live(connection, token, after=timedelta(hours=8))


def test_a_session_can_be_revoked_at_once(connection: Connection, analyst: Account) -> None:
    one, other = (accounts.open_session(connection, analyst, now=NOW) for _ in range(2))
    accounts.revoke(connection, one, now=NOW)
    assert not live(connection, one, after=timedelta(0))
    assert live(connection, other, after=timedelta(0))
    accounts.revoke_all(connection, analyst, now=NOW)
    assert not live(connection, other, after=timedelta(0))


def test_another_role_or_password_ends_the_sessions(
    connection: Connection, analyst: Account
) -> None:
    token = accounts.open_session(connection, analyst, now=NOW)
    accounts.set_role(connection, analyst, Role.AUDITOR, now=NOW)
    assert not live(connection, token, after=timedelta(0))
    token = accounts.open_session(connection, analyst, now=NOW)
    accounts.set_password(connection, analyst, PASSWORD, now=NOW, must_change=False)
    assert not live(connection, token, after=timedelta(0))


def test_an_unknown_token_opens_nothing(connection: Connection) -> None:
    for token in ("", "x", "a" * 43):
        assert not live(connection, token, after=timedelta(0))


def test_eight_wrong_passwords_in_a_quarter_of_an_hour_shut_the_door_for_that_name(
    connection: Connection,
) -> None:
    for _ in range(7):
        accounts.note_attempt(connection, "analyst-1", succeeded=False, now=NOW)
    accounts.note_attempt(connection, "analyst-1", succeeded=True, now=NOW)
    assert not accounts.limited(connection, "analyst-1", now=NOW)
    accounts.note_attempt(connection, "analyst-1", succeeded=False, now=NOW)
    assert accounts.limited(connection, "analyst-1", now=NOW)
    assert not accounts.limited(connection, "analyst-2", now=NOW)
    assert not accounts.limited(connection, "analyst-1", now=NOW + timedelta(minutes=15))


def test_attempts_keep_no_name_and_are_dropped_after_a_day(connection: Connection) -> None:
    accounts.note_attempt(connection, "analyst-1", succeeded=False, now=NOW)
    assert "analyst-1" not in str(connection.execute(select(sign_in_attempt)).all())
    accounts.note_attempt(connection, "other", succeeded=True, now=NOW + timedelta(days=2))
    assert len(connection.execute(select(sign_in_attempt)).all()) == 1


def test_one_time_passwords_and_ids_are_random() -> None:
    passwords = {accounts.new_password() for _ in range(100)}
    assert len(passwords) == 100
    assert {len(p) for p in passwords} == {23}
    assert len({accounts.new_id("F") for _ in range(1000)}) == 1000
