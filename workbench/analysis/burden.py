"""The burden on society: whose records were opened, for how long, for each finding that held.

Error rates count who was wrong about whom; this counts who was looked at at all.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from statistics import median
from typing import TypedDict

import numpy as np
import pandas as pd

from workbench.analysis.fairness import MOST_GROUPS
from workbench.analysis.uncertainty import wilson
from workbench.domain.entity import EntityKind
from workbench.domain.finding import Claim

NO_AREA = "no offence among the records"


class BurdenRow(TypedDict):
    """People of one group: how many the dataset holds, and how many of them were opened.

    `share` from 0 to 1, with a 95 % interval (Wilson 1927).
    """

    attribute: str
    group: str
    n: int
    n_opened: int
    share: float
    interval: list[float]


class Burden(TypedDict):
    """`people_per_supported` and `minutes_per_supported` are None where nothing was supported.

    `areas` counts opened findings by the area of the offences among their records; a finding
    with offences of two areas counts in both.
    """

    n_findings: int
    n_supported: int
    n_people: int
    people_per_supported: float | None
    minutes: float
    median_minutes: float | None
    minutes_per_supported: float | None
    areas: dict[str, int]
    groups: list[BurdenRow]


def burden(
    claims: Sequence[Claim],
    minutes: Sequence[float],
    n_supported: int,
    *,
    row_of: Mapping[str, int],
    sensitive: pd.DataFrame,
) -> Burden:
    """What reading `claims` cost.

    Parameters
    ----------
    minutes : sequence of float
        How long each reading took, from opening to decision, in minutes.
    n_supported : int
        Claims that somebody decided to be supported.
    row_of : mapping
        Row of each entity's id.
    sensitive : DataFrame
        Column entity and one per sensitive feature, for everybody in the dataset.
    """
    opened = {person for claim in claims for person in people_of(claim)}
    rows = {row_of[entity] for entity in opened if entity in row_of}
    spent = float(sum(minutes))
    return Burden(
        n_findings=len(claims),
        n_supported=n_supported,
        n_people=len(opened),
        people_per_supported=len(opened) / n_supported if n_supported else None,
        minutes=spent,
        median_minutes=float(median(minutes)) if minutes else None,
        minutes_per_supported=spent / n_supported if n_supported else None,
        areas=dict(sorted(Counter(a for claim in claims for a in areas_of(claim)).items())),
        groups=_groups(sensitive, rows),
    )


def people_of(claim: Claim) -> set[str]:
    """Ids of the people whose records a claim shows."""
    return {e.id for e in claim.subgraph.entities if e.kind is EntityKind.PERSON}


def areas_of(claim: Claim) -> set[str]:
    """Areas of the offences among a claim's records, or that there is none."""
    found = {
        entity.attributes.get("area", "")
        for entity in claim.subgraph.entities
        if entity.kind is EntityKind.OFFENCE
    }
    return {area for area in found if area} or {NO_AREA}


def _groups(sensitive: pd.DataFrame, opened: set[int]) -> list[BurdenRow]:
    mine = sensitive["entity"].isin(opened)
    rows = []
    for name in sensitive.columns.drop("entity"):
        held = sensitive[name].value_counts(sort=False).sort_index()
        if len(held) > MOST_GROUPS:
            continue
        seen = sensitive.loc[mine, name].value_counts(sort=False)
        for group, n in held.items():
            n_opened = int(seen.get(group, 0))
            low, high = wilson(np.array([n_opened / n]), np.array([n], dtype=np.int64))
            rows.append(
                BurdenRow(
                    attribute=str(name),
                    group=str(group),
                    n=int(n),
                    n_opened=n_opened,
                    share=n_opened / int(n),
                    interval=[float(low[0]), float(high[0])],
                )
            )
    return rows
