"""Settings come from the environment, and a bad one is said in one sentence."""

import os
import subprocess
import sys

import pytest

from workbench.domain.errors import BadInput
from workbench.settings import read_settings


@pytest.mark.parametrize(
    ("name", "value"),
    [("WORKBENCH_PORT", "abc"), ("WORKBENCH_MLFLOW_PORT", "70000"), ("WORKBENCH_PROGRESS", "so")],
)
def test_a_variable_that_cannot_be_used_is_named(
    name: str, value: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(BadInput, match=f"^{name} cannot be used"):
        read_settings()


def test_without_variables_the_pages_are_at_port_8501_of_this_host(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name in [name for name in os.environ if name.startswith("WORKBENCH_")]:
        monkeypatch.delenv(name)
    assert (read_settings().host, read_settings().port) == ("127.0.0.1", 8501)


@pytest.mark.parametrize("command", [["serve"], ["account", "list"]], ids=" ".join)
def test_a_command_says_so_and_exits_2(command: list[str]) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "workbench.cli", *command],
        env={**os.environ, "WORKBENCH_PORT": "abc"},
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 2
    assert len(done.stderr.strip().splitlines()) == 1
    assert "WORKBENCH_PORT" in done.stderr
