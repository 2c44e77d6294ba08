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
from workbench.domain.errors import BadInput, NotAllowed, NotFound
from workbench.services import review
from workbench.services.audit_deciders import (
    audit_deciders,
    deciders_audits,
    first_judgements,
    first_readings,
)
from workbench.store import findings, readings
from workbench.store.readings import JudgementRow, ReadingRow
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
    records = report.document["records"]
    assert 0 < records["n_readings"] < truth["n_readings"]  # of those that looked back alone
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


def test_records_and_truth_are_held_against_each_other_over_the_same_readings(
    demo_home: DemoHome,
) -> None:
    desk = bootstrap.open(demo_home.path)
    for model in ("hidden_link", "money_flow"):
        report = audit_deciders(desk, model, account="auditor")
        assert report is not None
        document = report.document
        with desk.database.read() as connection:
            mine = findings.list_findings(connection, model=model)
            read = readings.of_release(connection, f"{model}/1")
        claims = {f.id: findings.load_claim(desk.vault, f) for f in mine}
        last = desk.datasets.graph("world").records["known_at"].max()
        back = [row for row in read if claims[row.finding_id].as_of < last]
        first = first_readings(read, list(claims.values()))
        back = [row for row in back if row in first]
        assert document["records"]["n_readings"] == len(back)
        hidden = document["label_bias"]
        assert hidden["n_comparable"] == document["records"]["n_comparable"]
        assert sum(hidden["labels"].values()) == len({row.finding_id for row in back})
        n_true = hidden["labels"]["both"] + hidden["labels"]["truth_only"]
        assert 0 < n_true < hidden["n_findings"]  # both kinds, so that rates exist
        assert all(rate["records"]["n"] for rate in hidden["rates"])
        assert document["gaps"]["records"]
        page = report.html_path.read_text()
        assert "What labels hide" in page
        assert "Against what records came to confirm" in page


def test_what_was_left_out_is_estimated_from_every_judged_finding_once(
    demo_home: DemoHome,
) -> None:
    desk = bootstrap.open(demo_home.path)
    report = audit_deciders(desk, "hidden_link", account="auditor")
    assert report is not None
    found = report.document["missed"]
    with desk.database.read() as connection:
        mine = findings.list_findings(connection, model="hidden_link")
        judged = {r.finding_id for r in readings.judgements_of_release(connection, "hidden_link/1")}
    drawn = {f.id: findings.load_assessment(desk.vault, f).drawn for f in mine}
    at_random = [i for i in judged if drawn[i] is not None and drawn[i].at_random]
    assert 0 < found["overall"]["n_drawn"] <= len(at_random)  # less those read in another case
    n = found["overall"]["n_drawn"] + found["overall"]["n_forward"]
    assert len(judged) - report.document["n_repeats"] <= n <= len(judged)
    assert found["n_unweighted"] == 0
    low, high = found["interval"]
    assert low <= found["n_missed"] <= high <= found["n_left"]
    assert f"Of {found['n_left']:,} candidates not put forward" in report.html_path.read_text()


def test_another_margin_needs_a_reason_and_is_said_to_be_chosen(demo_home: DemoHome) -> None:
    desk = bootstrap.open(demo_home.path)
    refused(
        desk, lambda: audit_deciders(desk, "hidden_link", account="auditor", margin=0.99), BadInput
    )
    why = "A gap of half is what nobody could overlook; asked by the board."
    report = audit_deciders(desk, "hidden_link", account="auditor", margin=0.5, harm=why)
    assert report is not None
    assert (report.document["harm"], report.document["margin_own"]) == (why, False)
    assert entries(desk)[-1]["margin_own"] is False
    assert why in report.html_path.read_text()
    own = audit_deciders(desk, "hidden_link", account="auditor")
    assert own is not None
    assert own.document["margin_own"] is True
    assert own.document["harm"] == desk.models["hidden_link"].harm.strip()


def test_what_is_permuted_is_said_as_it_is_done(demo_home: DemoHome) -> None:
    desk = bootstrap.open(demo_home.path)
    pairs = audit_deciders(desk, "hidden_link", account="auditor")
    groups = audit_deciders(desk, "money_flow", account="auditor")
    assert pairs is not None
    assert groups is not None
    assert "people are resampled and permuted, not readings" in pairs.html_path.read_text()
    said = groups.html_path.read_text()
    assert "errors are permuted between readings whose people stay together" in said
    assert "resampled and permuted, not readings" not in said


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
    judged = [
        JudgementRow(finding_id=row.finding_id, judged_by=row.decided_by, verdict=row.before)
        for row in (first, later, of_another, other)
    ]
    assert first_judgements(judged, claims) == [judged[0], judged[2], judged[3]]


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
