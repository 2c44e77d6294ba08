"""Offences that may happen: of everyday life, of patrols, of networks, of laundering that shows.

Every source of offences is drawn in full, whatever the bias; `happens` then says which rows are
real, so that two worlds of one seed differ in the rows that bias touches and in no others.

Columns of a table of candidates: type, day, known (days), a, b, c (people, -1 none), named (whether
they are recorded as its suspects), innocent (they are, but did nothing), happens, network and
instance (of money), -1 where there is none.
"""

import numpy as np
import pandas as pd

from workbench.analysis.synthetic.assets import Assets
from workbench.analysis.synthetic.money_patterns import Patterns
from workbench.analysis.synthetic.names import COMMUNITIES
from workbench.analysis.synthetic.networks import Networks
from workbench.analysis.synthetic.offence_types import EVERYDAY, OF_NETWORK, PETTY, RARE, TYPES
from workbench.analysis.synthetic.population import Population
from workbench.analysis.synthetic.scenario import DAYS, Floats, Ints, Scenario, Texts

_RARELY = 0.12  # share of everyday offences of a rare type
_SPECIALISES = 0.6  # chance that an offender does again what that person mostly does
_SAME_PARTNER = 0.7
_THIRD = 0.2  # of offences with several people: those with three
_BURST = 90.0  # days around which one person's offences lie (standard deviation)
_MOST = 40.0  # offences that one person may be expected to commit in two years
_SOLO = 0.35  # share of members whom an offence of their own made known
_UNSOLVED = 0.5  # offences of a network that nobody was named for, per member
_SLOWLY = 0.05  # chance per day that an offence becomes known: twenty days on average
_LAST = DAYS - 20.0


def candidates(
    scenario: Scenario, people: Population, assets: Assets, networks: Networks, patterns: Patterns
) -> pd.DataFrame:
    """Every offence that may happen, one table for all sources."""
    parts = [
        _everyday(scenario, people),
        _patrols(scenario, people),
        _joint(scenario, networks),
        _own(scenario, networks),
        _unsolved(scenario, networks),
        _laundering(scenario, assets, len(people), patterns),
    ]
    return pd.concat([part for part in parts if len(part)], ignore_index=True)


def _table(types: Texts, day: Ints, known: Ints, a: Ints, **more: object) -> pd.DataFrame:
    n = len(types)
    columns: dict[str, object] = {
        "type": types,
        "day": np.clip(day, 0, DAYS - 1).astype(np.int64),
        "known": np.clip(np.maximum(known, day), 0, DAYS - 1).astype(np.int64),
        "a": a,
        "b": -1,
        "c": -1,
        "named": True,
        "innocent": False,
        "happens": True,
        "network": -1,
        "instance": -1,
    }
    return pd.DataFrame({**columns, **more}, index=np.arange(n))


def _pick(rng: np.random.Generator, kinds: tuple[str, ...], n: int) -> Texts:
    return np.array(kinds, dtype=object)[rng.integers(0, len(kinds), n)]


def _solved(scenario: Scenario, types: Texts) -> Floats:
    """Share of offences of each row's type for which somebody is named."""
    relative = {name: kind.solved for name, kind in TYPES.items()}
    share = pd.Series(types).map(relative).to_numpy(np.float64) * scenario.crime.solved
    return np.asarray(np.minimum(share, 0.97), dtype=np.float64)


def _mirrored(day: Floats) -> Ints:
    """Days outside the world reflected into it."""
    inside = np.abs(day)
    inside = np.where(inside > _LAST, np.abs(2 * _LAST - inside), inside)
    return np.asarray(np.floor(np.clip(inside, 0, _LAST)), dtype=np.int64)


def _appetite(rng: np.random.Generator, people: Population, count: float) -> Floats:
    """How much each person offends: a heavy tail, cut where one would reach `_MOST` of `count`."""
    appetite = rng.pareto(1.15, len(people)) * (people.age < 4)
    for _ in range(4):  # each cut lowers the sum, and with it the next
        appetite = np.minimum(appetite, appetite.sum() * _MOST / max(count, _MOST))
    return np.asarray(appetite, dtype=np.float64)


def _everyday(scenario: Scenario, people: Population) -> pd.DataFrame:
    """A heavy-tailed few offend often, each mostly in one way and in bursts."""
    rng, n = scenario.stream("offences"), len(people)
    appetite = _appetite(rng, people, scenario.crime.offences_per_person * n)
    usual, centre = _pick(rng, EVERYDAY, n), rng.uniform(0, _LAST, n)
    partner = rng.integers(1, 12, n)
    count = round(scenario.crime.offences_per_person * n)
    main = rng.choice(n, size=count, p=appetite / appetite.sum())
    types = np.where(rng.random(count) < _SPECIALISES, usual[main], _pick(rng, EVERYDAY, count))
    types = np.where(rng.random(count) < _RARELY, _pick(rng, RARE, count), types)
    day = _mirrored(centre[main] + rng.normal(0, _BURST, count))
    same = rng.random(count) < _SAME_PARTNER
    step = np.where(same, partner[main], rng.integers(1, 12, count))
    joint = rng.random(count) < scenario.crime.joint
    third = joint & (rng.random(count) < _THIRD)
    return _table(
        types,
        day,
        day + rng.geometric(_SLOWLY, count),
        main,
        b=np.where(joint, (main + step) % n, -1),
        c=np.where(third, (main + step + 3) % n, -1),
        named=rng.random(count) < _solved(scenario, types),
    )


def _patrols(scenario: Scenario, people: Population) -> pd.DataFrame:
    """Petty offences that patrols write up, more of them where they patrol more (planted bias).

    Nobody is written up more than once a year in this way.
    """
    rng, bias, n = scenario.stream("patrols"), scenario.bias, len(people)
    group = people.community == COMMUNITIES.index(bias.group)
    rate = np.where(group, bias.patrol_rate_group, bias.patrol_rate)
    who = np.tile(np.arange(n), 2)
    draw = rng.random(2 * n)
    day = rng.integers(0, 360, 2 * n) + np.repeat([0, 365], n)
    types = _pick(rng, PETTY, 2 * n)
    known = day + rng.geometric(_SLOWLY, 2 * n)
    return _table(types, day, known, who, innocent=True, happens=draw < np.tile(rate, 2) / 2)


def _kinds(rng: np.random.Generator, networks: Networks, network: Ints) -> Texts:
    """A type that each network goes in for."""
    turn = rng.random(len(network))
    kinds = [OF_NETWORK[kind] for kind in networks.kind]
    return np.array(
        [kinds[k][int(u * len(kinds[k]))] for k, u in zip(network, turn, strict=True)],
        dtype=object,
    )


def _joint(scenario: Scenario, networks: Networks) -> pd.DataFrame:
    """Ties that a joint offence brings to light, on the day set for them."""
    rng = scenario.stream("joint offences")
    ties = networks.ties[networks.ties["by_offence"].to_numpy(bool)]
    since, until, day = (ties[name].to_numpy(np.int64) for name in ("since", "until", "day"))
    happened = np.clip(day - rng.geometric(_SLOWLY, len(ties)), since, np.minimum(until - 1, day))
    network = ties["network"].to_numpy(np.int64)
    return _table(
        _kinds(rng, networks, network),
        happened,
        day,
        ties["a"].to_numpy(np.int64),
        b=ties["b"].to_numpy(np.int64),
        happens=(ties["known"] >= 0).to_numpy(bool),
        network=network,
    )


def _own(scenario: Scenario, networks: Networks) -> pd.DataFrame:
    """Offences of single members, which make them known and say nothing of the network."""
    rng, members = scenario.stream("own offences"), networks.members
    mine = members[rng.random(len(members)) < _SOLO]
    n, network = len(mine), mine["network"].to_numpy(np.int64)
    types = np.where(rng.random(n) < 0.5, _pick(rng, EVERYDAY, n), _kinds(rng, networks, network))
    since, until = mine["since"].to_numpy(np.int64), mine["until"].to_numpy(np.int64)
    last = np.maximum(since + 1, np.minimum(until, DAYS - 60))
    day = np.floor(since + rng.random(n) * (last - since)).astype(np.int64)
    return _table(types, day, day + rng.geometric(_SLOWLY, n), mine["person"].to_numpy(np.int64))


def _unsolved(scenario: Scenario, networks: Networks) -> pd.DataFrame:
    """What two members of a network did together and nobody was named for."""
    rng, ties = scenario.stream("unsolved offences"), networks.ties
    share = _UNSOLVED * len(networks.members) / max(1, len(ties))
    mine = ties.iloc[np.repeat(np.arange(len(ties)), rng.poisson(share, len(ties)))]
    since, until = mine["since"].to_numpy(np.int64), mine["until"].to_numpy(np.int64)
    last = np.maximum(since + 1, np.minimum(until, int(_LAST)))
    day = np.floor(since + rng.random(len(mine)) * (last - since)).astype(np.int64)
    network = mine["network"].to_numpy(np.int64)
    return _table(
        _kinds(rng, networks, network),
        day,
        day + rng.geometric(_SLOWLY, len(mine)),
        mine["a"].to_numpy(np.int64),
        b=mine["b"].to_numpy(np.int64),
        named=False,
        network=network,
    )


def _laundering(
    scenario: Scenario, assets: Assets, n_people: int, patterns: Patterns
) -> pd.DataFrame:
    """Laundering that came to light, or was taken for it; one holder in two instances is named.

    Holders who are firms are not suspects.
    """
    rng, made = scenario.stream("laundering offences"), patterns.instances
    n = len(made)
    ends = patterns.transfers[["instance", "target"]].drop_duplicates("instance")
    holder = assets.account_holder[ends.set_index("instance")["target"].reindex(made["instance"])]
    person = (holder >= 0) & (holder < n_people)
    named = person & (rng.random(n) < 0.5)
    network = made["network"].to_numpy(np.int64)
    return _table(
        np.full(n, "money_laundering", dtype=object),
        np.floor(made["start"].to_numpy(np.float64)).astype(np.int64),
        made["day"].to_numpy(np.int64),
        np.where(named, holder, -1).astype(np.int64),
        named=named,
        innocent=network < 0,
        happens=(made["known"] >= 0).to_numpy(bool),
        network=network,
        instance=made["instance"].to_numpy(np.int64),
    )
