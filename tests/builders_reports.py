"""Audits as they are kept: of a release and of its deciders, with a group of a hostile name."""

from copy import deepcopy
from functools import cache
from typing import Any

import numpy as np
import pandas as pd
from builders_audit import table

from workbench.analysis.deciders import Reading, audit_deciders, gaps
from workbench.analysis.fairness import Audit, audit
from workbench.analysis.label_bias import label_bias
from workbench.analysis.missed import Judged, Missed, missed
from workbench.domain.decision import Verdict
from workbench.domain.finding import Drawn

HOSTILE = '<script>alert("x")</script>'


@cache
def _audited() -> Audit:
    outcomes, group = table(
        **{"one": (900, 100, 10, 90), HOSTILE: (700, 300, 10, 90), "few": (3, 0, 1, 1)}
    )
    return audit(outcomes, [group], margin=0.05, seed=1)


def release_document(*, version: int = 1, title: str = "Callers") -> dict[str, Any]:
    found = deepcopy(_audited())
    return {
        **found,
        "model": "callers",
        "title": title,
        "version": version,
        "release_digest": "ab" * 32,
        "unit": "pair",
        "threshold": 0.2,
        "dataset": "calling-world",
        "dataset_sha256": "cd" * 32,
        "as_of": "2024-08-23T00:00:00+00:00",
        "until": "2024-12-30T00:00:00+00:00",
        "n_prompted": 12,
        "n_erased": 0,
        "against_truth": dict(found),
    }


def _missed(people: pd.DataFrame, sensitive: pd.DataFrame) -> Missed | None:
    """Of each second finding, drawn from 3,000, every third is found supported."""
    at_random = Drawn(at_random=True, probability=0.01, n_left=3_000)
    put = Drawn(at_random=False, probability=1.0, n_left=3_000)
    judged = [
        Judged(
            draw="C-1",
            drawn=put if i % 2 == 0 else at_random,
            supported=float(i % 3 == 0),
            not_supported=float(i % 3 != 0),
        )
        for i in range(len(people))
    ]
    return missed(
        judged,
        {"C-1": len(judged)},
        people=people,
        sensitive=sensitive,
        margin=0.05,
        n_unweighted=2,
        seed=1,
    )


def deciders_document() -> dict[str, Any]:
    n = 60
    each = np.arange(n, dtype=np.int32)
    said = [
        Reading(
            finding=i,
            before=Verdict.NOT_SUPPORTED,
            put_forward=i % 2 == 0,
            after=Verdict.SUPPORTED if i % 4 == 0 else Verdict.NOT_SUPPORTED,
        )
        for i in range(n)
    ]
    people = pd.DataFrame({"candidate": each, "entity": each})
    sensitive = pd.DataFrame({"entity": each, "group": [HOSTILE, "two"] * (n // 2)})
    truth, records = each % 3 == 0, each % 6 == 0
    found, recorded = (
        audit_deciders(said, label, people=people, sensitive=sensitive, margin=0.05, seed=1)
        for label in (truth, records)
    )
    assert found["by"] is not None
    assert recorded["by"] is not None
    by = {"records": recorded["by"], "truth": found["by"]}
    return {
        "kind": "deciders",
        "model": "callers",
        "title": "Callers",
        "version": 1,
        "release": "callers/1",
        "release_digest": "ab" * 32,
        "unit": "pair",
        "dataset": "calling-world",
        "as_of": "2024-12-30T00:00:00+00:00",
        "margin": 0.05,
        "harm": "People of one group would be read more often for nothing.",
        "margin_own": False,
        "n_elsewhere": 0,
        "records": recorded,
        "truth": found,
        "gaps": {"truth": gaps(found["by"]), "records": gaps(recorded["by"])},
        "label_bias": label_bias(said, records, truth, by=by, people=people, seed=1),
        "missed": _missed(people, sensitive),
        "burden": {
            "n_findings": 60,
            "n_supported": 15,
            "n_people": 60,
            "people_per_supported": 4.0,
            "minutes": 30.0,
            "median_minutes": 0.5,
            "minutes_per_supported": 2.0,
            "areas": {"drugs": 60},
            "groups": [],
        },
    }
