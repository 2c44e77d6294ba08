"""Whether the vault holds what the log says was sealed, and nothing that it says was erased."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from sqlalchemy import Connection, select

from workbench.domain.errors import CheckFailed
from workbench.domain.log import EntryKind, Json
from workbench.store import findings, tables
from workbench.store.findings import ASSESSMENT, CLAIM
from workbench.store.standing_check import Fault
from workbench.store.vault import Vault


@dataclass
class Kept:
    """Findings that the entries said were erased so far, each with the index of its entry."""

    erased: dict[str, int] = field(default_factory=dict)

    def hear(self, seq: int, kind: EntryKind, said: dict[str, Json]) -> None:
        """Take in entry `seq`."""
        if kind is EntryKind.ERASURE and "finding" in said:
            self.erased.setdefault(str(said["finding"]), seq)

    def faults(self, connection: Connection, vault: Vault) -> Iterator[Fault]:
        """Every finding whose key or content is gone without an erasure, or there in spite of one;
        and every reason in words that is gone while its finding's key is there."""
        table = tables.finding
        for finding, seq in connection.execute(select(table.c.id, table.c.entry_seq)):
            if finding in self.erased:
                if vault.holds(finding):
                    text = f"Entry {self.erased[finding]} erased finding {finding}, whose key is "
                    yield self.erased[finding], "erasure", text + "still in the vault."
            elif not vault.holds(finding):
                text = f"The key of finding {finding} is gone and no entry says that it was erased."
                yield seq, "vault", text
            elif not all(vault.keeps(finding, name) for name in (CLAIM, ASSESSMENT)):
                yield seq, "vault", f"The content of finding {finding} is gone from the vault."
        for words in (tables.judgement, tables.decision):
            query = select(words.c.id, words.c.finding_id, words.c.entry_seq)
            for name, finding, seq in connection.execute(query):
                if vault.holds(finding) and not vault.keeps(finding, name):
                    text = f"The reason of {words.name} {name} is gone from the vault."
                    yield seq, "vault", text


def altered(connection: Connection, vault: Vault) -> Iterator[Fault]:
    """Every finding whose content is there and is not what was sealed; each is opened."""
    seq = {row.id: row.entry_seq for row in connection.execute(select(tables.finding))}
    for finding in findings.list_findings(connection):
        if all(vault.keeps(finding.id, name) for name in (CLAIM, ASSESSMENT)):
            try:
                findings.require_sealed(vault, finding)
            except CheckFailed as error:
                yield seq[finding.id], "content", str(error)
