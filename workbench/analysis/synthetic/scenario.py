"""What a synthetic world is asked to be: its size, its clock, its bias, its streams of chance."""

import zlib
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from workbench.analysis.synthetic.bias import NONE, PLANTED, Bias
from workbench.domain.errors import BadInput

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Texts = npt.NDArray[np.object_]
Flags = npt.NDArray[np.bool_]

EPOCH = np.datetime64("2023-01-01T00:00:00", "s")
DAYS = 730
DAY = 86_400

SIZES = {"s": 2_000, "m": 50_000, "l": 250_000}
BIASES = {"planted": PLANTED, "none": NONE}


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario:
    """One world. Shares are of true people; counts grow with `n_people`.

    The `recorded_share` of hidden ties and of laundering becomes known through later records at a
    steady rate over the two years; the rest is in the truth alone.
    """

    seed: int
    n_people: int
    bias: Bias
    recorded_share: float = 0.6
    duplicate_share: float = 0.05

    @property
    def n_networks(self) -> int:
        return max(3, self.n_people // 22)

    @property
    def n_cases(self) -> int:
        return min(28, max(2, self.n_people // 70))

    def stream(self, layer: str) -> np.random.Generator:
        """The layer's own stream of chance: another layer's draws never shift it."""
        return np.random.default_rng([self.seed, zlib.crc32(layer.encode())])


def scenario(*, size: str, seed: int, bias: str) -> Scenario:
    """The scenario of a named size (``s``, ``m``, ``l``) and bias (``planted``, ``none``).

    Raises
    ------
    BadInput
        Code ``size`` or ``bias``, or ``seed`` when it is negative.
    """
    if size not in SIZES:
        raise BadInput(f"There is no world of size {size!r}; take s, m or l.", code="size")
    if bias not in BIASES:
        raise BadInput(f"There is no bias {bias!r}; take planted or none.", code="bias")
    if seed < 0:
        raise BadInput(f"Seed {seed} is negative; take 0 or more.", code="seed")
    return Scenario(seed=seed, n_people=round(SIZES[size] * 0.95), bias=BIASES[bias])


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
