"""Where else the same candidate is before people: one candidate may be a finding of many cases."""

from dataclasses import dataclass

from workbench.domain.account import Operation, Role
from workbench.store import attempts, cases, findings
from workbench.store.desk import Desk


@dataclass(frozen=True, slots=True, kw_only=True)
class Repeat:
    """Another finding of the same model about the same entities.

    Both ids are empty where its case is not open to the reader, who learns only that there is
    one. `judged` is true where the reader sealed a view of it.
    """

    finding_id: str
    case_id: str
    judged: bool


def repeats(desk: Desk, finding_id: str, *, account: str) -> tuple[Repeat, ...]:
    """Findings on the same candidate as this one, those that the reader may open first.

    Nothing that anybody else said of them is told. What a claim is about identifies it, so the
    claims of the model are read, some 0.7 ms each.

    Raises
    ------
    NotFound, NotAllowed
        When there is no such finding, or its case is not open to the account.
    """
    with desk.database.read() as connection:
        step = attempts.step_of(connection, desk, finding_id, account, Operation.OPEN_FINDING)
        here = findings.load_claim(desk.vault, step.finding).about
        mine = set(cases.ids_of(connection, step.account))
        sees_all = step.account.role is Role.AUDITOR
        found = []
        for other in findings.list_findings(connection, model=step.finding.model):
            if other.id == finding_id or not desk.vault.holds(other.id):
                continue
            if findings.load_claim(desk.vault, other).about != here:
                continue
            is_open = sees_all or other.case_id in mine
            judged = findings.judged_by(connection, other.id, step.account.id)
            found.append(
                Repeat(
                    finding_id=other.id if is_open else "",
                    case_id=other.case_id if is_open else "",
                    judged=judged,
                )
            )
    return tuple(sorted(found, key=lambda r: (not r.finding_id, r.case_id, r.finding_id)))
