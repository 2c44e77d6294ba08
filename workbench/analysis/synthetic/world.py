"""One scenario in, a world out: what was delivered, and apart from it what is true.

`make_backbone` makes what is whole in memory; a `Making` then gives table after table, and bulk
events in blocks. `make_world` puts a small world together in memory, as the written one is.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import chain

import pandas as pd

from workbench.analysis.synthetic.assets import make_assets
from workbench.analysis.synthetic.bulk import (
    BulkTable,
    bulk_tables,
    in_order,
    ordinary_transfers,
)
from workbench.analysis.synthetic.cases import make_cases
from workbench.analysis.synthetic.delivered_crime import crime_tables
from workbench.analysis.synthetic.delivered_entities import entity_tables
from workbench.analysis.synthetic.delivered_links import link_tables
from workbench.analysis.synthetic.layers import Layers
from workbench.analysis.synthetic.life import make_circles
from workbench.analysis.synthetic.money_patterns import Patterns, make_patterns
from workbench.analysis.synthetic.networks import make_networks
from workbench.analysis.synthetic.observation import Ids, make_ids
from workbench.analysis.synthetic.offences import make_offences
from workbench.analysis.synthetic.population import make_population
from workbench.analysis.synthetic.scenario import Scenario
from workbench.analysis.synthetic.taint import with_shares
from workbench.analysis.synthetic.truth import make_truth, record_truth

Progress = Callable[[str, float], None]
Tables = Iterator[tuple[str, pd.DataFrame]]
FOR_CASES = (
    *("involved_in", "accounts_used", "identifiers_used"),
    *("uses", "uses_online", "holds", "owns"),
)


@dataclass(frozen=True, slots=True)
class World:
    """`entities`, `links` and `truth` are tables by name; `cases` one row per case and entity."""

    entities: dict[str, pd.DataFrame]
    links: dict[str, pd.DataFrame]
    cases: pd.DataFrame
    truth: dict[str, pd.DataFrame]


@dataclass(frozen=True, slots=True)
class Making:
    """A world whose backbone is made and whose tables are still to be written."""

    scenario: Scenario
    made: Layers
    patterns: Patterns
    ids: Ids

    def entities(self) -> Tables:
        """Tables of entities by name, one after the other."""
        return entity_tables(self.scenario, self.made, self.ids)

    def links(self) -> Tables:
        """Tables of links by name, one after the other, but for the bulk ones."""
        links = link_tables(self.scenario, self.made, self.ids)
        return chain(links, crime_tables(self.scenario, self.made, self.ids))

    def bulk(self) -> tuple[BulkTable, ...]:
        """Tables of bulk events."""
        return bulk_tables(self.scenario, self.made, self.patterns, self.ids)

    def cases(self, tables: dict[str, pd.DataFrame]) -> pd.DataFrame:
        """Cases, from the delivered tables that `FOR_CASES` names."""
        return make_cases(self.scenario, self.made, self.ids, tables)

    def truth(self) -> dict[str, pd.DataFrame]:
        """Truth tables by name, but for those that `truth_of` gives."""
        return make_truth(self.scenario, self.made, self.patterns, self.ids)

    def truth_of(self, rows: pd.DataFrame, delivered: pd.DataFrame) -> dict[str, pd.DataFrame]:
        """Rows of truth tables for transfers, as they are written: under their record ids."""
        mine = (rows["instance"] >= 0).to_numpy()
        told = rows.loc[mine, ["instance", "layer", "share"]].reset_index(drop=True)
        told.insert(0, "record", delivered.loc[mine, "id"].to_numpy())
        return record_truth(self.patterns, told)


def make_backbone(scenario: Scenario, *, progress: Progress) -> Making:
    """People, assets, networks, patterns and offences of a scenario, whole in memory."""
    progress("people, homes and what they have", 0.01)
    people = make_population(scenario)
    assets = make_assets(scenario, people)
    progress("families, teams, clubs and networks", 0.04)
    circles = make_circles(scenario, people, assets)
    networks = make_networks(scenario, people, assets)
    progress("money patterns and the taint they carry", 0.08)
    patterns = make_patterns(scenario, people, assets, circles, networks)
    progress("offences and who was recorded in them", 0.12)
    offences = make_offences(scenario, people, assets, circles, networks, patterns)
    made = Layers(people, assets, circles, networks, offences)
    patterns = with_shares(patterns, ordinary_transfers(scenario, made))
    return Making(scenario, made, patterns, make_ids(scenario, people, assets))


def make_world(scenario: Scenario, *, progress: Progress) -> World:
    """The world of a scenario, whole in memory: for small ones.

    The same scenario gives the same world, and the one that is written.
    """
    making = make_backbone(scenario, progress=progress)
    entities, links = dict(making.entities()), dict(making.links())
    truth = making.truth()
    for table in making.bulk():
        rows = in_order(pd.concat(list(table.observed(scenario)), ignore_index=True))
        links[table.name] = table.delivered(rows, 0)
        if table.name == "transfers":
            truth.update(making.truth_of(rows, links[table.name]))
    return World(entities=entities, links=links, cases=making.cases(links), truth=truth)
