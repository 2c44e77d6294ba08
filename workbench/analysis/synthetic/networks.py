"""Planted networks: who belongs, in which role, tied to whom, and what traces the ties leave.

Members are drawn from everybody alike, so that no community takes part more than another. Most
ties are hidden: the two never call each other, but use the same prepaid phone, pay through the
same account, drive the same car or meet at the same address, as a club or a family does too.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from workbench.analysis.synthetic.assets import Assets
from workbench.analysis.synthetic.life import (
    hub_phones,
    passers_by,
    spare_phones,
)
from workbench.analysis.synthetic.population import COMMUNITIES, Population
from workbench.analysis.synthetic.scenario import DAYS, Ints, Scenario

KINDS = ("hierarchical", "cell", "mule_ring", "burglary_crew", "trafficking_chain", "carousel")
_KIND_SHARE = (0.22, 0.16, 0.2, 0.16, 0.14, 0.12)
_SIZE = {
    "hierarchical": (8, 15),
    "cell": (6, 12),
    "mule_ring": (7, 13),
    "burglary_crew": (4, 7),
    "trafficking_chain": (7, 13),
    "carousel": (5, 9),
}
LAUNDERING = ("hierarchical", "mule_ring", "trafficking_chain", "carousel")
_HOMOPHILY = 0.6  # networks whose members come from one stretch of neighbours
USES_CELL_HUB = 0.75  # share of members who call a phone that their cell shares
_CALLS_DIRECTLY = 0.12  # share of ties that are careless
_BY_OFFENCE = 0.6  # share of recorded ties that a joint offence reveals; the rest are seen together


@dataclass(frozen=True, slots=True)
class Networks:
    """Tables of the planted world.

    members: network, person, role, cell (numbered through all networks).
    ties: network, a, b, kind, since (day), known (day, -1 never), by_offence, direct.
    shared, per cell: phone, second_phone, account, place, vehicle, -1 where nothing is shared.
    """

    kind: tuple[str, ...]
    members: pd.DataFrame
    ties: pd.DataFrame
    shared: pd.DataFrame


def make_networks(scenario: Scenario, people: Population, assets: Assets) -> Networks:
    """Networks of random kind, size and place; nobody is in two."""
    rng = scenario.stream("networks")
    kinds = rng.choice(np.array(KINDS, dtype=object), size=scenario.n_networks, p=_KIND_SHARE)
    free = people.age < 5
    members, ties, n_cells = [], [], 0
    for k, kind in enumerate(kinds.tolist()):
        who = _recruit(rng, np.flatnonzero(free), kind)
        free[who] = False
        mine, edges = _structure(rng, kind, who)
        mine["cell"] += n_cells
        n_cells = int(mine["cell"].max()) + 1
        members.append(mine.assign(network=k))
        ties.append(edges.assign(network=k))
    all_members = pd.concat(members, ignore_index=True)
    return Networks(
        kind=tuple(kinds.tolist()),
        members=all_members,
        ties=_known(scenario, people, pd.concat(ties, ignore_index=True)),
        shared=_share(scenario, assets, n_cells),
    )


def _recruit(rng: np.random.Generator, free: Ints, kind: str) -> Ints:
    low, high = _SIZE[kind]
    size = int(rng.integers(low, high + 1))
    if rng.random() < _HOMOPHILY:
        start = int(rng.integers(0, max(1, len(free) - 120)))
        free = free[start : start + 120]
    return rng.choice(free, size=min(size, len(free)), replace=False)


def _structure(rng: np.random.Generator, kind: str, who: Ints) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Roles and ties of one network: members in cells, a leader or liaison between them."""
    n = len(who)
    per_cell = {"burglary_crew": n, "carousel": n, "cell": 5}.get(kind, 7)
    cell = np.arange(n) // per_cell
    roles = _roles(kind, n, cell)
    edges = []
    density = {"carousel": 0.6, "cell": 0.85, "mule_ring": 0.5}.get(kind, 0.7)
    for i in range(n):
        for j in range(i + 1, n):
            same, heads = cell[i] == cell[j], _is_head(i, cell) and _is_head(j, cell)
            led = same and _is_head(i, cell)
            if led or heads or (same and rng.random() < density):
                edges.append(
                    (int(who[i]), int(who[j]), "commands" if led or heads else "works_with")
                )
    ties = pd.DataFrame(edges, columns=["a", "b", "kind"])
    return pd.DataFrame({"person": who, "role": roles, "cell": cell}), ties


def _is_head(i: int, cell: Ints) -> bool:
    return i == 0 or bool(cell[i] != cell[i - 1])


def _roles(kind: str, n: int, cell: Ints) -> list[str]:
    chain = ("recruiter", "transporter", "exploiter", "launderer")
    below = {"mule_ring": "mule", "burglary_crew": "crew", "carousel": "director", "cell": "cell"}
    head = {"mule_ring": "herder", "burglary_crew": "fence", "carousel": "organiser"}
    if kind == "trafficking_chain":
        return [chain[min(int(c), 3)] for c in cell]
    return [
        (
            "leader"
            if i == 0
            else "lieutenant"
            if kind == "hierarchical"
            else head.get(kind, "liaison")
        )
        if _is_head(i, cell)
        else below.get(kind, "soldier")
        for i in range(n)
    ]


def _known(scenario: Scenario, people: Population, ties: pd.DataFrame) -> pd.DataFrame:
    """When a tie reaches a record: at a steady rate over the two years, or never.

    The stream is drawn in full whatever the bias, so that bias moves a tie's fate, not the world.
    """
    rng = scenario.stream("known ties")
    draw, day = rng.random(len(ties)), rng.uniform(0, DAYS, len(ties))
    bias = scenario.bias
    group = COMMUNITIES.index(bias.group)
    touched = (people.community[ties["a"]] == group) | (people.community[ties["b"]] == group)
    rate = np.where(touched, bias.recording_rate_group, bias.recording_rate)
    known = np.where(draw < rate, np.floor(day), -1).astype(np.int64)
    since = np.floor(day * rng.uniform(0, 0.7, len(ties))).astype(np.int64)
    return ties.assign(
        since=since,
        known=known,
        by_offence=rng.random(len(ties)) < _BY_OFFENCE,
        direct=rng.random(len(ties)) < _CALLS_DIRECTLY,
    )


def _share(scenario: Scenario, assets: Assets, n_cells: int) -> pd.DataFrame:
    """What each cell shares, from the pools that circles draw from too."""
    rng = scenario.stream("cells")
    phone = hub_phones(rng, spare_phones(scenario, assets), len(assets.home_place), n_cells)
    pools = {
        "account": np.arange(len(assets.account_holder)),
        "place": np.arange(assets.n_private, len(assets.place_state)),
        "vehicle": np.arange(len(assets.vehicle_holder)),
    }
    shares = {"account": 0.6, "place": 0.06, "vehicle": 0.06}
    table = {
        "phone": np.where(rng.random(n_cells) < 0.9, phone, -1),
        "second_phone": np.where(rng.random(n_cells) < 0.45, np.roll(phone, 1), -1),
    }
    for name, pool in pools.items():
        drawn = rng.choice(pool, size=n_cells)
        table[name] = np.where(rng.random(n_cells) < shares[name], drawn, -1)
    return pd.DataFrame(table)


def cell_contacts(scenario: Scenario, networks: Networks, n_people: int) -> pd.DataFrame:
    """Calls that ties leave behind, as `life.contacts` has them; `circle` is the cell."""
    rng = scenario.stream("cell contacts")
    members, ties = networks.members, networks.ties
    hubs = networks.shared.loc[members["cell"], ["phone", "second_phone"]].to_numpy()
    row, which = np.nonzero((hubs >= 0) & (rng.random(hubs.shape) < USES_CELL_HUB))
    hub, user, cell = hubs[row, which], members["person"].iloc[row], members["cell"].iloc[row]
    careless = ties[ties["direct"]]
    cell_of = members.drop_duplicates("person").set_index("person")["cell"]
    liaison = cell_of.loc[ties["b"]].to_numpy()
    other = networks.shared["phone"].to_numpy()[liaison]
    across = (cell_of.loc[ties["a"]].to_numpy() != liaison) & (other >= 0)
    phones = networks.shared["phone"].to_numpy()
    passing, passed = passers_by(rng, phones[phones >= 0], n_people)
    none = np.full(len(careless) + len(passing), -1)
    frame = pd.DataFrame(
        {
            "phone_a": np.concatenate([user, ties["a"][across], careless["a"], passing]),
            "phone_b": np.concatenate([hub, other[across], careless["b"], passed]),
            "circle": np.concatenate([cell, liaison[across], none]),
        }
    )
    frame = frame[frame["phone_a"] != frame["phone_b"]].reset_index(drop=True)
    return frame.assign(n=1 + rng.geometric(0.3, len(frame)))
