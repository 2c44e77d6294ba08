"""Which cells of several attributes may not be shown, where one attribute tells of another.

Where a community has a script of its own, a row of each counts the same people: what one hides the
other shows. What `small_cells` hides of each attribute is hidden of its twin too; then rows are
hidden, the next in order as there, until by all that is shown of every attribute each small cell
may still be anything from 0 or 1 to as many more as are small (`cell_ranges`).
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from workbench.analysis.cell_ranges import CellRanges, Counts, Link, Row
from workbench.analysis.small_cells import Hidden, Rows, hidden_cells


def hidden_together(
    tables: Mapping[str, Counts],
    links: Sequence[Link],
    *,
    least: int,
    also: Mapping[str, Rows],
) -> dict[str, Hidden]:
    """What to hide of each table; `also` are rows to close.

    The last row of a table is who has no group in it. What links close rests on the counts alone,
    whoever is hit, so that several audits of the same people close the same rows.
    """
    counts = {name: Counts(own.n, (0,) * len(own.n)) for name, own in tables.items()}
    first = _Hiding(counts, links, least=least, rates=False, closed=also)
    first.widen()
    closed = {name: found.closed for name, found in first.found.items()}
    second = _Hiding(tables, links, least=least, rates=True, closed=closed)
    second.widen()
    return second.found


@dataclass(slots=True, kw_only=True)
class _Hiding:
    """What is hidden of each table so far: `closed` at least and, of rates, `more`, which grows."""

    tables: Mapping[str, Counts] = field(kw_only=False)
    links: Sequence[Link] = field(kw_only=False)
    least: int
    rates: bool
    closed: Mapping[str, Rows]
    more: dict[str, Rows] = field(default_factory=dict)
    found: dict[str, Hidden] = field(default_factory=dict)
    twins: dict[Row, list[Row]] = field(init=False)

    def __post_init__(self) -> None:
        self.twins = {}
        for one, other in _twins(self.tables, self.links):
            self.twins.setdefault(one, []).append(other)
            self.twins.setdefault(other, []).append(one)

    def widen(self) -> None:
        """Hides until no small cell is narrow, or nothing is left to hide beside it."""
        self.settle()
        if not self.links:
            return
        ranges = CellRanges(self.tables, self.links, least=self.least, rates=self.rates)
        while True:
            self.show(ranges)
            row = ranges.narrow()
            beside = None if row is None else self.beside(*row)
            if beside is None:
                return
            self.hide(*beside)
            self.settle()

    def settle(self) -> None:
        """Each table by its own rule, and twins alike, until nothing changes."""
        before: dict[str, Hidden] | None = None
        while before != self.found:
            before = dict(self.found)
            for name, table in self.tables.items():
                closed, more = self.closed.get(name, Rows()), self.more.get(name, Rows())
                also, rates = (closed, more) if self.rates else (closed | more, Rows())
                self.found[name] = hidden_cells(
                    table.n, table.hit, least=self.least, also=also, rates=rates
                )
                for i in self.hidden(name):
                    self.hide(name, i)
                    for twin in self.twins.get((name, i), ()):
                        self.hide(*twin)

    def hidden(self, name: str) -> Rows:
        return self.found[name].blank if self.rates else self.found[name].closed

    def hide(self, name: str, i: int) -> None:
        self.more[name] = self.more.get(name, Rows()) | {i}

    def show(self, ranges: CellRanges) -> None:
        hidden = {name: self.hidden(name) for name in self.tables}
        closed = self.closed if self.rates else hidden
        sums = not self.rates or any(found.sums for found in self.found.values())
        ranges.show(closed, hidden, sums=sums)

    def beside(self, name: str, i: int) -> Row | None:
        """The row itself where it is shown, else the next in order that is; of what is linked to
        its attribute where nothing of that is."""
        linked = (end for link in self.links if name in link.ends for end in link.ends)
        for at in (name, *linked):
            hidden = self.hidden(at)
            shown = [j for j, n in enumerate(self.tables[at].n) if n and j not in hidden]
            if shown:
                return at, next((j for j in shown if j >= i), shown[0])
        return None


def _twins(tables: Mapping[str, Counts], links: Sequence[Link]) -> Iterator[tuple[Row, Row]]:
    """Rows of two attributes that hold the same people."""
    for link in links:
        for (i, j), n in zip(link.at, link.shared.n, strict=True):
            if n and tables[link.one].n[i] == n == tables[link.other].n[j]:
                yield (link.one, i), (link.other, j)
