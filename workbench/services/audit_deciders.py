"""Audit the people who decide: before they saw the score, the release itself, and people after.

What records came to confirm after a finding was made is there where one looked back
(`detect(as_of=...)`): the dataset then holds what became known since. A later delivery is another
dataset, never the same one made longer; findings of an earlier one would be held against it by the
records both hold, as `analysis/prompted.py` recognises them, with ids of the later graph in the
place of those of the claim. That is not done yet: findings of other datasets than the one that
most are of are left out and counted (`n_elsewhere`).
"""

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from workbench.domain.account import Account, Operation
from workbench.domain.decision import Verdict
from workbench.domain.errors import NotFound
from workbench.domain.finding import Assessment, Claim, Drawn
from workbench.domain.log import EntryKind
from workbench.domain.release import Margin, Release
from workbench.store import accounts, audit_reports, findings, openings, readings, releases
from workbench.store.audit_reports import DecidersReport
from workbench.store.desk import Desk
from workbench.store.openings import Opened
from workbench.store.readings import JudgementRow, ReadingRow

if TYPE_CHECKING:
    import pandas as pd

    from workbench.analysis.deciders import Reading
    from workbench.analysis.graph import CaseGraph
    from workbench.analysis.missed import Judged, Missed
    from workbench.analysis.modelling import Candidates, ModelDefinition
    from workbench.analysis.subgroups import Bools

__all__ = ["DecidersReport", "audit_deciders", "deciders_audits"]

SEED = 20_260_101  # an audit is the same whenever it is made again


@dataclass(frozen=True, slots=True, kw_only=True)
class _Read:
    """What people made of a release's findings: position i of `claims` and `said` is one finding.

    `rows` are readings taken to a decision, `judged` all judgements, `opened` who opened what;
    `n_elsewhere` findings are of other datasets.
    """

    claims: Sequence[Claim]
    said: Sequence[Assessment]
    rows: Sequence[ReadingRow]
    judged: Sequence[JudgementRow]
    opened: Sequence[Opened]
    n_elsewhere: int

    @property
    def place(self) -> dict[str, int]:
        """Position of each finding's id."""
        return {claim.finding_id: i for i, claim in enumerate(self.claims)}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Labels:
    """What is so of each finding: `truth` where the dataset brings it, `records` (worth something
    only where `confirmable`) where records became known after it."""

    records: "Bools"
    confirmable: "Bools"
    truth: "Bools | None"


def audit_deciders(
    desk: Desk,
    model: str,
    *,
    account: str,
    version: int | None = None,
    margin: float | None = None,
    harm: str = "",
) -> DecidersReport | None:
    """Audit what people said of a release's findings, before and after they saw its score.

    In sum over all readers, never per reader: it is no measure of staff. Each reading is compared
    with what records came to confirm after that finding and, in a synthetic world, with the truth;
    where there are both, over the same readings. Who read a candidate in several cases counts with
    the first alone: the others were not blind. What the release may miss is estimated from what
    was drawn at random, each by the probability of its draw.

    Parameters
    ----------
    version : int, optional
        The newest release unless told.
    margin : float, optional
        The gap that matters, as a share; the model's own, with its reason, unless told.
    harm : str
        Why a gap beyond `margin` harms whom; needed where the margin is not the model's own.

    Returns
    -------
    DecidersReport or None
        None while that version is no release, or nobody has decided a finding of it.

    Raises
    ------
    BadInput
        When another margin than the model's own has no reason in words.
    NotFound
        When there is no such model.
    NotAllowed
        When the account may not audit.
    """
    if model not in desk.models:
        raise NotFound(f"There is no model {model}; there are: {', '.join(sorted(desk.models))}.")
    with desk.database.read() as connection:
        who = accounts.by_name(connection, account)
        who.require(Operation.AUDIT)
        found = releases.list_releases(connection, desk.vault, model=model)
        chosen = [r for r in found if version in (None, r.version)]
    own = desk.models[model]
    taken = Margin.chosen(own.margin, own.harm, gap=margin, harm=harm)
    read = _read(desk, chosen[0]) if chosen else None
    if read is None:
        return None
    _log_reads(desk, chosen[0], len(read.rows), who)
    document = _document(desk, chosen[0], read, taken)
    report = audit_reports.keep_deciders(desk.home, document, now=desk.now())
    _log_audit(desk, report, who)
    return report


def deciders_audits(desk: Desk, *, account: str) -> dict[str, DecidersReport]:
    """The latest audit of the deciders of each release, by the release's id.

    Raises
    ------
    NotAllowed
        When the account may not read audits.
    """
    with desk.database.read() as connection:
        accounts.by_name(connection, account).require(Operation.READ_MODELS)
    return audit_reports.kept_deciders(desk.home)


def _read(desk: Desk, release: Release) -> _Read | None:
    """None while nobody has decided a finding of the release whose content is there."""
    with desk.database.read() as connection:
        rows = readings.of_release(connection, release.id)
        judged = readings.judgements_of_release(connection, release.id)
        opened = openings.of_release(connection, release.id)
        kept = [
            finding
            for finding in findings.list_findings(connection, model=release.model)
            if finding.release_id == release.id and desk.vault.holds(finding.id)
        ]
    decided = {row.finding_id for row in rows}
    claims = {finding.id: findings.load_claim(desk.vault, finding) for finding in kept}
    of = Counter(claim.dataset for id_, claim in claims.items() if id_ in decided)
    if not of:
        return None
    most = of.most_common(1)[0][0]
    mine = [finding for finding in kept if claims[finding.id].dataset == most]
    ids = {finding.id for finding in mine}
    return _Read(
        claims=[claims[finding.id] for finding in mine],
        said=[findings.load_assessment(desk.vault, finding) for finding in mine],
        rows=[row for row in rows if row.finding_id in ids],
        judged=[row for row in judged if row.finding_id in ids],
        opened=[row for row in opened if row.finding_id in ids],
        n_elsewhere=of.total() - of[most],
    )


def _document(desk: Desk, release: Release, read: _Read, margin: Margin) -> dict[str, Any]:
    from workbench.analysis.deciders import candidates_of, gaps

    definition = desk.models[release.model]
    dataset = read.claims[0].dataset
    graph, sensitive = desk.datasets.graph(dataset), desk.datasets.sensitive(dataset)
    candidates = candidates_of(graph, read.claims)
    people = definition.people(graph, candidates)
    labels = _labels(desk, definition, graph, candidates, read.claims)
    first = first_readings(read.rows, read.claims)
    by, hidden = _held_against(_readings(read, first), labels, people, sensitive, margin.gap)
    return {
        "kind": "deciders",
        "model": release.model,
        "title": definition.title,
        "version": release.version,
        "release": release.id,
        "release_digest": release.digest,
        "unit": definition.unit,
        "dataset": dataset,
        "n_elsewhere": read.n_elsewhere,
        "as_of": max(claim.as_of for claim in read.claims).isoformat(),
        "margin": margin.gap,
        "harm": margin.harm,
        "margin_own": margin.own,
        "n_repeats": len(read.rows) - len(first),
        **by,
        "gaps": {
            basis: gaps(found["by"]) if found and found["by"] else [] for basis, found in by.items()
        },
        "label_bias": hidden,
        "missed": _missed(read, people, sensitive, margin.gap),
        "burden": _burden(read, graph, sensitive),
    }


def _labels(
    desk: Desk,
    definition: "ModelDefinition",
    graph: "CaseGraph",
    candidates: "Candidates",
    claims: Sequence[Claim],
) -> _Labels:
    """Of each finding by its own moment: what became known since, and what was true then."""
    import numpy as np

    from workbench.analysis.modelling import truth_of

    until = graph.records["known_at"].max().to_pydatetime()
    truth = desk.datasets.truth(claims[0].dataset)
    at = np.array([claim.as_of for claim in claims])
    records, true = np.zeros(len(at), np.bool_), np.zeros(len(at), np.bool_)
    known = bool(truth)
    for moment in sorted(set(at)):
        rows = np.flatnonzero(at == moment)
        mine = candidates.take(rows)
        if moment < until:
            records[rows] = definition.labels(graph, mine, as_of=moment, until=until) == 1
        so = truth_of(definition, graph.as_of(moment), mine, truth)
        known = known and so is not None
        true[rows] = False if so is None else so == 1
    return _Labels(records=records, confirmable=at < until, truth=true if known else None)


def _held_against(
    taken: Sequence["Reading"],
    labels: _Labels,
    people: "pd.DataFrame",
    sensitive: "pd.DataFrame",
    margin: float,
) -> tuple[dict[str, Any], Any]:
    """The audit by records and by truth, and both side by side over the readings they share."""
    from functools import partial

    from workbench.analysis.deciders import audit_deciders as audited_by
    from workbench.analysis.label_bias import label_bias

    audited = partial(audited_by, people=people, sensitive=sensitive, margin=margin, seed=SEED)
    later = [reading for reading in taken if labels.confirmable[reading.finding]]
    records = audited(later, labels.records) if later else None
    truth = None if labels.truth is None else audited(taken, labels.truth)
    by = {"records": records, "truth": truth}
    if records is None or labels.truth is None or not records["by"]:
        return by, None
    same = truth if len(later) == len(taken) else audited(later, labels.truth)
    if same is None or not same["by"]:
        return by, None
    hidden = label_bias(
        later,
        labels.records,
        labels.truth,
        by={"records": records["by"], "truth": same["by"]},
        people=people,
        seed=SEED,
    )
    return by, hidden


def first_readings(rows: Sequence[ReadingRow], claims: Sequence[Claim]) -> list[ReadingRow]:
    """Of each person's readings of one candidate the first that was opened; order is kept."""
    about = {claim.finding_id: claim.about for claim in claims}
    first: dict[tuple[str, frozenset[str]], ReadingRow] = {}
    for row in sorted(rows, key=lambda row: (row.opened_at, row.finding_id)):
        first.setdefault((row.decided_by, about[row.finding_id]), row)
    kept = {(row.decided_by, row.finding_id) for row in first.values()}
    return [row for row in rows if (row.decided_by, row.finding_id) in kept]


def first_judgements(rows: Sequence[JudgementRow], claims: Sequence[Claim]) -> list[JudgementRow]:
    """Of each person's judgements of one candidate the first; `rows` are oldest first."""
    about = {claim.finding_id: claim.about for claim in claims}
    first: dict[tuple[str, frozenset[str]], JudgementRow] = {}
    for row in rows:
        first.setdefault((row.judged_by, about[row.finding_id]), row)
    return list(first.values())


def _readings(read: _Read, rows: Sequence[ReadingRow]) -> list["Reading"]:
    from workbench.analysis.deciders import Reading

    place = read.place
    return [
        Reading(
            finding=place[row.finding_id],
            before=row.before,
            put_forward=read.said[place[row.finding_id]].proposed,
            after=row.after,
        )
        for row in rows
    ]


def _missed(
    read: _Read, people: "pd.DataFrame", sensitive: "pd.DataFrame", margin: float
) -> "Missed | None":
    """What was left out, as people judged it from records alone; one row per finding."""
    from workbench.analysis.missed import missed

    said: dict[str, list[Verdict]] = defaultdict(list)
    for row in first_judgements(read.judged, read.claims):
        said[row.finding_id].append(row.verdict)
    draws = [f"{claim.case_id} {claim.as_of.isoformat()}" for claim in read.claims]
    judged: dict[int, Judged] = {}
    for i, (claim, back) in enumerate(zip(read.claims, read.said, strict=True)):
        if claim.finding_id in said and back.drawn is not None:
            judged[i] = _judged(draws[i], back.drawn, said[claim.finding_id])
    sealed = Counter(
        draw for draw, back in zip(draws, read.said, strict=True) if back.drawn is not None
    )
    order = {i: position for position, i in enumerate(judged)}
    mine = people[people["candidate"].isin(list(order))]
    return missed(
        list(judged.values()),
        sealed,
        people=mine.assign(candidate=mine["candidate"].map(order).astype("int32")),
        sensitive=sensitive,
        margin=margin,
        n_unweighted=len(said) - len(judged),
        seed=SEED,
    )


def _judged(draw: str, drawn: Drawn, said: Sequence[Verdict]) -> "Judged":
    from workbench.analysis.missed import Judged

    return Judged(
        draw=draw,
        drawn=drawn,
        supported=said.count(Verdict.SUPPORTED) / len(said),
        not_supported=said.count(Verdict.NOT_SUPPORTED) / len(said),
    )


def _burden(read: _Read, graph: "CaseGraph", sensitive: "pd.DataFrame") -> dict[str, Any]:
    """Of every finding that was opened, decided or not."""
    from workbench.analysis.burden import burden
    from workbench.analysis.reading_time import reading_time

    place = read.place
    claims = [read.claims[place[i]] for i in dict.fromkeys(o.finding_id for o in read.opened)]
    row_of = dict(zip(graph.entities["id"], graph.entities.index.tolist(), strict=True))
    spent = [(o.finding_id, o.minutes) for o in read.opened if o.minutes is not None]
    minutes: dict[str, float] = defaultdict(float)
    for finding_id, taken in spent:
        minutes[finding_id] += taken
    supported = {o.finding_id for o in read.opened if o.verdict is Verdict.SUPPORTED}
    found = burden(
        claims,
        [taken for _, taken in spent],
        len(supported),
        row_of=row_of,
        sensitive=sensitive,
    )
    time = reading_time(
        claims, minutes, supported, row_of=row_of, sensitive=sensitive, seed=SEED
    )  # fmt: skip
    return {**found, "n_decided": time["n_decided"], "time": time}


def _log_reads(desk: Desk, release: Release, n_readings: int, who: Account) -> None:
    """Before anything is opened: that findings and sensitive features are read, and what for."""
    said = {
        "dataset": release.dataset,
        "what": "findings that were decided, and sensitive features",
        "why": "bias audit of deciders",
        "release": release.id,
        "n": n_readings,
        "account": who.id,
        "simulated": who.simulated,
    }
    with desk.database.write() as connection:
        desk.log.append(connection, EntryKind.SENSITIVE_READ, said)


def _log_audit(desk: Desk, report: DecidersReport, who: Account) -> None:
    said = {
        "what": f"deciders on {report.release_id}",
        "audit": report.verdict.value,
        "audit_digest": report.digest,
        "dataset": report.document["dataset"],
        "margin": f"{report.document['margin']:g}",
        "margin_own": report.document["margin_own"],
        "account": who.id,
        "simulated": who.simulated,
    }
    with desk.database.write() as connection:
        desk.log.append(connection, EntryKind.AUDIT, said)
