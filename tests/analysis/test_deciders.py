"""Three deciders on the same readings, and what reading cost."""

from datetime import UTC, datetime

import numpy as np
import pandas as pd
import pytest

from workbench.analysis.burden import NO_AREA, burden
from workbench.analysis.deciders import Deciders, Reading, audit_deciders, gaps
from workbench.analysis.label_bias import label_bias
from workbench.domain.decision import Verdict
from workbench.domain.entity import Entity, EntityKind
from workbench.domain.finding import Claim, Subgraph

YES, NO, UNSURE = Verdict.SUPPORTED, Verdict.NOT_SUPPORTED, Verdict.CANNOT_TELL


def reading(finding: int, before: Verdict, put_forward: bool, after: Verdict) -> Reading:
    return Reading(finding=finding, before=before, put_forward=put_forward, after=after)


def everybody_of(n: int) -> tuple[pd.DataFrame, pd.DataFrame]:
    """One person per finding; the first half are of group a, the others of b."""
    each = np.arange(n, dtype=np.int32)
    sensitive = pd.DataFrame({"entity": each, "group": ["a"] * (n // 2) + ["b"] * (n - n // 2)})
    return pd.DataFrame({"candidate": each, "entity": each}), sensitive


def test_the_gap_stands_with_who_made_it() -> None:
    # 400 findings, none true. People say no before; the release puts forward half of group b;
    # people follow it: the gap is 0 before, 50 points with the release and after it
    n = 400
    forward = [i >= n // 2 and i % 2 == 0 for i in range(n)]
    readings = [reading(i, NO, f, YES if f else NO) for i, f in enumerate(forward)]
    people, sensitive = everybody_of(n)
    found = audit_deciders(
        readings,
        np.zeros(n, dtype=bool),
        people=people,
        sensitive=sensitive,
        margin=0.05,
        seed=1,
    )
    assert found["by"] is not None
    by = {row["metric"]: row for row in gaps(found["by"])}
    assert (by["fpr"]["before"], by["fpr"]["release"], by["fpr"]["after"]) == (0.0, 0.5, 0.5)
    assert by["fpr"]["verdicts"] == {"before": "pass", "release": "fail", "after": "fail"}
    assert found["changed_to_the_release"] == 100
    assert found["changed_away"] == 0


def test_a_birth_date_is_no_group_however_few_readings_there_are() -> None:
    readings = [reading(i, NO, i % 2 == 0, YES) for i in range(8)]
    people, sensitive = everybody_of(100)
    sensitive["born"] = [f"19{i:02}-01-01" for i in range(100)]
    found = audit_deciders(
        readings, np.zeros(8, dtype=bool), people=people[:8], sensitive=sensitive, margin=0.05,
        seed=1,
    )  # fmt: skip
    assert found["by"] is not None
    assert {row["attribute"] for row in found["by"]["after"]["groups"]} == {"group"}
    assert [row["attribute"] for row in found["by"]["after"]["excluded"]] == ["born"]


def test_only_yes_or_no_both_times_is_compared_and_the_rest_is_counted() -> None:
    readings = [
        reading(0, YES, True, YES),
        reading(1, UNSURE, True, YES),
        reading(1, NO, True, Verdict.ALREADY_KNOWN),
        reading(2, YES, False, NO),
        reading(2, NO, False, YES),
    ]
    people, sensitive = everybody_of(3)
    label = np.array([True, False, False])
    found = audit_deciders(readings, label, people=people, sensitive=sensitive, margin=0.05, seed=1)
    assert (found["n_readings"], found["n_comparable"], found["n_findings"]) == (5, 3, 3)
    assert found["verdicts"]["before"] == {
        "supported": 2,
        "not_supported": 2,
        "already_known": 0,
        "not_relevant": 0,
        "cannot_tell": 1,
    }
    assert (found["changed_to_the_release"], found["changed_away"]) == (1, 1)
    assert found["by"] is not None
    before = {g["group"]: g for g in found["by"]["before"]["groups"]}
    assert (before["a"]["n"], before["a"]["fnr"]) == (1, 0.0)
    assert (before["b"]["n"], before["b"]["fpr"]) == (2, 0.5)


def test_without_a_comparable_reading_nobody_is_audited() -> None:
    people, sensitive = everybody_of(1)
    found = audit_deciders(
        [reading(0, UNSURE, True, YES)],
        np.array([True]),
        people=people,
        sensitive=sensitive,
        margin=0.05,
        seed=1,
    )
    assert found["by"] is None


def test_what_labels_hide_is_the_difference_over_the_same_readings() -> None:
    # 8 findings; 0-3 are true, of which records confirmed 0 and 1 alone. People say yes to 0-3 and
    # to 4 before the score, the release to 0 and 5, people after it to 0-3
    n = 8
    before, forward, after = {0, 1, 2, 3, 4}, {0, 5}, {0, 1, 2, 3}
    readings = [
        reading(i, YES if i in before else NO, i in forward, YES if i in after else NO)
        for i in range(n)
    ]
    each = np.arange(n)
    truth, records = each < 4, each < 2
    people, sensitive = everybody_of(n)

    def audited(label: np.ndarray) -> Deciders:
        return audit_deciders(
            readings, label, people=people, sensitive=sensitive, margin=0.05, seed=1
        )

    by = {"records": audited(records)["by"], "truth": audited(truth)["by"]}
    assert by["records"] is not None
    assert by["truth"] is not None
    found = label_bias(readings, records, truth, by=by, people=people, seed=1)
    assert found["labels"] == {"both": 2, "records_only": 0, "truth_only": 2, "neither": 4}
    rates = {(r["decider"], r["metric"]): r for r in found["rates"]}
    # by records people before err in 3 of 6 (2, 3 and 4), by the truth in 1 of 4
    one = rates["before", "fpr"]
    assert (one["records"]["rate"], one["records"]["n"]) == (0.5, 6)
    assert (one["truth"]["rate"], one["truth"]["n"]) == (0.25, 4)
    assert rates["after", "fpr"]["records"]["rate"] == pytest.approx(2 / 6)
    assert rates["after", "fpr"]["truth"]["rate"] == 0
    # Clopper and Pearson (1934): none of four is still compatible with 60 in 100
    assert rates["after", "fpr"]["truth"]["interval"] == pytest.approx([0, 0.6024], abs=1e-4)
    assert rates["release", "fnr"]["records"]["rate"] == 0.5
    assert rates["release", "fnr"]["truth"]["rate"] == 0.75
    # group a is 0-3, group b 4-7: by records a's false alarms before are 2 of 2, b's 1 of 4; by
    # the truth nobody can be wrong about a, all of which holds, so there is no gap
    gap = next(g for g in found["gaps"] if (g["decider"], g["metric"]) == ("before", "fpr"))
    assert (gap["records"], gap["truth"]) == (0.75, None)


def person(name: str) -> Entity:
    return Entity(
        id=name, kind=EntityKind.PERSON, label=name, member_state="AV", record_id=f"r-{name}"
    )


def claim(finding: str, *entities: Entity) -> Claim:
    return Claim(
        finding_id=finding,
        case_id="C-1",
        dataset="world",
        text="Two may be connected.",
        subject_ids=("p1", "p2"),
        subgraph=Subgraph(entities=entities, links=()),
        records=(),
        as_of=datetime(2024, 12, 31, tzinfo=UTC),
        salt="0" * 32,
    )


def test_the_burden_counts_each_person_once_and_each_area_of_a_finding() -> None:
    offence = Entity(
        id="e1",
        kind=EntityKind.OFFENCE,
        label="theft",
        member_state="AV",
        record_id="r",
        attributes={"area": "property crime"},
    )
    found = burden(
        [claim("F-1", person("p1"), person("p2"), offence), claim("F-2", person("p2"))],
        [4.0, 2.0, 6.0],
        1,
        row_of={"p1": 0, "p2": 1, "p3": 2, "p4": 3},
        sensitive=pd.DataFrame({"entity": [0, 1, 2, 3], "sex": ["f", "m", "f", "m"]}),
    )
    assert (found["n_people"], found["people_per_supported"]) == (2, 2.0)
    assert (found["minutes"], found["median_minutes"]) == (12.0, 4.0)
    assert found["areas"] == {NO_AREA: 1, "property crime": 1}
    assert [(row["group"], row["n"], row["n_opened"], row["share"]) for row in found["groups"]] == [
        ("f", 2, 1, 0.5),
        ("m", 2, 1, 0.5),
    ]
