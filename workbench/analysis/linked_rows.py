"""Which groups of two attributes share people, as an audit itself shows."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import combinations
from typing import Any

from workbench.analysis.cell_ranges import Counts, Link
from workbench.analysis.error_rates import LISTED
from workbench.analysis.subgroups import BOTH, PAIR, Sharing

Row = Mapping[str, Any]
_COUNTED = ("n", "positives", "negatives", "fpr", "fnr")


def linked_rows(
    rows: Mapping[str, Sequence[Row]],
    tables: Mapping[str, Counts],
    *,
    shared: str | None,
    least: int,
) -> list[Link]:
    """Links of every two attributes: what their intersection names, or, where not all of it is
    listed or one counts in several groups of it, the rows that are equal in all that is counted.

    `rows` and `tables` are by attribute, intersections among them; `shared` is the audit's.
    """
    links = []
    for one, other in combinations([name for name in rows if BOTH not in name], 2):
        crossed = f"{one}{BOTH}{other}"
        if 0 < len(rows.get(crossed, ())) < LISTED and shared != "groups":
            pairs = shared == Sharing.PEOPLE
            links.append(_crossed((one, other, crossed), rows, tables[crossed], pairs=pairs))
        else:
            links += equal_rows((one, other), rows, tables[one], by=_COUNTED, least=least)
    return links


def equal_rows(
    names: tuple[str, str],
    rows: Mapping[str, Sequence[Row]],
    counts: Counts,
    *,
    by: Sequence[str],
    least: int,
) -> list[Link]:
    """A link of each two rows of two attributes that are equal in `by`: the same people, as far as
    anybody can tell. Rows with a small `n` are not named, so that nobody can.

    `counts` are those of the first attribute.
    """
    one, other = names
    return [
        Link(one, other, ((i, j),), _taken(counts, [i]))
        for i, row in enumerate(rows[one])
        for j, like in enumerate(rows[other])
        if row["n"] >= least and all(row[key] == like[key] for key in by)
    ]


def _crossed(
    names: tuple[str, str, str],
    rows: Mapping[str, Sequence[Row]],
    counts: Counts,
    *,
    pairs: bool,
) -> Link:
    one, other, crossed = names
    first = {_labels(row["group"], pairs=pairs): i for i, row in enumerate(rows[one])}
    second = {_labels(row["group"], pairs=pairs): i for i, row in enumerate(rows[other])}
    found = [
        (k, first[a], second[b])
        for k, row in enumerate(rows[crossed])
        for a, b in _sides(row["group"], pairs=pairs)
        if a in first and b in second
    ]
    return Link(
        one, other, tuple((i, j) for _, i, j in found), _taken(counts, [f[0] for f in found])
    )


def _labels(group: str, *, pairs: bool) -> tuple[str, ...]:
    return tuple(sorted(group.split(PAIR))) if pairs else (group,)


def _sides(group: str, *, pairs: bool) -> Iterator[tuple[tuple[str, ...], tuple[str, ...]]]:
    """What the name of an intersection's group says of both attributes, for each way to read it."""
    if pairs:
        people = [person.split(BOTH) for person in group.split(PAIR)]
        if all(len(person) == 2 for person in people):
            yield tuple(sorted(p[0] for p in people)), tuple(sorted(p[1] for p in people))
        return
    parts = group.split(BOTH)
    for k in range(1, len(parts)):
        yield (BOTH.join(parts[:k]),), (BOTH.join(parts[k:]),)


def _taken(counts: Counts, at: Sequence[int]) -> Counts:
    return Counts(tuple(counts.n[k] for k in at), tuple(counts.hit[k] for k in at))
