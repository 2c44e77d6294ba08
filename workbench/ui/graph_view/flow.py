"""Where money stands as it moves: from left to right, who pays before whom it is passed on to."""

from collections.abc import Iterable, Sequence

from workbench.ui.graph_view.layout import Point

ACROSS = 210.0  # pixels from one step of a flow to the next, wide enough for an amount on the line
DOWN = 84.0  # pixels between accounts of one step, for a number and a holder beneath each
MOST_IN_A_COLUMN = 8  # beyond it the accounts of a step stand in two columns, set off by half a row
_ASPECT = 2.1  # least width to height, so that a tall flow still fills the page's width
_SWEEPS = 8


def flow_positions(entity_ids: Sequence[str], moves: Iterable[tuple[str, str]]) -> dict[str, Point]:
    """Pixel positions by id for payments (payer, payee) in the order of time.

    A payee stands a step right of its first payer, or further right as long as it has passed
    nothing on yet; a payment that returns runs to the left. Who neither pays nor is paid stands
    beneath the others. The same input gives the same picture; no seed is needed.
    """
    paid = [(a, b) for a, b in moves if a != b]
    steps = _steps(paid)
    columns: dict[int, list[str]] = {}
    for entity_id in entity_ids:
        if entity_id in steps:
            columns.setdefault(steps[entity_id], []).append(entity_id)
    rows = _rows(columns, paid)
    placed: dict[str, Point] = {}
    left = 0.0
    for step in sorted(columns):
        wide = len(columns[step]) > MOST_IN_A_COLUMN
        for i, entity_id in enumerate(sorted(columns[step], key=rows.__getitem__)):
            aside = ACROSS * 0.55 if wide and i % 2 else 0.0
            tight = 0.5 if wide else 1.0
            top = (i - (len(columns[step]) - 1) / 2) * DOWN * tight
            placed[entity_id] = (round(left + aside, 1), round(top, 1))
        left += ACROSS * (1.55 if wide else 1.0)
    placed = _widened(placed)
    lowest = max((y for _, y in placed.values()), default=0.0)
    apart = [i for i in entity_ids if i not in placed]
    return placed | {e: (i * ACROSS, round(lowest + 1.5 * DOWN, 1)) for i, e in enumerate(apart)}


def _widened(placed: dict[str, Point]) -> dict[str, Point]:
    """The same rows, the steps further apart where the picture is taller than the page."""
    wide = max((x for x, _ in placed.values()), default=0.0)
    tops = [y for _, y in placed.values()]
    tall = max(tops, default=0.0) - min(tops, default=0.0)
    factor = max(1.0, _ASPECT * tall / wide) if wide else 1.0
    return {entity_id: (round(x * factor, 1), y) for entity_id, (x, y) in placed.items()}


def _steps(paid: Sequence[tuple[str, str]]) -> dict[str, int]:
    """The step of each account, from 0 on the left."""
    step: dict[str, int] = {}
    has_paid: set[str] = set()
    for payer, payee in paid:
        if payer not in step:
            step[payer] = step[payee] - 1 if payee in step else 0
        has_paid.add(payer)
        if payee not in step:
            step[payee] = step[payer] + 1
        elif payee not in has_paid:
            step[payee] = max(step[payee], step[payer] + 1)
    first = min(step.values(), default=0)
    return {account: at - first for account, at in step.items()}


def _rows(columns: dict[int, list[str]], paid: Sequence[tuple[str, str]]) -> dict[str, float]:
    """A place down its column for each account, near those that it pays or is paid by."""
    near: dict[str, list[str]] = {}
    for payer, payee in paid:
        near.setdefault(payer, []).append(payee)
        near.setdefault(payee, []).append(payer)
    at = {e: i - (len(c) - 1) / 2 for c in columns.values() for i, e in enumerate(c)}
    for sweep in range(_SWEEPS):
        for step in sorted(columns, reverse=sweep % 2 == 1):
            column = columns[step]
            wanted = {e: sum(at[n] for n in near[e]) / len(near[e]) for e in column}
            for i, e in enumerate(sorted(column, key=lambda e: (wanted[e], at[e]))):
                at[e] = i - (len(column) - 1) / 2
    return at
