"""How a model behaves and where it errs: two tabs of the Models page."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import streamlit as st

from workbench.analysis.behaviour_words import (
    DEPENDENCE,
    DIRECTIONS,
    GALLERY,
    KINDS,
    MEASURE_MEANINGS,
    MEASURES,
    NO_TEST,
    SUMMARY,
    basis,
    beside_head,
    beside_sentence,
    excluded_sentence,
    interactions_sentence,
    label_source,
    left_out_sentence,
    likely,
    opening,
    rests_on,
    sampled,
    slice_sentence,
    unnamed,
    value_words,
)
from workbench.services.behaviour import BehaviourView, Example
from workbench.ui import behaviour_charts, components, session
from workbench.ui.components import Dot
from workbench.ui.words import inert, number

_DASH = "A dash: too few to tell."


def nothing() -> None:
    """A run that was made before behaviour was kept, or no run at all."""
    components.empty(
        "How it behaves was not kept with this version.",
        "It was trained before that was measured: train it again, register the run, and what "
        "moves it stands here.",
    )


def behaves(view: BehaviourView, *, key: str, page: Callable[[], bytes]) -> None:
    """What moves the score, what acts together, how each feature acts; and all of it as a file."""
    document = view.document
    st.download_button(
        "Everything on one page (HTML)",
        page,
        file_name=f"behaviour_{document['model']}.html",
        mime="text/html",
        icon=":material/description:",
        key=f"page_{key}",
        on_click="ignore",
    )
    st.markdown(inert(opening(document)))
    said = "; ".join(f"{name.lower()} {value}" for name, value in basis(document).items())
    st.caption(inert(f"{said[:1].upper()}{said[1:]}."))
    found = document["behaviour"]
    st.subheader("What moves the score", anchor=False)
    st.caption(inert(f"{SUMMARY} {sampled(document)}"))
    if not found["summary"]:
        components.empty("No candidate could be explained.")
        return
    behaviour_charts.swarms(found["summary"], key=f"swarm_{key}")
    with st.expander("The same as a table"):
        st.dataframe([_moved(row) for row in found["summary"]], hide_index=True, key=f"sum_{key}")
    st.subheader("What acts only together", anchor=False)
    st.markdown(inert(interactions_sentence(found["interactions"])))
    _pairs(found["interactions"], key)
    for other in document.get("beside", []):
        with st.expander(inert(beside_head(other))):
            st.markdown(inert(beside_sentence(other)))
            _pairs(other["interactions"], f"{key}_{other['estimator']}")
    st.subheader("How each feature acts", anchor=False)
    _features(found["dependence"], key)


def _moved(row: Mapping[str, Any]) -> dict[str, object]:
    return {
        "Reason": row["label"],
        "Mean size of effect (log-odds)": number(row["mean"], (row["low"], row["high"])),
        "Direction": DIRECTIONS[row["direction"]],
        "By the value of": row["follows"],
    }


def _pairs(found: Mapping[str, Any], key: str) -> None:
    if found["additive"] or not found["pairs"]:
        return
    behaviour_charts.bars(found["pairs"], key=f"bars_{key}")
    st.dataframe(
        [
            {
                "Two reasons": " × ".join(pair["labels"]),
                "Beyond their sum (log-odds)": number(pair["strength"]),
                "Share of all they do (H), per cent": number(
                    None if pair["share"] is None else 100 * pair["share"]
                ),
            }
            for pair in found["pairs"]
        ],
        hide_index=True,
        key=f"together_{key}",
    )


@st.fragment
def _features(rows: Sequence[Mapping[str, Any]], key: str) -> None:
    session.current()  # a fragment runs alone: who was signed out meanwhile stops here
    at = st.selectbox(
        "Feature, the strongest first",
        range(len(rows)),
        format_func=lambda i: rows[i]["label"][:1].upper() + rows[i]["label"][1:],
        key=f"feature_{key}",
        width=460,
    )
    row = rows[at]
    empty = ""
    if row["missing"]:
        empty = (
            f" It has no value in {number(100 * row['missing'])} % of them (median effect "
            f"{number(row['missing_effect'])})."
        )
    st.markdown(inert(row["meaning"]))
    behaviour_charts.dependence(row, key=f"dependence_{key}_{row['feature']}")
    st.caption(inert(f"{DEPENDENCE}{empty}"))


def errs(view: BehaviourView, *, key: str) -> None:
    """Slices, then examples of what it had wrong."""
    slicings = [s for s in view.document["slices"] if s["key"] != "whole"]
    st.caption(inert(label_source(view.document)))
    st.subheader("Where it does well and where not", anchor=False)
    _slices(view.document, slicings, key)
    st.subheader("What it had wrong", anchor=False)
    if view.examples is None:
        components.empty(
            "No example is kept here for this version.",
            "Examples stay in the home where a model was trained, and go when they are erased.",
        )
        return
    st.caption(inert(f"{GALLERY} {left_out_sentence(view.n_left_out)}"))
    for column, (kind, name) in zip(st.columns(2, gap="large"), KINDS.items(), strict=True):
        with column:
            st.markdown(f"**{name}**")
            mine = view.of_kind(kind)
            if not mine:
                st.caption("None that may be shown.")
            for example in mine:
                _example(example)


@st.fragment
def _slices(document: Mapping[str, Any], slicings: Sequence[Mapping[str, Any]], key: str) -> None:
    session.current()  # as above
    if not slicings:
        components.empty("The candidates could not be divided.")
        return
    left, right = st.columns([1, 2], vertical_alignment="bottom")
    at = left.selectbox(
        "Compare", range(len(slicings)), format_func=lambda i: slicings[i]["title"],
        key=f"slicing_{key}",
    )  # fmt: skip
    measure = right.segmented_control(
        "Measure", list(MEASURES), default="recall", required=True,
        format_func=lambda name: MEASURES[name], key=f"measure_{key}",
    )  # fmt: skip
    slicing = slicings[at]
    st.markdown(inert(slice_sentence(slicing, measure)))
    _slice_dots(document, slicing, measure, key)
    st.caption(
        inert(
            f"{MEASURE_MEANINGS[measure]} {slicing['about']} With 95 % intervals, people "
            f"resampled. {NO_TEST} {excluded_sentence(slicing)}"
        )
    )
    with st.expander("All measures of these groups"):
        st.dataframe(
            [
                {
                    "Group": row["label"],
                    "Candidates": row["n"],
                    "Confirmed": row["n_true"],
                    "Put forward": row["n_forward"],
                }
                | {name: value_words(row, one) for one, name in MEASURES.items()}
                for row in slicing["rows"]
            ],
            hide_index=True,
            key=f"slices_{key}",
        )


def _slice_dots(
    document: Mapping[str, Any], slicing: Mapping[str, Any], measure: str, key: str
) -> None:
    drawn_as = f"slice_{key}_{slicing['key']}_{measure}"
    if slicing["key"] == "place" and behaviour_charts.square_map(
        slicing["rows"], measure, key=drawn_as
    ):
        st.caption(f"In each square the share, and of how many. {_DASH}")
        return
    whole = document["slices"][0]["rows"]
    comparable = whole and whole[0][measure] and slicing["key"] != "time"
    told = [row for row in slicing["rows"] if row[measure] is not None]
    if told:
        components.dots(
            [
                Dot(
                    label=f"{row['label']} · {rests_on(row, measure)}",
                    value=100 * row[measure][0],
                    low=100 * row[measure][1],
                    high=100 * row[measure][2],
                    note=f"of {row['n']:,} candidates",
                )
                for row in told
            ],
            axis="per cent",
            key=drawn_as,
            reference=100 * whole[0][measure][0] if comparable else None,
        )
        if comparable:
            st.caption("Dashed: all candidates.")
    short = [row["label"] for row in slicing["rows"] if row[measure] is None]
    if short:
        st.caption(inert(f"Too few to tell: {', '.join(short)}."))


def _example(example: Example) -> None:
    with st.container(border=True):
        st.markdown(f"**{inert(likely(example))}**")
        if not (example.reasons_for or example.against):
            st.markdown(inert(unnamed(example)))
        _sentences("For", example.reasons_for)
        _sentences("Against", example.against)
        _sentences("What would change it", example.unless)
        st.caption(inert(example.label_source))


def _sentences(title: str, sentences: Sequence[str]) -> None:
    if sentences:
        points = "\n".join(f"- {inert(sentence)}" for sentence in sentences)
        st.markdown(f"{title}\n\n{points}")
