"""A home is opened lightly: models are looked for at their first use."""

import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy import text

from workbench import bootstrap
from workbench.bootstrap import discover_models
from workbench.domain.errors import Unavailable
from workbench.store import log_check


def models_at(root: Path, monkeypatch: pytest.MonkeyPatch, **files: str) -> str:
    """A package of models with one folder that holds these files; its name."""
    package = f"models_of_{root.name}"
    folder = root / package / "lonely"
    folder.mkdir(parents=True)
    for at in (root / package, folder):
        (at / "__init__.py").write_text("")
    for name, content in files.items():
        (folder / name.replace("_", ".")).write_text(content)
    monkeypatch.syspath_prepend(root)
    return package


def test_a_home_is_opened_without_loading_what_only_models_need(tmp_path: Path) -> None:
    code = (
        "import sys\n"
        "from workbench import bootstrap\n"
        "from workbench.services import account, review, verify\n"
        "desk = bootstrap.open(sys.argv[1])\n"
        "assert verify.verify(desk, account='operator').faults == ()\n"
        "print(*sorted({'numba', 'sklearn', 'shap', 'mlflow', 'scipy'} & set(sys.modules)))"
    )
    command = [sys.executable, "-c", code, str(tmp_path / "home")]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert done.stdout.split() == []


def test_a_desk_has_every_model_with_its_card(tmp_path: Path) -> None:
    desk = bootstrap.open(tmp_path)
    assert {"hidden_link", "money_flow"} <= set(desk.models)
    assert set(desk.cards) == set(desk.models)
    assert len(desk.models) == len(desk.cards)
    assert desk.models["hidden_link"].name == "hidden_link"
    assert "no_such_model" not in desk.models


def test_a_folder_without_a_model_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    package = models_at(tmp_path, monkeypatch, card_md="# Lonely")
    with pytest.raises(Unavailable, match=f"{package}/lonely defines no MODEL"):
        discover_models(package)


def test_a_definition_that_defines_nothing_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    package = models_at(tmp_path, monkeypatch, card_md="# Lonely", definition_py="OTHER = 1")
    with pytest.raises(Unavailable, match=f"{package}/lonely defines no MODEL"):
        discover_models(package)


def test_a_folder_without_a_card_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    code = "class M:\n    name = 'm'\nMODEL = M()"
    package = models_at(tmp_path, monkeypatch, definition_py=code)
    with pytest.raises(Unavailable, match=f"{package}/lonely has no card.md"):
        discover_models(package)


def test_a_first_start_logs_the_schema_and_a_dropped_trigger_is_named_afterwards(
    tmp_path: Path,
) -> None:
    for _ in range(2):
        desk = bootstrap.open(tmp_path / "home")
        with desk.database.write() as connection:
            (entry,) = desk.log.entries(connection)
            connection.execute(text("DROP TRIGGER IF EXISTS action_needs_its_deciders"))
        desk.database.close()
    assert entry.fields["kind"] == "schema_change"
    (fault,) = log_check.verify(desk.log, desk.vault).faults
    assert fault.index == 0
    assert "trigger action_needs_its_deciders is missing" in fault.message
