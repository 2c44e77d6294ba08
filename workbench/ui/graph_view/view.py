"""The picture of entities and links: one component, the same on every page that shows a graph."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import streamlit as st

from workbench.domain.entity import Entity, Link, LinkKind, LinkStatus
from workbench.ui.graph_view.layout import Point, positions
from workbench.ui.graph_view.marks import ENTITIES

SEED = 7
_CLEAR, _NEAR = 58.0, 190.0  # pixels: a mark with its name below, and two names side by side
_WIDEST = 26  # characters of a line beneath a mark
QUIET = 60  # lines beyond which only those near what is selected bear words
CROWDED = 20  # entities of a flow beyond which only the telling ones are named
_HUBS, _LARGEST = 3, 4  # entities with most lines, and lines with the largest sums, that are told
_FOLDER = Path(__file__).parent
_LIBRARY = "cytoscape-3.34.4.esm.min.mjs"
_DIRECTED = {
    LinkKind.CALLED,
    LinkKind.TRANSFERRED,
    LinkKind.DIRECTS,
    LinkKind.OWNS,
    LinkKind.HOLDS,
}
_HINT = "Click a mark or a line for what is known of it. Arrow keys move, Enter chooses."


@dataclass(frozen=True, slots=True, kw_only=True)
class Selection:
    """What was clicked: an entity, or the links of one kind and status between two; else empty."""

    entity_id: str = ""
    links: tuple[Link, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """The links of one kind and status between the same two entities, drawn as one line."""

    id: str
    links: tuple[Link, ...]

    @property
    def label(self) -> str:
        """What stands beside the line: the sum of amounts, else the kind; and how many."""
        amounts = [link.amount for link in self.links if link.amount is not None]
        times = f" ×{len(self.links)}" if len(self.links) > 1 else ""
        return f"{sum(amounts):,.0f} EUR{times}" if amounts else f"{self.words}{times}"

    @property
    def total(self) -> float:
        """The sum of amounts; 0 where no link has one."""
        return sum(link.amount or 0.0 for link in self.links)

    @property
    def words(self) -> str:
        """What the links say: their role or kind; what is not recorded says its status."""
        first = self.links[0]
        if first.status is not LinkStatus.RECORDED:
            return str(first.status)
        return first.role or first.kind.replace("_", " ")

    @property
    def when(self) -> str:
        """The day, or the first and the last day; empty where no record says when."""
        days = sorted(f"{at:%Y-%m-%d}" for link in self.links if (at := link.occurred_at))
        if not days:
            return ""
        return days[0] if days[0] == days[-1] else f"{days[0]} to {days[-1]}"


def lines(links: Iterable[Link]) -> list[Line]:
    """Links bundled into lines, in order of first appearance; nothing is left out."""
    bundles: dict[str, list[Link]] = {}
    for link in links:
        line_id = "|".join((link.source_id, link.target_id, link.kind, link.role, link.status))
        bundles.setdefault(line_id, []).append(link)
    return [Line(id=line_id, links=tuple(bundle)) for line_id, bundle in bundles.items()]


def telling(bundled: Sequence[Line]) -> tuple[set[str], set[str]]:
    """Of a picture too full for every name: entities to name (those with most lines, and the ends
    of the largest sums), and ids of the lines of these sums."""
    lines_of = Counter(
        end for line in bundled for end in {line.links[0].source_id, line.links[0].target_id}
    )
    most = sorted(lines_of, key=lambda end: (-lines_of[end], end))[:_HUBS]
    largest = sorted(bundled, key=lambda line: (-line.total, line.id))[:_LARGEST]
    largest = [line for line in largest if line.total]
    ends = {end for line in largest for end in (line.links[0].source_id, line.links[0].target_id)}
    return {*most, *ends}, {line.id for line in largest}


def payload(
    entities: Sequence[Entity],
    bundled: Sequence[Line],
    *,
    ringed: Iterable[str] = (),
    ring_means: str = "",
    height: int = 420,
    selected: str = "",
    spots: Mapping[str, Point] | None = None,
) -> dict[str, Any]:
    """What the browser gets: marks with positions, lines with words, no markup."""
    crowded = spots is not None and len(entities) > CROWDED
    if spots is None:
        spots = _positions(
            tuple(e.id for e in entities),
            tuple((line.links[0].source_id, line.links[0].target_id) for line in bundled),
        )
    names = {e.id: _in_line(e.label) for e in entities}
    rings = set(ringed)
    hubs, worded = telling(bundled) if crowded else (set(), set())
    return {
        "entities": [
            _mark(e, spots[e.id], ringed=e.id in rings, named=e.id in hubs) for e in entities
        ],
        "links": [_line(line, names, spots, worded=line.id in worded) for line in bundled],
        "crowded": crowded,
        "kinds": {
            kind.value: {"fill": mark.fill, "ink": mark.ink} for kind, mark in ENTITIES.items()
        },
        "ring_means": ring_means,
        "height": height,
        "quiet": len(bundled) > QUIET,
        "selected": selected,
        "hint": _HINT,
        "about": f"Picture of {len(entities)} entities and {len(bundled)} lines between them. "
        "The same is listed in the tables on this page. Arrow keys move between entities, "
        "Enter chooses, Escape clears, plus and minus zoom, zero fits.",
    }


def show(
    entities: Sequence[Entity],
    links: Iterable[Link],
    *,
    key: str,
    ringed: Iterable[str] = (),
    ring_means: str = "",
    height: int = 420,
    spots: Mapping[str, Point] | None = None,
) -> Selection:
    """Draw the picture and return what is selected in it.

    `ringed` entities (those a claim is about, or a case's own) get a ring that the legend
    explains with `ring_means`. `key` is the picture's identity across reruns. `spots` says where
    each entity stands, by id, where the caller lays the picture out itself.
    """
    bundled = lines(links)
    data = payload(
        entities, bundled, ringed=ringed, ring_means=ring_means, height=height, spots=spots
    )
    result = _component()(key=key, data=data, default={"selected": ""}, on_selected_change=_nothing)
    chosen = str(result.get("selected") or "")
    for line in bundled:
        if line.id == chosen:
            return Selection(links=line.links)
    known = {e.id for e in entities}
    return (
        Selection(entity_id=chosen.removeprefix("entity:")) if chosen[7:] in known else Selection()
    )


def source() -> str:
    """The component's JavaScript: cytoscape as published, in a function of its own, then ours.

    The published file ends with its only export, which becomes that function's result.
    """
    library = (_FOLDER / _LIBRARY).read_text(encoding="utf-8").rstrip()
    body, _, name = library.rpartition("export{")
    exported = name.removesuffix(" as default};")
    ours = (_FOLDER / "component.js").read_text(encoding="utf-8")
    return f"const cytoscape = (() => {{{body}return {exported};}})();\n{ours}"


def _nothing() -> None:
    """A selection changes no state of its own; the rerun it causes reads it."""


@cache
def _component() -> Callable[..., Any]:
    return st.components.v2.component(
        "graph_view",
        html=(_FOLDER / "component.html").read_text(encoding="utf-8"),
        css=(_FOLDER / "component.css").read_text(encoding="utf-8"),
        js=source(),
    )


@st.cache_data(max_entries=256, show_spinner=False)
def _positions(entity_ids: tuple[str, ...], pairs: tuple[tuple[str, str], ...]) -> dict[str, Point]:
    return positions(entity_ids, pairs, seed=SEED)


def _in_line(label: str) -> str:
    """A label of several lines in one."""
    return label.replace("\n", ", ")


def _mark(entity: Entity, spot: Point, *, ringed: bool, named: bool) -> dict[str, Any]:
    short = "\n".join(
        part if len(part) <= _WIDEST else f"{part[: _WIDEST - 1]}…"
        for part in entity.label.split("\n")
    )
    return {
        "id": f"entity:{entity.id}",
        "kind": entity.kind.value,
        "label": short,
        "full": _in_line(entity.label),
        "note": entity.member_state,
        "ringed": ringed,
        "named": named,
        "x": spot[0],
        "y": spot[1],
    }


def _drop(one: Point, other: Point) -> float:
    """How far below its line a label stands, so that it clears the name under the upper mark."""
    across, down = abs(one[0] - other[0]), abs(one[1] - other[1])
    return round(max(_CLEAR - down / 2, 0.0), 1) if across < _NEAR and down > _CLEAR / 2 else 0.0


def _line(
    line: Line, names: dict[str, str], spots: Mapping[str, Point], *, worded: bool
) -> dict[str, Any]:
    first = line.links[0]
    parts = [
        f"{names[first.source_id]} – {names[first.target_id]}",
        f"{first.status} link: {line.words}",
        line.label if line.label != line.words else "",
        line.when,
    ]
    return {
        "id": line.id,
        "source": f"entity:{first.source_id}",
        "target": f"entity:{first.target_id}",
        "status": first.status.value,
        "directed": first.kind in _DIRECTED,
        "label": line.label,
        "detail": " · ".join(part for part in parts if part),
        "worded": worded,
        "drop": _drop(spots[first.source_id], spots[first.target_id]),
        "width": min(1.6 + 0.35 * (len(line.links) - 1), 5.0),
    }
