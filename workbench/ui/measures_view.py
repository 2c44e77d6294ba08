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
_TOLD_APART = ("reasons_right", "conformal_")  # told in words of their own


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
    """How often the true cause is among the stated reasons, beside what chance would reach."""
    right, of = version.measure("reasons_right"), version.measure("reasons_right_n")
    if right is None or of is None or right.interval is None:
        return (
            "Not measured: it takes a synthetic world, whose true causes are known. Run workbench "
            "evaluate on one."
        )
    low, high = right.interval
    said = (
        f"Of {of.value:.0f} true ones that it put forward and whose cause a feature can name, the "
        f"true cause is among the stated reasons in {round(100 * right.value)} % (95 % "
        f"{round(100 * low)} to {round(100 * high)})."
    )
    chance = version.measure("reasons_right_by_chance")
    if chance is None:
        return said
    told = "that may be chance"
    if low > chance.value:
        told = "they say more than chance"
    if high < chance.value:
        told = "they say less than chance"
    blind = f"As many reasons drawn blindly would name it in {round(100 * chance.value)} %"
    return f"{said} {blind}: {told}."


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
