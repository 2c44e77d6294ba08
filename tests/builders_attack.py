"""Somebody who received an audit without its small cells and tries to work them out.

Knows every count and rate in the document, that groups of an attribute and those without a group
add up to the same totals whichever attribute is taken, and that an intersection adds up to its two
attributes: which groups of it are named says who is whose, so that a community with a script of its
own is that script. Groups known to hold the same people (`same`) are the same in every cell. What a
cell can be is a linear programme. Copies that left earlier are read with it. Verdicts are no
equations: what they tell of a denominator is tested by itself.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from scipy.optimize import linprog

from workbench.analysis.small_cells import small
from workbench.analysis.subgroups import BOTH, PAIR
from workbench.analysis.suppression import LEAST

Group = tuple[str, str]  # attribute and group
CELLS = ("tn", "fp", "fn", "tp")
NOBODY = "(no group)"
RATES = {
    "fpr": (("fp",), ("tn", "fp")),
    "fnr": (("fn",), ("fn", "tp")),
    "selection_rate": (("fp", "tp"), CELLS),
    "precision": (("tp",), ("fp", "tp")),
    "accuracy": (("tn", "tp"), CELLS),
}
COUNTS = {"n": CELLS, "negatives": ("tn", "fp"), "positives": ("fn", "tp")}


def cells_of(row: Mapping[str, Any]) -> dict[str, int]:
    """The four cells of a group's row in the whole document."""
    fp = round(row["negatives"] * (row["fpr"] or 0.0))
    fn = round(row["positives"] * (row["fnr"] or 0.0))
    return {"tn": row["negatives"] - fp, "fp": fp, "fn": fn, "tp": row["positives"] - fn}


def on_side(group: str, side: int = 0) -> list[str]:
    """The groups of one attribute that a group's name holds, of one person or of two."""
    return sorted(person.split(BOTH)[side] for person in group.split(PAIR))


class Attacker:
    """What each cell of `groups` (attribute, group) may be, given the document that left."""

    def __init__(
        self,
        left: Mapping[str, Any],
        groups: list[tuple[str, str]],
        *earlier: Mapping[str, Any],
        same: Sequence[tuple[Group, Group]] = (),
    ) -> None:
        self.place: dict[tuple[str, str, str], int] = {}
        self.equal: list[tuple[dict[int, float], float]] = []
        attributes = list(dict.fromkeys(attribute for attribute, _ in groups))
        for attribute, group in [*groups, *((a, NOBODY) for a in attributes), ("all", "all")]:
            for cell in CELLS:
                self.place[attribute, group, cell] = len(self.place)
        for copy in (left, *earlier):
            self.read(copy, groups)
        missing = {row["attribute"] for row in left["excluded"]}
        self.complete = [a for a in attributes if BOTH not in a and a not in missing]
        self.add_up(attributes, groups)
        for one, other in same:
            for cell in CELLS:
                self.says([((*one, cell), 1.0), ((*other, cell), -1.0)], 0.0)

    def says(self, parts: list[tuple[tuple[str, str, str], float]], value: float) -> None:
        row: dict[int, float] = {}
        for key, weight in parts:
            row[self.place[key]] = row.get(self.place[key], 0.0) + weight
        self.equal.append((row, value))

    def read(self, left: Mapping[str, Any], groups: list[tuple[str, str]]) -> None:
        """Counts and rates, as equations between cells."""
        for row in left["groups"]:
            at = row["attribute"], row["group"]
            for count, cells in COUNTS.items():
                if row[count] is not None:
                    self.says([((*at, cell), 1.0) for cell in cells], row[count])
            for rate, (above, below) in RATES.items():
                if row[rate] is not None:
                    parts = [((*at, cell), 1.0) for cell in above]
                    self.says(parts + [((*at, cell), -row[rate]) for cell in below], 0.0)
        for count, cells in COUNTS.items():
            if left[count] is not None:
                self.says([(("all", "all", cell), 1.0) for cell in cells], left[count])
        for attribute in {row["attribute"] for row in left["excluded"]}:
            missing = [row["n"] for row in left["excluded"] if row["attribute"] == attribute]
            if None not in missing:
                self.says([((attribute, NOBODY, cell), 1.0) for cell in CELLS], sum(missing))
        for test in left["tests"]:
            if test["pooled"] is not None:
                own = [at for at in groups if at[0] == test["attribute"]]
                above, below = RATES[test["metric"]]
                parts = [((*at, cell), 1.0) for at in own for cell in above]
                parts += [((*at, cell), -test["pooled"]) for at in own for cell in below]
                self.says(parts, 0.0)

    def add_up(self, attributes: list[str], groups: list[tuple[str, str]]) -> None:
        for cell in CELLS:
            for name in self.complete:
                self.says([((name, NOBODY, cell), 1.0)], 0.0)
            for name in attributes:
                own = [(a, g) for a, g in groups if a == name] + [(name, NOBODY)]
                parts = [((*at, cell), 1.0) for at in own]
                self.says([*parts, (("all", "all", cell), -1.0)], 0.0)
                if BOTH in name:
                    self.splits(name, own[:-1], groups, cell)

    def splits(
        self, name: str, own: list[tuple[str, str]], groups: list[tuple[str, str]], cell: str
    ) -> None:
        """Each group of the two attributes holds the intersection's groups that name it, and those
        of it without a group in the other attribute."""
        both = name.split(BOTH)
        for side, attribute in enumerate(both):
            others = both[1 - side]
            rests = [("beside", f"{name} {attribute}", cell)]
            for _, group in [(a, g) for a, g in groups if a == attribute]:
                parts = [((*at, cell), 1.0) for at in own if on_side(at[1], side) == on_side(group)]
                rests.append(("rest of", f"{name} {attribute} {group}", cell))
                self.place.setdefault(rests[-1], len(self.place))
                self.says([*parts, (rests[-1], 1.0), ((attribute, group, cell), -1.0)], 0.0)
            self.place.setdefault(rests[0], len(self.place))
            self.says([*((r, 1.0) for r in rests), ((others, NOBODY, cell), -1.0)], 0.0)

    def may_be(self, attribute: str, group: str, cell: str) -> tuple[float, float]:
        """The least and the most that a cell can be."""
        a = np.zeros((len(self.equal), len(self.place)))
        b = np.array([value for _, value in self.equal], dtype=float)
        for i, (row, _) in enumerate(self.equal):
            for j, weight in row.items():
                a[i, j] = weight
        aim = np.zeros(len(self.place))
        aim[self.place[attribute, group, cell]] = 1.0
        ends = []
        for sign in (1.0, -1.0):
            found = linprog(sign * aim, A_eq=a, b_eq=b, bounds=(0, 10_000), method="highs")
            assert found.status == 0, found.message
            ends.append(sign * float(found.fun))
        return ends[0], ends[1]


def learnt(
    full: Mapping[str, Any],
    left: Mapping[str, Any],
    *earlier: Mapping[str, Any],
    same: Sequence[tuple[Group, Group]] = (),
) -> list[tuple[object, ...]]:
    """Small cells of the whole of which the attacker can tell more than that they are small.

    Of an intersection, that a cell was small is not told: the attacker is not to know it to
    within as many as are small."""
    groups = [(row["attribute"], row["group"]) for row in full["groups"]]
    attacker = Attacker(left, groups, *earlier, same=same)
    found = []
    for row in full["groups"]:
        for cell, n in cells_of(row).items():
            if not small(n, least=LEAST):
                continue
            low, high = attacker.may_be(row["attribute"], row["group"], cell)
            assert low - 1e-6 <= n <= high + 1e-6
            wide = high - low >= LEAST - 1.001
            if not (wide if BOTH in row["attribute"] else wide and low <= 1.001):
                found.append((row["attribute"], row["group"], cell, n, low, high))
    return found
