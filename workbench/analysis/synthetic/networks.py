"""Planted networks: who belongs, in which role, since and until when, and what traces they leave.

Members are drawn from everybody alike, so that no community takes part more than another. Most
ties are hidden: the two never call each other, but use the same prepaid phone, pay through the
same account, drive the same car or meet at the same address, as a club or a family does too. In a
fused network each of these shows a part of the members only: it comes out when calls, money,
travel and places are put together.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from workbench.analysis.synthetic.assets import SECTORS, Assets
from workbench.analysis.synthetic.life import hub_phones, spare_phones
from workbench.analysis.synthetic.names import COMMUNITIES
from workbench.analysis.synthetic.network_structure import (
    AREA,
    KIND_SHARE,
    KINDS,
    build,
    draw_size,
)
from workbench.analysis.synthetic.population import Population
from workbench.analysis.synthetic.scenario import DAYS, Flags, Floats, Ints, Scenario

LAUNDERING = ("hierarchical", "broker_linked", "mule_ring", "trafficking_chain", "carousel", "cell")
CHANNELS = ("calls", "pays", "travels", "meets")  # phone, account, vehicle, place of the cell
_USES = (0.75, 0.65, 0.65, 0.65)  # share of members who use what their cell shares
_HOMOPHILY = 0.6  # networks whose members come from one stretch of neighbours
_FUSED = 0.15  # networks that no single channel shows
_CALLS_DIRECTLY = 0.12  # share of ties that are careless
_BY_OFFENCE = 0.4  # share of recorded ties that a joint offence reveals; the rest are seen together
_FRONTS = {  # sectors of the firms that a kind of network runs, and for how many members one
    "hierarchical": (("food", "retail", "club"), 8),
    "trafficking_chain": (("construction", "housing", "food"), 10),
    "carousel": (("trade", "transport", "services"), 2),
    "mule_ring": (("retail",), 15),
}


@dataclass(frozen=True, slots=True)
class Networks:
    """Tables of the planted world; days count from the world's first.

    kind and fused, per network. members: network, person, role, cell (numbered through all
    networks), since, until (DAYS when still in), and one flag per channel in `CHANNELS`.
    ties: network, a, b, kind, since, until, day (on which it would become known), known (that day,
    -1 never), by_offence, direct.
    shared, per cell: phone, second_phone, account, place, vehicle, -1 where nothing is shared.
    firms: network, person, organisation, is_owner (else a director).
    """

    kind: tuple[str, ...]
    fused: Flags
    members: pd.DataFrame
    ties: pd.DataFrame
    shared: pd.DataFrame
    firms: pd.DataFrame

    def areas(self) -> list[str]:
        """Area of paragraph 25, per network."""
        return [AREA[kind] for kind in self.kind]


def make_networks(scenario: Scenario, people: Population, assets: Assets) -> Networks:
    """Networks of random kind, size and place; nobody is in two."""
    rng = scenario.stream("networks")
    n = scenario.n_networks
    kinds = rng.choice(np.array(KINDS, dtype=object), size=n, p=KIND_SHARE).tolist()
    fused = rng.random(n) < _FUSED
    members, ties = _people(rng, scenario, people, kinds)
    cells = members.drop_duplicates("cell")
    return Networks(
        kind=tuple(kinds),
        fused=fused,
        members=_channels(scenario, members, fused),
        ties=_known(scenario, people, ties),
        shared=_share(scenario, assets, fused[cells["network"].to_numpy(np.int64)]),
        firms=_firms(scenario, assets, kinds, members, len(people)),
    )


def _people(
    rng: np.random.Generator, scenario: Scenario, people: Population, kinds: list[str]
) -> tuple[pd.DataFrame, pd.DataFrame]:
    free = people.age < 5
    members = [pd.DataFrame(columns=[*_MEMBER], dtype=np.int64)]
    ties = [pd.DataFrame(columns=[*_TIE], dtype=np.int64)]
    n_cells = 0
    for k, kind in enumerate(kinds):
        who = _recruit(rng, np.flatnonzero(free), draw_size(rng, scenario, kind))
        free[who] = False
        group = build(rng, kind, len(who))
        columns = (k, who, group.role, group.cell + n_cells, group.since, group.until)
        members.append(pd.DataFrame(dict(zip(_MEMBER, columns, strict=True))))
        a, b = group.ties["a"].to_numpy(np.int64), group.ties["b"].to_numpy(np.int64)
        since = np.maximum(group.since[a], group.since[b])
        until = np.minimum(group.until[a], group.until[b])
        of_tie = (k, who[a], who[b], group.ties["kind"], since, until)
        ties.append(pd.DataFrame(dict(zip(_TIE, of_tie, strict=True))))
        n_cells += int(group.cell[-1]) + 1
    joined = (
        pd.concat(part[min(1, len(part) - 1) :], ignore_index=True) for part in (members, ties)
    )
    one, other = joined
    return one, other


_MEMBER = ("network", "person", "role", "cell", "since", "until")
_TIE = ("network", "a", "b", "kind", "since", "until")


def _recruit(rng: np.random.Generator, free: Ints, size: int) -> Ints:
    size = min(size, len(free) // 3)
    if rng.random() < _HOMOPHILY:
        reach = max(120, 6 * size)
        start = int(rng.integers(0, max(1, len(free) - reach)))
        free = free[start : start + reach]
    return rng.choice(free, size=size, replace=False)


def _channels(scenario: Scenario, members: pd.DataFrame, fused: Flags) -> pd.DataFrame:
    """Who uses which of what the cell shares; in a fused network each member two of four."""
    rng = scenario.stream("channels")
    n = len(members)
    chance = rng.random((n, len(CHANNELS))) < np.array(_USES)
    turn = (np.arange(n)[:, None] - np.arange(len(CHANNELS))) % len(CHANNELS)
    of_fused = fused[members["network"].to_numpy(np.int64)][:, None]
    uses = np.where(of_fused, turn <= 1, chance)
    return members.assign(**{name: uses[:, i] for i, name in enumerate(CHANNELS)})


def _known(scenario: Scenario, people: Population, ties: pd.DataFrame) -> pd.DataFrame:
    """When a tie reaches a record: at a steady rate over the two years, or never.

    The stream is drawn in full whatever the bias, so that bias moves a tie's fate, not the world.
    """
    rng = scenario.stream("known ties")
    draw = rng.random(len(ties))
    day: Floats = rng.uniform(0, DAYS, len(ties))
    bias = scenario.bias
    mine = people.community == COMMUNITIES.index(bias.group)
    a, b = ties["a"].to_numpy(np.int64), ties["b"].to_numpy(np.int64)
    rate = np.where(mine[a] | mine[b], bias.recording_rate_group, bias.recording_rate)
    first = ties["since"].to_numpy(np.int64)
    day = _exchanged(rng, day, np.minimum(first + 10, DAYS - 1))
    last = np.minimum(day, ties["until"].to_numpy(np.int64))
    since = np.floor(first + (last - first) * rng.uniform(0, 0.7, len(ties)))
    return ties.assign(
        since=since.astype(np.int64),
        day=np.floor(day).astype(np.int64),
        known=np.where(draw < rate, np.floor(day), -1).astype(np.int64),
        by_offence=rng.random(len(ties)) < _BY_OFFENCE,
        direct=rng.random(len(ties)) < _CALLS_DIRECTLY,
    )


def _exchanged(rng: np.random.Generator, day: Floats, soonest: Ints) -> Floats:
    """The same days, so that they stay spread evenly, but none before its tie's `soonest`.

    A day that is too early changes places with one that suits both; what finds none is put off.
    """
    out = day.copy()
    for i in rng.permutation(np.flatnonzero(day < soonest)).tolist():
        suits = np.flatnonzero((out >= soonest[i]) & (soonest <= out[i]))
        if len(suits):
            other = int(rng.choice(suits))
            out[i], out[other] = out[other], out[i]
    return np.maximum(out, soonest)


def _share(scenario: Scenario, assets: Assets, fused: Flags) -> pd.DataFrame:
    """What each cell shares, from the pools that circles draw from too; fused cells have all."""
    rng = scenario.stream("cells")
    n_cells = len(fused)
    phone = hub_phones(rng, spare_phones(scenario, assets), len(assets.home_place), n_cells)
    pools = {
        "account": np.arange(assets.n_bank_accounts),
        "place": assets.public_places,
        "vehicle": np.arange(len(assets.vehicle_holder)),
    }
    shares = {"account": 0.6, "place": 0.06, "vehicle": 0.06}
    table = {
        "phone": np.where((rng.random(n_cells) < 0.9) | fused, phone, -1),
        "second_phone": np.where((rng.random(n_cells) < 0.45) & ~fused, np.roll(phone, 1), -1),
    }
    for name, pool in pools.items():
        drawn = rng.choice(pool, size=n_cells)
        table[name] = np.where((rng.random(n_cells) < shares[name]) | fused, drawn, -1)
    return pd.DataFrame(table)


def _firms(
    scenario: Scenario, assets: Assets, kinds: list[str], members: pd.DataFrame, n_people: int
) -> pd.DataFrame:
    """Firms that members direct or own: cash businesses, employers of the exploited, a carousel."""
    rng = scenario.stream("fronts")
    sectors = np.array(SECTORS, dtype=object)[assets.org_sector]
    rows: list[tuple[int, int, int, bool]] = []
    people = np.split(members["person"].to_numpy(), np.flatnonzero(members["network"].diff() > 0))
    for k, kind in enumerate(kinds):
        if kind not in _FRONTS:
            continue
        wanted, per_firm = _FRONTS[kind]
        firms = np.flatnonzero(np.isin(sectors, wanted))
        n = min(len(firms), -(-len(people[k]) // per_firm))
        chosen = rng.choice(firms, size=n, replace=False)
        heads = people[k][np.arange(n) * per_firm % len(people[k])]
        owner = rng.random(n) < 0.4
        rows += zip([k] * n, heads.tolist(), chosen.tolist(), owner.tolist(), strict=True)
    return pd.DataFrame(rows, columns=["network", "person", "organisation", "is_owner"])
