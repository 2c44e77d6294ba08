"""Candidates of two groups of which one is more often true, and a feature that gives it away."""

from copy import deepcopy
from functools import cache
from typing import Any

import numpy as np
import pandas as pd
from builders_modelling import AT, COLUMNS, Toy, pairs

from workbench.analysis.fitted_model import FittedModel
from workbench.analysis.mitigation import Comparison, compare
from workbench.analysis.modelling import Sample
from workbench.analysis.subgroups import Incidence

NAMES = ("A", "B")


def slice_of(seed: int, *, n: int = 2500, planted: bool = True) -> tuple[Sample, Incidence]:
    """Each candidate is about one person. Of group B 50 % are true, of A 15 % (25 % of both where
    nothing is planted); the first feature follows the label, the second the group."""
    rng = np.random.default_rng(seed)
    group = rng.integers(0, 2, n)
    share = np.where(group == 1, 0.5, 0.15) if planted else np.full(n, 0.25)
    labels = (rng.random(n) < share).astype(np.int32)
    rows = np.stack(
        [labels * 1.5 + rng.normal(size=n), group + rng.normal(0, 0.3, n), rng.normal(size=n)],
        axis=1,
    )
    each = np.arange(n, dtype=np.int32)
    sample = Sample(
        pairs(np.stack([each, each], axis=1)),
        pd.DataFrame(rows, columns=list(COLUMNS)),
        labels,
        pd.DataFrame({"candidate": each, "entity": each}),
        AT,
        AT,
    )
    return sample, Incidence(each, group.astype(np.int32), NAMES)


def slices(*, planted: bool = True) -> tuple[dict[str, Sample], dict[str, Incidence]]:
    """Train, calibrate and test."""
    made = {
        name: slice_of(seed, planted=planted)
        for seed, name in enumerate(("train", "calibrate", "test"))
    }
    return {n: s for n, (s, _) in made.items()}, {n: i for n, (_, i) in made.items()}


def fitted(samples: dict[str, Sample], name: str = "logistic_regression") -> FittedModel:
    return Toy().fit(samples["train"], samples["calibrate"], seed=1)[name]


@cache
def _compared() -> Comparison:
    samples, groups = slices()
    return compare(fitted(samples), samples, groups, by="sex", seed=1)


def document(*, model: str = "callers", served: str = "ab" * 32, **more: Any) -> dict[str, Any]:
    """What a comparison on the planted candidates says, as the service writes it."""
    return {
        "kind": "mitigation",
        "model": model,
        "title": "Callers",
        "unit": "pair",
        "run": "0" * 32,
        "release_digest": served,
        "estimator": "logistic_regression",
        "dataset": "calling-world",
        "dataset_sha256": "cd" * 32,
        "as_of": AT.isoformat(),
        "until": AT.isoformat(),
        "seed": 1,
        "audit": "ef" * 32,
        **deepcopy(_compared()),
        **more,
    }
