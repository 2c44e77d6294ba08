"""The two forms of a finding: one's own view, and the decision. Nothing in them is preset.

What is half written stays in the session, so that turning to another finding loses nothing. No
form of Streamlit's: it would keep what is typed in the browser until it is sent.
"""

from typing import TYPE_CHECKING, Any

import streamlit as st

from workbench.domain.account import Account
from workbench.domain.decision import Verdict
from workbench.domain.errors import BadInput
from workbench.services import review
from workbench.ui import components

if TYPE_CHECKING:
    from workbench.bootstrap import Desk

_VIEWS = (Verdict.SUPPORTED, Verdict.NOT_SUPPORTED, Verdict.CANNOT_TELL)
_MEANING = {
    Verdict.SUPPORTED: "the records bear it out; clears for an action, alone or with others",
    Verdict.NOT_SUPPORTED: "the records do not bear it out; blocks every action",
    Verdict.ALREADY_KNOWN: "true, and known before; no error of the model",
    Verdict.NOT_RELEVANT: "perhaps true, but nothing to this case; no error of the model",
    Verdict.CANNOT_TELL: "the records do not suffice either way",
}
_MISSING = "Choose {} first; nothing is preset."

# A shortcut leaves the field that one is writing in, so that what stands there counts as written.
_LEAVE_FIRST = """
export default function () {
  if (window.workbenchLeaves) return;
  window.workbenchLeaves = true;
  window.addEventListener("keydown", (event) => {
    const at = document.activeElement;
    if (event.altKey && at && at.matches("input, textarea")) at.blur();
  }, { capture: true });
}
"""


def view(desk: "Desk", account: Account, finding_id: str) -> None:
    """Ask for one's own view and seal it."""
    st.caption(
        "From the records alone. Once sealed it stays as it is, and what the model said opens."
    )
    _leave_first()
    name = f"view_{finding_id}"
    with st.container(border=True, key=f"{name}_form"):
        st.radio(
            "Do the records bear the claim out?", _VIEWS, index=None,
            format_func=lambda v: v.label, horizontal=True,
            key=f"{name}_verdict", on_change="ignore", persist_state="session",
        )  # fmt: skip
        st.number_input(
            "How sure, from 0 (a guess) to 100 (certain)", 0, 100, value=None, step=5, width=330,
            key=f"{name}_confidence", on_change="ignore", persist_state="session",
        )  # fmt: skip
        st.text_input(
            "Why, in a line", max_chars=1000,
            key=f"{name}_reason", on_change="ignore", persist_state="session",
        )  # fmt: skip
        components.refusal(name)
        st.button(
            "Seal my view", type="primary", icon=":material/lock:", key=f"{name}_seal",
            on_click=components.press,
            args=(name, lambda: _seal(desk, account, finding_id, name)),
        )  # fmt: skip


def _seal(desk: "Desk", account: Account, finding_id: str, name: str) -> None:
    verdict, confidence, reason = _filled(name, "verdict", "confidence", "reason")
    if verdict is None or confidence is None:
        raise BadInput(_MISSING.format("a view" if verdict is None else "how sure you are"))
    review.judge(
        desk,
        finding_id,
        account=account.name,
        verdict=verdict,
        confidence=int(confidence),
        reason=reason,
    )


def decision(desk: "Desk", account: Account, finding_id: str, *, form: str) -> None:
    """Ask for the decision and take it; `form` tells a first decision from one taken anew."""
    _leave_first()
    name = f"{form}_{finding_id}"
    with st.container(border=True, key=f"{name}_form"):
        st.radio(
            "Verdict", list(Verdict), index=None, format_func=lambda v: v.label,
            captions=[_MEANING[v] for v in Verdict],
            key=f"{name}_verdict", on_change="ignore", persist_state="session",
        )  # fmt: skip
        st.text_area(
            "Reason, in a sentence or two", height=80, max_chars=4000,
            key=f"{name}_reason", on_change="ignore", persist_state="session",
        )  # fmt: skip
        components.refusal(name)
        st.button(
            "Decide", type="primary", icon=":material/gavel:", shortcut="Alt+D", key=f"{name}_send",
            on_click=components.press,
            args=(name, lambda: _decide(desk, account, finding_id, name)),
        )  # fmt: skip


def _decide(desk: "Desk", account: Account, finding_id: str, name: str) -> None:
    verdict, reason = _filled(name, "verdict", "reason")
    if verdict is None:
        raise BadInput(_MISSING.format("a verdict"))
    receipt = review.decide(
        desk,
        finding_id,
        account=account.name,
        verdict=verdict,
        reason=reason,
        key=components.key_of(name),
    )
    components.renew(name)
    st.session_state[f"receipt_{finding_id}"] = receipt
    st.session_state.pop(f"looked_again_{finding_id}", None)


def _filled(name: str, *fields: str) -> tuple[Any, ...]:
    """What stands in the fields of a form, None where nothing is chosen."""
    return tuple(st.session_state[f"{name}_{field}"] for field in fields)


def _leave_first() -> None:
    st.components.v2.component("workbench_leave_first", js=_LEAVE_FIRST)(key="leave_first")
