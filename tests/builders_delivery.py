"""A delivery for the data audit, in parts that a test replaces: persons, suspects, calls, ties.

Three Member States (AV, BM, CV) of 100 persons each, half of them female; every tenth person is a
suspect in one offence; each state's network reports 30 calls a month over 2023.
"""

from collections.abc import Mapping
from datetime import UTC, datetime

import pandas as pd

from workbench.analysis.assembly import assemble
from workbench.analysis.data_audit import DataAudit, audit_data
from workbench.analysis.fitness import Outcome
from workbench.analysis.mapping import TableMapping
from workbench.analysis.quality import check_table

NOW = datetime(2024, 2, 1, tzinfo=UTC)
STATES = ("AV", "BM", "CV")
SENSITIVE = ("sex", "birth_date")
PROVENANCE = ("member_state", "source", "source_grade", "information_grade")
_FORMS = {  # kind, and for links the ends
    "persons": ("person", "", "", "", ""),
    "offences": ("offence", "", "", "", ""),
    "involved": ("involved_in", "person", "person", "offence", "offence"),
    "calls": ("called", "caller", "phone", "callee", "phone"),
    "ties": ("associated_with", "a", "person", "b", "person"),
}


def texts(rows: list[dict[str, str]]) -> pd.DataFrame:
    """A delivered table: every cell text."""
    return pd.DataFrame(rows).astype("str")


def persons(n: int = 300) -> pd.DataFrame:
    """Person i of state i mod 3: women and men by turns within each, born from 1950 on."""
    return texts(
        [
            {
                "id": f"P{i}",
                "name": f"Person {chr(65 + i % 26)}{i}",
                "sex": "female" if (i // 3) % 2 else "male",
                "birth_date": f"{1950 + i % 50}-{1 + i % 12:02}-{1 + i % 28:02}",
                "member_state": STATES[i % 3],
                "source": f"{STATES[i % 3]} register",
            }
            for i in range(n)
        ]
    )


def offences(n: int = 30) -> pd.DataFrame:
    return texts([{"id": f"E{i}", "label": f"theft {i}"} for i in range(n)])


def involved(n: int = 30) -> pd.DataFrame:
    """Person 10·i is suspect in offence i, as the police of the person's state say."""
    return texts(
        [
            {
                "person": f"P{10 * i}",
                "offence": f"E{i}",
                "role": "suspect",
                "member_state": STATES[i % 3],
                "source": f"{STATES[i % 3]} police",
                "source_grade": "B",
                "information_grade": "2",
                "occurred_at": f"2023-{1 + i % 12:02}-15",
                "known_at": f"2023-{1 + i % 12:02}-25",
            }
            for i in range(n)
        ]
    )


def calls(*, without: str = "", per_month: int = 30) -> pd.DataFrame:
    """Each state's network, its calls spread over each month; `without` is a source and month."""
    return texts(
        [
            {
                "caller": f"T{state}{k}",
                "callee": f"T{state}{k + 1}",
                "duration": str(60 + k),
                "source": f"{state} network",
                "member_state": state,
                "occurred_at": f"2023-{month:02}-{1 + k % 28:02}T10:{k % 60:02}:00Z",
                "known_at": f"2023-{month:02}-{1 + k % 28:02}T20:00:00Z",
            }
            for state in STATES
            for month in range(1, 13)
            for k in range(per_month)
            if f"{state} network 2023-{month:02}" != without
        ]
    )


def tie(a: str, b: str, state: str, *, report: str, origin: str, day: str) -> dict[str, str]:
    """One state's word that two persons are associated."""
    said = {"a": a, "b": b, "report": report, "origin": origin, "member_state": state}
    return said | {"source": f"{state} police", "occurred_at": day, "known_at": day}


def own_ties(n: int = 40) -> list[dict[str, str]]:
    """Each of `n` pairs said by one state alone, from a report of its own."""
    return [
        tie(f"P{2 * i}", f"P{2 * i + 1}", "AV", report=f"R{i}", origin=f"O{i}", day="2023-05-02")
        for i in range(n)
    ]


def audit(
    tables: Mapping[str, pd.DataFrame] | None = None,
    *,
    sensitive: tuple[str, ...] = SENSITIVE,
    own_limits: Mapping[str, float] | None = None,
    population: Mapping[str, Mapping[str, float]] | None = None,
) -> DataAudit:
    """The data audit of the delivery above, `tables` in place of, or beside, its own."""
    given = {"persons": persons(), "offences": offences(), "involved": involved(), "calls": calls()}
    return audit_of({**given, **(tables or {})}, sensitive, own_limits, population)


def audit_of(
    tables: Mapping[str, pd.DataFrame],
    sensitive: tuple[str, ...],
    own_limits: Mapping[str, float] | None = None,
    population: Mapping[str, Mapping[str, float]] | None = None,
) -> DataAudit:
    """The data audit of these tables and no others."""
    checked = [check_table(_mapping(name, frame), frame) for name, frame in tables.items()]
    assert not [one for table in checked for one in table.rejected]
    made = assemble(checked, None, sensitive)
    return audit_data(checked, made, now=NOW, own_limits=own_limits, population=population)


def outcome(made: DataAudit, name: str) -> Outcome:
    """What came of one threshold."""
    return next(o for o in made.outcomes if o.name == name)


def _mapping(name: str, frame: pd.DataFrame) -> TableMapping:
    kind, one, one_kind, other, other_kind = _FORMS[name]
    times = [c for c in (*PROVENANCE, "occurred_at", "known_at") if c in frame.columns]
    return TableMapping(
        name=name,
        file=f"{name}.csv",
        kind=kind,
        is_link=bool(one),
        id="" if one else "id",
        label={"persons": "name", "offences": "label"}.get(name, ""),
        from_column=one,
        from_kind=one_kind,
        to_column=other,
        to_kind=other_kind,
        role="role" if name == "involved" else "",
        provenance={column: column for column in times},
    )
