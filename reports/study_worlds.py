"""Holds synthetic worlds against what is known of real ones, and keeps the reports.

``python reports/study_worlds.py`` makes the world of size M twice, validates it and writes
``sample_world_validation.html`` and ``.json`` here. ``python reports/study_worlds.py bias`` makes
two small worlds, one of bias and one of none, for each of 100 seeds declared beforehand, and writes
``sample_bias_study.html`` and ``.json``; it takes about half an hour on two cores.
"""

import argparse
import sys
import tempfile
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

from workbench.analysis.validation.study import SEEDS, Seen
from workbench.services import generate, validate

HERE = Path(__file__).parent
# What the labels do not rest on is not made.
SCENARIO = """
[switches]
online = false
movement = false
cash = false
money_patterns = false
circular_reports = false
"""


def silent(text: str, share: float) -> None:
    """Progress of one world of many, which nobody watches."""


def spoken(text: str, share: float) -> None:
    print(f"[{share:4.0%}] {text}", file=sys.stderr)


def world(size: str, seed: int) -> str:
    """The report on one world, made twice."""
    with tempfile.TemporaryDirectory() as folder:
        made = [Path(folder) / name for name in ("world", "again")]
        for out in made:
            generate.generate(out, size=size, seed=seed, bias="planted", progress=spoken)
        report = HERE / "sample_world_validation.html"
        return validate.validate(made[0], again=made[1], report=report, progress=spoken).as_text()


def one_seed(seed: int) -> Seen:
    """Both small worlds of a seed, made and measured."""
    with tempfile.TemporaryDirectory() as folder:
        scenario = Path(folder) / "scenario.toml"
        scenario.write_text(SCENARIO)
        made = {bias: Path(folder) / bias for bias in ("planted", "none")}
        for bias, out in made.items():
            generate.generate(
                out, size="s", seed=seed, bias=bias, progress=silent, scenario_file=scenario
            )
        return validate.look_for_bias(made["planted"], made["none"], seed=seed)


def bias(n_workers: int) -> str:
    """The report on bias over the declared seeds."""
    seen = []
    with ProcessPoolExecutor(n_workers) as pool:
        for one in pool.map(one_seed, SEEDS):
            seen.append(one)
            spoken(f"seed {one.seed}", len(seen) / len(SEEDS))
    report = HERE / "sample_bias_study.html"
    name = f"Bias over seeds {SEEDS[0]} to {SEEDS[-1]}"
    return validate.write_study(seen, report, name=name).as_text()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("what", nargs="?", choices=("world", "bias"), default="world")
    parser.add_argument("--size", choices=("s", "m"), default="m")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--workers", type=int, default=2)
    asked = parser.parse_args()
    print(world(asked.size, asked.seed) if asked.what == "world" else bias(asked.workers))


if __name__ == "__main__":
    main()
