"""Bias over many worlds: how often the interval holds what was planted, how often nothing alarms.

One world says little: an interval at 95 % misses one time in twenty by right. Over 100 seeds,
declared before any was looked at, a perfect measurement holds the planted gap in 90 or more with
a chance of 99 %, and alarms in 10 or fewer null worlds as surely.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
import pandas as pd

from workbench.analysis.fairness import audit
from workbench.analysis.subgroups import Attribute, Outcomes
from workbench.analysis.validation.bias import Gap, Shares, measured_gaps, pair_counts
from workbench.analysis.validation.rows import Measured, Plot, Reference, Row, Series, row
from workbench.analysis.validation.world import Flags, WrittenWorld

SEEDS: Final = tuple(range(8_001, 8_101))  # declared before any of them was looked at
ALPHA = 0.05
_SOURCE = "specification, table of references"
_HELD = Reference(
    topic="Planted bias", name="", unit="of 100 worlds",
    measures="Worlds of bias in which the 95 % interval of the gap holds the planted one.",
    published="90 or more", source=_SOURCE, low=90, high=100,
)  # fmt: skip
_ALARMS = Reference(
    topic="Null worlds", name="", unit="of 100 worlds",
    measures="Worlds without bias in which any gap's interval, at 95 % for all together, leaves "
    "out 0.",
    published="10 or fewer", source=_SOURCE, low=0, high=10,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Seen:
    """One seed: gaps in its biased and in its null world, and whether the bias audit of the
    workbench found a significant gap in either's table of labels."""

    seed: int
    planted: tuple[Gap, ...]
    null: tuple[Gap, ...]
    audit_found: bool
    audit_alarmed: bool


def look(planted: WrittenWorld, null: WrittenWorld, *, seed: int) -> Seen:
    """Both worlds of one seed, measured."""
    return Seen(
        seed=seed,
        planted=tuple(measured_gaps(planted)),
        null=tuple(measured_gaps(null)),
        audit_found=audit_alarms(planted, seed=seed),
        audit_alarmed=audit_alarms(null, seed=seed),
    )


def audit_alarms(world: WrittenWorld, *, seed: int) -> bool:
    """Whether the workbench's own audit of records against truth finds a significant gap.

    Each close pair is a row: whether it is tied in truth, whether records say so, whether it
    touches the group. Significant is a p-value, corrected over both tests, below 0.05.
    """
    ties, close = pair_counts(world)
    label, prediction, group = label_table(ties, close)
    found = audit(
        Outcomes.of(label, prediction),
        [Attribute.of("group", group)],
        margin=0.0,
        seed=seed,
    )
    corrected = [test["p_corrected"] for test in found["tests"]]
    return any(p is not None and p < ALPHA for p in corrected)


def label_table(ties: Shares, close: Shares) -> tuple[Flags, Flags, list[str | None]]:
    """One row per close pair from counts: tied in truth, said by records, group touched or not."""
    counts = [
        (True, True, "touched", ties.k), (True, False, "touched", ties.n - ties.k),
        (True, True, "others", ties.k_elsewhere),
        (True, False, "others", ties.n_elsewhere - ties.k_elsewhere),
        (False, True, "touched", close.k), (False, False, "touched", close.n - close.k),
        (False, True, "others", close.k_elsewhere),
        (False, False, "others", close.n_elsewhere - close.k_elsewhere),
    ]  # fmt: skip
    frame = pd.DataFrame(counts, columns=["label", "prediction", "group", "n"])
    at = np.repeat(np.arange(len(frame)), frame["n"])
    return (
        frame["label"].to_numpy(bool)[at],
        frame["prediction"].to_numpy(bool)[at],
        [str(g) for g in frame["group"].to_numpy(dtype=object)[at]],
    )


def rows(seen: Sequence[Seen]) -> list[Row]:
    """The report: one row per parameter, one for null worlds, one for the audit in each."""
    n, made = len(seen), []
    for k, gap in enumerate(seen[0].planted):
        mine = [one.planted[k] for one in seen]
        held = sum(g.holds for g in mine)
        reference = replace(_HELD, name=gap.parameter)
        measured = Measured(value=100 * held / n, n=n, note=_spread(mine), plot=_plot(mine))
        made.append(row(f"held_{gap.parameter}", reference, measured))
    alarmed = sum(any(not g.wide_low <= 0 <= g.wide_high for g in one.null) for one in seen)
    made.append(
        row("null_gaps", replace(_ALARMS, name="Gaps"), Measured(value=100 * alarmed / n, n=n))
    )
    by_audit = replace(
        _ALARMS,
        name="Bias audit",
        measures="Worlds without bias in which the workbench's bias audit of records against "
        "truth finds a significant gap (p, corrected, below 0.05).",
    )
    alarms = sum(one.audit_alarmed for one in seen)
    made.append(row("null_audit", by_audit, Measured(value=100 * alarms / n, n=n)))
    finds = replace(
        _HELD,
        name="Bias audit",
        measures="Worlds of bias in which the workbench's bias audit of records against truth "
        "finds a significant gap.",
    )
    found = sum(one.audit_found for one in seen)
    made.append(row("found_audit", finds, Measured(value=100 * found / n, n=n)))
    return made


def _spread(gaps: Sequence[Gap]) -> str:
    values = [g.measured for g in gaps]
    mean, planted = float(np.mean(values)), gaps[0].planted
    return f"Planted {planted:+.3f}; measured {mean:+.3f} on average over {len(gaps)} worlds."


def _plot(gaps: Sequence[Gap]) -> Plot:
    at = tuple(float(i) for i in range(len(gaps)))
    edges = (0.0, float(len(gaps) - 1))
    return Plot(
        title="Gap measured in each world",
        x_label="world",
        y_label="gap",
        series=(
            Series(name="measured", x=at, y=tuple(g.measured for g in gaps), kind="points"),
            Series(
                name="planted",
                x=edges,
                y=(gaps[0].planted, gaps[0].planted),
                kind="dashes",
                ours=False,
            ),
        ),
    )
