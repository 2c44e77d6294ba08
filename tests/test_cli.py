"""The command door: help for every command, one sentence for every mistake, and the main job."""

import csv
import json
import shlex
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest
from builders_demo import DemoHome, run_workbench

ROOT = Path(__file__).parent.parent
COMMANDS = [
    ("demo",), ("serve",), ("world",), ("check",), ("ingest",), ("explore", "neighbours"),
    ("datasheet",),
    ("explore", "path"), ("explore", "top"), ("train",), ("register",), ("evaluate",), ("audit",),
    ("explain",), ("mitigate",), ("behaviour",),
    ("export",), ("detect",), ("findings",), ("replay",), ("log", "verify"), ("log", "checkpoint"),
    ("log", "export"), ("pack",), ("account", "add"), ("account", "list"), ("account", "reset"),
]  # fmt: skip


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_every_command_has_help_that_says_something(command: tuple[str, ...]) -> None:
    from typer.testing import CliRunner

    from workbench.cli.main import app

    shown = CliRunner().invoke(app, [*command, "--help"])
    assert shown.exit_code == 0
    described = [line for line in shown.stdout.splitlines() if line.strip()][1]
    assert len(described.split()) >= 4


def test_help_is_there_without_loading_shap_sklearn_mlflow_or_pandas() -> None:
    code = (
        "import sys; sys.argv = ['workbench', '--help']\n"
        "from workbench.cli.main import main\n"
        "try: main()\nexcept SystemExit: pass\n"
        "heavy = {'shap', 'sklearn', 'mlflow', 'pandas', 'streamlit'} & set(sys.modules)\n"
        "sys.exit(1 if heavy else 0)"
    )
    assert subprocess.run([sys.executable, "-c", code], capture_output=True).returncode == 0


@pytest.mark.parametrize(
    "arguments",
    [
        ("nonsense",),
        ("check", "no-such-file.csv"),
        ("check", "no-such-folder"),
        ("demo", "--seed", "-1"),
        ("train", "hidden_link", "--dataset", "none", "--seed", "-1"),
        ("audit",),
        ("audit", "--table", "no-such-file.csv", "--label", "y", "--prediction", "p"),
        ("audit", "--table", "no-such-file.csv", "--dataset", "world"),
        ("audit", "hidden_link", "--dataset", "world", "--label", "y"),
        ("train", "no_such_model", "--dataset", "none", "--seed", "1"),
        ("replay", "F-UNKNOWN"),
        ("pack", "F-UNKNOWN", "--out", "x.json"),
        ("explore", "neighbours", "x"),
        ("explore", "top", "--by", "degree", "--case", "C-9999"),
        ("findings",),
        ("findings", "--case", "C-9999"),
        ("detect", "hidden_link", "--dataset", "none"),
        ("mitigate", "no_such_model", "--dataset", "none", "--by", "sex"),
    ],
    ids=" ".join,
)
def test_wrong_use_exits_2_with_one_sentence_and_no_traceback(
    arguments: tuple[str, ...], tmp_path: Path
) -> None:
    done = run_workbench(tmp_path / "home", *arguments)
    assert done.returncode == 2
    assert "Traceback" not in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1
    assert done.stdout == ""


@pytest.mark.slow
def test_the_demonstration_leaves_fifty_findings_of_each_model(made_demo: DemoHome) -> None:
    done = run_workbench(made_demo.path, "findings", "--json")
    rows = json.loads(done.stdout)
    per_model = {m: sum(r["model"] == m for r in rows) for m in made_demo.document["models"]}
    assert all(n >= 50 for n in per_model.values()), per_model
    for row in rows:
        assert ("score" in row) == ("probability" in row) == (row["status"] != "undecided")


@pytest.mark.slow
def test_a_second_demonstration_changes_nothing(demo_home: DemoHome) -> None:
    def n_entries() -> int:
        with sqlite3.connect(demo_home.path / "workbench.db") as connection:
            return connection.execute("select count(*) from log_entry").fetchone()[0]

    before = n_entries()
    again = run_workbench(demo_home.path, "demo", "--json")
    assert json.loads(again.stdout) == demo_home.document
    assert "Sign-in of the demo accounts" not in again.stderr
    assert n_entries() == before


@pytest.mark.slow
def test_a_pack_of_a_decided_finding_verifies_with_nothing_installed(
    demo_home: DemoHome, tmp_path: Path
) -> None:
    for finding in demo_home.document["decided"]:
        out = tmp_path / f"{finding}.pack"
        assert run_workbench(demo_home.path, "pack", finding, "--out", str(out)).returncode == 0
        command = [sys.executable, "-I", "-S", str(ROOT / "workbench/verify.py"), str(out)]
        key = str(demo_home.path / "keys/log.pub")
        assert subprocess.run([*command, "--key", key], capture_output=True).returncode == 0
        spoilt = out.read_bytes().replace(b"supported", b"supportee", 1)
        out.write_bytes(spoilt)
        assert subprocess.run([*command, "--key", key], capture_output=True).returncode != 0


@pytest.mark.slow
def test_one_changed_byte_of_an_entry_is_named_by_its_index(demo_home: DemoHome) -> None:
    assert run_workbench(demo_home.path, "log", "verify").returncode == 0
    with sqlite3.connect(demo_home.path / "workbench.db") as connection:
        triggers = connection.execute(
            "select name, sql from sqlite_master where type = 'trigger' and tbl_name = 'log_entry'"
        ).fetchall()
        for name, _ in triggers:
            connection.execute(f'drop trigger "{name}"')
        body = bytearray(
            connection.execute("select body from log_entry where seq = 17").fetchone()[0]
        )
        body[-3] ^= 1
        connection.execute("update log_entry set body = ? where seq = 17", (bytes(body),))
        for _, sql in triggers:
            connection.execute(sql)
    done = run_workbench(demo_home.path, "log", "verify", "--json")
    assert done.returncode == 1
    assert 17 in [fault["index"] for fault in json.loads(done.stdout)["faults"]]


@pytest.mark.slow
@pytest.mark.parametrize("model", ["hidden_link", "money_flow"])
def test_evaluate_reports_measures_against_truth(made_demo: DemoHome, model: str) -> None:
    done = run_workbench(made_demo.path, "evaluate", model, "--dataset", "world", "--json")
    assert done.returncode == 0, done.stderr
    measures = json.loads(done.stdout)
    assert measures["n_true"] > 0
    assert 0.5 < measures["auc"] <= 1


def test_the_record_linkage_of_the_readme_is_audited_as_it_says(tmp_path: Path) -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    block = text.split("## Auditing what is not ours")[1].split("```sh")[1].split("```")[0]
    pairs, command = block.split("<<END")[1].split("END", 1)
    (tmp_path / "pairs.csv").write_text(pairs.strip(), encoding="utf-8")
    asked = command.replace("\\\n", " ").replace("pairs.csv", str(tmp_path / "pairs.csv"))
    arguments = shlex.split(asked)[1:]
    done = run_workbench(tmp_path / "home", *arguments, "--json")
    assert done.returncode == 0, done.stderr
    report = json.loads(done.stdout)
    rates = {g["group"]: (g["fpr"], g["fnr"]) for g in report["groups"]}
    assert rates["latin"] == (0.5, 0.0)  # one of two strangers matched, no match missed
    assert rates["cyrillic"] == (0.0, 0.5)
    assert (rates["yes"][1], rates["no"][1]) == (1.0, 0.0)
    whole = report["per_person"]["rows"][0]["at_threshold"]
    assert (whole["wronged"]["n_hit"], whole["missed"]["n_hit"]) == (1, 1)  # P1 and P2, of four
    assert (report["verdict"], report["harm"][:13]) == ("insufficient", "A false match")
    said = run_workbench(tmp_path / "home", *arguments).stdout
    assert "it needs 342 negatives in each group; cyrillic 1 and latin 2." in said
    assert "of 4 people with a candidate, 25 %" in said


@pytest.mark.slow
def test_every_finding_of_the_demonstration_replays(made_demo: DemoHome) -> None:
    rows = json.loads(run_workbench(made_demo.path, "findings", "--json").stdout)
    for model in made_demo.document["models"]:
        finding = next(r["id"] for r in rows if r["model"] == model)
        assert run_workbench(made_demo.path, "replay", finding, "--json").returncode == 0


def test_an_audit_of_a_table_gives_the_rates_of_hand_made_counts(tmp_path: Path) -> None:
    # group a: 10 of 100 negatives and 90 of 100 positives selected; b: 20 and 80 of 100
    counts = {("a", 0): 10, ("a", 1): 90, ("b", 0): 20, ("b", 1): 80}
    table = tmp_path / "table.csv"
    with table.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["group", "label", "prediction"])
        for (group, label), selected in counts.items():
            writer.writerows([group, label, int(i < selected)] for i in range(100))
    done = run_workbench(
        tmp_path / "home", "audit", "--table", str(table), "--label", "label",
        "--prediction", "prediction", "--group", "group", "--json",
    )  # fmt: skip
    report = json.loads(done.stdout)
    rates = {g["group"]: (g["fpr"], g["fnr"]) for g in report["groups"]}
    assert rates["a"] == pytest.approx((0.10, 0.10))
    assert rates["b"] == pytest.approx((0.20, 0.20))
    # 1.96 * sqrt(.15 * .85 / 100) = 0.07 > 0.05 in each group, and the gaps do not hold
    assert report["verdict"] == "insufficient"
    assert done.returncode == 0
    passed_on = run_workbench(
        tmp_path / "home", "audit", "--table", str(table), "--label", "label",
        "--prediction", "prediction", "--group", "group", "--suppress", "150",
    )  # fmt: skip
    assert passed_on.returncode == 0
    assert "n=" not in passed_on.stdout  # 100 positives and 100 negatives: no group may be told of
