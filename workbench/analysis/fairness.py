"""The bias audit: error rates per subgroup with intervals, tests of their gaps, one verdict.

Only this module joins sensitive features to what a model said (duty T5). Point rates come from
fairlearn's MetricFrame, intervals from `resampling`, tests from `permutation`. A bootstrap of the
gap itself is no test: it almost never holds 0, even at equality.
"""

from collections.abc import Sequence
from typing import NotRequired, TypedDict

import numpy as np
import pandas as pd

from workbench.analysis.error_rates import DENOMINATOR, LISTED, GroupRow, group_rows, rate_of
from workbench.analysis.permutation import Contrast, gap_test
from workbench.analysis.spread import LEAST_PEOPLE
from workbench.analysis.subgroups import (
    Attribute,
    Bools,
    Incidence,
    Outcomes,
    Sharing,
    rows_apart,
    with_intersections,
)
from workbench.analysis.tables import IntArray
from workbench.analysis.verdicts import (
    LISTED_SHORT,
    ShortGroup,
    holm,
    short_groups,
    tells_from,
    too_few,
    verdict_of,
)
from workbench.domain.errors import BadInput
from workbench.domain.release import AuditVerdict

TESTED = ("fpr", "fnr")
N_REPLICATES = 1_000
NAMED = 4  # groups that a note names; so few are a small count, and the note does not leave
MOST_GROUPS = 60  # values beyond which a feature names people rather than groups


class GapRow(TypedDict):
    """`p_value` before, `p_corrected` after Holm's correction over all tests of the audit.

    `needed` is the denominator from which on a group's rate is known to within the margin (None
    where nothing is pooled, or no number would do); `n_short` groups have less, people counted
    once, and the smallest of them are in `short`: a test may pass by its rule and yet have some.
    `contrast` is the two groups that the p-value speaks of, which are seldom the two
    furthest apart. `few` of `n_few` groups are of too few people to be tested, whatever their rows;
    p-values are 1 where the gap rests on them. None of the six leaves with small cells kept out.
    """

    attribute: str
    metric: str
    gap: float | None
    p_value: float | None
    verdict: str
    p_corrected: float | None
    between: list[str]
    pooled: float | None
    smallest: int
    hidden: NotRequired[bool]  # true where it left without its figures
    needed: NotRequired[int | None]
    n_short: NotRequired[int]
    short: NotRequired[list[ShortGroup]]
    contrast: NotRequired[Contrast | None]
    few: NotRequired[list[str]]
    n_few: NotRequired[int]


class ExcludedRow(TypedDict):
    """Rows that no group of the attribute holds, and why."""

    attribute: str
    group: str
    n: int
    reason: str


class Audit(TypedDict):
    """What `workbench audit --json` prints; `shared` says what rows have in common: ``nothing``,
    people (``cluster``: a row is one person's; ``people``: a row is about one or two; ``groups``:
    about more), which decides what is permuted."""

    n: int
    verdict: str
    groups: list[GroupRow]
    tests: list[GapRow]
    margin: float
    positives: int
    negatives: int
    shared: str
    n_people: int
    excluded: list[ExcludedRow]
    notes: list[str]
    n_replicates: int
    n_permutations: int
    seed: int


def tells_too_little(row: GroupRow, test: GapRow, margin: float) -> bool:
    """True where the rate of a group is not known to within the margin, for want of rows or since
    too few people share them; where the pooled rate is hidden the group's own stands for it."""
    rate = rate_of(row, test["metric"]) if test["pooled"] is None else test["pooled"]
    if any(row["group"] == short["group"] for short in test.get("short", [])):
        return True
    return too_few(rate, row[DENOMINATOR[test["metric"]]], margin)


def audit(
    outcomes: Outcomes,
    attributes: Sequence[Attribute],
    *,
    margin: float,
    seed: int,
    intersections: bool = True,
) -> Audit:
    """Audit `outcomes` by each attribute and, unless told, each intersection of two.

    Raises
    ------
    BadInput
        When there are no rows, no attributes, one named twice, or the margin is no share.
    """
    _require(outcomes, attributes, margin)
    crossed = with_intersections(attributes) if intersections else tuple(attributes)
    n_permutations = max(1_999, 40 * len(crossed) * len(TESTED) - 1)
    tests = _gap_rows(outcomes, crossed, margin, n_permutations, seed)
    n_positive = int((outcomes.cells >= 2).sum())
    return Audit(
        n=len(outcomes),
        verdict=_whole_verdict(tests, {a.name for a in attributes}),
        groups=_all_group_rows(outcomes, crossed, seed),
        tests=tests,
        margin=margin,
        positives=n_positive,
        negatives=len(outcomes) - n_positive,
        shared="groups" if _of_many(outcomes) else outcomes.sharing.value,
        n_people=outcomes.n_people,
        excluded=_excluded(outcomes, attributes),
        notes=_notes(outcomes, attributes, crossed) + _untested(tests, attributes),
        n_replicates=N_REPLICATES,
        n_permutations=n_permutations,
        seed=seed,
    )


def audit_candidates(
    label: Bools,
    prediction: Bools,
    *,
    people: pd.DataFrame,
    sensitive: pd.DataFrame,
    margin: float,
    seed: int,
    intersections: bool = True,
) -> Audit:
    """Audit candidates by the sensitive features of the people they are about.

    `people` has columns candidate (position in `label`) and entity; `sensitive` has entity and
    one column per feature. A person without a row in `sensitive` has no known group. A feature of
    more than `MOST_GROUPS` values in `sensitive`, such as a birth date, tells people apart rather
    than groups, however few of them are in candidates; it is listed among what is excluded.
    """
    outcomes, attributes = about_people(label, prediction, people=people, sensitive=sensitive)
    groups = of_groups(attributes, sensitive)
    found = audit(outcomes, groups, margin=margin, seed=seed, intersections=intersections)
    kept = {a.name for a in groups}
    found["excluded"] += [_no_groups(a, len(outcomes)) for a in attributes if a.name not in kept]
    return found


def audit_rows(
    outcomes: Outcomes, attributes: Sequence[Attribute], *, margin: float, seed: int
) -> tuple[Audit, list[Attribute]]:
    """Audit the rows of any table, and the attributes that are audited: one of more than
    `MOST_GROUPS` values, such as an id, is listed among what is excluded.

    Raises
    ------
    BadInput
        As `audit`, and when no attribute is left.
    """
    groups = [a for a in attributes if len(a.groups) <= MOST_GROUPS]
    beyond = [a for a in attributes if len(a.groups) > MOST_GROUPS]
    if beyond and not groups:
        raise BadInput(
            f"{len(beyond[0].groups):,} values of {beyond[0].name} are no groups; audit a band of "
            f"them, {MOST_GROUPS} at most.",
            code="columns",
        )
    found = audit(outcomes, groups, margin=margin, seed=seed)
    found["excluded"] += [_no_groups(a, len(outcomes)) for a in beyond]
    return found, groups


def _no_groups(attribute: Attribute, n: int) -> ExcludedRow:
    reason = f"{len(attribute.groups):,} values are no groups; audit a band of them"
    return ExcludedRow(attribute=attribute.name, group="(all)", n=n, reason=reason)


def of_groups(attributes: Sequence[Attribute], sensitive: pd.DataFrame) -> list[Attribute]:
    """Those whose values are groups of people, not names of them, among everybody there is."""
    return [a for a in attributes if sensitive[a.name].nunique() <= MOST_GROUPS]


def groups_of_candidates(
    people: pd.DataFrame, sensitive: pd.DataFrame, by: str, *, n: int
) -> Incidence:
    """In which groups of one feature each of n candidates counts, as the audit counts them.

    Raises
    ------
    BadInput
        When there is no such feature, or it has so many values that they name people.
    """
    names = [str(name) for name in sensitive.columns if name != "entity"]
    if by not in names:
        raise BadInput(
            f"There is no sensitive feature {by}; there are: {', '.join(names) or 'none'}.",
            code="columns",
        )
    nothing = np.zeros(n, dtype=np.bool_)
    outcomes, (attribute,) = about_people(
        nothing, nothing, people=people, sensitive=sensitive[["entity", by]]
    )
    if len(attribute.groups) > MOST_GROUPS:
        raise BadInput(
            f"{len(attribute.groups):,} values of {by} are no groups; use a band of them.",
            code="columns",
        )
    return outcomes.incidence(attribute)


def about_people(
    label: Bools, prediction: Bools, *, people: pd.DataFrame, sensitive: pd.DataFrame
) -> tuple[Outcomes, list[Attribute]]:
    """Outcomes of candidates, and each sensitive feature as an attribute of their people."""
    entities, person = np.unique(people["entity"].to_numpy(np.int32), return_inverse=True)
    rows: IntArray = people["candidate"].to_numpy(np.int32)
    outcomes = Outcomes.of(label, prediction).about(rows, person.reshape(-1).astype(np.int32))
    known = sensitive.set_index("entity").reindex(entities)
    return outcomes, [
        Attribute.of(str(name), [None if pd.isna(v) else str(v) for v in known[name]])
        for name in known.columns
    ]


def _whole_verdict(tests: Sequence[GapRow], singles: set[str]) -> str:
    if any(t["verdict"] == AuditVerdict.FAIL for t in tests):
        return AuditVerdict.FAIL.value
    if any(t["verdict"] == AuditVerdict.INSUFFICIENT and t["attribute"] in singles for t in tests):
        return AuditVerdict.INSUFFICIENT.value
    return AuditVerdict.PASS.value


def _of_many(outcomes: Outcomes) -> bool:
    """True where candidates are about people and some about more than two of them."""
    return outcomes.sharing is Sharing.PEOPLE and not outcomes.in_pairs


def _require(outcomes: Outcomes, attributes: Sequence[Attribute], margin: float) -> None:
    names = [a.name for a in attributes]
    twice = sorted({n for n in names if names.count(n) > 1})
    if not len(outcomes):
        raise BadInput("There are no rows to audit; give at least one.", code="empty")
    if not names:
        raise BadInput("No attribute to audit by was named; name at least one.", code="columns")
    if twice:
        raise BadInput(f"Attribute {twice[0]} is named twice; name each once.", code="columns")
    if not 0 <= margin < 1:
        raise BadInput(f"The margin {margin} is no share; give one from 0 to below 1.")


def _all_group_rows(outcomes: Outcomes, crossed: Sequence[Attribute], seed: int) -> list[GroupRow]:
    seeds = np.random.SeedSequence([seed, 0]).generate_state(len(crossed)).tolist()
    return [
        row
        for attribute, own in zip(crossed, seeds, strict=True)
        for row in group_rows(outcomes, attribute, n_replicates=N_REPLICATES, seed=own)
    ]


def _gap_rows(
    outcomes: Outcomes,
    crossed: Sequence[Attribute],
    margin: float,
    n_permutations: int,
    seed: int,
) -> list[GapRow]:
    asked = [(attribute, metric) for attribute in crossed for metric in TESTED]
    seeds = np.random.SeedSequence([seed, 1]).generate_state(len(asked)).tolist()
    found = [
        gap_test(
            outcomes, attribute, metric, margin=margin, n_permutations=n_permutations, seed=own
        )
        for (attribute, metric), own in zip(asked, seeds, strict=True)
    ]
    corrected = holm([test.p_value for test in found])
    short = _short(outcomes, asked, [test.pooled for test in found], margin)
    return [
        GapRow(
            attribute=attribute.name,
            metric=metric,
            gap=test.gap,
            p_value=test.p_value,
            verdict=verdict_of(test, p, margin).value,
            p_corrected=p,
            between=list(test.between),
            pooled=test.pooled,
            smallest=test.n_min,
            needed=tells_from(test.pooled, margin),
            n_short=len(few),
            short=few[:LISTED_SHORT],
            contrast=test.contrast,
            few=list(test.few[:LISTED_SHORT]),
            n_few=len(test.few),
        )
        for (attribute, metric), test, p, few in zip(asked, found, corrected, short, strict=True)
    ]


def _short(
    outcomes: Outcomes,
    asked: Sequence[tuple[Attribute, str]],
    pooled: Sequence[float | None],
    margin: float,
) -> list[list[ShortGroup]]:
    """Per test, the groups of whose rate too little is known."""
    found = []
    for (attribute, metric), rate in zip(asked, pooled, strict=True):
        n, apart = rows_apart(outcomes, attribute, metric)
        groups = outcomes.incidence(attribute).groups
        found.append(short_groups(groups, n, apart, rate, margin))
    return found


def _excluded(outcomes: Outcomes, attributes: Sequence[Attribute]) -> list[ExcludedRow]:
    """Rows about nobody, then per attribute those whose group is missing."""
    rows: list[ExcludedRow] = []
    n_nobody = 0
    if outcomes.sharing is Sharing.PEOPLE:
        n_nobody = len(outcomes) - len(np.unique(outcomes.rows))
    for attribute in attributes:
        n_held = len(np.unique(outcomes.incidence(attribute).outcome))
        left_out = (
            ("(nobody)", n_nobody, "about no person"),
            ("(missing)", len(outcomes) - n_nobody - n_held, "no group given"),
        )
        rows += [
            ExcludedRow(attribute=attribute.name, group=group, n=n, reason=reason)
            for group, n, reason in left_out
            if n
        ]
    return rows


def _notes(
    outcomes: Outcomes, attributes: Sequence[Attribute], crossed: Sequence[Attribute]
) -> list[str]:
    """What a reader must know of the table before its rates."""
    notes = []
    if len(np.unique(outcomes.cells % 2)) == 1:
        notes.append("Every prediction is the same, so no gap between groups can show.")
    if len(np.unique(outcomes.cells // 2)) == 1:
        notes.append("Every label is the same, so one of the two error rates has no denominator.")
    notes += [
        f"Attribute {a.name} has fewer than two groups, so nothing can be compared."
        for a in attributes
        if len(outcomes.incidence(a).groups) < 2
    ]
    most = max(len(outcomes.incidence(a).groups) for a in crossed)
    if most > LISTED:
        notes.append(
            f"Attributes have up to {most:,} subgroups; of each the {LISTED} largest are listed, "
            "all are tested."
        )
    return notes


def _untested(tests: Sequence[GapRow], attributes: Sequence[Attribute]) -> list[str]:
    """Per single attribute and error, how many groups are of too few people, and which where few
    are."""
    names = {attribute.name for attribute in attributes}
    notes = []
    for test in tests:
        n = test["n_few"]
        if n and test["attribute"] in names:
            many = f"{n:,} {'group is' if n == 1 else 'groups are'}"
            named = f": {', '.join(sorted(test['few']))}" if n <= NAMED else ""
            by, of = test["attribute"].replace("_", " "), DENOMINATOR[test["metric"]]
            notes.append(
                f"By {by}, {many} not tested among {of}, for want of {LEAST_PEOPLE} people{named}."
            )
    return notes
