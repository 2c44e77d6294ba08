"""Link analysis on the town of builders_casework, and what the log says of it."""

import json
from pathlib import Path
from typing import Any

import networkx as nx
import numpy as np
import pytest
from builders_casework import TOWN, Town, town

from workbench.analysis.kernels import build_csr
from workbench.analysis.ranking import betweenness, degree, pagerank, shortest_paths
from workbench.domain.errors import BadInput, NotAllowed, NotFound
from workbench.services import explore
from workbench.store.tables import log_entry

WHY = "Investigation 2026/117"


@pytest.fixture
def place(tmp_path: Path) -> Town:
    return town(tmp_path)


def labels(found: dict[str, Any]) -> list[str]:
    return [entity["label"] for entity in found["entities"]]


def entries(place: Town) -> list[dict[str, Any]]:
    with place.desk.database.read() as connection:
        bodies = connection.execute(log_entry.select().order_by(log_entry.c.seq)).all()
    return [json.loads(row.body) for row in bodies]


@pytest.mark.parametrize("named", ["P-1", "+99 041 17", "009904117"])
def test_neighbours_of_an_id_or_a_name_are_what_records_link_to_it(place: Town, named: str) -> None:
    found = explore.neighbours(place.desk, named, dataset=TOWN, purpose=WHY)
    assert labels(found) == ["Ada Stone", "+99 041 77"]
    assert {link["kind"] for link in found["links"]} == {"uses", "called"}
    assert found["n_links"] == 2
    assert json.loads(json.dumps(found)) == found


def test_an_entity_answers_to_the_id_of_the_record_that_states_it(place: Town) -> None:
    graph = place.desk.datasets.graph(TOWN)
    ada = graph.entities.iloc[0]
    record = graph.records.loc[ada["record"], "id"]
    found = explore.neighbours(place.desk, record, dataset=TOWN, purpose=WHY)
    assert "+99 041 17" in labels(found)


def test_the_dataset_ingested_last_is_looked_at_unless_one_is_named(place: Town) -> None:
    found = explore.neighbours(place.desk, place.cyr, purpose=WHY)
    assert labels(found) == ["BB12 0034 5678"]


def test_a_path_lists_the_labels_in_order(place: Town) -> None:
    found = explore.path(place.desk, "Ada Stone", "Ben Reed", dataset=TOWN, purpose=WHY)
    assert found["paths"] == [["Ada Stone", "+99 041 17", "+99 041 77", "Ben Reed"]]
    assert [link["kind"] for link in found["links"]].count("uses") == 2
    assert len(found["links"]) == 3


def test_no_way_is_an_empty_list_of_paths(place: Town) -> None:
    found = explore.path(place.desk, place.ada, place.cyr, dataset=TOWN, purpose=WHY)
    assert (found["paths"], found["entities"], found["links"]) == ([], [], [])


def test_the_top_comes_highest_first_and_keeps_to_the_kind(place: Town) -> None:
    found = explore.top(place.desk, by="degree", limit=3, dataset=TOWN, purpose=WHY)
    assert [(e["id"], e["value"]) for e in found["entities"]] == [
        (place.ada, 2.0),
        (place.ada_phone, 2.0),
        (place.ben_phone, 2.0),
    ]
    phones = explore.top(place.desk, by="pagerank", kind="phone", dataset=TOWN, purpose=WHY)
    assert {e["kind"] for e in phones["entities"]} == {"phone"}
    between = explore.top(place.desk, by="betweenness", limit=1, dataset=TOWN, purpose=WHY)
    # offence - Ada - phone - phone - Ben: the middle one stands on 4 of the 15 pairs of others
    assert between["entities"][0]["id"] == place.ada_phone
    assert between["entities"][0]["value"] == pytest.approx(4 / 15)


@pytest.mark.parametrize(
    ("by", "kind", "limit", "said"),
    [
        ("fame", "", 3, "no measure 'fame'"),
        ("degree", "ghost", 3, "no kind 'ghost'"),
        ("degree", "", 0, "ask for 1 or more"),
    ],
)
def test_what_cannot_be_ranked_is_refused(
    place: Town, by: str, kind: str, limit: int, said: str
) -> None:
    with pytest.raises(BadInput, match=said):
        explore.top(place.desk, by=by, kind=kind, limit=limit, dataset=TOWN, purpose=WHY)


def test_a_name_that_nobody_has_is_not_found_and_not_repeated(place: Town) -> None:
    with pytest.raises(NotFound) as caught:
        explore.neighbours(place.desk, "Eve Marsh", dataset=TOWN, purpose=WHY)
    assert "Eve" not in str(caught.value)


def test_no_purpose_no_look(place: Town) -> None:
    with pytest.raises(BadInput, match="purpose"):
        explore.neighbours(place.desk, place.ada, dataset=TOWN, purpose=" ")


def test_an_auditor_may_not_look_into_records(place: Town) -> None:
    from builders_casework import person

    from workbench.domain.account import Role

    person(place.desk, "auditor", Role.AUDITOR)
    with pytest.raises(NotAllowed):
        explore.neighbours(place.desk, place.ada, dataset=TOWN, purpose=WHY, account="auditor")


def test_every_look_is_logged_with_its_purpose_and_no_content(place: Town) -> None:
    """T29"""
    before = len(entries(place))
    explore.neighbours(place.desk, place.ada, dataset=TOWN, purpose=WHY, account="analyst-1")
    (said,) = entries(place)[before:]
    assert said["kind"] == "consultation"
    assert said["account"] == place.analyst.id
    assert said["n_entities"] == 2
    assert WHY not in json.dumps(said)
    assert "Ada" not in json.dumps(said)


def test_joining_sources_is_logged_as_a_combination(tmp_path: Path) -> None:
    """T30"""
    place = town(tmp_path)
    graph = place.desk.datasets.graph(TOWN)
    rows = graph.incident([0])
    graph.records.loc[graph.links.loc[rows[0], "record"], "source"] = "bank"
    explore.neighbours(place.desk, place.ada, dataset=TOWN, purpose=WHY)
    said = entries(place)[-1]
    assert said["kind"] == "combination"
    assert said["sources"] == ["bank", "police"]


@pytest.mark.parametrize("seed", [1, 2])
def test_measures_agree_with_networkx(seed: int) -> None:
    graph = nx.gnp_random_graph(40, 0.08, seed=seed)
    ends = np.array(list(graph.edges), np.int32)
    csr = build_csr(40, ends[:, 0], ends[:, 1])

    def of(values: dict[int, float]) -> list[float]:
        return [values[node] for node in range(40)]

    assert degree(csr).tolist() == of(dict(graph.degree))
    np.testing.assert_allclose(betweenness(csr), of(nx.betweenness_centrality(graph)), atol=1e-12)
    np.testing.assert_allclose(pagerank(csr), of(nx.pagerank(graph, tol=1e-12)), atol=1e-6)


def test_shortest_paths_agree_with_networkx() -> None:
    graph = nx.gnp_random_graph(40, 0.08, seed=3)
    ends = np.array(list(graph.edges), np.int32)
    csr = build_csr(40, ends[:, 0], ends[:, 1])
    for target in range(1, 40):
        if not nx.has_path(graph, 0, target):
            assert shortest_paths(csr, 0, target, most=99) == []
            continue
        expected = sorted(map(list, nx.all_shortest_paths(graph, 0, target)))
        assert shortest_paths(csr, 0, target, most=99) == expected
        assert shortest_paths(csr, 0, target, most=1) == expected[:1]
    assert shortest_paths(csr, 5, 5, most=9) == [[5]]
