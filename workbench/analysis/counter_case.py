"""The most ordinary story that fits the same records, and the records on which a finding hangs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np
import pandas as pd

from workbench.analysis.graph import CaseGraph
from workbench.analysis.modelling import Candidates, Fitted, ModelDefinition, OrdinaryStory
from workbench.analysis.tables import IntArray
from workbench.domain.finding import Keystone

MOST_TRIED = 8  # records that are left out, one at a time
MOST_SHOWN = 3
FELT = 1e-9  # a probability that falls by less did so by rounding


@dataclass(frozen=True, slots=True)
class Sign:
    """Something that a story expects of the records: what they show, or what they lack of it."""

    holds: bool
    shown: str
    lacking: str


@dataclass(frozen=True, slots=True)
class Story:
    """An ordinary reason for the same records, what it expects of them, and how to check it."""

    told: str
    signs: tuple[Sign, ...]
    enquiry: str

    @property
    def fit(self) -> float:
        """Share of the signs that hold (0 to 1)."""
        return sum(sign.holds for sign in self.signs) / len(self.signs)


def most_ordinary(stories: Sequence[Story]) -> OrdinaryStory:
    """The story of which most signs hold; among equals the first, so name the commonest first."""
    best = max(stories, key=lambda story: story.fit)
    return OrdinaryStory(
        story=best.told,
        fits=tuple(sign.shown for sign in best.signs if sign.holds),
        misfits=tuple(sign.lacking for sign in best.signs if not sign.holds),
        enquiry=best.enquiry,
    )


def keystones(
    model: ModelDefinition,
    fitted: Fitted,
    graph: CaseGraph,
    candidates: Candidates,
    i: int,
    links_of: Mapping[str, IntArray],
    *,
    as_of: datetime,
    most: int = MOST_TRIED,
) -> tuple[tuple[Keystone, ...], int]:
    """Records without which least is left of the calibrated probability, the heaviest first.

    Each record is left out by itself: its links are taken away, the features computed anew.

    Parameters
    ----------
    links_of : mapping
        Record ids beneath the finding, in their order, to the links that each carries.
    most : int
        Only the first so many are tried.

    Returns
    -------
    keystones, number of records tried
        At most three, only such as lower the probability.
    """
    tried = list(links_of.items())[:most]
    if not tried:
        return (), 0
    lost = [np.empty(0, np.int32), *(links for _, links in tried)]  # nothing first: the whole
    rows = [
        model.features(*left_out, as_of=as_of)
        for left_out in model.without(graph, candidates, i, lost, as_of=as_of)
    ]
    left = fitted.probability(pd.concat(rows, ignore_index=True))
    found = [
        Keystone(record_id=record, probability=float(p), topples=bool(p < fitted.threshold))
        for (record, _), p in zip(tried, left[1:], strict=True)
        if p < left[0] - FELT
    ]
    found.sort(key=lambda keystone: keystone.probability)
    return tuple(found[:MOST_SHOWN]), len(tried)
