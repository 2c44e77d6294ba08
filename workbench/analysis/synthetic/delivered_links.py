"""The tables of links that a world delivers, both ends by id, with their provenance."""

import numpy as np
import pandas as pd

from workbench.analysis.synthetic.layers import (
    Layers,
    holder_states,
    known_order,
    offence_ids,
    transfer_ids,
)
from workbench.analysis.synthetic.life import USES_HUB
from workbench.analysis.synthetic.observation import Ids, events, sighted
from workbench.analysis.synthetic.scenario import DAY, DAYS, Ints, Scenario

_RAILS = ("credit transfer", "instant transfer", "card", "direct debit")


def link_tables(scenario: Scenario, made: Layers, ids: Ids) -> dict[str, pd.DataFrame]:
    """Tables of links by name; both ends are ids of entities."""
    return {
        **_holdings(scenario, made, ids),
        **_homes(scenario, made, ids),
        **_involvement(scenario, made, ids),
        **_sightings(scenario, made, ids),
        "calls": _calls(scenario, made, ids),
        "transfers": _transfers(scenario, made, ids),
    }


def _holdings(scenario: Scenario, made: Layers, ids: Ids) -> dict[str, pd.DataFrame]:
    """Who uses, holds, owns and directs what; a duplicate uses its person's phone."""
    rng = scenario.stream("holdings")
    assets, state, holder = made.assets, holder_states(made), ids.holder()
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
    """People in their recorded roles, and accounts that were used, per offence."""
    offences = made.offences
    place_state = made.assets.place_state[offences.offences["place"].to_numpy()]
    number = offence_ids(len(offences.offences))[known_order(offences)]
    day = offences.offences["day"].to_numpy() * DAY
    involved, used = offences.involved, offences.used
    at, of = involved["offence"].to_numpy(), used["offence"].to_numpy()
    known = np.maximum(involved["known"].to_numpy() * DAY, day[at]) + DAY // 4
    who = {
        "person": ids.person[_as_recorded(scenario, made, ids, involved)],
        "offence": number[at],
        "role": involved["role"].to_numpy(dtype=object),
    }
    what = {
        "account": ids.account[used["account"].to_numpy()],
        "offence": number[of],
        "role": np.full(len(used), "used", dtype=object),
    }
    used_known = used["known"].to_numpy() * DAY + DAY // 3
    return {
        "involved_in": events(
            scenario, "involved_in", place_state[at], "police", day[at], known, who
        ),
        "accounts_used": events(
            scenario, "accounts_used", place_state[of], "police", day[of], used_known, what
        ),
    }


def _sightings(scenario: Scenario, made: Layers, ids: Ids) -> dict[str, pd.DataFrame]:
    """Where offences happened, and who was recorded with whom."""
    table, seen = made.offences.offences, made.offences.seen
    place = table["place"].to_numpy()
    number = offence_ids(len(table))[known_order(made.offences)]
    day = table["day"].to_numpy() * DAY
    where = {"offence": number, "place": ids.place[place]}
    together = {
        "person_a": ids.person[seen["a"]],
        "person_b": ids.person[seen["b"]],
        "reason": seen["reason"].to_numpy(dtype=object),
    }
    return {
        "happened_at": events(
            scenario, "happened_at", made.assets.place_state[place], "police", day,
            np.maximum(table["known"].to_numpy() * DAY, day) + DAY // 12, where,
        ),
        "associated_with": events(
            scenario, "associated_with", made.people.state[seen["a"]], "intelligence unit",
            seen["day"].to_numpy() * DAY, seen["known"].to_numpy() * DAY + DAY // 3, together,
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
    calls, state = made.calls, holder_states(made)
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
    moved, state = made.transfers, holder_states(made)
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
