"""`hidden_link`: ties between two persons that no record states; see card.md."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from types import MappingProxyType

import numpy as np
import pandas as pd

from models.hidden_link.causes import causes
from models.hidden_link.features import FEATURES, PairContext, contact_csr, contact_ties
from models.hidden_link.kinds import shared_kinds
from models.hidden_link.left_out import left_out
from models.hidden_link.pairing import eligible, keys, pairs_from
from models.hidden_link.stories import ordinary
from workbench.analysis.feature_model import FeatureModel
from workbench.analysis.features import feature_table
from workbench.analysis.graph import CaseGraph, microsecond
from workbench.analysis.kernels import Csr
from workbench.analysis.modelling import Candidates, OrdinaryStory
from workbench.analysis.tables import IntArray
from workbench.analysis.ties import (
    BEHIND,
    Ties,
    associations,
    co_suspects,
    recorded_ties,
)
from workbench.domain.entity import EntityKind

SHOWN_CONTACTS = 8
SHOWN_LINKS = 3  # latest ones per person and contact
EARLIER = timedelta(days=182)


def _pairs(candidates: Candidates) -> tuple[IntArray, IntArray]:
    return candidates.members[0::2], candidates.members[1::2]


def _of_pairs(a: IntArray, b: IntArray) -> Candidates:
    n = len(a)
    members = np.stack([a, b], axis=1).reshape(-1).astype(np.int32)
    offsets = np.arange(n + 1, dtype=np.int64)
    return Candidates(members, offsets * 2, np.empty(0, np.int32), offsets * 0)


def persons_of(graph: CaseGraph, anchors: IntArray) -> IntArray:
    """Persons among `anchors`, and those who use, hold or own one of them."""
    rows = graph.incident_of(anchors, *BEHIND)
    behind = graph.sources[rows][np.isin(graph.targets[rows], anchors)]
    persons = graph.rows_of(EntityKind.PERSON)
    return persons[np.isin(persons, np.concatenate([anchors, behind]))]


class HiddenLink(FeatureModel):
    """Implements `ModelDefinition`; a candidate is an unordered pair of persons."""

    name = "hidden_link"
    title = "Hidden link"
    unit = "pair"
    about_person = True
    margin = 0.05
    harm = (
        "Two people wrongly put forward have their records opened by a stranger and stand under a "
        "suspicion that they cannot answer; a tie that is missed leaves those whom it would clear "
        "or protect unseen. At five in a hundred more, one group's people bear that noticeably "
        "more often than another's, and readers come to expect it of them."
    )
    outcome = "records come to name both as suspects in one offence, or as associated"
    described_by = FEATURES
    fixed = frozenset(
        {
            "contact_overlap",  # sums and shares over all contacts, which no one record states
            "contact_rarity",
            "contact_exclusivity",
            "fewer_contacts",  # how much of a person is on record at all
        }
    )
    at_most = MappingProxyType(
        {
            "shared_contacts": "fewer_contacts",
            "shared_call_contacts": "shared_contacts",
            "shared_money_contacts": "shared_contacts",
            "co_suspect_contacts": "shared_contacts",
            "shared_unattributed": "shared_contacts",
        }
    )
    own = "half a year earlier"

    def candidates(
        self, graph: CaseGraph, *, as_of: datetime, anchors: IntArray | None, seed: int
    ) -> Candidates:
        known = graph.as_of(as_of)
        everybody = np.flatnonzero(known.derived(eligible)).astype(np.int32)
        roots = everybody if anchors is None else persons_of(known, anchors)
        pairs = pairs_from(known, roots)
        return _of_pairs((pairs >> 32).astype(np.int32), (pairs & 0xFFFFFFFF).astype(np.int32))

    def features(
        self, graph: CaseGraph, candidates: Candidates, *, as_of: datetime
    ) -> pd.DataFrame:
        pairs = PairContext(graph.as_of(as_of), *_pairs(candidates), microsecond(as_of))
        return feature_table(FEATURES, pairs)

    def categories(
        self, graph: CaseGraph, candidates: Candidates, *, as_of: datetime
    ) -> pd.DataFrame:
        """Kinds of what the two share, and of the ties by which they share it."""
        return shared_kinds(graph.as_of(as_of), *_pairs(candidates))

    def history(self, graph: CaseGraph, candidates: Candidates, *, as_of: datetime) -> pd.DataFrame:
        """What was known of the same two persons half a year earlier, who were known by then."""
        earlier = graph.as_of(as_of - EARLIER)
        known = np.isin(candidates.members, earlier.entities.index).reshape(-1, 2).all(axis=1)
        rows = np.flatnonzero(known)
        found = self.features(graph, candidates.take(rows), as_of=as_of - EARLIER)
        return found.set_index(rows).reindex(range(len(candidates)))

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
        """Only the contacts of the two and whom these are in touch with are computed anew."""
        known, pair = graph.as_of(as_of), candidates.members_of(i)
        return left_out(known, pair, each, microsecond(as_of))

    def ordinary(
        self, graph: CaseGraph, candidates: Candidates, i: int, *, as_of: datetime
    ) -> OrdinaryStory:
        one, other = candidates.members_of(i)
        return ordinary(graph.as_of(as_of), int(one), int(other))

    def causes(
        self, graph: CaseGraph, candidates: Candidates, truth: Mapping[str, pd.DataFrame]
    ) -> list[frozenset[str]]:
        return causes(graph, *_pairs(candidates), truth)

    def labels(
        self, graph: CaseGraph, candidates: Candidates, *, as_of: datetime, until: datetime
    ) -> IntArray:
        later = graph.as_of(until)
        confirmed = [
            keys(ties.a, ties.b)
            for ties in (later.derived(co_suspects), later.derived(associations))
        ]
        labels = np.isin(keys(*_pairs(candidates)), np.concatenate(confirmed))
        return labels.astype(np.int32)

    def truth(
        self, graph: CaseGraph, candidates: Candidates, truth: Mapping[str, pd.DataFrame]
    ) -> tuple[IntArray, int]:
        """True ties that `graph` (a view as of the candidates' time) records are not counted."""
        ties = truth["ties"]
        rows = pd.Series(graph.entities.index, index=graph.entities["id"])
        ends = [rows.reindex(ties[end]).to_numpy(np.float64) for end in ("entity_a", "entity_b")]
        known = ~np.isnan(ends[0]) & ~np.isnan(ends[1])
        if graph.at is not None and "since" in ties:
            known &= (pd.to_datetime(ties["since"], utc=True) <= graph.at).to_numpy()
        true = np.unique(keys(*(end[known].astype(np.int32) for end in ends)))
        asked = keys(*_pairs(candidates))
        recorded = graph.derived(recorded_ties)
        lost = np.setdiff1d(true, np.union1d(asked, keys(recorded.a, recorded.b)))
        found = np.isin(asked, true)
        return found.astype(np.int32), int(found.sum()) + len(lost)

    def people(self, graph: CaseGraph, candidates: Candidates) -> pd.DataFrame:
        candidate = np.repeat(np.arange(len(candidates), dtype=np.int32), 2)
        return pd.DataFrame({"candidate": candidate, "entity": candidates.members})

    def claim(self, graph: CaseGraph, candidates: Candidates, i: int) -> str:
        one, other = graph.entities.loc[candidates.members_of(i), "label"]
        return f"{one} and {other} may be connected, although no record links them directly."

    def subgraph(
        self, graph: CaseGraph, candidates: Candidates, i: int, *, as_of: datetime
    ) -> tuple[IntArray, IntArray]:
        known = graph.as_of(as_of)
        pair = candidates.members_of(i)
        shared = _rarest_shared(known.derived(contact_csr), *pair)
        ties = known.derived(contact_ties)
        carrying = [_latest(ties, int(p), int(c)) for p in pair for c in shared]
        links = np.unique(np.concatenate([np.empty(0, np.int32), *carrying]))
        ends = np.union1d(known.sources[links], known.targets[links])
        people = np.union1d(pair, shared)
        behind = known.links_among(np.union1d(ends, people))
        behind = behind[np.isin(known.link_kinds[behind], BEHIND)]
        behind = behind[np.isin(known.sources[behind], people)]
        links = np.union1d(links, behind).astype(np.int32)
        ends = np.concatenate([people, known.sources[links], known.targets[links]])
        return np.unique(ends).astype(np.int32), links


def _rarest_shared(contacts: Csr, a: int, b: int) -> IntArray:
    """Shared contacts of a and b, those with fewest contacts of their own first."""
    shared = np.intersect1d(contacts.neighbours(a), contacts.neighbours(b))
    order = np.argsort(contacts.degrees[shared], kind="stable")
    return shared[order][:SHOWN_CONTACTS].astype(np.int32)


def _latest(ties: Ties, person: int, contact: int) -> IntArray:
    """Links of the latest ties between the two."""
    between = np.flatnonzero(
        ((ties.a == person) & (ties.b == contact)) | ((ties.a == contact) & (ties.b == person))
    )
    latest = between[np.argsort(-ties.at[between], kind="stable")][:SHOWN_LINKS]
    return np.union1d(ties.link[latest], ties.other_link[latest]).astype(np.int32)


MODEL = HiddenLink()
