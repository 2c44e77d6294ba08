"""Unmistakable headers are mapped; what could be two things, or none, stays text."""

from builders_world import texts

from workbench.analysis.mapping import TableMapping, guess, plain, sensitive_columns


def mapped(**columns: list[str]) -> tuple[TableMapping, ...]:
    return guess("export", "export.csv", texts(**columns))


def test_a_header_is_read_without_case_blanks_and_signs() -> None:
    assert plain("From Account (IBAN)") == "fromaccountiban"


def test_a_call_record_export_is_calls_between_phones() -> None:
    (calls,) = mapped(
        **{"Calling Number": ["1"], "Called Number": ["2"], "Start Time": ["2024-01-01"]}
    )
    assert (calls.kind, calls.from_kind, calls.to_kind) == ("called", "phone", "phone")
    assert (calls.from_column, calls.to_column) == ("Calling Number", "Called Number")
    assert calls.provenance == {"occurred_at": "Start Time"}


def test_from_and_to_are_accounts_where_an_amount_stands_and_phones_where_a_duration() -> None:
    (paid,) = mapped(**{"from": ["a"], "to": ["b"], "amount": ["1"]})
    (called,) = mapped(**{"from": ["a"], "to": ["b"], "duration": ["1"]})
    (other,) = mapped(**{"from": ["a"], "to": ["b"]})
    assert [paid.kind, called.kind, other.kind] == ["transferred", "called", "linked_to"]
    assert paid.amount == "amount"
    assert called.amount == ""


def test_a_person_to_offence_table_is_involvement_with_roles() -> None:
    (table,) = mapped(
        person=["p1", "p1"], name=["Ada", "Ada"], offence=["o1", "o2"], role=["suspect", "victim"]
    )
    assert table.kind == "involved_in"
    assert (table.role, table.label) == ("role", "name")


def test_a_table_of_persons_with_phones_is_both() -> None:
    person, uses = mapped(person_id=["p1", "p2"], name=["Ada", "Ben"], phone=["1", "2"])
    assert (person.kind, person.is_link, person.id) == ("person", False, "person_id")
    assert (uses.kind, uses.from_column, uses.to_column) == ("uses", "person_id", "phone")


def test_a_file_named_after_a_kind_is_of_that_kind() -> None:
    for name, kind in (("people", "person"), ("vehicles", "vehicle"), ("bees", "entity")):
        (table,) = guess(name, f"{name}.csv", texts(id=["1"], colour=["red"]))
        assert (table.kind, table.id) == (kind, "id")


def test_nothing_recognised_is_one_entity_a_row() -> None:
    (table,) = mapped(colour=["red"], shape=["round"])
    assert (table.kind, table.id, table.is_link) == ("entity", "", False)


def test_two_columns_that_could_mean_the_same_leave_both_as_text() -> None:
    (table,) = mapped(phone=["1"], mobile=["2"], id=["x"])
    assert (table.kind, table.id) == ("entity", "id")


def test_traits_and_their_proxies_are_known_by_their_headers() -> None:
    assert sensitive_columns(["Name", "Sex", "Date of birth", "district", "trade"]) == (
        "Sex",
        "Date of birth",
        "district",
    )
