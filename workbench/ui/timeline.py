"""What happened when beneath a claim: dated links as marks, a row for each two that they tie."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import streamlit as st

from workbench.domain.entity import Entity, EntityKind, Link
from workbench.domain.finding import Claim
from workbench.ui import charts
from workbench.ui.evidence import holders, short_name, when
from workbench.ui.graph_view import marks
from workbench.ui.record_words import apart, plain

_MOST_NAMED = 40  # events up to which each bears its amount
_ROW = 26  # pixels
_TALLEST = 340  # pixels; beyond it the timeline scrolls
_HOVER = [
    {"field": "at", "type": "temporal", "format": "%Y-%m-%d %H:%M", "title": "when"},
    {"field": "row", "title": "from → to"},
    {"field": "what"},
    {"field": "text", "title": "amount or role"},
    {"field": "record"},
]


def timeline(claim: Claim, *, key: str) -> None:
    """Dated links in the order of time; one kind of link has the same mark on every page."""
    dated = [link for link in claim.subgraph.links if link.occurred_at is not None]
    if not dated:
        st.caption("No record beneath says when something happened, so there is no timeline.")
        return
    names = _names(claim)
    values = [_event(link, names) for link in sorted(dated, key=when)]
    if len(values) > _MOST_NAMED:
        values = [{**value, "beside": ""} for value in values]
    n_rows = len({value["row"] for value in values})
    events = "1 event" if len(dated) == 1 else f"{len(dated)} events"
    scrolls = _ROW * n_rows + 70 > _TALLEST
    with st.container(height=_TALLEST if scrolls else "content", border=scrolls):
        charts.draw(
            values,
            _spec({link.kind for link in dated}, _day_format(dated)),
            key=key,
            name=f"{events} from {values[0]['at'][:10]} on, listed in the table of records",
        )
    if scrolls:
        st.caption(f"{events} in {n_rows} rows, in the order of time; scroll for the later ones.")
    undated = len(claim.subgraph.links) - len(dated)
    if undated:
        one = undated == 1
        st.caption(
            f"{undated} {'link bears' if one else 'links bear'} no date and "
            f"{'is' if one else 'are'} not on the timeline."
        )


def _names(claim: Claim) -> dict[str, str]:
    """What stands in a row: for an account the end of its number, which is not cut off, first."""
    of = holders(claim)
    return {e.id: named(e, of.get(e.id, [])) for e in claim.subgraph.entities}


def named(entity: Entity, held_by: Sequence[Entity]) -> str:
    """What an entity is called in a row, with who holds it."""
    if entity.kind is EntityKind.ACCOUNT and held_by:
        return f"…{entity.label[-4:]} {short_name(held_by[0])}"
    return short_name(entity) if entity.kind is EntityKind.PERSON else apart(entity.label)


def _event(link: Link, names: Mapping[str, str]) -> dict[str, Any]:
    amount = "" if link.amount is None else f"{link.amount:,.2f} EUR"
    return {
        "at": when(link),
        "row": f"{names.get(link.source_id, '?')} → {names.get(link.target_id, '?')}",
        "what": plain(link.kind),
        "amount": link.amount or 0,
        "text": amount or link.role,
        "beside": amount.replace(".00 EUR", " EUR"),
        "record": link.basis,
    }


def _day_format(dated: Sequence[Link]) -> str:
    """How instants are written: with the hour where all of it happened within three days."""
    days = sorted(when(link)[:10] for link in dated)
    within = (date.fromisoformat(days[-1]) - date.fromisoformat(days[0])).days
    return "%d %b %H:%M" if within <= 3 else "%d %b %Y"


def _spec(kinds: set[str], written: str) -> dict[str, Any]:
    order = sorted(kinds)
    drawn = [marks.of_link(kind) for kind in order]
    domain = [plain(kind) for kind in order]
    row = {"field": "row", "type": "nominal", "title": None, "sort": {"field": "at", "op": "min"}}
    across = {"field": "at", "type": "temporal", "title": None, "scale": {"padding": 40}}
    points = {
        "mark": {"type": "point", "opacity": 1, "stroke": charts.ink(), "strokeWidth": 1},
        "encoding": {
            "x": across | {"axis": {"format": written, "tickCount": 6, "orient": "top"}},
            "y": row | {"axis": {"labelLimit": 400, "grid": True, "ticks": False, "domain": False}},
            "fill": {
                "field": "what",
                "scale": {"domain": domain, "range": [mark.fill for mark in drawn]},
                "legend": {
                    "orient": "top",
                    "title": None,
                    "symbolSize": 150,
                    "symbolStrokeWidth": 1,
                },
            },
            "shape": {
                "field": "what",
                "scale": {"domain": domain, "range": [mark.path for mark in drawn]},
            },
            "size": {
                "field": "amount",
                "type": "quantitative",
                "scale": {"range": [70, 360]},
                "legend": None,
            },
            "tooltip": _HOVER,
        },
    }
    amounts = {
        "mark": {"type": "text", "align": "left", "dx": 12, "fontSize": 11},
        "encoding": {"x": across, "y": row, "text": {"field": "beside"}},
    }
    return {"layer": [points, amounts], "height": {"step": _ROW}}
