"""The demonstration: the whole main job, through the services, by simulated accounts.

It stands where a person would stand, above the services, and has no other way in than theirs.
Every entry it causes carries ``simulated``, and it works only in a home that it made itself.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from pathlib import Path
from statistics import median
from typing import Any

from workbench.analysis.subgroups import BOTH
from workbench.domain.account import Role
from workbench.domain.action import ActionKind
from workbench.domain.decision import Verdict
from workbench.domain.errors import BadInput, Conflict, NotFound
from workbench.services import account as accounts
from workbench.services import (
    act,
    audit,
    audit_deciders,
    casework,
    detect,
    evaluate,
    generate,
    ingest,
    mitigate,
    release,
    review,
    train,
)
from workbench.store.desk import Desk

Progress = Callable[[str, float], None]

DATASET = "world"
ACCOUNTS = {
    "analyst-1": Role.ANALYST,
    "analyst-2": Role.ANALYST,
    "supervisor": Role.SUPERVISOR,
    "data-scientist": Role.DATA_SCIENTIST,
    "auditor": Role.AUDITOR,
    "administrator": Role.ADMINISTRATOR,
}
READERS = ("analyst-1", "analyst-2")
SUPPORT = "The records below bear the claim out: dates and counterparts agree. (simulated)"
DRAWN = "Drawn at random, and the score adds nothing to the records. (simulated)"
DOUBT = "The records could as well be everyday business between these two. (simulated)"
N_PAST = 30  # findings of each model that are read and decided before anybody opens the pages
N_BACK = 6  # cases in which each model looks back, so that later records tell who was right


@dataclass(frozen=True, slots=True, kw_only=True)
class Demo:
    """What the demonstration made. `passwords` is empty but for the run that made them."""

    dataset: str
    models: tuple[str, ...]
    n_findings: int
    decided: tuple[str, ...]
    passwords: dict[str, str]

    def as_json(self) -> dict[str, Any]:
        """The document of ``workbench demo --json``: no password is in it."""
        return {
            "dataset": self.dataset,
            "models": list(self.models),
            "n_findings": self.n_findings,
            "decided": list(self.decided),
        }


@dataclass(slots=True)
class _Steps:
    """Remembers in ``demo.json`` which steps are done and what each gave, and tells progress."""

    path: Path
    tell: Progress
    n_steps: int
    done: dict[str, Any] = field(default_factory=dict)

    def once(self, name: str, work: Callable[[Progress], Any]) -> Any:
        if name not in self.done:
            share = min(len(self.done) / self.n_steps, 1.0)
            self.tell(name, share)
            self.done[name] = work(lambda text, _: self.tell(f"{name}: {text}", share))
            self.save()
        return self.done[name]

    def save(self) -> None:
        part = self.path.with_suffix(".part")
        part.write_text(json.dumps(self.done, indent=1), encoding="utf-8")
        part.replace(self.path)


def demo(desk: Desk, *, size: str, seed: int, progress: Progress) -> Demo:
    """Run the main job from world to proof; what an earlier run finished is not done again.

    Raises
    ------
    Conflict
        When the home was made by something else, or by a demonstration of another size or seed.
    """
    steps = _claim(desk, size=size, seed=seed, progress=progress)
    passwords = _make_accounts(desk)
    _make_world(desk, steps, size=size, seed=seed)
    for model in desk.models:
        _make_release(desk, steps, model, seed=seed)
        steps.once(f"Measuring {model} against the truth", partial(_measured, desk, model))
        steps.once(f"Detecting with {model}", _detection(desk, model, seed=seed))
    decided = [
        steps.once(f"Deciding a finding of {model}", partial(_decide_twice, desk, model))
        for model in desk.models
    ]
    steps.once("Leaving some for a second reading", lambda _: _first_readings(desk))
    for model in desk.models:
        steps.once(f"Comparing mitigations of {model}", partial(_compared, desk, model))
        steps.once(f"Reading some findings of {model}", partial(_past_readings, desk, model))
        _look_back(desk, steps, model, seed=seed)
        steps.once(f"Auditing who decided on {model}", partial(_audit_deciders, desk, model))
    n_findings = steps.once(
        "Counting what was found", lambda _: len(review.list_findings(desk, account="operator"))
    )
    steps.once("Signing the log", lambda _: desk.log.checkpoint().size)
    progress("The demonstration is ready", 1.0)
    return Demo(
        dataset=DATASET,
        models=tuple(desk.models),
        n_findings=n_findings,
        decided=tuple(decided),
        passwords=passwords,
    )


def _claim(desk: Desk, *, size: str, seed: int, progress: Progress) -> _Steps:
    steps = _Steps(desk.home / "demo.json", progress, n_steps=7 + (11 + N_BACK) * len(desk.models))
    made = {"size": size, "seed": seed}
    if steps.path.exists():
        steps.done = json.loads(steps.path.read_text(encoding="utf-8"))
        if steps.done.get("made") != made:
            raise Conflict(
                f"This home holds a demonstration of size {steps.done['made']['size']} and seed "
                f"{steps.done['made']['seed']}; use those, or another WORKBENCH_HOME."
            )
        return steps
    if any(a.role is not Role.OPERATOR for a in accounts.list_accounts(desk)):
        raise Conflict(
            "This home has accounts that the demonstration did not make; "
            "give it a WORKBENCH_HOME of its own."
        )
    steps.done["made"] = made
    steps.save()
    return steps


def _make_accounts(desk: Desk) -> dict[str, str]:
    there = {a.name for a in accounts.list_accounts(desk)}
    return {
        name: accounts.add(desk, name, role=role, by="operator", simulated=True, must_change=False)
        for name, role in ACCOUNTS.items()
        if name not in there
    }


def _make_world(desk: Desk, steps: _Steps, *, size: str, seed: int) -> None:
    folder = desk.home / "worlds" / DATASET

    def generated(tell: Progress) -> str:
        generate.generate(folder, size=size, seed=seed, bias="planted", progress=tell)
        return folder.name

    steps.once("Making the synthetic world", generated)
    steps.once(
        "Ingesting it",
        lambda tell: (
            ingest.ingest(desk, folder, account="operator", name=DATASET, progress=tell).dataset
        ),
    )
    steps.once("Accepting it", lambda _: _accept(desk))
    steps.once(
        "Opening its cases",
        lambda _: len(casework.adopt_cases(desk, DATASET, account="supervisor", members=READERS)),
    )


def _accept(desk: Desk) -> str:
    breached = desk.datasets.quality(DATASET)["data_audit"]["breached"]
    excuse = (
        f"The data audit breached {', '.join(breached)}. Excused for a demonstration on synthetic "
        "data, where no person is affected; not to be done with real records. (simulated)"
    )
    ingest.accept(
        desk,
        DATASET,
        account="supervisor",
        reason="A synthetic world, fit for a demonstration by its quality report. (simulated)",
        key=f"demo-accept-{DATASET}",
        excuse=excuse if breached else None,
    )
    return DATASET


def _make_release(desk: Desk, steps: _Steps, model: str, *, seed: int) -> None:
    run = steps.once(
        f"Training {model}",
        lambda tell: train.train(
            desk, model, dataset=DATASET, seed=seed, account="data-scientist", progress=tell
        ),
    )
    version = steps.once(
        f"Registering {model}", lambda _: train.register(desk, run, account="data-scientist")
    )
    verdict = steps.once(
        f"Auditing {model} for bias",
        lambda _: (
            audit.audit_release(
                desk, model, dataset=DATASET, account="data-scientist", version=version
            ).verdict
        ),
    )
    steps.once(f"Releasing {model}", lambda _: _approve(desk, model, version, verdict))


def _approve(desk: Desk, model: str, version: int, verdict: str) -> str:
    reason = (
        "The bias audit passed; released for the demonstration. (simulated)"
        if verdict == "pass"
        else f"The bias audit says '{verdict}'. Excused for a demonstration on synthetic data, "
        "where no person is affected; not to be used on real records. (simulated)"
    )
    approved = release.approve(
        desk,
        f"{model}/{version}",
        account="supervisor",
        reason=reason,
        key=f"demo-release-{model}-{version}",
    )
    return approved.id


def _measured(desk: Desk, model: str, tell: Progress) -> dict[str, Any]:
    """How often the true cause is among the stated reasons; into the measures of the run, too."""
    tell("how often the true cause is stated", 0.0)
    said = evaluate.evaluate(desk, model, dataset=DATASET, account="data-scientist")
    return dict(said["reasons_right"])


def _detection(desk: Desk, model: str, *, seed: int) -> Callable[[Progress], int]:
    def detected(tell: Progress) -> int:
        found = detect.detect(
            desk,
            model,
            dataset=DATASET,
            account="data-scientist",
            seed=seed,
            progress=tell,
        )
        return len(found)

    return detected


def _decided(desk: Desk, finding: str, account: str, verdict: Verdict) -> bool:
    """Take one person through a finding; whether they found it supported.

    What turns out not to have been put forward by the model is decided as `cannot tell`.
    """
    reason = SUPPORT if verdict is Verdict.SUPPORTED else DOUBT
    if not review.progress(desk, finding, account=account).judged:
        review.read(desk, finding, account=account)
        review.judge(desk, finding, account=account, verdict=verdict, confidence=70, reason=reason)
    if not review.unveil(desk, finding, account=account).proposed:
        verdict, reason = Verdict.CANNOT_TELL, DRAWN
    review.decide(
        desk,
        finding,
        account=account,
        verdict=verdict,
        reason=reason,
        key=f"demo-decide-{finding}-{account}",
    )
    return verdict is Verdict.SUPPORTED


def _decide_twice(desk: Desk, model: str, tell: Progress) -> str:
    """Take one finding that may be acted on through two readings and every action it allows."""
    for row in review.list_findings(desk, model=model):
        if not row.n_offence_facts:
            continue
        tell(row.id, 0.0)
        if not all(_decided(desk, row.id, reader, Verdict.SUPPORTED) for reader in READERS):
            continue
        for kind in (ActionKind.ASSESSED_LINK, ActionKind.LEAD, ActionKind.DOSSIER):
            act.act(desk, row.id, account=READERS[0], action=kind, key=f"demo-{kind}-{row.id}")
        return row.id
    raise NotFound(
        f"No finding of {model} rests on a verified fact tied to an offence, so none can be "
        "acted on; make the world with another seed."
    )


def _first_readings(desk: Desk) -> int:
    """Leave three findings of each model decided once, so that second readings are due."""
    verdicts = (Verdict.SUPPORTED, Verdict.NOT_SUPPORTED, Verdict.SUPPORTED)
    n_read = 0
    for model in desk.models:
        open_ones = [r for r in review.list_findings(desk, model=model) if r.status == "undecided"]
        for row, verdict in zip(open_ones, verdicts, strict=False):
            _decided(desk, row.id, READERS[0], verdict)
            n_read += 1
    return n_read


def _past_readings(desk: Desk, model: str, tell: Progress) -> int:
    """Decide some findings once, so that there is practice to look back on and to audit.

    The simulated reader knows the records alone: more verified facts tied to an offence than
    in half of all findings of the model make one supported. Near that line the score changes
    the reader's mind, as scores do.
    """
    found = review.list_findings(desk, model=model)
    usual = median(row.n_offence_facts for row in found)
    past = [row for row in found if row.status == "undecided"][:N_PAST]
    for i, row in enumerate(past):
        tell(f"{i + 1} of {len(past)}", 0.0)
        _read_once(desk, row.id, READERS[i % 2], beyond=row.n_offence_facts - usual)
    return len(past)


def _look_back(desk: Desk, steps: _Steps, model: str, *, seed: int) -> None:
    """Detect as of the day from which the release is tested, and let both readers decide it all.

    What records came to confirm since is known, so the deciders can be held against it; and
    nothing of a day long past is left in anybody's queue. Cases are the last ones: the first are
    those whose findings of today were read.
    """
    run = desk.registry.run(steps.done[f"Training {model}"])
    day = datetime.fromisoformat(run.parameters["test_as_of"])
    found: list[str] = []
    for case in steps.once(
        f"Choosing where to look back with {model}", partial(_last, desk, model)
    ):
        found += steps.once(
            f"Looking back with {model} in {case}",
            partial(_detected_then, desk, model, case=case, day=day, seed=seed),
        )
    steps.once(
        f"Reading what {model} found looking back", partial(_read_by_both, desk, model, found)
    )


def _last(desk: Desk, model: str, _: Progress) -> list[str]:
    """The last cases with findings of the model."""
    return sorted({row.case for row in review.list_findings(desk, model=model)})[-N_BACK:]


def _detected_then(
    desk: Desk, model: str, tell: Progress, *, case: str, day: datetime, seed: int
) -> list[str]:
    return detect.detect(
        desk,
        model,
        dataset=DATASET,
        case=case,
        account="data-scientist",
        seed=seed,
        as_of=day,
        progress=tell,
    )


def _read_by_both(desk: Desk, model: str, found: list[str], tell: Progress) -> int:
    """As `_past_readings`, each finding by both readers."""
    rows = [row for row in review.list_findings(desk, model=model) if row.id in set(found)]
    usual = median([row.n_offence_facts for row in rows] or [0])
    for i, row in enumerate(rows):
        tell(f"{i + 1} of {len(rows)}", 0.0)
        for reader in READERS:
            _read_once(desk, row.id, reader, beyond=row.n_offence_facts - usual)
    return len(rows)


def _read_once(desk: Desk, finding: str, account: str, *, beyond: float) -> None:
    before = Verdict.SUPPORTED if beyond > 0 else Verdict.NOT_SUPPORTED
    unsure = abs(beyond) <= 1
    review.read(desk, finding, account=account)
    review.judge(
        desk,
        finding,
        account=account,
        verdict=before,
        confidence=60 if unsure else 80,
        reason=SUPPORT if before is Verdict.SUPPORTED else DOUBT,
    )
    proposed = review.unveil(desk, finding, account=account).proposed
    swayed = Verdict.SUPPORTED if proposed else Verdict.NOT_SUPPORTED
    after = swayed if unsure else before
    review.decide(
        desk,
        finding,
        account=account,
        verdict=after,
        reason=SUPPORT if after is Verdict.SUPPORTED else DOUBT,
        key=f"demo-past-{finding}-{account}",
    )


def _compared(desk: Desk, model: str, tell: Progress) -> str:
    """Mitigations side by side, by the trait whose test failed by most and that can be compared;
    where none failed, by the one whose groups are largest in a small world."""
    compare = partial(
        mitigate.mitigate, desk, model, dataset=DATASET, account="data-scientist", progress=tell
    )
    for by in _failed(desk, model):
        try:
            return compare(by=by).digest
        except BadInput as error:
            if error.code != "too_few_true":
                raise
    return compare(by="sex").digest


def _failed(desk: Desk, model: str) -> list[str]:
    """Single attributes whose test failed in the newest audit of a model, widest gap first."""
    report = next(r for r in audit.audits(desk, account="data-scientist") if r.model == model)
    gaps: dict[str, float] = {}
    for test in report.document["tests"]:
        if test["verdict"] == "fail" and BOTH not in test["attribute"]:
            gaps[test["attribute"]] = max(test["gap"], gaps.get(test["attribute"], 0.0))
    return sorted(gaps, key=lambda name: -gaps[name])


def _audit_deciders(desk: Desk, model: str, _: Progress) -> str:
    report = audit_deciders.audit_deciders(desk, model, account="auditor")
    return "" if report is None else report.verdict.value
