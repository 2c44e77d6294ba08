"""The trail of a case: what happened in it, from the decision log, in words."""

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Text, cast, func, or_, select

from workbench.domain.account import PERMISSIONS, Account, Operation
from workbench.domain.action import ActionKind
from workbench.domain.decision import Verdict
from workbench.domain.log import CONSULTED, EntryKind
from workbench.store import accounts, cases
from workbench.store.database import from_text
from workbench.store.desk import Desk
from workbench.store.tables import decision, finding, log_entry

MOST = 300


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One entry in words. `seq` finds it in the log; `finding_id` is empty where there is none."""

    seq: int
    at: datetime
    who: str
    did: str
    finding_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Trail:
    """Newest first. `n_kept_back` entries speak of what others did with findings that this
    account has yet to decide; `more` is true when older entries were cut off."""

    steps: tuple[Step, ...]
    n_kept_back: int
    more: bool


def trail(desk: Desk, case_id: str, *, account: str) -> Trail:
    """What happened in a case, as far as this account may know before its own decisions."""
    with desk.database.read() as connection:
        who = accounts.by_name(connection, account)
        cases.enter(connection, desk.vault, case_id, who)
        entries = _entries(connection, case_id)
        undecided = _undecided(connection, case_id, who)
        shown = [e for e in entries[:MOST] if not _gives_away(e, undecided, who)]
        steps = tuple(_step(connection, entry, who) for entry in shown)
    return Trail(
        steps=steps,
        n_kept_back=min(len(entries), MOST) - len(steps),
        more=len(entries) > MOST,
    )


def _entries(connection: Connection, case_id: str) -> list[dict[str, Any]]:
    """Entries that name the case or one of its findings, newest first, one more than `MOST`."""
    text = cast(log_entry.c.body, Text)
    findings = select(finding.c.id).where(finding.c.case_id == case_id)
    named = or_(
        func.json_extract(text, "$.case") == case_id,
        func.json_extract(text, "$.finding").in_(findings),
    )
    query = select(log_entry.c.seq, log_entry.c.body).where(named)
    rows = connection.execute(query.order_by(log_entry.c.seq.desc()).limit(MOST + 1))
    return [{**json.loads(row.body), "seq": row.seq} for row in rows]


def _undecided(connection: Connection, case_id: str, account: Account) -> set[str]:
    """Findings of the case that this account may decide and has not."""
    if account.role not in PERMISSIONS[Operation.JUDGE]:
        return set()
    own = select(decision.c.finding_id).where(decision.c.decided_by == account.id)
    query = select(finding.c.id).where(finding.c.case_id == case_id, finding.c.id.not_in(own))
    return set(connection.execute(query).scalars())


def _gives_away(entry: dict[str, Any], undecided: set[str], account: Account) -> bool:
    """True for what another person did with a finding that this one has yet to decide."""
    return (
        entry.get("finding") in undecided
        and entry["account"] != account.id
        and entry["kind"] != EntryKind.FINDING_SEALED
    )


def _step(connection: Connection, entry: dict[str, Any], account: Account) -> Step:
    by = str(entry.get("account", ""))
    name = "you" if by == account.id else accounts.by_id(connection, by).name if by else ""
    return Step(
        seq=entry["seq"],
        at=from_text(entry["at"]),
        who=name,
        did=_words(entry),
        finding_id=str(entry.get("finding", "")),
    )


def _words(entry: dict[str, Any]) -> str:
    match entry["kind"]:
        case EntryKind.CASE_OPENED:
            return "opened the case and stated its purpose and legal basis"
        case EntryKind.CASE_JOINED:
            return f"let account {entry['holder']} into the case"
        case EntryKind.CONSULTATION if entry["what"] == "list":
            return f"looked up a list; lines: {entry['n']}, hits: {entry['n_hits']}"
        case EntryKind.CONSULTATION if entry["what"] in CONSULTED:
            return CONSULTED[entry["what"]]
        case EntryKind.CONSULTATION:
            return f"had the case's records read for {entry['what'].replace('_', ' ')}"
        case EntryKind.FINDING_SEALED:
            return "had a finding put before the case"
        case EntryKind.FINDING_OPENED:
            stages = {"claim": "read its claim and records", "assessment": "saw why it was found"}
            return stages.get(entry["stage"], "opened all of it without deciding")
        case EntryKind.JUDGEMENT:
            verdict = Verdict(entry["verdict"]).label
            return f"judged from the records alone: {verdict}, {entry['confidence']} of 100 sure"
        case EntryKind.DECISION:
            return f"decided: {Verdict(entry['verdict']).label}"
        case EntryKind.ACTION:
            return f"acted: {ActionKind(entry['kind_of_action']).label}"
        case EntryKind.EXPORT:
            return f"exported a {entry['what']}, which may leave the workbench"
        case EntryKind.REFUSED_ATTEMPT:
            return f"met with a refusal: {entry['what']} ({entry['why'].replace('_', ' ')})"
        case other:
            return str(other).replace("_", " ")
