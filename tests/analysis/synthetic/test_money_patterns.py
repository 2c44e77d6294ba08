"""Shapes of money, worked out by hand on five accounts."""

import numpy as np
import pandas as pd
import pytest

from workbench.analysis.synthetic.money_patterns import (
    CRIME,
    INNOCENT,
    PATTERNS,
    Habit,
    instance,
    shape,
)

RNG = np.random.default_rng(1)


@pytest.mark.parametrize(
    ("pattern", "steps"),
    [
        ("fan_in", [(1, 0, 0), (2, 0, 0), (3, 0, 0), (4, 0, 0)]),
        ("fan_out", [(0, 1, 0), (0, 2, 0), (0, 3, 0), (0, 4, 0)]),
        ("cycle", [(0, 1, 0), (1, 2, 1), (2, 3, 2), (3, 4, 3), (4, 0, 4)]),
        (
            "scatter_gather",
            [(0, 1, 0), (0, 2, 0), (0, 3, 0), (1, 4, 1), (2, 4, 1), (3, 4, 1)],
        ),
        ("gather_scatter", [(1, 0, 0), (2, 0, 0), (0, 3, 1), (0, 4, 1)]),
    ],
)
def test_a_shape_has_its_steps(pattern: str, steps: list[tuple[int, int, int]]) -> None:
    assert shape(RNG, pattern, 5) == steps


@pytest.mark.parametrize("pattern", PATTERNS)
@pytest.mark.parametrize("n", [4, 5, 8])
def test_every_shape_reaches_every_account_and_none_pays_itself(pattern: str, n: int) -> None:
    steps = shape(np.random.default_rng(n), pattern, n)
    assert all(source != target for source, target, _ in steps)
    assert {end for source, target, _ in steps for end in (source, target)} == set(range(n))


@pytest.mark.parametrize("habit", [CRIME, INNOCENT])
@pytest.mark.parametrize("pattern", PATTERNS)
def test_money_is_conserved_and_moves_on_only_after_it_came(pattern: str, habit: Habit) -> None:
    accounts = np.arange(10, 17)
    paid = instance(np.random.default_rng(3), pattern, accounts, 100.0, habit)
    made = pd.DataFrame(paid, columns=["source", "target", "at", "amount"])
    first = {int(s) for s in made["source"]} - {int(t) for t in made["target"]}
    for account in {int(s) for s in made["source"]} - first:
        paid = made[made["source"] == account]
        came = made[made["target"] == account]
        if paid["at"].min() < came["at"].min():
            continue  # where a circle starts, money is paid before it comes back
        assert paid["at"].min() > came["at"].max()
        assert paid["amount"].sum() <= came["amount"].sum() * 1.1 + 1


def test_both_sides_draw_their_amounts_alike() -> None:
    def median(habit: Habit) -> float:
        rng = np.random.default_rng(9)
        made = [instance(rng, "fan_in", np.arange(6), 50.0, habit) for _ in range(200)]
        return float(np.median([amount for one in made for *_, amount in one]))

    assert median(CRIME) == pytest.approx(median(INNOCENT), rel=0.15)
