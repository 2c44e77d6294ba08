"""Shares, ends of time and the known faults of others, by hand."""

import pytest
from builders_validation import NOTHING_LAUNDERED, laundered, transfers, written

from workbench.analysis.validation.prevalence import decoys, faults, outside_shapes, prevalence
from workbench.analysis.validation.world import NotInWorld, WrittenWorld

ROWS = [("a", "b", 10.0 + i, i * 3.0) for i in range(10)]  # days 0 to 27


def world(*records: str, rails: tuple[str, ...] = ("card", "transfer")) -> WrittenWorld:
    rail = [rails[i % len(rails)] for i in range(10)]
    return written(transfers=transfers(ROWS, rail=rail), truth__tainted=laundered(*records))


def test_prevalence_is_per_thousand_transfers() -> None:
    assert prevalence(world("M-1"))["prevalence"].value == 100.0


def test_the_ends_are_thirds_of_time() -> None:
    # Days 0-6 hold three transfers, one laundered; days 18-27 four, two laundered.
    found = prevalence(world("M-1", "M-8", "M-9"))["prevalence_ends"]
    assert found.value == pytest.approx((2 / 4) / (1 / 3))


def test_a_world_without_laundering_has_no_prevalence() -> None:
    clean = written(transfers=transfers(ROWS), truth__tainted=NOTHING_LAUNDERED)
    with pytest.raises(NotInWorld, match="laundered"):
        prevalence(clean)


def test_laundering_on_one_rail_is_seen() -> None:
    tied = faults(world("M-1", "M-3"))["rail_distance"]  # both by card
    # Of the other eight, three are by card: |1 - 3/8| and |0 - 5/8|, halved.
    assert tied.value == pytest.approx(5 / 8)
    assert faults(world("M-1", "M-2"))["rail_distance"].value == 0.0


def test_amounts_in_a_range_of_their_own_are_seen() -> None:
    assert faults(world("M-10"))["amount_range"].value == 0.0  # the largest of all
    assert faults(world("M-5"))["amount_range"].value == 1.0


def test_a_sparse_tail_of_days_that_is_laundering_is_seen() -> None:
    busy = [("a", "b", 5.0, day + k / 100) for day in range(4) for k in range(20)]
    rows = [*busy, ("a", "b", 5.0, 4.5), ("a", "b", 5.0, 5.5)]
    tail = written(
        transfers=transfers(rows, rail=["card"] * 82),
        truth__tainted=laundered("M-1", "M-81", "M-82"),
    )
    found = faults(tail)
    assert found["quiet_days"].value == pytest.approx(2 / 3)
    assert found["worst_day"].value == 1.0


def test_decoys_that_carry_the_label_are_counted() -> None:
    made = written(
        truth__patterns={"instance": ["I-1", "I-2"], "network": ["N-1", None]},
        truth__pattern_transfers={
            "instance": ["I-1", "I-2", "I-2"],
            "record": ["M-1", "M-2", "M-3"],
        },
        truth__tainted=laundered("M-1", "M-3"),
    )
    assert decoys(made)["decoys"].value == 0.5


def test_shapeless_laundering_is_what_bears_no_name_of_a_shape() -> None:
    mixed = laundered("M-1", "M-2", "M-3", "M-4")
    mixed["pattern"] = ["random", "cycle", "", "fan_in"]
    assert outside_shapes(written(truth__tainted=mixed))["outside_shapes"].value == 0.5
