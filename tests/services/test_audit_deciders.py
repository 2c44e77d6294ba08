"""Auditing who decides: what it reads, what it logs, what it never tells."""

import json
from collections.abc import Callable

import pytest
from builders_demo import DemoHome
from sqlalchemy import select

from workbench import bootstrap
from workbench.bootstrap import Desk
from workbench.domain.errors import NotAllowed, NotFound
from workbench.services.audit_deciders import audit_deciders, deciders_audits
from workbench.store.tables import account, judgement, log_entry

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
    assert truth["n_readings"] + also["n_readings"] == n_judged
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
    assert read["n"] == report.document["truth"]["n_readings"]
    assert (said["kind"], said["audit_digest"]) == ("audit", report.digest)
    assert said["audit"] == report.verdict
    assert deciders_audits(desk, account="analyst-1")["hidden_link/1"] == report


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
