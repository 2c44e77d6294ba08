"""Charts of a model's behaviour as Vega-Lite: swarms, dependence, said against seen."""

from collections.abc import Mapping, Sequence
from typing import Any

import streamlit as st

from workbench.analysis import palette
from workbench.analysis.behaviour_words import EFFECT, factor, rests_on, unit_words
from workbench.analysis.slices import SQUARE_KM
from workbench.ui import charts
from workbench.ui.words import number

_THIRDS = ("low value", "middle", "high value", "no value")
_GREY = palette.MIDDLE.light


def _strong() -> str:
    """The colour of the page's own text."""
    return "#E4E7E9" if charts.is_dark() else "#12171B"


def _third(rank: float | None) -> str:
    return _THIRDS[3] if rank is None else _THIRDS[min(2, int(rank * 3))]


def swarms(rows: Sequence[Mapping[str, Any]], *, key: str) -> None:
    """A line of dots for each reason, the strongest first; coloured by the value of its feature."""
    low, high, none = (
        ink.on(dark=charts.is_dark()) for ink in (palette.LOW, palette.HIGH, palette.NO_VALUE)
    )
    place = {
        "field": "reason", "type": "nominal", "sort": None, "title": None,
        "axis": {"labelLimit": 330, "ticks": False, "domain": False, "grid": True},
    }  # fmt: skip
    spots = {
        "mark": {"type": "circle", "size": 16, "opacity": 0.8},
        "encoding": {
            "y": place,
            "yOffset": {
                "field": "aside", "type": "quantitative", "scale": {"domain": [-1.25, 1.25]},
            },
            "x": {
                "field": "effect", "type": "quantitative",
                "title": f"← against  ·  {EFFECT}  ·  for →",
            },
            "color": {
                "field": "value", "type": "nominal", "title": None,
                "scale": {"domain": list(_THIRDS), "range": [low, _GREY, high, none]},
                "legend": {"orient": "top"},
            },
            "tooltip": [{"field": f} for f in ("reason", "effect", "value", "mean")],
        },
    }  # fmt: skip
    zero = {
        "data": {"values": [{"at": 0}]},
        "mark": {"type": "rule", "color": _GREY},
        "encoding": {"x": {"field": "at", "type": "quantitative"}},
    }
    charts.draw(
        [point for row in rows for point in _points(row)],
        {"layer": [zero, spots], "height": {"step": 34}},
        key=key,
        name=f"Effects of {len(rows)} reasons on the score, the strongest first",
    )


def _points(row: Mapping[str, Any]) -> list[dict[str, Any]]:
    mean = number(row["mean"], (row["low"], row["high"]))
    named = {"reason": row["label"], "mean": mean}
    return [
        {"effect": effect, "aside": aside, "value": _third(rank)} | named
        for effect, aside, rank in row["points"]
    ]


def dependence(row: Mapping[str, Any], *, key: str) -> None:
    """Value against effect of one feature: dots, those put forward ringed, medians, tenths."""
    blue, ink = palette.MEASURED.on(dark=charts.is_dark()), _strong()
    times = factor(row["unit"])
    every = [*row["points"], *row["forward"], *((b["value"], b["median"]) for b in row["bins"])]
    if not row["bins"]:
        st.caption("No candidate has a value.")
        return
    across, up = _axes(row, every, times)
    spec = {
        "height": 300,
        "layer": [
            _layer([{"at": 0}], {"type": "rule", "color": _GREY}, {"y": {"field": "at", **up}}),
            _cloud(row["points"], times, across, up,
                   {"type": "circle", "size": 22, "color": _GREY, "opacity": 0.7}),
            _cloud(row["forward"], times, across, up,
                   {"type": "point", "size": 44, "color": ink, "strokeWidth": 1.4}),
            _cloud([(b["value"], b["median"]) for b in row["bins"]], times, across, up,
                   {"type": "line", "color": blue, "strokeWidth": 2.4,
                    "point": {"color": blue, "size": 50}}),
            _layer(
                [{"value": times * d} for d in row["deciles"]],
                {"type": "tick", "orient": "vertical", "color": _GREY, "size": 11, "yOffset": -6},
                {"x": {"field": "value", **across}, "y": {"value": "height"}},
            ),
        ],
    }  # fmt: skip
    first, last = (number(row["bins"][at]["median"]) for at in (0, -1))
    name = f"Effect of {row['label']}: {first} at the lowest values, {last} at the highest"
    charts.draw(None, spec, key=key, name=name)


def _axes(
    row: Mapping[str, Any], every: Sequence[Sequence[float]], times: float
) -> tuple[dict[str, Any], dict[str, Any]]:
    """The value with its unit, and the effect with 0 in the middle."""
    reach = max(0.5, *(abs(p[1]) for p in every)) * 1.06
    scale: dict[str, Any] = {"zero": False, "nice": False, "padding": 8}
    counted = all((times * p[0]).is_integer() for p in every)
    whole = {"tickMinStep": 1} if counted else {}
    across = {
        "type": "quantitative", "title": f"{row['label']} ({unit_words(row['unit'])})",
        "scale": scale | ({"type": "log"} if row["logarithmic"] else {}),
        "axis": {"tickCount": 8} | whole,
    }  # fmt: skip
    up = {
        "type": "quantitative", "title": EFFECT, "scale": {"domain": [-reach, reach]},
        "axis": {"tickCount": 5},
    }  # fmt: skip
    return across, up


def _layer(
    values: Sequence[Mapping[str, Any]], mark: Mapping[str, Any], encoding: Mapping[str, Any]
) -> dict[str, Any]:
    return {"data": {"values": list(values)}, "mark": dict(mark), "encoding": dict(encoding)}


def _cloud(
    points: Sequence[Sequence[float]],
    times: float,
    across: Mapping[str, Any],
    up: Mapping[str, Any],
    mark: Mapping[str, Any],
) -> dict[str, Any]:
    values = [{"value": times * x, "effect": y} for x, y in points]
    encoding = {"x": {"field": "value", **across}, "y": {"field": "effect", **up}}
    return _layer(values, mark, encoding | {"tooltip": [{"field": "value"}, {"field": "effect"}]})


def said_against_seen(rows: Sequence[Mapping[str, Any]], *, key: str) -> None:
    """What the model said against what records confirmed, on logarithmic axes, with intervals."""
    blue = palette.MEASURED.on(dark=charts.is_dark())
    lowest = min([row["said"] for row in rows] + [r["seen"] for r in rows if r["seen"] > 0])
    floor = 10.0 ** min(-1, _decade(lowest))
    said = "datum.value == 1 ? 'all' : '1 in ' + format(1 / datum.value, ',')"
    words = {"labelExpr": said, "values": _decades(floor)}
    scale = {"type": "log", "domain": [floor, 1]}

    def axis(field: str, title: str) -> dict[str, Any]:
        return {"field": field, "type": "quantitative", "scale": scale, "title": title,
                "axis": words}  # fmt: skip

    x, y = axis("said", "what the model said"), axis("seen", "confirmed by records")
    values: list[dict[str, Any]] = [
        {"said": row["said"], "seen": max(row["seen"], floor), "low": max(row["low"], floor),
         "high": max(row["high"], floor), "candidates": row["n"], "none": row["seen"] == 0}
        for row in rows
    ]  # fmt: skip
    ends: list[dict[str, Any]] = [{"said": floor, "seen": floor}, {"said": 1, "seen": 1}]
    fill = {"condition": {"test": "datum.none", "value": "transparent"}, "value": blue}
    tips = [{"field": f} for f in ("candidates", "said", "seen", "low", "high")]
    spec = {
        "height": 340,
        "width": 420,
        "layer": [
            _layer(ends, {"type": "line", "color": _GREY, "strokeDash": [5, 4]},
                   {"x": x, "y": y}),
            _layer(values, {"type": "rule", "color": blue, "strokeWidth": 2},
                   {"x": x, "y": y | {"field": "low"}, "y2": {"field": "high"}}),
            _layer(values, {"type": "point", "size": 80, "color": blue, "opacity": 1},
                   {"x": x, "y": y, "fill": fill, "tooltip": tips}),
        ],
    }  # fmt: skip
    name = f"What the model said against what records confirmed, in {len(rows)} steps"
    charts.draw(None, spec, key=key, name=name, width="content")


def bars(pairs: Sequence[Mapping[str, Any]], *, key: str) -> None:
    """H of each pair of reasons in per cent, the largest first."""
    rows: list[dict[str, Any]] = [
        {
            "pair": " × ".join(pair["labels"]),
            "H": 100 * (pair["share"] or 0.0),
            "log-odds": number(pair["strength"]),
        }
        for pair in sorted(pairs, key=lambda pair: -(pair["share"] or 0.0))
    ]
    spec = {
        "height": {"step": 30},
        "mark": {"type": "bar", "size": 14, "color": palette.MEASURED.on(dark=charts.is_dark())},
        "encoding": {
            "y": {
                "field": "pair", "type": "nominal", "sort": None, "title": None,
                "axis": {"labelLimit": 520, "ticks": False, "domain": False},
            },
            "x": {
                "field": "H", "type": "quantitative",
                "scale": {"domain": [0, max(100.0, *(row["H"] for row in rows))]},
                "title": "H: share of all that the two do, done only together (per cent)",
                "axis": {"tickCount": 5},
            },
            "tooltip": [{"field": name} for name in ("pair", "H", "log-odds")],
        },
    }  # fmt: skip
    charts.draw(rows, spec, key=key, name=f"H of {len(rows)} pairs of reasons, the largest first")


def square_map(rows: Sequence[Mapping[str, Any]], measure: str, *, key: str) -> bool:
    """Squares of the map, north up: the measure in per cent and what it rests on.

    False where no square is known; then nothing is drawn.
    """
    placed = [row for row in rows if row.get("corner")]
    if not placed:
        return False
    values = [_square(row, measure) for row in placed]
    blue, ink = palette.MEASURED.on(dark=charts.is_dark()), _strong()
    place = {
        axis: {
            "field": side, "type": "ordinal", "sort": order,
            "title": f"km to the {side}, squares of {SQUARE_KM}",
            "axis": {"labelAngle": 0, "ticks": False, "domain": False},
        }
        for axis, side, order in (("x", "east", "ascending"), ("y", "north", "descending"))
    }  # fmt: skip
    most = max((row["value"] for row in values if row["value"]), default=1.0)
    shade = {
        "field": "value", "type": "quantitative", "legend": None,
        "scale": {"domain": [0, most], "range": [0, 0.45]},
    }  # fmt: skip
    spec = {
        "height": {"step": 52},
        "width": {"step": 76},
        "encoding": place | {"tooltip": [{"field": f} for f in ("square", "said", "of")]},
        "layer": [
            {"mark": {"type": "rect", "color": blue, "stroke": _GREY, "strokeWidth": 0.5},
             "encoding": {"fillOpacity": shade}},
            {"mark": {"type": "text", "dy": -7, "fontSize": 13, "color": ink},
             "encoding": {"text": {"field": "said"}}},
            {"mark": {"type": "text", "dy": 10, "fontSize": 12, "color": charts.ink()},
             "encoding": {"text": {"field": "of"}}},
        ],
    }  # fmt: skip
    name = f"The share in each of {len(values)} squares of the map"
    charts.draw(values, spec, key=key, name=name, width="content")
    return True


def _square(row: Mapping[str, Any], measure: str) -> dict[str, Any]:
    return {
        "east": row["corner"][0],
        "north": row["corner"][1],
        "value": 100 * row[measure][0] if row[measure] else None,
        "said": f"{number(100 * row[measure][0])} %" if row[measure] else "–",
        "of": f"of {rests_on(row, measure).split()[0]}",
        "square": row["label"],
    }


def _decade(share: float) -> int:
    """The power of ten at or below a share above 0."""
    power = 0
    while 10.0**power > share:
        power -= 1
    return power


def _decades(floor: float) -> list[float]:
    return [10.0**k for k in range(_decade(floor), 1)]
