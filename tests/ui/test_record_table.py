"""The table of records: in the order of time, whole, as text, with search and count."""

import pytest
from builders_pages import field, plain, words
from streamlit.testing.v1 import AppTest

pytestmark = pytest.mark.slow


def script() -> None:
    from datetime import UTC, datetime

    from workbench.domain.record import HandlingCode, InformationGrade, Record, SourceGrade
    from workbench.ui import record_table

    def record(n: int, day: int | None, text: str) -> Record:
        return Record(
            id=f"R-{n}",
            kind="note",
            member_state="AA",
            source="calls",
            source_grade=SourceGrade.B,
            information_grade=InformationGrade.FIRST_HAND,
            handling=(HandlingCode.H1, HandlingCode.H2),
            occurred_at=None if day is None else datetime(2026, 1, day, 9, 30, tzinfo=UTC),
            known_at=datetime(2026, 1, 31, 9, 30, tzinfo=UTC),
            content={"text": text},
        )

    days = [7, None, 3, 9, 1, 5, 11]
    rows = [record(n, day, "=cmd()|<b>" if n == 2 else f"n{n}") for n, day in enumerate(days)]
    record_table.show(rows, key="r")


def ids(page: AppTest) -> list[str]:
    return [plain(str(value)) for value in page.table[0].value["Id"]]


def test_records_stand_in_the_order_of_time_and_those_without_one_last() -> None:
    page = AppTest.from_function(script).run()
    assert not page.exception
    assert ids(page) == ["R-4", "R-2", "R-5", "R-0", "R-3", "R-6", "R-1"]
    row = {name: plain(str(cell)) for name, cell in page.table[0].value.iloc[1].items()}
    assert row == {
        "When": "2026-01-03 09:30",
        "What is recorded": "note: text =cmd()|<b>",
        "Grade": "B2 · H1+H2",
        "Source, state": "calls, AA",
        "Known from": "2026-01-31",
        "Id": "R-2",
    }
    assert "7 records" in words(page)


def test_a_search_leaves_the_records_that_have_all_words() -> None:
    page = AppTest.from_function(script).run()
    field(page, "Search the records").set_value("N3 calls").run()
    assert ids(page) == ["R-3"]
    assert "1 of 7 records" in words(page)
    field(page, "Search the records").set_value("nowhere").run()
    assert "No record has these words." in words(page)


def test_the_order_can_be_turned() -> None:
    page = AppTest.from_function(script).run()
    field(page, "Order").set_value("Newest first").run()
    assert ids(page) == ["R-6", "R-3", "R-0", "R-5", "R-2", "R-4", "R-1"]
