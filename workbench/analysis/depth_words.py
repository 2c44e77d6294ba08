"""What calibration, curves and people as the unit say, in sentences and dots: page and report."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any, Literal

from workbench.analysis.audit_words import plain, points
from workbench.analysis.calibration import CalibrationRow
from workbench.analysis.group_dots import GroupDot
from workbench.analysis.per_person import PerPerson, PersonRow
from workbench.analysis.scored import LEAST, MOST, MOST_CROSSED

At = Literal["at_threshold", "at_capacity"]
Wrong = Literal["wronged", "missed"]

OVER_THE_CURVE = {
    "fpr": "Wrongly put forward",
    "fnr": "Missed",
    "selection_rate": "Put forward",
    "precision": "Precision",
    "accuracy": "Accuracy",
}
_NAMED = 8  # groups that a sentence names
PEOPLE: Mapping[Wrong, str] = {
    "wronged": "People wrongly drawn in",
    "missed": "People whose ties are missed",
}
PEOPLE_OF: Mapping[Wrong, str] = {
    "wronged": "people with a candidate",
    "missed": "people with a true tie",
}


def of_attribute(rows: Sequence[Any], attribute: str) -> list[Any]:
    """Rows of an attribute, those of the largest groups first."""
    found = [row for row in rows if row["attribute"] == attribute]
    return sorted(found, key=lambda row: (-row["n"], row["group"]))


def furthest_off(rows: Sequence[CalibrationRow]) -> CalibrationRow | None:
    """The group whose calibration gap is surest to be none: its interval lies furthest from 0."""
    told = [row for row in rows if row["tells"] and row["gap_interval"]]
    return max(told, key=lambda row: (_clear_of_zero(row), abs(row["gap"] or 0.0)), default=None)


def _clear_of_zero(row: CalibrationRow) -> float:
    low, high = row["gap_interval"] or [0.0, 0.0]
    return max(low, -high, 0.0)


def calibration_sentence(rows: Sequence[CalibrationRow]) -> str:
    """Which group's probabilities are furthest off, and that base rates differ."""
    worst = furthest_off(rows)
    few = sum(not row["tells"] for row in rows)
    quiet = (
        f" {few} of {len(rows)} groups have fewer than {LEAST} confirmed or unconfirmed: too few "
        "to tell."
        if few
        else ""
    )
    if worst is None or worst["gap_interval"] is None:
        return f"No group has enough to tell how far its probabilities are off.{quiet}"
    low, high = worst["gap_interval"]
    if low <= 0 <= high:
        return (
            f"In no group do probabilities lie surely above or below what was confirmed.{quiet}"
            f"{_base_rates(rows)}"
        )
    side = "more" if low > 0 else "less"
    return (
        f"Furthest off: {worst['group']}, where {points(worst['said'])} % were expected to be "
        f"confirmed and {points(worst['base_rate'])} % were, so the probability says {side} than "
        f"there is (gap {points(worst['gap'])} points, 95 % {points(low)} to {points(high)}; "
        "shown without a verdict, since of twenty groups that are even about one would stand out)."
        f"{quiet}{_base_rates(rows)}"
    )


def _base_rates(rows: Sequence[CalibrationRow]) -> str:
    told = [row for row in rows if row["tells"] and row["base_rate"] is not None]
    if len(told) < 2:
        return ""
    low = min(told, key=lambda row: row["base_rate"] or 0.0)
    high = max(told, key=lambda row: row["base_rate"] or 0.0)
    return (
        f" Among groups with enough to tell, base rates run from "
        f"{points(low['base_rate'])} % ({low['group']}) to "
        f"{points(high['base_rate'])} % ({high['group']})."
    )


def left_out_words(found: Mapping[str, Any], attribute: str) -> str:
    """Which groups are too many to have curves and calibration; empty where none is."""
    n = found.get("n_left_out", {}).get(attribute, 0)
    if not n:
        return ""
    largest = [row for row in found["left_out"] if row["attribute"] == attribute][:_NAMED]
    named = ", ".join(f"{row['group']} ({row['n']:,})" for row in largest)
    return (
        f"{n:,} smaller {'group has' if n == 1 else 'groups have'} no curve and no calibration; "
        f"the largest of them: {named}."
    )


def depth_notes(document: Mapping[str, Any]) -> list[str]:
    """Which attributes have more groups than curves and calibration are made for; none where an
    audit has, or left with, neither."""
    curves = document.get("curves")
    if curves is None or not curves.get("n_left_out"):
        return []
    shown = Counter(row["attribute"] for row in curves["rows"])
    named = [f"{plain(by)} ({shown[by] + n:,})" for by, n in curves["n_left_out"].items()]
    return [
        f"Calibration and curves are made for the {MOST} largest groups of an attribute and the "
        f"{MOST_CROSSED} largest of an intersection; more there are by {', '.join(named)}."
    ]


def people_sentence(found: PerPerson, at: At, wrong: Wrong) -> str:
    """The share over everybody, and how many candidates are put forward there."""
    errors = found["rows"][0][at]
    if errors is None or errors[wrong]["share"] is None:
        return "Nobody to count."
    whole = errors[wrong]
    low, high = whole["interval"] or [0.0, 1.0]
    n_forward = found["put_forward"][0 if at == "at_threshold" else 1]
    where = (
        f"At the working threshold, {n_forward:,} put forward"
        if at == "at_threshold"
        else f"At capacity, {n_forward:,} put forward (at most {found['capacity']:,}: "
        f"{found['capacity_of']})"
    )
    what = (
        "stand in at least one that was wrongly put forward"
        if wrong == "wronged"
        else "have at least one true tie that was not put forward"
    )
    return (
        f"{where}: of {whole['n']:,} {PEOPLE_OF[wrong]}, {points(whole['share'])} % (95 % "
        f"{points(low)} to {points(high)}) {what}."
    )


def people_dots(rows: Sequence[PersonRow], at: At, wrong: Wrong, *, most: int) -> list[GroupDot]:
    """Dots of the `most` largest groups, the highest share first; hollow under `LEAST` people."""
    dots = []
    for row in rows:
        errors = row[at]
        if errors is None:
            continue
        said = errors[wrong]
        if said["share"] is None or said["interval"] is None:
            continue
        dots.append(
            GroupDot(
                group=row["group"],
                n=said["n"],
                of="people",
                value=said["share"],
                low=said["interval"][0],
                high=said["interval"][1],
                short=said["n"] < LEAST,
            )
        )
    largest = sorted(dots, key=lambda dot: -dot.n)[:most]
    return sorted(largest, key=lambda dot: (-dot.value, dot.group))
