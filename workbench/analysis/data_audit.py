"""The data audit (duty T4): what a delivery lacks, repeats, cannot mean, and whom it leaves out.

Computed once, at ingestion, from the delivery as it was checked and the tables it became; kept in
quality.json, and shown before a person accepts the dataset. Memory grows with the rows of one
table at a time (a hash per row), time linearly.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from workbench.analysis import completeness, coverage, repetition, representation
from workbench.analysis.batch import Batch
from workbench.analysis.coverage import Stream
from workbench.analysis.fitness import (
    BREACHED,
    LEAST,
    NOT_MEASURED,
    NOTED,
    Found,
    Measure,
    Outcome,
    gaps,
    judge,
    limits,
)
from workbench.analysis.quality import Checked
from workbench.analysis.tables import Tables

VERSION: Final = 1
SECTIONS: Final = {
    "missing": "Empty cells, by column",
    "missing_by_group": "Empty cells, by column and subgroup",
    "duplicates": "Rows and persons that are there twice",
    "impossible": "Values that cannot be",
    "orphans": "What no table states, and what no link reaches",
    "states": "Records and persons of each Member State",
    "groups": "Who is in it, by subgroup",
    "labels": "Who was recorded as what, by subgroup and source",
    "circular": "Reports that return through another state",
    "grades": "Grades and handling codes, by table",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class DataAudit:
    """`sections` maps the names of `SECTIONS` to counts; `coverage` has a stream per source."""

    outcomes: tuple[Outcome, ...]
    sections: Mapping[str, tuple[Measure, ...]]
    coverage: tuple[Stream, ...]
    attributes: tuple[str, ...]

    @property
    def breached(self) -> tuple[str, ...]:
        """Names of the thresholds that block acceptance until they are excused in writing."""
        return tuple(o.name for o in self.outcomes if o.verdict == BREACHED)

    def as_json(self) -> dict[str, Any]:
        """What quality.json keeps and ``--json`` prints under ``data_audit``."""
        return {
            "version": VERSION,
            "breached": list(self.breached),
            "outcomes": [o.as_json() for o in self.outcomes],
            "titles": dict(SECTIONS),
            "sections": {
                name: [m.as_json() for m in measures] for name, measures in self.sections.items()
            },
            "coverage": [s.as_json() for s in self.coverage],
            "attributes": list(self.attributes),
        }

    def as_text(self) -> str:
        """In words: what is breached, what is worth knowing, how much holds."""
        by = {v: [o for o in self.outcomes if o.verdict == v] for v in (BREACHED, NOTED)}
        n_open = sum(o.verdict == NOT_MEASURED for o in self.outcomes)
        n_held = len(self.outcomes) - n_open - len(by[BREACHED]) - len(by[NOTED])
        lines = [
            f"Data audit: {len(by[BREACHED])} of {len(self.outcomes)} thresholds breached, "
            f"{n_held} hold, {len(by[NOTED])} noted, {n_open} with nothing to measure."
        ]
        for verdict, outcomes in by.items():
            lines += [f"{verdict}: {o.name}. {o.in_words} {o.reason}" for o in outcomes]
        return "\n".join(lines)


def audit_data(
    checked: Sequence[Checked],
    tables: Tables,
    *,
    now: datetime,
    own_limits: Mapping[str, float] | None = None,
    population: Mapping[str, Mapping[str, float]] | None = None,
) -> DataAudit:
    """Audit a delivery.

    Parameters
    ----------
    checked : sequence of Checked
        The delivery's tables, as `tables` was assembled from them.
    now : datetime
        When it is audited, aware: what lies later cannot have happened.
    own_limits : mapping, optional
        Limits that the dataset sets itself, by threshold.
    population : mapping, optional
        Per sensitive attribute, each group's share (0 to 1) in the population it speaks of.

    Raises
    ------
    BadInput
        Code ``manifest``, when a limit is none of ours.
    """
    limit = limits(own_limits or {})
    batch = Batch.of(checked, tables)
    streams = coverage.streams(batch)
    sections = _sections(batch, now)
    found = {
        **_of_rows(batch, sections),
        **_of_groups(batch, sections, population or {}),
        "silent_months": coverage.silent(streams),
        "late_arrival": coverage.slow(streams),
    }
    return DataAudit(
        outcomes=tuple(judge(name, found[name], limit[name]) for name in limit),
        sections={name: tuple(sections[name]) for name in SECTIONS},
        coverage=tuple(streams),
        attributes=tuple(groups.attribute for groups in batch.groups),
    )


def _sections(batch: Batch, now: datetime) -> dict[str, list[Measure]]:
    return {
        "missing": completeness.missing(batch),
        "missing_by_group": completeness.missing_by_group(batch),
        "duplicates": [*repetition.duplicates(batch), *repetition.repeated_persons(batch)],
        "impossible": completeness.impossible(batch, now=now),
        "orphans": completeness.orphans(batch),
        "states": representation.by_state(batch),
        "groups": representation.by_group(batch),
        "labels": representation.labels(batch),
        "circular": [*repetition.circular(batch), *repetition.corroborated(batch)],
        "grades": representation.gradings(batch),
    }


def _of_rows(batch: Batch, sections: Mapping[str, list[Measure]]) -> dict[str, list[Found]]:
    """What the thresholds on rows and values are measured against."""
    twice = sections["duplicates"]
    passed = (repetition.PASSED_ON, repetition.SAME_DAY)
    return {
        "missing_meaning": completeness.missing_meanings(batch, sections["missing"]),
        "duplicate_rows": _shares([m for m in twice if m.what == repetition.SAME_ROW]),
        "repeated_persons": _shares([m for m in twice if m.what == repetition.SAME_SOURCE]),
        "impossible_values": _shares(sections["impossible"]),
        "dangling_ends": completeness.dangling(batch, sections["orphans"]),
        "circular_reporting": _shares([m for m in sections["circular"] if m.what in passed]),
    }


def _of_groups(
    batch: Batch,
    sections: Mapping[str, list[Measure]],
    population: Mapping[str, Mapping[str, float]],
) -> dict[str, list[Found]]:
    """What the thresholds on subgroups are measured against."""
    labels, groups = sections["labels"], sections["groups"]
    weak = representation.unassessed(batch)
    return {
        "missing_gap": gaps(sections["missing_by_group"]),
        "absent_groups": representation.absent(groups),
        "under_represented": representation.against_population(groups, population),
        "small_groups": representation.small(groups),
        "label_gap": gaps([m for m in labels if m.what == representation.SUSPECT]),
        "unassessed_labels": _shares([weak]),
        "label_grade_gap": gaps([m for m in labels if m.what == representation.UNASSESSED]),
    }


def _shares(measures: Sequence[Measure]) -> list[Found]:
    """The share of each that counts `LEAST` or more."""
    return [Found(f"{m.where} ({m.what})", m.count / m.n) for m in measures if m.n >= LEAST]
