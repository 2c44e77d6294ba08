"""How much is planted, when, and in which amounts and rails: the faults of public generators."""

import numpy as np
import pandas as pd

from workbench.analysis.validation.estimates import Z, wilson
from workbench.analysis.validation.rows import Measured, Plot, Series
from workbench.analysis.validation.world import DAY, Ledger, NotInWorld, WrittenWorld


def prevalence(world: WrittenWorld) -> dict[str, Measured]:
    """Laundering per 1,000 transfers, and at both ends of time."""
    ledger = _with_laundering(world)
    n, k = len(ledger), int(ledger.tainted.sum())
    low, high = wilson(k, n)
    return {
        "prevalence": Measured(
            value=1000 * k / n,
            low=1000 * low,
            high=1000 * high,
            n=n,
            note=f"{k:,} of {n:,} transfers, 1 in {n / k:,.0f}.",
            plot=_over_time(ledger),
        ),
        "prevalence_ends": _ends(ledger),
    }


def _with_laundering(world: WrittenWorld) -> Ledger:
    ledger = world.ledger
    if not ledger.tainted.any():
        raise NotInWorld("nothing was laundered")
    return ledger


def _ends(ledger: Ledger) -> Measured:
    """Share of laundering in the last third of time over that in the first third.

    The interval is that of a ratio of two counts of clusters (log-normal).
    """
    third = thirds(ledger.at)
    base = np.bincount(third, minlength=3)
    mine = np.bincount(third[ledger.tainted], minlength=3)
    clusters = [len(np.unique(ledger.cluster[ledger.tainted & (third == k)])) for k in (0, 2)]
    if not mine[0] or not mine[2]:
        return Measured(value=float("nan"), n=int(mine.sum()))
    ratio = (mine[2] / base[2]) / (mine[0] / base[0])
    reach = Z * np.sqrt(1 / clusters[0] + 1 / clusters[1])
    return Measured(
        value=float(ratio),
        low=float(ratio * np.exp(-reach)),
        high=float(ratio * np.exp(reach)),
        n=int(mine.sum()),
    )


def thirds(
    at: "np.ndarray[tuple[int], np.dtype[np.float64]]",
) -> "np.ndarray[tuple[int], np.dtype[np.int64]]":
    """0, 1 or 2 for each instant: which third of the whole time it lies in."""
    first, last = float(at.min()), float(at.max())
    width = max(1.0, (last - first) / 3)
    return np.minimum(2, ((at - first) / width).astype(np.int64))


def _over_time(ledger: Ledger) -> Plot:
    month = ((ledger.at - ledger.at.min()) / (30.4 * DAY)).astype(np.int64)
    everything = np.bincount(month)
    mine = np.bincount(month[ledger.tainted], minlength=len(everything))
    share = 1000 * mine / np.maximum(1, everything)
    return Plot(
        title="Laundering over time",
        x_label="month",
        y_label="per 1,000 transfers",
        series=(
            Series(
                name="this world",
                x=tuple(float(i + 1) for i in range(len(share))),
                y=tuple(float(v) for v in share),
                kind="bars",
            ),
        ),
    )


def outside_shapes(world: WrittenWorld) -> dict[str, Measured]:
    """Share of laundered transfers that belong to no clean shape."""
    pattern = world.table("truth/tainted", "record", "pattern")["pattern"].fillna("")
    outside = int(pattern.isin(("random", "")).sum())
    low, high = wilson(outside, len(pattern))
    share = outside / max(1, len(pattern))
    return {"outside_shapes": Measured(value=share, low=low, high=high, n=len(pattern))}


def faults(world: WrittenWorld) -> dict[str, Measured]:
    """Known faults of public generators, each as a figure."""
    ledger = _with_laundering(world)
    rows = world.table("transfers", "rail")
    return {
        "amount_range": _amount_range(ledger),
        "rail_distance": _rail_distance(rows["rail"], ledger),
        "quiet_days": _quiet_days(ledger),
        "worst_day": _worst_day(ledger),
    }


def _amount_range(ledger: Ledger) -> Measured:
    """Share of laundered amounts between the 1st and 99th percentile of all others."""
    other = ledger.amount[~ledger.tainted]
    low, high = np.quantile(other, [0.01, 0.99])
    mine = ledger.amount[ledger.tainted]
    inside = int(((mine >= low) & (mine <= high)).sum())
    bounds = wilson(inside, len(mine))
    edges = np.linspace(0, 6, 31)
    at = tuple((10 ** ((edges[1:] + edges[:-1]) / 2)).tolist())
    ours = [np.histogram(np.log10(np.maximum(1, a)), edges)[0] / len(a) for a in (mine, other)]
    plot = Plot(
        title="Amounts of laundering and of all others",
        x_label="amount (EUR)",
        y_label="share of transfers",
        series=(
            Series(name="laundering", x=at, y=tuple(ours[0].tolist()), kind="line"),
            Series(name="all others", x=at, y=tuple(ours[1].tolist()), kind="line", ours=False),
        ),
        x_log=True,
    )
    return Measured(value=inside / len(mine), low=bounds[0], high=bounds[1], n=len(mine), plot=plot)


def _rail_distance(rail: "pd.Series[str]", ledger: Ledger) -> Measured:
    """Half the sum of differences between the rails' shares in laundering and elsewhere."""
    mine = rail[ledger.tainted].value_counts(normalize=True)
    other = rail[~ledger.tainted].value_counts(normalize=True)
    both = pd.concat([mine, other], axis=1, keys=["laundering", "others"]).fillna(0.0)
    value = float((both["laundering"] - both["others"]).abs().sum() / 2)
    at = tuple(float(i) for i in range(len(both)))
    plot = Plot(
        title="Rails of laundering and of all others",
        x_label="rail",
        y_label="share of transfers",
        series=(
            Series(name="laundering", x=at, y=tuple(both["laundering"]), kind="bars"),
            Series(name="all others", x=at, y=tuple(both["others"]), kind="points", ours=False),
        ),
        ticks=tuple(str(name) for name in both.index),
    )
    note = f"Most used by laundering: {mine.index[0]}, {mine.iloc[0]:.0%} of it."
    return Measured(value=value, n=int(ledger.tainted.sum()), note=note, plot=plot)


def _per_day(ledger: Ledger) -> tuple["np.ndarray[tuple[int], np.dtype[np.int64]]", ...]:
    day = ((ledger.at - ledger.at.min()) // DAY).astype(np.int64)
    return day, np.bincount(day), np.bincount(day[ledger.tainted], minlength=int(day.max()) + 1)


def _quiet_days(ledger: Ledger) -> Measured:
    """Share of laundering on days with less than a tenth of the median day's transfers."""
    _, everything, mine = _per_day(ledger)
    quiet = everything < np.median(everything) / 10
    value = float(mine[quiet].sum() / mine.sum())
    note = f"{int(quiet.sum())} of {len(everything)} days are that quiet."
    return Measured(value=value, n=int(mine.sum()), note=note)


def _worst_day(ledger: Ledger) -> Measured:
    _, everything, mine = _per_day(ledger)
    share = mine / np.maximum(1, everything)
    return Measured(value=float(share.max()), n=len(everything))


def decoys(world: WrittenWorld) -> dict[str, Measured]:
    """Share of innocent look-alikes' transfers that carry the label."""
    patterns = world.table("truth/patterns", "instance", "network")
    members = world.table("truth/pattern_transfers", "instance", "record")
    innocent = patterns.loc[patterns["network"].fillna("") == "", "instance"]
    records = members.loc[members["instance"].isin(innocent), "record"]
    if records.empty:
        raise NotInWorld("there are no innocent look-alikes")
    flagged = int(records.isin(world.table("truth/tainted", "record")["record"]).sum())
    low, high = wilson(flagged, len(records))
    return {"decoys": Measured(value=flagged / len(records), low=low, high=high, n=len(records))}
