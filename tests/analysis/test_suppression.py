"""What of an audit may leave: no tiny count, and none that follows by subtraction."""

from typing import Any

from builders_audit import table

from workbench.analysis.fairness import audit
from workbench.analysis.suppression import hidden, suppressed


def document() -> dict[str, Any]:
    outcomes, group = table(
        # true negatives, false positives, false negatives, true positives
        one=(900, 100, 10, 90),
        two=(80, 20, 2, 3),
        three=(300, 100, 6, 24),
    )
    return dict(audit(outcomes, [group], margin=0.05, seed=1))


def test_a_small_count_alone_takes_the_next_smallest_with_it() -> None:
    assert hidden([100, 5, 30], least=10) == {1, 2}  # 5 would be the total less the others
    assert hidden([5, 9, 30], least=10) == {0, 1}  # two unknowns: neither follows
    assert hidden([0, 50, 30], least=10) == set()  # nobody there is nobody to know
    assert hidden([3], least=10) == {0}


def test_what_leaves_holds_no_tiny_count_and_nothing_that_gives_it_back() -> None:
    out = suppressed(document())
    rows = {row["group"]: row for row in out["groups"]}
    assert out["suppressed"] == {"least": 10, "n_cells": 2}
    assert (rows["two"]["positives"], rows["two"]["n"], rows["two"]["fnr"]) == (None, None, None)
    assert rows["three"]["positives"] is None  # 30, so that 5 does not follow from 135
    assert rows["two"]["negatives"] == 100
    assert rows["two"]["fpr"] == 0.2
    assert rows["two"]["intervals"]["fnr"] is None
    assert rows["two"]["accuracy"] is None
    assert (rows["one"]["n"], rows["one"]["positives"]) == (1100, 100)
    assert next(t for t in out["tests"] if t["metric"] == "fnr")["smallest"] is None


def test_rates_keep_two_digits_and_the_document_itself_is_left_as_it_was() -> None:
    full = document()
    out = suppressed(full)
    rates = [row["fpr"] for row in out["groups"]]
    assert rates == [0.1, 0.25, 0.2]
    assert full == document()
    assert "suppressed" not in full


def test_an_audit_of_deciders_stays_where_it_was_made() -> None:
    assert suppressed({**document(), "deciders": {"n": 3}})["deciders"] is None
