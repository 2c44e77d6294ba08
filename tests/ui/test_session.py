"""Who is at a page: AppTest stands where Streamlit stands, behind the gate."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from builders_web import MAIN, PASSWORD, account, signed_in
from streamlit.testing.v1 import AppTest

from workbench import bootstrap
from workbench.domain.account import Account, Role
from workbench.services import sign_in
from workbench.store import accounts
from workbench.store.desk import Desk


@pytest.fixture
def at(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Desk]:
    """A new home, open as the page opens it: with the machine's clock."""
    monkeypatch.setenv("WORKBENCH_HOME", str(tmp_path / "home"))
    made = bootstrap.open()
    yield made
    made.database.close()


def page(user: dict[str, str]) -> AppTest:
    shown = AppTest.from_file(MAIN, default_timeout=30)
    shown.user = dict(user)
    return shown.run()


def words(shown: AppTest) -> str:
    """All that the page says."""
    blocks = (shown.title, shown.markdown, shown.caption, shown.info, shown.error)
    return "\n".join(str(one.value) for block in blocks for one in block)


def in_it(at: Desk, role: Role = Role.ADMINISTRATOR) -> tuple[Account, dict[str, str]]:
    who = account(at, role.value, role)
    return who, signed_in(at, who)


def test_somebody_signed_in_sees_the_page_and_who_they_are(at: Desk) -> None:
    _, user = in_it(at)
    shown = page(user)
    assert shown.title[0].value == "Administration"
    assert "not independently witnessed" in words(shown)


@pytest.mark.parametrize("wrong", ["account", "session"])
def test_an_unknown_account_or_session_sees_nothing(at: Desk, wrong: str) -> None:
    _, user = in_it(at)
    shown = page(user | {wrong: "0" * 64})
    assert not shown.title
    assert "Your sign-in has ended" in words(shown)


def test_no_identity_at_all_sees_nothing(at: Desk) -> None:
    shown = page({})
    assert not shown.title
    assert not shown.exception


def test_a_session_opens_nothing_under_another_account(at: Desk) -> None:
    _, user = in_it(at)
    other, _ = in_it(at, Role.AUDITOR)
    shown = page(user | {"account": other.id})
    assert not shown.title


def test_a_session_that_was_revoked_ends_at_the_next_rerun(at: Desk) -> None:
    who, user = in_it(at)
    shown = page(user)
    with at.database.write() as connection:
        accounts.revoke_all(connection, who, now=at.now())
    shown.run()
    assert not shown.title
    assert "Your sign-in has ended" in words(shown)


def test_an_account_that_was_disabled_ends_at_the_next_rerun(at: Desk) -> None:
    who, user = in_it(at)
    shown = page(user)
    with at.database.write() as connection:
        accounts.disable(connection, who, now=at.now())
    assert not shown.run().title


def test_a_one_time_password_shows_nothing_but_what_to_do(at: Desk) -> None:
    who = account(at, "administrator", Role.ADMINISTRATOR, must_change=True)
    shown = page(signed_in(at, who))
    assert not shown.title
    assert "Choose your own password first" in words(shown)


def test_signing_out_ends_the_session_at_once(at: Desk) -> None:
    who, user = in_it(at)
    shown = page(user)
    shown.button(key="sign_out").click().run()
    assert not shown.exception
    assert sign_in.session_of(at, user["session"]) is None
    assert not shown.run().title
    assert sign_in.who(at, sign_in.sign_in(at, who.name, PASSWORD)) is not None


def test_session_state_cannot_stand_in_for_a_session(at: Desk) -> None:
    who, user = in_it(at)
    shown = AppTest.from_file(MAIN, default_timeout=30)
    shown.user = {}
    shown.session_state["account"] = who.id
    shown.session_state["session"] = user["session"]
    assert not shown.run().title
