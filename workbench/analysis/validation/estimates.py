"""Estimates that several rows share, with their intervals, and samples for pictures."""

import math

import numpy as np
import pandas as pd

from workbench.analysis.tables import FloatArray, Int64Array
from workbench.analysis.validation.world import Flags

Z = 1.959964  # 95 %


def wilson(k: int, n: int, z: float = Z) -> tuple[float, float]:
    """Wilson's (1927) interval of a share of k in n, at 95 % unless told; (0, 1) where n is 0."""
    if n == 0:
        return 0.0, 1.0
    share, shrink = k / n, 1 + z**2 / n
    middle = (share + z**2 / (2 * n)) / shrink
    reach = z * math.sqrt(share * (1 - share) / n + z**2 / (4 * n**2)) / shrink
    return max(0.0, middle - reach), min(1.0, middle + reach)


def auc(
    scores: FloatArray, positive: Flags, cluster: Int64Array | None = None
) -> tuple[float, float, float]:
    """Area under the ROC curve, ties counted half, and its 95 % interval.

    The interval rests on each positive's share of negatives below it and the other way round
    (DeLong and others, 1988); positives of one `cluster` count as one observation.
    Cost O(n log n). NaN thrice where one side is empty.
    """
    n, m = int(positive.sum()), int((~positive).sum())
    if not n or not m:
        return math.nan, math.nan, math.nan
    above = _below(scores[~positive], scores[positive])
    under = 1 - _below(scores[positive], scores[~positive])
    area = float(above.mean())
    if cluster is None:
        of_positives = float(np.sum((above - area) ** 2)) / max(1, n - 1) / n
    else:
        sums = np.bincount(np.unique(cluster[positive], return_inverse=True)[1], above - area)
        of_positives = float(np.sum(sums**2)) / n**2 * len(sums) / max(1, len(sums) - 1)
    of_negatives = float(np.sum((under - area) ** 2)) / max(1, m - 1) / m
    reach = Z * math.sqrt(of_positives + of_negatives)
    return area, max(0.0, area - reach), min(1.0, area + reach)


def _below(these: FloatArray, values: FloatArray) -> FloatArray:
    """For each value the share of `these` below it, equal ones counted half."""
    ordered = np.sort(these)
    left = np.searchsorted(ordered, values, side="left")
    right = np.searchsorted(ordered, values, side="right")
    return np.asarray((left + right) / 2 / len(ordered), dtype=np.float64)


def out_of_fold_rate(values: pd.Series, positive: Flags, fold: Int64Array) -> FloatArray:
    """How often each value is positive, learnt from the other folds alone (smoothed)."""
    codes = pd.factorize(values, use_na_sentinel=False)[0]
    n_values = int(codes.max()) + 1 if len(codes) else 0
    base = float(positive.mean())
    scores = np.empty(len(codes))
    for k in np.unique(fold):
        other = fold != k
        seen = np.bincount(codes[other], minlength=n_values)
        hits = np.bincount(codes[other & positive], minlength=n_values)
        scores[~other] = ((hits + 5 * base) / (seen + 5))[codes[~other]]
    return scores


def upper_tail(values: FloatArray, n: int = 160) -> tuple[tuple[float, ...], tuple[float, ...]]:
    """Points of the share of values at or above x, at most `n`, for a plot on two log axes."""
    ordered = np.sort(values[values > 0])[::-1]
    if not len(ordered):
        return (), ()
    at = np.unique(np.geomspace(1, len(ordered), n).astype(np.int64)) - 1
    share = (at + 1) / len(ordered)
    return tuple(ordered[at].tolist()), tuple(share.tolist())


def tail_exponent(values: FloatArray, *, n_tail: int) -> float:
    """Exponent of a power-law tail through the largest `n_tail` whole numbers.

    Clauset, Shalizi and Newman (2009), equation 3.7: 1 + n / sum(ln(x / (least - 1/2))).
    """
    tail = np.sort(values)[-n_tail:]
    return float(1 + len(tail) / np.sum(np.log(tail / (tail[0] - 0.5))))
