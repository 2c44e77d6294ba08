"""What a hidden cell of linked tables may still be, given all that is shown: linear programmes.

Every count of every attribute is a sum of cells that are not negative. Rows of an attribute add up
to the same whole, whichever attribute is taken, and a row adds up to what it shares with each row
of another (Hundepool et al. 2012, Statistical Disclosure Control, chapter 4, on linked tables).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.optimize import linprog
from scipy.sparse import coo_array

from workbench.analysis.small_cells import Rows, small
from workbench.domain.errors import CheckFailed

Row = tuple[str, int]  # attribute and position
Sides = tuple[tuple[int, ...], ...]

_NEAR = 1e-3  # of a count; solutions are far closer


@dataclass(frozen=True, slots=True)
class Counts:
    """How many each row has to count, and how many of them are hit."""

    n: tuple[int, ...]
    hit: tuple[int, ...]

    @property
    def sums(self) -> tuple[int, int]:
        return sum(self.n), sum(self.hit)

    def sides(self, *, rates: bool) -> Sides:
        """The hit and the others; all as one where rates are not looked at."""
        missed = tuple(n - hit for n, hit in zip(self.n, self.hit, strict=True))
        return (self.hit, missed) if rates else (self.n,)


@dataclass(frozen=True, slots=True)
class Link:
    """Rows of two attributes that share people: positions in `one` and `other`, and how many."""

    one: str
    other: str
    at: tuple[tuple[int, int], ...]
    shared: Counts

    @property
    def ends(self) -> tuple[str, str]:
        return self.one, self.other


class CellRanges:
    """The cells of `tables` and `links`, one of each row and side, and the equations between them.

    With `rates` the sides are the hit and the others, else all as one. Cells of a link are never
    taken as shown. A row that a link does not exhaust has a rest, which is free from `least` on.
    """

    def __init__(
        self, tables: Mapping[str, Counts], links: Sequence[Link], *, least: int, rates: bool
    ) -> None:
        self.least = least
        self.true: list[int] = []
        self.equal: list[list[tuple[int, int]]] = []
        self.owner: dict[int, Row] = {}
        self.linked: set[int] = set()
        self.cell: dict[tuple[str, int, int], int] = {}
        sides = {name: table.sides(rates=rates) for name, table in tables.items()}
        self.n_sides = 2 if rates else 1
        whole = [max(sum(own[s]) for own in sides.values()) for s in range(self.n_sides)]
        self.whole = [self._add(n) for n in whole]
        self.equal.append([(cell, 1) for cell in self.whole])
        for name, own in sides.items():
            for s, values in enumerate(own):
                cells = [self._add(n, (name, i)) for i, n in enumerate(values)]
                self.cell |= {(name, i, s): cell for i, cell in enumerate(cells)}
                self.equal.append([*((cell, 1) for cell in cells), (self.whole[s], -1)])
        for link in links:
            self._link(link, rates=rates)
        self.at = np.array(self.true, float)
        self.low, self.high = self.at, self.at
        self.free = np.ones(len(self.true), dtype=np.bool_)

    def _add(self, n: int, owner: Row | None = None) -> int:
        self.true.append(n)
        if owner is not None:
            self.owner[len(self.true) - 1] = owner
        return len(self.true) - 1

    def _link(self, link: Link, *, rates: bool) -> None:
        shared = link.shared.sides(rates=rates)
        cells = [
            [self._add(n, (link.one, i)) for n, (i, _) in zip(own, link.at, strict=True)]
            for own in shared
        ]
        self.linked |= {cell for own in cells for cell in own}
        for end, name in enumerate(link.ends):
            for i in {at[end] for at in link.at}:
                self._splits((name, i), [k for k, at in enumerate(link.at) if at[end] == i], cells)

    def _splits(self, row: Row, parts: list[int], cells: list[list[int]]) -> None:
        """A row is what it shares with each row of the other attribute, and a rest."""
        mine = [self.cell[*row, s] for s in range(self.n_sides)]
        rest = [
            self.true[cell] - sum(self.true[own[k]] for k in parts)
            for cell, own in zip(mine, cells, strict=True)
        ]
        if min(rest) < 0:
            return  # who counts in several groups is in several parts
        for cell, own, n in zip(mine, cells, rest, strict=True):
            beside = [(self._add(n), 1)] if sum(rest) >= self.least else []
            self.equal.append([*((own[k], 1) for k in parts), *beside, (cell, -1)])

    def show(self, closed: Mapping[str, Rows], blank: Mapping[str, Rows], *, sums: bool) -> None:
        """Takes as known all but the rates of `blank` and the counts of `closed`; the sums if
        `sums`. What was unknown before has to stay so."""
        self.free[self.whole] = not sums
        known = []
        for (name, i, s), cell in self.cell.items():
            self.free[cell] = i in blank[name]
            if s == 0 and i not in closed[name]:
                known.append([(self.cell[name, i, t], 1) for t in range(self.n_sides)])
        rows = [*self.equal, *known]
        at = [(i, j, weight) for i, row in enumerate(rows) for j, weight in row]
        down, across, weight = (np.array(each) for each in zip(*at, strict=True))
        shape = len(rows), len(self.at)
        self.a = coo_array((weight.astype(float), (down, across)), shape=shape).tocsr()
        self.most = np.where(self.free, self.at[self.whole].sum(), self.at)

    def narrow(self) -> Row | None:
        """The row of a small cell that is known to within fewer than are small, if there is one."""
        unseen, before = self._unseen(), -1
        while unseen and len(unseen) != before:  # many at once, before one by one
            before = len(unseen)
            self._reach(unseen)
            unseen = self._unseen()
        for cell in unseen:
            if not self._seen(cell):
                self._reach([cell])
            if not self._seen(cell):
                return self.owner[cell]
        return None

    def _unseen(self) -> list[int]:
        cells = (cell for cell in self.owner if small(self.true[cell], least=self.least))
        return [cell for cell in cells if not self._seen(cell)]

    def _seen(self, cell: int) -> bool:
        """True where solutions so far differ enough; of a table's row the least is 0 or 1."""
        low, high = self.low[cell] - _NEAR, self.high[cell] + _NEAR
        return bool(high - low >= self.least - 1 and (cell in self.linked or low <= 1))

    def _reach(self, cells: Sequence[int]) -> None:
        """Makes `cells` as small as can be together, then as large, none above twice
        `least`; takes note of what every cell is there."""
        most = self.most.copy()
        most[cells] = np.minimum(most[cells], 2 * self.least)
        bounds = np.stack([np.where(self.free, 0.0, self.at), most], axis=1)
        for sign in (1.0, -1.0):
            aim = np.zeros(len(self.at))
            aim[cells] = sign
            found = linprog(aim, A_eq=self.a, b_eq=self.a @ self.at, bounds=bounds, method="highs")
            if found.status != 0:
                raise CheckFailed(f"What hidden cells may be was not found: {found.message}")
            self.low, self.high = np.minimum(self.low, found.x), np.maximum(self.high, found.x)
