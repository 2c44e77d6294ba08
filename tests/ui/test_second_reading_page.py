"""The Second reading page in AppTest: what others decided, blind to what they said."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from builders_casework import TOWN, Town, finding, release, town
from builders_pages import findings_listed, opened, plain, words
from builders_web import Clock

from workbench.services import casework, review

pytestmark = pytest.mark.slow


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Town]:
    monkeypatch.setenv("WORKBENCH_HOME", str(tmp_path))
    at = town(tmp_path, clock=Clock(datetime.now(UTC)))
    release(at)
    casework.adopt_cases(at.desk, TOWN, account="supervisor", members=["analyst-1", "analyst-2"])
    for n, verdict in enumerate(("supported", "not_supported")):
        decide(at, finding(at, f"F-AAAAAAAAA{n}"), verdict)
    finding(at, "F-BBBBBBBBBB")
    yield at


def decide(at: Town, finding_id: str, verdict: str) -> None:
    said = {"account": "analyst-1", "verdict": verdict, "reason": "Seen in the records"}
    review.read(at.desk, finding_id, account="analyst-1")
    review.judge(at.desk, finding_id, confidence=60, **said)
    review.unveil(at.desk, finding_id, account="analyst-1")
    review.decide(at.desk, finding_id, key=finding_id, **said)


def test_what_another_person_decided_waits_whichever_way_it_went(here: Town) -> None:
    page = opened(here, here.second, "second_reading")
    assert not page.exception
    assert findings_listed(page) == ["F-AAAAAAAAA0", "F-AAAAAAAAA1"]
    assert words(page).count("second reading · case C-0001") == 2


def test_the_button_of_a_finding_opens_it(here: Town) -> None:
    page = opened(here, here.second, "second_reading")
    page.button(key="second_open_F-AAAAAAAAA1").click().run()
    assert "F-AAAAAAAAA1" in plain(page.title[0].value)
    assert page.query_params["from"] == "second"


def test_the_list_tells_nothing_of_the_first_verdict(here: Town) -> None:
    said = words(opened(here, here.second, "second_reading"))
    assert "supported" not in said
    assert here.analyst.id not in said
    assert "analyst-1" not in said


def test_nobody_is_their_own_second_reader(here: Town) -> None:
    said = words(opened(here, here.analyst, "second_reading"))
    assert "No second reading is due" in said
    assert "F-AAAAAAAAA0" not in said


def test_the_trail_of_the_case_keeps_the_first_verdict_from_the_second_reader(here: Town) -> None:
    page = opened(here, here.second, "cases", case="C-0001")
    control = next(c for c in page.segmented_control if c.label == "In the case")
    control.set_value("Trail")
    page.run()
    said = words(page)
    assert "decided: supported" not in said
    assert "kept from you" in said
