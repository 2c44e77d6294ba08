"""A written world as the checker sees it: delivered tables and truth, not how it was made.

Tables are those of the folder, by file name without its ending; the truth's begin with ``truth/``.
Texts are texts, numbers are float64 or int64, instants are float64 seconds since 1970 (NaN where
none is given).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Final

import numpy as np
import pandas as pd

from workbench.analysis.tables import FloatArray, Int64Array
from workbench.domain.errors import NotFound

DAY: Final = 86_400  # seconds
Flags = np.ndarray[tuple[int], np.dtype[np.bool_]]
Matrix = np.ndarray[tuple[int, int], np.dtype[np.float64]]


class NotInWorld(NotFound):
    """What a measure needs is not in this world; the message says what."""


@dataclass(frozen=True, eq=False)
class Ledger:
    """Transfers as arrays, in the order of the file.

    source, target : accounts, numbered from 0.
    at : seconds since 1970. amount : in the currency of the row. tainted : in truth/tainted.
    cluster : the planted instance (or the network, where instances are not told) of a tainted
    transfer, -1 for all others: transfers of one cluster are not independent.
    """

    record: pd.Series
    accounts: pd.Index
    source: Int64Array
    target: Int64Array
    at: FloatArray
    amount: FloatArray
    tainted: Flags
    cluster: Int64Array

    def __len__(self) -> int:
        return len(self.source)


@dataclass(frozen=True, eq=False)
class WrittenWorld:
    """`tables` by name; `name` as dataset.toml has it.

    `n_same` counts the files that came out with the same bytes when the world was made a second
    time, None where nobody tried; `differing` names the others.
    """

    name: str
    tables: Mapping[str, pd.DataFrame]
    n_same: int | None = None
    differing: tuple[str, ...] = field(default=())

    def table(self, name: str, *columns: str) -> pd.DataFrame:
        """The `columns` of table `name`.

        Raises
        ------
        NotInWorld
            When the world has no such table or column.
        """
        if name not in self.tables:
            raise NotInWorld(f"there is no {name}.csv")
        frame = self.tables[name]
        missing = [column for column in columns if column not in frame.columns]
        if missing:
            raise NotInWorld(f"{name}.csv has no column {', '.join(missing)}")
        return frame[list(columns)]

    def has(self, name: str, *columns: str) -> bool:
        """Whether the table is there with all these columns."""
        return name in self.tables and set(columns) <= set(self.tables[name].columns)

    @cached_property
    def ledger(self) -> Ledger:
        """All transfers, with what the truth says of each."""
        rows = self.table("transfers", "id", "payer", "payee", "amount", "occurred_at")
        both = pd.concat([rows["payer"], rows["payee"]], ignore_index=True)
        codes, accounts = pd.factorize(both)
        truth = self.table("truth/tainted", "record", "network")
        name = "instance" if self.has("truth/tainted", "instance") else "network"
        groups = self.table("truth/tainted", "record", name).drop_duplicates("record")
        numbers = pd.Series(pd.factorize(groups[name])[0], index=groups["record"])
        cluster = rows["id"].map(numbers).fillna(-1).to_numpy(np.int64)
        return Ledger(
            record=rows["id"],
            accounts=pd.Index(accounts),
            source=codes[: len(rows)].astype(np.int64),
            target=codes[len(rows) :].astype(np.int64),
            at=rows["occurred_at"].to_numpy(np.float64),
            amount=rows["amount"].to_numpy(np.float64),
            tainted=rows["id"].isin(truth["record"]).to_numpy(bool),
            cluster=cluster,
        )

    @cached_property
    def true_person(self) -> pd.Series:
        """For every delivered person the one it stands for: duplicates share theirs."""
        ids = self.table("persons", "id")["id"]
        standing = pd.Series(ids.to_numpy(), index=ids.to_numpy())
        if not self.has("truth/same_person", "entity_a", "entity_b"):
            return standing
        pairs = self.table("truth/same_person", "entity_a", "entity_b")
        parent = dict(zip(ids, ids, strict=True))
        for a, b in zip(pairs["entity_a"], pairs["entity_b"], strict=True):
            one, other = _root(parent, a), _root(parent, b)
            parent[max(one, other)] = min(one, other)
        changed = pd.unique(pd.concat([pairs["entity_a"], pairs["entity_b"]]))
        standing.loc[changed] = [_root(parent, one) for one in changed]
        return standing


def _root(parent: dict[str, str], one: str) -> str:
    while parent.setdefault(one, one) != one:
        one = parent[one]
    return one
