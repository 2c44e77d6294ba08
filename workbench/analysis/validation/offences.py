"""Offences: where they gather, who repeats, who acts together, what is near in place and time."""

import numpy as np
import pandas as pd
from scipy.spatial import cKDTree

from workbench.analysis.tables import FloatArray, Int64Array
from workbench.analysis.validation.estimates import wilson
from workbench.analysis.validation.rows import Measured, Plot, Series
from workbench.analysis.validation.world import DAY, Matrix, NotInWorld, WrittenWorld

NEAR_KM, NEAR_DAYS = 0.4, 14.0
N_PERMUTATIONS = 199
MOST_EVENTS = 6_000  # of one type, for near repeats


def concentration(world: WrittenWorld) -> dict[str, Measured]:
    """Share of all street segments that hold half of the offences, by where they truly were."""
    places = world.table("places", "id", "segment").dropna()
    segment = places.drop_duplicates("id").set_index("id")["segment"]
    at = offence_places(world)["place"].map(segment).dropna()
    if at.empty:
        raise NotInWorld("no offence happened at a place with a segment")
    counts = np.asarray(at.value_counts(), dtype=np.int64)
    n = int(segment.nunique())
    share = np.concatenate([[0.0], np.cumsum(counts) / counts.sum()])
    of_segments = np.arange(len(share)) / n
    plot = Plot(
        title="Offences on the busiest segments",
        x_label="share of street segments",
        y_label="share of offences",
        series=(
            Series(name="this world", x=_t(of_segments), y=_t(share)),
            Series(name="published", x=(0.0, 0.05), y=(0.5, 0.5), kind="dashes", ours=False),
            Series(name="", x=(0.05, 0.05), y=(0.0, 0.5), kind="dashes", ours=False),
        ),
    )
    note = f"{len(counts):,} of {n:,} segments saw an offence."
    value = half_of(counts) / n
    return {"concentration": Measured(value=value, n=int(counts.sum()), note=note, plot=plot)}


def half_of(counts: Int64Array) -> int:
    """How few of these hold half of their sum."""
    ordered = np.sort(counts)[::-1]
    return int(np.searchsorted(np.cumsum(ordered), ordered.sum() / 2) + 1)


def offence_places(world: WrittenWorld) -> pd.DataFrame:
    """offence, place: the truth's where it is told, else the recorded."""
    name = "truth/offence_places"
    if not world.has(name, "offence", "place"):
        name = "happened_at"
    return world.table(name, "offence", "place").drop_duplicates("offence")


def repeats(world: WrittenWorld) -> dict[str, Measured]:
    """What the most active tenth of suspects did, and how often several acted together."""
    rows = world.table("involved_in", "person", "offence", "role")
    rows = rows[rows["role"] == "suspect"]
    person = rows["person"].map(world.true_person).fillna(rows["person"])
    listed = pd.DataFrame({"person": person, "offence": rows["offence"]}).drop_duplicates()
    if listed.empty:
        raise NotInWorld("nobody is recorded as a suspect")
    per_person = np.sort(listed.groupby("person").size().to_numpy())[::-1]
    n_most = max(1, len(per_person) // 10)
    per_offence = listed.groupby("offence").size().to_numpy()
    several = int((per_offence > 1).sum())
    low, high = wilson(several, len(per_offence))
    most = int(per_person.max())
    number = np.arange(1, most + 1, dtype=np.float64)
    at_least = np.array([(per_person >= k).mean() for k in number])
    plot = Plot(
        title="Suspects recorded in at least so many offences",
        x_label="offences",
        y_label="share of suspects",
        series=(Series(name="this world", x=_t(number), y=_t(at_least), kind="points"),),
        x_log=True,
        y_log=True,
    )
    note = f"{(per_person >= 5).mean():.1%} of suspects have five offences or more."
    return {
        "repeat": Measured(
            value=float(per_person[:n_most].sum() / per_person.sum()),
            n=len(per_person),
            note=note,
            plot=plot,
        ),
        "co_offending": Measured(
            value=several / len(per_offence), low=low, high=high, n=len(per_offence)
        ),
    }


def near_repeats(world: WrittenWorld, rng: np.random.Generator) -> dict[str, Measured]:
    """Knox's ratio for burglaries, by where they truly were, with its permutation p."""
    events = located(world, "burglary")
    if len(events) > MOST_EVENTS:
        first = events["day"].min()
        span = (events["day"].max() - first) * MOST_EVENTS / len(events)
        events = events[events["day"] <= first + span]
    xy = events[["x_km", "y_km"]].to_numpy(np.float64)
    ratio, p = knox(xy, events["day"].to_numpy(np.float64), rng, n_permutations=N_PERMUTATIONS)
    note = f"p = {p:.3f} in {N_PERMUTATIONS} permutations of the days."
    return {
        "knox": Measured(value=ratio, n=len(events), note=note),
        "knox_p": Measured(value=p, n=len(events)),
    }


def located(world: WrittenWorld, offence_type: str) -> pd.DataFrame:
    """offence, x_km, y_km, day of every offence of a type whose place has coordinates."""
    offences = world.table("offences", "id", "offence_type", "occurred_at").dropna()
    offences = offences[offences["offence_type"] == offence_type]
    places = world.table("places", "id", "x_km", "y_km").dropna().drop_duplicates("id")
    at = offence_places(world).merge(places, left_on="place", right_on="id")
    joined = offences.merge(at, left_on="id", right_on="offence")
    if len(joined) < 20:
        raise NotInWorld(f"fewer than 20 offences of type {offence_type} have coordinates")
    return joined.assign(day=joined["occurred_at"] / DAY)[["offence", "x_km", "y_km", "day"]]


def knox(
    xy: Matrix, day: FloatArray, rng: np.random.Generator, *, n_permutations: int
) -> tuple[float, float]:
    """Pairs near in place and time over what shuffled days give, and the share of shuffles at or
    above it (Knox, 1964; the observed one counts among them).

    `xy` km, `day` days; near is within 400 m and 14 days. Cost: near pairs × permutations.
    """
    pairs = cKDTree(xy).query_pairs(NEAR_KM, output_type="ndarray")
    counted = [_close(day, pairs)]
    counted += [_close(rng.permutation(day), pairs) for _ in range(n_permutations)]
    shuffled = np.array(counted[1:], dtype=np.float64)
    p = (1 + int((shuffled >= counted[0]).sum())) / (n_permutations + 1)
    mean = float(shuffled.mean())
    return (counted[0] / mean if mean else float("nan")), p


def _close(day: FloatArray, pairs: Int64Array) -> int:
    return int((np.abs(day[pairs[:, 0]] - day[pairs[:, 1]]) <= NEAR_DAYS).sum())


def _t(values: FloatArray) -> tuple[float, ...]:
    return tuple(float(v) for v in values)
