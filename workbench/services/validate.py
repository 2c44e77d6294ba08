"""Hold a written world against what is known of real ones, and write the report."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from workbench.analysis.validation.rows import Row
    from workbench.analysis.validation.study import Seen

SEED = 1  # of the measures' own samples and shuffles


@dataclass(frozen=True, slots=True)
class Validation:
    """The rows of a validation and where its report stands (None where none was written)."""

    name: str
    rows: "tuple[Row, ...]"
    sizes: dict[str, int]
    report: Path | None

    def as_json(self) -> dict[str, Any]:
        from workbench.store.validation_report import as_json

        return as_json(self.name, self.rows, seed=SEED, sizes=self.sizes)

    @property
    def n_missed(self) -> int:
        return len(self._missed())

    def _missed(self) -> "list[Row]":
        from workbench.analysis.validation.rows import Verdict

        return [row for row in self.rows if row.verdict is Verdict.MISSES]

    def as_text(self) -> str:
        """One line per row that misses, then the count."""
        from workbench.analysis.validation.rows import Verdict

        missed = self._missed()
        lines = [
            f"{row.reference.name}: {row.measured.value:.4g} {row.reference.unit}, "
            f"reference {row.reference.published}"
            for row in missed
            if row.measured
        ]
        absent = sum(row.verdict is Verdict.ABSENT for row in self.rows)
        held = len(self.rows) - len(missed) - absent
        lines.append(
            f"{held} of {len(self.rows)} rows hold, {len(missed)} miss, "
            f"{absent} are not in this world."
        )
        if self.report:
            lines.append(f"The report stands in {self.report}.")
        return "\n".join(lines)


def validate(
    folder: Path,
    *,
    report: Path | None = None,
    again: Path | None = None,
    progress: Callable[[str, float], None],
) -> Validation:
    """Measure the world in `folder`; write `report` (HTML) and a JSON file beside it.

    `again` is a folder with the same world made a second time: its bytes are compared. Nothing of
    the generator is asked; a world of another make with the same tables is measured as well.

    Raises
    ------
    BadInput
        When the folder is no dataset folder or holds no truth.
    """
    from workbench.analysis.validation.checks import validate as measure
    from workbench.store.validation_report import write
    from workbench.store.written_world import read_world

    progress("reading the world", 0.0)
    world = read_world(folder, again=again)
    rows = tuple(measure(world, seed=SEED, progress=progress))
    sizes = {name: len(table) for name, table in world.tables.items()}
    if report is not None:
        write(report, world.name, rows, seed=SEED, sizes=sizes)
    progress("done", 1.0)
    return Validation(world.name, rows, sizes, report)


def look_for_bias(planted: Path, null: Path, *, seed: int) -> "Seen":
    """The planted gaps measured in the biased and in the null world of one seed.

    Reads persons, ties and what records say of them; a second at size S.
    """
    from workbench.analysis.validation.study import look
    from workbench.store.written_world import BIAS_TABLES, read_world

    worlds = [read_world(folder, only=BIAS_TABLES) for folder in (planted, null)]
    return look(*worlds, seed=seed)


def write_study(seen: "list[Seen]", report: Path, *, name: str) -> Validation:
    """The report on many seeds, as HTML at `report` and JSON beside it."""
    from workbench.analysis.validation.study import rows
    from workbench.store.validation_report import write

    made = tuple(rows(seen))
    sizes = {"worlds of bias": len(seen), "null worlds": len(seen)}
    write(report, name, made, seed=min(one.seed for one in seen), sizes=sizes)
    return Validation(name, made, sizes, report)
