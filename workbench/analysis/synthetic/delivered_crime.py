"""The tables of links around offences: who was recorded in which role, with what, where, with whom.

Reports and the rows that rest on them are numbered at random: a number says nothing of who.
"""

from collections.abc import Iterator

import numpy as np
import pandas as pd

from workbench.analysis.synthetic.layers import Layers, known_order, offence_ids
from workbench.analysis.synthetic.observation import Ids, events
from workbench.analysis.synthetic.scenario import DAY, Ints, Scenario, Texts


def crime_tables(scenario: Scenario, made: Layers, ids: Ids) -> Iterator[tuple[str, pd.DataFrame]]:
    """Tables of links by name, one after the other; both ends are ids of entities."""
    yield "involved_in", _involved(scenario, made, ids)
    yield "accounts_used", _accounts_used(scenario, made, ids)
    yield "identifiers_used", _identifiers_used(scenario, made, ids)
    yield "happened_at", _happened_at(scenario, made, ids)
    yield "associated_with", _associated(scenario, made, ids)


def _of_offences(made: Layers, at: Ints) -> tuple[Texts, Ints, Ints]:
    """Id, state and time (seconds) of the offences at positions `at`."""
    table = made.offences.offences
    number = offence_ids(len(table))[known_order(made.offences)]
    state = made.assets.place_state[table["place"].to_numpy()]
    return number[at], state[at], table["at"].to_numpy(np.int64)[at]


def _involved(scenario: Scenario, made: Layers, ids: Ids) -> pd.DataFrame:
    involved = made.offences.involved
    number, state, at = _of_offences(made, involved["offence"].to_numpy())
    columns = {
        "person": ids.person[_as_recorded(scenario, made, ids, involved)],
        "offence": number,
        "role": involved["role"].to_numpy(dtype=object),
    }
    known = np.maximum(involved["known"].to_numpy(np.int64), at)
    return events(scenario, "involved_in", state, "police", at, known, columns)


def _as_recorded(scenario: Scenario, made: Layers, ids: Ids, involved: pd.DataFrame) -> Ints:
    """Position of the person's record: a third of victims and witnesses under a further one."""
    rng = scenario.stream("recorded under")
    who = involved["person"].to_numpy(np.int64)
    twin = np.full(len(made.people), -1, dtype=np.int64)
    twin[ids.duplicate_of] = len(made.people) + np.arange(len(ids.duplicate_of))
    moved = (rng.random(len(who)) < 0.33) & (involved["role"] != "suspect").to_numpy()
    return np.where(moved & (twin[who] >= 0), twin[who], who)


def _accounts_used(scenario: Scenario, made: Layers, ids: Ids) -> pd.DataFrame:
    used = made.offences.used
    what = ids.account[used["account"].to_numpy(np.int64)]
    return _used(scenario, "accounts_used", "account", made, used, what)


def _identifiers_used(scenario: Scenario, made: Layers, ids: Ids) -> pd.DataFrame:
    """Online accounts and IP addresses that offences of cybercrime left behind."""
    used = made.offences.identifiers
    position, online = used["identifier"].to_numpy(np.int64), used["kind"].to_numpy() == "online"
    what = np.empty(len(used), dtype=object)
    what[online] = ids.online[position[online]]
    what[~online] = ids.ip[position[~online]]
    return _used(scenario, "identifiers_used", "identifier", made, used, what)


def _used(
    scenario: Scenario, name: str, column: str, made: Layers, used: pd.DataFrame, what: Texts
) -> pd.DataFrame:
    number, state, at = _of_offences(made, used["offence"].to_numpy(np.int64))
    columns = {column: what, "offence": number, "role": np.full(len(used), "used", object)}
    known = np.maximum(used["known"].to_numpy(np.int64), at)
    return events(scenario, name, state, "police", at, known, columns)


def _happened_at(scenario: Scenario, made: Layers, ids: Ids) -> pd.DataFrame:
    """Where offences happened, as far as it was recorded."""
    table = made.offences.offences
    recorded = np.flatnonzero(table["place_known"].to_numpy(bool))
    number, state, at = _of_offences(made, recorded)
    columns = {"offence": number, "place": ids.place[table["place"].to_numpy()[recorded]]}
    known = table["known"].to_numpy(np.int64)[recorded]
    return events(scenario, "happened_at", state, "police", at, known, columns)


def report_ids(scenario: Scenario, made: Layers) -> Texts:
    """Ids of reports by their number, which is random already."""
    seen = made.offences.seen
    numbers = seen[["report", "origin_report"]].to_numpy(np.int64)
    n = int(numbers.max(initial=-1)) + 1
    return np.array([f"R-{k + 1:06d}" for k in range(n)], dtype=object)


def _associated(scenario: Scenario, made: Layers, ids: Ids) -> pd.DataFrame:
    """Who was recorded with whom, by which report, and who said so first as far as was known."""
    seen = made.offences.seen
    columns = {
        "person_a": ids.person[seen["a"].to_numpy(np.int64)],
        "person_b": ids.person[seen["b"].to_numpy(np.int64)],
        "reason": seen["reason"].to_numpy(dtype=object),
        "report": report_ids(scenario, made)[seen["report"].to_numpy(np.int64)],
        "origin": seen["origin"].to_numpy(dtype=object),
    }
    return events(
        scenario, "associated_with", seen["state"].to_numpy(np.int64), "intelligence unit",
        seen["day"].to_numpy(np.int64) * DAY, seen["known"].to_numpy(np.int64) * DAY + DAY // 3,
        columns,
    )  # fmt: skip
