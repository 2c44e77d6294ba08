"""Ingested datasets on disk: whole, apart, and unchanged since."""

from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest
from builders_world import folder

from workbench.analysis.assembly import assemble
from workbench.domain.errors import BadInput, CheckFailed, Conflict, NotFound
from workbench.store.datasets import Datasets, Ingested, _in_one_piece
from workbench.store.deliveries import read_delivery


@pytest.fixture
def ingested(tmp_path: Path) -> Ingested:
    delivery = read_delivery(folder(tmp_path / "delivered"))
    tables = assemble(delivery.tables, delivery.cases, delivery.sensitive)
    quality = {"accepted": 8, "rejected": []}
    return Ingested(tables, delivery.truth, delivery.sha256, delivery.meta, quality)


def test_what_was_written_is_read_back(tmp_path: Path, ingested: Ingested) -> None:
    Datasets(tmp_path / "kept").write("harbour", ingested)
    kept = Datasets(tmp_path / "kept")
    assert kept.names() == ("harbour",)
    assert kept.sha256("harbour") == ingested.sha256
    assert kept.meta("harbour")["title"] == "Harbour records"
    assert kept.quality("harbour") == {"accepted": 8, "rejected": []}
    for name in ("records", "entities", "links", "cases", "sensitive"):
        before, after = getattr(ingested.tables, name), getattr(kept.tables("harbour"), name)
        assert after.equals(before), name
    assert kept.cases("harbour")["entity"].tolist() == [0, 2]


def test_the_graph_carries_nothing_sensitive(tmp_path: Path, ingested: Ingested) -> None:
    kept = Datasets(tmp_path / "kept")
    kept.write("harbour", ingested)
    graph = kept.graph("harbour")
    assert graph is kept.graph("harbour")
    held = graph.entities.to_csv() + graph.records.to_csv() + graph.links.to_csv()
    assert "female" not in held
    assert "N-1" not in held
    assert kept.sensitive("harbour")["sex"].tolist() == ["female", "male"]


def test_truth_lies_in_a_folder_of_its_own(tmp_path: Path, ingested: Ingested) -> None:
    kept = Datasets(tmp_path / "kept")
    kept.write("harbour", ingested)
    truth = kept.truth("harbour")
    assert truth["ties"]["entity_b"].tolist() == ["P2"]
    assert [p.name for p in (tmp_path / "kept/harbour/truth").iterdir()] == ["ties.parquet"]


def test_the_same_content_again_changes_nothing_and_another_is_refused(
    tmp_path: Path, ingested: Ingested
) -> None:
    kept = Datasets(tmp_path / "kept")
    kept.write("harbour", ingested)
    kept.write("harbour", ingested)
    with pytest.raises(Conflict, match="another content"):
        kept.write("harbour", replace(ingested, sha256="0" * 64))
    assert [p.name for p in (tmp_path / "kept").iterdir()] == ["harbour"]


@pytest.mark.parametrize("name", ["", "../up", "Harbour", "a b", "-x", "x" * 61, "a/b", "a\x00"])
def test_a_name_is_a_plain_word(name: str, tmp_path: Path, ingested: Ingested) -> None:
    kept = Datasets(tmp_path / "kept")
    with pytest.raises(BadInput) as refused:
        kept.write(name, ingested)
    assert refused.value.code == "name"
    with pytest.raises(NotFound):
        kept.meta(name)


def test_a_table_that_was_changed_is_not_used(tmp_path: Path, ingested: Ingested) -> None:
    Datasets(tmp_path / "kept").write("harbour", ingested)
    path = tmp_path / "kept/harbour/links.parquet"
    path.write_bytes(path.read_bytes() + b"\x00")
    with pytest.raises(CheckFailed, match="Table links of dataset harbour was changed"):
        Datasets(tmp_path / "kept").graph("harbour")


def test_a_home_without_datasets_has_none(tmp_path: Path) -> None:
    kept = Datasets(tmp_path / "nothing")
    assert kept.names() == ()
    with pytest.raises(NotFound):
        kept.tables("harbour")


def test_text_is_kept_in_one_piece_however_it_was_written(tmp_path: Path) -> None:
    whole = pd.DataFrame({"name": [f"n{i}" for i in range(10)], "n": range(10)})
    whole.to_parquet(tmp_path / "groups.parquet", row_group_size=3, index=False)
    read = _in_one_piece(tmp_path / "groups.parquet")
    pd.testing.assert_frame_equal(read, whole)
    assert read["name"].array._pa_array.num_chunks == 1
