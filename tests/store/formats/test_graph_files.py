"""GEXF, GraphML, GML and FollowTheMoney as tools write them, with quirks others stumble over."""

import io
from collections.abc import Callable
from pathlib import Path

import networkx as nx
import pytest
from builders_formats import FTM, GEXF, GML, GRAPHML

from workbench.analysis.quality import Rejected
from workbench.store.deliveries import Delivery, read_delivery

MIXED = GRAPHML.replace('<edge id="e0"', '<edge id="e0" directed="true"').replace(
    '<port name="x"><data key="d3">drawn</data></port>', ""
)
FILES = {"a.gexf": GEXF, "a.graphml": GRAPHML, "a.gml": GML, "a.ftm.json": FTM}


def read(folder: Path, name: str, text: str = "") -> Delivery:
    path = folder / name
    path.write_text(text or FILES[name], encoding="utf-8")
    return read_delivery(path)


def rows(delivery: Delivery, table: str) -> list[dict[str, str]]:
    """The rows of one table, empty cells left out."""
    (found,) = [c.frame for c in delivery.tables if c.mapping.name == table]
    return [{k: v for k, v in row.items() if v} for row in found.to_dict("records")]


def rejected(delivery: Delivery) -> list[tuple[int, str]]:
    all_of: list[Rejected] = [r for checked in delivery.tables for r in checked.rejected]
    return sorted((r.row, r.code) for r in all_of)


def test_gexf_1_3_gives_typed_tables_with_its_dynamic_attributes(tmp_path: Path) -> None:
    found = read(tmp_path, "a.gexf")
    assert [c.mapping.name for c in found.tables] == ["person", "account", "transferred", "holds"]
    assert rows(found, "person") == [
        {
            "id": "a",
            "label": "Ada 🐟",
            "kind": "person",
            "status": "x (from 2024-01-01 until 2024-02-01); y (from 2024-02-01)",
        }
    ]
    assert {r["id"]: r.get("parent") for r in rows(found, "account")} == {"b": None, "c": "b"}
    (paid,) = [c for c in found.tables if c.mapping.kind == "transferred"]
    assert paid.amount.tolist() == [12.5]
    assert str(paid.occurred_at[0]) == "2024-03-01 00:00:00+00:00"
    assert rows(found, "holds") == [
        {"from": "a", "to": "b", "label": "holds", "direction": "undirected"}
    ]


@pytest.mark.parametrize(
    ("version", "space"),
    [
        ("1.1", "http://www.gexf.net/1.1draft"),
        ("1.2", "http://www.gexf.net/1.2draft"),
        ("1.3", "http://gexf.net/1.3"),
        ("1.3", "http://www.gexf.net/1.3draft"),
    ],
)
def test_every_version_of_gexf_reads_alike(version: str, space: str, tmp_path: Path) -> None:
    text = GEXF.replace("http://gexf.net/1.3", space, 1).replace(
        'version="1.3"', f'version="{version}"'
    )
    found = read(tmp_path, "b.gexf", text)
    assert [len(c.frame) for c in found.tables] == [1, 2, 1, 1]


def test_a_drawing_prefix_that_is_never_declared_does_no_harm(tmp_path: Path) -> None:
    text = GEXF.replace(' xmlns:viz="http://gexf.net/1.3/viz"', "")
    assert [len(c.frame) for c in read(tmp_path, "b.gexf", text).tables] == [1, 2, 1, 1]


def test_yeds_graphml_gives_drawn_labels_defaults_ports_and_nested_nodes(tmp_path: Path) -> None:
    found = read(tmp_path, "a.graphml")
    assert rows(found, "person") == [
        {"id": "n0", "label": "Ada", "type": "person"},
        {"id": "n1::n2", "type": "person", "parent": "n1"},
    ]
    assert rows(found, "phone") == [{"id": "n1", "label": "<b> & co", "type": "phone"}]
    assert rows(found, "linked_to") == [
        {"from": "n1::n2", "to": "n1", "source_port": "x"},
        {
            "from": "n0",
            "to": "n1",
            "direction": "undirected",
            "edge_id": "e0",
            "date": "2024-01-05",
        },
    ]


def test_gml_keeps_emoji_entities_lines_and_nested_attributes(tmp_path: Path) -> None:
    found = read(tmp_path, "a.gml")
    first, second, third = rows(found, "entity")
    assert first == {
        "id": "0",
        "label": "Ada 😀 éé&",
        "my_key": "x",
        "att.x": "1",
        "att.y": "two\nlines",
    }
    assert second == {"id": "1", "label": "Ada", "weight": ".5"}
    assert third == {"id": "2"}
    assert [c.mapping.kind for c in found.tables] == ["entity", "linked_to", "uses"]


def test_followthemoney_intervals_become_links_of_our_kinds(tmp_path: Path) -> None:
    found = read(tmp_path, "a.ftm.json")
    assert {c.mapping.name: len(c.frame) for c in found.tables} == {
        "person": 2,
        "organisation": 1,
        "place": 1,
        "account": 2,
        "lives_at": 1,
        "owns": 1,
        "holds": 1,
        "directs": 2,
        "transferred": 2,
        "associated_with": 1,
    }
    assert found.sensitive == ("gender",)
    assert [(r["from"], r["to"]) for r in rows(found, "owns")] == [("p2", "c1")]
    assert [(r["from"], r["to"]) for r in rows(found, "directs")] == [("p1", "c1"), ("p2", "c1")]


def test_only_euros_are_an_amount_and_only_a_whole_day_is_a_time(tmp_path: Path) -> None:
    found = read(tmp_path, "a.ftm.json")
    (paid,) = [c for c in found.tables if c.mapping.kind == "transferred"]
    assert paid.amount.tolist()[0] == 12.5
    assert paid.frame["amount stated"].tolist() == ["", "9"]
    assert [str(t)[:10] for t in paid.occurred_at] == ["2024-05-06", "NaT"]
    (owns,) = [c for c in found.tables if c.mapping.kind == "owns"]
    assert owns.frame["startDate"].tolist() == ["2014"]


def test_flat_entities_and_one_array_read_like_nested_lines(tmp_path: Path) -> None:
    lines = '{"id":"a","schema":"Person","name":"Ada"},{"id":"b","schema":"Company","name":["B"]}'
    found = read(tmp_path, "a.json", f"[{lines}]")
    assert [(c.mapping.name, c.frame["label"].tolist()) for c in found.tables] == [
        ("person", ["Ada"]),
        ("organisation", ["B"]),
    ]


def test_json_lines_that_are_no_entities_stay_a_table(tmp_path: Path) -> None:
    found = read(tmp_path, "calls.jsonl", '{"caller":"1","called":"2"}\n')
    assert [c.mapping.kind for c in found.tables] == ["called"]


@pytest.mark.parametrize(
    ("name", "text", "reader"),
    [
        ("a.gexf", GEXF, nx.read_gexf),
        ("b.gexf", GEXF.replace(' mode="dynamic"', ""), nx.read_gexf),
        ("a.gml", GML, nx.read_gml),
        ("b.gml", 'graph [ node [ id 0 my_key "é" label "a" ] ]', nx.read_gml),
        ("c.gml", 'graph [ node [ id 0 label "a" ] node [ id 1 label "a" ] ]', nx.read_gml),
        ("d.gml", "graph [ node [ id 0 ] ]", nx.read_gml),
        ("a.graphml", MIXED, nx.read_graphml),
    ],
)
def test_files_that_networkx_refuses_are_read_here(
    name: str, text: str, reader: Callable[[io.BytesIO], object], tmp_path: Path
) -> None:
    with pytest.raises((nx.NetworkXException, LookupError, ValueError, TypeError)):
        reader(io.BytesIO(text.encode()))
    assert read(tmp_path, name, text).tables


@pytest.mark.parametrize(
    ("name", "wrong", "listed"),
    [
        ("a.gexf", '<edge source="a" target="z"/>', (6, "dangling")),
        ("a.gexf", '<edge source="a" target="a"/>', (6, "self_loop")),
        ("a.gexf", '<edge source="a"/>', (6, "missing")),
    ],
)
def test_an_edge_that_joins_nothing_is_listed_and_the_rest_read(
    name: str, wrong: str, listed: tuple[int, str], tmp_path: Path
) -> None:
    found = read(tmp_path, name, FILES[name].replace("</edges>", f"{wrong}</edges>"))
    assert rejected(found) == [listed]
    assert sum(len(c.frame) for c in found.tables) == 5


def test_a_second_node_of_one_id_is_listed_with_its_place(tmp_path: Path) -> None:
    found = read(tmp_path, "b.gml", 'graph [ node [ id 1 ] node [ id 1 label "x" ] node [ ] ]')
    assert rejected(found) == [(2, "duplicate_id"), (3, "missing")]


def test_a_star_and_a_cycle_are_read_whole(tmp_path: Path) -> None:
    nodes = "".join(f"node [ id {i} ]\n" for i in range(2001))
    star = "".join(f"edge [ source 0 target {i} ]\n" for i in range(1, 2001))
    cycle = "".join(f"edge [ source {i} target {(i + 1) % 2001} ]\n" for i in range(2001))
    found = read(tmp_path, "b.gml", f"graph [ directed 1\n{nodes}{star}{cycle}]")
    assert [len(c.frame) for c in found.tables] == [2001, 4001]


def test_the_proposed_mapping_says_what_each_column_means_and_holds_no_cell(tmp_path: Path) -> None:
    found = read(tmp_path, "a.gexf")
    paid = found.proposed[2].as_json()
    assert (paid["table"], paid["kind"], paid["n_rows"]) == ("transferred", "transferred", 1)
    meant = {c["column"]: c["means"] for c in paid["columns"]}
    assert meant == {"from": "from", "to": "to", "amount": "amount", "start": "occurred_at"}
    assert paid["as_text"] == ["kind"]
    assert "Ada" not in str([table.as_json() for table in found.proposed])
