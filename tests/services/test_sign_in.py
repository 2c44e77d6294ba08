from collections.abc import Iterator
from pathlib import Path

import pytest
from builders_web import PASSWORD, Clock, account, desk

from workbench.domain.errors import BadInput, NotAllowed
from workbench.services import sign_in
from workbench.services.sign_in import TooManyAttempts
from workbench.store import accounts
from workbench.store.desk import Desk
from workbench.store.tables import session as sessions
from workbench.store.tables import sign_in_attempt as attempts

NEW = "four other unrelated words"


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def at(tmp_path: Path, clock: Clock) -> Iterator[Desk]:
    made = desk(tmp_path / "home", clock=clock)
    yield made
    made.database.close()


def test_a_name_and_its_password_open_a_session(at: Desk) -> None:
    who = account(at)
    session = sign_in.who(at, sign_in.sign_in(at, who.name, PASSWORD))
    assert session is not None
    assert session.account == who
    assert not session.must_change


def test_the_token_is_256_bits_and_only_its_hash_is_kept(at: Desk) -> None:
    token = sign_in.sign_in(at, account(at).name, PASSWORD)
    with at.database.read() as connection:
        row = connection.execute(sessions.select()).one()
    assert len(token) == 43  # 32 bytes in base64 without padding
    assert token not in str(row)
    assert row.id_hash == accounts.session_hash(token)


@pytest.mark.parametrize(("name", "password"), [("analyst-1", "wrong"), ("nobody", PASSWORD)])
def test_a_wrong_password_and_an_unknown_name_get_the_same_sentence(
    at: Desk, name: str, password: str
) -> None:
    account(at)
    with pytest.raises(NotAllowed, match="Name and password do not belong together"):
        sign_in.sign_in(at, name, password)


def test_attempts_are_kept_without_the_name(at: Desk) -> None:
    with pytest.raises(NotAllowed):
        sign_in.sign_in(at, "nobody", PASSWORD)
    with at.database.read() as connection:
        row = connection.execute(attempts.select()).one()
    assert "nobody" not in str(row)
    assert row.succeeded == 0


def test_a_disabled_account_cannot_sign_in_and_its_open_session_ends(at: Desk) -> None:
    who = account(at)
    token = sign_in.sign_in(at, who.name, PASSWORD)
    with at.database.write() as connection:
        accounts.disable(connection, who, now=at.now())
    assert sign_in.who(at, token) is None
    with pytest.raises(NotAllowed):
        sign_in.sign_in(at, who.name, PASSWORD)


def test_after_eight_wrong_passwords_even_the_right_one_waits_15_minutes(
    at: Desk, clock: Clock
) -> None:
    who = account(at)
    with at.database.write() as connection:
        for _ in range(7):
            accounts.note_attempt(connection, who.name, succeeded=False, now=at.now())
    with pytest.raises(NotAllowed, match="do not belong together"):
        sign_in.sign_in(at, who.name, "wrong")
    with pytest.raises(TooManyAttempts, match="wait 15 minutes"):
        sign_in.sign_in(at, who.name, PASSWORD)
    clock.turn(minutes=15)
    assert sign_in.who(at, sign_in.sign_in(at, who.name, PASSWORD)) is not None


def test_a_session_ends_after_15_minutes_without_use(at: Desk, clock: Clock) -> None:
    token = sign_in.sign_in(at, account(at).name, PASSWORD)
    clock.turn(minutes=14.9)
    assert sign_in.who(at, token, touch=False) is not None
    clock.turn(minutes=0.2)
    assert sign_in.who(at, token) is None


def test_use_keeps_a_session_open_but_never_beyond_eight_hours(at: Desk, clock: Clock) -> None:
    token = sign_in.sign_in(at, account(at).name, PASSWORD)
    for _ in range(47):  # 470 of 480 minutes
        clock.turn(minutes=10)
        assert sign_in.who(at, token) is not None
    clock.turn(minutes=10)
    assert sign_in.who(at, token) is None


def test_looking_without_touching_does_not_keep_a_session_open(at: Desk, clock: Clock) -> None:
    token = sign_in.sign_in(at, account(at).name, PASSWORD)
    clock.turn(minutes=10)
    assert sign_in.who(at, token, touch=False) is not None
    clock.turn(minutes=6)
    assert sign_in.who(at, token, touch=False) is None


def test_signing_out_ends_this_session_and_no_other(at: Desk) -> None:
    who = account(at)
    one, other = (sign_in.sign_in(at, who.name, PASSWORD) for _ in range(2))
    sign_in.sign_out(at, accounts.session_hash(one))
    assert sign_in.who(at, one) is None
    assert sign_in.who(at, other) is not None


@pytest.mark.slow
def test_a_new_password_ends_every_session_and_opens_one(at: Desk) -> None:
    who = account(at, must_change=True)
    one, other = (sign_in.sign_in(at, who.name, PASSWORD) for _ in range(2))
    token = sign_in.change_password(at, accounts.session_hash(one), PASSWORD, NEW)
    assert sign_in.who(at, one) is None
    assert sign_in.who(at, other) is None
    session = sign_in.who(at, token)
    assert session is not None
    assert not session.must_change
    with pytest.raises(NotAllowed):
        sign_in.sign_in(at, who.name, PASSWORD)


@pytest.mark.slow
def test_a_password_is_not_changed_with_a_wrong_old_one_or_to_a_poor_one(at: Desk) -> None:
    who = account(at)
    mine = accounts.session_hash(sign_in.sign_in(at, who.name, PASSWORD))
    with pytest.raises(NotAllowed):
        sign_in.change_password(at, mine, "wrong", NEW)
    with pytest.raises(BadInput, match="12 to 256"):
        sign_in.change_password(at, mine, PASSWORD, "short")
    with pytest.raises(BadInput, match="choose another"):
        sign_in.change_password(at, mine, PASSWORD, PASSWORD)
    assert sign_in.session_of(at, mine) is not None


def test_what_is_done_at_the_desk_carries_the_sessions_hash(at: Desk) -> None:
    session = sign_in.who(at, sign_in.sign_in(at, account(at).name, PASSWORD))
    assert session is not None
    assert sign_in.at_desk(at, session).session_hash == session.id_hash
    assert at.session_hash == ""
