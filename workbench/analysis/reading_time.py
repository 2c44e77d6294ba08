"""How long findings were read: for each that was decided, for each that held, by area and group.

A finding that was opened and not decided has no end, so it counts as opened and in no time.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TypedDict

import numpy as np
import pandas as pd

from workbench.analysis.burden import areas_of, people_of
from workbench.analysis.fairness import MOST_GROUPS
from workbench.domain.finding import Claim

N_REPLICATES = 1000
ENOUGH = 5  # findings that an interval needs, and among them supported ones


class TimeRow(TypedDict):
    """Findings of an area, or about people of a group: opened, decided, and minutes read in all.

    `attribute` is ``area`` for an area.
    """

    attribute: str
    group: str
    n_opened: int
    n_decided: int
    minutes: float


class ReadingTime(TypedDict):
    """Minutes per decided and per supported finding, with 95 % intervals (findings drawn anew).

    None where nothing was decided or supported; an interval also where too few were.
    """

    n_opened: int
    n_decided: int
    minutes_per_decided: float | None
    decided_interval: list[float] | None
    minutes_per_supported: float | None
    supported_interval: list[float] | None
    rows: list[TimeRow]


def reading_time(
    claims: Sequence[Claim],
    minutes: Mapping[str, float],
    supported: set[str],
    *,
    row_of: Mapping[str, int],
    sensitive: pd.DataFrame,
    seed: int,
) -> ReadingTime:
    """What reading `claims` took, every finding once that was opened.

    Parameters
    ----------
    minutes : mapping
        Minutes that all its readers together took to a decision, by the id of a decided finding.
    supported : set of str
        Ids of findings that somebody decided to be supported.
    """
    spent = np.array([minutes[c.finding_id] for c in claims if c.finding_id in minutes])
    held = np.array([c.finding_id in supported for c in claims if c.finding_id in minutes])
    per_decided, around_decided = _ratio(spent, np.ones(len(spent)), seed)
    per_supported, around_supported = _ratio(spent, held.astype(np.float64), seed)
    return ReadingTime(
        n_opened=len(claims),
        n_decided=len(spent),
        minutes_per_decided=per_decided,
        decided_interval=around_decided,
        minutes_per_supported=per_supported,
        supported_interval=around_supported,
        rows=[
            *_rows("area", claims, areas_of, minutes),
            *_by_group(claims, minutes, row_of, sensitive),
        ],
    )


def _ratio(
    spent: "np.ndarray[tuple[int], np.dtype[np.float64]]",
    over: "np.ndarray[tuple[int], np.dtype[np.float64]]",
    seed: int,
) -> tuple[float | None, list[float] | None]:
    """Minutes in all over how many there are, and the middle 95 % when findings are drawn anew."""
    if not over.sum():
        return None, None
    value = float(spent.sum() / over.sum())
    if over.sum() < ENOUGH:
        return value, None
    n = len(spent)
    drawn = np.random.default_rng(seed).multinomial(n, np.full(n, 1 / n), size=N_REPLICATES)
    below = drawn @ over
    ratio = (drawn @ spent)[below > 0] / below[below > 0]
    low, high = np.quantile(ratio, [0.025, 0.975])
    return value, [float(low), float(high)]


def _by_group(
    claims: Sequence[Claim],
    minutes: Mapping[str, float],
    row_of: Mapping[str, int],
    sensitive: pd.DataFrame,
) -> list[TimeRow]:
    """A finding counts once in each group that one of its people is of."""
    out: list[TimeRow] = []
    for name in sensitive.columns.drop("entity"):
        group = sensitive.set_index("entity")[name].dropna()
        if group.nunique() > MOST_GROUPS:
            continue
        of = {entity: str(value) for entity, value in group.items()}

        def groups(claim: Claim, of: Mapping[object, str] = of) -> set[str]:
            rows = {row_of[person] for person in people_of(claim) if person in row_of}
            return {of[row] for row in rows if row in of}

        out += _rows(str(name), claims, groups, minutes)
    return out


def _rows(
    attribute: str,
    claims: Sequence[Claim],
    groups: Callable[[Claim], Iterable[str]],
    minutes: Mapping[str, float],
) -> list[TimeRow]:
    found: dict[str, list[Claim]] = defaultdict(list)
    for claim in claims:
        for group in groups(claim):
            found[group].append(claim)
    return [
        TimeRow(
            attribute=attribute,
            group=group,
            n_opened=len(mine),
            n_decided=sum(c.finding_id in minutes for c in mine),
            minutes=sum(minutes.get(c.finding_id, 0.0) for c in mine),
        )
        for group, mine in sorted(found.items())
    ]
