"""What an audit says in sentences, and what its plots show."""

import numpy as np
import pytest
from builders_audit import table

from workbench.analysis.audit_words import (
    gap_sentence,
    p_words,
    points,
    quoted,
    shared_sentence,
    verdict_sentence,
)
from workbench.analysis.fairness import audit
from workbench.analysis.group_dots import group_dots, reach_of, undrawn_words
from workbench.analysis.subgroups import Attribute, Outcomes


def test_a_failure_names_attribute_error_gap_and_margin() -> None:
    found = audit(*_listed(A=(900, 100, 10, 990), B=(780, 220, 10, 990)), margin=0.05, seed=1)
    assert verdict_sentence(found) == (
        "By group, B is wrongly put forward more often: 22 % of 1,000 negatives, against 10 % of "
        "1,000 in A. These 12 points are more than the margin of 5 and more than chance explains."
    )
    assert gap_sentence(found["tests"][0], 0.05) == (
        "B 22 % of 1,000, A 10 % of 1,000: 12 points; p = 0.001 after correction. Beyond the "
        "margin of 5 and beyond chance."
    )


def test_the_headline_names_the_groups_that_are_sure_not_the_two_furthest_apart() -> None:
    # tiny has no error in 3 rows and small 2 in 4: 50 points, by chance; A and B differ surely
    found = audit(
        *_listed(A=(900, 100, 0, 0), B=(780, 220, 0, 0), small=(2, 2, 0, 0), tiny=(3, 0, 0, 0)),
        margin=0.05,
        seed=1,
    )
    test = found["tests"][0]
    assert (test["gap"], test["between"]) == (0.5, ["tiny", "small"])
    assert test["contrast"] == {
        "worse": {"group": "B", "rate": 0.22, "n": 1000},
        "better": {"group": "A", "rate": 0.10, "n": 1000},
    }
    assert verdict_sentence(found).startswith("By group, B is wrongly put forward more often: 22 %")
    assert gap_sentence(test, 0.05).endswith(
        "Widest of all, sure or not: 50 points, small highest, tiny lowest."
    )


def test_a_single_attribute_makes_the_headline_before_an_intersection() -> None:
    outcomes, sex = table(f=(900, 100, 0, 0), m=(780, 220, 0, 0))
    half = np.arange(2000) % 2
    cells = np.where((sex.codes == 1) & (half == 1) & (outcomes.cells == 1), 0, outcomes.cells)
    changed = Outcomes.of(cells >= 2, cells % 2 == 1)
    other = Attribute("half", half.astype(np.int32), ("even", "odd"))
    found = audit(changed, [sex, other], margin=0.01, seed=1)
    crossed = [t for t in found["tests"] if t["attribute"] == "group × half"]
    assert crossed[0]["verdict"] == "fail"
    assert verdict_sentence(found).startswith("By half, even is wrongly put forward more often")
    assert verdict_sentence(found).endswith("1 more of 6 tests failed.")


def test_an_audit_kept_without_the_contrast_claims_no_size() -> None:
    found = audit(*_listed(A=(900, 100, 10, 990), B=(780, 220, 10, 990)), margin=0.05, seed=1)
    for test in found["tests"]:
        del test["contrast"]
    assert verdict_sentence(found) == (
        "By group, wrongly put forward differs between groups: more than the margin of 5 and more "
        "than chance explains."
    )


def test_groups_of_one_without_an_error_are_not_called_large_enough() -> None:
    found = audit(*_listed(A=(1, 0, 1, 0), B=(1, 0, 1, 0)), margin=0.05, seed=1)
    assert found["verdict"] == "pass"  # the rule: no error, nothing varies
    assert "groups may still be too small to tell: the smallest has 1" in verdict_sentence(found)
    dots, band = group_dots(found["groups"], found["tests"][0], 0.05)
    assert [dot.short for dot in dots] == [True, True]
    assert band is None


def test_what_is_permuted_is_said_by_how_many_people_a_candidate_is_about() -> None:
    outcomes, _ = table(A=(2, 1, 0, 0))
    pairs = outcomes.about(np.array([0, 0, 1, 2], np.int32), np.array([0, 1, 1, 2], np.int32))
    many = outcomes.about(np.array([0, 0, 0, 1, 2], np.int32), np.array([0, 1, 2, 1, 2], np.int32))
    group = Attribute("g", np.array([0, 1, 0], np.int32), ("A", "B"))
    said = [shared_sentence(audit(o, [group], margin=0.05, seed=1)) for o in (pairs, many)]
    assert "people are resampled and permuted, not candidates" in said[0]
    assert "errors are permuted between candidates whose people stay together" in said[1]


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
    assert undrawn_words(found["groups"], found["tests"][0], 2) == (
        "Not drawn: 1 group with fewer negatives than those drawn, 1 group without negatives."
    )


def _listed(**groups: tuple[int, int, int, int]) -> tuple[object, list[object]]:
    outcomes, attribute = table(**groups)
    return outcomes, [attribute]


@pytest.mark.parametrize(
    ("group", "said"),
    [
        ("0", "'0'"),
        ("-1.5", "'-1.5'"),
        ("f × 1", "'f × 1'"),
        ("18-24", "18-24"),
        ("latin", "latin"),
        ("1 × f", "1 × f"),
    ],
)
def test_a_group_that_could_be_taken_for_a_figure_is_quoted(group: str, said: str) -> None:
    assert quoted(group) == said


def test_a_sentence_quotes_groups_that_are_called_by_numbers() -> None:
    few = audit(*_listed(**{"0": (90, 10, 1, 9), "1": (90, 10, 1, 9)}), margin=0.05, seed=1)
    assert "; '0' 10 and '1' 10" in gap_sentence(few["tests"][1], 0.05)
    sure = audit(
        *_listed(**{"0": (900, 100, 10, 990), "1": (780, 220, 10, 990)}), margin=0.05, seed=1
    )
    assert verdict_sentence(sure).startswith("By group, '1' is wrongly put forward more often")
    assert "in '0'. These 12 points" in verdict_sentence(sure)
    assert gap_sentence(sure["tests"][0], 0.05).startswith("'1' 22 % of 1,000, '0' 10 % of 1,000")
