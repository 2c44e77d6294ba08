"""A page of ours as a tree: what its elements hold, and what its style sheet says of plots.

For pages that this workbench wrote itself, so that a report has one content in two forms.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Union

_EMPTY = {"meta", "br", "hr", "link", "img", "col"}
_RULE = re.compile(r"([^{}]+)\{([^{}]*)\}")
_VARIABLE = re.compile(r"var\((--[\w-]+)\)")


@dataclass(frozen=True, slots=True)
class Node:
    """An element; attributes by their names in lower case."""

    tag: str
    attributes: Mapping[str, str] = field(default_factory=dict)
    children: list[Union["Node", str]] = field(default_factory=list)

    @property
    def classes(self) -> frozenset[str]:
        return frozenset(self.attributes.get("class", "").split())

    def number(self, name: str) -> float:
        return float(self.attributes.get(name, "0"))

    def elements(self) -> list["Node"]:
        """Its child elements."""
        return [child for child in self.children if isinstance(child, Node)]

    def all(self, tag: str) -> Iterator["Node"]:
        """Elements of that tag within it, in order."""
        for child in self.elements():
            if child.tag == tag:
                yield child
            yield from child.all(tag)

    def text(self) -> str:
        """All text within it, spaces as one."""
        parts = (child.text() if isinstance(child, Node) else child for child in self.children)
        return " ".join("".join(parts).split())


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.open = [Node("page")]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        node = Node(tag, {name: value or "" for name, value in attrs})
        self.open[-1].children.append(node)
        if tag not in _EMPTY:
            self.open.append(node)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.open[-1].children.append(Node(tag, {name: value or "" for name, value in attrs}))

    def handle_endtag(self, tag: str) -> None:
        if any(node.tag == tag for node in self.open[1:]):
            while self.open.pop().tag != tag:
                pass

    def handle_data(self, data: str) -> None:
        self.open[-1].children.append(data)


def read_page(page: bytes) -> Node:
    """The tree of a page."""
    reader = _Reader()
    reader.feed(page.decode())
    reader.close()
    return reader.open[0]


def plot_styles(page: Node) -> dict[str, dict[str, str]]:
    """What the style sheet says of ``svg .name`` and ``svg tag``, colours as written for light."""
    sheet = "".join(node.text() for node in page.all("style"))
    variables: dict[str, str] = {}
    styles: dict[str, dict[str, str]] = {}
    for selectors, body in _RULE.findall(
        re.sub(r"@media[^{]*\{(?:[^{}]*\{[^{}]*\})*\s*\}", "", sheet)
    ):
        pairs = (line.split(":", 1) for line in body.split(";") if ":" in line)
        said = {name.strip(): value.strip() for name, value in pairs}
        variables |= {name: value for name, value in said.items() if name.startswith("--")}
        for selector in selectors.split(","):
            names = selector.split()
            if len(names) == 2 and names[0] == "svg":
                styles[names[1]] = styles.get(names[1], {}) | said
    return {
        name: {key: _VARIABLE.sub(lambda m: variables[m[1]], value) for key, value in said.items()}
        for name, said in styles.items()
    }
