"""Offences: what happened, where and how, who was recorded in it as what, who was seen with whom.

Few people commit many; a quarter of offences has several; a few street segments hold about half.
The areas are those of paragraph 25 of the Council Conclusions, each with traces of its own:
addresses and online accounts and wallets in cybercrime, homes of the exploited in trafficking.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from workbench.analysis.synthetic.assets import Assets
from workbench.analysis.synthetic.candidate_offences import candidates
from workbench.analysis.synthetic.crime_places import Segments, next_door, ways
from workbench.analysis.synthetic.life import Circles
from workbench.analysis.synthetic.modus_operandi import COLUMNS, modi_operandi, seconds_in
from workbench.analysis.synthetic.money_patterns import Patterns
from workbench.analysis.synthetic.networks import Networks
from workbench.analysis.synthetic.offence_traces import housed, identifiers, others, used_accounts
from workbench.analysis.synthetic.offence_types import TYPES
from workbench.analysis.synthetic.population import STATES, Population
from workbench.analysis.synthetic.reports import seen_together
from workbench.analysis.synthetic.scenario import DAY, DAYS, Flags, Floats, Ints, Scenario

_AT_BASE = 0.75  # of a network's offences, those near its base
_AWAY = 0.25  # of other offences: those that set out from elsewhere in the offender's state
_SAME_OFFENDER = 0.5  # of offences next door: those by whom the first one was


@dataclass(frozen=True, slots=True)
class Offences:
    """offences: type, at and known (seconds), place, place_known (whether it is recorded), series
    (-1 none), network (-1 none), and the columns of `modus_operandi`.

    offenders: offence, person: who truly did it, known or not. involved: offence, person, role,
    known (seconds). used: offence, account, known. identifiers: offence, kind (``online`` or
    ``ip``), identifier, known. housed: person, place, known: where the exploited were made to
    live. seen: a, b, day, known (days), and the rest of `reports`.
    """

    offences: pd.DataFrame
    offenders: pd.DataFrame
    involved: pd.DataFrame
    used: pd.DataFrame
    identifiers: pd.DataFrame
    housed: pd.DataFrame
    seen: pd.DataFrame


def make_offences(
    scenario: Scenario,
    people: Population,
    assets: Assets,
    circles: Circles,
    networks: Networks,
    patterns: Patterns,
) -> Offences:
    """Offences of everyday life, of patrols, of networks and of laundering that came to light."""
    drawn = candidates(scenario, people, assets, networks, patterns)
    drawn = _repeated(scenario, drawn)
    who = _offender_numbers(drawn, len(people))
    types, day = drawn["type"].to_numpy(object), drawn["day"].to_numpy(np.int64)
    drawn = drawn.join(modi_operandi(scenario, types, day, who)).assign(offender=who)
    drawn["place"] = _places(scenario, people, assets, networks, drawn)
    drawn = _timed(scenario, drawn)
    harmed = others(scenario, drawn, len(people))
    used = used_accounts(scenario, assets, networks, patterns, drawn)
    traces = identifiers(scenario, assets, networks, drawn)
    real = drawn["happens"].to_numpy(bool)
    number = np.cumsum(real) - 1
    table = drawn[real].reset_index(drop=True)
    involved = pd.concat([_suspects(table), _renumbered(harmed, real, number)])
    involved = involved.drop_duplicates(["offence", "person"], ignore_index=True)
    return Offences(
        offences=table.assign(series=_series(scenario, table))[[*_OFFENCE, *COLUMNS]],
        offenders=_people(table[~table["innocent"].to_numpy(bool)], "person"),
        involved=involved,
        used=_renumbered(used, real, number),
        identifiers=_renumbered(traces, real, number),
        housed=housed(assets, networks, table, involved),
        seen=seen_together(scenario, people, circles, networks),
    )


_OFFENCE = ("type", "at", "known", "place", "place_known", "series", "network")


def _timed(scenario: Scenario, drawn: pd.DataFrame) -> pd.DataFrame:
    """The second at which each offence happened and became known, and if its place did."""
    rng = scenario.stream("moments")
    moment = seconds_in(rng, drawn["mo_window"].to_numpy(object))
    at = drawn["day"].to_numpy(np.int64) * DAY + moment
    known = np.maximum(drawn["known"].to_numpy(np.int64) * DAY, at) + 3_600
    placed = {name: kind.placed for name, kind in TYPES.items()}
    share = drawn["type"].map(placed).to_numpy(np.float64)
    return drawn.assign(
        at=at,
        known=np.minimum(known, DAYS * DAY - 1),
        place_known=rng.random(len(drawn)) < share,
    )


def _renumbered(rows: pd.DataFrame, real: Flags, number: Ints) -> pd.DataFrame:
    """Rows of offences that happened, under their numbers among those."""
    kept = rows[real[rows["offence"].to_numpy(np.int64)]].reset_index(drop=True)
    out: pd.DataFrame = kept.assign(offence=number[kept["offence"].to_numpy(np.int64)])
    return out


def _repeated(scenario: Scenario, drawn: pd.DataFrame) -> pd.DataFrame:
    """Some offences follow another next door: their day, half of the time their offender too."""
    rng = scenario.stream("near repeats")
    moved = next_door(rng, drawn.assign(network=np.where(drawn["innocent"], 0, drawn["network"])))
    parent = moved["parent"].to_numpy(np.int64)
    same = (parent >= 0) & (rng.random(len(drawn)) < _SAME_OFFENDER)
    day = np.minimum(moved["day"].to_numpy(np.int64), DAYS - 2)
    lag = (drawn["known"] - drawn["day"]).to_numpy(np.int64)
    out = drawn.assign(day=day, known=np.minimum(DAYS - 1, day + lag), parent=parent)
    for name in ("a", "b", "c"):
        column = drawn[name].to_numpy(np.int64)
        out[name] = np.where(same, column[np.maximum(parent, 0)], column)
    return out


def _offender_numbers(drawn: pd.DataFrame, n_people: int) -> Ints:
    """Who did it, as one number: a person, a network, or somebody of no other offence."""
    network = drawn["network"].to_numpy(np.int64)
    alone = n_people + int(network.max(initial=-1)) + 1 + np.arange(len(drawn))
    single = drawn["a"].to_numpy(np.int64)
    single = np.where((single < 0) | drawn["innocent"].to_numpy(bool), alone, single)
    return np.where(network >= 0, n_people + network, single)


def _places(
    scenario: Scenario,
    people: Population,
    assets: Assets,
    networks: Networks,
    drawn: pd.DataFrame,
) -> Ints:
    """Mostly near the first offender's home, of networks near one base; a crew's lies abroad."""
    rng, segments = scenario.stream("offence places"), Segments(scenario, assets.geography)
    first = drawn["a"].to_numpy(np.int64)
    somewhere = rng.integers(0, len(STATES), len(drawn))
    state = np.where(first >= 0, people.state[first], somewhere)
    home = _xy(assets, assets.home_place[first])
    away = (first < 0) | (rng.random(len(drawn)) < _AWAY)
    base = np.where(away[:, None], segments.anywhere(rng, state), home)
    if len(networks.kind):
        network = drawn["network"].to_numpy(np.int64)
        there, camp = _bases(rng, people, assets, networks, segments)
        based = (network >= 0) & (rng.random(len(drawn)) < _AT_BASE)
        state = np.where(based, there[network], state)
        base = np.where(based[:, None], camp[network], base)
    place = segments.near(rng, ways(rng, drawn["type"].to_numpy(object), base), state)
    parent = drawn["parent"].to_numpy(np.int64)
    follows = parent >= 0
    place[follows] = segments.beside(rng, place[parent[follows]])
    return place


def _bases(
    rng: np.random.Generator,
    people: Population,
    assets: Assets,
    networks: Networks,
    segments: Segments,
) -> tuple[Ints, Floats]:
    """State and point from which each network works: its leader's home, a crew's is elsewhere."""
    leader = networks.members.drop_duplicates("network")["person"].to_numpy(np.int64)
    crews = np.array([kind == "burglary_crew" for kind in networks.kind], dtype=bool)
    moved = (people.state[leader] + rng.integers(1, len(STATES), len(leader))) % len(STATES)
    state = np.where(crews, moved, people.state[leader]).astype(np.int64)
    camp = segments.anywhere(rng, state)
    home = _xy(assets, assets.home_place[leader])
    return state, np.where(crews[:, None], camp, home)


def _xy(assets: Assets, place: Ints) -> Floats:
    geography = assets.geography
    return np.stack([geography.x_km[place], geography.y_km[place]], axis=1).astype(np.float64)


def _people(table: pd.DataFrame, name: str) -> pd.DataFrame:
    """offence (by position in `table`'s index) and person, for a, b and c."""
    parts = [
        pd.DataFrame({"offence": table.index, name: table[column].to_numpy(np.int64)})
        for column in ("a", "b", "c")
    ]
    every = pd.concat(parts, ignore_index=True)
    every = every[every[name] >= 0].drop_duplicates()
    return every.sort_values(["offence", name], kind="stable", ignore_index=True)


def _suspects(table: pd.DataFrame) -> pd.DataFrame:
    named = _people(table[table["named"].to_numpy(bool)], "person")
    known = table["known"].to_numpy(np.int64)[named["offence"]]
    return named.assign(role="suspect", known=known)


def _series(scenario: Scenario, table: pd.DataFrame) -> Ints:
    """Number of the series that each offence belongs to: one offender, one type, two and more."""
    none = np.full(len(table), -1, dtype=np.int64)
    apart = table["innocent"].to_numpy(bool) | (table["type"] == "money_laundering").to_numpy()
    if not scenario.switches.series:
        return none
    of = table[~apart].groupby(["offender", "type"], sort=True)
    size, number = of["day"].transform("size").to_numpy(), of.ngroup().to_numpy()
    none[~apart] = np.where(size > 1, number, -1)
    kept, dense = np.unique(none, return_inverse=True)
    return dense.reshape(-1).astype(np.int64) - int(kept[0] < 0) if len(kept) else none
