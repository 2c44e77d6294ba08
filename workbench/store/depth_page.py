"""Calibration, rates over the threshold and people as the unit, in the report of a bias audit."""

from collections.abc import Mapping, Sequence
from typing import Any

from workbench.analysis.audit_words import plain, points
from workbench.analysis.calibration import CalibrationRow
from workbench.analysis.curves import CurveRow, Curves
from workbench.analysis.depth_words import (
    OVER_THE_CURVE,
    PEOPLE,
    At,
    Wrong,
    calibration_sentence,
    left_out_words,
    of_attribute,
    people_dots,
    people_sentence,
)
from workbench.analysis.per_person import PersonRow
from workbench.store.audit_frame import safe, table
from workbench.store.dot_plot import dot_plot
from workbench.store.line_plot import LinePlot, line_plot

DRAWN = 6  # groups of an attribute
_RATES = ("fpr", "fnr")


def depth_page(document: Mapping[str, Any]) -> str:
    """The part of the report as HTML; empty where the audit holds none of it."""
    return "\n".join((_calibration(document), _curves(document), _people(document)))


def _singles(rows: Sequence[Any]) -> list[str]:
    named = dict.fromkeys(row["attribute"] for row in rows)
    return [name for name in named if name and "×" not in name]


def _calibration(document: Mapping[str, Any]) -> str:
    found = document.get("calibration")
    if found is None:
        return ""
    parts = [
        "<h2>Calibration</h2><p>Of candidates that were given a probability, the share that "
        "records confirmed: on the line, as many as it said. Dashed: all together. Each point "
        "holds a tenth of all that is expected to be confirmed; both axes are stretched near 0."
        "</p>"
        f"<p>{safe(found['beside'])}</p>"
    ]
    for name in _singles(found["rows"]):
        rows = of_attribute(found["rows"], name)
        drawn = [row for row in rows if row["tells"]][:DRAWN]
        plots = "".join(_reliability(row, found["rows"][0]) for row in drawn)
        parts.append(
            f"<h3>{safe(plain(name)).capitalize()}</h3><p>{safe(calibration_sentence(rows))}</p>"
            f'<div class="small">{plots}</div>'
            f"<details><summary>Base rate and calibration of the {len(rows)} groups by "
            f'{safe(plain(name))}</summary><div class="wide">{_figures(rows)}</div></details>'
        )
    return "\n".join(parts)


def _reliability(row: CalibrationRow, whole: CalibrationRow) -> str:
    plot = LinePlot(
        title=f"Confirmed against expected, {row['group']}",
        x_label="expected, per cent",
        y_label="confirmed, per cent",
        front=[(100 * b["said"], 100 * b["seen"]) for b in row["bins"]],
        bounds=[
            tuple(100 * v for v in b["interval"] or [b["seen"], b["seen"]])  # type: ignore[misc]
            for b in row["bins"]
        ],
        behind=[(100 * b["said"], 100 * b["seen"]) for b in whole["bins"]],
        alike=True,
    )
    return _captioned(row["group"], f"{row['positives']:,} of {row['n']:,} confirmed", plot)


def _captioned(group: str, note: str, plot: LinePlot) -> str:
    return (
        f'<figure>{line_plot(plot)}<figcaption>{safe(group)} <span class="quiet">{safe(note)}'
        "</span></figcaption></figure>"
    )


def _figures(rows: Sequence[CalibrationRow]) -> str:
    head = (
        *("group", "counted", "confirmed", "base rate", "expected"),
        *("expected less confirmed", "calibration error", "by chance alone"),
    )
    body = [
        (
            safe(row["group"]),
            f"{row['n']:,}",
            f"{row['positives']:,}",
            f"{points(row['base_rate'])} %",
            f"{points(row['said'])} %",
            _reach(row["gap"], row["gap_interval"]),
            _reach(row["ece"], row["ece_interval"]),
            points(row["ece_by_chance"]),
        )
        for row in rows
    ]
    return table(head, body)


def _reach(value: float | None, interval: Sequence[float] | None) -> str:
    if interval is None:
        return f'{points(value)}<span class="quiet"> too few to tell</span>'
    return (
        f'{points(value)}<span class="quiet"> {points(interval[0])} to {points(interval[1])}</span>'
    )


def _curves(document: Mapping[str, Any]) -> str:
    found = document.get("curves")
    if found is None:
        return ""
    parts = [
        "<h2>Over the threshold</h2><p>Error rates of each group if more or fewer candidates "
        "were put forward, with 95 % intervals; the upright line is the working threshold, dashed "
        "is all together. The area under the curve (AUC) is the chance that a confirmed candidate "
        "ranks above another one.</p>"
    ]
    for name in _singles(found["rows"]):
        rows = of_attribute(found["rows"], name)
        drawn = [row for row in rows if row["tells"] and row["lines"]][:DRAWN]
        few = len(rows) - sum(row["tells"] for row in rows)
        quiet = f'<p class="quiet">{few} of {len(rows)} groups: too few to tell.</p>' if few else ""
        beyond = left_out_words(found, name)
        quiet += f'<p class="quiet">{safe(beyond)}</p>' if beyond else ""
        plots = "".join(
            f"<h4>{OVER_THE_CURVE[rate]}</h4>"
            f'<div class="small">{"".join(_curve(row, rate, found) for row in drawn)}</div>'
            for rate in _RATES
        )
        parts.append(
            f"<details><summary>{safe(plain(name)).capitalize()}</summary>{plots}{quiet}</details>"
        )
    return "\n".join(parts)


def _curve(row: CurveRow, rate: str, found: Curves) -> str:
    def line(of: CurveRow) -> list[tuple[float, float, float, float]]:
        said = of["lines"][rate]
        every = zip(found["selected"], said["value"], said["low"], said["high"], strict=True)
        return [
            (100 * x, 100 * value, 100 * (low or 0.0), 100 * (high or 0.0))
            for x, value, low, high in every
            if value is not None
        ]

    front, working = line(row), found["working"]
    reach = row["auc_interval"]
    area = "–" if row["auc"] is None else f"{row['auc']:.2f}"
    plot = LinePlot(
        title=f"{OVER_THE_CURVE[rate]} over the threshold, {row['group']}",
        x_label="put forward of all, per cent",
        y_label="per cent",
        front=[(x, y) for x, y, _, _ in front],
        bounds=[(low, high) for _, _, low, high in front],
        behind=[(x, y) for x, y, _, _ in line(found["rows"][0])],
        at=None if working is None else 100 * found["selected"][working],
        x_log=True,
    )
    said = f"AUC {area}" + (f" ({reach[0]:.2f} to {reach[1]:.2f})" if reach else "")
    return _captioned(row["group"], said, plot)


def _people(document: Mapping[str, Any]) -> str:
    found = document.get("per_person")
    if found is None:
        return ""
    places: list[At] = ["at_threshold"]
    if found["capacity"] is not None:
        places.append("at_capacity")
    wrongs: list[Wrong] = list(PEOPLE)
    said = "".join(
        f"<p>{safe(people_sentence(found, at, wrong))}</p>" for at in places for wrong in wrongs
    )
    parts = [f"<h2>People as the unit</h2>{said}<p>{safe(found['said'])}</p>"]
    at = places[-1]
    for name in _singles(found["rows"]):
        rows = [row for row in found["rows"] if row["attribute"] == name]
        parts.append(
            f'<h3>{safe(plain(name)).capitalize()}</h3><div class="plots">'
            f"{''.join(_dots(rows, at, wrong) for wrong in wrongs)}</div>"
            f"<details><summary>All {len(rows)} groups by {safe(plain(name))}</summary>"
            f'<div class="wide">{_person_figures(rows, places)}</div></details>'
        )
    return "\n".join(parts)


def _dots(rows: Sequence[PersonRow], at: At, wrong: Wrong) -> str:
    dots = people_dots(rows, at, wrong, most=12)
    where = "at capacity" if at == "at_capacity" else "at the working threshold"
    drawn = dot_plot(dots, title=PEOPLE[wrong], band=None) if dots else "<p>Nobody to count.</p>"
    return f"<div><h4>{PEOPLE[wrong]}, {where}</h4>{drawn}</div>"


def _person_figures(rows: Sequence[PersonRow], places: Sequence[At]) -> str:
    head = ["group", "people", "candidates each", "with a true tie"]
    names = {"at_threshold": "at the threshold", "at_capacity": "at capacity"}
    head += [f"{what} {names[at]}" for at in places for what in ("wrongly drawn in", "ties missed")]
    body = []
    for row in rows:
        whole = row["at_threshold"]
        cells = [
            safe(row["group"]),
            f"{whole['wronged']['n']:,}",
            f"{row['candidates_per_person']:.2g}",
            f"{whole['missed']['n']:,}",
        ]
        for at in places:
            errors = row[at] or whole
            cells += [_person_share(errors["wronged"]), _person_share(errors["missed"])]
        body.append(cells)
    return table(head, body)


def _person_share(said: Mapping[str, Any]) -> str:
    if said["share"] is None:
        return "–"
    low, high = said["interval"]
    return (
        f'{said["n_hit"]:,} · {points(said["share"])} %<span class="quiet"> {points(low)} to '
        f"{points(high)}</span>"
    )
