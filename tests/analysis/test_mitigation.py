"""Mitigations side by side: what is told of a planted gap, of none, and of groups too small."""

import json
from dataclasses import replace
from functools import cache

import builders_mitigation as planted
import numpy as np
import pytest

from workbench.analysis.mitigating import METHODS
from workbench.analysis.mitigation import (
    OTHERS,
    Comparison,
    compare,
    failed_errors,
    regrouped,
)
from workbench.analysis.mitigation_words import (
    ABOUT,
    MeasureRow,
    MethodRow,
    absent_words,
    audit_words,
    between_words,
    columns,
    compared_words,
    drawn,
    drawn_words,
    method_words,
    picture_words,
    pooled_words,
    sentence,
    told_words,
    unit,
)
from workbench.analysis.soft_rates import MEASURES
from workbench.analysis.subgroups import Incidence
from workbench.domain.errors import BadInput


@cache
def comparison(*, gap: bool) -> Comparison:
    samples, groups = planted.slices(planted=gap)
    return compare(planted.fitted(samples), samples, groups, by="group_of", seed=1)


def of(found: Comparison, name: str) -> MethodRow:
    return next(row for row in found["methods"] if row["name"] == name)


def test_a_planted_gap_is_narrowed_and_told_so() -> None:
    found = comparison(gap=True)
    assert of(found, "nothing")["measures"]["gap"]["value"] > 0.2
    for name in ("reweighing", "exponentiated_gradient", "threshold_optimizer"):
        assert of(found, name)["narrower"], name
        high = of(found, name)["measures"]["gap"]["difference_interval"][1]
        assert high < 0
    assert "No mitigation showed itself better" not in found["sentence"]


def test_where_nothing_is_planted_no_mitigation_shows_itself_better() -> None:
    found = comparison(gap=False)
    assert found["sentence"].endswith(
        "No mitigation showed itself better: none narrowed that gap beyond the 95 % interval of "
        "the difference."
    )
    assert not any(row["narrower"] for row in found["methods"])


def test_every_method_is_there_with_every_measure_and_a_reason() -> None:
    found = comparison(gap=True)
    assert [row["name"] for row in found["methods"]] == list(METHODS) == list(ABOUT)
    for row in found["methods"]:
        assert list(row["measures"]) == list(MEASURES)
        assert row["why"]
        assert row["does"]
    json.dumps(found, allow_nan=False)


def test_what_draws_lots_or_reads_the_trait_in_learning_or_use_is_not_for_persons() -> None:
    assert {name for name, about in ABOUT.items() if about.on_persons} == {
        "nothing",
        "shared_threshold",
    }
    for about in ABOUT.values():
        if about.draws_lots or about.reads in ("in learning", "in use"):
            assert not about.on_persons
            assert "used on persons" in about.why


def test_the_first_is_compared_with_nobody_and_the_others_with_it() -> None:
    rows = comparison(gap=True)["methods"]
    assert rows[0]["measures"]["gap"]["difference_interval"] is None
    for row in rows[1:]:
        value, base = row["measures"]["fpr"]["value"], rows[0]["measures"]["fpr"]["value"]
        assert row["measures"]["fpr"]["difference"] == pytest.approx(value - base)


def test_rates_of_each_group_are_there_beside_its_size() -> None:
    found = comparison(gap=True)
    assert [row["group"] for row in found["groups"]] == ["A", "B"]
    assert sum(row["positives"] + row["negatives"] for row in found["groups"]) == 2500
    gaps = {
        metric: abs(of(found, "nothing")["by_group"][0][metric] - other[metric])
        for metric in ("fpr", "fnr")
        for other in [of(found, "nothing")["by_group"][1]]
    }
    assert max(gaps.values()) == pytest.approx(of(found, "nothing")["measures"]["gap"]["value"])


def split(names: list[str]) -> tuple[dict, dict]:
    """The planted slices with group B's rows dealt to more groups, by turns of ten."""
    samples, groups = planted.slices()
    made = {}
    for name, one in groups.items():
        turn = np.minimum(np.arange(len(one.group)) % 200, len(names) - 1)
        made[name] = Incidence(
            one.outcome, np.where(one.group == 1, 1 + turn, 0).astype(np.int32), ("A", *names)
        )
    return samples, made


def test_groups_too_small_to_learn_from_are_pooled_and_listed() -> None:
    samples, groups = split(["rare", "rarer", "B"])
    found, pooled, errors = regrouped(groups, samples)
    assert errors == ("fpr", "fnr")
    assert pooled == ["rare", "rarer"]
    assert found["train"].groups == ("A", "B", OTHERS) or found["train"].groups == ("A", "B")
    neither = {"failed": []}
    assert "rare, rarer" in pooled_words(neither | {"pooled": pooled, "errors": list(errors)})
    assert pooled_words(neither | {"pooled": [], "errors": ["fpr", "fnr"]}) == ""
    assert pooled_words(neither | {"pooled": [], "errors": ["fpr"]}) == (
        "Groups are too small to learn from both errors; methods aim at wrongly put forward alone."
    )
    assert pooled_words({"failed": ["fnr"], "pooled": [], "errors": ["fnr"]}) == (
        "The audit failed on one error; methods aim at missed alone."
    )


def test_groups_large_enough_for_the_error_that_failed_are_learnt_from_as_they_are() -> None:
    samples, groups = few_true()
    with pytest.raises(BadInput, match="fewer than two have 10 true candidates in both"):
        regrouped(groups, samples, ("fnr",))  # 6 of each group are true
    assert regrouped(groups, samples, ("fpr",))[1:] == ([], ("fpr",))
    samples, groups = never_true()
    assert regrouped(groups, samples)[1:] == (["C"], ("fpr", "fnr"))
    assert regrouped(groups, samples, ("fpr",))[1:] == ([], ("fpr",))
    assert regrouped(groups, samples, ("fpr", "fnr"))[1:] == (["C"], ("fpr", "fnr"))


def never_true() -> tuple[dict, dict]:
    """The planted slices with half of group B's rows in a group C, of which none is true."""
    samples, groups = planted.slices()
    for name, one in groups.items():
        mine = (one.group == 1) & (np.arange(len(one.group)) % 2 == 0)
        group = np.where(mine, 2, one.group).astype(np.int32)
        groups[name] = Incidence(one.outcome, group, ("A", "B", "C"))
        labels = np.where(mine, 0, samples[name].labels).astype(np.int32)
        samples[name] = replace(samples[name], labels=labels)
    return samples, groups


def test_one_group_cannot_be_compared() -> None:
    samples, groups = planted.slices()
    alone = {n: Incidence(g.outcome, np.zeros_like(g.group), ("A",)) for n, g in groups.items()}
    with pytest.raises(BadInput, match="fewer than two"):
        compare(planted.fitted(samples), samples, alone, by="group_of", seed=1)


def test_a_test_slice_with_too_few_of_a_group_cannot_be_compared() -> None:
    samples, groups = planted.slices()
    few = Incidence(groups["test"].outcome, np.zeros_like(groups["test"].group), ("A", "B"))
    with pytest.raises(BadInput, match="in the test slice"):
        compare(planted.fitted(samples), samples, groups | {"test": few}, by="group_of", seed=1)


def row(name: str, gap: float, *, narrower: bool, costlier: bool) -> MethodRow:
    """A method whose gap differs from 0.2 by `gap`."""
    about = ABOUT[name]
    measure = MeasureRow(
        value=0.2 + gap,
        interval=[0.0, 0.3],
        difference=gap,
        difference_interval=[gap - 0.01, gap + 0.01],
    )
    return MethodRow(
        name=name,
        label=about.label,
        does=about.does,
        reads=about.reads,
        draws_lots=about.draws_lots,
        on_persons=about.on_persons,
        why=about.why,
        parameters={"threshold": 0.25, "constraint": "equalized odds"},
        measures=dict.fromkeys(MEASURES, measure),
        by_group=[],
        narrower=narrower,
        costlier=costlier,
    )


def test_the_sentence_names_what_was_better_and_whether_it_may_be_used() -> None:
    base = row("nothing", 0.0, narrower=False, costlier=False)
    better = row("shared_threshold", -0.1, narrower=True, costlier=False)
    barred = row("reweighing", -0.15, narrower=True, costlier=False)
    costly = row("threshold_optimizer", -0.15, narrower=True, costlier=True)
    assert sentence([base, better], "age_band") == (
        "By age band, error rates differ by up to 20 points as the run is. Another shared "
        "threshold narrowed that by 10 points (95 % 9 to 11) without more errors."
    )
    assert sentence([base, better, barred], "sex").endswith(
        "Reweighing narrowed that by 15 points (95 % 14 to 16) without more errors, but is not "
        "used on persons."
    )
    assert sentence([base, costly], "sex").endswith(
        "at the price of more errors, but is not used on persons."
    )
    assert "Another shared threshold narrowed" in sentence([base, costly, better], "sex")
    assert sentence([base, costly], "sex", "gap_fpr", ["fpr"]).startswith(
        "By sex, wrongly put forward differs by up to 20 points as the run is; its audit failed on "
        "that error. A threshold per group (ThresholdOptimizer) narrowed that by 15 points"
    )
    assert "its audit failed on both errors." in sentence([base], "sex", "gap", ["fpr", "fnr"])


def test_what_a_method_was_told_is_said_in_words() -> None:
    base = row("threshold_optimizer", 0.0, narrower=False, costlier=False)
    assert told_words(base) == (
        "Reads the trait: in use; draws lots; put forward from 0.25; constraint equalized odds."
    )


def test_each_error_says_between_whom_its_gap_is_taken_or_why_it_has_none() -> None:
    groups = [
        {"group": "A", "compared": ["fpr"]},
        {"group": "B", "compared": ["fpr"]},
        {"group": "C", "compared": []},
    ]
    absent = {"fnr": absent_words("fnr", 10)}
    assert between_words({"groups": groups, "absent": absent}).startswith(
        "Gap, wrongly put forward: taken between 2 groups with enough false candidates, A, B. Gap, "
        "missed: none, as fewer than two groups have 10 true candidates in the test slice."
    )
    assert [compared_words(row) for row in groups] == ["wrongly put forward"] * 2 + ["too few"]


def few_true() -> tuple[dict, dict]:
    """The planted slices, of which 6 rows of each group are true."""
    samples, groups = planted.slices()
    made = {}
    for name, sample in samples.items():
        labels = np.zeros_like(sample.labels)
        for group in (0, 1):
            mine = np.flatnonzero((groups[name].group == group) & (sample.labels == 1))
            labels[mine[:6]] = 1
        made[name] = replace(sample, labels=labels)
    return made, groups


def test_where_few_are_true_false_positives_are_compared_and_misses_are_not() -> None:
    samples, groups = few_true()
    found = compare(planted.fitted(planted.slices()[0]), samples, groups, by="group_of", seed=1)
    assert found["errors"] == ["fpr"]
    assert list(found["absent"]) == ["fnr"]
    assert [row["compared"] for row in found["groups"]] == [["fpr"], ["fpr"]]
    for row in found["methods"]:
        measures = row["measures"]
        assert measures["gap_fnr"]["value"] is None
        assert measures["gap"]["value"] == measures["gap_fpr"]["value"]
    assert of(found, "nothing")["measures"]["gap"]["value"] > 0.05
    assert found["sentence"].startswith("By group of, wrongly put forward differs by up to ")
    for row in found["methods"][1:]:
        ends = row["measures"]["gap_fpr"]["difference_interval"]
        assert row["narrower"] is (ends[1] < 0)
    for name in ("exponentiated_gradient", "threshold_optimizer"):
        assert of(found, name)["parameters"]["constraint"] == "false positive rate parity"
    json.dumps(found, allow_nan=False)


def test_gaps_are_told_in_points_and_the_picture_in_words() -> None:
    assert (unit("gap"), unit("gap_fpr"), unit("fpr")) == (" points", " points", " %")
    base = row("nothing", 0.0, narrower=False, costlier=False)
    assert picture_words([base], "gap_fnr") == (
        "Nothing done: gap, missed 20 points, balanced error 20 %"
    )


def test_what_failed_is_read_from_the_audit_of_that_trait() -> None:
    tests = [
        {"attribute": "script", "metric": "fpr", "verdict": "fail"},
        {"attribute": "script", "metric": "fnr", "verdict": "insufficient"},
        {"attribute": "sex", "metric": "fnr", "verdict": "fail"},
        {"attribute": "sex", "metric": "fpr", "verdict": "fail"},
        {"attribute": "sex × age_band", "metric": "fnr", "verdict": "fail"},
        {"attribute": "age_band", "metric": "fpr", "verdict": "pass"},
    ]
    asked = {by: failed_errors({"tests": tests}, by) for by in ("script", "sex", "age_band")}
    assert asked == {"script": ("fpr",), "sex": ("fpr", "fnr"), "age_band": ()}


def test_methods_aim_at_the_error_that_failed_and_the_other_gap_stays_in_sight() -> None:
    samples, groups = planted.slices()
    for error, constraint in (
        ("fpr", "false positive rate parity"),
        ("fnr", "true positive rate parity"),
    ):
        found = compare(
            planted.fitted(samples), samples, groups, by="group_of", seed=1, failed=(error,)
        )
        assert (found["failed"], found["errors"]) == ([error], [error])
        assert "its audit failed on that error" in found["sentence"]
        for name in ("exponentiated_gradient", "threshold_optimizer"):
            assert of(found, name)["parameters"]["constraint"] == constraint
        for row in found["methods"][1:]:
            ends = row["measures"][f"gap_{error}"]["difference_interval"]
            assert row["narrower"] is (ends[1] < 0)
        other = "gap_fnr" if error == "fpr" else "gap_fpr"
        assert drawn(found) == list(columns(found))[:2] == [f"gap_{error}", other]
    both = comparison(gap=True)
    assert both["failed"] == []
    assert drawn(both) == list(columns(both))[:3] == ["gap", "gap_fpr", "gap_fnr"]


def test_a_picture_says_which_gap_it_shows_and_whether_the_audit_failed_on_it() -> None:
    document = {"by": "age_band", "failed": ["fpr"], "audit": "ab" * 32}
    assert drawn_words(document, "gap_fpr") == (
        "Drawn: the gap between groups in who is wrongly put forward, on which the audit of this "
        "version failed by age band."
    )
    assert drawn_words(document, "gap_fnr") == "Drawn: the gap between groups in who is missed."
    assert drawn_words(document, "gap") == "Drawn: the wider of both gaps between groups."
    assert audit_words(document) == "failed on wrongly put forward by age band"
    assert audit_words(document | {"failed": []}) == "failed on neither error by age band"
    assert audit_words({"audit": None}) == "none yet"


def test_where_no_other_shared_threshold_was_better_it_says_so_and_why_it_is_there() -> None:
    kept = {"threshold": 0.25, "instead_of": 0.25, "gap_when_chosen": 0.1}
    said = method_words("shared_threshold", kept)
    assert said.label == "Another shared threshold (none better)"
    assert said.does.startswith("No other shared threshold had a narrower gap")
    assert "the same as nothing done" in said.does
    assert said.why.startswith("It stays in the table because it was tried")
    assert method_words("shared_threshold", kept | {"threshold": 0.3}) is ABOUT["shared_threshold"]
    assert method_words("nothing", {"threshold": 0.25}) is ABOUT["nothing"]
    made = row("shared_threshold", 0.0, narrower=False, costlier=False) | {"parameters": kept}
    assert told_words(made) == (
        "Reads the trait: in choosing; no lots; put forward from 0.25; gap on the calibration "
        "slice 0.1."
    )


def test_a_comparison_in_which_the_run_keeps_its_threshold_says_so() -> None:
    samples, groups = planted.slices()
    model = planted.fitted(samples)
    chosen = of(comparison(gap=True), "shared_threshold")["parameters"]["threshold"]
    best = replace(model, threshold=chosen)  # from there the search finds no narrower gap
    found = compare(best, samples, groups, by="group_of", seed=1)["methods"]
    shared = next(row for row in found if row["name"] == "shared_threshold")
    assert shared["label"] == "Another shared threshold (none better)"
    assert shared["parameters"]["threshold"] == shared["parameters"]["instead_of"] == chosen
    for measure in MEASURES:
        assert shared["measures"][measure]["value"] == found[0]["measures"][measure]["value"]


def test_what_fairlearn_calls_threshold_optimizer_is_named_with_why_it_is_not_used() -> None:
    named = ABOUT["threshold_optimizer"]
    assert named.label == "A threshold per group (ThresholdOptimizer)"
    assert named.why.startswith("Never used on persons: it needs the trait of everybody")
