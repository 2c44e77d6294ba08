"""Nodes and edges become tables of one kind each; a kind is read, never made up."""

import numpy as np
import pandas as pd

from workbench.analysis.mapping import Part
from workbench.analysis.node_tables import Rows, attribute_name, graph_parts


def rows(**columns: list[str]) -> Rows:
    frame = pd.DataFrame({n: pd.Series(cells, dtype="str") for n, cells in columns.items()})
    return Rows(frame, np.arange(1, len(frame) + 1))


def parts(nodes: Rows, edges: Rows) -> dict[str, Part]:
    return {part.mapping.name: part for part in graph_parts("a.gml", nodes, edges)}


NODES = rows(
    id=["a", "b", "c"], label=["", "", ""], type=["Person", "bank_account", "?"], name=["A", "", ""]
)


def test_a_nodes_kind_is_the_word_of_its_type_else_entity() -> None:
    made = parts(NODES, rows(**{"from": [], "to": []}))
    assert {name: part.frame["id"].tolist() for name, part in made.items()} == {
        "person": ["a"],
        "account": ["b"],
        "entity": ["c"],
    }
    assert made["person"].mapping.label == "name"
    assert made["entity"].row.tolist() == [3]


def test_edges_of_one_kind_between_other_kinds_are_tables_apart() -> None:
    edges = rows(**{"from": ["a", "a", "b"], "to": ["b", "c", "c"], "relation": ["owns", "", ""]})
    made = parts(NODES, edges)
    assert [(n, p.mapping.kind) for n, p in made.items() if p.mapping.is_link] == [
        ("holds", "holds"),
        ("linked_to", "linked_to"),
        ("linked_to.account-entity", "linked_to"),
    ]


def test_a_call_between_persons_is_a_link_of_no_certain_kind() -> None:
    nodes = rows(id=["a", "b"], label=["", ""], kind=["person", "person"])
    made = parts(nodes, rows(**{"from": ["a"], "to": ["b"], "kind": ["call"]}))
    assert made["linked_to"].mapping.to_kind == "person"


def test_only_transfers_have_an_amount() -> None:
    nodes = rows(id=["a", "b"], label=["", ""], kind=["account", "account"])
    edges = rows(
        **{"from": ["a", "a"], "to": ["b", "b"], "kind": ["payment", ""], "amount": ["1", "2"]}
    )
    made = parts(nodes, edges)
    assert made["transferred"].mapping.amount == "amount"
    assert made["linked_to"].mapping.amount == ""


def test_an_attribute_called_like_an_id_gets_a_prefix() -> None:
    assert attribute_name(" my  label ") == "my label"
    assert attribute_name("id") == "attribute.id"
    assert attribute_name("label", of="edge") == "label"
    assert attribute_name("from", of="edge") == "attribute.from"
    assert attribute_name("") == "attribute"


def test_a_graph_without_nodes_still_has_a_table_to_list_faults_in() -> None:
    empty = rows(id=[], label=[])
    (only,) = graph_parts("a.gml", empty, rows(**{"from": [], "to": []}))
    assert (only.mapping.kind, len(only.frame)) == ("entity", 0)
