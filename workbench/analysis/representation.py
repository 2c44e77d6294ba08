"""Who is in a delivery, by subgroup and Member State, and who was recorded as what by whom."""

from collections.abc import Mapping

import numpy as np
import pandas as pd

from workbench.analysis.batch import NOT_RECORDED, Batch, Groups
from workbench.analysis.fitness import LEAST, Found, Measure
from workbench.analysis.tables import IntArray
from workbench.domain.entity import InvolvementRole, LinkKind

EXPECTED = 20  # persons that must be due before their absence says anything
IN_EVERY = 0.05  # share of a group in each other state, before it is due in this one
PERSONS, LINKED, IN_OFFENCE = "persons", "persons with a link", "persons recorded in an offence"
SUSPECT = "persons recorded as suspect"
BY_SOURCE = "suspect records by source"
UNASSESSED = "suspect records graded X or 4"
ASSOCIATED = "persons recorded in an association"
_GRADED = ["table", "source", "source_grade", "information_grade"]


def by_state(batch: Batch) -> list[Measure]:
    """Records and persons of each Member State among all."""
    entities, records = batch.tables.entities, batch.tables.records
    made = []
    told = {
        "records": records["member_state"],
        PERSONS: entities["member_state"].iloc[batch.persons],
    }
    for what, states in told.items():
        made += [
            Measure(where=str(state), what=what, n=len(states), count=int(count))
            for state, count in states.value_counts().sort_index().items()
        ]
    return made


def by_group(batch: Batch) -> list[Measure]:
    """Each group among all persons; within each state; and how many of it have a link."""
    persons = batch.persons
    states = batch.tables.entities["member_state"].to_numpy()[persons]
    linked = np.isin(persons, batch.tables.links[["source", "target"]].to_numpy().ravel())
    links = batch.tables.links
    offence = np.isin(persons, links["source"][links["kind"] == LinkKind.INVOLVED_IN])
    made = []
    for groups in batch.groups:
        n = groups.counts(persons)
        made += _counted(groups, "", PERSONS, np.full(len(n), len(persons)), n)
        for state in sorted(set(states)):
            here = persons[states == state]
            made += _counted(
                groups, str(state), PERSONS, np.full(len(n), len(here)), groups.counts(here)
            )
        made += _counted(groups, "", LINKED, n, groups.counts(persons[linked]))
        made += _counted(groups, "", IN_OFFENCE, n, groups.counts(persons[offence]))
    return made


def _counted(
    groups: Groups, where: str, what: str, n: IntArray, count: IntArray, source: str = ""
) -> list[Measure]:
    return [
        Measure(
            where=where,
            what=what,
            n=int(n[g]),
            count=int(count[g]),
            attribute=groups.attribute,
            group=name,
            source=source,
        )
        for g, name in enumerate(groups.names)
    ]


def absent(measures: list[Measure]) -> list[Found]:
    """One finding of 0 or 1 per group and place: whether it is missing although it was due.

    Due in a state: at least `EXPECTED` persons by the smallest share that it has in two or more
    other states, `IN_EVERY` at least. Due among the linked: by everybody else's share.
    """
    made = []
    for attribute, group in dict.fromkeys((m.attribute, m.group) for m in measures):
        mine = [m for m in measures if (m.attribute, m.group) == (attribute, group)]
        name = f"{attribute} {group}"
        in_states = [m for m in mine if m.what == PERSONS and m.where and m.n]
        for m in in_states:
            shares = [o.count / o.n for o in in_states if o.where != m.where and o.n >= LEAST]
            if len(shares) > 1 and min(shares) >= IN_EVERY and min(shares) * m.n >= EXPECTED:
                is_absent = m.count < 0.1 * min(shares) * m.n
                made.append(Found(f"{name} in {m.where}", float(is_absent)))
        (one,) = (m for m in mine if m.what == LINKED)
        every = [m for m in measures if m.what == LINKED and m.attribute == attribute]
        n, count = sum(m.n for m in every) - one.n, sum(m.count for m in every) - one.count
        if n and one.n * count / n >= EXPECTED:
            made.append(Found(f"{name} in links", float(one.count < 0.1 * one.n * count / n)))
    return made


def small(measures: list[Measure]) -> list[Found]:
    """Persons per group, those of no recorded group left out."""
    return [
        Found(f"{m.attribute} {m.group}", float(m.count))
        for m in measures
        if m.what == PERSONS and not m.where and m.group != NOT_RECORDED
    ]


def against_population(
    measures: list[Measure], population: Mapping[str, Mapping[str, float]]
) -> list[Found]:
    """Each group's share among the persons of recorded group, over its share in the population."""
    made = []
    for attribute, shares in population.items():
        here = {
            m.group: m.count
            for m in measures
            if (m.attribute, m.what, m.where) == (attribute, PERSONS, "")
        }
        n = sum(here.values()) - here.get(NOT_RECORDED, 0)
        made += [
            Found(f"{attribute} {group}", here.get(group, 0) / n / share)
            for group, share in shares.items()
            if n >= LEAST and share * n >= EXPECTED
        ]
    return made


def labels(batch: Batch) -> list[Measure]:
    """Who was recorded as suspect or in an association, by which source, on what grade, per group.

    Persons are counted once; records by source and by grade, each record once per person.
    """
    links, records = batch.tables.links, batch.tables.records
    is_person = np.zeros(len(batch.tables.entities), dtype=np.bool_)
    is_person[batch.persons] = True
    suspects = links[
        (links["role"] == InvolvementRole.SUSPECT).to_numpy() & is_person[links["source"]]
    ]
    who = suspects["source"].to_numpy()
    said = records[_GRADED].iloc[suspects["record"]]
    weak = ((said["source_grade"] == "X") | (said["information_grade"] == "4")).to_numpy()
    graded = said["table"].isin(_graded_tables(batch)).to_numpy()
    tied = links[links["kind"] == LinkKind.ASSOCIATED_WITH]
    in_ties = np.unique(tied[["source", "target"]].to_numpy().ravel()).astype(np.int32)
    code, sources = pd.factorize(said["source"])
    made = []
    for groups in batch.groups:
        n, n_records = groups.counts(batch.persons), groups.counts(who)
        recorded = groups.counts(np.unique(who))
        made += _counted(groups, "involved_in", SUSPECT, n, recorded)
        made += _counted(groups, "associated_with", ASSOCIATED, n, groups.counts(in_ties))
        for number, source in enumerate(sources):
            mine = groups.counts(who[code == number])
            made += _counted(groups, "involved_in", BY_SOURCE, n_records, mine, str(source))
        if graded.any():
            n_graded, n_weak = groups.counts(who[graded]), groups.counts(who[graded & weak])
            made += _counted(groups, "involved_in", UNASSESSED, n_graded, n_weak)
    return made


def unassessed(batch: Batch) -> Measure:
    """Suspect records graded X or 4, of those in tables that bring a grade at all."""
    links, records = batch.tables.links, batch.tables.records
    said = records[_GRADED].iloc[links["record"][links["role"] == InvolvementRole.SUSPECT]]
    said = said[said["table"].isin(_graded_tables(batch))]
    weak = (said["source_grade"] == "X") | (said["information_grade"] == "4")
    return Measure(where="involved_in", what=UNASSESSED, n=len(said), count=int(weak.sum()))


def _graded_tables(batch: Batch) -> set[str]:
    """Tables with a column of grades; elsewhere a grade is a default and says nothing."""
    grades = {"source_grade", "information_grade"}
    return {part.name for part in batch.parts if grades & set(part.mapping.provenance)}


def gradings(batch: Batch) -> list[Measure]:
    """Records per table by source grade, information grade and handling code."""
    records, made = batch.tables.records, []
    for column in ("source_grade", "information_grade", "handling"):
        for name, values in records.groupby("table")[column]:
            made += [
                Measure(where=str(name), what=f"{column} {value}", n=len(values), count=int(count))
                for value, count in values.value_counts().sort_index().items()
            ]
    return made
