"""The tables of links that a world delivers whole, both ends by id, with their provenance."""

from collections.abc import Iterator

import numpy as np
import pandas as pd

from workbench.analysis.synthetic.delivered_entities import account_states
from workbench.analysis.synthetic.kinship import RELATIONS, make_kinship
from workbench.analysis.synthetic.layers import Layers, holder_states
from workbench.analysis.synthetic.life import USES_HUB
from workbench.analysis.synthetic.observation import Ids, events, named, sighted
from workbench.analysis.synthetic.scenario import DAY, DAYS, Ints, Scenario, Texts

_UNDER_OWN_PHONE = 0.7  # share of further records that name the person's phone


def link_tables(scenario: Scenario, made: Layers, ids: Ids) -> Iterator[tuple[str, pd.DataFrame]]:
    """Tables of links by name, one after the other; both ends are ids of entities."""
    yield "uses", _uses(scenario, made, ids)
    yield "uses_online", _uses_online(scenario, made, ids)
    yield "holds", _holds(scenario, made, ids)
    yield "owns", _owns(scenario, made, ids)
    yield "directs", _directs(scenario, made, ids)
    yield "beneficially_owns", _beneficially_owns(scenario, made, ids)
    yield "lives_at", _lives_at(scenario, made, ids)
    yield "related_to", _related_to(scenario, made, ids)
    yield "sim_in_device", _sims(scenario, made, ids)


def _uses(scenario: Scenario, made: Layers, ids: Ids) -> pd.DataFrame:
    """Who uses which phone: holders, most further records, and some under a relative's phone."""
    rng = scenario.stream("phones in use")
    holder, state = made.assets.phone_holder, holder_states(made.people, made.assets)
    phones, n = np.flatnonzero(holder >= 0), len(made.people)
    records = np.flatnonzero(rng.random(len(ids.duplicate_of)) < _UNDER_OWN_PHONE)
    behind = ids.duplicate_of[records]
    draw = rng.random(n) < scenario.observation.shared_phones * scenario.switches.data_errors
    sharing = np.flatnonzero(draw & (np.diff(made.people.household, prepend=-1) == 0))
    users = np.concatenate([ids.holder()[holder[phones]], ids.person[n + records]])
    columns: dict[str, Texts] = {
        "holder": np.concatenate([users, ids.person[sharing]]),
        "phone": ids.phone[np.concatenate([phones, behind, sharing - 1])],
    }
    where = np.concatenate([state[holder[phones]], state[behind], state[sharing]])
    known = sighted(scenario, rng, len(where))
    return events(scenario, "uses", where, "network operator", None, known, columns)


def _uses_online(scenario: Scenario, made: Layers, ids: Ids) -> pd.DataFrame:
    rng, holder = scenario.stream("online in use"), made.assets.online.holder
    mine = np.flatnonzero(holder >= 0)
    columns = {"person": ids.person[holder[mine]], "online_account": ids.online[mine]}
    known = sighted(scenario, rng, len(mine))
    state = made.people.state[holder[mine]]
    return events(scenario, "uses_online", state, "online service", None, known, columns)


def _holds(scenario: Scenario, made: Layers, ids: Ids) -> pd.DataFrame:
    holder = made.assets.account_holder
    held = np.flatnonzero(holder >= 0)
    columns = {"holder": ids.holder()[holder[held]], "account": ids.account[held]}
    known = np.zeros(len(held), dtype=np.int64)
    state = account_states(made.assets)[held]
    return events(scenario, "holds", state, "bank", None, known, columns)


def _owns(scenario: Scenario, made: Layers, ids: Ids) -> pd.DataFrame:
    """Owners of vehicles, and drivers on record of those that a circle or cell shares."""
    rng = scenario.stream("holdings")
    holder, shared = made.assets.vehicle_holder, _shared(made, "vehicle", "travels", rng)
    driver = np.concatenate([holder, shared["person"].to_numpy()])
    vehicle = np.concatenate([np.arange(len(holder)), shared["what"].to_numpy()])
    since = [sighted(scenario, rng, len(holder)), shared["known"].to_numpy() * DAY]
    columns = {"person": ids.person[driver], "vehicle": ids.vehicle[vehicle]}
    state = made.people.state[driver]
    return events(scenario, "owns", state, "register", None, np.concatenate(since), columns)


def _directs(scenario: Scenario, made: Layers, ids: Ids) -> pd.DataFrame:
    firms = made.networks.firms[~made.networks.firms["is_owner"].astype(bool)]
    return _of_firms(
        scenario, "directs", made, ids,
        np.concatenate([made.assets.director, firms["person"].to_numpy(np.int64)]),
        np.concatenate(
            [np.arange(len(made.assets.director)), firms["organisation"].to_numpy(np.int64)]
        ),
    )  # fmt: skip


def _beneficially_owns(scenario: Scenario, made: Layers, ids: Ids) -> pd.DataFrame:
    firms = made.networks.firms[made.networks.firms["is_owner"].astype(bool)]
    table = pd.concat([made.assets.owners, firms[["organisation", "person"]]])
    return _of_firms(
        scenario, "beneficially_owns", made, ids,
        table["person"].to_numpy(np.int64), table["organisation"].to_numpy(np.int64),
    )  # fmt: skip


def _of_firms(
    scenario: Scenario, name: str, made: Layers, ids: Ids, person: Ints, firm: Ints
) -> pd.DataFrame:
    pairs = pd.DataFrame({"person": person, "firm": firm}).drop_duplicates()
    who, what = pairs["person"].to_numpy(), pairs["firm"].to_numpy()
    columns = {"person": ids.person[who], "organisation": ids.organisation[what]}
    known = np.zeros(len(pairs), dtype=np.int64)
    state = made.assets.org_state[what]
    return events(scenario, name, state, "register", None, known, columns)


def _shared(made: Layers, what: str, channel: str, rng: np.random.Generator) -> pd.DataFrame:
    """Members of circles and cells on record with what they share: person, what, known (day)."""
    circles, members = made.circles, made.networks.members
    in_circle = getattr(circles, what)[circles.circle]
    in_cell = made.networks.shared[what].to_numpy()[members["cell"].to_numpy(np.int64)]
    uses = np.concatenate([rng.random(len(in_circle)) < USES_HUB, members[channel].to_numpy(bool)])
    table = pd.DataFrame(
        {
            "person": np.concatenate([circles.person, members["person"].to_numpy(np.int64)]),
            "what": np.concatenate([in_circle, in_cell]),
            "known": rng.integers(0, DAYS, len(uses)),
        }
    )
    return table[uses & (table["what"] >= 0)].drop_duplicates(["person", "what"])


def _lives_at(scenario: Scenario, made: Layers, ids: Ids) -> pd.DataFrame:
    """Homes, and addresses where members of a circle or cell are registered too."""
    rng = scenario.stream("homes")
    n, twins = len(made.people), ids.duplicate_of
    shared = _shared(made, "place", "meets", rng)
    shared = shared.rename(columns={"what": "place"}).assign(known=shared["known"] * DAY)
    others = pd.concat([shared, made.offences.housed])
    records = np.arange(n + len(twins))
    person = np.concatenate([records, others["person"].to_numpy(np.int64)])
    elsewhere = made.assets.home_place[rng.integers(0, n, len(twins))]
    place = np.concatenate([made.assets.home_place, elsewhere, others["place"].to_numpy(np.int64)])
    known = np.concatenate(
        [sighted(scenario, rng, len(records)), others["known"].to_numpy(np.int64)]
    )
    columns = {"person": ids.person[person], "place": ids.place[place]}
    state = made.assets.place_state[place]
    return events(scenario, "lives_at", state, "register", None, known, columns)


def _related_to(scenario: Scenario, made: Layers, ids: Ids) -> pd.DataFrame:
    rng, kin = scenario.stream("registered kin"), make_kinship(scenario, made.people)
    a, b = kin["a"].to_numpy(), kin["b"].to_numpy()
    columns = {
        "person_a": ids.person[a],
        "person_b": ids.person[b],
        "relation": named(RELATIONS, kin["relation"].to_numpy()),
    }
    known = sighted(scenario, rng, len(kin))
    state = made.people.state[b]
    return events(scenario, "related_to", state, "register", None, known, columns)


def _sims(scenario: Scenario, made: Layers, ids: Ids) -> pd.DataFrame:
    rng, sims = scenario.stream("sims"), made.assets.online.sims
    phone, device, at = (sims[name].to_numpy() for name in ("phone", "device", "at"))
    columns = {"phone": ids.phone[phone], "device": ids.device[device]}
    known = np.minimum(DAYS * DAY - 1, at + rng.integers(DAY, 30 * DAY, len(at)))
    state = made.assets.online.device_state[device]
    return events(scenario, "sim_in_device", state, "network operator", at, known, columns)
