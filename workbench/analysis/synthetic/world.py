"""One seed in, a world out: what was delivered, and apart from it what is true."""

from collections.abc import Callable
from dataclasses import dataclass

import pandas as pd

from workbench.analysis.synthetic.assets import Assets, make_assets
from workbench.analysis.synthetic.cases import make_cases
from workbench.analysis.synthetic.delivered_entities import entity_tables
from workbench.analysis.synthetic.delivered_links import link_tables
from workbench.analysis.synthetic.layers import Layers
from workbench.analysis.synthetic.life import (
    Circles,
    contacts,
    make_calls,
    make_circles,
    session_days,
)
from workbench.analysis.synthetic.money import make_money
from workbench.analysis.synthetic.money_patterns import make_patterns
from workbench.analysis.synthetic.networks import Networks, cell_contacts, make_networks
from workbench.analysis.synthetic.observation import make_ids
from workbench.analysis.synthetic.offences import make_offences
from workbench.analysis.synthetic.population import Population, make_population
from workbench.analysis.synthetic.scenario import Scenario
from workbench.analysis.synthetic.truth import make_truth

Progress = Callable[[str, float], None]


@dataclass(frozen=True, slots=True)
class World:
    """`entities`, `links` and `truth` are tables by name; `cases` one row per case and entity."""

    entities: dict[str, pd.DataFrame]
    links: dict[str, pd.DataFrame]
    cases: pd.DataFrame
    truth: dict[str, pd.DataFrame]


def make_world(scenario: Scenario, *, progress: Progress) -> World:
    """The world of a scenario; the same scenario gives the same world.

    Memory grows with the number of people: 2.2 GB at 50,000, all of it held at once.
    """
    progress("people, homes and what they have", 0.05)
    people = make_population(scenario)
    assets = make_assets(scenario, people)
    circles = make_circles(scenario, people, assets)
    networks = make_networks(scenario, people, assets)
    progress("two years of calls", 0.2)
    calls = _calls(scenario, people, assets, circles, networks)
    progress("two years of transfers", 0.35)
    patterns = make_patterns(scenario, people, assets, circles, networks)
    ordinary = make_money(scenario, people, assets, circles, networks).assign(instance=-1)
    transfers = pd.concat([ordinary, patterns.transfers], ignore_index=True)
    progress("offences and who was recorded in them", 0.5)
    offences = make_offences(scenario, people, assets, circles, networks, patterns)
    made = Layers(people, assets, circles, networks, calls, transfers, offences)
    progress("what each state's registers say of it", 0.65)
    ids = make_ids(scenario, people, assets)
    entities = entity_tables(scenario, made, ids)
    links = link_tables(scenario, made, ids)
    return World(
        entities=entities,
        links=links,
        cases=make_cases(scenario, made, ids, links),
        truth=make_truth(scenario, made, patterns, ids),
    )


def _calls(
    scenario: Scenario, people: Population, assets: Assets, circles: Circles, networks: Networks
) -> pd.DataFrame:
    everyday = make_calls(
        scenario.stream("calls"),
        contacts(scenario, people, assets, circles),
        session_days(scenario, "circle days", len(circles.kind)),
    )
    of_cells = make_calls(
        scenario.stream("cell calls"),
        cell_contacts(scenario, networks, len(people)),
        session_days(scenario, "cell days", len(networks.shared)),
    )
    return pd.concat([everyday, of_cells], ignore_index=True)
