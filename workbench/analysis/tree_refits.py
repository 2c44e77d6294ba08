"""Effects of many refitted ensembles of trees at once: twenty refits in one call.

What a tree says is the sum of what its leaves say. A leaf of value v, reached by conditions on
features j, each holding here or not (o = 1 or 0) and met by a share z of what the branches saw in
training, is a product; the Shapley value of one feature in it is (Owen 1972)

    v · (o_j − z_j) · ∫₀¹ ∏_{k≠j} (z_k (1 − t) + o_k t) dt,

a polynomial that Gauss-Legendre quadrature integrates exactly. These are the path-dependent values
of Lundberg et al. (2020), as shap's tree explainer gives them; a test compares.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from workbench.analysis.kernels import compiled
from workbench.analysis.tables import FloatArray, IntArray
from workbench.analysis.wording import Cube, Matrix

Bools = np.ndarray[tuple[int], np.dtype[np.bool_]]


@dataclass(frozen=True, slots=True)
class Condition:
    """What the way to a leaf asks of one feature: a value above `low` and up to `high`, or none
    at all where `missing`; `share` of those who came by in training met it."""

    feature: int
    low: float
    high: float
    missing: bool
    share: float


@dataclass(frozen=True, slots=True)
class Leaves:
    """All leaves of r ensembles in flat arrays: those of ensemble i are `of[i]` to `of[i + 1]`,
    the conditions of leaf l are `start[l]` to `start[l + 1]`, one for each feature on its way."""

    of: IntArray
    start: IntArray
    value: FloatArray
    feature: IntArray
    low: FloatArray
    high: FloatArray
    missing: Bools
    share: FloatArray


@dataclass(frozen=True, slots=True)
class TreeRefits:
    """Refitted ensembles, and what each of them starts from (r of them).

    `rules` are points and weights of the quadrature on 0 to 1; row q has q points and is exact to
    degree 2 q − 1.
    """

    leaves: Leaves
    starts: FloatArray
    rules: tuple[Matrix, Matrix]

    @staticmethod
    def of(refits: Sequence[tuple[Any, Matrix]]) -> TreeRefits | None:
        """From pairs of estimator and background; None unless each is gradient boosting on
        numeric columns. Trees need no background."""
        from sklearn.ensemble import HistGradientBoostingClassifier

        each = [estimator for estimator, _ in refits]
        if not each or not all(isinstance(e, HistGradientBoostingClassifier) for e in each):
            return None
        trees = [[tree[0].nodes for tree in e._predictors] for e in each]
        if any(nodes["is_categorical"].any() for model in trees for nodes in model):
            return None
        found = [[leaf for nodes in model for leaf in _leaves(nodes)] for model in trees]
        longest = max(len(way) for model in found for _, way in model)
        starts = [e._baseline_prediction[0, 0] for e in each]
        return TreeRefits(_flat(found), np.array(starts), _rules(longest))

    def effects(self, rows: Matrix) -> Cube:
        """Effects of n rows by each refit, r × n × features."""
        x = np.ascontiguousarray(rows)
        return _effects(self.leaves.of, self.leaves.start, *self._ways(), x, *self.rules)

    def scores(self, rows: Matrix) -> Matrix:
        """What each refit says of n rows, r × n log-odds."""
        x = np.ascontiguousarray(rows)
        said = _said(self.leaves.of, self.leaves.start, *self._ways(), x)
        return self.starts[:, None] + said

    def _ways(self) -> tuple[FloatArray, IntArray, FloatArray, FloatArray, Bools, FloatArray]:
        way = self.leaves
        return way.value, way.feature, way.low, way.high, way.missing, way.share


def _leaves(nodes: Any) -> Iterator[tuple[float, list[Condition]]]:
    """Value of each leaf of a tree, and the conditions on its way, merged by feature."""
    open_ones: list[tuple[int, dict[int, Condition]]] = [(0, {})]
    while open_ones:
        at, way = open_ones.pop()
        node = nodes[at]
        if node["is_leaf"]:
            yield float(node["value"]), list(way.values())
            continue
        for side in ("right", "left"):
            below = int(node[side])
            share = float(nodes[below]["count"]) / float(node["count"])
            met = _met(node, side == "left", share, way.get(int(node["feature_idx"])))
            open_ones.append((below, {**way, met.feature: met}))


def _met(node: Any, is_left: bool, share: float, before: Condition | None) -> Condition:
    feature, cut = int(node["feature_idx"]), float(node["num_threshold"])
    was = before or Condition(feature, -np.inf, np.inf, True, 1.0)
    return Condition(
        feature,
        low=was.low if is_left else max(was.low, cut),
        high=min(was.high, cut) if is_left else was.high,
        missing=was.missing and bool(node["missing_go_to_left"]) == is_left,
        share=was.share * share,
    )


def _flat(models: Sequence[Sequence[tuple[float, list[Condition]]]]) -> Leaves:
    leaves = [leaf for model in models for leaf in model]
    conditions = [condition for _, way in leaves for condition in way]
    return Leaves(
        of=np.cumsum([0, *map(len, models)], dtype=np.int32),
        start=np.cumsum([0, *(len(way) for _, way in leaves)], dtype=np.int32),
        value=np.array([value for value, _ in leaves]),
        feature=np.array([c.feature for c in conditions], dtype=np.int32),
        low=np.array([c.low for c in conditions], dtype=np.float64),
        high=np.array([c.high for c in conditions], dtype=np.float64),
        missing=np.array([c.missing for c in conditions], dtype=np.bool_),
        share=np.array([c.share for c in conditions], dtype=np.float64),
    )


def _rules(longest: int) -> tuple[Matrix, Matrix]:
    """Rules for ways of up to `longest` features, whose polynomials are one degree lower."""
    n = longest // 2 + 1
    points, weights = np.zeros((n + 1, n)), np.zeros((n + 1, n))
    for q in range(1, n + 1):
        at, weight = np.polynomial.legendre.leggauss(q)
        points[q, :q], weights[q, :q] = (at + 1) / 2, weight / 2
    return points, weights


@compiled
def _holds(x: float, low: float, high: float, missing: bool) -> bool:
    return missing if x != x else low < x <= high


@compiled
def _said(
    of: IntArray,
    start: IntArray,
    value: FloatArray,
    feature: IntArray,
    low: FloatArray,
    high: FloatArray,
    missing: Bools,
    share: FloatArray,
    rows: Matrix,
) -> Matrix:
    """Sum of the leaves that each row reaches; `share` plays no part."""
    said = np.zeros((len(of) - 1, len(rows)))
    for i in range(len(rows)):
        for r in range(len(of) - 1):
            for leaf in range(of[r], of[r + 1]):
                reached = True
                for c in range(start[leaf], start[leaf + 1]):
                    if not _holds(rows[i, feature[c]], low[c], high[c], missing[c]):
                        reached = False
                        break
                if reached:
                    said[r, i] += value[leaf]
    return said


@compiled
def _effects(
    of: IntArray,
    start: IntArray,
    value: FloatArray,
    feature: IntArray,
    low: FloatArray,
    high: FloatArray,
    missing: Bools,
    share: FloatArray,
    rows: Matrix,
    points: Matrix,
    weights: Matrix,
) -> Cube:
    found = np.zeros((len(of) - 1, rows.shape[0], rows.shape[1]))
    o, part, whole = np.zeros((3, 2 * points.shape[1]))
    for i in range(len(rows)):
        for r in range(len(of) - 1):
            to = found[r, i]
            for leaf in range(of[r], of[r + 1]):
                first, n = start[leaf], start[leaf + 1] - start[leaf]
                for k in range(n):
                    c = first + k
                    o[k] = 1.0 if _holds(rows[i, feature[c]], low[c], high[c], missing[c]) else 0.0
                    whole[k] = 0.0
                rule = (n + 1) // 2
                for q in range(rule):
                    t = points[rule, q]
                    product = value[leaf] * weights[rule, q]
                    for k in range(n):
                        part[k] = share[first + k] * (1.0 - t) + o[k] * t
                        product *= part[k]
                    for k in range(n):
                        whole[k] += product / part[k]
                for k in range(n):
                    to[feature[first + k]] += whole[k] * (o[k] - share[first + k])
    return found
