"""Gaps by hand, their interval from the literature, and alarms only where something was planted."""

from typing import Any

import numpy as np
import pytest
from builders_validation import written

from workbench.analysis.validation.bias import Means, Shares, bias, measured_gaps
from workbench.analysis.validation.world import WrittenWorld

Z = 1.959964


def test_the_interval_of_a_gap_is_newcombes() -> None:
    gap, low, high = Shares(56, 70, 48, 80).gap(Z)  # Newcombe (1998), method 10, example (a)
    assert (gap, low, high) == pytest.approx((0.2, 0.0524, 0.3339), abs=5e-5)


def test_a_gap_of_means_has_a_normal_interval() -> None:
    gap, low, high = Means(np.array([1.0, 3.0]), np.array([0.0, 2.0])).gap(1.0)
    assert gap == 1.0
    assert (high - low) / 2 == pytest.approx(np.sqrt(2 / 2 + 2 / 2))


def world(
    *,
    recorded_in: int,
    recorded_out: int,
    planted: float,
    n: int = 200,
    false: tuple[int, int] = (2, 2),
) -> WrittenWorld:
    """`n` ties within group "g" and `n` without it, so many of each reported; `false` pairs too."""
    ids = [f"P-{k:04d}" for k in range(8 * n)]
    group = ["g"] * (4 * n) + ["h"] * (4 * n)
    ties = [(ids[2 * k], ids[2 * k + 1]) for k in range(n)]
    others = [(ids[4 * n + 2 * k], ids[4 * n + 2 * k + 1]) for k in range(n)]
    seen = ties[:recorded_in] + others[:recorded_out]
    seen += [(ids[2 * n + 2 * k], ids[2 * n + 2 * k + 1]) for k in range(false[0])]
    seen += [(ids[6 * n + 2 * k], ids[6 * n + 2 * k + 1]) for k in range(false[1])]
    both = ties + others
    empty: dict[str, list[Any]] = {"person": [], "offence": [], "role": []}
    return written(
        persons={"id": ids, "community": group},
        truth__ties={
            "entity_a": [a for a, _ in both], "entity_b": [b for _, b in both],
            "network": ["N-1"] * len(both),
        },
        associated_with={"person_a": [b for _, b in seen], "person_b": [a for a, _ in seen]},
        involved_in=empty,
        truth__bias={
            "parameter": ["recording_rate", "false_label_rate", "data_error_rate"],
            "attribute": ["community"] * 3, "group": ["g"] * 3,
            "value": [0.5 + planted, 0.01, 0.1], "value_elsewhere": [0.5, 0.01, 0.1],
            "n": [n, n, n], "n_elsewhere": [n, n, n],
        },
    )  # fmt: skip


def test_gaps_are_counted_from_records_and_truth() -> None:
    gaps = {
        g.parameter: g for g in measured_gaps(world(recorded_in=140, recorded_out=100, planted=0.2))
    }
    assert set(gaps) == {"recording_rate", "false_label_rate"}
    assert gaps["recording_rate"].measured == pytest.approx(140 / 200 - 100 / 200)
    assert gaps["false_label_rate"].measured == 0.0
    assert gaps["recording_rate"].holds


def test_a_planted_gap_that_is_not_in_the_records_misses() -> None:
    assert bias(world(recorded_in=140, recorded_out=100, planted=0.2))["bias_planted"].value == 1.0
    assert bias(world(recorded_in=100, recorded_out=100, planted=0.2))["bias_planted"].value == 0.5


def test_a_null_world_alarms_only_where_records_differ() -> None:
    assert bias(world(recorded_in=104, recorded_out=100, planted=0.0))["bias_null"].value == 0.0
    assert bias(world(recorded_in=150, recorded_out=100, planted=0.0))["bias_null"].value == 1.0
    both = world(recorded_in=150, recorded_out=100, planted=0.0, false=(60, 2))
    assert bias(both)["bias_null"].value == 2.0


def neighbours(*, pull: float, seed: int) -> WrittenWorld:
    """Two communities; `pull` of either live in their own two of ten districts, the rest anywhere.
    Everybody shares the home with one more person of the same community."""
    rng = np.random.default_rng(seed)
    n = 1_500
    community = np.repeat(rng.integers(0, 2, n), 2)
    anywhere, own = rng.integers(0, 10, n), rng.integers(0, 2, n)
    district = np.where(rng.random(n) < pull, 2 * community[::2] + own, anywhere).repeat(2)
    ids = [f"P-{k:04d}" for k in range(2 * n)]
    return written(
        persons={
            "id": ids, "community": ["gh"[c] for c in community],
            "district": [f"N-{d}" for d in district],
        },
        lives_at={"person": ids, "place": [f"L-{k // 2}" for k in range(2 * n)]},
        truth__bias={
            "parameter": ["proxy_pull"], "attribute": ["community"], "group": ["g"],
            "value": [pull + (1 - pull) / 5], "value_elsewhere": [(1 - pull) / 5],
        },
    )  # fmt: skip


def test_a_pull_to_districts_is_measured_one_person_per_home() -> None:
    (gap,) = measured_gaps(neighbours(pull=0.5, seed=1))
    assert gap.holds
    assert gap.measured == pytest.approx(0.5, abs=0.1)


def test_no_pull_is_found_where_families_live_together_by_chance() -> None:
    gaps = [measured_gaps(neighbours(pull=0.0, seed=seed))[0] for seed in range(40)]
    assert sum(not gap.low <= 0 <= gap.high for gap in gaps) <= 5
