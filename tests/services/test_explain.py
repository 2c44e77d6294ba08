"""Every candidate explained in one table: it adds up, is told along, blind and logged."""

import hashlib
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any, cast

import builders
import builders_training as world
import numpy as np
import pandas as pd
import pytest
from builders import Home
from builders_withheld import Broken, with_a_background

from workbench.analysis.graph import CaseGraph
from workbench.analysis.modelling import Candidates, ModelDefinition
from workbench.domain.errors import BadInput, NotAllowed, NotCleared, NotFound
from workbench.domain.log import EntryKind
from workbench.services import detect, explain, train
from workbench.store import findings

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Home:
    return world.home_in_use(tmp_path_factory.mktemp("home"))


def effects(table: pd.DataFrame) -> pd.DataFrame:
    return table[[c for c in table.columns if c.startswith("effect_")]]


def test_base_value_and_effects_of_every_row_are_its_score(home: Home, tmp_path: Path) -> None:
    told: list[str] = []
    out = tmp_path / "effects.parquet"
    said = explain.explain(
        home.desk,
        world.MODEL,
        dataset=world.WORLD,
        account="data-scientist",
        out=out,
        progress=lambda text, share: told.append(text),
    )
    table = pd.read_parquet(out)
    assert list(table.columns) == [
        *("entity_a", "entity_b", "undecided", "withheld", "score", "probability", "residual"),
        *("base_value", "effect_calls", "effect_calls_of_both"),
    ]
    assert len(table) == said["n_candidates"] == said["n_explained"] > 300
    assert (said["n_withheld"], said["n_undecided"], said["withheld"]) == (0, 0, [])
    parts = table["base_value"] + effects(table).sum(axis=1)
    np.testing.assert_allclose(parts, table["score"], atol=1e-9)
    assert said["largest_residual"] == table["residual"].max() < 1e-9
    assert f"explained {len(table):,} of {len(table):,}" in told
    assert table["probability"].between(0, 1).all()


class Counted:
    """The model, which writes down of how many candidates its features were asked at once."""

    def __init__(self, model: ModelDefinition) -> None:
        self._model = model
        self.asked: list[int] = []

    def __getattr__(self, name: str) -> Any:
        return getattr(self._model, name)

    def features(
        self, graph: CaseGraph, candidates: Candidates, *, as_of: datetime
    ) -> pd.DataFrame:
        self.asked.append(len(candidates))
        return self._model.features(graph, candidates, as_of=as_of)


def test_features_are_held_of_one_part_alone_and_each_part_is_told(
    home: Home, tmp_path: Path
) -> None:
    counted = Counted(home.desk.models[world.MODEL])
    desk = replace(home.desk, models={world.MODEL: cast(ModelDefinition, counted)})
    told: list[tuple[str, float]] = []
    asked = {"dataset": world.WORLD, "account": "operator"}
    said = explain.explain(
        desk, world.MODEL, out=tmp_path / "parts.csv", at_a_time=100, **asked,
        progress=lambda text, share: told.append((text, share)),
    )  # fmt: skip
    n = said["n_candidates"]
    assert counted.asked == [100] * (n // 100) + [n % 100]
    assert "features of 101 to 200 of" in told[4][0]
    shares = [share for _, share in told]
    assert shares == sorted(shares)
    assert len([share for share in shares if 0.2 < share < 0.8]) >= n // 100
    explain.explain(desk, world.MODEL, out=tmp_path / "whole.csv", **asked)
    parts, whole = ((tmp_path / f"{name}.csv").read_bytes() for name in ("parts", "whole"))
    assert parts == whole


def test_csv_holds_the_same_as_parquet(home: Home, tmp_path: Path) -> None:
    for name in ("effects.parquet", "effects.csv"):
        asked = {"dataset": world.WORLD, "account": "operator", "out": tmp_path / name}
        explain.explain(home.desk, world.MODEL, **asked)
    pd.testing.assert_frame_equal(
        pd.read_csv(tmp_path / "effects.csv"), pd.read_parquet(tmp_path / "effects.parquet")
    )


def test_of_what_lies_undecided_before_people_nothing_is_said(tmp_path: Path) -> None:
    built = world.home_in_use(tmp_path / "home")
    detect.detect(built.desk, world.MODEL, dataset=world.WORLD, account="analyst-1", seed=5)
    with built.desk.database.read() as connection:
        found = findings.list_findings(connection, model=world.MODEL)
    builders.decided(built, found[0], "analyst-1")
    open_ = {frozenset(findings.load_claim(built.desk.vault, f).subject_ids) for f in found[1:]}
    out = tmp_path / "effects.csv"
    asked = {"dataset": world.WORLD, "account": "operator", "out": out}
    said = explain.explain(built.desk, world.MODEL, **asked)
    table = pd.read_csv(out)
    hidden = table[table["undecided"]]
    pairs = {frozenset(p) for p in hidden[["entity_a", "entity_b"]].to_numpy().tolist()}
    assert pairs == open_
    assert said["n_undecided"] == len(hidden) == len(open_)
    assert hidden.iloc[:, 4:].isna().all(axis=None)
    assert not hidden["withheld"].any()
    assert table[~table["undecided"]].notna().all(axis=None)


def test_rows_that_miss_the_model_are_withheld_counted_and_named(
    tmp_path: Path,
) -> None:
    built = world.home(tmp_path / "home")
    desk = replace(built.desk, models={world.MODEL: Broken(with_a_background)})
    train.train(desk, world.MODEL, dataset=world.WORLD, seed=5, account="data-scientist")
    out = tmp_path / "effects.parquet"
    asked = {"dataset": world.WORLD, "account": "auditor", "out": out}
    said = explain.explain(desk, world.MODEL, **asked)  # of the latest run: no release is in use
    table = pd.read_parquet(out)
    assert said["n_withheld"] == table["withheld"].sum() > 0
    assert said["withheld"] == np.flatnonzero(table["withheld"])[:100].tolist()
    assert effects(table)[table["withheld"]].isna().all(axis=None)
    assert (table["residual"] > 1e-6).equals(table["withheld"])
    assert said["n_explained"] + said["n_withheld"] == said["n_candidates"]


def test_what_leaves_is_logged_with_its_digest_and_nothing_that_was_not_written(
    home: Home, tmp_path: Path
) -> None:
    out = tmp_path / "effects.csv"
    asked = {"dataset": world.WORLD, "account": "auditor"}
    before = builders.n_entries(home, EntryKind.CONSULTATION)
    for wrong in (tmp_path / "none" / "x.csv", tmp_path / "x.xlsx"):
        with pytest.raises(BadInput):
            explain.explain(home.desk, world.MODEL, **asked, out=wrong)
    assert builders.n_entries(home, EntryKind.CONSULTATION) == before
    said = explain.explain(home.desk, world.MODEL, **asked, out=out)
    with home.desk.database.read() as connection:
        *_, last = [row.fields for row in home.desk.log.entries(connection)]
    assert last["what"] == "explanation of candidates"
    assert last["digest"] == said["sha256"] == hashlib.sha256(out.read_bytes()).hexdigest()
    assert last["n"] == said["n_candidates"]


@pytest.mark.parametrize("name", ["analyst-1", "supervisor"])
def test_who_decides_is_not_given_it(home: Home, tmp_path: Path, name: str) -> None:
    with pytest.raises(NotAllowed):
        explain.explain(
            home.desk, world.MODEL, dataset=world.WORLD, account=name, out=tmp_path / "x.csv"
        )


def test_an_unknown_model_and_data_that_nobody_accepted_are_refused(
    home: Home, tmp_path: Path
) -> None:
    out = tmp_path / "x.csv"
    with pytest.raises(NotFound, match="There is no model nobody"):
        explain.explain(home.desk, "nobody", dataset=world.WORLD, account="operator", out=out)
    home.desk.datasets.write("pending", replace(world.world(), sha256="cd" * 32))
    with pytest.raises(NotCleared):
        explain.explain(home.desk, world.MODEL, dataset="pending", account="operator", out=out)
    assert not out.exists()
