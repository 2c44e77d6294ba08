"""Scores cut into steps that hold thresholds and bins at once, so that counts say all the rest.

Every rate over a grid of thresholds, every bin of a reliability diagram and (but for ties within a
step) every area under a curve follows from how many true and false rows each step holds. These
counts are what is resampled.
"""

from dataclasses import dataclass

import numpy as np

from workbench.analysis.resampling import Tally
from workbench.analysis.subgroups import (
    Attribute,
    Floats,
    Incidence,
    Ints,
    Outcomes,
    Sharing,
    with_intersections,
)
from workbench.analysis.tables import IntArray

SHARES = (0.9, 0.8, 0.7, 0.6, 0.5, 0.4, 0.3, 0.2, 0.1, 0.05, 0.02, 0.01, 0.005, 0.002, 0.001)
N_BINS = 10
N_REPLICATES = 1_000
MOST, MOST_CROSSED = 24, 12  # groups of an attribute and of an intersection, the largest
MOST_LINES = 6  # groups of an intersection that have lines and bins, the largest that tell
LEAST = 10  # true and false rows below which a group is too small to tell


@dataclass(frozen=True, slots=True)
class Steps:
    """Scores numbered by the step they fall in: step s is from ``edges[s - 1]`` to below the next.

    A row is put forward at threshold ``edges[k]`` when its step is above k.
    """

    scores: Floats
    label: IntArray
    edges: Floats
    step: IntArray
    grid: Ints
    working: int | None

    @classmethod
    def of(
        cls, scores: Floats, label: IntArray, *, threshold: float | None, bins: Floats | None = None
    ) -> "Steps":
        """Edges at the scores from which `SHARES` of all rows are put forward, at the working
        `threshold` and at `bins`. ``grid`` names the edges that are thresholds."""
        ranked = np.sort(scores)[::-1]
        cuts = ranked[np.ceil(np.array(SHARES) * len(ranked)).astype(np.int64) - 1]
        cuts = np.unique(cuts if threshold is None else np.append(cuts, threshold))
        edges = np.unique(cuts if bins is None else np.concatenate([cuts, bins]))
        step = np.searchsorted(edges, scores, side="right").astype(np.int32)
        at = None if threshold is None else int(np.searchsorted(cuts, threshold))
        return cls(scores, label, edges, step, np.searchsorted(edges, cuts), at)

    @property
    def n(self) -> int:
        return len(self.edges) + 1

    @property
    def cells(self) -> IntArray:
        """Per row twice its step, and one more where it is true."""
        return (2 * self.step + self.label).astype(np.int32)


@dataclass(frozen=True, slots=True)
class Cut:
    """One attribute's groups, their counts by step and label, and replicates of these.

    ``table`` has shape (groups, steps, 2), ``drawn`` one axis more in front. `left_out` are groups
    beyond the largest, with their rows.
    """

    attribute: Attribute
    incidence: Incidence
    steps: Steps
    tally: Tally
    table: Ints
    drawn: Floats
    left_out: tuple[tuple[str, int], ...] = ()

    @classmethod
    def of(
        cls, outcomes: Outcomes, attribute: Attribute, every: Incidence, steps: Steps, seed: int
    ) -> "Cut":
        """Of the groups in `every`, the largest."""
        incidence = every.largest(MOST if attribute.parts == 1 else MOST_CROSSED)
        tally = Tally.of(outcomes, incidence, steps.cells, 2 * steps.n)
        shape = (len(incidence.groups), steps.n, 2)
        drawn = tally.drawn(N_REPLICATES, seed=seed)
        return cls(
            attribute,
            incidence,
            steps,
            tally,
            tally.table.reshape(shape),
            drawn.reshape(N_REPLICATES, *shape),
            _left_out(every, incidence),
        )

    def rows_of(self, group: int) -> IntArray:
        """Rows of that group, as often as they count in it."""
        rows: IntArray = self.incidence.outcome[self.incidence.group == group]
        return rows

    def spread(self, point: Floats, replicates: Floats, influence: Floats) -> Floats:
        """Replicates about `point`, each row's own noise counted once.

        `point` has shape (groups, statistics), `replicates` one axis more in front, `influence`
        one more behind: what one row in each cell adds.
        """
        return point + (replicates - point) * self.tally.once(influence)

    @property
    def tells(self) -> list[bool]:
        """Per group, whether it holds enough true and enough false rows."""
        return [bool(enough) for enough in (self.table.sum(axis=1) >= LEAST).all(axis=1)]

    @property
    def in_lines(self) -> list[bool]:
        """Per group, whether its lines and bins are kept: all of a single attribute, of an
        intersection the `MOST_LINES` largest that tell."""
        if self.attribute.parts == 1:
            return [True] * len(self.table)
        size = np.where(self.tells, self.table.sum(axis=(1, 2)), 0)
        kept = set(np.argsort(-size, kind="stable")[:MOST_LINES].tolist())
        return [tells and g in kept for g, tells in enumerate(self.tells)]


def _left_out(every: Incidence, kept: Incidence) -> tuple[tuple[str, int], ...]:
    """Groups of `every` that are not in `kept`, the largest first."""
    size = np.bincount(every.group, minlength=len(every.groups)).tolist()
    out = {name: n for name, n in zip(every.groups, size, strict=True) if n}
    for name in kept.groups:
        out.pop(name, None)
    return tuple(sorted(out.items(), key=lambda each: (-each[1], each[0])))


WHOLE = ("", "(all)")


def cuts(
    outcomes: Outcomes,
    attributes: tuple[Attribute, ...],
    steps: Steps,
    *,
    seed: int,
    intersections: bool = True,
) -> list[Cut]:
    """The whole first (attribute without a name), then each attribute and, unless told,
    intersection.

    Rows about nobody are no part of the whole: there is no person to draw them with.
    """
    whole = Attribute(WHOLE[0], np.zeros(0, np.int32), (WHOLE[1],))
    about = outcomes.sharing is not Sharing.PEOPLE
    everything = np.arange(len(outcomes), dtype=np.int32) if about else np.unique(outcomes.rows)
    asked = [(whole, Incidence(everything, np.zeros_like(everything), whole.groups))]
    for attribute in with_intersections(attributes) if intersections else attributes:
        incidence = outcomes.incidence(attribute)
        if incidence.groups:
            asked.append((attribute, incidence))
    return [Cut.of(outcomes, a, i, steps, seed) for a, i in asked]


def number(value: float) -> float | None:
    """Six significant digits, None for NaN: what is written into a document."""
    return None if np.isnan(value) else float(f"{value:.6g}")


def pair(values: Floats) -> list[float] | None:
    """Both bounds of an interval, or None."""
    found = [number(float(value)) for value in values]
    return None if None in found else [v for v in found if v is not None]
