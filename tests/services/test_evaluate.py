"""Measures against the truth, on candidates that were not learnt from."""

from dataclasses import replace
from datetime import datetime
from pathlib import Path

import builders_training as world
import numpy as np
import pandas as pd
import pytest
from builders import Home

from workbench.analysis.graph import CaseGraph
from workbench.analysis.modelling import Candidates
from workbench.analysis.tables import IntArray
from workbench.domain.errors import NotFound
from workbench.services import evaluate

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
    assert found["baseline"]["feature"] == "calls"
    table = pd.read_csv(written)
    assert len(table) == found["n_candidates"]
    assert list(table.columns) == ["entity_a", "entity_b", "truth", "score", "probability"]
    assert int(table["truth"].sum()) + found["n_lost"] == found["n_true"]


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
