"""What is written in any format reads back as the same graph, and keeps back what has to stay."""

import json
from collections import Counter
from pathlib import Path
from typing import Any

import builders_world
import pandas as pd
import pytest
from builders_formats import delivery

from workbench.analysis.assembly import assemble
from workbench.analysis.leaving import Leaving, leaving
from workbench.analysis.synthetic.datasheet import datasheet
from workbench.analysis.tables import Tables
from workbench.domain.entity import EntityKind
from workbench.store.deliveries import read_delivery
from workbench.store.formats.write_followthemoney import followthemoney_lines
from workbench.store.formats.write_gml import gml_lines
from workbench.store.formats.write_tables import write_tables
from workbench.store.formats.write_xml import gexf_lines, graphml_lines

WRITERS = {
    "graph.ftm.json": followthemoney_lines,
    "graph.gexf": gexf_lines,
    "graph.graphml": graphml_lines,
    "graph.gml": gml_lines,
}
STAYS = frozenset({"H2", "H3"})
PROVENANCE = [
    *("member_state", "source", "source_grade", "information_grade", "handling"),
    *("occurred_at", "known_at"),
]


def read(path: Path) -> Tables:
    found = read_delivery(path)
    assert [r for checked in found.tables for r in checked.rejected] == []
    return assemble(found.tables, found.cases, found.sensitive)


def written(goes: Leaving, name: str, folder: Path) -> Path:
    path = folder / name
    if name in WRITERS:
        path.write_bytes(b"".join(WRITERS[name](goes)))
    else:
        path.mkdir()
        write_tables(goes, path, name="harbour", meta={"title": 'A "b"', "synthetic": True})
    return path


def entities(tables: Tables) -> Counter[tuple[Any, ...]]:
    """Each entity with its attributes and the provenance of the record that states it."""
    records = tables.records.loc[tables.entities["record"].to_numpy()].reset_index(drop=True)
    made_up = records["id"].str.contains(":")  # named by a link alone: its record has no id yet
    made = tables.entities[["id", "kind", "label", "member_state", "known_at"]].assign(
        attributes=[
            tuple(sorted((k.removeprefix("attribute."), v) for k, v in json.loads(text).items()))
            for text in tables.entities["attributes"]
        ],
        record=records["id"].where(~made_up, ""),
        **{f"record_{name}": records[name] for name in PROVENANCE if name != "known_at"},
    )
    return counted(made)


def links(tables: Tables) -> Counter[tuple[Any, ...]]:
    """Each link with its record's provenance."""
    ids = tables.entities["id"].to_numpy()
    records = tables.records.loc[tables.links["record"].to_numpy()].reset_index(drop=True)
    made = tables.links[["kind", "role", "occurred_at", "known_at", "amount"]].assign(
        source=ids[tables.links["source"].to_numpy()],
        target=ids[tables.links["target"].to_numpy()],
        **{f"record_{name}": records[name] for name in ["id", *PROVENANCE]},
    )
    return counted(made)


def counted(frame: pd.DataFrame) -> Counter[tuple[Any, ...]]:
    plain = frame.astype(object).where(frame.notna(), None)
    return Counter(plain.itertuples(index=False, name=None))


@pytest.fixture(scope="module")
def harbour(tmp_path_factory: pytest.TempPathFactory) -> Tables:
    return read(delivery(tmp_path_factory.mktemp("harbour") / "d"))


@pytest.mark.parametrize("name", [*WRITERS, "tables"])
def test_what_is_written_reads_back_as_the_same_graph(
    name: str, harbour: Tables, tmp_path: Path
) -> None:
    back = read(written(leaving(harbour, stays=STAYS), name, tmp_path))
    assert len(back.entities) == 11
    assert len(back.links) == 12
    assert entities(back) == entities(harbour)
    assert links(back) == links(harbour)


@pytest.mark.parametrize("name", [*WRITERS, "tables"])
def test_writing_what_was_read_back_changes_nothing(
    name: str, harbour: Tables, tmp_path: Path
) -> None:
    once = read(written(leaving(harbour, stays=STAYS), name, tmp_path))
    (tmp_path / "again").mkdir()
    twice = read(written(leaving(once, stays=STAYS), name, tmp_path / "again"))
    assert entities(twice) == entities(once)
    assert links(twice) == links(once)
    assert list(leaving(twice, stays=STAYS).edges()) == list(leaving(once, stays=STAYS).edges())


@pytest.fixture(scope="module")
def some_of_the_world(tmp_path_factory: pytest.TempPathFactory) -> Tables:
    """Every entity of a small world, and of each of its tables of links the first 60 rows."""
    made = builders_world.world(n_people=300)
    root = tmp_path_factory.mktemp("world") / "world"
    (root / "truth").mkdir(parents=True)
    for name, frame in (*made.entities.items(), *made.links.items(), ("cases", made.cases)):
        many = name not in made.entities and name != "cases"
        (frame.head(60) if many else frame).to_csv(root / f"{name}.csv", index=False)
    for name, frame in made.truth.items():
        frame.to_csv(root / "truth" / f"{name}.csv", index=False)
    text = datasheet(name="world", size="s", seed=5, bias="planted", scenario="default")
    (root / "dataset.toml").write_text(text)
    found = read_delivery(root)
    return assemble(found.tables, found.cases, found.sensitive)


@pytest.mark.slow
@pytest.mark.parametrize("name", [*WRITERS, "tables"])
def test_the_world_reads_back_as_the_same_graph(
    name: str, some_of_the_world: Tables, tmp_path: Path
) -> None:
    back = read(written(leaving(some_of_the_world, stays=frozenset()), name, tmp_path))
    assert set(back.entities["kind"]) == set(EntityKind)
    assert len(back.links) > 700
    assert entities(back) == entities(some_of_the_world)
    assert links(back) == links(some_of_the_world)


@pytest.mark.slow
def test_of_the_world_only_what_may_leave_is_read_back(
    some_of_the_world: Tables, tmp_path: Path
) -> None:
    goes = leaving(some_of_the_world, stays=STAYS)
    assert goes.codes["H2"] > 0
    assert goes.codes["H3"] > 0
    back = read(written(goes, "graph.gexf", tmp_path))
    assert not [h for h in back.records["handling"] if set(h.split("+")) & STAYS]
    assert links(back) <= links(some_of_the_world)
    assert len(back.links) == len(some_of_the_world.links) - goes.n_links_left_out
    assert len(back.entities) == len(some_of_the_world.entities) - goes.n_entities_left_out


def test_what_is_written_is_valid_followthemoney(harbour: Tables) -> None:
    library = pytest.importorskip(
        "followthemoney", reason="followthemoney is not installed (it needs ICU and a compiler)"
    )
    for line in followthemoney_lines(leaving(harbour, stays=STAYS)):
        entity = json.loads(line)
        library.model.get(entity["schema"]).validate(entity)
        proxy = library.model.get_proxy(entity, cleaned=False)
        assert proxy.to_dict()["workbench"] == entity["workbench"]
        assert set(proxy.properties) == set(entity["properties"])
