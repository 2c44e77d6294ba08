"""The rhythm of weeks, days and bursts in calls and transfers."""

import numpy as np

from workbench.analysis.tables import FloatArray, Int64Array
from workbench.analysis.validation.rows import Measured, Plot, Series
from workbench.analysis.validation.world import DAY, NotInWorld, WrittenWorld

DAYS_OF_WEEK = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
LEAST_CALLS = 20  # of a phone whose burstiness is measured


def rhythm(world: WrittenWorld) -> dict[str, Measured]:
    """Weekly and daily rhythm of calls and of transfers."""
    made: dict[str, Measured] = {}
    for name in ("calls", "transfers"):
        at = world.table(name, "occurred_at")["occurred_at"].dropna().to_numpy(np.float64)
        week, day = by_weekday(at), by_hour(at)
        made[f"weekly_{name}"] = Measured(
            value=float(week.max() / week.min()), n=len(at), plot=_bars(name, week, DAYS_OF_WEEK)
        )
        hours = tuple(str(h) for h in range(24))
        made[f"daily_{name}"] = Measured(
            value=float(day[:6].sum()), n=len(at), plot=_bars(name, day, hours)
        )
    return made


def by_weekday(at: FloatArray) -> FloatArray:
    """Share of events on Monday, Tuesday ... (1970-01-01 was a Thursday)."""
    weekday = (np.floor(at / DAY).astype(np.int64) + 3) % 7
    return np.asarray(np.bincount(weekday, minlength=7) / len(at), dtype=np.float64)


def by_hour(at: FloatArray) -> FloatArray:
    """Share of events in each hour of the day, UTC."""
    hour = np.floor(at % DAY / 3_600).astype(np.int64)
    return np.asarray(np.bincount(hour, minlength=24) / len(at), dtype=np.float64)


def _bars(name: str, share: FloatArray, ticks: tuple[str, ...]) -> Plot:
    return Plot(
        title=f"When {name} happen",
        x_label="hour of the day, UTC" if len(ticks) == 24 else "day of the week",
        y_label=f"share of {name}",
        series=(
            Series(
                name="this world",
                x=tuple(float(i) for i in range(len(share))),
                y=tuple(float(v) for v in share),
                kind="bars",
            ),
        ),
        ticks=ticks,
    )


def bursts(world: WrittenWorld) -> dict[str, Measured]:
    """How bursty the calls of one phone are."""
    calls = world.table("calls", "caller", "occurred_at").dropna()
    who = calls["caller"].factorize()[0].astype(np.int64)
    found = burstiness(who, calls["occurred_at"].to_numpy(np.float64), least=LEAST_CALLS)
    if not len(found):
        raise NotInWorld(f"no phone made {LEAST_CALLS} calls")
    low, middle, high = np.quantile(found, [0.25, 0.5, 0.75])
    count, edge = np.histogram(found, bins=20, range=(-1, 1))
    plot = Plot(
        title="Burstiness of phones",
        x_label="B (0 is chance, 1 all at once)",
        y_label="phones",
        series=(
            Series(
                name="this world",
                x=tuple(((edge[1:] + edge[:-1]) / 2).tolist()),
                y=tuple(count.astype(float).tolist()),
                kind="bars",
            ),
        ),
    )
    note = f"Half of {len(found):,} phones lie between {low:.2f} and {high:.2f}."
    return {"burstiness": Measured(value=float(middle), n=len(found), note=note, plot=plot)}


def burstiness(who: Int64Array, at: FloatArray, *, least: int) -> FloatArray:
    """B of each actor with at least `least` events, from the times between its events.

    Goh and Barabási (2008), (spread - mean) / (spread + mean), in the form of Kim and Jo (2016)
    that is 0 for chance however few the events are.
    """
    order = np.lexsort((at, who))
    who, at = who[order], at[order]
    same = who[1:] == who[:-1]
    gap, of = np.diff(at)[same], who[1:][same]
    n_gaps = np.bincount(of)
    keep = n_gaps >= least - 1
    total = np.bincount(of, gap)
    mean = total[keep] / n_gaps[keep]
    spread = np.sqrt(np.maximum(0, np.bincount(of, gap**2)[keep] / n_gaps[keep] - mean**2))
    positive = mean > 0
    ratio, n = spread[positive] / mean[positive], n_gaps[keep][positive]
    up, down = np.sqrt(n + 1), np.sqrt(n - 1)
    return np.asarray((up * ratio - down) / ((up - 2) * ratio + down), dtype=np.float64)
