"""To whom audits of a version were passed on, when, by whom and why, from the log and the vault."""

import json
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Text, cast, func, select

from workbench.domain.account import Operation
from workbench.domain.log import EntryKind
from workbench.store import accounts
from workbench.store.database import from_text
from workbench.store.desk import Desk
from workbench.store.tables import log_entry


@dataclass(frozen=True, slots=True, kw_only=True)
class Handing:
    """One audit that left. `seq` finds it in the log, `digest` is of the bytes that left."""

    seq: int
    at: datetime
    who: str
    what: str
    recipient: str
    purpose: str
    digest: str


def passed_on(desk: Desk, version_id: str, *, account: str) -> tuple[Handing, ...]:
    """What left of the audits of a version (``model/1``), newest first.

    Raises
    ------
    NotAllowed
        When the account may not pass audits on.
    """
    model, _, version = version_id.partition("/")
    text = cast(log_entry.c.body, Text)
    query = (
        select(log_entry.c.seq, log_entry.c.body)
        .where(func.json_extract(text, "$.kind") == EntryKind.EXPORT.value)
        .where(func.json_extract(text, "$.model") == model)
        .where(func.json_extract(text, "$.version") == int(version))
        .order_by(log_entry.c.seq.desc())
    )
    with desk.database.read() as connection:
        accounts.by_name(connection, account).require(Operation.PASS_ON_AUDIT)
        found = [(row.seq, json.loads(row.body)) for row in connection.execute(query)]
        names = {said["account"]: accounts.by_id(connection, said["account"]).name
                 for _, said in found}  # fmt: skip
    return tuple(
        Handing(
            seq=seq,
            at=from_text(said["at"]),
            who=names[said["account"]],
            what=said["what"],
            recipient=_words(desk, said["digest"], "recipient"),
            purpose=_words(desk, said["digest"], "purpose"),
            digest=said["digest"],
        )
        for seq, said in found
    )


def _words(desk: Desk, digest: str, word: str) -> str:
    """What the vault keeps behind a commitment, for as long as it does."""
    subject = f"passed on {digest}"
    return desk.vault.get(subject, word).decode() if desk.vault.holds(subject) else "(erased)"
