"""The tables of entities that a world delivers, one per kind, with their provenance."""

import numpy as np
import pandas as pd

from workbench.analysis.synthetic.assets import BANKS, SECTORS, Assets
from workbench.analysis.synthetic.layers import (
    Layers,
    holder_states,
    known_order,
    offence_ids,
)
from workbench.analysis.synthetic.observation import (
    Ids,
    events,
    numbers,
    organisations,
    persons,
    things,
)
from workbench.analysis.synthetic.offences import AREAS
from workbench.analysis.synthetic.population import STATES
from workbench.analysis.synthetic.scenario import DAY, Scenario

_TOWNS = ("Ostrava Quay", "Velmar", "Tolbrook", "Karsund", "Mirno", "Fenholt", "Ulvesk", "Daria")
_STREETS = ("Mill", "Harbour", "Linden", "Canal", "Forge", "Orchard", "Station", "Ridge", "Tannery")


def entity_tables(scenario: Scenario, made: Layers, ids: Ids) -> dict[str, pd.DataFrame]:
    """Tables of entities by name, each with an `id` column."""
    assets = made.assets
    state = holder_states(made)
    phone_state = state[assets.phone_holder]
    phone = np.array(["+9991", "+9992", "+9993"], dtype=object)[phone_state]
    plate = numbers(scenario, "vehicles", len(ids.vehicle), 6)
    vehicle_state = made.people.state[assets.vehicle_holder]
    return {
        "persons": persons(scenario, made.people, ids),
        "organisations": organisations(scenario, assets, ids, np.array(SECTORS, dtype=object)),
        "phones": things(
            scenario,
            "phones",
            ids.phone,
            phone_state,
            {"number": phone + numbers(scenario, "phones", len(ids.phone), 8)},
            "network operator",
        ),
        "accounts": _accounts(scenario, assets, ids),
        "vehicles": things(
            scenario,
            "vehicles",
            ids.vehicle,
            vehicle_state,
            {"plate": np.array(STATES, dtype=object)[vehicle_state] + " " + plate},
            "register",
        ),
        "places": _places(scenario, assets, ids),
        "offences": _offences(scenario, made),
    }


def _accounts(scenario: Scenario, assets: Assets, ids: Ids) -> pd.DataFrame:
    bank = assets.account_bank
    state = np.array([BANKS.index(name) // 3 for name in bank], dtype=np.int64)
    number = bank + numbers(scenario, "accounts", len(ids.account), 10)
    return things(
        scenario, "accounts", ids.account, state, {"number": number, "bank": bank}, "bank"
    )


def _places(scenario: Scenario, assets: Assets, ids: Ids) -> pd.DataFrame:
    rng = scenario.stream("addresses")
    n = len(ids.place)
    street = np.array(_STREETS, dtype=object)[rng.integers(0, len(_STREETS), n)]
    number = rng.integers(1, 200, n).astype(str).astype(object)
    town = np.array(_TOWNS, dtype=object)[rng.integers(0, len(_TOWNS), n)]
    label = street + " Street " + number + ", " + town
    return things(scenario, "places", ids.place, assets.place_state, {"address": label}, "register")


def _offences(scenario: Scenario, made: Layers) -> pd.DataFrame:
    table = made.offences.offences
    kinds = table["type"].tolist()
    rng = scenario.stream("times of offences")
    occurred = table["day"].to_numpy() * DAY + rng.integers(0, DAY, len(table))
    known = np.maximum(table["known"].to_numpy() * DAY, occurred) + 3_600
    kind = np.array([k.replace("_", " ") for k in kinds], dtype=object)
    day = (np.datetime64("2023-01-01") + table["day"].to_numpy()).astype(str).astype(object)
    columns = {
        "id": offence_ids(len(table))[known_order(made.offences)],
        "label": kind + ", " + day,
        "offence_type": np.array(kinds, dtype=object),
        "area": np.array([AREAS[k][0] for k in kinds], dtype=object),
        "shield_level": np.array([AREAS[k][1] for k in kinds]),
    }
    state = made.assets.place_state[table["place"].to_numpy()]
    return events(scenario, "offences", state, "police", occurred, known, columns)
