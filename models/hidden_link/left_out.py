"""What `hidden_link` would see of one pair if single records were not there."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import pandas as pd

from models.hidden_link.features import FEATURES, PairContext, contact_csr, contact_ties
from models.hidden_link.pairing import Bools, eligible, keys, pairs_from
from workbench.analysis.features import feature_table
from workbench.analysis.graph import CaseGraph
from workbench.analysis.tables import IntArray
from workbench.analysis.ties import Ties, joined, only_harmed_without, recorded_ties
from workbench.domain.entity import LinkKind

Maker = Callable[[CaseGraph], object]


def left_out(known: CaseGraph, pair: IntArray, each: Sequence[IntArray], at: int) -> pd.DataFrame:
    """Features of the pair without each set of links, by the set's number; a set without which
    the two are no pair that is asked about has no row.

    Each set has a copy of what lies near, and all copies stand side by side in one graph. Sets
    that touch nothing near share a row. Hubs stay left out.
    """
    near = _Near.of(known, pair, each)
    touching = [k for k, lost in enumerate(each) if near.reads(lost)]
    sets = [each[k] for k in touching]
    asked = near.asked(sets)
    table = near.features(sets, at)
    rows = dict.fromkeys(range(len(each)), 0)
    for place, k in enumerate(touching):
        if asked[place]:
            rows[k] = place + 1
        else:
            del rows[k]
    return table.iloc[list(rows.values())].set_axis(list(rows), axis=0)


@dataclass(frozen=True, eq=False)
class _Near:
    """Two persons, and the ties of theirs and of their contacts, each of which carries what is
    never lost once, however often records state it."""

    known: CaseGraph
    pair: IntArray
    shared: Ties
    contacts: Ties
    recorded: Ties

    @staticmethod
    def of(known: CaseGraph, pair: IntArray, each: Sequence[IntArray]) -> "_Near":
        csr, ties = known.derived(contact_csr), known.derived(contact_ties)
        recorded = known.derived(recorded_ties)
        mine, other = (csr.neighbours(int(one)) for one in pair)
        at_stake = np.unique(np.concatenate([*each, pair[:0]]))
        return _Near(
            known,
            pair,
            _touching(ties, known, np.concatenate([pair, np.intersect1d(mine, other)])),
            _once(_touching(ties, known, np.concatenate([pair, mine, other])), at_stake),
            _once(_touching(recorded, known, pair), at_stake),
        )

    @cached_property
    def entities(self) -> IntArray:
        """All that stands at an end, or would if a link to who is behind it were lost."""
        parts = [self.pair]
        for ties in (self.shared, self.contacts, self.recorded):
            behind = np.concatenate([ties.by_a, ties.by_b])
            parts += [ties.a, ties.b, self.known.targets[behind[behind >= 0]]]
        return np.unique(np.concatenate(parts)).astype(np.int32)

    @cached_property
    def _read(self) -> frozenset[int]:
        """Links that carry a tie near, or decide who may be asked about."""
        parts = [self.known.incident_of(self.entities.tolist(), LinkKind.INVOLVED_IN)]
        for ties in (self.shared, self.contacts, self.recorded):
            parts += [ties.link, ties.other_link, ties.by_a, ties.by_b]
        return frozenset(np.concatenate(parts).tolist())

    def reads(self, lost: IntArray) -> bool:
        return not self._read.isdisjoint(lost.tolist())

    def asked(self, sets: Sequence[IntArray]) -> Bools:
        """Whether the two are a pair that is asked about, without each of `sets`."""
        ties: dict[Maker, Ties] = {contact_ties: self.contacts, recorded_ties: self.recorded}
        graph = self._copies(ties, sets, {eligible: self._eligible(sets)})
        a, b = self._pairs(len(sets))
        return np.isin(keys(a, b), pairs_from(graph, np.concatenate([a, b])))

    def features(self, sets: Sequence[IntArray], at: int) -> pd.DataFrame:
        """One row with everything, then one without each of `sets`."""
        graph = self._copies({contact_ties: self.shared}, [self.pair[:0], *sets], {})
        return feature_table(FEATURES, PairContext(graph, *self._pairs(len(sets) + 1), at))

    def _pairs(self, n: int) -> tuple[IntArray, IntArray]:
        """The two in each of n copies."""
        a, b = np.searchsorted(self.entities, self.pair)
        copy = np.arange(n) * len(self.entities)
        return (a + copy).astype(np.int32), (b + copy).astype(np.int32)

    def _copies(
        self, ties: Mapping[Maker, Ties], sets: Sequence[IntArray], made: Mapping[Maker, object]
    ) -> CaseGraph:
        """The entities near once for each of `sets`, side by side, tied by `ties` without it."""
        left = {
            make: joined([self._copy(t, k, s) for k, s in enumerate(sets)])
            for make, t in ties.items()
        }
        graph = self.known.restricted(self.pair[:0], {**made, **left})
        kinds = np.tile(self.known.entity_kinds[self.entities], len(sets))
        graph.__dict__.update(n_entities=len(kinds), entity_kinds=kinds)
        return graph

    def _copy(self, ties: Ties, k: int, lost: IntArray) -> Ties:
        left, first = ties.without(self.known, lost), k * len(self.entities)
        a, b = (np.searchsorted(self.entities, end) + first for end in (left.a, left.b))
        return replace(left, a=a.astype(np.int32), b=b.astype(np.int32))

    def _eligible(self, sets: Sequence[IntArray]) -> Bools:
        whole = self.known.derived(eligible)[self.entities]
        harmed = [only_harmed_without(self.known, lost) for lost in sets]
        parts = [whole & ~np.isin(self.entities, those) for those in harmed]
        return np.concatenate([whole[:0], *parts])


def _touching(ties: Ties, known: CaseGraph, entities: IntArray) -> Ties:
    near = np.zeros(known.n_entities, np.bool_)
    near[entities] = True
    return ties.take(np.flatnonzero(near[ties.a] | near[ties.b]))


def _once(ties: Ties, at_stake: IntArray) -> Ties:
    """Of ties between the same two and of the same kind one, beside those that may be lost."""
    carried = np.stack([ties.link, ties.other_link, ties.by_a, ties.by_b])
    stays = ~np.isin(carried, at_stake).any(axis=0)
    low, high = np.minimum(ties.a, ties.b), np.maximum(ties.a, ties.b)
    same = np.stack([low, high, ties.kind])[:, stays]
    _, first = np.unique(same, axis=1, return_index=True)
    return ties.take(
        np.sort(np.concatenate([np.flatnonzero(~stays), np.flatnonzero(stays)[first]]))
    )
