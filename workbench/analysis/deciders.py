"""One audit, three deciders: people before they saw the score, the release, people after.

The same readings, the same tests on each, so that it shows who added a gap: a person, the model,
or the person who has seen the model. A reading counts where the person said yes or no both times;
the other verdicts are no errors of anybody and are counted apart.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TypedDict

import numpy as np
import pandas as pd

from workbench.analysis.changes import DECIDERS, Change, changes
from workbench.analysis.fairness import Audit, audit_candidates
from workbench.analysis.graph import CaseGraph
from workbench.analysis.modelling import Candidates
from workbench.analysis.picture import rows_of_ids
from workbench.analysis.subgroups import Bools
from workbench.analysis.tables import IntArray
from workbench.domain.decision import Verdict
from workbench.domain.entity import LinkKind
from workbench.domain.finding import Claim

YES_OR_NO = frozenset({Verdict.SUPPORTED, Verdict.NOT_SUPPORTED})


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What one person said of one finding, and whether the release had put it forward.

    `finding` is the finding's position; `before` was said from the records alone.
    """

    finding: int
    before: Verdict
    put_forward: bool
    after: Verdict

    @property
    def comparable(self) -> bool:
        """True where both verdicts say yes or no."""
        return self.before in YES_OR_NO and self.after in YES_OR_NO


class Deciders(TypedDict):
    """`by` holds the audit of each decider; None where no reading is comparable.

    `changes` says what seeing the score did to each gap, the surest gap first.
    """

    n_readings: int
    n_comparable: int
    n_findings: int
    verdicts: dict[str, dict[str, int]]
    changed_to_the_release: int
    changed_away: int
    by: dict[str, Audit] | None
    changes: list[Change]


class Side(TypedDict):
    """One test of each decider side by side: the widest gap (a share), and the verdicts."""

    attribute: str
    metric: str
    before: float | None
    release: float | None
    after: float | None
    verdicts: dict[str, str]


def candidates_of(graph: CaseGraph, claims: Sequence[Claim]) -> Candidates:
    """What the claims are about, as the model was asked: their subjects and, between these, the
    transfers in their pictures."""
    members = [np.array(rows_of_ids(graph, c.subject_ids), dtype=np.int32) for c in claims]
    record = pd.Series(graph.records.index, index=graph.records["id"])
    link_of = pd.Series(graph.links.index, index=graph.links["record"])
    links = [
        link_of.reindex(record.reindex(_carried(claim))).dropna().to_numpy(np.int32)
        for claim in claims
    ]
    return Candidates(_flat(members), _offsets(members), _flat(links), _offsets(links))


def _carried(claim: Claim) -> list[str]:
    """Records of the transfers between a claim's own subjects."""
    subjects = set(claim.subject_ids)
    return [
        link.basis
        for link in claim.subgraph.links
        if link.kind == LinkKind.TRANSFERRED and {link.source_id, link.target_id} <= subjects
    ]


def _flat(parts: Sequence[IntArray]) -> IntArray:
    return np.concatenate([np.empty(0, np.int32), *parts])


def _offsets(parts: Sequence[IntArray]) -> "np.ndarray[tuple[int], np.dtype[np.int64]]":
    return np.concatenate([[0], np.cumsum([len(part) for part in parts])]).astype(np.int64)


def audit_deciders(
    readings: Sequence[Reading],
    label: Bools,
    *,
    people: pd.DataFrame,
    sensitive: pd.DataFrame,
    margin: float,
    seed: int,
) -> Deciders:
    """The same audit of people before, of the release, and of people after.

    Parameters
    ----------
    label : bool array, n findings
        What is so, by records or by truth.
    people : DataFrame
        Columns candidate (position of the finding) and entity.
    sensitive : DataFrame
        Column entity and one per sensitive feature.
    margin : float
        The gap that matters, as a share.
    """
    compared = [reading for reading in readings if reading.comparable]
    joined = row_people(compared, people)
    said = said_by(compared)
    found = np.array([label[r.finding] for r in compared], dtype=np.bool_)
    audited = partial(
        audit_candidates,
        people=joined,
        sensitive=sensitive,
        margin=margin,
        seed=seed,
        intersections=False,
    )
    some = bool(compared) and len(joined) > 0
    return Deciders(
        n_readings=len(readings),
        n_comparable=len(compared),
        n_findings=len({r.finding for r in readings}),
        verdicts={
            "before": _counted(r.before for r in readings),
            "after": _counted(r.after for r in readings),
        },
        changed_to_the_release=sum(_changed(r, to_the_release=True) for r in compared),
        changed_away=sum(_changed(r, to_the_release=False) for r in compared),
        by={who: audited(found, said[who]) for who in DECIDERS} if some else None,
        changes=changes(found, said, people=joined, sensitive=sensitive, margin=margin, seed=seed)
        if some
        else [],
    )


def said_by(compared: Sequence[Reading]) -> dict[str, Bools]:
    """Per decider, which readings say yes."""
    return {
        "before": np.array([r.before is Verdict.SUPPORTED for r in compared], dtype=np.bool_),
        "release": np.array([r.put_forward for r in compared], dtype=np.bool_),
        "after": np.array([r.after is Verdict.SUPPORTED for r in compared], dtype=np.bool_),
    }


def row_people(compared: Sequence[Reading], people: pd.DataFrame) -> pd.DataFrame:
    """Columns candidate (position of the reading) and entity."""
    rows = pd.DataFrame(
        {"reading": np.arange(len(compared)), "candidate": [r.finding for r in compared]}
    )
    joined = rows.merge(people, on="candidate").sort_values(["reading", "entity"])
    return pd.DataFrame(
        {
            "candidate": joined["reading"].to_numpy(np.int32),
            "entity": joined["entity"].to_numpy(np.int32),
        }
    )


def _counted(verdicts: Iterable[Verdict]) -> dict[str, int]:
    counted = Counter(verdicts)
    return {verdict.value: counted[verdict] for verdict in Verdict}


def _changed(reading: Reading, *, to_the_release: bool) -> bool:
    """A verdict that changed once the score was seen: to what the release said, or away from it."""
    after = reading.after is Verdict.SUPPORTED
    return reading.before is not reading.after and (after is reading.put_forward) is to_the_release


def gaps(deciders: Mapping[str, Audit]) -> list[Side]:
    """Per attribute and error, the widest gap of each decider, in the audit's order."""
    rows: list[Side] = []
    for position, test in enumerate(deciders["release"]["tests"]):
        each = {who: deciders[who]["tests"][position] for who in DECIDERS}
        rows.append(
            Side(
                attribute=test["attribute"],
                metric=test["metric"],
                before=each["before"]["gap"],
                release=each["release"]["gap"],
                after=each["after"]["gap"],
                verdicts={who: each[who]["verdict"] for who in DECIDERS},
            )
        )
    return rows
