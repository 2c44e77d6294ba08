"""What of an audit may leave: no tiny count, and none that can be worked out from the rest."""

import json
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from builders_attack import CELLS, cells_of, learnt
from builders_audit import table

from workbench.analysis.audit_words import foremost, verdict_sentence
from workbench.analysis.fairness import audit
from workbench.analysis.small_cells import small
from workbench.analysis.subgroups import Attribute, Outcomes
from workbench.analysis.suppression import LEAST, suppressed
from workbench.domain.errors import BadInput


def document() -> dict[str, Any]:
    outcomes, group = table(
        # true negatives, false positives, false negatives, true positives
        one=(900, 100, 20, 80),
        two=(80, 20, 2, 3),
        three=(300, 100, 12, 28),
    )
    return dict(audit(outcomes, [group], margin=0.05, seed=1))


def test_what_leaves_holds_no_tiny_count_and_nothing_that_gives_it_back() -> None:
    out = suppressed(document(), whole="ab" * 32)
    rows = {row["group"]: row for row in out["groups"]}
    assert (rows["two"]["positives"], rows["two"]["n"], rows["two"]["fnr"]) == (None, None, None)
    assert rows["one"]["positives"] is None  # the group after it, so that 5 does not follow
    assert (rows["two"]["negatives"], rows["two"]["fpr"]) == (100, 0.2)
    assert rows["two"]["intervals"]["fnr"] is None
    assert rows["two"]["accuracy"] is None
    assert (rows["three"]["n"], rows["three"]["fnr"]) == (440, 0.3)
    fpr, fnr = out["tests"]
    assert (fpr["gap"], fpr["smallest"], fpr["hidden"]) == (pytest.approx(0.15), 100, False)
    assert [fnr[key] for key in ("gap", "p_value", "p_corrected", "smallest")] == [None] * 4
    assert fnr["pooled"] == pytest.approx(34 / 145)
    assert (fnr["verdict"], fnr["hidden"], fnr["between"]) == ("insufficient", True, [])
    assert out["suppressed"] == {
        "least": LEAST,
        "whole": "ab" * 32,
        "n_hidden": 2,
        "n_groups": 0,
        "left_out": [],
    }


def test_the_document_itself_is_left_as_it_was() -> None:
    full = document()
    suppressed(full)
    assert full == document()


def test_a_key_that_is_not_known_stays_and_is_told() -> None:
    full = document()
    full["by_person"] = [{"group": "one", "n": 3}]
    full["groups"][0]["calibration"] = [[0.1, 1]]
    full["groups"][0]["intervals"]["brier"] = [0.1, 0.2]
    full["tests"][0]["needed"] = {"two": 3}
    full["against_truth"] = {**document(), "curve": [3]}
    full["notes"] = ["Only 4 rows of two are left.", "Every prediction is the same."]
    full["proxies"] = [
        {"attribute": "group", "group": "two", "n": 105, "auc": 0.7, "interval": [0.6, 0.8],
         "strongest": "age", "strongest_auc": 0.6, "hits": 3}
    ]  # fmt: skip
    out = suppressed(full)
    assert out["suppressed"]["left_out"] == ["by_person"]
    assert "by_person" not in out
    assert "calibration" not in out["groups"][0]
    assert "brier" not in out["groups"][0]["intervals"]
    assert "needed" not in out["tests"][0]
    assert "curve" not in out["against_truth"]
    assert out["against_truth"]["groups"] == []
    assert out["notes"] == ["Every prediction is the same."]
    assert (out["proxies"][0]["n"], out["proxies"][0]["auc"]) == (None, 0.7)
    assert "hits" not in out["proxies"][0]


def failed_twice() -> dict[str, Any]:
    """Misses differ by the second attribute most surely and by the first, of which a group is
    small."""
    outcomes, first = table(
        one=(900, 100, 10, 990), two=(900, 100, 300, 700), three=(90, 10, 3, 7), four=(90, 10, 4, 6)
    )
    half = (np.arange(len(first.codes)) % 2).astype(np.int32)
    misses = (outcomes.cells >= 2) & (half == 1)
    cells = np.where(misses, 2, outcomes.cells)
    changed = Outcomes.of(cells >= 2, cells % 2 == 1)
    other = Attribute("half", half, ("even", "odd"))
    return dict(audit(changed, [first, other], margin=0.05, seed=1))


def test_a_copy_names_the_test_that_the_whole_audit_names() -> None:
    full = failed_twice()
    out = suppressed(full)
    assert foremost(full)["attribute"] == foremost(out)["attribute"] == "half"
    assert out["foremost"] == ("half", "fnr")
    said = verdict_sentence(json.loads(json.dumps(out)))
    assert said.startswith("By half, missed differs between groups")
    assert (
        "Of the groups shown, odd has most, 100 % of 1,010 positives, and even least, 16 %" in said
    )
    outcomes, group = table(one=(900, 100, 10, 990), two=(910, 90, 10, 990))
    assert "foremost" not in suppressed(audit(outcomes, [group], margin=0.05, seed=1))


def test_a_copy_of_a_failed_audit_says_which_groups_it_shows_are_furthest_apart() -> None:
    outcomes, group = table(
        one=(900, 100, 10, 990),
        two=(900, 100, 300, 700),
        three=(90, 30, 20, 80),
        four=(90, 30, 3, 5),
    )
    out = suppressed(audit(outcomes, [group], margin=0.05, seed=1))
    assert out["tests"][1]["hidden"]
    shown = [row["fnr"] for row in out["groups"] if row["fnr"] is not None]
    assert len(shown) >= 2
    said = verdict_sentence(out)
    assert said.startswith("By group, missed differs between groups: more than the margin of 5")
    assert f"Of the groups shown, two has most, {100 * max(shown):g} % of 1,000 positives" in said


def test_few_in_all_take_every_group_and_the_total_with_them() -> None:
    outcomes, group = table(one=(900, 100, 2, 1), two=(80, 20, 0, 3))
    out = suppressed(audit(outcomes, [group], margin=0.05, seed=1))
    assert (out["n"], out["positives"], out["negatives"]) == (None, None, 1100)
    assert {row["positives"] for row in out["groups"]} == {None}
    assert [row["fpr"] for row in out["groups"]] == [0.1, 0.2]


def test_a_verdict_that_would_say_how_few_a_group_is_of_is_hidden() -> None:
    """At a pooled miss rate of 2 in 610 a group passes the margin of 5 points from 6 positives on:
    a pass beside a small group would say that it has 6 to 9."""
    outcomes, group = table(one=(900, 100, 2, 598), two=(700, 100, 0, 7), three=(60, 40, 0, 3))
    full = dict(audit(outcomes, [group], margin=0.05, seed=1))
    passed = {**full, "tests": [{**t, "verdict": "pass"} for t in full["tests"]]}
    for whole in (full, passed):
        said = {t["metric"]: t["verdict"] for t in suppressed(whole)["tests"]}
        assert said["fnr"] == "hidden"
        assert said["fpr"] == whole["tests"][0]["verdict"]  # nobody is few among negatives
        assert suppressed(whole)["verdict"] == full["verdict"]


def test_fewer_than_five_is_no_least_for_what_leaves() -> None:
    with pytest.raises(BadInput, match="below 5"):
        suppressed(document(), least=4)


def drawn(seed: int) -> dict[str, Any]:
    """An audit by two attributes: small groups, some without a group, rates of all sizes."""
    rng = np.random.default_rng(seed)
    n = int(rng.integers(150, 700))
    shares = rng.dirichlet([3.0, 2.0, 0.4])
    one = rng.choice(["a", "b", "c"], n, p=shares)
    two = rng.choice(["x", "y", "z"], n, p=rng.dirichlet([2.0, 2.0, 0.6]))
    missing = rng.random(n) < rng.choice([0.0, 0.01, 0.05])
    label = rng.random(n) < rng.choice([0.04, 0.2, 0.5])
    said = rng.random(n) < np.where(label, rng.choice([0.5, 0.97]), rng.choice([0.02, 0.3]))
    attributes = [
        Attribute.of("one", one.tolist()),
        Attribute.of("two", [None if m else v for m, v in zip(missing, two, strict=True)]),
    ]
    return dict(audit(Outcomes.of(label, said), attributes, margin=0.05, seed=1))


@pytest.mark.slow
@pytest.mark.parametrize("seed", [*range(24), 153])
def test_an_attacker_with_the_whole_document_learns_no_small_cell(seed: int) -> None:
    full = drawn(seed)
    assert learnt(full, suppressed(full)) == []


@pytest.mark.slow
def test_two_copies_below_different_counts_tell_more_than_each_alone() -> None:
    """Which is why an audit leaves with the same forms again (`services/pass_on.py`)."""
    full = drawn(24)
    copies = [suppressed(full, least=least) for least in (15, 10)]
    assert [learnt(full, copy) for copy in copies] == [[], []]
    assert len(learnt(full, *copies)) == 6


def only_the_small(full: dict[str, Any]) -> dict[str, Any]:
    """What is often done: small counts and what rests on them are struck out, nothing more."""
    out = {**full, "groups": [dict(row) for row in full["groups"]]}
    for row in out["groups"]:
        cells = cells_of(row)
        for count in ("positives", "negatives", "n"):
            row[count] = None if small(row[count], least=LEAST) else row[count]
        if any(small(cells[cell], least=LEAST) for cell in CELLS):
            row |= dict.fromkeys(("fpr", "fnr", "selection_rate", "precision", "accuracy"))
    return out


def everything(full: dict[str, Any]) -> dict[str, Any]:
    """Nothing struck out: rates that few are behind, beside their denominators."""
    return full


@pytest.mark.slow
@pytest.mark.parametrize(("careless", "n_exact"), [(only_the_small, 0), (everything, 100)])
def test_the_attacker_finds_what_a_careless_document_gives_away(
    careless: Callable[[dict[str, Any]], dict[str, Any]], n_exact: int
) -> None:
    found = [cell for seed in range(6) for cell in learnt(drawn(seed), careless(drawn(seed)))]
    exact = [low == pytest.approx(high, abs=1e-6) for *_, low, high in found]
    assert len(found) > 100
    assert sum(exact) >= n_exact


def test_calibration_and_curves_stay_and_the_margins_reason_leaves() -> None:
    keys = ("calibration", "curves")
    said = {"harm": "A gap would have one group read for nothing.", "margin_own": True}
    out = suppressed({**document(), **said, **{key: {"rows": [{"n": 3}]} for key in keys}})
    assert out["suppressed"]["left_out"] == sorted(keys)
    assert not set(keys) & set(out)
    assert (out["harm"], out["margin_own"]) == (said["harm"], True)
    assert not any({"needed", "n_short", "short"} & set(test) for test in out["tests"])
