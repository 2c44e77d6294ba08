"""Why a finding was found: what the model said, its reasons for and against, and its limits.

Everything here comes out of the `Assessment`, which the service gives only after a person's own
judgement is sealed.
"""

from collections.abc import Sequence
from typing import Any

import streamlit as st

from workbench.analysis.wording import POINTS, measured
from workbench.domain.decision import Judgement
from workbench.domain.finding import Assessment, Effect, Explanation, Reason
from workbench.ui import charts
from workbench.ui.assurance import (
    UNCALIBRATED,
    answers_sentence,
    calibration_sentence,
    drift_sentence,
    refits_sentence,
    short_of_promise,
    view_sentence,
)
from workbench.ui.words import inert, local, number, probability, signed

NONE_STANDS_OUT = (
    "No single reason stands out: in refits of the model the order of its reasons changes, so none "
    "is named. What each contributed here is in the table below."
)
_BARS = 8
_LIMITS = 3  # in sight; the others are a click away


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
    """What the model said: how often such claims come to be confirmed, what makes that number
    unsure, whether it put the finding forward, and which answers it rules out."""
    _how_likely(assessment)
    _flags(assessment)
    st.markdown(view_sentence(assessment))
    st.caption(answers_sentence(assessment))
    for sentence in short_of_promise(assessment):
        st.warning(sentence, icon=":material/flag:")


def _how_likely(assessment: Assessment) -> None:
    """The probability beside what came of such probabilities, marked where that was otherwise."""
    found = assessment.calibration
    if found is None:
        st.markdown("The model's view")
        st.caption(UNCALIBRATED)
        return
    said = probability(assessment.probability, assessment.interval)
    st.markdown(f"The model's view  \n**{said}** claims like this come to be confirmed")
    scatter = (
        "In brackets: how far its refits go (95 %)."
        if assessment.interval
        else "How sure that is cannot be told: its refits failed."
    )
    st.caption(
        f"Confirmed: {inert(assessment.outcome)} within {found.days} days. {scatter}",
    )
    sentence = calibration_sentence(found)
    if found.is_off:
        st.warning(sentence, icon=":material/flag:")
    else:
        st.caption(sentence)
    if apart := refits_sentence(assessment.interval):
        st.warning(apart, icon=":material/shuffle:")


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
            st.markdown(_listed(assessment.unless))
        return
    titles = ("Reasons for", "Reasons against", "What would change it")
    said = (assessment.reasons_for, assessment.against, assessment.unless)
    nothing = (*_unnamed(assessment), "Nothing found.")
    for column, title, sentences, none in zip(st.columns(3), titles, said, nothing, strict=True):
        with column:
            st.markdown(f"**{title}**")
            if not sentences:
                st.caption(none)
            st.markdown(_listed(sentences))


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
        st.table(
            [_cells(effect) for effect in _ordered(explanation)],
            hide_index=True,
            border="horizontal",
            alt="Effects of each feature",
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


def _flags(assessment: Assessment) -> None:
    """What is unusual about this finding's own input."""
    if assessment.flags:
        st.warning(
            f"Beyond what it learnt from:\n{_listed(assessment.flags)}", icon=":material/flag:"
        )


def limits(assessment: Assessment) -> None:
    """How the day's candidates drifted, which is said of every finding alike, in one line, and the
    limits of the release: the first as its card orders them, the others behind their count."""
    if assessment.drift:
        with st.expander(drift_sentence(len(assessment.drift)), icon=":material/trending_up:"):
            st.markdown(_listed(assessment.drift))
    st.markdown("**Limits of this release**")
    first, others = assessment.limits[:_LIMITS], assessment.limits[_LIMITS:]
    if first:
        st.markdown(_listed(first))
    else:
        st.caption("Its card states none.")
    if others:
        n = "One more limit" if len(others) == 1 else f"{len(others)} more limits"
        with st.expander(n):
            st.markdown(_listed(others))
    st.caption(
        f"Release {inert(assessment.release_id)} of {inert(assessment.model)}, digest "
        f"{assessment.release_digest[:12]}."
    )


def _listed(sentences: Sequence[str]) -> str:
    return "\n".join(f"- {inert(sentence)}" for sentence in sentences)


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
    return f"Effects in {explanation.space}: {first.label} {signed(first.effect)}{more}"


def _spec() -> dict[str, Any]:
    plain = {"value": charts.ink()}  # left and right say for and against; no colour is needed
    place = {
        "field": "reason",
        "type": "nominal",
        "sort": None,
        "title": None,
        "axis": {"labelLimit": 400, "ticks": False, "domain": False},
    }
    bars = {
        "mark": {"type": "bar", "height": 14, "strokeWidth": 1.5},
        "encoding": {
            "y": place,
            "x": {
                "field": "effect",
                "type": "quantitative",
                "title": "← against  ·  effect on the score (log-odds)  ·  for →",
                "axis": {"labelOverlap": "greedy", "labelFlush": False, "tickCount": 8},
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
    ends = {"y": place, "x": {"field": "low", "type": "quantitative"}, "x2": {"field": "high"}}
    edge, line = (  # edged in the page's own colour, so that it is seen on a filled bar too
        {"mark": {"type": "rule", "strokeWidth": width, "color": colour}, "encoding": ends}
        for width, colour in ((5, charts.paper()), (2, charts.ink()))
    )
    return {"layer": [bars, edge, line], "height": {"step": 28}}


def _cells(effect: Effect) -> dict[str, object]:
    unit = "" if effect.unit == POINTS else effect.unit

    def valued(value: float | None) -> str:
        return "–" if value is None else measured(value, unit)

    cells = {
        "Feature": effect.label,
        "Value": "not known" if effect.value is None else valued(effect.value),
        "In its own history": valued(effect.usual),
        "Effect": f"{signed(effect.effect)}{_direction(effect.effect)}",
        "Stays on top in": f"{round(100 * effect.stable_share)} % of refits",
        "What it measures, and is here": effect.sentence,
    }
    return {name: inert(text) for name, text in cells.items()}


def _direction(effect: float) -> str:
    """Which way an effect moved this score; it is said of the effect alone, whatever the value."""
    return ", raises the score here" if effect > 0 else ", lowers the score here" if effect else ""
