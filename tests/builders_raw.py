"""Whoever comes past the services: the system's own SQLite on workbench.db, with no pragma set.

``entry`` writes an honest log entry, so that a row is refused for its own fault and not for a
missing entry; ``row`` is then put in by hand.
"""

import sqlite3
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path

import builders
from builders import Home, committed, digest, key

from workbench.domain.finding import Finding
from workbench.domain.log import EntryKind, finding_digest

Row = dict[str, object]
Attempt = tuple[str, Row]  # table and row
AT = "2026-03-02T10:00:00.000000Z"


def path(built: Home) -> Path:
    """The database file, with every connection of ours given back first."""
    built.desk.database.close()
    return built.desk.database.path


def entry(built: Home, kind: EntryKind, fields: Mapping[str, object]) -> int:
    """Append an entry as anybody with the log's code could; returns its index."""
    with built.desk.database.write() as connection:
        return built.desk.log.append(connection, kind, fields)


def execute(file: Path, *statements: str) -> None:
    """Run statements over a raw connection."""
    with closing(sqlite3.connect(file)) as connection:
        for statement in statements:
            connection.execute(statement)
        connection.commit()


def insert(file: Path, table: str, row: Row, *, verb: str = "INSERT") -> None:
    """Put a row in over a raw connection."""
    marks = ", ".join("?" for _ in row)
    with closing(sqlite3.connect(file)) as connection:
        connection.execute(
            f"{verb} INTO {table} ({', '.join(row)}) VALUES ({marks})",
            tuple(row.values()),
        )
        connection.commit()


def rows(file: Path, table: str) -> list[Row]:
    """All rows of a table."""
    with closing(sqlite3.connect(file)) as connection:
        connection.row_factory = sqlite3.Row
        return [dict(r) for r in connection.execute(f"SELECT * FROM {table}")]


def triggers(file: Path) -> set[str]:
    """Names of all triggers."""
    with closing(sqlite3.connect(file)) as connection:
        found = connection.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'")
        return {str(name) for (name,) in found}


# Rows with an honest entry -----------------------------------------------------------------------


def finding_row(built: Home, **other: object) -> Attempt:
    """A finding sealed in the log. `other` replaces columns after that."""
    said: Row = {
        "model": "ties",
        "release_digest": digest(builders.RELEASE),
        "digest": finding_digest(digest("claim"), digest("assessment")),
        "claim_digest": digest("claim"),
        "assessment_digest": digest("assessment"),
        "n_offence_facts": 0,
    }
    seq = entry(
        built,
        EntryKind.FINDING_SEALED,
        {
            **said,
            "finding": "F-FORGED",
            "case": builders.CASE,
            "release": builders.RELEASE,
            "about_person": False,
            "account": built.id_of("data-scientist"),
        },
    )
    row = {
        **said,
        "id": "F-FORGED",
        "case_id": builders.CASE,
        "release_id": builders.RELEASE,
        "about_person": 0,
        "sealed_at": AT,
        "entry_seq": seq,
    }
    return "finding", {**row, **other}


def opening_row(
    built: Home, finding: Finding, name: str, stage: str, *, shown: str = "", **other: object
) -> Attempt:
    """An opening by `name`, logged. `other` replaces columns after that."""
    half = finding.claim_digest if stage == "claim" else finding.assessment_digest
    who, shown = built.id_of(name), shown or half
    said = {"finding": finding.id, "digest": finding.digest, "account": who, "stage": stage}
    seq = entry(built, EntryKind.FINDING_OPENED, {**said, "shown": shown, "session": ""})
    row: Row = {
        "entry_seq": seq,
        "finding_id": finding.id,
        "account_id": who,
        "stage": stage,
        "shown_digest": shown,
        "session_hash": "",
        "opened_at": AT,
    }
    return "opening", {**row, **other}


def judgement_row(
    built: Home, finding: Finding, name: str, *, on: str = "", **other: object
) -> Attempt:
    """A judgement of `supported` by `name`, logged. `other` replaces columns after that."""
    who, reason, on = built.id_of(name), committed("reason"), on or finding.digest
    said: Row = {"verdict": "supported", "confidence": 50}
    seq = entry(
        built,
        EntryKind.JUDGEMENT,
        {
            **said,
            "judgement": "J-FORGED",
            "finding": finding.id,
            "digest": on,
            "account": who,
            "reason": reason,
        },
    )
    row = {
        **said,
        "id": "J-FORGED",
        "finding_id": finding.id,
        "finding_digest": on,
        "reason_commitment": reason,
        "judged_by": who,
        "judged_at": AT,
        "entry_seq": seq,
    }
    return "judgement", {**row, **other}


def decision_row(
    built: Home, finding: Finding, name: str, *, on: str = "", **other: object
) -> Attempt:
    """A decision of `supported` by `name`, logged. `other` replaces columns after that."""
    who, reason, on = built.people[name], committed("reason"), on or finding.digest
    said: Row = {"verdict": "supported", "role": who.role.value}
    seq = entry(
        built,
        EntryKind.DECISION,
        {
            **said,
            "decision": "D-FORGED",
            "finding": finding.id,
            "digest": on,
            "account": who.id,
            "session": "",
            "reason": reason,
            "shown": finding.assessment_digest,
            "shown_for_s": 60,
            "release": finding.release_id,
            "release_digest": finding.release_digest,
            "policy": "policy-1",
        },
    )
    row = {
        **said,
        "id": "D-FORGED",
        "finding_id": finding.id,
        "finding_digest": on,
        "reason_commitment": reason,
        "shown_digest": finding.assessment_digest,
        "decided_by": who.id,
        "session_hash": "",
        "decided_at": AT,
        "idempotency_key": key(),
        "entry_seq": seq,
    }
    return "decision", {**row, **other}


def action_row(
    built: Home,
    finding: Finding,
    cites: list[str],
    *,
    kind: str = "assessed_link",
    on: str = "",
    name: str = "analyst-1",
    **other: object,
) -> Attempt:
    """An action by `name`, logged. `other` replaces columns after that."""
    who, on = built.id_of(name), on or finding.digest
    subject = committed("E1") if kind == "lead" else ""
    seq = entry(
        built,
        EntryKind.ACTION,
        {
            "action": "A-FORGED",
            "finding": finding.id,
            "digest": on,
            "kind_of_action": kind,
            "account": who,
            "cites": cites,
            "subject": subject,
        },
    )
    row: Row = {
        "id": "A-FORGED",
        "finding_id": finding.id,
        "finding_digest": on,
        "kind": kind,
        "subject": subject,
        "cites": " ".join(cites),
        "acted_by": who,
        "acted_at": AT,
        "idempotency_key": key(),
        "entry_seq": seq,
    }
    return "action", {**row, **other}


def release_row(
    built: Home, by: str, *, learned_from: str = "small-world", **other: object
) -> Attempt:
    """Version 2, whose audit failed, approved by `by`, logged. `other` replaces columns."""
    made, reason = builders.release(built, "ties/2"), committed("reason")
    said: Row = {
        "model": "ties",
        "version": 2,
        "dataset": learned_from,
        "audit_digest": made.audit_digest,
        "trained_by": made.trained_by,
    }
    seq = entry(
        built,
        EntryKind.RELEASE_PROMOTED,
        {
            **said,
            "release": made.id,
            "release_digest": made.digest,
            "run": made.run_id,
            "audit": "fail",
            "account": built.id_of(by),
            "reason": reason,
        },
    )
    row = {
        **said,
        "id": made.id,
        "digest": made.digest,
        "run_id": made.run_id,
        "audit_verdict": "fail",
        "approved_by": built.id_of(by),
        "approved_at": AT,
        "reason_commitment": reason,
        "idempotency_key": key(),
        "entry_seq": seq,
    }
    return "release", {**row, **other}


def event_row(built: Home, logged: EntryKind, by: str, **other: object) -> Attempt:
    """A stop, restart or retirement by `by`, logged. `other` replaces columns after that."""
    reason = committed("reason")
    said = {"release": builders.RELEASE, "event": "E-FORGED", "account": built.id_of(by)}
    seq = entry(built, logged, {**said, "reason": reason})
    row: Row = {
        "id": "E-FORGED",
        "release_id": builders.RELEASE,
        "kind": logged.value.removeprefix("release_"),
        "by": built.id_of(by),
        "at": AT,
        "reason_commitment": reason,
        "entry_seq": seq,
    }
    return "release_event", {**row, **other}


def acceptance_row(
    built: Home, by: str, *, audit: str = "", breached: str = "missing_gap", **other: object
) -> Attempt:
    """An excused acceptance by `by` of a dataset whose audit breached missing_gap, logged.

    `audit` and `breached` stand in entry and row; `other` replaces columns after that.
    """
    with built.desk.database.write() as connection:
        builders.add_dataset(built.desk, connection, "second-world", "missing_gap")
    said: Row = {"dataset": "second-world", "sha256": digest("second-world")}
    said["data_audit"] = audit or digest("audit of second-world")
    who, reason, excuse = built.id_of(by), committed("reason"), committed("excuse")
    excuse = excuse if breached else ""
    logged = {**said, "account": who, "reason": reason, "excuse": excuse}
    seq = entry(built, EntryKind.DATASET_ACCEPTED, {**logged, "breached": breached.split()})
    row = {
        **said,
        "breached": breached,
        "excuse_commitment": excuse,
        "accepted_by": who,
        "accepted_at": AT,
        "reason_commitment": reason,
        "idempotency_key": key(),
        "entry_seq": seq,
    }
    return "dataset_acceptance", {**row, **other}
