"""The counter-case: the most ordinary story that fits the same records, and how to tell."""

from collections.abc import Mapping

import streamlit as st

from workbench.domain.finding import Assessment, CounterCase, Keystone
from workbench.domain.record import Record
from workbench.ui.words import inert, probability

_SHOWN = 3  # records that topple it


def told(assessment: Assessment, records: Mapping[str, Record]) -> None:
    """The story, what fits it and what does not, the records that bear most, the one enquiry.

    `records` are those beneath the finding, by id.
    """
    case = assessment.counter_case
    if case is None:
        return
    with st.container(border=True):
        st.markdown(f"**{heading(case)}**  \n{inert(case.story)}")
        left, right = st.columns(2)
        with left:
            _points("What fits it", case.fits, "Nothing in the records fits it.")
        with right:
            _points("What does not", case.misfits, "Nothing in the records speaks against it.")
        if case.untold:
            _points("What the records cannot tell", case.untold, "")
        _hangs_on(case, assessment, records)
        st.markdown(f"**The enquiry that would tell best**  \n{inert(case.enquiry)}")


def heading(case: CounterCase) -> str:
    if case.fits_well:
        return "An ordinary story that fits the same records"
    return "No ordinary story fits these records well; the nearest is"


def _points(title: str, sentences: tuple[str, ...], nothing: str) -> None:
    st.markdown(title)
    if not sentences:
        st.caption(nothing)
    st.markdown("\n".join(f"- {inert(sentence)}" for sentence in sentences))


def _hangs_on(case: CounterCase, assessment: Assessment, records: Mapping[str, Record]) -> None:
    if not case.n_tried:
        return
    st.markdown("**If one record were wrong**")
    chosen = case.toppling[:_SHOWN] or case.keystones[:1]
    lines = [_line(keystone, records.get(keystone.record_id)) for keystone in chosen]
    if lines:
        st.markdown("\n".join(f"- {line}" for line in lines))
    st.caption(f"{case.tried} With all, {probability(assessment.probability)}.")


def _line(keystone: Keystone, record: Record | None) -> str:
    kind = "" if record is None else record.kind.replace("_", " ")
    what = "" if record is None else f" ({inert(kind)}, {inert(record.grade)})"
    without = f"Without record {inert(keystone.record_id)}{what}"
    if keystone.probability is None:
        return (
            f"{without} the model would not ask about this at all: too little would be left, or "
            "others would come first."
        )
    end = (
        "the model would not put this forward"
        if keystone.topples
        else "the model would put this forward less surely"
    )
    return f"{without} {end}: {probability(keystone.probability)}."
