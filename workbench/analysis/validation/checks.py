"""Every measure of a written world, in the order of the report."""

import zlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from workbench.analysis.validation.amounts import amounts, degrees
from workbench.analysis.validation.bias import bias
from workbench.analysis.validation.leaks import leaks
from workbench.analysis.validation.linkage import record_linkage
from workbench.analysis.validation.networks import groups
from workbench.analysis.validation.offences import concentration, near_repeats, repeats
from workbench.analysis.validation.patterns import patterns
from workbench.analysis.validation.prevalence import decoys, faults, outside_shapes, prevalence
from workbench.analysis.validation.references import REFERENCES
from workbench.analysis.validation.rhythm import bursts, rhythm
from workbench.analysis.validation.rows import Measured, Row, absent, row
from workbench.analysis.validation.series import series_linkage
from workbench.analysis.validation.transfer_models import transfer_models
from workbench.analysis.validation.world import NotInWorld, WrittenWorld

Measure = Callable[[WrittenWorld, np.random.Generator], dict[str, Measured]]


@dataclass(frozen=True, slots=True)
class Check:
    """One measure and the rows that it fills; `quick` ones take a moment at any size."""

    name: str
    keys: tuple[str, ...]
    measure: Measure
    quick: bool = True


def _plain(measure: Callable[[WrittenWorld], dict[str, Measured]]) -> Measure:
    return lambda world, _: measure(world)


def _again(world: WrittenWorld) -> dict[str, Measured]:
    if world.n_same is None:
        raise NotInWorld("it was not made a second time")
    n = world.n_same + len(world.differing)
    note = f"Different: {', '.join(world.differing)}." if world.differing else ""
    return {"same_bytes": Measured(value=world.n_same / max(1, n), n=n, note=note)}


CHECKS: tuple[Check, ...] = (
    Check("degrees", ("degree_999", "degree_exponent", "transfers_per_account"), _plain(degrees)),
    Check("amounts", ("lognormal", "benford"), _plain(amounts)),
    Check(
        "rhythm",
        ("weekly_calls", "weekly_transfers", "daily_calls", "daily_transfers"),
        _plain(rhythm),
    ),
    Check("bursts", ("burstiness",), _plain(bursts)),
    Check("concentration", ("concentration",), _plain(concentration)),
    Check("repeats", ("repeat", "co_offending"), _plain(repeats)),
    Check("near repeats", ("knox", "knox_p"), near_repeats),
    Check("groups", ("group_size", "group_density"), _plain(groups)),
    Check("series", ("series_auc",), series_linkage, quick=False),
    Check("record linkage", ("linkage_f1", "exact_f1"), _plain(record_linkage), quick=False),
    Check("columns", ("column_auc", "order_auc", "calendar_auc", "rail_auc"), leaks, quick=False),
    Check(
        "transfer models",
        ("row_model", "graph_model", "graph_gain", "shuffled", "random_split"),
        transfer_models,
        quick=False,
    ),
    Check(
        "patterns",
        ("pattern_shape", "pattern_order", "pattern_money", "cycles_close", "look_alike_shape"),
        _plain(patterns),
    ),
    Check("shapes", ("outside_shapes",), _plain(outside_shapes)),
    Check("prevalence", ("prevalence", "prevalence_ends"), _plain(prevalence)),
    Check("bias", ("bias_planted", "bias_null"), _plain(bias)),
    Check("made again", ("same_bytes",), _plain(_again)),
    Check(
        "faults of others",
        ("amount_range", "rail_distance", "quiet_days", "worst_day"),
        _plain(faults),
    ),
    Check("decoys", ("decoys",), _plain(decoys)),
)


def validate(
    world: WrittenWorld,
    *,
    seed: int,
    checks: Sequence[Check] = CHECKS,
    progress: Callable[[str, float], None],
) -> list[Row]:
    """All rows of `checks`, in the order of REFERENCES. Each check has its own stream of chance.

    Cost: a few minutes at a million transfers. A row for which the world has nothing to measure
    says so and what is missing.
    """
    made: dict[str, Row] = {}
    for i, check in enumerate(checks):
        progress(f"measuring {check.name}", i / len(checks))
        rng = np.random.default_rng([seed, zlib.crc32(check.name.encode())])
        try:
            found, why = check.measure(world, rng), "this world has nothing to measure here"
        except NotInWorld as missing:
            found, why = {}, str(missing)
        for key in check.keys:
            reference = REFERENCES[key]
            measured = found.get(key)
            made[key] = row(key, reference, measured) if measured else absent(key, reference, why)
    return [made[key] for key in REFERENCES if key in made]
