"""What the records show of one group of transfers: who pays, who holds, what went before."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from models.money_flow.features import GroupContext, all_transfers, contact_csr, used_before
from workbench.analysis.tables import IntArray
from workbench.analysis.transfers import DAY
from workbench.domain.entity import EntityKind

MONTH = (25 * DAY, 35 * DAY)  # how long before a payment the one of the month before lies


@dataclass(frozen=True, eq=False)
class Flow:
    """The only group of `groups`. Accounts and holders are entity rows."""

    groups: GroupContext

    def measure(self, k: int) -> float:
        """One of `group_measures`; NaN where it has no value."""
        return float(self.groups.measures[0, k])

    @property
    def start(self) -> int:
        return int(self.groups.starts[0])

    @cached_property
    def holder_of(self) -> dict[int, int]:
        """Who holds each account on record, the first stated where several do."""
        graph = self.groups.graph
        rows = graph.incident_of(self.groups.members.tolist(), "holds")
        rows = rows[np.isin(graph.targets[rows], self.groups.members)][::-1]
        return dict(zip(graph.targets[rows].tolist(), graph.sources[rows].tolist(), strict=True))

    @cached_property
    def firms(self) -> dict[int, int]:
        """Accounts of the group that an organisation holds, and which."""
        kinds = self.groups.graph.entity_kinds
        holders = self.holder_of.items()
        return {a: who for a, who in holders if kinds[who] == EntityKind.ORGANISATION}

    @property
    def n_used(self) -> int:
        """Accounts of the group that are on record as used in an offence."""
        return int(np.isin(self.groups.members, self.groups.graph.derived(used_before)).sum())

    @property
    def most_of_one_holder(self) -> int:
        """Most accounts that one and the same holder has."""
        _, counts = np.unique(list(self.holder_of.values()), return_counts=True)
        return int(counts.max(initial=0))

    @property
    def most_paid(self) -> int:
        """The account that most others pay."""
        return _most(self.groups.targets, self.groups.sources)

    @property
    def payer(self) -> int:
        """The account that pays most others."""
        return _most(self.groups.sources, self.groups.targets)

    @cached_property
    def between(self) -> int:
        """The account that passes on most of what it received; the one that pays most if none."""
        groups = self.groups
        both = np.intersect1d(groups.sources, groups.targets)
        if not len(both):
            return self.payer
        through = [
            min(groups.amounts[end == a].sum() for end in (groups.sources, groups.targets))
            for a in both
        ]
        return int(both[int(np.argmax(through))])

    @property
    def largest(self) -> tuple[int, int]:
        """Payer and payee of the largest transfer."""
        at = int(np.argmax(self.groups.amounts))
        return int(self.groups.sources[at]), int(self.groups.targets[at])

    @property
    def passes_on(self) -> bool:
        return len(np.intersect1d(self.groups.sources, self.groups.targets)) > 0

    @property
    def variation(self) -> float:
        return float(np.std(self.groups.amounts) / np.mean(self.groups.amounts))

    def n_before(self, account: int, since: int) -> int:
        """Transfers of an account on record from `since` until the group began."""
        known = self.groups.graph.derived(all_transfers)
        low, high = np.searchsorted(known.at, [since, self.start])
        return int(
            np.sum((known.source[low:high] == account) | (known.target[low:high] == account))
        )

    @cached_property
    def dealings(self) -> tuple[int, int] | None:
        """How many pairs of payer and payee the group has, and how many had dealings before; None
        where no earlier transfer of any of its accounts is on record."""
        groups = self.groups
        known, n = groups.graph.derived(all_transfers), groups.graph.n_entities
        until = int(np.searchsorted(known.at, self.start))
        source, target = known.source[:until], known.target[:until]
        if not (np.isin(source, groups.members) | np.isin(target, groups.members)).any():
            return None
        here, earlier = (
            np.unique(np.minimum(x, y).astype(np.int64) * n + np.maximum(x, y))
            for x, y in ((groups.sources, groups.targets), (source, target))
        )
        return len(here), int(np.isin(here, earlier).sum())

    @cached_property
    def paid_monthly(self) -> tuple[int, int] | None:
        """How many accounts `payer` pays, and how many it also paid a month before; None where
        its records do not reach back so far."""
        groups, payer = self.groups, self.payer
        known = groups.graph.derived(all_transfers)
        mine = (known.source == payer) | (known.target == payer)
        if not mine.any() or known.at[mine].min() > self.start - MONTH[1]:
            return None
        paid = known.source == payer
        payees = np.unique(groups.targets[groups.sources == payer])
        n = 0
        for payee in payees:
            here = groups.at[(groups.sources == payer) & (groups.targets == payee)]
            ago = here[:, None] - known.at[paid & (known.target == payee)]
            n += bool(((ago >= MONTH[0]) & (ago <= MONTH[1])).any())
        return len(payees), n

    @cached_property
    def acquainted(self) -> tuple[int, int]:
        """Transfers of which both holders are on record, and those whose holders other records
        tie."""
        contacts, holder = self.groups.graph.derived(contact_csr), self.holder_of
        ends = zip(self.groups.sources.tolist(), self.groups.targets.tolist(), strict=True)
        held = [(holder[s], holder[t]) for s, t in ends if s in holder and t in holder]
        return len(held), sum(b in contacts.neighbours(a) for a, b in held)


def _most(one: IntArray, others: IntArray) -> int:
    """Of `one`, which has most different `others`."""
    pairs = np.unique(np.stack([one, others]), axis=1)
    who, counts = np.unique(pairs[0], return_counts=True)
    return int(who[np.argmax(counts)])
