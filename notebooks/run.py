"""Runs every notebook from top to bottom, in a home with a demonstration in it.

``python notebooks/run.py`` uses WORKBENCH_HOME where it is set, else ``var/notebooks``, and makes
the demonstration there when it is missing. Each notebook is written as HTML, pictures included,
into ``notebooks/`` of that home. Exits 1 naming the cell that failed.
"""

import os
import subprocess
import sys
from pathlib import Path

import jupytext
import nbclient
from jupyter_client.manager import KernelManager
from nbclient.exceptions import CellExecutionError
from nbconvert import HTMLExporter

HERE = Path(__file__).parent


def run(notebook: Path, out: Path) -> None:
    """Execute one notebook and write it as HTML under `out`."""
    cells = jupytext.read(notebook)
    manager = KernelManager(kernel_name="python3", transport="ipc")  # no port that others can reach
    nbclient.NotebookClient(cells, km=manager, timeout=600).execute()
    html, _ = HTMLExporter().from_notebook_node(cells)
    out.mkdir(parents=True, exist_ok=True)
    (out / f"{notebook.stem}.html").write_text(html, encoding="utf-8")


def main() -> int:
    home = Path(os.environ.get("WORKBENCH_HOME", HERE.parent / "var" / "notebooks")).resolve()
    os.environ["WORKBENCH_HOME"] = str(home)
    os.environ["MPLBACKEND"] = "module://matplotlib_inline.backend_inline"  # pictures in the page
    subprocess.run([sys.executable, "-m", "workbench.cli", "demo"], check=True)
    for notebook in sorted(HERE.glob("*.py")):
        if notebook.name == Path(__file__).name:
            continue
        print(f"Running {notebook.name} ...", flush=True)
        try:
            run(notebook, home / "notebooks")
        except CellExecutionError as error:
            print(f"{notebook.name} failed:\n{error}", file=sys.stderr)
            return 1
    print(f"Written to {home / 'notebooks'}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
