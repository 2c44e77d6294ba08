"""Where a model does well and where not: by time, by how much is known, by state and by area.

Everything is about the test slice and against records that became known later; the truth and the
sensitive columns are not read (a place of residence is one of them, the place or the area of an
offence is not).
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from datetime import datetime
from itertools import pairwise
from types import MappingProxyType

import numpy as np
import pandas as pd

from workbench.analysis.graph import CaseGraph
from workbench.analysis.modelling import Candidates, Fitted, ModelDefinition, Sample
from workbench.analysis.slice_measures import Part, Slicing, Way, measured
from workbench.domain.entity import EntityKind, LinkKind

TRUE_PER_PART = 30  # true ones that each part in time or quantity should hold on average
SQUARE_KM = 30
NOTHING = "nothing on record"
Corner = tuple[int, int]  # km east and north of the map's south-west corner


def slices(
    definition: ModelDefinition,
    fitted: Fitted,
    graph: CaseGraph,
    sample: Sample,
    *,
    seed: int,
) -> list[Slicing]:
    """Performance of `fitted` on every slice of `sample`, the whole first."""
    ways = [
        Way(
            "whole",
            "All candidates",
            "What each slice is compared with.",
            (Part("all", np.arange(len(sample)), sample.labels),),
        ),
        _in_time(definition, graph, sample),
        *_by_facts(graph, sample),
    ]
    scores, probability = fitted.score(sample.features), fitted.probability(sample.features)
    return measured(
        [way for way in ways if way.parts],
        scores,
        probability,
        sample.people,
        threshold=fitted.threshold,
        seed=seed,
    )


def n_parts(n_true: int) -> int:
    """How many parts time or quantity is cut into, so that each can tell something: 2 to 4."""
    return min(4, max(2, n_true // TRUE_PER_PART))


def _in_time(definition: ModelDefinition, graph: CaseGraph, sample: Sample) -> Way:
    """By when records came to confirm it; who was confirmed before a part began is not in it."""
    n = n_parts(int(sample.labels.sum()))
    ends = [sample.as_of + (sample.until - sample.as_of) * k / n for k in range(n + 1)]
    parts, before = [], np.zeros(len(sample), dtype=np.bool_)
    for start, end in pairwise(ends):
        by_end = sample.labels
        if end != ends[-1]:
            by_end = definition.labels(graph, sample.candidates, as_of=sample.as_of, until=end)
        rows = np.flatnonzero(~before)
        parts.append(Part(span(start, end), rows, by_end[rows]))
        before |= by_end == 1
    return Way(
        "time",
        "By when records confirmed it",
        "How far ahead it still sees: all was asked at one time; a part counts what records "
        "confirmed within it, among what they had not confirmed before.",
        tuple(parts),
    )


def span(start: datetime, end: datetime) -> str:
    """``3 Mar to 9 May 2024``: days, the year where it changes."""
    year = "" if start.year == end.year else f" {start:%Y}"
    return f"{start:%-d %b}{year} to {end:%-d %b %Y}"


def _by_facts(graph: CaseGraph, sample: Sample) -> Iterator[Way]:
    known = graph.as_of(sample.as_of)
    within = members_and_people(sample)
    yield _by_quantity(known, sample)
    states = known.entities["member_state"].reindex(within["entity"]).to_numpy(object)
    yield _by_group(
        "state",
        "By Member State",
        "The state that recorded its people, accounts or other members; one with two states "
        "counts in both.",
        within.assign(group=states),
        sample,
    )
    offences = offences_of(known, within)
    corners = squares(known, offences["offence"])
    yield _by_group(
        "area",
        "By area of crime",
        "The area of the offences in which its people or accounts are on record, in whatever "
        "role; one with two areas counts in both.",
        offences.assign(group=_attribute(known, offences["offence"], "area")),
        sample,
    )
    yield _by_group(
        "place",
        "By where those offences happened",
        f"Squares of {SQUARE_KM} km, from the map's south-west corner: the place of an "
        "offence, never of a home.",
        offences.assign(group=[named(corner) for corner in corners]),
        sample,
        corners={named(corner): corner for corner in corners if corner},
    )


def members_and_people(sample: Sample) -> pd.DataFrame:
    """Columns candidate and entity: what each candidate is about, and whom it would hit."""
    candidates: Candidates = sample.candidates
    members = pd.DataFrame(
        {
            "candidate": np.repeat(np.arange(len(candidates)), np.diff(candidates.member_offsets)),
            "entity": candidates.members,
        }
    )
    both = pd.concat([members, sample.people[["candidate", "entity"]]])
    return both.drop_duplicates(ignore_index=True)


def _by_quantity(known: CaseGraph, sample: Sample) -> Way:
    rows = known.links.index.to_numpy()
    ends = np.concatenate([known.sources[rows], known.targets[rows]])
    per_entity = np.bincount(ends, minlength=known.n_entities)
    candidates = sample.candidates
    of = np.repeat(np.arange(len(candidates)), np.diff(candidates.member_offsets))
    n_known = np.bincount(of, per_entity[candidates.members], minlength=len(candidates))
    if not len(n_known):
        return Way("known", "By how much is known", "", ())
    shares = np.linspace(0, 1, n_parts(int(sample.labels.sum())) + 1)
    edges = np.unique(np.quantile(n_known, shares, method="inverted_cdf"))
    parts = []
    for at, (low, high) in enumerate(pairwise(edges)):
        rows = np.flatnonzero((n_known <= high) & ((n_known > low) | (at == 0)))
        first = int(n_known[rows].min())
        said = f"{first:,} links" if first == high else f"{first:,} to {int(high):,} links"
        parts.append(Part(said, rows, sample.labels[rows]))
    return Way(
        "known",
        "By how much is known",
        "How many recorded links its members had when the model was asked.",
        tuple(parts) if len(parts) > 1 else (),
    )


def _by_group(
    key: str,
    title: str,
    about: str,
    incidence: pd.DataFrame,
    sample: Sample,
    *,
    corners: Mapping[str, Corner] = MappingProxyType({}),
) -> Way:
    """`incidence` has columns candidate and group; empty text is nothing on record."""
    pairs = incidence[["candidate", "group"]].drop_duplicates()
    pairs = pairs[pairs["group"] != ""]
    by = {str(g): np.unique(mine.to_numpy()) for g, mine in pairs.groupby("group")["candidate"]}
    if not by:
        return Way(key, title, about, ())
    rest = np.setdiff1d(np.arange(len(sample)), pairs["candidate"].to_numpy())
    ordered = sorted(by.items(), key=lambda item: (-len(item[1]), item[0]))
    ordered += [(NOTHING, rest)] if len(rest) else []
    return Way(
        key, title, about, tuple(Part(g, r, sample.labels[r], corners.get(g)) for g, r in ordered)
    )


def offences_of(known: CaseGraph, within: pd.DataFrame) -> pd.DataFrame:
    """Columns candidate and offence: offences in which a candidate's entities are on record."""
    rows = known.link_rows(LinkKind.INVOLVED_IN)
    involved = pd.DataFrame({"entity": known.sources[rows], "offence": known.targets[rows]})
    involved = involved[known.entity_kinds[involved["offence"]] == EntityKind.OFFENCE]
    found = within.merge(involved.drop_duplicates(), on="entity")
    return found[["candidate", "offence"]].drop_duplicates(ignore_index=True)


def _attribute(known: CaseGraph, entities: pd.Series[int], name: str) -> list[str]:
    """One attribute of each entity, empty where it has none."""
    said = {
        row: str(json.loads(text).get(name, ""))
        for row, text in known.entities.loc[entities.unique(), "attributes"].items()
    }
    return [said[row] for row in entities]


def squares(known: CaseGraph, offences: pd.Series[int]) -> list[Corner | None]:
    """The corner of the square in which each offence happened, None where that is not on record.

    From the attributes ``x_km`` and ``y_km`` of its place.
    """
    rows = known.link_rows(LinkKind.HAPPENED_AT)
    place = dict(zip(known.sources[rows].tolist(), known.targets[rows].tolist(), strict=True))
    wanted = pd.Series(sorted({place[o] for o in offences if o in place}), dtype=np.int64)
    x, y = (_attribute(known, wanted, axis) for axis in ("x_km", "y_km"))
    found = {p: _corner(east, north) for p, east, north in zip(wanted, x, y, strict=True)}
    return [found.get(place.get(offence, -1)) for offence in offences]


def _corner(east: str, north: str) -> Corner | None:
    try:
        return _floor(east), _floor(north)
    except ValueError:  # no coordinate
        return None


def _floor(km: str) -> int:
    return int(float(km) // SQUARE_KM) * SQUARE_KM


def named(corner: Corner | None) -> str:
    """A square by its sides, empty where there is none."""
    if corner is None:
        return ""
    east, north = corner
    return f"east {east}–{east + SQUARE_KM}, north {north}–{north + SQUARE_KM} km"
