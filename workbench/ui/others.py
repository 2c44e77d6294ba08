"""What other people said of a finding, and why: seen only after one's own decision."""

from typing import TYPE_CHECKING

import streamlit as st

from workbench.domain.account import PERMISSIONS, Account, Operation
from workbench.services import said
from workbench.services.said import Said
from workbench.ui import components
from workbench.ui.words import inert, local

if TYPE_CHECKING:
    from workbench.bootstrap import Desk
    from workbench.services.review import Progress


def told(desk: "Desk", account: Account, progress: "Progress") -> None:
    """Each decision with its reason and the view before it, and whether they contradict."""
    decides = account.role in PERMISSIONS[Operation.JUDGE]
    if not progress.others:
        st.caption("Nobody else has decided this finding yet." if decides else "Nobody decided.")
        return
    for one in _opened(desk, account, progress):
        _one(one)
    if progress.contested:
        st.warning(
            "This finding is contested: one of its readers found it not supported, so nothing "
            "can be done on it.",
            icon=":material/warning:",
        )


def _opened(desk: "Desk", account: Account, progress: "Progress") -> tuple[Said, ...]:
    """What they said, opened once in this session for each new decision; that is logged."""
    key = f"said_{progress.finding_id}"
    now = tuple((who, at) for who, _, at in progress.others)
    held = st.session_state.get(key)
    if held is None or held[0] != now:
        with components.asking() as asked:
            found = said.said(desk, progress.finding_id, account=account.name)
        if not asked.ok:
            return ()
        st.session_state[key] = held = (now, found)
    opened: tuple[Said, ...] = held[1]
    return opened


def _one(one: Said) -> None:
    decision, before = one.decision, one.judgement
    with st.container(border=True):
        st.markdown(
            f"Account {inert(decision.decided_by)} decided: **{inert(decision.verdict.label)}**, "
            f"{local(decision.decided_at)}."
        )
        st.text(decision.reason)
        if before is not None:
            st.caption(
                f"From the records alone: {inert(before.verdict.label)}, {before.confidence} of "
                f"100 sure. {inert(before.reason)}"
            )
