"""Errors with people as the unit: who is wrongly drawn in, and whose ties are missed, per group.

A person is wrongly drawn in who stands in at least one candidate that was put forward and is not
so; a person's tie is missed who stands in at least one that is so and was not put forward. People
who stand in one error together are hit together: what an interval counts is people, less as many
as these common fates take away. No verdict is spoken on these shares, since permuting people would
take common fates for a gap.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypedDict

import numpy as np
from scipy import sparse

from workbench.analysis.scored import WHOLE
from workbench.analysis.subgroups import Attribute, Bools, Floats, Ints, Outcomes, Sharing
from workbench.analysis.tables import IntArray
from workbench.analysis.uncertainty import wilson
from workbench.domain.errors import BadInput

WITHOUT_VERDICT = (
    "Shown without a verdict: people who stand in one error together are hit together, and a test "
    "that moves people between groups would take that for a gap."
)


class PersonShare(TypedDict):
    """Of `n` people `n_hit`; the 95 % interval counts common fates. None where n is 0."""

    n: int
    n_hit: int
    share: float | None
    interval: list[float] | None


class PersonErrors(TypedDict):
    """`wronged` of people with a candidate, `missed` of people with a true one."""

    wronged: PersonShare
    missed: PersonShare


class PersonRow(TypedDict):
    """A group of people; the first row of an audit is the whole, without an attribute."""

    attribute: str
    group: str
    candidates_per_person: float
    at_threshold: PersonErrors
    at_capacity: PersonErrors | None


class PerPerson(TypedDict):
    """`capacity` is how many candidates are put forward at most, `capacity_of` where that comes
    from; ``put_forward`` counts those at the threshold and at capacity."""

    capacity: int | None
    capacity_of: str
    put_forward: list[int | None]
    said: str
    rows: list[PersonRow]


@dataclass(frozen=True, slots=True)
class Capacity:
    """At most so many candidates are put forward, and where the number comes from."""

    n: int
    of: str

    def __post_init__(self) -> None:
        if self.n < 1:
            raise BadInput(f"A capacity of {self.n} puts nobody forward; give one from 1.")

    @classmethod
    def of_cases(cls, n_cases: int, *, per_case: int) -> "Capacity | None":
        """What one detection puts forward at most; None where there is no case."""
        said = f"{per_case} for each of {n_cases} {'case' if n_cases == 1 else 'cases'}"
        return cls(per_case * n_cases, said) if n_cases else None


def per_person(
    outcomes: Outcomes,
    attributes: Sequence[Attribute],
    *,
    probability: Floats | None = None,
    capacity: Capacity | None = None,
) -> PerPerson | None:
    """Shares of people per group of each attribute; None where rows do not tell whose they are.

    Parameters
    ----------
    probability : float array, n, optional
        Ranks candidates; needed for a capacity, at which the most probable of those that the
        threshold lets through are put forward.
    """
    if outcomes.sharing is Sharing.NOTHING:
        return None
    forward, label = outcomes.cells % 2 == 1, outcomes.cells >= 2
    at_capacity = None
    if capacity is not None and probability is not None:
        at_capacity = forward & _most_probable(probability, capacity.n)
    everybody = Attribute(WHOLE[0], np.zeros_like(_coded(outcomes, None)), (WHOLE[1],))
    return PerPerson(
        capacity=None if at_capacity is None or capacity is None else capacity.n,
        capacity_of="" if at_capacity is None or capacity is None else capacity.of,
        put_forward=[
            int(forward.sum()),
            None if at_capacity is None else int(at_capacity.sum()),
        ],
        said=WITHOUT_VERDICT,
        rows=[
            row
            for attribute in (everybody, *attributes)
            for row in _rows(outcomes, attribute, label, forward, at_capacity)
        ],
    )


def _most_probable(probability: Floats, n: int) -> Bools:
    chosen = np.zeros(len(probability), dtype=np.bool_)
    chosen[np.argsort(-probability, kind="stable")[:n]] = True
    return chosen


def _coded(outcomes: Outcomes, attribute: Attribute | None) -> IntArray:
    """What an attribute is coded by: people, or rows that each belong to one person."""
    if attribute is not None:
        return attribute.codes
    n = outcomes.n_people if outcomes.sharing is Sharing.PEOPLE else len(outcomes)
    return np.zeros(n, dtype=np.int32)


@dataclass(frozen=True, slots=True)
class _Members:
    """People in groups: unit u is a person in group ``group[u]`` (who may be in several), and
    membership j says that row ``rows[j]`` is about unit ``unit[j]``."""

    rows: IntArray
    unit: Ints
    group: Ints

    @classmethod
    def of(cls, outcomes: Outcomes, attribute: Attribute) -> "_Members":
        of = outcomes.persons if outcomes.sharing is Sharing.PEOPLE else outcomes.rows
        code = attribute.codes[of]
        known = code >= 0
        width = max(len(attribute.groups), 1)
        key = outcomes.persons[known].astype(np.int64) * width + code[known]
        found, unit = np.unique(key, return_inverse=True)
        return cls(outcomes.rows[known], unit.reshape(-1), found % width)

    def hit(self, some: Bools) -> Bools:
        """Per unit, whether one of its rows is among `some`."""
        return np.bincount(self.unit, weights=some[self.rows], minlength=len(self.group)) > 0

    def together(self, some: Bools, k: int) -> Ints:
        """Per group, ordered pairs of its units that stand in rows among `some` with a person in
        common."""
        mine = some[self.rows]
        shape = (len(self.group), len(some))
        member = sparse.csr_array(
            (np.ones(int(mine.sum())), (self.unit[mine], self.rows[mine])), shape=shape
        )
        near = (member.T @ member).astype(np.bool_).astype(np.float64)
        shared = sparse.coo_array(member @ near @ member.T)
        apart = (shared.row != shared.col) & (self.group[shared.row] == self.group[shared.col])
        return np.bincount(self.group[shared.row[apart]], minlength=k)


def _rows(
    outcomes: Outcomes, attribute: Attribute, label: Bools, forward: Bools, capped: Bools | None
) -> list[PersonRow]:
    members = _Members.of(outcomes, attribute)
    k = len(attribute.groups)
    of_group = np.bincount(members.group, minlength=k)
    n_rows = np.bincount(members.group[members.unit], minlength=k)
    at_threshold = _errors(members, k, label, forward)
    at_capacity = None if capped is None else _errors(members, k, label, capped)
    return [
        PersonRow(
            attribute=attribute.name,
            group=name,
            candidates_per_person=float(f"{n_rows[g] / of_group[g]:.6g}"),
            at_threshold=at_threshold[g],
            at_capacity=None if at_capacity is None else at_capacity[g],
        )
        for g, name in enumerate(attribute.groups)
        if of_group[g]
    ]


def _errors(members: _Members, k: int, label: Bools, forward: Bools) -> list[PersonErrors]:
    everybody = np.ones(len(members.group), dtype=np.bool_)
    wronged = _shares(members, k, everybody, forward & ~label)
    missed = _shares(members, k, members.hit(label), label & ~forward)
    return [PersonErrors(wronged=w, missed=m) for w, m in zip(wronged, missed, strict=True)]


def _shares(members: _Members, k: int, asked: Bools, errors: Bools) -> list[PersonShare]:
    """Per group, of the units `asked` how many stand in a row among `errors`.

    With r the share of n people and c ordered pairs of hit people whose errors have a person in
    common, the variance of r is r (1 - r) / n + c (1 - r)² / n² (Aronow, Samii and Assenova 2015),
    so that the interval is Wilson's for n over 1 + c (1 - r) / (n r) people.
    """
    n = np.bincount(members.group[asked], minlength=k)
    hit = members.hit(errors) & asked
    n_hit = np.bincount(members.group[hit], minlength=k)
    share = np.divide(n_hit, n, out=np.zeros(k), where=n > 0)
    clumped = members.together(errors, k) * (1 - share)
    design = 1 + np.divide(clumped, n_hit, out=np.zeros(k), where=n_hit > 0)
    low, high = wilson(share, np.maximum(n, 1) / design)
    return [
        PersonShare(
            n=int(n[g]),
            n_hit=int(n_hit[g]),
            share=float(share[g]) if n[g] else None,
            interval=[float(low[g]), float(high[g])] if n[g] else None,
        )
        for g in range(k)
    ]
