"""A study of the auditor itself: does it keep its rate of false alarms, and what does it see.

Tables are drawn whose truth is known: without any gap, with people who share rows, with a gap of
known size. Most ask of one attribute at a time, so that what is counted is the test itself; one
runs the whole family as users do, three attributes with their intersections under Holm's
correction. Beside it run two ways of testing that are in wide use and do not keep their rate: a
count-based test on rows that share people, and a bootstrap of the largest difference read as a
test.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypedDict

import numpy as np

from workbench.analysis.fairness import Audit, audit
from workbench.analysis.spread import LEAST_PEOPLE
from workbench.analysis.subgroups import Attribute, Bools, Floats, Ints, Outcomes
from workbench.analysis.tables import IntArray
from workbench.analysis.verdicts import ALPHA

SEEDS = tuple(range(1, 101))  # declared beforehand
GROUPS = ("A", "B", "C", "D")
SHARES = (0.5, 0.3, 0.15, 0.05)
BASE_RATE = 0.3
ERROR = 0.2  # of negatives put forward, of positives missed, where no gap is planted
GAP = 0.10
MARGIN = 0.05
N_ROWS = 4_000
GROUP_SIZES = (30, 100, 300, 1_000)
PEOPLE, PAIRS = 400, 6_000
ATTRIBUTES = 3  # of the whole family
OWNERS, ROWS_EACH = 500, 6  # people who share rows, and the rows of one on average
HOLDERS, TRANSFERS, HUB = 600, 400, 0.3  # of account holders; how often one of a few is in a group
HUBS, HOLDERS_EACH = 6, 5
WIDER = 0.20  # a gap of candidates that share people
ALIKE, UNLIKE, EACH = 300, 30, 10  # people who all err alike, people who do not, rows of each
ONCE, MANY = 2_000, 100  # people of one row, and rows of each of the others
FEWER, OFTEN = 10, LEAST_PEOPLE  # of whom there are too few to be tested, or just enough


class StudyRow(TypedDict):
    """`n_seen` of `n` trials; `least` and `most` is what the promise allows, None without one."""

    question: str
    n_seen: int
    n: int
    least: int | None
    most: int | None
    promise: str


@dataclass(frozen=True, slots=True)
class Trial:
    """What one seed showed."""

    null_alarm: bool
    shared_alarm: bool
    counted_alarm: bool
    bootstrap_alarm: bool
    covered: bool
    found: tuple[bool, ...]  # per size of the group
    family_alarm: bool
    owners_alarm: bool  # each person in one group
    scattered_alarm: bool  # a person's rows in several
    transfers_alarm: bool
    unlike_alarm: bool  # people of one group differ, of the other not
    fewer_alarm: bool  # too few people with many rows each, against many with one
    often_alarm: bool  # just enough of them
    owners_found: bool
    pairs_found: bool
    transfers_found: bool


def trial(seed: int) -> Trial:
    """All parts of the study for one seed."""
    streams = [np.random.default_rng([seed, part]) for part in range(3 + len(GROUP_SIZES))]
    more = [np.random.default_rng([seed, 100 + part]) for part in range(10)]
    null = _rows(streams[0], N_ROWS, SHARES, gap=0.0)
    shared, group = _pairs(streams[1])
    planted = _rows(streams[2], N_ROWS, SHARES, gap=GAP)
    sizes = [
        _rows(stream, 3_000 + n, (3_000 / (3_000 + n), n / (3_000 + n)), gap=GAP)
        for stream, n in zip(streams[3:], GROUP_SIZES, strict=True)
    ]
    independent = Outcomes.of(shared.cells >= 2, shared.cells % 2 == 1)
    names = _pair_names(shared, group)
    return Trial(
        null_alarm=alarmed(_audited(*null, seed)),
        shared_alarm=alarmed(_audited(shared, group, seed)),
        counted_alarm=alarmed(_audited(independent, names, seed)),
        bootstrap_alarm=bootstrap_excludes_zero(*null, seed=seed),
        covered=_covers(_audited(*planted, seed)),
        found=tuple(_failed(_audited(*table, seed)) for table in sizes),
        family_alarm=alarmed(_family(more[0], seed)),
        owners_alarm=alarmed(_audited(*_owned(more[1], gap=0.0), seed)),
        scattered_alarm=alarmed(_audited(*_owned(more[2], gap=0.0, scattered=True), seed)),
        transfers_alarm=alarmed(_audited(*_transfers(more[3], gap=0.0), seed)),
        unlike_alarm=alarmed(_audited(*_unlike(more[7]), seed)),
        fewer_alarm=alarmed(_audited(*_often(more[9], FEWER), seed)),
        often_alarm=alarmed(_audited(*_often(more[8], OFTEN), seed)),
        owners_found=_failed(_audited(*_owned(more[4], gap=GAP), seed)),
        pairs_found=_failed(_audited(*_pairs(more[5], gap=WIDER), seed)),
        transfers_found=_failed(_audited(*_transfers(more[6], gap=WIDER), seed)),
    )


def _failed(found: Audit) -> bool:
    return found["verdict"] == "fail"


def _family(rng: np.random.Generator, seed: int) -> Audit:
    """Several attributes with every intersection, as a table is audited; nothing differs."""
    outcomes, first = _rows(rng, N_ROWS, SHARES, gap=0.0)
    others = [
        Attribute(f"other {i}", rng.integers(0, 3, N_ROWS).astype(np.int32), GROUPS[:3])
        for i in range(1, ATTRIBUTES)
    ]
    return audit(outcomes, [first, *others], margin=MARGIN, seed=seed)


def _owned(
    rng: np.random.Generator, *, gap: float, scattered: bool = False
) -> tuple[Outcomes, Attribute]:
    """Rows of people whose errors are their own; people of the smaller group have more rows.

    With `scattered` a third of the rows lie in a group drawn anew.
    """
    of = rng.choice(2, OWNERS, p=[0.7, 0.3])
    person = np.repeat(np.arange(OWNERS, dtype=np.int32), 1 + rng.poisson(ROWS_EACH * (1 + of) / 2))
    group = of[person]
    if scattered:
        group = np.where(rng.random(len(person)) < 1 / 3, rng.integers(0, 2, len(person)), group)
    own = np.clip(rng.normal(ERROR, 0.15, OWNERS), 0, 1)
    return _clustered(rng, person, group, own[person] + gap * (group == 1))


def _unlike(rng: np.random.Generator) -> tuple[Outcomes, Attribute]:
    """As many rows of each person; the few of one group err each at a rate of their own, all of the
    other at the same, which is the mean of those."""
    own = np.r_[np.full(ALIKE, ERROR), rng.beta(2 * ERROR, 2 * (1 - ERROR), UNLIKE)]
    person = np.repeat(np.arange(len(own), dtype=np.int32), EACH)
    return _clustered(rng, person, person >= ALIKE, own[person])


def _often(rng: np.random.Generator, n_often: int) -> tuple[Outcomes, Attribute]:
    """Many people with one row, few with many; all err at rates of their own from one source."""
    own = rng.beta(4 * ERROR, 4 * (1 - ERROR), ONCE + n_often)
    person = np.repeat(np.arange(len(own), dtype=np.int32), np.repeat([1, MANY], [ONCE, n_often]))
    return _clustered(rng, person, person >= ONCE, own[person])


def _clustered(
    rng: np.random.Generator, person: IntArray, group: Bools | Ints, rate: Floats
) -> tuple[Outcomes, Attribute]:
    """Rows of people in two groups, none true, each wrong at its rate."""
    wrong = rng.random(len(person)) < rate
    outcomes = Outcomes.of(np.zeros(len(person), dtype=np.bool_), wrong).clustered(person)
    return outcomes, Attribute("group", group.astype(np.int32), GROUPS[:2])


def _transfers(rng: np.random.Generator, *, gap: float) -> tuple[Outcomes, Attribute]:
    """Groups of transfers, about several account holders each, a few of whom are in very many."""
    size = 2 + rng.poisson(HOLDERS_EACH - 2, TRANSFERS)
    rows = np.repeat(np.arange(TRANSFERS, dtype=np.int32), size)
    holder = rng.integers(HUBS, HOLDERS, len(rows))
    holder = np.where(rng.random(len(rows)) < HUB, rng.integers(0, HUBS, len(rows)), holder)
    of = rng.choice(2, HOLDERS, p=[0.7, 0.3])
    share = np.bincount(rows, weights=of[holder], minlength=TRANSFERS) / size
    own = np.r_[rng.normal(0, 0.1, HUBS), np.zeros(HOLDERS - HUBS)][holder]
    leaning = np.bincount(rows, weights=own, minlength=TRANSFERS)
    wrong = rng.random(TRANSFERS) < np.clip(ERROR + leaning + 2 * gap * (share > 0.5), 0, 1)
    outcomes = Outcomes.of(np.zeros(TRANSFERS, dtype=np.bool_), wrong)
    about = outcomes.about(rows, holder.astype(np.int32))
    return about, Attribute("group", of.astype(np.int32), GROUPS[:2])


def _audited(outcomes: Outcomes, attribute: Attribute, seed: int) -> Audit:
    return audit(outcomes, [attribute], margin=MARGIN, seed=seed, intersections=False)


def alarmed(found: Audit) -> bool:
    """Any test holds after correction, whatever the size of its gap."""
    return any(t["p_corrected"] is not None and t["p_corrected"] <= ALPHA for t in found["tests"])


def _rows(
    rng: np.random.Generator, n: int, shares: Sequence[float], *, gap: float
) -> tuple[Outcomes, Attribute]:
    """Independent rows; the last group's negatives are put forward more often by `gap`."""
    group = rng.choice(len(shares), size=n, p=np.array(shares) / sum(shares)).astype(np.int32)
    label = rng.random(n) < BASE_RATE
    wrong = ERROR + gap * ((group == len(shares) - 1) & ~label)
    said = label ^ (rng.random(n) < wrong)
    return Outcomes.of(label, said), Attribute("group", group, GROUPS[: len(shares)])


def _pairs(rng: np.random.Generator, *, gap: float = 0.0) -> tuple[Outcomes, Attribute]:
    """Pairs of people, none true, whose errors come from the people in them; pairs within the
    second group err more often by `gap`."""
    ends = np.sort(rng.choice(PEOPLE, (2 * PAIRS, 2)), axis=1)
    ends = np.unique(ends[ends[:, 0] != ends[:, 1]], axis=0)
    ends = rng.permutation(ends)[:PAIRS]
    own = rng.normal(0, 1, PEOPLE)
    wrong = rng.random(len(ends)) < 1 / (1 + np.exp(2.0 - own[ends].sum(axis=1)))
    rows = np.repeat(np.arange(len(ends), dtype=np.int32), 2)
    group = rng.integers(0, 2, PEOPLE).astype(np.int32)
    if gap:
        wrong |= (group[ends].sum(axis=1) == 2) & (rng.random(len(ends)) < gap / (1 - wrong.mean()))
    outcomes = Outcomes.of(np.zeros(len(ends), dtype=np.bool_), wrong)
    people = ends.reshape(-1).astype(np.int32)
    return outcomes.about(rows, people), Attribute("group", group, GROUPS[:2])


def _pair_names(outcomes: Outcomes, group: Attribute) -> Attribute:
    """The same pairs as rows of their own, each with the unordered pair of its people's groups."""
    codes = group.codes[outcomes.persons].reshape(-1, 2).sum(axis=1).astype(np.int32)
    return Attribute("group", codes, ("A + A", "A + B", "B + B"))


def bootstrap_excludes_zero(outcomes: Outcomes, attribute: Attribute, *, seed: int) -> bool:
    """Whether the 95 % bootstrap interval of the largest difference leaves out 0: no test at all.

    Resampling the confusion counts gives what a bootstrap of a MetricFrame's difference gives.
    """
    rng = np.random.default_rng([seed, 99])
    negatives = outcomes.cells < 2
    n = np.bincount(attribute.codes[negatives], minlength=len(attribute.groups))
    wrong = np.bincount(
        attribute.codes[negatives & (outcomes.cells == 1)], minlength=len(attribute.groups)
    )
    drawn = rng.binomial(n, wrong / n, size=(1_000, len(n))) / n
    widest = drawn.max(axis=1) - drawn.min(axis=1)
    return bool(np.quantile(widest, 0.025) > 0)


def _covers(found: Audit) -> bool:
    """Whether the interval of the planted group's false positive rate holds the true one."""
    row = next(g for g in found["groups"] if g["group"] == GROUPS[-1])
    interval = row["intervals"]["fpr"]
    return interval is not None and interval[0] <= ERROR + GAP <= interval[1]


# what is asked, what counts as seen, the least and the most that keep the promise, the promise
Question = tuple[str, Callable[[Trial], bool], int | None, int | None, str]


def study(trials: Sequence[Trial]) -> list[StudyRow]:
    """One row per question, with what the promise allows at 99 % (exact binomial)."""
    asked = [*_promised(len(trials)), *_powers()]
    return [
        StudyRow(
            question=question,
            n_seen=sum(map(seen, trials)),
            n=len(trials),
            least=low,
            most=high,
            promise=promise,
        )
        for question, seen, low, high, promise in asked
    ]


def _promised(n: int) -> list[Question]:
    most, least = _at_most(n, ALPHA), _at_least(n, 0.95)
    return [
        ("No gap, independent rows: alarms", lambda t: t.null_alarm, None, most, "5 % at most"),
        (
            f"No gap, {PAIRS:,} pairs of {PEOPLE} people: alarms",
            lambda t: t.shared_alarm, None, most, "5 % at most",
        ),
        (
            "The same pairs, tested as if they shared nobody (a control that fails)",
            lambda t: t.counted_alarm, most + 1, None, "more than 5 %",
        ),
        (
            "No gap, a bootstrap of the largest difference read as a test (a control that fails)",
            lambda t: t.bootstrap_alarm, most + 1, None, "more than 5 %",
        ),
        (
            f"A gap of {100 * GAP:.0f} points: the 95 % interval holds the true rate",
            lambda t: t.covered, least, None, "95 %",
        ),
        (
            f"No gap, {ATTRIBUTES} attributes and all intersections, corrected: alarms",
            lambda t: t.family_alarm, None, most, "5 % at most",
        ),
        (
            f"No gap, rows of {OWNERS} people, more of them in one group: alarms",
            lambda t: t.owners_alarm, None, most, "5 % at most",
        ),
        (
            "No gap, people whose rows lie in several groups: alarms",
            lambda t: t.scattered_alarm, None, most, "5 % at most",
        ),
        (
            f"No gap, {TRANSFERS} groups of transfers that share {HUBS} busy holders: alarms",
            lambda t: t.transfers_alarm, None, most, "5 % at most",
        ),
        (
            f"No gap, {UNLIKE} people who differ and {ALIKE} who do not, {EACH} rows each: alarms",
            lambda t: t.unlike_alarm, None, most, "5 % at most",
        ),
        (
            f"No gap, {FEWER} people with {MANY} rows each and {ONCE:,} with one: alarms",
            lambda t: t.fewer_alarm, None, most, "5 % at most",
        ),
        (
            f"No gap, {OFTEN} people with {MANY} rows each and {ONCE:,} with one: alarms",
            lambda t: t.often_alarm, None, most, "5 % at most",
        ),
    ]  # fmt: skip


def _powers() -> list[Question]:
    power: list[tuple[str, Callable[[Trial], bool]]] = [
        (f"A gap of {100 * GAP:.0f} points in a group of {size:,}: found (power)", _found(k))
        for k, size in enumerate(GROUP_SIZES)
    ]
    power += [
        (
            f"A gap of {100 * GAP:.0f} points, rows of {OWNERS} people: found (power)",
            lambda t: t.owners_found,
        ),
        (
            f"A gap of {100 * WIDER:.0f} points, {PAIRS:,} pairs of {PEOPLE} people: found (power)",
            lambda t: t.pairs_found,
        ),
        (
            f"{TRANSFERS} groups of transfers, {200 * WIDER:.0f} points more where most holders "
            "are of one group: found (power)",
            lambda t: t.transfers_found,
        ),
    ]
    return [(*asked, None, None, "none, for information") for asked in power]


def _found(k: int) -> Callable[[Trial], bool]:
    return lambda trial: trial.found[k]


def kept(row: StudyRow) -> bool:
    """Whether the row lies within what its promise allows."""
    above = row["least"] is None or row["n_seen"] >= row["least"]
    return above and (row["most"] is None or row["n_seen"] <= row["most"])


def _cumulative(n: int, p: float) -> Floats:
    from scipy.stats import binom

    return np.asarray(binom.cdf(np.arange(n + 1), n, p), dtype=np.float64)


def _at_most(n: int, p: float) -> int:
    """The count that is exceeded once in a hundred studies, if the rate is `p`."""
    return int(np.searchsorted(_cumulative(n, p), 0.99))


def _at_least(n: int, p: float) -> int:
    """The count that is fallen short of once in a hundred studies, if the rate is `p`."""
    return n - _at_most(n, 1 - p)
