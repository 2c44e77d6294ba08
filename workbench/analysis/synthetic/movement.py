"""Border crossings of everyday life: commuters, hauliers and people on a journey."""

from collections.abc import Iterator

import numpy as np
import pandas as pd

from workbench.analysis.synthetic.assets import SECTORS, Assets
from workbench.analysis.synthetic.population import Population
from workbench.analysis.synthetic.scenario import (
    BLOCK,
    DAY,
    DAYS,
    Ints,
    Scenario,
    random_days,
    random_times,
)

_WORKDAYS = 2 * 2 * 215  # crossings of a commuter in two years, there and back
_HAULS = 2 * 2 * 60
_JOURNEYS = 1.5  # crossings of everybody else's vehicles in two years, recorded or not
_TRANSPORT = SECTORS.index("transport")


def crossing_blocks(
    scenario: Scenario, people: Population, assets: Assets
) -> Iterator[pd.DataFrame]:
    """Crossings that a border post recorded: vehicle, place, at (seconds), by block of holders."""
    if not scenario.switches.movement:
        return
    holder = assets.vehicle_holder
    hauls = np.isin(holder, assets.director[assets.org_sector == _TRANSPORT])
    for k in range(scenario.n_blocks):
        rng = scenario.stream("crossings", k)
        vehicle = np.flatnonzero(holder // BLOCK == k)
        commutes = rng.random(len(vehicle)) < scenario.life.commuters
        usual = np.where(commutes, _WORKDAYS, np.where(hauls[vehicle], _HAULS, _JOURNEYS))
        n = rng.poisson(usual * scenario.life.crossings_recorded)
        post = _usual_post(rng, assets, people.state[holder[vehicle]])
        row = np.repeat(np.arange(len(vehicle)), n)
        strays = rng.random(len(row)) < 0.1
        anywhere = _usual_post(rng, assets, people.state[holder[vehicle]][row])
        yield pd.DataFrame(
            {
                "vehicle": vehicle[row].astype(np.int32),
                "place": np.where(strays, anywhere, post[row]).astype(np.int32),
                "at": _times(rng, commutes[row]).astype(np.int32),
            }
        )


def _usual_post(rng: np.random.Generator, assets: Assets, state: Ints) -> Ints:
    """A post on a border of the state."""
    posts = assets.border_posts
    west, east = assets.geography.border_between(posts)
    out = np.zeros(len(state), np.int64)
    for s in np.unique(state):
        near = posts[(west == s) | (east == s)]
        mine = state == s
        out[mine] = rng.choice(near, size=int(mine.sum()))
    return out


def _times(
    rng: np.random.Generator, commutes: "np.ndarray[tuple[int], np.dtype[np.bool_]]"
) -> Ints:
    """Commuters cross on workdays, to work and home again; others whenever people are about."""
    n = len(commutes)
    days = random_days(rng, n)
    weekday = (days.astype(np.int64) + 6) % 7
    days = np.where(commutes & (weekday >= 5), np.maximum(0, days - 2), days)
    hour = np.where(rng.random(n) < 0.5, rng.normal(7.4, 0.7, n), rng.normal(17.3, 0.9, n))
    working = days * DAY + np.clip(hour, 0, 23.9) * 3_600
    return np.minimum(
        np.where(commutes, np.floor(working).astype(np.int64), random_times(rng, days)),
        DAYS * DAY - 1,
    )
