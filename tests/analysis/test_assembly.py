"""From checked tables to the five, worked out by hand on a few rows."""

import json
from dataclasses import replace

import pandas as pd
import pytest
from builders_world import persons, texts, transfers

from workbench.analysis.assembly import assemble
from workbench.analysis.mapping import TableMapping
from workbench.analysis.quality import check_table
from workbench.domain.errors import BadInput

PEOPLE = check_table(
    persons(),
    texts(id=["P1", "P2"], name=["Ada", ""], sex=["female", ""], trade=["baker", ""]),
)
PAID = check_table(
    transfers(known_at="known"),
    texts(
        payer=["A1", "A2"],
        payee=["A2", "A3"],
        amount=["10.5", ""],
        known=["2024-02-02", "2024-01-01"],
    ),
)
HOLDS = check_table(
    TableMapping(
        name="holds",
        file="holds.csv",
        kind="holds",
        is_link=True,
        from_column="holder",
        from_kind="organisation",
        to_column="account",
        to_kind="account",
    ),
    texts(holder=["P1"], account=["A1"]),
)


def test_ends_that_no_table_states_become_entities_known_since_their_first_link() -> None:
    made = assemble([PAID], None, ()).entities
    assert made["id"].tolist() == ["A1", "A2", "A3"]
    assert made["kind"].unique().tolist() == ["account"]
    assert made["known_at"].dt.strftime("%Y-%m-%d").tolist() == [
        "2024-02-02",
        "2024-01-01",
        "2024-01-01",
    ]


def test_links_point_at_entities_by_row_and_carry_amount_and_record() -> None:
    tables = assemble([PAID], None, ())
    assert tables.links["source"].tolist() == [0, 1]
    assert tables.links["target"].tolist() == [1, 2]
    assert tables.links["amount"].iloc[0] == 10.5
    assert pd.isna(tables.links["amount"].iloc[1])
    assert tables.records["id"].tolist() == ["transfers:1", "transfers:2"]


def test_an_end_is_found_by_its_id_where_another_kind_states_it() -> None:
    tables = assemble([PEOPLE, HOLDS, PAID], None, ())
    holds = tables.links[tables.links["kind"] == "holds"].iloc[0]
    assert tables.entities["id"][holds["source"]] == "P1"
    assert tables.entities["kind"][holds["source"]] == "person"
    assert tables.counts() == {"account": 3, "person": 2}


def test_sensitive_columns_are_in_their_own_table_and_nowhere_else() -> None:
    tables = assemble([PEOPLE], None, ("sex",))
    assert tables.sensitive.to_dict("list") == {
        "entity": [0, 1],
        "sex": ["female", "not recorded"],
    }
    assert json.loads(tables.records["content"].iloc[0]) == {
        "id": "P1",
        "name": "Ada",
        "trade": "baker",
    }
    assert json.loads(tables.entities["attributes"].iloc[0]) == {"trade": "baker"}
    assert "female" not in tables.records.to_csv() + tables.entities.to_csv()


def test_what_has_no_label_is_called_by_its_id_and_empty_attributes_are_left_out() -> None:
    second = assemble([PEOPLE], None, ("sex",)).entities.iloc[1]
    assert (second["label"], second["attributes"]) == ("P2", "{}")


def test_one_id_for_two_kinds_is_told_apart_by_the_kind() -> None:
    phones = replace(persons(), name="phones", kind="phone", label="")
    both = assemble([PEOPLE, check_table(phones, texts(id=["P1"]))], None, ())
    assert both.entities["id"].tolist() == ["person:P1", "P2", "phone:P1"]


def test_roles_outside_the_categories_read_undetermined() -> None:
    mapping = replace(
        HOLDS.mapping, kind="involved_in", from_kind="person", to_kind="offence", role="role"
    )
    frame = texts(holder=["P1", "P2"], account=["O1", "O1"], role=["Suspect", "bystander"])
    made = assemble([check_table(mapping, frame)], None, ())
    assert made.links["role"].tolist() == ["suspect", "undetermined"]
    assert json.loads(made.records["content"].iloc[1])["role"] == "bystander"


def test_without_grades_a_source_cannot_be_assessed() -> None:
    record = assemble([PEOPLE], None, ()).records.iloc[0]
    assert record[["source_grade", "information_grade", "handling"]].tolist() == ["X", "4", "H3"]


def test_a_case_names_entities_that_are_there() -> None:
    columns = ("id", "title", "purpose", "legal_basis")
    case = texts(**{key: ["C"] for key in columns}, opened_at=["2024-01-01"], entity=["P2"])
    assert assemble([PEOPLE], case, ()).cases["entity"].tolist() == [1]
    with pytest.raises(BadInput) as refused:
        assemble([PEOPLE], case.assign(entity="P9"), ())
    assert refused.value.code == "cases"
