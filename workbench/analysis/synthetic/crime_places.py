"""Where offences happen: near the base of who commits them, and on few street segments.

About one in twenty segments sees about half of all offences (Weisburd 2015, the law of crime
concentration); the way from an offender's base falls off with distance; another offence is
likelier next door in the fortnight after one (Knox).
"""

import numpy as np
import numpy.typing as npt
import pandas as pd

from workbench.analysis.synthetic.geography import Geography
from workbench.analysis.synthetic.offence_types import TYPES
from workbench.analysis.synthetic.scenario import Floats, Ints, Scenario, Texts

_HEAT = 2.1  # spread (sigma) of the log of how much a segment draws
_NEAREST = 20  # segments that an offender chooses from, at the distance gone
REPEATS = 0.22  # share of offences that follow another next door
REPEAT_DAYS, REPEAT_KM = 14, 0.2


class Segments:
    """Street segments that hold places, and how much each draws."""

    def __init__(self, scenario: Scenario, geography: Geography) -> None:
        self._places = np.argsort(geography.segment, kind="stable").astype(np.int64)
        segment = geography.segment[self._places]
        self._places = self._places[segment >= 0]
        used, start, count = np.unique(segment[segment >= 0], return_index=True, return_counts=True)
        self._start, self._count, self._used = start, count, used
        self._segment = geography.segment
        xy = np.stack([geography.segment_x[used], geography.segment_y[used]], axis=1)
        self._xy: npt.NDArray[np.float64] = xy.astype(np.float64)
        self._state = geography.segment_state[used].astype(np.int64)
        self._heat = scenario.stream("heat").lognormal(0, _HEAT, len(used))

    def anywhere(self, rng: np.random.Generator, state: Ints) -> Floats:
        """Middles of random segments in the given states, shape (n, 2)."""
        out = np.zeros((len(state), 2))
        for s in np.unique(state):
            mine = state == s
            pool = np.flatnonzero(self._state == s)
            out[mine] = self._xy[rng.choice(pool, size=int(mine.sum()))]
        return out

    def near(self, rng: np.random.Generator, at: Floats, state: Ints) -> Ints:
        """A place near each point (n, 2) in its state; hot segments draw more."""
        from scipy.spatial import cKDTree

        draw, inside = rng.random(len(at)), rng.random(len(at))
        chosen = np.zeros(len(at), dtype=np.int64)
        for s in np.unique(state):
            mine = np.flatnonzero(state == s)
            pool = np.flatnonzero(self._state == s)
            k = min(_NEAREST, len(pool))
            _, near = cKDTree(self._xy[pool]).query(at[mine], k=k)
            near = pool[np.asarray(near).reshape(len(mine), k)]
            pull = np.cumsum(self._heat[near], axis=1)
            turn = (draw[mine, None] * pull[:, -1:] > pull).sum(axis=1)
            chosen[mine] = near[np.arange(len(mine)), np.minimum(turn, k - 1)]
        step = np.floor(inside * self._count[chosen]).astype(np.int64)
        return np.asarray(self._places[self._start[chosen] + step], dtype=np.int64)

    def beside(self, rng: np.random.Generator, place: Ints) -> Ints:
        """A place on the segment of each place."""
        at = np.searchsorted(self._used, self._segment[place])
        step = np.floor(rng.random(len(place)) * self._count[at]).astype(np.int64)
        return np.asarray(self._places[self._start[at] + step], dtype=np.int64)


def ways(rng: np.random.Generator, types: Texts, base: Floats) -> Floats:
    """Points at a distance from each base (n, 2) that falls off as the type's does, in km."""
    km = pd.Series(types).map({name: kind.km for name, kind in TYPES.items()}).to_numpy(np.float64)
    far = rng.exponential(km)
    angle = rng.uniform(0, 2 * np.pi, len(types))
    return base + np.stack([far * np.cos(angle), far * np.sin(angle)], axis=1)


def next_door(rng: np.random.Generator, candidates: pd.DataFrame) -> pd.DataFrame:
    """Which offences follow another: parent (row, -1 none) and day of each row.

    `candidates` has type, day and network; those of a type that repeats may follow an earlier row
    of the same type, within `REPEAT_DAYS`, and are to be placed within `REPEAT_KM` of it.
    """
    n = len(candidates)
    follows, pick = rng.random(n) < REPEATS, rng.random(n)
    lag = 1 + np.floor(rng.exponential(REPEAT_DAYS / 3, n)).astype(np.int64)
    parent = np.full(n, -1, dtype=np.int64)
    types = candidates["type"].to_numpy(object)
    free = (candidates["network"] < 0).to_numpy(bool)
    for name in [name for name, kind in TYPES.items() if kind.repeats]:
        rows = np.flatnonzero((types == name) & free)
        pool, children = rows[~follows[rows]], rows[follows[rows]]
        if len(pool):
            parent[children] = pool[np.floor(pick[children] * len(pool)).astype(np.int64)]
    day = candidates["day"].to_numpy(np.int64)
    moved = np.where(parent >= 0, day[parent] + np.minimum(lag, REPEAT_DAYS), day)
    return pd.DataFrame({"parent": parent, "day": moved})
