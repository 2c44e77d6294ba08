"""Which candidates are in which slice, on a graph made by hand."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, cast

import numpy as np
import pandas as pd
import pytest
from builders_graph import GraphBuilder, day

from workbench.analysis.graph import CaseGraph
from workbench.analysis.modelling import Candidates, Fitted, ModelDefinition, Sample
from workbench.analysis.slice_measures import Slicing
from workbench.analysis.slices import (
    NOTHING,
    members_and_people,
    n_parts,
    offences_of,
    slices,
    span,
    squares,
)
from workbench.analysis.tables import IntArray

AT, UNTIL = day(100), day(200)
N = 48


class Told:
    """Answers `labels` from the day on which each candidate is confirmed; 999 is never."""

    def __init__(self, confirmed_on: list[int]) -> None:
        self.confirmed_on = np.array(confirmed_on)

    def labels(
        self, graph: CaseGraph, candidates: Candidates, *, as_of: datetime, until: datetime
    ) -> IntArray:
        return (day(0) + pd.to_timedelta(self.confirmed_on, unit="D") <= until).astype(np.int32)


class Flat:
    """Says of every other candidate that it is likely."""

    threshold = 0.5

    def score(self, features: pd.DataFrame) -> Any:
        return features["x"].to_numpy()

    def probability(self, features: pd.DataFrame) -> Any:
        return np.where(features["x"] > 0, 0.6, 0.1)


def town() -> tuple[CaseGraph, Sample]:
    """Forty-eight persons, each a candidate: in AA the first 24, with a burglary in the north-east
    corner; of BB two more are in a fraud without a place."""
    made = GraphBuilder()
    people = [made.entity("person", state="AA" if i < 24 else "BB") for i in range(N)]
    burglary = made.entity("offence", area="property crime")
    fraud = made.entity("offence", area="economic crime")
    late = made.entity("offence", known=150, area="drugs")
    place = made.entity("place", x_km="31.5", y_km="59.9")
    phone = made.entity("phone")
    made.link(burglary, "happened_at", place)
    for i in range(24):
        made.link(people[i], "involved_in", burglary, role="suspect")
        made.link(people[i], "uses", phone)
    for i in range(24, 36):
        made.link(people[i], "involved_in", fraud, role="victim")
    made.link(people[40], "involved_in", late, known=150, role="suspect")
    members = np.array(people, np.int32)
    offsets = np.arange(N + 1, dtype=np.int64)
    candidates = Candidates(members, offsets, np.empty(0, np.int32), offsets * 0)
    labels = np.array([on < 999 for on in confirmed()], np.int32)
    whom = pd.DataFrame({"candidate": np.arange(N), "entity": members})
    features = pd.DataFrame({"x": [1.0 if i % 2 else -1.0 for i in range(N)]})
    return made.build(), Sample(candidates, features, labels, whom, AT, UNTIL)


def confirmed() -> list[int]:
    """Twelve in the first half of the slice, twelve in the second, the others never."""
    return [120] * 12 + [180] * 12 + [999] * 24


@pytest.fixture(scope="module")
def found() -> Mapping[str, Slicing]:
    graph, sample = town()
    told = cast(ModelDefinition, Told(confirmed()))
    return {s["key"]: s for s in slices(told, cast(Fitted, Flat()), graph, sample, seed=1)}


def counts(slicing: Slicing) -> list[tuple[str, int, int]]:
    return [(row["label"], row["n"], row["n_true"]) for row in slicing["rows"]]


def test_the_whole_comes_first(found: Mapping[str, Slicing]) -> None:
    assert next(iter(found)) == "whole"
    assert counts(found["whole"]) == [("all", N, 24)]


def test_a_part_in_time_counts_what_was_confirmed_in_it_among_what_was_not_before(
    found: Mapping[str, Slicing],
) -> None:
    assert counts(found["time"]) == [
        (span(AT, day(150)), N, 12),
        (span(day(150), UNTIL), N - 12, 12),
    ]


def test_states_are_those_that_recorded_the_members(found: Mapping[str, Slicing]) -> None:
    assert counts(found["state"]) == [("AA", 24, 24), ("BB", 24, 0)]


def test_areas_are_those_of_offences_that_were_known_then(found: Mapping[str, Slicing]) -> None:
    assert counts(found["area"]) == [
        ("property crime", 24, 24),
        ("economic crime", 12, 0),
        (NOTHING, 12, 0),
    ]
    assert found["area"]["excluded"] == []


def test_a_square_is_where_the_offence_happened(found: Mapping[str, Slicing]) -> None:
    assert counts(found["place"]) == [("east 30–60, north 30–60 km", 24, 24), (NOTHING, 24, 0)]
    assert [row["corner"] for row in found["place"]["rows"]] == [[30, 30], None]


def test_how_much_is_known_counts_links_of_the_members(found: Mapping[str, Slicing]) -> None:
    """Half of them have two links, twelve one and twelve none that was known then."""
    assert counts(found["known"]) == [("0 to 1 links", 24, 0), ("2 links", 24, 24)]


def test_no_place_of_residence_is_read() -> None:
    """T5: a home in the map moves nothing."""
    graph, sample = town()
    within = members_and_people(sample)
    offences = offences_of(graph.as_of(AT), within)["offence"]
    assert set(squares(graph.as_of(AT), offences)) == {(30, 30), None}
    made = GraphBuilder()
    person = made.entity("person")
    home = made.entity("place", x_km="1", y_km="1", area="Old Town")
    made.link(person, "lives_at", home)
    alone = pd.DataFrame({"candidate": [0], "entity": [person]})
    assert offences_of(made.build(), alone).empty


def test_a_way_with_nothing_to_go_by_is_left_out() -> None:
    made = GraphBuilder()
    members = np.array([made.entity("person") for _ in range(N)], np.int32)
    made.offence(*members.tolist())
    offsets = np.arange(N + 1, dtype=np.int64)
    sample = Sample(
        Candidates(members, offsets, np.empty(0, np.int32), offsets * 0),
        pd.DataFrame({"x": np.ones(N)}),
        np.zeros(N, np.int32),
        pd.DataFrame({"candidate": np.arange(N), "entity": members}),
        AT,
        UNTIL,
    )
    told = cast(ModelDefinition, Told([999] * N))
    keys = [s["key"] for s in slices(told, cast(Fitted, Flat()), made.build(), sample, seed=1)]
    assert keys == ["whole", "time", "state"]


def test_parts_are_as_many_as_can_tell_something() -> None:
    assert [n_parts(n) for n in (0, 59, 90, 119, 120, 5_000)] == [2, 2, 3, 3, 4, 4]


def test_a_span_says_the_year_where_it_changes() -> None:
    assert span(day(0), day(31)) == "1 Jan to 1 Feb 2023"
    assert span(day(330), day(370)) == "27 Nov 2023 to 6 Jan 2024"
