"""Explaining with the models that are served: one finding beside shap's own contributions of the
same model, and every candidate by the command itself, with the memory that its process took."""

import os
import subprocess
import sys
import tempfile
from functools import partial
from pathlib import Path

import numpy as np
import pandas as pd
from benchmarks.explaining import every, native
from benchmarks.measuring import Row, times_as_fast

from workbench import bootstrap
from workbench.analysis.feature_model import FeatureModel
from workbench.analysis.graph import CaseGraph
from workbench.analysis.modelling import Sample, TimeSplit, sample_at
from workbench.domain.account import Role
from workbench.services import account, generate, ingest, train

SEED = 7
PEOPLE = {"small": 1_850, "full": 16_000}  # of the world whose candidates are explained
MODEL = "hidden_link"
_READ = (
    "import sys; from workbench import bootstrap; desk = bootstrap.open(); len(desk.models); "
    "graph = desk.datasets.graph(sys.argv[1]); graph.as_of(graph.records['known_at'].max())"
)


def rows(size: str) -> list[Row]:
    """In a home of its own that is gone afterwards."""
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder) / "home"
        desk = bootstrap.open(home)
        for name, role in (("learner", Role.DATA_SCIENTIST), ("accepter", Role.SUPERVISOR)):
            account.add(desk, name, role=role, by="operator")
        learnt = _world(desk, Path(folder), PEOPLE["small"])
        graph = desk.datasets.graph(learnt)
        found = []
        for model in desk.models.values():
            if isinstance(model, FeatureModel):
                found += _one_finding(model, graph)
        train.train(desk, MODEL, dataset=learnt, seed=SEED, account="learner")
        many = learnt if size == "small" else _world(desk, Path(folder), PEOPLE[size])
        desk.database.close()
        return [*found, _by_command(home, many, Path(folder) / "effects.parquet")]


def _world(desk: bootstrap.Desk, folder: Path, people: int) -> str:
    """A world of so many people, ingested and accepted."""
    own, out = folder / f"{people}.toml", folder / f"world-{people}"
    own.write_text(f"[sizes.s]\npeople = {people}\n", encoding="utf-8")
    generate.generate(out, size="s", seed=SEED, bias="planted", progress=_silent, scenario_file=own)
    made = ingest.ingest(desk, out, account="operator")
    reason = "Made for a measurement, and gone with it."
    ingest.accept(desk, made.dataset, account="accepter", reason=reason, key=made.dataset)
    return str(made.dataset)


def _silent(text: str, share: float) -> None:
    """Progress that nobody watches."""


def _one_finding(model: FeatureModel, graph: CaseGraph) -> list[Row]:
    split = TimeSplit.of_graph(graph)
    spans = ((split.train_at, split.calibrate_at), (split.calibrate_at, split.test_at))
    learnt, later = (_sample(model, graph, *span) for span in spans)
    one = later.features.iloc[[3]]
    row = one.to_numpy(np.float64)
    found = []
    for name, fitted in model.fit(learnt, later, seed=SEED).items():
        whole = model.settle(fitted, learnt, later, seed=SEED)
        alone = native(fitted.estimator, fitted.background, row)
        each = [native(refit.estimator, refit.background, row) for refit in whole.refits]
        refits = f"with {len(whole.refits)} refits"
        for asked, said, peer, beside in (
            (fitted, "alone", alone, "its contributions and output"),
            (whole, refits, partial(every, [alone, *each]), "those of all of them"),
            (whole, refits, alone, "those of the served one"),
        ):
            effects = [effect.effect for effect in asked.explain(one)[0].effects]
            found.append(
                Row(
                    work=f"explain one: {_title(model)}, {name.replace('_', ' ')}, {said}",
                    peer=beside,
                    measured=times_as_fast(partial(asked.explain, one), peer, rounds=41),
                    reach=0.5,
                    agrees=bool(np.allclose(effects, alone()[0], atol=1e-9)),
                    note=f"the model as it is served, {row.shape[1]} features; words are in it",
                )
            )
    return found


def _sample(model: FeatureModel, graph: CaseGraph, as_of: object, until: object) -> Sample:
    return sample_at(model, graph, as_of=as_of, until=until, seed=SEED)  # type: ignore[arg-type]


def _title(model: FeatureModel) -> str:
    return str(model.title).lower()  # type: ignore[attr-defined]


def _by_command(home: Path, dataset: str, out: Path) -> Row:
    """`workbench explain` in a process of its own, beside one that reads the same graph."""
    command = ["-m", "workbench.cli", "explain", MODEL, "--dataset", dataset, "--out", str(out)]
    read, explained = (_peak_mb(home, asked) for asked in (["-c", _READ, dataset], command))
    table = pd.read_parquet(out)
    return Row(
        work=f"memory of `workbench explain`, {len(table):,} candidates",
        peer="a process that reads the same graph",
        measured=explained / read,
        reach=None,
        agrees=bool(len(table)) and not table["withheld"].any(),
        unit="× as much",
        note=f"{explained:,.0f} MB at most; features and effects are held of 5,000 at a time",
    )


def _peak_mb(home: Path, arguments: list[str]) -> float:
    """The most memory that a process took, in MB."""
    process = subprocess.Popen(
        [sys.executable, *arguments],
        env={**os.environ, "WORKBENCH_HOME": str(home)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != 0:
        raise RuntimeError(f"{' '.join(arguments[:4])} ended with {process.returncode}.")
    return used.ru_maxrss / 1024
