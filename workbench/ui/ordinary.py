"""The counter-case: the most ordinary story that fits the same records, and how to tell."""

import streamlit as st

from workbench.domain.finding import Assessment, Claim, CounterCase, Keystone
from workbench.domain.record import Record
from workbench.services.labels import Spoken
from workbench.ui.places import anchor
from workbench.ui.record_words import sentence
from workbench.ui.words import inert, local, probability

_SHOWN = 3  # records that topple it


def told(assessment: Assessment, claim: Claim, spoken: Spoken) -> None:
    """The story, what fits it and what does not, the records that bear most, the one enquiry."""
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
        _hangs_on(case, assessment, claim, spoken)
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


def _hangs_on(case: CounterCase, assessment: Assessment, claim: Claim, spoken: Spoken) -> None:
    if not case.n_tried:
        return
    st.markdown("**If one record were wrong**")
    records = {record.id: record for record in claim.records}
    chosen = case.toppling[:_SHOWN] or case.keystones[:1]
    if chosen:
        lines = [_line(one, records.get(one.record_id), spoken) for one in chosen]
        st.markdown("\n".join(f"- {line}" for line in lines))
    found = f" [To the records in step 1](#{anchor(1)}), found there by id." if chosen else ""
    left_out = (
        f" {claim.n_left_out} more of the picture were not kept with the finding, so not tried."
        if claim.n_left_out
        else ""
    )
    st.caption(f"{case.tried}{left_out} With all, {probability(assessment.probability)}.{found}")


def _line(keystone: Keystone, record: Record | None, spoken: Spoken) -> str:
    """What the record says, its grade and id, and what would be left without it."""
    said = f"Record {inert(keystone.record_id)}"
    if record is not None:
        when = "" if record.occurred_at is None else f"{local(record.occurred_at)[:10]}, "
        what = sentence(record, spoken.labels, spoken.units)
        said = f"{inert(f'{when}{what}')} ({inert(f'{record.grade}, record {record.id}')})"
    if keystone.probability is None:
        return (
            f"{said}. Without it the model would not ask about this at all: too little would be "
            "left, or others would come first."
        )
    end = (
        "the model would not put this forward"
        if keystone.topples
        else "the model would put this forward less surely"
    )
    return f"{said}. Without it {end}: {probability(keystone.probability)}."
