"""What many tests need: a home in which the demonstration ran, made once for all workers."""

import fcntl
import json
import os
import shutil
from dataclasses import replace
from pathlib import Path

import pytest
from builders_demo import DemoHome, run_workbench


@pytest.fixture(scope="session")
def kept_demo(tmp_path_factory: pytest.TempPathFactory) -> DemoHome:
    """The demonstration's home as it was made, for all workers: copied, never opened.

    While working on one test, ``WORKBENCH_TEST_DEMO`` names a folder that keeps it between runs.
    """
    root = tmp_path_factory.getbasetemp()
    if "WORKBENCH_TEST_DEMO" in os.environ:
        root = Path(os.environ["WORKBENCH_TEST_DEMO"])
        root.mkdir(parents=True, exist_ok=True)
    elif "PYTEST_XDIST_WORKER" in os.environ:
        root = root.parent
    home, kept = root / "demo-home", root / "demo-passwords.json"
    with (root / "demo.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not kept.exists():
            done = run_workbench(home, "demo", "--json")
            assert done.returncode == 0, done.stderr
            shown = done.stderr.partition("Sign-in of the demo accounts")[2].splitlines()[1:]
            passwords = dict(line.split() for line in shown if len(line.split()) == 2)
            kept.write_text(json.dumps({"document": json.loads(done.stdout), "pw": passwords}))
    made = json.loads(kept.read_text())
    return DemoHome(path=home, document=made["document"], passwords=made["pw"])


@pytest.fixture(scope="session")
def made_demo(kept_demo: DemoHome, tmp_path_factory: pytest.TempPathFactory) -> DemoHome:
    """A copy of the demonstration's home that this worker's tests read."""
    return _copy(kept_demo, tmp_path_factory.mktemp("made") / "home")


@pytest.fixture
def demo_home(kept_demo: DemoHome, tmp_path: Path) -> DemoHome:
    """A copy of the demonstration's home that the test may change."""
    return _copy(kept_demo, tmp_path / "home")


def _copy(demo: DemoHome, to: Path) -> DemoHome:
    shutil.copytree(demo.path, to)
    return replace(demo, path=to)
