"""A case graph built by hand, one statement at a time. Days count from 2023-01-01."""

import json
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import pandas as pd

from workbench.analysis.graph import CaseGraph
from workbench.analysis.tables import ENTITIES, LINKS, RECORDS, TableSpec

START = datetime(2023, 1, 1, tzinfo=UTC)


def day(n: float) -> datetime:
    """Day n of the made-up world."""
    return START + timedelta(days=n)


def framed(spec: TableSpec, rows: list[dict[str, Any]]) -> pd.DataFrame:
    """Rows as a frame of the declared dtypes."""
    frame = pd.DataFrame(rows, columns=[c.name for c in spec.columns])
    return frame.astype({c.name: c.dtype for c in spec.columns})


@dataclass
class GraphBuilder:
    """Every method that adds something returns its row."""

    entities: list[dict[str, Any]] = field(default_factory=list)
    links: list[dict[str, Any]] = field(default_factory=list)
    records: list[dict[str, Any]] = field(default_factory=list)

    def record(self, kind: str, *, known: float, grade: str = "B2", on: float | None = None) -> int:
        row = len(self.records)
        self.records.append(
            {
                "record": row,
                "id": f"R-{row}",
                "table": f"{kind}s",
                "kind": kind,
                "member_state": "AA",
                "source": "police",
                "source_grade": grade[0],
                "information_grade": grade[1],
                "handling": "H0",
                "occurred_at": None if on is None else day(on),
                "known_at": day(known),
                "content": "{}",
            }
        )
        return row

    def entity(
        self, kind: str, label: str = "", *, known: float = 0, state: str = "AA", **more: str
    ) -> int:
        row = len(self.entities)
        self.entities.append(
            {
                "entity": row,
                "id": f"{kind[0].upper()}-{row}",
                "kind": kind,
                "label": label or f"{kind} {row}",
                "member_state": state,
                "record": self.record(kind, known=known),
                "known_at": day(known),
                "attributes": json.dumps(more),
            }
        )
        return row

    def link(
        self,
        source: int,
        kind: str,
        target: int,
        *,
        on: float | None = None,
        known: float | None = None,
        role: str = "",
        amount: float | None = None,
        grade: str = "B2",
    ) -> int:
        """`known` is the day of `on` unless told, or day 0 where neither is given."""
        row, known_on = len(self.links), known if known is not None else on or 0
        self.links.append(
            {
                "link": row,
                "source": source,
                "target": target,
                "kind": kind,
                "role": role,
                "record": self.record(kind, known=known_on, grade=grade, on=on),
                "occurred_at": None if on is None else day(on),
                "known_at": day(known_on),
                "amount": amount,
            }
        )
        return row

    def person_with_phone(self, label: str = "") -> tuple[int, int]:
        person, phone = self.entity("person", label), self.entity("phone")
        self.link(person, "uses", phone)
        return person, phone

    def person_with_account(self, label: str = "") -> tuple[int, int]:
        person, account = self.entity("person", label), self.entity("account")
        self.link(person, "holds", account)
        return person, account

    def call(self, source: int, target: int, *, on: float, known: float | None = None) -> int:
        return self.link(source, "called", target, on=on, known=known)

    def transfer(self, source: int, target: int, amount: float, *, on: float) -> int:
        return self.link(source, "transferred", target, on=on, amount=amount)

    def offence(
        self,
        *suspects: int,
        known: float = 0,
        role: str = "suspect",
        grade: str = "A1",
        kind: str = "theft",
    ) -> int:
        """An offence with everyone of `suspects` in `role`."""
        offence = self.entity("offence", known=known, offence_type=kind)
        for suspect in suspects:
            self.link(suspect, "involved_in", offence, known=known, role=role, grade=grade)
        return offence

    def build(self) -> CaseGraph:
        return CaseGraph.build(
            framed(ENTITIES, self.entities),
            framed(LINKS, self.links),
            framed(RECORDS, self.records),
        )
