from datetime import UTC, datetime, timedelta

import pytest

from workbench.ui import words

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
JOINER = "\u2060"


@pytest.mark.parametrize(
    ("value", "low", "high", "said"),
    [
        (0.7, 0.52, 0.81, "about 7 in 10 (5 to 8)"),
        (0.1, 0.02, 0.22, "about 1 in 10 (0 to 2)"),
        (0.034, 0.012, 0.061, "about 3 in 100 (1 to 6)"),
        (0.97, 0.91, 0.99, "about 97 in 100 (91 to 99)"),
        (0.002, 0.001, 0.004, "about 2 in 1000 (1 to 4)"),
        (0.998, 0.99, 1.0, "about 998 in 1000 (990 to 1000)"),
        (0.0, 0.0, 0.0004, "fewer than 1 in 1000 (0 to 1)"),
    ],
)
def test_a_probability_is_said_in_whole_numbers_of_a_round_one(
    value: float, low: float, high: float, said: str
) -> None:
    assert words.probability(value, (low, high)) == said


def test_numbers_have_two_significant_digits_and_an_interval() -> None:
    assert words.number(0.83456) == "0.83"
    assert words.number(0.8, (0.789, 0.8649)) == "0.8 (0.79 to 0.86)"
    assert words.number(0.00123) == "0.0012"
    assert words.number(0) == "0"
    assert words.number(12345.6) == "12,346"
    assert words.number(None) == "–"


def test_a_minus_is_written_as_charts_write_it() -> None:
    assert words.number(-0.2) == "\u22120.2"
    assert words.number(-1234.5) == "\u22121,234"
    assert words.number(-0.00001) == "\u22121e-05"
    assert words.signed(-0.204) == "\u22120.20"
    assert words.signed(1.25) == "+1.25"


@pytest.mark.parametrize(
    ("before", "said"),
    [
        (timedelta(seconds=20), "just now"),
        (timedelta(seconds=50), "1 minute ago"),
        (timedelta(minutes=59), "59 minutes ago"),
        (timedelta(minutes=59, seconds=50), "1 hour ago"),
        (timedelta(hours=23), "23 hours ago"),
        (timedelta(hours=23, minutes=45), "1 day ago"),
        (timedelta(days=12), "12 days ago"),
        (timedelta(days=40), "21 January 2026"),
        (-timedelta(days=2), "in 2 days"),
    ],
)
def test_times_are_said_relative_until_a_month_has_passed(before: timedelta, said: str) -> None:
    assert words.ago(NOW - before, now=NOW) == said


def test_utc_is_said_to_the_second_whatever_the_zone() -> None:
    berlin = NOW.astimezone(tz=None)
    assert words.utc(berlin) == "2026-03-02 09:00:00 UTC"


def test_short_ids_stay_whole_and_digests_are_cut() -> None:
    assert words.short("F-AAAAAAAAAA") == "F-AAAAAAAAAA"
    assert words.short("0123456789abcdef") == "0123456789…"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("*bold* _it_", r"\*bold\* \_it\_"),
        ("[a](http://x)", rf"\[a\]\(http\:{JOINER}//x\)"),
        ("<b>&amp;", r"\<b\>\&amp;"),
        (":red[x]", r"\:red\[x\]"),
        (":material/home:", rf"\:{JOINER}material/home\:"),
        ("$x$ `y`", r"\$x\$ \`y\`"),
        ("# one\n\n- two", r"\# one \- two"),
        ("a@b.eu", rf"a{JOINER}\@b\.eu"),
        ("www.x.eu", rf"www{JOINER}\.x\.eu"),
    ],
)
def test_text_is_shown_as_it_stands(text: str, shown: str) -> None:
    assert words.inert(text) == shown


def test_what_was_left_out_as_prompted_is_said_per_slice_t15() -> None:
    said = words.prompted_sentence({"train": 1200, "calibrate": 0, "test": 3})
    assert said.startswith("Left out: 1,200 of the training slice, 3 of the test slice.")
    assert words.prompted_sentence({"train": 0, "calibrate": 0, "test": 0}) == ""
