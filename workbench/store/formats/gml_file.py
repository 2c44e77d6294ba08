"""GML, read in a stream, as Gephi, yEd, igraph and networkx write it (Himsolt, 1996).

Keys may hold underscores, texts may span lines and hold characters as themselves, as ``&#233;`` or
as ``&eacute;``. Nested attributes become columns joined by a dot; how things are drawn
(``graphics``, ``LabelGraphics``) is left alone.
"""

import re
from collections.abc import Iterator
from html.entities import name2codepoint
from typing import NamedTuple

from workbench.analysis.node_tables import OURS, attribute_name
from workbench.store.formats.graph_rows import GraphFile, GraphRows
from workbench.store.formats.refusal import MAX_CHARACTERS, refusal, too_large_cell
from workbench.store.formats.text_stream import BLOCK, Readable, texts

MAX_DEPTH = 32
_TOKEN = re.compile(
    r"""[\s\ufeff]*+(?:(?P<note>\#[^\n]*\n)|(?P<open>\[)|(?P<close>\])|"(?P<text>[^"]*+)"
    |(?P<number>[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?(?=[\s\]\[]))
    |(?P<word>[^\s"\[\]\#][^\s"\[\]]*(?=[\s\]\["])))""",
    re.VERBOSE,
)
_ENTITY = re.compile(r"&(?:#(\d{1,7})|#[xX]([0-9a-fA-F]{1,6})|([A-Za-z][A-Za-z0-9]{1,31}));")
_DRAWN = ("graphics", "LabelGraphics", "edgeAnchor")


class _Token(NamedTuple):
    kind: str
    text: str
    line: int


def read_gml(file: str, stream: Readable) -> GraphFile:
    """Nodes and edges of the one graph that the file holds.

    Raises
    ------
    BadInput
        Codes ``empty``, ``nul``, ``not_utf8``, ``gml``, ``magic`` (no graph in it), ``graphs``
        (several), ``too_deep``, ``field_too_large`` and those of `GraphRows`.
    """
    return _Gml(file).read(_tokens(file, texts(file, stream)))


def _tokens(file: str, texts: Iterator[str]) -> Iterator[_Token]:
    """Tokens with the lines they begin at; what is not yet whole waits for more text."""
    rest, line = "", 1
    for text in texts:
        buffer, at = rest + text, 0
        while match := _TOKEN.match(buffer, at):
            kind = str(match.lastgroup)
            line += buffer.count("\n", at, match.start(kind))
            yield _Token(kind, match.group(kind), line)
            line += buffer.count("\n", match.start(kind), match.end())
            at = match.end()
        rest = buffer[at:].lstrip("\ufeff \t\r\n")
        line += buffer.count("\n", at, len(buffer) - len(rest))
        if len(rest) > MAX_CHARACTERS + BLOCK:
            raise too_large_cell(file, place=f"line {line}")
    rest += "\n"
    at = 0
    while match := _TOKEN.match(rest, at):
        kind = str(match.lastgroup)
        yield _Token(kind, match.group(kind), line)
        at = match.end()
    if rest[at:].strip("\ufeff \t\r\n"):
        what = "a quote is not closed, or a sign stands where none may; mend it."
        raise refusal(file, "gml", what, place=f"line {line}")


def _decoded(text: str) -> str:
    """Entities as the characters they stand for; what is none stays as it is."""
    return _ENTITY.sub(_character, text) if "&" in text else text


def _character(match: "re.Match[str]") -> str:
    decimal, hexadecimal, name = match.groups()
    if name:
        point = 39 if name == "apos" else name2codepoint.get(name)
    else:
        point = int(decimal) if decimal else int(hexadecimal, 16)
    if point is None or point > 0x10FFFF or 0xD800 <= point <= 0xDFFF:
        return match.group()
    return chr(point)


class _Gml:
    def __init__(self, file: str) -> None:
        self._file = file
        self._rows = GraphRows(file)
        self._undirected = True
        self._n_graphs = 0
        self._ids: dict[str, str] = {}  # of an export of ours, which numbers its nodes

    def read(self, tokens: Iterator[_Token]) -> GraphFile:
        seen = False
        for token in tokens:
            if token.kind == "note":
                continue
            seen = True
            key = self._key(token)
            value = self._value(tokens, token)
            if key == "graph" and value is None:
                self._n_graphs += 1
                if self._n_graphs > 1:
                    what = "it holds several graphs; deliver one a file."
                    raise refusal(self._file, "graphs", what, place=f"line {token.line}")
                self._graph(tokens)
            elif value is None:
                self._skip(tokens)
        if not seen:
            raise refusal(self._file, "empty", "it holds nothing; deliver a graph.")
        if not self._n_graphs:
            raise refusal(self._file, "magic", "it holds no graph [ ... ]; check its name.")
        return self._rows.finish()

    def _key(self, token: _Token) -> str:
        if token.kind != "word":
            what = "a value stands where a key is due; mend it."
            raise refusal(self._file, "gml", what, place=f"line {token.line}")
        return token.text

    def _value(self, tokens: Iterator[_Token], key: _Token) -> str | None:
        """The value after `key`; None where a list opens."""
        for token in tokens:
            match token.kind:
                case "note":
                    continue
                case "open":
                    return None
                case "text":
                    text = _decoded(token.text)
                    if len(text) > MAX_CHARACTERS:
                        raise too_large_cell(self._file, place=f"line {token.line}")
                    return text
                case "number" | "word":
                    return token.text
                case _:
                    what = "a key has no value; mend it."
                    raise refusal(self._file, "gml", what, place=f"line {token.line}")
        raise self._cut(key.line)

    def _cut(self, line: int) -> Exception:
        what = "it ends before it is whole; deliver all of it."
        return refusal(self._file, "gml", what, place=f"line {line}")

    def _keys(self, tokens: Iterator[_Token]) -> Iterator[tuple[_Token, str | None]]:
        """Keys with their values until the list closes; a None must be read on by the caller."""
        line = 0
        for token in tokens:
            line = token.line
            if token.kind == "note":
                continue
            if token.kind == "close":
                return
            self._key(token)
            yield token, self._value(tokens, token)
        raise self._cut(line)

    def _graph(self, tokens: Iterator[_Token]) -> None:
        for key, value in self._keys(tokens):
            if key.text == "directed" and value is not None:
                self._undirected = value != "1"
            elif key.text == "node" and value is None:
                self._node(key, self._cells(tokens, 2))
            elif key.text == "edge" and value is None:
                self._edge(key, self._cells(tokens, 2))
            elif value is None:
                self._skip(tokens)

    def _skip(self, tokens: Iterator[_Token]) -> None:
        self._cells(tokens, 2)

    def _cells(self, tokens: Iterator[_Token], depth: int) -> dict[str, str]:
        """The list that just opened, flat; a key that repeats has its values side by side."""
        if depth > MAX_DEPTH:
            what = f"it nests deeper than {MAX_DEPTH}; flatten it."
            raise refusal(self._file, "too_deep", what)
        cells: dict[str, str] = {}
        for key, value in self._keys(tokens):
            if value is not None:
                found = {key.text: value}
            else:
                inner = self._cells(tokens, depth + 1)
                if key.text in _DRAWN:
                    continue
                if key.text == "attribute" and set(inner) == {"name", "value"}:
                    found = {inner["name"]: inner["value"]}
                else:
                    found = {f"{key.text}.{name}": cell for name, cell in inner.items()}
            for name, cell in found.items():
                joined = f"{cells[name]}; {cell}" if name in cells else cell
                if len(joined) > MAX_CHARACTERS:
                    raise too_large_cell(self._file, place=f"line {key.line}")
                cells[name] = joined
        return cells

    def _node(self, key: _Token, cells: dict[str, str]) -> None:
        id, label = cells.pop("id", ""), cells.pop("label", "")
        if set(OURS.values()) - {"occurred_at"} <= cells.keys():
            self._ids[id] = id = cells.pop("entity", id)
        named = {attribute_name(name): cell for name, cell in cells.items()}
        self._rows.node(id, label, named, place=f"line {key.line}")

    def _edge(self, key: _Token, cells: dict[str, str]) -> None:
        source, target = cells.pop("source", ""), cells.pop("target", "")
        label, id = cells.pop("label", ""), cells.pop("id", "")
        source, target = self._ids.get(source, source), self._ids.get(target, target)
        named = {attribute_name(name, of="edge"): cell for name, cell in cells.items()}
        if self._undirected and "direction" not in named:
            named["direction"] = "undirected"
        self._rows.edge(
            source, target, {"edge_id": id, "label": label, **named}, place=f"line {key.line}"
        )
