"""The chart of a case: the picture, what is selected in it, and one's own tentative links."""

from collections import Counter
from typing import TYPE_CHECKING

import streamlit as st

from workbench.domain.account import Account
from workbench.domain.case import Case
from workbench.domain.entity import Entity, Link, LinkStatus
from workbench.services import chart
from workbench.services.chart import Chart
from workbench.ui import components
from workbench.ui.graph_view import view
from workbench.ui.graph_view.view import Selection
from workbench.ui.words import inert, local

if TYPE_CHECKING:
    from workbench.bootstrap import Desk

_REACH = {"The case's own": 0, "One step": 1, "Two steps": 2}


def show(desk: "Desk", case: Case, account: Account) -> None:
    """Controls, picture, what was clicked; the same as tables below for whoever prefers those."""
    with st.container(horizontal=True, vertical_alignment="center"):
        reach = st.segmented_control(
            "How far from the case", list(_REACH), default="One step", required=True,
            key=f"reach_{case.id}",
            label_visibility="collapsed",
        )  # fmt: skip
        with st.popover("What is shown", icon=":material/filter_alt:"):
            among = st.checkbox("Links among the neighbours too", key=f"among_{case.id}")
            drawn = chart.chart(
                desk, case.id, account=account.name, hops=_REACH[str(reach)], among=among
            )
            hidden = _hidden(drawn, case)
        with st.popover("Draw a tentative link", icon=":material/edit:"):
            _tentative(desk, case, account, drawn)
    entities = [e for e in drawn.entities if e.kind not in hidden or e.id in drawn.own_ids]
    inside = {e.id for e in entities}
    links = [k for k in drawn.links if k.source_id in inside and k.target_id in inside]
    chosen = view.show(
        entities,
        links,
        key=f"chart_{case.id}",
        ringed=drawn.own_ids,
        ring_means="the case's own",
        height=480,
    )
    _notices(drawn)
    _selected(chosen, entities, links)
    with st.expander(f"The same as tables: {len(entities)} entities, {len(links)} links"):
        _tables(entities, links, case)


def _hidden(drawn: Chart, case: Case) -> set[str]:
    kinds = Counter(e.kind.value for e in drawn.entities)
    shown = st.pills(
        "Kinds shown",
        sorted(kinds),
        selection_mode="multi",
        default=sorted(kinds),
        format_func=lambda kind: f"{kind} {kinds.get(kind, 0)}",
        key=f"kinds_{case.id}_{'-'.join(sorted(kinds))}",
    )
    return set(kinds) - set(shown)


def _notices(drawn: Chart) -> None:
    if drawn.n_beyond:
        st.caption(
            f"{drawn.n_beyond} more entities lie within this reach and did not fit; those with "
            "most links to what is shown were kept."
        )
    if drawn.n_kept_back:
        n = drawn.n_kept_back
        st.caption(
            f"{n} assessed link{'s are' if n > 1 else ' is'} kept from you until you have decided "
            "the finding beneath, so that your reading is your own."
        )


def _selected(chosen: Selection, entities: list[Entity], links: list[Link]) -> None:
    names = {e.id: e.label for e in entities}
    if chosen.entity_id:
        entity = next(e for e in entities if e.id == chosen.entity_id)
        with st.container(border=True):
            st.markdown(f"**{inert(entity.label)}**  ·  {entity.kind.value}")
            facts = [
                f"{name.replace('_', ' ')}: {what}" for name, what in entity.attributes.items()
            ]
            facts += [f"stated by {entity.member_state}, record {entity.record_id}"]
            st.text("  ·  ".join(facts))
            near = [k for k in links if entity.id in (k.source_id, k.target_id)]
            _link_table(near, names, key="selected_links")
    elif chosen.links:
        with st.container(border=True):
            _link_table(list(chosen.links), names, key="selected_links")


def _tables(entities: list[Entity], links: list[Link], case: Case) -> None:
    st.dataframe(
        [
            {"Kind": e.kind.value, "Entity": e.label, "State": e.member_state, "Id": e.id}
            for e in entities
        ],
        hide_index=True,
        key=f"entities_{case.id}",
    )
    _link_table(links, {e.id: e.label for e in entities}, key=f"links_{case.id}")


def _link_table(links: list[Link], names: dict[str, str], *, key: str) -> None:
    """Links as text; a tentative one's kind is its author's reason."""
    rows = [
        {
            "From": names.get(link.source_id, link.source_id),
            "Link": "tentative"
            if link.status is LinkStatus.TENTATIVE
            else link.kind.replace("_", " "),
            "To": names.get(link.target_id, link.target_id),
            "Role or reason": link.kind if link.status is LinkStatus.TENTATIVE else link.role,
            "When": local(link.occurred_at) if link.occurred_at else "",
            "EUR": "" if link.amount is None else f"{link.amount:,.2f}",
            "Status": link.status.value,
            "Rests on": link.basis,
        }
        for link in links
    ]
    st.dataframe(
        rows,
        hide_index=True,
        key=key,
    )


def _tentative(desk: "Desk", case: Case, account: Account, drawn: Chart) -> None:
    names = {e.id: f"{e.label} ({e.kind.value})" for e in drawn.entities}
    form = f"tentative_{case.id}"
    with st.form(form, border=False):
        ends = [
            st.selectbox(label, list(names), index=None, format_func=names.__getitem__)
            for label in ("From", "To")
        ]
        reason = st.text_input("Why you think so")
        st.caption("Your own hypothesis: drawn dotted, and only you see it.")
        sent = st.form_submit_button("Draw it")
    if not sent:
        return
    if None in ends:
        st.error("Choose both ends of the link.", icon=":material/error:")
        return
    with components.asking() as asked:
        chart.draw_tentative_link(
            desk,
            case.id,
            source_id=str(ends[0]),
            target_id=str(ends[1]),
            reason=reason,
            account=account.name,
            key=components.key_of(form),
        )
    if asked.ok:
        components.renew(form)
        st.rerun()
