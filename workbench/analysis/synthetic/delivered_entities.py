"""The tables of entities that a world delivers, one per kind, with their provenance."""

from collections.abc import Iterator

import numpy as np
import pandas as pd

from workbench.analysis.synthetic.assets import BANKS, PROVIDERS, SECTORS, WALLETS, Assets
from workbench.analysis.synthetic.geography import PLACE_TYPES
from workbench.analysis.synthetic.layers import (
    Layers,
    holder_states,
    known_order,
    offence_ids,
)
from workbench.analysis.synthetic.modus_operandi import COLUMNS
from workbench.analysis.synthetic.observation import Ids, events, named, numbers, register
from workbench.analysis.synthetic.offence_types import TYPES
from workbench.analysis.synthetic.online import SERVICES
from workbench.analysis.synthetic.persons import persons
from workbench.analysis.synthetic.population import STATES
from workbench.analysis.synthetic.scenario import DAY, Floats, Ints, Scenario, Texts

_TOWNS = ("Ostrava Quay", "Velmar", "Tolbrook", "Karsund", "Mirno", "Fenholt", "Ulvesk", "Daria")
_STREETS = ("Mill", "Harbour", "Linden", "Canal", "Forge", "Orchard", "Station", "Ridge", "Tannery")
_FIRM_WORDS = ("Ostra", "Velum", "Karda", "Mirno", "Tolva", "Brenn", "Ulkar", "Sevra")
_SECTOR_WORDS = ("Market", "Haulage", "Build", "Kitchen", "Club", "Homes", "Trading", "Works")
_PHONE_PREFIXES = ("+9991", "+9992", "+9993")  # per state
_HANDLES = ("amber", "basalt", "cinder", "dusk", "ember", "flint", "gale", "hollow", "iris", "jade")


def entity_tables(scenario: Scenario, made: Layers, ids: Ids) -> Iterator[tuple[str, pd.DataFrame]]:
    """Tables of entities by name, each with an `id` column, one after the other."""
    yield "persons", persons(scenario, made.people, ids)
    yield "organisations", _organisations(scenario, made.assets, ids)
    yield "phones", _phones(scenario, made, ids)
    yield "accounts", _accounts(scenario, made.assets, ids)
    yield "vehicles", _vehicles(scenario, made, ids)
    yield "places", _places(scenario, made.assets, ids)
    yield "offences", _offences(scenario, made)
    yield "devices", _devices(scenario, made.assets, ids)
    yield "online_accounts", _online_accounts(scenario, made.assets, ids)
    yield "ip_addresses", _ip_addresses(scenario, made.assets, ids)


def account_states(assets: Assets) -> Ints:
    """State of the bank or wallet service of every account: it delivers the statements."""
    of_wallet = np.array([0, 2])[: len(WALLETS)]
    states = np.concatenate([np.arange(len(BANKS)) // 3, of_wallet])
    return states[assets.account_bank]


def _organisations(scenario: Scenario, assets: Assets, ids: Ids) -> pd.DataFrame:
    first, second = assets.org_words % 8, assets.org_words // 8 % 8
    names = [
        f"{_FIRM_WORDS[a]}{_FIRM_WORDS[b].lower()} {_SECTOR_WORDS[s]}"
        for a, b, s in zip(first.tolist(), second.tolist(), assets.org_sector.tolist(), strict=True)
    ]
    columns = {"name": np.array(names, object), "sector": named(SECTORS, assets.org_sector)}
    return register(
        scenario, "organisations", ids.organisation, assets.org_state, columns, "register"
    )


def _phones(scenario: Scenario, made: Layers, ids: Ids) -> pd.DataFrame:
    state = holder_states(made.people, made.assets)[made.assets.phone_holder]
    number = named(_PHONE_PREFIXES, state) + numbers(scenario, "phones", len(state), 8)
    return register(scenario, "phones", ids.phone, state, {"number": number}, "network operator")


def _accounts(scenario: Scenario, assets: Assets, ids: Ids) -> pd.DataFrame:
    bank = named(PROVIDERS, assets.account_bank)
    number = numbers(scenario, "accounts", len(bank), 10)
    columns = {
        "number": np.where(assets.is_wallet, "w" + number, bank + number),
        "bank": bank,
        "account_type": np.where(assets.is_wallet, "wallet", "bank account").astype(object),
    }
    return register(scenario, "accounts", ids.account, account_states(assets), columns, "bank")


def _vehicles(scenario: Scenario, made: Layers, ids: Ids) -> pd.DataFrame:
    state = made.people.state[made.assets.vehicle_holder]
    plate = named(STATES, state) + " " + numbers(scenario, "vehicles", len(state), 7)
    return register(scenario, "vehicles", ids.vehicle, state, {"plate": plate}, "register")


def _places(scenario: Scenario, assets: Assets, ids: Ids) -> pd.DataFrame:
    rng, where = scenario.stream("addresses"), assets.geography
    n = len(ids.place)
    n_segments = len(where.segment_state)
    street = rng.integers(0, len(_STREETS), n_segments + 1)[where.segment]
    town = np.arange(30)[where.state.astype(np.int64) * 10 + where.district] % len(_TOWNS)
    number = rng.integers(1, 200, n).astype(str).astype(object)
    label = named(_STREETS, street) + " Street " + number + ", " + named(_TOWNS, town)
    segment = np.array([f"S-{k + 1:06d}" if k >= 0 else "" for k in where.segment.tolist()], object)
    columns: dict[str, Texts | Floats] = {
        "address": label,
        "x_km": np.round(where.x_km.astype(np.float64), 3),
        "y_km": np.round(where.y_km.astype(np.float64), 3),
        "segment": segment,
        "place_type": named(PLACE_TYPES, where.place_type),
    }
    return register(scenario, "places", ids.place, where.state, columns, "register")


def _offences(scenario: Scenario, made: Layers) -> pd.DataFrame:
    table = made.offences.offences
    kinds = table["type"].tolist()
    at, known = (table[name].to_numpy(np.int64) for name in ("at", "known"))
    day = (np.datetime64("2023-01-01") + at // DAY).astype(str).astype(object)
    columns = {
        "id": offence_ids(len(table))[known_order(made.offences)],
        "label": np.array([k.replace("_", " ") for k in kinds], object) + ", " + day,
        "offence_type": np.array(kinds, dtype=object),
        "area": np.array([TYPES[k].area for k in kinds], dtype=object),
        "shield_level": np.array([TYPES[k].shield for k in kinds], dtype=np.int64),
        **{name: table[name].to_numpy(dtype=object) for name in COLUMNS},
    }
    state = made.assets.place_state[table["place"].to_numpy()]
    return events(scenario, "offences", state, "police", at, known, columns)


def _devices(scenario: Scenario, assets: Assets, ids: Ids) -> pd.DataFrame:
    state = assets.online.device_state
    imei = numbers(scenario, "devices", len(state), 15)
    return register(scenario, "devices", ids.device, state, {"imei": imei}, "network operator")


def _online_accounts(scenario: Scenario, assets: Assets, ids: Ids) -> pd.DataFrame:
    online, n = assets.online, len(ids.online)
    rng = scenario.stream("handles")
    words = named(_HANDLES, rng.integers(0, len(_HANDLES), n))
    handle = words + "_" + numbers(scenario, "handles", n, 7)
    state = rng.integers(0, len(STATES), n)
    columns = {"handle": handle, "service": named(SERVICES, online.service)}
    return register(scenario, "online accounts", ids.online, state, columns, "online service")


def _ip_addresses(scenario: Scenario, assets: Assets, ids: Ids) -> pd.DataFrame:
    """Addresses of a private range, so that none is anybody's."""
    state, n = assets.online.ip_state, len(ids.ip)
    drawn = scenario.stream("ip addresses").choice(1 << 22, size=n, replace=False)
    address = [
        f"10.{64 * s + (k >> 16)}.{k >> 8 & 255}.{k & 255}"
        for s, k in zip(state.tolist(), drawn.tolist(), strict=True)
    ]
    columns = {"address": np.array(address, dtype=object)}
    return register(scenario, "ip addresses", ids.ip, state, columns, "online service")
