"""What offences leave: victims and witnesses, accounts, addresses, homes of the exploited."""

import numpy as np
import pandas as pd

from workbench.analysis.synthetic.assets import Assets
from workbench.analysis.synthetic.money_patterns import Patterns
from workbench.analysis.synthetic.networks import Networks
from workbench.analysis.synthetic.offence_types import CYBER, SHIELDED, TYPES
from workbench.analysis.synthetic.scenario import DAY, DAYS, Ints, Scenario

_HARMED, _WITNESSED = 0.7, 0.15
_IN_USE = 0.85  # accounts of an instance that its record names
_BY_WALLET = 0.45  # of offences of cybercrime, those with a wallet on record
_TRACED = {"online": 0.5, "ip": 0.6}  # of offences of cybercrime
_OWN_TRACE = 0.7  # of traces, those of the offender's or network's own; else a chance one
_FRAUD_ONLINE = 0.06


def others(scenario: Scenario, drawn: pd.DataFrame, n_people: int) -> pd.DataFrame:
    """Victims and witnesses, recorded in those categories and in no other (duty T23)."""
    rng, n = scenario.stream("victims"), len(drawn)
    types = drawn["type"].to_numpy(object)
    harms = pd.Series(types).map({name: kind.harms for name, kind in TYPES.items()})
    victim = (rng.random(n) < _HARMED) & harms.to_numpy(bool)
    witness = (rng.random(n) < _WITNESSED) & (types != SHIELDED)
    who = rng.integers(0, n_people, (n, 2))
    known = drawn["known"].to_numpy(np.int64)
    parts = [
        pd.DataFrame(
            {
                "offence": np.flatnonzero(mask),
                "person": who[mask, column],
                "role": role,
                "known": known[mask],
            }
        )
        for column, (mask, role) in enumerate(((victim, "victim"), (witness, "witness")))
    ]
    return pd.concat(parts, ignore_index=True)


def used_accounts(
    scenario: Scenario,
    assets: Assets,
    networks: Networks,
    patterns: Patterns,
    drawn: pd.DataFrame,
) -> pd.DataFrame:
    """Accounts of laundering that came to light, wallets of cybercrime: offence, account, known."""
    rng, moved = scenario.stream("accounts used"), patterns.transfers
    ends = pd.concat(
        [moved[["instance", name]].set_axis(["instance", "account"], axis=1) for name in _ENDS]
    )
    ends = ends.drop_duplicates().sort_values(["instance", "account"], ignore_index=True)
    instance = drawn["instance"].to_numpy(np.int64)
    offence_of = np.full(int(instance.max(initial=-1)) + 1, -1, dtype=np.int64)
    offence_of[instance[instance >= 0]] = np.flatnonzero(instance >= 0)
    ends = ends.assign(offence=offence_of[ends["instance"].to_numpy(np.int64)])
    ends = ends[rng.random(len(ends)) < _IN_USE][["offence", "account"]]
    wallets = np.flatnonzero(assets.is_wallet)
    both = [ends]
    if len(wallets):
        cyber = np.isin(drawn["type"].to_numpy(object), CYBER)
        row = np.flatnonzero(cyber & (rng.random(len(drawn)) < _BY_WALLET))
        own = _own_or_any(rng, drawn["offender"].to_numpy(np.int64)[row], wallets)
        both.append(pd.DataFrame({"offence": row, "account": own}))
    every = pd.concat(both, ignore_index=True)
    return every.assign(known=drawn["known"].to_numpy(np.int64)[every["offence"]])


_ENDS = ("source", "target")


def _own_or_any(rng: np.random.Generator, offender: Ints, pool: Ints) -> Ints:
    """What an offender uses again and again, or what only chance put there."""
    own = pool[(offender * 2_654_435_761) % len(pool)]
    return np.where(rng.random(len(offender)) < _OWN_TRACE, own, rng.choice(pool, len(offender)))


def identifiers(
    scenario: Scenario, assets: Assets, networks: Networks, drawn: pd.DataFrame
) -> pd.DataFrame:
    """Online accounts and addresses on record: offence, kind, identifier, known.

    Most are an offender's own and come back in that offender's other offences; the rest are of
    people who share a rented server.
    """
    rng, online = scenario.stream("identifiers"), assets.online
    types = drawn["type"].to_numpy(object)
    cyber, fraud = np.isin(types, CYBER), types == "fraud"
    parts = []
    for kind, pool in (("online", np.flatnonzero(online.unknown)), ("ip", online.server_ips)):
        chance = np.where(cyber, _TRACED[kind], np.where(fraud, _FRAUD_ONLINE, 0.0))
        row = np.flatnonzero(rng.random(len(drawn)) < chance)
        late = rng.integers(0, 30 * DAY, len(row))
        if not len(pool):
            row, late = row[:0], late[:0]
        own = _own_or_any(rng, drawn["offender"].to_numpy(np.int64)[row], pool) if len(row) else row
        known = np.minimum(DAYS * DAY - 1, drawn["known"].to_numpy(np.int64)[row] + late)
        parts.append(
            pd.DataFrame({"offence": row, "kind": kind, "identifier": own, "known": known})
        )
    return pd.concat(parts, ignore_index=True)


def housed(
    assets: Assets, networks: Networks, table: pd.DataFrame, involved: pd.DataFrame
) -> pd.DataFrame:
    """Where victims of a trafficking network were made to live: at one of its firms."""
    firms = networks.firms.drop_duplicates("network").set_index("network")["organisation"]
    victims = involved[(involved["role"] == "victim").to_numpy()]
    network = table["network"].to_numpy(np.int64)[victims["offence"].to_numpy(np.int64)]
    exploited = (table["type"].isin(("labour exploitation", "sexual exploitation"))).to_numpy()
    at_firm = exploited[victims["offence"].to_numpy(np.int64)] & np.isin(network, firms.index)
    organisation = firms.reindex(network[at_firm]).to_numpy(np.int64)
    return pd.DataFrame(
        {
            "person": victims["person"].to_numpy(np.int64)[at_firm],
            "place": assets.org_place[organisation].astype(np.int64),
            "known": victims["known"].to_numpy(np.int64)[at_firm],
        }
    )
