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
    "auc": "Pairs ranked right (AUC)",
    "precision": "Precision where put forward",
    "recall": "Recall where put forward",
    "f1": "F1 where put forward",
    "calibration_error": "Calibration error",
    "calibration_gap": "Confirmed less what was said",
    "calibration_gap_forward": "The same where put forward",
    "calibration_n_off": "Groups with probabilities off",
}
_PLAIN = {
    "average_precision": "Of what stands high on its list, the share that proves true, over all "
    "lengths of the list.",
    "auc": "How often a true one is ranked above one that is not.",
    "precision": "Of what it puts forward, the share that proves true.",
    "recall": "Of what is true, the share that it puts forward.",
    "f1": "Precision and recall in one number.",
    "calibration_error": "How far its probabilities lie from what happened, on average.",
    "calibration_gap": "The share that records confirmed, less the mean probability: above 0 it "
    "says too little, below 0 too much.",
    "calibration_gap_forward": "The same, of what it puts forward alone.",
    "calibration_n_off": "Of the groups below, those whose probability lies outside the interval "
    "of what was confirmed.",
}
_TOLD_APART = ("reasons_", "conformal_")  # told in words of their own


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
                "Measure": _MEASURES.get(found.name, found.name.replace("_", " ")),
                "Value": number(found.value, found.interval),
                "What it says": _PLAIN.get(found.name, ""),
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


def _named(feature: str, view: BehaviourView | None) -> str:
    """The feature as it is called in charts, where that was kept."""
    rows = [] if view is None else view.document["behaviour"]["dependence"]
    return next((str(row["label"]) for row in rows if row["feature"] == feature), feature)


def _against_the_rule(version: VersionView, feature: str) -> None:
    ranked, base = version.measure("average_precision"), version.baseline
    if ranked is None or base is None:
        return
    st.subheader("Better than one simple rule?", anchor=False)
    st.caption(
        f"The rule ranks by one feature alone, {inert(feature)}; it needs no "
        "model. Where the intervals overlap, the model has not shown that it is better."
    )
    components.dots(
        [_dot("This model", ranked), _dot("The rule", base)],
        axis="average precision",
        key=f"against_{version.id}",
    )


def _dot(label: str, measure: Measure) -> Dot:
    low, high = measure.interval or (None, None)
    return Dot(label=label, value=measure.value, low=low, high=high)


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
        f" In {number(100 * unsure.value)} % of all candidates neither answer, or both, can be "
        "ruled out: it cannot tell, and says so on the finding."
    )  # fmt: skip
    return (
        f"The right answer is promised to stay open in {100 * COVERAGE:.0f} % of each class. On "
        f"the test slice it did: {'; '.join(said)}.{of_all}"
    )
