"""Online accounts, the IP addresses they log in from, and the devices that phones' SIMs sit in.

A home shares an address; a carrier's address is shared by hundreds; a rented server's address by
some who hide behind it, most of them for no bad reason. A person's SIM cards move from one device
to the next, and two SIMs of one person share a device.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd

from workbench.analysis.synthetic.population import STATES, Population
from workbench.analysis.synthetic.scenario import (
    BLOCK,
    DAY,
    DAYS,
    Flags,
    Ints,
    Scenario,
    random_days,
    random_times,
)

SERVICES = ("Plaza", "Murmur", "Stallmart", "Hushline")  # invented
IP_TYPES = ("home", "carrier", "server")
_ACCOUNTS_PER_PERSON = 0.7
_UNKNOWN = 0.3  # share of online accounts of which nobody knows whose they are
_HOMES_ONLINE = 0.8
_PER_CARRIER_ADDRESS, _PER_SERVER_ADDRESS = 250, 60  # people for one address
_LOGINS = 8.0  # delivered per account in two years, on average
_HIDING = 0.06  # share of accounts that mostly log in from rented servers
_NEW_DEVICE = 0.35  # share of phones that move to another device within the two years


@dataclass(frozen=True, slots=True)
class Online:
    """Parallel arrays: `holder` (a person, -1 nobody known) and `service` per online account.

    `ip_state`, `ip_type` (position in `IP_TYPES`) per address; `usual_ip` and `carrier_ip` per
    online account: the addresses it mostly logs in from. `server_ips` are those of rented servers.
    `device_state` per device. `sims` lists phone, device, at (seconds): a SIM first seen in it.
    """

    holder: Ints
    service: Ints
    usual_ip: Ints
    carrier_ip: Ints
    ip_state: Ints
    ip_type: Ints
    device_state: Ints
    sims: pd.DataFrame

    @property
    def server_ips(self) -> Ints:
        """Addresses of rented servers, behind which anybody may hide."""
        return np.flatnonzero(self.ip_type == IP_TYPES.index("server")).astype(np.int32)

    @property
    def unknown(self) -> Flags:
        """Online accounts of which nobody knows whose they are."""
        return self.holder < 0


def make_online(scenario: Scenario, people: Population, phone_holder: Ints) -> Online:
    """Online accounts and devices of everybody; none where the scenario leaves the layer out."""
    rng, n = scenario.stream("online"), len(people)
    n_accounts = round(_ACCOUNTS_PER_PERSON * n) if scenario.switches.online else 0
    person = rng.integers(0, n, n_accounts)
    n_homes = int(people.household[-1]) + 1
    home_ip = np.where(rng.random(n_homes) < _HOMES_ONLINE, np.arange(n_homes), -1)
    online_homes = np.flatnonzero(home_ip >= 0)
    home_ip[online_homes] = np.arange(len(online_homes))
    n_carrier = max(6, n // _PER_CARRIER_ADDRESS)
    n_server = max(6, n // _PER_SERVER_ADDRESS)
    _, first = np.unique(people.household, return_index=True)
    ip_state = np.concatenate(
        [
            people.state[first][online_homes],
            np.arange(n_carrier) % len(STATES),
            rng.integers(0, len(STATES), n_server),
        ]
    )
    carrier = _carrier(rng, people.state[person], n_carrier) + len(online_homes)
    usual = home_ip[people.household[person]]
    device_state, sims = _devices(scenario, people, phone_holder)
    kept = len(ip_state) if scenario.switches.online else 0
    return Online(
        holder=np.where(rng.random(n_accounts) < _UNKNOWN, -1, person).astype(np.int32),
        service=rng.integers(0, len(SERVICES), n_accounts).astype(np.int16),
        usual_ip=np.where(usual >= 0, usual, carrier).astype(np.int32),
        carrier_ip=carrier.astype(np.int32),
        ip_state=ip_state[:kept].astype(np.int16),
        ip_type=np.repeat([0, 1, 2], [len(online_homes), n_carrier, n_server])[:kept],
        device_state=device_state,
        sims=sims,
    )


def _carrier(rng: np.random.Generator, state: Ints, n_carrier: int) -> Ints:
    """A carrier's address in the person's state."""
    turn = rng.integers(0, n_carrier // len(STATES), len(state))
    return turn * len(STATES) + state


def _devices(
    scenario: Scenario, people: Population, phone_holder: Ints
) -> tuple[Ints, pd.DataFrame]:
    """State per device, and which SIM was first seen in which device when."""
    if not scenario.switches.online:
        nothing = np.zeros(0, np.int32)
        return nothing, pd.DataFrame({"phone": nothing, "device": nothing, "at": nothing})
    rng, n = scenario.stream("devices"), len(people)
    of_people = (phone_holder >= 0) & (phone_holder < n)
    phone = np.flatnonzero(of_people)
    holder = phone_holder[phone]
    own = np.arange(n)  # device i is person i's first
    moves = np.flatnonzero(rng.random(len(phone)) < _NEW_DEVICE)
    later = n + np.arange(len(moves))
    first_seen = rng.integers(0, DAYS * DAY, len(phone))
    moved = rng.integers(first_seen[moves], DAYS * DAY)
    bare = np.flatnonzero(phone_holder < 0)
    spare = n + len(moves) + rng.integers(0, max(1, len(bare) * 3 // 4), len(bare))
    state = np.concatenate(
        [
            people.state[own],
            people.state[holder[moves]],
            rng.integers(0, len(STATES), max(1, len(bare) * 3 // 4)),
        ]
    )
    table = pd.DataFrame(
        {
            "phone": np.concatenate([phone, phone[moves], bare]),
            "device": np.concatenate([own[holder], later, spare]),
            "at": np.concatenate(
                [
                    first_seen,
                    moved,
                    rng.integers(0, DAYS * DAY, len(bare)),
                ]
            ),
        }
    )
    return state.astype(np.int16), table.astype(np.int32)


def login_blocks(scenario: Scenario, online: Online) -> Iterator[pd.DataFrame]:
    """Logins that services delivered: account, ip, at (seconds), by block of online accounts.

    Mostly from home or a carrier's address; some people sit behind rented servers all the time.
    """
    servers, n = online.server_ips, len(online.holder)
    for k in range(max(1, -(-n // BLOCK))):
        rng = scenario.stream("logins", k)
        mine = np.arange(k * BLOCK, min(n, (k + 1) * BLOCK))
        row = np.repeat(mine, np.minimum(40, rng.geometric(1 / _LOGINS, len(mine))))
        hides = (rng.random(len(mine)) < _HIDING)[row - k * BLOCK]
        place = rng.random(len(row))
        ip = np.where(place < 0.65, online.usual_ip[row], online.carrier_ip[row])
        behind = np.where(hides, place < 0.7, place > 0.985)
        ip = np.where(behind, rng.choice(servers, size=len(row)), ip)
        yield pd.DataFrame(
            {
                "account": row.astype(np.int32),
                "ip": ip.astype(np.int32),
                "at": random_times(rng, random_days(rng, len(row))).astype(np.int32),
            }
        )
