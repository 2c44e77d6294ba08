"""How long findings were read: opened and decided apart, by area and group, with intervals."""

from datetime import UTC, datetime

import pandas as pd
import pytest

from workbench.analysis.burden import NO_AREA
from workbench.analysis.reading_time import ReadingTime, reading_time
from workbench.domain.entity import Entity, EntityKind
from workbench.domain.finding import Claim, Subgraph


def claim(finding: str, *people: str) -> Claim:
    return Claim(
        finding_id=finding,
        case_id="C-1",
        dataset="world",
        text="Two may be connected.",
        subject_ids=("p0", "p1"),
        subgraph=Subgraph(
            entities=tuple(
                Entity(id=p, kind=EntityKind.PERSON, label=p, member_state="AV", record_id=p)
                for p in people
            ),
            links=(),
        ),
        records=(),
        as_of=datetime(2024, 12, 31, tzinfo=UTC),
        salt="0" * 32,
    )


def found(minutes: dict[str, float], supported: set[str], n: int) -> ReadingTime:
    """`n` findings, each about p0 (f) and p1 (m), the last about p0 alone."""
    claims = [claim(f"F-{i}", "p0", *(() if i == n - 1 else ("p1",))) for i in range(n)]
    return reading_time(
        claims,
        minutes,
        supported,
        row_of={"p0": 0, "p1": 1},
        sensitive=pd.DataFrame({"entity": [0, 1], "sex": ["f", "m"]}),
        seed=1,
    )


def test_what_was_opened_and_not_decided_counts_as_opened_and_in_no_time() -> None:
    time = found({"F-0": 4.0, "F-1": 8.0}, {"F-1"}, n=5)
    assert (time["n_opened"], time["n_decided"]) == (5, 2)
    assert time["minutes_per_decided"] == 6.0
    assert time["minutes_per_supported"] == 12.0
    assert (time["decided_interval"], time["supported_interval"]) == (None, None)  # too few
    assert time["rows"] == [
        {"attribute": "area", "group": NO_AREA, "n_opened": 5, "n_decided": 2, "minutes": 12.0},
        {"attribute": "sex", "group": "f", "n_opened": 5, "n_decided": 2, "minutes": 12.0},
        {"attribute": "sex", "group": "m", "n_opened": 4, "n_decided": 2, "minutes": 12.0},
    ]


def test_intervals_come_of_findings_drawn_anew() -> None:
    minutes = {f"F-{i}": 2.0 for i in range(40)}
    time = found(minutes, {f"F-{i}" for i in range(20)}, n=40)
    assert time["decided_interval"] == [2.0, 2.0]  # each took as long
    low, high = time["supported_interval"] or [0.0, 0.0]
    # 80 minutes over 20 that held; of 40 drawn anew 20 +- 6.2 hold
    assert time["minutes_per_supported"] == 4.0
    assert low == pytest.approx(80 / 26.2, rel=0.1)
    assert high == pytest.approx(80 / 13.8, rel=0.1)


def test_without_a_supported_finding_no_minute_is_told_for_one() -> None:
    time = found({"F-0": 4.0}, set(), n=1)
    assert (time["minutes_per_supported"], time["supported_interval"]) == (None, None)
    assert found({}, set(), n=1)["minutes_per_decided"] is None
