"""People who decide one thing after the other on a real home, and what must be true of it after.

Each decision is the gate's own: one transaction with the unveiling that it uses up, two log entries
and two rows, and the reason in the vault. A line in ``acknowledged/<writer>``
says that it is done; whoever restarts a writer goes on after its last line, under the same key.
"""

from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from itertools import count
from pathlib import Path

from builders_log import REASON, Clock, LogHome
from sqlalchemy import Connection, select

from workbench.domain.decision import Decision, Verdict
from workbench.domain.errors import WorkbenchError
from workbench.domain.log import EntryKind
from workbench.store import findings, gate
from workbench.store.log_check import verify
from workbench.store.tables import decision as decisions

FINDING = "F-KILLED0001"


class Way(StrEnum):
    """How a writer works; all but the first are controls that must be caught."""

    SOUND = "sound"  # acknowledges what is committed, asks again under the same key
    EARLY = "early"  # acknowledges before it commits
    KEYLESS = "keyless"  # asks again under another key


class _Now(Clock):
    def __call__(self) -> datetime:
        return datetime.now(UTC)


def opened(root: Path) -> LogHome:
    """The home as one more process would open it."""
    return LogHome(root, interval_s=1.0, now=_Now())


def made(root: Path) -> None:
    """A home with one finding that a person has read and judged."""
    root.mkdir(parents=True)
    (root / "acknowledged").mkdir()
    home = LogHome(root)
    home.seal(FINDING)
    home.opened(FINDING, "analyst")
    home.judged(FINDING, "analyst")
    home.database.close()


def decide(home: LogHome, key: str) -> int:
    """Decide under `key` and return the entry's index, also when that was done before."""
    with home.database.write() as connection:
        earlier = select(decisions.c.entry_seq).where(decisions.c.idempotency_key == key)
        known = connection.execute(earlier).scalar_one_or_none()
        return known if known is not None else _decide(home, connection, key)


def _decide(home: LogHome, connection: Connection, key: str) -> int:
    who, finding = home.people["analyst"], findings.by_id(connection, FINDING)
    step = gate.Step(
        connection=connection,
        log=home.log,
        vault=home.vault,
        account=who,
        finding=finding,
        session_hash="",
        now=home.now(),
    )
    gate.write_opening(step, gate.Stage.ASSESSMENT)  # each decision uses up one unveiling
    decision = Decision(
        id=key,
        finding_id=FINDING,
        finding_digest=finding.digest,
        verdict=Verdict.SUPPORTED,
        reason=REASON,
        decided_by=who.id,
        decided_at=step.now,
        shown_digest=finding.assessment_digest,
    )
    return gate.write_decision(step, decision, shown_for_s=41, key=key)


def decide_until_killed(root: Path, writer: str, way: Way, life: int) -> None:
    """Never returns; `life` counts how often this writer was started."""
    home, path = opened(root), root / "acknowledged" / writer
    done = len(path.read_text().splitlines()) if path.exists() else 0
    with path.open("ab", buffering=0) as acknowledged:
        for n in count(done):
            work = f"{writer}-{n}"
            key = f"{work}@{life}" if way is Way.KEYLESS else work
            if way is Way.EARLY:
                acknowledged.write(f"{work} -1\n".encode())
            index = decide(home, key)
            if way is not Way.EARLY:
                acknowledged.write(f"{work} {index}\n".encode())
            if n % 20 == 0:
                home.log.checkpoint(wait=False)


def decide_until_refused(root: Path, writer: str) -> str:
    """Decide until something refuses; the sentence that says so."""
    home, path = opened(root), root / "acknowledged" / writer
    with path.open("ab", buffering=0) as acknowledged:
        for n in count():
            try:
                index = decide(home, f"{writer}-{n}")
            except WorkbenchError as refused:
                return str(refused)
            acknowledged.write(f"{writer}-{n} {index}\n".encode())
    raise AssertionError


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """What a home holds after the faults; works are named by writer and number.

    `lost` were acknowledged and are not there whole, `doubled` are there twice, `halves` have an
    entry and no row or a row and no entry. `faults` are the sentences of `log_check.verify`.
    """

    acknowledged: int
    committed: int
    lost: tuple[str, ...]
    doubled: tuple[str, ...]
    halves: tuple[str, ...]
    faults: tuple[str, ...]

    @property
    def sound(self) -> bool:
        return not (self.lost or self.doubled or self.halves or self.faults)


def examine(root: Path) -> State:
    """Open the home anew, verify its log and compare it with what was acknowledged."""
    home = opened(root)
    said = _acknowledged(root)
    with home.database.read() as connection:
        rows = [tuple(r) for r in connection.execute(select(decisions.c.id, decisions.c.entry_seq))]
        entries = [
            (str(entry.fields["decision"]), entry.seq)
            for entry in home.log.entries(connection)
            if entry.fields["kind"] == EntryKind.DECISION
        ]
    whole = {_work(key): index for key, index in set(rows) & set(entries)}
    lost = [work for work, index in said if work not in whole or index not in (-1, whole[work])]
    lost += [key for key, _ in rows if home.vault.get(FINDING, key) != REASON.encode()]
    report = verify(home.log, home.vault)
    home.database.close()
    return State(
        acknowledged=len(said),
        committed=len(rows),
        lost=tuple(lost),
        doubled=_twice([_work(key) for key, _ in rows]) + _twice([key for key, _ in entries]),
        halves=tuple(sorted(key for key, _ in set(rows) ^ set(entries))),
        faults=tuple(fault.message for fault in report.faults),
    )


def _acknowledged(root: Path) -> list[tuple[str, int]]:
    lines = [
        line.split()
        for path in sorted((root / "acknowledged").iterdir())
        for line in path.read_text().splitlines()
    ]
    return [(work, int(index)) for work, index in lines]


def _work(key: str) -> str:
    return key.partition("@")[0]


def _twice(names: list[str]) -> tuple[str, ...]:
    return tuple(sorted(name for name, n in Counter(names).items() if n > 1))
