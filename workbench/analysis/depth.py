"""What stands beneath an audit's tests: calibration, rates over the curve, and people as the unit.

None of it has a say in the verdict; it shows what a single threshold and a count of rows hide.
"""

from collections.abc import Sequence
from typing import TypedDict

import numpy as np

from workbench.analysis.calibration import Calibration, bin_edges, calibration
from workbench.analysis.curves import Curves, curves
from workbench.analysis.per_person import Capacity, PerPerson, per_person
from workbench.analysis.scored import Steps, cuts
from workbench.analysis.subgroups import Attribute, Floats, Outcomes

NO_PROBABILITY = (
    "Scores lie outside 0 to 1 and are no probabilities, so their calibration is not shown."
)


class Depth(TypedDict):
    """Keys of an audit's document; None where what they need was not given."""

    calibration: Calibration | None
    curves: Curves | None
    per_person: PerPerson | None


def depth(
    outcomes: Outcomes,
    attributes: Sequence[Attribute],
    scores: Floats | None,
    *,
    threshold: float | None,
    capacity: Capacity | None,
    seed: int,
    intersections: bool = True,
) -> Depth:
    """Everything that scores and people allow.

    Parameters
    ----------
    scores : float array, n, optional
        What the threshold cuts. Calibration is shown where all lie from 0 to 1.
    """
    people = per_person(outcomes, attributes, probability=scores, capacity=capacity)
    if scores is None:
        return Depth(calibration=None, curves=None, per_person=people)
    label = (outcomes.cells >= 2).astype(np.int32)
    edges = bin_edges(scores) if is_probability(scores) else None
    steps = Steps.of(scores, label, threshold=threshold, bins=edges)
    found = cuts(outcomes, tuple(attributes), steps, seed=seed, intersections=intersections)
    return Depth(
        calibration=None if edges is None else calibration(found, steps, edges),
        curves=curves(found, steps),
        per_person=people,
    )


def is_probability(scores: Floats) -> bool:
    """True where every score lies from 0 to 1."""
    return bool(scores.min() >= 0 and scores.max() <= 1)
