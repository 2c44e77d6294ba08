"""What is kept of the place where a number was computed names whatever turns its last bits."""

import json
import os
import platform
import subprocess
import sys
from pathlib import Path

import pytest

from workbench.store.environment import commit, environment_here, packages_here

CODE = """
import json
from workbench.store.environment import environment_here
print(json.dumps(environment_here()))
"""


def elsewhere(**variables: str) -> dict[str, str]:
    """What a process says that was started with other variables."""
    done = subprocess.run(
        [sys.executable, "-c", CODE],
        env={**os.environ, **variables},
        capture_output=True,
        text=True,
        check=True,
        timeout=300,
    )
    return dict(json.loads(done.stdout))


def changed(there: dict[str, str]) -> list[str]:
    here = environment_here()
    return [
        name for name in sorted(here.keys() | there.keys()) if here.get(name) != there.get(name)
    ]


def test_packages_processor_and_our_own_version_are_named() -> None:
    here = environment_here()
    assert packages_here().items() <= here.items()
    assert {"numba", "llvmlite", "shap", "workbench", "python"} <= set(here)
    assert here["machine"] == platform.machine()
    assert here["cpu"]
    assert here["blas"]


@pytest.mark.slow
def test_another_process_of_this_machine_is_the_same_environment() -> None:
    assert changed(elsewhere()) == []


@pytest.mark.slow
def test_what_numba_compiles_for_is_named() -> None:
    assert changed(elsewhere(NUMBA_CPU_NAME="generic")) == ["cpu"]


@pytest.mark.slow
@pytest.mark.skipif(platform.machine() != "x86_64", reason="These are names of x86-64.")
def test_what_numpy_dispatches_to_is_named() -> None:
    found = environment_here()["simd"]
    if found == "baseline":
        pytest.skip("numpy uses nothing beyond its baseline here.")
    there = elsewhere(NPY_DISABLE_CPU_FEATURES=found)
    assert changed(there) == ["simd"]
    assert there["simd"] == "baseline"


def git(folder: Path, *arguments: str) -> str:
    who = ["-c", "user.name=a", "-c", "user.email=a@example.org"]
    done = subprocess.run(
        ["git", "-C", str(folder), *who, *arguments], capture_output=True, text=True, check=True
    )
    return done.stdout.strip()


def test_the_commit_is_known_whatever_git_makes_of_its_branches(tmp_path: Path) -> None:
    assert commit(tmp_path) == ""
    git(tmp_path, "init", "-q", "-b", "main")
    assert commit(tmp_path) == ""
    git(tmp_path, "commit", "-q", "--allow-empty", "-m", "one")
    first = git(tmp_path, "rev-parse", "HEAD")
    assert commit(tmp_path) == first
    git(tmp_path, "branch", "remain")
    git(tmp_path, "pack-refs", "--all")
    assert not (tmp_path / ".git/refs/heads/main").exists()
    assert commit(tmp_path) == first
    git(tmp_path, "commit", "-q", "--allow-empty", "-m", "two")
    assert commit(tmp_path) == git(tmp_path, "rev-parse", "HEAD") != first
    git(tmp_path, "checkout", "-q", "--detach", first)
    assert commit(tmp_path) == first


def test_the_commit_of_a_worktree_is_its_own(tmp_path: Path) -> None:
    main, other = tmp_path / "main", tmp_path / "other"
    main.mkdir()
    git(main, "init", "-q", "-b", "main")
    git(main, "commit", "-q", "--allow-empty", "-m", "one")
    git(main, "worktree", "add", "-q", "-b", "side", str(other))
    git(other, "commit", "-q", "--allow-empty", "-m", "two")
    own = git(other, "rev-parse", "HEAD")
    assert commit(other) == own != commit(main)
    git(main, "pack-refs", "--all")
    assert commit(other) == own
