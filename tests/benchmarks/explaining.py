"""Explaining one finding, beside the contributions that shap's compiled code or the model gives."""

from functools import partial
from typing import Any

import numpy as np
from benchmarks.measuring import Row, times_as_fast
from builders_modelling import Toy, sample

from workbench.analysis.explanation import load_shap
from workbench.analysis.fitted_model import FittedModel

N_ROWS = {"small": 400, "full": 4_000}
N_REFITS = {"small": 3, "full": 20}


def rows(size: str) -> list[Row]:
    """One candidate explained, warm: by the served model alone, and with all its refits."""
    learnt = sample(N_ROWS[size], seed=21, curved=True)
    later = sample(N_ROWS[size], seed=22, curved=True)
    toy = Toy()
    toy.n_refits = N_REFITS[size]
    found = []
    for name, fitted in toy.fit(learnt, later, seed=23).items():
        one = sample(4, seed=24, curved=True).features.iloc[[0]]
        native = _native(fitted, one.to_numpy(np.float64))
        whole = toy.settle(fitted, learnt, later, seed=23)
        for model, said in ((fitted, "alone"), (whole, f"with {N_REFITS[size]} refits")):
            effects = [effect.effect for effect in model.explain(one)[0].effects]
            faster = times_as_fast(partial(model.explain, one), native, rounds=41)
            found.append(
                Row(
                    work=f"explain one finding, {name.replace('_', ' ')}, {said}",
                    peer="its contributions alone",
                    measured=faster,
                    reach=0.5,
                    agrees=bool(np.allclose(effects, native()[0], atol=1e-9)),
                    note="words, comparison with peers and the sum check are in it",
                )
            )
    return found


def _native(fitted: FittedModel, row: np.ndarray) -> "partial[np.ndarray]":
    """Contributions to the log-odds of one row, by the shortest way there is."""
    if fitted.estimator_name == "gradient_boosting":
        return partial(load_shap().TreeExplainer(fitted.estimator).shap_values, row)
    before, slope = fitted.estimator[:-1], fitted.estimator[-1].coef_[0]
    centre = before.transform(fitted.background).mean(axis=0)
    return partial(_terms, before, slope, centre, row)


def _terms(before: Any, slope: np.ndarray, centre: np.ndarray, row: np.ndarray) -> np.ndarray:
    terms: np.ndarray = slope * (before.transform(row) - centre)
    return terms
