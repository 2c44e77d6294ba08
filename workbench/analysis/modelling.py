"""What a model is to the workbench: candidates, fit, score, explain, evaluate.

`ModelDefinition` is the protocol that services know; `FeatureModel` (feature_model.py) is the
common case, a scikit-learn estimator on features of a candidate. Record linkage and pattern rules
implement the protocol directly.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
import pandas as pd

from workbench.analysis.tables import FloatArray, Int64Array, IntArray
from workbench.analysis.wording import Peers, Words
from workbench.domain.checked import Calibration, Kept
from workbench.domain.errors import BadInput
from workbench.domain.finding import Explanation

if TYPE_CHECKING:
    from workbench.analysis.drift import Drift
    from workbench.analysis.explanation import Part
    from workbench.analysis.graph import CaseGraph

SAME = 0.5  # two candidates that share more of all their members than this are one


@dataclass(frozen=True, slots=True)
class Candidates:
    """What a model is asked about, n of them, in flat arrays.

    Candidate i is about entities ``members[member_offsets[i]:member_offsets[i + 1]]`` and rests
    on links ``links[link_offsets[i]:link_offsets[i + 1]]`` (none where the claim is that no link
    exists).
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

    def take(self, rows: Int64Array) -> Candidates:
        """The candidates at `rows`, in that order."""
        members, member_offsets = _take(self.members, self.member_offsets, rows)
        links, link_offsets = _take(self.links, self.link_offsets, rows)
        return Candidates(members, member_offsets, links, link_offsets)

    def same_as(self, members: IntArray, links: IntArray) -> int | None:
        """The row that is one with a candidate of these members and links, the most alike if
        several are; None where none shares more than `SAME` of all members with it."""
        best, found = (SAME, -1), None
        for i in range(len(self)):
            mine = self.members_of(i)
            n_both = len(np.intersect1d(mine, members))
            alike = n_both / (len(mine) + len(members) - n_both)
            if alike > SAME and (alike, n := int(np.isin(self.links_of(i), links).sum())) > best:
                best, found = (alike, n), i
        return found

    def identities(self) -> list[bytes]:
        """What each candidate is about, as bytes: equal for the same members in any order, and
        the same links."""
        return [
            np.sort(self.members_of(i)).tobytes() + b"|" + np.sort(self.links_of(i)).tobytes()
            for i in range(len(self))
        ]


def _take(flat: IntArray, offsets: Int64Array, rows: Int64Array) -> tuple[IntArray, Int64Array]:
    sizes = np.diff(offsets)[rows]
    taken = np.concatenate([[0], np.cumsum(sizes)]).astype(np.int64)
    within = np.arange(taken[-1]) - np.repeat(taken[:-1], sizes)
    return flat[np.repeat(offsets[:-1][rows], sizes) + within], taken


@dataclass(frozen=True, slots=True)
class Sample:
    """Candidates at one time: what was known of them then, and what became known until later.

    Parameters
    ----------
    features : DataFrame
        n rows, float64 columns, from what was known at `as_of`.
    labels : int array, n
        1 where records known after `as_of` and until `until` confirm it.
    people : DataFrame
        Columns candidate (row of the sample) and entity: whom an error would hit.
    categories : DataFrame
        Columns candidate, input and word: the words that its features rest on.
    """

    candidates: Candidates
    features: pd.DataFrame
    labels: IntArray
    people: pd.DataFrame
    as_of: datetime
    until: datetime
    categories: pd.DataFrame = field(default_factory=lambda: no_categories())

    def __len__(self) -> int:
        return len(self.labels)

    def take(self, rows: Int64Array) -> Sample:
        """The candidates at `rows` (each once), in that order."""
        place = pd.Series(np.arange(len(rows), dtype=np.int32), index=rows)

        def moved(table: pd.DataFrame) -> pd.DataFrame:
            mine = table[table["candidate"].isin(rows)]
            at = place.loc[mine["candidate"]].to_numpy(np.int32)
            return mine.assign(candidate=at).reset_index(drop=True)

        return replace(
            self,
            candidates=self.candidates.take(rows),
            features=self.features.iloc[rows].reset_index(drop=True),
            labels=self.labels[rows],
            people=moved(self.people),
            categories=moved(self.categories),
        )

    @property
    def days(self) -> int:
        """How long records could confirm its candidates."""
        return (self.until - self.as_of).days


def no_categories() -> pd.DataFrame:
    """Of candidates whose features rest on no words: no row."""
    return pd.DataFrame(
        {
            "candidate": np.empty(0, np.int32),
            "input": np.empty(0, object),
            "word": np.empty(0, object),
        }
    )


def words_by_input(categories: pd.DataFrame) -> dict[str, tuple[str, ...]]:
    """For each input its words, ascending, each once, over all candidates of the table."""
    found = categories.groupby("input")["word"].unique()
    return {str(name): tuple(sorted(map(str, words))) for name, words in found.items()}


@dataclass(frozen=True, slots=True)
class TimeSplit:
    """Four instants: learn at the first, calibrate at the second, test at the third, end.

    Labels of each slice become known before the next one begins, so nothing learnt was known
    later than what it is tested on. The slices are equally long: a probability is of what records
    come to confirm in that time, and calibrated on another it would promise too little or too much.
    """

    train_at: datetime
    calibrate_at: datetime
    test_at: datetime
    end: datetime

    @staticmethod
    def of(first: datetime, last: datetime) -> TimeSplit:
        """Half of the time to look back on, then three equal slices."""
        span: timedelta = last - first
        if span <= timedelta(days=60):
            raise BadInput(
                f"The records cover {span.days} days, too few to learn on a past and test on a "
                "later part; bring records that cover more than 60 days.",
                code="too_short",
            )
        return TimeSplit(first + span / 2, first + span * 2 / 3, first + span * 5 / 6, last)

    @staticmethod
    def of_graph(graph: CaseGraph) -> TimeSplit:
        """From when links began to happen (a thousandth may lie before) to what is known last."""
        happened = graph.links["occurred_at"].dropna()
        if not len(happened):
            raise BadInput(
                "No link of the dataset says when it happened, so there is no past to learn from; "
                "map a time column in dataset.toml.",
                code="no_times",
            )
        first = happened.sort_values().iloc[len(happened) // 1000]
        last = graph.records["known_at"].max()
        return TimeSplit.of(first.to_pydatetime(), last.to_pydatetime())


@dataclass(frozen=True, slots=True)
class OrdinaryStory:
    """The most ordinary story that fits a candidate's records, in sentences.

    `fits` and `misfits` say what agrees with it and what does not, `untold` what the records
    cannot tell; `enquiry` is the one that would best tell this story from the claim.
    """

    story: str
    fits: tuple[str, ...]
    misfits: tuple[str, ...]
    untold: tuple[str, ...]
    enquiry: str


class Fitted(Protocol):
    """A model after training. Everything in it is data that skops can keep."""

    @property
    def estimator_name(self) -> str:
        """Which of the compared estimators it is."""

    @property
    def feature_names(self) -> tuple[str, ...]:
        """Columns it reads, in order."""

    @property
    def words(self) -> tuple[Words, ...]:
        """What those columns are called, in their order."""

    @property
    def groups(self) -> tuple[tuple[int, ...], ...]:
        """Columns that count as one reason; each column once."""

    @property
    def threshold(self) -> float:
        """Calibrated probability from which a candidate is put forward."""

    def score(self, features: pd.DataFrame) -> FloatArray:
        """Log-odds before calibration, n of them: the served model's own output."""

    def probability(self, features: pd.DataFrame) -> FloatArray:
        """Calibrated probabilities, n of them."""

    def interval(self, features: pd.DataFrame) -> tuple[FloatArray, FloatArray]:
        """95 % interval of each probability."""

    @property
    def coverage(self) -> float:
        """Share of each class whose own answer `answers` keeps (0 to 1)."""

    def answers(self, features: pd.DataFrame) -> tuple[bool, ...]:
        """For one row: which of True and False cannot be ruled out at `coverage`."""

    def checked_on(
        self,
        features: pd.DataFrame,
        labels: IntArray,
        people: pd.DataFrame,
        *,
        days: int,
        seed: int,
    ) -> Fitted:
        """The same, with what n candidates of a later slice showed of its probabilities and
        coverage; `days` is the time in which records could confirm them."""

    @property
    def kept(self) -> tuple[Kept, ...]:
        """`coverage` as it was found on that slice; empty before it was asked."""

    def calibration(self, probability: float) -> Calibration | None:
        """What came of candidates of such a probability there; None before it was asked."""

    def measures(self) -> dict[str, float]:
        """Numbers for a run's measures; none before it was asked."""

    def explain(
        self,
        features: pd.DataFrame,
        *,
        history: pd.DataFrame | None = None,
        peers: Peers | None = None,
    ) -> tuple[Explanation, ...]:
        """One explanation of `score` per row, set against `history` and `peers` (those that it
        learnt from unless told); raises Withheld on a miss."""

    def explain_in_bulk(self, features: pd.DataFrame) -> Iterator[Part]:
        """Effects of many rows, a part at a time, without refits and words."""

    def unless(self, features: pd.DataFrame, *, explanation: Explanation | None) -> tuple[str, ...]:
        """For one row: what would change the result, in sentences; in reasons of its
        `explanation` that outlast refits, unless that is withheld (None)."""

    def flags(
        self, features: pd.DataFrame, categories: Mapping[str, Sequence[str]]
    ) -> tuple[str, ...]:
        """For one row: what of the input lies outside what the model has learnt on; `categories`
        are the words that its features rest on, by input."""

    def drift(self, features: pd.DataFrame) -> tuple[Drift, ...]:
        """Features of a whole batch that moved away from training, the furthest first."""

    def position(self, features: pd.DataFrame) -> dict[str, float]:
        """For one row: each feature's place among peers (0 to 1), where it has a value."""

    def state(self) -> dict[str, Any]:
        """Plain estimators, arrays, numbers and text: what `restore` needs."""


class ModelDefinition(Protocol):
    """Everything the workbench asks of a model; see models/ for each."""

    @property
    def name(self) -> str:
        """Folder name, and the model's name everywhere."""

    @property
    def title(self) -> str:
        """What a person reads."""

    @property
    def unit(self) -> str:
        """What one candidate is: pair, group of transfers."""

    @property
    def about_person(self) -> bool:
        """True where a finding speaks of a person."""

    @property
    def outcome(self) -> str:
        """What its label means, as it follows "Of claims like this, 2 in 100 are confirmed:"."""

    @property
    def margin(self) -> float:
        """The gap between groups, as a share, from which its audit fails."""

    @property
    def harm(self) -> str:
        """Why a gap beyond `margin` harms whom, in a sentence or two that the audit shows."""

    def candidates(
        self, graph: CaseGraph, *, as_of: datetime, anchors: IntArray | None, seed: int
    ) -> Candidates:
        """Candidates from what was known at `as_of`; touching `anchors`, or all where None."""

    def features(
        self, graph: CaseGraph, candidates: Candidates, *, as_of: datetime
    ) -> pd.DataFrame:
        """One float64 column per feature, one row per candidate, only from what was known."""

    def categories(
        self, graph: CaseGraph, candidates: Candidates, *, as_of: datetime
    ) -> pd.DataFrame:
        """Columns candidate, input, word: the words that features rest on (a state, a kind of
        tie), each once; a feature is a number and cannot say that one is new."""

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

    def history(
        self, graph: CaseGraph, candidates: Candidates, *, as_of: datetime
    ) -> pd.DataFrame | None:
        """The same features in each candidate's own history; NaN where one has none there, None
        where the model knows no history at all."""

    def without(
        self,
        graph: CaseGraph,
        candidates: Candidates,
        i: int,
        each: Sequence[IntArray],
        *,
        as_of: datetime,
        seed: int,
    ) -> pd.DataFrame:
        """Features of candidate i as the model would ask about it without each of several sets of
        links: one row per set, under its number. A set without which there is no such candidate
        has no row. What `asked_anew` gives, as fast as the model can."""

    def ordinary(
        self, graph: CaseGraph, candidates: Candidates, i: int, *, as_of: datetime
    ) -> OrdinaryStory | None:
        """The most ordinary story that fits candidate i, from records alone; None for none."""

    def causes(
        self, graph: CaseGraph, candidates: Candidates, truth: Mapping[str, pd.DataFrame]
    ) -> list[frozenset[str]]:
        """Per candidate the features that would name its true cause; empty where it is not true,
        or its cause shows in no feature."""

    def fit(self, train: Sample, calibration: Sample, *, seed: int) -> Mapping[str, Fitted]:
        """What is compared, by name, the simplest first."""

    def settle(self, fitted: Any, train: Sample, calibration: Sample, *, seed: int) -> Fitted:
        """The one that is taken, with all that intervals and stability need."""

    def restore(self, state: Mapping[str, Any]) -> Fitted:
        """The fitted model that `Fitted.state` described."""


def asked_anew(
    model: ModelDefinition,
    graph: CaseGraph,
    candidates: Candidates,
    i: int,
    each: Sequence[IntArray],
    *,
    as_of: datetime,
    seed: int,
) -> pd.DataFrame:
    """What `ModelDefinition.without` has to give, the slow way: the whole graph without the links,
    and the model asked for its candidates on it."""
    members, links = candidates.members_of(i), candidates.links_of(i)
    rows = {}
    for k, lost in enumerate(each):
        left = graph.as_of(as_of).without(lost)
        again = model.candidates(left, as_of=as_of, anchors=members, seed=seed)
        found = again.same_as(members, links)
        if found is not None:
            alone = again.take(np.array([found], np.int64))
            rows[k] = model.features(left, alone, as_of=as_of)
    if not rows:
        alone = candidates.take(np.array([i], np.int64))
        return model.features(graph, alone, as_of=as_of).iloc[:0]
    return pd.concat(rows).droplevel(1)


def sample_at(
    model: ModelDefinition,
    graph: CaseGraph,
    *,
    as_of: datetime,
    until: datetime,
    seed: int,
) -> Sample:
    """All candidates known at `as_of`, their features then, and their labels until `until`."""
    candidates = model.candidates(graph, as_of=as_of, anchors=None, seed=seed)
    return Sample(
        candidates,
        model.features(graph, candidates, as_of=as_of),
        model.labels(graph, candidates, as_of=as_of, until=until),
        model.people(graph, candidates),
        as_of,
        until,
        model.categories(graph, candidates, as_of=as_of),
    )


def truth_of(
    model: ModelDefinition,
    graph: CaseGraph,
    candidates: Candidates,
    truth: Mapping[str, pd.DataFrame],
) -> IntArray | None:
    """What is true of each candidate; None where the dataset brings no truth of its kind."""
    if not truth:
        return None
    try:
        return model.truth(graph, candidates, truth)[0]
    except KeyError:  # its truth tables are about something else
        return None
