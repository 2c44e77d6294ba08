"""Show how a trained model behaves: what moves its score, where it errs, examples of its errors."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from workbench.analysis.gallery import FALSE_POSITIVE, MISS, Example, unseen
from workbench.domain.account import Operation
from workbench.domain.errors import NotFound
from workbench.domain.log import EntryKind
from workbench.store import accounts, behaviour_page, behaviours, findings, releases
from workbench.store.desk import Desk
from workbench.store.packs import draft

__all__ = ["BehaviourView", "Example", "behaviour", "page", "write"]

SHOWN = 8  # examples of each kind


@dataclass(frozen=True, slots=True, kw_only=True)
class BehaviourView:
    """`document` as it was kept with the run; at most `SHOWN` examples of each kind.

    `examples` is None where this home keeps none for the run; `n_left_out` counts those that are
    about what lies, or lay, before people as a finding.
    """

    document: Mapping[str, Any]
    examples: tuple[Example, ...] | None
    n_left_out: int

    def of_kind(self, kind: str) -> tuple[Example, ...]:
        return tuple(example for example in self.examples or () if example.kind == kind)


def behaviour(desk: Desk, model: str, run_id: str, *, account: str) -> BehaviourView | None:
    """How the model of a training run behaves; None for a run made before that was kept.

    An example is about one past candidate. It says no name and no id, and it is left out as soon
    as the same candidate is put before people as a finding, whether that is decided or not: some
    may still read it for the first time, and no model's word may reach them before their own
    judgement (duty T10). Findings whose content was erased are known to nobody.

    Raises
    ------
    NotAllowed
        When the account may not read model cards.
    NotFound, CheckFailed
        When what was kept is gone, or was changed since.
    """
    with desk.database.read() as connection:
        accounts.by_name(connection, account).require(Operation.READ_MODELS)
    document = behaviours.load(desk.registry, model, run_id)
    if document is None:
        return None
    kept = behaviours.load_examples(desk.vault, run_id)
    if kept is None:
        return BehaviourView(document=document, examples=None, n_left_out=0)
    allowed = unseen(kept, _before_people(desk, model))
    shown = [
        example
        for kind in (FALSE_POSITIVE, MISS)
        for example in [e for e in allowed if e.kind == kind][:SHOWN]
    ]
    return BehaviourView(
        document=document, examples=tuple(shown), n_left_out=len(kept) - len(allowed)
    )


def page(desk: Desk, model: str, run_id: str, *, account: str) -> bytes:
    """The same as one HTML file with everything inside, as it may be shown now; logged.

    Slices are by facts of records, none by a trait of people, and none has fewer than ten
    candidates; the log says who took it and its digest, since the examples in it leave with it.

    Raises
    ------
    NotAllowed, CheckFailed
        As `behaviour`.
    NotFound
        When the run was made before behaviour was kept.
    """
    content = _content(desk, model, run_id, account)
    _log(desk, model, run_id, content, account)
    return content


def write(desk: Desk, model: str, *, out: Path, account: str) -> dict[str, str]:
    """The page of the release in use, else of the latest run, written to `out`; logged.

    Returns
    -------
    dict
        ``model``, ``run_id``, ``file`` (its name) and ``sha256``.

    Raises
    ------
    NotFound, NotAllowed, CheckFailed
        As `page`; NotFound too when the model is not here or was never trained.
    BadInput
        When nothing can be written at `out`.
    """
    if model not in desk.models:
        raise NotFound(f"There is no model {model}; there are: {', '.join(sorted(desk.models))}.")
    with desk.database.read() as connection:
        accounts.by_name(connection, account).require(Operation.READ_MODELS)
        release = releases.in_use(connection, desk.vault, model)
    runs = [release.run_id] if release else [run.id for run in desk.registry.runs(model)]
    if not runs:
        raise NotFound(f"{model} was never trained here; run: workbench train {model}.")
    content = _content(desk, model, runs[0], account)
    with draft(out, [content]) as digest:
        _log(desk, model, runs[0], content, account)
    return {"model": model, "run_id": runs[0], "file": out.name, "sha256": digest}


def _content(desk: Desk, model: str, run_id: str, account: str) -> bytes:
    view = _kept(desk, model, run_id, account)
    return behaviour_page.render(
        view.document,
        examples=view.examples,
        n_left_out=view.n_left_out,
        made_at=desk.now(),
        of=_named(desk, model, run_id),
    )


def _named(desk: Desk, model: str, run_id: str) -> dict[str, str]:
    """What the page describes: version and release, run, what is served (duty T8)."""
    run = desk.registry.run(run_id)
    number = next((v.number for v in desk.registry.versions(model) if v.run_id == run_id), None)
    with desk.database.read() as connection:
        every = releases.list_releases(connection, desk.vault)
    release = next((r for r in every if r.id == f"{model}/{number}"), None)
    said = "none: the run was not registered" if number is None else f"{number}, not approved"
    if release is not None:
        state = {"in_use": "in use", "suspended": "stopped"}
        said = (
            f"{number}, {state.get(release.status.value, release.status.value)}; release approved "
            f"by {release.approved_by} on {release.approved_at:%Y-%m-%d}"
        )
    return {"Version": said, "Run": run_id, "SHA-256 of what is served": run.digest}


def _kept(desk: Desk, model: str, run_id: str, account: str) -> BehaviourView:
    view = behaviour(desk, model, run_id, account=account)
    if view is None:
        raise NotFound(f"Run {run_id} of {model} keeps no behaviour; train it again.")
    return view


def _log(desk: Desk, model: str, run_id: str, content: bytes, account: str) -> None:
    with desk.database.read() as connection:
        who = accounts.by_name(connection, account)
    said: dict[str, object] = {
        "what": "behaviour page",
        "account": who.id,
        "model": model,
        "run": run_id,
        "digest": hashlib.sha256(content).hexdigest(),
        "session": desk.session_hash,
        "simulated": who.simulated,
    }
    with desk.database.write() as connection:
        desk.log.append(connection, EntryKind.CONSULTATION, said)


def _before_people(desk: Desk, model: str) -> list[frozenset[str]]:
    """Whom each finding of the model is about, as ids."""
    with desk.database.read() as connection:
        found = findings.list_findings(connection, model=model)
    return [
        frozenset(findings.load_claim(desk.vault, finding).subject_ids)
        for finding in found
        if desk.vault.holds(finding.id)
    ]
