"""Who is counted where: outcomes, the people whom rows share, and the subgroups of both.

A row (or candidate) has one of four outcomes. Its subgroup comes from its own column, or from
the people it is about: the unordered pair of their groups where a candidate has at most two
people, else each of its people's groups, each person counted once.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import combinations

import numpy as np
import numpy.typing as npt

from workbench.analysis.kernels import compiled
from workbench.analysis.tables import IntArray

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]

TRUE_NEGATIVE, FALSE_POSITIVE, FALSE_NEGATIVE, TRUE_POSITIVE = range(4)
MISSING = -1
PAIR = " + "
BOTH = " × "


@dataclass(frozen=True, slots=True)
class Attribute:
    """A sensitive feature: ``codes[i]`` is a position in `groups`, or -1 where it is missing.

    `parts` is 1 for a single attribute and 2 for an intersection.
    """

    name: str
    codes: IntArray
    groups: tuple[str, ...]
    parts: int = 1

    @classmethod
    def of(cls, name: str, values: Iterable[str | None]) -> "Attribute":
        """From one value per row or person; None and blank cells are missing."""
        cells = np.array([(v or "").strip() for v in values], dtype=object)
        found, codes = np.unique(cells.astype(str), return_inverse=True)
        blank = int(len(found) > 0 and found[0] == "")
        coded = (codes.reshape(-1) - blank).astype(np.int32)
        return cls(name, coded, tuple(found[blank:].tolist()))

    def crossed(self, other: "Attribute") -> "Attribute":
        """The intersection; only combinations that occur, missing where either is."""
        width = max(len(other.groups), 1)
        known = (self.codes >= 0) & (other.codes >= 0)
        joint = np.where(known, self.codes.astype(np.int64) * width + other.codes, MISSING)
        found, codes = np.unique(joint, return_inverse=True)
        shift = int(len(found) > 0 and found[0] == MISSING)
        names = tuple(
            f"{self.groups[c // width]}{BOTH}{other.groups[c % width]}"
            for c in found[shift:].tolist()
        )
        coded = (codes.reshape(-1) - shift).astype(np.int32)
        return Attribute(f"{self.name}{BOTH}{other.name}", coded, names, parts=2)


def with_intersections(attributes: Sequence[Attribute]) -> tuple[Attribute, ...]:
    """The attributes, then each pair of them."""
    return (*attributes, *(a.crossed(b) for a, b in combinations(attributes, 2)))


@dataclass(frozen=True, slots=True)
class Incidence:
    """Which outcome counts in which subgroup: ``outcome[j]`` counts once in ``group[j]``."""

    outcome: IntArray
    group: IntArray
    groups: tuple[str, ...]

    def largest(self, n: int) -> "Incidence":
        """The `n` groups that hold most, in the same order; itself where there are no more."""
        if len(self.groups) <= n:
            return self
        size = np.bincount(self.group, minlength=len(self.groups))
        kept = np.sort(np.argsort(-size, kind="stable")[:n])
        place = np.full(len(self.groups), MISSING, dtype=np.int32)
        place[kept] = np.arange(n)
        group = place[self.group]
        names = tuple(self.groups[g] for g in kept.tolist())
        return Incidence(self.outcome[group >= 0], group[group >= 0], names)


class Sharing(StrEnum):
    """What rows have in common."""

    NOTHING = "nothing"  # rows are independent
    CLUSTER = "cluster"  # each row belongs to one person and has a group of its own
    PEOPLE = "people"  # a row is about people and takes its group from theirs


@dataclass(frozen=True, slots=True)
class Outcomes:
    """What was true and what was predicted, as one cell per row.

    ``cells[i]`` is 0 true negative, 1 false positive, 2 false negative, 3 true positive. Where
    rows share people, row ``rows[j]`` is about person ``persons[j]``: each pair once, rows
    ascending, persons numbered from 0.
    """

    cells: IntArray
    rows: IntArray
    persons: IntArray
    sharing: Sharing

    @classmethod
    def of(cls, label: Bools, prediction: Bools) -> "Outcomes":
        """Independent rows."""
        cells = 2 * label.astype(np.int32) + prediction.astype(np.int32)
        nobody = np.zeros(0, dtype=np.int32)
        return cls(cells.astype(np.int32), nobody, nobody, Sharing.NOTHING)

    def clustered(self, person: IntArray) -> "Outcomes":
        """Rows that share people: row i belongs to ``person[i]``."""
        each = np.arange(len(self.cells), dtype=np.int32)
        return Outcomes(self.cells, each, person, Sharing.CLUSTER)

    def about(self, rows: IntArray, persons: IntArray) -> "Outcomes":
        """Rows that take their groups from their people; repeated pairs count once."""
        width = int(persons.max(initial=0)) + 1
        once = np.unique(rows.astype(np.int64) * width + persons)
        row, person = (once // width).astype(np.int32), (once % width).astype(np.int32)
        return Outcomes(self.cells, row, person, Sharing.PEOPLE)

    def __len__(self) -> int:
        return len(self.cells)

    @property
    def n_people(self) -> int:
        """Number of persons; 0 where rows are independent."""
        return int(self.persons.max(initial=-1)) + 1

    @property
    def in_pairs(self) -> bool:
        """True where rows take their groups from their people and none has more than two."""
        if self.sharing is not Sharing.PEOPLE:
            return False
        return int(np.bincount(self.rows).max(initial=0)) <= 2

    def incidence(self, attribute: Attribute) -> Incidence:
        """Where each outcome counts; outcomes with a missing group count nowhere."""
        if self.sharing is not Sharing.PEOPLE:
            some = np.flatnonzero(attribute.codes >= 0).astype(np.int32)
            return Incidence(some, attribute.codes[some], attribute.groups)
        codes = attribute.codes[self.persons]
        known = ~np.isin(self.rows, self.rows[codes < 0])
        if not self.in_pairs:
            return Incidence(self.rows[known], codes[known], attribute.groups)
        rows = self.rows[known]
        pairs = Pairs.of(rows, np.arange(len(rows), dtype=np.int32), len(attribute.groups))
        found, group = np.unique(pairs.groups(codes[known]), return_inverse=True)
        names = pairs.names(attribute.groups)
        named = tuple(names[g] for g in found.tolist())
        return Incidence(np.unique(rows), group.reshape(-1).astype(np.int32), named)


@dataclass(frozen=True, slots=True)
class Pairs:
    """Rows with one or two people, and the subgroup that each combination of labels makes.

    Row j is about persons ``first[j]`` and ``second[j]`` (the same where there is one person, and
    `single` says so). ``table[low, high]`` numbers unordered pairs, ``table[label, -1]`` one label.
    """

    first: IntArray
    second: IntArray
    single: Bools
    table: npt.NDArray[np.int32]

    @classmethod
    def of(cls, rows: IntArray, persons: IntArray, n_labels: int) -> "Pairs":
        """`rows` ascend, each once or twice, beside its persons."""
        start = np.flatnonzero(np.diff(rows, prepend=-1))
        single = np.diff(start, append=len(rows)) == 1
        second = persons[np.where(single, start, np.minimum(start + 1, len(rows) - 1))]
        table = np.zeros((n_labels, n_labels + 1), dtype=np.int32)
        low, high = np.triu_indices(n_labels)
        table[low, high] = np.arange(len(low))
        table[:, -1] = len(low) + np.arange(n_labels)
        return cls(persons[start], second, single, table)

    @property
    def n_groups(self) -> int:
        return int(self.table.max(initial=-1)) + 1

    @property
    def ends(self) -> Ints:
        """How many people each row of a subgroup is about: 2, or 1 for those of one label."""
        one = len(self.table)
        return np.repeat([2, 1], [self.n_groups - one, one])

    def holding(self, labels: Bools) -> Bools:
        """By number of the subgroup, whether one of its labels is among `labels`."""
        low, high = np.triu_indices(len(self.table))
        either: Bools = np.concatenate([labels[low] | labels[high], labels])
        return either

    def groups(self, labels: IntArray) -> IntArray:
        """The subgroup of each row, when person p has ``labels[p]``."""
        return _pair_groups(labels, self.first, self.second, self.single, self.table)

    def names(self, labels: Sequence[str]) -> list[str]:
        """``A + B``, or ``A`` for one person, by number of the subgroup."""
        pairs = [PAIR.join((labels[i], labels[j])) for i, j in zip(*self._ends(), strict=True)]
        return [*pairs, *labels]

    def _ends(self) -> tuple[list[int], list[int]]:
        low, high = np.triu_indices(len(self.table))
        return low.tolist(), high.tolist()


@compiled
def _pair_groups(
    labels: IntArray, first: IntArray, second: IntArray, single: Bools, table: npt.NDArray[np.int32]
) -> IntArray:
    out = np.empty(len(first), np.int32)
    for j in range(len(first)):
        a, b = labels[first[j]], labels[second[j]]
        out[j] = table[a, -1] if single[j] else table[min(a, b), max(a, b)]
    return out


def counts(cells: IntArray, incidence: Incidence) -> Ints:
    """Outcomes per group, shape (groups, 4), in the order of the cells."""
    k = len(incidence.groups)
    flat = incidence.group.astype(np.int64) * 4 + cells[incidence.outcome]
    return np.bincount(flat, minlength=4 * k).reshape(k, 4)


METRICS = ("selection_rate", "fpr", "fnr", "precision", "accuracy")
# numerator and denominator of each metric, as cells
PARTS: Mapping[str, tuple[tuple[int, ...], tuple[int, ...]]] = {
    "selection_rate": ((1, 3), (0, 1, 2, 3)),
    "fpr": ((1,), (0, 1)),
    "fnr": ((2,), (2, 3)),
    "precision": ((3,), (1, 3)),
    "accuracy": ((0, 3), (0, 1, 2, 3)),
}


def shares(table: npt.NDArray[np.generic], metric: str) -> Floats:
    """The metric from counts of shape (..., 4); NaN where its denominator is 0."""
    numerator, denominator = PARTS[metric]
    top = table[..., list(numerator)].sum(axis=-1).astype(np.float64)
    bottom = table[..., list(denominator)].sum(axis=-1).astype(np.float64)
    out: Floats = np.full(bottom.shape, np.nan)
    np.divide(top, bottom, out=out, where=bottom > 0)
    return out


def rows_apart(outcomes: Outcomes, attribute: Attribute, metric: str) -> tuple[Ints, Ints]:
    """Per group, how many rows the metric is counted over, and how many of these have no person in
    common, at most.

    Where rows are independent that is all of them. Else it is no more than the group has people,
    and, where a candidate is about several of these, no more than it has candidates.
    """
    incidence = outcomes.incidence(attribute)
    k, denominator = len(incidence.groups), list(PARTS[metric][1])
    n: Ints = counts(outcomes.cells, incidence)[:, denominator].sum(axis=1)
    if outcomes.sharing is Sharing.NOTHING:
        return n, n
    counted = np.isin(outcomes.cells[incidence.outcome], denominator)
    rows, group = incidence.outcome[counted], incidence.group[counted]
    of_person = _group_of_persons(outcomes, attribute, rows, group)
    known = of_person >= 0
    people = _distinct(of_person[known], outcomes.persons[known], k)
    return n, np.minimum(people, _distinct(group, rows, k))


def _group_of_persons(
    outcomes: Outcomes, attribute: Attribute, rows: IntArray, group: IntArray
) -> IntArray:
    """In which group each person of each row counts; -1 where the row is not among `rows`."""
    if outcomes.sharing is Sharing.PEOPLE and not outcomes.in_pairs:
        of_own = attribute.codes[outcomes.persons]
        return np.where(np.isin(outcomes.rows, rows), of_own, MISSING).astype(np.int32)
    of_row = np.full(len(outcomes), MISSING, dtype=np.int32)
    of_row[rows] = group
    return of_row[outcomes.rows]


def _distinct(group: IntArray, of: IntArray, k: int) -> Ints:
    """Per group, how many different values `of` has."""
    width = int(of.max(initial=0)) + 1
    once = np.unique(group.astype(np.int64) * width + of)
    return np.bincount(once // width, minlength=k).astype(np.int64)
