"""What `hidden_link` looks at: contacts that two persons share, and when. Nothing of who they are.

A contact of a person is a person, or a number, account or organisation with no known person
behind it, that calls and transfers of the last year, a shared phone, account, vehicle or
organisation, a recorded association or an offence (both as suspects) tie to the person. Living at
the same address is no contact, nor is what is not a person and has more than 40 contacts itself: a
shop, a service line.
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from workbench.analysis.features import feature
from workbench.analysis.graph import CaseGraph, microsecond
from workbench.analysis.kernels import (
    Csr,
    Meetings,
    Shared,
    cohesion,
    crossed_neighbours,
    meetings,
    shared_neighbours,
)
from workbench.analysis.tables import FloatArray, IntArray
from workbench.analysis.ties import TieKind, Ties, co_suspects, joined, recorded_ties
from workbench.domain.entity import EntityKind

DAY = 86_400_000_000  # microseconds
HUB_CAP = 40
LOOK_BACK = 365 * DAY  # calls and transfers before that are left out: training had no more

EXCHANGES = (TieKind.CALL, TieKind.MONEY)
CONTACTS = (*EXCHANGES, TieKind.SHARED_ASSET, TieKind.ORGANISATION, TieKind.ASSOCIATION)


def contact_ties(graph: CaseGraph) -> Ties:
    """Ties that make a contact; of offences only those between suspects, of calls and transfers
    only those of the last year."""
    ties = joined([graph.derived(recorded_ties).of(*CONTACTS), graph.derived(co_suspects)])
    if graph.at is not None:
        recent = ties.at >= microsecond(graph.at) - LOOK_BACK
        ties = ties.take(np.flatnonzero(recent | ~np.isin(ties.kind, EXCHANGES)))
    hub = ties.csr(graph.n_entities).degrees > HUB_CAP
    hub &= graph.entity_kinds != EntityKind.PERSON
    return ties.take(np.flatnonzero(~hub[ties.a] & ~hub[ties.b]))


def contact_csr(graph: CaseGraph) -> Csr:
    return graph.derived(contact_ties).csr(graph.n_entities)


def call_csr(graph: CaseGraph) -> Csr:
    return graph.derived(contact_ties).of(TieKind.CALL).csr(graph.n_entities)


def money_csr(graph: CaseGraph) -> Csr:
    return graph.derived(contact_ties).of(TieKind.MONEY).csr(graph.n_entities)


def unattributed_csr(graph: CaseGraph) -> Csr:
    """Phones and accounts with nobody known behind them, and who was in touch with them."""
    ties = graph.derived(contact_ties).of(*EXCHANGES)
    bare = np.isin(graph.entity_kinds, [EntityKind.PHONE, EntityKind.ACCOUNT])
    return ties.take(np.flatnonzero(bare[ties.a] | bare[ties.b])).csr(graph.n_entities)


def close_csr(graph: CaseGraph) -> Csr:
    """Contacts that few have by chance: unattributed phones and accounts, and `crime_csr`."""
    ties = graph.derived(contact_ties)
    bare = np.isin(graph.entity_kinds, [EntityKind.PHONE, EntityKind.ACCOUNT])
    crime = np.isin(ties.kind, [TieKind.OFFENCE, TieKind.ASSOCIATION])
    return ties.take(np.flatnonzero(crime | bare[ties.a] | bare[ties.b])).csr(graph.n_entities)


def exchange_csr(graph: CaseGraph) -> Csr:
    return graph.derived(contact_ties).of(*EXCHANGES).csr(graph.n_entities)


def crime_csr(graph: CaseGraph) -> Csr:
    """Suspects in the same offence, and recorded associations."""
    ties = graph.derived(contact_ties).of(TieKind.OFFENCE, TieKind.ASSOCIATION)
    return ties.csr(graph.n_entities)


@dataclass(frozen=True, eq=False)
class PairContext:
    """Pairs (a[i], b[i]) on what was known at `at` (microseconds)."""

    graph: CaseGraph
    a: IntArray
    b: IntArray
    at: int

    @cached_property
    def contacts(self) -> Csr:
        return self.graph.derived(contact_csr)

    @cached_property
    def shared(self) -> Shared:
        return shared_neighbours(self.contacts, self.a, self.b)

    @cached_property
    def met(self) -> Meetings:
        return meetings(self.graph.derived(exchange_csr), self.a, self.b, within=DAY)


@feature(unit="contacts", label="shared contacts", supposed="the two shared {}")
def shared_contacts(pairs: PairContext) -> FloatArray:
    """How many people, numbers or accounts both of the two were in touch with."""
    return pairs.shared.count.astype(np.float64)


@feature(unit="share", label="overlap of their contacts")
def contact_overlap(pairs: PairContext) -> FloatArray:
    """Shared contacts as a share of all contacts that either of the two has."""
    return pairs.shared.jaccard


@feature(unit="points", label="rarity of what they share")
def contact_rarity(pairs: PairContext) -> FloatArray:
    """Shared contacts, each counting for more the fewer contacts it has itself."""
    return pairs.shared.adamic_adar


@feature(unit="points", label="exclusiveness of what they share")
def contact_exclusivity(pairs: PairContext) -> FloatArray:
    """How nearly the shared contacts are in touch with these two alone, summed over all of them."""
    return pairs.shared.allocation


@feature(unit="contacts", label="shared call partners", supposed="both had calls with {}")
def shared_call_contacts(pairs: PairContext) -> FloatArray:
    """How many people or numbers have phone calls with both."""
    calls = pairs.graph.derived(call_csr)
    return crossed_neighbours(calls, calls, pairs.a, pairs.b).astype(np.float64)


@feature(
    unit="contacts", label="shared money partners", supposed="both had transfers to or from {}"
)
def shared_money_contacts(pairs: PairContext) -> FloatArray:
    """How many account holders or accounts have transfers to or from both."""
    money = pairs.graph.derived(money_csr)
    return crossed_neighbours(money, money, pairs.a, pairs.b).astype(np.float64)


@feature(
    unit="contacts",
    label="calls with one, money with the other",
    supposed="{} had calls with one of the two and transfers with the other, each way round "
    "counted",
)
def call_and_money_contacts(pairs: PairContext) -> FloatArray:
    """How many contacts have calls with one of the two and transfers with the other, each way
    round counted."""
    calls, money = pairs.graph.derived(call_csr), pairs.graph.derived(money_csr)
    one = crossed_neighbours(calls, money, pairs.a, pairs.b)
    other = crossed_neighbours(money, calls, pairs.a, pairs.b)
    return (one + other).astype(np.float64)


@feature(
    unit="contacts",
    label="shared suspects or associates",
    supposed="{} shared by the two had been recorded with one of them as suspect or associate",
)
def co_suspect_contacts(pairs: PairContext) -> FloatArray:
    """How many shared contacts a record names together with one of the two, as suspects in one
    offence or as associates."""
    crime, all_kinds = pairs.graph.derived(crime_csr), pairs.contacts
    one = crossed_neighbours(crime, all_kinds, pairs.a, pairs.b)
    other = crossed_neighbours(all_kinds, crime, pairs.a, pairs.b)
    both = crossed_neighbours(crime, crime, pairs.a, pairs.b)
    return (one + other - both).astype(np.float64)


@feature(
    unit="ties",
    label="ties among the shared contacts",
    supposed="records stated {} among the shared contacts themselves",
)
def ties_among_shared(pairs: PairContext) -> FloatArray:
    """How many ties records state among the shared contacts themselves."""
    return cohesion(pairs.contacts, pairs.a, pairs.b).astype(np.float64)


@feature(
    unit="calls or transfers",
    label="contacts within a day of each other",
    supposed="{} of the two with the same contact came within 24 hours of each other",
)
def same_day_contacts(pairs: PairContext) -> FloatArray:
    """How many calls or transfers of one came within 24 hours of one of the other with the same
    contact."""
    return pairs.met.relays.astype(np.float64)


@feature(
    unit="calls or transfers",
    label="calls and transfers with shared contacts",
    supposed="the two had {} with shared contacts",
)
def contact_volume(pairs: PairContext) -> FloatArray:
    """How many calls and transfers the two had with shared contacts, counting for each contact
    whichever of the two had fewer."""
    return pairs.met.contacts.astype(np.float64)


@feature(
    unit="days",
    label="time since a shared contact",
    supposed="both had last been in touch with the same contact {} ago",
)
def days_since_shared_contact(pairs: PairContext) -> FloatArray:
    """How long ago both had last been in touch with the same contact by call or transfer."""
    latest = pairs.met.latest
    return np.where(latest > 0, (pairs.at - latest) / DAY, np.nan)


@feature(
    unit="contacts",
    label="contacts of the rarest shared one",
    supposed="the least connected of the shared contacts had {}",
)
def contacts_of_rarest(pairs: PairContext) -> FloatArray:
    """How many contacts the least connected of the shared contacts has itself."""
    return pairs.shared.least.astype(np.float64)


@feature(
    unit="numbers or accounts",
    label="shared numbers or accounts of unknown users",
    supposed="both had been in touch with {} of unknown users",
)
def shared_unattributed(pairs: PairContext) -> FloatArray:
    """How many phones or accounts with no known person behind them both were in touch with."""
    return shared_neighbours(pairs.graph.derived(unattributed_csr), pairs.a, pairs.b).count.astype(
        np.float64
    )


@feature(unit="contacts", label="contacts of the one who has fewer")
def fewer_contacts(pairs: PairContext) -> FloatArray:
    """How many contacts the less connected of the two has."""
    degree = pairs.contacts.degrees
    return np.minimum(degree[pairs.a], degree[pairs.b]).astype(np.float64)


FEATURES = (
    shared_contacts,
    contact_overlap,
    contact_rarity,
    contact_exclusivity,
    shared_call_contacts,
    shared_money_contacts,
    call_and_money_contacts,
    co_suspect_contacts,
    ties_among_shared,
    same_day_contacts,
    contacts_of_rarest,
    shared_unattributed,
    contact_volume,
    days_since_shared_contact,
    fewer_contacts,
)
