"""The chart of a case: its entities, what records link them to, and what people added."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np
from sqlalchemy import Connection, select

from workbench.analysis.datasheet import datasheet_of, units_of
from workbench.analysis.graph import CaseGraph
from workbench.analysis.picture import entities_at, links_at, records_at, rows_of_ids
from workbench.analysis.tables import IntArray
from workbench.domain.account import PERMISSIONS, Account, Operation
from workbench.domain.action import ActionKind
from workbench.domain.case import Case, require_words
from workbench.domain.entity import Entity, Link, LinkStatus
from workbench.domain.errors import BadInput
from workbench.domain.finding import Claim
from workbench.domain.record import Record
from workbench.store import accounts, cases, findings
from workbench.store.desk import Desk
from workbench.store.tables import decision

MOST = 60  # entities on a chart that a person can still read
MOST_RECORDS = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class Chart:
    """`own_ids` are the case's own entities. `n_beyond` neighbours did not fit; `n_kept_back`
    assessed links rest on findings that this account has not decided, so they would tell it what
    somebody else decided."""

    entities: tuple[Entity, ...]
    links: tuple[Link, ...]
    own_ids: tuple[str, ...]
    n_beyond: int
    n_kept_back: int


def chart(
    desk: Desk,
    case_id: str,
    *,
    account: str,
    hops: int = 1,
    most: int = MOST,
    among: bool = False,
) -> Chart:
    """The chart within `hops` recorded links of the case's entities, at most `most` entities.

    Entities that an assessed or a tentative link of the case touches are always on it. Links
    between two of the outermost entities are there with `among` alone.
    """
    with desk.database.read() as connection:
        who = accounts.by_name(connection, account)
        case = cases.enter(connection, desk.vault, case_id, who)
        assessed, n_kept_back = _assessed(desk, connection, case_id, who)
        tentative = _tentative(desk, connection, case_id, who)
    graph = desk.datasets.graph(case.dataset)
    own = rows_of_ids(graph, case.entity_ids)
    added = [*assessed, *tentative]
    touched = rows_of_ids(
        graph, [end for link in added for end in (link.source_id, link.target_id)]
    )
    rows, n_beyond = _around(graph, own, touched, hops=hops, most=most)
    return Chart(
        entities=entities_at(graph, rows),
        links=(*links_at(graph, _links(graph, own, rows, hops=hops, among=among)), *added),
        own_ids=case.entity_ids,
        n_beyond=n_beyond,
        n_kept_back=n_kept_back,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseRecords:
    """`records` are the latest; `n_more` older ones there are. `names` gives the labels of the
    entities that they speak of, by id, `units` those of columns by name."""

    records: tuple[Record, ...]
    n_more: int
    names: dict[str, str]
    units: dict[str, str]


def records(desk: Desk, case_id: str, *, account: str) -> CaseRecords:
    """Records that state the case's entities or link them to others, latest first."""
    with desk.database.read() as connection:
        who = accounts.by_name(connection, account)
        case = cases.enter(connection, desk.vault, case_id, who)
    graph = desk.datasets.graph(case.dataset)
    rows = _record_rows(graph, case)
    known = graph.records.loc[rows, "known_at"].sort_values(ascending=False, kind="stable")
    latest = [int(row) for row in known.index[:MOST_RECORDS]]
    near, _ = graph.neighbourhood(rows_of_ids(graph, case.entity_ids), 1, graph.n_entities)
    named = graph.entities.loc[near]
    return CaseRecords(
        records=records_at(graph, latest),
        n_more=len(rows) - len(latest),
        names=dict(zip(named["id"], named["label"], strict=True)),
        units=units_of(datasheet_of(desk.datasets.meta(case.dataset))),
    )


def draw_tentative_link(
    desk: Desk,
    case_id: str,
    *,
    source_id: str,
    target_id: str,
    reason: str,
    account: str,
    key: str,
) -> str:
    """Draw one's own hypothesis between two entities; only its author sees it. Returns its id.

    Raises
    ------
    BadInput
        When the ends are the same or not in the case's dataset, or the reason says nothing.
    """
    words = require_words(reason, of="reason of a tentative link", at_least=5)
    if source_id == target_id:
        raise BadInput("A tentative link needs two different entities; choose another one.")
    with desk.database.write() as connection:
        who = accounts.by_name(connection, account)
        case = cases.enter(connection, desk.vault, case_id, who)
        if len(rows_of_ids(desk.datasets.graph(case.dataset), [source_id, target_id])) != 2:
            raise BadInput(f"An end of the link is not in dataset {case.dataset}; choose again.")
        return cases.add_note(
            connection,
            desk.vault,
            case_id,
            kind=cases.TENTATIVE_LINK,
            content={"source_id": source_id, "target_id": target_id, "reason": words},
            account=who,
            at=desk.now(),
            key=key,
        )


def _around(
    graph: CaseGraph, own: list[int], touched: list[int], *, hops: int, most: int
) -> tuple[IntArray, int]:
    """Rows on the chart, and how many neighbours within reach did not fit."""
    rows, _ = graph.neighbourhood(own, hops, max(most, len(own)))
    reach, _ = graph.neighbourhood(own, hops, graph.n_entities)
    on_it = np.union1d(rows, np.asarray(touched, np.int32)).astype(np.int32)
    return on_it, len(np.setdiff1d(reach, on_it))


def _links(graph: CaseGraph, own: list[int], rows: IntArray, *, hops: int, among: bool) -> IntArray:
    """Links between entities on the chart; one end within `hops` - 1 steps unless `among`."""
    links = graph.links_among(rows)
    if among or hops == 0:
        return links
    inner, _ = graph.neighbourhood(own, hops - 1, len(rows))
    reached = np.isin(graph.sources[links], inner) | np.isin(graph.targets[links], inner)
    return links[reached]


def _record_rows(graph: CaseGraph, case: Case) -> list[int]:
    own = rows_of_ids(graph, case.entity_ids)
    carried = graph.links.loc[graph.incident(own), "record"]
    stated = graph.entities.loc[own, "record"]
    return sorted({int(row) for row in (*carried, *stated) if row in graph.records.index})


def _assessed(
    desk: Desk, connection: Connection, case_id: str, account: Account
) -> tuple[list[Link], int]:
    """Assessed links of the case, and how many are kept back from one who may yet decide."""
    query = select(decision.c.finding_id).where(decision.c.decided_by == account.id)
    own_decided = set(connection.execute(query).scalars())
    blind = account.role in PERMISSIONS[Operation.JUDGE]
    links: list[Link] = []
    n_kept_back = 0
    for action in findings.actions_in_case(connection, desk.vault, case_id):
        if action.kind is not ActionKind.ASSESSED_LINK:
            continue
        if blind and action.finding_id not in own_decided:
            n_kept_back += 1
            continue
        finding = findings.by_id(connection, action.finding_id)
        links += links_of(findings.load_claim(desk.vault, finding), finding.model)
    return links, n_kept_back


def links_of(claim: Claim, kind: str) -> Iterator[Link]:
    """What a supported claim draws: one link between two subjects, else one along each recorded
    link between its subjects (from the first subject to the others where there is none)."""
    subjects = set(claim.subject_ids)
    along = {
        (link.source_id, link.target_id): None
        for link in claim.subgraph.links
        if {link.source_id, link.target_id} <= subjects and link.source_id != link.target_id
    }
    star = {(claim.subject_ids[0], other): None for other in claim.subject_ids[1:]}
    for source_id, target_id in star if len(subjects) == 2 or not along else along:
        yield Link(
            source_id=source_id,
            target_id=target_id,
            kind=kind,
            status=LinkStatus.ASSESSED,
            basis=claim.finding_id,
        )


def _tentative(
    desk: Desk, connection: Connection, case_id: str, account: Account
) -> Iterable[Link]:
    """One's own hypotheses; others' stay theirs."""
    kept = cases.notes_of(connection, desk.vault, case_id, kind=cases.TENTATIVE_LINK)
    return [
        Link(
            source_id=note.content["source_id"],
            target_id=note.content["target_id"],
            kind=note.content["reason"],
            status=LinkStatus.TENTATIVE,
            basis=note.id,
        )
        for note in kept
        if note.written_by == account.id
    ]
