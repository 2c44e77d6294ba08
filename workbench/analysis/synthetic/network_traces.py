"""What networks leave in calls and at borders: the rows that everyday life leaves too."""

import numpy as np
import pandas as pd

from workbench.analysis.synthetic.assets import Assets
from workbench.analysis.synthetic.life import passers_by
from workbench.analysis.synthetic.networks import Networks
from workbench.analysis.synthetic.population import Population
from workbench.analysis.synthetic.scenario import DAYS, Ints, Scenario, random_times

_WATCHED = 5.0  # crews are seen more often than others: cars of theirs are known
_TRAVELS = {"burglary_crew": 5.0, "trafficking_chain": 6.0, "hierarchical": 2.0}  # runs per cell


def cell_contacts(scenario: Scenario, networks: Networks, n_people: int) -> pd.DataFrame:
    """Calls that ties leave behind: phone_a, phone_b, circle (the cell, -1 none), n calls.

    Also first_day and last_day: nobody calls before joining or after leaving.
    """
    rng = scenario.stream("cell contacts")
    members, ties, shared = networks.members, networks.ties, networks.shared
    uses = members["calls"].to_numpy(bool)
    second = rng.random(len(members)) < 0.75
    parts = []
    for column, chosen in (("phone", uses), ("second_phone", uses & second)):
        hub = shared[column].to_numpy()[members["cell"].to_numpy(np.int64)]
        row = np.flatnonzero(chosen & (hub >= 0))
        mine = members.iloc[row]
        parts.append(
            _contacts(mine["person"], hub[row], mine["cell"], mine["since"], mine["until"])
        )
    cell_of = members.set_index("person")["cell"]
    far = cell_of.loc[ties["b"]].to_numpy(np.int64)
    other = shared["phone"].to_numpy()[far] if len(far) else np.empty(0, np.int64)
    across = (cell_of.loc[ties["a"]].to_numpy(np.int64) != far) & (other >= 0)
    led = ties[across]
    parts.append(_contacts(led["a"], other[across], far[across], led["since"], led["until"]))
    careless = ties[ties["direct"].to_numpy(bool)]
    parts.append(_contacts(careless["a"], careless["b"], -1, careless["since"], careless["until"]))
    phones = shared["phone"].to_numpy(np.int64)
    parts.append(_contacts(*passers_by(rng, phones[phones >= 0], n_people), -1, 0, DAYS))
    frame = pd.concat([part for part in parts if len(part)] or parts[:1], ignore_index=True)
    frame = frame[frame["phone_a"] != frame["phone_b"]].reset_index(drop=True)
    return frame.assign(n=1 + rng.geometric(0.3, len(frame)))


def _contacts(
    phone_a: object, phone_b: object, circle: object, since: object, until: object
) -> pd.DataFrame:
    a = np.asarray(phone_a, dtype=np.int64)
    table = pd.DataFrame({"phone_a": a, "phone_b": np.asarray(phone_b, dtype=np.int64)})
    return table.assign(
        circle=np.broadcast_to(np.asarray(circle, dtype=np.int64), a.shape),
        first_day=np.broadcast_to(np.asarray(since, dtype=np.int64), a.shape),
        last_day=np.broadcast_to(np.asarray(until, dtype=np.int64) - 1, a.shape),
    )


def crime_crossings(
    scenario: Scenario, people: Population, assets: Assets, networks: Networks
) -> pd.DataFrame:
    """Crossings of networks that a border post recorded: vehicle, place (post), at (seconds).

    Crews and chains cross in what their cell drives, there and back within days, while the
    network is at work.
    """
    rng, members = scenario.stream("crime crossings"), networks.members
    head = members.drop_duplicates("cell").reset_index(drop=True)
    kind = np.array(networks.kind, dtype=object)[head["network"].to_numpy(np.int64)]
    mean = np.array([_TRAVELS.get(name, 0.0) for name in kind])
    car = _cars(rng, assets, networks, head["person"].to_numpy(np.int64))
    runs = rng.poisson(mean * scenario.life.crossings_recorded * _WATCHED, len(head))
    row = np.repeat(np.arange(len(head)), np.where(car >= 0, runs, 0))
    since = head["since"].to_numpy(np.int64)[row]
    day = np.floor(since + rng.random(len(row)) * (DAYS - 6 - since))
    back = random_times(rng, day + rng.integers(1, 5, len(row)))
    west, east = assets.geography.border_between(assets.border_posts)
    state = people.state[head["person"].to_numpy(np.int64)][row]
    turn = rng.random(len(row))
    place = np.zeros(len(row), dtype=np.int64)
    for s in np.unique(state):
        near = assets.border_posts[(west == s) | (east == s)]
        mine = state == s
        place[mine] = near[np.floor(turn[mine] * len(near)).astype(np.int64)]
    vehicle = np.tile(car[row], 2).astype(np.int32)
    at = np.concatenate([random_times(rng, day), back]).astype(np.int32)
    return pd.DataFrame({"vehicle": vehicle, "place": np.tile(place, 2).astype(np.int32), "at": at})


def _cars(rng: np.random.Generator, assets: Assets, networks: Networks, heads: Ints) -> Ints:
    """Vehicle of each cell: what it shares, else its head's, else a stranger's; -1 without any."""
    n = len(assets.vehicle_holder)
    if not n:
        return np.full(len(heads), -1, dtype=np.int64)
    shared = networks.shared["vehicle"].to_numpy(np.int64)
    order = np.argsort(assets.vehicle_holder, kind="stable")
    at = np.minimum(np.searchsorted(assets.vehicle_holder[order], heads), n - 1)
    own = np.where(
        assets.vehicle_holder[order][at] == heads, order[at], rng.integers(0, n, len(at))
    )
    return np.where(shared >= 0, shared, own)
