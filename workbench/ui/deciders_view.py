"""Three deciders side by side, and what reading cost: two tabs of the Bias audit page."""

from collections.abc import Mapping, Sequence
from typing import Any

import streamlit as st

from workbench.analysis.audit_words import (
    DECIDERS,
    METRICS,
    SHARED_BY_READINGS,
    VERDICTS,
    plain,
    points,
)
from workbench.analysis.deciders_words import (
    CHANGE_HEADS,
    CHANGE_NOTE,
    change_cells,
    deciders_sentence,
)
from workbench.analysis.error_rates import DENOMINATOR
from workbench.analysis.group_dots import group_dots, shared_reach
from workbench.services.audit_deciders import DecidersReport
from workbench.ui import components, missed_view, session
from workbench.ui.components import Colour, Dot
from workbench.ui.words import inert, number

COLOURS: dict[str, Colour] = {"pass": "green", "fail": "red", "insufficient": "yellow"}
_BASES = {"truth": "The truth (synthetic world)", "records": "What records came to confirm"}


def deciders(report: DecidersReport | None) -> None:
    """Who adds bias: people before the score, the release, people after."""
    if report is None:
        components.empty(
            "Nobody has decided a finding of this release yet.",
            "Once findings are decided, a data scientist or an auditor runs: workbench audit "
            "MODEL --dataset NAME.",
        )
        return
    document = report.document
    bases = [basis for basis in _BASES if document[basis] is not None]
    if not bases:
        components.empty(
            "There is nothing to compare with yet.",
            "Look back (workbench detect MODEL --dataset NAME --as-of DAY), and records that came "
            "since will tell.",
        )
        missed_view.missed(document)
        return
    basis = bases[0] if len(bases) == 1 else _chosen_basis(bases)
    found = document[basis]
    st.markdown(inert(deciders_sentence(document, basis)))
    st.caption(
        f"{found['n_readings']:,} readings of {found['n_findings']:,} findings, "
        f"{found['n_comparable']:,} of them yes or no both before and after the score; compared "
        f"with: {_BASES[basis].lower()}. In sum over all readers, never for one. {_shared(found)}"
        + _repeats(document.get("n_repeats", 0))
    )
    if document.get("harm"):
        own = "" if document["margin_own"] else " Chosen for this audit, not the model's own."
        st.caption(
            inert(f"Why a margin of {points(document['margin'])} points: {document['harm']}{own}")
        )
    if found["by"]:
        _side_by_side(document, basis)
        _changes(found.get("changes", []))
    missed_view.labels(document)
    _said(found)
    missed_view.missed(document)


def _chosen_basis(bases: Sequence[str]) -> str:
    return str(
        st.segmented_control(
            "Compared with", bases, default=bases[0], required=True,
            format_func=lambda b: _BASES[b], key="basis",
        )
    )  # fmt: skip


def _shared(found: Mapping[str, Any]) -> str:
    """What is resampled and permuted, which hangs on how many people a reading is about."""
    return SHARED_BY_READINGS[found["by"]["after"]["shared"]] if found["by"] else ""


def _repeats(n: int) -> str:
    """That readings of what the same person had read before are left out, where there are any."""
    if not n:
        return ""
    return (
        f" {n:,} more {'reading' if n == 1 else 'readings'} of a candidate that the same person "
        "had read in another case: left out, since the first alone was blind."
    )


@st.fragment
def _side_by_side(document: Mapping[str, Any], basis: str) -> None:
    session.current()  # a fragment runs alone: who was signed out meanwhile stops here
    rows = document["gaps"][basis]
    left, right = st.columns([2, 3], vertical_alignment="bottom")
    attribute = left.selectbox(
        "By", list(dict.fromkeys(row["attribute"] for row in rows)),
        format_func=lambda name: plain(name).capitalize(), key="deciders_attribute",
    )  # fmt: skip
    metric = right.segmented_control(
        "Error", list(METRICS), default="fpr", required=True,
        format_func=lambda name: METRICS[name], key="deciders_metric",
    )  # fmt: skip
    drawn = {
        who: _drawn(document[basis]["by"][who], attribute, metric, document["margin"])
        for who in DECIDERS
    }
    end = shared_reach([(dots, band) for dots, band, _ in drawn.values()])
    for (who, name), column in zip(DECIDERS.items(), st.columns(3), strict=True):
        dots, band, verdict = drawn[who]
        with column:
            st.markdown(f"**{name}**")
            st.badge(VERDICTS[verdict].lower(), color=COLOURS[verdict])
            if not dots:
                st.caption("Nobody to count.")
                continue
            components.dots(
                components.of_groups(dots),
                axis="per cent",
                key=f"deciders_{who}_{attribute}_{metric}",
                band=None if band is None else (100 * band[0], 100 * band[1]),
                domain=(0, 100 * end),
            )
    st.caption(
        f"Per cent of {DENOMINATOR[metric]}. Beside a group: how many readings it rests on. "
        "Hollow: too few to tell. Readings are of what was put before people, so rates "
        "here describe these, not all candidates."
    )
    with st.expander("All gaps side by side"):
        st.dataframe([_gap_row(row) for row in rows], hide_index=True, key="deciders_gaps")


def _changes(changes: Sequence[Mapping[str, Any]]) -> None:
    """What seeing the score did to each gap."""
    if not changes:
        return
    with st.expander("What changed once people saw the score"):
        st.dataframe(
            [dict(zip(CHANGE_HEADS, change_cells(change), strict=True)) for change in changes],
            hide_index=True,
            key="deciders_changes",
        )
        st.caption(CHANGE_NOTE)


def _gap_row(row: Mapping[str, Any]) -> dict[str, str]:
    return {"By": plain(row["attribute"]), "Error": METRICS[row["metric"]]} | {
        name: f"{points(row[who])} · {VERDICTS[row['verdicts'][who]].lower()}"
        for who, name in DECIDERS.items()
    }


def _drawn(
    found: Mapping[str, Any], attribute: str, metric: str, margin: float
) -> tuple[list[Any], tuple[float, float] | None, str]:
    rows = [g for g in found["groups"] if g["attribute"] == attribute]
    test = next(t for t in found["tests"] if (t["attribute"], t["metric"]) == (attribute, metric))
    dots, band = group_dots(rows, test, margin, most=8, by_name=True)
    return dots, band, test["verdict"]


def _said(found: Mapping[str, Any]) -> None:
    st.subheader("What was said", anchor=False)
    before, after = found["verdicts"]["before"], found["verdicts"]["after"]
    st.dataframe(
        [
            {"Verdict": plain(v), "Before the score": before[v], "After the score": after[v]}
            for v in before
        ],
        hide_index=True,
        key="deciders_said",
    )
    st.caption(
        f"Of those who said yes or no both times, {found['changed_to_the_release']:,} changed to "
        f"what the release said and {found['changed_away']:,} away from it."
    )


def burden(report: DecidersReport | None) -> None:
    """Whose records were opened, for how long, per finding that was supported."""
    if report is None:
        components.empty("Nobody has opened a finding of this release to a decision yet.")
        return
    found = report.document["burden"]
    time = found.get("time")
    _burden_in_sum(found, time)
    if time:
        st.caption(_time_words(time))
    st.subheader("In which areas", anchor=False)
    took = {r["group"]: r for r in time["rows"] if r["attribute"] == "area"} if time else {}
    st.dataframe(
        [
            {"Area of the offences among the records": area, "Findings opened": n}
            | ({"Decided": took[area]["n_decided"], "Minutes": _minutes(took[area]["minutes"])}
               if area in took else {})
            for area, n in sorted(found["areas"].items(), key=lambda item: -item[1])
        ],
        hide_index=True,
        key="burden_areas",
    )  # fmt: skip
    st.subheader("In which groups", anchor=False)
    attribute = _burden_by_group(found["groups"])
    if time:
        st.dataframe(
            [
                {"Group": row["group"], "Findings opened": row["n_opened"],
                 "Decided": row["n_decided"], "Minutes": _minutes(row["minutes"])}
                for row in time["rows"] if row["attribute"] == attribute
            ],
            hide_index=True,
            key="burden_time",
        )  # fmt: skip
        st.caption("A finding counts in each group that one of its people is of.")


def _burden_in_sum(found: Mapping[str, Any], time: Mapping[str, Any] | None) -> None:
    shown = [
        ("Findings opened", f"{found['n_findings']:,}"),
        *([("Taken to a decision", f"{time['n_decided']:,}")] if time else []),
        ("People in them", f"{found['n_people']:,}"),
        ("People per supported finding", number(found["people_per_supported"])),
        ("Minutes per supported finding", _minutes(found["minutes_per_supported"])),
    ]
    for column, (label, value) in zip(st.columns(len(shown)), shown, strict=True):
        column.metric(label, value)


def _time_words(time: Mapping[str, Any]) -> str:
    """How long a finding was read for, with intervals where they have a meaning."""
    said = "Minutes are from opening to decision; of what was opened and not decided none is known."
    for of in ("decided", "supported"):
        around = time[f"{of}_interval"]
        if around:
            said += (
                f" Per {of} finding {_minutes(time[f'minutes_per_{of}'])} "
                f"(95 % {_minutes(around[0])} to {_minutes(around[1])})."
            )
    return said


def _minutes(spent: float | None) -> str:
    return "below 1" if spent is not None and spent < 1 else number(spent)


def _burden_by_group(groups: Sequence[Mapping[str, Any]]) -> str:
    """Draws them by the attribute chosen, which it returns."""
    attribute = st.selectbox(
        "By", list(dict.fromkeys(row["attribute"] for row in groups)),
        format_func=lambda name: plain(name).capitalize(), key="burden_attribute",
    )  # fmt: skip
    mine = [row for row in groups if row["attribute"] == attribute]
    whole = sum(row["n_opened"] for row in mine) / max(1, sum(row["n"] for row in mine))
    components.dots(
        [
            Dot(
                label=f"{row['group']} · {row['n_opened']} of {row['n']:,}",
                value=100 * row["share"],
                low=100 * row["interval"][0],
                high=100 * row["interval"][1],
            )
            for row in sorted(mine, key=lambda row: -row["share"])
        ],
        axis="people whose records were opened, per cent of all in the data",
        key=f"burden_{attribute}",
        reference=100 * whole,
    )
    st.caption("With 95 % intervals. Dashed: the share among everybody.")
    return str(attribute)
