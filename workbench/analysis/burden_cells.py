"""The burden on society without small cells: whose records were opened, for how many findings."""

from collections.abc import Mapping, Sequence
from itertools import combinations
from typing import Any

from workbench.analysis.audit_cells import counted
from workbench.analysis.cell_ranges import Counts
from workbench.analysis.linked_cells import hidden_together
from workbench.analysis.linked_rows import equal_rows
from workbench.analysis.small_cells import small

Row = Mapping[str, Any]

_SUMS = ("n_findings", "n_decided", "n_supported", "n_people")
_PER_FINDING = ("people_per_supported", "minutes_per_supported")
_MINUTES = ("minutes", "median_minutes")
_OPENED = ("n_opened", "share", "interval")


def burden_without_small_cells(
    burden: Mapping[str, Any], least: int, *, readings: set[int]
) -> dict[str, Any]:
    """What leaves of a burden; `readings` are how many readings, and findings in them,
    the same report counts.

    Minutes in all beside their median tell how many readings there were, so both stay where the
    number of decided findings does. How long an area or a group was read for stays too.
    """
    n_opened = burden["n_findings"]
    n_decided = burden.get("n_decided", n_opened)  # before openings counted, it was those decided
    known = {**burden, "n_decided": n_decided}
    out: dict[str, Any] = {key: counted(known[key], least) for key in _SUMS}
    if any(small(abs(n - n_decided), least=least) for n in readings):
        out["n_decided"] = None
    twice = n_decided == n_opened and out["n_decided"] is None
    if twice or any(small(abs(n_opened - n), least=least) for n in (n_decided, *readings)):
        out["n_findings"] = None
    if small(n_decided - burden["n_supported"], least=least):
        out["n_supported"] = None
    few = None in (out["n_decided"], out["n_supported"], out["n_people"])
    out |= {key: None if few else burden[key] for key in _PER_FINDING}
    hidden = out["n_decided"] is None
    out |= {key: None if hidden else burden[key] for key in _MINUTES}
    areas, untold = burden["areas"], out["n_findings"] is None
    out["areas"] = dict.fromkeys(areas) if untold else _areas(areas, n_opened, least)
    names = list(dict.fromkeys(row["attribute"] for row in burden["groups"]))
    rows = {name: [r for r in burden["groups"] if r["attribute"] == name] for name in names}
    out["groups"] = _opened(rows, burden["n_people"], least)
    return out


def _areas(areas: Mapping[str, int], n_findings: int, least: int) -> dict[str, int | None]:
    """Findings by area; a finding may be of several, and few outside an area are a few too."""
    few = {
        name
        for name, n in areas.items()
        if small(n, least=least) or small(n_findings - n, least=least)
    }
    names = list(areas)
    first = next((i for i, name in enumerate(names) if name in few), 0)
    for name in [*names[first + 1 :], *names[:first]]:  # the next in order, as in `small_cells`
        if few and (len(few) == 1 or small(sum(areas[a] for a in few), least=least)):
            few.add(name)
    return {name: None if name in few else n for name, n in areas.items()}


def _opened(rows: Mapping[str, Sequence[Row]], n_people: int, least: int) -> list[dict[str, Any]]:
    """People of each group and how many were opened; who has no group is one more row."""
    most = max((sum(row["n"] for row in own) for own in rows.values()), default=0)
    tables = {name: _counts(own, n_people, most) for name, own in rows.items()}
    links = [
        link
        for one, other in combinations(rows, 2)
        for link in equal_rows((one, other), rows, tables[one], by=("n", "n_opened"), least=least)
    ]
    hidden = hidden_together(tables, links, least=least, also={})
    return [
        {key: row[key] for key in ("attribute", "group", "n", *_OPENED)}
        | (dict.fromkeys(_OPENED) if i in hidden[name].blank else {})
        for name, own in rows.items()
        for i, row in enumerate(own)
        if i not in hidden[name].closed  # not named either
    ]


def _counts(rows: Sequence[Row], n_people: int, most: int) -> Counts:
    n, hit = [row["n"] for row in rows], [row["n_opened"] for row in rows]
    rest = max(0, n_people - sum(hit))
    return Counts((*n, max(rest, most - sum(n))), (*hit, rest))
