"""Auditing who decides: what it reads, what it logs, what it never tells."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime

import builders
import pytest
from builders_demo import DemoHome
from sqlalchemy import select

from workbench import bootstrap
from workbench.bootstrap import Desk
from workbench.domain.decision import Verdict
from workbench.domain.errors import NotAllowed, NotFound
from workbench.services import review
from workbench.services.audit_deciders import audit_deciders, deciders_audits, first_readings
from workbench.store.readings import ReadingRow
from workbench.store.tables import account, judgement, log_entry, opening

pytestmark = pytest.mark.slow


def entries(desk: Desk) -> list[dict[str, object]]:
    with desk.database.read() as connection:
        rows = connection.execute(select(log_entry.c.body).order_by(log_entry.c.seq)).scalars()
        return [json.loads(body) for body in rows]


def test_each_reading_that_was_decided_counts_once_and_no_reader_is_named(
    demo_home: DemoHome,
) -> None:
    desk = bootstrap.open(demo_home.path)
    report = audit_deciders(desk, "hidden_link", account="auditor")
    assert report is not None
    with desk.database.read() as connection:
        n_judged = len(connection.execute(select(judgement.c.id)).all())  # all were decided
        people = connection.execute(select(account.c.id, account.c.name)).all()
    other = audit_deciders(desk, "money_flow", account="auditor")
    assert other is not None
    truth, also = report.document["truth"], other.document["truth"]
    n_repeats = report.document["n_repeats"] + other.document["n_repeats"]
    assert truth["n_readings"] + also["n_readings"] + n_repeats == n_judged
    assert sum(truth["verdicts"]["before"].values()) == truth["n_readings"]
    assert report.document["records"] is None  # nothing became known after these findings
    text = report.json_path.read_text() + report.html_path.read_text()
    assert not [p for p in people if p.id in text or p.name in text.split()]


def test_what_it_reads_and_says_is_logged(demo_home: DemoHome) -> None:
    desk = bootstrap.open(demo_home.path)
    before = len(entries(desk))
    report = audit_deciders(desk, "hidden_link", account="auditor")
    assert report is not None
    read, said = entries(desk)[before:]
    assert (read["kind"], read["why"]) == ("sensitive_read", "bias audit of deciders")
    assert read["n"] == report.document["truth"]["n_readings"] + report.document["n_repeats"]
    assert (said["kind"], said["audit_digest"]) == ("audit", report.digest)
    assert said["audit"] == report.verdict
    assert deciders_audits(desk, account="analyst-1")["hidden_link/1"] == report


def reading(finding: str, who: str, minute: int) -> ReadingRow:
    at = datetime(2026, 1, 1, 9, minute, tzinfo=UTC)
    return ReadingRow(
        finding_id=finding,
        decided_by=who,
        before=Verdict.SUPPORTED,
        after=Verdict.SUPPORTED,
        opened_at=at,
        decided_at=at,
    )


def test_who_reads_a_candidate_in_several_cases_counts_with_the_first_reading_alone() -> None:
    claims = [
        replace(builders.claim("F-A"), subject_ids=("A-1", "A-2")),
        replace(builders.claim("F-B"), subject_ids=("A-2", "A-1")),  # the same, in another case
        replace(builders.claim("F-C"), subject_ids=("A-1", "A-3")),
    ]
    later, first = reading("F-A", "P-1", 30), reading("F-B", "P-1", 10)
    of_another, other = reading("F-A", "P-2", 40), reading("F-C", "P-1", 50)
    rows = [later, of_another, first, other]
    assert first_readings(rows, claims) == [of_another, first, other]


def test_what_was_opened_and_not_decided_is_part_of_the_burden(demo_home: DemoHome) -> None:
    desk = bootstrap.open(demo_home.path)
    report = audit_deciders(desk, "hidden_link", account="auditor")
    assert report is not None
    before = report.document["burden"]
    with desk.database.read() as connection:
        read = set(connection.execute(select(opening.c.finding_id)).scalars())
    new = [f for f in review.list_findings(desk) if f.id not in read]
    for finding in [f for f in new if f.model == "hidden_link"][:3]:
        review.read(desk, finding.id, account="analyst-1")
    report = audit_deciders(desk, "hidden_link", account="auditor")
    assert report is not None
    after = report.document["burden"]
    assert after["n_findings"] == before["n_findings"] + 3
    assert after["n_decided"] == before["n_decided"] < after["n_findings"]
    assert after["minutes"] == before["minutes"]
    assert after["n_people"] > before["n_people"]
    assert after["time"]["n_opened"] == after["n_findings"]
    assert "were taken to a decision" in report.html_path.read_text()


def refused(desk: Desk, call: Callable[[], object], error: type[Exception]) -> None:
    before = len(entries(desk))
    with pytest.raises(error):
        call()
    assert len(entries(desk)) == before


def test_who_may_not_audit_and_what_is_no_release(demo_home: DemoHome) -> None:
    desk = bootstrap.open(demo_home.path)
    refused(desk, lambda: audit_deciders(desk, "hidden_link", account="analyst-1"), NotAllowed)
    refused(desk, lambda: audit_deciders(desk, "no_model", account="auditor"), NotFound)
    assert audit_deciders(desk, "hidden_link", account="auditor", version=7) is None
