"""Recorded entities and links as GML in plain ASCII, which the reader here takes back exactly.

GML numbers its nodes: an entity's own id stands beside the number. What cannot be a key of GML is
written as ``attribute [ name "..." value "..." ]``.
"""

import re
from collections.abc import Iterator, Mapping

from workbench.analysis.leaving import Leaving

_KEY = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,127}", re.ASCII)
_LISTS = frozenset(("graph", "node", "edge", "attribute", "graphics", "LabelGraphics"))
_MARKED = re.compile(r"[^\x20-\x7e]|[&\"]")


def gml_lines(leaving: Leaving) -> Iterator[bytes]:
    """A GML file, line by line."""
    numbers: dict[str, int] = {}
    yield b'Creator "workbench"\ngraph [\n  directed 1\n  multigraph 1\n'
    for number, node in enumerate(leaving.nodes()):
        numbers[node.id] = number
        head = f"id {number} label {_text(node.label)} entity {_text(node.id)}"
        yield f"  node [ {head}{_pairs(node.cells)} ]\n".encode("ascii")
    for edge in leaving.edges():
        ends = f"source {numbers[edge.source]} target {numbers[edge.target]}"
        yield f"  edge [ {ends}{_pairs(edge.cells)} ]\n".encode("ascii")
    yield b"]\n"


def _text(text: str) -> str:
    return f'"{_MARKED.sub(lambda found: f"&#{ord(found.group())};", text)}"'


def _pairs(cells: Mapping[str, str]) -> str:
    return "".join(
        f" {name} {_text(cell)}"
        if _KEY.fullmatch(name) and name not in _LISTS
        else f" attribute [ name {_text(name)} value {_text(cell)} ]"
        for name, cell in cells.items()
    )
