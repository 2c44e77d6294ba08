"""GEXF 1.1 to 1.3 and the drafts between, read in a stream (gexf.net/schema.html).

Attribute values become text columns; where an attribute has several over time, all are kept with
their spans. Nested nodes keep their parent as text. How nodes are drawn (viz) is left alone.
"""

from collections.abc import Mapping

from workbench.analysis.node_tables import attribute_name
from workbench.store.formats.graph_rows import GraphFile, GraphRows
from workbench.store.formats.refusal import refusal
from workbench.store.formats.text_stream import Readable
from workbench.store.formats.xml_guard import read_xml

_TIMES = ("start", "end", "startopen", "endopen", "timestamp", "timestamps", "intervals")
_EDGE = ("type", "kind", "weight", "label")


def read_gexf(file: str, stream: Readable) -> GraphFile:
    """Nodes and edges of the file; `file` is the name that messages show.

    Raises
    ------
    BadInput
        Codes of `read_xml` and `GraphRows`, and ``attribute_twice``.
    """
    receiver = _Gexf(file)
    read_xml(file, stream, "gexf", receiver)
    return receiver.rows.finish()


class _Item:
    """A node or an edge that is open."""

    def __init__(self, said: Mapping[str, str], row: int) -> None:
        self.said, self.row = said, row
        self.cells: dict[str, str] = {}
        self.spells: list[str] = []

    def set(self, name: str, value: str) -> None:
        """A second value of one attribute stands beside the first."""
        if value:
            before = self.cells.get(name)
            same = before is None or value in before.split("; ")
            self.cells[name] = value if before is None else before if same else f"{before}; {value}"


class _Gexf:
    def __init__(self, file: str) -> None:
        self.rows = GraphRows(file)
        self._file = file
        self._titles: dict[tuple[str, str], str] = {}
        self._defaults: dict[str, dict[str, str]] = {"node": {}, "edge": {}}
        self._class = ""
        self._attribute = ""
        self._undirected = True
        self._nodes: list[_Item] = []
        self._edge: _Item | None = None

    def start(self, name: str, said: Mapping[str, str]) -> None:
        match name:
            case "graph":
                self._undirected = said.get("defaultedgetype", "undirected") != "directed"
            case "attributes":
                self._class = said.get("class", "")
            case "attribute":
                self._declare(said)
            case "node":
                self._nodes.append(_Item(said, self.rows.number()))
            case "edge":
                self._edge = _Item(said, self.rows.number())
            case "attvalue":
                self._value(said)
            case "spell" | "slice" if item := self._open:
                item.spells.append(_span(said))
            case "parent" if item := self._open:
                item.set("parent", said.get("for", ""))

    def end(self, name: str, text: str) -> None:
        match name:
            case "default" if self._attribute and self._class in self._defaults:
                title = self._titles[self._class, self._attribute]
                self._defaults[self._class][title] = text.strip()
            case "attribute":
                self._attribute = ""
            case "attributes":
                self._class = ""
            case "node" if self._nodes:
                self._close_node(self._nodes.pop())
            case "edge" if self._edge is not None:
                self._close_edge(self._edge)
                self._edge = None

    @property
    def _open(self) -> _Item | None:
        return self._edge or (self._nodes[-1] if self._nodes else None)

    def _declare(self, said: Mapping[str, str]) -> None:
        id = said.get("id", "")
        key = self._class, id
        title = attribute_name(said.get("title", "") or id, of=self._class)
        if self._titles.setdefault(key, title) != title:
            what = "two attributes have one id and different titles; give each its own id."
            raise refusal(self._file, "attribute_twice", what, place="attributes")
        self._attribute = id

    def _value(self, said: Mapping[str, str]) -> None:
        item = self._open
        if item is None:
            return
        id = said.get("for") or said.get("id", "")
        kind = "edge" if self._edge is not None else "node"
        title = self._titles.get((kind, id)) or attribute_name(id, of=kind)
        value, span = said.get("value", ""), _span(said)
        item.set(title, f"{value} ({span})" if span and value else value)

    def _close_node(self, item: _Item) -> None:
        said = item.said
        if self._nodes:
            item.set("parent", self._nodes[-1].said.get("id", ""))
        item.set("parent", said.get("pid", ""))
        self._time(item)
        cells = {**self._defaults["node"], **item.cells}
        self.rows.node(said.get("id", ""), said.get("label", ""), cells, row=item.row)

    def _close_edge(self, item: _Item) -> None:
        said = item.said
        way = said.get("type", "undirected" if self._undirected else "directed")
        if way != "directed":
            item.set("direction", way)
        for name in ("label", "kind", "weight"):
            if value := said.get(name, ""):
                item.cells.setdefault(name, value)
        self._time(item)
        cells = {"edge_id": said.get("id", ""), **self._defaults["edge"], **item.cells}
        self.rows.edge(said.get("source", ""), said.get("target", ""), cells, row=item.row)

    def _time(self, item: _Item) -> None:
        """The time an item stands at is its own column; spans that it was there for another."""
        for name in _TIMES:
            if value := item.said.get(name, ""):
                item.cells.setdefault(name, value)
        for spell in item.spells:
            item.set("spells", spell)


def _span(said: Mapping[str, str]) -> str:
    """The span of a value in words; empty where it holds always."""
    first = said.get("start") or said.get("startopen", "")
    last = said.get("end") or said.get("endopen", "")
    if first or last:
        return " ".join(p for p in (first and f"from {first}", last and f"until {last}") if p)
    return said.get("timestamp") or said.get("timestamps") or said.get("intervals", "")
