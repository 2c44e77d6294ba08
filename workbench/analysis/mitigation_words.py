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
        "A threshold per group",
        "Sets another threshold for each group, and draws lots between two of them.",
        "in use",
        True,
        False,
        "Never used on persons: it needs the trait of everybody it is used on, treats people by "
        "their group, and leaves answers to chance.",
    ),
}


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


def sentence(rows: Sequence[MethodRow], by: str, aim: str = "gap") -> str:
    """Whether any mitigation showed itself better than doing nothing, in one or two sentences;
    `aim` is the gap that methods were to narrow."""
    base = rows[0]["measures"][aim]["value"]
    what = "error rates differ" if aim == "gap" else f"{COLUMNS[aim[4:]].lower()} differs"
    start = f"By {plain(by)}, {what} by up to {points(base)} points as the run is."
    better = [row for row in rows[1:] if row["narrower"] and not row["costlier"]]
    traded = [row for row in rows[1:] if row["narrower"] and row["costlier"]]
    if better:
        best = min(better, key=lambda row: row["measures"][aim]["difference"] or 0.0)
        usable = "" if best["on_persons"] else ", but is not used on persons"
        return (
            f"{start} {best['label']} narrowed that {_by(best, aim)} without more errors{usable}."
        )
    if traded:
        best = min(traded, key=lambda row: row["measures"][aim]["difference"] or 0.0)
        return (
            f"{start} {best['label']} narrowed that {_by(best, aim)}, at the price of more errors."
        )
    return (
        f"{start} No mitigation showed itself better: none narrowed that gap beyond the 95 % "
        "interval of the difference."
    )


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


def between_words(document: Mapping[str, Any]) -> str:
    """Between which groups the gap of each error is taken, and why one has none."""
    said = []
    for error, of in (("fpr", "false"), ("fnr", "true")):
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
    of = "true" if error == "fnr" else "false"
    return f"none, as fewer than two groups have {least} {of} candidates in the test slice."


def compared_words(row: Mapping[str, Any]) -> str:
    """In which errors a group is compared."""
    return ", ".join(COLUMNS[e].lower() for e in row["compared"]) or "too few"


def picture_words(methods: Sequence[MethodRow]) -> str:
    """The picture in words: gap and balanced error of each method."""
    return "; ".join(
        f"{row['label']}: widest gap {points(row['measures']['gap']['value'])} points, balanced "
        f"error {points(row['measures']['balanced_error']['value'])} %"
        for row in methods
        if row["measures"]["gap"]["value"] is not None
    )


def unit(measure: str) -> str:
    """What a measure is told in: gaps in points, rates in per cent."""
    return " points" if measure.startswith("gap") else " %"


def pooled_words(document: Mapping[str, Any]) -> str:
    """Which error methods aim at where groups are too small for both, and which groups were too
    small to learn from; empty where neither."""
    said = ""
    if len(document["errors"]) == 1:
        aim = COLUMNS[document["errors"][0]].lower()
        said = f"Groups are too small to learn from both errors; methods aim at {aim} alone. "
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
    said += [f"{words} {_plainly(given[name])}" for name, words in _TOLD.items() if name in given]
    return "; ".join(said).capitalize() + "."


def _plainly(value: float | int | str) -> str:
    return f"{value:,.3g}" if isinstance(value, float) else f"{value}"
