"""Instances of money patterns: laundering by planted networks, and its innocent look-alikes.

Payroll is a fan-out, a club's dues a fan-in, a treasury's sweep a cycle, a reseller a
scatter-gather, instalments under a limit look like structuring. Both sides take their amounts,
their hours and their rails from the same marginals; they differ, and only on average, in how fast
money moves on, how much is kept, and who stands behind the accounts. No instance is cut: each
lies whole between the world's first day and the last whose statements arrive.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from workbench.analysis.synthetic.assets import Assets
from workbench.analysis.synthetic.life import Circles
from workbench.analysis.synthetic.money_shapes import (
    CRIME,
    INNOCENT,
    LEAST_ACCOUNTS,
    PATTERNS,
    Habit,
    clock,
    pay,
    shape,
)
from workbench.analysis.synthetic.names import COMMUNITIES
from workbench.analysis.synthetic.network_structure import AREA
from workbench.analysis.synthetic.networks import LAUNDERING, Networks
from workbench.analysis.synthetic.population import Population
from workbench.analysis.synthetic.scenario import DAYS, Flags, Floats, Ints, Scenario

_CRIME_SHARE = (0.05, 0.04, 0.04, 0.04, 0.05, 0.02, 0.03, 0.04, 0.05, 0.02, 0.62)
_INNOCENT_SHARE = (0.18, 0.16, 0.06, 0.07, 0.10, 0.05, 0.05, 0.03, 0.04, 0.03, 0.23)
_OWN = {  # patterns that a kind of network prefers, four times as often
    "hierarchical": ("structuring", "gather_scatter"),
    "trafficking_chain": ("fan_in", "mirror"),
    "carousel": ("cycle", "stack"),
    "mule_ring": ("fan_out", "scatter_gather"),
    "broker_linked": ("layered", "bipartite"),
    "cell": ("fan_in", "layered"),
}
_SCALE = {"cell": -0.9, "carousel": 0.9}  # log EUR: small donations, firms' invoices; else 0
_TYPICAL, _TYPICAL_SPREAD = 5.9, 1.1  # of the log of an instance's median payment
_WALLETS = 4  # that a network of cybercrime uses
_DETECTION_SCALE = 45.0  # days; gamma of shape 2, so 90 days on average
_LAST = DAYS - 11.0  # statements arrive within ten days
TRANSFERS_PER_PERSON = 35.0  # ordinary ones, in two years, as delivered
_PER_INSTANCE = 5.0  # transfers, on average
_LOOK_ALIKES, _LOOK_ALIKES_DENSE = 0.25, 0.7  # per person; the second where crime is dense


@dataclass(frozen=True, slots=True)
class Patterns:
    """transfers: source, target (accounts), at, amount, instance, layer.

    instances: instance, network (-1 innocent), pattern, start (day), day (on which it would become
    known), known (that day, -1 never). Their numbers are in random order.
    """

    transfers: pd.DataFrame
    instances: pd.DataFrame


@dataclass(frozen=True, slots=True)
class _Plan:
    """One instance to be: who pays, in which shape, when (a share of the time there is)."""

    network: int
    pattern: str
    accounts: Ints
    turn: float
    typical: float


def make_patterns(
    scenario: Scenario, people: Population, assets: Assets, circles: Circles, networks: Networks
) -> Patterns:
    """Laundering by planted networks, look-alikes by circles and firms, each from its stream."""
    if not scenario.switches.money_patterns:
        return Patterns(_TRANSFERS, _INSTANCES)
    guilty = _laundering(scenario, people, assets, networks)
    innocent = _look_alikes(scenario, people, assets, circles)
    one = _carry_out(scenario.stream("laundering payments"), guilty, CRIME)
    two = _carry_out(scenario.stream("look-alike payments"), innocent, INNOCENT)
    flagged = _touched(scenario, people, assets, innocent)
    instances = [_detected(scenario, one.instances), _suspected(scenario, two.instances, flagged)]
    return _numbered(scenario, [one, two], instances)


def _numbered(scenario: Scenario, parts: list[Patterns], said: list[pd.DataFrame]) -> Patterns:
    """Both sides in one, numbered in random order."""
    shift = len(said[0])
    number = scenario.stream("instance numbers").permutation(sum(map(len, said)))
    transfers = pd.concat(
        [parts[0].transfers, parts[1].transfers.assign(instance=lambda t: t["instance"] + shift)],
        ignore_index=True,
    )
    instances = pd.concat(said, ignore_index=True).assign(instance=number)
    transfers["instance"] = number[transfers["instance"].to_numpy(np.int64)]
    return Patterns(transfers, instances.sort_values("instance", ignore_index=True))


def _carry_out(rng: np.random.Generator, plans: list[_Plan], habit: Habit) -> Patterns:
    """Payments of every planned instance; those of one shape and size at once."""
    alike: dict[tuple[str, int], list[int]] = {}
    for i, plan in enumerate(plans):
        alike.setdefault((plan.pattern, len(plan.accounts)), []).append(i)
    start = np.zeros(len(plans))
    moved = [_TRANSFERS]
    for (pattern, n), which in sorted(alike.items()):
        steps = _steps(rng, pattern, n, len(which))
        typical = np.array([plans[i].typical for i in which])
        paid = pay(rng, pattern, steps, typical, habit)
        turn = np.array([plans[i].turn for i in which])
        start[which] = turn * (_LAST - paid.day.max(axis=1))
        accounts = np.stack([plans[i].accounts for i in which])
        own = np.arange(len(which))[:, None]
        table = {
            "source": accounts[own, paid.source],
            "target": accounts[own, paid.target],
            "at": clock(start[which][:, None] + paid.day),
            "amount": paid.amount,
            "instance": np.broadcast_to(np.array(which)[:, None], paid.day.shape),
            "layer": paid.layer,
        }
        moved.append(pd.DataFrame({name: column.reshape(-1) for name, column in table.items()}))
    return Patterns(
        pd.concat(moved[min(1, len(moved) - 1) :], ignore_index=True),
        pd.DataFrame(
            {
                "instance": np.arange(len(plans)),
                "network": np.array([plan.network for plan in plans], dtype=np.int64),
                "pattern": np.array([plan.pattern for plan in plans], dtype=object),
                "start": start,
            }
        ),
    )


def _steps(rng: np.random.Generator, pattern: str, n: int, times: int) -> npt.NDArray[np.int64]:
    if pattern != "random":
        return np.broadcast_to(np.array(shape(rng, pattern, n)), (times, *_shaped(pattern, n)))
    return np.array([shape(rng, pattern, n) for _ in range(times)], dtype=np.int64)


def _shaped(pattern: str, n: int) -> tuple[int, int]:
    return len(shape(np.random.default_rng(0), pattern, n)), 3


def _laundering(
    scenario: Scenario, people: Population, assets: Assets, networks: Networks
) -> list[_Plan]:
    """As many instances as the wanted share of laundering asks for, spread over the networks."""
    rng = scenario.stream("laundering")
    share = scenario.laundering_share
    wanted = scenario.n_people * TRANSFERS_PER_PERSON * share / (1 - share) / _PER_INSTANCE
    size = networks.members.groupby("network").size()
    able = [k for k, kind in enumerate(networks.kind) if kind in LAUNDERING]
    if not able:
        return []
    weight = size.loc[able].to_numpy(np.float64)
    times = np.maximum(1, rng.poisson(wanted * weight / weight.sum()))
    accounts = _Accounts(assets)
    plans = []
    for k, n in zip(able, times.tolist(), strict=True):
        pool = _crime_pool(rng, scenario, people, assets, networks, k, accounts)
        odds = _odds(networks.kind[k])
        for turn in np.sort(rng.random(n)).tolist():
            pattern = PATTERNS[int(rng.choice(len(PATTERNS), p=odds))]
            wide = max(_least(pattern), int(rng.integers(LEAST_ACCOUNTS, 8)))
            chosen = _window(rng, pool, turn, wide)
            if len(chosen) >= _least(pattern):
                plans.append(_Plan(k, pattern, chosen, turn, _typical(rng, networks.kind[k])))
    return plans


def _odds(kind: str) -> Floats:
    """Shares of patterns for a kind of network; half and more stays outside any clean shape."""
    odds = np.array(_CRIME_SHARE)
    own = np.isin(PATTERNS, _OWN[kind])
    weight = np.where(own, 4.0, 1.0) * odds
    weight[-1] = 0.0
    clean = (1 - odds[-1]) * weight / weight.sum()
    clean[-1] = odds[-1]
    return np.asarray(clean, dtype=np.float64)


def _typical(rng: np.random.Generator, kind: str) -> float:
    return float(np.exp(rng.normal(_TYPICAL + _SCALE.get(kind, 0.0), _TYPICAL_SPREAD)))


def _least(pattern: str) -> int:
    """Fewest accounts that the shape takes."""
    return LEAST_ACCOUNTS + (pattern == "gather_scatter")


class _Accounts:
    """Accounts by holder, in constant time."""

    def __init__(self, assets: Assets) -> None:
        holder = assets.account_holder
        self._order = np.argsort(holder, kind="stable")
        n = int(holder.max()) + 1
        self._start = np.searchsorted(holder[self._order], np.arange(n + 1))

    def of(self, holder: int) -> Ints:
        return self._order[self._start[holder] : self._start[holder + 1]]


def _crime_pool(
    rng: np.random.Generator,
    scenario: Scenario,
    people: Population,
    assets: Assets,
    networks: Networks,
    network: int,
    accounts: _Accounts,
) -> pd.DataFrame:
    """Accounts of half the members, of recruited strangers (the young), of firms as fronts;
    in cybercrime wallets too.

    Columns account, since, until (days): a member's account is used while the member is in.
    """
    members = networks.members[networks.members["network"] == network]
    mine = members.iloc[: max(LEAST_ACCOUNTS, len(members) // 2)]
    young = np.flatnonzero(people.age <= 2)
    recruits = rng.choice(young, size=int(rng.integers(10, 18)))
    n_people = len(people)
    firms = n_people + rng.integers(0, len(assets.org_state), int(rng.integers(3, 7)))
    fronts = networks.firms.loc[networks.firms["network"] == network, "organisation"].to_numpy()
    others = np.concatenate([recruits, firms, n_people + fronts.astype(np.int64)])
    rows = [
        (int(account), int(since), int(until))
        for person, since, until in zip(mine["person"], mine["since"], mine["until"], strict=True)
        for account in accounts.of(int(person))
    ]
    rows += [(int(accounts.of(int(h))[0]), 0, DAYS) for h in others if len(accounts.of(int(h)))]
    wallets = np.flatnonzero(assets.is_wallet)
    if AREA[networks.kind[network]] == "cybercrime" and len(wallets):
        rows += [(int(w), 0, DAYS) for w in rng.choice(wallets, size=_WALLETS)]
    pool = pd.DataFrame(rows, columns=["account", "since", "until"]).drop_duplicates("account")
    return pool.iloc[rng.permutation(len(pool))].reset_index(drop=True)


def _window(rng: np.random.Generator, pool: pd.DataFrame, turn: float, size: int) -> Ints:
    """Accounts in use at this stage: old ones are burned, new ones taken into use."""
    day = turn * DAYS
    live = (pool["since"] <= day) & (day < pool["until"] - 30)
    usable = pool["account"].to_numpy(np.int64)[live.to_numpy()]
    size = min(size, len(usable))
    reach = min(len(usable), size + 2)
    start = round(turn * (len(usable) - reach))
    return rng.choice(usable[start : start + reach], size=size, replace=False)


def _detected(scenario: Scenario, instances: pd.DataFrame) -> pd.DataFrame:
    """A set share comes to light, about three months after it began."""
    rng = scenario.stream("laundering detected")
    delay = rng.gamma(2.0, _DETECTION_SCALE, len(instances))
    day = np.floor(instances["start"].to_numpy() + 5 + delay)
    found = (rng.random(len(instances)) < scenario.recorded_share) & (day < DAYS)
    return _known(instances, day, found)


def _known(instances: pd.DataFrame, day: Floats, found: Flags) -> pd.DataFrame:
    known = np.where(found, day, -1).astype(np.int64)
    return instances.assign(day=np.minimum(day, DAYS - 1).astype(np.int64), known=known)


def _look_alikes(
    scenario: Scenario, people: Population, assets: Assets, circles: Circles
) -> list[_Plan]:
    """Collections, payrolls, resellers, savings rounds: more of them than of laundering."""
    rng = scenario.stream("look-alikes")
    accounts = _Accounts(assets)
    groups = np.split(circles.person, np.flatnonzero(np.diff(circles.circle)) + 1)
    per_person = _LOOK_ALIKES_DENSE if scenario.people_per_network < 200 else _LOOK_ALIKES
    n = round(per_person * len(people))
    kind = rng.choice(np.array(LAUNDERING, dtype=object), n)
    pattern = rng.choice(len(PATTERNS), n, p=_INNOCENT_SHARE)
    plans = []
    for i in range(n):
        group = groups[int(rng.integers(0, len(groups)))]
        holders = np.unique(np.concatenate([group, rng.integers(0, len(people), 2)]))
        firms = len(people) + rng.integers(0, len(assets.org_state), int(rng.integers(0, 3)))
        theirs = [accounts.of(int(h)) for h in (*firms, *rng.permutation(holders))]
        picked = [int(own[int(rng.integers(0, len(own)))]) for own in theirs if len(own)]
        least = _least(PATTERNS[pattern[i]])
        size = max(least, int(rng.integers(LEAST_ACCOUNTS, 9)))
        chosen = np.array(list(dict.fromkeys(picked))[:size])
        if len(chosen) >= least:
            turn, typical = float(rng.random()), _typical(rng, str(kind[i]))
            plans.append(_Plan(-1, PATTERNS[pattern[i]], chosen, turn, typical))
    return plans


def _touched(scenario: Scenario, people: Population, assets: Assets, plans: list[_Plan]) -> Flags:
    """Whether more than half of an instance's people are of the group that is treated apart."""
    group = people.community == COMMUNITIES.index(scenario.bias.group)
    out = np.zeros(len(plans), dtype=bool)
    for i, plan in enumerate(plans):
        holders = assets.account_holder[plan.accounts]
        persons = holders[(holders >= 0) & (holders < len(people))]
        out[i] = len(persons) > 0 and bool(group[persons].mean() > 0.5)
    return out


def _suspected(scenario: Scenario, instances: pd.DataFrame, flagged: Flags) -> pd.DataFrame:
    """Innocent look-alikes that are written up as laundering all the same (false labels)."""
    rng, bias = scenario.stream("false laundering"), scenario.bias
    rate = np.where(flagged, bias.false_label_rate_group, bias.false_label_rate)
    delay = rng.gamma(2.0, _DETECTION_SCALE, len(rate))
    day = np.floor(instances["start"].to_numpy() + 5 + delay)
    found = (rng.random(len(rate)) < rate) & (day < DAYS)
    return _known(instances, day, found)


_TRANSFERS = pd.DataFrame(
    {
        "source": np.empty(0, np.int64),
        "target": np.empty(0, np.int64),
        "at": np.empty(0, np.int64),
        "amount": np.empty(0, np.float64),
        "instance": np.empty(0, np.int64),
        "layer": np.empty(0, np.int64),
    }
)
_INSTANCES = pd.DataFrame(
    {
        "instance": np.empty(0, np.int64),
        "network": np.empty(0, np.int64),
        "pattern": np.empty(0, object),
        "start": np.empty(0, np.float64),
        "day": np.empty(0, np.int64),
        "known": np.empty(0, np.int64),
    }
)
