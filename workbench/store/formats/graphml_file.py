"""GraphML, read in a stream (graphml.graphdrawing.org), as yEd, igraph, Gephi and others write it.

Data becomes text columns by the names of its keys, defaults included; a label drawn by yEd is the
label. Nested nodes keep their parent as text, edges their ports. A hyperedge is no tie between
two, so a file with one is refused.
"""

from collections.abc import Mapping

from workbench.analysis.node_tables import attribute_name
from workbench.store.formats.graph_rows import GraphFile, GraphRows
from workbench.store.formats.refusal import refusal
from workbench.store.formats.text_stream import Readable
from workbench.store.formats.xml_guard import read_xml

_DRAWN_LABELS = ("*NodeLabel", "*EdgeLabel", "*Label.Text")


def read_graphml(file: str, stream: Readable) -> GraphFile:
    """Nodes and edges of the file, those of nested graphs among them.

    Raises
    ------
    BadInput
        Codes of `read_xml` and `GraphRows`, and ``attribute_twice``, ``hyperedge``.
    """
    receiver = _GraphMl(file)
    read_xml(file, stream, "graphml", receiver)
    return receiver.rows.finish()


class _Item:
    def __init__(self, kind: str, said: Mapping[str, str], row: int) -> None:
        self.kind, self.said, self.row = kind, said, row
        self.label = ""
        self.cells: dict[str, str] = {}


class _GraphMl:
    def __init__(self, file: str) -> None:
        self.rows = GraphRows(file)
        self._file = file
        self._keys: dict[str, str] = {}
        self._drawn: set[str] = set()
        self._defaults: dict[str, dict[str, str]] = {"node": {}, "edge": {}}
        self._key: Mapping[str, str] = {}
        self._data: str | None = None
        self._items: list[_Item] = []
        self._undirected: list[bool] = []
        self._ports = 0

    def start(self, name: str, said: Mapping[str, str]) -> None:
        match name:
            case "key":
                self._declare(said)
            case "graph":
                self._undirected.append(said.get("edgedefault", "directed") == "undirected")
            case "node" | "edge":
                self._items.append(_Item(name, said, self.rows.number()))
            case "hyperedge":
                what = "it holds a hyperedge, which joins more than two; write it as edges."
                raise refusal(self._file, "hyperedge", what, place="hyperedge")
            case "port":
                self._ports += 1
            case "data":
                self._data = said.get("key", "")

    def end(self, name: str, text: str) -> None:
        match name:
            case "key":
                self._key = {}
            case "default" if self._key:
                self._default(text)
            case "data":
                self._value(text)
                self._data = None
            case "port":
                self._ports -= 1
            case "graph":
                self._undirected.pop()
            case "node" | "edge":
                self._close(self._items.pop())
            case _ if name in _DRAWN_LABELS and self._data is not None and self._items:
                item = self._items[-1]
                item.label = item.label or text.strip()

    def _declare(self, said: Mapping[str, str]) -> None:
        id = said.get("id", "")
        name = said.get("attr.name", "") or id
        if self._keys.setdefault(id, name) != name:
            what = "two keys have one id and different names; give each its own id."
            raise refusal(self._file, "attribute_twice", what, place="key")
        if "yfiles.type" in said or "y:attr.type" in said:
            self._drawn.add(id)
        self._key = said

    def _default(self, text: str) -> None:
        title = self._keys[self._key.get("id", "")]
        for kind, defaults in self._defaults.items():
            if self._key.get("for", "all") in (kind, "all") and text.strip():
                defaults[attribute_name(title, of=kind)] = text.strip()

    def _value(self, text: str) -> None:
        if self._data is None or not self._items or self._ports or self._data in self._drawn:
            return
        item = self._items[-1]
        title = self._keys.get(self._data) or self._data
        if value := _inner(text):
            if item.kind == "node" and title.casefold() == "label" and not item.label:
                item.label = value
                return
            name, cells = attribute_name(title, of=item.kind), item.cells
            cells[name] = f"{cells[name]}; {value}" if name in cells else value

    def _close(self, item: _Item) -> None:
        said = item.said
        cells = {**self._defaults[item.kind], **item.cells}
        if item.kind == "node":
            if self._items:
                cells.setdefault("parent", self._items[-1].said.get("id", ""))
            self.rows.node(said.get("id", ""), item.label, cells, row=item.row)
            return
        way = said.get("directed", "")
        undirected = self._undirected[-1] if self._undirected else False
        if way in ("false", "0") or (not way and undirected):
            cells.setdefault("direction", "undirected")
        for name, value in (
            ("edge_id", said.get("id", "")),
            ("source_port", said.get("sourceport", "")),
            ("target_port", said.get("targetport", "")),
            ("label", item.label),
        ):
            if value:
                cells.setdefault(name, value)
        self.rows.edge(said.get("source", ""), said.get("target", ""), cells, row=item.row)


def _inner(text: str) -> str:
    """The text without the line breaks and indents that a pretty printer puts around it."""
    return text.strip() if "\n" in text or not text.strip() else text
