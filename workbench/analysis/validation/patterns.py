"""Re-finds every planted pattern from the transfers alone: its shape, its order, its money.

What the truth says of an instance is its name and its records. The shape is judged from payer,
payee, amount and instant of those records as they were delivered.
"""

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass

from workbench.analysis.validation.estimates import wilson
from workbench.analysis.validation.rows import Measured, Plot, Series
from workbench.analysis.validation.shapes import SHAPES, Step, closes, conserved, in_order
from workbench.analysis.validation.world import NotInWorld, WrittenWorld


@dataclass(frozen=True, slots=True)
class Instance:
    """Steps by time; `n_told` is how many the truth says there are, 0 where it does not say."""

    pattern: str
    innocent: bool
    steps: tuple[Step, ...]
    n_told: int = 0


def patterns(world: WrittenWorld) -> dict[str, Measured]:
    """Share of planted instances that are found again, each in its own way."""
    found = instances(world)
    planted = [one for one in found if not one.innocent]
    innocent = [one for one in found if one.innocent]
    if not planted:
        raise NotInWorld("no laundering instance was planted")
    rows = {
        "pattern_shape": _share(planted, has_shape),
        "pattern_order": _share(planted, lambda one: bool(one.steps) and in_order(one.steps)),
        "pattern_money": _share(planted, lambda one: bool(one.steps) and conserved(one.steps)),
    }
    cycles = [one for one in found if one.pattern == "cycle"]
    if cycles:
        rows["cycles_close"] = _share(cycles, lambda one: bool(one.steps) and closes(one.steps))
    if innocent:
        rows["look_alike_shape"] = _share(innocent, has_shape)
    return rows


def has_shape(one: Instance) -> bool:
    """Whether the records are all there and make the shape that the truth names."""
    if not one.steps or (one.n_told and one.n_told != len(one.steps)):
        return False
    known = SHAPES.get(one.pattern)
    return known is not None and known(one.steps)


def _share(of: list[Instance], test: Callable[[Instance], bool]) -> Measured:
    passed = [test(one) for one in of]
    low, high = wilson(sum(passed), len(of))
    names = sorted({one.pattern for one in of})
    parts = [
        [p for one, p in zip(of, passed, strict=True) if one.pattern == name] for name in names
    ]
    wrong = ", ".join(
        f"{name} {len(part) - sum(part)} of {len(part)}"
        for name, part in zip(names, parts, strict=True)
        if not all(part)
    )
    plot = Plot(
        title="Found again, by pattern",
        x_label="pattern",
        y_label="share of instances",
        series=(
            Series(
                name="this world",
                x=tuple(float(i) for i in range(len(names))),
                y=tuple(sum(part) / len(part) for part in parts),
                kind="bars",
            ),
        ),
        ticks=tuple(names),
    )
    note = f"Not found: {wrong}." if wrong else f"All {len(of):,} found."
    return Measured(
        value=sum(passed) / len(of), low=low, high=high, n=len(of), note=note, plot=plot
    )


def instances(world: WrittenWorld) -> list[Instance]:
    """Every planted instance, laundering and look-alike, with its transfers by time."""
    told = world.table("truth/patterns", "instance", "network", "pattern")
    members = world.table("truth/pattern_transfers", "instance", "record")
    rows = world.table("transfers", "id", "payer", "payee", "amount", "occurred_at")
    joined = members.merge(
        rows[rows["id"].isin(members["record"])], left_on="record", right_on="id"
    )
    joined = joined.sort_values(["instance", "occurred_at", "id"], kind="stable")
    steps: dict[object, list[Step]] = defaultdict(list)
    columns = ("instance", "payer", "payee", "occurred_at", "amount")
    for key, *cells in zip(*(joined[c].tolist() for c in columns), strict=True):
        steps[key].append(Step(*cells))
    n_told = (
        world.table("truth/patterns", "n_transfers")["n_transfers"].fillna(0).astype(int).tolist()
        if world.has("truth/patterns", "n_transfers")
        else [0] * len(told)
    )
    networks = told["network"].fillna("")
    return [
        Instance(pattern, network == "", tuple(steps.get(key, ())), n)
        for key, network, pattern, n in zip(
            told["instance"], networks, told["pattern"], n_told, strict=True
        )
    ]
