"""How sure a number is: resampling of people, calibration, reliability, thresholds.

Candidates share people, so their errors are not independent: 400 people make 6,000 pairs, and an
interval that treats those as 6,000 trials is far too narrow. Everything here resamples people.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd

from workbench.analysis.tables import FloatArray, Int64Array, IntArray
from workbench.domain.errors import BadInput

N_REPLICATES = (
    300  # of every interval of a measure, so that each is computed once and is one figure
)
ISOTONIC_FROM = 200  # positives; fewer overfit (Niculescu-Mizil and Caruana 2005)


class Ranking:
    """Labels in the order of their scores, so that many weightings cost one sort.

    Parameters
    ----------
    labels : int array, n
        1 where true.
    scores : float array, n
        Higher ranks first; equal scores are one step.
    """

    def __init__(self, labels: IntArray, scores: FloatArray) -> None:
        self._order = np.argsort(-scores, kind="stable")
        ranked = scores[self._order]
        self._positive = labels[self._order] == 1
        self._ends = np.append(np.flatnonzero(np.diff(ranked)), len(ranked) - 1)

    def _steps(self, weights: FloatArray | None) -> tuple[FloatArray, FloatArray]:
        """Weight of positives and of negatives within each group of equal scores."""
        n = len(self._order)
        ranked = np.ones(n) if weights is None else weights[self._order]
        true = np.cumsum(np.where(self._positive, ranked, 0.0))[self._ends]
        false = np.cumsum(np.where(self._positive, 0.0, ranked))[self._ends]
        return np.diff(true, prepend=0.0), np.diff(false, prepend=0.0)

    def average_precision(self, weights: FloatArray | None = None) -> float:
        """Mean precision over recall steps, 0 to 1; NaN where nothing is true."""
        true, false = self._steps(weights)
        found, seen = np.cumsum(true), np.cumsum(true + false)
        if not found[-1] > 0:
            return float("nan")
        precision = np.divide(found, seen, out=np.zeros_like(found), where=seen > 0)
        return float(np.sum(true / found[-1] * precision))

    def auc(self, weights: FloatArray | None = None) -> float:
        """Chance that a true one outranks a false one, ties counted half; NaN without both."""
        true, false = self._steps(weights)
        total = true.sum() * false.sum()
        if not total > 0:
            return float("nan")
        above = np.cumsum(true) - true
        return float(np.sum(false * (above + true / 2)) / total)


def resampled(
    people: pd.DataFrame, n_rows: int, *, n_replicates: int, seed: int
) -> Iterator[FloatArray]:
    """Row weights of bootstrap samples in which people are drawn, not rows.

    A row about one or two people weighs as often as each was drawn, multiplied (the vertex
    bootstrap of Snijders and Borgatti 1999). A row about more follows the one of them who is in
    most rows: a product over many people would leave almost no row. Rows about nobody are drawn
    by themselves.

    Parameters
    ----------
    people : DataFrame
        Columns candidate (row, from 0) and entity.
    """
    rng = np.random.default_rng(seed)
    first, second, n_people = _drawn_by(people, n_rows)
    for _ in range(n_replicates):
        drawn = np.bincount(rng.integers(0, n_people, n_people), minlength=n_people + 1)
        drawn[n_people] = 1  # stands for "nobody else"
        yield (drawn[first] * drawn[second]).astype(np.float64)


def _drawn_by(people: pd.DataFrame, n_rows: int) -> tuple[IntArray, IntArray, int]:
    """The one or two numbered people each row is drawn with; the last number is nobody."""
    pairs = people.loc[:, ["candidate", "entity"]].drop_duplicates()
    code, known = pd.factorize(pairs["entity"])
    n_known = len(known)
    rows = pairs["candidate"].to_numpy(dtype=np.int64)
    busy = np.bincount(code, minlength=n_known)
    order = np.lexsort((code, -busy[code], rows))
    rows, code = rows[order], code[order]
    starts = np.flatnonzero(np.diff(rows, prepend=-1))
    counts = np.diff(np.append(starts, len(rows)))
    alone = np.setdiff1d(np.arange(n_rows), rows)
    n_people = n_known + len(alone)
    first = np.full(n_rows, n_people)
    second = np.full(n_rows, n_people)
    first[rows[starts]] = code[starts]
    first[alone] = n_known + np.arange(len(alone))
    two = counts == 2
    second[rows[starts[two]]] = code[starts[two] + 1]
    return first.astype(np.int32), second.astype(np.int32), n_people


def interval(values: FloatArray, *, level: float = 0.95) -> tuple[float, float]:
    """The middle `level` of replicates, NaN left out; NaN twice where none is left."""
    kept = values[~np.isnan(values)]
    if not len(kept):
        return float("nan"), float("nan")
    low, high = np.quantile(kept, [(1 - level) / 2, (1 + level) / 2])
    return float(low), float(high)


def bootstrap(
    statistic: Callable[[FloatArray], float],
    people: pd.DataFrame,
    n_rows: int,
    *,
    n_replicates: int = N_REPLICATES,
    seed: int,
) -> tuple[float, float]:
    """95 % interval of ``statistic(row weights)``, people resampled."""
    draws = resampled(people, n_rows, n_replicates=n_replicates, seed=seed)
    return interval(np.array([statistic(weights) for weights in draws]))


@dataclass(frozen=True, slots=True)
class Calibrator:
    """From log-odds scores to probabilities, never falling: points joined by straight lines.

    `method` is ``sigmoid`` (Platt 1999; `x` holds slope and offset, `y` nothing) or ``isotonic``.
    """

    method: str
    x: FloatArray
    y: FloatArray

    def __call__(self, scores: FloatArray) -> FloatArray:
        """Probabilities, n of them, strictly between 0 and 1."""
        if self.method == "isotonic":
            return np.interp(scores, self.x, self.y)
        return _expit(self.x[0] * scores + self.x[1])


def calibrate(
    scores: FloatArray,
    labels: IntArray,
    *,
    weights: FloatArray | None = None,
    method: str | None = None,
) -> Calibrator:
    """Fit the calibration on a later time slice than the one the scores were learnt on.

    Parameters
    ----------
    method : str, optional
        ``isotonic`` or ``sigmoid``; by default isotonic from 200 positives on.

    Raises
    ------
    BadInput
        Code ``one_class`` when all labels are the same.
    """
    n_true = int(np.sum(labels == 1))
    if n_true in (0, len(labels)):
        raise BadInput(
            f"The calibration slice has {n_true} true cases among {len(labels)} candidates, so "
            "probabilities cannot be calibrated; use a dataset that covers more time.",
            code="one_class",
        )
    chosen = method or ("isotonic" if n_true >= ISOTONIC_FROM else "sigmoid")
    if chosen == "isotonic":
        return _isotonic(scores, labels, weights)
    return _sigmoid(scores, labels, weights)


def _isotonic(scores: FloatArray, labels: IntArray, weights: FloatArray | None) -> Calibrator:
    from sklearn.isotonic import IsotonicRegression

    edge = 0.5 / len(labels)  # nothing is certain: half a case on either side
    fitted = IsotonicRegression(y_min=edge, y_max=1 - edge, out_of_bounds="clip")
    fitted.fit(scores, labels.astype(np.float64), sample_weight=weights)
    return Calibrator("isotonic", np.array(fitted.X_thresholds_), np.array(fitted.y_thresholds_))


def _sigmoid(scores: FloatArray, labels: IntArray, weights: FloatArray | None) -> Calibrator:
    from sklearn.linear_model import LogisticRegression

    fitted = LogisticRegression(C=1e4).fit(scores.reshape(-1, 1), labels, sample_weight=weights)
    slope = max(float(fitted.coef_[0, 0]), 0.0)
    return Calibrator("sigmoid", np.array([slope, float(fitted.intercept_[0])]), np.array([]))


def _expit(x: FloatArray) -> FloatArray:
    return 1.0 / (1.0 + np.exp(-np.clip(x, -700, 700)))


def spread(
    probability: FloatArray, refits: np.ndarray[tuple[int, int], np.dtype[np.float64]]
) -> tuple[FloatArray, FloatArray]:
    """95 % interval of each probability from refits on resampled people.

    The standard deviation of the refits' log-odds, taken 1.96 times to either side: twenty
    refits are too few for quantiles.

    Parameters
    ----------
    probability : float array, n
        What is served.
    refits : float array, refits × n
        What each refit says of the same candidates.
    """
    around = _logit(probability)
    log_odds = np.log(np.clip(refits, 1e-9, 1) / np.clip(1 - refits, 1e-9, 1))
    width = 1.96 * log_odds.std(axis=0, ddof=1) if len(refits) > 1 else np.inf
    return _expit(around - width), _expit(around + width)


def _logit(p: FloatArray) -> FloatArray:
    inside = np.clip(p, 1e-9, 1 - 1e-9)
    return np.log(inside / (1 - inside))


def reliability(probability: FloatArray, labels: IntArray, *, n_bins: int = 10) -> pd.DataFrame:
    """Said against seen, one row per filled tenth.

    Returns
    -------
    DataFrame
        lower, upper (edges), n, said (mean probability), seen (share true), low, high (95 %
        interval of seen; Wilson 1927).
    """
    edges = np.linspace(0.0, 1.0, n_bins + 1)
    at = np.clip(np.digitize(probability, edges[1:-1]), 0, n_bins - 1)
    n = np.bincount(at, minlength=n_bins)
    filled = n > 0
    count = n[filled]
    said = np.bincount(at, weights=probability, minlength=n_bins)[filled] / count
    seen = np.bincount(at, weights=labels == 1, minlength=n_bins)[filled] / count
    low, high = wilson(seen, count)
    columns = {"lower": edges[:-1][filled], "upper": edges[1:][filled], "n": count}
    return pd.DataFrame(columns | {"said": said, "seen": seen, "low": low, "high": high})


def wilson(
    share: FloatArray, n: IntArray | Int64Array | FloatArray
) -> tuple[FloatArray, FloatArray]:
    """95 % interval of a share of n independent trials (Wilson 1927)."""
    z2 = 1.96**2
    middle = (share + z2 / (2 * n)) / (1 + z2 / n)
    half = 1.96 / (1 + z2 / n) * np.sqrt(share * (1 - share) / n + z2 / (4 * n**2))
    return np.clip(middle - half, 0, 1), np.clip(middle + half, 0, 1)


def expected_calibration_error(probability: FloatArray, labels: IntArray) -> float:
    """Mean distance between said and seen over ten bins, weighted by their size (0 to 1)."""
    table = reliability(probability, labels)
    return float(np.average(np.abs(table["said"] - table["seen"]), weights=table["n"]))


def at_threshold(
    probability: FloatArray,
    labels: IntArray,
    threshold: float,
    *,
    n_lost: float = 0.0,
    weights: FloatArray | None = None,
) -> tuple[float, float, float]:
    """Precision, recall and F1 of putting forward what reaches `threshold`.

    `n_lost` true cases were lost before scoring; recall and F1 count them. NaN where the
    denominator is 0.
    """
    w = np.ones(len(labels)) if weights is None else weights
    forward, true = probability >= threshold, labels == 1
    hits = float(w[forward & true].sum())
    n_forward, n_true = float(w[forward].sum()), float(w[true].sum()) + n_lost
    precision = hits / n_forward if n_forward else float("nan")
    recall = hits / n_true if n_true else float("nan")
    f1 = 2 * hits / (n_forward + n_true) if n_forward + n_true else float("nan")
    return precision, recall, f1


def choose_threshold(probability: FloatArray, labels: IntArray) -> float:
    """The probability whose F2 on the calibration slice is highest; the higher one on a tie.

    F2 counts a true case missed four times as heavily as a reading spent on a false one (van
    Rijsbergen 1979). The reason is the harm of each: nothing is done with a false one that people
    do not support, its cost is bounded by a cap per case, and records confirm only a part of
    what is true; what is missed nobody looks at.
    """
    order = np.argsort(-probability, kind="stable")
    ranked = probability[order]
    ends = np.append(np.flatnonzero(np.diff(ranked)), len(ranked) - 1)
    hits = np.cumsum(labels[order] == 1)[ends]
    f2 = 5 * hits / (ends + 1 + 4 * int(np.sum(labels == 1)))
    return float(ranked[ends[int(np.argmax(f2))]])
