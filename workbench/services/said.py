"""What people said of a finding, with their reasons: after one's own decision, never before.

That a person's reasons were read is logged, as every consultation is (duty T29).
"""

from dataclasses import dataclass

from workbench.domain.account import PERMISSIONS, Operation
from workbench.domain.action import current
from workbench.domain.decision import Decision, Judgement
from workbench.domain.errors import NotCleared
from workbench.domain.log import EntryKind
from workbench.store import findings
from workbench.store.attempts import attempt
from workbench.store.desk import Desk
from workbench.store.gate import Stage, Step, latest_decision, latest_opening


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """One person's current decision on a finding, and what they thought before the score."""

    judgement: Judgement | None
    decision: Decision


def said(desk: Desk, finding_id: str, *, account: str) -> tuple[Said, ...]:
    """What others decided and thought before, oldest first; never one's own.

    To one who may decide: after their own decision. To one who never decides: once the finding
    was decided and its assessment was shown to them.

    Raises
    ------
    NotCleared
        When the account has yet to decide, or was not shown the assessment.
    NotAllowed
        When the finding's case is not open to the account.
    """
    with attempt(desk, "said", finding_id, account, Operation.OPEN_FINDING) as step:
        _require_done(step)
        taken = current(findings.decisions_of(step.connection, step.vault, finding_id))
        others = [d for d in taken if d.decided_by != step.account.id]
        before = {
            j.judged_by: j for j in findings.judgements_of(step.connection, step.vault, finding_id)
        }
        if others:
            entry = {key: value for key, value in step.fields.items() if key != "digest"}
            step.log.append(step.connection, EntryKind.CONSULTATION, entry | {"what": "reasons"})
        return tuple(Said(judgement=before.get(d.decided_by), decision=d) for d in others)


def _require_done(step: Step) -> None:
    finding_id, who = step.finding.id, step.account
    if who.role in PERMISSIONS[Operation.JUDGE]:
        if latest_decision(step.connection, finding_id, who.id) is None:
            raise NotCleared(
                f"Account {who.id} has not decided finding {finding_id}; what others said of it is "
                "shown after that."
            )
    elif latest_opening(step.connection, finding_id, who.id, Stage.REVIEW) is None:
        raise NotCleared(
            f"Account {who.id} was not shown why finding {finding_id} was found; what people said "
            "of it is shown after that."
        )
