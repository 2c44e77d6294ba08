"""The Decision log page: a story in time, the proof drawn, verify now, export."""

import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import builders_pages
import pytest
from builders_casework import TOWN, Town, finding, person, release, town
from builders_pages import plain, words
from builders_web import Clock
from streamlit.testing.v1 import AppTest

from workbench.domain.account import Account, Role
from workbench.services import casework, review

FINDING, OTHER = "F-AAAAAAAAAA", "F-BBBBBBBBBB"
REASON = "Both phones met twice at night, three weeks apart."


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Town]:
    """A finding that analyst-1 decided, and one that nobody did."""
    monkeypatch.setenv("WORKBENCH_HOME", str(tmp_path))
    at = town(tmp_path, clock=Clock(datetime.now(UTC)))
    release(at)
    casework.adopt_cases(at.desk, TOWN, account="supervisor", members=["analyst-1", "analyst-2"])
    for one in (FINDING, OTHER):
        finding(at, one)
    decide(at, "analyst-1")
    yield at


def decide(at: Town, name: str) -> None:
    review.read(at.desk, FINDING, account=name)
    review.judge(at.desk, FINDING, account=name, verdict="supported", confidence=70, reason=REASON)
    review.unveil(at.desk, FINDING, account=name)
    review.decide(
        at.desk, FINDING, account=name, verdict="supported", reason=REASON, key=f"{name}-key"
    )


@pytest.fixture
def auditor(here: Town) -> Account:
    return person(here.desk, "auditor", Role.AUDITOR)


def asked(here: Town, who: Account, question: str, given: str) -> AppTest:
    page = builders_pages.opened(here, who, "decision_log")
    page.segmented_control(key="question").set_value(question).run()
    if given:
        page.text_input[0].set_value(given)
    return next(b for b in page.button if b.label == "Show").click().run()


def story(page: AppTest) -> list[str]:
    """The steps told, without marks and pseudonyms."""
    told = [plain(str(one.value)) for one in page.markdown]
    return [re.sub(r"^:material/\w+: ", "", one) for one in told if one.startswith(":material/")]


def test_nothing_is_looked_up_before_it_is_asked(here: Town, auditor: Account) -> None:
    page = builders_pages.opened(here, auditor, "decision_log")
    assert not page.exception
    assert "Choose what to look up." in words(page)
    assert not story(page)


def test_a_finding_is_told_in_the_order_in_which_it_happened(here: Town, auditor: Account) -> None:
    me = here.analyst.id
    told = story(asked(here, auditor, "A finding", FINDING))
    assert [one.replace(f"**{me}** ", "") for one in told[1:]] == [
        "read claim and records",
        "judged from the records alone: supported, 70 of 100 sure",
        "saw score and reasons",
        "decided: supported, 0 s after seeing score and reasons",
    ]
    assert told[0].endswith("sealed the finding")


def test_reasons_in_words_are_not_in_the_log(here: Town, auditor: Account) -> None:
    assert REASON not in words(asked(here, auditor, "A finding", FINDING))


def test_one_reads_ones_own_entries_as_you(here: Town) -> None:
    told = story(asked(here, here.analyst, "A finding", FINDING))
    assert told[-1].startswith("**You** decided: supported")


def test_what_others_said_is_hidden_until_one_has_decided_oneself(here: Town) -> None:
    told = story(asked(here, here.second, "A finding", FINDING))
    assert [one.split("** ")[1] for one in told] == ["sealed the finding"]
    decide(here, "analyst-2")
    told = story(asked(here, here.second, "A finding", FINDING))
    assert sum("decided: supported" in one for one in told) == 2


def test_a_case_that_is_not_ones_own_is_refused_in_a_sentence(here: Town) -> None:
    page = asked(here, here.outsider, "A case", "C-0001")
    assert page.error
    assert not page.exception
    assert not story(page)


def test_what_was_asked_stays_in_the_field_when_it_is_refused(here: Town, auditor: Account) -> None:
    page = asked(here, auditor, "A finding", "F-NOSUCHONE1")
    assert page.text_input[0].value == "F-NOSUCHONE1"
    assert "There is no finding F-NOSUCHONE1" in plain(str(page.error[0].value))


def test_everything_by_an_account_is_a_table(here: Town, auditor: Account) -> None:
    page = asked(here, auditor, "An account", here.analyst.id)
    table = page.dataframe[0].value
    assert "decided: supported, 0 s after seeing score and reasons" in list(table["What"])
    assert set(table["Who"]) >= {here.analyst.id}


def test_an_analyst_is_offered_no_other_account_and_no_sample(here: Town) -> None:
    page = builders_pages.opened(here, here.analyst, "decision_log")
    options = page.segmented_control(key="question").options
    assert options == ["A finding", "A case", "Myself"]
    assert not [b for b in page.button if b.label == "Export the log"]


def test_a_random_sample_is_drawn_from_a_seed(here: Town, auditor: Account) -> None:
    page = builders_pages.opened(here, auditor, "decision_log")
    page.segmented_control(key="question").set_value("A random sample").run()
    page.number_input[0].set_value(11)
    next(b for b in page.button if b.label == "Show").click().run()
    assert "1 decision drawn with seed 11" in plain(page.subheader[0].value)
    assert list(page.dataframe[0].value["Finding"]) == [FINDING]


def test_a_link_from_elsewhere_fills_the_question_but_asks_nothing(
    here: Town, auditor: Account
) -> None:
    page = builders_pages.opened(here, auditor, "decision_log", finding=FINDING)
    assert page.segmented_control(key="question").value == "A finding"
    assert page.text_input[0].value == FINDING
    assert not story(page)


def test_the_proof_of_an_entry_is_drawn_up_to_the_signed_root(here: Town, auditor: Account) -> None:
    page = asked(here, auditor, "A finding", FINDING)
    next(b for b in page.button if b.label == "Proof").click().run()
    assert not page.exception
    assert not page.error
    said = words(page)
    assert "lead to the root that the log's key signed" in said
    assert [b.label for b in page.button if b.label == "Proof"]


def test_verify_now_says_that_the_log_is_sound_and_not_witnessed(
    here: Town, auditor: Account
) -> None:
    page = builders_pages.opened(here, auditor, "decision_log")
    page.button(key="verify").click().run()
    assert "The log is sound" in str(page.success[0].value)
    assert "Not independently witnessed" in words(page)
    assert "What findings say was not looked at" in words(page)


def test_an_export_can_be_downloaded_and_is_logged(here: Town, auditor: Account) -> None:
    page = builders_pages.opened(here, auditor, "decision_log")
    page.button(key="export").click().run()
    assert not page.exception
    assert "entries are ready" in words(page)
    written = list((here.desk.home / "exports").glob("log-*.jsonl"))
    assert len(written) == 1
    assert all(json.loads(line) for line in written[0].read_text().splitlines())
