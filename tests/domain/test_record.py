"""A record carries its origin and grades for ever."""

from datetime import UTC, datetime
from typing import Any

import pytest

from workbench.domain.errors import BadInput
from workbench.domain.record import HandlingCode, InformationGrade, Record, SourceGrade


def record(**changed: Any) -> Record:
    fields: dict[str, Any] = {
        "id": "calls:7",
        "kind": "called",
        "member_state": "AV",
        "source": "AV police",
        "source_grade": SourceGrade.B,
        "information_grade": InformationGrade.FIRST_HAND,
        "handling": (HandlingCode.H1, HandlingCode.H2),
        "occurred_at": None,
        "known_at": datetime(2024, 5, 1, tzinfo=UTC),
        "content": {"caller": "T-1", "note": "", "source_grade": "B", "known_at": "2024-05-01"},
    }
    return Record(**fields | changed)


def test_grade_and_handling_codes_stand_together() -> None:
    assert record().grade == "B2 · H1+H2"


@pytest.mark.parametrize(
    ("source", "information", "verified"),
    [("A", "1", True), ("B", "2", True), ("C", "1", False), ("X", "1", False), ("A", "3", False)],
)
def test_a_verified_fact_needs_a_reliable_source_that_knew_it(
    source: str, information: str, verified: bool
) -> None:
    graded = record(
        source_grade=SourceGrade(source), information_grade=InformationGrade(information)
    )
    assert graded.is_verified_fact is verified


def test_what_it_says_leaves_out_what_stands_beside_it() -> None:
    assert record().said == {"caller": "T-1"}


def test_a_record_without_handling_code_cannot_be_built() -> None:
    with pytest.raises(BadInput, match="handling code"):
        record(handling=())


def test_a_time_without_zone_cannot_be_built() -> None:
    with pytest.raises(BadInput, match="zone"):
        record(known_at=datetime.fromisoformat("2024-05-01T00:00:00"))
