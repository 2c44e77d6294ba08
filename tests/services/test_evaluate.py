"""Measures against the truth, on candidates that were not learnt from."""

import hashlib
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import builders
import builders_training as world
import numpy as np
import pandas as pd
import pytest
from builders import Home

from workbench.analysis.graph import CaseGraph
from workbench.analysis.modelling import Candidates
from workbench.analysis.tables import IntArray
from workbench.domain.errors import BadInput, NotAllowed, NotFound
from workbench.domain.log import EntryKind
from workbench.services import detect, evaluate, train
from workbench.store import findings

pytestmark = pytest.mark.slow

FIXED = [
    *("model", "dataset", "unit", "n_candidates", "n_true", "auc", "average_precision"),
    *("threshold", "precision", "recall", "f1"),
]


class AllPairsFresh(world.Callers):
    """Callers whose pairs are asked about from a late day on only, so that some are held out."""

    def candidates(
        self, graph: CaseGraph, *, as_of: datetime, anchors: IntArray | None, seed: int
    ) -> Candidates:
        found = super().candidates(graph, as_of=as_of, anchors=anchors, seed=seed)
        if as_of >= graph.records["known_at"].max().to_pydatetime():
            return found
        rows = [i for i in range(len(found)) if found.members_of(i).min() % 2]
        return found.take(np.array(rows))


class CountedDown(world.Callers):
    """Callers with every count negative: the fewer, the more."""

    def features(
        self, graph: CaseGraph, candidates: Candidates, *, as_of: datetime
    ) -> pd.DataFrame:
        return -super().features(graph, candidates, as_of=as_of)


class CountedDownFresh(CountedDown, AllPairsFresh):
    """The same, some pairs held out."""


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Home:
    return world.home_in_use(tmp_path_factory.mktemp("home"))


def test_the_fixed_fields_come_first_and_in_order(home: Home) -> None:
    found = evaluate.evaluate(home.desk, world.MODEL, dataset=world.WORLD, account="auditor")
    assert list(found)[: len(FIXED)] == FIXED
    assert (found["model"], found["dataset"], found["unit"]) == ("callers", world.WORLD, "pair")


def test_pairs_that_were_learnt_from_are_left_out(home: Home) -> None:
    # every pair of this world was a candidate on day 365, so nothing is left to measure on
    found = evaluate.evaluate(home.desk, world.MODEL, dataset=world.WORLD, account="auditor")
    assert found["n_candidates"] == 0
    assert found["auc"] is None
    assert found["precision"] is None


def test_pairs_not_asked_about_before_are_measured(home: Home, tmp_path: Path) -> None:
    desk = replace(home.desk, models={world.MODEL: AllPairsFresh()})
    written = tmp_path / "pairs.csv"
    found = evaluate.evaluate(
        desk, world.MODEL, dataset=world.WORLD, account="auditor", pairs=written
    )
    assert found["n_candidates"] > 300
    assert found["auc"] > 0.8
    low, high = found["intervals"]["auc"]
    assert low < found["auc"] < high
    assert (found["baseline"]["feature"], found["baseline"]["sign"]) == ("calls", 1.0)
    assert found["baseline"]["auc"] > 0.8
    assert (found["against"], found["n_left_out"] > 0) == ("truth", True)
    table = pd.read_csv(written)
    assert len(table) == found["n_candidates"]
    assert list(table.columns) == ["entity_a", "entity_b", "truth", "score", "probability"]
    assert int(table["truth"].sum()) + found["n_lost"] == found["n_true"]


def test_the_simplest_rule_ranks_as_training_found_it_to(tmp_path: Path) -> None:
    desk = replace(world.home(tmp_path).desk, models={world.MODEL: CountedDown()})
    run_id = train.train(desk, world.MODEL, dataset=world.WORLD, seed=7, account="data-scientist")
    assert desk.registry.run(run_id).parameters["baseline_sign"] == "-1.0"
    fresh = replace(desk, models={world.MODEL: CountedDownFresh()})
    found = evaluate.evaluate(fresh, world.MODEL, dataset=world.WORLD, account="auditor")
    assert (found["baseline"]["feature"], found["baseline"]["sign"]) == ("calls", -1.0)
    assert found["baseline"]["auc"] > 0.8


def test_what_lies_undecided_before_people_is_measured_and_not_shown(tmp_path: Path) -> None:
    built = world.home_in_use(tmp_path / "home")
    desk = replace(built.desk, models={world.MODEL: AllPairsFresh()})
    detect.detect(desk, world.MODEL, dataset=world.WORLD, account="analyst-1", seed=5)
    with desk.database.read() as connection:
        found = findings.list_findings(connection, model=world.MODEL)
    decided, erased = found[0], found[1].id
    builders.decided(built, decided, "analyst-1")
    builders.erased(built, erased)
    open_ = {f.id: frozenset(findings.load_claim(desk.vault, f).subject_ids) for f in found[2:]}
    asked = {"dataset": world.WORLD, "account": "operator", "pairs": tmp_path / "pairs.csv"}
    evaluate.evaluate(desk, world.MODEL, **asked)
    table = pd.read_csv(tmp_path / "pairs.csv")
    pairs = [frozenset(pair) for pair in table[["entity_a", "entity_b"]].to_numpy().tolist()]
    hidden = {pair for pair, gone in zip(pairs, table["score"].isna(), strict=True) if gone}
    assert hidden
    assert hidden == set(open_.values()) & set(pairs)
    assert table["probability"].isna().sum() == len(hidden)
    assert list(table.columns) == ["entity_a", "entity_b", "truth", "score", "probability"]


def test_every_evaluation_is_logged_with_the_digest_of_what_it_wrote(
    home: Home, tmp_path: Path
) -> None:
    written = tmp_path / "pairs.csv"
    evaluate.evaluate(home.desk, world.MODEL, dataset=world.WORLD, account="operator")
    evaluate.evaluate(
        home.desk, world.MODEL, dataset=world.WORLD, account="data-scientist", pairs=written
    )
    with home.desk.database.read() as connection:
        entries = [row.fields for row in home.desk.log.entries(connection)]
    *_, one, other = [entry for entry in entries if entry.get("what") == "evaluation"]
    assert (one["kind"], one["account"]) == (EntryKind.CONSULTATION, "P-OPERATOR")
    assert (one["dataset"], one["model"]) == (world.WORLD, world.MODEL)
    assert "digest" not in one
    assert other["digest"] == hashlib.sha256(written.read_bytes()).hexdigest()


def test_candidates_that_cannot_be_written_are_not_logged(home: Home, tmp_path: Path) -> None:
    before = builders.n_entries(home, EntryKind.CONSULTATION)
    for pairs in (tmp_path, tmp_path / "none" / "x.csv"):
        with pytest.raises(BadInput, match="cannot be written"):
            evaluate.evaluate(
                home.desk, world.MODEL, dataset=world.WORLD, account="auditor", pairs=pairs
            )
    assert builders.n_entries(home, EntryKind.CONSULTATION) == before


@pytest.mark.parametrize("name", ["analyst-1", "supervisor"])
def test_who_decides_does_not_evaluate(home: Home, name: str) -> None:
    with pytest.raises(NotAllowed):
        evaluate.evaluate(home.desk, world.MODEL, dataset=world.WORLD, account=name)


def test_a_dataset_without_truth_is_audited_instead(home: Home) -> None:
    bare = replace(world.world(), truth={}, sha256="cd" * 32)
    home.desk.datasets.write("without-truth", bare)
    with pytest.raises(NotFound, match="brings no truth"):
        evaluate.evaluate(home.desk, world.MODEL, dataset="without-truth", account="auditor")


def test_a_model_that_was_never_trained_is_said_so(tmp_path: Path) -> None:
    with pytest.raises(NotFound, match="never trained"):
        evaluate.evaluate(
            world.home(tmp_path).desk, world.MODEL, dataset=world.WORLD, account="auditor"
        )
