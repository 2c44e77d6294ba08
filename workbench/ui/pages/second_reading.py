"""Second reading: what someone else decided, whichever way, waits for my own view."""

import streamlit as st

from workbench.domain.account import Operation
from workbench.services import review
from workbench.ui import case_views, components, places, session


def page() -> None:
    desk, account = session.current()
    session.require(account, Operation.JUDGE)
    components.title(
        "Second reading",
        "Findings that one other person decided, whichever way. You read from the records on; "
        "their verdict appears only after your own decision.",
    )
    due = review.second_readings(desk, account=account.name)
    if not due:
        components.empty(
            "No second reading is due in your cases.",
            "Findings come here once a colleague has decided them.",
        )
        if st.button("Go to my cases", icon=":material/arrow_forward:"):
            places.go("cases")
        return
    case_views.finding_list(desk, due, key="second", cases=True)


page()
