"""Bringing data in a real browser: chosen, looked at, ingested, and nothing asked of elsewhere."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

pytestmark = [pytest.mark.slow, pytest.mark.browser, pytest.mark.xdist_group("browser")]

PEOPLE = (
    "person_id,name,phone,dob,note\n"
    "P1,Ada Reed,+99 041 17,1980-01-31,=1+1\n"
    "P2,Ben Hale,+99 041 77,1975-05-05,<b>hi</b>\n"
    "P3,Cy\x07,+99 1,1990-01-01,\n"
)


def test_a_file_is_looked_at_and_then_ingested(sign_in: Callable, served, tmp_path: Path) -> None:
    file = tmp_path / "people [1] **x** <b>.csv"
    file.write_text(PEOPLE)
    analyst = sign_in("analyst-1")
    analyst.go("data")
    analyst.press("Bring data")
    analyst.page.locator("input[type=file]").set_input_files(file)
    analyst.settle()
    analyst.press("Look at it")
    analyst.see("2 of 3 rows can be used.")
    analyst.see("Uploaded: people [1] **x** <b>.csv")
    datasets = served.home.path / "datasets"
    assert not (datasets / "people-1-x-b").exists()
    analyst.keep("data-brought")
    analyst.choose("Synthetic: nothing in it")
    analyst.press("Ingest it")
    analyst.see("waits for acceptance")
    assert json.loads((datasets / "people-1-x-b" / "meta.json").read_text())["n_links"] == 2
    assert list((served.home.path / "incoming").iterdir()) == []
    assert all(url.startswith((served.pages, "data:", "blob:")) for url in analyst.asked)
    analyst.leave()


def test_quality_is_drawn_and_the_croissant_file_is_saved(
    sign_in: Callable, tmp_path: Path
) -> None:
    supervisor = sign_in("supervisor", dark=True)
    supervisor.go("data")
    supervisor.page.get_by_role("button", name="world").first.click()
    supervisor.see("Who is in it")
    supervisor.keep("data-quality-dark")
    supervisor.page.get_by_text("Datasheet", exact=True).first.click()
    supervisor.see("Files and columns")
    supervisor.settle()
    with supervisor.page.expect_download() as saved:
        supervisor.page.get_by_role("button", name="Save as Croissant").click()
    saved.value.save_as(tmp_path / "croissant.json")
    document = json.loads((tmp_path / "croissant.json").read_text())
    assert "http://mlcommons.org/croissant/1.0" in document["conformsTo"]
    supervisor.leave()
