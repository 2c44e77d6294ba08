"""Why a finding was found: what the model said, its reasons for and against, and its limits.

Everything here comes out of the `Assessment`, which the service gives only after a person's own
judgement is sealed.
"""

from typing import Any

import streamlit as st

from workbench.domain.decision import Judgement
from workbench.domain.finding import Assessment, Effect, Explanation, Reason
from workbench.ui import charts
from workbench.ui.assurance import (
    UNCALIBRATED,
    answers_sentence,
    calibration_sentence,
    drift_sentence,
    short_of_promise,
)
from workbench.ui.words import inert, local, number, probability

NONE_STANDS_OUT = (
    "No single reason stands out: in refits of the model the order of its reasons changes, so none "
    "is named. What each contributed here is in the table below."
)
_BARS = 8


def side_by_side(judgement: Judgement, assessment: Assessment) -> None:
    """One's own sealed view and the model's, as equals."""
    own, model = st.columns(2, border=True)
    with own:
        st.markdown(f"Your view  \n**{inert(judgement.verdict.label)}**")
        st.caption(f"How sure: {judgement.confidence} of 100, sealed {local(judgement.judged_at)}")
        st.text(judgement.reason)
    with model:
        model_view(assessment)


def model_view(assessment: Assessment) -> None:
    """What the model said: whether it put the finding forward, how often such claims come to be
    confirmed and how that was checked, and which answers it rules out."""
    view = "put it forward" if assessment.proposed else "did not put it forward"
    if assessment.cannot_tell:
        view = "put it forward, but cannot tell" if assessment.proposed else "cannot tell"
    st.markdown(f"The model's view  \n**{view}**")
    _how_likely(assessment)
    st.caption(answers_sentence(assessment))
    for sentence in short_of_promise(assessment):
        st.warning(sentence, icon=":material/flag:")
    limit = probability(assessment.threshold)
    from_on = f"It puts forward from {limit} on"
    st.caption(
        f"{from_on}."
        if assessment.proposed
        else f"{from_on}; this one came with the random share, so that what the model overlooks "
        "is read too."
    )


def _how_likely(assessment: Assessment) -> None:
    """The probability beside what came of such probabilities, marked where that was otherwise."""
    found = assessment.calibration
    if found is None:
        st.caption(UNCALIBRATED)
        return
    said = probability(assessment.probability, assessment.interval)
    unsure = "" if assessment.interval else " How sure that is cannot be told: its refits failed."
    st.caption(
        f"Of claims like this, {said} come to be confirmed: {inert(assessment.outcome)} within "
        f"{found.days} days.{unsure}"
    )
    sentence = calibration_sentence(found)
    if found.is_off:
        st.warning(sentence, icon=":material/flag:")
    else:
        st.caption(sentence)


def three_columns(assessment: Assessment) -> None:
    """Reasons for, reasons against, what would change it: in words, equally wide.

    Where the explanation is withheld, that stands in place of its reasons.
    """
    if assessment.explanation is None:
        left, right = st.columns([2, 1])
        with left:
            _withheld(assessment)
        with right:
            st.markdown("**What would change it**")
            st.markdown("\n".join(f"- {inert(sentence)}" for sentence in assessment.unless))
        return
    titles = ("Reasons for", "Reasons against", "What would change it")
    said = (assessment.reasons_for, assessment.against, assessment.unless)
    nothing = (*_unnamed(assessment), "Nothing found.")
    for column, title, sentences, none in zip(st.columns(3), titles, said, nothing, strict=True):
        with column:
            st.markdown(f"**{title}**")
            if not sentences:
                st.caption(none)
            st.markdown("\n".join(f"- {inert(sentence)}" for sentence in sentences))


def _withheld(assessment: Assessment) -> None:
    st.markdown("**Reasons**")
    st.warning(
        f"{inert(assessment.withheld)} Decide on the records.",
        icon=":material/visibility_off:",
    )


def _unnamed(assessment: Assessment) -> tuple[str, str]:
    """What stands where no reason for, or against, is named."""
    below = (
        " What else speaks against it is in the ordinary story below."
        if assessment.counter_case
        else " That is no proof of the claim."
    )
    if assessment.explanation and not assessment.explanation.stands_out:
        return "No single reason stands out.", f"No single reason stands out.{below}"
    return (
        "Nothing of weight that outlasts refits raised the score.",
        f"Nothing of weight that outlasts refits lowered the score.{below}",
    )


def explained(assessment: Assessment, *, key: str) -> None:
    """The effects as bars and as a table, whether they are stable, and how they were computed."""
    explanation = assessment.explanation
    if explanation is None:
        return  # that it is withheld stands where its reasons would
    if not explanation.stands_out:
        st.info(
            NONE_STANDS_OUT,
            icon=":material/shuffle:",
        )
    else:
        charts.draw(_bars(explanation), _spec(), key=f"{key}_bars", name=_told(explanation))
        st.caption(
            "Filled: among the top ones of its side, for or against, in at least 8 of 10 refits of "
            "the model; a reason where it is not too small. Outlined: not, so its place may be "
            "chance. The line shows how far refits scatter (95 %). What is closely correlated, "
            "the same way or opposite ways, is summed."
        )
    with st.expander("Each feature with its value, and how it was computed"):
        st.dataframe(
            [_cells(effect) for effect in _ordered(explanation)],
            hide_index=True,
            key=f"{key}_effects",
            column_config={
                "What it measures": st.column_config.TextColumn(width="large"),
                "Here": st.column_config.TextColumn(width="large"),
            },
        )
        st.caption(_computed(explanation))


def _computed(explanation: Explanation) -> str:
    """Method, space, background, residual and what stability rests on (duty T12)."""
    digest = explanation.background_digest
    against = f"{inert(explanation.background)}{f' (digest {digest[:12]})' if digest else ''}"
    return (
        f"Method: {inert(explanation.method)}, in {explanation.space}, against {against}. Base "
        f"value {number(explanation.base_value)}, sum of effects "
        f"{number(sum(e.effect for e in explanation.effects))}, the model's own output "
        f"{number(explanation.output)}; they differ by {explanation.residual:.1e} (withheld from "
        f"1e-06 on). Stability over {explanation.n_refits} refits on resampled people, each "
        f"{'against a background' if digest else 'explained by branches'} of its own."
    )


def flags(assessment: Assessment) -> None:
    """What is unusual about this finding; stands beside the model's view."""
    for flag in assessment.flags:
        st.warning(inert(flag), icon=":material/flag:")


def limits(assessment: Assessment) -> None:
    """How the day's candidates drifted, which is said of every finding alike, in one line, and the
    limits of the release."""
    if assessment.drift:
        with st.expander(drift_sentence(len(assessment.drift)), icon=":material/trending_up:"):
            st.markdown("\n".join(f"- {inert(sentence)}" for sentence in assessment.drift))
    st.markdown("**Limits of this release**")
    if assessment.limits:
        st.markdown("\n".join(f"- {inert(limit)}" for limit in assessment.limits))
    else:
        st.caption("Its card states none.")
    st.caption(
        f"Release {inert(assessment.release_id)} of {inert(assessment.model)}, digest "
        f"{assessment.release_digest[:12]}."
    )


def _ordered(explanation: Explanation) -> list[Effect]:
    return sorted(explanation.effects, key=lambda effect: -abs(effect.effect))


def _ranked(explanation: Explanation) -> list[Reason]:
    return sorted(explanation.reasons, key=lambda reason: -abs(reason.effect))


def _bars(explanation: Explanation) -> list[dict[str, Any]]:
    ordered = _ranked(explanation)
    shown = ordered if len(ordered) <= _BARS + 1 else ordered[:_BARS]
    bars = [
        {
            "reason": reason.label,
            "effect": reason.effect,
            "low": reason.interval[0] if reason.interval else reason.effect,
            "high": reason.interval[1] if reason.interval else reason.effect,
            "speaks": "for" if reason.effect >= 0 else "against",
            "here": reason.sentence,
            "stable": "stable" if reason.is_stable else "not stable",
        }
        for reason in shown
    ]
    rest = ordered[len(shown) :]
    if rest:
        total = sum(reason.effect for reason in rest)
        bars.append(
            {
                "reason": f"The other {len(rest)} together",
                "effect": total,
                "low": total,
                "high": total,
                "speaks": "for" if total >= 0 else "against",
                "here": "each smaller than those above; all are in the table below",
                "stable": "not stable",
            }
        )
    return bars


def _told(explanation: Explanation) -> str:
    first, *rest = _ranked(explanation)
    more = f", then {len(rest)} more" if rest else ""
    return f"Effects in {explanation.space}: {first.label} {first.effect:+.2f}{more}"


def _spec() -> dict[str, Any]:
    plain = {"value": charts.ink()}  # left and right say for and against; no colour is needed
    place = {
        "field": "reason",
        "type": "nominal",
        "sort": None,
        "title": None,
        "axis": {"labelLimit": 330, "ticks": False, "domain": False},
    }
    bars = {
        "mark": {"type": "bar", "height": 14, "strokeWidth": 1.5},
        "encoding": {
            "y": place,
            "x": {
                "field": "effect",
                "type": "quantitative",
                "title": "← against  ·  effect on the score (log-odds)  ·  for →",
            },
            "fill": plain,
            "stroke": plain,
            "fillOpacity": {
                "condition": {"test": "datum.stable === 'stable'", "value": 1},
                "value": 0.12,
            },
            "tooltip": [{"field": f} for f in ("reason", "here", "effect", "speaks", "stable")],
        },
    }
    scatter = {
        "mark": {"type": "rule", "strokeWidth": 1.5, "color": charts.GREY},
        "encoding": {
            "y": place,
            "x": {"field": "low", "type": "quantitative"},
            "x2": {"field": "high"},
        },
    }
    return {"layer": [bars, scatter], "height": {"step": 28}}


def _cells(effect: Effect) -> dict[str, object]:
    def valued(value: float | None) -> str:
        if value is None:
            return "–"
        if effect.unit == "share":
            return f"{number(100 * value)} %"
        return f"{number(value)} {effect.unit}".strip()

    return {
        "Feature": effect.label,
        "Value": "not known" if effect.value is None else valued(effect.value),
        "In its own history": valued(effect.usual),
        "Effect": f"{effect.effect:+.2f}{_direction(effect.effect)}",
        "Stays on top in": f"{round(100 * effect.stable_share)} % of refits",
        "Here": effect.sentence,
        "What it measures": effect.reason,
    }


def _direction(effect: float) -> str:
    """Which way an effect moved this score; it is said of the effect alone, whatever the value."""
    return ", raises the score here" if effect > 0 else ", lowers the score here" if effect else ""
