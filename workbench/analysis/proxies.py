"""Proxies: how well each sensitive trait can be told from a model's features.

A model that never sees a trait may still carry it. For each group a logistic regression learns
from the features alone whether a candidate is about somebody of that group; what it gets right on
people it has not seen shows how much of the trait the features hold. Attributions of a score say
nothing of this: they explain the score, not whom it falls on.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, TypedDict

import numpy as np
import pandas as pd

from workbench.analysis.fitted_model import decision, learn
from workbench.analysis.tables import FloatArray, IntArray
from workbench.analysis.uncertainty import Ranking, bootstrap
from workbench.analysis.wording import Matrix

N_FOLDS = 5
MOST_ROWS = 4_000
LEAST = 50  # candidates with and without the group, below which nothing is said
MOST_GROUPS = 60
TELLING = 0.6  # an AUC whose interval lies above this is named


class ProxyRow(TypedDict):
    """How well `group` is told from all others: AUC with a 95 % interval, people resampled.

    `strongest` is the feature that tells it best alone, with its own AUC (direction ignored).
    """

    attribute: str
    group: str
    n: int
    auc: float
    interval: list[float]
    strongest: str
    strongest_auc: float


def proxies(
    features: pd.DataFrame, people: pd.DataFrame, sensitive: pd.DataFrame, *, seed: int
) -> list[ProxyRow]:
    """One row per group that is in enough candidates, the best told first.

    Parameters
    ----------
    features : DataFrame
        One float column per feature, one row per candidate.
    people : DataFrame
        Columns candidate (row of `features`) and entity.
    sensitive : DataFrame
        Column entity and one per sensitive feature.
    """
    rng = np.random.default_rng(seed)
    about = people[people["candidate"].isin(_drawn(rng, people))]
    kept, candidate = np.unique(about["candidate"].to_numpy(), return_inverse=True)
    about = about.assign(candidate=candidate.reshape(-1))
    known = sensitive.set_index("entity").reindex(about["entity"])
    if not len(kept):
        return []
    values = features.iloc[kept].to_numpy(dtype=np.float64)
    folds = [_Fold.of(values, *rows) for rows in _folds(rng, about, len(kept))]
    rows = [
        _told(str(name), str(group), values, features.columns, about, known[name], folds, seed)
        for name in sensitive.columns.drop("entity")
        if known[name].nunique() <= MOST_GROUPS
        for group in sorted(known[name].dropna().unique())
    ]
    return sorted((row for row in rows if row is not None), key=lambda row: -row["auc"])


@dataclass(frozen=True, slots=True)
class _Fold:
    """Rows to test on and the others, imputed and scaled by what the others are; every group is
    told from the same ones."""

    others: IntArray
    test: IntArray
    learnt_on: Matrix
    tested_on: Matrix

    @staticmethod
    def of(values: Matrix, others: IntArray, test: IntArray) -> "_Fold":
        from sklearn.impute import SimpleImputer
        from sklearn.pipeline import make_pipeline
        from sklearn.preprocessing import StandardScaler

        if not len(others) or not len(test):
            return _Fold(others, test, values[others], values[test])
        fill = SimpleImputer(strategy="median", keep_empty_features=True)
        prepare = make_pipeline(fill, StandardScaler())
        learnt_on = prepare.fit_transform(values[others])
        return _Fold(others, test, learnt_on, prepare.transform(values[test]))


def _drawn(rng: np.random.Generator, people: pd.DataFrame) -> IntArray:
    candidates = np.unique(people["candidate"].to_numpy(np.int32))
    if len(candidates) <= MOST_ROWS:
        return candidates
    return np.sort(rng.choice(candidates, MOST_ROWS, replace=False))


def _folds(
    rng: np.random.Generator, about: pd.DataFrame, n: int
) -> "list[tuple[IntArray, IntArray]]":
    """Rows to learn on and rows to test on: nobody of a fold is among those learnt on."""
    entities, person = np.unique(about["entity"].to_numpy(), return_inverse=True)
    fold_of = rng.integers(0, N_FOLDS, len(entities))[person.reshape(-1)]
    row = about["candidate"].to_numpy()
    order = np.lexsort((person.reshape(-1), row))
    first = order[np.flatnonzero(np.diff(row[order], prepend=-1))]
    own = np.full(n, -1)
    own[row[first]] = fold_of[first]
    folds = []
    for k in range(N_FOLDS):
        touched = np.zeros(n, dtype=np.bool_)
        touched[row[fold_of == k]] = True
        test = np.flatnonzero(own == k).astype(np.int32)
        folds.append((np.flatnonzero(~touched).astype(np.int32), test))
    return folds


def _told(
    attribute: str,
    group: str,
    values: Matrix,
    names: "pd.Index[str]",
    about: pd.DataFrame,
    trait: "pd.Series[Any]",
    folds: "list[_Fold]",
    seed: int,
) -> ProxyRow | None:
    """None where the group is in too few candidates, or in too many, to tell."""
    label = np.zeros(len(values), dtype=np.int32)
    label[about["candidate"].to_numpy()[(trait == group).to_numpy()]] = 1
    if not LEAST <= label.sum() <= len(label) - LEAST:
        return None
    scores = np.full(len(values), np.nan)
    for fold in folds:
        if len(fold.test) and 0 < label[fold.others].sum() < len(fold.others):
            learnt = learn(_line(), fold.learnt_on, label[fold.others])
            scores[fold.test] = decision(learnt, fold.tested_on)
    tested = ~np.isnan(scores)
    if not 0 < label[tested].sum() < tested.sum():
        return None
    ranking = Ranking(label[tested], scores[tested])
    place = np.cumsum(tested) - 1
    mine = about[tested[about["candidate"].to_numpy()]]
    mine = mine.assign(candidate=place[mine["candidate"].to_numpy()])
    low, high = bootstrap(ranking.auc, mine, int(tested.sum()), n_replicates=100, seed=seed)
    alone = [_alone(values[:, j], label) for j in range(values.shape[1])]
    best = int(np.argmax(alone))
    return ProxyRow(
        attribute=attribute,
        group=group,
        n=int(label.sum()),
        auc=ranking.auc(),
        interval=[low, high],
        strongest=str(names[best]),
        strongest_auc=alone[best],
    )


def _line() -> Any:
    from sklearn.linear_model import LogisticRegression

    return LogisticRegression(max_iter=500, class_weight="balanced")


def _alone(column: FloatArray, label: IntArray) -> float:
    known = ~np.isnan(column)
    if not 0 < label[known].sum() < known.sum():
        return 0.5
    auc = Ranking(label[known], column[known]).auc()
    return max(auc, 1 - auc)


def proxies_sentence(rows: Sequence[ProxyRow]) -> str:
    """Which traits the features carry, in one sentence."""
    telling = [row for row in rows if row["interval"][0] > TELLING]
    if not rows:
        return "No group is in enough candidates to tell whether the features carry it."
    if not telling:
        return (
            f"From the features no group of {len(rows)} is told from the others well "
            f"(AUC above {TELLING:g} beyond its interval)."
        )
    named = ", ".join(
        f"{row['group']} ({row['attribute'].replace('_', ' ')}, AUC {row['auc']:.2f})"
        for row in telling[:5]
    )
    more = f" and {len(telling) - 5} more" if len(telling) > 5 else ""
    return f"The features carry something of: {named}{more}."
