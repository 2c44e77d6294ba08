"""What is kept of the place where a number was computed names whatever turns its last bits."""

import json
import os
import platform
import subprocess
import sys

import pytest

from workbench.store.environment import environment_here, packages_here

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
