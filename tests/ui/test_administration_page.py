"""The Administration page: accounts are listed, added with a password shown once, disabled."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from builders_casework import person, signed_in
from builders_pages import plain, words
from builders_web import MAIN, Clock, desk
from streamlit.testing.v1 import AppTest

from workbench.domain.account import Role
from workbench.services import account, sign_in
from workbench.store.desk import Desk


@pytest.fixture
def at(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Desk]:
    monkeypatch.setenv("WORKBENCH_HOME", str(tmp_path / "home"))
    made = desk(tmp_path / "home", clock=Clock(datetime.now(UTC)))
    yield made
    made.database.close()


@pytest.fixture
def page(at: Desk) -> AppTest:
    shown = AppTest.from_file(MAIN, default_timeout=60)
    shown.user = signed_in(at, person(at, "administrator", Role.ADMINISTRATOR))
    return shown.run()


def test_an_account_is_added_with_a_password_that_is_shown_once_and_works_once(
    at: Desk, page: AppTest
) -> None:
    page.text_input(key="new_name").set_value("analyst-7")
    page.selectbox(key="new_role").set_value(Role.ANALYST)
    next(b for b in page.button if b.label == "Add").click().run()
    assert not page.exception
    password = page.code[0].value
    session = sign_in.who(at, sign_in.sign_in(at, "analyst-7", password))
    assert session is not None
    assert session.must_change
    assert session.account.role is Role.ANALYST
    page.button(key="put_away").click().run()
    assert not page.code
    assert "analyst-7" in words(page)


def test_no_role_is_preset_and_none_is_refused_with_the_name_kept(at: Desk, page: AppTest) -> None:
    assert page.selectbox(key="new_role").value is None
    page.text_input(key="new_name").set_value("analyst-7")
    next(b for b in page.button if b.label == "Add").click().run()
    assert "Choose the role" in page.error[0].value
    assert page.text_input(key="new_name").value == "analyst-7"
    assert "analyst-7" not in [one.name for one in account.list_accounts(at)]


def test_a_name_that_is_taken_is_refused_in_a_sentence(page: AppTest) -> None:
    page.text_input(key="new_name").set_value("administrator")
    page.selectbox(key="new_role").set_value(Role.AUDITOR)
    next(b for b in page.button if b.label == "Add").click().run()
    assert "exists already" in plain(page.error[0].value)


def test_searching_narrows_the_list_and_says_so(at: Desk, page: AppTest) -> None:
    person(at, "auditor", Role.AUDITOR)
    page.text_input(key="find").set_value("audit").run()
    assert "1 of 3 accounts" in words(page)  # the operator's is there from the start
    assert list(page.dataframe[0].value["Name"]) == ["auditor"]


def test_what_each_role_may_do_is_the_table_of_permissions(page: AppTest) -> None:
    table = page.dataframe[-1].value.set_index("May")
    assert table.loc["judge and decide", "analyst"] == "yes"
    assert table.loc["judge and decide", "administrator"] == ""
    assert table.loc["manage accounts and roles", "administrator"] == "yes"
