"""Signing in and out: who somebody is, for as long as their session lives."""

from dataclasses import replace
from datetime import timedelta

from workbench.domain.errors import BadInput, NotAllowed
from workbench.store import accounts
from workbench.store.accounts import Session
from workbench.store.desk import Desk

__all__ = [
    "Session",
    "TooManyAttempts",
    "at_desk",
    "change_password",
    "session_of",
    "sign_in",
    "sign_out",
    "who",
]

_NOTED_EVERY = timedelta(seconds=30)  # how exactly the last use of a session is kept


class TooManyAttempts(NotAllowed):
    """A name met too many wrong passwords; wait, then try again."""


def sign_in(desk: Desk, name: str, password: str) -> str:
    """The token of a new session: the value of its cookie, kept nowhere but there.

    Takes as long for a name that does not exist as for a wrong password (about 0.2 s, 64 MiB).

    Raises
    ------
    NotAllowed
        When name and password do not open an active account; the sentence does not say which.
    TooManyAttempts
        When the name met too many wrong passwords within 15 minutes, the right one included.
    """
    name, now = name.strip(), desk.now()
    with desk.database.read() as connection:
        if accounts.limited(connection, name, now=now):
            raise TooManyAttempts(
                f"This name met {accounts.WRONG_ALLOWED} wrong passwords; wait "
                f"{accounts.WRONG_WINDOW.seconds // 60} minutes or ask an administrator."
            )
        account = accounts.check_password(connection, name, password)
    with desk.database.write() as connection:
        accounts.note_attempt(connection, name, succeeded=account is not None, now=now)
        if account is not None:
            return accounts.open_session(connection, account, now=now)
    raise NotAllowed("Name and password do not belong together; check both and try again.")


def who(desk: Desk, token: str, *, touch: bool = True) -> Session | None:
    """The living session of a token; `touch` notes that it was used just now."""
    return session_of(desk, accounts.session_hash(token), touch=touch)


def session_of(desk: Desk, session_hash: str, *, touch: bool = False) -> Session | None:
    """The living session of a token's SHA-256, None when it ended or never was."""
    now = desk.now()
    with desk.database.read() as connection:
        session = accounts.session_of_hash(connection, session_hash, now=now)
    if session is not None and touch and now - session.seen_at >= _NOTED_EVERY:
        with desk.database.write() as connection:
            accounts.touch(connection, session_hash, now=now)
    return session


def sign_out(desk: Desk, session_hash: str) -> None:
    """End one session at once; ending it twice changes nothing."""
    with desk.database.write() as connection:
        accounts.revoke_hash(connection, session_hash, now=desk.now())


def change_password(desk: Desk, session_hash: str, old: str, new: str) -> str:
    """Replace one's own password; every session of the account ends, a new one's token returns.

    Raises
    ------
    NotAllowed
        When the session has ended or the old password is wrong (which counts as an attempt).
    BadInput
        When the new one is too short, too long or the old one.
    """
    session = session_of(desk, session_hash)
    if session is None:
        raise NotAllowed("Your sign-in has ended; sign in again.")
    sign_out(desk, accounts.session_hash(sign_in(desk, session.account.name, old)))
    if new == old:
        raise BadInput("The new password is the old one; choose another.", code="same_password")
    with desk.database.write() as connection:
        accounts.set_password(connection, session.account, new, now=desk.now(), must_change=False)
        return accounts.open_session(connection, session.account, now=desk.now())


def at_desk(desk: Desk, session: Session) -> Desk:
    """The desk as that session works at it: what it does is logged with the session's hash."""
    return replace(desk, session_hash=session.id_hash)
