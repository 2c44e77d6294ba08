"""Transfers in the order of time, groups of them, and the rule that a group keeps to."""

from dataclasses import dataclass

import numpy as np

from workbench.analysis.graph import CaseGraph
from workbench.analysis.tables import FloatArray, Int64Array, IntArray
from workbench.domain.entity import LinkKind

DAY = 86_400_000_000  # microseconds


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """What a group must keep to.

    Parameters
    ----------
    window : int
        Longest time from a group's first to its last transfer, microseconds.
    burst : int
        Longest time from the first to the last transfer of a fan, microseconds.
    merged : int
        Longest time that overlapping groups may span once they are made one, microseconds.
    delay : int
        Longest time that money rests before it counts as passed on, microseconds.
    tolerance : float
        Share by which an amount may shrink when passed on whole; it may grow by a fiftieth.
    kept : float
        Share that an account may keep of what it passes on in parts.
    least : int
        Fewest different counterparties of a fan.
    hub_cap : int
        An account with more counterparties in a window (a shop, a payroll) makes no fan.
    most : int
        Most transfers of a group.
    floor : float
        Payments below this are left out, EUR.
    """

    window: int = 30 * DAY
    burst: int = 4 * DAY
    merged: int = 12 * DAY
    delay: int = 5 * DAY
    tolerance: float = 0.2
    kept: float = 0.45
    least: int = 3
    hub_cap: int = 40
    most: int = 60
    floor: float = 50.0


@dataclass(frozen=True, eq=False, slots=True)
class Transfers:
    """Transfers ordered by time, then link; `at` in microseconds, `amount` in EUR.

    ``out[out_offsets[e]:out_offsets[e + 1]]`` are positions of what account e sent,
    ``into[...]`` of what it received, both in time order.
    """

    link: IntArray
    source: IntArray
    target: IntArray
    amount: FloatArray
    at: Int64Array
    out: IntArray
    out_offsets: IntArray
    into: IntArray
    into_offsets: IntArray

    def __len__(self) -> int:
        return len(self.link)

    @classmethod
    def of(cls, graph: CaseGraph, *, since: int, until: int, floor: float = 0.0) -> "Transfers":
        """Transfers of `graph` from `since` to `until` (microseconds, both included).

        Those below `floor` EUR, and those of no amount, are left out.
        """
        rows = graph.link_rows(LinkKind.TRANSFERRED)
        at = graph.times[rows]
        keep = (at >= since) & (at <= until) & (graph.amounts[rows] > 0)
        keep &= graph.amounts[rows] >= floor
        rows = rows[keep]
        return cls.ordered(
            rows,
            graph.sources[rows],
            graph.targets[rows],
            graph.amounts[rows],
            graph.times[rows],
            graph.n_entities,
        )

    @classmethod
    def ordered(
        cls,
        link: IntArray,
        source: IntArray,
        target: IntArray,
        amount: FloatArray,
        at: Int64Array,
        n: int,
    ) -> "Transfers":
        """The same rows of each array, put in order, between accounts 0 to n - 1."""
        order = np.lexsort((link, at))
        link, source, target, at = link[order], source[order], target[order], at[order]
        out, out_offsets = _by_account(source, n)
        into, into_offsets = _by_account(target, n)
        return cls(
            link=link,
            source=source,
            target=target,
            amount=amount[order],
            at=at,
            out=out,
            out_offsets=out_offsets,
            into=into,
            into_offsets=into_offsets,
        )


def _by_account(account: IntArray, n: int) -> tuple[IntArray, IntArray]:
    order = np.argsort(account, kind="stable").astype(np.int32)
    offsets = np.searchsorted(account[order], np.arange(n + 1)).astype(np.int32)
    return order, offsets


@dataclass(frozen=True, eq=False, slots=True)
class Groups:
    """Group i holds the positions ``flat[offsets[i]:offsets[i + 1]]`` of `Transfers`, ascending.

    `n_truncated` counts starting points at which the search was cut short.
    """

    flat: IntArray
    offsets: Int64Array
    n_truncated: int = 0

    def __len__(self) -> int:
        return len(self.offsets) - 1

    def __getitem__(self, i: int) -> IntArray:
        if not 0 <= i < len(self):
            raise IndexError(i)
        return self.flat[self.offsets[i] : self.offsets[i + 1]]

    @classmethod
    def of(cls, groups: list[IntArray], n_truncated: int = 0) -> "Groups":
        sizes = np.array([0, *(len(g) for g in groups)], np.int64)
        flat = np.concatenate([np.empty(0, np.int32), *groups]).astype(np.int32)
        return cls(flat, np.cumsum(sizes), n_truncated)
