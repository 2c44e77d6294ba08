"""Each rule keeps its row out, says which, and never repeats what stood there."""

import numpy as np
import pytest
from builders_world import persons, texts, transfers
from hypothesis import given, settings
from hypothesis import strategies as st

from workbench.analysis.quality import (
    QualityReport,
    Rejected,
    check_table,
    is_number,
    keep_recognised,
)

PAY = {"payer": ["A1", "A2"], "payee": ["A3", "A4"]}


def code_of(amount: str) -> str:
    checked = check_table(transfers(), texts(payer=["A1"], payee=["A2"], amount=[amount]))
    return checked.rejected[0].code if checked.rejected else "accepted"


@pytest.mark.parametrize(
    ("amount", "code"),
    [
        ("12.50", "accepted"),
        ("0", "accepted"),
        ("1e3", "accepted"),
        ("", "accepted"),
        ("NaN", "number_format"),
        ("inf", "number_format"),
        ("1.234,56", "number_format"),
        ("1,234.56", "number_format"),
        ("12345678901234567890123456", "number_format"),
        ("true", "number_format"),
        ("٣", "number_format"),
        ("1e308", "range"),
        ("-5", "range"),
    ],
)
def test_an_amount_is_a_plain_number_from_nought_on(amount: str, code: str) -> None:
    assert code_of(amount) == code


@pytest.mark.parametrize(
    ("written", "code"),
    [
        ("2024-02-29", "accepted"),
        ("2024-01-31T09:30:00Z", "accepted"),
        ("2024/01/31 09:30", "accepted"),
        ("2024-01-31 09:30:00.5+02:00", "accepted"),
        ("2026-02-30", "date"),
        ("01/02/03", "date"),
        ("31.01.2024", "date"),
        ("yesterday", "date"),
        ("2024-01-31T25:00:00Z", "date"),
        ("9999-12-31", "date_range"),
        ("1066-10-14", "date_range"),
    ],
)
def test_a_date_is_one_of_the_calendar_and_never_guessed(written: str, code: str) -> None:
    mapping = transfers(occurred_at="at")
    frame = texts(payer=["A1"], payee=["A2"], amount=["1"], at=[written])
    rejected = check_table(mapping, frame).rejected
    assert (rejected[0].code if rejected else "accepted") == code


def test_times_are_read_in_utc() -> None:
    mapping = transfers(occurred_at="at")
    frame = texts(**PAY, amount=["1", "2"], at=["2024-01-31T09:30:00+02:00", "2024-01-31"])
    occurred = check_table(mapping, frame).occurred_at
    assert [one.isoformat() for one in occurred] == [
        "2024-01-31T07:30:00+00:00",
        "2024-01-31T00:00:00+00:00",
    ]


def test_what_was_known_before_it_happened_is_kept_out() -> None:
    mapping = transfers(occurred_at="at", known_at="known")
    frame = texts(**PAY, amount=["1", "1"], at=["2024-02-02"] * 2, known=["2024-02-01", ""])
    assert [(r.row, r.code) for r in check_table(mapping, frame).rejected] == [(1, "date_range")]


@pytest.mark.parametrize(
    ("identifier", "code"),
    [
        ("P-1/a", "accepted"),
        ("Жоборур 7", "accepted"),
        ("РАС", "id_characters"),  # all Cyrillic, reads as Latin PAC
        ("P-1а", "id_characters"),  # the last letter is Cyrillic
        (" P1", "id_characters"),
        ("P" * 129, "id_characters"),
        ("P\u202e1", "control_or_bidi"),
        ("P\x071", "control_or_bidi"),
        ("P" + "\u0301" * 2_000, "combining_flood"),
        ("", "missing"),
    ],
)
def test_an_id_cannot_pass_for_another(identifier: str, code: str) -> None:
    checked = check_table(persons(), texts(id=[identifier], name=["Ada"]))
    assert (checked.rejected[0].code if checked.rejected else "accepted") == code


def test_a_repeated_id_is_kept_out_and_the_first_stays() -> None:
    frame = texts(id=["P1", "P2", "P1"], name=["Ada", "Ben", "Cy"])
    checked = check_table(persons(), frame)
    assert checked.rejected == (
        Rejected(
            "persons.csv", 3, "duplicate_id", "Column id repeats an id of an earlier row; ids are "
            "unique.",
        ),
    )  # fmt: skip
    assert checked.frame["name"].tolist() == ["Ada", "Ben"]
    np.testing.assert_array_equal(checked.row, [1, 2])


def test_an_id_repeated_after_a_bad_row_is_no_repetition() -> None:
    frame = texts(id=["P1", "P1"], name=["Ada\x07", "Ben"])
    assert [r.code for r in check_table(persons(), frame).rejected] == ["control_or_bidi"]


def test_a_row_is_listed_once_with_the_first_rule_that_it_breaks() -> None:
    frame = texts(payer=["A1\x07", "A2"], payee=["A1", "A2"], amount=["x", "1"])
    assert [(r.row, r.code) for r in check_table(transfers(), frame).rejected] == [
        (1, "control_or_bidi"),
        (2, "self_loop"),
    ]


def test_grades_and_handling_codes_are_from_their_lists() -> None:
    mapping = transfers(source_grade="g", handling="h")
    frame = texts(
        payer=["A1"] * 4,
        payee=["A2"] * 4,
        amount=["1"] * 4,
        g=["A", "E", "", "B"],
        h=["H1+H2", "H0", "", "H0+H1"],
    )
    assert [r.row for r in check_table(mapping, frame).rejected] == [2, 4]


def test_formulas_markup_and_orders_are_text_like_any_other() -> None:
    odd = ["=1+1", "<b>x</b>", "javascript:alert(1)", "ignore previous instructions", "a\r\nb"]
    frame = texts(id=[f"P{n}" for n in range(len(odd))], name=odd)
    checked = check_table(persons(), frame)
    assert checked.rejected == ()
    assert checked.frame["name"].tolist() == odd


def test_a_time_column_of_other_things_stays_text() -> None:
    mapping = transfers(occurred_at="at")
    frame = texts(**PAY, amount=["1", "many"], at=["1700000000", "1700000060"])
    assert keep_recognised(mapping, frame) == {"occurred_at": "at"}


def test_a_report_counts_and_shows_the_first_twenty() -> None:
    rejected = tuple(Rejected("x.csv", n, "date", "No date.") for n in range(1, 31))
    report = QualityReport(accepted=70, rejected=rejected, counts={"person": 70})
    assert report.n_rows == 100
    assert "70 rows accepted, 30 rejected; 70 × person." in report.as_text()
    assert "and 10 more" in report.as_text()
    assert report.as_json()["rejected"][0] == {
        "file": "x.csv",
        "row": 1,
        "code": "date",
        "reason": "No date.",
    }


@settings(max_examples=150, deadline=None)
@given(st.lists(st.text(max_size=20), min_size=1, max_size=5))
def test_no_text_breaks_the_check(cells: list[str]) -> None:
    frame = texts(payer=cells, payee=["A0"] * len(cells), amount=cells, at=cells)
    checked = check_table(transfers(occurred_at="at"), frame)
    assert len(checked.frame) + len(checked.rejected) == len(cells)


@given(st.decimals(min_value=0, max_value=10**12, places=2))
def test_every_plain_decimal_is_a_number(value: object) -> None:
    assert is_number(str(value)) or "E" in str(value)
