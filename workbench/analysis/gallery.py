"""Where a model erred: what it put forward and records never confirmed, and what it missed.

An entry says no name, no id and no day: the unit, the probability, reasons in words and where the
label comes from. `subjects` says whom it is about; it is for leaving out what lies before people
as a finding (duty T10) and is never shown.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import pandas as pd

from workbench.analysis.assessing import explained, peers_of
from workbench.analysis.explanation import reasons_against, reasons_for
from workbench.analysis.graph import CaseGraph
from workbench.analysis.modelling import Fitted, ModelDefinition, Sample
from workbench.analysis.wording import Peers
from workbench.domain.errors import Withheld
from workbench.domain.finding import Explanation

KEPT = 24  # of each kind, so that enough are left where some may not be shown
FALSE_POSITIVE, MISS = "false_positive", "miss"


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """One candidate of the test slice that the model had wrong, as far as records go.

    `kind` is `FALSE_POSITIVE` or `MISS`; `reasons_for` and `against` are empty where none stands
    out or the explanation is `withheld` (then that says why). `unless` is what would have changed
    the result, the nearest change first.
    """

    kind: str
    unit: str
    probability: float
    interval: tuple[float, float]
    reasons_for: tuple[str, ...]
    against: tuple[str, ...]
    unless: tuple[str, ...]
    withheld: str
    label_source: str
    subjects: frozenset[str]

    def as_json(self) -> dict[str, Any]:
        return {**asdict(self), "subjects": sorted(self.subjects)}

    @staticmethod
    def of_json(said: dict[str, Any]) -> Example:
        """From what `as_json` gave."""
        low, high = said["interval"]
        return Example(
            **{
                **said,
                "interval": (low, high),
                "reasons_for": tuple(said["reasons_for"]),
                "against": tuple(said["against"]),
                "unless": tuple(said["unless"]),
                "subjects": frozenset(said["subjects"]),
            }
        )


def gallery(
    definition: ModelDefinition, fitted: Fitted, graph: CaseGraph, sample: Sample
) -> tuple[Example, ...]:
    """Unconfirmed ones put forward, the most probable first; then misses, the least probable first.

    At most `KEPT` of each. Explained as findings are: by the fitted model's own explainer, withheld
    where its parts miss the score.
    """
    probability = fitted.probability(sample.features)
    ahead, true = probability >= fitted.threshold, sample.labels == 1
    wrong, missed = np.flatnonzero(ahead & ~true), np.flatnonzero(~ahead & true)
    wrong = wrong[np.argsort(-probability[wrong], kind="stable")][:KEPT]
    missed = missed[np.argsort(probability[missed], kind="stable")][:KEPT]
    rows = np.concatenate([wrong, missed]).astype(np.int64)
    asked = sample.features.iloc[rows]
    told = _explained(fitted, asked, peers_of(fitted, sample.features))
    low, high = fitted.interval(asked)
    return tuple(
        Example(
            kind=FALSE_POSITIVE if at < len(wrong) else MISS,
            unit=definition.unit,
            probability=float(probability[row]),
            interval=(float(low[at]), float(high[at])),
            reasons_for=reasons_for(said) if said else (),
            against=reasons_against(said) if said else (),
            unless=fitted.unless(asked.iloc[[at]], explanation=said)[:1],
            withheld=withheld,
            label_source=_source(sample, MISS if at >= len(wrong) else FALSE_POSITIVE),
            subjects=_subjects(graph, sample, int(row)),
        )
        for at, (row, (said, withheld)) in enumerate(zip(rows, told, strict=True))
    )


def _explained(
    fitted: Fitted, rows: pd.DataFrame, peers: Peers
) -> list[tuple[Explanation | None, str]]:
    """Each row's explanation, or why it is withheld: all at once, else each on its own."""
    try:
        return [(explanation, "") for explanation in fitted.explain(rows, peers=peers)]
    except Withheld:  # some row's; the others are still told
        return [explained(fitted, rows.iloc[[i]], peers=peers) for i in range(len(rows))]


def _source(sample: Sample, kind: str) -> str:
    asked, until = f"{sample.as_of:%B %Y}", f"{sample.until:%B %Y}"
    if kind == MISS:
        return f"Asked in {asked}; confirmed by a record that became known by {until}."
    return f"Asked in {asked}; no record that became known by {until} confirms it."


def _subjects(graph: CaseGraph, sample: Sample, row: int) -> frozenset[str]:
    return frozenset(graph.entities.loc[sample.candidates.members_of(row), "id"].astype(str))


def unseen(
    examples: tuple[Example, ...], before_people: Sequence[frozenset[str]]
) -> tuple[Example, ...]:
    """Those that are about nothing which lies, or lay, before people as a finding.

    An example and a finding are taken for the same where they share half of the members of
    either: of a pair, one person is enough.
    """
    return tuple(
        example
        for example in examples
        if not any(_alike(example.subjects, subjects) for subjects in before_people)
    )


def _alike(one: frozenset[str], other: frozenset[str]) -> bool:
    shared = len(one & other)
    return shared > 0 and 2 * shared >= min(len(one), len(other))
