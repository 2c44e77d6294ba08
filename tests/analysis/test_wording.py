"""Numbers in an analyst's words."""

import numpy as np
import pytest

from workbench.analysis.wording import SAME_DAY, Peers, Words, listed, measured, shown

CALLS = Words("calls", "calls", "calls", "How many calls the two had.")


def test_a_value_is_compared_with_peers_in_words() -> None:
    peers = Peers.of(np.column_stack([np.arange(101.0), np.full(101, 2.0)]))
    whom = "candidates that it learnt from"
    assert peers.compared(0, 97.0, CALLS) == f"higher than in 97 of 100 {whom}"
    assert peers.compared(0, 3.0, CALLS) == f"lower than in 97 of 100 {whom}"
    assert peers.compared(0, 1e9, CALLS) == f"higher than in 99 of 100 {whom}"
    assert peers.compared(1, 2.0, CALLS) == f"as in most {whom} (2 calls)"
    many = f"as in many {whom} (half lie between 25 and 75 calls)"
    assert peers.compared(0, 50.0, CALLS) == many


def test_whom_a_value_is_compared_with_is_said() -> None:
    today = Peers.of(np.arange(101.0)[:, None], whom=SAME_DAY)
    said = today.compared(0, 97.0, CALLS)
    assert said == "higher than in 97 of 100 candidates of the same day"
    nobody = Peers.of(np.empty((0, 1)), whom=SAME_DAY)
    said = nobody.compared(0, 1.0, CALLS)
    assert said == "no value for any of the candidates of the same day"


def test_peers_are_told_in_the_unit_of_the_feature() -> None:
    share = Words("x", "x", "share", "X.")
    peers = Peers.of(np.linspace(0, 1, 101)[:, None], whom=SAME_DAY)
    said = "as in many candidates of the same day (half lie between 25 % and 75 %)"
    assert peers.compared(0, 0.5, share) == said
    same = Peers.of(np.full((9, 1), 0.5), whom=SAME_DAY)
    assert same.compared(0, 0.5, share) == "as in most candidates of the same day (50 %)"


@pytest.mark.parametrize(
    ("unit", "to", "now", "said"),
    [
        ("calls", 2.0, 10.0, "the two had only 2 calls (now 10)"),
        ("calls", 10.0, 2.0, "the two had 10 calls (now 2)"),
        ("calls", 1.0, 2.0, "the two had only 1 call (now 2)"),
        ("calls", 0.0, 2.0, "the two had no calls (now 2)"),
        ("share", 0.2, 0.67, "the two had only 20 % (now 67 %)"),
        ("share", 0.0, 0.5, "the two had 0 % (now 50 %)"),
        ("EUR", 900.0, 1200.0, "the two had only 900 EUR (now 1,200 EUR)"),
        ("yes or no", 0.0, 1.0, "the two had did not"),
    ],
)
def test_what_is_supposed_otherwise_is_said_beside_what_it_is(
    unit: str, to: float, now: float, said: str
) -> None:
    assert Words("x", "x", unit, "X.", "the two had {}").otherwise(to, now) == said


def test_a_sentence_is_the_features_own_words_with_value_and_unit() -> None:
    said = CALLS.sentence(7.0, "higher than in 97 of 100 others")
    assert said == "How many calls the two had: 7 calls, higher than in 97 of 100 others."
    assert CALLS.sentence(float("nan"), "") == "How many calls the two had: no value."


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (7.0, "7"),
        (-2e-16, "0"),
        (29.000000000000004, "29"),
        (0.123, "0.12"),
        (-1.55, "-1.6"),
        (12345.6, "12,346"),
    ],
)
def test_numbers_are_shown_short(value: float, text: str) -> None:
    assert shown(value) == text


def test_one_of_a_thing_is_said_in_the_singular() -> None:
    assert CALLS.value(1.0) == "1 call"
    assert CALLS.value(2.0) == "2 calls"
    assert Words("x", "x", "calls or transfers", "X.").value(1.0) == "1 call or transfer"
    assert Words("x", "x", "times", "X.").value(1.0) == "1 times"


def test_a_share_is_said_in_per_cent() -> None:
    assert Words("x", "x", "share", "X.").value(0.125) == "12 %"


def test_a_place_among_peers_counts_equal_ones_half() -> None:
    peers = Peers.of(np.arange(101.0).reshape(-1, 1))
    assert peers.position(0, -1.0) == 0.0
    assert peers.position(0, 50.0) == 0.5  # 50 below, 1 equal: (50 + 51) / 202
    assert peers.position(0, 200.0) == 1.0


def test_names_are_listed() -> None:
    assert [listed(["a"]), listed(["a", "b"]), listed(["a", "b", "c"])] == [
        "a",
        "a and b",
        "a, b and c",
    ]


def test_a_unit_agrees_in_number_with_its_value() -> None:
    assert measured(1.0, "numbers or accounts") == "1 number or account"
    assert measured(2.0, "calls or transfers") == "2 calls or transfers"
    assert measured(1.0, "times") == "1 times"


def test_a_score_is_said_by_its_place_among_peers_alone() -> None:
    rarity = Words("r", "rarity", "points", "Shared contacts, the rarer the more.")
    peers = Peers.of(np.linspace(0, 1, 101)[:, None], whom=SAME_DAY)
    high, middle = peers.compared(0, 0.97, rarity), peers.compared(0, 0.5, rarity)
    assert middle == "as in many candidates of the same day"
    assert rarity.sentence(0.97, high) == (
        "Shared contacts, the rarer the more: higher than in 97 of 100 candidates of the same day."
    )
    assert rarity.briefly(0.97, high) == f"rarity: {high}"
    assert CALLS.briefly(7.0, "more than usual") == "calls: 7 calls (more than usual)"
    assert CALLS.briefly(7.0, "") == "calls: 7 calls"
