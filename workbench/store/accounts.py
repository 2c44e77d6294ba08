"""Accounts, their passwords, their sessions and the limit on wrong passwords.

A session is a row of ours, found by the SHA-256 of its cookie, and ends 15 minutes after its last
use, 8 hours after its start, when it is revoked or when its account is disabled.
"""

import base64
import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from sqlalchemy import Connection, Row, func, select, update

from workbench.domain.account import Account, Role
from workbench.domain.errors import BadInput, Conflict, NotFound
from workbench.store.database import from_text, to_text
from workbench.store.tables import account as accounts
from workbench.store.tables import session as sessions
from workbench.store.tables import sign_in_attempt as attempts

OPERATOR = "operator"
IDLE = timedelta(minutes=15)
ABSOLUTE = timedelta(hours=8)
WRONG_WINDOW = timedelta(minutes=15)
WRONG_ALLOWED = 8
MIN_PASSWORD = 12
MAX_PASSWORD = 256
_MAX_NAME = 64


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """A live session; `id_hash` is what log entries carry as `session`."""

    id_hash: str
    account: Account
    created_at: datetime
    seen_at: datetime
    must_change: bool


def by_name(connection: Connection, name: str) -> Account:
    """The account that signs in as `name`.

    Raises
    ------
    NotFound
        When there is none.
    """
    row = connection.execute(select(accounts).where(accounts.c.name == name)).first()
    if row is None:
        raise NotFound("There is no account of that name; `workbench account add` makes one.")
    return _account(row)


def by_id(connection: Connection, account_id: str) -> Account:
    """The account of that pseudonym.

    Raises
    ------
    NotFound
        When there is none.
    """
    row = connection.execute(select(accounts).where(accounts.c.id == account_id)).first()
    if row is None:
        raise NotFound(f"There is no account {account_id}; look at the list of accounts.")
    return _account(row)


def list_accounts(connection: Connection) -> list[Account]:
    """All accounts, by name; disabled ones too."""
    return [_account(row) for row in connection.execute(select(accounts).order_by(accounts.c.name))]


def add(
    connection: Connection,
    name: str,
    role: Role,
    *,
    password: str,
    now: datetime,
    must_change: bool = True,
    simulated: bool = False,
) -> Account:
    """Make an account; an empty `password` makes one that nobody can sign in with.

    Raises
    ------
    BadInput
        When the name is empty, long or holds characters that do not show.
    Conflict
        When the name is taken.
    """
    if not 0 < len(name) <= _MAX_NAME or not name.isprintable() or name != name.strip():
        raise BadInput(f"An account's name has 1 to {_MAX_NAME} characters that show; change it.")
    if connection.execute(select(accounts.c.id).where(accounts.c.name == name)).first():
        raise Conflict("An account of that name exists already; take another name.")
    made = Account(id=new_id("P"), name=name, role=role, simulated=simulated)
    connection.execute(
        accounts.insert().values(
            id=made.id,
            name=name,
            role=role.value,
            password_hash=_hasher().hash(password) if password else "",
            must_change=int(must_change),
            simulated=int(simulated),
            disabled_at=None,
            created_at=to_text(now),
        )
    )
    return made


def disable(connection: Connection, account: Account, *, now: datetime) -> None:
    """Disable an account and end its sessions at once; disabling twice changes nothing."""
    connection.execute(
        update(accounts)
        .where(accounts.c.id == account.id, accounts.c.disabled_at.is_(None))
        .values(disabled_at=to_text(now))
    )
    revoke_all(connection, account, now=now)


def set_role(connection: Connection, account: Account, role: Role, *, now: datetime) -> None:
    """Give an account another role and end its sessions, so that it starts anew in it."""
    connection.execute(update(accounts).where(accounts.c.id == account.id).values(role=role.value))
    revoke_all(connection, account, now=now)


def set_password(
    connection: Connection, account: Account, password: str, *, now: datetime, must_change: bool
) -> None:
    """Replace a password and end the sessions that the old one opened.

    Raises
    ------
    BadInput
        When it has fewer than `MIN_PASSWORD` or more than `MAX_PASSWORD` characters.
    """
    if not MIN_PASSWORD <= len(password) <= MAX_PASSWORD:
        raise BadInput(
            f"A password needs {MIN_PASSWORD} to {MAX_PASSWORD} characters; this one has "
            f"{len(password)}."
        )
    connection.execute(
        update(accounts)
        .where(accounts.c.id == account.id)
        .values(password_hash=_hasher().hash(password), must_change=int(must_change))
    )
    revoke_all(connection, account, now=now)


def check_password(connection: Connection, name: str, password: str) -> Account | None:
    """The active account that this name and password open, else None.

    An unknown or disabled name takes as long as a known one: a dummy hash is checked instead.
    """
    row = connection.execute(select(accounts).where(accounts.c.name == name)).first()
    usable = row is not None and row.disabled_at is None and bool(row.password_hash)
    held = row.password_hash if row is not None and usable else _dummy_hash()
    right = len(password) <= MAX_PASSWORD and _matches(held, password)
    return _account(row) if row is not None and usable and right else None


def limited(connection: Connection, name: str, *, now: datetime) -> bool:
    """True when the name met `WRONG_ALLOWED` wrong passwords within `WRONG_WINDOW`."""
    wrong = connection.execute(
        select(func.count())
        .select_from(attempts)
        .where(
            attempts.c.name_hash == _sha256(name),
            attempts.c.at > to_text(now - WRONG_WINDOW),
            attempts.c.succeeded == 0,
        )
    ).scalar_one()
    return wrong >= WRONG_ALLOWED


def note_attempt(connection: Connection, name: str, *, succeeded: bool, now: datetime) -> None:
    """Count a sign-in; what is older than a day is dropped. Names are kept hashed."""
    connection.execute(attempts.delete().where(attempts.c.at < to_text(now - timedelta(days=1))))
    connection.execute(
        attempts.insert().values(name_hash=_sha256(name), at=to_text(now), succeeded=int(succeeded))
    )


def open_session(connection: Connection, account: Account, *, now: datetime) -> str:
    """Start a session; returns its token, 256 random bits, of which only the hash is kept."""
    token = secrets.token_urlsafe(32)
    connection.execute(
        sessions.insert().values(
            id_hash=session_hash(token),
            account_id=account.id,
            created_at=to_text(now),
            seen_at=to_text(now),
            revoked_at=None,
        )
    )
    return token


def session_hash(token: str) -> str:
    """SHA-256 of a token as 64 hex digits: the key of its row, and `session` in log entries."""
    return _sha256(token)


def session_account(connection: Connection, token: str, *, now: datetime) -> Session | None:
    """The live session of a token, or None when it is unknown, stale, revoked or disabled."""
    return session_of_hash(connection, session_hash(token), now=now)


def session_of_hash(connection: Connection, id_hash: str, *, now: datetime) -> Session | None:
    """As `session_account`, by the hash of the token."""
    row = connection.execute(
        select(
            accounts,
            sessions.c.created_at.label("started_at"),
            sessions.c.seen_at,
        )
        .join_from(sessions, accounts, sessions.c.account_id == accounts.c.id)
        .where(
            sessions.c.id_hash == id_hash,
            sessions.c.revoked_at.is_(None),
            sessions.c.seen_at > to_text(now - IDLE),
            sessions.c.created_at > to_text(now - ABSOLUTE),
            accounts.c.disabled_at.is_(None),
        )
    ).first()
    if row is None:
        return None
    return Session(
        id_hash=id_hash,
        account=_account(row),
        created_at=from_text(row.started_at),
        seen_at=from_text(row.seen_at),
        must_change=bool(row.must_change),
    )


def touch(connection: Connection, id_hash: str, *, now: datetime) -> None:
    """Note that a session was used just now, so that it stays open for another while."""
    connection.execute(
        update(sessions).where(sessions.c.id_hash == id_hash).values(seen_at=to_text(now))
    )


def revoke(connection: Connection, token: str, *, now: datetime) -> None:
    """End one session at once."""
    revoke_hash(connection, session_hash(token), now=now)


def revoke_hash(connection: Connection, id_hash: str, *, now: datetime) -> None:
    """As `revoke`, by the hash of the token."""
    connection.execute(
        update(sessions)
        .where(sessions.c.id_hash == id_hash, sessions.c.revoked_at.is_(None))
        .values(revoked_at=to_text(now))
    )


def revoke_all(connection: Connection, account: Account, *, now: datetime) -> None:
    """End all sessions of an account at once."""
    connection.execute(
        update(sessions)
        .where(sessions.c.account_id == account.id, sessions.c.revoked_at.is_(None))
        .values(revoked_at=to_text(now))
    )


def new_id(letter: str) -> str:
    """A random id such as ``P-7Q2K5M3XWA``: a letter and 50 random bits in base 32."""
    return f"{letter}-{base64.b32encode(secrets.token_bytes(7)).decode()[:10]}"


def new_password() -> str:
    """A one-time password of 100 random bits in groups that can be read aloud."""
    letters = base64.b32encode(secrets.token_bytes(13)).decode()[:20].lower()
    return "-".join(letters[i : i + 5] for i in range(0, 20, 5))


def _account(row: Row[tuple[object, ...]]) -> Account:
    return Account(
        id=row.id,
        name=row.name,
        role=Role(row.role),
        disabled=row.disabled_at is not None,
        simulated=bool(row.simulated),
    )


def _hasher() -> PasswordHasher:
    return PasswordHasher(time_cost=3, memory_cost=64 * 1024, parallelism=1)


@cache
def _dummy_hash() -> str:
    return _hasher().hash(secrets.token_urlsafe(16))


def _matches(held: str, password: str) -> bool:
    try:
        return bool(_hasher().verify(held, password))
    except (VerificationError, InvalidHashError):
        return False


def _sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
