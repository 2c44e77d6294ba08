"""Error rates per subgroup: point rates from fairlearn, denominators, intervals."""

from collections.abc import Mapping
from typing import Literal, TypedDict

import numpy as np
import pandas as pd

from workbench.analysis.resampling import intervals
from workbench.analysis.subgroups import (
    METRICS,
    Attribute,
    Floats,
    Incidence,
    Ints,
    Outcomes,
    counts,
    shares,
)

Interval = list[float] | None
LISTED = 200


class GroupRow(TypedDict):
    """Rates are shares from 0 to 1, None where the denominator is 0; intervals 95 %."""

    attribute: str
    group: str
    n: int
    positives: int
    negatives: int
    selection_rate: float | None
    fpr: float | None
    fnr: float | None
    precision: float | None
    accuracy: float | None
    intervals: dict[str, Interval]


# of what fpr and fnr are shares
DENOMINATOR: Mapping[str, Literal["positives", "negatives"]] = {
    "fpr": "negatives",
    "fnr": "positives",
}


def rate_of(row: GroupRow, metric: str) -> float | None:
    """The rate of that name."""
    rates = {
        "selection_rate": row["selection_rate"],
        "fpr": row["fpr"],
        "fnr": row["fnr"],
        "precision": row["precision"],
        "accuracy": row["accuracy"],
    }
    return rates[metric]


def point_rates(outcomes: Outcomes, incidence: Incidence) -> dict[str, Floats]:
    """Rates per group from fairlearn's MetricFrame, NaN where the denominator is 0.

    MetricFrame sees one weighted row per group and outcome, so that its cost does not grow with
    the rows; its one metric gives all shares of these weights at once.
    """
    from fairlearn.metrics import MetricFrame

    table = counts(outcomes.cells, incidence)
    group, cell = np.nonzero(table)
    frame = MetricFrame(
        metrics=_shares,
        y_true=cell // 2,
        y_pred=cell % 2,
        sensitive_features=pd.Series(group, name="group"),
        sample_params={"weight": table[group, cell]},
    )
    rates = np.full((len(table), len(METRICS)), np.nan)
    found = frame.by_group
    rates[found.index.to_numpy()] = np.stack(found.to_list())
    return {metric: rates[:, k] for k, metric in enumerate(METRICS)}


def _shares(label: Ints, prediction: Ints, *, weight: Ints) -> Floats:
    """`METRICS` from weighted rows; NaN where a denominator is 0."""
    table = np.bincount(2 * label + prediction, weights=weight, minlength=4)
    return np.array([shares(table, metric) for metric in METRICS], np.float64)


def group_rows(
    outcomes: Outcomes, attribute: Attribute, *, n_replicates: int, seed: int
) -> list[GroupRow]:
    """One row per subgroup that occurs, in the order of their names; the `LISTED` largest."""
    incidence = outcomes.incidence(attribute).largest(LISTED)
    if not incidence.groups:
        return []
    table = counts(outcomes.cells, incidence)
    point = point_rates(outcomes, incidence)
    spread = intervals(outcomes, incidence, n_replicates=n_replicates, seed=seed)
    rows: list[GroupRow] = []
    for g, name in enumerate(incidence.groups):
        rate = {m: _number(float(point[m][g])) for m in METRICS}
        rows.append(
            GroupRow(
                attribute=attribute.name,
                group=name,
                n=int(table[g].sum()),
                positives=int(table[g, 2:].sum()),
                negatives=int(table[g, :2].sum()),
                selection_rate=rate["selection_rate"],
                fpr=rate["fpr"],
                fnr=rate["fnr"],
                precision=rate["precision"],
                accuracy=rate["accuracy"],
                intervals={m: _bounds(spread[m][g]) for m in METRICS},
            )
        )
    return rows


def _number(value: float) -> float | None:
    return None if np.isnan(value) else value


def _bounds(pair: Floats) -> Interval:
    return None if np.isnan(pair).any() else [float(pair[0]), float(pair[1])]
