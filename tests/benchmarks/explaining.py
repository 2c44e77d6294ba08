"""Explaining one finding, and very many, beside the contributions of shap's compiled code or of
the model itself."""

import tracemalloc
from functools import partial
from typing import Any

import numpy as np
from benchmarks.measuring import Row, times_as_fast
from builders_modelling import Toy, sample

from workbench.analysis.explanation import Explainer, explainer_of
from workbench.analysis.fitted_model import FittedModel, decision

N_ROWS = {"small": 400, "full": 4_000}
N_REFITS = {"small": 3, "full": 20}
N_BATCH = {"small": 2_500, "full": 100_000}


def rows(size: str) -> list[Row]:
    """One candidate explained, warm: by the served model alone, and with all its refits, each
    beside the contributions of the same models; then a batch.

    The peer gives what contributions of a native kind give: them, and the model's output.
    """
    learnt = sample(N_ROWS[size], seed=21, curved=True)
    later = sample(N_ROWS[size], seed=22, curved=True)
    toy = Toy()
    toy.n_refits = N_REFITS[size]
    found = []
    for name, fitted in toy.fit(learnt, later, seed=23).items():
        one = sample(4, seed=24, curved=True).features.iloc[[0]]
        row = one.to_numpy(np.float64)
        whole = toy.settle(fitted, learnt, later, seed=23)
        alone = _native(fitted.estimator, fitted.background, row)
        each = [_native(r.estimator, r.background, row) for r in whole.refits]
        refits = f"with {N_REFITS[size]} refits"
        for model, said, native, peer in (
            (fitted, "alone", alone, "its contributions and output"),
            (whole, refits, partial(_every, [alone, *each]), "those of all of them"),
            (whole, refits, alone, "those of the served one"),
        ):
            effects = [effect.effect for effect in model.explain(one)[0].effects]
            faster = times_as_fast(partial(model.explain, one), native, rounds=41)
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
    """Very many rows: a part at a time beside all at once, in time and in memory."""
    many = sample(n, seed=25, curved=True).features
    at_once = fitted.explainer(many.to_numpy(np.float64)).effects
    agrees = all(
        np.array_equal(part.effects, at_once[part.start : part.start + len(part.outputs)])
        and not part.withheld.any()
        for part in fitted.explain_in_bulk(many)
    )
    parts = partial(_through, fitted, many)
    whole = _native(fitted.estimator, fitted.background, many.to_numpy(np.float64))
    name = fitted.estimator_name.replace("_", " ")
    return [
        Row(
            work=f"explain {n:,} candidates, {name}, a part at a time",
            peer="those of all at once",
            measured=times_as_fast(parts, whole, rounds=3),
            reach=None,
            agrees=bool(agrees),
            note="each part is checked against the model's own output, and its progress told",
        ),
        Row(
            work=f"memory held meanwhile, {name}, per candidate",
            peer="the effects themselves, 24 B",
            measured=_peak(parts) / n,
            reach=24.0 if n >= 100_000 else None,
            unit="B",
            agrees=bool(agrees),
            note="the highest it rises to, shared out over all; it does not grow with their number",
        ),
    ]


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


def _every(each: "list[partial[np.ndarray]]") -> "list[np.ndarray]":
    return [native() for native in each]


def _native(estimator: Any, background: np.ndarray, row: np.ndarray) -> "partial[np.ndarray]":
    """Contributions to the log-odds of some rows and the output itself, by shap alone."""
    return partial(_said, explainer_of(estimator, background), estimator, row)


def _said(explain: Explainer, estimator: Any, row: np.ndarray) -> np.ndarray:
    decision(estimator, row)
    return explain(row).effects
