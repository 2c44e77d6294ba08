"""The quality report: what holds, what is breached, who is in the data, what is missing."""

from collections.abc import Callable, Mapping
from typing import Any

import streamlit as st

from workbench.ui import charts, components
from workbench.ui.components import Colour, Dot
from workbench.ui.words import inert, number

_VERDICTS: dict[str, tuple[str, Colour]] = {
    "breached": ("breached", "red"),
    "noted": ("noted", "yellow"),
    "holds": ("holds", "green"),
    "not_measured": ("nothing to measure", "gray"),
}
_COUNTED = {
    "breached": "breached",
    "noted": "noted (which blocks nothing)",
    "holds": "held",
    "not_measured": "with nothing to measure",
}
_BLUE = "#2B87C4"
_DOTS = 24  # groups drawn; all stand in the figures


def breached(report: Mapping[str, Any]) -> tuple[str, ...]:
    """Names of thresholds that block acceptance until they are excused."""
    return tuple(report.get("data_audit", {}).get("breached", ()))


def show(report: Mapping[str, Any], name: str) -> None:
    """All of the report, the verdict first."""
    audit = report.get("data_audit")
    if audit is None:
        components.empty(
            "This dataset was ingested before data was audited.",
            "Ingest it again under another name to have it audited.",
        )
        _empty_shares(report)
        return
    _thresholds(audit["outcomes"])
    _groups(audit, name)
    _coverage(audit["coverage"], name)
    _sections(audit, name)


def _thresholds(outcomes: list[dict[str, Any]]) -> None:
    by = {verdict: [o for o in outcomes if o["verdict"] == verdict] for verdict in _VERDICTS}
    said = [
        f"{len(by[verdict])} {words}"
        for verdict, words in _COUNTED.items()
        if by[verdict] or verdict in ("breached", "holds")
    ]
    st.markdown(f"Of {len(outcomes)} thresholds: {', '.join(said)}.")
    for verdict in ("breached", "noted"):
        for outcome in by[verdict]:
            _threshold(outcome)
    rest = [*by["holds"], *by["not_measured"]]
    if rest:
        with st.expander(f"The {len(rest)} others"):
            for outcome in rest:
                _threshold(outcome)


def _threshold(outcome: Mapping[str, Any]) -> None:
    words, colour = _VERDICTS[outcome["verdict"]]
    moved = ""
    if outcome["default"] != outcome["limit"]:
        moved = f" The dataset moved this limit; ours is {outcome['default']:g}."
    name = str(outcome["name"]).replace("_", " ").capitalize()
    st.markdown(
        f":{colour}-badge[{words}] **{inert(name)}.** {inert(outcome['in_words'] + moved)}",
        help=inert(outcome["reason"]),
    )


def _groups(audit: Mapping[str, Any], name: str) -> None:
    st.header("Who is in it", anchor=False)
    everyone = [m for m in audit["sections"]["groups"] if m["what"] == "persons" and not m["where"]]
    attributes = list(dict.fromkeys(m["attribute"] for m in everyone))
    if not attributes:
        st.caption("It holds no sensitive column of persons, so groups cannot be counted.")
        return
    attribute = st.selectbox(
        "By",
        attributes,
        format_func=lambda one: one.replace("_", " ").capitalize(),
        key=f"by_{name}",
        width=260,
    )
    rows = sorted((m for m in everyone if m["attribute"] == attribute), key=lambda m: -m["count"])
    components.dots(
        [
            Dot(
                label=f"{m['group']} · {m['count']:,}",
                value=None if m["share"] is None else 100 * m["share"],
                low=100 * m["interval"][0] if m["interval"] else None,
                high=100 * m["interval"][1] if m["interval"] else None,
            )
            for m in rows[:_DOTS]
        ],
        axis=f"per cent of {rows[0]['n']:,} persons, with 95 % intervals",
        key=f"groups_{name}_{attribute}",
    )
    if len(rows) > _DOTS:
        st.caption(f"The {_DOTS} largest of {len(rows)} groups; all stand in the figures below.")


def _coverage(streams: list[dict[str, Any]], name: str) -> None:
    st.header("When it speaks", anchor=False)
    if not streams:
        st.caption("No row says when something happened, so nothing can be said of its coverage.")
        return
    chosen = st.selectbox(
        "Table and source",
        range(len(streams)),
        format_func=lambda at: (
            f"{streams[at]['table']} · {streams[at]['source']} ({streams[at]['n']:,})"
        ),
        key=f"stream_{name}",
        width=460,
    )
    stream = streams[chosen]
    _months(stream, name)
    silent = ", ".join(stream["silent_months"]) or "no month"
    median, most, _ = stream["late_days"]
    st.caption(
        inert(
            f"From {stream['first'][:10]} to {stream['last'][:10]}. Silent in {silent}. Half of it "
            f"was known within {number(median)} days, nine in ten within {number(most)}."
        )
    )


def _months(stream: Mapping[str, Any], name: str) -> None:
    bars = {
        "mark": {"type": "bar", "color": _BLUE},
        "encoding": {
            "x": {
                "field": "month",
                "type": "ordinal",
                "title": None,
                "axis": {"labelAngle": -60, "labelOverlap": True},
            },
            "y": {
                "field": "records",
                "type": "quantitative",
                "title": "records",
                "axis": {"tickCount": 4, "grid": True},
            },
            "tooltip": [{"field": "month"}, {"field": "records"}],
        },
    }
    layers: list[dict[str, Any]] = [bars]
    if stream["usual_month"] is not None:
        line = {"type": "rule", "color": "#8A939B", "strokeDash": [5, 4], "strokeWidth": 1.5}
        usual = {"values": [{"usual": stream["usual_month"]}]}
        across = {"y": {"field": "usual", "type": "quantitative"}}
        layers.append({"data": usual, "mark": line, "encoding": across})
    charts.draw(
        [{"month": month, "records": n} for month, n in stream["months"].items()],
        {"layer": layers, "height": 230},
        key=f"months_{name}_{stream['table']}_{stream['source']}",
        name=f"Records a month of {stream['table']}, usually {number(stream['usual_month'])}",
    )


def _sections(audit: Mapping[str, Any], name: str) -> None:
    st.header("All figures", anchor=False)
    counted = {key: rows for key, rows in audit["sections"].items() if rows}
    if not counted:
        st.caption("Nothing was counted.")
        return
    chosen = st.selectbox(
        "Figures",
        list(counted),
        format_func=lambda key: f"{audit['titles'][key]} ({len(counted[key])})",
        key=f"section_{name}",
        width=460,
    )
    rows = sorted(counted[chosen], key=lambda m: -(m["share"] or 0))
    columns: dict[str, Callable[[Mapping[str, Any]], Any]] = {
        "Where": lambda m: m["where"] or "all",
        "What": lambda m: m["what"],
        "By": lambda m: m["attribute"].replace("_", " "),
        "Group": lambda m: m["group"],
        "Source": lambda m: m["source"],
        "Count": lambda m: m["count"],
        "Of": lambda m: m["n"],
        "Per cent": _per_cent,
    }
    used = {
        head: [value(m) for m in rows]
        for head, value in columns.items()
        if any(value(m) not in ("", None) for m in rows)
    }
    st.dataframe(used, hide_index=True, key=f"figures_{name}_{chosen}")


def _per_cent(measure: Mapping[str, Any]) -> str:
    if measure["share"] is None:
        return "–"
    low, high = measure["interval"] or (None, None)
    if low is None or high is None:
        return number(100 * measure["share"])
    return number(100 * measure["share"], (100 * low, 100 * high))


def _empty_shares(report: Mapping[str, Any]) -> None:
    empty = report.get("empty", {})
    if not empty:
        return
    st.subheader("Empty cells", anchor=False)
    shares = sorted(empty.items(), key=lambda pair: -pair[1])
    st.dataframe(
        [{"Column": column, "Per cent empty": number(100 * share)} for column, share in shares],
        hide_index=True,
        key="empty_shares",
    )
