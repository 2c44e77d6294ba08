"""A study of the auditor itself: does it keep its rate of false alarms, and what does it see.

Tables are drawn whose truth is known: without any gap, with people who share rows, with a gap of
known size. On each the audit runs as users run it. Beside it run two ways of testing that are in
wide use and do not keep their rate: a count-based test on rows that share people, and a bootstrap
of the largest difference read as a test.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypedDict

import numpy as np

from workbench.analysis.fairness import Audit, audit
from workbench.analysis.subgroups import Attribute, Floats, Outcomes
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


def trial(seed: int) -> Trial:
    """All parts of the study for one seed."""
    streams = [np.random.default_rng([seed, part]) for part in range(3 + len(GROUP_SIZES))]
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
        found=tuple(_audited(*table, seed)["verdict"] == "fail" for table in sizes),
    )


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


def _pairs(rng: np.random.Generator) -> tuple[Outcomes, Attribute]:
    """Pairs of people, none true, whose errors come from the people in them; no group differs."""
    ends = np.sort(rng.choice(PEOPLE, (2 * PAIRS, 2)), axis=1)
    ends = np.unique(ends[ends[:, 0] != ends[:, 1]], axis=0)
    ends = rng.permutation(ends)[:PAIRS]
    own = rng.normal(0, 1, PEOPLE)
    wrong = rng.random(len(ends)) < 1 / (1 + np.exp(2.0 - own[ends].sum(axis=1)))
    rows = np.repeat(np.arange(len(ends), dtype=np.int32), 2)
    group = rng.integers(0, 2, PEOPLE).astype(np.int32)
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


def study(trials: Sequence[Trial]) -> list[StudyRow]:
    """One row per question, with what the promise allows at 99 % (exact binomial)."""
    most, least = _at_most(len(trials), ALPHA), _at_least(len(trials), 0.95)
    counted: list[tuple[str, Callable[[Trial], bool], int | None, int | None, str]] = [
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
    ]  # fmt: skip
    rows = [
        StudyRow(
            question=question,
            n_seen=sum(map(seen, trials)),
            n=len(trials),
            least=low,
            most=high,
            promise=promise,
        )
        for question, seen, low, high, promise in counted
    ]
    rows += [
        StudyRow(
            question=f"A gap of {100 * GAP:.0f} points in a group of {size:,}: found (power)",
            n_seen=sum(t.found[k] for t in trials),
            n=len(trials),
            least=None,
            most=None,
            promise="none, for information",
        )
        for k, size in enumerate(GROUP_SIZES)
    ]
    return rows


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
