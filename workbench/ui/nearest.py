"""Findings like the one in hand that its reader decided before, opened on request."""

from typing import TYPE_CHECKING

import streamlit as st

from workbench.domain.account import PERMISSIONS, Account, Operation
from workbench.services import nearest
from workbench.ui import components
from workbench.ui.words import inert

if TYPE_CHECKING:
    from workbench.bootstrap import Desk


def draw(desk: "Desk", account: Account, finding_id: str) -> None:
    """A button, and what it opened in this session; each opening is logged."""
    key = f"nearest_{finding_id}"
    decides = account.role in PERMISSIONS[Operation.JUDGE]
    label = "Show the nearest I decided" if decides else "Show the nearest that were decided"
    with st.container(horizontal=True, vertical_alignment="center"):
        pressed = st.button(label, icon=":material/join_inner:", key=f"{key}_go")
        whose = "that you decided before" if decides else "that were decided"
        st.caption(f"Findings of this model {whose}. That you open them is logged.")
    if pressed:
        with components.asking() as asked:
            st.session_state[key] = nearest.nearest(desk, finding_id, account=account.name)
        if not asked.ok:
            return
    if key not in st.session_state:
        return
    found: list[nearest.Near] = st.session_state[key]
    if not found:
        none = "You have decided no" if decides else "Nobody has decided any"
        st.caption(f"{none} other finding of this model yet.")
        return
    st.table(
        [_cells(near) for near in found],
        hide_index=True,
        border="horizontal",
        alt="The nearest that were decided",
    )
    st.caption(
        "Alike: how near the features of the two stand among all candidates. That one was decided "
        f"so says nothing of {inert(finding_id)}; its own records do. What is about the same "
        "records is the same claim, put before you in another case: it adds nothing of its own."
    )


def _cells(near: nearest.Near) -> dict[str, str]:
    alike = f"{round(100 * (1 - near.distance))} %"
    cells = {
        "Finding": near.finding_id,
        "Case": ", ".join((near.case_id, *near.also)),
        "Claim": near.text,
        "Decided": ", ".join(verdict.label for verdict in near.verdicts),
        "Alike": f"the same records, in case {near.case_id}" if near.is_same else alike,
    }
    return {name: inert(text) for name, text in cells.items()}
