"""Shapes that money takes, and payments in a shape: whole, in the order of time, money conserved.

Many instances of one shape are paid at once, as arrays of shape (instances, steps).
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from workbench.analysis.synthetic.scenario import DAY, HOURS, WEEK, Floats, Ints

PATTERNS = (
    "fan_in",
    "fan_out",
    "cycle",
    "scatter_gather",
    "gather_scatter",
    "bipartite",
    "stack",
    "structuring",
    "layered",
    "mirror",
    "random",
)
THRESHOLD = 10_000.0  # EUR, from which payments are reported; structuring stays below it
LEAST_ACCOUNTS = 4  # of any shape; a gather-scatter needs five
_JUST_BELOW = (0.72, 0.995)  # of the threshold
_FEE = 0.03  # highest share by which a mirrored payment differs
_LONGEST = 60.0  # days from first to last payment; slower instances are drawn together
_SPREAD = 0.6  # sigma of log amounts within one instance
Step = tuple[int, int, int]  # positions of source and target in the accounts, layer


@dataclass(frozen=True, slots=True)
class Habit:
    """How a side moves money: median days until it moves on, their spread, highest share kept."""

    delay: float
    spread: float
    kept: float


CRIME = Habit(delay=1.0, spread=0.9, kept=0.15)
INNOCENT = Habit(delay=2.2, spread=1.1, kept=0.40)


@dataclass(frozen=True, slots=True)
class Paid:
    """Payments of instances of one shape, arrays of shape (instances, steps).

    `source` and `target` are positions in each instance's accounts; `day` counts from the first
    instance's own beginning (0.0); `amount` in EUR, whole cents; `layer` from 0.
    """

    source: Ints
    target: Ints
    layer: Ints
    day: Floats
    amount: Floats


def shape(rng: np.random.Generator, pattern: str, n: int) -> list[Step]:
    """Steps of a pattern over `n` accounts (4 or more), in layers; sources before targets."""
    last, half, third = n - 1, n // 2, max(1, n // 3)
    if pattern == "random":  # a tree grown at random
        return [(int(rng.integers(0, i)), i, i - 1) for i in range(1, n)]
    fixed: dict[str, list[Step]] = {
        "fan_in": [(i, 0, 0) for i in range(1, n)],
        "fan_out": [(0, i, 0) for i in range(1, n)],
        "cycle": [(i, (i + 1) % n, i) for i in range(n)],
        "layered": [(i, i + 1, i) for i in range(last)],
        "scatter_gather": [(0, i, 0) for i in range(1, last)]
        + [(i, last, 1) for i in range(1, last)],
        "gather_scatter": [(i, 0, 0) for i in range(1, half + 1)]
        + [(0, i, 1) for i in range(half + 1, n)],
        "bipartite": [
            (i, j, 0) for i in range(half) for j in range(half, n) if (i + j) % 2 or j == half
        ],
        "stack": [(i, third + i % third, 0) for i in range(third)]
        + [(third + i % third, 2 * third + i, 1) for i in range(n - 2 * third)],
        "structuring": [(1 + i % (n - 2), 0, 0) for i in range(n - 1)] + [(0, last, 1)] * n,
        "mirror": [(i, i + 1, 0) for i in range(0, n - 1, 2)] + ([(last, 1, 0)] if n % 2 else []),
    }
    return fixed[pattern]


def pay(
    rng: np.random.Generator,
    pattern: str,
    steps: npt.NDArray[np.int64],
    typical: Floats,
    habit: Habit,
) -> Paid:
    """Payments of many instances of one pattern over as many accounts each.

    Parameters
    ----------
    steps : array of shape (instances, steps, 3)
        Positions of source and target, and the layer, in an order in which money can move.
    typical : array of shape (instances,)
        Median amount of a first payment, EUR.

    An account that was paid in the instance pays after its last receipt, and in sum no more than
    it received, to the cent; it keeps the same share of it as the others of its instance do.
    """
    n, n_steps = steps.shape[:2]
    source, target, layer = steps[:, :, 0], steps[:, :, 1], steps[:, :, 2]
    rows, width = np.arange(n), int(steps[:, :, :2].max()) + 1
    weight = rng.uniform(0.95, 1.05, (n, n_steps))
    asked = np.zeros((n, width))
    np.add.at(asked, (rows[:, None], source), weight)
    first = _first_amounts(rng, pattern, typical, n_steps)
    left = 1 - rng.uniform(0, habit.kept, n)
    wait = habit.delay * rng.lognormal(0, habit.spread, (n, n_steps))
    begin = rng.exponential(habit.delay, (n, n_steps))
    held, came = np.zeros((n, width)), np.zeros((n, width))
    day, amount = np.empty((n, n_steps)), np.empty((n, n_steps))
    for s in range(n_steps):
        payer, payee = source[:, s], target[:, s]
        pot = held[rows, payer]
        share = pot * left * weight[:, s] / asked[rows, payer]
        paid = np.where(pot > 0, np.floor(share * 100) / 100, first[:, s])
        amount[:, s] = np.maximum(0.01, paid)
        day[:, s] = np.where(pot > 0, came[rows, payer] + wait[:, s], begin[:, s])
        held[rows, payee] += amount[:, s]
        came[rows, payee] = np.maximum(came[rows, payee], day[:, s] + 60 / DAY)
    return Paid(source, target, layer, _from_zero(day), amount)


def _first_amounts(rng: np.random.Generator, pattern: str, typical: Floats, n_steps: int) -> Floats:
    """Amounts of payments whose money did not come from the instance itself."""
    drawn = typical[:, None] * rng.lognormal(0, _SPREAD, (len(typical), n_steps))
    below = THRESHOLD * rng.uniform(*_JUST_BELOW, drawn.shape)
    fee = 1 - rng.uniform(0, _FEE, drawn.shape)
    if pattern == "structuring":
        drawn = below
    if pattern == "mirror":
        drawn = drawn[:, :1] * fee
    return np.maximum(1.0, np.round(drawn, 2))


def _from_zero(day: Floats) -> Floats:
    """Days from each instance's first payment; what takes too long is drawn together."""
    day = day - day.min(axis=1, keepdims=True)
    return np.asarray(day / np.maximum(1.0, day.max(axis=1, keepdims=True) / _LONGEST))


def clock(days: Floats) -> Ints:
    """Seconds since the epoch of days that pass evenly, by the rhythm of the week and the day.

    Order is kept: what comes later in even days comes later by the clock. The world's first day
    is a Sunday.
    """
    week = np.roll(WEEK, 1)  # Sunday first
    busy = np.concatenate([[0.0], np.cumsum(np.outer(week, HOURS).reshape(-1))])
    whole, part = np.divmod(np.asarray(days, dtype=np.float64), 7.0)
    hour = np.interp(part / 7.0, busy / busy[-1], np.arange(len(busy), dtype=np.float64))
    return np.asarray(np.floor(whole * 7 * DAY + hour * 3_600), dtype=np.int64)
