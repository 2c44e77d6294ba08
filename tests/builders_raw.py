"""Whoever comes past the services: the system's own SQLite on workbench.db, with no pragma set.

``entry`` writes an honest log entry, so that a row is refused for its own fault and not for a
missing entry; ``row`` is then put in by hand.
"""

import sqlite3
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path

from builders import Home

from workbench.domain.log import EntryKind

Row = dict[str, object]


def path(built: Home) -> Path:
    """The database file, with every connection of ours given back first."""
    built.desk.database.close()
    return built.desk.database.path


def entry(built: Home, kind: EntryKind, fields: Mapping[str, object]) -> int:
    """Append an entry as anybody with the log's code could; returns its index."""
    with built.desk.database.write() as connection:
        return built.desk.log.append(connection, kind, fields)


def execute(file: Path, *statements: str) -> None:
    """Run statements over a raw connection."""
    with closing(sqlite3.connect(file)) as connection:
        for statement in statements:
            connection.execute(statement)
        connection.commit()


def insert(file: Path, table: str, row: Row, *, verb: str = "INSERT") -> None:
    """Put a row in over a raw connection."""
    marks = ", ".join("?" for _ in row)
    with closing(sqlite3.connect(file)) as connection:
        connection.execute(
            f"{verb} INTO {table} ({', '.join(row)}) VALUES ({marks})",
            tuple(row.values()),
        )
        connection.commit()


def rows(file: Path, table: str) -> list[Row]:
    """All rows of a table."""
    with closing(sqlite3.connect(file)) as connection:
        connection.row_factory = sqlite3.Row
        return [dict(r) for r in connection.execute(f"SELECT * FROM {table}")]


def triggers(file: Path) -> set[str]:
    """Names of all triggers."""
    with closing(sqlite3.connect(file)) as connection:
        found = connection.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'")
        return {str(name) for (name,) in found}
