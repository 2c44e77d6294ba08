"""The rule of one test to the letter, and the denominators that it would need."""

import numpy as np
import pytest
from builders_audit import table

from workbench.analysis.fairness import audit
from workbench.analysis.permutation import GapTest
from workbench.analysis.verdicts import (
    holm,
    is_short,
    needed,
    short_groups,
    tells_from,
    too_few,
    verdict_of,
)


def gap(value: float | None, *, pooled: float = 0.1, n_min: int = 10_000) -> GapTest:
    return GapTest(value, 0.001, (), pooled, n_min)


def test_a_group_is_short_by_the_half_width_of_the_pooled_rate() -> None:
    # 1.96 * sqrt(0.1 * 0.9 / n) is 0.05 at n = 138.3
    assert is_short(0.1, 138, 0.05)
    assert not is_short(0.1, 139, 0.05)
    assert is_short(0.1, 0, 0.05)
    assert not is_short(0.0, 1, 0.05)


def test_a_test_fails_only_where_the_corrected_p_holds_and_the_gap_exceeds_the_margin() -> None:
    assert verdict_of(gap(0.06), 0.05, 0.05) == "fail"
    assert verdict_of(gap(0.06), 0.051, 0.05) == "pass"
    assert verdict_of(gap(0.05), 0.001, 0.05) == "pass"
    assert verdict_of(gap(0.06, n_min=0), 0.001, 0.05) == "fail"
    assert verdict_of(gap(0.06, n_min=0), 0.5, 0.05) == "insufficient"
    assert verdict_of(gap(None), None, 0.05) == "insufficient"


@pytest.mark.parametrize(("high", "low"), [(0.55, 0.50), (0.30, 0.25), (0.15, 0.10), (0.85, 0.80)])
def test_a_gap_of_the_margin_itself_is_within_it_however_shares_are_stored(
    high: float, low: float
) -> None:
    assert verdict_of(gap(high - low), 0.001, 0.05) == "pass"
    assert verdict_of(gap(high - low + 1e-9), 0.001, 0.05) == "fail"
    n = 20_000
    made = table(
        A=(round(n * (1 - high)), round(n * high), 0, 0),
        B=(round(n * (1 - low)), round(n * low), 0, 0),
    )
    assert audit(made[0], [made[1]], margin=0.05, seed=1)["tests"][0]["verdict"] == "pass"


def test_holm_steps_down_and_never_below_what_came_before() -> None:
    # 0.01 * 4; 0.02 * 3; 0.03 * 2 = 0.06; 0.04 * 1 = 0.04, held up to 0.06
    assert holm([0.04, 0.01, 0.03, 0.02]) == pytest.approx([0.06, 0.04, 0.06, 0.06])
    assert holm([0.5, None, 0.9]) == [1.0, None, 1.0]


def test_what_is_needed_is_the_first_number_that_is_not_short() -> None:
    # 1.96 ** 2 * 0.25 / 0.05 ** 2 = 384.16; at 0.1, 138.3; 0.5 and a margin of 0.49: exactly 4
    assert needed(0.5, 0.05) == 385
    assert needed(0.1, 0.05) == 139
    assert needed(0.5, 0.49) == 4
    for pooled in np.linspace(0.001, 0.999, 57):
        for margin in (0.01, 0.05, 0.2, 0.9):
            n = needed(float(pooled), margin)
            assert n is not None
            assert not is_short(float(pooled), n, margin)
            assert n == 1 or is_short(float(pooled), n - 1, margin)


def test_where_nothing_varies_the_rule_asks_for_one_row_and_where_nothing_is_pooled_none() -> None:
    assert (needed(0.0, 0.05), needed(1.0, 0.05)) == (1, 1)
    assert needed(None, 0.05) is None
    assert needed(0.3, 0.0) is None  # no number of rows shows a gap of nothing
    assert needed(0.0, 0.0) == 1


def test_a_rate_is_known_from_where_even_a_group_without_an_error_can_be_no_further_off() -> None:
    # 1 - 0.025 ** (1 / n): 0.0506 at 71, 0.0499 at 72; 0.975 at 1; at 1 point 0.01000 at 368
    assert tells_from(0.0, 0.05) == tells_from(1.0, 0.05) == 72
    assert tells_from(1 / 10_000, 0.05) == 72  # the verdict's rule alone would ask for 1
    assert (tells_from(0.0, 0.01), tells_from(0.0, 0.98)) == (368, 1)
    assert (tells_from(0.1, 0.05), tells_from(0.5, 0.05)) == (139, 385)
    assert tells_from(None, 0.05) is None
    assert tells_from(0.0, 0.0) is tells_from(0.3, 0.0) is None
    assert (too_few(0.0, 71, 0.05), too_few(0.0, 72, 0.05)) == (True, False)
    assert too_few(None, 10**9, 0.05)


def test_groups_that_fall_short_are_named_the_smallest_first() -> None:
    n = np.array([400, 41, 120, 0])
    assert short_groups("ABCD", n, n, 0.5, 0.05) == [
        {"group": "D", "n": 0},
        {"group": "B", "n": 41},
        {"group": "C", "n": 120},
    ]
    named = [row["group"] for row in short_groups("ABCD", n, n, None, 0.05)]
    assert named == ["D", "B", "C", "A"]


def test_rows_of_a_few_people_count_for_no_more_than_these() -> None:
    n, apart = np.array([2000, 2000]), np.array([2000, 2])
    assert short_groups("AB", n, apart, 0.1, 0.05) == [{"group": "B", "n": 2000, "apart": 2}]


def test_each_test_of_an_audit_says_what_it_needs_and_who_falls_short() -> None:
    outcomes, groups = table(A=(450, 450, 0, 60), B=(21, 20, 0, 60), C=(60, 60, 0, 0))
    fpr, fnr = audit(outcomes, [groups], margin=0.05, seed=1)["tests"]
    assert (fpr["pooled"], fpr["needed"], fpr["n_short"]) == (pytest.approx(0.5, abs=0.001), 385, 2)
    assert fpr["short"] == [{"group": "B", "n": 41}, {"group": "C", "n": 120}]
    # without an error in 60 up to 1 - 0.025 ** (1 / 60) = 6 % may be; from 72 on it is below 5 %
    assert (fnr["pooled"], fnr["needed"]) == (0.0, 72)
    assert fnr["short"] == [
        {"group": "C", "n": 0},
        {"group": "A", "n": 60},
        {"group": "B", "n": 60},
    ]
