"""The Measures tab of the Models page: one rule, calibration, reasons, when it cannot tell."""

import streamlit as st

from workbench.analysis.behaviour_words import calibration_sentence
from workbench.analysis.conformal import COVERAGE
from workbench.services.behaviour import BehaviourView
from workbench.services.browse import Measure, VersionView
from workbench.ui import behaviour_charts, components
from workbench.ui.components import Dot
from workbench.ui.words import inert, number

_MEASURES = {
    "average_precision": "Average precision",
    "auc": "Ranked right (AUC)",
    "precision": "Right where put forward (precision)",
    "recall": "Found of what was confirmed (recall)",
    "f1": "Both in one (F1)",
    "calibration_error": "Calibration error",
    "calibration_gap": "Confirmed less what was said",
    "calibration_gap_forward": "The same where put forward",
    "calibration_n_off": "Groups with probabilities off",
}
_PLAIN = {
    "average_precision": "Of what stands high on its list, the share that was confirmed, over all "
    "lengths of the list.",
    "auc": "How often one that was confirmed is ranked above one that was not.",
    "precision": "Of what it put forward, the share that records came to confirm.",
    "recall": "Of what records came to confirm, the share that it had put forward.",
    "f1": "The harmonic mean of precision and recall.",
    "calibration_error": "How far its probabilities lie from what happened, on average.",
    "calibration_gap": "The share that records confirmed, less the mean probability: above 0 it "
    "says too little, below 0 too much.",
    "calibration_gap_forward": "The same, of what it puts forward alone.",
    "calibration_n_off": "Of the groups below, those whose probability lies outside the interval "
    "of what was confirmed.",
}
_PROMPTED = "with_prompted_"  # measured with what findings had asked about left in
_TOLD_APART = ("reasons_", "conformal_")  # told in words of their own
_COUNTED = ("calibration_n_off",)  # a number of groups, no share


def measures(version: VersionView | None, view: BehaviourView | None) -> None:
    """The newest version, or the one in use, against the best single feature."""
    if version is None:
        components.empty("Nothing was measured yet.", "Measures come with training.")
        return
    st.caption(
        f"Version {version.number}, on candidates later than those it learnt from, with 95 % "
        "intervals from resampling people."
    )
    _against_the_rule(version, _named(version.baseline_feature, view))
    st.subheader("All measures", anchor=False)
    st.dataframe(
        [
            {
                "Measure": _title(found.name),
                "Value": number(found.value) if found.name in _COUNTED else per_cent(found),
                "What it says": _PLAIN.get(found.name.removeprefix(_PROMPTED), ""),
            }
            for found in version.measures
            if not found.name.startswith(_TOLD_APART)
        ],
        hide_index=True,
        key=f"measures_{version.id}",
    )
    if view is not None and view.document["said_and_seen"]:
        _reliability(version, view)
    st.subheader("Are its stated reasons the true ones?", anchor=False)
    st.markdown(inert(reasons_sentence(version)))
    st.subheader("When it cannot tell", anchor=False)
    st.markdown(inert(coverage_sentence(version)))


def _title(name: str) -> str:
    bare = name.removeprefix(_PROMPTED)
    said = _MEASURES.get(bare, bare.replace("_", " "))
    return said if bare == name else f"{said}, with what findings had asked about"


def per_cent(measure: Measure) -> str:
    """A measure with its interval: ``61 % (52 to 70)``."""
    said = f"{number(100 * measure.value)} %"
    if measure.interval is None:
        return said
    low, high = (number(100 * end) for end in measure.interval)
    return f"{said} ({low} to {high})"


def _named(feature: str, view: BehaviourView | None) -> str:
    """The feature as it is called in charts, where that was kept."""
    rows = [] if view is None else view.document["behaviour"]["dependence"]
    return next((str(row["label"]) for row in rows if row["feature"] == feature), _spaced(feature))


def _spaced(name: str) -> str:
    return name.replace("_", " ")


def _against_the_rule(version: VersionView, feature: str) -> None:
    ranked, base = version.measure("average_precision"), version.baseline
    if ranked is None or base is None:
        return
    st.subheader("Better than one simple rule?", anchor=False)
    st.markdown(inert(gain_sentence(version)))
    st.caption(
        inert(
            f"The rule needs no model: it ranks by one feature alone, which is called “{feature}”. "
            "Each interval below is of one line alone; whether they meet is no test."
        )
    )
    components.dots(
        [_dot("This model", ranked), _dot("The rule", base)],
        axis="average precision, per cent",
        key=f"against_{version.id}",
    )


def _dot(label: str, measure: Measure) -> Dot:
    low, high = measure.interval or (None, None)
    return Dot(
        label=label,
        value=100 * measure.value,
        low=None if low is None else 100 * low,
        high=None if high is None else 100 * high,
    )


def gain_sentence(version: VersionView) -> str:
    """By how much the model is better than one feature alone, people resampled for both at once."""
    gain = version.gain
    if gain is None or gain.interval is None:
        return (
            "By how much it is better, with an interval of that difference, was not measured when "
            "this version was trained. Train it again to know."
        )
    low, high = gain.interval
    ends = f"95 %: {number(100 * low)} to {number(100 * high)}"
    said = f"{number(100 * gain.value)} percentage points ({ends}, people resampled for both)"
    if low > 0:
        return f"Yes: its average precision is higher by {said}."
    if high < 0:
        return f"No, it is worse: its average precision differs by {said}."
    return f"Not shown: its average precision differs by {said}, which may be chance."


def _reliability(version: VersionView, view: BehaviourView) -> None:
    rows = view.document["said_and_seen"]
    st.subheader("Does a probability mean what it says?", anchor=False)
    st.markdown(inert(calibration_sentence(rows)))
    behaviour_charts.said_against_seen(rows, key=f"reliability_{version.id}")
    st.caption(
        "Each dot stands for as many candidates as hold the same number of expected true ones. On "
        "the dashed line, what records confirmed is what it said. Hollow: none was confirmed."
    )


def reasons_sentence(version: VersionView) -> str:
    """How well the stated reasons name the true cause, beside reasons that explain nothing."""
    right, of = version.measure("reasons_right"), version.measure("reasons_right_n")
    if right is None or of is None or right.interval is None:
        return (
            "Not measured: it takes a synthetic world, whose true causes are known. Run workbench "
            "evaluate on one."
        )
    low, high = right.interval
    said = [
        f"Of {of.value:.0f} true ones that it put forward and whose cause a feature can name, a "
        f"true cause is among the stated reasons in {round(100 * right.value)} % (95 % "
        f"{round(100 * low)} to {round(100 * high)}).",
        *(_beside(version, name, words) for name, words in _EXPLAIN_NOTHING.items()),
        _apart(version),
    ]
    return " ".join(part for part in said if part)


_EXPLAIN_NOTHING = {
    "blind": "As many reasons drawn blindly",
    "constant": "The same best sentence said of all of them",
    "shuffled": "The same explanations, each told of another one,",
}


def _beside(version: VersionView, name: str, words: str) -> str:
    """One of those that explain nothing, and whether the stated reasons agree better with truth."""
    share, over = version.measure(f"reasons_right_{name}"), version.measure(f"reasons_over_{name}")
    if share is None or over is None or over.interval is None:
        return ""
    low, high = over.interval
    told = "the stated reasons are not shown to agree better with the truth"
    if low > 0:
        told = "the stated reasons agree better with the truth"
    if high < 0:
        told = "the stated reasons agree less with the truth"
    return (
        f"{words} would in {round(100 * share.value)} %; {told} (F1 {over.value:+.2f}, 95 % "
        f"{low:+.2f} to {high:+.2f})."
    )


def _apart(version: VersionView) -> str:
    found = version.measure("reasons_told_apart")
    if found is None or found.interval is None:
        return ""
    low, high = found.interval
    told = "which may be chance" if low <= 0.5 <= high else "more often than chance"
    if high < 0.5:
        told = "less often than chance"
    return (
        "Of two true ones of which one alone has a cause, that reason stands higher in the right "
        f"one in {round(100 * found.value)} % (95 % {round(100 * low)} to {round(100 * high)}; "
        f"chance 50), {told}."
    )


def coverage_sentence(version: VersionView) -> str:
    """Whether the answers that it does not rule out hold the right one as often as promised."""
    said = []
    for name, words in (("true", "records confirmed"), ("false", "they never confirmed")):
        found = version.measure(f"conformal_coverage_{name}")
        if found is None or found.interval is None:
            continue
        low, high = found.interval
        short = "" if high >= COVERAGE else ", which falls short of the promise"
        said.append(
            f"for what {words} in {100 * found.value:.3g} % (95 % {100 * low:.3g} to "
            f"{100 * high:.3g}){short}"
        )
    if not said:
        return "Not measured."
    unsure = version.measure("conformal_cannot_tell")
    of_all = "" if unsure is None else (
        f" For {number(100 * unsure.value)} % of all candidates both answers stay open, or neither "
        "does: it cannot tell, and says so on the finding."
    )  # fmt: skip
    return (
        f"The right answer is promised to stay open for {100 * COVERAGE:.0f} % of each class. On "
        f"later candidates it did: {'; '.join(said)}.{of_all}"
    )
