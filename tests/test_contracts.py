"""Each import contract is seen to break when violated, and holds as things are."""

import os
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
CONTRACTS = [
    contract["name"]
    for contract in tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"][
        "contracts"
    ]
]

# The contract's first words, the file that breaks it, and the line that does.
VIOLATIONS = [
    ("Imports point inwards", "workbench/store/cases.py", "import workbench.services.act"),
    ("Imports point inwards", "workbench/utils.py", ""),
    ("The domain flows one way", "workbench/domain/record.py", "import workbench.domain.action"),
    ("The domain flows one way", "workbench/domain/common.py", ""),
    ("Services do not call", "workbench/services/act.py", "import workbench.services.review"),
    ("Pages and commands", "workbench/ui/pages/cases.py", "import workbench.store.cases"),
    ("The domain is plain", "workbench/domain/case.py", "import pandas"),
    ("Analysis and models do no", "workbench/analysis/ties.py", "import sqlalchemy"),
    ("Analysis and models do no", "models/money_flow/definition.py", "import pathlib"),
    ("The analysis flows", "workbench/analysis/graph.py", "import workbench.analysis.fairness"),
    ("The analysis flows", "workbench/analysis/helpers.py", ""),
    ("Only the user interface", "workbench/services/review.py", "import streamlit"),
    ("Only store/registry.py", "workbench/services/train.py", "import mlflow"),
    ("Models do not know", "models/money_flow/definition.py", "import models.hidden_link.features"),
    ("A model knows", "models/hidden_link/definition.py", "import workbench.store.database"),
    ("Nothing names a model", "workbench/services/detect.py", "import models.hidden_link"),
    ("verify imports nothing", "workbench/verify.py", "import workbench.domain.log"),
]


def broken(tree: Path) -> list[str]:
    """Names of the contracts that import-linter finds broken in a copy of the tree."""
    command = [str(Path(sys.executable).parent / "lint-imports"), "--no-cache"]
    environment = {**os.environ, "PYTHONPATH": str(tree), "COLUMNS": "400"}
    done = subprocess.run(command, cwd=tree, env=environment, capture_output=True, text=True)
    said = done.stdout + done.stderr
    assert "Contracts:" in said, said
    return [name for name in CONTRACTS if f"{name} BROKEN" in said]


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    for name in ("workbench", "models"):
        ignored = shutil.ignore_patterns("__pycache__", "*.mjs")
        shutil.copytree(ROOT / name, tmp_path / name, ignore=ignored)
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    return tmp_path


@pytest.mark.slow
def test_every_contract_holds_as_things_are(tree: Path) -> None:
    assert broken(tree) == []


@pytest.mark.slow
@pytest.mark.parametrize(("words", "file", "line"), VIOLATIONS)
def test_a_contract_breaks_when_violated(tree: Path, words: str, file: str, line: str) -> None:
    with (tree / file).open("a") as module:
        module.write(f"\n{line}\n")
    assert any(name.startswith(words) for name in broken(tree))


def test_no_contract_goes_without_a_violation_here() -> None:
    for name in CONTRACTS:
        assert any(name.startswith(words) for words, _, _ in VIOLATIONS), name


def test_no_contract_ignores_an_import() -> None:
    assert "ignore_imports" not in (ROOT / "pyproject.toml").read_text()
