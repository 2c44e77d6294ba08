"""Explanations scored against truth: do the stated reasons name what truly ties a candidate?

Only in a synthetic world is the cause known. A share of causes named says little by itself: where
most true candidates have the same cause, one sentence said of all of them names it as often. So the
same score is reckoned for three that explain nothing: reasons drawn blindly from those that raised
the score, the best constant (the one to three reasons that, said of every candidate, agree best
with the truth; chosen with the answers at hand, so it is hard to beat), and the explanations
themselves shuffled among the candidates. Stated reasons say something of *this* candidate only
where they beat the last two.

Agreement is F1: reasons against causes, both as groups of features that count as one. It is 0 where
none is stated, since silence names nothing; precision is over those with a reason alone.

What no constant can win by prevalence is `told_apart`: of two candidates of which one has a cause
and the other has not, how often does that reason's effect stand higher in the one that has it? Each
reason is compared with itself alone, so that its usual size, and how common its cause is, cancel
out: a constant and a shuffle reach one half, whatever they say. It looks at effects, stated or not,
and so tells an explanation that follows the cause without saying so from one that does not follow
it. It is no more than that: a line whose weight has the right sign passes, and a reader sees only
what is stated.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from itertools import combinations
from typing import Any

import numpy as np
import pandas as pd

from workbench.analysis.explanation import stated
from workbench.analysis.grouping import TOP
from workbench.analysis.tables import FloatArray, Int64Array, IntArray
from workbench.analysis.uncertainty import interval, resampled
from workbench.analysis.wording import Matrix
from workbench.domain.finding import Explanation

N_REPLICATES = 1000
NAN = float("nan")
BASELINES = ("blind", "constant", "shuffled")

Flags = np.ndarray[tuple[int, int], np.dtype[np.bool_]]


@dataclass(frozen=True, slots=True)
class Named:
    """How well reasons name causes, means over candidates (0 to 1; NaN without any).

    `share` of candidates with any cause among the reasons; `recall`, share of the causes that are;
    `precision`, share of the reasons that are causes; `f1` of both.
    """

    share: float = NAN
    recall: float = NAN
    precision: float = NAN
    f1: float = NAN

    def as_json(self) -> dict[str, float | None]:
        return {name: plain(value) for name, value in asdict(self).items()}


@dataclass(frozen=True, slots=True)
class ReasonsRight:
    """Scores over true candidates that were put forward.

    Parameters
    ----------
    n_found : int
        True candidates put forward.
    n_mapped : int
        Of these, with a cause that a feature could name: the denominator.
    n_stated, n_right, n_withheld : int
        Of these, with any reason stated, with a cause among the reasons, without an explanation.
    stated, blind, constant, shuffled : Named
        What is stated, and the three that explain nothing.
    constant_features : tuple of str
        What the best constant says.
    told_apart : float
        See the top of this module; one half is chance, NaN where no two candidates differ.
    intervals : mapping
        95 %, people resampled: ``share``, ``f1``, ``told_apart``, and the paired differences in F1
        ``over_blind``, ``over_constant`` and ``over_shuffled``.
    """

    n_found: int
    n_mapped: int
    n_stated: int
    n_right: int
    n_withheld: int
    stated: Named
    blind: Named
    constant: Named
    shuffled: Named
    constant_features: tuple[str, ...]
    told_apart: float
    intervals: Mapping[str, tuple[float, float]]

    @property
    def share(self) -> float:
        return self.stated.share

    def over(self, baseline: str) -> float:
        """F1 of what is stated less that of a baseline."""
        return self.stated.f1 - float(getattr(self, baseline).f1)

    def verdict(self, baseline: str) -> str:
        """``better``, ``worse`` or ``not told apart``: where the paired interval lies."""
        low, high = self.intervals.get(f"over_{baseline}", (NAN, NAN))
        return "better" if low > 0 else "worse" if high < 0 else "not told apart"

    def as_json(self) -> dict[str, Any]:
        counts = ("n_found", "n_mapped", "n_stated", "n_right", "n_withheld")
        said: dict[str, Any] = {name: getattr(self, name) for name in counts}
        said |= {"share": plain(self.share), "interval": self._bounds("share")}
        for name in ("stated", *BASELINES):
            said[name] = getattr(self, name).as_json()
        said["constant"]["features"] = list(self.constant_features)
        said["f1_over"] = {
            name: {
                "difference": plain(self.over(name)),
                "interval": self._bounds(f"over_{name}"),
                "verdict": self.verdict(name),
            }
            for name in BASELINES
        }
        told = {"value": plain(self.told_apart), "interval": self._bounds("told_apart")}
        return said | {"told_apart": told}

    def measures(self) -> dict[str, float]:
        """Numbers for a run's measures; ends of intervals as ``<name>_low`` and ``<name>_high``."""
        found = {"reasons_right": self.share, "reasons_right_n": float(self.n_mapped)}
        found |= {"reasons_recall": self.stated.recall, "reasons_precision": self.stated.precision}
        found |= {"reasons_f1": self.stated.f1, "reasons_told_apart": self.told_apart}
        for name in BASELINES:
            found[f"reasons_right_{name}"] = getattr(self, name).share
            found[f"reasons_f1_{name}"] = getattr(self, name).f1
            found[f"reasons_over_{name}"] = self.over(name)
        for name, (low, high) in self.intervals.items():
            full = {"share": "reasons_right"}.get(name, f"reasons_{name}")
            found |= {f"{full}_low": low, f"{full}_high": high}
        return found

    def _bounds(self, name: str) -> list[float] | None:
        low, high = self.intervals.get(name, (NAN, NAN))
        return None if np.isnan(low) else [low, high]


def reasons_right(
    explained: Sequence[Explanation | None],
    causes: Sequence[frozenset[str]],
    people: pd.DataFrame,
    *,
    seed: int,
) -> ReasonsRight:
    """Score explanations of n true candidates that were put forward.

    Parameters
    ----------
    explained : sequence
        None where the explanation was withheld.
    causes : sequence of sets of features
        Any of them names a cause; empty where none could.
    people : DataFrame
        Columns candidate (0 to n - 1), entity: whom to resample.
    """
    rows = [i for i, cause in enumerate(causes) if cause]
    mapped = [explained[i] for i in rows]
    groups = next((tuple(r.features for r in e.reasons) for e in mapped if e), ())
    true = np.array([[bool(causes[i] & set(g)) for g in groups] for i in rows], dtype=np.bool_)
    said = np.array([_said(e, groups) for e in mapped], dtype=np.bool_)
    effects = np.array([_effects(e, groups) for e in mapped], dtype=np.float64)
    scores = _Scores(true, said, effects) if len(groups) else None
    n_right = int((true & said).any(axis=1).sum()) if scores else 0
    stated_, blind, constant, shuffled = (Named(),) * 4
    chosen: tuple[int, ...] = ()
    if scores is not None:
        chosen = scores.best_constant()
        stated_, blind, shuffled = scores.stated(), scores.blind(), scores.shuffled()
        constant = scores.constant(chosen)
    drawn = None if scores is None else _weights(people, rows, seed)
    return ReasonsRight(
        n_found=len(causes),
        n_mapped=len(mapped),
        n_stated=int(said.any(axis=1).sum()) if scores else 0,
        n_right=n_right,
        n_withheld=sum(e is None for e in mapped),
        stated=stated_,
        blind=blind,
        constant=constant,
        shuffled=shuffled,
        constant_features=tuple(name for g in chosen for name in groups[g]),
        told_apart=NAN if scores is None else scores.told_apart(),
        intervals={} if scores is None or drawn is None else scores.intervals(chosen, drawn),
    )


def _said(e: Explanation | None, groups: Sequence[tuple[str, ...]]) -> list[bool]:
    named = {reason.features for reason in stated(e, sign=1)} if e else set()
    return [group in named for group in groups]


def _effects(e: Explanation | None, groups: Sequence[tuple[str, ...]]) -> list[float]:
    each = {reason.features: reason.effect for reason in e.reasons} if e else {}
    return [each.get(group, NAN) for group in groups]


def _weights(people: pd.DataFrame, rows: Sequence[int], seed: int) -> Matrix:
    """Replicates × candidates: how often each is drawn when people are."""
    place = {row: i for i, row in enumerate(rows)}
    mine = people[people["candidate"].isin(place)]
    mine = mine.assign(candidate=mine["candidate"].map(place))
    return np.stack(list(resampled(mine, len(rows), n_replicates=N_REPLICATES, seed=seed)))


@dataclass(frozen=True, slots=True)
class _Scores:
    """n candidates × groups: which are causes, which were stated, and every effect (may be NaN)."""

    true: Flags
    said: Flags
    effects: Matrix

    def stated(self) -> Named:
        return self._named(self.said)

    def constant(self, chosen: tuple[int, ...]) -> Named:
        same = np.zeros_like(self.said)
        same[:, list(chosen)] = True
        return self._named(same)

    def _named(self, said: Flags) -> Named:
        hits, n_said = (self.true & said).sum(axis=1), said.sum(axis=1)
        any_ = n_said > 0
        return Named(
            share=float((hits > 0).mean()),
            recall=float((hits / self._n_true).mean()),
            precision=float((hits[any_] / n_said[any_]).mean()) if any_.any() else NAN,
            f1=float(self._f1(said).mean()),
        )

    @property
    def _n_true(self) -> Int64Array:
        return np.asarray(np.maximum(self.true.sum(axis=1), 1), dtype=np.int64)

    def _f1(self, said: Flags) -> FloatArray:
        hits = (self.true & said).sum(axis=1)
        return np.asarray(2 * hits / (self._n_true + said.sum(axis=1)), dtype=np.float64)

    def best_constant(self) -> tuple[int, ...]:
        """The one to three groups of highest F1, fewer and earlier ones on a tie."""
        n = self.true.shape[1]
        every = [c for k in range(1, TOP + 1) for c in combinations(range(n), k)]
        return max(every, key=lambda chosen: self.constant(chosen).f1)

    def blind(self) -> Named:
        """As many groups as were stated, drawn without looking from those that raised the score, as
        the stated ones did: exact expectations."""
        raised, right, n_said = self._drawn_from()
        rate = right / np.maximum(raised, 1)
        each = zip(raised.tolist(), right.tolist(), n_said.tolist(), strict=True)
        return Named(
            share=float(np.mean([_chance(m, t, k) for m, t, k in each])),
            recall=float((rate * n_said / self._n_true).mean()),
            precision=float(rate[n_said > 0].mean()) if (n_said > 0).any() else NAN,
            f1=float(self._blind_f1().mean()),
        )

    def _drawn_from(self) -> tuple[Int64Array, Int64Array, Int64Array]:
        """Per candidate how many groups raised the score, how many of them are causes, and how many
        were stated."""
        up = np.nan_to_num(self.effects) > 0
        return up.sum(axis=1), (up & self.true).sum(axis=1), self.said.sum(axis=1)

    def _blind_f1(self) -> FloatArray:
        raised, right, n_said = self._drawn_from()
        hits = right * n_said / np.maximum(raised, 1)
        return np.asarray(2 * hits / (self._n_true + n_said), dtype=np.float64)

    def shuffled(self) -> Named:
        """Every explanation told of every other candidate: means over all n (n - 1)."""
        n = len(self.true)
        if n < 2:
            return Named()
        hits = self.true.astype(np.float64) @ self.said.T
        others, n_said = ~np.eye(n, dtype=np.bool_), self.said.sum(axis=1)
        any_ = others & (n_said > 0)[None, :]
        precise = hits / np.maximum(n_said, 1)[None, :]
        return Named(
            share=float((hits > 0)[others].mean()),
            recall=float((hits / self._n_true[:, None])[others].mean()),
            precision=float(precise[any_].mean()) if any_.any() else NAN,
            f1=float(self._all_f1()[others].mean()),
        )

    def _all_f1(self) -> Matrix:
        """F1 of explanation j told of candidate i."""
        hits = self.true.astype(np.float64) @ self.said.T
        return np.asarray(2 * hits / (self._n_true[:, None] + self.said.sum(axis=1)[None, :]))

    def told_apart(self) -> float:
        right, of = self._pairs()
        return float(right.sum() / of.sum()) if of.sum() else NAN

    def _pairs(self) -> tuple[Matrix, Matrix]:
        """Per ordered pair of candidates, over all groups: how often the effect stands higher in
        the first, which has the cause, than in the second, which has not; how often it is asked."""
        n = len(self.true)
        right, of = np.zeros((n, n)), np.zeros((n, n))
        for true, effect in zip(self.true.T, self.effects.T, strict=True):
            asked = true[:, None] & ~true[None, :]
            asked &= ~np.isnan(effect)[:, None] & ~np.isnan(effect)[None, :]
            above = (effect[:, None] > effect[None, :]) + 0.5 * (effect[:, None] == effect[None, :])
            right += np.where(asked, above, 0.0)
            of += asked
        return right, of

    def intervals(self, chosen: tuple[int, ...], w: Matrix) -> dict[str, tuple[float, float]]:
        """95 % intervals over replicates of weights; the constant stays the one that was chosen."""
        same = np.zeros_like(self.said)
        same[:, list(chosen)] = True
        total, every = w.sum(axis=1), self._all_f1()
        np.fill_diagonal(every, 0.0)
        right, of = self._pairs()
        with np.errstate(invalid="ignore", divide="ignore"):
            mine, shared = w @ self._f1(self.said) / total, w @ (self.true & self.said).any(axis=1)
            others = total**2 - (w**2).sum(axis=1)
            found = {
                "share": shared / total,
                "f1": mine,
                "over_blind": mine - w @ self._blind_f1() / total,
                "over_constant": mine - w @ self._f1(same) / total,
                "over_shuffled": mine - ((w @ every) * w).sum(axis=1) / others,
                "told_apart": ((w @ right) * w).sum(axis=1) / ((w @ of) * w).sum(axis=1),
            }
        return {name: interval(values) for name, values in found.items()}


def _chance(m: int, n_true: int, drawn: int) -> float:
    """Chance that one of `drawn` of m groups, drawn without looking, is one of the `n_true`."""
    missed = 1.0
    for k in range(min(drawn, m)):
        missed *= max(m - n_true - k, 0) / (m - k)
    return 1.0 - missed


def plain(value: float) -> float | None:
    """None for what is not a number."""
    return None if np.isnan(value) else value


def true_and_forward(true: IntArray, probability: FloatArray, threshold: float) -> Int64Array:
    """Rows of the true candidates that reach the threshold."""
    return np.flatnonzero((true == 1) & (probability >= threshold)).astype(np.int64)
