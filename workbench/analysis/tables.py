"""Tables declared once: column, dtype, unit, meaning, nullable; checked all violations together.

An ingested dataset is five tables. Entities are numbered by row (int32) and links by row, so
that bulk work runs on arrays. Sensitive features lie in a table of their own, which only the
bias audit joins back (duty T5).
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd

from workbench.domain.errors import BadInput


@dataclass(frozen=True, slots=True)
class Column:
    """One column: pandas dtype, unit (empty where it has none), meaning, whether it may be null."""

    name: str
    dtype: str
    meaning: str
    unit: str = ""
    nullable: bool = False


@dataclass(frozen=True, slots=True)
class TableSpec:
    name: str
    columns: tuple[Column, ...]

    def check(self, frame: pd.DataFrame) -> pd.DataFrame:
        """Return `frame` with exactly the declared columns in order, or tell all that is wrong.

        Raises
        ------
        BadInput
            Code ``table``; the message lists every missing column, wrong dtype and null.
        """
        faults = [
            f"column {c.name} is missing" for c in self.columns if c.name not in frame.columns
        ]
        for column in self.columns:
            if column.name not in frame.columns:
                continue
            series = frame[column.name]
            if str(series.dtype) != column.dtype:
                faults.append(f"column {column.name} is {series.dtype}, not {column.dtype}")
            n_null = int(series.isna().sum())
            if n_null and not column.nullable:
                faults.append(f"column {column.name} has {n_null} empty cells")
        if faults:
            raise BadInput(
                f"Table {self.name} breaks its declaration: {'; '.join(faults)}. "
                "Mend the mapping in dataset.toml and ingest again.",
                code="table",
                place=self.name,
            )
        return frame.loc[:, [c.name for c in self.columns]]

    def empty(self) -> pd.DataFrame:
        """A frame with the declared columns and no rows."""
        return pd.DataFrame({c.name: pd.Series([], dtype=c.dtype) for c in self.columns})


INSTANT: Final = "datetime64[us, UTC]"

RECORDS = TableSpec(
    "records",
    (
        Column("record", "int32", "row number, 0-based and contiguous"),
        Column("id", "str", "id of the record, unique in the dataset"),
        Column("table", "str", "table of the dataset folder it came in"),
        Column("kind", "str", "entity or link kind it states"),
        Column("member_state", "str", "state that delivered it"),
        Column("source", "str", "source within that state"),
        Column("source_grade", "str", "A, B, C or X"),
        Column("information_grade", "str", "1 to 4"),
        Column("handling", "str", "H0, or H1 to H3 joined by +"),
        Column("occurred_at", INSTANT, "when it happened", nullable=True),
        Column("known_at", INSTANT, "when it was known; models see nothing known later"),
        Column(
            "content", "str", "JSON object of the columns as delivered, sensitive ones left out"
        ),
    ),
)
ENTITIES = TableSpec(
    "entities",
    (
        Column("entity", "int32", "row number, 0-based and contiguous"),
        Column("id", "str", "id of the entity, unique in the dataset"),
        Column(
            "kind", "str", "person, organisation, account, phone, vehicle, place, offence, entity"
        ),
        Column("label", "str", "what a person reads: a name, a number, a plate"),
        Column("member_state", "str", "state whose record states it"),
        Column("record", "int32", "row in records that states it"),
        Column("known_at", INSTANT, "when it was known"),
        Column("attributes", "str", "JSON object of what else is known, nothing sensitive"),
    ),
)
LINKS = TableSpec(
    "links",
    (
        Column("link", "int32", "row number, 0-based and contiguous"),
        Column("source", "int32", "entity the arrow leaves"),
        Column("target", "int32", "entity the arrow reaches"),
        Column("kind", "str", "a LinkKind"),
        Column("role", "str", "for involved_in: suspect, victim, witness, used, undetermined"),
        Column("record", "int32", "row in records that carries it"),
        Column("occurred_at", INSTANT, "when it happened", nullable=True),
        Column("known_at", INSTANT, "when it was known"),
        Column("amount", "float64", "amount of a transfer", unit="EUR", nullable=True),
    ),
)
SENSITIVE = TableSpec(  # any number of further str columns may follow, one per sensitive feature
    "sensitive",
    (Column("entity", "int32", "entity it describes"),),
)
CASES = TableSpec(  # what investigators opened in a synthetic world; imported data may have none
    "cases",
    (
        Column("id", "str", "C-0001 and on"),
        Column("title", "str", "title"),
        Column("purpose", "str", "purpose"),
        Column("legal_basis", "str", "legal basis"),
        Column("opened_at", INSTANT, "when it was opened"),
        Column("entity", "int32", "one entity of the case; one row each"),
    ),
)

IntArray = np.ndarray[tuple[int], np.dtype[np.int32]]
Int64Array = np.ndarray[tuple[int], np.dtype[np.int64]]
FloatArray = np.ndarray[tuple[int], np.dtype[np.float64]]


@dataclass(frozen=True, slots=True)
class Tables:
    """The five tables of one ingested dataset, checked against their declarations.

    Shapes: `records`, `entities` and `links` are numbered by row from 0; `sensitive` has one row
    per entity that any sensitive feature describes; `cases` one row per case and entity.

    Raises
    ------
    BadInput
        Code ``table``, from the first table that breaks its declaration.
    """

    records: pd.DataFrame
    entities: pd.DataFrame
    links: pd.DataFrame
    sensitive: pd.DataFrame
    cases: pd.DataFrame

    def __post_init__(self) -> None:
        for spec in (RECORDS, ENTITIES, LINKS, CASES):
            object.__setattr__(self, spec.name, spec.check(getattr(self, spec.name)))
        SENSITIVE.check(self.sensitive)

    def counts(self) -> dict[str, int]:
        """Entities per kind, kinds that do not occur left out."""
        counted = self.entities["kind"].value_counts(sort=False).sort_index()
        return {str(kind): int(n) for kind, n in counted.items()}
