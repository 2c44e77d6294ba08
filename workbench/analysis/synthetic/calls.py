"""Calls: by the rhythm of the day and the week, and in bursts.

People call again within the hour and then not for weeks: calls of one contact come in episodes, so
that the times between them are far more uneven than chance alone would make them. A circle or a
cell calls on the days on which it meets or works.
"""

from collections.abc import Iterator
from itertools import pairwise

import numpy as np
import pandas as pd

from workbench.analysis.synthetic.scenario import (
    BLOCK,
    DAY,
    DAYS,
    Flags,
    Floats,
    Ints,
    Scenario,
    random_days,
    random_times,
)

N_SESSIONS = 24  # days in two years on which a circle meets or a cell works
_CONTINUES = 0.55  # chance that a call of a contact belongs to the episode of the one before
_PAUSE = 2_400.0  # median seconds between the calls of one episode
_LONGEST = 5_400  # seconds


def session_days(scenario: Scenario, layer: str, n: int) -> Ints:
    """Days on which each of `n` circles or cells is busy, shape (n, N_SESSIONS)."""
    rng = scenario.stream(layer)
    return random_days(rng, n * N_SESSIONS).astype(np.int16).reshape(n, N_SESSIONS)


def call_blocks(
    scenario: Scenario, layer: str, contacts: pd.DataFrame, sessions: Ints
) -> Iterator[pd.DataFrame]:
    """Calls from contacts, a block of callers at a time: see `make_calls`.

    A contact belongs to the block of its first phone.
    """
    block = contacts["phone_a"].to_numpy() // BLOCK
    order = np.argsort(block, kind="stable")
    starts = np.searchsorted(block[order], np.arange(int(block.max(initial=-1)) + 2))
    for k, (start, end) in enumerate(pairwise(starts)):
        rng = scenario.stream(layer, k)
        mine = contacts.iloc[order[start:end]]
        yield make_calls(rng, mine, sessions, burstiness=scenario.life.burstiness)


def make_calls(
    rng: np.random.Generator, contacts: pd.DataFrame, sessions: Ints, *, burstiness: float
) -> pd.DataFrame:
    """Calls from contacts: caller, called, duration (seconds), at (seconds).

    `contacts` has phone_a, phone_b, n (calls in two years), circle (-1 none), and may have
    first_day and last_day, between which its calls lie. `burstiness` is the spread (sigma,
    log-normal) of the time between the calls of an episode.
    """
    counts = contacts["n"].to_numpy()
    row = np.repeat(np.arange(len(contacts)), counts)
    a, b = (contacts[name].to_numpy()[row] for name in ("phone_a", "phone_b"))
    circle = contacts["circle"].to_numpy()[row]
    days = random_days(rng, len(row))
    slot = rng.integers(0, N_SESSIONS, len(row))
    if len(sessions):
        days = np.where(circle >= 0, sessions[np.maximum(circle, 0), slot], days)
    days = _within(rng, contacts, row, days)
    at = _bursts(rng, row, random_times(rng, days), circle < 0, burstiness)
    flip = rng.random(len(row)) < 0.4
    inside = at < DAYS * DAY
    duration = np.minimum(_LONGEST, np.rint(rng.lognormal(4.3, 1.1, len(row))))
    return pd.DataFrame(
        {
            "caller": np.where(flip, b, a).astype(np.int32)[inside],
            "called": np.where(flip, a, b).astype(np.int32)[inside],
            "duration": duration.astype(np.int16)[inside],
            "at": at.astype(np.int32)[inside],
        }
    )


def _within(rng: np.random.Generator, contacts: pd.DataFrame, row: Ints, days: Floats) -> Floats:
    """Days outside a contact's time are drawn anew inside it."""
    drawn = rng.random(len(row))
    if "first_day" not in contacts:
        return days
    first, last = (contacts[name].to_numpy()[row] for name in ("first_day", "last_day"))
    inside = (days >= first) & (days <= last)
    return np.where(inside, days, np.floor(first + drawn * (last - first + 1)))


def _bursts(rng: np.random.Generator, row: Ints, at: Ints, free: Flags, burstiness: float) -> Ints:
    """Seconds at which calls happen: one that continues an episode follows the one before."""
    n = len(row)
    goes_on = (rng.random(n) < _CONTINUES) & free
    goes_on[1:] &= row[1:] == row[:-1]
    goes_on[:1] = False
    pause = np.where(goes_on, 60 + _PAUSE * rng.lognormal(0, burstiness, n), 0.0)
    start = np.maximum.accumulate(np.where(goes_on, 0, np.arange(n)))
    total = np.cumsum(pause)
    out: Ints = at[start] + np.floor(total - total[start]).astype(np.int64)
    return out
