"""Money patterns: one maker of shapes for laundering and for its innocent look-alikes.

Payroll is a fan-out, a club's dues a fan-in, a treasury's sweep a cycle, a reseller a
scatter-gather. Both sides take their amounts from the same log-normal marginals; they differ, and
only on average, in how fast money moves on, how much is kept, and who stands behind the accounts.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from workbench.analysis.synthetic.assets import Assets
from workbench.analysis.synthetic.life import Circles
from workbench.analysis.synthetic.networks import LAUNDERING, Networks
from workbench.analysis.synthetic.population import COMMUNITIES, Population
from workbench.analysis.synthetic.scenario import DAY, DAYS, Flags, Ints, Scenario

PATTERNS = (
    "fan_in",
    "fan_out",
    "cycle",
    "scatter_gather",
    "gather_scatter",
    "bipartite",
    "stack",
    "random",
)
_CRIME_SHARE = (0.10, 0.08, 0.07, 0.08, 0.07, 0.04, 0.06, 0.50)  # half outside any clean shape
_INNOCENT_SHARE = (0.20, 0.18, 0.06, 0.08, 0.12, 0.05, 0.06, 0.25)
_DETECTION_SCALE = 45.0  # days; gamma of shape 2, so 90 days on average
Payment = tuple[int, int, int, float]  # source, target, seconds, EUR
Paid = tuple[int, int, int, float, int]  # and the instance
Step = tuple[int, int, int]  # position of source and target in the accounts, layer


@dataclass(frozen=True, slots=True)
class Patterns:
    """transfers: source, target (accounts), at, amount, instance.

    instances: instance, network (-1 innocent), pattern, start (day), known (day, -1 never).
    """

    transfers: pd.DataFrame
    instances: pd.DataFrame


@dataclass(frozen=True, slots=True)
class Habit:
    """How a side moves money: median days until it moves on, highest share kept."""

    delay: float
    spread: float
    kept: float


CRIME = Habit(delay=1.0, spread=0.9, kept=0.15)
INNOCENT = Habit(delay=2.2, spread=1.1, kept=0.40)


def make_patterns(
    scenario: Scenario, people: Population, assets: Assets, circles: Circles, networks: Networks
) -> Patterns:
    """Laundering by planted networks, look-alikes by circles and firms, each from its stream."""
    guilty = _laundering(scenario, people, assets, networks)
    innocent = _look_alikes(scenario, people, assets, circles)
    shift = len(guilty.instances)
    return Patterns(
        transfers=pd.concat(
            [
                guilty.transfers,
                innocent.transfers.assign(instance=innocent.transfers["instance"] + shift),
            ],
            ignore_index=True,
        ),
        instances=pd.concat(
            [
                guilty.instances,
                innocent.instances.assign(instance=innocent.instances["instance"] + shift),
            ],
            ignore_index=True,
        ),
    )


def shape(rng: np.random.Generator, pattern: str, n: int) -> list[Step]:
    """Steps of a pattern over `n` accounts (4 or more), in layers; sources before targets."""
    last, half = n - 1, n // 2
    if pattern == "fan_in":
        return [(i, 0, 0) for i in range(1, n)]
    if pattern == "fan_out":
        return [(0, i, 0) for i in range(1, n)]
    if pattern == "cycle":
        return [(i, (i + 1) % n, i) for i in range(n)]
    if pattern == "scatter_gather":
        middle = range(1, last)
        return [(0, i, 0) for i in middle] + [(i, last, 1) for i in middle]
    if pattern == "gather_scatter":
        return [(i, 0, 0) for i in range(1, half + 1)] + [(0, i, 1) for i in range(half + 1, n)]
    if pattern == "bipartite":
        return [(i, j, 0) for i in range(half) for j in range(half, n) if (i + j) % 2 or j == half]
    if pattern == "stack":
        third = max(1, n // 3)
        first = [(i, third + i % third, 0) for i in range(third)]
        return first + [(third + i % third, 2 * third + i, 1) for i in range(n - 2 * third)]
    reached = rng.permutation(n).tolist()
    return [(reached[int(rng.integers(0, i))], reached[i], i - 1) for i in range(1, n)]


def instance(
    rng: np.random.Generator, pattern: str, accounts: Ints, start: float, habit: Habit
) -> list[Payment]:
    """Payments of one instance: source, target, at, amount; money conserved but for what is kept.

    A source pays after it was paid. Amounts in EUR, log-normal per first-layer payment; `at` in
    seconds since the epoch.
    """
    steps = shape(rng, pattern, len(accounts))
    outgoing = np.bincount([s for s, _, _ in steps], minlength=len(accounts))
    held: dict[int, float] = {}
    came: dict[int, float] = {}
    rows = []
    kept = rng.uniform(0, habit.kept)
    for source, target, _ in sorted(steps, key=lambda step: step[2]):
        if source in held:
            share = held[source] * (1 - kept) / outgoing[source]
            amount = share * rng.uniform(0.9, 1.1)
            day = came[source] + habit.delay * float(rng.lognormal(0, habit.spread))
        else:
            amount = float(rng.lognormal(7.0, 0.9))
            day = start + float(rng.exponential(habit.delay))
        amount = max(1.0, round(amount, 2))
        held[target] = held.get(target, 0.0) + amount
        came[target] = max(came.get(target, 0.0), day)
        rows.append((int(accounts[source]), int(accounts[target]), round(day * DAY), amount))
    return [row for row in rows if 0 <= row[2] < DAYS * DAY]


def _laundering(
    scenario: Scenario, people: Population, assets: Assets, networks: Networks
) -> Patterns:
    rng = scenario.stream("laundering")
    by_holder = assets.of_holder("account")
    paid: list[Paid] = []
    rows: list[tuple[int, int, str, float]] = []
    for k, kind in enumerate(networks.kind):
        if kind not in LAUNDERING:
            continue
        members = networks.members.loc[networks.members["network"] == k, "person"].to_numpy()
        pool = _crime_pool(rng, people, assets, by_holder, members)
        for start in np.sort(rng.uniform(-5, DAYS - 5, int(rng.integers(8, 15)))):
            pattern = str(rng.choice(PATTERNS, p=_CRIME_SHARE))
            accounts = _window(rng, pool, float(start) / DAYS, int(rng.integers(4, 8)))
            made = instance(rng, pattern, accounts, float(start), CRIME)
            paid += [(*payment, len(rows)) for payment in made]
            rows.append((len(rows), k, pattern, float(start)))
    instances = pd.DataFrame(rows, columns=["instance", "network", "pattern", "start"])
    return Patterns(_transfers(paid), _detected(scenario, rng, instances))


def _crime_pool(
    rng: np.random.Generator,
    people: Population,
    assets: Assets,
    by_holder: dict[int, Ints],
    members: Ints,
) -> Ints:
    """Accounts of half the members, of recruited strangers (the young) and of firms as fronts."""
    young = np.flatnonzero(people.age <= 2)
    recruits = rng.choice(young, size=int(rng.integers(10, 18)))
    firms = len(people) + rng.integers(0, len(assets.org_state), int(rng.integers(5, 10)))
    own = np.concatenate([by_holder[int(h)] for h in members[: len(members) // 2]])
    lent = np.concatenate([by_holder[int(h)][:1] for h in np.concatenate([recruits, firms])])
    return rng.permutation(np.unique(np.concatenate([own, lent])))


def _window(rng: np.random.Generator, pool: Ints, progress: float, size: int) -> Ints:
    """Accounts in use at this stage: old ones are burned, new ones taken into use."""
    size = min(size, len(pool))
    reach = min(len(pool), size + 2)
    start = round(max(0.0, progress) * (len(pool) - reach))
    return rng.choice(pool[start : start + reach], size=size, replace=False)


def _detected(
    scenario: Scenario, rng: np.random.Generator, instances: pd.DataFrame
) -> pd.DataFrame:
    """A set share comes to light, about two months after it began."""
    delay = rng.gamma(2.0, _DETECTION_SCALE, len(instances))
    day = np.floor(np.maximum(0, instances["start"]) + 5 + delay)
    found = (rng.random(len(instances)) < scenario.recorded_share) & (day < DAYS)
    return instances.assign(known=np.where(found, day, -1).astype(np.int64))


def _look_alikes(
    scenario: Scenario, people: Population, assets: Assets, circles: Circles
) -> Patterns:
    """Collections, payrolls, resellers, savings rounds: more of them than of laundering."""
    rng = scenario.stream("look-alikes")
    by_holder = assets.of_holder("account")
    groups = np.split(circles.person, np.flatnonzero(np.diff(circles.circle)) + 1)
    paid: list[Paid] = []
    rows: list[tuple[int, int, str, float]] = []
    flagged: list[bool] = []
    for _ in range(round(0.7 * len(people))):
        c = int(rng.integers(0, len(groups)))
        holders = np.unique(np.concatenate([groups[c], rng.integers(0, len(people), 2)]))
        accounts = [int(rng.choice(by_holder[int(h)])) for h in rng.permutation(holders)]
        for _ in range(int(rng.integers(0, 3))):
            firm = len(people) + int(rng.integers(0, len(assets.org_state)))
            accounts.insert(0, int(by_holder[firm][0]))
        accounts = list(dict.fromkeys(accounts))
        size = min(len(accounts), int(rng.integers(4, 9)))
        pattern, start = str(rng.choice(PATTERNS, p=_INNOCENT_SHARE)), rng.uniform(-5, DAYS - 5)
        made = instance(rng, pattern, np.array(accounts[:size]), start, INNOCENT)
        paid += [(*payment, len(rows)) for payment in made]
        rows.append((len(rows), -1, pattern, start))
        flagged.append(bool((people.community[holders] == _group(scenario)).mean() > 0.5))
    instances = pd.DataFrame(rows, columns=["instance", "network", "pattern", "start"])
    return Patterns(
        _transfers(paid), _suspected(scenario, instances, np.array(flagged, dtype=bool))
    )


def _suspected(scenario: Scenario, instances: pd.DataFrame, flagged: Flags) -> pd.DataFrame:
    """Innocent look-alikes that are written up as laundering all the same (false labels)."""
    rng = scenario.stream("false laundering")
    bias = scenario.bias
    rate = np.where(flagged, bias.false_label_rate_group, bias.false_label_rate)
    day = np.floor(np.maximum(0, instances["start"]) + rng.gamma(2.0, _DETECTION_SCALE, len(rate)))
    found = (rng.random(len(rate)) < rate) & (day < DAYS)
    return instances.assign(known=np.where(found, day, -1).astype(np.int64))


def _group(scenario: Scenario) -> int:
    return COMMUNITIES.index(scenario.bias.group)


def _transfers(paid: list[Paid]) -> pd.DataFrame:
    return pd.DataFrame(paid, columns=["source", "target", "at", "amount", "instance"])
