"""FollowTheMoney entities, one JSON object a line or one array, nested or flat.

Entities become nodes, interval schemata that join two (Ownership, Payment, UnknownLink ...) become
edges, one for each pair of ends they name. Property values stand side by side where there are
several. Dates are the time of an event where they name a whole day. What an export of this
workbench carries beside the properties is read back exactly.
"""

import re
from collections.abc import Mapping
from itertools import product
from typing import Any

from workbench.analysis.node_tables import (
    AMOUNT,
    ESCAPE,
    FROM,
    ID,
    KIND,
    LABEL,
    RESERVED,
    TO,
    attribute_name,
)
from workbench.domain.errors import BadInput
from workbench.store.formats.followthemoney_words import (
    BACK,
    BESIDE,
    EDGES,
    ENTITIES,
    LABELS,
    OURS,
    REFERENCES,
)
from workbench.store.formats.graph_rows import GraphFile, GraphRows
from workbench.store.formats.json_file import objects
from workbench.store.formats.refusal import refusal
from workbench.store.formats.text_stream import Readable

MAX_NESTED = 16
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}(:\d{2}(\.\d{1,6})?)?(Z|[+-]\d{2}:\d{2})?)?")
_UNPAIRED = re.compile("[\ud800-\udfff]")


def is_followthemoney(file: str, stream: Readable) -> bool:
    """Whether the first object is an entity of FollowTheMoney; reads no further."""
    try:
        _, first = next(objects(file, stream))
    except (BadInput, StopIteration):
        return False
    return _is_entity(first)


def read_followthemoney(file: str, stream: Readable) -> GraphFile:
    """Nodes and edges of the file; rows count its lines, or the array's items.

    Raises
    ------
    BadInput
        Codes of `objects` and `GraphRows`, and ``not_entities`` (something stands between that is
        no entity), ``too_deep``.
    """
    made = _Reader(file)
    for place, value in objects(file, stream):
        made.place, made.row = place, int(place.split()[-1])
        if not _is_entity(value):
            what = "it is no entity with an id, a schema and properties; mend or take it out."
            raise refusal(file, "not_entities", what, place=place)
        made.take(value, 0)
    return made.rows.finish()


def _is_entity(value: Mapping[str, Any]) -> bool:
    schema = value.get("schema")
    if not isinstance(value.get("id"), str) or not isinstance(schema, str):
        return False
    return isinstance(value.get("properties"), dict) or schema in ENTITIES or schema in EDGES


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [] if value is None else [value]


class _Reader:
    def __init__(self, file: str) -> None:
        self.rows = GraphRows(file)
        self.place, self.row = "", 0
        self._file = file

    def take(self, value: Mapping[str, Any], depth: int, end: tuple[str, str] = ("", "")) -> None:
        """An entity with whatever is nested in it; `end` is the property it was reached by."""
        if depth > MAX_NESTED:
            what = f"entities nest deeper than {MAX_NESTED}; list them line by line."
            raise refusal(self._file, "too_deep", what, place=self.place)
        properties = self._properties(value)
        if end[0] and not properties.get(end[0]):
            properties[end[0]] = [end[1]]
        inner: list[tuple[str, Mapping[str, Any]]] = []
        plain: dict[str, list[str]] = {}
        for name, values in properties.items():
            plain[name] = []
            for one in values:
                if isinstance(one, dict) and _is_entity(one):
                    inner.append((name, one))
                    plain[name].append(str(one["id"]))
                elif text := self._text(one):
                    plain[name].append(text)
        if ours := self._ours(value):
            self._take_ours(value, ours)
        elif str(value["schema"]) in EDGES:
            self._edge(value, plain)
        else:
            self._node(value, plain, nested=depth > 0)
        for name, one in inner:
            back = BACK.get(name, "")
            if not back and str(value["schema"]) not in EDGES and name not in REFERENCES:
                self._link(str(value["id"]), str(one["id"]), {KIND: name})
            self.take(one, depth + 1, (back, str(value["id"])) if back else ("", ""))

    def _properties(self, value: Mapping[str, Any]) -> dict[str, list[Any]]:
        """The properties, of a flat entity those that stand beside id and schema."""
        nested = value.get("properties")
        if isinstance(nested, dict):
            return {name: _listed(values) for name, values in nested.items()}
        return {name: _listed(v) for name, v in value.items() if name not in BESIDE}

    def _text(self, value: Any) -> str:
        text = value if isinstance(value, str) else "" if value is None else str(value)
        if _UNPAIRED.search(text):
            what = "it holds half a character (a lone surrogate); mend it."
            raise refusal(self._file, "lone_surrogate", what, place=self.place)
        return text

    def _ours(self, value: Mapping[str, Any]) -> dict[str, str]:
        """What an export of this workbench said beside the properties; empty where it is none."""
        said = value.get(OURS)
        if not isinstance(said, dict) or KIND not in said or ID not in said:
            return {}
        cells = {str(k): self._text(v) for k, v in said.items() if k != "attributes"}
        more = said.get("attributes")
        if isinstance(more, dict):
            for name, cell in more.items():
                cells.setdefault(f"{ESCAPE}{name}" if name in RESERVED else name, self._text(cell))
        return cells

    def _take_ours(self, value: Mapping[str, Any], cells: dict[str, str]) -> None:
        if FROM in cells and TO in cells:
            cells.pop(ID)
            source, target = cells.pop(FROM), cells.pop(TO)
            self.rows.edge(source, target, cells, row=self.row, place=self.place)
            return
        id, label = cells.pop(ID), cells.pop(LABEL, "")
        self.rows.node(id, label, cells, row=self.row, place=self.place)

    def _cells(self, value: Mapping[str, Any], properties: dict[str, list[str]]) -> dict[str, str]:
        cells = {KIND: str(value["schema"])}
        of = "edge" if value["schema"] in EDGES else "node"
        for name, values in properties.items():
            cells[attribute_name(name, of=of)] = "; ".join(values)
        for name in ("datasets", "first_seen", "last_seen"):
            if seen := [self._text(one) for one in _listed(value.get(name))]:
                cells.setdefault(name, "; ".join(seen))
        return cells

    def _node(
        self, value: Mapping[str, Any], properties: dict[str, list[str]], *, nested: bool
    ) -> None:
        id = self._text(value["id"])
        if nested and self.rows.has_node(id):
            return
        found = [properties[name][0] for name in LABELS if properties.get(name)]
        label = self._text(value.get("caption")) or (found[0] if found else "")
        cells = self._cells(value, properties)
        self.rows.node(id, label, cells, row=self.row, place=self.place)
        for name, turned in REFERENCES.items():
            for other in properties.get(name, []):
                ends = (other, id) if turned else (id, other)
                self._link(*ends, {KIND: name})

    def _link(self, source: str, target: str, cells: Mapping[str, str]) -> None:
        if source != target:
            self.rows.edge(source, target, cells, row=self.row, place=self.place, loose=True)

    def _edge(self, value: Mapping[str, Any], properties: dict[str, list[str]]) -> None:
        schema = str(value["schema"])
        ends = [
            next((properties[name] for name in names if properties.get(name)), [])
            for names in EDGES[schema]
        ]
        if schema == "Call":
            ends = [self._number(properties, f"{n[0]}Number") or e
                    for n, e in zip(EDGES[schema], ends, strict=True)]  # fmt: skip
        said = {name for names in EDGES[schema] for name in names}
        cells = self._cells(value, {n: v for n, v in properties.items() if n not in said})
        cells["edge_id"] = self._text(value["id"])
        days = [*properties.get("date", []), *properties.get("startDate", [])]
        if whole := [day for day in days if _DAY.fullmatch(day)]:
            cells["occurred_at"] = whole[0]
        _set_amount(cells)
        for source, target in product(ends[0] or [""], ends[1] or [""]):
            self.rows.edge(source, target, cells, row=self.row, place=self.place)

    def _number(self, properties: dict[str, list[str]], name: str) -> list[str]:
        """The phones that a call names by their numbers, which no entity of its own states."""
        for number in properties.get(name, []):
            if not self.rows.has_node(number):
                cells = {KIND: "phone"}
                self.rows.node(number, number, cells, row=self.row, place=self.place)
        return properties.get(name, [])


def _set_amount(cells: dict[str, str]) -> None:
    """An amount in EUR is the amount; one in another currency, or in none named, stays text."""
    stated, currency = cells.pop(AMOUNT, ""), cells.get("currency", "")
    euro = cells.pop("amountEur", "") or (stated if currency.strip().upper() == "EUR" else "")
    if euro:
        cells[AMOUNT] = euro
    if stated and stated != euro:
        cells["amount stated"] = stated
