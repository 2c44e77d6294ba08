"""Ordinary reasons for money to move in the shape of laundering, told from one group's records."""

from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property

import numpy as np

from models.money_flow.features import GroupContext, all_transfers, contact_csr
from workbench.analysis.counter_case import Sign, Story, most_ordinary
from workbench.analysis.modelling import OrdinaryStory
from workbench.analysis.tables import IntArray
from workbench.analysis.transfers import DAY
from workbench.domain.entity import EntityKind

SEVERAL = 3
LIKE = 0.35  # coefficient of variation up to which amounts are alike
EVERYDAY = 1_000.0  # EUR
MARGIN = 0.1  # share kept from which a go-between earns something
BEFORE = 60 * DAY  # without a transfer in it, a statement is taken to be missing


def ordinary(groups: GroupContext) -> OrdinaryStory:
    """The most ordinary story that fits the only group of `groups`."""
    flow = _Flow(groups)
    enquiry = flow.enquiry()
    told = (
        ("A wage or a payroll: an employer pays its people, as every month.", flow.payroll()),
        ("Dues or a collection: members of a club or a family pay into one account.", flow.dues()),
        (
            "A reseller or a go-between: it is paid by customers and pays its suppliers, and keeps "
            "a margin.",
            flow.reseller(),
        ),
        (
            "A treasury that sweeps money between accounts of its own.",
            flow.treasury(),
        ),
        ("Friends or relatives who lend, give and pay back.", flow.friends()),
    )
    return most_ordinary([Story(story, signs, enquiry) for story, signs in told])


@dataclass(frozen=True, eq=False)
class _Flow:
    """What the records show of the one group."""

    groups: GroupContext

    def payroll(self) -> tuple[Sign, ...]:
        n = int(self._measure(6))
        return (
            Sign(
                n >= SEVERAL,
                f"One account pays {n} others.",
                f"No account pays more than {n} others.",
            ),
            self._held(self._busiest_payer, "pays most"),
            self._dealt_before(),
            Sign(
                not self._passes_on,
                "What is paid stays where it arrives.",
                "Part of what is paid is passed on again.",
            ),
        )

    def dues(self) -> tuple[Sign, ...]:
        n = int(self._measure(5))
        return (
            Sign(
                n >= SEVERAL,
                f"{n} accounts pay into one.",
                f"No more than {n} pay into one account.",
            ),
            Sign(
                self._variation <= LIKE,
                "The amounts are alike, as dues are.",
                "The amounts differ more than dues would.",
            ),
            self._dealt_before(),
            Sign(
                not self._passes_on,
                "What is collected stays where it arrives.",
                "Part of what is collected is passed on again.",
            ),
        )

    def reseller(self) -> tuple[Sign, ...]:
        kept = self._measure(3)
        return (
            Sign(
                self._passes_on,
                "What one account receives it passes on in part.",
                "No account passes on what it received.",
            ),
            Sign(
                bool(kept >= MARGIN),
                f"About {100 * kept:.0f} % stays with the go-between, as a margin would.",
                "Next to nothing stays with the go-between; a reseller would keep a margin.",
            ),
            self._held(self._busiest_payer, "pays most"),
            self._dealt_before(),
        )

    def treasury(self) -> tuple[Sign, ...]:
        n_own = self._n_of_one_holder
        return (
            Sign(
                n_own > 1,
                f"One holder holds {n_own} of the accounts.",
                "No two of the accounts have the same holder on record.",
            ),
            Sign(
                bool(self._measure(4)),
                "Money comes back to an account that it left.",
                "No money comes back to an account that it left.",
            ),
            self._held(self._busiest_payer, "pays most"),
            self._dealt_before(),
        )

    def friends(self) -> tuple[Sign, ...]:
        return (
            Sign(
                self._n_acquainted > 0,
                f"Other records tie the holders at both ends of {self._n_acquainted} transfers.",
                "No other record ties a payer to whom they pay.",
            ),
            Sign(
                float(np.median(self.groups.amounts)) <= EVERYDAY,
                "Most amounts are everyday ones, up to 1,000 EUR.",
                "Most amounts are above 1,000 EUR.",
            ),
            Sign(
                len(self._firms) == 0,
                "No organisation is on record as a holder.",
                f"Organisations hold {len(self._firms)} of the accounts.",
            ),
            self._dealt_before(),
        )

    def enquiry(self) -> str:
        """What is missing most: a holder, a statement of the time before, or a reason for the
        largest payment."""
        groups, label = self.groups, self.groups.graph.entities["label"]
        unknown = groups.members[~np.isin(groups.members, groups.graph.targets[self._holds])]
        if len(unknown):
            return (
                f"Ask the bank who holds {label.loc[unknown[0]]} and since when: an employer, a "
                "club or a shop speaks for the ordinary story."
            )
        start, silent = int(groups.starts[0]), self._silent
        if len(silent):
            return (
                f"Ask the bank for the statement of {label.loc[silent[0]]} from "
                f"{_day(start - BEFORE)} to {_day(start)}, of which no record was delivered: "
                "payments that recur speak for the ordinary story."
            )
        largest = int(np.argmax(groups.amounts))
        return (
            f"Ask {label.loc[groups.sources[largest]]} for the contract or invoice behind the "
            f"{groups.amounts[largest]:,.0f} EUR of {_day(int(groups.at[largest]))}."
        )

    def _measure(self, k: int) -> float:
        return float(np.nan_to_num(self.groups.measures[0, k]))

    @cached_property
    def _holds(self) -> IntArray:
        return self.groups.graph.incident_of(self.groups.members, "holds")

    @cached_property
    def _firms(self) -> IntArray:
        """Accounts of the group that an organisation holds."""
        graph = self.groups.graph
        firm = graph.entity_kinds[graph.sources[self._holds]] == EntityKind.ORGANISATION
        return np.intersect1d(graph.targets[self._holds][firm], self.groups.members)

    @cached_property
    def _n_of_one_holder(self) -> int:
        _, counts = np.unique(self.groups.graph.sources[self._holds], return_counts=True)
        return int(counts.max(initial=0))

    @cached_property
    def _busiest_payer(self) -> int:
        who, counts = np.unique(self.groups.sources, return_counts=True)
        return int(who[np.argmax(counts)])

    def _held(self, account: int, what: str) -> Sign:
        return Sign(
            account in self._firms,
            f"The account that {what} is held by an organisation.",
            f"The account that {what} is not held by an organisation on record.",
        )

    @property
    def _passes_on(self) -> bool:
        return len(np.intersect1d(self.groups.sources, self.groups.targets)) > 0

    @property
    def _variation(self) -> float:
        return float(np.std(self.groups.amounts) / np.mean(self.groups.amounts))

    @cached_property
    def _dealings(self) -> tuple[int, int]:
        """How many pairs of payer and payee the group has, and how many had dealings before."""
        groups = self.groups
        known, n = groups.graph.derived(all_transfers), groups.graph.n_entities
        until = int(np.searchsorted(known.at, groups.starts[0]))
        here, earlier = (
            np.unique(np.minimum(x, y).astype(np.int64) * n + np.maximum(x, y))
            for x, y in (
                (groups.sources, groups.targets),
                (known.source[:until], known.target[:until]),
            )
        )
        return len(here), int(np.isin(here, earlier).sum())

    def _dealt_before(self) -> Sign:
        n_pairs, n = self._dealings
        return Sign(
            2 * n >= n_pairs,
            f"{n} of the {n_pairs} pairs of payer and payee had dealings before.",
            f"{f'Only {n}' if n else 'None'} of the {n_pairs} pairs of payer and payee had "
            "dealings before.",
        )

    @cached_property
    def _n_acquainted(self) -> int:
        graph = self.groups.graph
        holder = dict(
            zip(
                graph.targets[self._holds].tolist(),
                graph.sources[self._holds].tolist(),
                strict=True,
            )
        )
        contacts = graph.derived(contact_csr)
        ends = zip(self.groups.sources.tolist(), self.groups.targets.tolist(), strict=True)
        held = [(holder[s], holder[t]) for s, t in ends if s in holder and t in holder]
        return sum(b in contacts.neighbours(a) for a, b in held)

    @cached_property
    def _silent(self) -> IntArray:
        """Accounts of the group with no transfer on record in the time before, the one that moves
        most in the group first."""
        groups = self.groups
        known, start = groups.graph.derived(all_transfers), groups.starts[0]
        before = (known.at < start) & (known.at >= start - BEFORE)
        seen = np.union1d(known.source[before], known.target[before])
        silent = np.setdiff1d(groups.members, seen)
        moved = [
            groups.amounts[(groups.sources == a) | (groups.targets == a)].sum() for a in silent
        ]
        return silent[np.argsort(-np.array(moved), kind="stable")] if len(silent) else silent


def _day(at: int) -> str:
    return f"{datetime.fromtimestamp(at / 1e6, tz=UTC):%-d %B %Y}"
