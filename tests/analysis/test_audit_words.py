"""What an audit says in sentences, and what its plots show."""

import pytest
from builders_audit import table

from workbench.analysis.audit_words import gap_sentence, p_words, points, verdict_sentence
from workbench.analysis.fairness import audit
from workbench.analysis.group_dots import group_dots, reach_of


def test_a_failure_names_attribute_error_gap_and_margin() -> None:
    found = audit(*_listed(A=(900, 100, 10, 990), B=(780, 220, 10, 990)), margin=0.05, seed=1)
    assert verdict_sentence(found) == (
        "By group, wrongly put forward differs by up to 12 points between groups: more than the "
        "margin of 5, and more than chance explains."
    )
    assert gap_sentence(found["tests"][0], 0.05) == (
        "Widest gap 12 points: B highest, A lowest; p = 0.001 after correction. Beyond the margin "
        "of 5 and beyond chance."
    )


def test_a_gap_that_passes_says_whether_margin_or_chance_let_it() -> None:
    within = audit(*_listed(A=(900, 100, 10, 990), B=(910, 90, 10, 990)), margin=0.05, seed=1)
    assert gap_sentence(within["tests"][0], 0.05).endswith("Within the margin of 5.")
    chance = {**within["tests"][0], "gap": 0.06}
    assert gap_sentence(chance, 0.05).endswith("Beyond the margin of 5, but not beyond chance.")


def test_too_little_data_is_no_pass() -> None:
    found = audit(*_listed(A=(90, 10, 1, 9), B=(90, 10, 1, 9)), margin=0.05, seed=1)
    assert verdict_sentence(found) == (
        "No gap beyond the margin of 5 points was shown, but groups by group are too small to show "
        "one of that size (missed and wrongly put forward)."
    )
    # 1.96² · 0.1 · 0.9 / 0.05² = 138.3
    assert gap_sentence(found["tests"][1], 0.05).endswith(
        "To see a gap of 5 points it needs 139 positives in each group; A 10 and B 10."
    )


def test_what_is_needed_is_said_where_nothing_can_be_compared_and_where_nothing_would_do() -> None:
    alone = audit(*_listed(A=(20, 20, 5, 5), B=(0, 0, 50, 50)), margin=0.05, seed=1)
    assert gap_sentence(alone["tests"][0], 0.05).endswith(
        "it needs 385 negatives in each group; B 0 and A 40."
    )
    never = audit(*_listed(A=(20, 20, 5, 5), B=(20, 20, 5, 5)), margin=0.0, seed=1)
    assert "cannot be shown by any number of negatives" in gap_sentence(never["tests"][0], 0.0)


def test_of_many_groups_that_fall_short_the_smallest_are_named() -> None:
    many = {name: (n, n, 0, 0) for name, n in zip("ABCDEF", range(10, 16), strict=True)}
    found = audit(*_listed(**many), margin=0.05, seed=1)
    assert gap_sentence(found["tests"][0], 0.05).endswith(
        "in each group; A 20, B 22, C 24, D 26 and 2 more groups too few."
    )


@pytest.mark.parametrize(
    ("share", "said"), [(None, "–"), (0.05, "5"), (0.00384, "0.38"), (0.123, "12"), (1.0, "100")]
)
def test_points_have_two_digits(share: float | None, said: str) -> None:
    assert points(share) == said


def test_p_values_have_two_digits() -> None:
    assert (p_words(None), p_words(0.0004), p_words(0.03123)) == ("–", "below 0.001", "0.031")


def test_dots_are_sorted_short_ones_marked_and_the_margin_begins_at_the_lowest_sure_rate() -> None:
    found = audit(
        *_listed(A=(900, 100, 1, 1), B=(800, 200, 1, 1), C=(1, 0, 1, 1), D=(0, 0, 1, 1)),
        margin=0.05,
        seed=1,
    )
    dots, band = group_dots(found["groups"], found["tests"][0], 0.05)
    assert [(d.group, d.short, d.note) for d in dots] == [
        ("B", False, "1,000 negatives"),
        ("A", False, "1,000 negatives"),
        ("C", True, "1 negative"),
    ]
    assert band == pytest.approx((0.1, 0.15))
    assert reach_of(dots, band) == dots[0].high
    assert len(group_dots(found["groups"], found["tests"][0], 0.05, most=2)[0]) == 2


def _listed(**groups: tuple[int, int, int, int]) -> tuple[object, list[object]]:
    outcomes, attribute = table(**groups)
    return outcomes, [attribute]
