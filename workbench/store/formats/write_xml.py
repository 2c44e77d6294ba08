"""Recorded entities and links as GEXF 1.3 and GraphML, which the readers here take back exactly."""

import itertools
import re
from collections.abc import Iterator, Mapping, Sequence

from workbench.analysis.leaving import Leaving
from workbench.analysis.node_tables import AMOUNT

_MARKS = {
    "&": "&amp;",
    "<": "&lt;",
    ">": "&gt;",
    '"': "&quot;",
    "\n": "&#10;",
    "\r": "&#13;",
    "\t": "&#9;",
}
_MARKED = re.compile('[&<>"\n\r\t]|[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]')


def _text(text: str) -> str:
    """`text` for an attribute or an element; what XML cannot hold becomes U+FFFD."""
    return _MARKED.sub(lambda found: _MARKS.get(found.group(), "\ufffd"), text)


def gexf_lines(leaving: Leaving) -> Iterator[bytes]:
    """A GEXF 1.3 file, line by line."""
    columns = leaving.columns()
    numbers = [{name: str(i) for i, name in enumerate(names)} for names in columns]
    yield b'<?xml version="1.0" encoding="UTF-8"?>\n'
    yield b'<gexf xmlns="http://gexf.net/1.3" version="1.3">\n'
    yield b'<meta><creator>workbench</creator></meta>\n<graph defaultedgetype="directed">\n'
    for kind, names in zip(("node", "edge"), numbers, strict=True):
        yield f'<attributes class="{kind}">\n'.encode()
        for name, number in names.items():
            of = "double" if kind == "edge" and name == AMOUNT else "string"
            yield f'<attribute id="{number}" title="{_text(name)}" type="{of}"/>\n'.encode()
        yield b"</attributes>\n"
    yield b"<nodes>\n"
    for node in leaving.nodes():
        head = f'<node id="{_text(node.id)}" label="{_text(node.label)}">'
        yield f"{head}{_attvalues(node.cells, numbers[0])}</node>\n".encode()
    yield b"</nodes>\n<edges>\n"
    for edge in leaving.edges():
        head = f'<edge source="{_text(edge.source)}" target="{_text(edge.target)}">'
        yield f"{head}{_attvalues(edge.cells, numbers[1])}</edge>\n".encode()
    yield b"</edges>\n</graph>\n</gexf>\n"


def _attvalues(cells: Mapping[str, str], numbers: Mapping[str, str]) -> str:
    values = "".join(
        f'<attvalue for="{numbers[name]}" value="{_text(cell)}"/>' for name, cell in cells.items()
    )
    return f"<attvalues>{values}</attvalues>"


def graphml_lines(leaving: Leaving) -> Iterator[bytes]:
    """A GraphML file, line by line; a node's label is its data called label."""
    keys: list[dict[str, str]] = []
    yield b'<?xml version="1.0" encoding="UTF-8"?>\n'
    yield b'<graphml xmlns="http://graphml.graphdrawing.org/xmlns">\n'
    count = itertools.count()
    for kind, names in zip(("node", "edge"), _keyed(leaving), strict=True):
        keys.append({name: f"d{next(count)}" for name in names})
        for name, key in keys[-1].items():
            of = "double" if kind == "edge" and name == AMOUNT else "string"
            said = f'id="{key}" for="{kind}" attr.name="{_text(name)}" attr.type="{of}"'
            yield f"<key {said}/>\n".encode()
    yield b'<graph edgedefault="directed">\n'
    for node in leaving.nodes():
        data = _data({"label": node.label, **node.cells}, keys[0])
        yield f'<node id="{_text(node.id)}">{data}</node>\n'.encode()
    for edge in leaving.edges():
        ends = f'source="{_text(edge.source)}" target="{_text(edge.target)}"'
        yield f"<edge {ends}>{_data(edge.cells, keys[1])}</edge>\n".encode()
    yield b"</graph>\n</graphml>\n"


def _keyed(leaving: Leaving) -> tuple[Sequence[str], Sequence[str]]:
    nodes, edges = leaving.columns()
    return ("label", *nodes), edges


def _data(cells: Mapping[str, str], keys: Mapping[str, str]) -> str:
    return "".join(f'<data key="{keys[name]}">{_text(cell)}</data>' for name, cell in cells.items())
