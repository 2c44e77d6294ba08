"""The bias audit: rates of known answer, the verdict's rule to the letter, what is left out."""

import numpy as np
import pandas as pd
import pytest
from builders_audit import table
from fairlearn.metrics import (
    MetricFrame,
    false_negative_rate,
    false_positive_rate,
    selection_rate,
)
from sklearn.metrics import accuracy_score, precision_score

from workbench.analysis.fairness import Audit, audit, audit_candidates
from workbench.analysis.subgroups import Attribute, Outcomes
from workbench.domain.errors import BadInput


def audited(made: tuple[Outcomes, Attribute], *, margin: float = 0.05) -> Audit:
    return audit(made[0], [made[1]], margin=margin, seed=1)


def row(found: Audit, group: str) -> dict[str, object]:
    return dict(next(g for g in found["groups"] if g["group"] == group))


def verdicts(found: Audit) -> dict[tuple[str, str], str]:
    return {(t["attribute"], t["metric"]): t["verdict"] for t in found["tests"]}


def test_rates_of_two_hand_made_tables_are_exact() -> None:
    # cells: true negatives, false positives, false negatives, true positives
    found = audited(table(A=(6, 2, 1, 3), B=(9, 1, 4, 6)))
    a, b = row(found, "A"), row(found, "B")
    assert (a["n"], a["positives"], a["negatives"]) == (12, 4, 8)
    assert (a["fpr"], a["fnr"]) == (0.25, 0.25)
    assert (a["precision"], a["accuracy"]) == (0.6, 0.75)
    assert a["selection_rate"] == pytest.approx(5 / 12)
    assert (b["fpr"], b["fnr"], b["selection_rate"]) == (0.1, 0.4, 0.35)
    assert found["n"] == 32
    assert [t["gap"] for t in found["tests"]] == pytest.approx([0.15, 0.15])


def test_rates_agree_with_the_functions_of_fairlearn_and_scikit_learn() -> None:
    rng = np.random.default_rng(2)
    label, said = rng.random(300) < 0.4, rng.random(300) < 0.3
    group = Attribute.of("g", [str(v) for v in rng.integers(0, 4, 300)])
    found = audit(Outcomes.of(label, said), [group], margin=0.05, seed=1)
    theirs = MetricFrame(
        metrics={
            "fpr": false_positive_rate,
            "fnr": false_negative_rate,
            "selection_rate": selection_rate,
            "precision": precision_score,
            "accuracy": accuracy_score,
        },
        y_true=label,
        y_pred=said,
        sensitive_features=group.codes,
    ).by_group
    for name in theirs.columns:
        ours = [dict(g)[name] for g in found["groups"]]
        assert ours == pytest.approx(theirs[name].tolist(), abs=1e-12)


def test_a_rate_without_a_denominator_is_null_and_so_is_its_interval() -> None:
    found = audited(table(A=(6, 2, 0, 0), B=(9, 0, 4, 0)))
    assert row(found, "A")["fnr"] is None
    assert row(found, "B")["precision"] is None
    intervals = row(found, "A")["intervals"]
    assert isinstance(intervals, dict)
    assert intervals["fnr"] is None
    assert len(intervals["fpr"]) == 2


def test_a_large_gap_fails_and_an_equal_world_passes() -> None:
    unequal = audited(table(A=(9_000, 1_000, 100, 900), B=(8_000, 2_000, 100, 900)))
    assert unequal["verdict"] == "fail"
    assert verdicts(unequal) == {("group", "fpr"): "fail", ("group", "fnr"): "pass"}
    equal = audited(table(A=(9_000, 1_000, 100, 900), B=(9_000, 1_000, 100, 900)))
    assert equal["verdict"] == "pass"


def test_a_sure_gap_within_the_margin_passes() -> None:
    found = audited(table(A=(9_000, 1_000, 100, 900), B=(8_600, 1_400, 100, 900)))
    assert found["tests"][0]["p_corrected"] == pytest.approx(0.001)
    assert found["verdict"] == "pass"


def test_too_few_rows_say_so_and_a_failure_takes_precedence_over_that() -> None:
    few = audited(table(A=(90, 10, 10, 90), B=(90, 10, 10, 90)))
    assert few["verdict"] == "insufficient"
    # fnr of B rests on 20 rows, fpr of B is surely worse
    both = audited(table(A=(900, 100, 10, 90), B=(500, 500, 2, 18)))
    assert verdicts(both) == {("group", "fpr"): "fail", ("group", "fnr"): "insufficient"}
    assert both["verdict"] == "fail"


def test_intersections_are_tested_and_only_singles_make_the_whole_insufficient() -> None:
    rng = np.random.default_rng(0)
    n = 20_000
    label, said = rng.random(n) < 0.5, rng.random(n) < 0.05
    said |= label & (rng.random(n) < 0.9)
    rare = np.where(np.arange(n) % 45 == 0, "rare", "usual")
    sides = [Attribute.of("a", rng.choice(["x", "y"], n).tolist()), Attribute.of("b", rare)]
    found = audit(Outcomes.of(label, said), sides, margin=0.09, seed=1)
    assert [t["attribute"] for t in found["tests"]] == ["a", "a", "b", "b", "a × b", "a × b"]
    assert {g["group"] for g in found["groups"] if g["attribute"] == "a × b"} == {
        "x × rare",
        "x × usual",
        "y × rare",
        "y × usual",
    }
    narrow = audit(Outcomes.of(label, said), sides, margin=0.045, seed=1)  # fnr 0.095 needs 163
    assert verdicts(narrow)["a × b", "fnr"] == "insufficient"
    assert verdicts(narrow)["b", "fnr"] == "pass"
    assert narrow["verdict"] == "pass"


def test_a_missing_group_is_left_out_and_listed() -> None:
    label = np.array([True, False, True, False])
    group = Attribute.of("g", ["a", "", "b", None])
    found = audit(Outcomes.of(label, label), [group], margin=0.05, seed=1)
    assert found["excluded"] == [
        {"attribute": "g", "group": "(missing)", "n": 2, "reason": "no group given"}
    ]
    assert sum(g["n"] for g in found["groups"]) == 2


def test_one_group_or_one_prediction_alone_is_said() -> None:
    label = np.array([True, False] * 50)
    nobody = np.zeros(100, dtype=bool)
    group = Attribute.of("g", ["a"] * 100)
    found = audit(Outcomes.of(label, nobody), [group], margin=0.05, seed=1)
    assert found["verdict"] == "insufficient"
    assert found["tests"][0]["gap"] is None
    assert len(found["notes"]) == 2


def test_a_constant_prediction_wrongs_all_groups_alike() -> None:
    everybody = audited(table(A=(0, 40, 0, 60), B=(0, 50, 0, 50)))
    assert [g["fpr"] for g in everybody["groups"]] == [1.0, 1.0]
    assert everybody["verdict"] == "pass"


@pytest.mark.parametrize("margin", [-0.1, 1.0, float("nan")])
def test_a_margin_that_is_no_share_is_refused(margin: float) -> None:
    with pytest.raises(BadInput, match="margin"):
        audited(table(A=(1, 1, 1, 1)), margin=margin)


def test_no_rows_no_attribute_and_one_named_twice_are_refused() -> None:
    outcomes, group = table(A=(1, 1, 1, 1))
    with pytest.raises(BadInput, match="twice"):
        audit(outcomes, [group, group], margin=0.05, seed=1)
    with pytest.raises(BadInput, match="No attribute"):
        audit(outcomes, [], margin=0.05, seed=1)
    nothing = np.zeros(0, dtype=bool)
    with pytest.raises(BadInput, match="no rows"):
        audit(Outcomes.of(nothing, nothing), [Attribute.of("g", [])], margin=0.05, seed=1)


def test_candidates_take_their_groups_from_the_sensitive_table_of_their_people() -> None:
    people = pd.DataFrame({"candidate": [0, 0, 1, 1, 2], "entity": [7, 9, 7, 8, 5]})
    people = people.astype("int32")
    sensitive = pd.DataFrame({"entity": [7, 8, 9], "sex": ["m", "f", "f"]})
    found = audit_candidates(
        np.array([True, False, False, False]),
        np.array([True, True, False, False]),
        people=people,
        sensitive=sensitive,
        margin=0.05,
        seed=1,
    )
    assert [(g["group"], g["n"], g["fpr"]) for g in found["groups"]] == [("f + m", 2, 1.0)]
    assert {(e["group"], e["n"]) for e in found["excluded"]} == {("(nobody)", 1), ("(missing)", 1)}
    assert found["n_people"] == 4


def test_a_birth_date_is_no_group() -> None:
    n = 200
    each = np.arange(n, dtype=np.int32)
    sensitive = pd.DataFrame(
        {"entity": each, "sex": ["m", "f"] * 100, "birth_date": [f"d{i % 90}" for i in range(n)]}
    )
    found = audit_candidates(
        each % 2 == 0,
        each % 3 == 0,
        people=pd.DataFrame({"candidate": each, "entity": each}),
        sensitive=sensitive,
        margin=0.05,
        seed=1,
    )
    assert {test["attribute"] for test in found["tests"]} == {"sex"}
    assert found["excluded"] == [
        {
            "attribute": "birth_date",
            "group": "(all)",
            "n": 200,
            "reason": "90 values are no groups; audit a band of them",
        }
    ]


@pytest.mark.slow
def test_a_million_rows_take_seconds() -> None:
    rng = np.random.default_rng(1)
    n = 1_000_000
    label, said = rng.random(n) < 0.3, rng.random(n) < 0.2
    group = Attribute("g", rng.integers(0, 5, n).astype(np.int32), tuple("ABCDE"))
    found = audit(Outcomes.of(label, said), [group], margin=0.05, seed=1)
    assert found["verdict"] == "pass"
    assert found["n_replicates"] == 1_000
    assert found["n_permutations"] >= 1_000
