"""What an audit says in sentences, and what its plots show."""

import numpy as np
import pytest
from builders_audit import table

from workbench.analysis.audit_words import (
    foremost,
    gap_sentence,
    hidden_words,
    margin_sentence,
    p_words,
    points,
    quoted,
    shared_sentence,
    shown_verdict,
    shown_whole,
    suppressed_of,
    verdict_sentence,
)
from workbench.analysis.fairness import audit
from workbench.analysis.group_dots import group_dots, reach_of, undrawn_words
from workbench.analysis.subgroups import Attribute, Outcomes
from workbench.analysis.suppression import suppressed


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
    assert verdict_sentence(found) == (
        "No two groups differ by more than the margin of 5 points beyond chance, but some groups "
        "by group are too small to tell (missed and wrongly put forward)."
    )
    assert shown_verdict(found["tests"][0], found) == shown_whole(found) == "few"
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
        "A group's rate is known to within 5 points (95 %) from 139 positives on; A 10 and B 10."
    )


def test_what_is_needed_is_said_where_nothing_can_be_compared_and_where_nothing_would_do() -> None:
    alone = audit(*_listed(A=(20, 20, 5, 5), B=(0, 0, 50, 50)), margin=0.05, seed=1)
    assert gap_sentence(alone["tests"][0], 0.05).endswith(
        "is known to within 5 points (95 %) from 385 negatives on; B 0 and A 40."
    )
    never = audit(*_listed(A=(20, 20, 5, 5), B=(20, 20, 5, 5)), margin=0.0, seed=1)
    assert "No number of negatives makes a rate known to within 0 points." in gap_sentence(
        never["tests"][0], 0.0
    )


def test_of_many_groups_that_fall_short_the_smallest_are_named() -> None:
    many = {name: (n, n, 0, 0) for name, n in zip("ABCDEF", range(10, 16), strict=True)}
    found = audit(*_listed(**many), margin=0.05, seed=1)
    assert gap_sentence(found["tests"][0], 0.05).endswith(
        "negatives on; A 20, B 22, C 24, D 26 and 2 more groups too few."
    )


def test_a_pass_with_a_tiny_group_beside_a_rare_error_says_that_it_is_too_small() -> None:
    # A errs once in 10,000 of each, B never in 2: up to 84 % of it may (1 - 0.025 ** (1 / 2))
    found = audit(*_listed(A=(9_999, 1, 1, 9_999), B=(2, 0, 0, 2)), margin=0.05, seed=1)
    assert found["verdict"] == "pass"
    assert "some groups by group are too small to tell" in verdict_sentence(found)
    assert gap_sentence(found["tests"][0], 0.05).endswith(
        "Within the margin of 5. A group's rate is known to within 5 points (95 %) from 72 "
        "negatives on; B 2."
    )
    dots, _ = group_dots(found["groups"], found["tests"][0], 0.05)
    assert [(dot.group, dot.short) for dot in dots] == [("A", False), ("B", True)]


def test_many_rows_of_twenty_people_are_too_few_to_tell() -> None:
    outcomes, groups = table(A=(900, 100, 0, 0), B=(900, 100, 0, 0))
    person = np.where(groups.codes == 0, np.arange(2000), 2000 + np.arange(2000) % 20)
    found = audit(outcomes.clustered(person.astype(np.int32)), [groups], margin=0.05, seed=1)
    fpr = found["tests"][0]
    assert (fpr["verdict"], shown_verdict(fpr, found)) == ("pass", "few")
    assert gap_sentence(fpr, 0.05).endswith("B 1,000 (at most 20 without a person in common).")
    dots, _ = group_dots(found["groups"], fpr, 0.05)
    assert [(dot.group, dot.short) for dot in dots] == [("A", False), ("B", True)]


def test_where_all_are_many_it_is_said_and_what_left_without_its_counts_claims_nothing() -> None:
    found = audit(*_listed(A=(900, 100, 10, 990), B=(910, 90, 10, 990)), margin=0.05, seed=1)
    assert verdict_sentence(found).endswith(
        "beyond chance, and every group of a single attribute is large enough to tell."
    )
    assert shown_whole(found) == "pass"
    assert verdict_sentence(suppressed(found)).endswith("points beyond chance.")


def test_what_left_without_any_group_is_not_called_a_table_of_one() -> None:
    found = audit(*_listed(A=(90, 10, 5, 5), B=(91, 9, 5, 5)), margin=0.05, seed=1)
    said = verdict_sentence({**found, "groups": []})
    assert said.startswith(
        "No gap beyond the margin of 5 points was shown, but groups by group are"
    )


def test_a_table_of_one_group_is_not_called_too_small() -> None:
    found = audit(*_listed(A=(900, 100, 50, 450)), margin=0.05, seed=1)
    assert verdict_sentence(found) == (
        "No gap beyond the margin of 5 points was shown, since there is only one group by group, "
        "and nothing to compare it with."
    )
    assert gap_sentence(found["tests"][0], 0.05) == (
        "Fewer than two groups have anyone to count, so nothing can be compared."
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


def test_a_margin_says_its_reason_or_that_none_was_given_and_whether_it_is_the_default() -> None:
    of = {"margin": 0.05, "margin_own": True, "harm": None}
    none = "no reason was given, that is whom a wider gap harms and why."
    assert margin_sentence(of) == f"Margin 5 points, the default: {none}"
    assert (
        margin_sentence({**of, "margin": 0.1, "margin_own": False}) == f"Margin 10 points: {none}"
    )
    assert margin_sentence({**of, "harm": "It hurts."}) == "Margin 5 points: It hurts."


def test_what_is_hidden_of_a_burden_is_counted_beside_rates_and_groups() -> None:
    left = {
        "suppressed": {"n_hidden": 0, "n_groups": 3},
        "burden": {
            "n_findings": 40, "n_people": None, "minutes_per_supported": None,
            "areas": {"fraud": 12, "drugs": None, "arms": None},
            "groups": [{"n_opened": None}, {"n_opened": 14}],
        },
    }  # fmt: skip
    assert hidden_words(suppressed_of(left) or {}) == (
        "0 rates of groups; 4 counts of the burden; 3 groups are not named at all"
    )
    assert suppressed_of({"n": 5}) is None


def test_a_reader_begins_at_what_failed_else_at_what_cannot_tell() -> None:
    found = audit(*_listed(A=(900, 100, 10, 990), B=(900, 100, 200, 800)), margin=0.05, seed=1)
    assert foremost(found)["metric"] == "fnr"  # failed, 20 against 1 %
    few = audit(*_listed(A=(900, 100, 5, 5), B=(910, 90, 5, 5)), margin=0.05, seed=1)
    assert foremost(few)["metric"] == "fnr"  # of 10 each
    even = audit(*_listed(A=(900, 100, 10, 990), B=(910, 90, 10, 990)), margin=0.05, seed=1)
    assert foremost(even)["metric"] == "fpr"
