"""Every notebook runs from top to bottom and is written with its pictures."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from builders_demo import DemoHome

ROOT = Path(__file__).parent.parent


@pytest.mark.slow
def test_every_notebook_runs_from_top_to_bottom(demo_home: DemoHome) -> None:
    environment = {**os.environ, "WORKBENCH_HOME": str(demo_home.path)}
    command = [sys.executable, str(ROOT / "notebooks" / "run.py")]
    done = subprocess.run(command, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    page = (demo_home.path / "notebooks" / "follow_one_record.html").read_text(encoding="utf-8")
    assert page.count('src="data:image/png;base64,') == 2
    assert "sound: workbench-pack" in page
    assert "tampered" in page


def test_notebooks_define_nothing_that_code_needs() -> None:
    for notebook in (ROOT / "notebooks").glob("*.py"):
        if notebook.name != "run.py":
            text = notebook.read_text(encoding="utf-8")
            assert "\ndef " not in text
            assert "\nclass " not in text
