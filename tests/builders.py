"""A home with people of every role, a case, a release and sealed findings, ready to be worked on.

``home(tmp_path)`` gives a `Home`; ``seal`` adds findings; ``judged``, ``unveiled``, ``decided``
take a person through the gate up to there. Nobody here is anyone: names are roles and numbers.
"""

import atexit
import hashlib
import shutil
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import cache
from itertools import count
from pathlib import Path
from typing import Any

from sqlalchemy import Connection

from workbench.domain.account import Account, Role
from workbench.domain.case import Case
from workbench.domain.checked import Calibration, Kept
from workbench.domain.entity import Entity, EntityKind, Link, LinkKind, LinkStatus
from workbench.domain.finding import (
    Assessment,
    Claim,
    CounterCase,
    Effect,
    Explanation,
    Finding,
    Keystone,
    Reason,
    Space,
    Subgraph,
)
from workbench.domain.log import EntryKind, commitment
from workbench.domain.record import HandlingCode, InformationGrade, Record, SourceGrade
from workbench.domain.release import AuditVerdict, Release
from workbench.services import review
from workbench.store import acceptances, accounts, cases, findings, releases
from workbench.store.database import Database, to_text
from workbench.store.datasets import Datasets
from workbench.store.decision_log import DecisionLog
from workbench.store.desk import Desk
from workbench.store.erasure import erase_finding
from workbench.store.registry import Registry
from workbench.store.tables import dataset
from workbench.store.vault import Vault

START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
REASON = "Dates and counterparts in the records agree."
RELEASE = "ties/1"
CASE = "C-0001"
PEOPLE = {
    "analyst-1": Role.ANALYST,
    "analyst-2": Role.ANALYST,
    "analyst-3": Role.ANALYST,  # not in the case
    "supervisor": Role.SUPERVISOR,
    "supervisor-2": Role.SUPERVISOR,
    "data-scientist": Role.DATA_SCIENTIST,  # trained the release
    "auditor": Role.AUDITOR,
    "administrator": Role.ADMINISTRATOR,
}

_KEYS = count(1)


class Clock:
    """A clock that goes on by a second each time it is read, or by more when told."""

    def __init__(self) -> None:
        self.at = START

    def __call__(self) -> datetime:
        self.at += timedelta(seconds=1)
        return self.at

    def advance(self, **by: float) -> None:
        self.at += timedelta(**by)


@dataclass(frozen=True)
class Home:
    """A desk with its clock, and the accounts in it by name."""

    desk: Desk
    clock: Clock
    people: dict[str, Account]

    def id_of(self, name: str) -> str:
        return self.people[name].id


def desk(root: Path, clock: Clock) -> Desk:
    """An empty desk on `root`, without models."""
    root.mkdir(parents=True, exist_ok=True)
    database = Database(root / "workbench.db")
    database.migrate()
    return Desk(
        home=root,
        database=database,
        log=DecisionLog(database, root / "keys", now=clock, origin="test.invalid/log"),
        vault=Vault(root / "vault"),
        datasets=Datasets(root / "datasets"),
        registry=Registry(root),
        models={},
        cards={},
        now=clock,
    )


def home(root: Path) -> Home:
    """A desk with `PEOPLE`, case `CASE` of analyst-1 and analyst-2, and `RELEASE` in use.

    Made once for each process and copied to `root`.
    """
    folder, at, people = _made_once()
    shutil.copytree(folder, root, dirs_exist_ok=True)
    clock = Clock()
    clock.at = at
    return Home(desk=desk(root, clock), clock=clock, people=dict(people))


@cache
def _made_once() -> tuple[Path, datetime, dict[str, Account]]:
    folder = Path(tempfile.mkdtemp(prefix="workbench-tests-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    clock = Clock()
    made = desk(folder, clock)
    with made.database.write() as connection:
        people = {
            name: accounts.add(connection, name, role, password="", now=clock(), must_change=False)
            for name, role in PEOPLE.items()
        }
        add_dataset(made, connection, "small-world")
        accept_dataset(made, connection, "small-world", people["supervisor"])
        _open_case(made, connection, people)
    built = Home(desk=made, clock=clock, people=people)
    add_release(built, RELEASE)
    made.database.close()
    return folder, clock.at, people


def _open_case(made: Desk, connection: Connection, people: dict[str, Account]) -> None:
    opener = people["analyst-1"]
    case = Case(
        id=CASE,
        title="Vehicles taken across a border",
        purpose="Find who moves the stolen vehicles.",
        legal_basis="Article 12 of a fictional act.",
        dataset="small-world",
        opened_at=made.now(),
        opened_by=opener.id,
        entity_ids=("E1",),
    )
    inside = [people["analyst-2"].id]
    cases.open_case(connection, made.log, made.vault, case, members=inside, account=opener)


def add_dataset(made: Desk, connection: Connection, name: str, *breached: str) -> None:
    """A dataset whose data audit, of the digest of `name`, breached these thresholds; pending."""
    sha256 = digest(name)
    said = {"dataset": name, "sha256": sha256, "synthetic": True, "account": "P-OPERATOR"}
    said |= {"data_audit": digest(f"audit of {name}"), "breached": list(breached)}
    seq = made.log.append(connection, EntryKind.DATASET_INGESTED, said)
    connection.execute(
        dataset.insert().values(
            name=name,
            title="A small world",
            sha256=sha256,
            synthetic=1,
            ingested_at=to_text(made.now()),
            ingested_by="P-OPERATOR",
            entry_seq=seq,
        )
    )


def accept_dataset(made: Desk, connection: Connection, name: str, who: Account) -> None:
    """`who` accepts it, in the supervisor's words and, where anything was breached, excuse."""
    audited = acceptances.logged_audit(connection, made.log, name)
    wanted = acceptances.Acceptance(
        audited=audited,
        account=who,
        reason="The quality report was read and is sound.",
        excuse="A small world to try things in, about nobody." if audited.breached else "",
        key=key(),
    )
    acceptances.write(connection, made.log, made.vault, wanted, session="", now=made.now())


def release(built: Home, release_id: str) -> Release:
    """A version that the data scientist trained and the supervisor approves."""
    model, _, version = release_id.partition("/")
    return Release(
        id=release_id,
        model=model,
        version=int(version),
        digest=digest(release_id),
        run_id=f"run-{version}",
        dataset="small-world",
        audit=AuditVerdict.PASS,
        audit_digest=digest("audit"),
        trained_by=built.id_of("data-scientist"),
        approved_by=built.id_of("supervisor"),
        approved_at=built.clock(),
        reason="The audit passed and the card is complete.",
    )


def add_release(built: Home, release_id: str) -> Release:
    """Approve such a version."""
    made = release(built, release_id)
    with built.desk.database.write() as connection:
        releases.write_release(
            connection,
            built.desk.log,
            built.desk.vault,
            made,
            account=built.people["supervisor"],
            key=key(),
        )
    return made


def record(record_id: str, *handling: HandlingCode, grade: str = "B2") -> Record:
    """A record of a call; `grade` is source and information grade."""
    return Record(
        id=record_id,
        kind="call",
        member_state="Ardenia",
        source="call records",
        source_grade=SourceGrade(grade[0]),
        information_grade=InformationGrade(grade[1]),
        handling=handling or (HandlingCode.H0,),
        occurred_at=START - timedelta(days=30),
        known_at=START - timedelta(days=20),
        content={"note": f"what {record_id} says <b>"},
    )


def claim(finding_id: str, records: Sequence[Record] = ()) -> Claim:
    """E1 and E2, both persons, may be connected; R1 ties E1 to offence E3."""
    entities = tuple(
        Entity(id=i, kind=kind, label=f"label {i}", member_state="Ardenia", record_id="R1")
        for i, kind in (
            ("E1", EntityKind.PERSON),
            ("E2", EntityKind.PERSON),
            ("E3", EntityKind.OFFENCE),
        )
    )
    tie = Link(
        source_id="E1",
        target_id="E3",
        kind=LinkKind.INVOLVED_IN,
        status=LinkStatus.RECORDED,
        basis="R1",
        role="suspect",
    )
    return Claim(
        finding_id=finding_id,
        case_id=CASE,
        dataset="small-world",
        text="E1 and E2 may be connected, although no record links them.",
        subject_ids=("E1", "E2"),
        subgraph=Subgraph(entities=entities, links=(tie,)),
        records=tuple(records) or (record("R1"),),
        as_of=START,
        salt="00" * 16,
    )


def assessment(finding_id: str, release_id: str = RELEASE) -> Assessment:
    """Score 0.5 = base 0.2 + effect 0.3, in log-odds."""
    effect = Effect(
        feature="shared_contacts",
        label="shared contacts",
        value=3.0,
        usual=None,
        unit="contacts",
        effect=0.3,
        interval=(0.2, 0.4),
        reason="How many contacts both have.",
        sentence="Both were in contact with 3 others.",
        stable_share=0.9,
    )
    return Assessment(
        finding_id=finding_id,
        model=release_id.partition("/")[0],
        release_id=release_id,
        release_digest=digest(release_id),
        score=0.5,
        probability=0.62,
        interval=(0.5, 0.7),
        threshold=0.6,
        proposed=True,
        outcome="records come to tie them",
        calibration=Calibration(said=0.6, seen=0.65, interval=(0.5, 0.8), n=240, days=120),
        answers=(True,),
        coverage=0.95,
        kept=(
            Kept(answer=True, share=0.94, interval=(0.88, 0.98), n=90),
            Kept(answer=False, share=0.95, interval=(0.94, 0.96), n=9000),
        ),
        explanation=Explanation(
            method="linear shap 0.51",
            space=Space.LOG_ODDS,
            base_value=0.2,
            effects=(effect,),
            reasons=(reason(effect),),
            output=0.5,
            background="200 candidates drawn from training",
            background_digest="",
            n_refits=20,
        ),
        withheld="",
        miss=None,
        reasons_for=("Both were in contact with 3 others.",),
        against=("They never were at the same place.",),
        unless=("With no shared contact it would not be put forward.",),
        counter_case=CounterCase(
            story="Both call a taxi company.",
            fits=("The number has many callers.",),
            misfits=("They call it at night.",),
            untold=("Who else calls it.",),
            keystones=(Keystone(record_id="R1", probability=0.2, topples=True),),
            n_tried=3,
            n_beneath=4,
            enquiry="Ask the operator who used the number.",
        ),
        limits=("Calls of one network only.",),
        group_rates=(),
        flags=(),
        drift=(),
        position={"shared_contacts": 0.9},
        snapshot={"shared_contacts": "3.0"},
        categories={},
        seed=7,
        versions={"scikit-learn": "1.9.1"},
        salt="11" * 16,
    )


def reason(*effects: Effect) -> Reason:
    """The effects as one reason, as stable as the first of them."""
    return Reason(
        label=" and ".join(e.label for e in effects).capitalize(),
        features=tuple(e.feature for e in effects),
        effect=sum(e.effect for e in effects),
        interval=None,
        sentence=effects[0].sentence,
        stable_share=effects[0].stable_share,
    )


def seal(
    built: Home,
    *,
    n_offence_facts: int = 1,
    about_person: bool = True,
    records: Sequence[Record] = (),
    release_id: str = RELEASE,
    **said: Any,
) -> Finding:
    """Seal a finding, in the data scientist's name; `said` is what its assessment says instead."""
    finding_id = findings.new_finding_id()
    with built.desk.database.write() as connection:
        return findings.seal(
            connection,
            built.desk.log,
            built.desk.vault,
            claim=claim(finding_id, records),
            assessment=replace(assessment(finding_id, release_id), **said),
            about_person=about_person,
            n_offence_facts=n_offence_facts,
            account=built.people["data-scientist"],
            now=built.clock(),
        )


def judged(built: Home, finding: Finding, *names: str, verdict: str = "supported") -> None:
    """Let each of `names` read the claim and seal a judgement."""
    for name in names:
        review.read(built.desk, finding.id, account=name)
        review.judge(
            built.desk, finding.id, account=name, verdict=verdict, confidence=70, reason=REASON
        )


def unveiled(built: Home, finding: Finding, *names: str) -> None:
    """As `judged`, and show each the assessment."""
    for name in names:
        judged(built, finding, name)
        review.unveil(built.desk, finding.id, account=name)


def decided(built: Home, finding: Finding, *names: str, verdict: str = "supported") -> list[str]:
    """As `unveiled`, and let each decide; returns the decisions' ids."""
    ids = []
    for name in names:
        unveiled(built, finding, name)
        receipt = review.decide(
            built.desk, finding.id, account=name, verdict=verdict, reason=REASON, key=key()
        )
        ids.append(receipt.decision_id)
    return ids


def erased(built: Home, finding_id: str) -> int:
    """Erase a finding as the operator would; the index of the entry that says so."""
    with built.desk.database.read() as connection:
        operator = accounts.by_name(connection, "operator")
    return erase_finding(built.desk.log, built.desk.vault, finding_id, account=operator)


def change(built: Home, name: str, role: Role) -> None:
    """Give an account another role."""
    with built.desk.database.write() as connection:
        accounts.set_role(connection, built.people[name], role, now=built.clock())
    built.people[name] = replace(built.people[name], role=role)


def disable(built: Home, name: str) -> None:
    """Disable an account."""
    with built.desk.database.write() as connection:
        accounts.disable(connection, built.people[name], now=built.clock())


def refusals(built: Home) -> list[tuple[str, str, str]]:
    """(what, why, account id) of the refused attempts in the log, oldest first."""
    with built.desk.database.read() as connection:
        entries = [entry.fields for entry in built.desk.log.entries(connection)]
    return [
        (str(e["what"]), str(e["why"]), str(e["account"]))
        for e in entries
        if e["kind"] == EntryKind.REFUSED_ATTEMPT
    ]


def n_entries(built: Home, kind: EntryKind) -> int:
    """How many entries of a kind the log holds."""
    with built.desk.database.read() as connection:
        return sum(e.fields["kind"] == kind for e in built.desk.log.entries(connection))


def key() -> str:
    """A new idempotency key."""
    return f"key-{next(_KEYS)}"


def digest(text: str) -> str:
    """SHA-256 of a text, as hex."""
    return hashlib.sha256(text.encode()).hexdigest()


def committed(text: str) -> str:
    """Some commitment; what it commits to does not matter."""
    return commitment("22" * 16, text)
