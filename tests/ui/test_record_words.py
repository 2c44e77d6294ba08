"""Records as sentences."""

from datetime import UTC, datetime

import pytest

from workbench.domain.record import HandlingCode, InformationGrade, Record, SourceGrade
from workbench.ui.record_words import sentence

LABELS = {
    "P-01312": "Ada Stone",
    "E-001688": "robbery, 2026-01-02",
    "A-1": "AVM9917949076",
    "A-2": "AVM6414551792",
    "T-1": "+999118444550",
    "T-2": "+999197028320",
    "P-2": "قاشميري",
}


def record(kind: str, **content: str) -> Record:
    return Record(
        id="R-7",
        kind=kind,
        member_state="AA",
        source="AA police",
        source_grade=SourceGrade.A,
        information_grade=InformationGrade.CERTAIN,
        handling=(HandlingCode.H0,),
        occurred_at=None,
        known_at=datetime(2026, 1, 31, tzinfo=UTC),
        content=content,
    )


def test_a_role_is_said_of_a_person_known_by_name_and_id() -> None:
    said = record("involved_in", person="P-01312", offence="E-001688", role="suspect")
    assert sentence(said, LABELS, {}) == (
        "Ada Stone (P-01312) is recorded as suspect in robbery, 2026-01-02 (E-001688)"
    )


def test_a_payment_is_said_with_its_currency_and_numbers_without_ids() -> None:
    said = record(
        "transferred", id="M-1", payer="A-1", payee="A-2", amount="613.39", currency="EUR",
        rail="card",
    )  # fmt: skip
    assert (
        sentence(said, LABELS, {}) == "AVM9917949076 paid 613.39 EUR to AVM6414551792 · rail card"
    )


@pytest.mark.parametrize(
    ("delivered", "said"),
    [
        ("1100.24", "1,100.24 EUR"),
        ("126451", "126,451 EUR"),
        ("0100", "0100 EUR"),
        ("-5", "-5 EUR"),
    ],
)
def test_an_amount_has_its_thousands_apart_and_is_else_as_delivered(
    delivered: str, said: str
) -> None:
    paid = record("transferred", payer="A-1", payee="A-2", amount=delivered, currency="EUR")
    assert sentence(paid, LABELS, {}) == f"AVM9917949076 paid {said} to AVM6414551792"


def test_a_duration_bears_the_unit_that_the_dataset_states_and_none_else() -> None:
    said = record("called", caller="T-1", callee="T-2", duration="13")
    assert sentence(said, LABELS, {"duration": "s"}).endswith(" · duration 13 s")
    assert sentence(said, LABELS, {}).endswith(" · duration 13")


def test_what_stands_in_a_column_of_its_own_is_not_repeated() -> None:
    said = record("person", name="Ada Stone", member_state="AA", source_grade="A")
    assert sentence(said, LABELS, {}) == "person: name Ada Stone"


def test_a_name_written_from_right_to_left_turns_nothing_around_it() -> None:
    said = record("uses", holder="P-2", phone="T-1")
    assert sentence(said, LABELS, {}) == "\u2068قاشميري\u2069 (P-2) uses phone +999118444550"
