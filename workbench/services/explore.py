"""Link analysis: who is linked to whom, by which way, and who stands in the middle.

Each answer opens content, so each is logged with its purpose; where it joins what several sources
delivered, the combination is logged too (duties T29, T30).
"""

from collections.abc import Sequence
from typing import Any

import numpy as np

from workbench.analysis import naming
from workbench.analysis.graph import CaseGraph
from workbench.analysis.picture import entities_at, links_at, rows_of_ids
from workbench.analysis.tables import IntArray
from workbench.domain.account import Account, Operation
from workbench.domain.case import require_words
from workbench.domain.entity import EntityKind
from workbench.domain.errors import BadInput, NotFound
from workbench.domain.log import EntryKind, commitment
from workbench.store import accounts
from workbench.store.desk import Desk

MOST_PATHS = 10
MOST_LINKS = 1_000
MOST_IDS = 5
OPERATOR = accounts.OPERATOR


def neighbours(
    desk: Desk, entity: str, *, dataset: str = "", purpose: str, account: str = OPERATOR
) -> dict[str, Any]:
    """Entities that a record links to `entity`: its id, its id in the source, or its unique name.

    Returns
    -------
    dict
        ``entities`` (id, label, kind), those with most links to it first; ``links``, the latest
        first, at most 1,000, and ``n_links`` in all.

    Raises
    ------
    NotFound, BadInput
        When no entity answers to it, or several do.
    """
    who, name, graph = _opened(desk, dataset, account, purpose)
    centre = _one(graph, entity)
    links = graph.incident([centre])
    ends = np.concatenate([graph.sources[links], graph.targets[links]])
    others, n_links = np.unique(ends[ends != centre], return_counts=True)
    rows = others[np.argsort(-n_links, kind="stable")]
    _log(desk, who, name, purpose, graph, links, n_entities=len(rows))
    return {"entities": _entities(graph, rows), "n_links": len(links)} | _links(graph, links)


def path(
    desk: Desk, a: str, b: str, *, dataset: str = "", purpose: str, account: str = OPERATOR
) -> dict[str, Any]:
    """The shortest ways from `a` to `b` over recorded links of any kind, at most ten.

    Returns
    -------
    dict
        ``paths`` (lists of labels in order, empty where there is no way), the ``entities`` on
        them, and the ``links`` between them.
    """
    from workbench.analysis.ranking import shortest_paths, simple_csr

    who, name, graph = _opened(desk, dataset, account, purpose)
    ends = _one(graph, a), _one(graph, b)
    ways = shortest_paths(graph.derived(simple_csr), *ends, most=MOST_PATHS)
    rows = np.array(list(dict.fromkeys(row for way in ways for row in way)), np.int32)
    links = graph.links_among(rows)
    _log(desk, who, name, purpose, graph, links, n_entities=len(rows))
    labels = graph.entities["label"]
    found = {
        "paths": [[str(labels[row]) for row in way] for way in ways],
        "entities": _entities(graph, rows),
        "n_links": len(links),
    }
    return found | _links(graph, links)


def top(
    desk: Desk,
    *,
    by: str,
    kind: str = "",
    limit: int = 10,
    dataset: str = "",
    purpose: str,
    account: str = OPERATOR,
) -> dict[str, Any]:
    """Entities by their place in the graph: `degree`, `betweenness` or `pagerank`.

    It says where records meet, not what anybody did: a busy shop comes before a gang. The measure
    is taken on the whole graph, `kind` only chooses what is listed.

    Returns
    -------
    dict
        ``entities`` with ``value``, highest first, equal ones by id; ``links`` among them.
    """
    from workbench.analysis.ranking import MEASURES, simple_csr

    if by not in MEASURES:
        raise BadInput(f"There is no measure {by!r}; take one of: {', '.join(MEASURES)}.")
    if kind and kind not in list(EntityKind):
        raise BadInput(f"There is no kind {kind!r}; take one of: {', '.join(EntityKind)}.")
    if limit < 1:
        raise BadInput(f"A list of {limit} entities says nothing; ask for 1 or more.")
    who, name, graph = _opened(desk, dataset, account, purpose)
    values = MEASURES[by](graph.derived(simple_csr))
    rows = graph.rows_of(kind) if kind else graph.entities.index.to_numpy(np.int32)
    ids = graph.entities["id"].reindex(rows).to_numpy(object)
    rows = rows[np.lexsort((ids, -values[rows]))][:limit]
    links = graph.links_among(rows)
    _log(desk, who, name, purpose, graph, links, n_entities=len(rows))
    entities = [
        entity | {"value": float(value)}
        for entity, value in zip(_entities(graph, rows), values[rows], strict=True)
    ]
    return {"entities": entities, "n_links": len(links)} | _links(graph, links)


def _opened(desk: Desk, dataset: str, account: str, purpose: str) -> tuple[Account, str, CaseGraph]:
    require_words(purpose, of="purpose of looking into records", at_least=5)
    with desk.database.read() as connection:
        who = accounts.by_name(connection, account)
        who.require(Operation.OPEN_CASE)
    name = dataset or _last(desk)
    return who, name, desk.datasets.graph(name)


def _last(desk: Desk) -> str:
    """The dataset that was ingested last."""
    from sqlalchemy import select

    from workbench.store.tables import dataset

    with desk.database.read() as connection:
        query = select(dataset.c.name).order_by(dataset.c.ingested_at.desc()).limit(1)
        name = connection.execute(query).scalar()
    if name is None:
        raise NotFound("There is no dataset yet; ingest one first.")
    return str(name)


def _one(graph: CaseGraph, text: str) -> int:
    """The row of the one entity that `text` names: by id, by its record's id, by its label."""
    by_id = rows_of_ids(graph, [text])
    if by_id:
        return by_id[0]
    records = graph.records.index[graph.records["id"] == text]
    stated = graph.entities.index[graph.entities["record"].isin(records)].tolist()
    rows = stated or list(naming.find(graph, text))
    if not rows:
        raise NotFound("No entity has that id or name here; look it up first.")
    if len(rows) > 1:
        ids = ", ".join(graph.entities["id"].loc[rows[:MOST_IDS]])
        raise BadInput(
            f"{len(rows)} entities answer to that name; give the id of one of them: {ids}"
            f"{' ...' if len(rows) > MOST_IDS else ''}."
        )
    return int(rows[0])


def _entities(graph: CaseGraph, rows: Sequence[int] | IntArray) -> list[dict[str, Any]]:
    return [
        {"id": entity.id, "label": entity.label, "kind": entity.kind.value}
        for entity in entities_at(graph, rows)
    ]


def _links(graph: CaseGraph, rows: IntArray) -> dict[str, Any]:
    """The latest `MOST_LINKS` of these links."""
    latest = rows[np.argsort(-graph.times[rows], kind="stable")][:MOST_LINKS]
    return {
        "links": [
            {
                "source": link.source_id,
                "target": link.target_id,
                "kind": link.kind,
                "role": link.role,
                "occurred_at": link.occurred_at.isoformat() if link.occurred_at else None,
                "amount": link.amount,
                "record": link.basis,
            }
            for link in links_at(graph, latest)
        ]
    }


def _log(
    desk: Desk,
    who: Account,
    dataset: str,
    purpose: str,
    graph: CaseGraph,
    links: IntArray,
    *,
    n_entities: int,
) -> None:
    records = graph.records.loc[graph.links.loc[links, "record"].unique()]
    sources = sorted(records["source"].unique())
    fields = {
        "account": who.id,
        "role": who.role.value,
        "session": desk.session_hash,
        "simulated": who.simulated,
        "dataset": dataset,
        "purpose": commitment(desk.vault.salt(dataset), purpose),
        "n_entities": n_entities,
        "n_links": len(links),
    }
    with desk.database.write() as connection:
        desk.log.append(connection, EntryKind.CONSULTATION, {**fields, "what": "graph"})
        if len(sources) > 1:
            combined = {**fields, "what": "graph", "sources": sources}
            desk.log.append(connection, EntryKind.COMBINATION, combined)
