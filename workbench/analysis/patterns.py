"""Groups of transfers in a known shape: gathered, spread, passed on, round in a circle.

Every pattern reads transfers in the order of time, keeps to a window, and, where money is passed
on, wants the amounts to agree within a tolerance. Innocent payments have the same shapes (payroll,
rent, a shop): a pattern only proposes, a model and then a person tell them apart. Each pattern's
docstring is shown to analysts.
"""

import inspect
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from workbench.analysis.tables import IntArray
from workbench.analysis.transfers import Groups, Rule, Transfers


@dataclass(frozen=True, slots=True)
class Pattern:
    """`meaning` is the docstring of `find`, on one line, as analysts read it."""

    name: str
    meaning: str
    find: Callable[[Transfers, Rule], Groups]


def pattern(function: Callable[[Transfers, Rule], Groups]) -> Pattern:
    """Make a documented function a pattern; it keeps its name and its docstring."""
    meaning = " ".join((inspect.getdoc(function) or "").split())
    return Pattern(function.__name__, meaning, function)


@pattern
def fan_in(transfers: Transfers, rule: Rule) -> Groups:
    """Several accounts pay into one account within four days."""
    return _fans(transfers, rule, transfers.into, transfers.into_offsets, transfers.source)


@pattern
def fan_out(transfers: Transfers, rule: Rule) -> Groups:
    """One account pays out to several accounts within four days."""
    return _fans(transfers, rule, transfers.out, transfers.out_offsets, transfers.target)


def _fans(
    transfers: Transfers, rule: Rule, order: IntArray, offsets: IntArray, far: IntArray
) -> Groups:
    from workbench.analysis.flows import fans

    flat, found = fans(
        order, offsets, far, transfers.at, rule.burst, rule.least, rule.hub_cap, rule.most
    )
    return Groups(flat, found)


@pattern
def passed_on(transfers: Transfers, rule: Rule) -> Groups:
    """An account passes on within days most of what it has just received: in parts, or several
    receipts in one."""
    from workbench.analysis.flows import passed_on_episodes

    into, out = (transfers.into, transfers.into_offsets), (transfers.out, transfers.out_offsets)
    found = [
        passed_on_episodes(
            *near, *far, transfers.amount, transfers.at, forward, rule.delay,
            1 - rule.kept, 1.1, rule.hub_cap,
        )
        for near, far, forward in ((into, out, True), (out, into, False))
    ]  # fmt: skip
    groups = [Groups(*one) for one in found]
    return Groups.of([np.sort(g[i]) for g in groups for i in range(len(g))])


@pattern
def chain(transfers: Transfers, rule: Rule) -> Groups:
    """Money is passed on from account to account, three times or more, each time after a short
    rest and in nearly the same amount."""
    from workbench.analysis.flows import chains

    first, second = handovers(transfers, rule)
    flat, found = chains(first, second, transfers.source, transfers.target, transfers.at,
                         rule.window, 3)  # fmt: skip
    return Groups(flat, found)


@pattern
def cycle(transfers: Transfers, rule: Rule) -> Groups:
    """Money comes back to the account it left, by way of two to four others, each time after a
    short rest and in nearly the same amount."""
    from workbench.analysis.flows import cycles

    first, second = handovers(transfers, rule)
    flat, found, n_truncated = cycles(
        first, second, transfers.source, transfers.target, transfers.at, rule.window, 10_000
    )
    return Groups(flat, found, n_truncated)


@pattern
def scatter_gather(transfers: Transfers, rule: Rule) -> Groups:
    """One account spreads money over several others, and each passes nearly the same amount on to
    one and the same account."""
    first, second = handovers(transfers, rule)
    start, end = transfers.source[first], transfers.target[second]
    apart = start != end
    first, second, start, end = first[apart], second[apart], start[apart], end[apart]
    order = np.lexsort((second, first, end, start))
    ends = np.stack([start[order], end[order]], axis=1)
    cuts = np.flatnonzero((ends[1:] != ends[:-1]).any(axis=1)) + 1
    groups = []
    for rows in np.split(order, cuts):
        by_way_of = transfers.target[first[rows]]
        if len(np.unique(by_way_of)) < max(rule.least - 1, 2):
            continue
        groups += _within(transfers, rule, first[rows], second[rows])
    return Groups.of(groups)


def _within(transfers: Transfers, rule: Rule, first: IntArray, second: IntArray) -> list[IntArray]:
    """Handovers between the same two ends cut into windows that still have several ways."""
    groups = []
    order = np.argsort(transfers.at[first], kind="stable")
    while len(order):
        limit = transfers.at[first[order[0]]] + rule.window
        fits = transfers.at[second[order]] <= limit
        taken = order[fits]
        if len(np.unique(transfers.target[first[taken]])) >= max(rule.least - 1, 2):
            groups.append(np.union1d(first[taken], second[taken]).astype(np.int32))
            order = order[~fits]
        else:
            order = order[1:]
    return groups


@pattern
def gather_scatter(transfers: Transfers, rule: Rule) -> Groups:
    """Several accounts pay into one account, which soon pays nearly the same sum out to several
    others."""
    gathered = fan_in.find(transfers, rule)
    groups = []
    for i in range(len(gathered)):
        inflow = gathered[i]
        account = transfers.target[inflow[0]]
        sent = transfers.out[transfers.out_offsets[account] : transfers.out_offsets[account + 1]]
        start, end = transfers.at[inflow[0]], transfers.at[inflow[-1]] + rule.delay
        end = min(end, start + rule.window)
        sent = sent[(transfers.at[sent] > start) & (transfers.at[sent] <= end)]
        share = transfers.amount[sent].sum() / transfers.amount[inflow].sum()
        several = rule.least <= len(np.unique(transfers.target[sent])) <= rule.hub_cap
        if several and 1 - rule.tolerance <= share <= 1.02:
            groups.append(np.union1d(inflow, sent).astype(np.int32)[: rule.most])
    return Groups.of(groups)


PATTERNS: tuple[Pattern, ...] = (
    fan_in,
    fan_out,
    passed_on,
    chain,
    cycle,
    scatter_gather,
    gather_scatter,
)


def handovers(transfers: Transfers, rule: Rule) -> tuple[IntArray, IntArray]:
    """Pairs of positions (first, second): what the first brought in, the second passed on.

    The second leaves the account that the first reached, within the delay, with an amount between
    (1 - tolerance) and 1.02 of it. Ordered by first, then second.
    """
    from workbench.analysis.flows import handover_pairs

    return handover_pairs(
        transfers.source, transfers.target, transfers.amount, transfers.at,
        transfers.out, transfers.out_offsets, rule.delay, rule.tolerance,
    )  # fmt: skip


def merge(transfers: Transfers, rule: Rule, found: list[Groups]) -> Groups:
    """Groups that share a transfer become one, as long as it keeps to size and to `merged`.

    Groups are taken in the order of their first transfer; a group that would make another too
    long or too large stays apart, unless it lies wholly within one.
    """
    every = [groups[i] for groups in found for i in range(len(groups))]
    every.sort(key=lambda g: (int(g[0]), int(g[-1]), len(g)))
    merged: list[set[int]] = []
    home: dict[int, int] = {}
    for group in every:
        mine = set(group.tolist())
        into = next((home[p] for p in sorted(mine) if p in home), None)
        if into is not None:
            both = merged[into] | mine
            span = transfers.at[max(both)] - transfers.at[min(both)]
            if len(both) <= rule.most and span <= rule.merged:
                merged[into] = both
                home.update({p: into for p in mine if p not in home})
                continue
        home.update({p: len(merged) for p in mine if p not in home})
        merged.append(mine)
    unique = sorted({tuple(sorted(g)) for g in merged})
    return Groups.of(
        [np.array(g, np.int32) for g in unique], sum(groups.n_truncated for groups in found)
    )
