"""How sure a model's numbers are, in sentences: calibration, answers ruled out, drift.

Nothing here says more than what was found on a slice later than all that the model learnt.
"""

from workbench.domain.checked import Calibration, Kept
from workbench.domain.finding import Assessment
from workbench.ui.words import probability

UNCALIBRATED = (
    "No probability is shown: whether this release's probabilities hold was not checked on a later "
    "slice."
)
_KINDS = {True: "claims that records came to confirm", False: "claims that they never confirmed"}


def calibration_sentence(found: Calibration) -> str:
    """What was said and what was seen next to this probability, and which way it is off."""
    seen = probability(found.seen, found.interval)
    said = probability(found.said)
    checked = (
        f"Checked on a later slice, among the {found.n:,} next to it: {said} was said, {seen} were "
        "confirmed"
    )
    if not found.is_off:
        return f"{checked}."
    way = "too little" if found.seen > found.said else "too much"
    return f"{checked}. It says {way} here: read the second number."


def answers_sentence(assessment: Assessment) -> str:
    """Which answers are left, what that rests on, and what it does not mean."""
    found = {kept.answer: kept for kept in assessment.kept}
    promised = round(100 * assessment.coverage)
    match assessment.answers:
        case (True, False):
            return (
                "Neither answer can be ruled out: claims that were confirmed and claims that were "
                f"not both score like this. {_kept(found, (True, False), promised)}"
            )
        case (True,):
            return (
                "It scores above nearly all claims that were never confirmed. That does not make "
                "it likely, as few claims may be confirmed at all"
                f"{'; the numbers above say how many' if assessment.calibration else ''}. "
                f"{_kept(found, (False,), promised)}"
            )
        case (False,):
            return (
                "It scores below nearly all claims that were confirmed. "
                f"{_kept(found, (True,), promised)}"
            )
        case _:
            return (
                "It scores as hardly any claim does, confirmed or not. "
                f"{_kept(found, (True, False), promised)}"
            )


def _kept(found: dict[bool, Kept], answers: tuple[bool, ...], promised: int) -> str:
    """How often the bound that the answer rests on kept the right one on the later slice."""
    said = [f"{_of_100(found[answer])} {_KINDS[answer]}" for answer in answers if answer in found]
    if not said:
        return f"(Promised: right for {promised} in 100 of each kind; not checked.)"
    return (
        f"(Checked on a later slice: the bound was right for {' and '.join(said)}; {promised} in "
        "100 were promised.)"
    )


def _of_100(kept: Kept) -> str:
    low, high = kept.interval
    return f"{100 * kept.share:.0f} in 100 ({100 * low:.0f} to {100 * high:.0f}) of"


def short_of_promise(assessment: Assessment) -> list[str]:
    """For each kind whose checked coverage lies wholly below the promise, that it falls short."""
    return [
        f"Of {_KINDS[kept.answer]}, the model rules out more than it promises to: "
        f"{100 * kept.share:.0f} in 100 kept their answer, and {100 * assessment.coverage:.0f} "
        "should have. Trust it less where it rules that answer out."
        for kept in assessment.kept
        if kept.falls_short(assessment.coverage)
    ]


def drift_sentence(n: int) -> str:
    """One line for what is said of every finding of that day alike."""
    features = "One feature" if n == 1 else f"{n} features"
    verb = "is" if n == 1 else "are"
    return f"{features} of all candidates of that day {verb} distributed otherwise than in training"
