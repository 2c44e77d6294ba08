"""What a synthetic world is asked to be: its size, its clock, its bias, its streams of chance."""

import zlib
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from workbench.analysis.synthetic.bias import Bias
from workbench.analysis.synthetic.sections import (
    CrimeSection,
    LifeSection,
    ObservationSection,
    PeopleSection,
    Switches,
)

Ints = npt.NDArray[np.integer[Any]]
Floats = npt.NDArray[np.floating[Any]]
Texts = npt.NDArray[np.object_]
Flags = npt.NDArray[np.bool_]

EPOCH = np.datetime64("2023-01-01T00:00:00", "s")
EPOCH_DAY = 19_358  # days from 1970-01-01 to the epoch
DAYS = 730
DAY = 86_400
BLOCK = 4_096  # people whose events are drawn from one stream of chance, on every machine alike


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario:
    """One world. Shares are of true people; counts grow with `n_people`.

    `laundering_share` is the wanted share of laundering among transfers. `switches` tells which
    layers are made; the sections hold what scenario.toml says of each.
    """

    seed: int
    n_people: int
    people_per_network: int
    n_cases: int
    laundering_share: float
    bias: Bias
    switches: Switches
    people: PeopleSection
    life: LifeSection
    observation: ObservationSection
    crime: CrimeSection

    @property
    def n_networks(self) -> int:
        return max(3, self.n_people // self.people_per_network) if self.switches.networks else 0

    @property
    def recorded_share(self) -> float:
        """Share of laundering that becomes known through later records, at a steady rate."""
        return self.crime.recorded

    @property
    def n_blocks(self) -> int:
        """Blocks of people, of `BLOCK` each but for the last."""
        return -(-self.n_people // BLOCK)

    def stream(self, layer: str, block: int | None = None) -> np.random.Generator:
        """The layer's own stream of chance, or that of one of its blocks of people.

        Another layer's or block's draws never shift it.
        """
        own = [self.seed, zlib.crc32(layer.encode())]
        return np.random.default_rng(own if block is None else [*own, block + 1])


def random_times(rng: np.random.Generator, days: Floats) -> Ints:
    """Seconds since the epoch on the given days, at the hours when people are about."""
    hours = rng.choice(24, size=len(days), p=HOURS)
    return (
        (np.floor(days).astype(np.int64) * DAY) + hours * 3_600 + rng.integers(0, 3_600, len(days))
    )


def random_days(rng: np.random.Generator, n: int) -> Floats:
    """Days of the world by the weekly rhythm: a Sunday sees about half of a Friday."""
    days = np.arange(DAYS)
    weight = WEEK[(days + 6) % 7]  # 2023-01-01 was a Sunday
    return rng.choice(days, size=n, p=weight / weight.sum()).astype(np.float64)


_HOUR_WEIGHTS = np.array(
    [2, 1, 1, 1, 1, 2, 5, 12, 20, 26, 30, 32, 34, 32, 30, 30, 32, 36, 38, 36, 30, 22, 12, 5], float
)
HOURS = _HOUR_WEIGHTS / _HOUR_WEIGHTS.sum()
WEEK = np.array([10, 10, 10, 11, 12, 8, 6], float)  # Monday first
