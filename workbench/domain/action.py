"""Actions: what is done with a finding, and the type that stands for 'the gate is open'."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from workbench.domain.account import Account
from workbench.domain.decision import Decision, Verdict
from workbench.domain.errors import NotCleared
from workbench.domain.finding import Finding

POLICY = "policy-1"  # own judgement first on every finding; one or two deciders by impact


class ActionKind(StrEnum):
    ASSESSED_LINK = "assessed_link"
    LEAD = "lead"
    DOSSIER = "dossier"

    @property
    def label(self) -> str:
        return {
            "assessed_link": "draw an assessed link on the case's chart",
            "lead": "open a lead on a person",
            "dossier": "export a dossier",
        }[self.value]

    @property
    def deciders_needed(self) -> int:
        """One on the chart of one's own case; two for a person and for anything that leaves."""
        return 1 if self is ActionKind.ASSESSED_LINK else 2

    @property
    def on_person(self) -> bool:
        return self is ActionKind.LEAD


def current(decisions: tuple[Decision, ...]) -> tuple[Decision, ...]:
    """The latest decision of each person, in the order in which they were given."""
    latest = {d.decided_by: d for d in decisions}
    return tuple(d for d in decisions if latest[d.decided_by] is d)


def require_own_decision(finding_id: str, decisions: tuple[Decision, ...], who: Account) -> None:
    """Raise unless `who` gave one of `decisions`: what is to leave shows score and explanation.

    Raises
    ------
    NotCleared
        When this person has yet to decide, and so must not see them (duty T10).
    """
    if all(d.decided_by != who.id for d in decisions):
        raise NotCleared(
            f"What leaves of finding {finding_id} shows why it was found, and account {who.id} has "
            "not decided it; decide it yourself first, or ask one of those who did."
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Cleared:
    """A finding with the decisions that its action needs. Actions take this type and no other.

    `decisions` are all decisions on the finding, oldest first. The database repeats each rule.
    """

    finding: Finding
    decisions: tuple[Decision, ...]
    action: ActionKind

    def __post_init__(self) -> None:
        finding, now = self.finding, current(self.decisions)
        if any(
            d.finding_id != finding.id or d.finding_digest != finding.digest for d in self.decisions
        ):
            raise NotCleared(
                f"A decision given for finding {finding.id} was taken on another content; "
                "read the finding again and decide on what it says now."
            )
        against = [d.id for d in now if d.verdict is Verdict.NOT_SUPPORTED]
        if against:
            raise NotCleared(
                f"Finding {finding.id} is contested: decision {against[0]} found it not "
                "supported; that person would have to decide anew first."
            )
        deciders = {d.decided_by for d in now if d.verdict is Verdict.SUPPORTED}
        if len(deciders) < self.action.deciders_needed:
            raise NotCleared(
                f"Finding {finding.id} was found supported by {len(deciders)} of the "
                f"{self.action.deciders_needed} people that '{self.action.label}' needs."
            )
        if (self.action.on_person or finding.about_person) and not finding.n_offence_facts:
            raise NotCleared(
                f"Finding {finding.id} rests on no verified fact tied to an offence, so nothing "
                "can be done about a person on it; find such a record first (duty T1)."
            )

    @property
    def cites(self) -> tuple[str, ...]:
        """Ids of the current supporting decisions, oldest first."""
        return tuple(d.id for d in current(self.decisions) if d.verdict is Verdict.SUPPORTED)


@dataclass(frozen=True, slots=True, kw_only=True)
class ActionTaken:
    """What was done. `subject` is the id of the entity that a lead is about, else empty.

    `export` is the file name of a dossier under WORKBENCH_HOME/exports, else empty.
    """

    id: str
    finding_id: str
    finding_digest: str
    kind: ActionKind
    subject: str
    cites: tuple[str, ...]
    acted_by: str
    acted_at: datetime
    export: str = ""

    def __post_init__(self) -> None:
        if len(self.cites) < self.kind.deciders_needed:
            raise NotCleared(
                f"Action {self.id} on finding {self.finding_id} cites {len(self.cites)} of the "
                f"{self.kind.deciders_needed} decisions that '{self.kind.label}' needs."
            )
