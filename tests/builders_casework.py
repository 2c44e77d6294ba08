"""A small town whose records are known by heart, accepted, with people to work on it.

Ada (person) uses phone +99 041 17, which called +99 041 77, used by Ben (person).
Ada and Ben are not linked. Ada is recorded as a suspect in an offence (A1).
Cyr (person) holds an account and has nothing to do with them; another state recorded it.
"""

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import builders
import builders_web
from builders_graph import START, GraphBuilder, framed

from workbench.analysis.picture import entities_at, links_at, records_at, rows_of_ids
from workbench.analysis.tables import CASES, ENTITIES, LINKS, RECORDS, SENSITIVE, Tables
from workbench.domain.account import Account, Role
from workbench.domain.checked import Calibration, Kept
from workbench.domain.finding import (
    Assessment,
    Claim,
    CounterCase,
    Effect,
    Explanation,
    GroupRate,
    Keystone,
    Space,
    Subgraph,
)
from workbench.domain.log import EntryKind
from workbench.domain.release import AuditVerdict, Release
from workbench.store import accounts, findings, releases
from workbench.store.database import to_text
from workbench.store.datasets import Ingested
from workbench.store.desk import Desk
from workbench.store.tables import dataset, dataset_acceptance

TOWN = "town"
PURPOSE = "Investigation 2026/117 into stolen vehicles"
LEGAL_BASIS = "Article 12 of the act on police data"
SHA = "ab" * 32
AUDITED: dict[str, object] = {"data_audit": "ef" * 32, "breached": []}


@dataclass(frozen=True)
class Town:
    """Ids of the entities, by what they are."""

    desk: Desk
    clock: builders_web.Clock
    analyst: Account
    second: Account
    outsider: Account
    supervisor: Account
    ada: str = "P-0"
    ada_phone: str = "P-1"
    ben: str = "P-2"
    ben_phone: str = "P-3"
    offence: str = "O-4"
    cyr: str = "P-5"
    cyr_account: str = "A-6"


def town(home: Path, *, clock: builders_web.Clock | None = None) -> Town:
    """The town, ingested and accepted, with two analysts, an outsider and a supervisor."""
    clock = clock or builders_web.Clock()
    desk = builders_web.desk(home, clock=clock)
    people = {
        "analyst": person(desk, "analyst-1", Role.ANALYST),
        "second": person(desk, "analyst-2", Role.ANALYST),
        "outsider": person(desk, "analyst-3", Role.ANALYST),
        "supervisor": person(desk, "supervisor", Role.SUPERVISOR),
    }
    desk.datasets.write(TOWN, Ingested(_tables(), {}, SHA, {"title": "Town"}, {}))
    _accept(desk, people["supervisor"])
    return Town(desk=desk, clock=clock, **people)


def person(desk: Desk, name: str, role: Role) -> Account:
    """An account without a password: nobody signs in as it, and no time goes into hashing."""
    with desk.database.write() as connection:
        made = accounts.add(connection, name, role, password="", now=desk.now(), must_change=False)
        said = {"account": "P-OPERATOR", "holder": made.id, "role": role.value}
        desk.log.append(connection, EntryKind.ROLE_CHANGE, said)
    return made


def signed_in(desk: Desk, who: Account) -> dict[str, str]:
    """What `AppTest.user` is set to: a real session of `who`, opened past the sign-in page."""
    with desk.database.write() as connection:
        token = accounts.open_session(connection, who, now=desk.now())
    return {"account": who.id, "session": accounts.session_hash(token)}


def _tables() -> Tables:
    graph = GraphBuilder()
    ada, ada_phone = graph.entity("person", "Ada Stone"), graph.entity("phone", "+99 041 17")
    ben, ben_phone = graph.entity("person", "Ben Reed"), graph.entity("phone", "+99 041 77")
    graph.link(ada, "uses", ada_phone)
    graph.link(ben, "uses", ben_phone)
    graph.call(ada_phone, ben_phone, on=10)
    graph.offence(ada)
    cyr = graph.entity("person", "Cyr Vale", state="BB")
    account = graph.entity("account", "BB12 0034 5678", state="BB")
    graph.link(cyr, "holds", account)
    cases = [
        {
            "id": "C-0001",
            "title": "Stolen vehicles",
            "purpose": PURPOSE,
            "legal_basis": LEGAL_BASIS,
            "opened_at": builders_web.START,
            "entity": row,
        }
        for row in (ada, ben)
    ]
    return Tables(
        records=framed(RECORDS, graph.records),
        entities=framed(ENTITIES, graph.entities),
        links=framed(LINKS, graph.links),
        sensitive=SENSITIVE.empty(),
        cases=framed(CASES, cases),
    )


def _accept(desk: Desk, supervisor: Account) -> None:
    with desk.database.write() as connection:
        seq = desk.log.append(
            connection,
            EntryKind.DATASET_INGESTED,
            AUDITED | {"dataset": TOWN, "sha256": SHA, "synthetic": True, "account": supervisor.id},
        )
        connection.execute(
            dataset.insert().values(
                name=TOWN,
                title="Town",
                sha256=SHA,
                synthetic=1,
                ingested_at=to_text(desk.now()),
                ingested_by=supervisor.id,
                entry_seq=seq,
            )
        )
        accepted = {"dataset": TOWN, "sha256": SHA, "account": supervisor.id, "reason": "cd" * 32}
        accepted |= {**AUDITED, "excuse": ""}
        seq = desk.log.append(connection, EntryKind.DATASET_ACCEPTED, accepted)
        connection.execute(
            dataset_acceptance.insert().values(
                dataset=TOWN,
                sha256=SHA,
                accepted_by=supervisor.id,
                accepted_at=to_text(desk.now()),
                reason_commitment="cd" * 32,
                data_audit="ef" * 32,
                breached="",
                excuse_commitment="",
                idempotency_key="accept-town",
                entry_seq=seq,
            )
        )


def release(at: Town) -> Release:
    """A release of a model that nobody here trained, approved by the supervisor."""
    made = Release(
        id="pair_model/1",
        model="pair_model",
        version=1,
        digest="12" * 32,
        run_id="run-1",
        dataset=TOWN,
        audit=AuditVerdict.PASS,
        audit_digest="34" * 32,
        trained_by="P-TRAINER",
        approved_by=at.supervisor.id,
        approved_at=at.desk.now(),
        reason="The audit passed on later candidates.",
    )
    with at.desk.database.write() as connection:
        releases.write_release(
            connection, at.desk.log, at.desk.vault, made, account=at.supervisor, key="release-1"
        )
    return made


def finding(
    at: Town,
    finding_id: str,
    *,
    case_id: str = "C-0001",
    stands_out: bool = True,
    withheld: str = "",
    answers: tuple[bool, ...] = (True,),
    against: tuple[str, ...] = ("Both phones call a taxi company.",),
    counter_case: CounterCase | None = None,
    **changed: Any,
) -> str:
    """A sealed finding: Ada and Ben may be connected. One verified fact on Ada lies beneath it.

    `changed` are fields of its assessment.
    """
    graph = at.desk.datasets.graph(TOWN)
    members = rows_of_ids(graph, [at.ada, at.ben])
    near, links = graph.neighbourhood(members, 1, 20)
    claim = Claim(
        finding_id=finding_id,
        case_id=case_id,
        dataset=TOWN,
        text="Ada Stone and Ben Reed may be connected, although no record links them.",
        subject_ids=(at.ada, at.ben),
        subgraph=Subgraph(entities=entities_at(graph, near), links=links_at(graph, links)),
        records=records_at(graph, graph.records_beneath(members, near, links)),
        as_of=START,
        salt="0" * 32,
    )
    made = replace(assessment(finding_id, stands_out=stands_out), against=against)
    made = _changed(made, withheld, answers)
    made = replace(made, counter_case=counter_case or made.counter_case)
    with at.desk.database.write() as connection:
        findings.seal(
            connection,
            at.desk.log,
            at.desk.vault,
            claim=claim,
            assessment=replace(made, **changed),
            about_person=True,
            n_offence_facts=1,
            account=at.supervisor,
            now=at.desk.now(),
        )
    return finding_id


def _changed(made: Assessment, withheld: str, answers: tuple[bool, ...]) -> Assessment:
    if withheld:
        made = replace(made, explanation=None, withheld=withheld, reasons_for=(), against=())
    return replace(made, answers=answers)


def assessment(finding_id: str, *, stands_out: bool = True) -> Assessment:
    """What a model would have said: a probability of 0.7 (0.5 to 0.8), two reasons."""
    effects = (
        Effect(
            feature="shared_contacts",
            label="shared contacts",
            value=3.0,
            usual=1.0,
            unit="contacts",
            effect=1.25,
            interval=(0.9, 1.6),
            reason="How many contacts the two have in common.",
            sentence="Three contacts in common, more than 95 of 100 pairs.",
            stable_share=0.95 if stands_out else 0.4,
        ),
        Effect(
            feature="days_since_contact",
            label="time since a contact",
            value=40.0,
            usual=None,
            unit="days",
            effect=-0.5,
            interval=None,
            reason="Days since either was in touch with a contact of the other.",
            sentence="Forty days, longer than most.",
            stable_share=0.5,
        ),
    )
    return Assessment(
        finding_id=finding_id,
        model="pair_model",
        release_id="pair_model/1",
        release_digest="12" * 32,
        score=0.85,
        probability=0.7,
        interval=(0.5, 0.8),
        threshold=0.5,
        proposed=True,
        outcome="records come to tie the two",
        calibration=Calibration(said=0.6, seen=0.65, interval=(0.5, 0.8), n=240, days=120),
        answers=(True,),
        coverage=0.95,
        kept=(
            Kept(answer=True, share=0.94, interval=(0.88, 0.98), n=90),
            Kept(answer=False, share=0.95, interval=(0.94, 0.96), n=9000),
        ),
        explanation=Explanation(
            method="TreeExplainer, shap 0.51",
            space=Space.LOG_ODDS,
            base_value=0.1,
            effects=effects,
            reasons=tuple(builders.reason(effect) for effect in effects),
            output=0.85,
            background="what each branch of the trees saw in training",
            background_digest="",
            n_refits=20,
        ),
        withheld="",
        miss=None,
        reasons_for=("They share three contacts.",),
        against=("Both phones call a taxi company.",),
        unless=("With one shared contact less it would not have been put forward.",),
        counter_case=CounterCase(
            story="Both call the number of a sports club.",
            fits=("Nine contacts are known of it.",),
            misfits=("They call it mostly at night.",),
            untold=("Whether they know each other from it.",),
            keystones=(Keystone(record_id="R-7", probability=0.2, topples=True),),
            n_tried=4,
            n_beneath=6,
            enquiry="Ask the operator who used the number.",
        ),
        limits=("It knows phones alone.",),
        group_rates=(
            GroupRate(
                attribute="sex",
                group="f × m",
                n=400,
                fpr=0.05,
                fpr_interval=(0.03, 0.07),
                fnr=None,
                fnr_interval=None,
            ),
        ),
        flags=(),
        drift=(),
        position={"shared_contacts": 0.9},
        snapshot={"shared_contacts": "3.0"},
        categories={},
        seed=7,
        versions={"scikit-learn": "1.9.1"},
        salt="1" * 32,
    )
