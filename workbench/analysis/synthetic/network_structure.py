"""How a planted network is built: its size, its cells, who does what, who is tied to whom, when.

Ties per member lie between those of two published covert networks, one of 101 people with 256
ties and one of 100 with 124 (synthetic-world validation, "groups"), whatever the size.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd

from workbench.analysis.synthetic.scenario import DAYS, Flags, Ints, Scenario

AREA = {  # area of paragraph 25 that a kind of network works in
    "hierarchical": "drugs",
    "cell": "terrorism",
    "broker_linked": "cybercrime",
    "mule_ring": "cybercrime",
    "burglary_crew": "property crime",
    "trafficking_chain": "trafficking in human beings",
    "carousel": "economic crime",
}
KINDS = tuple(AREA)
KIND_SHARE = (0.18, 0.14, 0.13, 0.17, 0.14, 0.12, 0.12)
TIES_PER_MEMBER = (124 / 100, 256 / 101)
STAGES = ("recruiter", "transporter", "exploiter", "launderer")
_STAGE_ENDS = (0.25, 0.5, 0.8)  # of the members of a trafficking chain
_SMALL = {  # sizes in a dense world, from and to
    "hierarchical": (8, 15),
    "cell": (6, 12),
    "broker_linked": (8, 14),
    "mule_ring": (7, 13),
    "burglary_crew": (4, 7),
    "trafficking_chain": (7, 13),
    "carousel": (5, 9),
}
_MEDIAN = {"burglary_crew": 14, "carousel": 18, "cell": 20}  # 30 for all others
_LEAST, _MOST, _SPREAD = 10, 200, 0.7
_DENSE = 200  # people per network below which a world is dense and its networks small
_PER_CELL = {"cell": 5, "broker_linked": 6}  # 7 for all others
_FROM_START = 0.65  # networks that are there when the world begins
_LATEST_START = 150  # days
_JOINS_LATER, _LEAVES = 0.25, 0.2  # shares of members who head nothing


@dataclass(frozen=True, slots=True)
class Group:
    """One network before it has people: parallel arrays per member, ties by position.

    `is_head` marks who leads a cell; `since` and `until` are days, DAYS when still in.
    """

    role: tuple[str, ...]
    cell: Ints
    is_head: Flags
    since: Ints
    until: Ints
    ties: pd.DataFrame  # a, b (positions, a < b), kind


def draw_size(rng: np.random.Generator, scenario: Scenario, kind: str) -> int:
    """Members of one network: 10 to 200 with a long tail, a handful in a dense world."""
    low, high = _SMALL[kind]
    small = int(rng.integers(low, high + 1))
    drawn = _MEDIAN.get(kind, 30) * float(rng.lognormal(0, _SPREAD))
    if scenario.people_per_network < _DENSE:
        return small
    return int(np.clip(round(drawn), _LEAST, _MOST))


def build(rng: np.random.Generator, kind: str, n: int) -> Group:
    """A network of `n` members of a kind; the same draws give the same network."""
    cell = _cells(kind, n)
    is_head = np.concatenate([[True], cell[1:] != cell[:-1]])
    since, until = _turnover(rng, is_head)
    target = round(n * float(rng.uniform(*TIES_PER_MEMBER)))
    ties = _ties(rng, kind, cell, is_head, since, until, target)
    return Group(_roles(kind, cell, is_head), cell, is_head, since, until, ties)


def _cells(kind: str, n: int) -> Ints:
    """Number of each member's cell; members of a cell stand side by side."""
    position = np.arange(n)
    if kind == "trafficking_chain":
        stage = np.searchsorted(np.array(_STAGE_ENDS) * n, position, side="right")
        first = np.searchsorted(stage, stage)
        within = (position - first) // 7
        both = np.stack([stage, within], axis=1)
        return np.unique(both, axis=0, return_inverse=True)[1].reshape(-1)
    if kind == "broker_linked":  # the broker alone, then the groups
        return np.where(position == 0, 0, 1 + (position - 1) // _PER_CELL[kind])
    return position // _PER_CELL.get(kind, 7)


def _turnover(rng: np.random.Generator, is_head: Flags) -> tuple[Ints, Ints]:
    """Heads are in from the network's first day to the end; others join later and leave."""
    n = len(is_head)
    start = 0 if rng.random() < _FROM_START else int(rng.integers(1, _LATEST_START))
    later = (rng.random(n) < _JOINS_LATER) & ~is_head
    joined = start + rng.integers(20, 220, n)
    since = np.where(later, np.minimum(joined, DAYS - 60), start)
    leaves = (rng.random(n) < _LEAVES) & ~is_head
    left = since + rng.integers(60, 500, n)
    return since, np.where(leaves & (left < DAYS), left, DAYS)


def _roles(kind: str, cell: Ints, is_head: Flags) -> tuple[str, ...]:
    if kind == "trafficking_chain":
        stage = np.searchsorted(np.array(_STAGE_ENDS) * len(cell), np.arange(len(cell)), "right")
        return tuple(STAGES[s] for s in stage.tolist())
    below = {"mule_ring": "mule", "burglary_crew": "crew", "carousel": "director"}
    below |= {"cell": "cell member", "broker_linked": "member"}
    head = {"mule_ring": "herder", "burglary_crew": "fence", "carousel": "organiser"}
    head |= {"hierarchical": "lieutenant", "cell": "liaison", "broker_linked": "group leader"}
    first = {"broker_linked": "broker"}.get(kind, "leader")
    return tuple(
        first if i == 0 else head[kind] if heads else below.get(kind, "soldier")
        for i, heads in enumerate(is_head.tolist())
    )


def _ties(
    rng: np.random.Generator,
    kind: str,
    cell: Ints,
    is_head: Flags,
    since: Ints,
    until: Ints,
    target: int,
) -> pd.DataFrame:
    """Who leads whom first; then ties within cells, then across, until there are `target`."""
    n = len(cell)
    led = dict.fromkeys(_led(kind, cell, is_head), "commands")
    low, high = np.triu_indices(n, 1)
    together = (np.maximum(since[low], since[high]) + 20) < np.minimum(until[low], until[high])
    order = np.lexsort((rng.random(len(low)), cell[low] != cell[high]))
    near = abs(cell[low] - cell[high]) <= 1
    for i in order[(together & near)[order]].tolist():
        if len(led) >= target:
            break
        led.setdefault((int(low[i]), int(high[i])), "works_with")
    rows = [(a, b, tie) for (a, b), tie in sorted(led.items())]
    return pd.DataFrame(rows, columns=["a", "b", "kind"])


def _led(kind: str, cell: Ints, is_head: Flags) -> Iterator[tuple[int, int]]:
    """Head and member of each cell; head and head: under the leader, or one to the next."""
    heads = np.flatnonzero(is_head)
    for i in np.flatnonzero(~is_head).tolist():
        yield int(heads[cell[i]]), i
    chained = kind in ("cell", "trafficking_chain")
    for k in range(1, len(heads)):
        yield int(heads[k - 1] if chained else heads[0]), int(heads[k])
    if kind == "carousel":
        for i in range(1, len(cell)):
            yield i - 1, i
