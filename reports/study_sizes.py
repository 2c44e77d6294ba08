"""Makes a synthetic world of each size and keeps what it took.

``python reports/study_sizes.py`` makes sizes S, M and L with seed 1, each by the command
``workbench world`` in a process of its own, and writes ``sample_world_sizes.html`` and ``.json``
here: rows, processor seconds, peak memory, bytes written. ``--sizes s m`` leaves L out.
"""

import argparse
import hashlib
import json
import subprocess
import sys
import tempfile
from datetime import UTC, datetime
from math import log
from pathlib import Path
from typing import TypedDict

from workbench.store.audit_frame import facts, framed, safe, table

HERE = Path(__file__).parent
MOST_GB = 3.0
CHILD = """
import json, resource, sys
from workbench.cli.main import main
try:
    main(["world", "--size", sys.argv[1], "--seed", "1", "--out", sys.argv[2], "--json"])
except SystemExit as done:
    status = done.code
used = resource.getrusage(resource.RUSAGE_SELF)
status_lines = open("/proc/self/status").read().splitlines()
peak = next(line.split()[1] for line in status_lines if line.startswith("VmHWM"))
print("\\x00" + json.dumps({"cpu": used.ru_utime + used.ru_stime, "peak_kb": int(peak)}))
sys.exit(status)
"""


class Size(TypedDict):
    """`rows` of all tables delivered; seconds of processor time; GB are 10^9 bytes."""

    size: str
    people: int
    transfers: int
    calls: int
    rows: int
    cpu_s: float
    rows_per_s: float
    peak_gb: float
    written_gb: float


def made(size: str) -> Size:
    """One world, made and measured."""
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "world"
        done = subprocess.run(
            [sys.executable, "-c", CHILD, size, str(out)],
            stdout=subprocess.PIPE,
            text=True,
            check=True,
        )
        document, _, used = done.stdout.partition("\x00")
        rows = json.loads(document)["rows"]
        spent = json.loads(used)
        n_rows = sum(rows.values())
        return Size(
            size=size.upper(),
            people=rows["persons"],
            transfers=rows["transfers"],
            calls=rows["calls"],
            rows=n_rows,
            cpu_s=round(spent["cpu"], 1),
            rows_per_s=round(n_rows / spent["cpu"]),
            peak_gb=round(spent["peak_kb"] * 1024 / 1e9, 2),
            written_gb=round(sum(p.stat().st_size for p in out.rglob("*.csv")) / 1e9, 2),
        )


def exponent(sizes: list[Size], what: str) -> str:
    """How `what` grows with the rows, from the smallest to the largest size."""
    first, last = sizes[0], sizes[-1]
    if len(sizes) < 2:
        return "–"
    grown = {"cpu_s": last["cpu_s"] / first["cpu_s"], "peak_gb": last["peak_gb"] / first["peak_gb"]}
    return f"{log(grown[what]) / log(last['rows'] / first['rows']):.2f}"


def body(sizes: list[Size]) -> str:
    head = ("size", "persons' records", "transfers", "calls", "rows in all", "processor seconds",
            "rows a second", "peak memory, GB", "written, GB")  # fmt: skip
    cells = [
        (
            one["size"],
            *(f"{n:,}" for n in (one["people"], one["transfers"], one["calls"], one["rows"])),
            f"{one['cpu_s']:,}",
            f"{one['rows_per_s']:,}",
            f"{one['peak_gb']:.2f}",
            f"{one['written_gb']:.2f}",
        )
        for one in sizes
    ]
    return (
        f'<div class="wide">{table(head, cells)}</div>'
        f"<p>Growth with rows, as an exponent: processor time {safe(exponent(sizes, 'cpu_s'))}, "
        f"peak memory {safe(exponent(sizes, 'peak_gb'))}. Below 1 is less than in step.</p>"
    )


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", nargs="+", choices=("s", "m", "l"), default=["s", "m", "l"])
    sizes = [made(size) for size in parser.parse_args().sizes]
    good = all(one["peak_gb"] <= MOST_GB for one in sizes)
    content = json.dumps(sizes, indent=1)
    (HERE / "sample_world_sizes.json").write_text(content + "\n", encoding="utf-8")
    page = framed(
        kind="The synthetic world",
        title="What each size takes",
        verdict="pass" if good else "fail",
        sentence=f"Every size is made in at most {MOST_GB:g} GB of memory."
        if good
        else f"A size takes more than {MOST_GB:g} GB of memory.",
        facts=facts({"Seed": 1, "Made by": "make sizes", "Python": sys.version.split()[0]}),
        body=body(sizes),
        digest=hashlib.sha256(content.encode()).hexdigest(),
        made_at=datetime.now(UTC),
        logged=False,
    )
    (HERE / "sample_world_sizes.html").write_bytes(page)
    print(content)
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
