"""Small tables of outcomes with known rates, and data without any bias to raise false alarms on."""

from collections.abc import Sequence

import numpy as np

from workbench.analysis.subgroups import Attribute, Outcomes


def table(**groups: tuple[int, int, int, int]) -> tuple[Outcomes, Attribute]:
    """Independent rows: per group its true negatives, false positives, false negatives, true
    positives."""
    cells: list[int] = []
    names: list[str] = []
    for name, counts in groups.items():
        for cell, n in enumerate(counts):
            cells += [cell] * n
            names += [name] * n
    array = np.array(cells)
    return Outcomes.of(array >= 2, array % 2 == 1), Attribute.of("group", names)


def attribute(codes: Sequence[int] | np.ndarray, name: str = "group") -> Attribute:
    return Attribute.of(name, ["ABCDEFGH"[c] for c in codes])


def shared_pairs(
    rng: np.random.Generator, *, n_people: int = 120, n_pairs: int = 1200, spread: float = 1.0
) -> tuple[Outcomes, np.ndarray, np.ndarray]:
    """Pairs, none of them true, whose errors come from the people in them: outcomes and ends."""
    ends = rng.choice(n_people, (3 * n_pairs, 2))
    ends = np.unique(np.sort(ends[ends[:, 0] != ends[:, 1]], axis=1), axis=0)
    ends = rng.permutation(ends)[:n_pairs]
    own = rng.normal(0, spread, n_people)
    wrong = rng.random(len(ends)) < 1 / (1 + np.exp(2.0 - own[ends].sum(axis=1)))
    rows = np.repeat(np.arange(len(ends), dtype=np.int32), 2)
    people = ends.reshape(-1).astype(np.int32)
    outcomes = Outcomes.of(np.zeros(len(ends), dtype=bool), wrong)
    return outcomes.about(rows, people), ends[:, 0], ends[:, 1]
