"""Bulk events on their way out: observed block by block, written in the order of becoming known.

Whoever writes them collects the observed blocks by `period_of`, then takes period after period,
sorts it with `in_order` and turns it into text with `delivered`. Neither the number of periods nor
that of blocks in memory changes what is written.
"""

from collections.abc import Callable
from dataclasses import dataclass
from itertools import chain

import numpy as np
import pandas as pd

from workbench.analysis.synthetic.calls import call_blocks, session_days
from workbench.analysis.synthetic.cash import cash_blocks
from workbench.analysis.synthetic.delivered_entities import account_states
from workbench.analysis.synthetic.layers import Blocks, Layers, holder_states
from workbench.analysis.synthetic.life import contacts
from workbench.analysis.synthetic.money import RAILS, money_blocks, rails
from workbench.analysis.synthetic.money_patterns import Patterns
from workbench.analysis.synthetic.movement import crossing_blocks
from workbench.analysis.synthetic.network_traces import cell_contacts, crime_crossings
from workbench.analysis.synthetic.observation import (
    Ids,
    named,
    provenance_codes,
    provenance_texts,
    record_ids,
)
from workbench.analysis.synthetic.online import login_blocks
from workbench.analysis.synthetic.scenario import DAY, DAYS, Floats, Ints, Scenario, Texts

N_PERIODS = 105  # weeks, the last of them short
_END = DAYS * DAY
_COLUMNS = Callable[[pd.DataFrame, int], dict[str, Texts | Ints | Floats]]


@dataclass(frozen=True, slots=True)
class BulkTable:
    """One table of bulk events, not yet made.

    `events` begins it anew each time; `state` gives the delivering state of its rows; it is known
    between `delay` seconds after it happened. `columns` are the delivered ones, from sorted rows
    and the number of rows written before them.
    """

    name: str
    source: str
    events: Callable[[], Blocks]
    state: Callable[[pd.DataFrame], Ints]
    delay: tuple[int, int]
    columns: _COLUMNS

    def observed(self, scenario: Scenario) -> Blocks:
        """Blocks with provenance codes and `tie`, a number that orders rows of one second.

        What became known after the world's last day is not in them.
        """
        for k, block in enumerate(self.events()):
            rng = scenario.stream(f"observed {self.name}", k)
            at = block["at"].to_numpy(np.int64)
            known = at + rng.integers(*self.delay, len(block))
            codes = provenance_codes(rng, self.state(block), self.source, known)
            tie = rng.integers(0, 1 << 32, len(block), dtype=np.uint32)
            yield block.assign(**codes, tie=tie)[(known < _END) & (at >= 0)]

    def delivered(self, rows: pd.DataFrame, first: int) -> pd.DataFrame:
        """Sorted rows as they are written, the table's `first` rows having been written before."""
        texts = provenance_texts(self.source, rows, rows["at"].to_numpy(np.int64))
        return pd.DataFrame({**self.columns(rows, first), **texts})


def period_of(rows: pd.DataFrame) -> Ints:
    """Number of the period, 0 to `N_PERIODS` - 1, in which each row became known."""
    return rows["known"].to_numpy(np.int64) // (7 * DAY)


def in_order(rows: pd.DataFrame) -> pd.DataFrame:
    """Rows in the order in which they became known, at random within a second."""
    order = np.lexsort((rows["tie"].to_numpy(), rows["known"].to_numpy()))
    return rows.iloc[order].reset_index(drop=True)


def bulk_tables(
    scenario: Scenario, made: Layers, patterns: Patterns, ids: Ids
) -> tuple[BulkTable, ...]:
    """Calls, transfers, crossings and logins."""
    return (
        _calls(scenario, made, ids),
        _transfers(scenario, made, patterns, ids),
        _crossings(scenario, made, ids),
        _logins(scenario, made, ids),
    )


def _calls(scenario: Scenario, made: Layers, ids: Ids) -> BulkTable:
    people, assets, networks = made.people, made.assets, made.networks
    state = holder_states(people, assets)[assets.phone_holder]

    def events() -> Blocks:
        everyday = contacts(scenario, people, assets, made.circles)
        days = session_days(scenario, "circle days", len(made.circles.kind))
        of_cells = cell_contacts(scenario, networks, len(people))
        cell_days = session_days(scenario, "cell days", len(networks.shared))
        return chain(
            call_blocks(scenario, "calls", everyday, days),
            call_blocks(scenario, "cell calls", of_cells, cell_days),
        )

    return BulkTable(
        name="calls",
        source="network operator",
        events=events,
        state=lambda rows: state[rows["caller"].to_numpy()],
        delay=(1, 15 * DAY),
        columns=lambda rows, first: {
            "caller": ids.phone[rows["caller"].to_numpy()],
            "callee": ids.phone[rows["called"].to_numpy()],
            "duration": rows["duration"].to_numpy(),
        },
    )


def ordinary_transfers(scenario: Scenario, made: Layers) -> Blocks:
    """Every transfer that belongs to no pattern."""
    everyday = money_blocks(scenario, made.people, made.assets, made.circles, made.networks)
    return chain(everyday, cash_blocks(scenario, made.assets))


def _transfers(scenario: Scenario, made: Layers, patterns: Patterns, ids: Ids) -> BulkTable:
    state = account_states(made.assets)

    def of_patterns() -> Blocks:
        moved = patterns.transfers
        source, target = (moved[name].to_numpy(np.int32) for name in ("source", "target"))
        rail = rails(scenario.stream("pattern rails"), made.assets, source, target)
        yield pd.DataFrame(
            {
                "source": source,
                "target": target,
                "at": moved["at"].to_numpy(np.int32),
                "amount": moved["amount"].to_numpy(np.float64),
                "rail": rail,
                "instance": moved["instance"].to_numpy(np.int32),
                "layer": moved["layer"].to_numpy(np.int16),
                "share": moved["share"].to_numpy(np.float32),
            }
        )

    return BulkTable(
        name="transfers",
        source="bank",
        events=lambda: chain(ordinary_transfers(scenario, made), of_patterns()),
        state=lambda rows: state[rows["source"].to_numpy()],
        delay=(DAY, 10 * DAY),
        columns=lambda rows, first: {
            "id": record_ids("M", first, len(rows)),
            "payer": ids.account[rows["source"].to_numpy()],
            "payee": ids.account[rows["target"].to_numpy()],
            "amount": rows["amount"].to_numpy(),
            "currency": np.full(len(rows), "EUR", dtype=object),
            "rail": named(RAILS, rows["rail"].to_numpy()),
        },
    )


def _crossings(scenario: Scenario, made: Layers, ids: Ids) -> BulkTable:
    people, assets = made.people, made.assets

    def of_crime() -> Blocks:
        yield crime_crossings(scenario, people, assets, made.networks)[["vehicle", "place", "at"]]

    return BulkTable(
        name="crossings",
        source="border guard",
        events=lambda: chain(crossing_blocks(scenario, people, assets), of_crime()),
        state=lambda rows: assets.place_state[rows["place"].to_numpy()],
        delay=(60, 3 * DAY),
        columns=lambda rows, first: {
            "vehicle": ids.vehicle[rows["vehicle"].to_numpy()],
            "place": ids.place[rows["place"].to_numpy()],
        },
    )


def _logins(scenario: Scenario, made: Layers, ids: Ids) -> BulkTable:
    online = made.assets.online
    return BulkTable(
        name="logins",
        source="online service",
        events=lambda: login_blocks(scenario, online),
        state=lambda rows: online.ip_state[rows["ip"].to_numpy()],
        delay=(DAY, 30 * DAY),
        columns=lambda rows, first: {
            "online_account": ids.online[rows["account"].to_numpy()],
            "ip_address": ids.ip[rows["ip"].to_numpy()],
        },
    )
