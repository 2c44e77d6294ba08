"""Small cells are kept out of what leaves: tiny counts identify people.

A count from 1 to `least` - 1 is left out (primary suppression). Where a single row of a column
would then follow from the total by subtraction, the next smallest is left out too (complementary
suppression; Hundepool et al. 2012, Statistical Disclosure Control). Rates lose their last digits,
since a rate in full beside its denominator gives the count back.
"""

from collections.abc import Mapping, Sequence
from copy import deepcopy
from typing import Any

from workbench.analysis.error_rates import DENOMINATOR
from workbench.analysis.subgroups import METRICS

LEAST = 10
_COUNTS = ("positives", "negatives")
_NEEDS = {**DENOMINATOR, "precision": "positives", "selection_rate": "n", "accuracy": "n"}


def suppressed(document: Mapping[str, Any], *, least: int = LEAST) -> dict[str, Any]:
    """A copy of an audit that may leave: ``suppressed`` says `least` and how many cells are gone.

    A group whose positives or negatives are left out loses its sum, too, and every rate and
    interval that rests on them. Rates are rounded to two significant digits. An audit against
    truth inside the document is treated in the same way; the audit of deciders, which rests on
    few readings, stays whole where it was made and is None here.
    """
    out = deepcopy(dict(document))
    n_cells = _in_groups(out, least)
    truth = out.get("against_truth")
    if truth is not None:
        n_cells += _in_groups(truth, least)
    if "deciders" in out:
        out["deciders"] = None
    out["suppressed"] = {"least": least, "n_cells": n_cells}
    return out


def _in_groups(document: dict[str, Any], least: int) -> int:
    n_cells = 0
    by_attribute: dict[str, list[dict[str, Any]]] = {}
    for row in document["groups"]:
        by_attribute.setdefault(row["attribute"], []).append(row)
    for rows in by_attribute.values():
        gone = {count: hidden([row[count] for row in rows], least=least) for count in _COUNTS}
        for i, row in enumerate(rows):
            lost = {count for count in _COUNTS if i in gone[count]}
            n_cells += len(lost)
            _blank(row, lost)
    for test in document["tests"]:
        test["gap"] = _rounded(test["gap"])
        test["pooled"] = _rounded(test["pooled"])
        if 0 < test["smallest"] < least:
            test["smallest"] = None
    return n_cells


def hidden(counts: Sequence[int], *, least: int) -> set[int]:
    """Positions whose count may not be shown: the small ones, and one more where one is alone."""
    small = {i for i, n in enumerate(counts) if 0 < n < least}
    others = [i for i, n in enumerate(counts) if i not in small and n > 0]
    if len(small) == 1 and others:
        small.add(min(others, key=lambda i: (counts[i], i)))
    return small


def _blank(row: dict[str, Any], lost: set[str]) -> None:
    for count in lost:
        row[count] = None
    if lost:
        row["n"] = None
    for metric in METRICS:
        gone = row[_NEEDS[metric]] is None or (metric in ("precision", "accuracy") and lost)
        row[metric] = None if gone else _rounded(row[metric])
        interval = row["intervals"][metric]
        row["intervals"][metric] = (
            None if gone or interval is None else [_rounded(bound) for bound in interval]
        )


def _rounded(share: float | None) -> float | None:
    return None if share is None else float(f"{share:.2g}")
