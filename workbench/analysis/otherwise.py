"""What would change the result: the least that may turn out otherwise and crosses the threshold.

Supposed is only what a check of records could find otherwise, only with values that occurred; and
features that count as one reason move as they occurred together, so that no supposition contradicts
itself. Where refits disagree on a reason, that is said.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from workbench.analysis.explanation import stated
from workbench.analysis.grouping import TOP, Groups
from workbench.analysis.tables import FloatArray
from workbench.analysis.wording import Matrix, Peers, Words, listed
from workbench.domain.finding import Explanation

NOTHING = (
    "Nothing that a check of the records could find otherwise, in one reason alone, would change "
    "the result."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Supposing:
    """What may be supposed otherwise, and with which values.

    Parameters
    ----------
    signs : tuple of tuples of int
        The groups' directions: 1 where a feature rises with the group's first, -1 where it falls.
    background : float array, m × features
        Rows that occurred: what features of one group were together.
    fixed : frozenset
        Features that are never supposed otherwise, nor is what is grouped with them.
    at_most : mapping
        Of a feature the one that it is a part of, and cannot exceed.
    """

    words: Sequence[Words]
    peers: Peers
    groups: Groups
    signs: Groups
    background: Matrix
    fixed: frozenset[str]
    at_most: Mapping[str, str]

    def values(self, g: int, row: FloatArray) -> Matrix:
        """Values that occurred among peers; of a group of features those that occurred together,
        each further the way it goes with the others."""
        members = list(self.groups[g])
        if len(members) == 1:
            line = self.peers.quantiles[members[0]]
            return np.unique(line[~np.isnan(line)])[:, None]
        rows = self.background[:, members]
        rows = np.unique(rows[~np.isnan(rows).any(axis=1)], axis=0)
        moved = (rows - row[members]) * np.array(self.signs[g])
        found: Matrix = rows[(moved > 0).all(axis=1) | (moved < 0).all(axis=1)]
        return found

    def is_free(self, members: tuple[int, ...], row: FloatArray) -> bool:
        named = all(self.words[j].name not in self.fixed for j in members)
        return named and not np.isnan(row[list(members)]).any()

    def holds_together(self, changed: Matrix) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
        """Which of the rows have no part that exceeds its whole."""
        at = {word.name: j for j, word in enumerate(self.words)}
        sound = np.ones(len(changed), np.bool_)
        for part, whole in self.at_most.items():
            sound &= ~(changed[:, at[part]] > changed[:, at[whole]])
        return sound

    def distance(self, members: tuple[int, ...], values: Matrix, row: FloatArray) -> FloatArray:
        """How far values lie from the row's own, in ranks among peers, the mean over members."""
        gaps = [
            np.abs(np.searchsorted(line, values[:, k]) - np.searchsorted(line, row[j]))
            for k, j in enumerate(members)
            for line in [self.peers.quantiles[j]]
        ]
        found: FloatArray = np.mean(gaps, axis=0)
        return found

    def said(self, members: tuple[int, ...], values: FloatArray, row: FloatArray) -> str:
        clauses = [
            self.words[j].otherwise(float(to), float(row[j]))
            for j, to in zip(members, values, strict=True)
        ]
        return f"If {listed(clauses)}"


def unless(
    probability: Callable[[Matrix], FloatArray],
    row: FloatArray,
    threshold: float,
    *,
    supposing: Supposing,
    explanation: Explanation | None,
) -> tuple[str, ...]:
    """What would change the result, in at most three sentences.

    Every reason is tried: what crosses the threshold is asked of the served model itself. Reasons
    that are stated come first, then others that outlast refits (of those, for what was put
    forward, the ones that raised the score), then the rest, each by how little it would have to
    change.

    Parameters
    ----------
    probability : callable
        The served model's calibrated probability of rows.
    row : float array, features
        The candidate.
    """
    ahead = float(probability(row[None, :])[0]) >= threshold
    end = "no longer be put forward" if ahead else "be put forward"
    found = []
    order, unsure = _standing(supposing, explanation, ahead=ahead)
    for g in range(len(supposing.groups)):
        members = supposing.groups[g]
        if not supposing.is_free(members, row):
            continue
        values = supposing.values(g, row)
        if not len(values):
            continue
        changed = np.repeat(row[None, :], len(values), axis=0)
        changed[:, list(members)] = values
        crosses = ((probability(changed) >= threshold) != ahead) & supposing.holds_together(changed)
        if crosses.any():
            far = np.where(crosses, supposing.distance(members, values, row), np.inf)
            best = int(np.argmin(far))
            said = supposing.said(members, values[best], row)
            found.append((order[g], float(far[best]), f"{said}, it would {end}{unsure[g]}."))
    ranked = sorted(found, key=lambda item: item[:2])[:TOP]
    return tuple(said for _, _, said in ranked) or (NOTHING,)


def _standing(
    supposing: Supposing, explanation: Explanation | None, *, ahead: bool
) -> tuple[list[int], list[str]]:
    """Of each group whether its reason is stated (0), stable (1) or neither (2), and what is said
    where refits disagree on it."""
    if explanation is None:
        return [0] * len(supposing.groups), [""] * len(supposing.groups)
    named = {r.features for sign in (1, -1) for r in stated(explanation, sign=sign)}
    reasons = {r.features: r for r in explanation.reasons}
    order, unsure = [], []
    for members in supposing.groups:
        reason = reasons[tuple(supposing.words[j].name for j in members)]
        told = reason.is_stable and (reason.effect > 0 or not ahead)
        order.append(int(reason.features not in named) if told else 2)
        unsure.append("" if reason.is_stable else " (refits disagree on this reason)")
    return order, unsure
