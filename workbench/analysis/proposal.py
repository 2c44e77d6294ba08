"""How a file without a manifest would be read, as data that a person can look at beforehand."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from workbench.analysis.mapping import Part, TableMapping, guess
from workbench.analysis.own_side import (
    EUR_AMOUNT,
    STARTED,
    day_and_time,
    in_euro,
    own_side_parts,
)
from workbench.analysis.quality import keep_recognised
from workbench.domain.entity import LinkKind

_MEANS = {"from_column": "from", "to_column": "to"}


@dataclass(frozen=True, slots=True)
class ColumnMeaning:
    """One column: what it is read as, and why."""

    column: str
    means: str
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ProposedTable:
    """One table as it would be read; what is in `as_text` is kept with its row, and no more.

    `sensitive` columns go to the sealed table. Holds no cell.
    """

    table: str
    file: str
    kind: str
    is_link: bool
    in_words: str
    n_rows: int
    columns: tuple[ColumnMeaning, ...]
    as_text: tuple[str, ...]
    sensitive: tuple[str, ...]

    def as_json(self) -> dict[str, Any]:
        """What `--json` prints for it."""
        return {
            "table": self.table,
            "file": self.file,
            "kind": self.kind,
            "is_link": self.is_link,
            "in_words": self.in_words,
            "n_rows": self.n_rows,
            "columns": [{"column": c.column, "means": c.means, "why": c.why} for c in self.columns],
            "as_text": list(self.as_text),
            "sensitive": list(self.sensitive),
        }


def propose(name: str, file: str, frame: pd.DataFrame) -> tuple[Part, ...]:
    """The tables that a bare file called `name` is read as; at least one.

    Where a column is called like a time or an amount and mostly holds something else, it stays
    text. Amounts in another currency than EUR stay text.
    """
    timed = day_and_time(frame)
    parts = own_side_parts(name, file, timed)
    if not parts:
        row = np.arange(1, len(frame) + 1)
        parts = tuple(Part(frame=timed, mapping=m, row=row) for m in guess(name, file, timed))
    return tuple(_recognised(_in_euro(_timed(part))) for part in parts)


def recognised(parts: Iterable[Part]) -> tuple[Part, ...]:
    """The parts with times and amounts that mostly are none left as text."""
    return tuple(_recognised(_in_euro(part)) for part in parts)


def _timed(part: Part) -> Part:
    if STARTED not in part.frame.columns:
        return part
    mapping = replace(
        part.mapping,
        provenance={**part.mapping.provenance, "occurred_at": STARTED},
        derived=(*part.mapping.derived, STARTED),
    )
    return replace(part, mapping=mapping)


def _in_euro(part: Part) -> Part:
    mapping = part.mapping
    if mapping.kind != LinkKind.TRANSFERRED or mapping.amount in ("", EUR_AMOUNT):
        return part
    frame = in_euro(part.frame, mapping.amount)
    if frame is part.frame:
        return part
    derived = (*mapping.derived, EUR_AMOUNT)
    return replace(part, frame=frame, mapping=replace(mapping, amount=EUR_AMOUNT, derived=derived))


def _recognised(part: Part) -> Part:
    unfit = keep_recognised(part.mapping, part.frame)
    kept = {m: c for m, c in part.mapping.provenance.items() if m not in unfit}
    amount = "" if "amount" in unfit else part.mapping.amount
    return replace(part, mapping=replace(part.mapping, provenance=kept, amount=amount))


def described(
    mapping: TableMapping, columns: Sequence[str], n_rows: int, sensitive: Sequence[str], why: str
) -> ProposedTable:
    """The mapping of a table of `n_rows` rows, put into words; `why` is what it was read off."""
    meant = _meanings(mapping)
    return ProposedTable(
        table=mapping.name,
        file=mapping.file,
        kind=mapping.kind,
        is_link=mapping.is_link,
        in_words=mapping.in_words,
        n_rows=n_rows,
        columns=tuple(
            ColumnMeaning(c, m, "worked out from other columns" if c in mapping.derived else why)
            for m, c in meant
        ),
        as_text=tuple(
            c
            for c in columns
            if c not in mapping.columns and c not in sensitive and c not in mapping.derived
        ),
        sensitive=tuple(c for c in columns if c in sensitive),
    )


def _meanings(mapping: TableMapping) -> list[tuple[str, str]]:
    names = ("id", "from_column", "to_column", "label", "record", "amount", "role")
    said: Mapping[str, str] = {name: getattr(mapping, name) for name in names}
    meant = [(_MEANS.get(name, name), column) for name, column in said.items() if column]
    return meant + [(m, c) for m, c in mapping.provenance.items() if c]
