"""Auditing a registered version and a table of one's own."""

import hashlib
import json
from pathlib import Path

import builders_training
import numpy as np
import pandas as pd
import pytest
from builders import Home
from builders_training import MODEL, WORLD
from scipy.stats import fisher_exact
from sqlalchemy import select

from workbench.analysis.depth_words import depth_notes
from workbench.domain.errors import BadInput, NotAllowed, NotCleared, NotFound
from workbench.services import release, train
from workbench.services.audit import audit_release, audit_table, audits
from workbench.store.tables import log_entry


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Home:
    """A home with a registered version that was not audited yet."""
    made = builders_training.home(tmp_path_factory.mktemp("home"))
    run = train.train(made.desk, MODEL, dataset=WORLD, seed=5, account="data-scientist")
    train.register(made.desk, run, account="data-scientist")
    return made


def entries(home: Home) -> list[dict[str, object]]:
    with home.desk.database.read() as connection:
        return [json.loads(body) for body in connection.execute(select(log_entry.c.body)).scalars()]


def csv(tmp_path: Path, **columns: object) -> Path:
    path = tmp_path / "table.csv"
    pd.DataFrame(columns).to_csv(path, index=False)
    return path


def test_a_table_gives_exact_rates_in_the_fixed_shape(tmp_path: Path) -> None:
    path = csv(
        tmp_path,
        was=["bad", "bad", "good", "good", "bad", "good", "good", "good"],
        said=["bad", "good", "bad", "good", "bad", "good", "good", "good"],
        sex=["f", "f", "f", "f", "m", "m", "m", "m"],
    )
    found = audit_table(path, label="was", prediction="said", groups=["sex"], positive="bad")
    assert list(found)[:4] == ["n", "verdict", "groups", "tests"]
    assert found["n"] == 8
    f, m = found["groups"]
    assert list(f)[:10] == [
        *("attribute", "group", "n", "positives", "negatives"),
        *("selection_rate", "fpr", "fnr", "precision", "accuracy"),
    ]
    assert (f["selection_rate"], f["fpr"], f["fnr"], f["precision"], f["accuracy"]) == (0.5,) * 5
    assert (m["selection_rate"], m["fpr"], m["fnr"], m["precision"]) == (0.25, 0.0, 0.0, 1.0)
    assert [list(t)[:5] for t in found["tests"]] == [
        ["attribute", "metric", "gap", "p_value", "verdict"]
    ] * 2
    assert [(t["metric"], t["gap"]) for t in found["tests"]] == [("fpr", 0.5), ("fnr", 0.5)]
    assert found["verdict"] == "insufficient"
    json.dumps(found, allow_nan=False)


def test_a_planted_gap_fails_and_the_same_table_gives_the_same_audit(tmp_path: Path) -> None:
    rng = np.random.default_rng(1)
    group = rng.choice(["a", "b"], 4000)
    true = rng.random(4000) < 0.5
    said = np.where(true, 1, rng.random(4000) < np.where(group == "b", 0.3, 0.1)).astype(int)
    path = csv(tmp_path, true=true, said=said, group=group)
    found = audit_table(path, label="true", prediction="said", groups=["group"])
    assert found["verdict"] == "fail"
    assert found == audit_table(path, label="true", prediction="said", groups=["group"])


def test_people_who_share_rows_are_resampled(tmp_path: Path) -> None:
    # each of 30 people stands there 40 times with one fate: 30 independent facts, not 1,200
    person = np.repeat(np.arange(30), 40)
    said = np.isin(person, (*range(8), *range(15, 20))).astype(int)
    group = np.where(person < 15, "a", "b")
    path = csv(tmp_path, true=0 * person, said=said, group=group, who=person)
    rows = audit_table(path, label="true", prediction="said", groups=["group"])
    people = audit_table(path, label="true", prediction="said", groups=["group"], cluster="who")
    assert rows["tests"][0]["p_value"] < 0.001
    exact = fisher_exact([[8, 7], [5, 10]]).pvalue  # people, each once
    assert people["tests"][0]["p_value"] == pytest.approx(exact, abs=0.1)
    assert (people["shared"], people["n_people"]) == ("cluster", 30)
    low, high = people["groups"][0]["intervals"]["fpr"]
    assert high - low == pytest.approx(2 * 1.96 * (8 * 7 / 15**3) ** 0.5, abs=0.05)  # 8 of 15


def test_a_version_is_audited_logged_tagged_and_written(home: Home) -> None:
    before = len(entries(home))
    report = audit_release(home.desk, MODEL, dataset=WORLD, account="auditor")
    document = report.document
    assert {t["attribute"] for t in document["tests"]} == {"community", "sex", "community × sex"}
    assert {g["group"] for g in document["groups"] if g["attribute"] == "sex"} == {
        "f + f",
        "f + m",
        "m + m",
    }
    assert (document["shared"], document["n_people"]) == ("people", builders_training.N)
    assert document["as_of"] == home.desk.registry.runs(MODEL)[0].parameters["test_as_of"]
    assert document["against_truth"]["positives"] > document["positives"]
    read, audited = entries(home)[before:]
    who = home.id_of("auditor")
    assert (read["kind"], read["dataset"], read["account"]) == ("sensitive_read", WORLD, who)
    assert read["why"] == "bias audit of a version"
    assert (audited["kind"], audited["what"]) == ("audit", f"{MODEL}/1")
    assert (audited["audit"], audited["audit_digest"]) == (report.verdict, report.digest)
    assert home.desk.registry.audit_of(MODEL, 1) == {
        "verdict": report.verdict,
        "digest": report.digest,
    }
    assert home.desk.registry.audit_report(report.digest) == document
    assert hashlib.sha256(report.json_path.read_bytes()).hexdigest() == report.digest
    assert "Callers, version 1" in report.html_path.read_text()
    assert audits(home.desk, account="analyst-1") == (report,)


def test_auditing_again_gives_the_same_report(home: Home) -> None:
    first = audit_release(home.desk, MODEL, dataset=WORLD, account="auditor")
    assert audit_release(home.desk, MODEL, dataset=WORLD, account="auditor") == first


def test_what_is_read_for_the_audit_is_logged_even_when_it_then_fails(home: Home) -> None:
    with pytest.raises(BadInput, match="margin"):
        audit_release(
            home.desk, MODEL, dataset=WORLD, account="auditor", margin=2.0, harm="No share at all."
        )
    assert entries(home)[-1]["kind"] == "sensitive_read"


def test_another_margin_takes_a_reason_that_stands_in_the_report_and_not_in_the_log(
    home: Home,
) -> None:
    before = len(entries(home))
    with pytest.raises(BadInput, match=r"harm that a gap beyond the margin of 0\.02 does"):
        audit_release(home.desk, MODEL, dataset=WORLD, account="auditor", margin=0.02)
    assert len(entries(home)) == before  # refused before anything sensitive was read
    harm = "Two in a hundred more would be questioned for whom they called."
    report = audit_release(
        home.desk, MODEL, dataset=WORLD, account="auditor", margin=0.02, harm=harm
    )
    document = report.document
    assert (document["margin"], document["harm"], document["margin_own"]) == (0.02, harm, False)
    logged = entries(home)[-1]
    assert (logged["margin"], logged["margin_own"]) == ("0.02", False)
    assert harm not in json.dumps(logged)
    assert harm in report.html_path.read_text()


def test_the_models_own_margin_comes_with_its_reason(home: Home) -> None:
    report = audit_release(home.desk, MODEL, dataset=WORLD, account="auditor")
    definition = home.desk.models[MODEL]
    assert (report.document["margin"], report.document["harm"]) == (0.05, definition.harm)
    assert report.document["margin_own"] is True


def test_a_release_is_shown_over_the_curve_by_calibration_and_by_people(home: Home) -> None:
    document = audit_release(home.desk, MODEL, dataset=WORLD, account="auditor").document
    whole = document["curves"]["rows"][0]
    assert whole["positives"] == document["positives"]
    at = document["curves"]["thresholds"][document["curves"]["working"]]
    assert at == document["threshold"]
    by = {(r["attribute"], r["group"]): r for r in document["curves"]["rows"]}
    for row in document["groups"]:
        if (row["attribute"], row["group"]) in by and "×" not in row["attribute"]:
            lines = by[row["attribute"], row["group"]]["lines"]
            for metric in ("fpr", "fnr", "selection_rate", "precision", "accuracy"):
                value = lines[metric]["value"][document["curves"]["working"]]
                assert value == pytest.approx(row[metric], abs=1e-5)
    assert document["calibration"]["rows"][0]["base_rate"] == pytest.approx(
        document["positives"] / document["n"], abs=1e-5
    )
    people = document["per_person"]
    assert people["rows"][0]["at_threshold"]["wronged"]["n"] == document["n_people"]
    n_cases = builders_training.N_CASES
    assert (people["capacity"], people["capacity_of"]) == (
        4 * n_cases,
        f"4 for each of {n_cases} cases",
    )
    declared = audit_release(home.desk, MODEL, dataset=WORLD, account="auditor", capacity=3)
    assert declared.document["per_person"]["capacity"] == 3
    assert declared.document["per_person"]["put_forward"][1] <= 3
    with pytest.raises(BadInput, match="puts nobody forward"):
        audit_release(home.desk, MODEL, dataset=WORLD, account="auditor", capacity=0)


def test_a_table_of_scores_has_a_curve_and_calibration_where_they_are_probabilities(
    tmp_path: Path,
) -> None:
    rng = np.random.default_rng(3)
    p = np.round(rng.random(400), 4)
    columns = {"true": (rng.random(400) < p).astype(int), "sex": rng.choice(["f", "m"], 400)}
    path = csv(tmp_path, p=p, score=np.round(4 * p - 2, 4), **columns)
    asked = {"label": "true", "groups": ["sex"], "harm": "Whoever is refused has no loan."}
    found = audit_table(path, score="p", threshold=0.5, **asked)  # type: ignore[arg-type]
    assert [r["group"] for r in found["calibration"]["rows"]] == ["(all)", "f", "m"]
    assert found["harm"] == "Whoever is refused has no loan."
    assert found["per_person"] is None
    wider = audit_table(path, score="score", threshold=0.0, **asked)  # type: ignore[arg-type]
    assert wider["calibration"] is None
    assert any("no probabilities" in note for note in wider["notes"])
    assert [r["auc"] for r in wider["curves"]["rows"]] == [
        r["auc"] for r in found["curves"]["rows"]
    ]
    json.dumps([found, wider], allow_nan=False)


def test_what_would_have_no_say_is_refused(tmp_path: Path) -> None:
    path = csv(tmp_path, y=[0, 1], said=[0, 1], p=[0.1, 0.9], sex=["f", "m"], who=[1, 2])
    with pytest.raises(BadInput, match="threshold cuts scores"):
        audit_table(path, label="y", prediction="said", groups=["sex"], threshold=0.5)
    for named in ({"prediction": "said"}, {"score": "p", "threshold": 0.5}):
        with pytest.raises(BadInput, match="capacity ranks people"):
            audit_table(path, label="y", groups=["sex"], capacity=1, **named)  # type: ignore[arg-type]


def test_predictions_that_tell_no_rows_apart_are_refused_rather_than_passed(
    tmp_path: Path,
) -> None:
    n = 4_000  # so many that every group would be large enough to tell
    columns = {"y": [0, 1] * (n // 2), "sex": ["f", "f", "m", "m"] * (n // 4)}
    path = csv(tmp_path, none=[0] * n, all=[1] * n, p=[0.5, *[0.9] * (n - 1)], **columns)
    for said, asked in (
        ("No row is put forward", {"prediction": "none"}),
        ("Every row is put forward", {"prediction": "all"}),
        ("Every row is put forward", {"score": "p", "threshold": 0.5}),
    ):
        with pytest.raises(BadInput, match=said):
            audit_table(path, label="y", groups=["sex"], **asked)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"prediction": "said", "groups": ["y"]}, "'y' is named as label and as group"),
        ({"prediction": "said", "groups": ["sex", "said"]}, "as prediction and as group"),
        ({"score": "p", "threshold": 0.5, "groups": ["p"]}, "as score and as group"),
        ({"prediction": "said", "cluster": "who", "groups": ["who"]}, "as cluster and as group"),
        ({"prediction": "y", "groups": ["sex"]}, "as label and as prediction"),
    ],
)
def test_a_column_is_one_thing_alone(tmp_path: Path, asked: dict[str, object], said: str) -> None:
    path = csv(tmp_path, y=[0, 1], said=[0, 1], p=[0.1, 0.9], sex=["f", "m"], who=["a", "b"])
    with pytest.raises(BadInput, match=said):
        audit_table(path, label="y", **asked)  # type: ignore[arg-type]


def test_an_id_is_no_group_and_what_curves_leave_out_is_said(tmp_path: Path) -> None:
    n = 900
    columns = {
        "y": [i % 2 for i in range(n)], "p": [(i % 97) / 97 for i in range(n)],
        "state": [f"s{i % 40}" for i in range(n)], "id": [f"i{i}" for i in range(n)],
    }  # fmt: skip
    path = csv(tmp_path, **columns)
    found = audit_table(path, label="y", score="p", threshold=0.5, groups=["id", "state"])
    assert {t["attribute"] for t in found["tests"]} == {"state"}
    assert found["excluded"] == [
        {"attribute": "id", "group": "(all)", "n": n,
         "reason": "900 values are no groups; audit a band of them"}
    ]  # fmt: skip
    assert any("more there are by state (40)" in note for note in depth_notes(found))
    with pytest.raises(BadInput, match="900 values of id are no groups"):
        audit_table(path, label="y", score="p", threshold=0.5, groups=["id"])


def test_record_linkage_is_audited_per_script_and_name_change_with_people_as_the_unit(
    tmp_path: Path,
) -> None:
    """False and missed matches of a linkage of records, worked out by hand.

    Each row is a pair of records that a linkage compared, and belongs to the person of the first.
    """
    # (script, name changed, same person, matched): pairs, spread over so many people
    pairs = {
        ("latin", "no", 0, 0): (190, 95), ("latin", "no", 0, 1): (10, 5),
        ("latin", "no", 1, 1): (95, 95), ("latin", "no", 1, 0): (5, 5),
        ("cyrillic", "no", 0, 0): (80, 40), ("cyrillic", "no", 0, 1): (20, 5),
        ("cyrillic", "yes", 1, 1): (30, 30), ("cyrillic", "yes", 1, 0): (20, 10),
    }  # fmt: skip
    rows, first = [], 0
    for (script, changed, same, matched), (n, n_people) in pairs.items():
        rows += [(f"P{first + i % n_people}", script, changed, same, matched) for i in range(n)]
        first += n_people
    frame = pd.DataFrame(rows, columns=["person", "script", "name_changed", "same", "matched"])
    path = csv(tmp_path, **{str(name): frame[name] for name in frame})
    found = audit_table(
        path,
        label="same",
        prediction="matched",
        groups=["script", "name_changed"],
        cluster="person",
        harm="A false match puts a stranger's record on a person; a missed one hides a victim.",
    )
    by = {(g["attribute"], g["group"]): g for g in found["groups"]}
    latin, cyrillic = by["script", "latin"], by["script", "cyrillic"]
    assert (latin["fpr"], latin["fnr"]) == (10 / 200, 5 / 100)
    assert (cyrillic["fpr"], cyrillic["fnr"]) == (20 / 100, 20 / 50)
    assert (by["name_changed", "yes"]["fnr"], by["name_changed", "no"]["fnr"]) == (0.4, 0.05)
    assert by["name_changed", "yes"]["fpr"] is None  # no pair of strangers there
    assert by["script × name_changed", "cyrillic × yes"]["positives"] == 50
    tests = {(t["attribute"], t["metric"]): t for t in found["tests"]}
    assert tests["script", "fnr"]["gap"] == pytest.approx(0.35)
    assert tests["script", "fnr"]["verdict"] == "fail"
    assert (found["shared"], found["n_people"]) == ("cluster", 285)
    people = {r["group"]: r["at_threshold"] for r in found["per_person"]["rows"]}
    assert people["latin"]["wronged"]["n_hit"] == 5  # ten false matches on five people
    assert people["latin"]["missed"] | {"interval": None} == {
        "n": 100, "n_hit": 5, "share": 0.05, "interval": None,
    }  # fmt: skip
    assert (people["cyrillic"]["missed"]["n"], people["cyrillic"]["missed"]["n_hit"]) == (40, 10)


def test_only_those_who_may_audit_do(home: Home) -> None:
    for name in ("analyst-1", "supervisor", "administrator"):
        with pytest.raises(NotAllowed):
            audit_release(home.desk, MODEL, dataset=WORLD, account=name)
    with pytest.raises(NotAllowed):
        audits(home.desk, account="administrator")


def test_an_unknown_model_version_or_unaccepted_dataset_is_refused(home: Home) -> None:
    desk = home.desk
    with pytest.raises(NotFound, match="no model nobody; there are: callers"):
        audit_release(desk, "nobody", dataset=WORLD, account="auditor")
    with pytest.raises(NotFound, match="no version 7"):
        audit_release(desk, MODEL, dataset=WORLD, account="auditor", version=7)
    world = builders_training.world()
    desk.datasets.write("second-world", world)
    with pytest.raises(NotCleared, match="not accepted"):
        audit_release(desk, MODEL, dataset="second-world", account="auditor")


def test_a_model_without_versions_says_what_to_do(tmp_path: Path) -> None:
    made = builders_training.home(tmp_path / "home")
    with pytest.raises(NotFound, match="train it and register the run"):
        audit_release(made.desk, MODEL, dataset=WORLD, account="auditor")


def test_an_audited_version_can_be_approved_with_the_audits_digest(home: Home) -> None:
    report = audit_release(home.desk, MODEL, dataset=WORLD, account="auditor")
    approved = release.approve(
        home.desk,
        f"{MODEL}/1",
        account="supervisor",
        reason="The audit was read and is excused on synthetic data.",
        key="approve-1",
    )
    assert (approved.audit, approved.audit_digest) == (report.verdict, report.digest)
