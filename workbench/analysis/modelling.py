"""What a model is to the workbench: candidates, fit, score, explain, evaluate.

`ModelDefinition` is the protocol that services know; `FeatureModel` is the common case, a
scikit-learn estimator on features of a candidate. Record linkage and pattern rules implement the
protocol directly.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

import numpy as np
import pandas as pd

from workbench.analysis.graph import CaseGraph
from workbench.analysis.tables import FloatArray, Int64Array, IntArray
from workbench.domain.finding import Explanation


@dataclass(frozen=True, slots=True)
class Candidates:
    """What a model is asked about, n of them, in flat arrays.

    Candidate i is about entities ``members[member_offsets[i]:member_offsets[i + 1]]`` and rests
    on links ``links[link_offsets[i]:link_offsets[i + 1]]`` (none where the claim is that no link
    exists). `case` is -1, or the position of the case a candidate belongs to.
    """

    members: IntArray
    member_offsets: Int64Array
    links: IntArray
    link_offsets: Int64Array

    def __len__(self) -> int:
        return len(self.member_offsets) - 1

    def members_of(self, i: int) -> IntArray:
        return self.members[self.member_offsets[i] : self.member_offsets[i + 1]]

    def links_of(self, i: int) -> IntArray:
        return self.links[self.link_offsets[i] : self.link_offsets[i + 1]]

    def take(self, rows: Int64Array) -> "Candidates":
        """The candidates at `rows`, in that order."""
        raise NotImplementedError


class Fitted(Protocol):
    """A model after training. Everything in it is data that skops can keep."""

    feature_names: tuple[str, ...]
    threshold: float  # calibrated probability from which a candidate is put forward

    def score(self, features: pd.DataFrame) -> FloatArray:
        """Log-odds before calibration, n of them: the served model's own output."""

    def probability(self, features: pd.DataFrame) -> FloatArray:
        """Calibrated probabilities, n of them."""

    def interval(self, features: pd.DataFrame) -> tuple[FloatArray, FloatArray]:
        """95 % interval of each probability."""

    def explain(self, features: pd.DataFrame) -> tuple[Explanation, ...]:
        """One explanation of `score` per row; raises Withheld on a miss."""


class ModelDefinition(Protocol):
    """Everything the workbench asks of a model; see models/ for each."""

    name: str
    title: str
    unit: str  # what one candidate is: pair, group of transfers
    about_person: bool

    def candidates(
        self, graph: CaseGraph, *, as_of: datetime, anchors: IntArray | None, seed: int
    ) -> Candidates:
        """Candidates from what was known at `as_of`; touching `anchors`, or all where None."""

    def features(
        self, graph: CaseGraph, candidates: Candidates, *, as_of: datetime
    ) -> pd.DataFrame:
        """One float64 column per feature, one row per candidate, only from what was known."""

    def labels(
        self, graph: CaseGraph, candidates: Candidates, *, as_of: datetime, until: datetime
    ) -> IntArray:
        """1 where records that became known after `as_of` and until `until` confirm it, else 0."""

    def truth(
        self, graph: CaseGraph, candidates: Candidates, truth: Mapping[str, pd.DataFrame]
    ) -> tuple[IntArray, int]:
        """Truth per candidate, and how many true cases there are at all, found or lost."""

    def people(self, graph: CaseGraph, candidates: Candidates) -> pd.DataFrame:
        """Columns candidate, entity (int32): the persons whom an error on it would hit."""

    def claim(self, graph: CaseGraph, candidates: Candidates, i: int) -> str:
        """The claim in one sentence, with *may*."""

    def subgraph(
        self, graph: CaseGraph, candidates: Candidates, i: int, *, as_of: datetime
    ) -> tuple[IntArray, IntArray]:
        """Entities and links of the smallest picture that a person needs, as rows."""

    def fit(self, features: pd.DataFrame, labels: IntArray, *, seed: int) -> Mapping[str, Fitted]:
        """What is compared, by name, the simplest first."""


__all__ = ["Candidates", "Fitted", "ModelDefinition", "np"]
