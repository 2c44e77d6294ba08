"""A home in which the demonstration ran, and the command line on a home."""

import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class DemoHome:
    """A home with the demonstration in it, what it printed and the demo accounts' passwords."""

    path: Path
    document: dict[str, object]
    passwords: dict[str, str]


def run_workbench(home: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run the command line on `home` in a process of its own."""
    environment = {**os.environ, "WORKBENCH_HOME": str(home), "PYTHONWARNINGS": "default"}
    command = [sys.executable, "-m", "workbench.cli", *arguments]
    return subprocess.run(command, env=environment, capture_output=True, text=True, timeout=900)
