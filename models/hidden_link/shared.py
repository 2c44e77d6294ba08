"""What two persons share in the records, and the calls and transfers with it."""

from functools import cached_property

import numpy as np
import pandas as pd

from models.hidden_link.features import EXCHANGES, contact_csr, contact_ties, crime_csr
from workbench.analysis.graph import CaseGraph
from workbench.analysis.tables import Int64Array, IntArray
from workbench.analysis.ties import TieKind, Ties
from workbench.domain.entity import EntityKind

WORKING_HOURS = (7, 19)


class Shared:
    """Entity rows of what a pair shares: `persons`, `bare` numbers and accounts with nobody known
    behind them, `firms`; each in order, those with fewest contacts of their own first."""

    def __init__(self, graph: CaseGraph, a: int, b: int) -> None:
        contacts, ties = graph.derived(contact_csr), graph.derived(contact_ties)
        shared = np.intersect1d(contacts.neighbours(a), contacts.neighbours(b)).astype(np.int32)
        shared = shared[np.argsort(contacts.degrees[shared], kind="stable")]
        kinds = graph.entity_kinds[shared]
        self.graph, self.pair = graph, np.array([a, b], np.int32)
        self.n = len(shared)
        self.persons = shared[kinds == EntityKind.PERSON]
        self.bare = shared[np.isin(kinds, [EntityKind.PHONE, EntityKind.ACCOUNT])]
        self.firms = shared[kinds == EntityKind.ORGANISATION]
        between = (np.isin(ties.a, self.pair) & np.isin(ties.b, shared)) | (
            np.isin(ties.b, self.pair) & np.isin(ties.a, shared)
        )
        self.ties: Ties = ties.take(np.flatnonzero(between))
        crime = graph.derived(crime_csr)
        beside = np.concatenate([crime.neighbours(int(one)) for one in self.pair])
        self.suspected: IntArray = shared[np.isin(shared, beside)]
        self.n_among = sum(int(np.isin(contacts.neighbours(int(c)), shared).sum()) for c in shared)
        self.n_among //= 2

    @property
    def n_suspected(self) -> int:
        return len(self.suspected)

    @property
    def busiest_has(self) -> int:
        """Contacts of the shared number or account that has most; 0 where there is none."""
        known = self.graph.derived(contact_csr).degrees
        return int(known[self.bare[-1]]) if len(self.bare) else 0

    @cached_property
    def n_paid(self) -> int:
        money = self.ties.of(TieKind.MONEY).link
        return int(np.isin(self.graph.sources[money], self.graph.holdings(self.pair)).sum())

    def at(self, *entities: int) -> Int64Array:
        """When they were in touch by call or transfer, with any or with one of these."""
        ties = self.ties.of(*EXCHANGES)
        if entities:
            with_it = np.isin(ties.a, entities) | np.isin(ties.b, entities)
            ties = ties.take(np.flatnonzero(with_it))
        return ties.at

    @property
    def mostly_worked(self) -> bool | None:
        """Whether they are in touch mostly in working hours; None without a call or transfer."""
        at = self.at()
        if not len(at):
            return None
        when = pd.DatetimeIndex(pd.to_datetime(at, unit="us", utc=True))
        low, high = WORKING_HOURS
        worked = (when.day_of_week < 5) & (when.hour >= low) & (when.hour < high)
        return bool(worked.mean() > 0.5)
