"""How sure the model is, in sentences that are true."""

from dataclasses import replace

import builders
import pytest

from workbench.domain.checked import Calibration, Kept
from workbench.ui import assurance

MADE = builders.assessment("F-1")
OFF = Calibration(said=0.02, seen=0.033, interval=(0.025, 0.045), n=1200, days=122)
SHORT = Kept(answer=True, share=0.87, interval=(0.8, 0.93), n=80)


def test_a_probability_is_set_beside_what_was_seen_next_to_it() -> None:
    said = assurance.calibration_sentence(replace(OFF, said=0.03))
    assert "of the 1,200 checked claims whose probability was nearest, about 3 in 100" in said
    assert "(2 to 4) were confirmed; the model had said about 3 in 100 would be." in said
    assert "too" not in said


@pytest.mark.parametrize(("said", "way"), [(0.02, "too little"), (0.06, "too much")])
def test_where_it_is_off_it_says_which_way(said: float, way: str) -> None:
    assert f"It says {way} here" in assurance.calibration_sentence(replace(OFF, said=said))


@pytest.mark.parametrize(
    ("interval", "apart"),
    [((0.05, 0.95), True), ((0.05, 0.85), False), ((0.15, 0.95), False), (None, False)],
)
def test_refits_that_reach_from_almost_never_to_almost_always_are_said(
    interval: tuple[float, float] | None, apart: bool
) -> None:
    said = assurance.refits_sentence(interval)
    assert ("do not agree: they go from almost never to almost always" in said) is apart


def test_what_was_put_forward_is_said_with_the_limit_and_whether_it_can_tell() -> None:
    made = replace(MADE, probability=0.4, interval=(0.2, 0.6), threshold=0.3, proposed=True)
    said = assurance.view_sentence(replace(made, answers=(True,)))
    assert said == "It put this forward, as it does from about 3 in 10 on."
    unsure = assurance.view_sentence(replace(made, answers=(True, False)))
    assert unsure.endswith("from about 3 in 10 on, but cannot tell.")
    drawn = replace(made, threshold=0.5, proposed=False)
    assert "did not put this forward" in assurance.view_sentence(drawn)
    assert "came with the random share" in assurance.view_sentence(drawn)


def test_a_single_answer_is_never_read_as_being_sure() -> None:
    said = assurance.answers_sentence(replace(MADE, answers=(True,)))
    assert "above nearly all claims that were never confirmed" in said
    assert "does not make it likely" in said
    assert "95 in 100 (94 to 96) of claims that they never confirmed" in said
    other = assurance.answers_sentence(replace(MADE, answers=(False,)))
    assert "below nearly all claims that were confirmed" in other
    assert "94 in 100 (88 to 98) of claims that records came to confirm" in other


def test_what_was_found_stands_where_only_the_promise_stood() -> None:
    said = assurance.answers_sentence(replace(MADE, answers=(True, False)))
    assert "Neither answer can be ruled out" in said
    assert "94 in 100 (88 to 98)" in said
    assert "95 in 100 were promised" in said
    unchecked = assurance.answers_sentence(replace(MADE, answers=(True, False), kept=()))
    assert "not checked" in unchecked
    assert "hardly any" in assurance.answers_sentence(replace(MADE, answers=()))


def test_a_coverage_that_falls_short_is_said() -> None:
    assert assurance.short_of_promise(MADE) == []
    (said,) = assurance.short_of_promise(replace(MADE, kept=(SHORT,)))
    assert "87 in 100 kept their answer, and 95 should have" in said


def test_drift_is_one_line() -> None:
    assert assurance.drift_sentence(1).startswith("One feature of that day's candidates has other")
    assert assurance.drift_sentence(3).startswith("3 features of that day's candidates have other")
