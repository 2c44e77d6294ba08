"""Mitigations in words: what each does, whether it may be used on persons, which was better."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypedDict

from workbench.analysis.audit_words import plain, points

Bounds = list[float] | None


@dataclass(frozen=True, slots=True)
class Method:
    """A method in words: what it does, and whether it may be used on persons and why.

    `reads` says when it reads the trait: never, in choosing, in learning, in use.
    """

    label: str
    does: str
    reads: str
    draws_lots: bool
    on_persons: bool
    why: str


ABOUT: Mapping[str, Method] = {
    "nothing": Method(
        "Nothing done",
        "The run as it is, at its own threshold.",
        "never",
        False,
        True,
        "It may be used once audited and approved: it knows no trait and leaves nothing to chance.",
    ),
    "reweighing": Method(
        "Reweighing",
        "Learns again with rows weighted so that group and label are independent.",
        "in learning",
        False,
        False,
        "Not used on persons: the trait would have a part in making what is served, which the rule "
        "on sensitive columns rules out.",
    ),
    "exponentiated_gradient": Method(
        "Exponentiated gradient",
        "Learns several estimators under equal error rates for all groups, and draws one by lot.",
        "in learning",
        True,
        False,
        "Never used on persons: two people of whom the same is recorded would get different "
        "answers by lot, which nobody could explain to them.",
    ),
    "shared_threshold": Method(
        "Another shared threshold",
        "Moves the one threshold to where the gap was narrowest, within 5 points of recall and a "
        "quarter more put forward.",
        "in choosing",
        False,
        True,
        "It could be used on persons: one line for everybody, no trait and no lot in use. A person "
        "would have to decide on it, and a new audit to pass.",
    ),
    "threshold_optimizer": Method(
        "A threshold per group (ThresholdOptimizer)",
        "Sets another threshold for each group, and draws lots between two of them.",
        "in use",
        True,
        False,
        "Never used on persons: it needs the trait of everybody it is used on, treats people by "
        "their group, and leaves answers to chance.",
    ),
}

# of the shared threshold, where the search ended at the run's own
NONE_BETTER = Method(
    "Another shared threshold (none better)",
    "No other shared threshold had a narrower gap on the calibration slice within 5 points of "
    "recall and a quarter more put forward: this is the run at its own, the same as nothing done.",
    "in choosing",
    False,
    True,
    "It stays in the table because it was tried, and is the one way here that could be used on "
    "persons.",
)


def method_words(name: str, parameters: Mapping[str, float | int | str]) -> Method:
    """A method in words, by what it chose."""
    return NONE_BETTER if _keeps_threshold(parameters) else ABOUT[name]


def _keeps_threshold(parameters: Mapping[str, float | int | str]) -> bool:
    return "instead_of" in parameters and parameters["threshold"] == parameters["instead_of"]


class MeasureRow(TypedDict):
    """Shares; None without a denominator. `difference` is against nothing done."""

    value: float | None
    interval: Bounds
    difference: float | None
    difference_interval: Bounds


class GroupRow(TypedDict):
    """Expected rates of one method in one group of the test slice."""

    group: str
    fpr: float | None
    fnr: float | None


class MethodRow(TypedDict):
    """`narrower` (in the gap that methods aim at) and `costlier`: beyond the 95 % interval of the
    difference from nothing done."""

    name: str
    label: str
    does: str
    reads: str
    draws_lots: bool
    on_persons: bool
    why: str
    parameters: dict[str, float | int | str]
    measures: dict[str, MeasureRow]
    by_group: list[GroupRow]
    narrower: bool
    costlier: bool


def sentence(
    rows: Sequence[MethodRow], by: str, aim: str = "gap", failed: Sequence[str] = ()
) -> str:
    """Whether any mitigation showed itself better than doing nothing, in one or two sentences;
    `aim` is the gap that methods were to narrow, `failed` the errors that the audit failed on."""
    base = rows[0]["measures"][aim]["value"]
    what = "error rates differ" if aim == "gap" else f"{COLUMNS[aim[4:]].lower()} differs"
    also = "both errors" if aim == "gap" else "that error"
    start = (
        f"By {plain(by)}, {what} by up to {points(base)} points as the run is"
        f"{f'; its audit failed on {also}' if failed else ''}."
    )
    narrower = [row for row in rows[1:] if row["narrower"]]
    if not narrower:
        return (
            f"{start} No mitigation showed itself better: none narrowed that gap beyond the 95 % "
            "interval of the difference."
        )
    best = min(
        narrower, key=lambda row: (row["costlier"], row["measures"][aim]["difference"] or 0.0)
    )
    price = ", at the price of more errors" if best["costlier"] else " without more errors"
    usable = "" if best["on_persons"] else ", but is not used on persons"
    return f"{start} {best['label']} narrowed that {_by(best, aim)}{price}{usable}."


def _by(row: MethodRow, aim: str) -> str:
    gap = row["measures"][aim]
    low, high = gap["difference_interval"] or (0.0, 0.0)
    return (
        f"by {points(-(gap['difference'] or 0.0))} points (95 % {points(-high)} to {points(-low)})"
    )


# what tables show of each method, and its heading
COLUMNS: Mapping[str, str] = {
    "gap": "Widest gap",
    "gap_fpr": "Gap, wrongly put forward",
    "gap_fnr": "Gap, missed",
    "balanced_error": "Balanced error",
    "fpr": "Wrongly put forward",
    "fnr": "Missed",
    "precision": "Precision",
    "selection_rate": "Put forward",
}


# the candidates that an error is counted among
OF: Mapping[str, str] = {"fpr": "false", "fnr": "true"}


def aim_of(errors: Sequence[str]) -> str:
    """The gap that methods are to narrow, by the errors they make alike."""
    return "gap" if len(errors) > 1 else f"gap_{errors[0]}"


def columns(document: Mapping[str, Any]) -> dict[str, str]:
    """Measures that tables show, and their headings: the gap that methods aim at first, each
    error's own always, the wider of both where methods aim at both."""
    gaps = dict.fromkeys((aim_of(document["errors"]), "gap_fpr", "gap_fnr"))
    rest = [name for name in COLUMNS if not name.startswith("gap")]
    return {name: COLUMNS[name] for name in (*gaps, *rest)}


def drawn(document: Mapping[str, Any]) -> list[str]:
    """The gaps there is a picture of, the one that methods aim at first."""
    base = document["methods"][0]["measures"]
    gaps = [name for name in columns(document) if name.startswith("gap")]
    return [name for name in gaps if base[name]["value"] is not None]


_DRAWN: Mapping[str, str] = {
    "gap": "the wider of both gaps between groups",
    "gap_fpr": "the gap between groups in who is wrongly put forward",
    "gap_fnr": "the gap between groups in who is missed",
}


def drawn_words(document: Mapping[str, Any], gap: str) -> str:
    """Which gap a picture shows, and whether the audit failed on it."""
    failed = ""
    if gap.removeprefix("gap_") in document.get("failed", ()):
        failed = f", on which the audit of this version failed by {plain(document['by'])}"
    return f"Drawn: {_DRAWN[gap]}{failed}."


def audit_words(document: Mapping[str, Any]) -> str:
    """What the audit of the version said of the trait."""
    if document["audit"] is None:
        return "none yet"
    said = " and ".join(COLUMNS[error].lower() for error in document["failed"])
    by = plain(document["by"])
    return f"failed on {said} by {by}" if said else f"failed on neither error by {by}"


def between_words(document: Mapping[str, Any]) -> str:
    """Between which groups the gap of each error is taken, and why one has none."""
    said = []
    for error, of in OF.items():
        name, words = COLUMNS[f"gap_{error}"], document["absent"].get(error)
        named = [row["group"] for row in document["groups"] if error in row["compared"]]
        said.append(
            f"{name}: {words}"
            if words
            else f"{name}: taken between {len(named)} groups with enough {of} candidates, "
            f"{', '.join(named)}."
        )
    return (
        f"{' '.join(said)} A pair is in the unordered pair of its people's groups; in a group of "
        "more people each counts once."
    )


def absent_words(error: str, least: int) -> str:
    """Why an error has no gap."""
    return f"none, as fewer than two groups have {least} {OF[error]} candidates in the test slice."


def compared_words(row: Mapping[str, Any]) -> str:
    """In which errors a group is compared."""
    return ", ".join(COLUMNS[e].lower() for e in row["compared"]) or "too few"


def picture_words(methods: Sequence[MethodRow], gap: str) -> str:
    """The picture in words: one gap and the balanced error of each method."""
    return "; ".join(
        f"{row['label']}: {COLUMNS[gap].lower()} {points(row['measures'][gap]['value'])} points, "
        f"balanced error {points(row['measures']['balanced_error']['value'])} %"
        for row in methods
        if row["measures"][gap]["value"] is not None
    )


def unit(measure: str) -> str:
    """What a measure is told in: gaps in points, rates in per cent."""
    return " points" if measure.startswith("gap") else " %"


def pooled_words(document: Mapping[str, Any]) -> str:
    """Which error methods aim at where it is one alone, and which groups were too small to learn
    from; empty where neither."""
    said = ""
    if len(document["errors"]) == 1:
        why = (
            "The audit failed on one error"
            if document.get("failed") == document["errors"]
            else "Groups are too small to learn from both errors"
        )
        said = f"{why}; methods aim at {COLUMNS[document['errors'][0]].lower()} alone. "
    if not document["pooled"]:
        return said.strip()
    named = ", ".join(document["pooled"])
    return f"{said}Too small to learn from, taken together or left out: {named}."


# what tables call a method's parameters; what is not here is of use in MLflow alone
_TOLD: Mapping[str, str] = {
    "threshold": "put forward from",
    "instead_of": "instead of",
    "gap_when_chosen": "gap on the calibration slice",
    "least_weight": "least weight",
    "greatest_weight": "greatest weight",
    "constraint": "constraint",
    "difference_bound": "rates of a group at most apart from all by",
    "n_rows": "candidates learnt on",
    "n_estimators": "estimators drawn from",
    "n_groups": "groups with a threshold of their own",
    "times": "weight of a miss against a false one",
}


def told_words(row: Mapping[str, Any]) -> str:
    """When a method reads the trait, whether it draws lots, what it was told and what it chose."""
    given = row["parameters"]
    said = [f"reads the trait: {row['reads']}", "draws lots" if row["draws_lots"] else "no lots"]
    silent = {"instead_of"} if _keeps_threshold(given) else set()
    told = [name for name in _TOLD if name in given and name not in silent]
    said += [f"{_TOLD[name]} {_plainly(given[name])}" for name in told]
    return "; ".join(said).capitalize() + "."


def _plainly(value: float | int | str) -> str:
    return f"{value:,.3g}" if isinstance(value, float) else f"{value}"
