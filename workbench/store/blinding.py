"""Whom undecided findings are about, so that nobody is shown what the model says of them."""

from workbench.domain.finding import FindingStatus
from workbench.store import findings
from workbench.store.desk import Desk


def undecided_subjects(desk: Desk, model: str) -> set[frozenset[str]]:
    """Ids of the subjects of each undecided finding of the model (duty T10); of erased ones
    nobody knows."""
    with desk.database.read() as connection:
        found = findings.list_findings(connection, model=model, status=FindingStatus.UNDECIDED)
    return {
        frozenset(findings.load_claim(desk.vault, finding).subject_ids)
        for finding in found
        if desk.vault.holds(finding.id)
    }
