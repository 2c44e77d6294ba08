"""Concentration, repeats and near repeats of a handful of offences."""

import numpy as np
import pytest
from builders_validation import written

from workbench.analysis.validation.offences import concentration, half_of, knox, repeats
from workbench.analysis.validation.world import NotInWorld, WrittenWorld

SIX = np.array([[0, 0], [0.1, 0], [0, 0.1], [5, 5], [5.1, 5], [9, 9]], dtype=np.float64)


def test_half_of_a_sum_is_held_by_the_largest() -> None:
    assert half_of(np.array([1, 1, 6, 2, 2])) == 1
    assert half_of(np.array([1, 1, 1, 1])) == 2


def test_segments_that_hold_half_are_counted_over_all_segments() -> None:
    world = written(
        places={"id": [f"L-{i}" for i in range(10)], "segment": [f"S-{i}" for i in range(10)]},
        truth__offence_places={
            "offence": [f"E-{i}" for i in range(6)],
            "place": ["L-0"] * 4 + ["L-1", "L-2"],
        },
    )
    assert concentration(world)["concentration"].value == 0.1


def test_a_world_without_segments_says_so() -> None:
    with pytest.raises(NotInWorld, match="segment"):
        concentration(written(places={"id": ["L-1"]}))


def suspects(*rows: tuple[str, str, str]) -> WrittenWorld:
    return written(
        persons={"id": ["P-1", "P-2", "P-3"]},
        truth__same_person={"entity_a": ["P-1"], "entity_b": ["P-3"]},
        involved_in={
            "person": [r[0] for r in rows],
            "offence": [r[1] for r in rows],
            "role": [r[2] for r in rows],
        },
    )


def test_a_person_delivered_twice_counts_once_and_victims_do_not() -> None:
    world = suspects(
        ("P-1", "E-1", "suspect"),
        ("P-3", "E-1", "suspect"),  # the same person again
        ("P-3", "E-2", "suspect"),
        ("P-2", "E-2", "suspect"),
        ("P-2", "E-3", "victim"),
    )
    found = repeats(world)
    assert found["co_offending"].value == 0.5  # E-2 of E-1 and E-2
    assert found["repeat"].value == pytest.approx(2 / 3)  # P-1 in two of three participations


def test_knox_counts_near_pairs_over_what_shuffles_give() -> None:
    # Near in place: three pairs among the first three points, one among the next two.
    together = np.array([0, 1, 2, 100, 101, 300], dtype=np.float64)
    ratio, p = knox(SIX, together, np.random.default_rng(1), n_permutations=999)
    # All four are near in time. A random pair is with chance 4/15, so that 4 · 4/15 are expected.
    assert ratio == pytest.approx(4 / (16 / 15), rel=0.1)
    assert p < 0.05


def test_knox_finds_nothing_where_days_are_far_apart() -> None:
    apart = np.arange(6.0) * 50
    ratio, p = knox(SIX, apart, np.random.default_rng(1), n_permutations=99)
    assert np.isnan(ratio)
    assert p == 1.0


def test_knox_keeps_its_false_alarm_rate() -> None:
    alarms = 0
    for seed in range(60):
        rng = np.random.default_rng(seed)
        _, p = knox(rng.uniform(0, 5, (150, 2)), rng.uniform(0, 365, 150), rng, n_permutations=59)
        alarms += p <= 0.05
    assert alarms <= 8
