"""Casework on a real home: a small town whose records are known by heart."""

import json
from dataclasses import replace
from pathlib import Path

import pytest
from builders_casework import LEGAL_BASIS, PURPOSE, TOWN, Town, person, town

from workbench.domain.account import Role
from workbench.domain.entity import LinkStatus
from workbench.domain.errors import BadInput, NotAllowed, NotFound
from workbench.services import casework, chart, look_up, trail
from workbench.services.look_up import Found


@pytest.fixture
def here(tmp_path: Path) -> Town:
    return town(tmp_path)


@pytest.fixture
def adopted(here: Town) -> Town:
    casework.adopt_cases(here.desk, TOWN, account="supervisor", members=["analyst-1", "analyst-2"])
    return here


def kinds(here: Town) -> list[str]:
    with here.desk.database.read() as connection:
        return [str(e.fields["kind"]) for e in here.desk.log.entries(connection)]


def last_entry(here: Town) -> dict[str, object]:
    with here.desk.database.read() as connection:
        return dict(list(here.desk.log.entries(connection))[-1].fields)


def open_one(here: Town, **changed: str) -> str:
    given = {
        "title": "Stolen vehicles",
        "purpose": PURPOSE,
        "legal_basis": LEGAL_BASIS,
        "dataset": TOWN,
        "entities": "+99-041-17\nreed, ben",
        "account": "analyst-1",
        "key": "form-1",
    }
    return casework.open_case(here.desk, **{**given, **changed}).id


def test_a_case_is_opened_from_what_was_pasted(here: Town) -> None:
    case_id = open_one(here)
    case = casework.case_view(here.desk, case_id, account="analyst-1")
    assert case.id == "C-0001"
    assert case.entity_ids == (here.ada_phone, here.ben)
    assert kinds(here).count("case_opened") == 1


def test_a_double_click_opens_one_case(here: Town) -> None:
    assert open_one(here) == open_one(here)
    assert kinds(here).count("case_opened") == 1
    assert open_one(here, key="form-2") == "C-0002"


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"purpose": "     "}, "purpose of case"),
        ({"legal_basis": "aaaaaaaaaaaa"}, "legal basis of case"),
        ({"title": ""}, "title of the case"),
        ({"entities": ""}, "at least one entity"),
        ({"entities": "+99 041 17\nNobody Known"}, "Line 2 .* names no entity"),
    ],
)
def test_a_case_that_says_nothing_is_refused(
    here: Town, changed: dict[str, str], sentence: str
) -> None:
    with pytest.raises(BadInput, match=sentence):
        open_one(here, **changed)
    assert "case_opened" not in kinds(here)


def test_a_case_needs_an_accepted_dataset(here: Town) -> None:
    with pytest.raises(NotFound):
        open_one(here, dataset="elsewhere")


def test_going_into_a_case_is_logged_once_per_session(adopted: Town) -> None:
    morning = replace(adopted.desk, session_hash="a" * 64)
    for _ in range(3):
        casework.case_view(morning, "C-0001", account="analyst-1")
    assert kinds(adopted).count("consultation") == 1
    entry = last_entry(adopted)
    assert (entry["case"], entry["what"], entry["session"]) == ("C-0001", "case", "a" * 64)
    evening = replace(adopted.desk, session_hash="b" * 64)
    casework.case_view(evening, "C-0001", account="analyst-1")
    assert kinds(adopted).count("consultation") == 2


def test_whoever_opened_a_case_in_this_session_consults_it_without_a_second_entry(
    here: Town,
) -> None:
    session = replace(here, desk=replace(here.desk, session_hash="a" * 64))
    casework.case_view(session.desk, open_one(session), account="analyst-1")
    assert "consultation" not in kinds(here)


def test_on_the_command_line_every_consultation_is_logged(adopted: Town) -> None:
    for _ in range(2):
        casework.case_view(adopted.desk, "C-0001", account="analyst-1")
    assert kinds(adopted).count("consultation") == 2


def test_an_outsider_sees_nothing_of_a_case(adopted: Town) -> None:
    for ask in (casework.case_view, chart.chart, chart.records, trail.trail, casework.notes):
        with pytest.raises(NotAllowed, match="not in case C-0001"):
            ask(adopted.desk, "C-0001", account="analyst-3")
    with pytest.raises(NotAllowed):
        look_up.look_up_list(adopted.desk, "C-0001", text="Ada Stone", account="analyst-3")
    assert casework.my_cases(adopted.desk, account="analyst-3") == []
    assert kinds(adopted).count("consultation") == 0


def test_one_of_its_people_lets_another_into_a_case_and_the_log_says_so(adopted: Town) -> None:
    desk = adopted.desk
    assert casework.could_join(desk, "C-0001", account="analyst-1") == ("analyst-3",)
    casework.let_in(desk, "C-0001", "analyst-3", account="analyst-1")
    assert "analyst-3" in casework.members(desk, "C-0001", account="analyst-3")
    entry = last_entry(adopted)
    assert (entry["kind"], entry["case"]) == ("case_joined", "C-0001")
    assert (entry["account"], entry["holder"]) == (adopted.analyst.id, adopted.outsider.id)


def test_whoever_is_in_a_case_is_not_let_in_twice(adopted: Town) -> None:
    for _ in range(2):
        casework.let_in(adopted.desk, "C-0001", "analyst-3", account="supervisor")
    casework.let_in(adopted.desk, "C-0001", "analyst-2", account="analyst-1")
    assert kinds(adopted).count("case_joined") == 1


def test_nobody_lets_themselves_in_nor_one_who_does_not_work_on_cases(adopted: Town) -> None:
    person(adopted.desk, "auditor", Role.AUDITOR)
    with pytest.raises(NotAllowed, match="not in case C-0001"):
        casework.let_in(adopted.desk, "C-0001", "analyst-3", account="analyst-3")
    with pytest.raises(NotAllowed, match="neither analyst nor supervisor"):
        casework.let_in(adopted.desk, "C-0001", "auditor", account="analyst-1")
    with pytest.raises(NotFound):
        casework.let_in(adopted.desk, "C-0001", "nobody", account="analyst-1")
    assert "case_joined" not in kinds(adopted)


def test_adopting_twice_opens_each_case_once(adopted: Town) -> None:
    again = casework.adopt_cases(adopted.desk, TOWN, account="supervisor", members=["analyst-1"])
    assert again == []
    assert kinds(adopted).count("case_opened") == 1
    (case,) = casework.my_cases(adopted.desk, account="analyst-2")
    assert (case.id, case.n_entities, case.purpose) == ("C-0001", 2, PURPOSE)
    names = casework.members(adopted.desk, "C-0001", account="analyst-1")
    assert set(names) == {"analyst-1", "analyst-2", "supervisor"}


def test_the_chart_shows_the_case_and_one_step_around_it(adopted: Town) -> None:
    drawn = chart.chart(adopted.desk, "C-0001", account="analyst-1")
    assert {e.id for e in drawn.entities} == {
        adopted.ada,
        adopted.ada_phone,
        adopted.ben,
        adopted.ben_phone,
        adopted.offence,
    }
    assert drawn.own_ids == (adopted.ada, adopted.ben)
    assert {link.kind for link in drawn.links} == {"uses", "involved_in"}
    among = chart.chart(adopted.desk, "C-0001", account="analyst-1", among=True)
    assert {link.kind for link in among.links} == {"uses", "called", "involved_in"}
    assert all(link.status is LinkStatus.RECORDED for link in drawn.links)
    assert drawn.n_beyond == 0


def test_the_chart_says_how_many_did_not_fit(adopted: Town) -> None:
    drawn = chart.chart(adopted.desk, "C-0001", account="analyst-1", most=3)
    assert len(drawn.entities) == 3
    assert drawn.n_beyond == 2


def test_a_tentative_link_is_seen_by_its_author_alone(adopted: Town) -> None:
    drawn = {
        "source_id": adopted.ada,
        "target_id": adopted.cyr,
        "reason": "Seen together at the depot",
    }
    for _ in range(2):
        chart.draw_tentative_link(
            adopted.desk, "C-0001", **drawn, account="analyst-1", key="form-1"
        )
    own = chart.chart(adopted.desk, "C-0001", account="analyst-1")
    (link,) = [k for k in own.links if k.status is LinkStatus.TENTATIVE]
    assert (link.source_id, link.target_id) == (adopted.ada, adopted.cyr)
    assert adopted.cyr in {e.id for e in own.entities}
    other = chart.chart(adopted.desk, "C-0001", account="analyst-2")
    assert all(k.status is LinkStatus.RECORDED for k in other.links)


def test_a_tentative_link_to_itself_is_refused(adopted: Town) -> None:
    with pytest.raises(BadInput, match="two different entities"):
        chart.draw_tentative_link(
            adopted.desk,
            "C-0001",
            source_id=adopted.ada,
            target_id=adopted.ada,
            reason="Seen together",
            account="analyst-1",
            key="form-1",
        )


def test_records_come_with_their_grades_latest_first(adopted: Town) -> None:
    held = chart.records(adopted.desk, "C-0001", account="analyst-1")
    assert held.n_more == 0
    assert held.names[adopted.ada_phone] == "+99 041 17"
    assert sorted(row.kind for row in held.records) == [
        "involved_in",
        "person",
        "person",
        "uses",
        "uses",
    ]
    assert {row.grade for row in held.records} == {"B2 · H0", "A1 · H0"}


def test_each_line_of_a_list_is_hit_elsewhere_none_or_not_understood(adopted: Town) -> None:
    text = "0099 04117\nSTONE ada\nBB12-0034-5678\n+99 999\n??"
    lines = look_up.look_up_list(adopted.desk, "C-0001", text=text, account="analyst-1")
    assert [line.found for line in lines] == [
        Found.HIT,
        Found.HIT,
        Found.ELSEWHERE,
        Found.NO_HIT,
        Found.NOT_UNDERSTOOD,
    ]
    assert [line.own for line in lines] == [False, True, False, False, False]
    elsewhere = lines[2]
    assert elsewhere.entity is None
    assert (elsewhere.kind, elsewhere.member_state) == ("account", "BB")


def test_a_look_up_is_logged_with_counts_and_none_of_its_words(adopted: Town) -> None:
    look_up.look_up_list(
        adopted.desk, "C-0001", text="Ada Stone\nNobody Known", account="analyst-1"
    )
    entry = last_entry(adopted)
    assert (entry["kind"], entry["what"], entry["n"], entry["n_hits"]) == (
        "consultation",
        "list",
        2,
        1,
    )
    assert "Stone" not in json.dumps(entry)
    assert entry["account"] == adopted.analyst.id


def test_an_empty_or_endless_list_is_refused(adopted: Town) -> None:
    for text in ("  \n ", "\n".join(f"+99 {n}" for n in range(501))):
        with pytest.raises(BadInput):
            look_up.look_up_list(adopted.desk, "C-0001", text=text, account="analyst-1")


def test_notes_are_read_by_everyone_in_the_case_newest_first(adopted: Town) -> None:
    for n, text in enumerate(("Ask for the toll records", "Toll records were asked for")):
        casework.add_note(adopted.desk, "C-0001", text=text, account="analyst-1", key=f"note-{n}")
        adopted.clock.turn(minutes=1)
    told = casework.notes(adopted.desk, "C-0001", account="analyst-2")
    assert [note.text for note in told] == [
        "Toll records were asked for",
        "Ask for the toll records",
    ]
    assert {note.written_by for note in told} == {"analyst-1"}


def test_the_trail_tells_what_happened_in_words(adopted: Town) -> None:
    casework.case_view(adopted.desk, "C-0001", account="analyst-1")
    look_up.look_up_list(adopted.desk, "C-0001", text="Ada Stone", account="analyst-2")
    told = trail.trail(adopted.desk, "C-0001", account="analyst-1")
    assert [(step.who, step.did) for step in told.steps] == [
        ("analyst-2", "looked up a list; lines: 1, hits: 1"),
        ("you", "consulted the case for its stated purpose"),
        ("supervisor", "opened the case and stated its purpose and legal basis"),
    ]
    assert told.n_kept_back == 0
