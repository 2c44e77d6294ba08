"""Who is in a case, and letting somebody else in."""

from typing import TYPE_CHECKING

import streamlit as st

from workbench.domain.account import Account
from workbench.domain.case import Case
from workbench.services import casework
from workbench.ui import components
from workbench.ui.words import inert

if TYPE_CHECKING:
    from workbench.bootstrap import Desk


def draw(desk: "Desk", account: Account, case: Case) -> None:
    """The case's people behind a button, with a way to let another analyst or supervisor in."""
    inside = casework.members(desk, case.id, account=account.name)
    with st.popover(f"{len(inside)} in it", icon=":material/group:", width="content"):
        st.markdown("**In this case**")
        for name in inside:
            st.markdown(f"{inert(name)}, you" if name == account.name else inert(name))
        _let_in(desk, account, case)


def _let_in(desk: "Desk", account: Account, case: Case) -> None:
    others = casework.could_join(desk, case.id, account=account.name)
    if not others:
        st.caption("Every analyst and supervisor is in it.")
        return
    with st.form(f"let_in_{case.id}", border=False):
        chosen = st.selectbox(
            "Let somebody in",
            others,
            index=None,
            placeholder="An analyst or a supervisor",
            help="Whoever is in it sees its records and notes. The log says who let them in.",
        )
        sent = st.form_submit_button("Let them in", icon=":material/person_add:")
    if not sent:
        return
    if chosen is None:
        st.error("Choose whom to let in; nobody is preset.", icon=":material/error:")
        return
    with components.asking() as asked:
        casework.let_in(desk, case.id, chosen, account=account.name)
    if asked.ok:
        st.rerun()
