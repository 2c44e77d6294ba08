"""Which cells of a table may not be shown, so that no small one can be worked out from the rest.

A cell is small when it counts 1 to `least` - 1. Hiding it alone is not enough: it follows from the
total and the cells beside it (Hundepool et al. 2012, Statistical Disclosure Control, chapter 4).
What is hidden with it is the next group in order, never the next smallest: whoever knows that the
smallest was taken can bound the small one by it (the minimality attack of Wong et al. 2007).
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

Rows = frozenset[int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Hidden:
    """Rows whose count may not be shown (`closed`), and whose rate may not (`blank`, more).

    `sums` is False where their sums may not be shown either; `rest` is True where the count of
    those beside the rows, who belong to none, may not.
    """

    closed: Rows
    blank: Rows
    sums: bool = True
    rest: bool = False


def small(n: int, *, least: int) -> bool:
    """True for a count that may not be shown; nobody is nobody to know."""
    return 0 < n < least


def hidden_cells(
    n: Sequence[int],
    hit: Sequence[int],
    *,
    least: int,
    also: Rows = frozenset(),
    rates: Rows = frozenset(),
) -> Hidden:
    """What to hide of a table with `n` in each row, `hit` of them; its sums are taken as known.

    Rows with a small count are closed, and those in `also`. Rows of which few are hit, or few are
    not, lose their rate, since rate times count is the cell, and those in `rates`. Then rows join
    them until, by the sums and the counts that are shown, each small cell may still be anything
    from 1 to `least` - 1, and no sum over hidden rows is small itself.
    """
    filled = frozenset(i for i, count in enumerate(n) if count)
    few = (also & filled) | frozenset(i for i in filled if small(n[i], least=least))
    rows = frozenset(range(len(n)))
    every = Hidden(closed=rows, blank=rows, sums=False)
    closed = _grown(few, filled, lambda rows: len(rows) > 1 and sum(n[i] for i in rows) >= least)
    if closed == filled and closed:
        return every  # an empty group, too: that each of the others holds somebody may tell all
    unsafe = frozenset(
        i for i in filled if small(hit[i], least=least) or small(n[i] - hit[i], least=least)
    )

    def enough(rows: Rows) -> bool:
        return _hides(rows, closed, unsafe, n, hit, least)

    blank = _grown(closed | unsafe | (rates & filled), filled, enough)
    if blank and not enough(blank):
        return every
    return Hidden(closed=closed, blank=blank)


def hidden_counts(n: Sequence[int], *, least: int) -> Rows:
    """What to hide of a list of counts whose sum is known."""
    return hidden_cells(n, [0] * len(n), least=least).closed


def _grown(rows: Rows, filled: Rows, enough: Callable[[Rows], bool]) -> Rows:
    """`rows` with the next ones in order, around the end, until they are enough; none if none."""
    while rows and not enough(rows) and filled - rows:
        first = min(rows)
        others = sorted(filled - rows)
        rows |= {next((i for i in others if i > first), others[0])}
    return rows


def _hides(
    rows: Rows, closed: Rows, unsafe: Rows, n: Sequence[int], hit: Sequence[int], least: int
) -> bool:
    """True when nobody who knows the sums over `rows` learns more of a small cell than its rule."""
    n_all = sum(n[i] for i in rows)
    for cells in (hit, [count - one for count, one in zip(n, hit, strict=True)]):
        known = sum(cells[i] for i in rows)
        if small(known, least=least):
            return False
        for i in unsafe - closed:
            elsewhere = n_all - n[i]  # as many as the other rows can hold
            if small(cells[i], least=least) and known - elsewhere > 1:
                return False
    return True
