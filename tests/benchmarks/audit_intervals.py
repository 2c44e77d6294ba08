"""Intervals of error rates per subgroup, beside fairlearn's bootstrap and a loop over MetricFrame.

Two bootstraps never draw alike. They agree when no bound lies further from its peer's than four
standard errors of the difference of two drawn quantiles, which shrink with the number of
replicates. A peer takes so long that it draws few replicates, and is loosely compared; the ratio is
per replicate. A bootstrap of the rows (or people) themselves, drawn one by one but counted at once,
is the close comparison: `N_REFERENCE` replicates, so that a bound may miss by an eighth of the
interval's width at most.
"""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

import numpy as np
import pandas as pd
from benchmarks.measuring import Row, times_as_fast
from fairlearn import metrics as fm
from scipy import sparse
from sklearn.metrics import accuracy_score, precision_score

from workbench.analysis.resampling import Intervals, intervals
from workbench.analysis.subgroups import METRICS, PARTS, Attribute, Floats, Incidence, Outcomes

N_ROWS = {"small": 2_000, "full": 20_000}
N_PAIRS = {"small": 1_500, "full": 6_000}
N_REPLICATES = 1_000
N_REFERENCE = 2_000
N_DRAWN = {"small": 40, "full": 100}  # by a peer
_TAILS = (0.025, 0.975)
_SPREAD_OF_BOUND = 0.025  # standard error of a 95 % bound's quantile at 1,000 draws, over the width
_BY_ROW: Mapping[str, Callable[..., float]] = {
    "selection_rate": fm.selection_rate,
    "fpr": fm.false_positive_rate,
    "fnr": fm.false_negative_rate,
    "precision": partial(precision_score, zero_division=0.0),
    "accuracy": accuracy_score,
}


def rows(size: str) -> list[Row]:
    """Independent rows beside fairlearn's own bootstrap; people resampled beside a loop."""
    return [_independent(size), _clustered(size), _pairs(size)]


def _made(n: int, n_groups: int, *, seed: int) -> tuple[Outcomes, Any, Any, Any]:
    rng = np.random.default_rng(seed)
    label = rng.random(n) < 0.4
    predicted = np.where(rng.random(n) < 0.75, label, rng.random(n) < 0.4)
    return Outcomes.of(label, predicted), label, predicted, rng.integers(0, n_groups, n)


def _independent(size: str) -> Row:
    n, replicates = N_ROWS[size], N_DRAWN[size]
    outcomes, label, predicted, group = _made(n, 4, seed=11)
    incidence = outcomes.incidence(Attribute.of("group", [f"g{i}" for i in group]))
    work = partial(intervals, outcomes, incidence, n_replicates=N_REPLICATES, seed=12)

    def peer() -> Intervals:
        frame = fm.MetricFrame(
            metrics=dict(_BY_ROW),
            y_true=label,
            y_pred=predicted,
            sensitive_features=pd.Series(group, name="group"),
            n_boot=replicates,
            ci_quantiles=list(_TAILS),
            random_state=13,
        )
        low, high = frame.by_group_ci
        return {m: np.column_stack([low[m], high[m]]).astype(np.float64) for m in METRICS}

    each = sparse.eye_array(n, format="csr")  # every row a person of its own
    close = partial(_close, label, predicted, group, each)
    name = f"intervals of {n:,} independent rows"
    return _row(name, "fairlearn's bootstrap", work, peer, close, size)


def _clustered(size: str) -> Row:
    n, n_people, replicates = N_PAIRS[size], N_PAIRS[size] // 5, N_DRAWN[size]
    outcomes, label, predicted, _ = _made(n, 3, seed=14)
    rng = np.random.default_rng(15)
    person = rng.integers(0, n_people, n).astype(np.int32)
    group = rng.integers(0, 3, n_people)[person]
    held = outcomes.clustered(person)
    incidence = held.incidence(Attribute.of("group", [f"g{i}" for i in group]))
    member = sparse.csr_array((np.ones(n), (np.arange(n), person)), shape=(n, n_people))

    def peer() -> Intervals:
        return _bounds(_loop(label, predicted, group, member, replicates))

    work = partial(intervals, held, incidence, n_replicates=N_REPLICATES, seed=16)
    name = f"intervals of {n:,} rows of {n_people:,} people, people resampled"
    close = partial(_close, label, predicted, group, member)
    return _row(name, "a loop over MetricFrame", work, peer, close, size, reach=100)


def _pairs(size: str) -> Row:
    n, n_people, replicates = N_PAIRS[size], N_PAIRS[size] // 5, N_DRAWN[size]
    outcomes, label, predicted, _ = _made(n, 2, seed=17)
    rng = np.random.default_rng(18)
    first = rng.integers(0, n_people, n)
    second = (first + rng.integers(1, n_people, n)) % n_people
    people = np.concatenate([first, second]).astype(np.int32)
    of = rng.integers(0, 2, n_people)
    held = outcomes.about(np.tile(np.arange(n, dtype=np.int32), 2), people)
    incidence = held.incidence(Attribute.of("group", [f"g{i}" for i in of]))
    group = incidence.group[np.argsort(incidence.outcome)]
    at = (np.tile(np.arange(n), 2), people)
    member = sparse.csr_array((np.ones(2 * n), at), shape=(n, n_people))

    def peer() -> Intervals:
        drawn = _loop(label, predicted, group, member, replicates)
        return _bounds(_as_wide_as_theory(drawn, outcomes, incidence, member))

    def close() -> Intervals:
        drawn = _by_counts(label, predicted, group, member, N_REFERENCE)
        return _bounds(_as_wide_as_theory(drawn, outcomes, incidence, member))

    work = partial(intervals, held, incidence, n_replicates=N_REPLICATES, seed=19)
    name = f"intervals of {n:,} pairs of {n_people:,} people, people resampled"
    note = "; agreement after the loop's width is set to that of Aronow, Samii and Assenova 2015"
    return _row(name, "a loop over MetricFrame", work, peer, close, size, reach=100, note=note)


def _row(
    name: str,
    peer_name: str,
    work: Callable[[], Intervals],
    peer: Callable[[], Intervals],
    close: Callable[[], Intervals],
    size: str,
    *,
    reach: float = 1000,
    note: str = "",
) -> Row:
    other: list[Intervals] = []
    faster = times_as_fast(work, lambda: other.append(peer()), rounds=1, n_peer=9)
    return Row(
        work=f"{name}, {N_REPLICATES:,} replicates",
        peer=peer_name,
        measured=faster * N_REPLICATES / N_DRAWN[size],
        reach=reach,
        agrees=_agree(work(), close(), N_REFERENCE) and _agree(work(), other[0], N_DRAWN[size]),
        note=f"peer: {N_DRAWN[size]} replicates, per replicate{note}",
    )


def _agree(own: Intervals, peer: Intervals, n_replicates: int) -> bool:
    allowed = 4 * _SPREAD_OF_BOUND * np.sqrt(1000 / n_replicates + 1000 / N_REPLICATES)
    apart = [np.abs(own[m] - peer[m]) / np.diff(peer[m], axis=1) for m in METRICS]
    return bool(np.max(apart) <= allowed)


def _weighted(metric: str, label: Any, predicted: Any, *, weight: Any) -> float:
    """A metric over weighted rows; scikit-learn's own refuse weights below 0."""
    table = np.bincount(2 * label + predicted, weights=weight, minlength=4)
    top, bottom = (table[list(cells)].sum() for cells in PARTS[metric])
    return float(top / bottom)


def _loop(label: Any, predicted: Any, group: Any, member: Any, n_replicates: int) -> Floats:
    """Rates of each replicate, shape (replicates + 1, groups, metrics); the last as they are.

    A row weighs the sum of its people's draws less the number of people after the first.
    """
    rng, n_people = np.random.default_rng(20), member.shape[1]
    spare = member.sum(axis=1) - 1
    out = []
    for i in range(n_replicates + 1):
        drawn = np.bincount(rng.integers(0, n_people, n_people), minlength=n_people)
        weight = member @ (drawn if i < n_replicates else np.ones(n_people)) - spare
        frame = fm.MetricFrame(
            metrics={m: partial(_weighted, m) for m in METRICS},
            y_true=label.astype(int),
            y_pred=predicted.astype(int),
            sensitive_features=pd.Series(group, name="group"),
            sample_params={m: {"weight": weight} for m in METRICS},
        )
        out.append(frame.by_group[list(METRICS)].to_numpy(np.float64))
    return np.stack(out)


def _by_counts(label: Any, predicted: Any, group: Any, member: Any, n_replicates: int) -> Floats:
    """What `_loop` gives, with counts in place of a MetricFrame: fast enough to draw many."""
    rng, n_people = np.random.default_rng(21), member.shape[1]
    spare = member.sum(axis=1) - 1
    k = int(group.max()) + 1
    cell = 4 * group + 2 * label.astype(int) + predicted.astype(int)
    out = []
    for i in range(n_replicates + 1):
        drawn = np.bincount(rng.integers(0, n_people, n_people), minlength=n_people)
        weight = member @ (drawn if i < n_replicates else np.ones(n_people)) - spare
        table = np.bincount(cell, weights=weight, minlength=4 * k).reshape(k, 4)
        shares = [table[:, list(a)].sum(axis=1) / table[:, list(b)].sum(axis=1)
                  for a, b in (PARTS[m] for m in METRICS)]  # fmt: skip
        out.append(np.stack(shares, axis=1))
    return np.stack(out)


def _close(label: Any, predicted: Any, group: Any, member: Any) -> Intervals:
    return _bounds(_by_counts(label, predicted, group, member, N_REFERENCE))


def _bounds(drawn: Floats) -> Intervals:
    low, high = np.quantile(drawn[:-1], _TAILS, axis=0)
    return {m: np.column_stack([low[:, j], high[:, j]]) for j, m in enumerate(METRICS)}


def _as_wide_as_theory(
    drawn: Floats, outcomes: Outcomes, incidence: Incidence, member: Any
) -> Floats:
    """Replicates around the rates, with the standard deviation of pairs that share people.

    Its square is the sum of the products of two rows' influence over all that share a person
    (Aronow, Samii and Assenova 2015), from the matrix of who shares with whom; where that comes out
    below what independent rows vary by, theirs, since sharing is not credited with precision.
    """
    sharing = (member @ member.T) > 0
    point, scaled = drawn[-1], drawn.copy()
    for g in range(len(incidence.groups)):
        within = np.zeros(len(outcomes.cells), bool)
        within[incidence.outcome[incidence.group == g]] = True
        for j, metric in enumerate(METRICS):
            top, bottom = (within & np.isin(outcomes.cells, cells) for cells in PARTS[metric])
            influence = (top - point[g, j] * bottom) / bottom.sum()
            wide = np.sqrt(max(influence @ (sharing @ influence), influence @ influence))
            around = drawn[:, g, j] - point[g, j]
            scaled[:, g, j] = point[g, j] + around * wide / around[:-1].std()
    return scaled
