"""An audit of deciders without its small cells: three deciders, what was said, and the burden.

The same readings are counted many times over: by decider, before and after, against records and
against truth. What two counts differ by is therefore a cell too, and where it is small one of the
two stays (Hundepool et al. 2012, chapter 4, on linked tables). Groups leave for one basis, the one
that a report begins with, since both tables together would give back what each hides; for the same
reason the two held against each other (`label_bias`) stay.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from workbench.analysis.audit_cells import counted, gap_cells, without_small_cells
from workbench.analysis.burden_cells import burden_without_small_cells
from workbench.analysis.error_rates import DENOMINATOR
from workbench.analysis.small_cells import hidden_counts, small
from workbench.analysis.subgroups import METRICS

KEYS = (
    *("kind", "model", "title", "version", "release", "release_digest", "unit", "dataset"),
    *("as_of", "margin", "harm", "margin_own", "digest"),
)
TREATED = ("records", "truth", "gaps", "missed", "n_elsewhere", "burden", "n_repeats")
BASES = ("truth", "records")  # groups leave for the first that there is
_DECIDERS = ("before", "release", "after")
_YES_OR_NO = ("supported", "not_supported")
_SET = ("n", "positives", "negatives", "n_people")  # of readings that are compared, as one
_CHANGE = ("attribute", "metric", "worse", "better", "n", *_DECIDERS)
_MOVED = ("after_less_before", "after_less_release")
_CHANGED = ("changed_to_the_release", "changed_away")

Row = Mapping[str, Any]


def deciders_without_small_cells(
    document: Mapping[str, Any], *, least: int
) -> tuple[dict[str, Any], Mapping[str, int]]:
    """An audit of deciders, hidden cells as None; beside it ``n_hidden`` and ``n_groups``."""
    out: dict[str, Any] = {key: document[key] for key in document if key in KEYS}
    out |= dict.fromkeys(BASES)
    bases = [basis for basis in BASES if document[basis] is not None]
    few = any(_few_compared(document[basis], least) for basis in bases)
    told, gaps = Counter[str](), dict[str, list[dict[str, Any]]](truth=[], records=[])
    for basis in bases:
        found = document[basis]
        first = None if basis == bases[0] else document[bases[0]]
        out[basis], found_told = _basis(found, least, few=few, first=first)
        if "changes" in found:
            out[basis]["changes"] = _changes(found["changes"], out[basis]["by"], least)
        if found["by"] is not None:
            gaps[basis] = [_side(row, out[basis]["by"]) for row in document["gaps"][basis]]
        told.update(found_told)
    for when in ("before", "after"):
        audits = [out[basis]["by"][when] for basis in bases if out[basis]["by"] is not None]
        if any(map(_half_told, audits)):  # both bases count what the same readings said
            for basis in bases:
                out[basis]["verdicts"] |= {when: dict.fromkeys(out[basis]["verdicts"][when])}
    for key in ("n_elsewhere", "n_repeats"):
        if key in document:
            out[key] = counted(document[key], least)
    if "missed" in document:
        out["missed"] = _missed(document, out, bases, least)
    burden = burden_without_small_cells(
        document["burden"],
        least,
        readings={document[b][key] for b in bases for key in ("n_readings", "n_findings")},
    )
    return out | {"gaps": gaps, "burden": burden}, told


def _few_compared(found: Mapping[str, Any], least: int) -> bool:
    """True where how many readings are compared would tell of a few of them, or of the others."""
    n, apart = found["n_comparable"], found["n_readings"] - found["n_comparable"]
    cells = [n, apart]
    for when in ("before", "after"):
        said = found["verdicts"][when]
        cells.append(apart - sum(count for v, count in said.items() if v not in _YES_OR_NO))
    if found["by"] is not None:
        cells += [found["by"]["release"][of] for of in DENOMINATOR.values()]
    return any(small(cell, least=least) for cell in cells)


def _basis(
    found: Mapping[str, Any], least: int, *, few: bool, first: Mapping[str, Any] | None
) -> tuple[dict[str, Any], Mapping[str, int]]:
    out: dict[str, Any] = {"n_readings": counted(found["n_readings"], least)}
    out["n_comparable"] = None if few else found["n_comparable"]
    twice = small(found["n_readings"] - found["n_findings"], least=least)
    out["n_findings"] = None if twice else counted(found["n_findings"], least)
    changed = any(small(found[key], least=least) for key in _CHANGED)
    out |= {key: None if changed else found[key] for key in _CHANGED}
    out["verdicts"] = _said(found["verdicts"], least)
    if found["by"] is None:
        return out | {"by": None}, {}
    by, told = _deciders(found["by"], least, few=few, groups=first is None)
    if first is not None and first["by"] is not None and _near(found, first, least):
        hidden = dict.fromkeys(("positives", "negatives"))
        by = {who: audit | hidden for who, audit in by.items()}
    return out | {"by": {who: _whole_verdict(audit) for who, audit in by.items()}}, told


def _half_told(audit: Mapping[str, Any]) -> bool:
    """True where one error's sum is told and the other's is not: how often yes was said would give
    the other."""
    told = {row["metric"] for row in audit["tests"] if row["pooled"] is not None}
    return len(told) == 1


def _deciders(
    whole: Mapping[str, Any], least: int, *, few: bool, groups: bool
) -> tuple[dict[str, dict[str, Any]], Mapping[str, int]]:
    """The audit of each decider; `few` says that how many readings are compared may not be told."""
    by, told = {}, Counter[str]()
    for who in _DECIDERS:
        by[who], own = without_small_cells(whole[who], least=least)
        told.update(own)
    if groups and not few:
        _apart(by, whole, least)
        return by, told
    hidden = dict.fromkeys(_SET) if few else {}
    n_groups = sum(len(audit["groups"]) for audit in whole.values()) if groups else 0
    return {who: audit | _without_groups(audit) | hidden for who, audit in by.items()}, Counter(
        n_groups=n_groups
    )


def _near(found: Mapping[str, Any], first: Mapping[str, Any], least: int) -> bool:
    """True where two bases differ in a few readings."""
    one, other = found["by"]["release"], first["by"]["release"]
    return small(abs(one["positives"] - other["positives"]), least=least)


def _without_groups(audit: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "groups": [],
        "tests": [gap_cells(row, None) for row in audit["tests"]],
        "excluded": [row | {"n": None} for row in audit["excluded"]],
    }


def _whole_verdict(audit: dict[str, Any]) -> dict[str, Any]:
    """Hidden where it would say what a hidden verdict is."""
    said = {row["verdict"] for row in audit["tests"]}
    if "hidden" in said and audit["verdict"] not in said - {"pass"}:
        return audit | {"verdict": "hidden"}
    return audit


def _apart(by: dict[str, dict[str, Any]], whole: Mapping[str, Any], least: int) -> None:
    """An error by an attribute leaves of one decider where those before differ in a few readings.

    Three people who decided otherwise would else follow from two rates of the same readings.
    """
    kept: dict[tuple[str, str], list[str]] = {}
    for who in _DECIDERS:
        for test in whole[who]["tests"]:
            at = test["attribute"], test["metric"]
            others = kept.setdefault(at, [])
            mine = _errors(whole[who], *at)
            if any(
                small(abs(a - b), least=least)
                for other in others
                for a, b in zip(mine, _errors(whole[other], *at), strict=True)
            ):
                _blank(by[who], *at)
            else:
                others.append(who)


def _errors(audit: Mapping[str, Any], attribute: str, metric: str) -> list[int]:
    """How many err in each group, then in all of them."""
    of = DENOMINATOR[metric]
    rows = [row for row in audit["groups"] if row["attribute"] == attribute]
    hit = [round(row[of] * (row[metric] or 0.0)) for row in rows]
    return [*hit, sum(hit)]


def _blank(audit: dict[str, Any], attribute: str, metric: str) -> None:
    gone = {metric, *(set(METRICS) - set(DENOMINATOR))}  # the others rest on both errors
    audit["groups"] = [
        row
        if row["attribute"] != attribute
        else row | dict.fromkeys(gone) | {"intervals": row["intervals"] | dict.fromkeys(gone)}
        for row in audit["groups"]
    ]
    audit["tests"] = [
        gap_cells(row, None) if (row["attribute"], row["metric"]) == (attribute, metric) else row
        for row in audit["tests"]
    ]


def _said(verdicts: Mapping[str, Mapping[str, int]], least: int) -> dict[str, Any]:
    """What was said before and after; where few changed a verdict, only what was said before."""
    before, after = verdicts["before"], verdicts["after"]
    near = any(small(abs(after[v] - before[v]), least=least) for v in before)
    return {
        "before": _some(before, least),
        "after": dict.fromkeys(after) if near else _some(after, least),
    }


def _some(counts: Mapping[str, int], least: int) -> dict[str, int | None]:
    hidden = hidden_counts(list(counts.values()), least=least)
    return {name: None if i in hidden else n for i, (name, n) in enumerate(counts.items())}


def _missed(
    document: Mapping[str, Any], out: Mapping[str, Any], bases: Sequence[str], least: int
) -> dict[str, Any] | None:
    """The whole alone, and only where what was drawn, supported and put forward is many, and so
    are the readings beside it.

    Groups stay: their weights and rates together would give small counts back.
    """
    found = document["missed"]
    if found is None:
        return None
    row = found["overall"]
    n, supported = row["n_drawn"], found["n_supported"]
    cells = [n, supported, n - supported, row["n_forward"]]
    for basis in bases:
        before = document[basis]["verdicts"]["before"]
        cells += [before["supported"] - supported, before["not_supported"] - (n - supported)]
    told = [out[basis]["by"]["release"] for basis in bases if out[basis]["by"] is not None]
    half = any(map(_half_told, told))
    few = half or any(small(abs(k), least=least) for k in cells)
    left = {key: counted(found[key], least) for key in ("n_draws", "n_unread", "n_unweighted")}
    left |= {key: found[key] for key in ("n_left", "margin", "n_replicates", "seed")}
    left |= {key: None if few else found[key] for key in ("n_missed", "interval", "n_supported")}
    whole: dict[str, Any] = {key: row[key] for key in ("attribute", "group", "n_left")}
    whole |= {key: None if half else counted(row[key], least) for key in ("n_drawn", "n_forward")}
    nothing = {"value": None, "interval": None, "enough": False}
    whole |= {key: nothing if few else row[key] for key in ("share", "fnr", "fpr")}
    return left | {"overall": whole, "groups": []}


def _changes(
    changes: Sequence[Row], by: Mapping[str, Any] | None, least: int
) -> list[dict[str, Any]]:
    """What changed once people saw the score, where each rate it is taken from leaves.

    An interval is as wide as readings changed, so one that is known tells of how many: it leaves
    only where those, and those that did not, are many or none in both groups and either way.
    """
    if by is None:
        return []
    return [
        {key: row[key] for key in _CHANGE}
        | {key: {k: row[key][k] for k in ("value", "interval")} for key in _MOVED}
        for row in changes
        if _told(row, by) and not any(small(n, least=least) for n in _turned(row))
    ]


def _told(row: Mapping[str, Any], by: Mapping[str, Any]) -> bool:
    """True where the rates of both groups leave for each decider."""
    told = [
        (who, group["group"])
        for who in _DECIDERS
        for group in by[who]["groups"]
        if group["attribute"] == row["attribute"] and group[row["metric"]] is not None
    ]
    return {(w, row[g]) for w in _DECIDERS for g in ("worse", "better")} <= set(told)


def _turned(row: Mapping[str, Any]) -> list[int]:
    """Per group and decider, how many errors arose, how many went, and how many readings stayed."""
    cells = []
    for key in _MOVED:
        for n, (arose, went) in zip(row["n"], row[key]["turned"], strict=True):
            cells += [arose, went, n - arose - went]
    return cells


def _side(row: Mapping[str, Any], by: Mapping[str, Any]) -> dict[str, Any]:
    """A gap of each decider, where its test still has one."""
    at = (row["attribute"], row["metric"])
    tests = {
        who: next(t for t in by[who]["tests"] if (t["attribute"], t["metric"]) == at)
        for who in _DECIDERS
    }
    out: dict[str, Any] = {"attribute": row["attribute"], "metric": row["metric"]}
    out |= {who: test["gap"] for who, test in tests.items()}
    out["verdicts"] = {who: test["verdict"] for who, test in tests.items()}
    return out | {"hidden": any(out[who] is None and row[who] is not None for who in _DECIDERS)}
