"""The database file: connections with their pragmas, transactions, migrations, instants as text.

One writer at a time, each write durable before it is acknowledged: WAL with synchronous=FULL on
a SQLite that has the WAL repair of 3.51.3, else a rollback journal in TRUNCATE mode with FULL.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from pysqlite3 import dbapi2 as sqlite
from sqlalchemy import Connection, create_engine, event, inspect, text
from sqlalchemy.exc import DatabaseError, IntegrityError

from workbench.domain.errors import Conflict, NotCleared, Unavailable

HEAD = "0001"  # the schema that this version of the workbench writes
MIGRATIONS = Path(__file__).parent / "migrations"

_REPAIRED = (3, 51, 3)  # from here on a WAL file survives two connections that checkpoint at once
_WRITES = "workbench_writes"
_WRITTEN_ONCE = "written once"  # what the sentences of the append-only triggers have in common


def to_text(instant: datetime) -> str:
    """An aware instant as ``2026-01-31T09:30:00.000000Z``, so that text order is time order."""
    return instant.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def from_text(written: str) -> datetime:
    """The aware UTC instant that `to_text` wrote."""
    return datetime.strptime(written, "%Y-%m-%dT%H:%M:%S.%fZ").replace(tzinfo=UTC)


class Database:
    """`path` is the file; it is made when absent, empty until `migrate`."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.journal = "WAL" if sqlite.sqlite_version_info >= _REPAIRED else "TRUNCATE"
        self._engine = create_engine(
            f"sqlite:///{path}", module=sqlite, pool_size=8, max_overflow=64
        )
        event.listen(self._engine, "connect", self._prepare)
        event.listen(self._engine, "begin", _begin)

    def _prepare(self, connection: sqlite.Connection, record: object) -> None:
        """Set every pragma on a new connection; transactions are begun by `_begin` alone."""
        connection.isolation_level = None
        for pragma in (
            "busy_timeout = 30000",
            f"journal_mode = {self.journal}",
            "synchronous = FULL",
            "foreign_keys = ON",
            "recursive_triggers = ON",
            "trusted_schema = OFF",
        ):
            connection.execute(f"PRAGMA {pragma}")

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """A connection that sees one moment of the database throughout."""
        with _sentences(), self._engine.connect() as connection:
            yield connection

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """One transaction that holds the write lock from its start; kept whole or not at all.

        Raises
        ------
        NotCleared
            When a rule of the gate in the database refused a row; the sentence is the trigger's.
        Conflict
            When what was to be written is there already.
        Unavailable
            When the file is locked for longer than 30 s, read-only or the disk is full.
        """
        with _sentences(), self._engine.connect() as connection:
            writer = connection.execution_options(**{_WRITES: True})
            with writer.begin():
                yield writer

    def migrate(self) -> None:
        """Bring the schema to `HEAD` in one transaction; nothing happens when it is there.

        Raises
        ------
        Unavailable
            When the file was written by a newer workbench.
        """
        with self.read() as connection:
            found = _version(connection)
        if found == HEAD:
            return
        if found is not None and found > HEAD:
            raise Unavailable(
                f"The database has schema {found}, newer than {HEAD} that this workbench knows; "
                "start the newer workbench."
            )
        _upgrade(self)

    def close(self) -> None:
        """Give all connections back."""
        self._engine.dispose()


def _begin(connection: Connection) -> None:
    writes = connection.get_execution_options().get(_WRITES, False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def _version(connection: Connection) -> str | None:
    if not inspect(connection).has_table("alembic_version"):
        return None
    return connection.execute(text("SELECT version_num FROM alembic_version")).scalar_one_or_none()


def _upgrade(database: Database) -> None:
    from alembic import command
    from alembic.config import Config

    with database.write() as connection:
        config = Config()
        config.set_main_option("script_location", str(MIGRATIONS))
        config.attributes["connection"] = connection
        command.upgrade(config, "head")


@contextmanager
def _sentences() -> Iterator[None]:
    """Turn what the database refuses into errors that a person can act on."""
    try:
        yield
    except IntegrityError as error:
        sentence = str(error.orig)
        if _WRITTEN_ONCE in sentence or "constraint failed" in sentence:
            raise Conflict(f"{sentence.rstrip('.')}. Reload and look again.") from error
        raise NotCleared(sentence) from error
    except DatabaseError as error:
        raise Unavailable(
            f"The database refused: {error.orig}. Nothing was written; "
            "check the file, the disk and who else holds it, then try again."
        ) from error
