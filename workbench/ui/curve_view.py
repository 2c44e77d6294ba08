"""Calibration, rates over the threshold and people as the unit: one plot at a time."""

from collections.abc import Mapping, Sequence
from typing import Any

import streamlit as st

from workbench.analysis.audit_words import plain, points
from workbench.analysis.depth_words import (
    OVER_THE_CURVE,
    PEOPLE,
    At,
    Wrong,
    calibration_sentence,
    furthest_off,
    left_out_words,
    of_attribute,
    people_dots,
    people_sentence,
)
from workbench.analysis.group_dots import shared_reach
from workbench.analysis.scored import LEAST, MOST_LINES
from workbench.ui import charts, components
from workbench.ui.words import inert

VIEWS = {
    "calibration": "Calibration",
    "curves": "Over the threshold",
    "per_person": "People",
}
_FRONT, _BACK = "#2B87C4", "#8A939B"
_AT: Mapping[At, str] = {"at_threshold": "At the threshold", "at_capacity": "At capacity"}
_MOST_DOTS = 24
_FEW = (
    f"No group has enough to be drawn: at least {LEAST} confirmed and {LEAST} not. Of an "
    f"intersection the {MOST_LINES} largest of those are drawn."
)
Points = list[dict[str, Any]]


def views(document: Mapping[str, Any]) -> list[str]:
    """Which of `VIEWS` an audit holds; one made before they were there holds none."""
    return [view for view in VIEWS if document.get(view) is not None]


def view(document: Mapping[str, Any], kind: str, attribute: str) -> None:
    """One of `VIEWS` by one attribute."""
    show = {"calibration": _calibration, "curves": _curves, "per_person": _people}
    show[kind](document[kind], attribute)


def _calibration(found: Mapping[str, Any], attribute: str) -> None:
    rows = of_attribute(found["rows"], attribute)
    st.caption(
        "Of candidates that the release gave a probability, the share that records confirmed: on "
        "the line, as many as it said."
    )
    st.markdown(inert(calibration_sentence(rows)))
    drawn = [row for row in rows if row["tells"] and row["bins"]]
    if drawn:
        worst = furthest_off(rows)
        group = _in_front(drawn, worst["group"] if worst else drawn[0]["group"], "calibration")
        _draw(_reliability(found["rows"][0], drawn, group), f"reliability of {group}", attribute)
        st.caption(
            f"Blue: {inert(group)} with 95 % intervals, hollow where a bin holds fewer than {LEAST}"
            ". Grey: the other groups; dashed: all together. Both axes are stretched near 0. Each "
            "bin holds a tenth of all that is expected to be confirmed."
        )
    elif rows:
        st.caption(_FEW)
    st.caption(inert(found["beside"]))
    with st.expander(f"All figures of the {len(rows)} groups by {inert(plain(attribute))}"):
        st.dataframe([_calibration_figures(row) for row in rows], hide_index=True, key="cal_rows")


def _calibration_figures(row: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "Group": row["group"],
        "Counted": row["n"],
        "Confirmed": row["positives"],
        "Base rate": f"{points(row['base_rate'])} %",
        "Expected": f"{points(row['said'])} %",
        "Expected less confirmed (points)": _reach(row["gap"], row["gap_interval"]),
        "Calibration error (points)": _reach(row["ece"], row["ece_interval"]),
        "By chance alone": points(row["ece_by_chance"]),
        "": "" if row["tells"] else "too few to tell",
    }


def _reach(value: float | None, interval: Sequence[float] | None) -> str:
    if interval is None:
        return points(value)
    return f"{points(value)} ({points(interval[0])} to {points(interval[1])})"


def _in_front(rows: Sequence[Mapping[str, Any]], default: str, key: str) -> str:
    names = [str(row["group"]) for row in rows]
    return str(
        st.selectbox("In front", names, index=names.index(default), key=f"front_{key}", width=320)
    )


def _reliability(
    whole: Mapping[str, Any], drawn: Sequence[Mapping[str, Any]], group: str
) -> Mapping[str, Any]:
    def line(row: Mapping[str, Any]) -> Points:
        return [
            {
                "group": row["group"],
                "x": 100 * b["said"],
                "y": 100 * b["seen"],
                "low": 100 * (b["interval"] or [b["seen"]] * 2)[0],
                "high": 100 * (b["interval"] or [b["seen"]] * 2)[1],
                "n": b["n"],
                "few": b["n"] < LEAST,
            }
            for b in row["bins"]
        ]

    front = line(next(row for row in drawn if row["group"] == group))
    others = [point for row in drawn if row["group"] != group for point in line(row)]
    end = max(max(p["x"], p["y"]) for p in [*front, *others, *line(whole)])
    x = _axis("x", "expected, per cent (mean probability)", "sqrt", (0, end))
    y = _axis("y", "confirmed, per cent", "sqrt", (0, end))
    return {
        "layer": [
            _line([{"x": 0, "y": 0}, {"x": end, "y": end}], x, y, _BACK, 1.5, opacity=0.6),
            _line(others, x, y, _BACK, 1, opacity=0.5),
            _line(line(whole), x, y, _BACK, 1.5, dash=True),
            *_in_blue(front, x, y),
        ],
        "height": 380,
    }


def _curves(found: Mapping[str, Any], attribute: str) -> None:
    rows = of_attribute(found["rows"], attribute)
    drawn = [row for row in rows if row["tells"] and row["lines"]]
    if drawn:
        left, right = st.columns([2, 3], vertical_alignment="bottom")
        with left:
            group = _in_front(drawn, drawn[0]["group"], "curves")
        with right:
            metric = st.segmented_control(
                "Rate", list(OVER_THE_CURVE), default="fpr", required=True,
                format_func=lambda name: OVER_THE_CURVE[name], key="curve_metric",
            )  # fmt: skip
        _draw(_over_thresholds(found, drawn, group, metric), f"{metric} of {group}", attribute)
        st.caption(
            f"Blue: {inert(group)} with its 95 % band. Grey: the other groups; dashed: all "
            "together. The upright line is the working threshold; to the right more is put "
            "forward. The rate is stretched near 0."
        )
    else:
        st.caption(_FEW)
    beyond = left_out_words(found, attribute)
    if beyond:
        st.caption(inert(beyond))
    few = sum(not row["tells"] for row in rows)
    if few:
        st.caption(f"{few} of {len(rows)} groups are too small to tell and are not drawn.")
    with st.expander(f"How well each of the {len(rows)} groups is ranked (AUC)"):
        st.dataframe([_auc_row(row) for row in rows], hide_index=True, key="auc_rows")


def _auc_row(row: Mapping[str, Any]) -> dict[str, Any]:
    known = row["auc_interval"]
    return {
        "Group": row["group"],
        "Positives": row["positives"],
        "Negatives": row["negatives"],
        "AUC": "–" if row["auc"] is None else f"{row['auc']:.2f}",
        "95 % interval": f"{known[0]:.2f} to {known[1]:.2f}" if known else "too few to tell",
    }


def _over_thresholds(
    found: Mapping[str, Any], drawn: Sequence[Mapping[str, Any]], group: str, metric: str
) -> Mapping[str, Any]:
    def line(row: Mapping[str, Any]) -> Points:
        said = row["lines"][metric]
        values = zip(found["selected"], found["thresholds"], said["value"], said["low"],
                     said["high"], strict=True)  # fmt: skip
        return [
            {
                "group": row["group"], "x": 100 * share, "threshold": threshold,
                "y": 100 * value, "low": 100 * low, "high": 100 * high,
            }
            for share, threshold, value, low, high in values
            if value is not None
        ]  # fmt: skip

    front = line(next(row for row in drawn if row["group"] == group))
    others = [point for row in drawn if row["group"] != group for point in line(row)]
    x = _axis("x", "share of all candidates put forward, per cent", "log", None)
    y = _axis("y", f"{OVER_THE_CURVE[metric].lower()}, per cent", "sqrt", None)
    layers = [
        _line(others, x, y, _BACK, 1, opacity=0.5),
        _line(line(found["rows"][0]), x, y, _BACK, 1.5, dash=True),
        {
            "data": {"values": front},
            "mark": {"type": "area", "color": _FRONT, "opacity": 0.15},
            "encoding": {"x": x, "y": y | {"field": "low"}, "y2": {"field": "high"}},
        },
        *_in_blue(front, x, y, bars=False),
    ]
    if found["working"] is not None:
        at = [{"x": 100 * found["selected"][found["working"]]}]
        layers.append(
            {
                "data": {"values": at},
                "mark": {"type": "rule", "color": _BACK, "strokeDash": [5, 4], "strokeWidth": 1.5},
                "encoding": {"x": x},
            }
        )
    return {"layer": layers, "height": 360}


def _people(found: Mapping[str, Any], attribute: str) -> None:
    left, right = st.columns(2, vertical_alignment="bottom")
    with left:
        wrong: Wrong = st.segmented_control(
            "Whom", list(PEOPLE), default="wronged", required=True,
            format_func=lambda name: PEOPLE[name], key="people_wrong",
        )  # fmt: skip
    with right:
        places: list[At] = list(_AT) if found["capacity"] is not None else ["at_threshold"]
        at: At = st.segmented_control(
            "Where", places, default="at_threshold", required=True,
            format_func=lambda name: _AT[name], key="people_at",
        )  # fmt: skip
    st.markdown(inert(people_sentence(found, at, wrong)))  # type: ignore[arg-type]
    rows = [row for row in found["rows"] if row["attribute"] == attribute]
    dots = people_dots(rows, at, wrong, most=_MOST_DOTS)
    if not dots:
        components.empty(
            "Nobody to count here." if rows else "People are counted by single attributes.",
            "Choose another attribute.",
        )
        return
    components.dots(
        components.of_groups(dots, unit=" people"),
        axis=f"{PEOPLE[wrong].lower()}, per cent",
        key=f"people_{attribute}_{wrong}_{at}",
        domain=(0, 100 * shared_reach([(dots, None)])),
    )
    st.caption(inert(found["said"]))
    if len(rows) > len(dots):
        st.caption(f"The {len(dots)} largest groups of {len(rows)} that have anyone to count.")


def _axis(field: str, title: str, scale: str, domain: tuple[float, float] | None) -> dict[str, Any]:
    shape: dict[str, Any] = {"type": scale, "nice": False}
    if domain is not None:
        shape["domain"] = list(domain)
    return {
        "field": field,
        "type": "quantitative",
        "title": title,
        "scale": shape,
        "axis": {"gridOpacity": 0.4, "format": ".3~g", "tickCount": 6},
    }


def _line(
    values: Points,
    x: Mapping[str, Any],
    y: Mapping[str, Any],
    colour: str,
    width: float,
    *,
    dash: bool = False,
    opacity: float = 1.0,
) -> dict[str, Any]:
    mark = {"type": "line", "color": colour, "strokeWidth": width, "opacity": opacity}
    return {
        "data": {"values": values},
        "mark": mark | ({"strokeDash": [5, 4]} if dash else {}),
        "encoding": {"x": x, "y": y, "detail": {"field": "group"}},
    }


def _in_blue(
    values: Points, x: Mapping[str, Any], y: Mapping[str, Any], *, bars: bool = True
) -> list[dict[str, Any]]:
    fields = ("x", "y", "low", "high", "n" if bars else "threshold")
    tooltip = [{"field": name, "format": ".3~g"} for name in fields]
    hollow = {"condition": {"test": "datum.few", "value": "transparent"}, "value": _FRONT}
    reach = {
        "data": {"values": values},
        "mark": {"type": "rule", "color": _FRONT, "strokeWidth": 2, "clip": True},
        "encoding": {"x": x, "y": dict(y) | {"field": "low"}, "y2": {"field": "high"}},
    }
    marks = {
        "data": {"values": values},
        "mark": {"type": "point", "size": 60, "strokeWidth": 2, "color": _FRONT, "opacity": 1},
        "encoding": {"x": x, "y": y, "fill": hollow, "tooltip": tooltip},
    }
    return [*([reach] if bars else []), _line(values, x, y, _FRONT, 2), marks]


def _draw(spec: Mapping[str, Any], what: str, attribute: str) -> None:
    charts.draw(None, spec, key=f"curve_{what}_{attribute}", name=what)
