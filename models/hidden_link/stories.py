"""Ordinary reasons for two persons to share contacts, told from the records of one pair."""

from datetime import UTC, datetime

import numpy as np
import pandas as pd

from models.hidden_link.features import EXCHANGES, contact_csr, contact_ties, crime_csr
from workbench.analysis.counter_case import Sign, Story, most_ordinary
from workbench.analysis.graph import CaseGraph
from workbench.analysis.modelling import OrdinaryStory
from workbench.analysis.tables import Int64Array, IntArray
from workbench.analysis.ties import TieKind, Ties
from workbench.domain.entity import EntityKind

MANY = 5  # contacts from which a number or account looks like a shared one
WORKING_HOURS = (7, 19)


def ordinary(graph: CaseGraph, a: int, b: int) -> OrdinaryStory:
    """The most ordinary story that fits what two persons share, in what `graph` knows."""
    shared = _Shared.of(graph, a, b)
    enquiry = shared.enquiry()
    return most_ordinary(
        [
            Story(told, tuple(signs), enquiry)
            for told, signs in (
                (
                    "Both call a number or use an account that a team, a club or a workplace "
                    "shares, and need not know each other for that.",
                    _of_a_club(shared),
                ),
                (
                    "They move in one circle, a family or friends, and are in touch with the same "
                    "people without a record of their own tie.",
                    _of_a_circle(shared),
                ),
                (
                    "Both deal with the same business or service, as its other customers do.",
                    _of_customers(shared),
                ),
            )
        ]
    )


def _of_a_club(shared: "_Shared") -> list[Sign]:
    n = shared.busiest
    return [
        Sign(
            len(shared.bare) > 0,
            "What they share is a number or an account with no known person behind it, as a club's "
            "or an office's has.",
            "They share no number or account that could be a club's: known persons are behind all.",
        ),
        Sign(
            n >= MANY,
            f"{n} contacts are known of it, more than two people with a secret would need.",
            f"Only {n} contacts are known of it; a club's would have more."
            if n
            else "So nothing is known of how many others would be in touch with it.",
        ),
        shared.in_working_hours(),
        shared.without_offences(),
    ]


def _of_a_circle(shared: "_Shared") -> list[Sign]:
    return [
        Sign(
            len(shared.persons) > 0,
            f"They share {_counted(len(shared.persons), 'person')} they are both in touch with.",
            "They share no person, only numbers or accounts.",
        ),
        Sign(
            shared.n_among > 0,
            f"Records tie these among themselves ({shared.n_among} of them), as in a family.",
            "No record ties the shared contacts among themselves, as it would in a family.",
        ),
        Sign(
            not shared.mostly_worked,
            "They are in touch mostly in the evening, at night or at the weekend.",
            "They are in touch mostly in working hours.",
        ),
        shared.without_offences(),
    ]


def _of_customers(shared: "_Shared") -> list[Sign]:
    return [
        Sign(
            shared.n_firms > 0,
            "An organisation is among what they share.",
            "No organisation is among what they share.",
        ),
        Sign(
            shared.n_paid > 0,
            "Money went from them to what they share.",
            "No money went from them to what they share.",
        ),
        shared.in_working_hours(),
        shared.without_offences(),
    ]


def _counted(n: int, noun: str) -> str:
    return f"{n} {noun}" if n == 1 else f"{n} {noun}s"


class _Shared:
    """What two persons share in the records, and the calls and transfers with it."""

    def __init__(self, graph: CaseGraph, pair: IntArray, shared: IntArray, ties: Ties) -> None:
        self.graph, self.ties = graph, ties
        contacts, crime = graph.derived(contact_csr), graph.derived(crime_csr)
        kinds = graph.entity_kinds[shared]
        self.persons = shared[kinds == EntityKind.PERSON]
        self.bare = shared[np.isin(kinds, [EntityKind.PHONE, EntityKind.ACCOUNT])]
        self.n_firms = int(np.sum(kinds == EntityKind.ORGANISATION))
        known = contacts.degrees
        order = self.bare[np.argsort(known[self.bare], kind="stable")]
        self.rarest = int(order[0]) if len(order) else -1
        self.busiest = int(known[self.bare].max(initial=0))
        beside = [np.isin(shared, crime.neighbours(int(one))) for one in pair]
        self.n_suspected = int(np.logical_or(*beside).sum())
        self.n_among = sum(int(np.isin(contacts.neighbours(int(c)), shared).sum()) for c in shared)
        self.n_among //= 2
        money = ties.of(TieKind.MONEY).link
        payer = np.isin(graph.sources[money], graph.holdings(pair))
        self.n_paid = int(payer.sum())

    @staticmethod
    def of(graph: CaseGraph, a: int, b: int) -> "_Shared":
        contacts, ties = graph.derived(contact_csr), graph.derived(contact_ties)
        shared = np.intersect1d(contacts.neighbours(a), contacts.neighbours(b)).astype(np.int32)
        pair = np.array([a, b], np.int32)
        between = (np.isin(ties.a, pair) & np.isin(ties.b, shared)) | (
            np.isin(ties.b, pair) & np.isin(ties.a, shared)
        )
        return _Shared(graph, pair, shared, ties.take(np.flatnonzero(between)))

    @property
    def at(self) -> Int64Array:
        """When they were in touch by call or transfer."""
        return self.ties.of(*EXCHANGES).at

    @property
    def mostly_worked(self) -> bool:
        if not len(self.at):
            return False
        when = pd.DatetimeIndex(pd.to_datetime(self.at, unit="us", utc=True))
        low, high = WORKING_HOURS
        worked = (when.day_of_week < 5) & (when.hour >= low) & (when.hour < high)
        return bool(worked.mean() > 0.5)

    def in_working_hours(self) -> Sign:
        return Sign(
            self.mostly_worked,
            "They are in touch with it mostly in working hours (07 to 19 UTC, Monday to Friday).",
            "They are in touch with it mostly outside working hours.",
        )

    def without_offences(self) -> Sign:
        return Sign(
            self.n_suspected == 0,
            "No record names what they share together with either of them in an offence.",
            f"Records name {_counted(self.n_suspected, 'shared contact')} as suspect together with "
            "one of them.",
        )

    def enquiry(self) -> str:
        """What is missing most: who is behind a number or account, or what a person is to both."""
        label = self.graph.entities["label"]
        if self.rarest >= 0:
            touching = (self.ties.a == self.rarest) | (self.ties.b == self.rarest)
            asked = "operator who used" if self._is_phone(self.rarest) else "bank who holds"
            return (
                f"Ask the {asked} {label.loc[self.rarest]}{_between(self.ties.at[touching])}: a "
                "club, an office or a shop speaks for the ordinary story, a single person for "
                "the claim."
            )
        if len(self.persons):
            return (
                f"Ask what {label.loc[self.persons[0]]} is to both: a relative, neighbour or "
                "colleague of either speaks for the ordinary story."
            )
        return (
            "Ask what the shared business sells and to whom: if most customers are strangers to "
            "each other, sharing it says nothing."
        )

    def _is_phone(self, row: int) -> bool:
        return bool(self.graph.entity_kinds[row] == EntityKind.PHONE)


def _between(at: Int64Array) -> str:
    if not len(at):
        return ""
    first, last = (datetime.fromtimestamp(x / 1e6, tz=UTC) for x in (at.min(), at.max()))
    return f" between {first:%-d %B %Y} and {last:%-d %B %Y}"
