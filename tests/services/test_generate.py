"""A world in a folder: the same arguments, the same bytes; ready to be ingested."""

import hashlib
import tomllib
from pathlib import Path

import pytest
from builders_world import silent

from workbench.analysis.synthetic import scenario as scenarios
from workbench.domain.errors import BadInput, Conflict
from workbench.services.generate import generate
from workbench.services.ingest import check


@pytest.fixture(autouse=True)
def small_sizes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(scenarios.SIZES, "s", 400)


def digests(root: Path) -> dict[str, str]:
    return {
        str(path.relative_to(root)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(root.rglob("*"))
        if path.is_file()
    }


def made(root: Path, *, seed: int = 7, bias: str = "planted") -> Path:
    generate(root, size="s", seed=seed, bias=bias, progress=silent)
    return root


@pytest.mark.slow
def test_the_same_seed_writes_the_same_bytes_and_another_seed_others(tmp_path: Path) -> None:
    one, two = digests(made(tmp_path / "one")), digests(made(tmp_path / "two"))
    assert one == two
    assert "truth/ties.csv" in one
    assert one["calls.csv"] != digests(made(tmp_path / "three", seed=8))["calls.csv"]


@pytest.mark.slow
def test_a_world_passes_its_own_check_with_nothing_rejected(tmp_path: Path) -> None:
    report = check(made(tmp_path / "w"))
    assert report.rejected == ()
    assert report.counts["person"] == 399  # 380 people, a twentieth of them in two registers


def test_the_committed_datasheet_is_the_one_that_is_written(tmp_path: Path) -> None:
    committed = Path(__file__).parents[2] / "datasets/world/dataset.toml"
    assert (made(tmp_path / "w") / "dataset.toml").read_text() == committed.read_text()
    assert tomllib.loads(committed.read_text())["synthetic"] is True


def test_progress_is_told_up_to_the_end(tmp_path: Path) -> None:
    seen: list[tuple[str, float]] = []
    generate(
        tmp_path / "w",
        size="s",
        seed=1,
        bias="none",
        progress=lambda text, share: seen.append((text, share)),
    )
    shares = [share for _, share in seen]
    assert shares == sorted(shares)
    assert seen[-1] == ("done", 1.0)


def test_a_folder_with_something_in_it_is_not_written_to(tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("keep")
    with pytest.raises(Conflict):
        generate(tmp_path, size="s", seed=1, bias="none", progress=silent)
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]


def test_an_unknown_size_is_refused_before_anything_is_written(tmp_path: Path) -> None:
    with pytest.raises(BadInput):
        generate(tmp_path / "w", size="xxl", seed=1, bias="none", progress=silent)
    assert not (tmp_path / "w").exists()


def test_a_file_is_no_folder_to_write_a_world_to(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("kept")
    with pytest.raises(BadInput, match="is not a folder"):
        made(tmp_path / "file")
    assert (tmp_path / "file").read_text() == "kept"
