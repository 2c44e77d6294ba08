"""Recompute a finding from what was kept, and say whether it comes out the same."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pandas as pd
from sqlalchemy import Connection

from workbench.analysis.assessing import explained, interval_of
from workbench.analysis.modelling import Fitted
from workbench.domain.account import PERMISSIONS, Account, Operation
from workbench.domain.checked import Interval
from workbench.domain.errors import NotFound
from workbench.domain.finding import Assessment, Explanation, Finding, FindingStatus
from workbench.domain.log import EntryKind
from workbench.store import accounts, findings, releases
from workbench.store.artifact import versions_here
from workbench.store.attempts import refusals_logged
from workbench.store.desk import Desk
from workbench.store.gate import Stage, latest_decision, latest_opening, require_case

BOUND = 1e-9  # in another environment; in the same one every bit must be equal


@dataclass(frozen=True, slots=True, kw_only=True)
class Replay:
    """`numbers` holds what came out, once the finding is decided; nothing before that.

    To one who may decide it, they are given after their own decision or unveiling only.

    `environment` lists what differs from the environment in which the finding was sealed, as
    ``package sealed -> here``.
    """

    finding_id: str
    same: bool
    erased: bool
    exact: bool
    environment: tuple[str, ...]
    numbers: dict[str, Any]

    @property
    def result(self) -> str:
        if self.erased:
            return "erased"
        return "same" if self.same else "differs"

    def as_json(self) -> dict[str, Any]:
        said: dict[str, Any] = {"finding": self.finding_id, "result": self.result}
        said |= {"same": self.same, "erased": self.erased, "exact": self.exact}
        return said | {"environment": list(self.environment), **self.numbers}

    def as_text(self) -> str:
        if self.erased:
            return f"Finding {self.finding_id}: erased; there is nothing left to recompute."
        how = "bit for bit" if self.exact else f"within {BOUND:g}"
        came = f"the same, {how}" if self.same else "DIFFERENT from what was sealed"
        where = "; ".join(self.environment)
        other = f" The environment differs: {where}." if where else ""
        return f"Finding {self.finding_id}: score and explanation are {came}.{other}"


def replay(desk: Desk, finding_id: str, *, account: str) -> Replay:
    """Feed the snapshot to the same artifact and compare score, probability and its interval, every
    effect and reason with its interval and stability, the answers left, the flags, whether the
    explanation is withheld, and what a later slice showed.

    The finding's own case must be open to the account. An erased finding counts as the same. Who
    may decide it and was not shown its score yet learns whether it is the same and no number (duty
    T10).

    Raises
    ------
    NotFound, NotAllowed
        When there is no such finding, or it is not the account's to replay.
    CheckFailed
        When the artifact or the sealed content was changed.
    """
    refusals = refusals_logged(desk, "replay", account=account, finding_id=finding_id)
    with refusals, desk.database.read() as connection:
        who = accounts.by_name(connection, account)
        who.require(Operation.REPLAY)
        finding = findings.by_id(connection, finding_id)
        require_case(connection, who, finding)
        tell = _may_know(connection, finding, who)
        release = releases.by_id(connection, desk.vault, finding.release_id)
    if not desk.vault.holds(finding_id):
        return _logged(desk, who, _erased(finding))
    sealed = findings.load_assessment(desk.vault, finding)
    if finding.model not in desk.models:
        raise NotFound(f"The model {finding.model} of finding {finding_id} is not here any more.")
    fitted = desk.registry.load(
        desk.models[finding.model], run_id=release.run_id, digest=finding.release_digest
    )
    return _logged(desk, who, compared(finding, sealed, fitted, tell=tell))


def _may_know(connection: Connection, finding: Finding, who: Account) -> bool:
    """True when the finding is decided and, for one who may decide it, their own view is given."""
    if findings.status_of(connection, finding.id) is FindingStatus.UNDECIDED:
        return False
    if who.role not in PERMISSIONS[Operation.JUDGE]:
        return True
    shown = latest_opening(connection, finding.id, who.id, Stage.ASSESSMENT)
    return shown is not None or latest_decision(connection, finding.id, who.id) is not None


def _logged(desk: Desk, who: Account, outcome: Replay) -> Replay:
    said = {"finding": outcome.finding_id, "same": outcome.same, "account": who.id}
    with desk.database.write() as connection:
        desk.log.append(connection, EntryKind.REPLAY, said | {"simulated": who.simulated})
    return outcome


def _erased(finding: Finding) -> Replay:
    return Replay(
        finding_id=finding.id, same=True, erased=True, exact=False, environment=(), numbers={}
    )


def compared(finding: Finding, sealed: Assessment, fitted: Fitted, *, tell: bool) -> Replay:
    """What comes out of the snapshot, set against what was sealed; with numbers if `tell`."""
    row = pd.DataFrame({name: [float(text)] for name, text in sealed.snapshot.items()})
    explanation, withheld = explained(fitted, row)
    probability = float(fitted.probability(row)[0])
    here = {
        "score": float(fitted.score(row)[0]),
        "probability": probability,
        **dict(_ends(interval_of(fitted, row))),
        **dict(_parts(explanation)),
    }
    then = {
        "score": sealed.score,
        "probability": sealed.probability,
        **dict(_ends(sealed.interval)),
        **dict(_parts(sealed.explanation)),
    }
    said_here = (
        *(fitted.answers(row), fitted.flags(row, sealed.categories), bool(withheld)),
        *(fitted.calibration(probability), fitted.kept),
    )
    said_then = (
        *(sealed.answers, sealed.flags, bool(sealed.withheld)),
        *(sealed.calibration, sealed.kept),
    )
    versions = versions_here()
    differs = tuple(
        f"{name} {was} -> {versions.get(name, 'none')}"
        for name, was in sorted(sealed.versions.items())
        if versions.get(name) != was
    )
    said = said_here == said_then
    exact = said and here == then
    near = (
        said and here.keys() == then.keys() and all(abs(here[k] - then[k]) <= BOUND for k in here)
    )
    return Replay(
        finding_id=finding.id,
        same=exact or (bool(differs) and near),
        erased=False,
        exact=exact,
        environment=differs,
        numbers=here if tell else {},
    )


def _ends(interval: Interval | None) -> Iterator[tuple[str, float]]:
    """The ends of the probability's interval, by name; nothing where there is none."""
    if interval is not None:
        yield "low", interval[0]
        yield "high", interval[1]


def _parts(explanation: Explanation | None) -> Iterator[tuple[str, float]]:
    """Every number of an explanation, by name; nothing where it is withheld."""
    if explanation is not None:
        yield "base_value", explanation.base_value
        for effect in explanation.effects:
            yield from _bounded("effect", effect.feature, effect.effect, effect.interval)
            yield f"stability of {effect.feature}", effect.stable_share
        for reason in explanation.reasons:
            name = " + ".join(reason.features)
            yield from _bounded("reason", name, reason.effect, reason.interval)
            yield f"stability of reason {name}", reason.stable_share


def _bounded(
    what: str, name: str, value: float, interval: tuple[float, float] | None
) -> Iterator[tuple[str, float]]:
    yield f"{what} of {name}", value
    if interval is not None:
        yield f"low {what} of {name}", interval[0]
        yield f"high {what} of {name}", interval[1]
