"""The door in a real browser: leaving, being shut out, and asking nobody else for anything."""

import sqlite3
from collections.abc import Callable
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import expect

pytestmark = [pytest.mark.slow, pytest.mark.browser, pytest.mark.xdist_group("browser")]

WAIT_MS = 45_000


def test_signing_out_leads_to_the_sign_in_and_back_opens_nothing(sign_in: Callable) -> None:
    person = sign_in("administrator")
    person.page.get_by_role("button", name="administrator · administrator").click()
    person.page.get_by_role("button", name="Sign out").click()
    person.page.wait_for_url("**/sign-in", timeout=WAIT_MS)
    person.page.goto(f"{person.served.pages}/administration")
    expect(person.page.get_by_role("heading", name="Sign in")).to_be_visible(timeout=WAIT_MS)


def test_a_page_left_open_closes_by_itself_when_its_session_is_revoked(sign_in: Callable) -> None:
    person = sign_in("auditor")
    person.go("decision_log?finding=F-1")
    with sqlite3.connect(person.served.home.path / "workbench.db") as connection:
        connection.execute("update session set revoked_at = '2026-01-01T00:00:00.000000Z'")
    connection.close()
    person.page.wait_for_url("**/sign-in?ended=1*", timeout=WAIT_MS)
    person.see("Your sign-in ended")
    person.page.get_by_label("Name").fill("auditor")
    person.page.get_by_label("Password").fill(person.served.home.passwords["auditor"])
    person.page.get_by_role("button", name="Sign in").click()
    person.page.wait_for_url("**/decision_log?finding=F-1", timeout=WAIT_MS)


def test_no_page_of_any_role_asks_another_host_for_anything(sign_in: Callable, served) -> None:
    for name in ("analyst-1", "auditor", "data-scientist"):
        person = sign_in(name)
        for link in person.page.locator('[data-testid="stSidebarNavLink"]').all():
            link.click()
            person.settle()
        hosts = {urlsplit(url).netloc for url in person.asked if url.startswith(("http", "ws"))}
        assert hosts == {urlsplit(served.pages).netloc}
        person.leave()


def test_mlflow_shows_the_runs_under_the_same_sign_in(sign_in: Callable, served) -> None:
    person = sign_in("data-scientist")
    person.page.goto(f"{served.mlflow}/#/experiments")
    expect(person.page.get_by_text("hidden_link").first).to_be_visible(timeout=WAIT_MS)
    hosts = {urlsplit(url).netloc for url in person.asked if url.startswith("http")}
    assert hosts == {urlsplit(served.pages).netloc, urlsplit(served.mlflow).netloc}
