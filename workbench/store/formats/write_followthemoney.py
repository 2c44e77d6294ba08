"""Recorded entities and links as FollowTheMoney entities, one JSON object a line.

FollowTheMoney has no schema for an offence, a phone or a thing without a name of its own: an
offence is written as an Event, a phone as a UserAccount with its number, anything else as an Asset.
Kind, record and provenance stand beside the properties under ``workbench``, which the library keeps
as context; properties and schemata are valid without it.
"""

import hashlib
import json
import re
from collections.abc import Iterator, Mapping

from workbench.analysis.leaving import Edge, Leaving, Node
from workbench.analysis.node_tables import AMOUNT, FROM, ID, KIND, LABEL, RECORD, ROLE, SOURCE, TO
from workbench.domain.entity import EntityKind, LinkKind
from workbench.store.formats.followthemoney_words import EDGES, OURS

_SCHEMATA: Mapping[str, str] = {
    EntityKind.PERSON: "Person",
    EntityKind.ORGANISATION: "Organization",
    EntityKind.ACCOUNT: "BankAccount",
    EntityKind.PHONE: "UserAccount",
    EntityKind.VEHICLE: "Vehicle",
    EntityKind.PLACE: "Address",
    EntityKind.OFFENCE: "Event",
    EntityKind.OTHER: "Asset",
}
_NAMED: Mapping[str, tuple[str, ...]] = {  # properties that hold the label, beside the name
    "BankAccount": ("accountNumber",),
    "UserAccount": ("username", "number"),
    "Vehicle": ("registrationNumber",),
    "Address": ("full",),
    "Event": ("summary",),
}
_LEGAL = (EntityKind.PERSON, EntityKind.ORGANISATION)
_ID = re.compile(r"[0-9A-Za-z]([0-9A-Za-z.-]{0,253}[0-9A-Za-z])?", re.ASCII)


def followthemoney_lines(leaving: Leaving) -> Iterator[bytes]:
    """The entities, then the links as interval schemata, line by line."""
    kinds: dict[str, str] = {}
    owned: set[str] = set()
    holders: dict[str, list[str]] = {}
    nodes = {node.id: node.cells[KIND] for node in leaving.nodes()}
    for edge in leaving.edges():
        if edge.cells[KIND] == LinkKind.OWNS:
            owned.add(edge.target)
        if edge.cells[KIND] == LinkKind.HOLDS and nodes[edge.source] in _LEGAL:
            holders.setdefault(edge.target, []).append(edge.source)
    for node in leaving.nodes():
        kinds[node.id] = node.cells[KIND]
        yield _line(_entity(node, is_owned=node.id in owned))
    for number, edge in enumerate(leaving.edges(), start=1):
        yield _line(_interval(edge, number, kinds, holders))


def _line(document: Mapping[str, object]) -> bytes:
    return json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"


def reference(id: str) -> str:
    """The id in the file: the same where FollowTheMoney takes it, else a digest of it."""
    if _ID.fullmatch(id):
        return id
    return f"id-{hashlib.sha256(id.encode()).hexdigest()[:40]}"


def _entity(node: Node, *, is_owned: bool) -> dict[str, object]:
    schema = _SCHEMATA[node.cells[KIND]]
    if schema == "Organization" and is_owned:
        schema = "Company"  # what is owned is an Asset, which an Organization is not
    names = ("name", *_NAMED.get(schema, ()))
    properties = {name: [node.label] for name in names if _fits(name, node.label)}
    if source := node.cells.get(SOURCE):
        properties["publisher"] = [source]
    own = {ID: node.id, LABEL: node.label, **_own(node)}
    return {
        "id": reference(node.id),
        "schema": schema,
        "caption": node.label,
        "properties": properties,
        OURS: own,
    }


def _fits(name: str, label: str) -> bool:
    """A phone's number is one only where it is written as the library wants it."""
    return name != "number" or bool(re.fullmatch(r"\+[1-9]\d{6,14}", label))


def _own(one: Node | Edge) -> dict[str, object]:
    cells = list(one.cells.items())
    own: dict[str, object] = dict(cells[: one.n_own])
    if more := dict(cells[one.n_own :]):
        own["attributes"] = more
    return own


def _interval(
    edge: Edge, number: int, kinds: Mapping[str, str], holders: Mapping[str, list[str]]
) -> dict[str, object]:
    cells = edge.cells
    schema = _interval_schema(edge, kinds, holders)
    ends = (edge.source, edge.target)
    names = ("payerAccount", "beneficiaryAccount") if schema == "Payment" else _ends(schema)
    properties = {name: [reference(end)] for name, end in zip(names, ends, strict=True)}
    if schema == "Payment":
        for name, end in zip(("payer", "beneficiary"), ends, strict=True):
            properties[name] = [reference(one) for one in dict.fromkeys(holders[end])]
        if amount := cells.get(AMOUNT):
            properties |= {"amount": [amount], "amountEur": [amount], "currency": ["EUR"]}
    elif schema in ("Associate", "Family"):
        properties["relationship"] = [cells[KIND].replace("_", " ")]
    else:
        properties["role"] = [cells.get(ROLE) or cells[KIND].replace("_", " ")]
    if occurred := cells.get("occurred_at"):
        properties["date"] = [occurred[:19]]
    if record := cells.get(RECORD):
        properties["recordId"] = [record]
    if source := cells.get(SOURCE):
        properties["publisher"] = [source]
    own = {ID: f"link-{number}", FROM: edge.source, TO: edge.target, **_own(edge)}
    name = f"{FROM}\n{edge.source}\n{edge.target}\n{cells.get(RECORD, '')}\n{number}"
    digest = hashlib.sha256(name.encode()).hexdigest()[:40]
    return {"id": f"link-{digest}", "schema": schema, "properties": properties, OURS: own}


def _ends(schema: str) -> tuple[str, str]:
    sources, targets = EDGES[schema]
    return sources[0], targets[0]


def _interval_schema(edge: Edge, kinds: Mapping[str, str], holders: Mapping[str, list[str]]) -> str:
    """The interval whose ends may be what this link joins; UnknownLink joins any two things."""
    source, target = kinds[edge.source], kinds[edge.target]
    match edge.cells[KIND]:
        case LinkKind.HOLDS if source in _LEGAL and target == EntityKind.ACCOUNT:
            return "Ownership"
        case LinkKind.OWNS if source in _LEGAL and target in (
            EntityKind.VEHICLE,
            EntityKind.ORGANISATION,
            EntityKind.ACCOUNT,
            EntityKind.OTHER,
        ):
            return "Ownership"
        case LinkKind.DIRECTS if source in _LEGAL and target == EntityKind.ORGANISATION:
            return "Directorship"
        case LinkKind.ASSOCIATED_WITH if source == target == EntityKind.PERSON:
            return "Associate"
        case LinkKind.TRANSFERRED if edge.source in holders and edge.target in holders:
            return "Payment"
        case _:
            return "UnknownLink"
