"""What stands below the one plot of the Bias audit page: tests, truth, proxies, what is not in."""

from collections.abc import Mapping, Sequence
from typing import Any

import streamlit as st

from workbench.analysis.audit_words import (
    METRICS,
    TRUTH,
    VERDICTS,
    plain,
    prompted_sentence,
    truth_sentence,
    verdict_sentence,
)
from workbench.analysis.fairness import GapRow
from workbench.analysis.group_dots import GroupDot, shared_reach, truth_pairs
from workbench.analysis.proxies import ProxyRow, proxies_sentence
from workbench.ui import components, session
from workbench.ui.components import Dot
from workbench.ui.words import inert

_MOST_PROXIES = 10
_ORDER = ("fail", "insufficient", "pass")


def all_tests(tests: Sequence[GapRow]) -> None:
    """Every test as a row, those that failed first; numbers sort as numbers."""
    st.subheader("All tests", anchor=False)
    st.dataframe(
        [
            {
                "Verdict": VERDICTS[t["verdict"]],
                "By": plain(t["attribute"]),
                "Error": METRICS[t["metric"]],
                "Gap": _two_digits(t["gap"], 100),
                "p": _two_digits(t["p_corrected"], 1),
                "Smallest": t["smallest"],
                "Highest": t["between"][1] if t["between"] else "",
                "Lowest": t["between"][0] if t["between"] else "",
            }
            for t in sorted(tests, key=lambda t: _ORDER.index(t["verdict"]))
        ],
        hide_index=True,
        key="tests",
        column_config={
            "Verdict": st.column_config.TextColumn(width=140),
            "By": st.column_config.TextColumn(width=150),
            "Error": st.column_config.TextColumn(width=135),
            "Gap": st.column_config.NumberColumn(
                width=60, help="Highest less lowest rate, in points"
            ),
            "p": st.column_config.NumberColumn(width=70, help="Corrected for all tests"),
            "Smallest": st.column_config.NumberColumn(
                width=75, help="How many the smallest group rests on"
            ),
        },
    )
    st.caption(
        "Gap: highest less lowest rate, in points, whether sure or not. p: of the two groups that "
        "differ most surely, corrected for all tests. Smallest: what the smallest group rests on."
    )


def _two_digits(value: float | None, times: int) -> float | None:
    return None if value is None else float(f"{times * value:.2g}")


@st.fragment
def against_truth(document: Mapping[str, Any]) -> None:
    """Rates against records and against truth, side by side per group."""
    session.current()  # a fragment runs alone: who was signed out meanwhile stops here
    truth = document.get("against_truth")
    if truth is None:
        return
    st.subheader("Against the truth", anchor=False)
    st.markdown(f"**{VERDICTS[truth['verdict']]}.** {inert(verdict_sentence(truth))}")
    st.caption(inert(truth_sentence(document)))
    left, right = st.columns([2, 5], vertical_alignment="bottom")
    attribute = left.selectbox(
        "By", list(dict.fromkeys(t["attribute"] for t in truth["tests"])),
        format_func=lambda name: plain(name).capitalize(), key="truth_attribute",
    )  # fmt: skip
    metric = right.segmented_control(
        "Error", list(METRICS), default="fpr", required=True,
        format_func=lambda name: METRICS[name], key="truth_metric",
    )  # fmt: skip
    pairs = truth_pairs(document, attribute, metric)
    if not pairs:
        components.empty("No group has anyone to count here.", "Look at the other error.")
        return
    both = [(sides, None) for sides in zip(*pairs, strict=True)]
    each = [beside for pair in pairs for beside in zip(TRUTH, pair, strict=True)]
    components.dots(
        [_truth_dot(against, dot) for against, dot in each],
        axis=f"{METRICS[metric].lower()}, per cent",
        key=f"truth_{attribute}_{metric}",
        domain=(0, 100 * shared_reach(both)),
    )
    with st.expander(f"All figures of the {len(pairs)} groups"):
        rows = [
            {"Group": dot.group, "Against": against, dot.of.capitalize(): dot.n}
            | {"Per cent": _two_digits(dot.value, 100), "From": _two_digits(dot.low, 100)}
            | {"To": _two_digits(dot.high, 100)}
            for against, dot in each
        ]
        st.dataframe(rows, hide_index=True, key="truth_rows")


def _truth_dot(against: str, dot: GroupDot) -> Dot:
    return Dot(
        label=dot.group,
        series=f"against {against}",
        value=100 * dot.value,
        low=100 * dot.low,
        high=100 * dot.high,
        note=f"{dot.note}{', too few to tell' if dot.short else ''}",
        insufficient=dot.short,
    )


def proxies(rows: Sequence[ProxyRow]) -> None:
    """How well each trait is told from the features: the best in a plot, all in a table."""
    st.subheader("What the features give away", anchor=False)
    st.caption(
        "The model never sees a trait; a second model tries to tell it from the same features, on "
        "people it has not seen. At 0.5 the features say nothing of it, at 1 they say it all."
    )
    st.markdown(inert(proxies_sentence(rows)))
    if not rows:
        return
    components.dots(
        [_proxy_dot(row) for row in rows[:_MOST_PROXIES]],
        axis="chance to tell one of the group from another (AUC)",
        key="proxies",
        reference=0.5,
    )
    if len(rows) > _MOST_PROXIES:
        st.caption(f"The {_MOST_PROXIES} told best of {len(rows)} groups; all stand below.")
    with st.expander(f"All figures of the {len(rows)} groups"):
        st.dataframe([_proxy_row(row) for row in rows], hide_index=True, key="proxy_rows")


def _proxy_dot(row: ProxyRow) -> Dot:
    return Dot(
        label=f"{row['group']} ({plain(row['attribute'])})",
        value=row["auc"],
        low=row["interval"][0],
        high=row["interval"][1],
        note=f"best alone: {plain(row['strongest'])}, {row['strongest_auc']:.2f}",
    )


def _proxy_row(row: ProxyRow) -> dict[str, Any]:
    return {
        "By": plain(row["attribute"]),
        "Group": row["group"],
        "Candidates": row["n"],
        "AUC": round(row["auc"], 2),
        "From": round(row["interval"][0], 2),
        "To": round(row["interval"][1], 2),
        "Best feature alone": plain(row["strongest"]),
        "Its AUC": round(row["strongest_auc"], 2),
    }


def left_out(document: Mapping[str, Any]) -> None:
    """Rows and groups that the figures do not hold, and why."""
    st.subheader("What is not in these figures", anchor=False)
    excluded = document["excluded"]
    if excluded:
        st.dataframe(
            [
                {
                    "By": plain(row["attribute"]),
                    "Group": row["group"],
                    "Left out": row["n"],
                    "Why": row["reason"],
                }
                for row in excluded
            ],
            hide_index=True,
            key="excluded",
        )
    else:
        st.caption("Every row has a group in every attribute; none is left out.")
    for note in filter(None, (prompted_sentence(document), *document["notes"])):
        st.caption(inert(note))
    smaller = (document.get("curves") or {}).get("left_out", [])
    if not smaller:
        return
    with st.expander(f"The {len(smaller):,} largest groups without calibration and curves"):
        st.dataframe(
            [
                {"By": plain(row["attribute"]), "Group": row["group"], "Counted": row["n"]}
                for row in smaller
            ],
            hide_index=True,
            key="left_out",
        )
