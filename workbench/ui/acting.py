"""Step 5: what a decided finding clears, what each action still needs and from whom."""

from typing import TYPE_CHECKING

import streamlit as st

from workbench.domain.account import PERMISSIONS, Account, Operation
from workbench.domain.action import ActionKind, ActionTaken
from workbench.domain.decision import Verdict
from workbench.domain.entity import EntityKind
from workbench.domain.finding import Claim
from workbench.services import act, casework
from workbench.ui import components
from workbench.ui.words import inert, local

if TYPE_CHECKING:
    from workbench.bootstrap import Desk
    from workbench.services.act import Clearance
    from workbench.services.review import Progress

_NEITHER = (Verdict.ALREADY_KNOWN, Verdict.NOT_RELEVANT, Verdict.CANNOT_TELL)
_VERB = {
    ActionKind.ASSESSED_LINK: "Draw the link",
    ActionKind.LEAD: "Open the lead",
    ActionKind.DOSSIER: "Export the dossier",
}
_SEEN_BY = {
    ActionKind.ASSESSED_LINK: "Stays in the case: on its chart, drawn dashed, for everyone who has "
    "decided this finding.",
    ActionKind.LEAD: "Stays in the case: everyone in it sees that a lead was opened.",
    ActionKind.DOSSIER: "Leaves the workbench: a file with the claim, the records, the decisions "
    "for and against, and their proof. Whoever gets it sees all of it.",
}


def draw(desk: "Desk", account: Account, progress: "Progress", claim: Claim) -> None:
    """Each action with its clearance; its button works only where it is cleared."""
    with components.asking() as asked:
        clearances = act.cleared(desk, progress.finding_id, account=account.name)
    if not asked.ok:
        return
    if progress.decision is not None and progress.decision.verdict in _NEITHER:
        st.markdown(neither(progress.decision.verdict))
    others = _others(desk, account, progress)
    for clearance in clearances:
        with st.container(border=True):
            _one(desk, account, claim, clearance, others)


def neither(verdict: Verdict) -> str:
    """What one's own verdict means for acting where it neither clears nor blocks."""
    return (
        f"You found it {verdict.label}: that clears no action and blocks none. What others find "
        "supported can still be acted on; if your view changes, look again, under step 4, and "
        "decide anew."
    )


def done(desk: "Desk", account: Account, finding_id: str) -> None:
    """What was done on a finding, and what each action still needs, for one who never acts."""
    with components.asking() as asked:
        clearances = act.cleared(desk, finding_id, account=account.name)
    if not asked.ok:
        return
    for clearance in clearances:
        with st.container(border=True):
            _title(clearance)
            st.caption(_standing(clearance, account, []))
            for taken in clearance.taken:
                _done(account, taken)


def _others(desk: "Desk", account: Account, progress: "Progress") -> list[str]:
    """Names of those in the case whose decision can still come."""
    people = casework.members(desk, progress.case_id, account=account.name)
    return [name for name in people if name != account.name]


def _one(
    desk: "Desk", account: Account, claim: Claim, clearance: "Clearance", others: list[str]
) -> None:
    kind, form = clearance.kind, f"act_{clearance.kind}_{claim.finding_id}"
    finished = bool(clearance.taken) and not kind.on_person
    may = account.role in PERMISSIONS[Operation.ACT]
    words, button = st.columns([4, 1], vertical_alignment="center")
    with words:
        _title(clearance)
        st.caption(_standing(clearance, account, others))
        subject = _subject(claim, form) if kind.on_person and clearance.is_open else ""
        for taken in clearance.taken:
            _done(account, taken)
            if taken.export and clearance.is_open:
                _file(desk, account, taken)
    with button:
        pressed = st.button(
            _VERB[kind],
            key=form,
            type="primary" if clearance.is_open and not clearance.taken else "secondary",
            disabled=finished or not (clearance.is_open and may),
            width="stretch",
        )
    if not pressed:
        return
    if kind.on_person and not subject:
        st.error("Choose the person whom the lead is about; nobody is preset.")
        return
    with components.asking() as asked:
        act.act(
            desk,
            claim.finding_id,
            account=account.name,
            action=kind,
            key=components.key_of(form),
            subject=subject,
        )
    if asked.ok:
        components.renew(form)
        st.rerun()


def _title(clearance: "Clearance") -> None:
    label = clearance.kind.label
    st.markdown(f"**{label[0].upper()}{label[1:]}**")


def _done(account: Account, taken: ActionTaken) -> None:
    by = "you" if taken.acted_by == account.id else inert(taken.acted_by)
    st.markdown(f":material/check: Done {local(taken.acted_at)} by {by}.")


def _standing(clearance: "Clearance", account: Account, others: list[str]) -> str:
    """What it needs and has, from whom that can come, and who will see it."""
    if clearance.against:
        return f"{_contested(clearance, account)}  \n{_SEEN_BY[clearance.kind]}"
    n, needed = clearance.n_supporting, clearance.n_needed
    if clearance.is_open:
        has = f"Cleared: {needed} needed, found supported by {n}."
        return f"{has}  \n{_SEEN_BY[clearance.kind]}"
    missing = 0 if n is None else max(needed - n, 0)
    whom = f" That can come from {inert(', '.join(others))}." if missing and others else ""
    return f"{inert(clearance.needs)}{whom}  \n{_SEEN_BY[clearance.kind]}"


def _contested(clearance: "Clearance", account: Account) -> str:
    """Who stands against it, and that only they can change that."""
    against = [who for who in clearance.against if who != account.id]
    if account.id not in clearance.against:
        them = inert(", ".join(against))
        they = "that person" if len(against) == 1 else "each of them"
        return f"Contested: {them} found it not supported; {they} would have to decide anew first."
    also = f" So did {inert(', '.join(against))}, and the same holds for them." if against else ""
    return (
        "Contested: you found it not supported. Only you can change that: look again, under "
        f"step 4, and decide anew.{also}"
    )


def _subject(claim: Claim, form: str) -> str:
    """The person whom a lead would be about; the first one that the claim names stands first."""
    people = {e.id: e.label for e in claim.subgraph.entities if e.kind is EntityKind.PERSON}
    named = [i for i in claim.subject_ids if i in people]
    order = [*named, *(i for i in people if i not in named)]
    chosen = st.selectbox(
        "About", order, index=None, format_func=people.__getitem__, key=f"{form}_subject", width=340
    )
    return chosen or ""


def _file(desk: "Desk", account: Account, taken: ActionTaken) -> None:
    """The dossier to save: fetched, and that logged, only when it is asked for."""
    st.download_button(
        "Save the dossier",
        lambda: act.dossier(desk, taken.finding_id, taken.id, account=account.name),
        file_name=taken.export,
        mime="text/html",
        key=f"file_{taken.export}",
        icon=":material/download:",
    )
