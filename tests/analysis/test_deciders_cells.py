"""An audit of deciders leaves without the cells that would tell of a few people."""

from typing import Any

import numpy as np
import pandas as pd

from workbench.analysis.deciders import Reading, audit_deciders, gaps
from workbench.analysis.suppression import suppressed
from workbench.domain.decision import Verdict

N = 200


def estimated(n_supported: int) -> dict[str, Any]:
    """Sixty drawn, 30 put forward; of those drawn so many found supported."""
    told = {"value": 0.25, "interval": [0.2, 0.3], "enough": True}
    row = {
        "attribute": "",
        "group": "everybody",
        "n_drawn": 60,
        "n_forward": 30,
        "n_left": 800.0,
        **dict.fromkeys(("share", "fnr", "fpr"), told),
    }
    return {
        "n_draws": 20,
        "n_left": 800,
        "n_missed": 200.0,
        "interval": [160.0, 240.0],
        "n_supported": n_supported,
        "n_unread": 3,
        "n_unweighted": 0,
        "overall": row,
        "groups": [row | {"attribute": "group", "group": "two", "n_drawn": 4}],
        "margin": 0.05,
        "n_replicates": 1000,
        "seed": 1,
    }


def test_what_was_left_out_leaves_as_a_whole_where_it_rests_on_many() -> None:
    out = suppressed(document() | {"missed": estimated(15), "n_elsewhere": 3})
    assert out["n_elsewhere"] is None
    assert (out["missed"]["n_missed"], out["missed"]["n_unread"]) == (200.0, None)
    assert out["missed"]["overall"]["fnr"]["value"] == 0.25
    assert out["missed"]["groups"] == []  # weights and rates would give small counts back
    few = suppressed(document() | {"missed": estimated(4)})["missed"]
    assert (few["n_missed"], few["n_supported"], few["overall"]["share"]["value"]) == (None,) * 3
    assert few["overall"]["n_drawn"] == 60
    assert suppressed(document() | {"missed": None})["missed"] is None


def test_records_and_truth_held_against_each_other_stay() -> None:
    out = suppressed(document() | {"label_bias": {"labels": {"truth_only": 2}}})
    assert "label_bias" not in out
    assert "label_bias" in out["suppressed"]["left_out"]


def document() -> dict[str, Any]:
    """Of 200 readings 12 say they cannot tell first; group two is in every fourth."""
    each = np.arange(N, dtype=np.int32)
    said = [
        Reading(
            finding=i,
            before=Verdict.CANNOT_TELL if i % 16 == 1 else Verdict.NOT_SUPPORTED,
            put_forward=i % 2 == 0,
            after=Verdict.SUPPORTED if i % 4 == 0 else Verdict.NOT_SUPPORTED,
        )
        for i in range(N)
    ]
    group = np.where(each % 4 == 3, "two", "one")
    group[:3] = "few"
    found = audit_deciders(
        said,
        each % 3 == 0,
        people=pd.DataFrame({"candidate": each, "entity": each}),
        sensitive=pd.DataFrame({"entity": each, "group": group}),
        margin=0.05,
        seed=1,
    )
    assert found["by"] is not None
    row = {"attribute": "area", "share": 0.5, "interval": [0.4, 0.6], "median_minutes": 3.0}
    return {
        "kind": "deciders",
        "model": "callers",
        "release": "callers/1",
        "margin": 0.05,
        "records": found,
        "truth": found,
        "gaps": {"truth": gaps(found["by"]), "records": gaps(found["by"])},
        "burden": {
            "n_findings": 200,
            "n_supported": 4,
            "n_people": 200,
            "people_per_supported": 50.0,
            "minutes": 80.0,
            "median_minutes": 0.4,
            "minutes_per_supported": 20.0,
            "areas": {"drugs": 120, "fraud": 3, "theft": 77},
            "groups": [
                {**row, "group": "north", "n": 400, "n_opened": 190},
                {**row, "group": "south", "n": 300, "n_opened": 4},
                {**row, "group": "west", "n": 200, "n_opened": 6},
            ],
            "by_reader": {"P-1": 3},
        },
        "per_reader": [1, 2, 3],
    }


def test_groups_leave_for_one_basis_alone_and_without_small_cells() -> None:
    out = suppressed(document())
    for who in ("before", "release", "after"):
        assert out["records"]["by"][who]["groups"] == []
        rows = {row["group"]: row for row in out["truth"]["by"][who]["groups"]}
        assert "few" not in rows  # not even that it is there
        assert {row["n"] for row in rows.values()} == {50}
        assert all(test["gap"] is None for test in out["records"]["by"][who]["tests"])
    whole = document()["truth"]["by"]["after"]
    assert out["truth"]["by"]["after"]["verdict"] == whole["verdict"]


def test_gaps_side_by_side_are_hidden_with_their_tests() -> None:
    out = suppressed(document())
    for basis in ("truth", "records"):
        by = out[basis]["by"]
        for i, row in enumerate(out["gaps"][basis]):
            assert [row[who] for who in by] == [by[who]["tests"][i]["gap"] for who in by]
            assert row["hidden"] is (None in [row[who] for who in by])
    assert any(row["hidden"] for row in out["gaps"]["truth"])


def test_what_was_said_and_the_burden_lose_their_small_counts() -> None:
    out = suppressed(document())
    found = out["truth"]
    assert found["n_readings"] == 200
    assert found["verdicts"]["before"]["cannot_tell"] == 13
    assert found["by"]["after"]["tests"][1]["pooled"] is None
    # how often yes was said, less those wrongly put forward, would give the misses back
    assert set(found["verdicts"]["after"].values()) == {None}
    burden = out["burden"]
    assert (burden["n_supported"], burden["people_per_supported"]) == (None, None)
    assert burden["minutes_per_supported"] is None  # 80 minutes over 20 would be the four
    assert burden["areas"] == {"drugs": 120, "fraud": None, "theft": None}
    opened = {row["group"]: row["n_opened"] for row in burden["groups"]}
    assert opened == {"north": 190, "south": None, "west": None}
    assert {row["n"] for row in burden["groups"]} == {400, 300, 200}


def test_what_is_not_known_stays() -> None:
    out = suppressed(document())
    assert out["suppressed"]["left_out"] == ["per_reader"]
    assert "per_reader" not in out
    assert "by_reader" not in out["burden"]
    assert "median_minutes" not in out["burden"]["groups"][0]


def few_positives() -> dict[str, Any]:
    """35 readings compared, of which 8 are true, as a small demonstration has them."""
    full = document()
    found = {**full["truth"], "n_readings": 35, "n_comparable": 35, "n_findings": 35}
    for when, said in (("before", (19, 16)), ("after", (16, 19))):
        counts = dict.fromkeys(full["truth"]["verdicts"][when], 0)
        counts |= {"not_supported": said[0], "supported": said[1]}
        found["verdicts"] = {**found["verdicts"], when: counts}
    found |= {"changed_to_the_release": 3, "changed_away": 0}
    by = found["by"]
    found["by"] = {
        who: {**by[who], "n": 35, "positives": 8, "negatives": 27, "verdict": "pass"} for who in by
    }
    for audit in found["by"].values():
        audit["tests"] = [{**test, "verdict": "pass", "pooled": 0.0} for test in audit["tests"]]
    return {**full, "truth": found, "records": None}


def test_what_adds_up_to_a_few_positives_is_hidden_as_one() -> None:
    found = suppressed(few_positives())["truth"]
    assert found["n_comparable"] is None  # 35 less the negatives would be the eight
    for audit in found["by"].values():
        assert [audit[key] for key in ("n", "positives", "negatives", "n_people")] == [None] * 4
        assert audit["groups"] == []
        assert {test["pooled"] for test in audit["tests"]} == {None}


def test_a_verdict_over_few_is_hidden_and_so_is_a_pass_of_the_whole() -> None:
    for audit in suppressed(few_positives())["truth"]["by"].values():
        said = {test["metric"]: test["verdict"] for test in audit["tests"]}
        assert said["fnr"] == "hidden"  # eight pass only where all of them, or none, were missed
        assert audit["verdict"] == "hidden"


def test_three_who_changed_their_mind_do_not_follow_from_before_and_after() -> None:
    found = suppressed(few_positives())["truth"]
    assert (found["changed_to_the_release"], found["changed_away"]) == (None, None)
    assert found["verdicts"]["before"]["supported"] == 16
    assert set(found["verdicts"]["after"].values()) == {None}


def test_deciders_who_differ_in_a_few_readings_leave_one_rate() -> None:
    full = document()
    by = full["truth"]["by"]
    near = {**by["before"], "groups": [dict(row) for row in by["before"]["groups"]]}
    for row in near["groups"]:
        if row["group"] == "two":
            row["fpr"] += 3 / row["negatives"]
    full["truth"] = {**full["truth"], "by": {**by, "after": near}}
    out = suppressed(full)["truth"]["by"]
    rates = {
        who: [row["fpr"] for row in out[who]["groups"] if row["group"] == "two"] for who in out
    }
    assert rates["before"] != [None]
    assert rates["after"] == [None]
    assert all(row["precision"] is None for row in out["after"]["groups"])
    fpr = next(test for test in out["after"]["tests"] if test["metric"] == "fpr")
    assert (fpr["pooled"], fpr["gap"], fpr["hidden"]) == (None, None, True)


def test_two_bases_that_differ_in_a_few_positives_leave_one_of_the_totals() -> None:
    full = document()
    by = full["records"]["by"]
    fewer = {}
    for who, audit in by.items():
        n = audit["positives"] - 4, audit["negatives"] + 4
        fewer[who] = {**audit, "positives": n[0], "negatives": n[1]}
    full["records"] = {**full["records"], "by": fewer}
    out = suppressed(full)
    for who in ("before", "release", "after"):
        assert out["truth"]["by"][who]["positives"] == by[who]["positives"]
        assert out["records"]["by"][who]["positives"] is None
        assert out["records"]["by"][who]["n"] == by[who]["n"]


def test_readings_that_cannot_be_compared_are_hidden_with_what_counts_the_others() -> None:
    full = document()
    for basis in ("truth", "records"):
        full[basis] = {**full[basis], "n_readings": full[basis]["n_comparable"] + 5}
    for found in (suppressed(full)["truth"], suppressed(full)["records"]):
        assert found["n_comparable"] is None
        assert {audit["n"] for audit in found["by"].values()} == {None}


def test_a_few_that_were_not_supported_hide_what_was_and_the_time_with_the_findings() -> None:
    full = document()
    full["burden"] |= {"n_supported": 196, "people_per_supported": 1.0}
    burden = suppressed(full)["burden"]
    assert (burden["n_findings"], burden["n_supported"]) == (200, None)
    assert burden["minutes_per_supported"] is None
    full["burden"] |= {"n_findings": 8, "n_supported": 0, "minutes": 24.0, "median_minutes": 3.0}
    burden = suppressed(full)["burden"]
    assert [burden[key] for key in ("n_findings", "minutes", "median_minutes")] == [None] * 3
    assert set(burden["areas"].values()) == {None}


def test_a_few_findings_read_twice_are_not_told() -> None:
    full = document()
    for basis in ("truth", "records"):
        full[basis] = {**full[basis], "n_readings": 203, "n_findings": 200}
    out = suppressed(full)
    assert out["truth"]["n_findings"] is None
    assert out["burden"]["n_findings"] is None


def test_what_was_missed_is_hidden_where_the_readings_beside_it_are_few() -> None:
    full = document() | {"missed": estimated(15)}
    said = full["truth"]["verdicts"]["before"]
    for beside, told in ((15, 15), (4, None)):
        for basis in ("truth", "records"):
            before = said | {"supported": 15 + beside}
            verdicts = full[basis]["verdicts"] | {"before": before}
            full[basis] = full[basis] | {"verdicts": verdicts}
        assert suppressed(full)["missed"]["n_supported"] == told


def test_a_few_that_were_opened_and_not_decided_do_not_follow() -> None:
    full = document()
    full["burden"] |= {"n_findings": 204, "n_decided": 200, "n_supported": 40, "time": {"rows": []}}
    burden = suppressed(full)["burden"]
    assert (burden["n_findings"], burden["n_decided"]) == (None, 200)
    assert (burden["minutes"], "time" in burden) == (80.0, False)
    full["burden"] |= {"n_findings": 240}
    assert suppressed(full)["burden"]["n_findings"] == 240


def test_a_change_leaves_only_where_what_it_counts_is_many_and_its_rates_leave() -> None:
    full = document()
    (row,) = [r for r in full["truth"]["changes"] if r["metric"] == "fpr"]
    told = {(who, g["group"]) for who, audit in suppressed(full)["truth"]["by"].items()
            for g in audit["groups"] if g["fpr"] is not None}  # fmt: skip
    assert {("after", "one"), ("after", "two")} - told  # some rate of the two groups stays
    assert suppressed(full)["truth"]["changes"] == []
    groups = [
        {**g, "fpr": 0.5, "negatives": 60, "n": 100, "positives": 40, "fnr": 0.5}
        for g in full["truth"]["by"]["before"]["groups"]
        if g["group"] != "few"
    ]
    rates = {"before": 0.5, "release": 0.25, "after": 0.75}
    shown = {
        who: {**audit, "groups": [{**g, "fpr": rates[who]} for g in groups],
              "positives": 80, "negatives": 120, "excluded": []}
        for who, audit in full["truth"]["by"].items()
    }  # fmt: skip
    many = {"value": 0.1, "interval": [0.0, 0.2], "turned": [[20, 10], [15, 12]]}
    row |= {"n": [60, 60], "after_less_before": many, "after_less_release": many}

    def left(change: dict[str, Any]) -> list[dict[str, Any]]:
        found = full["truth"] | {"by": shown, "changes": [change]}
        return list(suppressed(full | {"truth": found, "records": None})["truth"]["changes"])

    (out,) = left(row)
    assert out["after_less_before"] == {"value": 0.1, "interval": [0.0, 0.2]}
    assert left(row | {"after_less_before": many | {"turned": [[20, 10], [15, 3]]}}) == []
    assert left(row | {"worse": "few"}) == []
