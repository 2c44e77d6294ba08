"""Make a synthetic world and write it as a dataset folder, its truth in a folder of its own."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd

from workbench.analysis.synthetic.datasheet import datasheet
from workbench.analysis.synthetic.scenario import scenario
from workbench.analysis.synthetic.world import make_world
from workbench.domain.errors import BadInput, Conflict
from workbench.store.manifest import FILE

_CHUNK = 50_000  # rows written at once


def generate(
    out: Path, *, size: str, seed: int, bias: str, progress: Callable[[str, float], None]
) -> dict[str, Any]:
    """Write the world of `size` (s, m, l), `seed` and `bias` (planted, none) into folder `out`.

    The same arguments write the same bytes. Returns name, folder, and rows per table.

    Raises
    ------
    Conflict
        When `out` is a folder that holds something.
    BadInput
        When there is no such size or bias, or `out` is a file.
    """
    wanted = scenario(size=str(size), seed=seed, bias=str(bias))
    if out.exists() and not out.is_dir():
        raise BadInput("What was named to write to is not a folder; name a new one.")
    if out.exists() and any(out.iterdir()):
        raise Conflict("The folder to write to is not empty; name a new one.")
    world = make_world(wanted, progress=progress)
    progress("writing the folder", 0.8)
    (out / "truth").mkdir(parents=True, exist_ok=True)
    tables = {**world.entities, **world.links, "cases": world.cases}
    for name, frame in tables.items():
        _write_csv(out / f"{name}.csv", frame)
    for name, frame in world.truth.items():
        _write_csv(out / "truth" / f"{name}.csv", frame)
    name = f"world-{size}-{seed}" + ("" if str(bias) == "planted" else "-no-bias")
    (out / FILE).write_text(
        datasheet(name=name, size=str(size), seed=seed, bias=str(bias)), encoding="utf-8"
    )
    progress("done", 1.0)
    return {
        "name": name,
        "folder": str(out),
        "size": str(size),
        "seed": seed,
        "bias": str(bias),
        "rows": {name: len(frame) for name, frame in tables.items()},
        "truth": {name: len(frame) for name, frame in world.truth.items()},
    }


def _write_csv(path: Path, frame: pd.DataFrame) -> None:
    frame.to_csv(path, index=False, lineterminator="\n", encoding="utf-8", chunksize=_CHUNK)
