"""An audit of deciders without its small cells: three deciders, what was said, and the burden.

Readings of a finding are compared with records and with truth; groups leave for one of the two,
the one that a report begins with, since both tables together would give back what each hides.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from workbench.analysis.audit_cells import counted, gap_cells, without_small_cells
from workbench.analysis.small_cells import hidden_cells, hidden_counts, small

KEYS = (
    *("kind", "model", "title", "version", "release", "release_digest", "unit", "dataset"),
    *("as_of", "margin", "digest"),
)
TREATED = ("records", "truth", "gaps", "burden", "n_repeats")
_DECIDERS = ("before", "release", "after")
_COUNTS = ("n_readings", "n_comparable", "n_findings", "changed_to_the_release", "changed_away")
_OPENED = ("n_opened", "share", "interval")
_PER_FINDING = ("people_per_supported", "minutes_per_supported")


def deciders_without_small_cells(
    document: Mapping[str, Any], *, least: int
) -> tuple[dict[str, Any], Mapping[str, int]]:
    """An audit of deciders, hidden cells as None; beside it ``n_hidden`` and ``n_groups``."""
    out = {key: document[key] for key in document if key in KEYS}
    first = "records" if document["truth"] is None else "truth"
    told, gaps = Counter[str](), dict[str, list[dict[str, Any]]]()
    for basis in ("records", "truth"):
        found = document[basis]
        out[basis], gaps[basis] = None, []
        if found is not None:
            out[basis], found_told = _basis(found, least, groups=basis == first)
            gaps[basis] = [_side(row, out[basis]["by"]) for row in document["gaps"][basis]]
            told.update(found_told)
    if "n_repeats" in document:
        out["n_repeats"] = counted(document["n_repeats"], least)
    return out | {"gaps": gaps, "burden": _burden(document["burden"], least)}, told


def _basis(
    found: Mapping[str, Any], least: int, *, groups: bool
) -> tuple[dict[str, Any], Mapping[str, int]]:
    out: dict[str, Any] = {key: counted(found[key], least) for key in _COUNTS}
    if small(found["n_readings"] - found["n_comparable"], least=least):
        out["n_comparable"] = None
    out["verdicts"] = {
        when: _some(said, least) for when, said in found["verdicts"].items() if when in _DECIDERS
    }
    out["random_share"] = _random_share(found["random_share"], least)
    if found["by"] is None:
        return out | {"by": None}, {}
    by, all_told = {}, Counter[str]()
    for who in _DECIDERS:
        by[who], told = without_small_cells(found["by"][who], least=least)
        if groups:
            all_told.update(told)
        else:
            by[who]["groups"] = []
            by[who]["tests"] = [gap_cells(row, None) for row in found["by"][who]["tests"]]
    return out | {"by": by}, all_told


def _some(counts: Mapping[str, int], least: int) -> dict[str, int | None]:
    hidden = hidden_counts(list(counts.values()), least=least)
    return {name: None if i in hidden else n for i, (name, n) in enumerate(counts.items())}


def _random_share(drawn: Mapping[str, Any], least: int) -> dict[str, Any]:
    n, supported = drawn["n"], drawn["n_supported"]
    out = {key: drawn[key] for key in ("n", "n_supported", "share", "interval")}
    if any(small(cell, least=least) for cell in (n, supported, n - supported)):
        out = dict.fromkeys(out) | {"n": counted(n, least)}
    return out


def _side(row: Mapping[str, Any], by: Mapping[str, Any]) -> dict[str, Any]:
    """A gap of each decider, where its test still has one."""
    at = (row["attribute"], row["metric"])
    out = {key: row[key] for key in ("attribute", "metric", "verdicts")}
    for who in _DECIDERS:
        test = next(t for t in by[who]["tests"] if (t["attribute"], t["metric"]) == at)
        out[who] = test["gap"]
    return out | {"hidden": any(out[who] is None and row[who] is not None for who in _DECIDERS)}


def _burden(burden: Mapping[str, Any], least: int) -> dict[str, Any]:
    out: dict[str, Any] = {
        key: counted(burden[key], least) for key in ("n_findings", "n_supported", "n_people")
    }
    few = out["n_supported"] is None or out["n_people"] is None
    out |= {key: None if few else burden[key] for key in _PER_FINDING}
    out |= {key: burden[key] for key in ("minutes", "median_minutes")}
    out["areas"] = _some(burden["areas"], least)
    names = list(dict.fromkeys(row["attribute"] for row in burden["groups"]))
    rows = {name: [r for r in burden["groups"] if r["attribute"] == name] for name in names}
    most = max((sum(r["n"] for r in own) for own in rows.values()), default=0)
    out["groups"] = [
        row for own in rows.values() for row in _opened(own, burden["n_people"], most, least)
    ]
    return out


def _opened(
    rows: Sequence[Mapping[str, Any]], n_people: int, most: int, least: int
) -> list[dict[str, Any]]:
    """People of each group and how many were opened; who has no group is one more row."""
    n, hit = [r["n"] for r in rows], [r["n_opened"] for r in rows]
    rest = max(0, n_people - sum(hit))
    hidden = hidden_cells([*n, max(rest, most - sum(n))], [*hit, rest], least=least)
    out = []
    for i, row in enumerate(rows):
        if i in hidden.closed:
            continue  # not named either
        one = {key: row[key] for key in ("attribute", "group", "n", *_OPENED)}
        out.append(one | dict.fromkeys(_OPENED) if i in hidden.blank else one)
    return out
