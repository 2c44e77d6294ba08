"""What was acknowledged is kept: under SIGKILL at random instants, and on a full disk."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from faults.deciding import decide, examine, made, opened

TESTS = Path(__file__).parents[1]


def run(module: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run a module of this folder in a process of its own."""
    command = [sys.executable, "-m", f"faults.{module}", *arguments]
    paths = {**os.environ, "PYTHONPATH": str(TESTS)}
    return subprocess.run(command, env=paths, capture_output=True, text=True, check=False)


def killed(root: Path, way: str, *, kills: int) -> dict[str, Any]:
    """The state after `kills` kills, as `kill_writers` prints it."""
    done = run(
        "kill_writers", "--home", f"{root / 'home'}", "--kills", f"{kills}", "--seed", "20260302",
        "--way", way,
    )  # fmt: skip
    assert done.returncode in (0, 1), done.stderr
    state: dict[str, Any] = json.loads(done.stdout)
    return state


@pytest.mark.slow
def test_nothing_acknowledged_is_lost_doubled_or_halved_by_a_hundred_kills(tmp_path: Path) -> None:
    state = killed(tmp_path, "sound", kills=100)
    assert state["acknowledged"] > 20
    found = {name: state[name] for name in ("lost", "doubled", "halves", "faults")}
    assert found == {"lost": [], "doubled": [], "halves": [], "faults": []}


@pytest.mark.slow
def test_a_writer_that_acknowledges_before_it_commits_is_caught_losing(tmp_path: Path) -> None:
    state = killed(tmp_path, "early", kills=12)
    assert state["lost"]


@pytest.mark.slow
def test_a_half_decision_is_caught(tmp_path: Path) -> None:
    root = tmp_path / "home"
    made(root)
    home = opened(root)
    decide(home, "W0-0")
    assert examine(root).sound
    home.tamper("DELETE FROM decision WHERE id = 'W0-0'")
    state = examine(root)
    assert state.halves == ("W0-0",)
    assert state.faults


@pytest.mark.slow
def test_a_decision_asked_for_again_under_another_key_is_caught_as_doubled(tmp_path: Path) -> None:
    root = tmp_path / "home"
    made(root)
    home = opened(root)
    assert decide(home, "W0-0@1") == decide(home, "W0-0@1")
    assert examine(root).sound
    decide(home, "W0-0@2")
    assert examine(root).doubled == ("W0-0",)


@pytest.mark.slow
def test_on_a_full_disk_a_sentence_refuses_and_nothing_acknowledged_is_lost(tmp_path: Path) -> None:
    root = tmp_path / "home"
    made(root)
    limit = (root / "workbench.db").stat().st_size + 400_000
    done = run("full_disk", f"{root}", "W0", f"{limit}")
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("The database refused: ")
    assert "Nothing was written" in done.stdout
    state = examine(root)
    assert state.sound
    assert state.acknowledged > 5
    n_before = state.committed
    decide(opened(root), "W0-after")
    assert examine(root).committed == n_before + 1
