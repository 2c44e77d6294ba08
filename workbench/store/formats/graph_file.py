"""A delivered file that holds a graph: which format it is, and its nodes and edges."""

import io
from pathlib import Path

from workbench.store.formats.delivered import Digested, Held, check_magic
from workbench.store.formats.followthemoney_file import is_followthemoney, read_followthemoney
from workbench.store.formats.gexf_file import read_gexf
from workbench.store.formats.gml_file import read_gml
from workbench.store.formats.graph_rows import GraphFile
from workbench.store.formats.graphml_file import read_graphml
from workbench.store.formats.refusal import MAX_BYTES, refusal
from workbench.store.formats.text_stream import BLOCK

_READERS = {
    ".gexf": read_gexf,
    ".graphml": read_graphml,
    ".gml": read_gml,
    ".ftm": read_followthemoney,
    ".ijson": read_followthemoney,
}
_MAYBE = (".json", ".jsonl", ".ndjson")
GRAPH_SUFFIXES = tuple(_READERS)


def holds_graph(path: Path) -> bool:
    """Whether the file is read as a graph: by its ending, JSON by its first object.

    A file that cannot be opened is none; reading it as a table says why.
    """
    suffix = path.suffix.lower()
    if suffix in _READERS:
        return True
    if suffix not in _MAYBE:
        return False
    try:
        with path.open("rb") as opened:
            first = opened.read(4 * BLOCK)
    except OSError:
        return False
    return is_followthemoney(path.name, io.BytesIO(first))


def read_graph_file(path: Path) -> tuple[GraphFile, Held]:
    """Nodes and edges of the file, and size and digest of its bytes.

    Raises
    ------
    BadInput
        When the file cannot be read as what its name says; the codes stand in datasets/README.md.
    """
    file, suffix = path.name, path.suffix.lower()
    try:
        if not path.is_file():
            raise refusal(file, "not_found", "there is no such file; check the name.")
        if path.stat().st_size > MAX_BYTES:
            raise refusal(file, "too_large", "it is above 2 GB; deliver it in parts.")
        with path.open("rb") as opened:
            stream = Digested(opened)
            check_magic(file, suffix, stream.first)
            graph = _READERS.get(suffix, read_followthemoney)(file, stream)
            return graph, stream.held()
    except OSError as error:
        what = "it cannot be opened; check its name and who may read it."
        raise refusal(file, "unreadable", what) from error
