"""The main job in a real browser: judged, read, decided twice, acted on, verified."""

import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest
from builders_demo import run_workbench
from playwright.sync_api import expect

pytestmark = [pytest.mark.slow, pytest.mark.browser, pytest.mark.xdist_group("browser")]

REASON = "Dates and counterparts in the records agree with the claim."


def rows(home: Path, sql: str, *values: str) -> list[tuple[str, ...]]:
    with sqlite3.connect(f"file:{home / 'workbench.db'}?mode=ro", uri=True) as connection:
        return connection.execute(sql, values).fetchall()


def undecided(home: Path, model: str) -> tuple[str, str]:
    """A finding of `model` that nobody decided and that could be acted on, and its case."""
    found = rows(
        home,
        "select id, case_id from finding f where model = ? and n_offence_facts > 0 and not exists"
        " (select 1 from judgement j where j.finding_id = f.id) order by id limit 1",
        model,
    )
    return found[0][0], found[0][1]


def judge_and_unveil(person, finding: str, *, came_from: str, keep: str = "") -> None:
    person.go(f"finding?finding={finding}&from={came_from}")
    person.see("Claim and records")
    expect(person.page.get_by_text("Probability", exact=False)).to_have_count(0)
    if keep:
        person.keep(f"{keep}-claim")
    person.choose("supported")
    person.page.get_by_label("How sure").fill("70")
    person.page.get_by_label("Why, in a line").fill(REASON)
    person.press("Seal my view")
    person.press("Show why it was found")
    expect(person.page.get_by_label("Reason, in a sentence or two").first).to_be_visible(
        timeout=45_000
    )


def decide(person, *, clicks: int = 1) -> None:
    form = person.page.locator('[class*="st-key-decide_"][class*="_form"]').last
    form.locator("label").filter(has_text="supported").first.click()
    form.get_by_label("Reason, in a sentence or two").fill(REASON)
    form.get_by_role("button", name="Decide").click(click_count=clicks)
    person.see("You decided")
    person.settle()


def test_the_main_job_runs_from_claim_to_proof(sign_in: Callable, served) -> None:
    home = served.home.path
    finding, case = undecided(home, "hidden_link")

    first = sign_in("analyst-1")
    first.keep("cases")
    first.go(f"cases?case={case}")
    first.keep("case")
    judge_and_unveil(first, finding, came_from="new", keep="finding")
    first.keep("finding")
    decide(first, clicks=2)
    first.see("Receipt")
    first.keep("finding-decided")
    first.see("1 of the 2 people")
    expect(first.page.get_by_role("button", name="Open the lead")).to_be_disabled()
    first.leave()

    second = sign_in("analyst-2")
    second.go("second_reading")
    second.keep("second-reading")
    judge_and_unveil(second, finding, came_from="second")
    decide(second)
    second.page.get_by_role("button", name="Draw the link").dblclick()
    second.see("Done")
    second.keep("finding-acted-on")
    second.leave()

    assert rows(home, "select count(*) from decision where finding_id = ?", finding) == [(2,)]
    assert rows(home, "select kind from action where finding_id = ?", finding) == [
        ("assessed_link",)
    ]

    auditor = sign_in("auditor")
    auditor.go("decision_log")
    auditor.press("Verify now")
    auditor.see("The log is sound")
    auditor.keep("decision-log")
    auditor.leave()
    assert run_workbench(home, "log", "verify").returncode == 0


def test_nothing_is_asked_of_another_host_and_every_page_draws(sign_in: Callable, served) -> None:
    pages = {
        "supervisor": ("cases", "models", "bias_audit", "decision_log"),
        "data-scientist": ("models", "bias_audit"),
        "administrator": ("administration",),
    }
    for name, paths in pages.items():
        person = sign_in(name)
        for path in paths:
            person.go(path)
            person.keep(f"{name}-{path}".replace("_", "-"))
            assert person.page.locator('[data-testid="stException"]').count() == 0
            assert person.page.get_by_text("Page not found").count() == 0
            if path == "bias_audit":
                aside = "button[kind=elementToolbar][aria-label^=Download]:visible"
                assert person.page.locator(aside).count() == 0
                person.page.get_by_role("tab", name="Three deciders").click()
                person.see("People, after the score")
                person.keep(f"{name}-bias-audit-deciders")
        outside = [u for u in person.asked if not u.startswith((served.pages, "data:", "blob:"))]
        assert outside == []
        person.leave()


def test_the_pages_are_calm_in_the_dark_too(sign_in: Callable, served) -> None:
    finding, _ = undecided(served.home.path, "money_flow")
    person = sign_in("analyst-1", dark=True)
    ground = person.page.evaluate(
        "getComputedStyle(document.querySelector('[data-testid=\"stApp\"]')).backgroundColor"
    )
    red, green, blue = (int(part) for part in ground.split("(")[1].rstrip(")").split(",")[:3])
    assert max(red, green, blue) < 64
    judge_and_unveil(person, finding, came_from="new")
    person.keep("finding-dark")
    person.leave()
