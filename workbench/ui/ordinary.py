"""The counter-case: the most ordinary story that fits the same records, and how to tell."""

from collections.abc import Mapping

import streamlit as st

from workbench.domain.finding import Assessment, CounterCase, Keystone
from workbench.domain.record import Record
from workbench.ui.words import inert, probability


def told(assessment: Assessment, records: Mapping[str, Record]) -> None:
    """The story, what fits it and what does not, the records that bear most, the one enquiry.

    `records` are those beneath the finding, by id.
    """
    case = assessment.counter_case
    if case is None:
        return
    with st.container(border=True):
        st.markdown(f"**An ordinary story that fits the same records**  \n{inert(case.story)}")
        left, right = st.columns(2)
        with left:
            _points("What fits it", case.fits, "Nothing in the records fits it.")
        with right:
            _points("What does not", case.misfits, "Nothing in the records speaks against it.")
        _hangs_on(case, assessment, records)
        st.markdown(f"**The enquiry that would tell best**  \n{inert(case.enquiry)}")


def _points(title: str, sentences: tuple[str, ...], nothing: str) -> None:
    st.markdown(title)
    if not sentences:
        st.caption(nothing)
    st.markdown("\n".join(f"- {inert(sentence)}" for sentence in sentences))


def _hangs_on(case: CounterCase, assessment: Assessment, records: Mapping[str, Record]) -> None:
    if not case.n_tried:
        return
    st.markdown("**If one record were wrong**")
    toppling = [keystone for keystone in case.keystones if keystone.topples]
    chosen = toppling or list(case.keystones[:1])
    lines = [_line(keystone, records.get(keystone.record_id)) for keystone in chosen]
    if lines:
        st.markdown("\n".join(f"- {line}" for line in lines))
    said = probability(assessment.probability)
    end = (
        ""
        if toppling
        else " Without any single one of them the model would still put the finding forward."
    )
    st.caption(f"{case.n_tried} records were left out one at a time; with all, {said}.{end}")


def _line(keystone: Keystone, record: Record | None) -> str:
    left = probability(keystone.probability)
    end = (
        "the model would not put this forward"
        if keystone.topples
        else "the model would put this forward less surely"
    )
    kind = "" if record is None else record.kind.replace("_", " ")
    what = "" if record is None else f" ({inert(kind)}, {inert(record.grade)})"
    return f"Without record {inert(keystone.record_id)}{what} {end}: {left.split(' (')[0]}."
