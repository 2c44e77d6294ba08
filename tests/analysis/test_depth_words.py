"""Sentences of calibration and of people as the unit, and their dots."""

import numpy as np
from builders_audit import attribute

from workbench.analysis.depth import depth
from workbench.analysis.depth_words import (
    calibration_sentence,
    depth_notes,
    furthest_off,
    of_attribute,
    people_dots,
    people_sentence,
)
from workbench.analysis.per_person import Capacity, PerPerson
from workbench.analysis.subgroups import Outcomes


def people() -> PerPerson:
    """Twelve people in six pairs: one pair wrongly put forward, one true and missed."""
    rows = np.repeat(np.arange(6, dtype=np.int32), 2)
    said = np.array([True, False, False, True, False, False])
    label = np.array([False, True, False, True, False, False])
    outcomes = Outcomes.of(label, said).about(rows, np.arange(12, dtype=np.int32))
    found = depth(
        outcomes,
        [attribute([0] * 10 + [1] * 2)],
        np.array([0.9, 0.1, 0.1, 0.8, 0.1, 0.1]),
        threshold=0.5,
        capacity=Capacity(1, "declared"),
        seed=1,
    )["per_person"]
    assert found is not None
    return found


def test_people_are_told_of_with_how_many_are_put_forward_and_out_of_whom() -> None:
    assert people_sentence(people(), "at_threshold", "wronged").startswith(
        "At the working threshold, 2 put forward: of 12 people with a candidate, 17 % (95 % "
    )
    assert people_sentence(people(), "at_capacity", "missed").startswith(
        "At capacity, 1 put forward (at most 1: declared): of 4 people with a true tie, 100 % "
    )


def test_dots_of_people_are_hollow_where_there_are_few() -> None:
    rows = [row for row in people()["rows"] if row["attribute"]]
    dots = people_dots(rows, "at_threshold", "wronged", most=5)
    assert [(d.group, d.n, d.value, d.short) for d in dots] == [
        ("A", 10, 0.2, False),
        ("B", 2, 0.0, True),
    ]
    assert dots[0].note == "10 people"
    assert [d.group for d in people_dots(rows, "at_threshold", "missed", most=5)] == ["A"]


def test_the_group_whose_probabilities_are_furthest_off_is_named_with_base_rates() -> None:
    rng = np.random.default_rng(5)
    p, group = rng.beta(2, 3, 3_000), np.arange(3_000) % 2
    label = rng.random(3_000) < p * np.where(group == 1, 0.5, 1.0)
    few = np.where(np.arange(3_000) < 6, 2, group)
    found = depth(
        Outcomes.of(label, p >= 0.5),
        [attribute(few)],
        p,
        threshold=0.5,
        capacity=None,
        seed=1,
    )
    assert found["calibration"] is not None
    rows = of_attribute(found["calibration"]["rows"], "group")
    worst = furthest_off(rows)
    assert worst is not None
    assert worst["group"] == "B"
    said = calibration_sentence(rows)
    assert said.startswith("Furthest off: B, where 4")
    assert "the probability says more than there is" in said
    assert "1 of 3 groups have fewer than 10" in said
    assert "Among groups with enough to tell, base rates run from 2" in said
    even = calibration_sentence([row for row in rows if row["group"] == "A"])
    assert even.startswith("In no group do probabilities lie surely above or below")
    assert calibration_sentence([row for row in rows if not row["tells"]]).startswith(
        "No group has enough to tell"
    )


def test_without_scores_or_people_there_is_nothing_beneath() -> None:
    label = np.array([True, False])
    rows = Outcomes.of(label, label)
    groups = [attribute([0, 1])]
    none = depth(rows, groups, None, threshold=None, capacity=None, seed=1)
    assert none == {"calibration": None, "curves": None, "per_person": None}
    wide = depth(rows, groups, np.array([-1.0, 2.0]), threshold=0.0, capacity=None, seed=1)
    assert wide["calibration"] is None
    assert wide["curves"] is not None


def test_that_groups_have_no_curve_is_noted_only_where_curves_are() -> None:
    curves = {"rows": [{"attribute": "age_band"}] * 2, "n_left_out": {"age_band": 5}}
    (note,) = depth_notes({"curves": curves})
    assert note.endswith("more there are by age band (7).")
    assert depth_notes({}) == depth_notes({"curves": None}) == []
    assert depth_notes({"curves": {**curves, "n_left_out": {}}}) == []
