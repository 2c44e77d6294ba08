"""Mitigations side by side: a tab of the Bias audit page."""

from collections.abc import Mapping, Sequence
from typing import Any

import streamlit as st

from workbench.analysis.audit_words import plain, points
from workbench.analysis.mitigation_words import (
    COLUMNS,
    MeasureRow,
    MethodRow,
    between_words,
    columns,
    drawn_words,
    picture_words,
    pooled_words,
    told_words,
    unit,
)
from workbench.services.mitigate import MitigationReport
from workbench.ui import components
from workbench.ui.words import inert


def mitigations(reports: Sequence[MitigationReport], *, model: str, served: str) -> None:
    """What each mitigation would do on the training run that made `served` (a digest), by trait."""
    mine = {r.by: r for r in reports if r.document["release_digest"] == served}
    if not mine:
        components.empty(
            "No mitigation was compared on this version's training run.",
            f"A data scientist or an auditor runs: workbench mitigate {model} --dataset NAME "
            "--by ATTRIBUTE (--run RUN for another than the latest). It is an experiment: "
            "nothing of it is served.",
        )
        return
    by = st.selectbox(
        "By", list(mine), format_func=lambda name: plain(name).capitalize(), key="mitigation_by"
    )
    _report(mine[by])


def _report(report: MitigationReport) -> None:
    document, methods = report.document, report.document["methods"]
    st.badge("an experiment, not for use", color="yellow")
    st.markdown(inert(document["sentence"]))
    test = document["slices"]["test"]
    st.caption(
        inert(
            f"Measured on {test['candidates']:,} candidates later than learnt, each a "
            f"{document['unit']}; {test['true']:,} of them confirmed by records. People were drawn "
            f"anew {document['n_replicates']:,} times, for all methods alike."
        )
    )
    _picture(report)
    _figures(methods, columns(document))
    _about(methods)
    st.caption(inert(f"{between_words(document)} {pooled_words(document)}"))
    with st.container(horizontal=True, vertical_alignment="center"):
        st.caption("SHA-256 of the figures, as the decision log has it", width="content")
        components.identifier(report.digest, key=f"mitigation_digest_{report.digest[:12]}")


def _picture(report: MitigationReport) -> None:
    """Error against one gap: the one that methods aim at, until another is chosen."""
    pictures = report.pictures()
    gap = st.segmented_control(
        "Picture of",
        list(pictures),
        default=next(iter(pictures)),
        required=True,
        format_func=lambda name: COLUMNS[name],
        key=f"mitigation_gap_{report.digest[:12]}",
    )
    st.image(pictures[gap], width="stretch", alt=picture_words(report.document["methods"], gap))
    st.caption(
        inert(
            f"{drawn_words(report.document, gap)} Further left the groups are more alike, further "
            "down there are fewer errors; lines are 95 % intervals. Balanced error is the mean of "
            "both error rates."
        )
    )


def _figures(methods: Sequence[MethodRow], shown: Mapping[str, str]) -> None:
    """Values with intervals, then differences from nothing done."""
    st.dataframe(
        [
            {"Method": row["label"]}
            | {head: _with_interval(row["measures"][m], unit(m)) for m, head in shown.items()}
            for row in methods
        ],
        hide_index=True,
        column_config={"Method": st.column_config.TextColumn(pinned=True)},
        key="mitigation_values",
    )
    st.caption("Against nothing done, in points; an interval without 0 is beyond chance.")
    st.dataframe(
        [
            {"Method": row["label"]}
            | {head: _difference(row["measures"][m]) for m, head in shown.items()}
            for row in methods[1:]
        ],
        hide_index=True,
        column_config={"Method": st.column_config.TextColumn(pinned=True)},
        key="mitigation_differences",
    )


def _with_interval(found: MeasureRow, unit: str) -> str:
    return _with(found["value"], found["interval"], unit)


def _difference(found: MeasureRow) -> str:
    return _with(found["difference"], found["difference_interval"], "")


def _with(value: float | None, interval: Any, unit: str) -> str:
    if value is None:
        return "–"
    reach = f" ({points(interval[0])} to {points(interval[1])})" if interval else ""
    return f"{points(value)}{unit}{reach}"


def _about(methods: Sequence[MethodRow]) -> None:
    st.subheader("What each does, and whether it may be used on persons", anchor=False)
    for row in methods:
        with st.container(border=True, key=f"mitigation_{row['name']}"):
            with st.container(horizontal=True, vertical_alignment="center"):
                st.markdown(f"**{inert(row['label'])}**", width="content")
                if row["on_persons"]:
                    st.badge("may be used", color="blue")
                else:
                    st.badge("not on persons", color="gray")
            st.markdown(inert(f"{row['does']} {row['why']}"))
            st.caption(inert(told_words(row)))
