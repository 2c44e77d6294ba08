"""Labels born of a model's own prompting: candidates put before people ahead of their label (T15).

Once a release has put a candidate before people, what is recorded of it afterwards may be there
because it did: people looked where the model pointed. A model that learns from such labels learns
from itself. So a candidate is tagged when a finding was about it before the record that confirms
it became known or, where nothing confirms it, before the time of its labels was over.

A finding counts from the moment up to which its records were known (`Claim.asked_at`). It was
sealed no earlier than that, so this tags rather too many than too few. Where one looked back, that
is the end of what the dataset held, whatever day was looked back on: records that were there when
the finding was made are not there because of it. Findings of the random share are
tagged like the others: people's attention was drawn by them as well. They are what could correct
for selection, but only under weights for how seldom they are drawn, which no model here applies;
so they stay out, too.
"""

from collections.abc import Sequence
from datetime import datetime

import numpy as np
import numpy.typing as npt
from scipy import sparse

from workbench.analysis.graph import CaseGraph, microsecond, microseconds
from workbench.analysis.modelling import SAME, Candidates, ModelDefinition, Sample
from workbench.analysis.picture import rows_of_ids
from workbench.analysis.tables import Int64Array
from workbench.domain.finding import Claim

Bools = npt.NDArray[np.bool_]
NEVER = np.iinfo(np.int64).max  # no finding was about it
RECOGNISED = 0.5  # share of a claim's records that another dataset must hold for it to be the same


def prompted(
    definition: ModelDefinition,
    graph: CaseGraph,
    sample: Sample,
    claims: Sequence[Claim],
    *,
    dataset: str,
) -> Bools:
    """Which rows of a sample have a label that a finding may have brought about.

    Parameters
    ----------
    claims : sequence of Claim
        Of all findings of the model; those that are not about this graph are left aside.
    dataset : str
        Name of the graph's dataset.
    """
    about = [claim for claim in claims if _is_about(graph, claim, dataset)]
    first = first_asked(graph, sample.candidates, about)
    found: Bools = first < microsecond(sample.until)
    start = microsecond(sample.as_of)
    confirmed = found & (sample.labels == 1) & (first > start)
    for at in sorted({claim.asked_at for claim in about}):
        rows = np.flatnonzero(confirmed & (first == microsecond(at)))
        if len(rows):
            found[rows[_known_by(definition, graph, sample, rows, at)]] = False
    return found


def without(sample: Sample, rows: Bools) -> Sample:
    """The sample with `rows` left out."""
    return sample.take(np.flatnonzero(~rows)) if rows.any() else sample


def _known_by(
    definition: ModelDefinition, graph: CaseGraph, sample: Sample, rows: Int64Array, at: datetime
) -> Bools:
    """Which of `rows` were confirmed by records known at `at` already."""
    candidates = sample.candidates.take(rows)
    known: Bools = definition.labels(graph, candidates, as_of=sample.as_of, until=at) == 1
    return known


def _is_about(graph: CaseGraph, claim: Claim, dataset: str) -> bool:
    """True where the claim was made of this dataset, or of one that holds the same records.

    Ids alone do not tell: two deliveries may number their rows alike. A record of the same id
    that became known at the same moment is the same.
    """
    if claim.dataset == dataset:
        return True
    known_at = graph.derived(_known_at)
    same = [known_at.get(record.id) == microsecond(record.known_at) for record in claim.records]
    return bool(same) and sum(same) >= RECOGNISED * len(same)


def _known_at(graph: CaseGraph) -> dict[str, int]:
    known = microseconds(graph.records["known_at"]).tolist()
    return dict(zip(graph.records["id"], known, strict=True))


def first_asked(graph: CaseGraph, candidates: Candidates, claims: Sequence[Claim]) -> Int64Array:
    """When each candidate was first asked about, in microseconds; `NEVER` where it never was.

    Candidate and claim are about the same where they share more than half of all members of
    either, as when findings are chosen: a pair is the same pair, a group may have grown.
    """
    asked = [rows_of_ids(graph, claim.subject_ids) for claim in claims]
    sizes = np.array([len(set(claim.subject_ids)) for claim in claims], np.int64)
    at = np.array([microsecond(claim.asked_at) for claim in claims], np.int64)
    found = np.full(len(candidates), NEVER, dtype=np.int64)
    if not len(found) or not len(at):
        return found
    n_members = np.diff(candidates.member_offsets)
    held = _incidence(candidates.members, n_members, graph.n_entities)
    flat = np.array([row for rows in asked for row in rows], dtype=np.int32)
    theirs = _incidence(flat, np.array([len(rows) for rows in asked]), graph.n_entities)
    shared = (held @ theirs.T).tocoo()
    row, claim, n = shared.row, shared.col, shared.data
    same = n > SAME * (n_members[row] + sizes[claim] - n)
    np.minimum.at(found, row[same], at[claim[same]])
    return found


def _incidence(
    members: npt.NDArray[np.int32], sizes: Int64Array, n_entities: int
) -> sparse.csr_array:
    """One row per candidate, 1 for each of its members."""
    offsets = np.concatenate([[0], np.cumsum(sizes)])
    shape = (len(sizes), max(n_entities, int(members.max(initial=-1)) + 1))
    return sparse.csr_array((np.ones(len(members)), members, offsets), shape=shape)
