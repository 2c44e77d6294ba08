"""What `money_flow` looks at: how a group of transfers moves money, and what its accounts did
before. Nothing of who holds them beyond person or organisation.
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from workbench.analysis.features import feature
from workbench.analysis.graph import CaseGraph, Objects
from workbench.analysis.group_measures import group_measures
from workbench.analysis.kernels import Csr
from workbench.analysis.tables import FloatArray, Int64Array, IntArray
from workbench.analysis.ties import TieKind, Ties, recorded_ties
from workbench.analysis.transfers import DAY, Transfers
from workbench.domain.entity import EntityKind, InvolvementRole, LinkKind

SOON = 2 * DAY
HOUR = DAY // 24
THRESHOLD = 10_000.0  # EUR, from which cash and transfers are reported
JUST_BELOW = 0.9

Bools = np.ndarray[tuple[int], np.dtype[np.bool_]]


def all_transfers(graph: CaseGraph) -> Transfers:
    """Every transfer that the graph knows."""
    return Transfers.of(graph, since=-(2**62), until=2**62)


def contact_ties(graph: CaseGraph) -> Ties:
    """Persons tied by anything but money and where they live."""
    kinds = [kind for kind in TieKind if kind not in (TieKind.MONEY, TieKind.ADDRESS)]
    return graph.derived(recorded_ties).of(*kinds)


def contact_csr(graph: CaseGraph) -> Csr:
    return graph.derived(contact_ties).csr(graph.n_entities)


def member_states(graph: CaseGraph) -> Objects:
    """Of each entity the state that it is recorded in."""
    states = np.full(graph.n_entities, "", object)
    states[graph.entities.index] = graph.entities["member_state"].to_numpy(object)
    return states


def used_before(graph: CaseGraph) -> IntArray:
    """Accounts that a record says were used in an offence, ascending."""
    rows = graph.link_rows(LinkKind.INVOLVED_IN)
    used = graph.links.loc[rows, "role"].to_numpy(object) == InvolvementRole.USED
    return np.unique(graph.sources[rows][used])


def _keys(one: IntArray, other: IntArray) -> Int64Array:
    """One number per unordered pair."""
    return np.minimum(one, other).astype(np.int64) << 32 | np.maximum(one, other)


def dealings(graph: CaseGraph) -> tuple[Int64Array, Int64Array]:
    """Pairs of accounts with transfers between them, ascending, and when the first was."""
    known = graph.derived(all_transfers)
    seen, first = np.unique(_keys(known.source, known.target), return_index=True)
    return seen, known.at[first]  # transfers are in the order of time


def first_dealt(graph: CaseGraph, one: IntArray, other: IntArray) -> Int64Array:
    """When two accounts with a transfer between them had the first (microseconds)."""
    seen, earliest = graph.derived(dealings)
    return earliest[np.searchsorted(seen, _keys(one, other))]


def acquainted(graph: CaseGraph, one: IntArray, other: IntArray) -> Bools:
    """Whether other records than of money tie the holders of two accounts."""
    rows = graph.link_rows(LinkKind.HOLDS)
    holder = np.full(graph.n_entities, -1, np.int32)
    holder[graph.targets[rows][::-1]] = graph.sources[rows][::-1]
    contacts = graph.derived(contact_csr)
    ends = zip(holder[one], holder[other], strict=True)
    tied = [a >= 0 and b >= 0 and b in contacts.neighbours(a) for a, b in ends]
    return np.array(tied, np.bool_)


@dataclass(frozen=True, eq=False)
class GroupContext:
    """Groups of transfers: group i is links ``links[offsets[i]:offsets[i + 1]]`` by time.

    `members` and `member_offsets` list each group's accounts.
    """

    graph: CaseGraph
    links: IntArray
    offsets: Int64Array
    members: IntArray
    member_offsets: Int64Array

    @cached_property
    def group(self) -> Int64Array:
        """The group of each entry of `links`."""
        return np.repeat(np.arange(len(self.offsets) - 1), np.diff(self.offsets))

    @cached_property
    def member_group(self) -> Int64Array:
        return np.repeat(np.arange(len(self.offsets) - 1), np.diff(self.member_offsets))

    @cached_property
    def sources(self) -> IntArray:
        return self.graph.sources[self.links]

    @cached_property
    def targets(self) -> IntArray:
        return self.graph.targets[self.links]

    @cached_property
    def amounts(self) -> FloatArray:
        return self.graph.amounts[self.links]

    @cached_property
    def at(self) -> Int64Array:
        return self.graph.times[self.links]

    @cached_property
    def starts(self) -> Int64Array:
        return self.at[self.offsets[:-1]]

    @cached_property
    def n_transfers(self) -> FloatArray:
        return np.diff(self.offsets).astype(np.float64)

    @cached_property
    def measures(self) -> "np.ndarray[tuple[int, int], np.dtype[np.float64]]":
        """See `group_measures`."""
        return group_measures(self.offsets, self.sources, self.targets, self.amounts, self.at, SOON)

    def per_group(self, values: FloatArray) -> FloatArray:
        """Sum of one value per transfer, by group."""
        return np.bincount(self.group, values, minlength=len(self.starts)).astype(np.float64)

    def per_group_of_members(self, values: FloatArray) -> FloatArray:
        """Mean of one value per account, by group."""
        sums = np.bincount(self.member_group, values, minlength=len(self.starts))
        return sums / np.maximum(np.diff(self.member_offsets), 1)

    @cached_property
    def earlier(self) -> tuple[FloatArray, FloatArray]:
        """Per account of a group, before the group began: EUR moved, and days since its first
        transfer (NaN where it had none)."""
        known = self.graph.derived(all_transfers)
        starts = self.starts[self.member_group]
        moved, days = np.zeros(len(self.members)), np.full(len(self.members), np.nan)
        for side, offsets in ((known.out, known.out_offsets), (known.into, known.into_offsets)):
            running = np.concatenate([[0.0], np.cumsum(known.amount[side])])
            for i, account in enumerate(self.members):
                low, high = offsets[account], offsets[account + 1]
                n = int(np.searchsorted(known.at[side[low:high]], starts[i]))
                moved[i] += running[low + n] - running[low]
                if n:
                    days[i] = np.fmax(days[i], (starts[i] - known.at[side[low]]) / DAY)
        return moved, days

    @cached_property
    def first_dealt(self) -> Int64Array:
        """Per transfer, when the two accounts had their first dealing on record."""
        return first_dealt(self.graph, self.sources, self.targets)


@feature(unit="accounts", label="number of accounts")
def accounts(groups: GroupContext) -> FloatArray:
    """How many accounts the group moves money between."""
    return groups.measures[:, 7]


@feature(unit="transfers", label="number of transfers")
def transfers(groups: GroupContext) -> FloatArray:
    """How many transfers the group has."""
    return groups.n_transfers


@feature(unit="EUR", label="mean amount")
def typical_amount(groups: GroupContext) -> FloatArray:
    """Mean amount of a transfer in the group."""
    return groups.per_group(groups.amounts) / groups.n_transfers


@feature(unit="days", label="time from first to last")
def span(groups: GroupContext) -> FloatArray:
    """Days from the first to the last transfer of the group."""
    return (groups.at[groups.offsets[1:] - 1] - groups.starts) / DAY


@feature(unit="layers", label="layers")
def layers(groups: GroupContext) -> FloatArray:
    """How many transfers one after the other the money goes through at most."""
    return groups.measures[:, 0]


@feature(
    unit="share",
    label="share passed on within 48 hours",
    supposed="{} of the money received and moved on had left within 48 hours",
)
def passed_on_in_48_hours(groups: GroupContext) -> FloatArray:
    """Share of the money that accounts of the group received and moved on which left within 48
    hours."""
    return groups.measures[:, 1]


@feature(
    unit="hours",
    label="rest before passing on",
    supposed="money that is passed on had rested in an account for {} on average",
)
def hours_at_rest(groups: GroupContext) -> FloatArray:
    """How long money that is passed on rests in an account on average."""
    return groups.measures[:, 2]


@feature(
    unit="share",
    label="share kept on the way",
    supposed="intermediate accounts had kept {} of what they received",
)
def share_kept(groups: GroupContext) -> FloatArray:
    """Share of what intermediate accounts received that they did not pass on within the group."""
    return groups.measures[:, 3]


@feature(unit="yes or no", label="money comes back")
def comes_back(groups: GroupContext) -> FloatArray:
    """Whether money finds its way back to an account that it left."""
    return groups.measures[:, 4]


@feature(unit="accounts", label="payers into one account")
def most_payers(groups: GroupContext) -> FloatArray:
    """Largest number of accounts in the group that pay into one and the same account."""
    return groups.measures[:, 5]


@feature(unit="accounts", label="payees of one account")
def most_payees(groups: GroupContext) -> FloatArray:
    """Largest number of accounts in the group that one and the same account pays."""
    return groups.measures[:, 6]


@feature(unit="share", label="share just below 10,000 EUR")
def just_below_threshold(groups: GroupContext) -> FloatArray:
    """Share of the transfers of 9,000 to 10,000 EUR, below the amount that must be reported."""
    below = (groups.amounts >= JUST_BELOW * THRESHOLD) & (groups.amounts < THRESHOLD)
    return groups.per_group(below.astype(np.float64)) / groups.n_transfers


@feature(unit="share", label="share between states")
def between_states(groups: GroupContext) -> FloatArray:
    """Share of the transfers that go from an account in one state to one in another."""
    states = groups.graph.derived(member_states)
    apart = states[groups.sources] != states[groups.targets]
    return groups.per_group(apart.astype(np.float64)) / groups.n_transfers


@feature(
    unit="share",
    label="share of first dealings",
    supposed="{} of the transfers were between accounts without earlier dealings",
)
def first_dealings(groups: GroupContext) -> FloatArray:
    """Share of the transfers between two accounts that had no dealings before the group began."""
    new = groups.first_dealt >= groups.starts[groups.group]
    return groups.per_group(new.astype(np.float64)) / groups.n_transfers


@feature(
    unit="share",
    label="share of new accounts",
    supposed="{} of the accounts had no transfer on record from before the last 30 days",
)
def new_accounts(groups: GroupContext) -> FloatArray:
    """Share of the accounts with no transfer on record from before the last 30 days."""
    days = groups.earlier[1]
    return groups.per_group_of_members((np.isnan(days) | (days < 30)).astype(np.float64))


@feature(
    unit="times",
    label="volume against own history",
    supposed="the accounts had moved {} what they moved in an average 30 days before",
)
def against_own_history(groups: GroupContext) -> FloatArray:
    """What the accounts move in the group, as a multiple of what they moved in an average 30 days
    before."""
    moved, days = groups.earlier
    usual = np.where(days >= 30, moved / np.maximum(days, 30) * 30, 0.0)
    known = groups.per_group_of_members(usual) * np.diff(groups.member_offsets)
    here = 2 * groups.per_group(groups.amounts)  # each amount is moved by two accounts
    return np.where(known > 0, np.minimum(here / np.maximum(known, 1e-9), 1_000.0), np.nan)


@feature(unit="share", label="share held by organisations")
def held_by_organisations(groups: GroupContext) -> FloatArray:
    """Share of the accounts that an organisation holds."""
    rows = groups.graph.link_rows(LinkKind.HOLDS)
    firm = groups.graph.entity_kinds[groups.graph.sources[rows]] == EntityKind.ORGANISATION
    held = np.isin(groups.members, groups.graph.targets[rows][firm])
    return groups.per_group_of_members(held.astype(np.float64))


@feature(
    unit="accounts",
    label="accounts used in an offence before",
    supposed="{} in the group were on record as used in an offence",
)
def used_in_an_offence_before(groups: GroupContext) -> FloatArray:
    """How many of the accounts are already on record as used in an offence."""
    used = np.isin(groups.members, groups.graph.derived(used_before)).astype(np.float64)
    return groups.per_group_of_members(used) * np.diff(groups.member_offsets)


@feature(
    unit="share",
    label="share between acquainted holders",
    supposed="{} of the transfers were between holders whom other records tie",
)
def holders_in_contact(groups: GroupContext) -> FloatArray:
    """Share of the transfers between holders whom other records tie, such as calls, a shared car
    or an organisation."""
    tied = acquainted(groups.graph, groups.sources, groups.targets)
    return groups.per_group(tied.astype(np.float64)) / groups.n_transfers


FEATURES = (
    accounts,
    transfers,
    typical_amount,
    span,
    layers,
    passed_on_in_48_hours,
    hours_at_rest,
    share_kept,
    comes_back,
    most_payers,
    most_payees,
    just_below_threshold,
    between_states,
    first_dealings,
    new_accounts,
    against_own_history,
    held_by_organisations,
    used_in_an_offence_before,
    holders_in_contact,
)
