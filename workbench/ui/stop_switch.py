"""The stop switch: at the top of every page for whoever may use it, while there is what to stop."""

from typing import TYPE_CHECKING

import streamlit as st

from workbench.domain.account import PERMISSIONS, Account, Operation
from workbench.domain.release import ReleaseStatus
from workbench.services import release
from workbench.services.standing import title_of
from workbench.ui import components

if TYPE_CHECKING:
    from workbench.bootstrap import Desk


def stop_switch(desk: "Desk", account: Account) -> None:
    """Stops a release at once, with a reason; a supervisor other than this person restarts it."""
    if account.role not in PERMISSIONS[Operation.STOP_MODEL]:
        return
    used = [r for r in release.list_releases(desk) if r.status is ReleaseStatus.IN_USE]
    if not used:
        return
    titles = {r.id: f"{title_of(desk, r.model)}, version {r.version}" for r in used}
    with (
        st.popover("Stop a model", icon=":material/front_hand:", width="content"),
        st.form("stop_switch", border=False),
    ):
        st.markdown("It puts nothing forward from now on, and nothing it found is acted on.")
        chosen = st.radio(
            "Which", list(titles), index=None, format_func=lambda one: titles[one], key="stop_which"
        )
        reason = st.text_area("Why", height=80, key="stop_why")
        given = st.form_submit_button("Stop it now", type="primary")
    if not given:
        return
    if chosen is None:
        st.error("Choose which model to stop.", icon=":material/error:")
        return
    with components.asking() as asked:
        release.suspend(desk, chosen, account=account.name, reason=reason)
    if asked.ok:
        st.rerun()
