"""Act on a finding that is cleared: draw an assessed link, open a lead, export a dossier.

No path leads here but through people's decisions (duty T26): `Cleared` refuses to be built
without them, and the database refuses the row.
"""

import hashlib
from dataclasses import dataclass

from sqlalchemy import Connection

from workbench.domain.account import PERMISSIONS, Operation
from workbench.domain.action import ActionKind, ActionTaken, Cleared, current, require_own_decision
from workbench.domain.decision import Decision, Verdict
from workbench.domain.entity import EntityKind
from workbench.domain.errors import BadInput, Conflict, NotCleared, NotFound
from workbench.domain.finding import Claim
from workbench.domain.log import EntryKind
from workbench.store import accounts, attempts, dossiers, findings, gate, releases
from workbench.store.attempts import attempt
from workbench.store.desk import Desk
from workbench.store.gate import Step


@dataclass(frozen=True, slots=True, kw_only=True)
class Clearance:
    """What one kind of action still needs on one finding.

    `needs` is a sentence, empty where `is_open`. `n_supporting` of the `n_needed` people found it
    supported; None for a person who has yet to decide and must not know. `taken` are the actions
    of this kind that were taken already. `against` are the pseudonyms of those who found it not
    supported, as far as the reader may know.
    """

    kind: ActionKind
    is_open: bool
    needs: str
    n_supporting: int | None
    n_needed: int
    taken: tuple[ActionTaken, ...]
    against: tuple[str, ...]


def act(
    desk: Desk,
    finding_id: str,
    *,
    account: str,
    action: ActionKind | str,
    key: str,
    subject: str = "",
) -> ActionTaken:
    """Take an action on a cleared finding; the same `key` gives the same action.

    A lead is about `subject`, the id of a person in the finding's picture; without one, about the
    first person whom the claim names.

    Raises
    ------
    NotCleared
        When decisions are missing (for a dossier one's own too), somebody found it not supported,
        the release is stopped, or no verified fact ties a person to an offence.
    NotAllowed
        When the account may not act, or the finding belongs to another's case.
    Conflict
        When the key was used for something else, or this was done before.
    """
    gate.require_key(key)
    with attempt(desk, "act", finding_id, account, Operation.ACT) as step:
        kind = _kind(action)
        row = gate.action_by_key(step.connection, key)
        if row is not None:
            taken = _same_action(findings.action_from(desk.vault, row), step, kind, subject)
        else:
            taken = _take(step, kind, subject, key)
    if taken.export:
        dossiers.publish(desk.home, desk.vault, taken)
    return taken


def cleared(desk: Desk, finding_id: str, *, account: str) -> list[Clearance]:
    """What each action still needs; of other people's decisions nothing before one's own."""
    with desk.database.read() as connection:
        step = attempts.step_of(connection, desk, finding_id, account, Operation.OPEN_FINDING)
        decisions = findings.decisions_of(connection, desk.vault, finding_id)
        taken = findings.actions_of(connection, desk.vault, finding_id)
        blind = _is_blind(step, decisions)
        return [_clearance(step, kind, decisions, taken, blind=blind) for kind in ActionKind]


def dossier(desk: Desk, finding_id: str, action_id: str, *, account: str) -> bytes:
    """The dossier that an action exported, as it was; that it is handed out is logged each time.

    Raises
    ------
    NotFound
        When the action exported none, or it was erased.
    NotCleared
        When this person has not decided the finding, or it is no longer cleared.
    NotAllowed
        When the account may not act, or the finding belongs to another's case.
    """
    with attempt(desk, "dossier", finding_id, account, Operation.ACT) as step:
        decisions = findings.decisions_of(step.connection, step.vault, finding_id)
        require_own_decision(finding_id, decisions, step.account)
        _clear(step, ActionKind.DOSSIER, decisions)
        done = findings.actions_of(step.connection, step.vault, finding_id)
        taken = next((a for a in done if a.id == action_id and a.export), None)
        if taken is None:
            raise NotFound(f"Action {action_id} exported no dossier; choose one that did.")
        content = dossiers.kept(step.vault, taken)
        digest = hashlib.sha256(content).hexdigest()
        said = {"what": "dossier", "action": taken.id, "sha256": digest}
        step.log.append(step.connection, EntryKind.DISCLOSURE, {**step.fields, **said})
    return content


def _take(step: Step, kind: ActionKind, subject: str, key: str) -> ActionTaken:
    decisions = findings.decisions_of(step.connection, step.vault, step.finding.id)
    if kind is ActionKind.DOSSIER:
        require_own_decision(step.finding.id, decisions, step.account)
    clear = _clear(step, kind, decisions)
    claim = findings.load_claim(step.vault, step.finding)
    person = _person(claim, subject) if kind.on_person else ""
    _refuse_twice(step, kind, person)
    action_id = accounts.new_id("A")
    action = ActionTaken(
        id=action_id,
        finding_id=step.finding.id,
        finding_digest=step.finding.digest,
        kind=kind,
        subject=person,
        cites=clear.cites,
        acted_by=step.account.id,
        acted_at=step.now,
        export=findings.export_name(action_id) if kind is ActionKind.DOSSIER else "",
    )
    gate.write_action(step, action, key=key)
    if action.export:
        _draft_dossier(step, action, claim, decisions)
    return action


def _clear(step: Step, kind: ActionKind, decisions: tuple[Decision, ...]) -> Cleared:
    try:
        release = releases.by_id(step.connection, step.vault, step.finding.release_id)
        release.require_in_use()
        return Cleared(finding=step.finding, decisions=decisions, action=kind)
    except NotCleared:
        if _is_blind(step, decisions):
            raise NotCleared(_decide_first(step)) from None
        raise


def _is_blind(step: Step, decisions: tuple[Decision, ...]) -> bool:
    """True for a person who may decide here and has not: others' verdicts stay hidden."""
    decides = step.account.role in PERMISSIONS[Operation.JUDGE]
    return decides and all(d.decided_by != step.account.id for d in decisions)


def _decide_first(step: Step) -> str:
    return (
        f"Finding {step.finding.id} is not cleared for this; decide it yourself to learn what "
        "it still needs."
    )


def _clearance(
    step: Step,
    kind: ActionKind,
    decisions: tuple[Decision, ...],
    taken: tuple[ActionTaken, ...],
    *,
    blind: bool,
) -> Clearance:
    try:
        _clear(step, kind, decisions)
        needs = ""
    except NotCleared as refusal:
        needs = str(refusal)
    against = tuple(d.decided_by for d in current(decisions) if d.verdict is Verdict.NOT_SUPPORTED)
    supporting = {d.decided_by for d in current(decisions) if d.verdict is Verdict.SUPPORTED}
    return Clearance(
        kind=kind,
        is_open=not needs and not blind,
        needs=_decide_first(step) if blind else needs,
        n_supporting=None if blind else len(supporting),
        n_needed=kind.deciders_needed,
        taken=() if blind else tuple(a for a in taken if a.kind is kind),
        against=() if blind else against,
    )


def _kind(said: ActionKind | str) -> ActionKind:
    if said not in list(ActionKind):
        raise BadInput(f"There is no such action; say one of {', '.join(ActionKind)}.")
    return ActionKind(said)


def _person(claim: Claim, subject: str) -> str:
    """Id of the person whom a lead is about, from the claim's picture."""
    people = [e.id for e in claim.subgraph.entities if e.kind is EntityKind.PERSON]
    named = [i for i in claim.subject_ids if i in people]
    chosen = subject or next(iter([*named, *people]), "")
    if chosen not in people:
        raise BadInput(
            f"A lead on finding {claim.finding_id} is about one of the {len(people)} persons in "
            "its picture; name one of them."
        )
    return chosen


def _refuse_twice(step: Step, kind: ActionKind, subject: str) -> None:
    for done in findings.actions_of(step.connection, step.vault, step.finding.id):
        if done.kind is kind and done.subject == subject:
            raise Conflict(
                f"Finding {step.finding.id} was acted on so already (action {done.id}); nothing "
                "is left to do."
            )


def _same_action(taken: ActionTaken, step: Step, kind: ActionKind, subject: str) -> ActionTaken:
    same = (
        taken.finding_id == step.finding.id
        and taken.acted_by == step.account.id
        and taken.kind is kind
        and subject in ("", taken.subject)
    )
    if not same:
        raise Conflict(
            f"This idempotency key took action {taken.id}, which is another; reload and act with "
            "a new key."
        )
    return taken


def _draft_dossier(
    step: Step, action: ActionTaken, claim: Claim, decisions: tuple[Decision, ...]
) -> None:
    """Render the dossier into the vault, log the export; the file is written once it is logged."""
    connection: Connection = step.connection
    content = dossiers.render(
        dossiers.Contents(
            finding=step.finding,
            claim=claim,
            assessment=findings.load_assessment(step.vault, step.finding),
            judgements=findings.judgements_of(connection, step.vault, step.finding.id),
            decisions=decisions,
            release=releases.by_id(connection, step.vault, step.finding.release_id),
            action=action,
            simulated=step.account.simulated,
        )
    )
    dossiers.keep(step.vault, action, content)
    digest = hashlib.sha256(content).hexdigest()
    said = {"what": "dossier", "action": action.id, "sha256": digest}
    step.log.append(connection, EntryKind.EXPORT, {**step.fields, **said})
