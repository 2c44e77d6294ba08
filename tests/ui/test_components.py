"""The pieces that pages are made of, each on a page of its own."""

import pytest
from streamlit.testing.v1 import AppTest


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


def test_what_is_pressed_is_done_before_the_page_is_drawn_once_and_a_refusal_said_once() -> None:
    def script() -> None:
        import streamlit as st

        from workbench.domain.errors import BadInput
        from workbench.ui import components

        held = st.session_state

        def do() -> None:
            if "given" not in held:
                held["given"] = True
                raise BadInput("Case C-1 has no *purpose*; give one.")
            held["done"] = True

        held["drawn"] = held.get("drawn", 0) + 1
        st.text(f"drawn {held['drawn']}, done {'done' in held}")
        st.button("Go", on_click=components.press, args=("form", do))
        components.refusal("form")

    page = AppTest.from_function(script).run()
    page.button[0].click().run()
    assert page.text[0].value == "drawn 2, done False"
    assert page.error[0].value == r"Case C\-1 has no \*purpose\*; give one\."
    page.button[0].click().run()
    assert page.text[0].value == "drawn 3, done True"
    assert not page.error


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
    assert chart.proto.alt == ("rate, 1 line" if n == 1 else "rate, 3 lines")
    assert '"sort": null' in chart.proto.spec


def test_an_interval_that_goes_on_beyond_the_axis_is_marked_and_pointed_at_whole() -> None:
    def script() -> None:
        from workbench.ui import components

        rows = [
            components.Dot(label=f"group {i}", value=30.0, low=0.0, high=44.0 + i)
            for i in range(40)
        ]
        components.dots(rows, axis="rate", key="d", domain=(0, 60))

    page = AppTest.from_function(script).run()
    (chart,) = page.get("vega_lite_chart")
    assert "datum.beyond" in chart.proto.spec
    assert '{"field": "series"}, {"field": "value"}, {"field": "low"}' in chart.proto.spec
