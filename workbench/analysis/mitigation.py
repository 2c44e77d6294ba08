"""Mitigations side by side: what each would do to errors and to the gap between groups.

An experiment, and nothing else. Some of these methods read the trait while they learn, some draw
lots, one needs the trait of whoever it is used on: they are compared here and never used on
persons. Nothing that is learnt here is given back, so that nothing of it can be served.
"""

from collections.abc import Mapping, Sequence
from typing import Any, TypedDict

import numpy as np

from workbench.analysis.fitted_model import FittedModel, to_matrix
from workbench.analysis.mitigating import (
    BOTH_ERRORS,
    LEAST,
    METHODS,
    Part,
    Said,
    Task,
    enough,
    one_group_each,
    weighable,
)
from workbench.analysis.mitigation_words import (
    OF,
    Bounds,
    GroupRow,
    MeasureRow,
    MethodRow,
    absent_words,
    aim_of,
    method_words,
    sentence,
)
from workbench.analysis.modelling import Fitted, Sample
from workbench.analysis.soft_rates import (
    MEASURES,
    N_REPLICATES,
    Crowd,
    Found,
    counted,
    measured,
    soft_cells,
)
from workbench.analysis.subgroups import MISSING, Floats, Incidence, shares
from workbench.analysis.tables import FloatArray, IntArray
from workbench.domain.errors import BadInput

SLICES = ("train", "calibrate", "test")
OTHERS = "(smaller groups together)"


class GroupSize(TypedDict):
    """How many rows count in a group in the test slice, and in which errors it is compared."""

    group: str
    positives: int
    negatives: int
    compared: list[str]


class Comparison(TypedDict):
    """`pooled` groups had too few rows to learn from and were learnt from as one, or not at all.

    `failed` are the errors that the audit failed on by this trait; `errors` those that were to be
    made alike; `absent` says why an error has no gap.
    """

    by: str
    groups: list[GroupSize]
    pooled: list[str]
    failed: list[str]
    errors: list[str]
    absent: dict[str, str]
    slices: dict[str, dict[str, int]]
    n_people: int
    n_replicates: int
    methods: list[MethodRow]
    sentence: str


def compare(
    fitted: Fitted,
    slices: Mapping[str, Sample],
    groups: Mapping[str, Incidence],
    *,
    by: str,
    seed: int,
    failed: tuple[str, ...] = (),
) -> Comparison:
    """What each method would do, measured on the test slice.

    Parameters
    ----------
    fitted : Fitted
        What the run serves, which is compared as it is.
    slices : mapping
        Train, calibrate and test, as training made them.
    groups : mapping
        Of the same slices, in which groups of the trait candidates count.
    by : str
        The trait's name.
    failed : tuple of str
        Errors that the audit of the run failed on by this trait, which methods then aim at; both
        errors where it failed on neither.

    Raises
    ------
    BadInput
        When the model cannot learn under weights, or fewer than two groups have enough rows of
        either error to learn from or to be compared.
    """
    weighable(fitted)
    large, pooled, errors = regrouped(groups, slices, failed)
    parts = {
        name: _part(fitted, one, one_group_each(large[name], len(one)))
        for name, one in slices.items()
    }
    said = _said(fitted, parts, len(large["test"].groups), errors, seed)
    test, incidence = slices["test"], groups["test"]  # measured on groups as they are
    crowd = Crowd.of(len(test), test.people, incidence)
    between = _compared(crowd, test.labels, errors)
    forward = {name: one.forward for name, one in said.items()}
    found = measured(crowd, test.labels, forward, between=between, seed=seed)
    aim = aim_of(errors)
    rows = [
        _row(name, one, found[name], aim, _by_group(crowd, test.labels, one.forward, incidence))
        for name, one in said.items()
    ]
    return Comparison(
        by=by,
        groups=_sizes(crowd, test.labels, incidence, between),
        pooled=pooled,
        failed=list(failed),
        errors=list(errors),
        absent={error: absent_words(error, LEAST) for error, those in between.items() if not those},
        slices={
            name: {"candidates": len(one), "true": int(one.labels.sum())}
            for name, one in slices.items()
        },
        n_people=int(crowd.persons.shape[0]),
        n_replicates=N_REPLICATES,
        methods=rows,
        sentence=sentence(rows, by, aim, failed),
    )


def _said(
    fitted: Fitted,
    parts: Mapping[str, Part],
    n_groups: int,
    errors: tuple[str, ...],
    seed: int,
) -> dict[str, Said]:
    assert isinstance(fitted, FittedModel)  # noqa: S101  # `weighable` has seen to it
    task = Task(
        fitted=fitted,
        train=parts["train"],
        calibrate=parts["calibrate"],
        test=parts["test"],
        n_groups=n_groups,
        errors=errors,
        seed=seed,
    )
    return {name: method(task) for name, method in METHODS.items()}


def failed_errors(audit: Mapping[str, Any], by: str) -> tuple[str, ...]:
    """The errors on which the document of an audit says that one attribute failed."""
    failed = {
        test["metric"]
        for test in audit["tests"]
        if test["attribute"] == by and test["verdict"] == "fail"
    }
    return tuple(error for error in BOTH_ERRORS if error in failed)


def regrouped(
    groups: Mapping[str, Incidence], slices: Mapping[str, Sample], failed: tuple[str, ...] = ()
) -> tuple[dict[str, Incidence], list[str], tuple[str, ...]]:
    """The slices with the same groups, all large enough to learn from, those pooled for it, and
    which errors they are large enough for.

    Each error has rows of its own: misses are counted among true ones, false positives among false
    ones. Where the audit failed on one error, that one is taken and no other. Where groups are too
    small for both, the error that they are large enough for is taken.

    Raises
    ------
    BadInput
        When fewer than two groups are large enough for any that may be taken.
    """
    may_be_taken = (failed,) if len(failed) == 1 else (BOTH_ERRORS, ("fpr",), ("fnr",))
    for errors in may_be_taken:
        found, pooled, wanted = _large_enough(groups, slices, errors)
        if len(wanted) > 1:
            return found, pooled, errors
    names = {name for one in groups.values() for name in one.groups}
    few = " or ".join(f"{LEAST} {OF[error]}" for error in failed or BOTH_ERRORS)
    raise BadInput(
        f"Of {len(names)} groups fewer than two have {few} candidates in both the training and the "
        "calibration slice, the small ones taken together; choose another attribute or a larger "
        "dataset.",
        code="too_few_true",
    )


def _large_enough(
    groups: Mapping[str, Incidence], slices: Mapping[str, Sample], errors: tuple[str, ...]
) -> tuple[dict[str, Incidence], list[str], list[str]]:
    """A group too small in the training or the calibration slice is pooled with the others like
    it. A pool that is still too small is left out."""
    names = sorted({name for one in groups.values() for name in one.groups})
    learnt = [s for s in SLICES if s != "test"]
    whole = {s: _numbered(one, one.groups, names) for s, one in groups.items()}
    kept = [
        name for name in names if all(_large(whole[s], slices[s], name, errors) for s in learnt)
    ]
    pooled = [name for name in names if name not in kept]
    wanted = [*kept, OTHERS] if pooled else kept
    found = {
        s: _numbered(one, [n if n in kept else OTHERS for n in names], wanted)
        for s, one in whole.items()
    }
    if pooled and not all(_large(found[s], slices[s], OTHERS, errors) for s in learnt):
        wanted = kept
        found = {s: _numbered(one, one.groups, kept) for s, one in found.items()}
    return found, pooled, wanted


def _numbered(incidence: Incidence, new: Sequence[str], wanted: Sequence[str]) -> Incidence:
    """The incidence with its i-th group called ``new[i]``, numbered as in `wanted`, others out."""
    place = {name: i for i, name in enumerate(wanted)}
    of = np.array([place.get(name, MISSING) for name in new], dtype=np.int32)
    group = of[incidence.group]
    some = group != MISSING
    return Incidence(incidence.outcome[some], group[some], tuple(wanted))


def _large(incidence: Incidence, sample: Sample, name: str, errors: tuple[str, ...]) -> bool:
    groups = one_group_each(incidence, len(sample))
    found = enough(groups, sample.labels, len(incidence.groups), errors)
    return bool(found[incidence.groups.index(name)])


def _part(fitted: Fitted, sample: Sample, groups: IntArray) -> Part:
    rows = to_matrix(sample.features, fitted.feature_names)
    return Part(rows=rows, labels=sample.labels, groups=groups)


def _compared(crowd: Crowd, labels: IntArray, errors: Sequence[str]) -> dict[str, list[int]]:
    """Per error the groups with enough rows of it in the test slice for a gap to mean something;
    one of `errors` must have a gap."""
    table = _table(crowd, labels)
    found: dict[str, list[int]] = {}
    for column, error in enumerate(BOTH_ERRORS):
        those = np.flatnonzero(table[:-1, column] >= LEAST).tolist()
        found[error] = those if len(those) > 1 else []
    if not any(found[error] for error in errors):
        raise BadInput(
            f"Fewer than two groups have {LEAST} candidates of an error in the test slice; two are "
            "needed to compare, so choose another attribute or a larger dataset.",
            code="too_few_true",
        )
    return found


def _table(crowd: Crowd, labels: IntArray) -> Floats:
    """Negatives and positives per group, everybody last."""
    cells = soft_cells(labels, np.zeros(len(labels)))
    return counted(crowd, cells)[:, [0, 2]]


def _sizes(
    crowd: Crowd, labels: IntArray, incidence: Incidence, between: Mapping[str, Sequence[int]]
) -> list[GroupSize]:
    table = _table(crowd, labels)
    return [
        GroupSize(
            group=name,
            positives=int(table[g, 1]),
            negatives=int(table[g, 0]),
            compared=[error for error, those in between.items() if g in those],
        )
        for g, name in enumerate(incidence.groups)
    ]


def _by_group(
    crowd: Crowd, labels: IntArray, forward: FloatArray, incidence: Incidence
) -> list[GroupRow]:
    table = counted(crowd, soft_cells(labels, forward))
    fpr, fnr = shares(table, "fpr"), shares(table, "fnr")
    return [
        GroupRow(group=name, fpr=_number(float(fpr[g])), fnr=_number(float(fnr[g])))
        for g, name in enumerate(incidence.groups)
    ]


def _row(
    name: str, said: Said, found: Mapping[str, Found], aim: str, by_group: list[GroupRow]
) -> MethodRow:
    about = method_words(name, said.parameters)
    gap, error = found[aim].difference_interval, found["balanced_error"].difference_interval
    return MethodRow(
        name=name,
        label=about.label,
        does=about.does,
        reads=about.reads,
        draws_lots=about.draws_lots,
        on_persons=about.on_persons,
        why=about.why,
        parameters=dict(said.parameters),
        measures={measure: _measure(found[measure]) for measure in MEASURES},
        by_group=by_group,
        narrower=gap is not None and gap[1] < 0,
        costlier=error is not None and error[0] > 0,
    )


def _measure(found: Found) -> MeasureRow:
    return MeasureRow(
        value=_number(found.value),
        interval=_bounds(found.interval),
        difference=_number(found.difference),
        difference_interval=_bounds(found.difference_interval),
    )


def _bounds(interval: tuple[float, float] | None) -> Bounds:
    return None if interval is None else list(interval)


def _number(value: float) -> float | None:
    return None if np.isnan(value) else value
