"""How sure a model's numbers are, in sentences: calibration, answers ruled out, drift.

Nothing here says more than what was found on a slice later than all that the model learnt.
"""

from workbench.domain.checked import Calibration, Interval, Kept
from workbench.domain.finding import Assessment
from workbench.ui.words import probability

NEVER, ALWAYS = 0.1, 0.9  # refits that reach below the one and above the other tell nothing
UNCALIBRATED = (
    "No probability is shown: whether this release's probabilities hold was not checked on a later "
    "slice."
)
_KINDS = {True: "claims that records came to confirm", False: "claims that they never confirmed"}


def calibration_sentence(found: Calibration) -> str:
    """What came of the claims next to this one, what was said of those, and which way it is off."""
    seen = probability(found.seen, found.interval)
    checked = (
        f"How that held later: of the {found.n:,} checked claims whose probability was nearest, "
        f"{seen} were confirmed; the model had said {probability(found.said)} would be."
    )
    if not found.is_off:
        return checked
    way = "too little" if found.seen > found.said else "too much"
    return f"{checked} It says {way} here: go by what was confirmed."


def refits_sentence(interval: Interval | None) -> str:
    """That refits leave nearly everything open; empty where they do not."""
    if interval is None or interval[0] > NEVER or interval[1] < ALWAYS:
        return ""
    return (
        "Its own refits do not agree: they go from almost never to almost always. The number in "
        "the middle says little."
    )


def view_sentence(assessment: Assessment) -> str:
    """Whether the model put the finding forward, from what probability on, and if it can tell."""
    from_on = f"as it does from {probability(assessment.threshold)} on"
    if assessment.proposed:
        but = ", but cannot tell" if assessment.cannot_tell else ""
        return f"It put this forward, {from_on}{but}."
    also = ", and cannot tell" if assessment.cannot_tell else ""
    return (
        f"It did not put this forward, {from_on}{also}. This one came with the random share, so "
        "that what the model overlooks is read too."
    )


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
    verb = "has" if n == 1 else "have"
    return f"{features} of that day's candidates {verb} other values than in training"
