"""What is recorded beneath a claim: picture, records with grades, events in time."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

import streamlit as st

from workbench.domain.entity import Link
from workbench.domain.finding import Claim
from workbench.domain.record import Record
from workbench.ui import components
from workbench.ui.graph_view import view
from workbench.ui.graph_view.view import Selection
from workbench.ui.words import inert, local

_LIGHT = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#6B7280")
_DARK = ("#56B4E9", "#F0894A", "#3FC49B", "#DB9BC0", "#E69F00", "#7CC5EF", "#98A0A8")
_MOST_NAMED = 30  # events up to which each bears its amount
TEXT_SIZES = {  # as large as the page's own captions, in every picture
    "axis": {"labelFontSize": 12, "titleFontSize": 12},
    "legend": {"labelFontSize": 12},
}
_AMOUNTS = {  # the amount in words beside its point
    "mark": {"type": "text", "align": "left", "dx": 12, "fontSize": 11},
    "encoding": {
        "x": {"field": "at", "type": "temporal"},
        "y": {"field": "row", "type": "nominal", "sort": {"field": "at", "op": "min"}},
        "text": {"field": "beside"},
        "color": {"value": "#808890"},
    },
}
_HOVER = [
    {"field": "at", "type": "temporal", "format": "%Y-%m-%d %H:%M", "title": "when"},
    {"field": "row", "title": "from → to"},
    {"field": "what"},
    {"field": "text", "title": "amount or role"},
    {"field": "record"},
]
_KIND_SHAPES = ["circle", "square", "triangle-up", "diamond", "cross", "triangle-down", "stroke"]


def picture(claim: Claim, *, key: str, height: int = 380) -> Selection:
    """The claim's subgraph, the entities it is about ringed."""
    return view.show(
        claim.subgraph.entities,
        claim.subgraph.links,
        key=key,
        ringed=claim.subject_ids,
        ring_means="what the claim is about",
        height=height,
    )


def records(claim: Claim, names: Mapping[str, str], *, key: str, now: datetime) -> None:
    """The records beneath with their grades; `names` are the labels of what they speak of."""
    components.records(claim.records, key=key, now=now, names=names)


def selected(
    claim: Claim, chosen: Selection, names: Mapping[str, str], *, key: str, now: datetime
) -> None:
    """Under the picture: the records behind what is selected in it, if anything is."""
    rows = behind(claim, chosen)
    if rows is None:
        st.caption("Select something in the picture to see the records behind it.")
        return
    st.caption(f"Behind what is selected: {len(rows)} of {len(claim.records)} records.")
    components.records(rows, key=key, now=now, names=names)


def behind(claim: Claim, chosen: Selection) -> list[Record] | None:
    """Records that state the selected entity or carry the selected links; None for no selection."""
    if chosen.entity_id:
        wanted = {e.record_id for e in claim.subgraph.entities if e.id == chosen.entity_id}
        wanted |= {
            link.basis
            for link in claim.subgraph.links
            if chosen.entity_id in (link.source_id, link.target_id)
        }
    elif chosen.links:
        wanted = {link.basis for link in chosen.links}
    else:
        return None
    return [record for record in claim.records if record.id in wanted]


def timeline(claim: Claim, *, key: str) -> None:
    """Dated links as events, one row for each pair, amounts as size."""
    names = {e.id: e.label for e in claim.subgraph.entities}
    dated = [link for link in claim.subgraph.links if link.occurred_at is not None]
    if not dated:
        st.caption("No record beneath says when something happened, so there is no timeline.")
        return
    values = [_event(link, names) for link in sorted(dated, key=_when)]
    kinds = sorted({str(value["what"]) for value in values})
    if len(values) > _MOST_NAMED:
        values = [{**value, "beside": ""} for value in values]
    alt = f"{len(dated)} events from {_when(dated[0])} on, listed in the table of records."
    st.vega_lite_chart(values, _spec(kinds, _day_format(dated)), key=key, width="stretch", alt=alt)
    undated = len(claim.subgraph.links) - len(dated)
    if undated:
        st.caption(f"{undated} links in the picture bear no date and are not on the timeline.")


def _when(link: Link) -> str:
    return "" if link.occurred_at is None else link.occurred_at.isoformat()


def _event(link: Link, names: dict[str, str]) -> dict[str, Any]:
    amount = "" if link.amount is None else f"{link.amount:,.2f} EUR"
    return {
        "at": _when(link),
        "row": f"{names.get(link.source_id, '?')} → {names.get(link.target_id, '?')}",
        "what": link.kind.replace("_", " "),
        "amount": link.amount or 0,
        "text": amount or link.role,
        "beside": amount.removesuffix(".00 EUR").removesuffix(" EUR"),
        "record": link.basis,
    }


def _day_format(dated: Sequence[Link]) -> str:
    """How instants are written: with the hour where all of it happened within three days."""
    days = sorted(_when(link)[:10] for link in dated)
    within = (date.fromisoformat(days[-1]) - date.fromisoformat(days[0])).days
    return "%d %b %H:%M" if within <= 3 else "%d %b %Y"


def _spec(kinds: Sequence[str], written: str) -> dict[str, Any]:
    scale = {"domain": list(kinds)}
    points = {
        "mark": {"type": "point", "filled": True, "opacity": 0.85},
        "encoding": {
            "x": {
                "field": "at",
                "type": "temporal",
                "title": None,
                "scale": {"padding": 30},
                "axis": {"format": written, "tickCount": 6},
            },
            "y": {
                "field": "row",
                "type": "nominal",
                "title": None,
                "sort": {"field": "at", "op": "min"},
                "axis": {"labelLimit": 280, "grid": True, "ticks": False, "domain": False},
            },
            "color": {
                "field": "what",
                "scale": {**scale, "range": list(colours()[: len(kinds)])},
                "legend": {"orient": "top", "title": None},
            },
            "shape": {"field": "what", "scale": {**scale, "range": _KIND_SHAPES[: len(kinds)]}},
            "size": {
                "field": "amount",
                "type": "quantitative",
                "scale": {"range": [60, 420]},
                "legend": None,
            },
            "tooltip": _HOVER,
        },
    }
    return {"layer": [points, _AMOUNTS], "height": {"step": 28}, "config": TEXT_SIZES}


def colours() -> tuple[str, ...]:
    """Okabe and Ito's colours, lighter where the page is dark."""
    return _DARK if st.context.theme.type == "dark" else _LIGHT


def stated(claim: Claim) -> None:
    """The claim as a sentence, and on what day the records were as they are shown."""
    st.markdown(f"### {inert(claim.text)}")
    st.caption(
        f"An assessment to be tested, not a fact. Records as they were known on "
        f"{local(claim.as_of)}."
        + (" Looked back on: later ones are there and are not shown." if claim.known_until else "")
    )
