"""What a release leaves out and what it puts forward wrongly, as judged by people before any score.

People see all that a release puts forward in a case and a random share of what it does not. Each
drawn finding stands for as many candidates as the inverse of its probability says (Horvitz and
Thompson 1952), in ratios and scaled to how many there are (Hajek 1971). Where only some of a
case's findings were judged, those stand for the others of the case: nobody can tell from what is
read which were put forward. A finding counts once, however many judged it, by the share of them
who said so. People are resampled, so that findings which share them are not taken for independent.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TypedDict

import numpy as np
import pandas as pd
from scipy import sparse, stats

from workbench.analysis.fairness import about_people, of_groups
from workbench.analysis.resampling import LEVEL, Tally, bounds
from workbench.analysis.soft_rates import Crowd
from workbench.analysis.subgroups import Floats, Incidence
from workbench.domain.finding import Drawn

N_REPLICATES = 1_000
MEASURES = ("share", "fnr", "fpr")
LEAST = 10  # judged findings that an error rate has to rest on
# cells of a finding: at random or put forward, by what people said of it
NOT_LEFT, NOT_FORWARD, YES_LEFT, YES_FORWARD, OTHER_LEFT, OTHER_FORWARD = range(6)
_LEFT = (NOT_LEFT, YES_LEFT, OTHER_LEFT)
_FORWARD = (NOT_FORWARD, YES_FORWARD, OTHER_FORWARD)
_PARTS: Mapping[str, tuple[int, tuple[int, ...]]] = {
    "share": (YES_LEFT, _LEFT),
    "fnr": (YES_LEFT, (YES_LEFT, YES_FORWARD)),
    "fpr": (NOT_FORWARD, (NOT_LEFT, NOT_FORWARD)),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """A finding that people judged from its records alone.

    `draw` names the case and moment it was drawn in; `supported` and `not_supported` are shares of
    its judgements (0 to 1), the rest said neither.
    """

    draw: str
    drawn: Drawn
    supported: float
    not_supported: float


class Estimate(TypedDict):
    """A share, None where nobody is to be counted, with a 95 % interval; `enough` is false where
    that reaches further than the margin to either side in the mean.

    An error rate sets what was left out against what was put forward. Where nothing that was put
    forward was judged it has no interval, since nothing says how much of it would be found
    supported; there, and where it rests on fewer than `LEAST` findings, `enough` is false.
    """

    value: float | None
    interval: list[float] | None
    enough: bool


class MissedRow(TypedDict):
    """One group, or everybody.

    `n_drawn` and `n_forward` findings were judged; `n_left` candidates (an estimate in a group,
    where a candidate about many people counts once for each of them) were not put forward. `share`
    of these would be found supported; `fnr`, of all that would be, the share not put forward;
    `fpr`, of all that would not be, the share put forward.
    """

    attribute: str
    group: str
    n_drawn: int
    n_forward: int
    n_left: float
    share: Estimate
    fnr: Estimate
    fpr: Estimate


class Missed(TypedDict):
    """`n_missed` of the `n_left` candidates not put forward would be found supported (estimate,
    95 % interval), over `n_draws` cases of which a finding was judged.

    `n_supported` of the drawn findings were found so by anybody. `n_unread` findings of these
    cases nobody judged, `n_unweighted` judged ones were sealed without a probability: left out.
    """

    n_draws: int
    n_left: int
    n_missed: float | None
    interval: list[float] | None
    n_supported: int
    n_unread: int
    n_unweighted: int
    overall: MissedRow
    groups: list[MissedRow]
    margin: float
    n_replicates: int
    seed: int


@dataclass(frozen=True, slots=True)
class _Weighed:
    """`cells` (n, 6), weighted; `rows` counts findings per cell; `weight` each finding's."""

    cells: Floats
    weight: Floats
    n_left: int


def missed(
    judged: Sequence[Judged],
    sealed: Mapping[str, int],
    *,
    people: pd.DataFrame,
    sensitive: pd.DataFrame,
    margin: float,
    n_unweighted: int,
    seed: int,
) -> Missed | None:
    """Estimate what was left out; None where no finding with a probability was judged.

    Parameters
    ----------
    judged : sequence of Judged, n
        One per finding.
    sealed : mapping
        Draw -> how many findings with a probability were sealed in it.
    people : DataFrame
        Columns candidate (position in `judged`) and entity.
    sensitive : DataFrame
        Column entity and one per sensitive feature.
    """
    if not judged:
        return None
    found = _weighed(judged, sealed)
    rows = _rows(judged, found, people, sensitive, margin, seed)
    overall, n_read = rows[0], Counter(one.draw for one in judged)
    share, n = overall["share"], found.n_left
    ends = share["interval"]
    return Missed(
        n_draws=len(n_read),
        n_left=n,
        n_missed=None if share["value"] is None else n * share["value"],
        interval=None if ends is None else [n * end for end in ends],
        n_supported=sum(one.drawn.at_random and one.supported > 0 for one in judged),
        n_unread=sum(sealed[draw] - k for draw, k in n_read.items()),
        n_unweighted=n_unweighted,
        overall=overall,
        groups=rows[1:],
        margin=margin,
        n_replicates=N_REPLICATES,
        seed=seed,
    )


def _weighed(judged: Sequence[Judged], sealed: Mapping[str, int]) -> _Weighed:
    """Each finding in its cells, at random ones scaled to how many candidates there are."""
    n_read = Counter(one.draw for one in judged)
    left = {one.draw: one.drawn.n_left for one in judged}
    weight = np.array([sealed[j.draw] / n_read[j.draw] / j.drawn.probability for j in judged])
    random = np.array([j.drawn.at_random for j in judged])
    n_left = sum(left.values())
    if random.any():
        weight[random] *= n_left / weight[random].sum()
    yes = np.array([j.supported for j in judged])
    no = np.array([j.not_supported for j in judged])
    cells = np.zeros((len(judged), 6))
    for at, said in ((NOT_LEFT, no), (YES_LEFT, yes), (OTHER_LEFT, 1 - yes - no)):
        cells[:, at] = np.where(random, weight * said, 0.0)
        cells[:, at + 1] = np.where(random, 0.0, weight * said)
    return _Weighed(cells, weight, n_left)


def _rows(
    judged: Sequence[Judged],
    found: _Weighed,
    people: pd.DataFrame,
    sensitive: pd.DataFrame,
    margin: float,
    seed: int,
) -> list[MissedRow]:
    """Everybody first, then the groups of each attribute."""
    n = len(judged)
    nothing = np.zeros(n, dtype=np.bool_)
    none = np.zeros(0, np.int32)
    asked = [("", Incidence(none, none, ()))]
    if len(people):
        outcomes, attributes = about_people(nothing, nothing, people=people, sensitive=sensitive)
        asked += [(a.name, outcomes.incidence(a)) for a in of_groups(attributes, sensitive)]
    rows: list[MissedRow] = []
    for name, incidence in asked:
        every = _group_rows(name, judged, found, Crowd.of(n, people, incidence), incidence, seed)
        rows += every[:-1] if name else every[-1:]
    for row in rows:
        for measure in (row["share"], row["fnr"], row["fpr"]):
            ends = measure["interval"]
            narrow = ends is not None and (ends[1] - ends[0]) / 2 <= margin
            measure["enough"] = measure["enough"] and narrow
    return rows


def _group_rows(
    name: str,
    judged: Sequence[Judged],
    found: _Weighed,
    crowd: Crowd,
    incidence: Incidence,
    seed: int,
) -> list[MissedRow]:
    """One row per group, and one for everybody last."""
    table: Floats = np.asarray(crowd.groups.T @ found.cells)
    tally = Tally.of_parts(_by_group(crowd, found.cells), crowd.persons, 6)
    scaled = _scaled(tally.drawn(N_REPLICATES, seed=seed), found.n_left)
    point = {m: _rate(table, m) for m in MEASURES}
    once = tally.once(np.stack([_influence(point[m], m) for m in MEASURES], axis=1))
    replicates = {
        m: np.clip(point[m] + (_rate(scaled, m) - point[m]) * once[:, i], 0.0, 1.0)
        for i, m in enumerate(MEASURES)
    }
    random = np.array([j.drawn.at_random for j in judged])
    within = (crowd.groups > 0).astype(np.int64).T
    n_drawn, n_forward = (within @ which.astype(np.int64) for which in (random, ~random))
    rests = {
        "fnr": within @ np.array([j.supported > 0 for j in judged], dtype=np.int64),
        "fpr": within @ np.array([j.not_supported > 0 for j in judged], dtype=np.int64),
    }
    weighed = crowd.groups.multiply((found.weight * random)[:, None]).tocsr()
    kish = _ratio(weighed.sum(axis=0) ** 2, weighed.power(2).sum(axis=0))
    return [
        MissedRow(
            attribute=name,
            group=group,
            n_drawn=int(n_drawn[g]),
            n_forward=int(n_forward[g]),
            n_left=float(table[g, list(_LEFT)].sum()),
            **_estimates(
                table[g],
                {m: replicates[m][:, g] for m in MEASURES},
                n_forward=int(n_forward[g]),
                rests={m: int(n[g]) for m, n in rests.items()},
                kish=float(np.nan_to_num(kish[g])),
            ),
        )
        for g, group in enumerate([*incidence.groups, "everybody"])
    ]


class _Estimates(TypedDict):
    share: Estimate
    fnr: Estimate
    fpr: Estimate


def _estimates(
    cells: Floats,
    replicates: Mapping[str, Floats],
    *,
    n_forward: int,
    rests: Mapping[str, int],
    kish: float,
) -> _Estimates:
    """The three measures of one group; nothing of it where nobody of it was drawn.

    Few are drawn, and a resampled share of few is too sure of itself. The interval of a share of
    what was left is therefore exact for as many independent findings as its variance is worth
    (Korn and Graubard 1998), and error rates reach at least as far as that share does.
    """
    if not kish:
        none = Estimate(value=None, interval=None, enough=False)
        return _Estimates(share=none.copy(), fnr=none.copy(), fpr=none.copy())
    left = cells[list(_LEFT)].sum()
    yes, no = cells[YES_LEFT] / left, cells[NOT_LEFT] / left
    yes_ends = _share_ends(yes, replicates["share"], kish)
    no_ends = _share_ends(no, np.full(1, np.nan), kish)
    right, wrong = cells[YES_FORWARD], cells[NOT_FORWARD]
    unseen = cells[list(_FORWARD)].sum() * _none_of(n_forward)  # as many may be of what none was
    fnr = [
        _part(left * end, right or (unseen if i == 0 else 0.0)) for i, end in enumerate(yes_ends)
    ]
    fpr = [
        _part(wrong or (unseen if i == 1 else 0.0), left * end)
        for i, end in enumerate(reversed(no_ends))
    ]
    found = _Estimates(
        share=_estimate(yes, yes_ends, None),
        fnr=_estimate(_part(cells[YES_LEFT], right), fnr, replicates["fnr"]),
        fpr=_estimate(_part(wrong, cells[NOT_LEFT]), fpr, replicates["fpr"]),
    )
    for rate, n in ((found["fnr"], rests["fnr"]), (found["fpr"], rests["fpr"])):
        rate["interval"] = rate["interval"] if n_forward else None
        rate["enough"] = rate["enough"] and n >= LEAST
    return found


def _estimate(value: float, ends: Sequence[float], replicates: Floats | None) -> Estimate:
    """With the ends of the interval, moved outward to those of the replicates."""
    if np.isnan(value):
        return Estimate(value=None, interval=None, enough=False)
    low, high = (value if np.isnan(end) else float(end) for end in ends)
    if replicates is not None and not np.isnan(replicates).all():
        drawn = bounds(replicates[:, None])[0]
        low, high = min(low, float(drawn[0])), max(high, float(drawn[1]))
    return Estimate(value=float(value), interval=[round(low, 12), round(high, 12)], enough=True)


def _share_ends(share: float, replicates: Floats, kish: float) -> tuple[float, float]:
    """Clopper and Pearson's bounds for the effective number of findings."""
    n, tail = kish, (1 - LEVEL) / 2
    if 0 < share < 1 and not np.isnan(replicates).all():
        spread = float(np.nanvar(replicates))
        n = min(n, share * (1 - share) / spread) if spread > 0 else n
    hit = n * share
    low = float(stats.beta.ppf(tail, hit, n - hit + 1)) if share > 0 else 0.0
    high = float(stats.beta.ppf(1 - tail, hit + 1, n - hit)) if share < 1 else 1.0
    return low, high


def _none_of(n: int) -> float:
    """The highest share that none of n is still compatible with."""
    return float(1 - ((1 - LEVEL) / 2) ** (1 / max(n, 1)))


def _part(one: float, other: float) -> float:
    return one / (one + other) if one + other > 0 else float("nan")


def _ratio(top: Floats, bottom: Floats) -> Floats:
    out: Floats = np.full(np.shape(bottom), np.nan)
    np.divide(top, bottom, out=out, where=bottom > 0)
    return out


def _rate(cells: Floats, measure: str) -> Floats:
    """A measure from cells of shape (..., 6); NaN where its denominator is not above 0."""
    numerator, denominator = _PARTS[measure]
    return _ratio(cells[..., numerator], cells[..., list(denominator)].sum(axis=-1))


def _influence(point: Floats, measure: str) -> Floats:
    """By how much one finding in each cell moves the measure, up to its denominator."""
    numerator, denominator = _PARTS[measure]
    moved = np.zeros((len(point), 6))
    moved[:, numerator] += 1.0
    moved[:, list(denominator)] -= np.nan_to_num(point)[:, None]
    return moved


def _scaled(drawn: Floats, n_left: int) -> Floats:
    """Replicates (..., groups, 6), what was drawn at random scaled to how many there are."""
    left = list(_LEFT)
    everybody = drawn[..., -1, left].sum(axis=-1)
    scale = _ratio(np.full(everybody.shape, float(n_left)), everybody)
    out = drawn.copy()
    out[..., left] *= scale[..., None, None]
    return out


def _by_group(crowd: Crowd, cells: Floats) -> sparse.csr_array:
    """Shape (n, 6 * groups): the cells of a finding in the columns of each group it is in."""
    where = crowd.groups.tocoo()
    row = np.repeat(where.row, 6)
    column = (where.col.astype(np.int64)[:, None] * 6 + np.arange(6)).reshape(-1)
    value = (cells[where.row] * where.data[:, None]).reshape(-1)
    some = value != 0
    shape = (crowd.groups.shape[0], 6 * crowd.groups.shape[1])
    return sparse.csr_array((value[some], (row[some], column[some])), shape=shape)
