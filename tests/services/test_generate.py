"""A world in a folder: the same arguments, the same bytes; ready to be ingested."""

import hashlib
import os
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest
from builders_world import scenario, silent

from workbench.analysis.synthetic.datasheet import datasheet
from workbench.analysis.synthetic.world import make_world
from workbench.domain.errors import BadInput, Conflict, NotFound
from workbench.services.generate import generate
from workbench.services.ingest import check

SMALL = b"[sizes.s]\npeople = 300\npeople_per_network = 40\n"


@pytest.fixture
def small(tmp_path: Path) -> Path:
    path = tmp_path / "small.toml"
    path.write_bytes(SMALL)
    return path


def digests(root: Path) -> dict[str, str]:
    return {
        str(path.relative_to(root)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(root.rglob("*"))
        if path.is_file()
    }


def made(root: Path, small: Path, *, seed: int = 7, bias: str = "planted") -> Path:
    generate(root, size="s", seed=seed, bias=bias, progress=silent, scenario_file=small)
    return root


@pytest.mark.slow
def test_the_same_seed_writes_the_same_bytes_and_another_seed_others(
    tmp_path: Path, small: Path
) -> None:
    one = digests(made(tmp_path / "one", small))
    assert one == digests(made(tmp_path / "two", small))
    assert "truth/ties.csv" in one
    assert one["calls.csv"] != digests(made(tmp_path / "three", small, seed=8))["calls.csv"]


@pytest.mark.slow
def test_the_order_of_sets_in_memory_changes_no_byte(tmp_path: Path, small: Path) -> None:
    one = digests(made(tmp_path / "one", small))
    asked = ["world", "--seed", "7", "--out", f"{tmp_path}/two", "--scenario", str(small)]
    subprocess.run(
        [sys.executable, "-m", "workbench.cli", *asked],
        env={**os.environ, "PYTHONHASHSEED": "4711"},
        check=True,
        capture_output=True,
    )
    assert digests(tmp_path / "two") == one


@pytest.mark.slow
def test_what_is_written_in_streams_is_the_world_that_memory_would_hold(
    tmp_path: Path, small: Path
) -> None:
    folder = made(tmp_path / "w", small)
    whole = make_world(scenario(size="s", seed=7, bias="planted", own=SMALL), progress=silent)
    tables = {**whole.entities, **whole.links, "cases": whole.cases}
    tables |= {f"truth/{name}": table for name, table in whole.truth.items()}
    assert {str(p.relative_to(folder))[:-4] for p in folder.rglob("*.csv")} == set(tables)
    for name, table in tables.items():
        table.to_csv(tmp_path / "own.csv", index=False, lineterminator="\n")
        read = [
            pd.read_csv(path, dtype=str, keep_default_na=False)
            for path in (folder / f"{name}.csv", tmp_path / "own.csv")
        ]
        if "amount" in table:  # 5.0 may be written as 5
            for frame in read:
                frame["amount"] = frame["amount"].astype(float)
        pd.testing.assert_frame_equal(read[0], read[1], obj=name)


@pytest.mark.slow
def test_a_world_passes_its_own_check_with_nothing_rejected(tmp_path: Path, small: Path) -> None:
    report = check(made(tmp_path / "w", small))
    assert report.rejected == ()
    assert report.counts["person"] == 334  # 300; 30 of them in two registers, 4 of these in three


@pytest.mark.slow
def test_the_datasheet_names_the_scenario_and_seed_that_made_the_world(
    tmp_path: Path, small: Path
) -> None:
    text = (made(tmp_path / "w", small) / "dataset.toml").read_text()
    digest = hashlib.sha256(SMALL).hexdigest()
    assert text == datasheet(name="world-s-7", size="s", seed=7, bias="planted", scenario=digest)
    assert digest in text


def test_the_committed_datasheet_is_the_one_that_is_written() -> None:
    committed = Path(__file__).parents[2] / "datasets/world/dataset.toml"
    written = datasheet(name="world-s-7", size="s", seed=7, bias="planted")
    assert written == committed.read_text(encoding="utf-8")


@pytest.mark.slow
def test_progress_is_told_up_to_the_end(tmp_path: Path, small: Path) -> None:
    seen: list[float] = []
    generate(
        tmp_path / "w",
        size="s",
        seed=1,
        bias="none",
        progress=lambda text, share: seen.append(share),
        scenario_file=small,
    )
    assert seen == sorted(seen)
    assert seen[-1] == 1.0


@pytest.mark.slow
def test_a_run_that_is_interrupted_leaves_nothing(tmp_path: Path, small: Path) -> None:
    def interrupted(text: str, share: float) -> None:
        if share > 0.7:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        generate(
            tmp_path / "w",
            size="s",
            seed=1,
            bias="none",
            progress=interrupted,
            scenario_file=small,
        )
    assert [path.name for path in tmp_path.iterdir()] == ["small.toml"]


def test_a_folder_with_something_in_it_is_not_written_to(tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("keep")
    with pytest.raises(Conflict):
        generate(tmp_path, size="s", seed=1, bias="none", progress=silent)
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]


def test_an_unknown_size_is_refused_before_anything_is_written(tmp_path: Path) -> None:
    with pytest.raises(BadInput):
        generate(tmp_path / "w", size="xxl", seed=1, bias="none", progress=silent)
    assert list(tmp_path.iterdir()) == []


def test_a_scenario_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(NotFound):
        made(tmp_path / "w", tmp_path / "no.toml")


def test_a_file_is_no_folder_to_write_a_world_to(tmp_path: Path, small: Path) -> None:
    (tmp_path / "file").write_text("kept")
    with pytest.raises(BadInput, match="is not a folder"):
        made(tmp_path / "file", small)
    assert (tmp_path / "file").read_text() == "kept"
