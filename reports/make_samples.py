"""Makes the samples in reports/ anew: an audit as it leaves, a behaviour, a dossier, screenshots.

``python reports/make_samples.py`` runs the demonstration in a home of its own, copies what leaves
it, then drives a real browser through the main job and keeps the screenshots that README shows.
"""

import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from workbench import bootstrap
from workbench.services import behaviour

HERE = Path(__file__).parent
SHOWN = (
    "sign-in",
    "cases",
    "case",
    "finding-claim",
    "finding",
    "finding-withheld",
    "finding-cannot-tell",
    "finding-acted-on",
    "second-reading",
    "supervisor-models",
    "supervisor-bias-audit",
    "supervisor-bias-audit-deciders",
    "decision-log",
    "finding-dark",
)


def newest(folder: Path, pattern: str) -> Path:
    """The file in `folder` that was written last, of those that match."""
    return max(folder.glob(pattern), key=lambda path: path.stat().st_mtime)


def copy_samples(home: Path) -> None:
    """Pass one bias audit on, and copy a comparison of mitigations and a dossier out of a home."""
    model = json.loads(newest(home / "reports", "bias_audit_*.json").read_bytes())["model"]
    for form in ("pdf", "html", "json"):
        out = HERE / f"sample_bias_audit.{form}"
        command = [sys.executable, "-m", "workbench.cli", "pass-on", model, "--out", str(out)]
        said = ["--recipient", "Readers of this repository", "--purpose", "A sample of a report."]
        environment = {**os.environ, "WORKBENCH_HOME": str(home)}
        subprocess.run([*command, *said], cwd=HERE.parent, env=environment, check=True)
    shutil.copy(newest(home / "reports", "mitigation_*.html"), HERE / "sample_mitigation.html")
    shutil.copy(newest(home / "exports", "dossier-*.html"), HERE / "sample_dossier.html")


def write_behaviour(home: Path) -> None:
    """How the first model behaves, as an auditor has it."""
    desk = bootstrap.open(home)
    out = HERE / "sample_model_behaviour.html"
    behaviour.write(desk, min(desk.models), out=out, account="auditor")
    desk.database.close()


def keep_screenshots(kept: Path, taken: Path) -> None:
    """Drive the browser tests on the demonstration kept in `kept`; keep what README shows."""
    environment = {
        **os.environ,
        "WORKBENCH_TEST_DEMO": str(kept),
        "WORKBENCH_SCREENSHOTS": str(taken),
    }
    command = [sys.executable, "-m", "pytest", "-q", "tests/browser"]
    subprocess.run(command, cwd=HERE.parent, env=environment, check=True)
    (HERE / "screenshots").mkdir(exist_ok=True)
    for name in SHOWN:
        shutil.copy(taken / f"{name}.png", HERE / "screenshots" / f"{name}.png")


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        kept = Path(folder)
        keep_screenshots(kept, kept / "screenshots")
        copy_samples(kept / "demo-home")
        write_behaviour(kept / "demo-home")
    print(f"Written: {HERE}")


if __name__ == "__main__":
    main()
