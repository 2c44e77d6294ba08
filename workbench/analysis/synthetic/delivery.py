"""The tables that a world delivers: one per kind of entity and of link, with their provenance."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from workbench.analysis.synthetic.assets import BANKS, SECTORS, Assets
from workbench.analysis.synthetic.life import USES_HUB, Circles
from workbench.analysis.synthetic.networks import Networks
from workbench.analysis.synthetic.observation import (
    Ids,
    events,
    numbers,
    organisations,
    persons,
    sighted,
    things,
)
from workbench.analysis.synthetic.offences import AREAS, Offences
from workbench.analysis.synthetic.population import STATES, Population
from workbench.analysis.synthetic.scenario import DAY, DAYS, Ints, Scenario, Texts

_TOWNS = (
    "Ostrava Quay",
    "Velmar",
    "Tolbrook",
    "Karsund",
    "Mirno",
    "Fenholt",
    "Ulvesk",
    "Daria Bay",
)
_STREETS = ("Mill", "Harbour", "Linden", "Canal", "Forge", "Orchard", "Station", "Ridge", "Tannery")
_RAILS = ("credit transfer", "instant transfer", "card", "direct debit")


@dataclass(frozen=True, slots=True)
class Layers:
    """Everything that was made, ready to be observed."""

    people: Population
    assets: Assets
    circles: Circles
    networks: Networks
    calls: pd.DataFrame
    transfers: pd.DataFrame
    offences: Offences


def entity_tables(scenario: Scenario, made: Layers, ids: Ids) -> dict[str, pd.DataFrame]:
    """Tables of entities by name, each with an `id` column."""
    assets = made.assets
    state = _holder_states(made)
    phone_state = state[assets.phone_holder]
    phone = np.array(["+9991", "+9992", "+9993"], dtype=object)[phone_state]
    bank = np.array([STATES[BANKS.index(b) // 3] for b in assets.account_bank])
    bank_state = np.array([STATES.index(s) for s in bank], dtype=np.int64)
    iban = numbers(scenario, "accounts", len(ids.account), 10)
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
        "accounts": things(
            scenario,
            "accounts",
            ids.account,
            bank_state,
            {"number": assets.account_bank + iban, "bank": assets.account_bank},
            "bank",
        ),
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


def link_tables(scenario: Scenario, made: Layers, ids: Ids) -> dict[str, pd.DataFrame]:
    """Tables of links by name; both ends are ids of entities."""
    return {
        **_holdings(scenario, made, ids),
        **_homes(scenario, made, ids),
        **_involvement(scenario, made, ids),
        "calls": _calls(scenario, made, ids),
        "transfers": _transfers(scenario, made, ids),
    }


def _holder_states(made: Layers) -> Ints:
    """State of every holder; position -1, nobody known, reads as the last organisation's."""
    return np.concatenate([made.people.state, made.assets.org_state])


def offence_ids(n: int) -> Texts:
    """Ids of offences, numbered as they became known (see `known_order`)."""
    return np.array([f"E-{k + 1:06d}" for k in range(n)], dtype=object)


def known_order(offences: Offences) -> Ints:
    """Rank of each offence by the day it became known: its number in the delivered world."""
    order = np.argsort(offences.offences["known"].to_numpy(), kind="stable")
    rank = np.empty(len(order), dtype=np.int64)
    rank[order] = np.arange(len(order))
    return rank


def transfer_ids(transfers: pd.DataFrame) -> Texts:
    """Record ids of transfers, numbered by time."""
    order = np.argsort(transfers["at"].to_numpy(), kind="stable")
    rank = np.empty(len(order), dtype=np.int64)
    rank[order] = np.arange(len(order))
    return np.array([f"M-{k + 1:07d}" for k in rank.tolist()], dtype=object)


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


def _holdings(scenario: Scenario, made: Layers, ids: Ids) -> dict[str, pd.DataFrame]:
    """Who uses, holds, owns and directs what; a duplicate uses its person's phone."""
    rng = scenario.stream("holdings")
    assets, state, holder = made.assets, _holder_states(made), ids.holder()
    n_people = len(made.people)
    phones = np.flatnonzero(assets.phone_holder >= 0)
    twins = ids.person[n_people:]
    user = np.concatenate([holder[assets.phone_holder[phones]], twins])
    used = np.concatenate([ids.phone[phones], ids.phone[ids.duplicate_of]])
    user_state = np.concatenate([state[assets.phone_holder[phones]], state[ids.duplicate_of]])
    shared = _shared(made, "vehicle", rng)
    driver = np.concatenate([assets.vehicle_holder, shared["person"].to_numpy()])
    vehicle = np.concatenate([np.arange(len(assets.vehicle_holder)), shared["what"].to_numpy()])
    since = np.concatenate(
        [sighted(rng, len(assets.vehicle_holder)), shared["known"].to_numpy() * DAY]
    )
    return {
        "uses": events(
            scenario, "uses", user_state, "network operator", None,
            sighted(rng, len(user)), {"holder": user, "phone": used},
        ),
        "holds": events(
            scenario, "holds", state[assets.account_holder], "bank", None,
            np.zeros(len(ids.account), dtype=np.int64),
            {"holder": holder[assets.account_holder], "account": ids.account},
        ),
        "owns": events(
            scenario, "owns", made.people.state[driver], "register", None, since,
            {"person": ids.person[driver], "vehicle": ids.vehicle[vehicle]},
        ),
        "directs": events(
            scenario, "directs", assets.org_state, "register", None,
            np.zeros(len(ids.organisation), dtype=np.int64),
            {"person": ids.person[assets.director], "organisation": ids.organisation},
        ),
    }  # fmt: skip


def _shared(made: Layers, what: str, rng: np.random.Generator) -> pd.DataFrame:
    """Members of circles and cells on record with what they share: person, what, known (day)."""
    circles, members = made.circles, made.networks.members
    in_circle = getattr(circles, what)[circles.circle]
    in_cell = made.networks.shared[what].to_numpy()[members["cell"]]
    table = pd.DataFrame(
        {
            "person": np.concatenate([circles.person, members["person"]]),
            "what": np.concatenate([in_circle, in_cell]),
        }
    )
    uses = (table["what"] >= 0) & (rng.random(len(table)) < USES_HUB)
    known = rng.integers(0, DAYS, len(table))
    return table.assign(known=known)[uses].drop_duplicates(["person", "what"])


def _homes(scenario: Scenario, made: Layers, ids: Ids) -> dict[str, pd.DataFrame]:
    rng = scenario.stream("homes")
    n, twins = len(made.people), ids.duplicate_of
    shared = _shared(made, "place", rng)
    person = np.concatenate([np.arange(n), np.arange(n, n + len(twins)), shared["person"]])
    elsewhere = made.assets.home_place[rng.integers(0, n, len(twins))]
    place = np.concatenate([made.assets.home_place, elsewhere, shared["what"]])
    known = np.concatenate([sighted(rng, n + len(twins)), shared["known"].to_numpy() * DAY])
    columns = {"person": ids.person[person], "place": ids.place[place]}
    state = made.assets.place_state[place]
    return {"lives_at": events(scenario, "lives_at", state, "register", None, known, columns)}


def _involvement(scenario: Scenario, made: Layers, ids: Ids) -> dict[str, pd.DataFrame]:
    offences, state = made.offences, made.people.state
    place_state = made.assets.place_state[offences.offences["place"].to_numpy()]
    number = offence_ids(len(offences.offences))[known_order(offences)]
    involved, used, seen = offences.involved, offences.used, offences.seen
    day = offences.offences["day"].to_numpy() * DAY
    known = np.maximum(offences.offences["known"].to_numpy() * DAY, day) + 2 * DAY // 24
    who, at = involved["person"].to_numpy(), involved["offence"].to_numpy()
    account = used["account"].to_numpy()
    return {
        "involved_in": events(
            scenario, "involved_in", place_state[at], "police", day[at],
            np.maximum(involved["known"].to_numpy() * DAY, day[at]) + DAY // 4,
            {
                "person": ids.person[_as_recorded(scenario, made, ids, involved)],
                "offence": number[at],
                "role": involved["role"].to_numpy(dtype=object),
            },
        ),
        "accounts_used": events(
            scenario, "accounts_used", place_state[used["offence"]], "police",
            day[used["offence"]], used["known"].to_numpy() * DAY + DAY // 3,
            {
                "account": ids.account[account],
                "offence": number[used["offence"]],
                "role": np.full(len(used), "used", dtype=object),
            },
        ),
        "happened_at": events(
            scenario, "happened_at", place_state, "police", day, known,
            {"offence": number, "place": ids.place[offences.offences["place"]]},
        ),
        "associated_with": events(
            scenario, "associated_with", state[seen["a"]], "intelligence unit",
            seen["day"].to_numpy() * DAY, seen["known"].to_numpy() * DAY + DAY // 3,
            {
                "person_a": ids.person[seen["a"]],
                "person_b": ids.person[seen["b"]],
                "reason": seen["reason"].to_numpy(dtype=object),
            },
        ),
    }  # fmt: skip


def _as_recorded(scenario: Scenario, made: Layers, ids: Ids, involved: pd.DataFrame) -> Ints:
    """Position of the person's record: a third of victims and witnesses under the duplicate."""
    rng = scenario.stream("recorded under")
    who = involved["person"].to_numpy()
    twin = np.full(len(made.people), -1, dtype=np.int64)
    twin[ids.duplicate_of] = len(made.people) + np.arange(len(ids.duplicate_of))
    moved = (rng.random(len(who)) < 0.33) & (involved["role"] != "suspect").to_numpy()
    return np.where(moved & (twin[who] >= 0), twin[who], who)


def _calls(scenario: Scenario, made: Layers, ids: Ids) -> pd.DataFrame:
    rng = scenario.stream("call records")
    calls, state = made.calls, _holder_states(made)
    at = calls["at"].to_numpy()
    known = at + rng.integers(1, 15 * DAY, len(at))
    columns = {
        "caller": ids.phone[calls["caller"]],
        "callee": ids.phone[calls["called"]],
        "duration": calls["duration"].to_numpy(),
    }
    where = state[made.assets.phone_holder[calls["caller"]]]
    return _inside(events(scenario, "calls", where, "network operator", at, known, columns), known)


def _transfers(scenario: Scenario, made: Layers, ids: Ids) -> pd.DataFrame:
    rng = scenario.stream("statements")
    moved, state = made.transfers, _holder_states(made)
    at = moved["at"].to_numpy()
    known = at + rng.integers(DAY, 10 * DAY, len(at))
    columns = {
        "id": transfer_ids(moved),
        "payer": ids.account[moved["source"]],
        "payee": ids.account[moved["target"]],
        "amount": moved["amount"].to_numpy(),
        "currency": np.full(len(at), "EUR", dtype=object),
        "rail": np.array(_RAILS, dtype=object)[rng.choice(4, size=len(at), p=(0.5, 0.3, 0.1, 0.1))],
    }
    where = state[made.assets.account_holder[moved["source"]]]
    return _inside(events(scenario, "transfers", where, "bank", at, known, columns), known)


def _inside(table: pd.DataFrame, known: Ints) -> pd.DataFrame:
    """Rows that arrived before the world's last day ended; `known` sorts as the table does."""
    return table.iloc[: int((np.sort(known) < DAYS * DAY).sum())].reset_index(drop=True)
