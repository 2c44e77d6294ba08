"""What label bias hides: the same readings by what records came to confirm, and by the truth.

Records confirm what somebody looked for and wrote down. A true tie that nobody recorded counts as
a false alarm of whoever saw it, more often where one group is recorded less. In a synthetic world
the truth is known, so the difference shows; outside one it does not, and only records tell.
"""

from collections.abc import Mapping, Sequence
from typing import TypedDict

import numpy as np
import pandas as pd

from workbench.analysis.changes import DECIDERS
from workbench.analysis.deciders import Reading, row_people, said_by
from workbench.analysis.fairness import TESTED, Audit
from workbench.analysis.resampling import share_bounds
from workbench.analysis.soft_rates import Crowd, Found, measured
from workbench.analysis.subgroups import Bools, Incidence


class Labels(TypedDict):
    """Of findings that both tell of: true and recorded, and so on."""

    both: int
    records_only: int
    truth_only: int
    neither: int


class Basis(TypedDict):
    """An error rate of one decider by one kind of label, of `n` readings; 95 % interval."""

    n: int
    rate: float | None
    interval: list[float] | None


class RateRow(TypedDict):
    decider: str
    metric: str
    records: Basis
    truth: Basis


class GapPair(TypedDict):
    """One test of one decider by both kinds of label: the widest gap (a share), the verdict, and
    how many groups are too few to tell (`n_short`)."""

    decider: str
    attribute: str
    metric: str
    records: float | None
    truth: float | None
    verdicts: dict[str, str]
    n_short: dict[str, int]


class LabelBias(TypedDict):
    """The same readings held against what records came to confirm, and against the truth.

    What differs between the two is what label bias hides.
    """

    n_findings: int
    n_comparable: int
    labels: Labels
    rates: list[RateRow]
    gaps: list[GapPair]


def label_bias(
    readings: Sequence[Reading],
    records: Bools,
    truth: Bools,
    *,
    by: Mapping[str, Mapping[str, Audit]],
    people: pd.DataFrame,
    seed: int,
) -> LabelBias:
    """Rates and gaps of each decider by records and by truth, over the same readings.

    Parameters
    ----------
    records, truth : bool arrays, n findings
        What records came to confirm, and what is so.
    by : mapping
        ``records`` and ``truth``: what `audit_deciders` found by each over `readings`.
    """
    compared = [reading for reading in readings if reading.comparable]
    told = np.array(sorted({reading.finding for reading in readings}), dtype=np.int64)
    recorded, true = records[told], truth[told]
    return LabelBias(
        n_findings=len(told),
        n_comparable=len(compared),
        labels=Labels(
            both=int((recorded & true).sum()),
            records_only=int((recorded & ~true).sum()),
            truth_only=int((~recorded & true).sum()),
            neither=int((~recorded & ~true).sum()),
        ),
        rates=_rates(compared, {"records": records, "truth": truth}, people, seed),
        gaps=_gap_pairs(by),
    )


def _rates(
    compared: Sequence[Reading], labels: Mapping[str, Bools], people: pd.DataFrame, seed: int
) -> list[RateRow]:
    """Error rates of each decider over all readings, people resampled."""
    none = np.zeros(0, np.int32)
    crowd = Crowd.of(len(compared), row_people(compared, people), Incidence(none, none, ()))
    said = {who: of.astype(np.float64) for who, of in said_by(compared).items()}
    finding = np.array([r.finding for r in compared], dtype=np.int64)
    nowhere: Mapping[str, Sequence[int]] = dict.fromkeys(TESTED, ())
    found, so = {}, {basis: label[finding].astype(np.int32) for basis, label in labels.items()}
    for basis in labels:
        found[basis] = measured(crowd, so[basis], said, between=nowhere, seed=seed)

    def one(who: str, metric: str, basis: str) -> Basis:
        mine = so[basis] == (1 if metric == "fnr" else 0)
        return _basis(found[basis][who][metric], int(mine.sum()), len(np.unique(finding[mine])))

    return [
        RateRow(
            decider=who,
            metric=metric,
            records=one(who, metric, "records"),
            truth=one(who, metric, "truth"),
        )
        for who in DECIDERS
        for metric in TESTED
    ]


def _basis(rate: Found, n: int, n_findings: int) -> Basis:
    """Where no reading errs, or each does, resampling has nothing to vary: the exact bound of as
    many findings stands in, as in every audit."""
    if np.isnan(rate.value) or rate.interval is None:
        return Basis(n=n, rate=None, interval=None)
    low, high = rate.interval
    if rate.value in (0.0, 1.0):
        hit = np.array([round(rate.value) * n_findings])
        ends = share_bounds(hit, np.array([n_findings]), np.array([[rate.value]]))
        low, high = ends[0].tolist()
    return Basis(n=n, rate=rate.value, interval=[low, high])


def _gap_pairs(by: Mapping[str, Mapping[str, Audit]]) -> list[GapPair]:
    return [
        GapPair(
            decider=who,
            attribute=one["attribute"],
            metric=one["metric"],
            records=one["gap"],
            truth=other["gap"],
            verdicts={"records": one["verdict"], "truth": other["verdict"]},
            n_short={"records": one.get("n_short", 0), "truth": other.get("n_short", 0)},
        )
        for who in DECIDERS
        for one, other in zip(by["records"][who]["tests"], by["truth"][who]["tests"], strict=True)
    ]
