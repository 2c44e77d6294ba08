"""The most ordinary story that fits the same records, and the records on which a finding hangs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

import numpy as np
import pandas as pd

from workbench.analysis.graph import CaseGraph
from workbench.analysis.modelling import Candidates, Fitted, ModelDefinition, OrdinaryStory
from workbench.analysis.tables import IntArray
from workbench.analysis.wording import listed
from workbench.domain.finding import Keystone

MOST_KEPT = 3
FELT = 1e-9  # a probability that falls by less did so by rounding


@dataclass(frozen=True, slots=True)
class Sign:
    """Something that a story expects of the records: what they show, what they lack of it, or,
    where `holds` is None, why they cannot tell."""

    holds: bool | None
    shown: str
    lacking: str
    untold: str = ""


@dataclass(frozen=True, slots=True)
class Story:
    """An ordinary reason for the same records, what it expects of them, and how to check it.

    The first of `signs` is what the story stands on: without it another is told that fits well.
    `enquiry` names whom to ask (nobody whom the claim is about, nor who would tell them), for
    what, and what each answer would mean.
    """

    told: str
    signs: tuple[Sign, ...]
    enquiry: str

    @property
    def fit(self) -> float:
        """Share of the signs that hold among those that can be told (0 to 1)."""
        can = [sign for sign in self.signs if sign.holds is not None]
        return sum(bool(sign.holds) for sign in can) / max(len(can), 1)

    @property
    def stands(self) -> bool:
        """Whether what the story stands on is there."""
        return bool(self.signs[0].holds)

    @property
    def fits_well(self) -> bool:
        """Whether at least half of what the records can tell of it agrees with it."""
        return self.fit >= 0.5


def most_ordinary(stories: Sequence[Story]) -> OrdinaryStory:
    """Of the stories whose first sign holds the one of which most signs do, if that fits well;
    else the one of which most signs hold. Among equals the first, so name the commonest first."""
    best = max(stories, key=lambda story: (story.stands and story.fits_well, story.fit))
    return OrdinaryStory(
        story=best.told,
        fits=tuple(sign.shown for sign in best.signs if sign.holds),
        misfits=tuple(sign.lacking for sign in best.signs if sign.holds is False),
        untold=tuple(sign.untold for sign in best.signs if sign.holds is None),
        enquiry=best.enquiry,
    )


def counted(n: int, noun: str) -> str:
    """`n` with its noun, which takes an s unless there is one of it."""
    return f"{n} {noun}" if n == 1 else f"{n} {noun}s"


def named(graph: CaseGraph, entity: int) -> str:
    """An entity by label and id, for whoever is asked about it."""
    label, name = (str(graph.entities.at[entity, column]) for column in ("label", "id"))
    return f"{label} ({name})"


def population_registers(graph: CaseGraph, persons: Sequence[int] | IntArray) -> str:
    """The population registers of the states that recorded these persons."""
    states = sorted(set(graph.entities.loc[[int(p) for p in persons], "member_state"]))
    return f"the population {'register' if len(states) == 1 else 'registers'} of {listed(states)}"


def on_day(at: int) -> str:
    """The day of an instant in microseconds, UTC."""
    return f"{datetime.fromtimestamp(at / 1e6, tz=UTC):%-d %B %Y}"


def keystones(
    model: ModelDefinition,
    fitted: Fitted,
    graph: CaseGraph,
    candidates: Candidates,
    i: int,
    links_of: Mapping[str, IntArray],
    *,
    as_of: datetime,
    seed: int,
) -> tuple[Keystone, ...]:
    """Records without which least is left of the calibrated probability: those that sink it below
    the threshold first, the heaviest ahead, then those without which nothing is asked.

    Every record is left out by itself: its links are taken away and the model is asked anew.

    Parameters
    ----------
    links_of : mapping
        Record ids beneath the finding to the links that each carries.

    Returns
    -------
    tuple of Keystone
        All that topple it, or the heaviest up to three, of those that lower the probability or
        leave nothing to ask about.
    """
    if not links_of:
        return ()
    lost = [np.empty(0, np.int32), *links_of.values()]  # nothing first: the whole
    left = model.without(graph, candidates, i, lost, as_of=as_of, seed=seed)
    said = pd.Series(fitted.probability(left), index=left.index)
    found = []
    for k, record in enumerate(links_of, start=1):
        p = float(said[k]) if k in said.index else None
        if p is None or p < said[0] - FELT:
            topples = p is None or p < fitted.threshold
            found.append(Keystone(record_id=record, probability=p, topples=topples))
    found.sort(key=lambda one: (not one.topples, one.probability is None, one.probability or 0.0))
    n_toppling = sum(one.topples for one in found)
    return tuple(found[: max(MOST_KEPT, n_toppling)])
