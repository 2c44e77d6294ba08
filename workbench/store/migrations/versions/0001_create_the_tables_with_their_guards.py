"""All tables STRICT with their CHECK constraints, and the triggers that guard them."""

from collections.abc import Iterator
from pathlib import Path

from alembic import op
from pysqlite3 import dbapi2 as sqlite

revision = "0001"
down_revision = None

FILES = ("0001_tables.sql", "0001_gate.sql", "0001_written_once.sql")
FOLDER = Path(__file__).parent.parent / "sqlite"


def upgrade() -> None:
    """Run the files in order, statement by statement, in the caller's transaction."""
    connection = op.get_bind()
    for name in FILES:
        for statement in statements((FOLDER / name).read_text(encoding="utf-8")):
            connection.exec_driver_sql(statement)


def statements(script: str) -> Iterator[str]:
    """Cut a script after each complete statement; a trigger's inner semicolons do not cut."""
    held = ""
    for line in script.splitlines(keepends=True):
        held += line
        if sqlite.complete_statement(held):
            yield held.strip()
            held = ""
