"""A folder is read as it stands; texts stay texts, and what is missing is missing."""

import shutil
from pathlib import Path

import numpy as np
import pytest
from builders_world import folder

from workbench.domain.errors import BadInput
from workbench.store.written_world import read_world

TRANSFERS = (
    "id,payer,payee,amount,currency,rail,occurred_at\n"
    'M-1,A-1,A-2,12.50,EUR,"card, old",2024-01-01T00:00:10Z\nM-2,A-2,A-1,7,EUR,,\n'
)


def test_numbers_instants_and_texts_are_told_apart(tmp_path: Path) -> None:
    root = folder(tmp_path / "world")
    (root / "transfers.csv").write_text(TRANSFERS)
    rows = read_world(root).table("transfers", "id", "amount", "rail", "occurred_at")
    assert rows["amount"].to_list() == [12.5, 7.0]
    assert rows["rail"].to_list() == ["card, old", ""]
    assert rows["occurred_at"].iloc[0] == 1_704_067_210
    assert np.isnan(rows["occurred_at"].iloc[1])


def test_a_folder_without_truth_is_refused(tmp_path: Path) -> None:
    root = folder(tmp_path / "world")
    shutil.rmtree(root / "truth")
    with pytest.raises(BadInput, match="only a synthetic world"):
        read_world(root)


def test_a_broken_table_is_refused_with_its_name(tmp_path: Path) -> None:
    root = folder(tmp_path / "world")
    (root / "calls.csv").write_text("caller,occurred_at\nT-1,2024-01-01T00:00:00Z,3,4\n")
    with pytest.raises(BadInput, match=r"calls\.csv"):
        read_world(root)


def test_a_second_making_is_compared_byte_by_byte(tmp_path: Path) -> None:
    root = folder(tmp_path / "world")
    again = Path(shutil.copytree(root, tmp_path / "again"))
    n_files = sum(path.is_file() for path in root.rglob("*"))
    assert read_world(root).n_same is None
    assert (read_world(root, again=again).n_same, read_world(root, again=again).differing) == (
        n_files,
        (),
    )
    with (again / "persons.csv").open("a") as opened:
        opened.write("\n")
    (again / "truth" / "more.csv").write_text("a\n")
    found = read_world(root, again=again)
    assert found.differing == ("persons.csv", "truth/more.csv")
    assert found.n_same == n_files - 1
