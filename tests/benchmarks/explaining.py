"""Explaining one finding, and very many, beside the contributions of shap's compiled code or of
the model itself."""

import tracemalloc
from functools import partial
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from benchmarks.measuring import Row, peak_mb, times_as_fast
from builders_modelling import Toy, sample

from workbench.analysis.explanation import Explainer, explainer_of
from workbench.analysis.fitted_model import FittedModel, decision
from workbench.store.streamed_table import streamed

N_ROWS = {"small": 400, "full": 4_000}
N_REFITS = 20
N_BATCH = {"small": 2_500, "full": 100_000}


def rows(size: str) -> list[Row]:
    """One candidate explained, warm: by the served model alone, and with all its refits, each
    beside the contributions of the same models; then a batch.

    The peer gives what contributions of a native kind give: them, and the model's output.
    """
    learnt = sample(N_ROWS[size], seed=21, curved=True)
    later = sample(N_ROWS[size], seed=22, curved=True)
    toy = Toy()
    toy.n_refits = N_REFITS
    found = []
    for name, fitted in toy.fit(learnt, later, seed=23).items():
        one = sample(4, seed=24, curved=True).features.iloc[[0]]
        row = one.to_numpy(np.float64)
        whole = toy.settle(fitted, learnt, later, seed=23)
        alone = native(fitted.estimator, fitted.background, row)
        each = [native(r.estimator, r.background, row) for r in whole.refits]
        refits = f"with {N_REFITS} refits"
        for model, said, beside, peer in (
            (fitted, "alone", alone, "its contributions and output"),
            (whole, refits, partial(every, [alone, *each]), "those of all of them"),
            (whole, refits, alone, "those of the served one"),
        ):
            effects = [effect.effect for effect in model.explain(one)[0].effects]
            faster = times_as_fast(partial(model.explain, one), beside, rounds=41)
            found.append(
                Row(
                    work=f"explain one finding, {name.replace('_', ' ')}, {said}",
                    peer=peer,
                    measured=faster,
                    reach=0.5,
                    agrees=bool(np.allclose(effects, alone()[0], atol=1e-9)),
                    note="words, comparison with peers and the sum check are in it",
                )
            )
        found += _batch(fitted, N_BATCH[size])
    return found


def _batch(fitted: FittedModel, n: int) -> list[Row]:
    """Very many rows, as `workbench explain` writes them: a part at a time into a Parquet table,
    beside all at once, in time and in memory."""
    many = sample(n, seed=25, curved=True).features
    whole = native(fitted.estimator, fitted.background, many.to_numpy(np.float64))
    written = partial(_written, fitted, many)
    read = pd.read_parquet(BytesIO(written()))
    agrees = np.array_equal(read[list(fitted.feature_names)].to_numpy(), whole())
    name = fitted.estimator_name.replace("_", " ")
    return [
        Row(
            work=f"explain {n:,} candidates into a Parquet table, {name}",
            peer="effects and output all at once",
            measured=times_as_fast(written, whole, rounds=3),
            reach=None,
            agrees=agrees and not read["withheld"].any(),
            note="each part is checked against the model's own output, and its progress told",
        ),
        Row(
            work=f"memory held meanwhile, {name}, per candidate",
            peer="the effects themselves, 24 B",
            measured=_peak(partial(_through, fitted, many)) / n,
            reach=24.0 if n >= 100_000 else None,
            unit="B",
            agrees=agrees,
            note="the highest it rises to, shared out over all; it does not grow with their number",
        ),
        Row(
            work=f"by how much the process grows meanwhile, file included, {name}",
            peer="itself before",
            measured=peak_mb(written),
            reach=None,
            agrees=None,
            unit="MB",
        ),
    ]


def _written(fitted: FittedModel, many: Any) -> bytes:
    """The table's bytes."""
    frames = (
        pd.DataFrame(part.effects, columns=list(fitted.feature_names)).assign(
            score=part.outputs, residual=part.residuals, withheld=part.withheld
        )
        for part in fitted.explain_in_bulk(many)
    )
    return b"".join(streamed(Path("effects.parquet"), frames, text=()))


def _through(fitted: FittedModel, many: Any) -> int:
    done = 0
    for part in fitted.explain_in_bulk(many):
        done = part.start + len(part.outputs)
    return done


def _peak(work: "partial[int]") -> int:
    """Bytes that `work` holds at most, beyond what was there before."""
    tracemalloc.start()
    work()
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return peak


def every(each: "list[partial[np.ndarray]]") -> "list[np.ndarray]":
    return [one() for one in each]


def native(estimator: Any, background: np.ndarray, row: np.ndarray) -> "partial[np.ndarray]":
    """Contributions to the log-odds of some rows and the output itself, by shap alone."""
    return partial(_said, explainer_of(estimator, background), estimator, row)


def _said(explain: Explainer, estimator: Any, row: np.ndarray) -> np.ndarray:
    decision(estimator, row)
    return explain(row).effects
