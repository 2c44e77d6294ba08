"""Numbers in an analyst's words."""

import numpy as np
import pytest

from workbench.analysis.wording import Peers, Words, listed, shown

CALLS = Words("calls", "calls", "calls", "How many calls the two had.")


def test_a_value_is_compared_with_peers_in_words() -> None:
    peers = Peers.of(np.column_stack([np.arange(101.0), np.full(101, 2.0)]))
    assert peers.compared(0, 97.0) == "higher than in 97 of 100 other candidates"
    assert peers.compared(0, 3.0) == "lower than in 97 of 100 other candidates"
    assert peers.compared(0, 1e9) == "higher than in 99 of 100 other candidates"
    assert peers.compared(1, 2.0) == "as in most other candidates (2)"
    assert peers.compared(0, 50.0) == "as in many other candidates (half lie between 25 and 75)"


def test_a_sentence_is_the_features_own_words_with_value_and_unit() -> None:
    said = CALLS.sentence(7.0, "higher than in 97 of 100 other candidates")
    assert said == (
        "How many calls the two had: 7 calls, higher than in 97 of 100 other candidates."
    )
    assert CALLS.sentence(float("nan"), "") == "How many calls the two had: no value."


@pytest.mark.parametrize(
    ("value", "text"), [(7.0, "7"), (0.123, "0.12"), (-1.55, "-1.6"), (12345.6, "12,346")]
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
