"""Ways to narrow a gap between groups, each as what it would put forward on a later slice.

Learn on the training slice, choose thresholds on the calibration slice, say something of the test
slice: as training does. Every method aims at the working point of the run: a method that weighs
errors weighs a miss against a false one as the run's own threshold t does, (1 - t) to t.

Methods that take the trait want one group per row, where the audit counts a row about many people
in each of their groups. A pair has its unordered pair of groups; a row about more people takes the
group that most of them are of (the first by name on a tie). A row without a group, its trait being
unknown, keeps weight 1, constrains nothing and is decided as without mitigation.
"""

import warnings
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from workbench.analysis.fitted_model import FittedModel, decision, one_thread
from workbench.analysis.subgroups import MISSING, Incidence
from workbench.analysis.tables import FloatArray, IntArray
from workbench.analysis.uncertainty import calibrate, choose_threshold
from workbench.analysis.wording import Matrix
from workbench.domain.errors import BadInput

LEAST = (
    10  # rows that an error needs of a group in each slice: true ones of a miss, false ones of a
)
# false positive
BOTH_ERRORS = ("fpr", "fnr")
MOST_ROWS = 4_000  # that ExponentiatedGradient learns on; true ones are kept, false ones drawn
MOST_ITERATIONS = 12  # of ExponentiatedGradient, each with a few fits
BOUND = 0.02  # how far a group's rates may lie from those of all (ExponentiatedGradient)
RECALL_LOSS = 0.05  # of the shared threshold, against the run's own
MORE = 1.25  # times as many may be put forward by it
N_THRESHOLDS = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One slice: n rows of features, their labels, and one group of each (`MISSING` for none)."""

    rows: Matrix
    labels: IntArray
    groups: IntArray


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """A trained model and the three slices; `n_groups` groups are numbered from 0.

    `errors` are those that groups have enough rows for, and are to be made alike in.
    """

    fitted: FittedModel
    train: Part
    calibrate: Part
    test: Part
    n_groups: int
    errors: tuple[str, ...]
    seed: int

    @property
    def constraint(self) -> str:
        """What equalises `errors`, as fairlearn calls it."""
        return _CONSTRAINTS[self.errors]


_CONSTRAINTS: Mapping[tuple[str, ...], str] = {
    BOTH_ERRORS: "equalized_odds",
    ("fpr",): "false_positive_rate_parity",
    ("fnr",): "true_positive_rate_parity",
}


@dataclass(frozen=True, slots=True)
class Said:
    """Per test row the probability that it is put forward, and what the method was told or chose.

    The probability is 0 or 1 unless the method draws lots.
    """

    forward: FloatArray
    parameters: Mapping[str, float | int | str]


def one_group_each(incidence: Incidence, n: int) -> IntArray:
    """The group of each of n rows that most of its people are of; `MISSING` where it has none."""
    wide = max(len(incidence.groups), 1)
    found, times = np.unique(
        incidence.outcome.astype(np.int64) * wide + incidence.group, return_counts=True
    )
    row, group = found // wide, found % wide
    order = np.lexsort((group, -times, row))
    first = order[np.flatnonzero(np.diff(row[order], prepend=-1))]
    out = np.full(n, MISSING, dtype=np.int32)
    out[row[first]] = group[first]
    return out


def enough(
    groups: IntArray, labels: IntArray, n_groups: int, errors: tuple[str, ...] = BOTH_ERRORS
) -> npt.NDArray[np.bool_]:
    """Which groups have `LEAST` rows for each of `errors`."""
    known = groups != MISSING
    found = np.ones(n_groups, dtype=np.bool_)
    for error in errors:
        mine = (labels == 1) if error == "fnr" else (labels != 1)
        found &= np.bincount(groups[known & mine], minlength=n_groups) >= LEAST
    return found


def weighable(fitted: Any) -> Any:
    """The estimator of a fitted model, when it can learn anew under weights.

    Raises
    ------
    BadInput
        When the model has no scikit-learn estimator on features whose fit takes sample_weight.
    """
    from sklearn.base import is_classifier
    from sklearn.utils.validation import has_fit_parameter

    found: Any = fitted.estimator if isinstance(fitted, FittedModel) else None
    last = found[-1] if hasattr(found, "steps") else found
    if last is None or not is_classifier(last) or not has_fit_parameter(last, "sample_weight"):
        raise BadInput(
            "This model is no scikit-learn estimator on features that learns under weights, so no "
            "mitigation can be compared; audit it instead."
        )
    return found


def weight_name(estimator: Any) -> str:
    """What `fit` calls the weights of rows: that of the last step where there are steps."""
    return f"{estimator.steps[-1][0]}__sample_weight" if hasattr(estimator, "steps") else (
        "sample_weight"
    )  # fmt: skip


def reweighing(labels: IntArray, groups: IntArray) -> FloatArray:
    """Weights under which group and label are independent (Kamiran and Calders 2012).

    A row of group g and label y weighs P(g) P(y) / P(g, y); 1 where it has no group.
    """
    weights = np.ones(len(labels))
    known = groups != MISSING
    g, y = groups[known].astype(np.int64), (labels[known] == 1).astype(np.int64)
    if not len(g):
        return weights
    table = np.bincount(2 * g + y, minlength=2 * (int(g.max()) + 1)).reshape(-1, 2)
    wanted = table.sum(axis=1, keepdims=True) * table.sum(axis=0, keepdims=True) / table.sum()
    ratio = np.divide(wanted, table, out=np.ones(table.shape), where=table > 0)
    weights[known] = ratio[g, y]
    return weights


def nothing(task: Task) -> Said:
    """The run as it is."""
    said = _probability(task.fitted, task.test.rows) >= task.fitted.threshold
    return Said(said.astype(np.float64), {"threshold": task.fitted.threshold})


def reweighed(task: Task) -> Said:
    """The same estimator under `reweighing`, calibrated, its threshold chosen as in training."""
    from sklearn.base import clone

    old, train, later = weighable(task.fitted), task.train, task.calibrate
    weights = reweighing(train.labels, train.groups)
    with one_thread():
        new = clone(old).fit(train.rows, train.labels, **{weight_name(old): weights})
    scores = decision(new, later.rows)
    calibrator = calibrate(scores, later.labels)
    threshold = choose_threshold(calibrator(scores), later.labels)
    said = calibrator(decision(new, task.test.rows)) >= threshold
    chosen = {"threshold": threshold, "least_weight": float(weights.min())}
    return Said(said.astype(np.float64), chosen | {"greatest_weight": float(weights.max())})


def exponentiated(task: Task) -> Said:
    """fairlearn's ExponentiatedGradient under equal errors (Agarwal et al. 2018).

    What it gives is a lottery over estimators; `forward` is the chance to be put forward, over all
    draws. False rows beyond `MOST_ROWS` are drawn at random and weigh more in turn, which leaves
    both error rates as they are.
    """
    from fairlearn import reductions
    from sklearn.base import clone

    old, train = weighable(task.fitted), task.train
    rows, share = _kept(train, task.seed)
    t = task.fitted.threshold
    alike = {
        "equalized_odds": reductions.EqualizedOdds,
        "false_positive_rate_parity": reductions.FalsePositiveRateParity,
        "true_positive_rate_parity": reductions.TruePositiveRateParity,
    }[task.constraint]
    lottery = reductions.ExponentiatedGradient(
        clone(old),
        alike(difference_bound=BOUND),
        objective=reductions.ErrorRate(costs={"fp": t / share, "fn": 1 - t}),
        max_iter=MOST_ITERATIONS,
        sample_weight_name=weight_name(old),
    )
    with one_thread(), _known_warning():
        lottery.fit(
            train.rows[rows], train.labels[rows], sensitive_features=train.groups[rows]
        )  # fmt: skip
        forward = lottery._pmf_predict(task.test.rows)[:, 1]
    told: dict[str, float | int | str] = {
        "constraint": task.constraint.replace("_", " "),
        "difference_bound": BOUND,
        "n_rows": len(rows),
        "n_estimators": int((lottery.weights_ > 1e-6).sum()),
        "n_fits": int(lottery.n_oracle_calls_),
        "best_gap": float(lottery.best_gap_),
    }
    return Said(np.clip(forward, 0.0, 1.0), told)


@contextmanager
def _known_warning() -> Iterator[None]:
    """fairlearn 0.15 does within itself what pandas 3 warns that pandas 4 will no longer do."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", pd.errors.Pandas4Warning)
        yield


def _kept(train: Part, seed: int) -> tuple[npt.NDArray[np.int64], float]:
    """Rows of a group, false ones drawn where there are too many, and the share that was drawn."""
    known = train.groups != MISSING
    true = np.flatnonzero(known & (train.labels == 1))
    false = np.flatnonzero(known & (train.labels != 1))
    n_false = min(len(false), max(MOST_ROWS - len(true), MOST_ROWS // 2))
    drawn = np.random.default_rng(seed).permutation(false)[:n_false]
    return np.sort(np.concatenate([true, drawn])), n_false / len(false)


def shared_threshold(task: Task) -> Said:
    """Another threshold for everybody: the narrowest gap on the calibration slice.

    Among thresholds that lose at most `RECALL_LOSS` of recall and put forward at most `MORE` times
    as many as the run's own, which bounds the trivial answers (all, or none).
    """
    fitted, later = task.fitted, task.calibrate
    probability = _probability(fitted, later.rows)
    own = probability >= fitted.threshold
    true = later.labels == 1
    least, most = (own & true).sum() - RECALL_LOSS * true.sum(), MORE * own.sum()
    steps = np.unique(np.quantile(probability, np.linspace(0, 1, N_THRESHOLDS), method="nearest"))
    best, threshold = _widest(own, later, task), fitted.threshold
    for step in steps.tolist():
        said = probability >= step
        if (said & true).sum() >= least and said.sum() <= most:
            gap = _widest(said, later, task)
            if gap < best:
                best, threshold = gap, step
    forward = _probability(fitted, task.test.rows) >= threshold
    chosen = {"threshold": threshold, "instead_of": fitted.threshold, "gap_when_chosen": best}
    return Said(forward.astype(np.float64), chosen)


def _widest(said: npt.NDArray[np.bool_], part: Part, task: Task) -> float:
    """The widest gap between groups in the task's errors."""
    gaps, n_groups = [], task.n_groups
    for error in task.errors:
        true = part.labels == 1
        rows, wrong = (true, ~said) if error == "fnr" else (~true, said)
        mine = rows & (part.groups != MISSING)
        n = np.bincount(part.groups[mine], minlength=n_groups)
        e = np.bincount(part.groups[mine & wrong], minlength=n_groups)
        rate = e[n > 0] / n[n > 0]
        gaps.append(float(np.ptp(rate)) if len(rate) else 0.0)
    return max(gaps)


def optimised(task: Task) -> Said:
    """fairlearn's ThresholdOptimizer under equal errors (Hardt, Price and Srebro 2016).

    A threshold for each group, and lots between two. True rows stand in its table as many times as
    a miss outweighs a false one, since it takes no weights. A group without a true row, or without
    a false one, to choose by is decided as without mitigation.
    """
    from fairlearn.postprocessing import ThresholdOptimizer

    fitted, later, test = task.fitted, task.calibrate, task.test
    t = fitted.threshold
    times = max(round((1 - t) / t), 1)
    chosen_for = _with_both(later, task.n_groups)
    known = np.isin(later.groups, chosen_for)
    row = np.repeat(np.flatnonzero(known), np.where(later.labels[known] == 1, times, 1))
    told: dict[str, float | int | str] = {
        "constraint": task.constraint.replace("_", " "),
        "times": times,
        "n_groups": len(chosen_for),
    }
    forward, mine = nothing(task).forward.copy(), np.isin(test.groups, chosen_for)
    if not mine.any():
        return Said(forward, told)
    chooser = ThresholdOptimizer(
        estimator=weighable(fitted),
        constraints=task.constraint,
        objective="accuracy_score",
        prefit=True,
        predict_method="decision_function",
    )
    with one_thread(), _known_warning():
        chooser.fit(later.rows[row], later.labels[row], sensitive_features=later.groups[row])
        lots = chooser._pmf_predict(test.rows[mine], sensitive_features=test.groups[mine])[:, 1]
    forward[mine] = lots
    return Said(np.clip(forward, 0.0, 1.0), told)


def _with_both(part: Part, n_groups: int) -> IntArray:
    """Groups that have a true row and a false one."""
    known = part.groups != MISSING
    counts = [
        np.bincount(part.groups[known & (true == (part.labels == 1))], minlength=n_groups)
        for true in (True, False)
    ]
    return np.flatnonzero((counts[0] > 0) & (counts[1] > 0)).astype(np.int32)


def _probability(fitted: FittedModel, rows: Matrix) -> FloatArray:
    return fitted.calibrator(decision(fitted.estimator, rows))


METHODS: Mapping[str, Callable[[Task], Said]] = {
    "nothing": nothing,
    "reweighing": reweighed,
    "exponentiated_gradient": exponentiated,
    "shared_threshold": shared_threshold,
    "threshold_optimizer": optimised,
}
