"""Finding: can I stand by this? Five steps on one page, each opening the next."""

from typing import TYPE_CHECKING, NoReturn

import streamlit as st

from workbench.domain.account import PERMISSIONS, Account, Operation
from workbench.services import casework, review
from workbench.services.standing import title_of
from workbench.ui import case_views, components, finding_steps, places, session
from workbench.ui.words import inert

if TYPE_CHECKING:
    from workbench.bootstrap import Desk
    from workbench.services.review import Progress, QueueItem


def page() -> None:
    desk, account = session.current()
    session.require(account, Operation.OPEN_FINDING)
    finding_id = st.query_params.get("finding", "")
    if not finding_id:
        _none_chosen(desk, account)
    elif account.role in PERMISSIONS[Operation.JUDGE]:
        _decider(desk, account, finding_id)
    else:
        _reader(desk, account, finding_id)


def _none_chosen(desk: "Desk", account: Account) -> None:
    components.title("Finding", "Choose the finding to look at.")
    queue = case_views.waiting(desk, account)
    if queue:
        case_views.finding_list(desk, queue, key="new", cases=True)
        return
    components.empty(
        "No finding waits for you.",
        "Findings appear in your cases when a released model looked at their records.",
    )


def _decider(desk: "Desk", account: Account, finding_id: str) -> None:
    with components.asking() as asked:
        progress = review.progress(desk, finding_id, account=account.name)
    if not asked.ok:
        _way_back("new", case_id="")
        return
    came_from = "second" if st.query_params.get("from") == "second" else "new"
    _way(desk, account, progress, came_from)
    st.title(f"{inert(finding_id)}  {inert(_kind(desk, progress))}", anchor=False)
    _case_line(desk, account, progress.case_id)
    _rail(progress)
    steps = finding_steps.Steps(desk=desk, account=account, progress=progress)
    steps.draw()


def _case_line(desk: "Desk", account: Account, case_id: str) -> None:
    """The case one is in, and for what purpose."""
    with components.asking() as asked:
        case = casework.case_view(desk, case_id, account=account.name)
    if asked.ok:
        st.caption(f"Case {inert(case.id)} {inert(case.title)}  ·  Purpose: {inert(case.purpose)}")


def _kind(desk: "Desk", progress: "Progress") -> str:
    return title_of(desk, progress.model)


def _way(desk: "Desk", account: Account, progress: "Progress", came_from: str) -> None:
    """Back to where one came from, and to the finding before or after that waits for one too."""
    queue = _queue(desk, account, progress, came_from)
    ids = [
        item.finding_id
        for item in queue
        if item.state != "decided" or item.finding_id == progress.finding_id
    ]
    here = ids.index(progress.finding_id) if progress.finding_id in ids else -1
    with st.container(horizontal=True, vertical_alignment="center"):
        _way_back(came_from, case_id=progress.case_id)
        st.space("stretch")
        if here >= 0:
            st.caption(f"{here + 1} of {len(ids)} in this queue", width="content")
        before = ids[here - 1] if here > 0 else ""
        after = ids[here + 1] if 0 <= here < len(ids) - 1 else ids[0] if ids and here < 0 else ""
        for label, icon, target, shortcut in (
            ("Previous", "chevron_left", before, "Alt+P"),
            ("Next", "chevron_right", after, "Alt+N"),
        ):
            st.button(
                label,
                icon=f":material/{icon}:",
                disabled=not target,
                shortcut=shortcut,
                key=f"to_{label.lower()}",
                on_click=_turn_to,
                args=(target,),
            )


def _turn_to(finding_id: str) -> None:
    """Called before the page is drawn, so that it is drawn once, for the finding turned to."""
    st.query_params["finding"] = finding_id


def _queue(
    desk: "Desk", account: Account, progress: "Progress", came_from: str
) -> "list[QueueItem]":
    if came_from == "second":
        return review.second_readings(desk, account=account.name)
    return review.queue(desk, account=account.name, case=progress.case_id)


def _way_back(came_from: str, *, case_id: str) -> None:
    label = (
        "Second readings" if came_from == "second" else f"Case {case_id}" if case_id else "Cases"
    )
    if st.button(
        inert(label), icon=":material/arrow_back:", type="tertiary", shortcut="Alt+B", key="back"
    ):
        _leave(came_from, case_id)


def _leave(came_from: str, case_id: str) -> NoReturn:
    if came_from == "second":
        places.go("second_reading")
    places.go("cases", case=case_id)


def _rail(progress: "Progress") -> None:
    """The five steps in a row, each a way there: done, here, or still closed; said in words for
    every ear."""
    done = (True, progress.judged, progress.unveiled, progress.decided, False)
    here = done.index(False)
    with st.container(horizontal=True, gap="medium", key="steps"):
        for i, step in enumerate(finding_steps.STEPS):
            there = f"[{i + 1} {step}](#{places.anchor(i + 1)})"
            if i == here:
                shown = f":material/radio_button_checked: **{there}**"
            elif i < here:
                shown = f":material/check_circle: {there}"
            else:
                shown = f":gray[:material/lock: {i + 1} {step}]"
            st.markdown(shown, width="content")


def _reader(desk: "Desk", account: Account, finding_id: str) -> None:
    """For those who never decide: with a stated purpose, and the model's part once decided."""
    components.title(f"Finding {inert(finding_id)}", "You read without deciding; that is logged.")
    held = f"purpose_{finding_id}"
    if held not in st.session_state:
        with st.form("purpose_form", border=False):
            purpose = st.text_input("For what purpose do you open it?")
            sent = st.form_submit_button("Open it", type="primary")
        if not sent:
            return
        with components.asking() as asked:
            review.read(desk, finding_id, account=account.name, purpose=purpose)
        if not asked.ok:
            return
        st.session_state[held] = purpose
        st.rerun()
    finding_steps.read_only(desk, account, finding_id, purpose=str(st.session_state[held]))


page()
