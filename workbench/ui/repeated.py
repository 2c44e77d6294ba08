"""That the same candidate is before people in other cases too, said before a view is sealed."""

from typing import TYPE_CHECKING

import streamlit as st

from workbench.domain.account import Account
from workbench.domain.finding import Claim
from workbench.services import repeats
from workbench.services.repeats import Repeat
from workbench.ui import components, places
from workbench.ui.words import inert

if TYPE_CHECKING:
    from workbench.bootstrap import Desk

_MOST = 4  # named one by one


def told(desk: "Desk", account: Account, claim: Claim) -> None:
    """Where else, by name only what the reader may open; and that one's view is not blind now."""
    key = f"repeats_{claim.finding_id}"
    if key not in st.session_state:  # claims are sealed: what is found once stays so
        with components.asking() as asked:
            found = repeats.repeats(desk, claim.finding_id, account=account.name)
        if not asked.ok:
            return
        st.session_state[key] = found
    found = st.session_state[key]
    if not found:
        return
    st.info(inert(sentence(found)), icon=":material/content_copy:")
    with st.container(horizontal=True):
        for other in [r for r in found if r.finding_id][:_MOST]:
            if st.button(
                f"Open {inert(other.finding_id)} in {inert(other.case_id)}",
                icon=":material/arrow_forward:",
                type="tertiary",
                key=f"{key}_{other.finding_id}",
            ):
                places.go("finding", finding=other.finding_id)


def sentence(found: tuple[Repeat, ...]) -> str:
    """Where the same candidate is before people, and whether the reader has read it there."""
    named = [f"{r.finding_id} in {r.case_id}" for r in found if r.finding_id]
    hidden = len(found) - len(named)
    parts = named[:_MOST]
    if len(named) > _MOST:
        parts.append(f"{len(named) - _MOST} more of your cases")
    if hidden:
        parts.append("1 case not open to you" if hidden == 1 else f"{hidden} cases not open to you")
    said = parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} and {parts[-1]}"
    text = f"The same claim about the same entities is also before people as {said}."
    if any(r.judged for r in found):
        text += (
            " You sealed a view of it there, so this one is not blind: in the audit of those who "
            "decide, your first reading alone counts."
        )
    return text
