"""The shape of a few transfers in the order of time, their order, and whether money is conserved.

Judged from payer, payee, amount and instant alone.
"""

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise

CENT = 0.01
MOST_KEPT = 0.5  # share that an account may keep of what it was paid
REPORTED_FROM = 10_000.0  # EUR, the threshold that structuring stays under


@dataclass(frozen=True, slots=True)
class Step:
    """One transfer of an instance; `amount` is the whole of it, `at` in seconds."""

    payer: str
    payee: str
    at: float
    amount: float


# Shapes -----------------------------------------------------------------------------------------


def _ends(steps: Sequence[Step]) -> tuple[set[str], set[str]]:
    return {s.payer for s in steps}, {s.payee for s in steps}


def fan_in(steps: Sequence[Step]) -> bool:
    """Three or more payers, one payee who is none of them."""
    payers, payees = _ends(steps)
    return len(payees) == 1 and len(payers) >= 3 and not payers & payees


def fan_out(steps: Sequence[Step]) -> bool:
    """One payer, three or more payees."""
    payers, payees = _ends(steps)
    return len(payers) == 1 and len(payees) >= 3 and not payers & payees


def cycle(steps: Sequence[Step]) -> bool:
    """Each payee pays next, and the last pays the first; at least three accounts, each once."""
    follows = all(a.payee == b.payer for a, b in pairwise(steps))
    payers, payees = _ends(steps)
    once = len(payers) == len(steps) and payers == payees
    return len(steps) >= 3 and follows and once and steps[-1].payee == steps[0].payer


def layered(steps: Sequence[Step]) -> list[set[str]] | None:
    """Accounts by layer, where every transfer goes from one layer to the next; else None."""
    into: dict[str, set[str]] = defaultdict(set)
    for step in steps:
        into[step.payee].add(step.payer)
    depth: dict[str, int] = {}
    waiting = {s.payer for s in steps} - set(into)
    for account in waiting:
        depth[account] = 0
    left = set(into)
    while left:
        ready = {a for a in left if into[a] <= depth.keys()}
        if not ready:
            return None
        for account in ready:
            above = {depth[one] for one in into[account]}
            depth[account] = max(above) + 1
        left -= ready
    if any(depth[s.payee] != depth[s.payer] + 1 for s in steps):
        return None
    return [{a for a, d in depth.items() if d == k} for k in range(max(depth.values()) + 1)]


def _middles_pass(steps: Sequence[Step], layers: list[set[str]]) -> bool:
    """Every account of a middle layer was paid and paid."""
    payers, payees = _ends(steps)
    return all(layer <= payers & payees for layer in layers[1:-1])


def _sizes(steps: Sequence[Step]) -> tuple[int, ...]:
    layers = layered(steps)
    if layers is None or not _middles_pass(steps, layers):
        return ()
    return tuple(len(layer) for layer in layers)


def scatter_gather(steps: Sequence[Step]) -> bool:
    """One pays several, who all pay one."""
    sizes = _sizes(steps)
    return len(sizes) == 3 and sizes[0] == 1 and sizes[1] >= 2 and sizes[2] == 1


def gather_scatter(steps: Sequence[Step]) -> bool:
    """Several pay one, who pays several."""
    sizes = _sizes(steps)
    return len(sizes) == 3 and sizes[0] >= 2 and sizes[1] == 1 and sizes[2] >= 2


def bipartite(steps: Sequence[Step]) -> bool:
    """Several pay several, and nobody does both."""
    sizes = _sizes(steps)
    return len(sizes) == 2 and min(sizes) >= 2


def stack(steps: Sequence[Step]) -> bool:
    """Three layers or more, each paying the next."""
    return len(_sizes(steps)) >= 3


def connected(steps: Sequence[Step]) -> bool:
    """One piece; nothing else is asked of what has no shape."""
    reached, grown = {steps[0].payer, steps[0].payee}, True
    while grown:
        near = [s for s in steps if (s.payer in reached) != (s.payee in reached)]
        grown = bool(near)
        reached |= {a for s in near for a in (s.payer, s.payee)}
    return all(s.payer in reached and s.payee in reached for s in steps)


def structuring(steps: Sequence[Step]) -> bool:
    """Three payments or more to one account, each under the threshold from which one reports and
    together over it; whatever else there is, that account pays."""
    collects = steps[0].payee
    into = [s.amount for s in steps if s.payee == collects]
    onward = all(s.payer == collects for s in steps if s.payee != collects)
    under = len(into) >= 3 and max(into) < REPORTED_FROM <= sum(into)
    return under and onward


def mirror(steps: Sequence[Step]) -> bool:
    """Every transfer has a twin of about the same amount between other accounts or back."""
    amounts = sorted(s.amount for s in steps)
    close = [b <= a * 1.1 + CENT for a, b in pairwise(amounts)]
    alone = [
        not (before or after)
        for before, after in zip([False, *close], [*close, False], strict=True)
    ]
    return len(steps) >= 2 and not any(alone)


SHAPES: dict[str, Callable[[Sequence[Step]], bool]] = {
    "fan_in": fan_in,
    "fan_out": fan_out,
    "cycle": cycle,
    "scatter_gather": scatter_gather,
    "gather_scatter": gather_scatter,
    "bipartite": bipartite,
    "stack": stack,
    "layered": stack,
    "structuring": structuring,
    "mirror": mirror,
    "random": connected,
}


# Order and money --------------------------------------------------------------------------------


def in_order(steps: Sequence[Step]) -> bool:
    """Whoever is paid and pays (but for whom money starts from) was paid first."""
    paid: dict[str, float] = {}
    for step in steps:
        paid.setdefault(step.payee, step.at)
    starts = steps[0].payer
    return all(paid.get(s.payer, s.at) <= s.at for s in steps if s.payer != starts)


def conserved(steps: Sequence[Step]) -> bool:
    """Nobody in the middle sends on more than came in by then, or keeps more than half of it."""
    held: dict[str, float] = defaultdict(float)
    came: dict[str, float] = defaultdict(float)
    sent: dict[str, float] = defaultdict(float)
    starts = steps[0].payer
    _, payees = _ends(steps)
    for step in steps:
        if step.payer in payees and step.payer != starts:
            held[step.payer] -= step.amount
            sent[step.payer] += step.amount
            if held[step.payer] < -CENT:
                return False
        held[step.payee] += step.amount
        came[step.payee] += step.amount
    return all(sent[a] >= (1 - MOST_KEPT) * came[a] - CENT for a in sent)


def closes(steps: Sequence[Step]) -> bool:
    """The last payee is the first payer."""
    return steps[-1].payee == steps[0].payer
