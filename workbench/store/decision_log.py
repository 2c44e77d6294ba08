"""The decision log on the database: append within the caller's transaction, sign, prove.

Bodies are stored as the canonical bytes they were hashed as and never re-serialised. A head row
keeps the tree's frontier, so that an append costs O(log n).
"""

import json
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import Connection, bindparam, func, select

from workbench.domain.errors import BadInput, CheckFailed
from workbench.domain.log import EntryKind, Json, entry, instant, parse
from workbench.domain.tree import Frontier, Tree, leaf_hash, root_from_inclusion
from workbench.store.database import Database, to_text
from workbench.store.signer import Signer
from workbench.store.tables import checkpoint as checkpoints
from workbench.store.tables import log_entry, log_head

CLOCK_TOLERANCE = timedelta(seconds=1)
_CHUNK = 1000

# Built once: an append runs three of them.
_HEAD = select(log_head.c.size, log_head.c.frontier)
_BODY = select(log_entry.c.body).where(log_entry.c.seq == bindparam("at"))
_ADD, _GROW, _BEGIN = log_entry.insert(), log_head.update(), log_head.insert()


@dataclass(frozen=True, slots=True, kw_only=True)
class LoggedEntry:
    """One row as stored; nothing about it was checked."""

    seq: int
    body: bytes
    leaf_hash: bytes

    @property
    def fields(self) -> dict[str, Json]:
        """The entry's content.

        Raises
        ------
        BadInput
            With code ``not_canonical``, when the stored bytes are not what an entry may be.
        """
        return parse(self.body)


@dataclass(frozen=True, slots=True, kw_only=True)
class Checkpoint:
    """A signed head: `size` entries, their root (hex) and the C2SP signed note that says so."""

    size: int
    root_hash: str
    note: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LogReceipt:
    """Proof that an entry stands in the log: with it anyone can check, and the log cannot forget.

    `path` holds hex digests from the leaf up, for the tree of the checkpoint in `note`. Both are
    empty while no checkpoint covers the entry; one is signed within a second when asked again.
    """

    index: int
    leaf_hash: str
    size: int
    path: tuple[str, ...]
    note: str


class DecisionLog:
    """The log of one home. `database` is migrated; `now` gives aware UTC.

    A missing key pair is made, unless there are checkpoints that another key signed. `origin`
    names the log in its checkpoints once and for all; empty gives a random name.

    Raises
    ------
    Unavailable
        When the signing key can be read by others, or is gone while its checkpoints are there.
    """

    def __init__(
        self,
        database: Database,
        keys: Path,
        *,
        now: Callable[[], datetime],
        origin: str = "",
        interval_s: float = 1.0,
    ) -> None:
        self.database, self.signer, self._now = database, Signer(keys, interval_s=interval_s), now
        self._tree, self._lock = Tree(), threading.Lock()
        if not self.signer.is_made:
            self._refuse_orphans()
            self.signer.make(origin)
        self.signer.check_key()

    @property
    def origin(self) -> str:
        return self.signer.verifier.name

    def append(self, connection: Connection, kind: EntryKind, fields: Mapping[str, object]) -> int:
        """Add an entry inside the caller's write transaction and return its index.

        Append right before the row that cites it. When the clock went back by more than a second
        since the entry before, a ``clock_anomaly`` is logged first.

        Raises
        ------
        BadInput
            When the fields are not those of `kind`; nothing was written.
        """
        at = self._now()
        body = entry(kind, at, fields)
        frontier = self.head(connection)
        before = self._last_instant(connection, frontier.size)
        if instant(at + CLOCK_TOLERANCE) < before:
            jump = entry(EntryKind.CLOCK_ANOMALY, at, {"before": before})
            frontier = self._write(connection, frontier, jump)
        self._write(connection, frontier, body)
        return frontier.size

    def head(self, connection: Connection) -> Frontier:
        """The frontier in the head row, as it stands in this transaction.

        Raises
        ------
        CheckFailed
            When the row holds no frontier; nothing is appended then.
        """
        row = connection.execute(_HEAD).first()
        if row is None:
            return Frontier()
        try:
            roots = tuple(bytes.fromhex(root) for root in json.loads(row.frontier))
            return Frontier(row.size, roots)
        except (BadInput, ValueError, TypeError) as error:
            raise CheckFailed(
                "The head row of the decision log holds no frontier; restore the database from a "
                "backup, or the row from the entries."
            ) from error

    def entries(
        self, connection: Connection, start: int = 0, stop: int | None = None
    ) -> Iterator[LoggedEntry]:
        """Rows from index `start` up to, not including, `stop`, read in small portions."""
        at = start
        while True:
            query = select(log_entry).where(log_entry.c.seq >= at).order_by(log_entry.c.seq)
            if stop is not None:
                query = query.where(log_entry.c.seq < stop)
            rows = connection.execute(query.limit(_CHUNK)).all()
            for row in rows:
                yield LoggedEntry(seq=row.seq, body=row.body, leaf_hash=row.leaf_hash)
            if len(rows) < _CHUNK:
                return
            at = rows[-1].seq + 1

    def checkpoint(self, *, wait: bool = True) -> Checkpoint:
        """Sign the head as committed, or give the last checkpoint when nothing came since.

        Call it outside any transaction. At most one is signed a second: `wait` waits for that
        second, otherwise the last checkpoint is given, which may cover less.

        Raises
        ------
        CheckFailed
            When the committed log does not grow from what was signed before; nothing is signed.
        Unavailable
            When the key or the signer's memory is missing, damaged or readable by others.
        """
        with self.signer.alone():
            last, grown = self._last_checkpoint(), self._committed()
            if last is not None and last.size == grown.size:
                if self.signer.verifier.open(last.note) != (grown.size, grown.root):
                    raise _refuse(f"the checkpoint of {last.size} entries was changed")
                return last
            due = self.signer.wait_s()
            if due and last is not None and not wait:
                return last
            time.sleep(due)
            note = self.signer.sign(grown)
            signed = Checkpoint(size=grown.size, root_hash=grown.root.hex(), note=note)
            self._keep(signed)
            return signed

    def receipt(self, seq: int) -> LogReceipt:
        """Prove that entry `seq` is in the log, under the newest checkpoint that may be had now.

        Raises
        ------
        NotFound
            When there is no entry `seq`.
        CheckFailed
            When the stored hashes do not lead to the signed root.
        """
        signed = self.checkpoint(wait=False)
        tree = self.tree()
        leaf = tree.leaf(seq)
        if seq >= signed.size:
            return LogReceipt(index=seq, leaf_hash=leaf.hex(), size=0, path=(), note="")
        path = tree.inclusion(seq, signed.size)
        if root_from_inclusion(leaf, seq, signed.size, path) != bytes.fromhex(signed.root_hash):
            raise CheckFailed(
                f"Entry {seq} does not stand under the checkpoint of {signed.size} entries; run "
                "'workbench log verify'."
            )
        proof = tuple(node.hex() for node in path)
        return LogReceipt(
            index=seq, leaf_hash=leaf.hex(), size=signed.size, path=proof, note=signed.note
        )

    def tree(self) -> Tree:
        """All committed leaf hashes as a tree, kept in memory and extended when asked."""
        with self._lock, self.database.read() as connection:
            query = select(log_entry.c.seq, log_entry.c.leaf_hash).order_by(log_entry.c.seq)
            fresh = query.where(log_entry.c.seq >= self._tree.size)
            for row in connection.execute(fresh):
                self._tree.append(row.leaf_hash)
            return self._tree

    def _write(self, connection: Connection, frontier: Frontier, body: bytes) -> Frontier:
        leaf = leaf_hash(body)
        grown = frontier.append(leaf)
        row = {"seq": frontier.size, "body": body, "leaf_hash": leaf}
        connection.execute(_ADD, row)
        head = {"size": grown.size, "frontier": json.dumps([root.hex() for root in grown.roots])}
        if connection.execute(_GROW, head).rowcount == 0:
            connection.execute(_BEGIN, {"one": 1, **head})
        return grown

    def _last_instant(self, connection: Connection, size: int) -> str:
        """When the entry before happened, as text (text order is time order); empty for none."""
        body = connection.execute(_BODY, {"at": size - 1}).scalar_one_or_none()
        return str(parse(body)["at"]) if body is not None else ""

    def _last_checkpoint(self) -> Checkpoint | None:
        query = select(checkpoints).order_by(checkpoints.c.size.desc()).limit(1)
        with self.database.read() as connection:
            row = connection.execute(query).first()
        if row is None:
            return None
        return Checkpoint(size=row.size, root_hash=row.root_hash, note=row.note)

    def _committed(self) -> Frontier:
        """The signer's own tree, extended by what was committed since; bodies hashed anew."""
        known = self.signer.memory()
        with self.database.read() as connection:
            signed = self._roots_after(connection, known.size)
            for row in self.entries(connection, known.size):
                if row.seq != known.size or leaf_hash(row.body) != row.leaf_hash:
                    raise _refuse(f"entry {known.size} is missing or was changed")
                known = known.append(row.leaf_hash)
                if signed.pop(known.size, known.root.hex()) != known.root.hex():
                    raise _refuse(f"the checkpoint of {known.size} entries says otherwise")
            last = connection.execute(select(func.max(log_entry.c.seq))).scalar()
            stored = 0 if last is None else last + 1
            if signed or stored != known.size or self.head(connection) != known:
                raise _refuse(f"the head does not match the {known.size} entries known")
        return known

    def _roots_after(self, connection: Connection, size: int) -> dict[int, str]:
        query = select(checkpoints.c.size, checkpoints.c.root_hash).where(checkpoints.c.size > size)
        return {row.size: row.root_hash for row in connection.execute(query)}

    def _keep(self, signed: Checkpoint) -> None:
        row = {"size": signed.size, "root_hash": signed.root_hash, "note": signed.note}
        with self.database.write() as connection:
            connection.execute(checkpoints.insert().values(signed_at=to_text(self._now()), **row))

    def _refuse_orphans(self) -> None:
        if self._last_checkpoint() is not None:
            raise CheckFailed(
                "The log has signed checkpoints but keys/ holds no key; restore keys/ from a "
                "backup before going on."
            )


def _refuse(why: str) -> CheckFailed:
    return CheckFailed(
        f"No checkpoint was signed: {why}. Run 'workbench log verify' and restore the log."
    )
