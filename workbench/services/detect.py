"""Put what the release in use finds before people: sealed, unranked, a random share mixed in."""

import random
import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from workbench.analysis.assessing import (
    Asked,
    Served,
    assessment,
    group_rates,
    limits_of,
    peers_of,
)
from workbench.analysis.drawing import drawn
from workbench.analysis.fitted_model import UNSEEN
from workbench.analysis.graph import CaseGraph
from workbench.analysis.modelling import Candidates, Fitted, ModelDefinition
from workbench.analysis.picture import entities_at, links_at, records_at, rows_of_ids
from workbench.domain.account import Account, Operation, Role
from workbench.domain.case import PER_CASE
from workbench.domain.checked import Miss
from workbench.domain.errors import BadInput, NotCleared, NotFound
from workbench.domain.finding import RESIDUAL_BOUND, Assessment, Claim, Drawn, Subgraph
from workbench.domain.log import EntryKind, instant
from workbench.domain.release import Release
from workbench.store import accounts, cases, findings, releases
from workbench.store.acceptances import require_accepted
from workbench.store.desk import Desk
from workbench.store.environment import environment_here

if TYPE_CHECKING:
    from sqlalchemy import Connection

Progress = Callable[[str, float], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Run:
    """What stays the same for every case of one detection.

    `known_until` is set where one looks back: up to then the dataset's records were known.
    """

    desk: Desk
    served: Served
    release: Release
    known: CaseGraph
    as_of: datetime
    known_until: datetime | None
    account: Account
    dataset: str
    per_case: int
    random_share: float
    seed: int

    @property
    def definition(self) -> ModelDefinition:
        return self.served.model

    @property
    def fitted(self) -> Fitted:
        return self.served.fitted


def detect(
    desk: Desk,
    model: str,
    *,
    dataset: str,
    account: str,
    seed: int,
    case: str | None = None,
    per_case: int = PER_CASE,
    random_share: float = 0.2,
    as_of: datetime | None = None,
    progress: Progress = lambda text, share: None,
) -> list[str]:
    """Seal findings in the cases of a dataset that the account may work in.

    Parameters
    ----------
    case : str, optional
        Only in this one of the dataset's cases.
    per_case : int
        At most this many candidates above the threshold in each case.
    random_share : float
        Share of all findings (0 to below 1) that were not put forward, drawn at random among all
        other candidates of a case, so that people do not see the model's choice alone; each is
        sealed with the probability of its draw. A case of fewer than two is filled up with such;
        0 leaves all of them out.
    as_of : datetime, optional
        Look back: with what was known then and nothing later (all there is, unless told). What
        records came to say since can then be held against findings and those who judged them.

    Returns
    -------
    list of str
        Ids of the new findings, in their order (random). What was sealed under this release as of
        the same instant already is not sealed again.

    Raises
    ------
    BadInput
        When the release learnt from what became known later than `as_of`.
    NotCleared
        When no release of the model is in use, or nobody accepted the dataset.
    NotFound, NotAllowed
        When `case` is none of this dataset's, or not open to the account.
    """
    progress(f"{model}: loading the release and the records", 0.0)
    run = _prepare(desk, model, dataset, account, seed, per_case, random_share, as_of)
    with desk.database.read() as connection:
        open_to = _cases(connection, run, case)
    found: list[str] = []
    for at, case_id in enumerate(open_to):
        tell = _part(progress, f"{model}: case {case_id}", at, len(open_to))
        found += _in_case(run, case_id, tell)
    progress(f"{model}: {len(found)} findings in {len(open_to)} cases", 1.0)
    return sorted(found)


def _prepare(
    desk: Desk,
    model: str,
    dataset: str,
    account: str,
    seed: int,
    per_case: int,
    random_share: float,
    asked_for: datetime | None,
) -> _Run:
    if model not in desk.models:
        raise NotFound(f"There is no model {model}; there are: {', '.join(sorted(desk.models))}.")
    with desk.database.read() as connection:
        who = accounts.by_name(connection, account)
        who.require(Operation.DETECT)
        require_accepted(connection, dataset, desk.datasets.sha256(dataset))
        release = _in_use(connection, desk, model)
    definition = desk.models[model]
    graph = desk.datasets.graph(dataset)
    last = graph.records["known_at"].max().to_pydatetime()
    as_of = last if asked_for is None else min(asked_for, last)
    if asked_for is not None:
        _require_learnt_before(desk, release, asked_for, last)
    known = graph.as_of(as_of)
    return _Run(
        desk=desk,
        served=_served(desk, definition, release, known, as_of, seed),
        release=release,
        known=known,
        as_of=as_of,
        known_until=last if as_of < last else None,
        account=who,
        dataset=dataset,
        per_case=per_case,
        random_share=random_share,
        seed=seed,
    )


def _require_learnt_before(desk: Desk, release: Release, as_of: datetime, last: datetime) -> None:
    """Raise where looking back would show a release what it learnt from, or where nothing is."""
    if as_of.date() > last.date():
        raise BadInput(
            f"Nothing became known after {last:%Y-%m-%d}; name that day or an earlier one.",
            code="as_of",
        )
    learnt = datetime.fromisoformat(desk.registry.run(release.run_id).parameters["calibrate_until"])
    if as_of < learnt:
        raise BadInput(
            f"Release {release.id} learnt from records that became known until "
            f"{learnt:%Y-%m-%d}, so as of {as_of:%Y-%m-%d} it would find what it was taught; name "
            f"{learnt:%Y-%m-%d} or a later day.",
            code="as_of",
        )


def _served(
    desk: Desk,
    definition: ModelDefinition,
    release: Release,
    known: CaseGraph,
    as_of: datetime,
    seed: int,
) -> Served:
    """The release, and how all that it could be asked about today differs from what it learnt."""
    fitted = desk.registry.load(definition, run_id=release.run_id, digest=release.digest)
    report = desk.registry.audit_report(release.audit_digest)
    batch = definition.candidates(known, as_of=as_of, anchors=None, seed=seed)
    features = definition.features(known, batch, as_of=as_of)
    return Served(
        model=definition,
        fitted=fitted,
        release_id=release.id,
        release_digest=release.digest,
        limits=limits_of(desk.cards.get(definition.name, "")),
        rates=group_rates(report),
        drift=tuple(found.sentence for found in fitted.drift(features)),
        peers=peers_of(fitted, features),
        seed=seed,
        versions=environment_here(),
    )


def _in_use(connection: "Connection", desk: Desk, model: str) -> Release:
    release = releases.in_use(connection, desk.vault, model)
    if release is None:
        raise NotCleared(
            f"No release of {model} is in use, so it infers nothing; a supervisor approves an "
            "audited version first, or restarts a stopped one."
        )
    return release


def _part(progress: Progress, prefix: str, at: int, of: int) -> Progress:
    """Progress of the part `at` of `of`, as progress of the whole."""

    def tell(text: str, share: float) -> None:
        progress(f"{prefix}, {text}", (at + share) / of)

    return tell


def _cases(connection: "Connection", run: _Run, case: str | None) -> list[str]:
    """Cases that draw on the dataset, by id; an analyst's own only. With `case`, that one alone."""
    found = cases.of_dataset(connection, run.dataset)
    if case is not None and case not in found:
        raise NotFound(f"Dataset {run.dataset} has no case {case}; choose one that draws on it.")
    if run.account.role is Role.ANALYST:
        own = set(cases.ids_of(connection, run.account))
        if case is not None:
            cases.enter(connection, run.desk.vault, case, run.account)
        found = [case_id for case_id in found if case_id in own]
    return found if case is None else [case]


def _in_case(run: _Run, case_id: str, tell: Progress) -> list[str]:
    """Score a case's candidates and seal the chosen ones, all or none, in random order."""
    desk, seed = run.desk, run.seed
    with desk.database.read() as connection:
        _in_use(connection, desk, run.definition.name)  # stopped since: infer no more
        entity_ids = cases.entity_ids(connection, desk.vault, case_id)
        before = _sealed_subjects(connection, run, case_id)
    tell("drawing up candidates", 0.0)
    anchors = np.array(rows_of_ids(run.known, entity_ids), dtype=np.int32)
    candidates = run.definition.candidates(run.known, as_of=run.as_of, anchors=anchors, seed=seed)
    tell(f"scoring {len(candidates)} candidates", 0.3)
    features = run.definition.features(run.known, candidates, as_of=run.as_of)
    chosen = _chosen(run, case_id, candidates, features, before)
    tell(f"explaining {len(chosen)} findings", 0.6)
    sealed = _explained(run, case_id, candidates, features, chosen)
    tell(f"sealing {len(sealed)} findings", 0.9)
    with desk.database.write() as connection:
        _log_inference(connection, run, case_id, [back for _, back, _ in sealed])
        for claim, assessment, n_facts in sealed:
            findings.seal(
                connection,
                desk.log,
                desk.vault,
                claim=claim,
                assessment=assessment,
                about_person=run.definition.about_person,
                n_offence_facts=n_facts,
                account=run.account,
                now=desk.now(),
            )
    return [claim.finding_id for claim, _, _ in sealed]


def _log_inference(
    connection: "Connection", run: _Run, case_id: str, sealed: Sequence[Assessment]
) -> None:
    """That a release ran over a case, whatever it found (duty T7), how many features drifted, and
    on how many findings something is flagged, a category unseen among it (duty T9), or the
    explanation withheld and why (duty T12).

    In sum: which finding it was would say something of the model's half.
    """
    fields: dict[str, object] = {
        "what": "detection",
        "as_of": instant(run.as_of),
        "account": run.account.id,
        "case": case_id,
        "dataset": run.dataset,
        "model": run.definition.name,
        "release": run.release.id,
        "release_digest": run.release.digest,
        "n_findings": len(sealed),
        "n_flagged": sum(bool(back.flags) for back in sealed),
        "n_unseen": sum(any(f.startswith(UNSEEN) for f in back.flags) for back in sealed),
        "n_drifted": len(run.served.drift),
        "n_withheld": sum(back.explanation is None for back in sealed),
        "simulated": run.account.simulated,
    }
    fields |= _missed([back.miss for back in sealed if back.miss])
    run.desk.log.append(connection, EntryKind.CONSULTATION, fields)


def _missed(misses: Sequence[Miss]) -> dict[str, object]:
    """Why explanations were withheld: whose parts missed, by how much at most, and what is borne.

    Nothing where none was.
    """
    if not misses:
        return {}
    largest = max(misses, key=lambda miss: float(miss.residual.replace("nan", "inf")))
    return {
        "missed_by": sorted({miss.method or "a check of the explanation" for miss in misses}),
        "residual": largest.residual,
        "residual_bound": f"{RESIDUAL_BOUND:g}",
    }


def _sealed_subjects(connection: "Connection", run: _Run, case_id: str) -> list[set[int]]:
    """Entity rows of what this release put into the case as of the same instant already; erased
    ones are not known."""
    found = findings.list_findings(connection, cases=[case_id], model=run.definition.name)
    claims = [
        findings.load_claim(run.desk.vault, finding)
        for finding in found
        if finding.release_id == run.release.id and run.desk.vault.holds(finding.id)
    ]
    same = [claim for claim in claims if claim.as_of == run.as_of]
    return [set(rows_of_ids(run.known, claim.subject_ids)) for claim in same]


def _chosen(
    run: _Run,
    case_id: str,
    candidates: Candidates,
    features: pd.DataFrame,
    before: Sequence[set[int]],
) -> list[tuple[int, Drawn | None]]:
    """Rows to seal, shuffled, and how each came: put forward, or drawn at random."""
    if not len(candidates):
        return []
    found = drawn(
        candidates,
        run.fitted.probability(features),
        threshold=run.fitted.threshold,
        per_case=run.per_case,
        random_share=run.random_share,
        before=before,
        rng=np.random.default_rng([run.seed, *case_id.encode()]),
    )
    random.SystemRandom().shuffle(found)
    return found


def _explained(
    run: _Run,
    case_id: str,
    candidates: Candidates,
    features: pd.DataFrame,
    chosen: Sequence[tuple[int, Drawn | None]],
) -> list[tuple[Claim, Assessment, int]]:
    """Both halves of each chosen finding, and on how many verified offence facts it rests."""
    places = [row for row, _ in chosen]
    asked = candidates.take(np.array(places, np.int64))
    history = run.definition.history(run.known, asked, as_of=run.as_of)
    rows = features.iloc[places].reset_index(drop=True)
    halves = [_halves(run, case_id, asked, rows, history, i) for i in range(len(asked))]
    return [
        (claim, replace(back, drawn=how), n_facts)
        for (claim, back, n_facts), (_, how) in zip(halves, chosen, strict=True)
    ]


def _halves(
    run: _Run,
    case_id: str,
    asked: Candidates,
    rows: pd.DataFrame,
    history: pd.DataFrame | None,
    i: int,
) -> tuple[Claim, Assessment, int]:
    known, members = run.known, asked.members_of(i)
    entities, links = run.definition.subgraph(known, asked, i, as_of=run.as_of)
    beneath = known.records_beneath(members, entities, links)
    n_facts = len(np.intersect1d(beneath, known.offence_facts(members)))
    claim = Claim(
        finding_id=findings.new_finding_id(),
        case_id=case_id,
        dataset=run.dataset,
        text=run.definition.claim(known, asked, i),
        subject_ids=tuple(known.entities.loc[members, "id"]),
        subgraph=Subgraph(entities=entities_at(known, entities), links=links_at(known, links)),
        records=records_at(known, beneath),
        as_of=run.as_of,
        salt=secrets.token_hex(16),
        known_until=run.known_until,
    )
    put = Asked(
        graph=known,
        candidates=asked,
        i=i,
        as_of=run.as_of,
        features=rows.iloc[[i]],
        history=None if history is None else history.iloc[[i]],
        links=links,
        beneath=beneath,
    )
    back = assessment(run.served, put, finding_id=claim.finding_id, salt=secrets.token_hex(16))
    return claim, back, n_facts
