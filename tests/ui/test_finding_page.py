"""The Finding page in AppTest: five steps, each opening the next, nothing preset."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import builders
import builders_pages
import pytest
from builders_casework import TOWN, Town, finding, person, release, town
from builders_pages import field, headings, plain, press, words
from builders_web import Clock
from streamlit.testing.v1 import AppTest

from workbench.domain.account import Account, Role
from workbench.domain.checked import Calibration, Kept
from workbench.domain.finding import CounterCase, Keystone
from workbench.services import act, casework, review
from workbench.ui import evidence

FINDING = "F-AAAAAAAAAA"
VIEW = "Do the records bear"
MODEL_WORDS = (
    "shared contacts",
    "shared_contacts",
    "7 in 10",
    "put this forward",
    "taxi",
    "pair_model",
)

pytestmark = pytest.mark.slow


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Town]:
    monkeypatch.setenv("WORKBENCH_HOME", str(tmp_path))
    at = town(tmp_path, clock=Clock(datetime.now(UTC)))
    release(at)
    casework.adopt_cases(at.desk, TOWN, account="supervisor", members=["analyst-1", "analyst-2"])
    finding(at, FINDING)
    yield at


def opened(at: Town, who: Account, finding_id: str = FINDING, **query: str) -> AppTest:
    return builders_pages.opened(at, who, "finding", finding=finding_id, **query)


def pictures(page: AppTest) -> list[str]:
    """Keys of the pictures of a subgraph on the page."""
    return [str(c.key) for c in page.get("bidi_component") if "picture_" in str(c.key)]


def shown(element: Any) -> str:
    """What an element shows or is called."""
    alt = getattr(getattr(element, "proto", None), "alt", "")
    return f"{getattr(element, 'value', '')} {alt} {getattr(element, 'key', '')}"


def n_openings(here: Town, kind: str = "finding_opened") -> int:
    with here.desk.database.read() as connection:
        entries = here.desk.log.entries(connection)
        return sum(e.fields["kind"] == kind for e in entries)


def seal(page: AppTest) -> AppTest:
    field(page, VIEW).set_value("supported")
    field(page, "How sure").set_value(70)
    field(page, "Why, in a line").set_value("Both phones met twice at night")
    return press(page, "Seal my view")


def test_before_a_judgement_nothing_of_the_model_is_on_the_page(here: Town) -> None:
    page = opened(here, here.analyst)
    assert not page.exception
    assert headings(page) == ["1  Claim and records", "2  Your view"]
    said = words(page)
    assert "Ada Stone and Ben Reed may be connected" in said
    assert "A1 · H0" in said
    assert pictures(page) == []
    for word in MODEL_WORDS[:-1]:
        assert word not in said


def test_picture_and_timeline_come_with_why_it_was_found(here: Town) -> None:
    page = seal(opened(here, here.analyst))
    assert pictures(page) == []
    press(page, "Show why it was found")
    assert pictures(page) == [f"picture_{FINDING}"]
    assert [c for c in page.get("vega_lite_chart") if "event from" in c.proto.alt]


def test_step_three_goes_from_what_it_rests_on_to_what_the_model_said_of_it(here: Town) -> None:
    page = press(seal(opened(here, here.analyst)), "Show why it was found")
    order = [
        "picture_",
        "1 event from",
        "Reasons for",
        "Reasons against",
        "What would change it",
        "An ordinary story that fits",
        "The model's view",
        "Effects in log-odds",
        "Limits of this release",
        "How often this release errs",
    ]
    drawn = [shown(element) for element in page.main]
    at = [next(i for i, said in enumerate(drawn) if word in said) for word in order]
    assert at == sorted(at)


def test_deciding_anew_takes_a_second_look_first(here: Town) -> None:
    decide(here, "analyst-1")
    page = opened(here, here.analyst)
    assert not [b for b in page.button if b.label == "Decide"]
    before = n_openings(here)
    press(page, "Look again")
    assert n_openings(here) == before + 1
    assert words(page).count("They share three contacts") == 2  # under step 3, and again
    here.clock.turn(minutes=1)
    assert field(page, "Verdict").value is None
    field(page, "Verdict").set_value("not supported")
    field(page, "Reason, in a").set_value("The calls were to a taxi company after all.")
    press(page, "Decide")
    assert not page.exception
    assert "You decided: **not supported**" in words(page)
    assert [b.label for b in page.button if b.label in ("Look again", "Decide")] == ["Look again"]


def test_a_dossier_is_saved_by_way_of_a_service(here: Town) -> None:
    for name in ("analyst-1", "analyst-2"):
        decide(here, name)
    act.act(here.desk, FINDING, account="analyst-1", action="dossier", key="dossier-1")
    page = opened(here, here.second)
    assert not page.exception
    (button,) = page.get("download_button")
    assert button.proto.label == "Save the dossier"


def test_neither_view_nor_confidence_is_preset(here: Town) -> None:
    page = opened(here, here.analyst)
    assert field(page, VIEW).value is None
    assert field(page, "How sure").value is None
    press(page, "Seal my view")
    assert "Choose a view first" in page.error[0].value
    assert not review.progress(here.desk, FINDING, account="analyst-1").judged


def test_a_refused_view_keeps_what_was_typed(here: Town) -> None:
    page = opened(here, here.analyst)
    field(page, VIEW).set_value("cannot tell")
    field(page, "How sure").set_value(10)
    field(page, "Why, in a line").set_value("no")
    press(page, "Seal my view")
    assert "at least 5 characters" in page.error[0].value
    assert field(page, VIEW).value == "cannot_tell"
    assert field(page, "How sure").value == 10
    assert field(page, "Why, in a line").value == "no"


def test_the_five_steps_open_one_after_the_other(here: Town) -> None:
    page = seal(opened(here, here.analyst))
    assert headings(page)[-1] == "3  Why it was found"
    assert "7 in 10" not in words(page)
    press(page, "Show why it was found")
    assert headings(page)[-1] == "4  Decide"
    said = words(page)
    assert "about 7 in 10 (5 to 8)" in said
    assert "They share three contacts" in said
    assert "Both phones call a taxi company" in said
    assert "With one shared contact less" in said
    assert "It knows phones alone" in said
    assert "5 (3 to 7)" in said
    assert "400" in said
    verdict = field(page, "Verdict")
    assert verdict.value is None
    assert len(verdict.options) == 5
    verdict.set_value("supported")
    field(page, "Reason, in a").set_value("The calls agree with the thefts in time.")
    press(page, "Decide")
    assert headings(page)[-1] == "5  Act"
    assert review.progress(here.desk, FINDING, account="analyst-1").decided
    assert "Receipt" in words(page)
    assert not page.exception


def test_what_was_sealed_can_be_read_but_not_changed(here: Town) -> None:
    page = seal(opened(here, here.analyst))
    assert "it can be read, not changed" in words(page)
    assert "Both phones met twice at night" in words(page)
    assert not [b for b in page.button if b.label == "Seal my view"]


def test_a_decision_without_a_verdict_is_not_sent(here: Town) -> None:
    page = press(seal(opened(here, here.analyst)), "Show why it was found")
    field(page, "Reason, in a").set_value("The calls agree with the thefts in time.")
    press(page, "Decide")
    assert "Choose a verdict first" in page.error[0].value
    drawn = list(page.main)
    assert drawn.index(page.error[0]) < drawn.index(
        next(b for b in page.button if b.label == "Decide")
    )
    assert field(page, "Reason, in a").value == "The calls agree with the thefts in time."
    assert not review.progress(here.desk, FINDING, account="analyst-1").decided


def decide(
    here: Town,
    name: str,
    verdict: str = "supported",
    finding_id: str = FINDING,
    reason: str = "It agrees with the records",
) -> None:
    review.read(here.desk, finding_id, account=name)
    review.judge(
        here.desk,
        finding_id,
        account=name,
        verdict=verdict,
        confidence=60,
        reason="Seen in the records",
    )
    review.unveil(here.desk, finding_id, account=name)
    review.decide(
        here.desk,
        finding_id,
        account=name,
        verdict=verdict,
        reason=reason,
        key=f"key-{name}",
    )


def nearest_shown(page: AppTest) -> list[str]:
    """Findings in the table of the nearest that one decided."""
    found = [t.value for t in page.table if "Alike" in t.value]
    return [plain(cell) for cell in found[0]["Finding"]] if found else []


def test_the_nearest_that_one_decided_open_on_request_and_each_is_logged(here: Town) -> None:
    finding(here, "F-BBBBBBBBBB")
    decide(here, "analyst-1", verdict="not_supported", finding_id="F-BBBBBBBBBB")
    page = press(seal(opened(here, here.analyst)), "Show why it was found")
    assert nearest_shown(page) == []
    before = n_openings(here, "consultation")
    press(page, "Show the nearest I decided")
    assert nearest_shown(page) == ["F-BBBBBBBBBB"]
    assert "says nothing of F-AAAAAAAAAA" in words(page)
    (table,) = [t.value for t in page.table if "Alike" in t.value]
    # both are about Ada and Ben and the same records
    assert [plain(cell) for cell in table["Alike"]] == ["the same records, in case C-0001"]
    assert n_openings(here, "consultation") == before + 1


def test_with_nothing_decided_yet_the_nearest_are_an_empty_state(here: Town) -> None:
    page = press(seal(opened(here, here.analyst)), "Show why it was found")
    press(page, "Show the nearest I decided")
    assert nearest_shown(page) == []
    assert "You have decided no other finding of this model yet." in words(page)


def test_one_reader_clears_the_assessed_link_alone(here: Town) -> None:
    decide(here, "analyst-1")
    page = opened(here, here.analyst)
    buttons = {b.key: b for b in page.button if str(b.key).startswith("act_")}
    assert not buttons[f"act_assessed_link_{FINDING}"].disabled
    assert buttons[f"act_lead_{FINDING}"].disabled
    assert buttons[f"act_dossier_{FINDING}"].disabled
    buttons[f"act_assessed_link_{FINDING}"].click()
    page.run()
    taken = act.cleared(here.desk, FINDING, account="analyst-1")[0].taken
    assert len(taken) == 1
    assert "Done" in words(page)


def test_a_second_reader_sees_no_verdict_before_deciding(here: Town) -> None:
    decide(here, "analyst-1", "not_supported")
    page = opened(here, here.second, **{"from": "second"})
    said = words(page)
    assert headings(page) == ["1  Claim and records", "2  Your view"]
    assert "decided" not in said
    assert here.analyst.id not in said
    decide(here, "analyst-2")
    page = opened(here, here.second)
    said = words(page)
    assert here.analyst.id in said
    assert "contested" in said


def test_after_ones_own_decision_the_other_readers_reason_is_there_and_that_is_logged(
    here: Town,
) -> None:
    decide(here, "analyst-1", reason="The calls fit the thefts in time.")
    page = seal(opened(here, here.second))
    press(page, "Show why it was found")
    assert "The calls fit the thefts in time." not in words(page)
    before = n_openings(here, "consultation")
    field(page, "Verdict").set_value("supported")
    field(page, "Reason, in a").set_value("Two of the calls end in the same cell.")
    press(page, "Decide")
    assert "The calls fit the thefts in time." in words(page)
    assert n_openings(here, "consultation") == before + 1
    page.run()
    assert n_openings(here, "consultation") == before + 1


def test_who_contests_a_finding_reads_that_only_they_can_change_it(here: Town) -> None:
    decide(here, "analyst-1")
    decide(here, "analyst-2", verdict="not_supported")
    said = words(opened(here, here.second))
    assert "you found it not supported. Only you can change that" in said
    assert "That can come from" not in said
    said = words(opened(here, here.analyst))
    assert f"Contested: {here.second.id} found it not supported; that person would have" in said


@pytest.mark.parametrize("verdict", ["not_relevant", "already_known", "cannot_tell"])
def test_a_verdict_that_neither_clears_nor_blocks_says_so(here: Town, verdict: str) -> None:
    decide(here, "analyst-1", verdict=verdict)
    said = words(opened(here, here.analyst))
    assert (
        f"You found it {verdict.replace('_', ' ')}: that clears no action and blocks none." in said
    )


def test_what_is_half_written_is_there_after_turning_to_another_finding(here: Town) -> None:
    finding(here, "F-BBBBBBBBBB")
    page = opened(here, here.analyst)
    field(page, VIEW).set_value("cannot tell")
    field(page, "Why, in a line").set_value("Both phones met")
    press(page, "Next")
    assert field(page, "Why, in a line").value == ""
    press(page, "Previous")
    assert field(page, VIEW).value == "cannot_tell"
    assert field(page, "Why, in a line").value == "Both phones met"


def test_before_the_view_is_sealed_one_reads_where_else_the_same_candidate_is(here: Town) -> None:
    assert not opened(here, here.analyst).info
    finding(here, "F-BBBBBBBBBB")
    page = opened(here, here.analyst, "F-BBBBBBBBBB")
    said = plain(page.info[0].value)
    assert f"also before people as {FINDING} in C-0001." in said
    assert "not blind" not in said
    press(page, f"Open {FINDING} in C-0001")
    assert page.query_params["finding"] == FINDING
    page = opened(here, here.analyst, "F-BBBBBBBBBB")
    review.judge(
        here.desk, "F-BBBBBBBBBB", account="analyst-1", verdict="supported", confidence=60,
        reason="They met twice at night",
    )  # fmt: skip
    page = opened(here, here.analyst)
    assert "You sealed a view of it there, so this one is not blind" in plain(page.info[0].value)


def test_a_list_has_the_words_of_a_claim_only_once_it_was_opened(here: Town) -> None:
    page = builders_pages.opened(here, here.analyst, "finding")
    said = words(page)
    assert "1 verified fact tied to an offence" in said
    assert "Ada" not in said
    page.query_params["finding"] = FINDING
    page.run()
    del page.query_params["finding"]
    page.run()
    assert "Ada Stone and Ben Reed may be connected" in words(page)


def test_a_fragile_explanation_says_that_no_single_reason_stands_out(here: Town) -> None:
    finding(here, "F-BBBBBBBBBB", stands_out=False)
    page = seal(opened(here, here.analyst, "F-BBBBBBBBBB"))
    press(page, "Show why it was found")
    assert "No single reason stands out" in page.info[1].value
    assert not [c for c in page.get("vega_lite_chart") if "Effects in" in c.proto.alt]


def test_where_nothing_stated_speaks_against_the_page_points_to_the_ordinary_story(
    here: Town,
) -> None:
    finding(here, "F-BBBBBBBBBB", against=())
    said = words(press(seal(opened(here, here.analyst, "F-BBBBBBBBBB")), "Show why it was found"))
    assert "Nothing of weight that outlasts refits lowered the score. What else speaks" in said
    assert "is in the ordinary story below" in said


def test_which_way_a_feature_moved_the_score_is_said_of_its_effect(here: Town) -> None:
    page = press(seal(opened(here, here.analyst)), "Show why it was found")
    (table,) = [t.value for t in page.table if "Stays on top in" in t.value]
    said = [plain(effect) for effect in table["Effect"]]
    assert said == ["+1.25, raises the score here", "\u22120.50, lowers the score here"]


def test_a_withheld_explanation_is_said_with_its_reason_and_nothing_stands_for_it(
    here: Town,
) -> None:
    """T12"""
    why = "The explanation is withheld: it misses the model's output by 0.4 log-odds."
    finding(here, "F-BBBBBBBBBB", withheld=why)
    page = seal(opened(here, here.analyst, "F-BBBBBBBBBB"))
    press(page, "Show why it was found")
    said = words(page)
    assert plain(page.warning[0].value) == f"{why} Decide on the records."
    assert said.count("withheld") == 1
    assert not [c for c in page.get("vega_lite_chart") if "Effects in" in c.proto.alt]
    assert not page.exception


def test_a_model_that_cannot_tell_says_so_instead_of_a_view(here: Town) -> None:
    """T9"""
    finding(here, "F-BBBBBBBBBB", answers=(True, False))
    page = seal(opened(here, here.analyst, "F-BBBBBBBBBB"))
    press(page, "Show why it was found")
    said = words(page)
    assert "It put this forward, as it does from about" in said
    assert ", but cannot tell." in said
    assert "Neither answer can be ruled out" in said


def test_a_probability_stands_beside_how_it_was_found_to_hold(here: Town) -> None:
    """T9: what was said and what was seen, in the words of the label; flagged where it is off."""
    page = press(seal(opened(here, here.analyst)), "Show why it was found")
    said = plain(words(page))
    assert "**about 7 in 10 (5 to 8)** claims like this come to be confirmed" in said
    assert "Confirmed: records come to tie the two within 120 days." in said
    assert "of the 240 checked claims whose probability was nearest" in said
    assert not page.warning
    off = Calibration(said=0.6, seen=0.3, interval=(0.2, 0.4), n=240, days=120)
    finding(here, "F-CCCCCCCCCC", calibration=off)
    page = press(seal(opened(here, here.analyst, "F-CCCCCCCCCC")), "Show why it was found")
    assert "It says too much here" in plain(page.warning[0].value)


def test_no_probability_is_shown_where_calibration_was_not(here: Town) -> None:
    finding(here, "F-BBBBBBBBBB", calibration=None)
    page = press(seal(opened(here, here.analyst, "F-BBBBBBBBBB")), "Show why it was found")
    said = plain(words(page))
    assert "No probability is shown" in said
    assert "7 in 10 (5 to 8)" not in said


def test_flags_of_the_finding_stand_out_and_what_all_share_is_one_line(here: Town) -> None:
    """T9"""
    drift = ("Calls are distributed otherwise.", "Days are distributed otherwise.")
    flag = "Out of range: calls is 900; training saw 0 to 80."
    finding(here, "F-BBBBBBBBBB", flags=(flag,), drift=drift)
    page = press(seal(opened(here, here.analyst, "F-BBBBBBBBBB")), "Show why it was found")
    assert [plain(w.value) for w in page.warning] == [f"Beyond what it learnt from:\n- {flag}"]
    (line,) = [e.label for e in page.expander if "than in training" in e.label]
    assert line == "2 features of that day's candidates have other values than in training"
    assert all(sentence in plain(words(page)) for sentence in drift)


def test_limits_beyond_the_first_three_are_behind_their_count(here: Town) -> None:
    """T8"""
    finding(here, "F-BBBBBBBBBB", limits=tuple(f"Limit {n} of five" for n in range(1, 6)))
    page = press(seal(opened(here, here.analyst, "F-BBBBBBBBBB")), "Show why it was found")
    (folded,) = [e for e in page.expander if e.label == "2 more limits"]
    assert "Limit 4 of five" in plain(folded.markdown[0].value)
    assert "Limit 3 of five" not in plain(folded.markdown[0].value)
    assert "Limit 3 of five" in plain(words(page))


def test_refits_that_do_not_agree_are_flagged_at_the_models_view(here: Town) -> None:
    finding(here, "F-BBBBBBBBBB", interval=(0.00005, 0.9997))
    page = press(seal(opened(here, here.analyst, "F-BBBBBBBBBB")), "Show why it was found")
    assert "Its own refits do not agree" in plain(page.warning[0].value)


def test_a_record_that_topples_it_is_told_in_words_with_its_grade(here: Town) -> None:
    graph = here.desk.datasets.graph(TOWN)
    row = graph.links.loc[graph.link_rows("involved_in")[0]]
    fact = str(graph.records.at[row["record"], "id"])
    case = CounterCase(
        story="Both call the number of a sports club.",
        fits=("Nine contacts are known of it.",),
        misfits=(),
        untold=(),
        keystones=(Keystone(record_id=fact, probability=0.2, topples=True),),
        n_tried=6,
        n_beneath=6,
        enquiry="Ask the operator who used the number.",
    )
    finding(here, "F-BBBBBBBBBB", counter_case=case)
    page = press(seal(opened(here, here.analyst, "F-BBBBBBBBBB")), "Show why it was found")
    said = plain(words(page))
    assert f"(A1 · H0, record {fact}). Without it the model would not put this" in said
    assert "[To the records in step 1](#step-1)" in words(page)


def test_records_that_were_not_kept_are_counted_beside_those_that_were(here: Town) -> None:
    whole = builders.claim("F-1")
    entities = tuple(replace(e, record_id=f"R-{e.id}") for e in whole.subgraph.entities)
    cut = replace(whole, subgraph=replace(whole.subgraph, entities=entities))
    assert evidence.counted(whole) == "1 record"
    assert evidence.counted(cut) == "1 of 4 records or more"


def test_a_coverage_that_falls_short_is_flagged(here: Town) -> None:
    short = Kept(answer=True, share=0.87, interval=(0.8, 0.93), n=80)
    finding(here, "F-BBBBBBBBBB", kept=(short,))
    page = press(seal(opened(here, here.analyst, "F-BBBBBBBBBB")), "Show why it was found")
    assert "rules out more than it promises" in plain(page.warning[0].value)


def test_the_counter_case_stands_beside_the_reasons(here: Town) -> None:
    page = press(seal(opened(here, here.analyst)), "Show why it was found")
    said = plain(words(page))
    assert "Both call the number of a sports club." in said
    assert "Nine contacts are known of it." in said
    assert "They call it mostly at night." in said
    assert "record R-7). Without it the model would not put this forward: about 2 in 10." in said
    assert "4 of 6 records were left out one at a time; the others carry no tie." in said
    assert "An ordinary story that fits the same records" in said
    assert "Whether they know each other from it." in said
    assert "Ask the operator who used the number." in said


def test_that_no_ordinary_story_fits_well_is_said_and_which_is_nearest(here: Town) -> None:
    case = CounterCase(
        story="Both call the number of a sports club.",
        fits=("Nine contacts are known of it.",),
        misfits=("They call it mostly at night.", "It was used in an offence."),
        untold=(),
        keystones=(Keystone(record_id="R-7", probability=None, topples=True),),
        n_tried=6,
        n_beneath=6,
        enquiry="Ask the operator who used the number.",
    )
    finding(here, "F-BBBBBBBBBB", counter_case=case)
    page = press(seal(opened(here, here.analyst, "F-BBBBBBBBBB")), "Show why it was found")
    said = plain(words(page))
    assert "No ordinary story fits these records well; the nearest is" in said
    assert "would not ask about this at all: too little would be left, or others would" in said
    assert "What the records cannot tell" not in said


def test_columns_of_the_model_are_called_by_their_short_names(here: Town) -> None:
    page = press(seal(opened(here, here.analyst)), "Show why it was found")
    assert "shared_contacts" not in words(page)
    (bars,) = [c for c in page.get("vega_lite_chart") if "Effects in" in c.proto.alt]
    assert "Shared contacts +1.25" in bars.proto.alt


def test_an_outsider_reads_the_sentence_and_nothing_of_the_finding(here: Town) -> None:
    page = opened(here, here.outsider)
    assert "C-0001" in plain(page.error[0].value)
    assert "Ada" not in words(page)


def test_an_unknown_finding_is_a_sentence_not_a_crash(here: Town) -> None:
    page = opened(here, here.analyst, "F-NOSUCHNOSU")
    assert "There is no finding F-NOSUCHNOSU" in plain(page.error[0].value)
    assert not page.exception


def test_next_leads_to_the_next_finding_of_the_case_by_id(here: Town) -> None:
    finding(here, "F-BBBBBBBBBB")
    page = opened(here, here.analyst)
    assert next(b for b in page.button if b.label == "Previous").disabled
    press(page, "Next")
    assert page.query_params["finding"] == "F-BBBBBBBBBB"
    assert "F-BBBBBBBBBB" in plain(page.title[0].value)


def test_next_and_previous_pass_over_what_one_has_decided(here: Town) -> None:
    finding(here, "F-BBBBBBBBBB")
    finding(here, "F-CCCCCCCCCC")
    decide(here, "analyst-1", finding_id="F-BBBBBBBBBB")
    page = opened(here, here.analyst)
    assert "1 of 2 in this queue" in words(page)
    press(page, "Next")
    assert page.query_params["finding"] == "F-CCCCCCCCCC"
    page = opened(here, here.analyst, "F-BBBBBBBBBB")
    assert "2 of 3 in this queue" in words(page)  # where one is stays in the row


def test_an_auditor_states_a_purpose_and_sees_the_score_once_somebody_decided(here: Town) -> None:
    auditor = person(here.desk, "auditor", Role.AUDITOR)
    page = opened(here, auditor)
    assert "Ada" not in words(page)
    field(page, "For what purpose").set_value("Yearly audit of decisions 2026")
    press(page, "Open it")
    said = words(page)
    assert "Ada Stone and Ben Reed may be connected" in said
    assert "7 in 10" not in said
    assert "undecided" in said
    decide(here, "analyst-1", reason="The calls fit the thefts in time.")
    said = words(page.run())
    assert "about 7 in 10 (5 to 8)" in said
    assert f"Account {here.analyst.id} decided: **supported**" in said
    assert "The calls fit the thefts in time." in said
    assert "Show the nearest that were decided" in said
    assert "contested" not in said.casefold()
    decide(here, "analyst-2", verdict="not_supported")
    assert "This finding is contested" in words(page.run())
