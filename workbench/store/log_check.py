"""Verification of the log where it lies: entries, hashes, checkpoints, rows, schema, the gate, and
whether the vault holds what was sealed.

One pass over the entries, in memory that grows with the findings only. A fault names the index of
the first entry concerned. Where body and hash were both changed, nothing in the row says so; then
the fault names the shortest span that the signed roots, the signer's memory and the head leave.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import chain, islice
from typing import Any

from sqlalchemy import Connection, Row, func, or_, select

from workbench.domain.errors import BadInput, CheckFailed, Unavailable
from workbench.domain.log import REQUIRED, VERSION, EntryKind, Json, parse
from workbench.domain.tree import Frontier, leaf_hash
from workbench.store import tables
from workbench.store.database import from_text
from workbench.store.decision_log import DecisionLog, LoggedEntry
from workbench.store.signer import VerifierKey
from workbench.store.standing_check import Standing
from workbench.store.vault import Vault
from workbench.store.vault_check import Kept, altered
from workbench.verify import BadError, Gate

MAX_FAULTS = 100
ROW_TOLERANCE = timedelta(minutes=1)  # between a row's instant and its entry's
_PORTION = 1000

# Per table: what its rows repeat of their entries (column, word), and the column of the instant.
_GATE = {"finding_id": "finding", "finding_digest": "digest"}
_ROWS: dict[str, tuple[dict[str, str], str]] = {
    "finding": (
        {"id": "finding", "case_id": "case", "release_id": "release"}
        | {w: w for w in ("model", "release_digest", "digest", "claim_digest", "assessment_digest")}
        | {w: w for w in ("about_person", "n_offence_facts")},
        "sealed_at",
    ),
    "opening": (
        {"finding_id": "finding", "account_id": "account", "stage": "stage"}
        | {"shown_digest": "shown", "session_hash": "session"},
        "opened_at",
    ),
    "judgement": (
        {"id": "judgement", **_GATE, "verdict": "verdict", "confidence": "confidence"}
        | {"reason_commitment": "reason", "judged_by": "account"},
        "judged_at",
    ),
    "decision": (
        {"id": "decision", **_GATE, "verdict": "verdict", "reason_commitment": "reason"}
        | {"shown_digest": "shown", "decided_by": "account", "role": "role"}
        | {"session_hash": "session"},
        "decided_at",
    ),
    "action": (
        {"id": "action", **_GATE, "kind": "kind_of_action", "subject": "subject"}
        | {"cites": "cites", "acted_by": "account"},
        "acted_at",
    ),
    "release": (
        {"id": "release", "model": "model", "version": "version", "digest": "release_digest"}
        | {"run_id": "run", "dataset": "dataset", "audit_verdict": "audit"}
        | {"audit_digest": "audit_digest", "trained_by": "trained_by", "approved_by": "account"}
        | {"reason_commitment": "reason"},
        "approved_at",
    ),
    "dataset": (
        {"name": "dataset", "sha256": "sha256", "synthetic": "synthetic"}
        | {"ingested_by": "account"},
        "ingested_at",
    ),
    "case_file": (
        {"id": "case", "dataset": "dataset", "opened_by": "account"},
        "opened_at",
    ),
    "release_event": (
        {"id": "event", "release_id": "release", "by": "account", "reason_commitment": "reason"},
        "at",
    ),
    "dataset_acceptance": (
        {"dataset": "dataset", "sha256": "sha256", "accepted_by": "account"}
        | {"reason_commitment": "reason", "data_audit": "data_audit"}
        | {"breached": "breached", "excuse_commitment": "excuse"},
        "accepted_at",
    ),
}
_TABLE_OF = {
    EntryKind.FINDING_SEALED: "finding",
    EntryKind.FINDING_OPENED: "opening",
    EntryKind.JUDGEMENT: "judgement",
    EntryKind.DECISION: "decision",
    EntryKind.ACTION: "action",
    EntryKind.RELEASE_PROMOTED: "release",
    EntryKind.RELEASE_SUSPENDED: "release_event",
    EntryKind.RELEASE_RESTARTED: "release_event",
    EntryKind.RELEASE_RETIRED: "release_event",
    EntryKind.DATASET_ACCEPTED: "dataset_acceptance",
    EntryKind.DATASET_INGESTED: "dataset",
    EntryKind.CASE_OPENED: "case_file",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class LogFault:
    """What is wrong, at the index of the first entry concerned (None: of the log as a whole)."""

    index: int | None
    code: str
    message: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LogReport:
    """What verification found. The first `MAX_FAULTS` faults are listed, `n_faults` counts all.

    They are listed by index, those of the log as a whole last.
    `size` entries lead to `root_hash`; the newest `n_unsigned` stand under no checkpoint yet.
    `contents` is true where what findings say was compared with what was sealed.
    """

    size: int
    root_hash: str
    n_checkpoints: int
    n_unsigned: int
    witnessed: bool
    contents: bool
    n_faults: int
    faults: tuple[LogFault, ...]

    def as_json(self) -> dict[str, Any]:
        return {
            "sound": not self.n_faults,
            **{name: getattr(self, name) for name in self.__slots__ if name != "faults"},
            "faults": [
                {"index": f.index, "code": f.code, "message": f.message} for f in self.faults
            ],
        }

    def as_text(self) -> str:
        seal = "co-signed by a witness" if self.witnessed else "not independently witnessed"
        entries = _n(self.size, "entry", "entries")
        under = (
            f"{_n(self.n_checkpoints, 'checkpoint', 'checkpoints')}, "
            f"{_n(self.n_unsigned, 'entry', 'entries')} not yet under one"
        )
        if not self.n_faults:
            said = f"The log is sound: {entries}, {under}; {seal}. {self.contents_sentence()}"
            return f"{said}\nroot {self.root_hash}"
        faults = _n(self.n_faults, "fault", "faults")
        lines = [f"The log is not sound: {faults} in {entries} ({under})."]
        lines += [f"  {'-' if f.index is None else f.index}\t{f.message}" for f in self.faults]
        return "\n".join(lines)

    def contents_sentence(self) -> str:
        if self.contents:
            return "What findings say is what was sealed."
        return (
            "What findings say was not looked at; `workbench log verify --contents` compares it "
            "with what was sealed."
        )


def _n(n: int, one: str, many: str) -> str:
    return f"{n} {one if n == 1 else many}"


def verify(log: DecisionLog, vault: Vault, *, contents: bool = False) -> LogReport:
    """Check everything about `log`, as committed at this moment, and that `vault` holds what it
    sealed and did not erase; with `contents`, opening each finding, that it is what was sealed.
    Changes nothing.

    Raises
    ------
    Unavailable
        When ``keys/log.pub`` or the database cannot be read.
    """
    check = _Check(log, log.signer.verifier, vault, contents)
    with log.database.read() as connection:
        return check.run(connection)


@dataclass
class _Check:
    """The state of one pass. `at` is the index after the last entry seen."""

    log: DecisionLog
    key: VerifierKey
    vault: Vault
    contents: bool
    faults: list[LogFault] = field(default_factory=list)
    n_faults: int = 0
    at: int = 0
    tree: Frontier = field(default_factory=Frontier)
    whole: bool = True  # no entry missing so far
    changed: list[int] = field(default_factory=list)  # entries named as changed
    signed: int = 0  # size under the newest checkpoint that held
    n_checkpoints: int = 0
    apart: tuple[int, int] | None = None  # first span between checkpoints whose root is another
    gate: Gate = field(default_factory=Gate)
    standing: Standing = field(default_factory=Standing)
    kept: Kept = field(default_factory=Kept)
    vouched: Counter[str] = field(default_factory=Counter)  # entries by the table of their rows

    def run(self, connection: Connection) -> LogReport:
        known, head = self._memory(), self._head(connection)  # memory first: it never runs ahead
        marks = {stop: root for f in (head, known) for stop, root in _marks(f)}
        notes = _notes(connection)
        pending = self._checkpoints(next(notes, None), notes)
        off: list[tuple[int, int]] = []
        for portion in _portions(self.log.entries(connection)):
            rows = _rows(connection, portion[0].seq, portion[-1].seq)
            for row in portion:
                self._entry(row, rows)
                if self.whole and marks.get(self.at, self.tree.roots[-1]) != self.tree.roots[-1]:
                    off.append(self.tree.spans[-1])
                pending = self._checkpoints(pending, notes)
        self._spans(off)
        self._end(connection, head, known, pending)
        return LogReport(
            size=self.at,
            root_hash=self.tree.root.hex(),
            n_checkpoints=self.n_checkpoints,
            n_unsigned=max(0, self.at - self.signed),
            witnessed=False,
            contents=self.contents,
            n_faults=self.n_faults,
            faults=tuple(sorted(self.faults, key=_by_index)),
        )

    def _note(self, index: int | None, code: str, message: str) -> None:
        self.n_faults += 1
        if len(self.faults) < MAX_FAULTS:
            self.faults.append(LogFault(index=index, code=code, message=message))

    def _entry(self, row: LoggedEntry, rows: dict[str, dict[int, Row[Any]]]) -> None:
        seq, leaf = row.seq, leaf_hash(row.body)
        if seq != self.at:
            self.whole = False
            self._note(self.at, "gap", f"Entries {self.at} to {seq - 1} are missing.")
        self.at = seq + 1
        self.tree = self.tree.append(row.leaf_hash if len(row.leaf_hash) == 32 else leaf)
        if leaf != row.leaf_hash:
            self.changed.append(seq)
            text = f"Entry {seq} was changed: its bytes do not give the leaf hash kept beside them."
            self._note(seq, "changed", text)
        try:
            said = parse(row.body)
            kind = EntryKind(str(said.get("kind")))
            if said.get("v") != VERSION or not set(REQUIRED[kind].split()) <= set(said):
                raise BadInput("A log entry lacks what its kind must say.")
        except (BadInput, ValueError):
            if leaf == row.leaf_hash:
                self._note(seq, "not_canonical", f"Entry {seq} is not in the form of an entry.")
            return
        self._replay(seq, said)
        if leaf == row.leaf_hash:
            self.standing.hear(seq, kind, said)
            self.kept.hear(seq, kind, said)
            self._compare(seq, kind, said, rows)

    def _replay(self, seq: int, said: dict[str, Json]) -> None:
        try:
            self.gate.apply(said)
        except BadError as error:
            self._note(seq, "gate", f"Entry {seq} ({said['kind']}) {error}.")

    def _compare(
        self, seq: int, kind: EntryKind, said: dict[str, Json], rows: dict[str, dict[int, Row[Any]]]
    ) -> None:
        name = _TABLE_OF.get(kind)
        for table, found in rows.items():
            if seq in found and table != name:
                text = f"A row of {table} cites entry {seq}, which is of kind {kind}."
                self._note(seq, "row", text)
        if name is None:
            return
        self.vouched[name] += 1
        row = rows[name].get(seq)
        if row is None:
            self._note(seq, "row", f"Entry {seq} speaks of a row of {name} that is gone.")
            return
        for column in _differences(name, row, said):
            text = f"Entry {seq} and its row of {name} disagree on {column}; the row was changed."
            self._note(seq, "row", text)

    def _checkpoints(self, row: Row[Any] | None, rows: Iterator[Row[Any]]) -> Row[Any] | None:
        """Check those that cover the entries so far; returns the first that covers more."""
        while row is not None and row.size <= self.at:
            self._checkpoint(row)
            row = next(rows, None)
        return row

    def _checkpoint(self, row: Row[Any]) -> None:
        try:
            size, root = self.key.open(row.note)
        except CheckFailed as error:
            text = f"The checkpoint of {row.size} entries does not hold: {error}"
            self._note(max(row.size - 1, 0), "checkpoint", text)
            return
        if (size, root.hex()) != (row.size, row.root_hash):
            text = f"The checkpoint of {row.size} entries says otherwise than its signed note."
            self._note(max(row.size - 1, 0), "checkpoint", text)
        elif self.whole and root != self.tree.root:
            self.apart = self.apart or (self.signed, row.size)
        elif self.whole and self.apart is None:
            self.signed, self.n_checkpoints = row.size, self.n_checkpoints + 1

    def _spans(self, off: list[tuple[int, int]]) -> None:
        """Name where body and hash were both changed, as narrowly as the known roots allow."""
        unproven = [(start, stop) for start, stop in off if stop > self.signed]
        if self.apart:
            first, last = self.apart
            within = [(max(a, first), min(b, last)) for a, b in unproven if a < last and b > first]
            unproven = within or [self.apart]
        for start, stop in unproven:
            if any(start <= index < stop for index in self.changed):
                continue
            where = (
                f"Entry {start}" if stop - start == 1 else f"An entry from {start} to {stop - 1}"
            )
            text = f"{where} was changed together with its hash: the root is not the one known."
            self._note(start, "changed", text)

    def _end(
        self, connection: Connection, head: Frontier, known: Frontier, pending: Row[Any] | None
    ) -> None:
        promised = max(known.size, pending.size if pending is not None else 0)
        if promised > self.at:
            text = f"Entries {self.at} to {promised - 1} were signed and are missing."
            self._note(self.at, "gap", text)
        if head.size != self.at or (self.whole and not self.faults and head != self.tree):
            text = (
                f"The head row speaks of {head.size} entries or of others than the {self.at} here."
            )
            self._note(min(head.size, self.at), "head", text)
        for name in _ROWS:
            self._count(connection, name)
        for index, code, message in chain(
            self.standing.faults(connection),
            self.kept.faults(connection, self.vault),
            altered(connection, self.vault) if self.contents else (),
        ):
            self._note(index, code, message)

    def _count(self, connection: Connection, name: str) -> None:
        """No row may cite an entry outside the log, and no entry vouches for two rows."""
        table = tables.metadata.tables[name]
        seq = table.c.entry_seq
        for cited in connection.execute(select(seq).where(or_(seq < 0, seq >= self.at))).scalars():
            text = f"A row of {name} cites entry {cited}, which does not exist."
            self._note(self.at, "row", text)
        n_rows = connection.execute(select(func.count()).select_from(table)).scalar_one()
        n_entries = self.vouched[name]
        if self.whole and not self.changed and n_rows != n_entries:
            text = f"Table {name} has {n_rows} rows, and the log {n_entries} entries that say so."
            self._note(None, "row", text)

    def _head(self, connection: Connection) -> Frontier:
        try:
            return self.log.head(connection)
        except CheckFailed as error:
            self._note(None, "head", str(error))
            return Frontier()

    def _memory(self) -> Frontier:
        try:
            return self.log.signer.memory()
        except Unavailable as error:
            self._note(None, "memory", str(error))
            return Frontier()


def _by_index(fault: LogFault) -> tuple[bool, int]:
    return fault.index is None, fault.index or 0


def _marks(frontier: Frontier) -> Iterator[tuple[int, bytes]]:
    """Where each complete subtree ends, and its root."""
    for (_, stop), root in zip(frontier.spans, frontier.roots, strict=True):
        yield stop, root


def _portions(entries: Iterator[LoggedEntry]) -> Iterator[list[LoggedEntry]]:
    while portion := list(islice(entries, _PORTION)):
        yield portion


def _rows(connection: Connection, first: int, last: int) -> dict[str, dict[int, Row[Any]]]:
    """Per table the rows that cite entries `first` to `last`, by the entry's index."""
    found: dict[str, dict[int, Row[Any]]] = {}
    for name in _ROWS:
        table = tables.metadata.tables[name]
        query = select(table).where(table.c.entry_seq.between(first, last))
        found[name] = {row.entry_seq: row for row in connection.execute(query)}
    return found


def _notes(connection: Connection) -> Iterator[Row[Any]]:
    """Checkpoints by size, read in small portions."""
    table, size = tables.checkpoint, -1
    while True:
        query = select(table).where(table.c.size > size).order_by(table.c.size)
        rows = connection.execute(query.limit(_PORTION)).all()
        yield from rows
        if len(rows) < _PORTION:
            return
        size = rows[-1].size


def _differences(name: str, row: Row[Any], said: dict[str, Json]) -> Iterator[str]:
    """Columns in which a row says otherwise than its entry."""
    columns, at = _ROWS[name]
    for column, word in columns.items():
        value = said.get(word)
        plain = " ".join(map(str, value)) if isinstance(value, list) else value
        if row._mapping[column] != plain:
            yield column
    if name == "release_event" and said["kind"] != f"release_{row.kind}":
        yield "kind"
    try:
        apart = abs(from_text(row._mapping[at]) - from_text(str(said["at"])))
    except ValueError:
        apart = 2 * ROW_TOLERANCE
    if apart > ROW_TOLERANCE:
        yield at
