"""Cases: what is new in my cases, and where do I go on."""

from collections import Counter
from collections.abc import Callable
from typing import TYPE_CHECKING

import streamlit as st

from workbench.domain.account import Account
from workbench.services import casework
from workbench.services.casework import CaseSummary
from workbench.ui import case_views, components, session
from workbench.ui.words import inert

if TYPE_CHECKING:
    from workbench.bootstrap import Desk

_PURPOSE = "Investigation 2026/117 into thefts of vehicles"
_STATED_ONCE = (
    "Stated once, for everything that is consulted in this case. The log keeps a commitment to "
    "it, never the words."
)
_SORTS: dict[str, Callable[[CaseSummary, Counter[str]], tuple[int, str]]] = {
    "What is new first": lambda case, new: (-new[case.id], case.id),
    "Case number": lambda case, new: (0, case.id),
    "Title": lambda case, new: (0, case.title.casefold()),
}


def page() -> None:
    desk, account = session.current()
    case_id = st.query_params.get("case", "")
    if case_id:
        case_views.show(desk, account, case_id)
    else:
        _all(desk, account)


def _all(desk: "Desk", account: Account) -> None:
    with st.container(horizontal=True, vertical_alignment="bottom"):
        with st.container():
            components.title("My cases", "What is new, and where to go on.")
        if st.button("Open a case", icon=":material/add:", key="open_case"):
            _open(desk, account)
    listed = casework.my_cases(desk, account=account.name)
    if not listed:
        components.empty(
            "You are in no case yet.",
            "Open one with its purpose and legal basis, or ask a colleague to let you into theirs.",
        )
        return
    new, second = _counts(desk, account)
    for case in _chosen(listed, new + second):
        _line(case, new[case.id], second[case.id])


def _counts(desk: "Desk", account: Account) -> tuple[Counter[str], Counter[str]]:
    """New findings and second readings due, by case."""
    open_ones = [item for item in case_views.waiting(desk, account) if item.state != "decided"]
    again = Counter(item.case_id for item in open_ones if item.state == "second reading")
    return Counter(item.case_id for item in open_ones) - again, again


def _chosen(listed: list[CaseSummary], new: Counter[str]) -> list[CaseSummary]:
    with st.container(horizontal=True, vertical_alignment="bottom"):
        words = st.text_input(
            "Search", placeholder="Number, title or purpose", key="case_search", width=340
        )
        order = st.selectbox("Sort by", list(_SORTS), key="case_sort", width=220)
    wanted = words.casefold().split()
    found = [
        case
        for case in listed
        if all(word in f"{case.id} {case.title} {case.purpose}".casefold() for word in wanted)
    ]
    shown = "1 case" if len(found) == 1 else f"{len(found)} cases"
    st.caption(shown if len(found) == len(listed) else f"{shown} of {len(listed)}")
    if not found:
        components.empty("No case has these words.", "Search for fewer or other words.")
    return sorted(found, key=lambda case: _SORTS[order](case, new))


def _line(case: CaseSummary, n_new: int, n_second: int) -> None:
    with (
        st.container(border=True, key=f"case_{case.id}"),
        st.container(horizontal=True, vertical_alignment="center"),
    ):
        with st.container(gap=None, width=700):
            if st.button(
                f"**{inert(case.id)}**  {inert(case.title)}", type="tertiary", key=f"go_{case.id}"
            ):
                st.query_params["case"] = case.id
                st.rerun()
            st.caption(f"Purpose: {inert(case.purpose)}")
        st.space("stretch")
        if n_second:
            st.badge(f"{n_second} second reading{'s' if n_second > 1 else ''}", color="orange")
        if n_new:
            st.badge(f"{n_new} new", color="blue")
        elif not n_second:
            st.caption("nothing new", width="content")


@st.dialog("Open a case", width="large")
def _open(desk: "Desk", account: Account) -> None:
    names = casework.accepted_datasets(desk)
    if not names:
        components.empty(
            "There is no accepted dataset to work on.",
            "Records are ingested first, and a supervisor accepts them.",
        )
        return
    with st.form("open_case_form", border=False):
        title = st.text_input("Title")
        purpose = st.text_input("Purpose", placeholder=_PURPOSE, help=_STATED_ONCE)
        legal_basis = st.text_input("Legal basis", placeholder="Article and act that permits it")
        dataset = st.selectbox("Records to draw on", names, index=None)
        entities = st.text_area(
            "What it starts from",
            placeholder="One per line: a number, a plate, an account, a full name or an id",
        )
        sent = st.form_submit_button("Open the case", type="primary")
    if not sent:
        return
    if dataset is None:
        st.error("Choose the records that the case draws on.", icon=":material/error:")
        return
    with components.asking() as asked:
        case = casework.open_case(
            desk,
            title=title,
            purpose=purpose,
            legal_basis=legal_basis,
            dataset=dataset,
            entities=entities,
            account=account.name,
            key=components.key_of("open_case"),
        )
    if asked.ok:
        components.renew("open_case")
        st.query_params["case"] = case.id
        st.rerun()


page()
