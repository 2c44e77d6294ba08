"""A home whose log holds whole reviews, and ways to tamper with it past every trigger."""

import hashlib
import json
import shutil
from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from pysqlite3 import dbapi2 as sqlite
from sqlalchemy import Connection

from workbench.domain.account import Account, Role
from workbench.domain.log import EntryKind, commitment, finding_digest
from workbench.store import accounts, findings, tables
from workbench.store.database import Database, to_text
from workbench.store.datasets import Datasets
from workbench.store.decision_log import DecisionLog
from workbench.store.desk import Desk
from workbench.store.registry import Registry
from workbench.store.vault import Vault

PEOPLE = {
    "analyst": Role.ANALYST,
    "second": Role.ANALYST,
    "outsider": Role.ANALYST,
    "supervisor": Role.SUPERVISOR,
    "trainer": Role.DATA_SCIENTIST,
    "auditor": Role.AUDITOR,
}
NEXT_DAY = datetime(2026, 3, 3, 9, 30, tzinfo=UTC)
RELEASE, RELEASE_DIGEST = "hidden_link/1", "5" * 64
REASON = "The call records show it plainly."


@dataclass
class Clock:
    """Goes on by one second whenever it is read."""

    at: datetime = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)

    def __call__(self) -> datetime:
        self.at += timedelta(seconds=1)
        return self.at


def log_home(root: Path, *, like: Path | None = None, interval_s: float = 0.0) -> "LogHome":
    """A home in the empty folder `root`, copied from `like` or one that is made once beside it."""
    template = like or root.parent / "log-home"
    if not template.exists():
        template.mkdir()
        LogHome(template).database.close()
    shutil.copytree(template, root, dirs_exist_ok=True)
    return LogHome(root, interval_s=interval_s, now=Clock(NEXT_DAY))


@dataclass
class LogHome:
    """`people` maps names to accounts; the case C-0001 has the two analysts for members."""

    root: Path
    interval_s: float = 0.0
    now: Clock = field(default_factory=Clock)
    people: dict[str, Account] = field(default_factory=dict)

    def __post_init__(self) -> None:
        new = not (self.root / "workbench.db").exists()
        self.database = Database(self.root / "workbench.db")
        self.database.migrate()
        self.vault = Vault(self.root / "vault")
        self.log = self.reopened()
        if new:
            self._fill()
        with self.database.read() as connection:
            found = accounts.list_accounts(connection)
        self.people = {account.name: account for account in found}

    def _fill(self) -> None:
        with self.database.write() as connection:
            for name, role in PEOPLE.items():
                made = accounts.add(connection, name, role, password="", now=self.now())
                self.people[name] = made
                said = {"account": "P-OPERATOR", "holder": made.id, "role": role.value}
                self.log.append(connection, EntryKind.ROLE_CHANGE, said)
            self.people["operator"] = accounts.by_name(connection, "operator")
            self._data(connection)
            self._release(connection)

    def reopened(self) -> DecisionLog:
        """The same log as another process would open it."""
        keys = self.root / "keys"
        return DecisionLog(self.database, keys, now=self.now, interval_s=self.interval_s)

    @property
    def keys(self) -> Path:
        return self.root / "keys"

    @property
    def desk(self) -> Desk:
        return Desk(
            home=self.root,
            database=self.database,
            log=self.log,
            vault=self.vault,
            datasets=Datasets(self.root / "datasets"),
            registry=Registry(self.root),
            models={},
            cards={},
            now=self.now,
        )

    def plain(self, n: int = 1) -> None:
        """Append `n` entries that no row cites."""
        for _ in range(n):
            with self.database.write() as connection:
                said = {"account": "P-1", "what": "act", "why": "not_cleared"}
                self.log.append(connection, EntryKind.REFUSED_ATTEMPT, said)

    def seal(
        self,
        finding: str,
        *,
        about_person: bool = False,
        n_offence_facts: int = 1,
        records: Sequence[Mapping[str, object]] = (),
    ) -> None:
        said = {"finding_id": finding, "records": list(records)}
        halves = {name: json.dumps({**said, "half": name}) for name in "ca"}
        claim, assessment = (hashlib.sha256(halves[name].encode()).hexdigest() for name in "ca")
        self.vault.put(finding, findings.CLAIM, halves["c"].encode())
        self.vault.put(finding, findings.ASSESSMENT, halves["a"].encode())
        said = {
            "model": "hidden_link",
            "release_digest": RELEASE_DIGEST,
            "digest": finding_digest(claim, assessment),
            "claim_digest": claim,
            "assessment_digest": assessment,
            "n_offence_facts": n_offence_facts,
        }
        ids = {"finding": finding, "case": "C-0001", "release": RELEASE}
        with self.database.write() as connection:
            account = self.people["operator"].id
            fields = {**ids, **said, "about_person": about_person, "account": account}
            seq = self.log.append(connection, EntryKind.FINDING_SEALED, fields)
            row = {"id": finding, "case_id": "C-0001", "release_id": RELEASE}
            row |= {"sealed_at": to_text(self.now()), "about_person": int(about_person)}
            _insert(connection, "finding", seq, **row, **said)

    def opened(self, finding: str, name: str, stage: str = "claim") -> None:
        who = self.people[name]
        with self.database.write() as connection:
            sealed = findings.by_id(connection, finding)
            shown = sealed.claim_digest if stage == "claim" else sealed.assessment_digest
            fields = {"finding": finding, "digest": sealed.digest, "account": who.id}
            said = {**fields, "stage": stage, "shown": shown, "session": ""}
            seq = self.log.append(connection, EntryKind.FINDING_OPENED, said)
            row = {"finding_id": finding, "account_id": who.id, "stage": stage}
            row |= {"shown_digest": shown, "session_hash": "", "opened_at": to_text(self.now())}
            _insert(connection, "opening", seq, **row)

    def judged(self, finding: str, name: str, verdict: str = "supported") -> None:
        who, key = self.people[name], f"J-{name}-{finding}"
        with self.database.write() as connection:
            digest, reason = self._reason(connection, finding, key)
            fields = {"finding": finding, "digest": digest, "judgement": key, "account": who.id}
            said = {"verdict": verdict, "confidence": 70}
            fields |= {**said, "reason": reason}
            seq = self.log.append(connection, EntryKind.JUDGEMENT, fields)
            row = {"id": key, "finding_id": finding, "finding_digest": digest}
            row |= {"reason_commitment": reason, "judged_by": who.id, **said}
            _insert(connection, "judgement", seq, judged_at=to_text(self.now()), **row)

    def decided(self, finding: str, name: str, verdict: str = "supported", n: int = 1) -> str:
        who, key = self.people[name], f"D-{name}-{finding}-{n}"
        with self.database.write() as connection:
            sealed = findings.by_id(connection, finding)
            _, reason = self._reason(connection, finding, key)
            said = {"verdict": verdict, "role": who.role.value}
            fields = {"finding": finding, "digest": sealed.digest, "decision": key, **said}
            fields |= {"account": who.id, "session": "", "reason": reason, "shown_for_s": 41}
            fields |= {"shown": sealed.assessment_digest, "policy": "two-by-impact/1"}
            fields |= {"release": RELEASE, "release_digest": RELEASE_DIGEST}
            seq = self.log.append(connection, EntryKind.DECISION, fields)
            row = {"id": key, "finding_id": finding, "finding_digest": sealed.digest, **said}
            row |= {"reason_commitment": reason, "decided_by": who.id, "session_hash": ""}
            row |= {"shown_digest": sealed.assessment_digest, "idempotency_key": key}
            _insert(connection, "decision", seq, decided_at=to_text(self.now()), **row)
        return key

    def reviewed(self, finding: str, name: str, verdict: str = "supported") -> str:
        """Read, judged, unveiled and decided by one person; the decision's id."""
        self.opened(finding, name)
        self.judged(finding, name, verdict)
        self.opened(finding, name, "assessment")
        return self.decided(finding, name, verdict)

    def acted(self, finding: str, name: str, kind: str, cites: list[str]) -> None:
        who, key = self.people[name], f"A-{kind}-{finding}"
        with self.database.write() as connection:
            sealed = findings.by_id(connection, finding)
            fields = {"finding": finding, "digest": sealed.digest, "action": key}
            fields |= {"kind_of_action": kind, "account": who.id, "subject": ""}
            said = {**fields, "cites": cites}
            seq = self.log.append(connection, EntryKind.ACTION, said)
            row = {"id": key, "finding_id": finding, "finding_digest": sealed.digest}
            row |= {"kind": kind, "subject": "", "cites": " ".join(cites), "acted_by": who.id}
            row |= {"acted_at": to_text(self.now()), "idempotency_key": key}
            _insert(connection, "action", seq, **row)

    def whole_review(self, finding: str) -> None:
        """Sealed, found supported by two people, and exported as a dossier."""
        self.seal(finding)
        cites = [self.reviewed(finding, name) for name in ("analyst", "second")]
        self.acted(finding, "analyst", "dossier", cites)

    def stopped(self, release: str, name: str) -> None:
        who, key = self.people[name], f"E-{name}"
        with self.database.write() as connection:
            said = {"release": release, "event": key, "account": who.id, "reason": "d" * 64}
            seq = self.log.append(connection, EntryKind.RELEASE_SUSPENDED, said)
            row = {"id": key, "release_id": release, "kind": "suspended", "by": who.id}
            row |= {"at": to_text(self.now()), "reason_commitment": "d" * 64}
            _insert(connection, "release_event", seq, **row)

    def tamper(self, statement: str, *values: object) -> None:
        """Run SQL on the file with all triggers taken away, and put them back."""
        triggers = self.drop_triggers()
        self.raw(statement, *values)
        with closing(sqlite.connect(self.root / "workbench.db")) as raw, raw:
            for trigger in triggers:
                raw.execute(trigger)

    def raw(self, statement: str, *values: object) -> None:
        """Run SQL on the file over a connection that heeds no foreign key and no CHECK."""
        with closing(sqlite.connect(self.root / "workbench.db")) as raw, raw:
            raw.execute("PRAGMA ignore_check_constraints = ON")
            raw.execute(statement, values)

    def drop_triggers(self) -> list[str]:
        """Take all triggers away, as a database's owner can; returns what they were."""
        with closing(sqlite.connect(self.root / "workbench.db")) as raw, raw:
            named = "SELECT name, sql FROM sqlite_schema WHERE type = 'trigger'"
            triggers = raw.execute(named).fetchall()
            for name, _ in triggers:
                raw.execute(f"DROP TRIGGER {name}")
        return [sql for _, sql in triggers]

    def _reason(self, connection: Connection, finding: str, key: str) -> tuple[str, str]:
        self.vault.put(finding, key, REASON.encode())
        digest = findings.by_id(connection, finding).digest
        return digest, commitment(self.vault.salt(finding), REASON)

    def _data(self, connection: Connection) -> None:
        operator, at = self.people["operator"].id, to_text(self.now())
        said = {"dataset": "town", "sha256": "a" * 64, "synthetic": True, "account": operator}
        said |= {"data_audit": "d" * 64, "breached": ["missing_gap", "silent_months"]}
        seq = self.log.append(connection, EntryKind.DATASET_INGESTED, said)
        row = {"name": "town", "title": "Town", "sha256": "a" * 64, "synthetic": 1}
        _insert(connection, "dataset", seq, **row, ingested_at=at, ingested_by=operator)
        self._acceptance(connection, at)
        inside = sorted(self.people[name].id for name in ("analyst", "second"))
        said = {"case": "C-0001", "dataset": "town", "purpose": "b" * 64, "account": operator}
        said["members"] = inside
        seq = self.log.append(connection, EntryKind.CASE_OPENED, said)
        row = {"id": "C-0001", "dataset": "town", "content": "case.json", "opened_by": operator}
        _insert(connection, "case_file", seq, **row, opened_at=at)
        content = {"title": "Town", "purpose": "Investigation 2026/117 into thefts"}
        content |= {"legal_basis": "Article 12 of the act on police data", "entity_ids": []}
        self.vault.put("C-0001", "case.json", json.dumps(content).encode())
        for name in ("analyst", "second"):
            member = {"case_id": "C-0001", "account_id": self.people[name].id, "added_at": at}
            connection.execute(tables.case_member.insert().values(member))

    def _acceptance(self, connection: Connection, at: str) -> None:
        """By the supervisor, who excuses what the data audit breached."""
        said = {"dataset": "town", "sha256": "a" * 64, "data_audit": "d" * 64}
        who, breached = self.people["supervisor"].id, ["missing_gap", "silent_months"]
        fields = {**said, "account": who, "reason": "e" * 64, "excuse": "f" * 64}
        fields |= {"breached": breached}
        seq = self.log.append(connection, EntryKind.DATASET_ACCEPTED, fields)
        row = {**said, "accepted_by": who, "accepted_at": at, "reason_commitment": "e" * 64}
        row |= {"breached": " ".join(breached), "excuse_commitment": "f" * 64}
        _insert(connection, "dataset_acceptance", seq, **row, idempotency_key="accept-town")

    def _release(self, connection: Connection) -> None:
        said = {"model": "hidden_link", "version": 1, "dataset": "town", "audit_digest": "6" * 64}
        said |= {"trained_by": self.people["trainer"].id}
        approver = self.people["supervisor"].id
        fields = {"release": RELEASE, "release_digest": RELEASE_DIGEST, "run": "r1", **said}
        fields |= {"audit": "pass", "account": approver, "reason": "c" * 64}
        seq = self.log.append(connection, EntryKind.RELEASE_PROMOTED, fields)
        row = {"id": RELEASE, "digest": RELEASE_DIGEST, "run_id": "r1", **said}
        row |= {"audit_verdict": "pass", "approved_by": approver, "reason_commitment": "c" * 64}
        row |= {"approved_at": to_text(self.now()), "idempotency_key": "release-1"}
        _insert(connection, "release", seq, **row)


def _insert(connection: Connection, table: str, seq: int, **row: object) -> None:
    connection.execute(tables.metadata.tables[table].insert().values(entry_seq=seq, **row))
