"""The pieces that pages are made of, each on a page of its own."""

from datetime import UTC, datetime

import pytest
from streamlit.testing.v1 import AppTest

from workbench.domain.record import HandlingCode, InformationGrade, Record, SourceGrade
from workbench.ui import components


def test_an_error_of_ours_is_shown_as_its_sentence_and_the_form_keeps_its_content() -> None:
    def script() -> None:
        import streamlit as st

        from workbench.domain.errors import BadInput
        from workbench.ui import components

        with st.form("f"):
            st.text_input("Why", key="why")
            given = st.form_submit_button("Go")
        if given:
            with components.asking() as asked:
                raise BadInput("Case C-1 has no *purpose*; give one.")
            st.text(f"ok: {asked.ok}")

    page = AppTest.from_function(script).run()
    page.text_input(key="why").set_value("because")
    page.button[0].click().run()
    assert page.error[0].value == r"Case C\-1 has no \*purpose\*; give one\."
    assert page.text[0].value == "ok: False"
    assert page.text_input(key="why").value == "because"


def test_an_error_that_is_not_ours_is_not_swallowed() -> None:
    def script() -> None:
        from workbench.ui import components

        with components.asking():
            raise ZeroDivisionError

    assert AppTest.from_function(script).run().exception


def test_a_forms_key_stays_until_it_is_renewed() -> None:
    def script() -> None:
        import streamlit as st

        from workbench.ui import components

        st.text(components.key_of("decide"))
        st.text(components.key_of("act"))
        if st.button("Done"):
            components.renew("decide")

    page = AppTest.from_function(script).run()
    decide, act = (one.value for one in page.text)
    assert decide != act
    page.run()
    assert [one.value for one in page.text] == [decide, act]
    page.button[0].click().run()
    page.run()
    assert page.text[0].value not in (decide, act)
    assert page.text[1].value == act


def test_records_stand_with_grade_and_handling_code_first() -> None:
    def script() -> None:
        from datetime import UTC, datetime

        from workbench.domain.record import HandlingCode, InformationGrade, Record, SourceGrade
        from workbench.ui import components

        record = Record(
            id="R-1",
            kind="called",
            member_state="AA",
            source="calls",
            source_grade=SourceGrade.B,
            information_grade=InformationGrade.FIRST_HAND,
            handling=(HandlingCode.H1,),
            occurred_at=None,
            known_at=datetime(2026, 1, 31, 9, 30, tzinfo=UTC),
            content={"text": "=cmd()|<b>"},
        )
        components.records([record], key="r", now=datetime(2026, 2, 1, tzinfo=UTC))
        components.grade(record)

    page = AppTest.from_function(script).run()
    row = page.dataframe[0].value.iloc[0]
    assert row["Grade"] == "B2 · H1"
    assert row["States"] == "text: =cmd()|<b>"
    assert page.markdown[0].value == ":gray-badge[B2 · H1]"


def test_a_record_names_whom_it_speaks_of_and_repeats_nothing_of_the_table() -> None:
    record = Record(
        id="involved_in:7",
        kind="involved_in",
        member_state="AA",
        source="AA police",
        source_grade=SourceGrade.A,
        information_grade=InformationGrade.CERTAIN,
        handling=(HandlingCode.H0,),
        occurred_at=None,
        known_at=datetime(2026, 1, 31, tzinfo=UTC),
        content={
            "person": "P-01312",
            "offence": "E-001688",
            "role": "suspect",
            "member_state": "AA",
            "source_grade": "A",
            "known_at": "2026-01-31T00:00:00Z",
        },
    )
    names = {"P-01312": "Ada Stone", "E-001688": "robbery, 2026-01-02"}
    assert components.stated(record, names) == (
        "person: Ada Stone (P-01312) · offence: robbery, 2026-01-02 (E-001688) · role: suspect"
    )


def test_an_empty_list_says_what_to_do_next() -> None:
    def script() -> None:
        from workbench.ui import components

        components.empty("No cases.", "Open one.")

    page = AppTest.from_function(script).run()
    assert page.markdown[0].value == "**No cases.**"
    assert page.caption[0].value == "Open one."


@pytest.mark.parametrize("n", [1, 3])
def test_dots_are_drawn_in_the_order_given_with_words_for_who_cannot_see_them(n: int) -> None:
    def script(n: int) -> None:
        from workbench.ui import components

        rows = [
            components.Dot(label=f"group {i}", value=0.1 * i, low=0.0, high=0.5) for i in range(n)
        ]
        components.dots(rows, axis="rate", key="d", reference=0.2, band=(0.1, 0.3))

    page = AppTest.from_function(script, kwargs={"n": n}).run()
    assert not page.exception
    (chart,) = page.get("vega_lite_chart")
    assert "group 0: 0" in chart.proto.alt
    assert '"sort": null' in chart.proto.spec
