"""Passing an audit on: to whom and why, then the file, without small cells and logged."""

from typing import TYPE_CHECKING

import streamlit as st

from workbench.analysis.suppression import LEAST
from workbench.domain.account import PERMISSIONS, Account, Operation
from workbench.services import pass_on, passed_on
from workbench.services.pass_on import Form, Part, PassedOn
from workbench.ui import components
from workbench.ui.words import local

if TYPE_CHECKING:
    from workbench.bootstrap import Desk

_FORMS = {Form.PDF: "To print (PDF)", Form.HTML: "To read (HTML)", Form.JSON: "Figures (JSON)"}
_PARTS = {Part.RELEASE: "The release", Part.DECIDERS: "Three deciders and the burden"}


def offer(desk: "Desk", account: Account, version_id: str, *, deciders: bool) -> None:
    """What is seen stays whole; what leaves holds no count that would tell of a few people."""
    if account.role not in PERMISSIONS[Operation.PASS_ON_AUDIT]:
        return
    held = f"passed_on:{version_id}"
    with st.expander("Pass this audit on", icon=":material/outgoing_mail:"):
        handed = passed_on.passed_on(desk, version_id, account=account.name)
        least = next((one.least for one in handed if one.least is not None), LEAST)
        st.caption(
            f"Counts below {least}, and figures from which one could be worked out, stay "
            "here. That you took it, to whom and why is logged before you have it."
        )
        parts = list(_PARTS) if deciders else [Part.RELEASE]
        with st.form(components.key_of("passing_on"), border=False):
            left, right = st.columns(2)
            recipient = left.text_input("To whom", placeholder="Who receives it")
            purpose = right.text_input("Why", placeholder="What they need it for")
            part = left.segmented_control(
                "Part", parts, default=parts[0], required=True, format_func=_PARTS.__getitem__
            )
            form = right.segmented_control(
                "Form", list(_FORMS), default=Form.PDF, required=True,
                format_func=_FORMS.__getitem__,
            )  # fmt: skip
            asked = st.form_submit_button("Prepare", icon=":material/lock_open:")
        if asked:
            with components.asking(), st.spinner("Leaving out what would tell of a few people"):
                st.session_state[held] = pass_on.pass_on(
                    desk, version_id, part=Part(part), form=Form(form), recipient=recipient,
                    purpose=purpose, account=account.name,
                )  # fmt: skip
        ready: PassedOn | None = st.session_state.get(held)
        if ready is not None:
            _ready(ready)
        _so_far(desk, account, version_id)


def _so_far(desk: "Desk", account: Account, version_id: str) -> None:
    handed = passed_on.passed_on(desk, version_id, account=account.name)
    if not handed:
        st.caption("Nothing of it has been passed on yet.")
        return
    st.dataframe(
        [
            {
                "When": local(one.at),
                "By": one.who,
                "What": one.what,
                "To whom": one.recipient,
                "Why": one.purpose,
            }
            for one in handed
        ],
        hide_index=True,
        key=f"handed_{version_id}",
    )


def _ready(ready: PassedOn) -> None:
    with st.container(horizontal=True, vertical_alignment="center"):
        st.download_button(
            "Download",
            ready.content,
            file_name=ready.name,
            mime=ready.form.media_type,
            icon=":material/download:",
            type="primary",
            key=f"passed_{ready.digest[:12]}",
        )
        st.caption(
            f"{_FORMS[ready.form]}. Hidden: {ready.hidden}. Logged as SHA-256",
            width="content",
        )
        components.identifier(ready.digest, key=f"passed_digest_{ready.digest[:12]}")
