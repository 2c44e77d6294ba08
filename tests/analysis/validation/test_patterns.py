"""Planted instances are found again from the records, or not."""

from typing import Any

from builders_validation import laundered, transfers, written

from workbench.analysis.validation.patterns import patterns
from workbench.analysis.validation.world import WrittenWorld

CYCLE = [("a", "b", 100.0, 0.0), ("b", "c", 95.0, 1.0), ("c", "a", 90.0, 2.0)]


def world(
    rows: list[tuple[str, str, float, float]], pattern: str, n_told: int | None = None
) -> WrittenWorld:
    records = [f"M-{i + 1}" for i in range(len(rows))]
    tainted: dict[str, list[Any]] = laundered(*records, pattern=pattern)
    return written(
        transfers=transfers(rows),
        truth__tainted=tainted,
        truth__patterns={
            "instance": ["I-1"], "network": ["N-1"], "pattern": [pattern],
            "n_transfers": [n_told or len(rows)],
        },
        truth__pattern_transfers={"instance": ["I-1"] * len(rows), "record": records},
    )  # fmt: skip


def values(made: WrittenWorld) -> dict[str, float]:
    return {key: found.value for key, found in patterns(made).items()}


def test_a_whole_cycle_is_found_in_every_way() -> None:
    assert values(world(CYCLE, "cycle")) == {
        "pattern_shape": 1.0, "pattern_order": 1.0, "pattern_money": 1.0, "cycles_close": 1.0,
    }  # fmt: skip


def test_a_cycle_that_never_closes_is_not() -> None:
    found = values(world([*CYCLE[:2], ("c", "d", 90.0, 2.0)], "cycle"))
    assert (found["pattern_shape"], found["cycles_close"]) == (0.0, 0.0)


def test_money_from_nowhere_is_seen() -> None:
    found = values(world([*CYCLE[:2], ("c", "a", 96.0, 2.0)], "cycle"))
    assert (found["pattern_shape"], found["pattern_money"]) == (1.0, 0.0)


def test_an_instance_with_a_record_missing_or_of_unknown_shape_is_not_found() -> None:
    assert values(world(CYCLE, "cycle", n_told=4))["pattern_shape"] == 0.0
    assert values(world(CYCLE, "spiral"))["pattern_shape"] == 0.0


def test_look_alikes_are_counted_apart() -> None:
    made = world(CYCLE, "cycle")
    made.tables["truth/patterns"].loc[1] = ["I-2", "", "fan_in", 2]
    found = values(made)
    assert (found["pattern_shape"], found["look_alike_shape"]) == (1.0, 0.0)
