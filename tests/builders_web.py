"""What the tests of the web door and of the pages share: an empty home with a clock to turn."""

import warnings
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from starlette.exceptions import StarletteDeprecationWarning

from workbench.domain.account import Account, Role
from workbench.domain.log import EntryKind
from workbench.services import sign_in
from workbench.store import accounts
from workbench.store.database import Database
from workbench.store.datasets import Datasets
from workbench.store.decision_log import DecisionLog
from workbench.store.desk import Desk
from workbench.store.registry import Registry
from workbench.store.vault import Vault

with warnings.catch_warnings():  # it prefers httpx2, which the environment does not have
    warnings.simplefilter("ignore", StarletteDeprecationWarning)
    from starlette.testclient import TestClient

__all__ = ["MAIN", "PASSWORD", "Clock", "TestClient", "account", "desk", "signed_in"]

MAIN = str(Path(__file__).parents[1] / "workbench" / "ui" / "entry" / "script.py")
PASSWORD = "three unrelated words"
START = datetime(2026, 1, 31, 9, 30, tzinfo=UTC)


@dataclass
class Clock:
    """A clock that stands still until it is turned."""

    at: datetime = field(default=START)

    def __call__(self) -> datetime:
        return self.at

    def turn(self, *, minutes: float) -> None:
        self.at += timedelta(minutes=minutes)


def desk(home: Path, *, clock: Clock | None = None) -> Desk:
    """A desk on a new home: no accounts, no models, no data."""
    now = clock or Clock()
    home.mkdir(parents=True, exist_ok=True)
    database = Database(home / "workbench.db")
    database.migrate()
    return Desk(
        home=home,
        database=database,
        log=DecisionLog(database, home / "keys", now=now),
        vault=Vault(home / "vault"),
        datasets=Datasets(home / "datasets"),
        registry=Registry(home),
        models={},
        cards={},
        now=now,
    )


def account(
    at: Desk, name: str = "analyst-1", role: Role = Role.ANALYST, *, must_change: bool = False
) -> Account:
    """An account that signs in with `PASSWORD`."""
    with at.database.write() as connection:
        made = accounts.add(
            connection, name, role, password=PASSWORD, now=at.now(), must_change=must_change
        )
        said = {"account": "P-OPERATOR", "holder": made.id, "role": role.value}
        at.log.append(connection, EntryKind.ROLE_CHANGE, said)
    return made


def signed_in(at: Desk, who: Account) -> dict[str, str]:
    """What `AppTest.user` is set to for a real session of `who`."""
    token = sign_in.sign_in(at, who.name, PASSWORD)
    return {"account": who.id, "session": accounts.session_hash(token)}
