"""What the nodes and edges of a graph file mean: tables of one kind each, with their mappings.

A node's kind is read from an attribute that is called kind, type or schema and holds words that
name one; else it is an ``entity``. An edge's is read likewise, else it is ``linked_to``. Whatever
is not recognised stays text with its row. A file that carries the provenance of this workbench
(see `OURS`) is read back exactly.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

import numpy as np
import numpy.typing as npt
import pandas as pd

from workbench.analysis.mapping import (
    PROVENANCE,
    Part,
    TableMapping,
    plain,
    proposed_meanings,
)
from workbench.domain.entity import EntityKind, LinkKind

ID, LABEL, FROM, TO = "id", "label", "from", "to"
_STRUCTURE = (ID, LABEL, FROM, TO)
SOURCE = "record_source"  # an edge's own ends are called source and target in these formats
OURS: Mapping[str, str] = {m: SOURCE if m == "source" else m for m in PROVENANCE}
KIND, RECORD, ROLE, AMOUNT = "kind", "record", "role", "amount"
RESERVED = frozenset(
    (*_STRUCTURE, *OURS.values(), *PROVENANCE, KIND, RECORD, ROLE, AMOUNT, "target", "entity")
)
ESCAPE = "attribute."

_ENTITY_WORDS: Mapping[str, str] = {
    EntityKind.PERSON: "person people individual human suspect victim witness",
    EntityKind.ORGANISATION: "organisation organization company business legalentity publicbody "
    "firm corporation",
    EntityKind.ACCOUNT: "account bankaccount cryptowallet wallet iban",
    EntityKind.PHONE: "phone telephone mobile msisdn phonenumber",
    EntityKind.VEHICLE: "vehicle car vessel airplane",
    EntityKind.PLACE: "place address location realestate",
    EntityKind.OFFENCE: "offence offense crime incident",
    EntityKind.OTHER: "entity",
}
_LINK_WORDS: Mapping[str, str] = {
    LinkKind.CALLED: "called calls call phonecall phoned",
    LinkKind.TRANSFERRED: "transferred transfer transfers payment paid banktransfer transaction",
    LinkKind.USES: "uses",
    LinkKind.HOLDS: "holds accountholder holder",
    LinkKind.OWNS: "owns owner ownership",
    LinkKind.LIVES_AT: "livesat residesat residence addressentity",
    LinkKind.DIRECTS: "directs director directorship",
    LinkKind.INVOLVED_IN: "involvedin involvement",
    LinkKind.HAPPENED_AT: "happenedat",
    LinkKind.ASSOCIATED_WITH: "associatedwith associate associates family",
    LinkKind.OTHER: "linkedto",
}
_ENDS: Mapping[str, tuple[str, str]] = {  # kinds of both ends, or of the second alone
    LinkKind.CALLED: (EntityKind.PHONE, EntityKind.PHONE),
    LinkKind.TRANSFERRED: (EntityKind.ACCOUNT, EntityKind.ACCOUNT),
    LinkKind.LIVES_AT: (EntityKind.PERSON, EntityKind.PLACE),
    LinkKind.HOLDS: ("", EntityKind.ACCOUNT),
    LinkKind.ASSOCIATED_WITH: (EntityKind.PERSON, EntityKind.PERSON),
}
_KIND_HEADERS = (*("kind", "entitykind", "nodekind", "type", "entitytype", "nodetype", "schema"),)
_LINK_HEADERS = (
    *("kind", "linkkind", "edgekind", "type", "linktype", "edgetype", "relation"),
    *("relationship", "schema", "label"),
)
_LABEL_HEADERS = ("label", "name", "fullname", "title", "caption")


@dataclass(frozen=True, slots=True)
class Rows:
    """Nodes or edges: all cells text, `row` their numbers in the file, one for each."""

    frame: pd.DataFrame
    row: npt.NDArray[np.int64]


def attribute_name(title: str, *, of: str = "node") -> str:
    """The column for a file's attribute of a node or edge; one called like an id gets a prefix."""
    name = " ".join(title.split()) or "attribute"
    taken = (ID, LABEL) if of == "node" else (FROM, TO)
    return f"{ESCAPE}{name}" if name in taken else name


def graph_parts(file: str, nodes: Rows, edges: Rows) -> tuple[Part, ...]:
    """Tables of entities, one per kind, then of links, one per kind and kinds of its ends.

    `nodes` has columns id and label, `edges` from, to and label, beside any attributes; ids are
    unique and both ends of every edge are among them.
    """
    ours = {KIND, RECORD, *OURS.values()} - {"occurred_at"} <= set(nodes.frame.columns)
    kinds = _entity_kinds(nodes.frame, ours=ours)
    parts = [
        _entities(file, str(kind), nodes, np.asarray(at), ours=ours)
        for kind, at in kinds.groupby(kinds, sort=False).indices.items()
    ]
    if not parts:
        parts = [_entities(file, EntityKind.OTHER.value, nodes, np.arange(0), ours=False)]
    if len(edges.frame):
        kind_of = pd.Series(kinds.to_numpy(), index=nodes.frame[ID])
        parts += _links(file, edges, kind_of, ours=ours)
    return tuple(parts)


def _words(table: Mapping[str, str]) -> dict[str, str]:
    return {word: str(kind) for kind, words in table.items() for word in words.split()}


_ENTITY_KINDS, _LINK_KINDS = _words(_ENTITY_WORDS), _words(_LINK_WORDS)


def _kinds(
    frame: pd.DataFrame, headers: Sequence[str], words: Mapping[str, str], other: str
) -> "pd.Series[Any]":
    """The kind of each row, from the first of the columns that names one there."""
    by_name: dict[str, str] = {}
    for column in frame.columns:
        by_name.setdefault(plain(str(column)), str(column))
    kinds = pd.Series([""] * len(frame), index=frame.index, dtype=object)
    for header in headers:
        if column := by_name.get(header, ""):
            codes, texts = pd.factorize(frame[column])
            named = np.array([words.get(plain(str(text)), "") for text in texts], dtype=object)
            if any(named):
                kinds = kinds.where(kinds != "", pd.Series(named[codes], index=frame.index))
    return kinds.where(kinds != "", other)


def _entity_kinds(frame: pd.DataFrame, *, ours: bool) -> "pd.Series[Any]":
    headers = (KIND,) if ours else _KIND_HEADERS
    return _kinds(frame, headers, _ENTITY_KINDS, EntityKind.OTHER.value)


def _filled(frame: pd.DataFrame, at: npt.NDArray[np.int64], keep: Sequence[str]) -> pd.DataFrame:
    """The rows at `at`, without columns that are empty in all of them."""
    mine = frame.iloc[at].reset_index(drop=True)
    return mine[[c for c in mine.columns if c in keep or (mine[c] != "").any()]]


def _own(frame: pd.DataFrame, dropped: Sequence[str]) -> pd.DataFrame:
    """A table of ours: what the mapping already says is no column, the source is called source."""
    return frame.drop(columns=list(dropped), errors="ignore").rename(columns={SOURCE: "source"})


def _provenance(frame: pd.DataFrame, *, ours: bool) -> dict[str, str]:
    if ours:
        return {m: m for m in PROVENANCE if m in frame.columns}
    found = proposed_meanings([str(c) for c in frame.columns if c not in _STRUCTURE])
    exact = {m: m for m in PROVENANCE if m in frame.columns and m not in ("source",)}
    return {**{m: c for m, c in found.items() if m in PROVENANCE}, **exact}


def _entities(file: str, kind: str, nodes: Rows, at: npt.NDArray[np.int64], *, ours: bool) -> Part:
    frame = _filled(nodes.frame, at, (ID, LABEL))
    if ours:
        frame = _own(frame, (KIND,))
    label = LABEL
    if (frame[LABEL] == "").all():
        by_name = {plain(str(c)): str(c) for c in reversed(frame.columns) if c != LABEL}
        label = next((by_name[h] for h in _LABEL_HEADERS if h in by_name), LABEL)
    frame = frame if label == LABEL else frame.drop(columns=LABEL)
    mapping = TableMapping(
        name=kind,
        file=file,
        kind=kind,
        id=ID,
        label=label,
        record=RECORD if ours and RECORD in frame.columns else "",
        provenance=_provenance(frame, ours=ours),
    )
    return Part(frame=frame, mapping=mapping, row=nodes.row[at])


def _links(file: str, edges: Rows, kind_of: "pd.Series[Any]", *, ours: bool) -> list[Part]:
    frame = edges.frame
    headers = (KIND,) if ours else _LINK_HEADERS
    kinds = _kinds(frame, headers, _LINK_KINDS, LinkKind.OTHER.value)
    ends = [frame[column].map(kind_of) for column in (FROM, TO)]
    if not ours:
        kinds = _fitting(kinds, *ends)
    groups = pd.DataFrame({"kind": kinds, "a": ends[0], "b": ends[1]}).groupby(
        ["kind", "a", "b"], sort=False
    )
    made: list[Part] = []
    for key, at in groups.indices.items():
        kind, a, b = (str(word) for word in cast(tuple[str, str, str], key))
        taken = {part.mapping.name for part in made}
        mine = _filled(frame, np.asarray(at), (FROM, TO))
        if ours:
            mine = _own(mine, (KIND,))
        made.append(
            Part(
                frame=mine,
                mapping=_link_mapping(
                    file, kind if kind not in taken else f"{kind}.{a}-{b}", (kind, a, b), mine,
                    ours=ours,
                ),
                row=edges.row[np.asarray(at)],
            )
        )  # fmt: skip
    return made


def _fitting(
    kinds: "pd.Series[Any]", sources: "pd.Series[Any]", targets: "pd.Series[Any]"
) -> "pd.Series[Any]":
    """Kinds that models build on keep their ends: what joins others is ``linked_to``."""
    holds = (kinds == LinkKind.OWNS) & (targets == EntityKind.ACCOUNT)
    kinds = kinds.mask(holds, LinkKind.HOLDS.value)
    stated = (sources != EntityKind.OTHER) | (targets != EntityKind.OTHER)
    for kind, (source, target) in _ENDS.items():
        fit = targets == target
        if source:
            fit &= sources == source
        kinds = kinds.mask((kinds == kind) & stated & ~fit, LinkKind.OTHER.value)
    return kinds


def _link_mapping(
    file: str, name: str, kinds: tuple[str, str, str], frame: pd.DataFrame, *, ours: bool
) -> TableMapping:
    kind, source, target = kinds
    columns = [str(c) for c in frame.columns if c not in _STRUCTURE]
    means = {c: c for c in columns} if ours else proposed_meanings(columns)
    return TableMapping(
        name=name,
        file=file,
        kind=kind,
        is_link=True,
        from_column=FROM,
        from_kind=source,
        to_column=TO,
        to_kind=target,
        record=means.get(RECORD, "") if ours else "",
        amount=means.get(AMOUNT, "") if ours or kind == LinkKind.TRANSFERRED else "",
        role=means.get(ROLE, "") if ours or kind == LinkKind.INVOLVED_IN else "",
        provenance=_provenance(frame, ours=ours),
    )
