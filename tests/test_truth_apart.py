"""Truth is kept apart: what reads it is evaluation and the audit's comparison, and nothing else.

Two proofs. The kernel tells which files under truth/ were opened while every service ran; and the
source is walked for whoever could ask for them. Each has a control that it must catch.
"""

import ast
import sys
from collections.abc import Callable
from pathlib import Path

import builders
import builders_training as world
import pandas as pd
import pytest
from builders import Home
from builders_watch import watched

from workbench.services import (
    act,
    audit,
    browse,
    casework,
    catalogue,
    chart,
    detect,
    evaluate,
    exchange,
    explore,
    look_up,
    release,
    replay,
    review,
    standing,
    trail,
    train,
    verify,
)

ROOT = Path(__file__).parents[1]
MEASURING = {
    "workbench/services/audit.py",
    "workbench/services/audit_deciders.py",
    "workbench/services/evaluate.py",
}
HANDED = {  # given truth by evaluation, an audit or a study, and only then
    "workbench/analysis/label_bias.py",
    "workbench/analysis/model_study.py",
    "workbench/analysis/modelling.py",
    "models/money_flow/definition.py",
}
WRITING = {  # make a world, or take a delivered one apart; what was ingested they do not read
    "workbench/services/generate.py",
    "workbench/services/ingest.py",
    "workbench/services/upload.py",
    "workbench/store/datasets.py",
    "workbench/store/datasheets.py",
    "workbench/store/deliveries.py",
    "workbench/store/manifest.py",
}
linux = pytest.mark.skipif(sys.platform != "linux", reason="inotify is Linux's")

# What the source says


def who_asks(source: str) -> set[str]:
    """How a module could come by truth: ``truth`` or ``truth_of`` of something is taken, or the
    folder is named (as a part of a path or an argument; the key of a document is neither).
    """
    found = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Attribute) and node.attr == "truth":
            found.add("truth")
        if isinstance(node, ast.ImportFrom) and "truth_of" in [name.name for name in node.names]:
            found.add("truth")
        parts: list[ast.expr] = []
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Div):
            parts = [node.left, node.right]
        if isinstance(node, ast.Call):
            gets = isinstance(node.func, ast.Attribute) and node.func.attr == "get"
            parts = [] if gets else node.args
        if any(isinstance(part, ast.Constant) and part.value == "truth" for part in parts):
            found.add("path")
        if isinstance(node, ast.Constant) and str(node.value).startswith(("truth/", "truth\\")):
            found.add("path")
    return found


def modules(*folders: str) -> dict[str, str]:
    """Source by path; the making and the checking of worlds, which are about truth, left out."""
    return {
        name: path.read_text()
        for folder in folders
        for path in sorted((ROOT / folder).rglob("*.py"))
        for name in (path.relative_to(ROOT).as_posix(),)
        if "/synthetic/" not in name and "/validation/" not in name
    }


def test_no_model_feature_or_page_can_ask_for_truth() -> None:
    asks = {
        name: who_asks(source)
        for name, source in modules("models", "workbench/analysis", "workbench/ui").items()
    }
    asks |= {name: who_asks(source) for name, source in modules("workbench").items()
             if name.startswith("workbench/cli/")
             or name in ("workbench/app.py", "workbench/demo.py")}  # fmt: skip
    assert {name for name, found in asks.items() if found} == HANDED


def test_only_evaluation_and_the_audit_call_for_truth() -> None:
    calls = {
        name
        for name, source in modules("workbench/services", "workbench/store").items()
        if "truth" in who_asks(source)
    }
    checking = {n for n in calls if n.endswith(("validate.py", "written_world.py"))}
    assert calls >= MEASURING
    assert calls - WRITING - checking == MEASURING


def test_the_walk_over_the_source_finds_who_asks() -> None:
    assert who_asks("rows = desk.datasets.truth('world')") == {"truth"}
    assert who_asks("read = getattr(desk.datasets, 'truth')") == {"path"}
    assert who_asks("frame = pd.read_parquet(home / 'truth' / 'ties.parquet')") == {"path"}
    assert who_asks("frame = pd.read_csv('truth/ties.csv')") == {"path"}
    assert who_asks("from workbench.analysis.modelling import truth_of") == {"truth"}
    assert who_asks("report.get('truth'); report['truth']; made = {'truth': 1}") == set()


def test_what_names_the_folder_of_truth_is_the_store_that_writes_it() -> None:
    named = {
        name
        for name, source in modules("workbench/services", "workbench/store", "models").items()
        if "path" in who_asks(source)
    }
    checking = {n for n in named if n.endswith(("validation_report.py", "written_world.py"))}
    assert named - WRITING - checking == set()


# What is opened


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Home:
    return world.home(tmp_path_factory.mktemp("home"))


def truth_of(home: Home) -> Path:
    return home.desk.datasets.root / world.WORLD / "truth"


def from_training_to_release(home: Home) -> None:
    """Train, register and approve; the audit stands by itself below."""
    desk = home.desk
    run = train.train(desk, world.MODEL, dataset=world.WORLD, seed=5, account="data-scientist")
    number = train.register(desk, run, account="data-scientist")
    desk.registry.record_audit(world.MODEL, number, verdict="pass", report=world.REPORT)
    release.approve(
        desk,
        f"{world.MODEL}/{number}",
        account="supervisor",
        reason="The audit passed and the card is complete.",
        key=builders.key(),
    )


def from_detection_to_proof(home: Home) -> None:
    """Detect, read, judge, unveil, decide twice, act where the records allow it, replay, pack."""
    desk = home.desk
    found = detect.detect(
        desk, world.MODEL, dataset=world.WORLD, account="analyst-1", seed=5, per_case=4
    )
    facts = {row.id: row.n_offence_facts for row in review.list_findings(desk)}
    finding = max(found, key=lambda one: facts[one])
    for reader in ("analyst-1", "supervisor"):
        said = {"account": reader, "verdict": "supported", "reason": builders.REASON}
        review.read(desk, finding, account=reader)
        review.judge(desk, finding, confidence=70, **said)
        review.unveil(desk, finding, account=reader)
        review.decide(desk, finding, key=builders.key(), **said)
    if facts[finding]:
        act.act(desk, finding, account="analyst-1", action="assessed_link", key=builders.key())
        exchange.pack(desk, finding, account="analyst-1")
    replay.replay(desk, finding, account="analyst-1")


def what_pages_ask(home: Home) -> None:
    """Every page's services."""
    desk = home.desk
    case = next(c for c in casework.my_cases(desk, account="analyst-1") if c.id == "C-100")
    casework.case_view(desk, case.id, account="analyst-1")
    chart.chart(desk, case.id, account="analyst-1")
    chart.records(desk, case.id, account="analyst-1")
    look_up.look_up_list(desk, case.id, text="person 3", account="analyst-1")
    trail.trail(desk, case.id, account="analyst-1")
    browse.browse(desk, account="analyst-1")
    standing.standing(desk, home.people["analyst-1"])
    review.list_findings(desk, account="operator")
    audit.audits(desk, account="analyst-1")
    catalogue.quality(desk, world.WORLD, account="analyst-1")
    verify.verify(desk, account="auditor")
    explore.top(desk, dataset=world.WORLD, by="degree", account="operator", purpose="A test run.")


STEPS: tuple[Callable[[Home], None], ...] = (
    from_training_to_release,
    from_detection_to_proof,
    what_pages_ask,
)


@linux
@pytest.mark.slow
def test_nothing_opens_truth_but_evaluation_and_the_audit(home: Home) -> None:
    for step in STEPS:
        home.desk.datasets._tables.clear()  # so that what was read before is read again
        home.desk.datasets._graphs.clear()
        with watched(truth_of(home)) as opened:
            step(home)
        assert opened == [], step.__doc__
    for measure in (
        lambda: evaluate.evaluate(
            home.desk, world.MODEL, dataset=world.WORLD, account="data-scientist"
        ),
        lambda: audit.audit_release(
            home.desk, world.MODEL, dataset=world.WORLD, account="data-scientist"
        ),
    ):
        with watched(truth_of(home)) as opened:
            measure()
        assert "ties.parquet" in opened


@linux
def test_the_watch_sees_who_reads_truth(home: Home) -> None:
    with watched(truth_of(home)) as opened:
        pd.read_parquet(truth_of(home) / "ties.parquet")
    assert "ties.parquet" in opened
    with watched(truth_of(home)) as opened:
        (truth_of(home) / "ties.parquet").read_bytes()
    assert opened == ["ties.parquet"]
    with watched(truth_of(home)) as opened:
        list(truth_of(home).iterdir())
    assert opened == ["."]
    with watched(truth_of(home)) as opened:
        home.desk.datasets.sensitive(world.WORLD)
    assert opened == []
