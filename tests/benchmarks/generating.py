"""Making and writing a synthetic world: rows a second, peak memory and how both grow.

Each size is made in a process of its own, so that its peak is its own. The peer of a rate is the
writing alone of as many rows of text by pandas; time grows with exponent 1 where twice the people
take twice the time. The same seed twice gives the same bytes.
"""

import hashlib
import json
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from benchmarks.measuring import Row, exponent

PEOPLE = {"small": (400, 800, 1_600), "full": (3_000, 12_000, 47_000)}
_SEED = 11
_FLOOR_MB = 3_000.0  # what the largest size may take
_MAKE = """
import json, resource, sys, time
from pathlib import Path
from workbench.services.generate import generate
began = time.process_time()
made = generate(Path(sys.argv[1]), size="bench", seed=int(sys.argv[2]), bias="planted",
                progress=lambda text, share: None, scenario_file=Path(sys.argv[3]))
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
n = sum(made["rows"].values())
print(json.dumps({"n": n, "seconds": time.process_time() - began, "peak": peak}))
"""


@dataclass(frozen=True, slots=True)
class _Made:
    n_rows: int
    seconds: float  # of processor time
    peak_mb: float
    digest: str


def rows(size: str) -> list[Row]:
    """Rows a second beside pandas writing text; peak memory; two exponents of growth."""
    sizes = PEOPLE[size]
    with tempfile.TemporaryDirectory() as folder:
        made = [_made(Path(folder), n, f"{n}") for n in sizes]
        again = _made(Path(folder), sizes[0], "again")
    last, same = made[-1], again.digest == made[0].digest
    rate = last.n_rows / last.seconds
    name = f"a world of {sizes[-1]:,} people, {last.n_rows:,} rows"
    grown = f"from {sizes[0]:,} to {sizes[-1]:,} people"
    return [
        Row(
            work=f"{name}, made and written",
            peer="pandas writing as many rows",
            measured=rate / _written_by_pandas(),
            reach=None,
            agrees=same,
            note=f"{rate:,.0f} rows a second of processor time; agrees: twice the same bytes",
        ),
        Row(
            work=f"peak memory of {name}",
            peer="itself, smaller",
            measured=last.peak_mb,
            reach=None,
            agrees=None,
            unit="MB",
            note=f"{made[0].peak_mb:,.0f} MB at {sizes[0]:,} people; at most {_FLOOR_MB:,.0f} at L",
        ),
        Row(
            work=f"growth of time, {grown}",
            peer="itself, smaller",
            measured=exponent([m.n_rows for m in made], [m.seconds for m in made]),
            reach=None,
            agrees=None,
            unit="exponent",
        ),
        Row(
            work=f"growth of peak memory, {grown}",
            peer="itself, smaller",
            measured=exponent([m.n_rows for m in made], [m.peak_mb for m in made]),
            reach=None,
            agrees=None,
            unit="exponent",
        ),
    ]


def _made(folder: Path, n_people: int, name: str) -> _Made:
    scenario = folder / f"{name}.toml"
    scenario.write_text(
        f"[sizes.bench]\npeople = {n_people}\npeople_per_network = 1500\ncases = 28\n"
        "laundering_one_in = 1500\n"
    )
    out = folder / name
    ran = subprocess.run(
        [sys.executable, "-c", _MAKE, str(out), str(_SEED), str(scenario)],
        check=True,
        capture_output=True,
        text=True,
    )
    told = json.loads(ran.stdout)
    digest = hashlib.sha256()
    for path in sorted(out.rglob("*.csv")):
        digest.update(path.read_bytes())
    return _Made(told["n"], told["seconds"], told["peak"], digest.hexdigest())


def _written_by_pandas() -> float:
    """Rows a second of processor time that pandas writes of a table like that of transfers."""
    n = 20_000
    text = np.array([f"A-{k:06d}" for k in range(n)], dtype=object)
    frame = pd.DataFrame({f"c{k}": text for k in range(12)}).assign(amount=np.arange(n) / 4)
    with tempfile.TemporaryDirectory() as folder:
        began = time.process_time()
        frame.to_csv(Path(folder) / "t.csv", index=False)
        return n / (time.process_time() - began)
