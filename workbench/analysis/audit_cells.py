"""Which cells of a bias audit may leave, and the audit without the others.

Per attribute, false positives are counted among negatives and misses among positives: two tables,
of which `linked_cells` treats those of all attributes together. Whoever has no group in an
attribute is one more row of it, since the total less the groups gives that row.
"""

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from workbench.analysis.cell_ranges import Counts
from workbench.analysis.error_rates import DENOMINATOR
from workbench.analysis.linked_cells import hidden_together
from workbench.analysis.linked_rows import linked_rows
from workbench.analysis.small_cells import Hidden, hidden_cells, small
from workbench.analysis.subgroups import BOTH, METRICS
from workbench.analysis.verdicts import needed

Row = Mapping[str, Any]
Sides = Mapping[str, Hidden]  # by fpr and fnr

KEYS = (
    *("n", "verdict", "groups", "tests", "margin", "positives", "negatives", "shared", "n_people"),
    *("excluded", "notes", "n_replicates", "n_permutations", "seed"),
)
_TEST = ("attribute", "metric", "verdict")
_FIGURES = ("gap", "p_value", "p_corrected", "pooled", "smallest")
_NUMBER = re.compile(r"\d[\d,]*")


def without_small_cells(
    document: Mapping[str, Any], *, least: int
) -> tuple[dict[str, Any], dict[str, int]]:
    """The `KEYS` of an audit without its small cells; what is hidden is None.

    A verdict that would tell of a small denominator is ``hidden``, that of the whole is not.
    A group of which neither positives nor negatives may be told is not named either. Beside the
    audit ``n_hidden``, how many rates of the others are hidden, and ``n_groups``, how many groups
    are left out.
    """
    hidden = hidden_groups(document, least=least)
    rows = list(_placed(document["groups"]))
    placed = [(row, i, hidden[row["attribute"]]) for row, i in rows]
    kept = [each for each in placed if not _untold(each[1], each[2])]
    few = {of for of in DENOMINATOR.values() if small(document[of], least=least)}
    out = {key: document[key] for key in KEYS if key in document} | dict.fromkeys(few)
    out["n"] = None if few else document["n"]
    out["n_people"] = counted(document["n_people"], least)
    out["groups"] = [_group(*each) for each in kept]
    out["tests"] = [
        gap_cells(row, hidden.get(row["attribute"])) | _verdict(row, document, least)
        for row in document["tests"]
    ]
    untold = few or any(side.rest for sides in hidden.values() for side in sides.values())
    out["excluded"] = [
        {"attribute": row["attribute"], "group": row["group"]}
        | {"n": None if untold else counted(row["n"], least), "reason": row["reason"]}
        for row in document["excluded"]
        if not tells(row["reason"], least)
    ]
    out["notes"] = [note for note in document["notes"] if not tells(note, least)]
    return out, {
        "n_hidden": sum(i in side.blank for _, i, sides in kept for side in sides.values()),
        "n_groups": len(rows) - len(kept),
    }


def gap_cells(row: Row, sides: Sides | None) -> dict[str, Any]:
    """A test whose figures are None, and `hidden`, unless every group's rate may be shown.

    The pooled rate is a sum, which hiding takes as known, and stays where sums may.
    """
    out = {key: row[key] for key in _TEST}
    shown = sides is not None and not sides[row["metric"]].blank
    out |= {key: row[key] if shown else None for key in _FIGURES}
    if sides is not None and sides[row["metric"]].sums:
        out["pooled"] = row["pooled"]
    return out | {"between": row["between"] if shown else [], "hidden": not shown}


def _verdict(row: Row, document: Mapping[str, Any], least: int) -> dict[str, str]:
    """``hidden`` where it would tell of a small denominator, else the verdict.

    Few in all: a pass says that nobody or everybody of them erred. A few in a group: where as few
    could be enough, whether they are says how few.
    """
    of, pooled = DENOMINATOR[row["metric"]], row["pooled"]
    own = [group[of] for group in document["groups"] if group["attribute"] == row["attribute"]]
    few = small(document[of], least=least) or small(sum(own), least=least)
    if not few and any(small(n, least=least) for n in own) and row["verdict"] != "fail":
        enough = needed(pooled, document["margin"])
        few = enough is not None and enough < least
    return {"verdict": "hidden"} if few else {}


def counted(n: int, least: int) -> int | None:
    """`n`, or None where it is small."""
    return None if small(n, least=least) else n


def tells(sentence: str, least: int) -> bool:
    """True when a sentence holds a number that may be a small count."""
    found = [int(number.replace(",", "")) for number in _NUMBER.findall(sentence)]
    return any(small(n, least=least) for n in found)


def hidden_groups(document: Mapping[str, Any], *, least: int) -> dict[str, Sides]:
    """What is hidden of each attribute, by the position of a group in it.

    An error of an intersection leaves where nothing of it and of its two attributes is hidden, and
    only where its sums are theirs.
    """
    rows: dict[str, list[Row]] = {}
    for row in document["groups"]:
        rows.setdefault(row["attribute"], []).append(row)
    sides: dict[str, dict[str, Hidden]] = {name: {} for name in rows}
    for metric in DENOMINATOR:
        for name, hidden in _hidden(document, rows, metric, least).items():
            sides[name][metric] = hidden
    return dict(sides)


def _hidden(
    document: Mapping[str, Any], rows: Mapping[str, Sequence[Row]], metric: str, least: int
) -> dict[str, Hidden]:
    """One error of every attribute, intersections last."""
    total = document[DENOMINATOR[metric]]
    tables = {name: _counts(own, metric) for name, own in rows.items()}
    singles = {name: table for name, table in tables.items() if BOTH not in name}
    if small(total, least=least):
        return {name: _all(table) for name, table in tables.items()}
    short = {row["attribute"] for row in document["excluded"] if small(row["n"], least=least)}
    whole = {name: _with_rest(table, singles.values(), total) for name, table in singles.items()}
    links = linked_rows(rows, tables, shared=document.get("shared"), least=least)
    also = {name: frozenset({len(singles[name].n)}) for name in short & set(singles)}
    found = hidden_together(whole, links, least=least, also=also)
    out = {name: _without_rest(found[name], whole[name]) for name in singles}
    for name, table in tables.items():
        if name not in singles:
            parts = name.split(BOTH)
            clean = len(parts) == 2 and all(
                part in out and not out[part].blank and singles[part].sums == table.sums
                for part in parts
            )
            own = hidden_cells((*table.n, 0), (*table.hit, 0), least=least)
            out[name] = own if clean and not own.blank else _all(table)
    return out


def _counts(rows: Sequence[Row], metric: str) -> Counts:
    """One error of one attribute: how many each group has to count, and how many of them err."""
    n = tuple(int(row[DENOMINATOR[metric]]) for row in rows)
    hit = (round(count * (row[metric] or 0.0)) for row, count in zip(rows, n, strict=True))
    return Counts(n, tuple(hit))


def _with_rest(table: Counts, singles: Collection[Counts], total: int) -> Counts:
    """Who has no group is one more row: the whole less the groups."""
    n = max(total, *(each.sums[0] for each in singles)) - table.sums[0]
    hit = max(each.sums[1] for each in singles) - table.sums[1]
    return Counts((*table.n, n), (*table.hit, min(n, hit)))


def _without_rest(found: Hidden, table: Counts) -> Hidden:
    """Where who has no group is hidden, the sum over the groups stays too: it is the total less
    that row."""
    rest = len(table.n) - 1
    return replace(
        found,
        sums=found.sums and rest not in found.blank,
        rest=table.n[rest] > 0 and rest in found.closed,
    )


def _all(table: Counts) -> Hidden:
    rows = frozenset(range(len(table.n)))
    return Hidden(closed=rows, blank=rows, sums=False)


def _placed(rows: Sequence[Row]) -> Iterator[tuple[Row, int]]:
    """Each group with its position in its attribute."""
    seen: dict[str, int] = {}
    for row in rows:
        place = seen.get(row["attribute"], 0)
        seen[row["attribute"]] = place + 1
        yield row, place


def _untold(i: int, sides: Sides) -> bool:
    return all(i in side.closed for side in sides.values())


def _group(row: Row, i: int, sides: Sides) -> dict[str, Any]:
    closed = {of for metric, of in DENOMINATOR.items() if i in sides[metric].closed}
    gone = {metric for metric in DENOMINATOR if i in sides[metric].blank}
    if gone:
        gone |= set(METRICS) - set(DENOMINATOR)  # these rest on both
    out = {key: row[key] for key in ("attribute", "group", "n", "positives", "negatives")}
    out |= dict.fromkeys(closed | {"n"} if closed else closed)
    out |= {metric: None if metric in gone else row[metric] for metric in METRICS}
    intervals = row["intervals"]
    return out | {"intervals": {m: None if m in gone else intervals[m] for m in METRICS}}
