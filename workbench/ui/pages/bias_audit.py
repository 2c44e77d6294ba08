"""Bias audit: who is wronged more often."""

from collections.abc import Mapping, Sequence
from typing import Any

import streamlit as st

from workbench.analysis.audit_words import (
    MEANINGS,
    METRICS,
    TRUTH,
    VERDICTS,
    gap_sentence,
    plain,
    points,
    shared_sentence,
    verdict_sentence,
)
from workbench.analysis.error_rates import GroupRow, rate_of
from workbench.analysis.fairness import GapRow
from workbench.analysis.group_dots import group_dots, shared_reach, undrawn_words
from workbench.analysis.subgroups import BOTH
from workbench.domain.account import Operation
from workbench.services import audit, audit_deciders, mitigate
from workbench.services.audit import AuditReport
from workbench.ui import (
    audit_view,
    components,
    curve_view,
    deciders_view,
    mitigation_view,
    passing_on,
    session,
)
from workbench.ui.components import Dot
from workbench.ui.deciders_view import COLOURS
from workbench.ui.words import inert


def page() -> None:
    desk, account = session.current()
    session.require(account, Operation.READ_MODELS)
    components.title(
        "Bias audit", "Who is wronged more often, by the model, by people, by both together."
    )
    reports = audit.audits(desk, account=account.name)
    if not reports:
        components.empty(
            "No version was audited yet.",
            "A data scientist or an auditor runs: workbench audit MODEL --dataset NAME. A version "
            "can be approved only once it was.",
        )
        return
    named = {report.version_id: report for report in reports}
    wanted = st.query_params.get("version", "")
    chosen = st.selectbox(
        "Audited version",
        list(named),
        index=list(named).index(wanted) if wanted in named else 0,
        format_func=lambda v: f"{named[v].document['title']}, version {named[v].version}",
        key="version",
    )
    by_people = audit_deciders.deciders_audits(desk, account=account.name).get(chosen)
    passing_on.offer(desk, account, chosen, deciders=by_people is not None)
    release, people, burden, tried = st.tabs(
        ["The release", "Three deciders", "Burden on society", "Mitigation"]
    )
    with release:
        _report(named[chosen])
    with people:
        deciders_view.deciders(by_people)
    with burden:
        deciders_view.burden(by_people)
    with tried:
        mitigation_view.mitigations(
            mitigate.comparisons(desk, account=account.name),
            model=named[chosen].model,
            served=named[chosen].document["release_digest"],
        )


def _report(report: AuditReport) -> None:
    document = report.document
    verdict = document["verdict"]
    st.badge(VERDICTS[verdict], color=COLOURS[verdict])
    st.markdown(inert(verdict_sentence(document)))
    st.caption(
        inert(
            f"{document['n']:,} counted, each a {document['unit']} known by "
            f"{document['as_of'][:10]}; {document['positives']:,} of them confirmed by records "
            f"until {document['until'][:10]}. Dataset {report.dataset}, {document['n_people']:,} "
            f"people. {shared_sentence(document)}"
        )
    )
    if document.get("harm"):
        own = "" if document["margin_own"] else " Chosen for this audit, not the model's own."
        st.caption(
            inert(f"Why a margin of {points(document['margin'])} points: {document['harm']}{own}")
        )
    _digest(report)
    _one_test(report)
    audit_view.all_tests(document["tests"])
    audit_view.against_truth(document)
    audit_view.proxies(document.get("proxies", []))
    audit_view.left_out(document)


def _digest(report: AuditReport) -> None:
    with st.container(horizontal=True, vertical_alignment="center"):
        st.caption("SHA-256 of this audit, as the decision log has it", width="content")
        components.identifier(report.digest, key=f"digest_{report.digest[:12]}")


@st.fragment
def _one_test(report: AuditReport) -> None:
    """One attribute and one measure: the plot, the sentence, the figures behind."""
    session.current()  # a fragment runs alone: who was signed out meanwhile stops here
    tests: Sequence[GapRow] = report.document["tests"]
    attributes = list(dict.fromkeys(t["attribute"] for t in tests))
    left, right = st.columns([2, 5], vertical_alignment="bottom")
    attribute = left.selectbox(
        "By", attributes, format_func=lambda name: plain(name).capitalize(), key="attribute"
    )
    names = METRICS | curve_view.VIEWS
    metric = right.segmented_control(
        "Measure",
        [*METRICS, *curve_view.views(report.document)],
        default="fpr",
        required=True,
        format_func=lambda name: names[name],
        key="metric",
    )
    if metric not in METRICS:
        curve_view.view(_compared_with(report.document, metric, attribute), metric, attribute)
        return
    test = next(t for t in tests if t["attribute"] == attribute and t["metric"] == metric)
    rows = [g for g in report.document["groups"] if g["attribute"] == attribute]
    st.caption(MEANINGS[metric])
    with st.container(horizontal=True, vertical_alignment="center"):
        st.badge(VERDICTS[test["verdict"]].lower(), color=COLOURS[test["verdict"]])
        st.markdown(inert(gap_sentence(test, report.document["margin"])))
    _dots(report, rows, test)
    with st.expander(f"All figures of the {len(rows)} groups by {inert(plain(attribute))}"):
        _figures(rows)


def _compared_with(document: Mapping[str, Any], metric: str, attribute: str) -> Mapping[str, Any]:
    """The audit itself, or that against the truth, where that holds this measure too."""
    truth: Mapping[str, Any] | None = document.get("against_truth")
    if truth is None or truth.get(metric) is None or BOTH in attribute:
        return document
    chosen = st.segmented_control(
        "Counted against", TRUTH, default=TRUTH[0], required=True, key="counted_against"
    )
    if chosen == TRUTH[0]:
        return document
    st.caption("Against the truth: what is called confirmed below is what is true.")
    return truth


def _dots(report: AuditReport, rows: Sequence[GroupRow], test: GapRow) -> None:
    margin = report.document["margin"]
    found, band = group_dots(rows, test, margin)
    if not found:
        components.empty("No group has anyone to count here.", "Look at the other error.")
        return
    short, end = sum(dot.short for dot in found), shared_reach([(found, band)])
    components.dots(
        [
            Dot(
                label=f"{dot.group} · {dot.note}",
                value=100 * dot.value,
                low=100 * dot.low,
                high=100 * dot.high,
                note="too few to tell" if dot.short else "",
                insufficient=dot.short,
            )
            for dot in found
        ],
        axis=f"{METRICS[test['metric']].lower()}, per cent of {found[0].of}",
        key=f"dots_{report.digest[:12]}_{test['attribute']}_{test['metric']}",
        band=None if band is None else (100 * band[0], 100 * band[1]),
        domain=(0, 100 * end),
    )
    said = [
        f"Shaded: the margin of {points(margin)} points, from the lowest rate that rests on enough."
        if band
        else "No group rests on enough for the margin to be drawn.",
        f"Hollow: {short} of {len(found)} groups rest on too few to tell." if short else "",
        "An arrow: the interval goes on." if any(dot.high > end for dot in found) else "",
        undrawn_words(rows, test, len(found)),
    ]
    st.caption(inert(" ".join(part for part in said if part)))


def _figures(rows: Sequence[GroupRow]) -> None:
    shown = ("fpr", "fnr", "selection_rate", "precision", "accuracy")
    heads = (*METRICS.values(), "Put forward", "Precision", "Accuracy")
    st.dataframe(
        [
            {
                "Group": row["group"],
                "Counted": row["n"],
                "Positives": row["positives"],
                "Negatives": row["negatives"],
            }
            | {
                head: _share(rate_of(row, m), row["intervals"][m])
                for head, m in zip(heads, shown, strict=True)
            }
            for row in rows
        ],
        hide_index=True,
        key="figures",
    )


def _share(value: float | None, interval: Sequence[float] | None) -> str:
    if value is None:
        return "–"
    reach = f" ({points(interval[0])} to {points(interval[1])})" if interval else ""
    return f"{points(value)} %{reach}"


page()
