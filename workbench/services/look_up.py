"""Look up a list: each line becomes hit, hit elsewhere, no hit or not understood."""

from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from workbench.analysis import naming
from workbench.analysis.graph import CaseGraph
from workbench.analysis.picture import entities_at, rows_of_ids
from workbench.domain.account import Account
from workbench.domain.case import Case
from workbench.domain.entity import Entity
from workbench.domain.errors import BadInput
from workbench.domain.log import EntryKind
from workbench.store import accounts, cases
from workbench.store.desk import Desk

MOST_LINES = 500


class Found(StrEnum):
    HIT = "hit"
    ELSEWHERE = "hit elsewhere"
    NO_HIT = "no hit"
    NOT_UNDERSTOOD = "not understood"


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One line of a list. `entity` is set on a hit alone; elsewhere only `kind` and
    `member_state` are told, enough to ask for it."""

    text: str
    found: Found
    kind: str = ""
    member_state: str = ""
    entity: Entity | None = None
    own: bool = False


def look_up_list(desk: Desk, case_id: str, *, text: str, account: str) -> tuple[Line, ...]:
    """Look each line up for a case, and log the consultation with its purpose and counts.

    A hit is an entity of the case or one that a record links to it; elsewhere is anything else
    in the case's dataset.

    Raises
    ------
    BadInput
        When there is no line, or more than `MOST_LINES`.
    """
    items = naming.lines_of(text, at_most=MOST_LINES + 1)
    if not items:
        raise BadInput("There is nothing to look up; paste numbers, names or accounts, one a line.")
    if len(items) > MOST_LINES:
        raise BadInput(f"A list may have {MOST_LINES} lines; look it up in parts.")
    with desk.database.read() as connection:
        who = accounts.by_name(connection, account)
        case = cases.enter(connection, desk.vault, case_id, who)
    graph = desk.datasets.graph(case.dataset)
    own = rows_of_ids(graph, case.entity_ids)
    near, _ = graph.neighbourhood(own, 1, graph.n_entities)
    lines = tuple(_line(graph, item, set(own), set(near.tolist())) for item in items)
    _log(desk, case, who, lines)
    return lines


def _line(graph: CaseGraph, text: str, own: set[int], near: set[int]) -> Line:
    if not naming.tidy(text):
        return Line(text=text, found=Found.NOT_UNDERSTOOD)
    rows = naming.find(graph, text)
    if not rows:
        return Line(text=text, found=Found.NO_HIT)
    inside = [row for row in rows if row in near]
    row = inside[0] if inside else rows[0]
    entity = entities_at(graph, np.asarray([row], np.int32))[0]
    return Line(
        text=text,
        found=Found.HIT if inside else Found.ELSEWHERE,
        kind=entity.kind.value,
        member_state=entity.member_state,
        entity=entity if inside else None,
        own=row in own,
    )


def _log(desk: Desk, case: Case, account: Account, lines: tuple[Line, ...]) -> None:
    n_hits = sum(line.found in (Found.HIT, Found.ELSEWHERE) for line in lines)
    with desk.database.write() as connection:
        fields = cases.purpose_fields(desk.vault, case, account=account, session=desk.session_hash)
        desk.log.append(
            connection,
            EntryKind.CONSULTATION,
            {**fields, "what": "list", "n": len(lines), "n_hits": n_hits},
        )
