"""A small town whose records are known by heart, accepted, with people to work on it.

Ada (person) uses phone +99 041 17, which called +99 041 77, used by Ben (person).
Ada and Ben are not linked. Ada is recorded as a suspect in an offence (A1).
Cyr (person) holds an account and has nothing to do with them; another state recorded it.
"""

from dataclasses import dataclass
from pathlib import Path

import builders_web
from builders_graph import GraphBuilder, framed

from workbench.analysis.tables import CASES, ENTITIES, LINKS, RECORDS, SENSITIVE, Tables
from workbench.domain.account import Account, Role
from workbench.domain.log import EntryKind
from workbench.store import accounts
from workbench.store.database import to_text
from workbench.store.datasets import Ingested
from workbench.store.desk import Desk
from workbench.store.tables import dataset, dataset_acceptance

TOWN = "town"
PURPOSE = "Investigation 2026/117 into stolen vehicles"
LEGAL_BASIS = "Article 12 of the act on police data"
SHA = "ab" * 32


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


def town(home: Path) -> Town:
    """The town, ingested and accepted, with two analysts, an outsider and a supervisor."""
    clock = builders_web.Clock()
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
        return accounts.add(connection, name, role, password="", now=desk.now(), must_change=False)


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
            {"dataset": TOWN, "sha256": SHA, "synthetic": True, "account": supervisor.id},
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
        seq = desk.log.append(connection, EntryKind.DATASET_ACCEPTED, accepted)
        connection.execute(
            dataset_acceptance.insert().values(
                dataset=TOWN,
                sha256=SHA,
                accepted_by=supervisor.id,
                accepted_at=to_text(desk.now()),
                reason_commitment="cd" * 32,
                idempotency_key="accept-town",
                entry_seq=seq,
            )
        )
