"""Declared tables tell all that is wrong at once."""

import pandas as pd
import pytest
from builders_world import FILES, folder

from workbench.analysis.assembly import assemble
from workbench.analysis.tables import CASES, ENTITIES, LINKS, RECORDS, Tables
from workbench.domain.errors import BadInput
from workbench.store.deliveries import read_delivery


def test_every_violation_is_told_in_one_message() -> None:
    wrong = CASES.empty().drop(columns="title").astype({"entity": "int64"})
    with pytest.raises(BadInput) as refused:
        CASES.check(wrong)
    message = str(refused.value)
    assert "column title is missing" in message
    assert "column entity is int64, not int32" in message
    assert refused.value.code == "table"


def test_an_empty_cell_is_a_violation_only_where_none_is_allowed() -> None:
    row = {
        **{"link": 0, "source": 0, "target": 1, "kind": "called", "role": "", "record": 0},
        **{"occurred_at": pd.NaT, "known_at": pd.Timestamp("2024-01-01", tz="UTC")},
        "amount": float("nan"),
    }
    never = pd.Series([pd.NaT], dtype="datetime64[us, UTC]")
    frame = pd.DataFrame([row]).assign(occurred_at=never)
    frame = frame.astype({c.name: c.dtype for c in LINKS.columns})
    assert len(LINKS.check(frame)) == 1
    with pytest.raises(BadInput, match="column known_at has 1 empty cells"):
        LINKS.check(frame.assign(known_at=frame["occurred_at"]))


def test_checked_columns_come_in_the_declared_order_without_others() -> None:
    frame = ENTITIES.empty().assign(more=pd.Series([], dtype="str"))
    assert list(ENTITIES.check(frame[frame.columns[::-1]]).columns) == [
        *("entity", "id", "kind", "label", "member_state", "record", "known_at", "attributes"),
    ]


def test_tables_are_checked_when_they_are_put_together() -> None:
    sensitive = pd.DataFrame({"entity": pd.Series([], dtype="int32")})
    good = Tables(RECORDS.empty(), ENTITIES.empty(), LINKS.empty(), sensitive, CASES.empty())
    assert good.counts() == {}
    with pytest.raises(BadInput, match="Table sensitive"):
        Tables(good.records, good.entities, good.links, pd.DataFrame(), good.cases)


def test_counts_are_of_entities_per_kind(tmp_path: object) -> None:
    from pathlib import Path

    delivery = read_delivery(folder(Path(str(tmp_path)) / "harbour"))
    tables = assemble(delivery.tables, delivery.cases, delivery.sensitive)
    assert tables.counts() == {"person": 2, "phone": 2}
    assert len(FILES) == 5
