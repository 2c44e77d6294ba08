"""The Cases page in AppTest: the list, a case with its views, opening one."""

import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from builders_casework import PURPOSE, TOWN, Town, finding, release, town
from builders_pages import field, findings_listed, headings, opened, plain, press, words
from builders_web import Clock
from streamlit.testing.v1 import AppTest

from workbench.services import casework

pytestmark = pytest.mark.slow


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Town]:
    monkeypatch.setenv("WORKBENCH_HOME", str(tmp_path))
    at = town(tmp_path, clock=Clock(datetime.now(UTC)))
    casework.adopt_cases(at.desk, TOWN, account="supervisor", members=["analyst-1", "analyst-2"])
    yield at


def view(page: AppTest, name: str) -> AppTest:
    control = next(c for c in page.segmented_control if c.label == "In the case")
    control.set_value(
        next(o for o in ("Chart", "New", "Records", "Notes", "Trail", name) if o == name)
    )
    return page.run()


def n_consultations(here: Town) -> int:
    with here.desk.database.read() as connection:
        entries = here.desk.log.entries(connection)
        return sum(e.fields["kind"] == "consultation" for e in entries)


def test_my_cases_stand_with_their_purpose_and_what_is_new(here: Town) -> None:
    release(here)
    finding(here, "F-AAAAAAAAAA")
    said = words(opened(here, here.analyst, "cases"))
    assert "C-0001" in said
    assert "Stolen vehicles" in said
    assert f"Purpose: {PURPOSE}" in said
    assert "1 new" in said


def test_the_way_back_from_a_finding_leads_to_the_view_that_one_left(here: Town) -> None:
    release(here)
    finding(here, "F-AAAAAAAAAA")
    page = view(opened(here, here.analyst, "cases", case="C-0001"), "New")
    page.switch_page("../pages/finding.py")
    page.query_params["finding"] = "F-AAAAAAAAAA"
    assert "1  Claim and records" in headings(page.run())
    page.switch_page("../pages/cases.py")
    page.query_params["case"] = "C-0001"
    page.run()
    control = next(c for c in page.segmented_control if c.label == "In the case")
    assert control.value == "New"


def test_whoever_is_in_no_case_is_told_what_to_do(here: Town) -> None:
    said = words(opened(here, here.outsider, "cases"))
    assert "You are in no case yet" in said
    assert "Stolen vehicles" not in said


def test_a_case_shows_its_purpose_and_its_chart(here: Town) -> None:
    page = opened(here, here.analyst, "cases", case="C-0001")
    assert not page.exception
    said = words(page)
    assert PURPOSE in said
    assert "Ada Stone" in said
    assert "Cyr Vale" not in said


def test_a_case_is_consulted_once_however_often_the_page_is_drawn(here: Town) -> None:
    page = opened(here, here.analyst, "cases", case="C-0001")
    view(page, "Records")
    view(page, "Trail")
    assert n_consultations(here) == 1


def test_another_persons_case_is_a_sentence_and_nothing_else(here: Town) -> None:
    page = opened(here, here.outsider, "cases", case="C-0001")
    assert "is not in case C-0001" in plain(page.error[0].value)
    assert "Ada" not in words(page)


def test_records_are_searched_and_carry_their_grades(here: Town) -> None:
    page = view(opened(here, here.analyst, "cases", case="C-0001"), "Records")
    assert "A1 · H0" in words(page)
    field(page, "Kind").set_value("involved_in")
    page.run()
    (table,) = page.table
    assert list(table.value.columns)[:3] == ["When", "What is recorded", "Grade"]
    (said,) = [plain(cell) for cell in table.value["What is recorded"]]
    assert said == "involved in"  # the builder's records say no more


def test_a_list_is_looked_up_line_by_line(here: Town) -> None:
    page = view(opened(here, here.analyst, "cases", case="C-0001"), "Look up a list")
    field(page, "Numbers, names").set_value("+99 041 17\nBB12 0034 5678\n+99 000")
    press(page, "Look up")
    (table,) = page.dataframe
    assert list(table.value["Result"]) == ["hit", "hit elsewhere", "no hit"]
    assert list(table.value["Recorded as"]) == ["+99 041 17", "", ""]
    assert n_consultations(here) == 2


def test_an_empty_list_is_refused_with_a_sentence(here: Town) -> None:
    page = press(
        view(opened(here, here.analyst, "cases", case="C-0001"), "Look up a list"), "Look up"
    )
    assert "nothing to look up" in plain(page.error[0].value)


def test_a_note_is_written_once_and_a_refused_one_stays_in_the_form(here: Town) -> None:
    page = view(opened(here, here.analyst, "cases", case="C-0001"), "Notes")
    assert "No notes yet" in words(page)
    field(page, "A note").set_value("a")
    press(page, "Add the note")
    assert page.error
    assert field(page, "A note").value == "a"
    field(page, "A note").set_value("Ask for the toll records")
    press(page, "Add the note")
    assert "Ask for the toll records" in words(page)
    assert field(page, "A note").value == ""
    assert len(casework.notes(here.desk, "C-0001", account="analyst-1")) == 1


def test_a_tentative_link_needs_both_ends(here: Town) -> None:
    page = press(opened(here, here.analyst, "cases", case="C-0001"), "Draw it")
    assert "Choose both ends" in page.error[0].value


def test_the_trail_tells_who_did_what(here: Town) -> None:
    page = view(opened(here, here.analyst, "cases", case="C-0001"), "Trail")
    (table,) = page.dataframe
    assert list(table.value["Who"]) == ["you", "supervisor"]
    assert "consulted the case" in table.value["What"][0]


def test_new_findings_are_listed_without_score_or_claim(here: Town) -> None:
    release(here)
    finding(here, "F-AAAAAAAAAA")
    page = view(opened(here, here.analyst, "cases", case="C-0001"), "New")
    assert findings_listed(page) == ["F-AAAAAAAAAA"]
    said = words(page)
    assert "may be connected" not in said
    assert "0.7" not in said


def test_findings_are_looked_for_beside_the_page_and_an_error_is_its_sentence(here: Town) -> None:
    release(here)  # of a model that this workbench does not have
    page = press(
        view(opened(here, here.analyst, "cases", case="C-0001"), "New"), "Look for findings"
    )
    over = threading.Event()
    page.session_state["looking_C-0001"].when_done(over.set)
    assert over.wait(60)
    page.run()
    assert "There is no model pair" in plain(page.error[0].value)
    assert [b.label for b in page.button if b.label == "Look for findings"]


def test_without_a_model_in_use_there_is_nothing_to_press(here: Town) -> None:
    page = view(opened(here, here.analyst, "cases", case="C-0001"), "New")
    assert "No model is in use" in words(page)
    assert not [b for b in page.button if b.label == "Look for findings"]


def test_somebody_is_let_into_a_case_from_its_page(here: Town) -> None:
    page = opened(here, here.analyst, "cases", case="C-0001")
    assert field(page, "Let somebody in").value is None
    press(page, "Let them in")
    assert "Choose whom to let in" in page.error[0].value
    field(page, "Let somebody in").set_value("analyst-3")
    press(page, "Let them in")
    assert not page.exception
    assert "analyst-3" in casework.members(here.desk, "C-0001", account="analyst-1")
    assert "analyst-3" in words(page)
