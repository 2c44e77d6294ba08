"""Labels born of prompting, by hand: six people, whom a finding named and when (duty T15)."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

import numpy as np
import pytest
from builders_graph import GraphBuilder, day
from builders_training import WORLD, Callers

from workbench.analysis.graph import CaseGraph
from workbench.analysis.modelling import Candidates, Sample, sample_at
from workbench.analysis.picture import records_at
from workbench.analysis.prompted import NEVER, first_asked, prompted, without
from workbench.domain.finding import Claim, Subgraph

AS_OF, UNTIL = 100.0, 200.0


def town(*told: tuple[int, int, float]) -> CaseGraph:
    """Six people, known from day 0; `told` are associations recorded on a day."""
    made = GraphBuilder()
    people = [made.entity("person") for _ in range(6)]
    for one, other, on in told:
        made.link(people[one], "associated_with", people[other], known=on)
    return made.build()


def claim(graph: CaseGraph, *members: int, on: float, dataset: str = WORLD) -> Claim:
    """That these people were named to a person with what was known by day `on`."""
    chosen = graph.entities.loc[list(members)]
    return Claim(
        finding_id="F-1",
        case_id="C-1",
        dataset=dataset,
        text="They may be connected.",
        subject_ids=tuple(chosen["id"]),
        subgraph=Subgraph(entities=(), links=()),
        records=records_at(graph, chosen["record"].tolist()),
        as_of=day(on),
        salt="0" * 32,
    )


def sampled(graph: CaseGraph) -> Sample:
    return sample_at(Callers(), graph, as_of=day(AS_OF), until=day(UNTIL), seed=1)


def tagged(graph: CaseGraph, claims: Sequence[Claim], dataset: str = WORLD) -> set[tuple[int, int]]:
    """The pairs whose label counts as prompted."""
    sample = sampled(graph)
    rows = prompted(Callers(), graph, sample, claims, dataset=dataset)
    return {tuple(pair) for pair in sample.candidates.members.reshape(-1, 2)[rows].tolist()}


def test_a_label_that_became_known_after_the_finding_is_prompted() -> None:
    graph = town((0, 1, 150))
    assert tagged(graph, [claim(graph, 0, 1, on=120)]) == {(0, 1)}
    assert tagged(graph, [claim(graph, 1, 0, on=50)]) == {(0, 1)}  # before the slice, any order


def test_a_label_that_was_known_before_the_finding_is_not() -> None:
    graph = town((0, 1, 150))
    assert tagged(graph, [claim(graph, 0, 1, on=160)]) == set()
    assert tagged(graph, [claim(graph, 0, 1, on=150)]) == set()  # known by then


def test_what_nothing_confirmed_is_prompted_until_the_time_of_labels_is_over() -> None:
    graph = town((0, 1, 150))
    assert tagged(graph, [claim(graph, 2, 3, on=199)]) == {(2, 3)}
    assert tagged(graph, [claim(graph, 2, 3, on=200)]) == set()
    assert tagged(graph, [claim(graph, 2, 3, on=500)]) == set()


def test_the_first_of_several_findings_counts() -> None:
    graph = town((0, 1, 150))
    both = [claim(graph, 0, 1, on=160), claim(graph, 0, 1, on=140)]
    assert tagged(graph, both) == tagged(graph, both[::-1]) == {(0, 1)}


def test_without_findings_nothing_is_prompted() -> None:
    assert tagged(town((0, 1, 150)), []) == set()


def test_a_finding_of_an_earlier_delivery_counts_in_a_longer_one() -> None:
    earlier, longer = town(), town((0, 1, 150))
    before = claim(earlier, 0, 1, on=120, dataset="first-delivery")
    assert tagged(longer, [before]) == {(0, 1)}


def test_a_finding_of_another_world_that_numbers_alike_does_not() -> None:
    graph = town((0, 1, 150))
    other = claim(graph, 0, 1, on=120, dataset="another-world")
    moved = [replace(r, known_at=r.known_at + timedelta(hours=1)) for r in other.records]
    assert tagged(graph, [replace(other, records=tuple(moved))]) == set()
    assert tagged(graph, [replace(other, records=())]) == set()
    assert tagged(graph, [other]) == {(0, 1)}  # the control: the same records


def test_a_group_counts_as_asked_about_when_more_than_half_is_shared() -> None:
    graph = town()
    groups = Candidates(
        np.array([0, 1, 2, 0, 1, 2, 3, 0, 1, 3, 4], np.int32),
        np.array([0, 3, 7, 11], np.int64),
        np.empty(0, np.int32),
        np.zeros(4, np.int64),
    )
    first = first_asked(graph, groups, [claim(graph, 0, 1, 2, on=120)])
    assert (first != NEVER).tolist() == [True, True, False]  # 3 of 3, 3 of 4, 2 of 5


def test_what_is_left_out_takes_its_people_along() -> None:
    sample = sampled(town((0, 1, 150)))
    rows = np.zeros(len(sample), dtype=bool)
    rows[[0, 3]] = True
    left = without(sample, rows)
    assert len(left) == len(sample) - 2
    kept = np.flatnonzero(~rows)
    assert left.labels.tolist() == sample.labels[kept].tolist()
    for i, row in enumerate(kept.tolist()):
        assert left.candidates.members_of(i).tolist() == sample.candidates.members_of(row).tolist()
        mine = left.people.loc[left.people["candidate"] == i, "entity"]
        assert sorted(mine) == sorted(sample.candidates.members_of(row))
    assert without(sample, np.zeros(len(sample), dtype=bool)) is sample


def test_an_empty_sample_stays_empty() -> None:
    graph = town()
    nobody = sampled(graph).take(np.empty(0, np.int64))
    rows = prompted(Callers(), graph, nobody, [claim(graph, 0, 1, on=120)], dataset=WORLD)
    assert rows.tolist() == []


@pytest.mark.parametrize("label_day", [101.0, 199.0])
def test_the_day_of_the_label_alone_decides(label_day: float) -> None:
    graph = town((0, 1, label_day))
    assert tagged(graph, [claim(graph, 0, 1, on=150)]) == ({(0, 1)} if label_day > 150 else set())


def test_looking_back_prompts_nothing_that_was_there_already() -> None:
    graph = town((0, 1, 150))
    back = claim(graph, 0, 1, on=50)
    assert tagged(graph, [replace(back, known_until=day(300))]) == set()
    # records of a later delivery than day 120 may be there because people looked
    assert tagged(graph, [replace(back, known_until=day(120))]) == {(0, 1)}
