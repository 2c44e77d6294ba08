"""Put what the release in use finds before people: sealed, unranked, a random share mixed in."""

import random
import secrets
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from workbench.analysis.explanation import reasons_against, reasons_for
from workbench.analysis.graph import CaseGraph
from workbench.analysis.modelling import Candidates, Fitted, ModelDefinition
from workbench.analysis.picture import entities_at, links_at, records_at, rows_of_ids
from workbench.domain.account import Account, Operation, Role
from workbench.domain.errors import NotCleared, NotFound, Withheld
from workbench.domain.finding import Assessment, Claim, Explanation, GroupRate, Subgraph
from workbench.domain.log import EntryKind
from workbench.domain.release import Release
from workbench.store import accounts, cases, findings, releases
from workbench.store.acceptances import require_accepted
from workbench.store.artifact import versions_here
from workbench.store.desk import Desk

if TYPE_CHECKING:
    from sqlalchemy import Connection

Progress = Callable[[str, float], None]
LEAST = 2  # findings in a case; random ones fill up, so that few do not betray the model's view
SAME = 0.5  # two candidates that share more of their members than this are one


@dataclass(frozen=True, slots=True, kw_only=True)
class _Run:
    """What stays the same for every case of one detection."""

    desk: Desk
    definition: ModelDefinition
    release: Release
    fitted: Fitted
    known: CaseGraph
    as_of: datetime
    account: Account
    dataset: str
    per_case: int
    random_share: float
    seed: int
    limits: tuple[str, ...]
    rates: tuple[GroupRate, ...]


def detect(
    desk: Desk,
    model: str,
    *,
    dataset: str,
    account: str,
    seed: int,
    case: str | None = None,
    per_case: int = 4,
    random_share: float = 0.2,
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
        Share of all findings (0 to below 1) that the model did not put forward, drawn at random
        among a case's candidates, so that people do not see the model's choice alone. A case of
        fewer than two is filled up with such; 0 leaves all of them out.

    Returns
    -------
    list of str
        Ids of the new findings, in their order (random). What was sealed under this release
        already is not sealed again.

    Raises
    ------
    NotCleared
        When no release of the model is in use, or nobody accepted the dataset.
    NotFound, NotAllowed
        When `case` is none of this dataset's, or not open to the account.
    """
    progress(f"{model}: loading the release and the records", 0.0)
    run = _prepare(desk, model, dataset, account, seed, per_case, random_share)
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
    as_of = graph.records["known_at"].max().to_pydatetime()
    report = desk.registry.audit_report(model, release.run_id, release.audit_digest)
    return _Run(
        desk=desk,
        definition=definition,
        release=release,
        fitted=desk.registry.load(definition, run_id=release.run_id, digest=release.digest),
        known=graph.as_of(as_of),
        as_of=as_of,
        account=who,
        dataset=dataset,
        per_case=per_case,
        random_share=random_share,
        seed=seed,
        limits=limits_of(desk.cards.get(model, "")),
        rates=group_rates(report),
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
    sealed = [_halves(run, case_id, candidates, features, i) for i in chosen]
    tell(f"sealing {len(sealed)} findings", 0.9)
    with desk.database.write() as connection:
        _log_inference(connection, run, case_id, len(sealed))
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


def _log_inference(connection: "Connection", run: _Run, case_id: str, n_findings: int) -> None:
    """That a release ran over a case, whatever it found (duty T7)."""
    fields = {
        "what": "detection",
        "account": run.account.id,
        "case": case_id,
        "dataset": run.dataset,
        "model": run.definition.name,
        "release": run.release.id,
        "release_digest": run.release.digest,
        "n_findings": n_findings,
        "simulated": run.account.simulated,
    }
    run.desk.log.append(connection, EntryKind.CONSULTATION, fields)


def _sealed_subjects(connection: "Connection", run: _Run, case_id: str) -> list[set[int]]:
    """Entity rows of what this release put into the case already; erased ones are not known."""
    found = findings.list_findings(connection, cases=[case_id], model=run.definition.name)
    claims = [
        findings.load_claim(run.desk.vault, finding)
        for finding in found
        if finding.release_id == run.release.id and run.desk.vault.holds(finding.id)
    ]
    return [set(rows_of_ids(run.known, claim.subject_ids)) for claim in claims]


def _chosen(
    run: _Run,
    case_id: str,
    candidates: Candidates,
    features: pd.DataFrame,
    before: Sequence[set[int]],
) -> list[int]:
    """Rows to seal, shuffled: the most probable ahead of the threshold, and random others.

    What was sealed `before` takes the place of the same candidate alone, never of another.
    """
    if not len(candidates):
        return []
    rng = np.random.default_rng([run.seed, *case_id.encode()])
    probability = run.fitted.probability(features)
    ahead = np.flatnonzero(probability >= run.fitted.threshold)
    ranked = ahead[np.argsort(-probability[ahead], kind="stable")]
    seen = list(before)
    forward = _distinct(ranked, candidates, [], limit=run.per_case)
    fresh = _distinct(forward, candidates, seen, limit=len(forward))
    others = rng.permutation(np.flatnonzero(probability < run.fitted.threshold))
    wanted = len(fresh) * run.random_share / (1 - run.random_share)
    n_random = int(wanted) + int(rng.random() < wanted % 1)
    if run.random_share:
        n_random = max(n_random, LEAST - len(before) - len(fresh))
    fresh += _distinct(others, candidates, seen, limit=n_random)
    random.SystemRandom().shuffle(fresh)
    return fresh


def _distinct(
    rows: Iterable[int], candidates: Candidates, seen: list[set[int]], *, limit: int
) -> list[int]:
    """The first `limit` of `rows` that are not the same as any `seen`, to which they are added."""
    kept: list[int] = []
    for i in rows:
        if len(kept) == limit:
            break
        mine = set(candidates.members_of(i).tolist())
        if all(len(mine & other) <= SAME * len(mine | other) for other in seen):
            kept.append(int(i))
            seen.append(mine)
    return kept


def _halves(
    run: _Run, case_id: str, candidates: Candidates, features: pd.DataFrame, i: int
) -> tuple[Claim, Assessment, int]:
    """Both halves of one finding, and on how many verified offence facts it rests."""
    known, members = run.known, candidates.members_of(i)
    entities, links = run.definition.subgraph(known, candidates, i, as_of=run.as_of)
    beneath = known.records_beneath(members, entities, links)
    n_facts = len(np.intersect1d(beneath, known.offence_facts(members)))
    claim = Claim(
        finding_id=findings.new_finding_id(),
        case_id=case_id,
        dataset=run.dataset,
        text=run.definition.claim(known, candidates, i),
        subject_ids=tuple(known.entities.loc[members, "id"]),
        subgraph=Subgraph(entities=entities_at(known, entities), links=links_at(known, links)),
        records=records_at(known, beneath),
        as_of=run.as_of,
        salt=secrets.token_hex(16),
    )
    return claim, _assessment(run, claim.finding_id, features.iloc[[i]]), n_facts


def _assessment(run: _Run, finding_id: str, row: pd.DataFrame) -> Assessment:
    """What the model says of one candidate, computed on its row alone, as replay will."""
    fitted = run.fitted
    probability = float(fitted.probability(row)[0])
    low, high = fitted.interval(row)
    explanation, withheld = explained(fitted, row)
    return Assessment(
        finding_id=finding_id,
        model=run.definition.name,
        release_id=run.release.id,
        release_digest=run.release.digest,
        score=float(fitted.score(row)[0]),
        probability=probability,
        interval=(float(low[0]), float(high[0])),
        threshold=fitted.threshold,
        proposed=probability >= fitted.threshold,
        explanation=explanation,
        withheld=withheld,
        reasons_for=reasons_for(explanation) if explanation else (),
        against=reasons_against(explanation) if explanation else (),
        unless=fitted.unless(row),
        limits=run.limits,
        group_rates=run.rates,
        flags=fitted.flags(row),
        snapshot={name: repr(float(row[name].iloc[0])) for name in fitted.feature_names},
        seed=run.seed,
        versions=versions_here(),
        salt=secrets.token_hex(16),
    )


def explained(fitted: Fitted, row: pd.DataFrame) -> tuple[Explanation | None, str]:
    """The explanation of one row, or the sentence that says why it is withheld."""
    try:
        return fitted.explain(row)[0], ""
    except Withheld as error:
        return None, str(error)


def limits_of(card: str) -> tuple[str, ...]:
    """The points under the heading of a model card that speaks of limits."""
    found: list[str] = []
    inside = False
    for line in card.splitlines():
        if line.startswith("#"):
            inside = "limit" in line.lower()
        elif inside and line.startswith(("- ", "* ")):
            found.append(line[2:].strip())
        elif inside and found and line.startswith("  ") and line.strip():
            found[-1] += f" {line.strip()}"
    return tuple(found)


def group_rates(report: dict[str, Any]) -> tuple[GroupRate, ...]:
    """Error rates of every audited group, intersections left out.

    All groups, not those of the finding's own people: which group a person belongs to is
    sensitive and is read for the audit alone (duty T5).
    """
    return tuple(
        GroupRate(
            attribute=row["attribute"],
            group=row["group"],
            n=row["n"],
            fpr=row["fpr"],
            fpr_interval=_pair(row, "fpr"),
            fnr=row["fnr"],
            fnr_interval=_pair(row, "fnr"),
        )
        for row in report.get("groups", ())
        if "×" not in row["attribute"]
    )


def _pair(row: dict[str, Any], rate: str) -> tuple[float, float] | None:
    bounds = (row.get("intervals") or {}).get(rate)
    if row[rate] is None or not bounds or None in bounds:
        return None
    return float(bounds[0]), float(bounds[1])
