"""Mitigations side by side: what is told of a planted gap, of none, and of groups too small."""

import json
from dataclasses import replace
from functools import cache

import builders_mitigation as planted
import numpy as np
import pytest

from workbench.analysis.mitigating import METHODS
from workbench.analysis.mitigation import OTHERS, Comparison, compare, regrouped
from workbench.analysis.mitigation_words import (
    ABOUT,
    MeasureRow,
    MethodRow,
    absent_words,
    between_words,
    compared_words,
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
    assert "rare, rarer" in pooled_words({"pooled": pooled, "errors": list(errors)})
    assert pooled_words({"pooled": [], "errors": ["fpr", "fnr"]}) == ""
    assert pooled_words({"pooled": [], "errors": ["fpr"]}).endswith(
        "methods aim at wrongly put forward alone."
    )


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
    assert sentence([base, costly], "sex").endswith("at the price of more errors.")


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
    assert picture_words([base]) == "Nothing done: widest gap 20 points, balanced error 20 %"
