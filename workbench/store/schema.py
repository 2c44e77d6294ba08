"""The database's own rules, digested: a table, view, index or trigger that was changed is found.

The log says once for each version of the schema which digest it has (``schema_change``), right
after the migration that made it. `log_check` compares what is there with what was logged last.
"""

import hashlib
import json
import tempfile
from pathlib import Path

from sqlalchemy import Connection, func, select, text

from workbench.domain.log import EntryKind
from workbench.store.database import HEAD, Database
from workbench.store.decision_log import DecisionLog
from workbench.store.tables import log_entry

OWNER = "P-OPERATOR"  # the account that migration 0001 makes
_MOST = 5  # differences that are named

Rules = dict[tuple[str, str], str]  # SQL by kind (table, view, index, trigger) and name


def rules(connection: Connection) -> Rules:
    """All that the schema consists of, SQLite's own tables aside."""
    query = text("SELECT type, name, sql FROM sqlite_schema WHERE sql IS NOT NULL")
    rows = [row for row in connection.execute(query) if not row.name.startswith("sqlite_")]
    return {(row.type, row.name): row.sql for row in rows}


def digest(connection: Connection) -> str:
    """SHA-256, as 64 hex digits, over every rule's kind, name and SQL, by kind and name."""
    listed = sorted([*key, sql] for key, sql in rules(connection).items())
    return hashlib.sha256(json.dumps(listed, separators=(",", ":")).encode()).hexdigest()


def log_digest(database: Database, log: DecisionLog) -> None:
    """Log the digest of the schema, unless the log has one of this version.

    A digest that differs from the logged one is never logged anew: `log_check` reports it.
    """
    with database.read() as connection:
        if _is_logged(connection):
            return
    with database.write() as connection:
        if not _is_logged(connection):
            said = {"account": OWNER, "digest": digest(connection), "version": int(HEAD)}
            log.append(connection, EntryKind.SCHEMA_CHANGE, said)


def _is_logged(connection: Connection) -> bool:
    """True when an entry of this version is there; it is among the first, so the search is short.

    The bytes looked for are an entry's canonical end; within a value its quotes were escaped.
    """
    end = f'"kind":"{EntryKind.SCHEMA_CHANGE}","v":1,"version":{int(HEAD)}}}'.encode()
    query = select(log_entry.c.seq).where(func.instr(log_entry.c.body, end) > 0)
    return connection.execute(query.order_by(log_entry.c.seq).limit(1)).first() is not None


def differences(connection: Connection) -> str:
    """In words what differs from the schema that a migration of this version makes."""
    here = rules(connection)
    with tempfile.TemporaryDirectory() as folder:
        fresh = Database(Path(folder) / "fresh.db")
        fresh.migrate()
        with fresh.read() as other:
            meant = rules(other)
        fresh.close()
    words = [f"{kind} {name} is missing" for kind, name in sorted(meant.keys() - here.keys())]
    words += [f"{kind} {name} was added" for kind, name in sorted(here.keys() - meant.keys())]
    words += [
        f"{kind} {name} was changed"
        for kind, name in sorted(meant.keys() & here.keys())
        if meant[kind, name] != here[kind, name]
    ]
    more = f" and {len(words) - _MOST} more" if len(words) > _MOST else ""
    return ", ".join(words[:_MOST]) + more if words else "another version of the schema was logged"
