"""When data is fit for use: thresholds, each with its reason, and what came of each.

This is the one place where the limits stand. A dataset may set its own under ``[quality.limits]``
in dataset.toml; the outcome then shows the limit from here beside it, so that whoever accepts the
data sees that it was moved. What blocks is breached until a person excuses it in writing.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Final

import numpy as np

from workbench.analysis.uncertainty import wilson
from workbench.domain.errors import BadInput

LEAST = 30  # fewer rows or persons tell nothing of a share
CHANCE = 0.05  # of one false alarm in all the gaps of a kind (Bonferroni)
HOLDS, BREACHED, NOTED, NOT_MEASURED = "holds", "breached", "noted", "not_measured"
PLACES = 20


@dataclass(frozen=True, slots=True)
class Threshold:
    """A limit in the unit that `measures` names; at most, or at least where `is_floor`."""

    name: str
    limit: float
    measures: str
    reason: str
    blocks: bool = True
    is_floor: bool = False


THRESHOLDS: Final = (
    Threshold(
        "missing_meaning",
        0.20,
        "largest share of empty cells in a column mapped to label, amount, role or known_at",
        "Models read these columns; where a fifth is empty, what is there is a sample that nobody "
        "drew.",
    ),
    Threshold(
        "missing_gap",
        0.10,
        "largest gap between a group's share of empty cells and everybody else's, in one column "
        "of the persons",
        "What is missing more often for one group hides its people or makes them look alike, and "
        "the errors fall on them.",
    ),
    Threshold(
        "duplicate_rows",
        0.02,
        "largest share of rows in a table that repeat another in all but the id",
        "A row that is there twice counts twice in every degree, sum and corroboration.",
    ),
    Threshold(
        "repeated_persons",
        0.02,
        "share of persons with the name and birth date of another in the same source",
        "One source should know a person once; repeats split a person's links and make two people "
        "look hidden from each other.",
    ),
    Threshold(
        "impossible_values",
        0.01,
        "largest share of filled cells in a column that cannot be true",
        "One in a hundred is no slip of the pen: a column was read wrong or filled by default.",
    ),
    Threshold(
        "dangling_ends",
        0.10,
        "largest share of entities of a kind that only a link names, where a table states that "
        "kind",
        "Links to what no table states mean that a part of the delivery did not come.",
    ),
    Threshold(
        "silent_months",
        0,
        "months in which a source delivered under a quarter of what is usual",
        "What was not recorded looks like what did not happen, and what is late looks like what "
        "fell.",
    ),
    Threshold(
        "late_arrival",
        180,
        "days until nine in ten of a source's records were known, for the slowest",
        "What becomes known half a year later is not there when a model has to speak.",
        blocks=False,
    ),
    Threshold(
        "absent_groups",
        0,
        "groups that are missing from a Member State or from all links although at least 20 "
        "persons were to be expected",
        "Of a group that is not there nothing can be learned, and no audit can say whom it wrongs.",
    ),
    Threshold(
        "under_represented",
        0.50,
        "smallest share of a group among the persons, against its share in the population that "
        "dataset.toml names",
        "Under half of its share, a group's errors drown in those of the others.",
        is_floor=True,
    ),
    Threshold(
        "small_groups",
        LEAST,
        "persons in the smallest group",
        "Of fewer than thirty persons an error rate says nothing; the bias audit will call it "
        "insufficient.",
        blocks=False,
        is_floor=True,
    ),
    Threshold(
        "label_gap",
        0.10,
        "largest gap between the share of a group that was recorded as suspect and everybody "
        "else's",
        "A label says what was recorded, not what was done; base rates may differ lawfully, so "
        "this is told and blocks nothing.",
        blocks=False,
    ),
    Threshold(
        "unassessed_labels",
        0.50,
        "share of suspect records with source grade X or information grade 4",
        "A label that nobody could assess is a rumour; learning from mostly rumours spreads them.",
    ),
    Threshold(
        "label_grade_gap",
        0.10,
        "largest gap between a group's share of suspect records graded X or 4 and everybody else's",
        "Where one group is named on weaker ground, a model learns the weaker ground.",
    ),
    Threshold(
        "circular_reporting",
        0.20,
        "share of what states say of a pair that only passes on another state's report",
        "Corroboration counts independent origins; one report through two states is one report.",
    ),
)
_BY_NAME: Final = {one.name: one for one in THRESHOLDS}


@dataclass(frozen=True, slots=True, kw_only=True)
class Measure:
    """A count of what was looked for (`what`) among `n`, at a place and, it may be, for a group.

    `where` is a table, ``table.column``, kind or Member State.
    """

    where: str
    what: str
    n: int
    count: int
    attribute: str = ""
    group: str = ""
    source: str = ""

    @property
    def share(self) -> float | None:
        return self.count / self.n if self.n else None

    def as_json(self) -> dict[str, Any]:
        """With `share` (0 to 1) and its 95 % `interval` (Wilson 1927), null where `n` is 0."""
        said: dict[str, Any] = asdict(self)
        if not self.n:
            return {**said, "share": None, "interval": None}
        low, high = wilson(np.array([self.count / self.n]), np.array([self.n]))
        interval = [round(float(low[0]), 4), round(float(high[0]), 4)]
        return {**said, "share": round(self.count / self.n, 4), "interval": interval}


@dataclass(frozen=True, slots=True)
class Found:
    """A value at a place; `certain` unless chance may have made it."""

    place: str
    value: float
    certain: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What came of a threshold. `value` is the worst; `places` those beyond the limit, worst first.

    `verdict` is holds, breached, noted (beyond a limit that does not block), or not_measured
    where the delivery holds nothing, or too little, to measure.
    """

    name: str
    verdict: str
    value: float | None
    limit: float
    default: float
    blocks: bool
    places: tuple[str, ...]
    n_places: int
    measures: str
    reason: str

    @property
    def in_words(self) -> str:
        """One sentence: what was measured, the worst value, the limit, where."""
        if self.value is None:
            return f"{_capital(self.measures)}: nothing here to measure."
        bound = "least" if _BY_NAME[self.name].is_floor else "most"
        moved = "" if self.limit == self.default else f", moved from {self.default:g}"
        text = f"{_capital(self.measures)}: {self.value:.4g} (at {bound} {self.limit:g}{moved})"
        shown = ", ".join(self.places[:3])
        more = f" and {self.n_places - 3} more" if self.n_places > 3 else ""
        return f"{text}; {shown}{more}." if shown else f"{text}."

    def as_json(self) -> dict[str, Any]:
        return {**asdict(self), "places": list(self.places), "in_words": self.in_words}


def limits(own: Mapping[str, float]) -> dict[str, float]:
    """The limits by name, with a dataset's own in place of ours.

    Raises
    ------
    BadInput
        Code ``manifest``, when a name is none of ours or a limit is below 0.
    """
    wrong = sorted(name for name, limit in own.items() if name not in _BY_NAME or not limit >= 0)
    if wrong:
        raise BadInput(
            f"quality.limits {', '.join(wrong)} cannot be used: a limit is a number from 0 on for "
            f"one of {', '.join(_BY_NAME)}.",
            code="manifest",
        )
    return {name: float(own.get(name, one.limit)) for name, one in _BY_NAME.items()}


def judge(name: str, found: Iterable[Found], limit: float) -> Outcome:
    """What comes of the threshold `name` when `found` is what was measured."""
    threshold = _BY_NAME[name]
    worst_first = sorted(found, key=lambda f: f.value if threshold.is_floor else -f.value)
    beyond = [
        f
        for f in worst_first
        if f.certain and (f.value < limit if threshold.is_floor else f.value > limit)
    ]
    verdict = NOT_MEASURED if not worst_first else HOLDS
    if beyond:
        verdict = BREACHED if threshold.blocks else NOTED
    worst = next(iter([*beyond, *worst_first]), None)
    return Outcome(
        name=name,
        verdict=verdict,
        value=None if worst is None else round(worst.value, 6),
        limit=limit,
        default=threshold.limit,
        blocks=threshold.blocks,
        places=tuple(f.place for f in beyond[:PLACES]),
        n_places=len(beyond),
        measures=threshold.measures,
        reason=threshold.reason,
    )


def gaps(rows: Sequence[Measure]) -> list[Found]:
    """How far each group's share lies from everybody else's, at the same place and attribute.

    Groups under `LEAST` are left out. A gap is certain when Fisher's exact test (1935, both tails),
    corrected for the number of gaps, finds it at `CHANCE`. Rows count independent persons.
    """
    from scipy.stats import hypergeom

    total: dict[tuple[str, ...], tuple[int, int]] = {}
    for row in rows:
        n, count = total.get(_family(row), (0, 0))
        total[_family(row)] = (n + row.n, count + row.count)
    told: list[tuple[Measure, float, float]] = []
    for row in rows:
        n, count = total[_family(row)]
        if row.n < LEAST or n - row.n < LEAST:
            continue
        gap = abs(row.count / row.n - (count - row.count) / (n - row.n))
        chance = hypergeom(n, count, row.n)
        tail = min(float(chance.cdf(row.count)), float(chance.sf(row.count - 1)))
        told.append((row, gap, min(1.0, 2 * tail)))
    return [
        Found(f"{row.where} · {row.attribute} {row.group}", gap, p * len(told) < CHANCE)
        for row, gap, p in told
    ]


def _family(row: Measure) -> tuple[str, ...]:
    return row.where, row.what, row.attribute


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
