"""Effects of many refitted ensembles of trees at once: twenty refits in one call.

What a tree says is the sum of what its leaves say. A leaf of value v, reached by conditions on
features j, each holding here or not (o = 1 or 0) and met by a share z of what the branches saw in
training, is a product; the Shapley value of one feature in it is (Owen 1972)

    v · (o_j − z_j) · ∫₀¹ ∏_{k≠j} (z_k (1 − t) + o_k t) dt,

a polynomial that Gauss-Legendre quadrature integrates exactly. These are the path-dependent values
of Lundberg et al. (2020), as shap's tree explainer gives them; a test compares.

Leaves with as many conditions take the same steps, so they lie side by side and the processor takes
several at once. A table of each leaf's effects by which of its conditions hold was slower than that
wherever the processor's cache did not hold it all.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import zip_longest
from typing import Any

import numpy as np

from workbench.analysis.kernels import compiled
from workbench.analysis.tables import FloatArray
from workbench.analysis.wording import Cube, Matrix

WIDE = 64  # leaves in a block

# unsigned, since compiled loops ask of every index that is signed whether it is negative
Ints = np.ndarray[tuple[int, int], np.dtype[np.uint32]]
IntCube = np.ndarray[tuple[int, int, int], np.dtype[np.uint32]]
Bools = np.ndarray[tuple[int, int], np.dtype[np.bool_]]
BoolCube = np.ndarray[tuple[int, int, int], np.dtype[np.bool_]]


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
    """All leaves of all ensembles that have n conditions, one for each feature on their way.

    `ensemble` and `value` are blocks × `WIDE`, filled up with leaves of value 0; the conditions'
    arrays are blocks × n × `WIDE`. `rule` is points and weights of the quadrature on 0 to 1 that
    is exact for polynomials of degree n − 1.
    """

    ensemble: Ints
    value: Matrix
    feature: IntCube
    low: Cube
    high: Cube
    missing: BoolCube
    share: Cube
    rule: tuple[FloatArray, FloatArray]


@dataclass(frozen=True, slots=True)
class TreeRefits:
    """Leaves of r refitted ensembles, by their number of conditions, and what each ensemble starts
    from (r of them)."""

    leaves: tuple[Leaves, ...]
    starts: FloatArray

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
        starts = [e._baseline_prediction[0, 0] for e in each]
        return TreeRefits(_by_length(found), np.array(starts))

    def effects(self, rows: Matrix) -> Cube:
        """Effects of n rows by each refit, r × n × features."""
        found = np.zeros((len(self.starts), *rows.shape))
        x = np.ascontiguousarray(rows)
        for of in self.leaves:
            conditions = of.feature, of.low, of.high, of.missing, of.share
            _add_effects(found, of.ensemble, of.value, *conditions, x, *of.rule)
        return found

    def scores(self, rows: Matrix) -> Matrix:
        """What each refit says of n rows, r × n log-odds."""
        found = np.zeros((len(self.starts), len(rows)))
        x = np.ascontiguousarray(rows)
        for of in self.leaves:
            conditions = of.feature, of.low, of.high, of.missing
            _add_scores(found, of.ensemble, of.value, *conditions, x)
        return self.starts[:, None] + found


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


def _by_length(models: Sequence[Sequence[tuple[float, list[Condition]]]]) -> tuple[Leaves, ...]:
    """The ensembles by turns: sums of neighbours that go to one place would wait for each other."""
    found: dict[int, list[tuple[int, float, list[Condition]]]] = {}
    for leaves in zip_longest(*models):
        for i, leaf in enumerate(leaves):
            if leaf is not None:
                value, way = leaf
                found.setdefault(len(way), []).append((i, value, way))
    return tuple(_alike(n, found[n]) for n in sorted(found))


def _alike(n: int, leaves: list[tuple[int, float, list[Condition]]]) -> Leaves:
    nothing = (0, 0.0, [Condition(0, -np.inf, np.inf, missing=True, share=1.0)] * n)
    filled = leaves + [nothing] * (-len(leaves) % WIDE)
    conditions = [condition for _, _, way in filled for condition in way]

    def cube(values: list[Any], dtype: Any) -> Any:
        made = np.array(values, dtype).reshape(len(filled) // WIDE, WIDE, n)
        return np.ascontiguousarray(made.transpose(0, 2, 1))

    return Leaves(
        ensemble=np.array([i for i, _, _ in filled], np.uint32).reshape(-1, WIDE),
        value=np.array([value for _, value, _ in filled]).reshape(-1, WIDE),
        feature=cube([c.feature for c in conditions], np.uint32),
        low=cube([c.low for c in conditions], np.float64),
        high=cube([c.high for c in conditions], np.float64),
        missing=cube([c.missing for c in conditions], np.bool_),
        share=cube([c.share for c in conditions], np.float64),
        rule=_rule((n + 1) // 2),
    )


def _rule(n_points: int) -> tuple[FloatArray, FloatArray]:
    if not n_points:
        return np.empty(0), np.empty(0)
    at, weight = np.polynomial.legendre.leggauss(n_points)
    return (at + 1) / 2, weight / 2


@compiled
def _hold(
    held: Matrix, row: FloatArray, feature: Ints, low: Matrix, high: Matrix, missing: Bools
) -> None:
    """Sets `held` to 1 where a condition of a block holds, to 0 elsewhere."""
    for k in range(len(held)):
        to, asked, above, up_to, none = held[k], feature[k], low[k], high[k], missing[k]
        for leaf in range(WIDE):
            x = row[asked[leaf]]
            to[leaf] = ((above[leaf] < x) & (x <= up_to[leaf])) | (none[leaf] & (x != x))


@compiled
def _add_scores(
    found: Matrix,
    ensemble: Ints,
    value: Matrix,
    feature: IntCube,
    low: Cube,
    high: Cube,
    missing: BoolCube,
    rows: Matrix,
) -> None:
    held = np.empty(feature.shape[1:])
    for i in range(len(rows)):
        for b in range(len(value)):
            _hold(held, rows[i], feature[b], low[b], high[b], missing[b])
            reached = value[b].copy()
            for k in range(len(held)):
                reached *= held[k]
            for leaf in range(WIDE):
                found[ensemble[b, leaf], i] += reached[leaf]


@compiled
def _add_effects(
    found: Cube,
    ensemble: Ints,
    value: Matrix,
    feature: IntCube,
    low: Cube,
    high: Cube,
    missing: BoolCube,
    share: Cube,
    rows: Matrix,
    points: FloatArray,
    weights: FloatArray,
) -> None:
    n = feature.shape[1]
    space = np.empty((4, n, WIDE))
    held, others, part, before = space[0], space[1], space[2], space[3]
    product = np.empty(WIDE)
    for i in range(len(rows)):
        for b in range(len(value)):
            _hold(held, rows[i], feature[b], low[b], high[b], missing[b])
            others[:] = 0.0
            for q in range(len(points)):
                product[:] = value[b]
                _split(part, before, product, held, share[b], points[q])
                product[:] = weights[q]
                _add_rest(others, part, before, product)
            for k in range(n):
                of, to, h, z, rest = ensemble[b], feature[b, k], held[k], share[b, k], others[k]
                for leaf in range(WIDE):
                    found[of[leaf], i, to[leaf]] += rest[leaf] * (h[leaf] - z[leaf])


@compiled
def _split(
    part: Matrix, before: Matrix, product: FloatArray, held: Matrix, share: Matrix, t: float
) -> None:
    """Sets `part` to each condition's factor at t, `before` to the product of those before it."""
    for k in range(len(held)):
        own, sofar, z, h = part[k], before[k], share[k], held[k]
        for leaf in range(WIDE):
            factor = z[leaf] * (1.0 - t) + h[leaf] * t
            own[leaf], sofar[leaf] = factor, product[leaf]
            product[leaf] *= factor


@compiled
def _add_rest(found: Matrix, part: Matrix, before: Matrix, product: FloatArray) -> None:
    """Adds, for each condition, the product of all factors but its own."""
    for k in range(len(part) - 1, -1, -1):
        to, own, sofar = found[k], part[k], before[k]
        for leaf in range(WIDE):
            to[leaf] += sofar[leaf] * product[leaf]
            product[leaf] *= own[leaf]
