"""Make a synthetic world and write it as a dataset folder, its truth in a folder of its own."""

import hashlib
import shutil
import tempfile
from collections.abc import Callable
from dataclasses import dataclass, field
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING, Any

from workbench.analysis.synthetic.scenario_file import MAX_BYTES, read_scenario
from workbench.domain.errors import BadInput, Conflict, NotFound

if TYPE_CHECKING:
    import pandas as pd

    from workbench.analysis.synthetic.bulk import BulkTable
    from workbench.analysis.synthetic.world import Making

Progress = Callable[[str, float], None]
_CHUNK = 50_000  # rows written at once
_TURNS = {  # when each bulk table is begun and done, as a share of the whole time
    "calls": (0.35, 0.62),
    "transfers": (0.62, 0.92),
    "crossings": (0.92, 0.94),
    "logins": (0.94, 0.97),
}


def default_scenario() -> bytes:
    """The scenario file that comes with the generator."""
    folder = resources.files("workbench.analysis.synthetic")
    return folder.joinpath("scenario.toml").read_bytes()


def generate(
    out: Path,
    *,
    size: str,
    seed: int,
    bias: str,
    progress: Progress,
    scenario_file: Path | None = None,
) -> dict[str, Any]:
    """Write the world of `size` (s, m, l), `seed` and `bias` (planted, none) into folder `out`.

    `scenario_file` is laid over the default scenario. The same arguments write the same bytes.
    Bulk tables are never whole in memory. The folder appears when it is complete: an interrupted
    run leaves none. Returns name, folder, and rows per table.

    Raises
    ------
    Conflict
        When `out` is a folder that holds something.
    BadInput
        When the scenario cannot be used, there is no such size or bias, or `out` is a file.
    NotFound
        When there is no scenario file.
    """
    from workbench.analysis.synthetic.world import make_backbone

    own = None if scenario_file is None else _own_scenario(scenario_file)
    wanted = read_scenario(default_scenario(), own, size=str(size), seed=seed, bias=str(bias))
    if out.exists() and not out.is_dir():
        raise BadInput("What was named to write to is not a folder; name a new one.")
    if out.exists() and any(out.iterdir()):
        raise Conflict("The folder to write to is not empty; name a new one.")
    out.parent.mkdir(parents=True, exist_ok=True)
    draft = Path(tempfile.mkdtemp(prefix=f".{out.name}.draft-", dir=out.parent))
    try:
        making = make_backbone(wanted, progress=progress)
        written = _write(draft, making, progress)
        name = f"world-{size}-{seed}" + ("" if str(bias) == "planted" else "-no-bias")
        _write_datasheet(draft, name, str(size), seed, str(bias), own)
        draft.chmod(0o755)
        draft.replace(out)
    finally:
        shutil.rmtree(draft, ignore_errors=True)
    progress("done", 1.0)
    return {
        "name": name,
        "folder": str(out),
        "size": str(size),
        "seed": seed,
        "bias": str(bias),
        "rows": written.rows,
        "truth": written.truth,
    }


def _own_scenario(path: Path) -> bytes:
    if not path.is_file():
        raise NotFound("There is no scenario file of that name; name one that is there.")
    with path.open("rb") as file:
        return file.read(MAX_BYTES + 1)


@dataclass(slots=True)
class _Written:
    """Rows written so far, by table."""

    rows: dict[str, int] = field(default_factory=dict)
    truth: dict[str, int] = field(default_factory=dict)


def _write(draft: Path, making: "Making", progress: Progress) -> _Written:
    """Every table of a world; what is whole first, then bulk events, then cases and truth."""
    from workbench.analysis.synthetic.world import FOR_CASES

    written = _Written()
    (draft / "truth").mkdir()
    progress("what each state's registers say of it", 0.22)
    for name, frame in making.entities():
        written.rows[name] = _append(draft / f"{name}.csv", frame)
    progress("who has what, and who was recorded in what", 0.28)
    kept: dict[str, pd.DataFrame] = {}
    for name, frame in making.links():
        written.rows[name] = _append(draft / f"{name}.csv", frame)
        if name in FOR_CASES:
            kept[name] = frame
    written.rows["cases"] = _append(draft / "cases.csv", making.cases(kept))
    kept.clear()
    for table in making.bulk():
        _write_bulk(draft, making, table, written, progress)
    progress("what is true", 0.97)
    for name, frame in making.truth().items():
        written.truth[name] = _append(draft / "truth" / f"{name}.csv", frame)
    return written


def _write_bulk(
    draft: Path, making: "Making", table: "BulkTable", written: _Written, progress: Progress
) -> None:
    """One bulk table: put aside by the week in which it became known, then week by week."""
    from workbench.analysis.synthetic.bulk import N_PERIODS, in_order, period_of
    from workbench.store.spill import Spill

    start, end = _TURNS[table.name]
    progress(f"two years of {table.name}", start)
    aside = draft / ".aside"
    spill = Spill(aside, n_parts=N_PERIODS)
    first = None
    for block in table.observed(making.scenario):
        first = block.iloc[:0] if first is None else first
        spill.add(block, period_of(block))
    progress(f"{table.name} in the order in which they became known", (start + end) / 2)
    path, n = draft / f"{table.name}.csv", 0
    for rows in spill.batches(least=_CHUNK):
        n += _write_rows(path, making, table, in_order(rows), n, written)
    if n == 0 and first is not None:
        _write_rows(path, making, table, first, 0, written)
    written.rows[table.name] = n
    aside.rmdir()


def _write_rows(
    path: Path,
    making: "Making",
    table: "BulkTable",
    rows: "pd.DataFrame",
    before: int,
    written: _Written,
) -> int:
    frame = table.delivered(rows, before)
    if table.name == "transfers":
        for name, told in making.truth_of(rows, frame).items():
            n = _append(path.parent / "truth" / f"{name}.csv", told)
            written.truth[name] = written.truth.get(name, 0) + n
    return _append_plain(path, frame)


def _append(path: Path, frame: "pd.DataFrame") -> int:
    """Add a frame to a CSV file, with a header where it is new; returns the rows added."""
    frame.to_csv(
        path,
        mode="a",
        header=not path.exists(),
        index=False,
        lineterminator="\n",
        encoding="utf-8",
        chunksize=_CHUNK,
    )
    return len(frame)


def _append_plain(path: Path, frame: "pd.DataFrame") -> int:
    """As `_append`, several times as fast, for frames whose cells need no quotes.

    Arrow refuses a cell that would.
    """
    import pyarrow as pa
    from pyarrow import csv

    table = pa.Table.from_pandas(frame, preserve_index=False)
    if not path.exists():
        path.write_text(",".join(frame.columns) + "\n", encoding="utf-8")
    with path.open("ab") as file:
        csv.write_csv(table, file, csv.WriteOptions(include_header=False, quoting_style="none"))
    return len(frame)


def _write_datasheet(
    draft: Path, name: str, size: str, seed: int, bias: str, own: bytes | None
) -> None:
    from workbench.analysis.synthetic.datasheet import datasheet
    from workbench.store.manifest import FILE

    scenario = "default" if own is None else hashlib.sha256(own).hexdigest()
    text = datasheet(name=name, size=size, seed=seed, bias=bias, scenario=scenario)
    (draft / FILE).write_text(text, encoding="utf-8")
