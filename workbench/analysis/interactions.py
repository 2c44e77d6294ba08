"""What features do only together: the part of a score that no sum of single effects gives.

Friedman and Popescu (2008) on the served model's own score, so it holds for every estimator.
Features that count as one reason count as one here, too. A model that adds up, such as a logistic
regression, comes out at 0 to rounding.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import combinations
from typing import TypedDict

import numpy as np

from workbench.analysis.grouping import Groups
from workbench.analysis.tables import FloatArray
from workbench.analysis.wording import Matrix

ROUNDING = 1e-8  # log-odds below which nothing is done together
AT_A_TIME = 200_000  # rows scored together
Score = Callable[[Matrix], FloatArray]


class Interaction(TypedDict):
    """`labels` has one name for what a reason does with all others, two for a pair.

    `strength` is the root mean square over the rows, in log-odds, of what they do beyond the sum
    of what each does alone; `share` is H, the same against all that they do (0 to 1 where they
    vary independently; None where they do nothing).
    """

    labels: list[str]
    strength: float
    share: float | None


class Interactions(TypedDict):
    """`each` is every reason with all the others, `pairs` the strongest pairs; strongest first.

    `additive` where none does anything with the others; then no pair is looked at.
    """

    n: int
    additive: bool
    each: list[Interaction]
    pairs: list[Interaction]


def interactions(
    score: Score, rows: Matrix, groups: Groups, labels: Sequence[str], *, most: int = 5
) -> Interactions:
    """What `groups` of columns do together, over a few dozen rows.

    Parameters
    ----------
    score : callable
        The served model's score in log-odds, of n × features.
    rows : float array, n × features
        Each row is asked and is the background of all others: n² scores for each group and pair.
    most : int
        Pairs are looked at among this many groups, those that do most with others.
    """
    columns = range(rows.shape[1])
    alone = {g: _part(score, rows, members) for g, members in enumerate(groups)}
    whole = _centred(score(rows))
    each = []
    for g, members in enumerate(groups):
        others = _part(score, rows, [j for j in columns if j not in members])
        each.append(_said([labels[g]], whole, alone[g] + others))
    ranked = sorted(range(len(groups)), key=lambda g: -each[g]["strength"])
    additive = all(one["strength"] < ROUNDING for one in each)
    pairs = []
    for a, b in [] if additive else combinations(sorted(ranked[:most]), 2):
        both = _part(score, rows, [*groups[a], *groups[b]])
        pairs.append(_said([labels[a], labels[b]], both, alone[a] + alone[b]))
    return Interactions(
        n=len(rows),
        additive=additive,
        each=[each[g] for g in ranked],
        pairs=sorted(pairs, key=lambda pair: -pair["strength"]),
    )


def _part(score: Score, rows: Matrix, columns: Sequence[int]) -> FloatArray:
    """Partial dependence of these columns at each row, centred: the others as in every row."""
    n, chosen = len(rows), list(columns)
    found = np.empty(n)
    step = max(1, AT_A_TIME // n)
    for start in range(0, n, step):
        asked = rows[start : start + step]
        mixed = np.tile(rows, (len(asked), 1))
        mixed[:, chosen] = np.repeat(asked[:, chosen], n, axis=0)
        found[start : start + step] = score(mixed).reshape(len(asked), n).mean(axis=1)
    return _centred(found)


def _centred(values: FloatArray) -> FloatArray:
    centred: FloatArray = values - values.mean()
    return centred


def _said(labels: list[str], together: FloatArray, apart: FloatArray) -> Interaction:
    left = float(np.mean((together - apart) ** 2))
    whole = float(np.mean(together**2))
    return Interaction(
        labels=labels,
        strength=left**0.5,
        share=(left / whole) ** 0.5 if whole > ROUNDING**2 else None,
    )
