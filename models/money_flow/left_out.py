"""What `money_flow` would see of one group of transfers if single records were not there."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import pandas as pd

from models.money_flow.features import (
    FEATURES,
    GroupContext,
    contact_ties,
    member_states,
)
from workbench.analysis.features import feature_table
from workbench.analysis.graph import CaseGraph
from workbench.analysis.modelling import Candidates
from workbench.analysis.tables import IntArray
from workbench.analysis.ties import Ties, joined
from workbench.analysis.transfers import Groups, Transfers
from workbench.domain.entity import LinkKind

Search = Callable[[Transfers], Groups]
Group = tuple[IntArray, IntArray]  # accounts, transfers by time


def left_out(
    known: CaseGraph,
    group: Group,
    each: Sequence[IntArray],
    others: Candidates,
    search: Search,
    *,
    least: int,
) -> pd.DataFrame:
    """Features of the group of `links` without each set of links, by the set's number.

    Without some of its transfers the group is what `search` still finds among the rest, of `least`
    accounts or more, or one of the `others` that is one with it; a set that leaves neither has no
    row. What other transfers would then be merged with is not searched. Sets that touch nothing
    the features read share one row, those that take away transfers alone one graph.
    """
    near = _Near(known, *group, _alike(others, group))
    groups = near.found_without(each, search, least)
    same = [k for k, group in groups.items() if group is near.whole and not near.reads(each[k])]
    losing = [k for k in groups if groups[k] is not near.whole]
    since = [k for k in losing if not near.needs_another(each[k], groups[k])]
    alone = [k for k in losing if k not in since]
    stating = [k for k in groups if groups[k] is near.whole and k not in same]
    shared = near.features([near.whole, *(groups[k] for k in since)])
    rows = [shared.iloc[1:], *(shared.iloc[:1] for _ in same)]
    rows += [near.features_without(each[k], groups[k]) for k in alone]
    rows += [near.features_stated([each[k] for k in stating])]
    table = pd.concat(rows, ignore_index=True)
    table.index = pd.Index([*since, *same, *alone, *stating])
    return table.sort_index()


@dataclass(frozen=True, eq=False)
class _Near:
    """One group, the links that touch its accounts, and how their holders are acquainted."""

    known: CaseGraph
    members: IntArray
    links: IntArray
    others: Sequence[Group]

    @cached_property
    def accounts(self) -> IntArray:
        """Of the group, and of what is one with it."""
        parts = [self.members, *(members for members, _ in self.others)]
        return np.unique(np.concatenate(parts)).astype(np.int32)

    @cached_property
    def rows(self) -> IntArray:
        return self.known.incident(self.accounts.tolist())

    @cached_property
    def ties(self) -> Ties:
        """Between holders alone: of no others does a feature ask."""
        ties, holders = self.known.derived(contact_ties), self.known.holders(self.accounts.tolist())
        within = np.zeros(self.known.n_entities, np.bool_)
        within[holders] = True
        return ties.take(np.flatnonzero(within[ties.a] & within[ties.b]))

    @cached_property
    def whole(self) -> Group:
        return self.members, self.links

    @cached_property
    def small(self) -> CaseGraph:
        """The links that touch the accounts, and what is the same on the whole."""
        states = self.known.derived(member_states)
        return self.known.restricted(self.rows, {contact_ties: self.ties, member_states: states})

    def found_without(
        self, each: Sequence[IntArray], search: Search, least: int
    ) -> dict[int, Group]:
        """What is left of the group, by the number of the set: `whole` where it loses nothing.

        A transfer that only a payment outside the group made part of it stays with what is left.
        """
        losing = [k for k, lost in enumerate(each) if np.isin(self.links, lost).any()]
        kept = [self.links, *(self.links[~np.isin(self.links, each[k])] for k in losing)]
        whole, *searched = self._searched(kept, search)
        extra = np.setdiff1d(self.links, np.concatenate([self.links[:0], *whole]))
        left = {k: self.whole for k in range(len(each)) if k not in losing}
        for k, flow, found in zip(losing, kept[1:], searched, strict=True):
            parts = [flow[np.isin(flow, np.union1d(part, extra))] for part in found]
            groups = [(self._accounts(part), part) for part in parts]
            groups = [group for group in groups if len(group[0]) >= least]
            groups += [group for group in self.others if not np.isin(group[1], each[k]).any()]
            same = _candidates(groups).same_as(self.members, self.links)
            if same is not None:
                left[k] = groups[same]
        return left

    def _searched(self, kept: Sequence[IntArray], search: Search) -> list[list[IntArray]]:
        """What a search among each group of transfers finds, as one search: each has accounts of
        its own."""
        n, accounts = len(self.members), self.members
        copy = np.repeat(np.arange(len(kept)), [len(flow) for flow in kept])
        flow = np.concatenate(kept)
        source, target = (
            (copy * n + np.searchsorted(accounts, end[flow])).astype(np.int32)
            for end in (self.known.sources, self.known.targets)
        )
        transfers = Transfers.ordered(
            np.arange(len(flow), dtype=np.int32),
            source,
            target,
            self.known.amounts[flow],
            self.known.times[flow],
            n * len(kept),
        )
        groups = search(transfers)
        found: list[list[IntArray]] = [[] for _ in kept]
        for g in range(len(groups)):
            place = transfers.link[groups[g]]
            found[copy[place[0]]].append(flow[place])
        return found

    def _accounts(self, flow: IntArray) -> IntArray:
        return np.union1d(self.known.sources[flow], self.known.targets[flow]).astype(np.int32)

    @cached_property
    def _read(self) -> frozenset[int]:
        ties = self.ties
        parts = (self.rows, ties.link, ties.other_link, ties.by_a, ties.by_b)
        return frozenset(np.concatenate(parts).tolist())

    def reads(self, lost: IntArray) -> bool:
        """Whether any feature reads one of these links."""
        return not self._read.isdisjoint(lost.tolist())

    def needs_another(self, lost: IntArray, group: Group) -> bool:
        """Whether more is lost than transfers since the group began, which are history to none."""
        kinds, at = self.known.link_kinds[lost], self.known.times[lost]
        return not (
            (kinds == LinkKind.TRANSFERRED) & (at >= self.known.times[group[1]].min())
        ).all()

    @cached_property
    def context(self) -> GroupContext:
        return self._context([self.whole])

    def _context(self, groups: Sequence[Group]) -> GroupContext:
        return _context(self.small, self.rows, groups)

    def features(self, groups: Sequence[Group]) -> pd.DataFrame:
        return feature_table(FEATURES, self._context(groups))

    def features_without(self, lost: IntArray, group: Group) -> pd.DataFrame:
        """On a graph of its own."""
        known, rows = self.known, self.rows[~np.isin(self.rows, lost)]
        same = {
            contact_ties: self.ties.without(known, lost),
            member_states: known.derived(member_states),
        }
        return feature_table(FEATURES, _context(known.restricted(rows, same), rows, [group]))

    def features_stated(self, sets: Sequence[IntArray]) -> pd.DataFrame:
        """Without sets that hold no transfer of these accounts: each has a copy of the group and
        of what is stated of its accounts; how money moved is the same in all."""
        if not sets:
            return feature_table(FEATURES, self.context).iloc[:0]
        stated = self.rows[self.known.link_kinds[self.rows] != LinkKind.TRANSFERRED]
        blocks = [np.concatenate([stated[~np.isin(stated, lost)], self.links]) for lost in sets]
        graph, n = self._copies(blocks, sets), len(self._entities)
        ends = np.cumsum([len(block) for block in blocks])
        links = Groups.of([np.arange(end - len(self.links), end, dtype=np.int32) for end in ends])
        within = np.searchsorted(self._entities, self.members)
        members = Groups.of([(within + k * n).astype(np.int32) for k in range(len(sets))])
        groups = GroupContext(graph, links.flat, links.offsets, members.flat, members.offsets)
        moved, days = self.context.earlier
        groups.__dict__.update(
            measures=np.tile(self.context.measures, (len(sets), 1)),
            earlier=(np.tile(moved, len(sets)), np.tile(days, len(sets))),
            first_dealt=np.tile(self.context.first_dealt, len(sets)),
        )
        return feature_table(FEATURES, groups)

    @cached_property
    def _entities(self) -> IntArray:
        known, ties = self.known, self.ties
        stated = self.rows[known.link_kinds[self.rows] != LinkKind.TRANSFERRED]
        behind = np.concatenate([ties.by_a, ties.by_b])
        assets = known.targets[behind[behind >= 0]]
        parts = (self.members, known.sources[stated], known.targets[stated], ties.a, ties.b, assets)
        return np.unique(np.concatenate(parts)).astype(np.int32)

    def _copies(self, blocks: Sequence[IntArray], sets: Sequence[IntArray]) -> CaseGraph:
        """A graph of each block of links and of the ties without its set, side by side."""
        known, entities = self.known, self._entities
        flat = np.concatenate(blocks)
        first = np.repeat(np.arange(len(blocks)), [len(b) for b in blocks]) * len(entities)
        ties = []
        for k, lost in enumerate(sets):
            left = self.ties.without(known, lost)
            a, b = (np.searchsorted(entities, e) + k * len(entities) for e in (left.a, left.b))
            ties.append(replace(left, a=a.astype(np.int32), b=b.astype(np.int32)))
        states = np.tile(known.derived(member_states)[entities], len(sets))
        graph = known.restricted(flat, {contact_ties: joined(ties), member_states: states})
        ends = {
            name: (np.searchsorted(entities, end[flat]) + first).astype(np.int32)
            for name, end in (("sources", known.sources), ("targets", known.targets))
        }
        kinds = np.tile(known.entity_kinds[entities], len(sets))
        graph.__dict__.update(**ends, n_entities=len(kinds), entity_kinds=kinds)
        return graph


def _context(small: CaseGraph, rows: IntArray, groups: Sequence[Group]) -> GroupContext:
    """On a graph that numbers the links at `rows` anew."""
    members = Groups.of([accounts for accounts, _ in groups])
    links = Groups.of([np.searchsorted(rows, flow).astype(np.int32) for _, flow in groups])
    return GroupContext(small, links.flat, links.offsets, members.flat, members.offsets)


def _candidates(groups: Sequence[Group]) -> Candidates:
    members, links = (Groups.of([group[part] for group in groups]) for part in (0, 1))
    return Candidates(members.flat, members.offsets, links.flat, links.offsets)


def _alike(others: Candidates, group: Group) -> list[Group]:
    """Those that are one with the group, but are not it."""
    near = np.unique(
        np.repeat(np.arange(len(others)), np.diff(others.member_offsets))[
            np.isin(others.members, group[0])
        ]
    )
    alike = []
    for i in near:
        alone = others.take(np.array([i], np.int64))
        other = alone.members_of(0), alone.links_of(0)
        if alone.same_as(*group) is not None and not np.array_equal(other[1], group[1]):
            alike.append(other)
    return alike
