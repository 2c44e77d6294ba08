"""What labels hide and what the release may miss: two parts of the deciders' tab."""

from collections.abc import Mapping, Sequence
from typing import Any

import streamlit as st

from workbench.analysis.audit_words import DECIDERS, METRICS, VERDICTS, plain, points
from workbench.analysis.deciders_words import (
    MEASURES,
    NOT_KEPT,
    OF,
    TOO_FEW,
    basis_words,
    gap_verdict,
    label_sentences,
    missed_sentences,
)
from workbench.analysis.missed import LEAST
from workbench.ui import components, session
from workbench.ui.components import Dot
from workbench.ui.words import inert

_BASES = {"records": "By records", "truth": "By the truth"}


def labels(document: Mapping[str, Any]) -> None:
    """Error rates by records beside those by the truth, over the same readings."""
    found = document.get("label_bias")
    if not found:
        return
    st.subheader("What labels hide", anchor=False)
    first, *others = label_sentences(found)
    st.markdown("\n".join([inert(first), "", *(f"- {inert(one)}" for one in others)]))
    st.dataframe(
        [
            {
                "Decider": DECIDERS[row["decider"]],
                "Error": METRICS[row["metric"]],
                "By records": basis_words(row["records"]),
                "By the truth": basis_words(row["truth"]),
            }
            for row in found["rates"]
        ],
        hide_index=True,
        key="label_rates",
    )
    with st.expander("Widest gaps between groups, by records and by the truth"):
        st.dataframe(
            [
                {
                    "Decider": DECIDERS[row["decider"]],
                    "By": plain(row["attribute"]),
                    "Error": METRICS[row["metric"]],
                    **{
                        f"{head} (points)": f"{points(row[basis])} · "
                        f"{VERDICTS[gap_verdict(row, basis)].lower()}"
                        for basis, head in _BASES.items()
                    },
                }
                for row in found["gaps"]
            ],
            hide_index=True,
            key="label_gaps",
        )


def missed(document: Mapping[str, Any]) -> None:
    """What was not put forward and would be found supported, estimated from what was drawn."""
    st.subheader("What the release may miss", anchor=False)
    if "missed" not in document:
        st.caption(NOT_KEPT)
        return
    found = document["missed"]
    first, *others = missed_sentences(found)
    st.markdown(inert(first))
    if others:
        st.caption(inert(" ".join(others)))
    if found is not None and found["groups"]:
        _groups(found["groups"])


@st.fragment
def _groups(groups: Sequence[Mapping[str, Any]]) -> None:
    session.current()  # a fragment runs alone: who was signed out meanwhile stops here
    left, right = st.columns([2, 5], vertical_alignment="bottom")
    attribute = left.selectbox(
        "By", list(dict.fromkeys(row["attribute"] for row in groups)),
        format_func=lambda name: plain(name).capitalize(), key="missed_attribute",
    )  # fmt: skip
    measure = right.segmented_control(
        "Estimate", list(MEASURES), default="share", required=True,
        format_func=lambda name: MEASURES[name], key="missed_measure",
    )  # fmt: skip
    mine = [row for row in groups if row["attribute"] == attribute]
    known = [row for row in mine if row[measure]["value"] is not None]
    if known:
        components.dots(
            [
                _dot(f"{row['group']} · {row['n_drawn']} + {row['n_forward']}", row[measure])
                for row in known
            ],
            axis=f"per cent of {OF[measure]}, estimated",
            key=f"missed_{attribute}_{measure}",
            domain=(0, 100),
        )
    nobody = len(mine) - len(known)
    st.caption(
        "Beside a group: how many drawn at random and how many put forward were judged. With 95 % "
        "intervals, people resampled. Hollow: too few to tell, since the interval reaches further "
        f"than the margin, an error rate rests on fewer than {LEAST}, or nothing that was put "
        "forward was judged, so that it has no interval."
        + (f" {nobody} groups have nobody drawn or nobody to count." if nobody else "")
    )


def _dot(label: str, found: Mapping[str, Any]) -> Dot:
    low, high = (None, None) if found["interval"] is None else found["interval"]
    return Dot(
        label=label,
        value=100 * found["value"],
        low=None if low is None else 100 * low,
        high=None if high is None else 100 * high,
        note="" if found["enough"] else TOO_FEW,
        insufficient=not found["enough"],
    )
