"""To whom audits of a version were passed on, when, by whom and why, from the log and the vault."""

from dataclasses import dataclass
from datetime import datetime

from workbench.domain.account import Operation
from workbench.store import accounts, handed
from workbench.store.database import from_text
from workbench.store.desk import Desk


@dataclass(frozen=True, slots=True, kw_only=True)
class Handing:
    """One audit that left. `seq` finds it in the log, `digest` is of the bytes that left.

    `least` is the count below which cells were left out; None where the log does not say.
    """

    seq: int
    at: datetime
    who: str
    what: str
    recipient: str
    purpose: str
    digest: str
    least: int | None


def passed_on(desk: Desk, version_id: str, *, account: str) -> tuple[Handing, ...]:
    """What left of the audits of a version (``model/1``), newest first.

    Raises
    ------
    NotAllowed
        When the account may not pass audits on.
    """
    model, _, version = version_id.partition("/")
    with desk.database.read() as connection:
        accounts.by_name(connection, account).require(Operation.PASS_ON_AUDIT)
        found = [
            (one.seq, one.fields)
            for one in handed.of_model(connection, model)
            if one.fields["version"] == int(version)
        ]
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
            least=said.get("least"),
        )
        for seq, said in found
    )


def _words(desk: Desk, digest: str, word: str) -> str:
    """What the vault keeps behind a commitment, for as long as it does."""
    subject = f"passed on {digest}"
    return desk.vault.get(subject, word).decode() if desk.vault.holds(subject) else "(erased)"
