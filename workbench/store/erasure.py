"""Erasing a finding: its entry in the log and the destruction of its key, never one without the
other.

The entry comes first. Were the process to die between the two, the log would name an erasure whose
key is still there, which its verification finds and which calling this again finishes. The other
way round a key would be gone and nobody could tell an erasure from a theft.
"""

from sqlalchemy import Connection

from workbench.domain.account import Account
from workbench.domain.log import EntryKind, canonical
from workbench.store import findings
from workbench.store.decision_log import DecisionLog
from workbench.store.vault import Vault

FINDING = "finding"


def erase_finding(log: DecisionLog, vault: Vault, finding_id: str, *, account: Account) -> int:
    """Log the erasure and destroy the finding's key and content; returns the entry's index.

    The entry holds none of what was erased (duty T31). Who may ask for it is for the caller to
    know. Once erased it stays so: another call finishes what was begun and logs nothing.

    Raises
    ------
    NotFound
        When there is no such finding.
    """
    with log.database.write() as connection:
        findings.by_id(connection, finding_id)
        index = erased_by(connection, log, finding_id)
        if index is None:
            said: dict[str, object] = {"what": FINDING, FINDING: finding_id}
            said |= {"account": account.id, "simulated": account.simulated}
            index = log.append(connection, EntryKind.ERASURE, said)
    vault.erase(finding_id)
    return index


def erased_by(connection: Connection, log: DecisionLog, finding_id: str) -> int | None:
    """Index of the entry that says the finding was erased; None while there is none."""
    needle = canonical({FINDING: finding_id})[1:-1]
    for row in log.entries(connection):
        if needle in row.body and row.fields["kind"] == EntryKind.ERASURE:
            return row.seq
    return None
