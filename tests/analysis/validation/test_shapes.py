"""Every shape by hand, beside something close to it that is none."""

import pytest

from workbench.analysis.validation.shapes import (
    SHAPES,
    Step,
    closes,
    conserved,
    in_order,
)


def steps(text: str, amounts: list[float] | None = None) -> list[Step]:
    """``ab bc`` is a pays b, then b pays c, one second later, the same amount."""
    pairs = text.split()
    sums = amounts or [100.0] * len(pairs)
    return [Step(p[0], p[1], float(i), sums[i]) for i, p in enumerate(pairs)]


@pytest.mark.parametrize(
    ("pattern", "right", "wrong"),
    [
        ("fan_in", "ax bx cx", "ax bx cy"),
        ("fan_in", "ax bx cx", "ax bx ax"),
        ("fan_out", "xa xb xc", "xa xb bc"),
        ("cycle", "ab bc ca", "ab bc cd"),
        ("cycle", "ab bc ca", "ab bc cb"),
        ("cycle", "ab bc ca", "bc ab ca"),
        ("scatter_gather", "ab ac bd cd", "ab ac bd ce"),
        ("gather_scatter", "ax bx xc xd", "ax bx xc"),
        ("bipartite", "ac ad bc bd", "ac ad ce"),
        ("stack", "ac bd ce df", "ab cd ef"),
        ("random", "ab bc bd", "ab cd"),
    ],
)
def test_a_shape_is_found_and_what_only_looks_like_it_is_not(
    pattern: str, right: str, wrong: str
) -> None:
    assert SHAPES[pattern](steps(right))
    assert not SHAPES[pattern](steps(wrong))


def test_structuring_stays_under_the_threshold() -> None:
    rule = SHAPES["structuring"]
    assert rule(steps("ax bx cx", [9_000, 9_500, 9_900]))
    assert rule(steps("ax bx cx xd", [9_000, 9_500, 9_900, 28_000]))  # passed on as one
    assert not rule(steps("ax bx cx", [9_000, 9_500, 10_000]))  # one is reported
    assert not rule(steps("ax bx cx", [900, 950, 990]))  # nothing to hide
    assert not rule(steps("ax bx cx de", [9_000, 9_500, 9_900, 100]))


def test_mirrors_come_in_twins() -> None:
    assert SHAPES["mirror"](steps("ab cd", [500, 510]))
    assert not SHAPES["mirror"](steps("ab cd", [500, 700]))


def test_a_cycle_that_never_closes_is_seen() -> None:
    assert closes(steps("ab bc ca"))
    assert not closes(steps("ab bc cd"))


def test_money_that_leaves_before_it_came_is_out_of_order() -> None:
    assert in_order(steps("ab bc"))
    assert not in_order(steps("ab cd bc"))  # c pays before it was paid


@pytest.mark.parametrize(
    ("text", "amounts", "holds"),
    [
        ("ab bc", [100, 90], True),
        ("ab bc", [100, 101], False),  # more than came
        ("ab bc", [100, 40], False),  # more than half kept
        ("ab bc ab", [50, 60, 50], False),  # sent on before it was there
        ("ab bc ca", [100, 95, 300], False),  # c has only 95
        ("ab cb bd", [60, 40, 100], True),
    ],
)
def test_money_is_conserved_but_for_what_is_kept(
    text: str, amounts: list[float], holds: bool
) -> None:
    assert conserved(steps(text, amounts)) is holds
