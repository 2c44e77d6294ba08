"""Recompute a finding from what was kept, and say whether it comes out the same."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import pandas as pd
from sqlalchemy import Connection

from workbench.analysis.assessing import explained, interval_of
from workbench.analysis.modelling import Fitted
from workbench.domain.account import PERMISSIONS, Account, Operation
from workbench.domain.checked import Interval
from workbench.domain.errors import CheckFailed, NotFound
from workbench.domain.finding import Assessment, Explanation, Finding, FindingStatus
from workbench.domain.log import EntryKind
from workbench.domain.release import Release
from workbench.store import accounts, erasure, findings, releases
from workbench.store.attempts import refusals_logged
from workbench.store.desk import Desk
from workbench.store.environment import environment_here
from workbench.store.gate import Stage, latest_decision, latest_opening, require_case

BOUND = 1e-9  # in another environment; in the same one every bit must be equal

Part = float | str  # what is compared: a number, or what must be the same to the letter


class Result(StrEnum):
    """What a replay found; each is logged under this word."""

    SAME = "same"  # bit for bit
    NEAR = "near"  # within BOUND, in another environment
    DIFFERS = "differs"
    ERASED = "erased"
    UNVERIFIABLE = "unverifiable"  # what it takes is gone or was changed


@dataclass(frozen=True, slots=True, kw_only=True)
class Replay:
    """`numbers` holds what came out, once the finding is decided; nothing before that.

    To one who may decide it, they are given after their own decision or unveiling only.

    `environment` lists what differs from the environment in which the finding was sealed, as
    ``name sealed -> here``; `differing` names the parts that came out otherwise than they may or,
    where the result is near, those whose last bits differ.
    """

    finding_id: str
    result: Result
    environment: tuple[str, ...] = ()
    differing: tuple[str, ...] = ()
    numbers: dict[str, Any]

    @property
    def same(self) -> bool | None:
        """None where there is nothing left to compare."""
        return None if self.erased else self.result in (Result.SAME, Result.NEAR)

    @property
    def erased(self) -> bool:
        return self.result is Result.ERASED

    @property
    def exact(self) -> bool:
        return self.result is Result.SAME

    def as_json(self) -> dict[str, Any]:
        said: dict[str, Any] = {"finding": self.finding_id, "result": self.result}
        said |= {"same": self.same, "erased": self.erased, "exact": self.exact}
        said |= {"environment": list(self.environment), "differing": list(self.differing)}
        return said | self.numbers

    def as_text(self) -> str:
        if self.erased:
            return f"Finding {self.finding_id}: erased; there is nothing left to recompute."
        n = f"{len(self.differing)} part{'' if len(self.differing) == 1 else 's'}"
        said = {
            Result.SAME: "the same, bit for bit.",
            Result.NEAR: f"the same within {BOUND:g}; the last bits of {n} differ.",
        }.get(self.result, f"DIFFERENT from what was sealed, in {n}: {_few(self.differing)}.")
        where = "The environment is that in which it was sealed."
        if self.environment:
            where = f"The environment differs: {'; '.join(self.environment)}."
        return f"Finding {self.finding_id}: score and explanation are {said} {where}"


def _few(names: tuple[str, ...], shown: int = 5) -> str:
    more = f" and {len(names) - shown} more" if len(names) > shown else ""
    return ", ".join(names[:shown]) + more


def replay(desk: Desk, finding_id: str, *, account: str) -> Replay:
    """Feed the snapshot to the same artifact and compare score, probability and its interval, every
    effect and reason with its interval and stability, the answers left, the flags, whether the
    explanation is withheld, and what a later slice showed.

    The finding's own case must be open to the account. A finding is erased where the log says so.
    Who may decide it and was not shown its score yet learns whether it is the same and no number
    (duty T10). What came out is logged, also that it cannot be replayed.

    Raises
    ------
    NotFound, NotAllowed
        When there is no such finding, or it is not the account's to replay.
    CheckFailed
        When the artifact or the sealed content was changed or is gone, or the finding's key is gone
        and no erasure is logged.
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
        with _fault_logged(desk, who, finding_id, "key"):
            _require_erasure(desk, finding_id)
        return _logged(desk, who, Replay(finding_id=finding_id, result=Result.ERASED, numbers={}))
    with _fault_logged(desk, who, finding_id, "content"):
        sealed = findings.load_assessment(desk.vault, finding)
    with _fault_logged(desk, who, finding_id, "artifact"):
        fitted = _artifact(desk, finding, release)
    return _logged(desk, who, compared(finding, sealed, fitted, tell=tell))


def _require_erasure(desk: Desk, finding_id: str) -> None:
    with desk.database.read() as connection:
        if erasure.erased_by(connection, desk.log, finding_id) is None:
            raise CheckFailed(
                f"The key of finding {finding_id} is gone and the log holds no erasure of it; "
                "restore vault/keys from a backup, and ask who removed it."
            )


def _artifact(desk: Desk, finding: Finding, release: Release) -> Fitted:
    if finding.model not in desk.models:
        raise NotFound(
            f"The model {finding.model} of finding {finding.id} is not here any more; install the "
            "workbench with it to replay."
        )
    return desk.registry.load(
        desk.models[finding.model], run_id=release.run_id, digest=finding.release_digest
    )


@contextmanager
def _fault_logged(desk: Desk, who: Account, finding_id: str, why: str) -> Iterator[None]:
    """What is gone or was changed is a fault that the log keeps before it is told."""
    try:
        yield
    except (NotFound, CheckFailed) as error:
        _log(desk, who, finding_id, {"result": Result.UNVERIFIABLE.value, "why": why})
        raise CheckFailed(str(error)) from error


def _may_know(connection: Connection, finding: Finding, who: Account) -> bool:
    """True when the finding is decided and, for one who may decide it, their own view is given."""
    if findings.status_of(connection, finding.id) is FindingStatus.UNDECIDED:
        return False
    if who.role not in PERMISSIONS[Operation.JUDGE]:
        return True
    shown = latest_opening(connection, finding.id, who.id, Stage.ASSESSMENT)
    return shown is not None or latest_decision(connection, finding.id, who.id) is not None


def _logged(desk: Desk, who: Account, outcome: Replay) -> Replay:
    said: dict[str, object] = {"result": outcome.result.value}
    if not outcome.erased:
        differs = [part.split(" ")[0] for part in outcome.environment]
        said |= {"exact": outcome.exact, "environment": differs}
    _log(desk, who, outcome.finding_id, said)
    return outcome


def _log(desk: Desk, who: Account, finding_id: str, said: dict[str, object]) -> None:
    by = {"finding": finding_id, "account": who.id, "simulated": who.simulated}
    with desk.database.write() as connection:
        desk.log.append(connection, EntryKind.REPLAY, said | by)


def compared(finding: Finding, sealed: Assessment, fitted: Fitted, *, tell: bool) -> Replay:
    """What comes out of the snapshot, set against what was sealed; with numbers if `tell`."""
    here, then = recomputed(sealed, fitted), kept(sealed)
    environment = _moved(sealed.versions, environment_here())
    names = sorted(here.keys() | then.keys())
    differing = [name for name in names if here.get(name) != then.get(name)]
    far = [name for name in differing if not _is_near(here.get(name), then.get(name))]
    result = Result.SAME
    if differing:
        result = Result.NEAR if environment and not far else Result.DIFFERS
    told = far if environment and far else differing
    return Replay(
        finding_id=finding.id,
        result=result,
        environment=environment,
        differing=tuple(told),
        numbers=here if tell else {},
    )


def _moved(then: dict[str, str], here: dict[str, str]) -> tuple[str, ...]:
    """What is not as it was, or was not kept then."""
    return tuple(
        f"{name} {then.get(name, 'unknown')} -> {here.get(name, 'unknown')}"
        for name in sorted(then.keys() | here.keys())
        if then.get(name) != here.get(name)
    )


def _is_near(here: Part | None, then: Part | None) -> bool:
    return isinstance(here, float) and isinstance(then, float) and abs(here - then) <= BOUND


def recomputed(sealed: Assessment, fitted: Fitted) -> dict[str, Part]:
    """Every part that is compared, by name, from the snapshot and the artifact alone."""
    row = pd.DataFrame({name: [float(text)] for name, text in sealed.snapshot.items()})
    explanation, withheld = explained(fitted, row)
    probability = float(fitted.probability(row)[0])
    return {
        "score": float(fitted.score(row)[0]),
        "probability": probability,
        **dict(_ends(interval_of(fitted, row))),
        "answers": repr(fitted.answers(row)),
        "flags": repr(fitted.flags(row, sealed.categories)),
        "calibration": repr(fitted.calibration(probability)),
        "coverage seen": repr(fitted.kept),
        "withheld": repr(bool(withheld)),
        **dict(_parts(explanation)),
    }


def kept(sealed: Assessment) -> dict[str, Part]:
    """The same parts as they were sealed."""
    return {
        "score": sealed.score,
        "probability": sealed.probability,
        **dict(_ends(sealed.interval)),
        "answers": repr(sealed.answers),
        "flags": repr(sealed.flags),
        "calibration": repr(sealed.calibration),
        "coverage seen": repr(sealed.kept),
        "withheld": repr(bool(sealed.withheld)),
        **dict(_parts(sealed.explanation)),
    }


def _ends(interval: Interval | None) -> Iterator[tuple[str, float]]:
    """The ends of the probability's interval, by name; nothing where there is none."""
    if interval is not None:
        yield "low", interval[0]
        yield "high", interval[1]


def _parts(explanation: Explanation | None) -> Iterator[tuple[str, Part]]:
    """Every number of an explanation, by name; nothing of one that is withheld."""
    if explanation is not None:
        yield "output", explanation.output
        yield "base value", explanation.base_value
        yield "background digest", explanation.background_digest
        yield "refits", float(explanation.n_refits)
        for effect in explanation.effects:
            yield from _bounded("effect", effect.feature, effect.effect, effect.interval)
            yield f"stability of {effect.feature}", effect.stable_share
        for reason in explanation.reasons:
            name = " + ".join(reason.features)
            yield from _bounded("reason", name, reason.effect, reason.interval)
            yield f"stability of reason {name}", reason.stable_share


def _bounded(
    what: str, name: str, value: float, interval: tuple[float, float] | None
) -> Iterator[tuple[str, Part]]:
    yield f"{what} of {name}", value
    if interval is not None:
        yield f"low {what} of {name}", interval[0]
        yield f"high {what} of {name}", interval[1]
