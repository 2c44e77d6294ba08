"""How often a release errs for the groups concerned: sorted, beside the rate of all, with the
verdict of its bias audit."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import streamlit as st

from workbench.analysis.audit_words import (
    METRICS,
    VERDICTS,
    foremost,
    plain,
    points,
    shown_verdict,
    shown_whole,
    verdict_sentence,
)
from workbench.analysis.error_rates import DENOMINATOR
from workbench.analysis.fairness import GapRow
from workbench.analysis.group_dots import group_dots, shared_reach
from workbench.analysis.subgroups import BOTH
from workbench.domain.account import Account
from workbench.domain.finding import Assessment, GroupRate
from workbench.services import audit
from workbench.ui import components, places
from workbench.ui.deciders_view import COLOURS
from workbench.ui.words import inert, number

if TYPE_CHECKING:
    from workbench.bootstrap import Desk

_METRICS = ("fpr", "fnr")
_ALL = 100  # groups; an audit by one attribute has far fewer


def draw(desk: "Desk", account: Account, assessment: Assessment, *, key: str) -> None:
    """The audit's verdict, then its rates by one attribute at a time."""
    st.markdown("**How often this release errs for the groups concerned**")
    if not assessment.group_rates:
        st.caption("Its bias audit has no rate for the groups concerned.")
        return
    report = _report(desk, account.name, assessment.release_digest)
    if report is None or not _same(report["groups"], assessment.group_rates):
        _as_sealed(assessment.group_rates, key=key)
        return
    version = f"{report['model']}/{report['version']}"
    verdict = shown_whole(report)
    badge = f":{COLOURS[verdict]}-badge[{VERDICTS[verdict]}]"
    st.markdown(f"Bias audit of {inert(version)}: {badge} {inert(verdict_sentence(report))}")
    if st.button("Open the bias audit", icon=":material/balance:", key=f"{key}_audit"):
        places.go("bias_audit", version=version)
    _by_attribute(report, key=key)
    st.caption(
        "Per cent, with 95 % intervals, the highest first. The dashed line is the rate of all, "
        "the grey band the margin from the lowest sure rate on; hollow where too few were there "
        "to tell. Which group a person here belongs to is not shown: the model never sees it, "
        "nor need you."
    )


@st.cache_data(ttl=60, max_entries=64, show_spinner=False)
def _report(_desk: "Desk", account: str, release_digest: str) -> dict[str, Any] | None:
    """What is shown here of the audit of these bytes, kept for a minute."""
    wanted = ("model", "version", "verdict", "tests", "margin", "groups")
    for report in audit.audits(_desk, account=account):
        if report.document["release_digest"] == release_digest:
            return {name: report.document[name] for name in wanted}
    return None


def _same(groups: Sequence[Mapping[str, Any]], sealed: Sequence[GroupRate]) -> bool:
    """True where the audit is the one whose rates were sealed with the finding."""
    now = {(row["attribute"], row["group"]): (row["n"], row["fpr"], row["fnr"]) for row in groups}
    return all(now.get((r.attribute, r.group)) == (r.n, r.fpr, r.fnr) for r in sealed)


@st.fragment
def _by_attribute(report: Mapping[str, Any], *, key: str) -> None:
    tests: Sequence[GapRow] = [t for t in report["tests"] if "×" not in t["attribute"]]
    attributes = list(dict.fromkeys(t["attribute"] for t in tests))
    attribute = st.segmented_control(
        "By", attributes, default=_begin(report), required=True,
        format_func=lambda name: plain(name).capitalize(), key=f"{key}_attribute",
    )  # fmt: skip
    rows = [row for row in report["groups"] if row["attribute"] == attribute]
    for column, metric in zip(st.columns(2), _METRICS, strict=True):
        test = next(
            (t for t in tests if (t["attribute"], t["metric"]) == (attribute, metric)), None
        )
        if test is not None:
            with column:
                _dots(rows, test, report, key=f"{key}_{attribute}_{metric}")


def _begin(report: Mapping[str, Any]) -> str:
    """The attribute by which the audit failed, or cannot tell; of an intersection the first."""
    return foremost(report)["attribute"].partition(BOTH)[0]


def _dots(rows: Sequence[Any], test: GapRow, report: Mapping[str, Any], *, key: str) -> None:
    name = METRICS[test["metric"]]
    dots, band = group_dots(rows, test, report["margin"], most=_ALL)
    pooled = test["pooled"]
    overall = "" if pooled is None else f", of all {points(pooled)} %"
    verdict = VERDICTS[shown_verdict(test, report)].lower()
    st.markdown(f"**{name}**{overall}: {verdict}")
    st.caption(f"Beside each group the {DENOMINATOR[test['metric']]} that it is counted over.")
    if not dots:
        st.caption("Nobody to count.")
        return
    components.dots(
        components.of_groups(dots),
        axis=f"{name.lower()}, per cent",
        key=key,
        reference=None if pooled is None else 100 * pooled,
        band=None if band is None else (100 * band[0], 100 * band[1]),
        domain=(0, 100 * max(shared_reach([(dots, band)]), pooled or 0.0)),
    )


def _as_sealed(rates: Sequence[GroupRate], *, key: str) -> None:
    """The rates as they were sealed with the finding, where that audit is no longer kept."""
    st.dataframe(
        [
            {
                "Trait": plain(rate.attribute),
                "Group": rate.group,
                "Wrongly drawn in": _per_cent(rate.fpr, rate.fpr_interval),
                "Missed": _per_cent(rate.fnr, rate.fnr_interval),
                "Candidates": rate.n,
            }
            for rate in sorted(rates, key=lambda r: (r.attribute, -(r.fpr or 0.0), r.group))
        ],
        hide_index=True,
        key=key,
    )
    st.caption(
        "Per cent, with 95 % intervals, as they stood when the finding was sealed; a dash where "
        "too few were there to tell. That audit is not the one kept now, so it is not judged here. "
        "Which group a person here belongs to is not shown: the model never sees it, nor need you."
    )


def _per_cent(share: float | None, interval: tuple[float, float] | None) -> str:
    if share is None or interval is None:
        return number(None)
    return number(100 * share, (100 * interval[0], 100 * interval[1]))
