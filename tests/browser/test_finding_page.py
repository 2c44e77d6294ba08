"""The Finding page by keyboard, and no way out of any page past the logged exports."""

import sqlite3
from collections.abc import Callable
from itertools import pairwise
from typing import Any

import pytest
from playwright.sync_api import expect

pytestmark = [pytest.mark.slow, pytest.mark.browser, pytest.mark.xdist_group("browser")]

WAIT_MS = 45_000
OUT = "button[kind=elementToolbar]:is([aria-label^=Download], [aria-label^=Copy])"


def two_in_a_row(served: Any) -> tuple[str, str, str]:
    """A case of analyst-1 and two findings, next to one another in its queue, both untouched."""
    with sqlite3.connect(served.home.path / "workbench.db") as connection:
        queue = connection.execute(
            "select f.case_id, f.id, exists (select 1 from judgement j where j.finding_id = f.id)"
            " from finding f join case_member m on m.case_id = f.case_id"
            " join account a on a.id = m.account_id where a.name = 'analyst-1' and not exists"
            " (select 1 from decision d where d.finding_id = f.id) order by f.case_id, f.id"
        ).fetchall()
    return next(
        (case, first, second)
        for (case, first, begun), (also, second, begun_too) in pairwise(queue)
        if case == also and not begun and not begun_too
    )


def require_no_way_out(person: Any) -> None:
    """Whatever is on the page: when its toolbar is called, it offers no file and no copy."""
    for frame in person.page.locator(
        '[data-testid="stVegaLiteChart"], [data-testid="stDataFrame"]'
    ).all():
        if frame.is_visible():
            frame.hover()
    for button in person.page.locator(OUT).all():
        expect(button).to_be_hidden()


def test_no_page_offers_what_is_on_it_as_a_file_or_a_copy(sign_in: Callable, served: Any) -> None:
    auditor = sign_in("auditor")
    for place in ("data", "models", "bias_audit", "decision_log"):
        auditor.go(place)
        require_no_way_out(auditor)
    auditor.leave()
    analyst = sign_in("analyst-1")
    _, finding, _ = two_in_a_row(served)
    analyst.go(f"finding?finding={finding}&from=new")
    analyst.choose("supported")
    analyst.page.get_by_label("How sure").fill("70")
    analyst.page.get_by_label("Why, in a line").fill("Both were there at the same hour")
    analyst.press("Seal my view")
    analyst.press("Show why it was found")
    expect(analyst.page.locator('[data-testid="stVegaLiteChart"]').first).to_be_visible(
        timeout=WAIT_MS
    )
    require_no_way_out(analyst)
    expect(analyst.page.locator(OUT).first).to_be_attached()  # there, and hidden
    analyst.leave()


def test_a_list_and_the_steps_go_by_keyboard_and_a_shortcut_loses_no_word(
    sign_in: Callable, served: Any
) -> None:
    analyst = sign_in("analyst-1")
    case, before, finding = two_in_a_row(served)
    analyst.go(f"cases?case={case}")
    analyst.page.get_by_text("New (").first.click()
    analyst.page.get_by_placeholder("Id, case or kind").fill(finding)
    analyst.page.keyboard.press("Enter")
    analyst.settle()
    analyst.page.get_by_role("button", name=finding).focus()
    analyst.page.keyboard.press("Enter")
    analyst.page.wait_for_url(f"**finding={finding}**", timeout=WAIT_MS)
    analyst.settle()
    analyst.page.get_by_role("link", name="2 Your view").press("Enter")
    expect(analyst.page.get_by_role("heading", name="2 Your view")).to_be_in_viewport()
    why = analyst.page.get_by_label("Why, in a line")
    why.click()
    analyst.page.keyboard.type("Half a thought")
    analyst.page.keyboard.press("Alt+P")
    analyst.page.wait_for_url(f"**finding={before}**", timeout=WAIT_MS)
    analyst.settle()
    expect(why).to_have_value("", timeout=WAIT_MS)
    analyst.page.keyboard.press("Alt+N")
    analyst.page.wait_for_url(f"**finding={finding}**", timeout=WAIT_MS)
    expect(why).to_have_value("Half a thought", timeout=WAIT_MS)
    analyst.leave()
