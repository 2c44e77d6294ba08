"""Bank statements and call records of one number: who paid and called whom, or nothing at all."""

import pandas as pd
import pytest

from workbench.analysis.mapping import Part
from workbench.analysis.proposal import described, propose


def texts(columns: dict[str, list[str]]) -> pd.DataFrame:
    return pd.DataFrame({name: pd.Series(cells, dtype="str") for name, cells in columns.items()})


def proposed(columns: dict[str, list[str]]) -> tuple[Part, ...]:
    return propose("export", "export.csv", texts(columns))


def ends(part: Part) -> list[tuple[str, str]]:
    frame, mapping = part.frame, part.mapping
    return list(zip(frame[mapping.from_column], frame[mapping.to_column], strict=True))


STATEMENT = {
    "Account": ["LT1", "LT1", "LT1"],
    "Counterparty IBAN": ["LT2", "LT3", "LT4"],
    "Booking date": ["2024-01-05", "2024-01-06", "2024-01-07"],
    "Value date": ["2024-01-08", "2024-01-08", "2024-01-08"],
    "Balance": ["100", "90", "95"],
}


@pytest.mark.parametrize(
    "columns",
    [
        {"Amount": ["-12.50", "+5", "7"]},
        {"Debit": ["12.50", "", ""], "Credit": ["", "5", "7"]},
        {"Debit": ["12.50", "0.00", ""], "Credit": ["0.00", "5", "7"]},
        {"Amount": ["12.50", "5", "7"], "D/C": ["D", "C", "C"]},
        {"Amount": ["12.50", "5", "7"], "Credit Debit Indicator": ["DBIT", "CRDT", "CRDT"]},
    ],
)
def test_a_statement_says_who_paid_by_sign_by_column_or_by_word(
    columns: dict[str, list[str]],
) -> None:
    (part,) = proposed({**STATEMENT, **columns})
    mapping = part.mapping
    assert (mapping.kind, mapping.from_kind, mapping.to_kind) == (
        "transferred",
        "account",
        "account",
    )
    assert ends(part) == [("LT1", "LT2"), ("LT3", "LT1"), ("LT4", "LT1")]
    assert part.frame[mapping.amount].tolist() == ["12.50", "5", "7"]
    assert mapping.provenance == {"occurred_at": "Booking date"}
    assert set(mapping.derived) == {"payer", "payee", "amount in EUR"}


@pytest.mark.parametrize(
    "columns",
    [
        {"Amount": ["12.50", "5", "7"]},
        {"Amount": ["12.50", "5", "7"], "D/C": ["D", "C", "?"]},
        {"Debit": ["12.50", "", ""]},
    ],
)
def test_a_statement_that_does_not_say_who_paid_gives_no_transfer(
    columns: dict[str, list[str]],
) -> None:
    assert [p.mapping.kind for p in proposed({**STATEMENT, **columns})] == ["account"]


def test_an_amount_in_another_currency_stays_text() -> None:
    more = {"Amount": ["-1", "2", "3"], "Currency": ["EUR", "usd", ""]}
    (part,) = proposed({**STATEMENT, **more})
    assert part.frame[part.mapping.amount].tolist() == ["1", "", "3"]
    assert part.frame["Amount"].tolist() == ["-1", "2", "3"]


def test_payer_and_payee_with_currencies_keep_only_euros_as_amount() -> None:
    (part,) = proposed(
        {"payer": ["a", "b"], "payee": ["b", "a"], "amount": ["1", "2"], "currency": ["EUR", "SEK"]}
    )
    assert ends(part) == [("a", "b"), ("b", "a")]
    assert part.frame[part.mapping.amount].tolist() == ["1", ""]


CALLS = {
    "MSISDN_A": ["370600", "370601"],
    "MSISDN_B": ["370601", "370602"],
    "IMSI_A": ["2460", "2461"],
    "IMEI_A": ["35001", ""],
    "Cell ID": ["c1", "c2"],
    "Start Time": ["2024-01-05 10:00:01", "2024-01-05 11:00:01"],
    "Duration": ["30", ""],
    "Type": ["VOICE", "SMS"],
}


def test_an_operators_records_give_calls_and_the_devices_the_numbers_were_in() -> None:
    calls, devices = proposed(CALLS)
    assert calls.mapping.kind == "called"
    assert ends(calls) == [("370600", "370601"), ("370601", "370602")]
    assert calls.mapping.provenance == {"occurred_at": "Start Time"}
    assert (devices.mapping.kind, devices.mapping.to_column) == ("linked_to", "IMEI_A")
    assert (devices.mapping.from_kind, devices.mapping.to_kind) == ("phone", "entity")
    assert devices.mapping.optional


def test_cell_imsi_duration_and_type_are_kept_as_text() -> None:
    (calls, _) = proposed(CALLS)
    said = described(calls.mapping, list(calls.frame.columns), 2, (), "its header is a name for it")
    assert said.as_text == ("IMSI_A", "IMEI_A", "Cell ID", "Duration", "Type")
    assert said.as_json()["columns"][0] == {
        "column": "MSISDN_A",
        "means": "from",
        "why": "its header is a name for it",
    }


def test_one_numbers_records_take_the_caller_from_the_direction() -> None:
    (calls,) = proposed(
        {
            "MSISDN": ["1", "1", "1"],
            "Other party": ["2", "3", "4"],
            "Call type": ["MO", "MT", "outgoing"],
        }
    )
    assert ends(calls) == [("1", "2"), ("3", "1"), ("1", "4")]


def test_day_and_time_in_two_columns_are_one_time() -> None:
    (calls,) = proposed(
        {
            "caller": ["1", "2"],
            "callee": ["2", "1"],
            "Date": ["2024-01-05", "2024-01-06"],
            "Time": ["10:00:01", ""],
        }
    )
    column = calls.mapping.provenance["occurred_at"]
    assert calls.frame[column].tolist() == ["2024-01-05T10:00:01", "2024-01-06"]
    assert column in calls.mapping.derived


def test_what_was_worked_out_is_said_to_be() -> None:
    (part,) = proposed({**STATEMENT, "Amount": ["-12.50", "+5", "7"]})
    said = described(part.mapping, list(part.frame.columns), 3, (), "its header is a name for it")
    whys = {c.column: c.why for c in said.columns}
    assert whys["payer"] == "worked out from other columns"
    assert whys["Booking date"] == "its header is a name for it"
    assert "Balance" in said.as_text


@pytest.mark.parametrize("column", ["Direction", "payer"])
def test_a_column_of_the_same_name_is_never_overwritten(column: str) -> None:
    more = {"Amount": ["-12.50", "+5", "7"], column: ["x", "y", "z"]}
    for part in proposed({**STATEMENT, **more}):
        assert part.frame[column].tolist() == ["x", "y", "z"]
