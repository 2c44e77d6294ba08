"""From checked tables to the five tables of an ingested dataset."""

import json
from collections.abc import Sequence
from json.encoder import encode_basestring
from typing import Any

import numpy as np
import pandas as pd

from workbench.analysis.quality import Checked
from workbench.analysis.tables import CASES, ENTITIES, INSTANT, LINKS, RECORDS, Tables
from workbench.domain.entity import InvolvementRole
from workbench.domain.errors import BadInput

DEFAULTS = {
    "member_state": "unknown",
    "source": "unknown",
    "source_grade": "X",
    "information_grade": "4",
    "handling": "H3",
    "known_at": "2000-01-01T00:00:00Z",
}
NOT_RECORDED = "not recorded"
_ROLES = frozenset(role.value for role in InvolvementRole)
_SEPARATOR = "\x1f"
_BLOCK = 100_000


def assemble(
    tables: Sequence[Checked], cases: pd.DataFrame | None, sensitive: Sequence[str]
) -> Tables:
    """The five tables. Ends of links that no table states become entities of their own.

    `cases` has text columns id, title, purpose, legal_basis, opened_at, entity. Where one id names
    entities of two kinds, each is called ``kind:id``.

    Raises
    ------
    BadInput
        Code ``cases`` when a case names an entity that is not there.
    """
    ordered = [
        *(t for t in tables if not t.mapping.is_link),
        *(t for t in tables if t.mapping.is_link),
    ]
    records = _records(ordered, sensitive)
    starts = np.cumsum([0, *(len(t.frame) for t in ordered)]).tolist()
    stated = _stated(ordered, starts, records, sensitive)
    entities = _with_ends(stated, ordered, starts, records)
    rows = _Rows(entities)
    links = _links(ordered, starts, records, rows)
    return Tables(
        records=records,
        entities=_named_apart(entities),
        links=links,
        sensitive=_sensitive(ordered, rows, sensitive),
        cases=_cases(cases, rows),
    )


def _or_default(checked: Checked, meaning: str) -> "pd.Series[Any]":
    column = checked.mapping.provenance.get(meaning, "")
    default = checked.mapping.defaults.get(meaning, DEFAULTS[meaning])
    if not column:
        return pd.Series(default, index=checked.frame.index, dtype="str")
    return pd.Series(checked.frame[column].where(checked.frame[column] != "", default), dtype="str")


def _content(frame: pd.DataFrame) -> "pd.Series[Any]":
    """Each row as a JSON object, made a block at a time so that few rows are held twice."""
    starts = range(0, max(1, len(frame)), _BLOCK)
    blocks = [pd.Series(_objects(frame.iloc[at : at + _BLOCK]), dtype="str") for at in starts]
    return pd.Series(pd.concat(blocks, ignore_index=True))


def _objects(frame: pd.DataFrame) -> list[str]:
    """Rows as JSON, put together from encoded cells: ten times as quick as json.dumps."""
    parts = [
        [f"{key}: {encode_basestring(cell)}" for cell in frame[name].tolist()]
        for name, key in ((name, encode_basestring(str(name))) for name in frame.columns)
    ]
    if not parts:
        return ["{}"] * len(frame)
    return ["{" + ", ".join(cells) + "}" for cells in zip(*parts, strict=True)]


def _records(ordered: Sequence[Checked], sensitive: Sequence[str]) -> pd.DataFrame:
    parts = []
    for checked in ordered:
        mapping, frame = checked.mapping, checked.frame
        known = checked.known_at.fillna(checked.occurred_at)
        said = mapping.defaults.get("known_at", DEFAULTS["known_at"])
        default = pd.Timestamp(pd.to_datetime(said, utc=True))  # without zone it is UTC
        numbered = pd.Series([f"{mapping.name}:{n}" for n in checked.row], dtype="str")
        own = frame[mapping.record] if mapping.record else numbered
        provenance = ("member_state", "source", "source_grade", "information_grade", "handling")
        parts.append(
            pd.DataFrame(
                {
                    "id": own.where(own != "", numbered),
                    "table": mapping.name,
                    "kind": mapping.kind,
                    **{meaning: _or_default(checked, meaning) for meaning in provenance},
                    "occurred_at": checked.occurred_at,
                    "known_at": known.fillna(default).astype(INSTANT),
                    "content": _content(
                        frame.drop(columns=[*sensitive, *mapping.derived], errors="ignore")
                    ),
                }
            )
        )
    table = _stacked(parts, RECORDS.empty().drop(columns="record"))
    twice = table["id"].duplicated(keep=False)
    table["id"] = table["id"].where(~twice, table["table"] + ":" + table["id"])
    return _numbered(table, "record")


def _stacked(parts: Sequence[pd.DataFrame], empty: pd.DataFrame) -> pd.DataFrame:
    filled = [part for part in parts if len(part)]
    table = pd.concat(filled, ignore_index=True) if filled else empty
    texts = [name for name in empty.columns if str(empty[name].dtype) == "str"]
    return table.astype({name: "str" for name in texts if name in table.columns})


def _numbered(table: pd.DataFrame, name: str) -> pd.DataFrame:
    numbered = table.reset_index(drop=True)
    numbered.insert(0, name, np.arange(len(numbered), dtype=np.int32))
    return numbered


def _stated(
    ordered: Sequence[Checked], starts: list[int], records: pd.DataFrame, sensitive: Sequence[str]
) -> pd.DataFrame:
    """Entities that a table of entities states, in order."""
    parts = []
    for checked, start in zip(ordered, starts[:-1], strict=True):
        mapping, frame = checked.mapping, checked.frame
        if mapping.is_link:
            continue
        mine = records.iloc[start : start + len(frame)].reset_index(drop=True)
        ids = frame[mapping.id] if mapping.id else mine["id"]
        label = frame[mapping.label] if mapping.label else ids
        used = [*mapping.columns, *mapping.derived, *sensitive]
        parts.append(
            pd.DataFrame(
                {
                    "id": ids,
                    "kind": mapping.kind,
                    "label": label.where(label != "", ids),
                    "member_state": mine["member_state"],
                    "record": mine["record"],
                    "known_at": mine["known_at"],
                    "attributes": _attributes(frame.drop(columns=used, errors="ignore")),
                }
            )
        )
    return _stacked(parts, ENTITIES.empty().drop(columns="entity"))


def _attributes(frame: pd.DataFrame) -> list[str]:
    columns = [frame[name].tolist() for name in frame.columns]
    if not columns:
        return ["{}"] * len(frame)
    return [
        json.dumps(
            {n: c for n, c in zip(frame.columns, cells, strict=True) if c}, ensure_ascii=False
        )
        for cells in zip(*columns, strict=True)
    ]


class _Rows:
    """Where an entity stands: by kind and id, else by the id alone where it is unmistakable."""

    def __init__(self, entities: pd.DataFrame) -> None:
        keys = entities["kind"] + _SEPARATOR + entities["id"]
        self._by_key = pd.Series(np.arange(len(entities)), index=keys)
        self._by_key = self._by_key[~self._by_key.index.duplicated()]
        single = ~entities["id"].duplicated(keep=False)
        self._by_id = pd.Series(np.flatnonzero(single), index=entities["id"][single])

    def of(self, kind: str, ids: "pd.Series[Any]") -> "pd.Series[Any]":
        """Rows as float64, NaN where there is no such entity."""
        exact = (kind + _SEPARATOR + ids).map(self._by_key)
        return exact.fillna(ids.map(self._by_id)).astype(np.float64)


def _with_ends(
    stated: pd.DataFrame, ordered: Sequence[Checked], starts: list[int], records: pd.DataFrame
) -> pd.DataFrame:
    """Add an entity for each end of a link that no table states, by the link known first."""
    rows, parts = _Rows(stated), [stated]
    for checked, start in zip(ordered, starts[:-1], strict=True):
        mapping, frame = checked.mapping, checked.frame
        if not mapping.is_link:
            continue
        mine = records.iloc[start : start + len(frame)].reset_index(drop=True)
        for column, kind in (
            (mapping.from_column, mapping.from_kind),
            (mapping.to_column, mapping.to_kind),
        ):
            lost = rows.of(kind, frame[column]).isna()
            named = mapping.label and column == mapping.from_column
            label = frame[mapping.label] if named else frame[column]
            new = pd.DataFrame(
                {
                    "id": frame[column],
                    "kind": kind,
                    "label": label.where(label != "", frame[column]),
                    "member_state": mine["member_state"],
                    "record": mine["record"],
                    "known_at": mine["known_at"],
                    "attributes": "{}",
                }
            )[lost]
            parts.append(new)
    table = _stacked(parts, ENTITIES.empty().drop(columns="entity"))
    by_when = table.iloc[len(stated) :].sort_values("known_at", kind="stable")
    made = by_when.drop_duplicates(["kind", "id"]).sort_index()
    return _numbered(pd.concat([stated.drop_duplicates(["kind", "id"]), made]), "entity")


def _named_apart(entities: pd.DataFrame) -> pd.DataFrame:
    twice = entities["id"].duplicated(keep=False)
    apart = entities["kind"] + ":" + entities["id"]
    table = entities.assign(id=entities["id"].where(~twice, apart).astype("str"))
    return table.astype({"record": "int32"})


def _links(
    ordered: Sequence[Checked], starts: list[int], records: pd.DataFrame, rows: _Rows
) -> pd.DataFrame:
    parts = []
    for checked, start in zip(ordered, starts[:-1], strict=True):
        mapping, frame = checked.mapping, checked.frame
        if not mapping.is_link:
            continue
        mine = records.iloc[start : start + len(frame)].reset_index(drop=True)
        parts.append(
            pd.DataFrame(
                {
                    "source": rows.of(mapping.from_kind, frame[mapping.from_column]),
                    "target": rows.of(mapping.to_kind, frame[mapping.to_column]),
                    "kind": mapping.kind,
                    "role": _roles(checked),
                    "record": mine["record"],
                    "occurred_at": mine["occurred_at"],
                    "known_at": mine["known_at"],
                    "amount": checked.amount,
                }
            )
        )
    table = _stacked(parts, LINKS.empty().drop(columns="link"))
    return _numbered(table.astype(dict.fromkeys(("source", "target", "record"), "int32")), "link")


def _roles(checked: Checked) -> "pd.Series[Any]":
    """Roles as recorded; a word that is no category of ours reads ``undetermined``."""
    mapping, frame = checked.mapping, checked.frame
    if mapping.fixed_role or not mapping.role:
        return pd.Series(mapping.fixed_role, index=frame.index, dtype="str")
    words = frame[mapping.role].str.strip().str.casefold()
    return pd.Series(
        words.where(words.isin(_ROLES), InvolvementRole.UNDETERMINED.value), dtype="str"
    )


def _sensitive(ordered: Sequence[Checked], rows: _Rows, sensitive: Sequence[str]) -> pd.DataFrame:
    """One row per entity that any table gives a sensitive feature; the first table's word holds."""
    parts = []
    for checked in ordered:
        mapping, frame = checked.mapping, checked.frame
        mine = [name for name in sensitive if name in frame.columns]
        column = mapping.from_column if mapping.is_link else mapping.id
        kind = mapping.from_kind if mapping.is_link else mapping.kind
        if not mine or not column:
            continue
        at = rows.of(kind, frame[column])
        parts.append(frame[mine].assign(entity=at).dropna(subset=["entity"]))
    if not parts:
        return pd.DataFrame({"entity": pd.Series([], dtype="int32")})
    table = pd.concat(parts, ignore_index=True).drop_duplicates("entity").fillna("")
    names = [name for name in sensitive if name in table.columns]
    told = table[names].replace("", NOT_RECORDED).astype("str")
    told.insert(0, "entity", table["entity"].astype("int32"))
    return told.sort_values("entity", ignore_index=True)


def _cases(cases: pd.DataFrame | None, rows: _Rows) -> pd.DataFrame:
    if cases is None or cases.empty:
        return CASES.empty()
    at = rows.of("", cases["entity"])
    if at.isna().any():
        raise BadInput(
            f"{int(at.isna().sum())} rows of the cases name an entity that the dataset does not "
            "state; mend the column entity.",
            code="cases",
            place="cases",
        )
    opened = pd.to_datetime(cases["opened_at"], format="ISO8601", utc=True, errors="coerce")
    if opened.isna().any():
        raise BadInput(
            f"{int(opened.isna().sum())} rows of the cases have no date of the calendar such as "
            "2026-01-31; mend the column opened_at.",
            code="cases",
            place="cases",
        )
    table = cases.assign(opened_at=opened.astype(INSTANT), entity=at.astype("int32"))
    return table.astype(dict.fromkeys(("id", "title", "purpose", "legal_basis"), "str"))
