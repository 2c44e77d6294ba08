"""Scores in steps: which edges they have, and that the counts of a step are those of its rows."""

import numpy as np
from builders_audit import attribute

from workbench.analysis.scored import LEAST, MOST, Steps, cuts
from workbench.analysis.subgroups import Attribute, Outcomes


def test_edges_lie_where_declared_shares_of_all_rows_are_put_forward() -> None:
    scores = np.arange(1000) / 1000
    steps = Steps.of(scores, np.zeros(1000, np.int32), threshold=0.33)
    forward = [int((scores >= edge).sum()) for edge in steps.edges[steps.grid]]
    assert forward == [900, 800, 700, 670, 600, 500, 400, 300, 200, 100, 50, 20, 10, 5, 2, 1]
    assert steps.edges[steps.grid][steps.working or 0] == 0.33


def test_a_row_is_put_forward_at_an_edge_when_its_step_is_above_it() -> None:
    scores = np.array([0.1, 0.2, 0.2, 0.5])
    label = np.array([0, 1, 0, 1], np.int32)
    steps = Steps.of(scores, label, threshold=0.3, bins=np.array([0.2]))
    for k, edge in enumerate(steps.edges):
        assert (steps.step > k).tolist() == (scores >= edge).tolist()
    assert (steps.cells % 2).tolist() == label.tolist()


def test_rows_about_nobody_are_no_part_of_the_whole() -> None:
    label = np.array([True, False, True])
    outcomes = Outcomes.of(label, label).about(
        np.array([0, 1], np.int32), np.array([0, 1], np.int32)
    )
    steps = Steps.of(np.array([0.5, 0.4, 0.9]), label.astype(np.int32), threshold=0.5)
    whole, group = cuts(outcomes, (attribute([0, 0]),), steps, seed=1)
    assert whole.table.sum() == 2
    assert group.table.sum() == 2


def test_the_largest_groups_are_cut_and_small_ones_do_not_tell() -> None:
    n = 2 * LEAST
    many = np.concatenate([np.arange(30) % 30, np.zeros(n, int), np.ones(n, int)])
    label = np.arange(len(many)) % 2 == 0
    groups = Attribute.of("g", [f"{c:02d}" for c in many])
    steps = Steps.of(np.linspace(0, 1, len(many)), label.astype(np.int32), threshold=None)
    _, cut = cuts(Outcomes.of(label, label), (groups,), steps, seed=1)
    assert len(cut.incidence.groups) == MOST
    assert cut.tells == [True, True] + [False] * (MOST - 2)
    assert steps.working is None
