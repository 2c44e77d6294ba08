"""What is in a case: chart, new, records, look up a list, notes, trail."""

from collections import Counter
from typing import TYPE_CHECKING, NoReturn

import streamlit as st

from workbench.domain.account import PERMISSIONS, Account, Operation
from workbench.domain.case import Case
from workbench.domain.finding import Claim
from workbench.services import casework, chart, look_up, review, trail
from workbench.services.look_up import Found, Line
from workbench.services.standing import title_of
from workbench.ui import chart_view, components, looking, people, places, record_table
from workbench.ui.record_words import plain
from workbench.ui.words import ago, inert, local

if TYPE_CHECKING:
    from workbench.bootstrap import Desk
    from workbench.services.review import QueueItem

_AT_ONCE = 25  # findings drawn before one asks for more
_OPENED = "claims_opened"  # words of claims that were opened in this session, by finding

STATES = {  # in the order of a list: what was begun comes before what is new
    "unveiled": "seen, to be decided",
    "judged": "your view is sealed",
    "new": "new",
    "second reading": "second reading",
    "decided": "decided by you",
}


def show(desk: "Desk", account: Account, case_id: str) -> None:
    """The case, entered: its purpose above, then the view that was chosen."""
    with components.asking() as asked:
        case = casework.case_view(desk, case_id, account=account.name)
    if not asked.ok:
        if st.button("All cases", icon=":material/arrow_back:"):
            _leave()
        return
    queue = waiting(desk, account, case_id)
    _head(desk, case, account)
    n_new = sum(item.state != "decided" for item in queue)
    views = {
        "Chart": lambda: chart_view.show(desk, case, account),
        f"New ({n_new})": lambda: _new(desk, case, account, queue),
        "Records": lambda: _records(desk, case, account),
        "Look up a list": lambda: _look_up(desk, case, account),
        "Notes": lambda: _notes(desk, case, account),
        "Trail": lambda: _trail(desk, case, account),
    }
    names = {name.split(" (")[0]: name for name in views}
    chosen = st.segmented_control(
        "In the case",
        list(names),
        default=next(iter(names)),
        required=True,
        format_func=lambda name: names[name],
        key=f"view_{case_id}",
        persist_state="session",
        label_visibility="collapsed",
    )
    views[names[str(chosen)]]()


def waiting(desk: "Desk", account: Account, case_id: str | None = None) -> "list[QueueItem]":
    """First and second readings that wait for this account; none for one who never judges."""
    if account.role not in PERMISSIONS[Operation.JUDGE]:
        return []
    first = review.queue(desk, account=account.name, case=case_id)
    return [*first, *review.second_readings(desk, account=account.name, case=case_id)]


def _leave() -> NoReturn:
    st.query_params.clear()
    st.rerun()


def _head(desk: "Desk", case: Case, account: Account) -> None:
    if st.button("All cases", icon=":material/arrow_back:", type="tertiary", key="all_cases"):
        _leave()
    st.title(f"{inert(case.id)}  {inert(case.title)}", anchor=False)
    with st.container(horizontal=True, vertical_alignment="center"):
        st.caption(
            f"Purpose: {inert(case.purpose)}  ·  Legal basis: {inert(case.legal_basis)}  ·  "
            f"Records: {inert(case.dataset)}",
            width="stretch",
        )
        people.draw(desk, account, case)


def _new(desk: "Desk", case: Case, account: Account, queue: "list[QueueItem]") -> None:
    looking.draw(desk, account, case)
    if not queue:
        components.empty(
            "No finding in this case.",
            "Findings appear when a released model looked at the case's records, with a random "
            "share that it did not put forward mixed in.",
        )
        return
    kinds = Counter(title_of(desk, item.model) for item in queue)
    st.caption(
        "  ·  ".join(f"{n} {inert(kind)}" for kind, n in sorted(kinds.items()))
        + ". In random order, never by score; some are a random share that no model put forward."
    )
    finding_list(desk, queue, key="new")


def remember(claim: Claim) -> None:
    """Keep a claim's words for this session's lists: it was opened, and that was logged."""
    st.session_state.setdefault(_OPENED, {})[claim.finding_id] = claim.text


def finding_list(desk: "Desk", queue: "list[QueueItem]", *, key: str, cases: bool = False) -> None:
    """Findings with how far one has come, those begun first; the button of each opens it.

    What a finding claims lies sealed until it is opened, and that is logged; so a list has the
    words of those alone that were opened in this session.
    """
    found = _chosen(desk, queue, key=key)
    if not found:
        components.empty("No finding has these words.", "Search for fewer or other words.")
        return
    st.caption(
        f"{len(found)} of {len(queue)} findings. What one claims is sealed until you open it; "
        "opening is logged."
    )
    n_shown = _AT_ONCE * (1 + int(st.session_state.get(f"{key}_more", 0)))
    with st.container(border=True, gap="xxsmall"):
        for item, kind in found[:n_shown]:
            _line(item, kind, key=key, case=cases)
    if len(found) > n_shown and st.button(f"Show {_AT_ONCE} more", key=f"{key}_show_more"):
        st.session_state[f"{key}_more"] = n_shown // _AT_ONCE
        st.rerun()


def _line(item: "QueueItem", kind: str, *, key: str, case: bool) -> None:
    """One finding: its id as a button, then what may be known of it before it is opened."""
    facts = item.n_offence_facts
    parts = [
        STATES[item.state],
        *([f"case {item.case_id}"] if case else []),
        f"{facts} verified {'fact' if facts == 1 else 'facts'} tied to an offence",
        f"put before you on {local(item.sealed_at)[:10]}",
    ]
    opened: dict[str, str] = st.session_state.get(_OPENED, {})
    claim = opened.get(item.finding_id, "")
    with st.container(horizontal=True, vertical_alignment="center", key=f"{key}_{item.finding_id}"):
        with st.container(width=230):
            if st.button(
                f"**{inert(item.finding_id)}**  {inert(kind)}",
                type="tertiary",
                key=f"{key}_open_{item.finding_id}",
            ):
                go_to_finding(item.finding_id, came_from=key)
        with st.container(gap=None):
            st.caption(inert("  ·  ".join(parts)))
            if claim:
                st.text(claim)


def _chosen(desk: "Desk", queue: "list[QueueItem]", *, key: str) -> "list[tuple[QueueItem, str]]":
    """Findings that have the words and the state asked for, each with its kind of claim."""
    order = list(STATES)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        words = st.text_input(
            "Search", placeholder="Id, case or kind", key=f"{key}_search", width=340
        )
        state = st.selectbox(
            "State",
            sorted({item.state for item in queue}, key=order.index),
            index=None,
            placeholder="Any",
            format_func=STATES.__getitem__,
            key=f"{key}_state",
            width=220,
        )
    wanted = words.casefold().strip()
    rows = [
        (item, title_of(desk, item.model))
        for item in sorted(queue, key=lambda i: (order.index(i.state), i.finding_id))
        if state is None or item.state == state
    ]
    return [
        (item, kind)
        for item, kind in rows
        if wanted in f"{item.finding_id} {item.case_id} {kind}".casefold()
    ]


def go_to_finding(finding_id: str, *, came_from: str) -> None:
    """Turn to the Finding page; `came_from` is where its way back leads: new or second."""
    places.go("finding", **{"finding": finding_id, "from": came_from})


def _records(desk: "Desk", case: Case, account: Account) -> None:
    held = chart.records(desk, case.id, account=account.name)
    rows, n_more = held.records, held.n_more
    with st.container(horizontal=True, vertical_alignment="bottom"):
        kinds = sorted({row.kind for row in rows})
        kind = st.selectbox(
            "Kind", kinds, index=None, placeholder="Any", format_func=plain, key="record_kind",
            width=200,
        )  # fmt: skip
        grades = sorted({row.grade.split(" ")[0] for row in rows})
        graded = st.selectbox(
            "Grade", grades, index=None, placeholder="Any", key="record_grade", width=140
        )
    found = [
        row
        for row in rows
        if (kind is None or row.kind == kind) and (graded is None or row.grade.startswith(graded))
    ]
    record_table.show(
        found, key=f"records_{case.id}", labels=held.names, units=held.units, newest_first=True
    )
    if n_more:
        st.caption(f"The latest {len(rows)} records; {n_more} older ones are not listed.")


_MEANING = {
    Found.HIT: "in this case, or linked to it by a record",
    Found.ELSEWHERE: "recorded, but not with this case: ask the state that holds it",
    Found.NO_HIT: "no record bears it",
    Found.NOT_UNDERSTOOD: "neither a number, nor a name, nor an id",
}


def _look_up(desk: "Desk", case: Case, account: Account) -> None:
    with st.form(f"list_{case.id}", border=False):
        text = st.text_area(
            "Numbers, names or accounts, one per line",
            height=140,
            placeholder="Paste anything. Spaces, dashes and letter case do not matter.",
        )
        sent = st.form_submit_button("Look up", type="primary")
    if sent:
        with components.asking() as asked:
            found = look_up.look_up_list(desk, case.id, text=text, account=account.name)
        if asked.ok:
            st.session_state[f"looked_up_{case.id}"] = found
    lines: tuple[Line, ...] = st.session_state.get(f"looked_up_{case.id}", ())
    if not lines:
        st.caption("Each look-up is logged as a consultation for this case's purpose.")
        return
    counts = Counter(line.found for line in lines)
    st.markdown("  ·  ".join(f"**{counts[found]}** {found}" for found in Found if counts[found]))
    st.dataframe([_cells(line) for line in lines], hide_index=True, key=f"list_result_{case.id}")
    st.caption("Logged as a consultation for this case's purpose.")


def _cells(line: Line) -> dict[str, str]:
    return {
        "Line": line.text,
        "Result": line.found.value,
        "Kind": line.kind,
        "Recorded as": line.entity.label if line.entity else "",
        "State": line.member_state,
        "What that means": "one of the case's own" if line.own else _MEANING[line.found],
    }


def _notes(desk: "Desk", case: Case, account: Account) -> None:
    form = f"note_{case.id}"
    with st.form(form, border=False, clear_on_submit=False):
        text = st.text_area("A note for everyone in the case", key=f"{form}_{_turn(form)}")
        sent = st.form_submit_button("Add the note")
    if sent:
        with components.asking() as asked:
            casework.add_note(
                desk, case.id, text=text, account=account.name, key=components.key_of(form)
            )
        if asked.ok:
            components.renew(form)
            st.session_state[f"turn_{form}"] = _turn(form) + 1
            st.rerun()
    kept = casework.notes(desk, case.id, account=account.name)
    if not kept:
        components.empty("No notes yet.", "What you write here everyone in the case can read.")
    for note in kept:
        with st.container(border=True):
            st.text(note.text)
            st.caption(
                f"{inert(note.written_by)}  ·  {ago(note.written_at, now=desk.now())}",
                help=local(note.written_at),
            )


def _turn(form: str) -> int:
    """How often a form was sent, so that the next one starts empty and a refused one does not."""
    return int(st.session_state.get(f"turn_{form}", 0))


def _trail(desk: "Desk", case: Case, account: Account) -> None:
    told = trail.trail(desk, case.id, account=account.name)
    st.caption("What happened in this case, from the decision log, newest first.")
    rows = [
        {
            "When": local(step.at),
            "Who": step.who,
            "What": step.did,
            "Finding": step.finding_id,
            "Entry": step.seq,
        }
        for step in told.steps
    ]
    st.dataframe(
        rows,
        hide_index=True,
        key=f"trail_{case.id}",
        column_config={"What": st.column_config.TextColumn(width="large")},
    )
    if told.n_kept_back:
        st.caption(
            f"{told.n_kept_back} entries on findings that you have not decided are kept from you "
            "until you have, so that your reading is your own."
        )
    if told.more:
        st.caption("Older entries stand in the decision log.")
