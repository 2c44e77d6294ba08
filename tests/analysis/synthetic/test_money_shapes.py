"""Shapes of money, worked out by hand on five accounts."""

import numpy as np
import pytest

from workbench.analysis.synthetic.money_shapes import (
    CRIME,
    INNOCENT,
    PATTERNS,
    THRESHOLD,
    Habit,
    Paid,
    clock,
    pay,
    shape,
)
from workbench.analysis.synthetic.scenario import DAY


def paid(
    pattern: str, n: int, *, habit: Habit = CRIME, times: int = 40, typical: float = 500.0
) -> Paid:
    rng = np.random.default_rng(n)
    steps = np.array([shape(rng, pattern, n) for _ in range(times)])
    return pay(rng, pattern, steps, np.full(times, typical), habit)


@pytest.mark.parametrize(
    ("pattern", "steps"),
    [
        ("fan_in", [(1, 0, 0), (2, 0, 0), (3, 0, 0), (4, 0, 0)]),
        ("fan_out", [(0, 1, 0), (0, 2, 0), (0, 3, 0), (0, 4, 0)]),
        ("cycle", [(0, 1, 0), (1, 2, 1), (2, 3, 2), (3, 4, 3), (4, 0, 4)]),
        ("layered", [(0, 1, 0), (1, 2, 1), (2, 3, 2), (3, 4, 3)]),
        ("mirror", [(0, 1, 0), (2, 3, 0), (4, 1, 0)]),
        (
            "scatter_gather",
            [(0, 1, 0), (0, 2, 0), (0, 3, 0), (1, 4, 1), (2, 4, 1), (3, 4, 1)],
        ),
        ("gather_scatter", [(1, 0, 0), (2, 0, 0), (0, 3, 1), (0, 4, 1)]),
    ],
)
def test_a_shape_has_its_steps(pattern: str, steps: list[tuple[int, int, int]]) -> None:
    assert shape(np.random.default_rng(1), pattern, 5) == steps


@pytest.mark.parametrize("pattern", PATTERNS)
@pytest.mark.parametrize("n", [5, 8])
def test_every_shape_reaches_every_account_and_none_pays_itself(pattern: str, n: int) -> None:
    steps = shape(np.random.default_rng(n), pattern, n)
    assert all(source != target for source, target, _ in steps)
    assert {end for source, target, _ in steps for end in (source, target)} == set(range(n))


@pytest.mark.parametrize("habit", [CRIME, INNOCENT])
@pytest.mark.parametrize("pattern", PATTERNS)
def test_money_is_conserved_and_moves_on_only_after_it_came(pattern: str, habit: Habit) -> None:
    made = paid(pattern, 7, habit=habit)
    for source, target, day, amount in zip(
        made.source, made.target, made.day, made.amount, strict=True
    ):
        for account in range(7):
            out, into = source == account, target == account
            begins = pattern == "cycle" and account == 0  # money leaves before it comes back
            if not out.any() or not into.any() or begins:
                continue
            assert day[out].min() > day[into].max()
            assert amount[out].sum() <= amount[into].sum() + 0.001
            assert amount[out].sum() >= (1 - habit.kept) * amount[into].sum() - 0.01 * out.sum()


def test_what_a_cycle_brings_back_is_what_left_less_what_was_kept() -> None:
    made = paid("cycle", 5)
    assert (made.source[:, 0] == 0).all()
    assert (made.target[:, -1] == 0).all()
    assert (np.diff(made.day, axis=1) > 0).all()
    assert (made.amount[:, -1] <= made.amount[:, 0]).all()
    assert (made.amount[:, -1] >= made.amount[:, 0] * (1 - CRIME.kept) ** 4 - 0.05).all()


def test_structuring_moves_more_than_the_threshold_in_payments_below_it() -> None:
    made = paid("structuring", 6)
    assert made.amount.max() < THRESHOLD
    assert (np.where(made.layer == 0, made.amount, 0).sum(axis=1) > THRESHOLD).all()


def test_mirrored_payments_agree_within_three_per_cent() -> None:
    made = paid("mirror", 6)
    assert (made.amount.min(axis=1) >= made.amount.max(axis=1) * 0.97 - 0.02).all()


def test_every_instance_begins_at_once_and_is_over_within_sixty_days() -> None:
    slow = paid("layered", 8, habit=Habit(delay=40.0, spread=0.5, kept=0.1))
    assert (slow.day.min(axis=1) == 0).all()
    assert slow.day.max() <= 60.0001


def test_both_sides_draw_their_amounts_alike() -> None:
    one, other = (paid("fan_in", 6, habit=habit, times=400) for habit in (CRIME, INNOCENT))
    assert np.median(one.amount) == pytest.approx(np.median(other.amount), rel=0.1)


def test_the_clock_keeps_order_and_follows_the_day_and_the_week() -> None:
    even = np.linspace(0, 27.9, 40_000)
    seconds = clock(even)
    assert (np.diff(seconds) >= 0).all()
    assert clock(np.array([0.0, 7.0, 14.0])).tolist() == [0, 7 * DAY, 14 * DAY]
    hour = seconds % DAY // 3_600
    assert (hour == 3).sum() < (hour == 17).sum() / 10
    weekday = seconds // DAY % 7  # the first day is a Sunday
    assert (weekday == 0).sum() == pytest.approx((weekday == 5).sum() / 2, rel=0.05)  # 6 to 12
