"""The nearest findings that one has decided already, and what was decided on them.

It shows no verdict that its reader has yet to give: only findings that the reader decided, and
never the finding in hand (duty T10). Each that is opened is logged (duty T29).
"""

from dataclasses import dataclass

from workbench.domain.account import PERMISSIONS, Account, Operation
from workbench.domain.action import current
from workbench.domain.decision import Verdict
from workbench.domain.errors import NotCleared
from workbench.domain.finding import Finding, FindingStatus
from workbench.domain.log import EntryKind
from workbench.store import cases, findings
from workbench.store.attempts import attempt
from workbench.store.desk import Desk
from workbench.store.gate import Stage, Step, latest_decision, latest_opening

MOST = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Near:
    """A decided finding like the one in hand.

    `distance` is the root mean square of the distances between the two in each feature's place
    among peers (0 the same, 1 as far as can be). `verdicts` are the current ones of each decider,
    the reader's own first. `is_same` where it is about the very same: the same subjects and links,
    put before people in another case or by another release; it is no second instance. `also` are
    the other cases in which the same as this one was decided.
    """

    finding_id: str
    case_id: str
    text: str
    distance: float
    verdicts: tuple[Verdict, ...]
    is_same: bool
    also: tuple[str, ...]


def nearest(desk: Desk, finding_id: str, *, account: str) -> list[Near]:
    """At most three decided findings of the same model, the nearest first, and before them
    the one about the very same as the finding in hand, where there is one.

    What was decided in several cases is told once, with the other cases.

    To one who may decide: of those that this account decided itself, in cases open to it. To
    one who never decides: of all that were decided in those cases.

    Raises
    ------
    NotCleared
        When the score and explanation of the finding in hand were not shown to the account.
    """
    with attempt(desk, "nearest", finding_id, account, Operation.OPEN_FINDING) as step:
        _require_unveiled(step)
        here = findings.load_assessment(desk.vault, step.finding).position
        mine = _about(step, step.finding)
        told: dict[_About, list[tuple[float, str, Finding]]] = {}
        for other in _decided(step):
            there = findings.load_assessment(desk.vault, other).position
            placed = (_distance(here, there), other.id, other)
            told.setdefault(_about(step, other), []).append(placed)
        same = [sorted(told.pop(mine), key=_order)] if mine in told else []
        ranked = sorted((sorted(each, key=_order) for each in told.values()), key=_first)
        return [
            *(_opened(step, each, is_same=True) for each in same),
            *(_opened(step, each, is_same=False) for each in ranked[:MOST]),
        ]


_About = tuple[frozenset[str], frozenset[str]]
_Placed = tuple[float, str, Finding]


def _about(step: Step, finding: Finding) -> _About:
    """Subjects and links in its picture, by id: what a finding is about, whatever its case."""
    claim = findings.load_claim(step.vault, finding)
    return frozenset(claim.subject_ids), frozenset(link.basis for link in claim.subgraph.links)


def _order(placed: _Placed) -> tuple[float, str]:
    return placed[:2]


def _first(each: list[_Placed]) -> tuple[float, str]:
    return _order(each[0])


def _require_unveiled(step: Step) -> None:
    stage = Stage.ASSESSMENT if _decides(step.account) else Stage.REVIEW
    if latest_opening(step.connection, step.finding.id, step.account.id, stage) is None:
        raise NotCleared(
            f"Account {step.account.id} was not shown why finding {step.finding.id} was found; "
            "what is like it is shown after that."
        )


def _decides(account: Account) -> bool:
    return account.role in PERMISSIONS[Operation.JUDGE]


def _decided(step: Step) -> list[Finding]:
    connection, who = step.connection, step.account
    open_to = cases.ids_of(connection, who) if _decides(who) else None
    found = findings.list_findings(connection, cases=open_to, model=step.finding.model)
    return [
        other
        for other in found
        if other.id != step.finding.id
        and step.vault.holds(other.id)
        and (
            latest_decision(connection, other.id, who.id) is not None
            if _decides(who)
            else findings.status_of(connection, other.id) is not FindingStatus.UNDECIDED
        )
    ]


def _distance(here: dict[str, float], there: dict[str, float]) -> float:
    """A feature that only one of the two has counts as far as can be."""
    names = here.keys() | there.keys()
    if not names:
        return 0.0
    gaps = [
        abs(here[name] - there[name]) if name in here and name in there else 1.0 for name in names
    ]
    return float((sum(gap * gap for gap in gaps) / len(gaps)) ** 0.5)


def _opened(step: Step, each: list[_Placed], *, is_same: bool) -> Near:
    """The nearest of those that are about the same; that it was opened is logged."""
    distance, _, other = each[0]
    claim = findings.load_claim(step.vault, other)
    taken = current(findings.decisions_of(step.connection, step.vault, other.id))
    own_first = sorted(taken, key=lambda d: d.decided_by != step.account.id)
    said: dict[str, object] = {
        "what": "nearest",
        "account": step.account.id,
        "case": other.case_id,
        "finding": other.id,
        "digest": other.claim_digest,
        "session": step.session_hash,
        "simulated": step.account.simulated,
    }
    step.log.append(step.connection, EntryKind.CONSULTATION, said)
    return Near(
        finding_id=other.id,
        case_id=other.case_id,
        text=claim.text,
        distance=distance,
        verdicts=tuple(d.verdict for d in own_first),
        is_same=is_same,
        also=tuple(sorted({one.case_id for _, _, one in each[1:]})),
    )
