"""Audit the people who decide: before they saw the score, the release itself, and people after."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from workbench.domain.account import Account, Operation
from workbench.domain.decision import Verdict
from workbench.domain.errors import NotFound
from workbench.domain.log import EntryKind
from workbench.store import accounts, audit_reports, findings, openings, readings, releases
from workbench.store.audit_reports import DecidersReport
from workbench.store.desk import Desk
from workbench.store.openings import Opened
from workbench.store.readings import ReadingRow

if TYPE_CHECKING:
    from workbench.analysis.deciders import Reading
    from workbench.domain.finding import Assessment, Claim, Finding
    from workbench.domain.release import Release

__all__ = ["DecidersReport", "audit_deciders", "deciders_audits"]

SEED = 20_260_101  # an audit is the same whenever it is made again


def audit_deciders(
    desk: Desk, model: str, *, account: str, version: int | None = None, margin: float | None = None
) -> DecidersReport | None:
    """Audit what people said of a release's findings, before and after they saw its score.

    In sum over all readers, never per reader: it is no measure of staff. Each reading is compared
    with what records say that became known later and, in a synthetic world, with the truth. Who
    read a candidate in several cases counts with the first alone: the others were not blind.

    Parameters
    ----------
    version : int, optional
        The newest release unless told.
    margin : float, optional
        The gap that matters, as a share; the model's own unless told.

    Returns
    -------
    DecidersReport or None
        None while that version is no release, or nobody has decided a finding of it.

    Raises
    ------
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
        if not chosen:
            return None
        rows = readings.of_release(connection, chosen[0].id)
        opened = openings.of_release(connection, chosen[0].id)
        kept = {
            f.id: f
            for f in findings.list_findings(connection, model=model)
            if f.release_id == chosen[0].id and desk.vault.holds(f.id)
        }
    rows = [row for row in rows if row.finding_id in kept]
    if not rows:
        return None
    _log_reads(desk, chosen[0], len(rows), who)
    ids = list(dict.fromkeys(row.finding_id for row in rows))
    claims = [findings.load_claim(desk.vault, kept[i]) for i in ids]
    said = [findings.load_assessment(desk.vault, kept[i]) for i in ids]
    document = _document(desk, chosen[0], rows, claims, said, _margin(desk, model, margin))
    read = [kept[i] for i in _ids(opened, kept)]
    document["burden"] = _burden(desk, document["dataset"], read, opened)
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


def _margin(desk: Desk, model: str, margin: float | None) -> float:
    return desk.models[model].margin if margin is None else margin


def _document(
    desk: Desk,
    release: "Release",
    rows: Sequence[ReadingRow],
    claims: Sequence["Claim"],
    said: Sequence["Assessment"],
    margin: float,
) -> dict[str, Any]:
    from workbench.analysis.deciders import audit_deciders as audited_by
    from workbench.analysis.deciders import candidates_of, gaps
    from workbench.analysis.modelling import truth_of

    definition = desk.models[release.model]
    dataset = claims[0].dataset
    graph, sensitive = desk.datasets.graph(dataset), desk.datasets.sensitive(dataset)
    candidates = candidates_of(graph, claims)
    as_of = max(claim.as_of for claim in claims)
    until = graph.records["known_at"].max().to_pydatetime()
    labels = {
        "records": definition.labels(graph, candidates, as_of=as_of, until=until)
        if until > as_of
        else None,
        "truth": truth_of(definition, graph.as_of(as_of), candidates, desk.datasets.truth(dataset)),
    }
    first = first_readings(rows, claims)
    people, taken = definition.people(graph, candidates), _readings(first, claims, said)
    by = {
        basis: None
        if label is None
        else audited_by(
            taken, label == 1, people=people, sensitive=sensitive, margin=margin, seed=SEED
        )
        for basis, label in labels.items()
    }
    return {
        "kind": "deciders",
        "model": release.model,
        "title": definition.title,
        "version": release.version,
        "release": release.id,
        "release_digest": release.digest,
        "unit": definition.unit,
        "dataset": dataset,
        "as_of": as_of.isoformat(),
        "margin": margin,
        "n_repeats": len(rows) - len(first),
        **by,
        "gaps": {
            basis: gaps(found["by"]) if found and found["by"] else [] for basis, found in by.items()
        },
    }


def first_readings(rows: Sequence[ReadingRow], claims: Sequence["Claim"]) -> list[ReadingRow]:
    """Of each person's readings of one candidate the first that was opened; order is kept."""
    about = {claim.finding_id: claim.about for claim in claims}
    first: dict[tuple[str, frozenset[str]], ReadingRow] = {}
    for row in sorted(rows, key=lambda row: (row.opened_at, row.finding_id)):
        first.setdefault((row.decided_by, about[row.finding_id]), row)
    kept = {(row.decided_by, row.finding_id) for row in first.values()}
    return [row for row in rows if (row.decided_by, row.finding_id) in kept]


def _ids(opened: Sequence[Opened], kept: Mapping[str, "Finding"]) -> list[str]:
    """Findings that were opened and whose content is there, each once."""
    return list(dict.fromkeys(one.finding_id for one in opened if one.finding_id in kept))


def _burden(
    desk: Desk, dataset: str, read: Sequence["Finding"], opened: Sequence[Opened]
) -> dict[str, Any]:
    """Of every finding that was opened, decided or not."""
    from workbench.analysis.burden import burden
    from workbench.analysis.reading_time import reading_time

    claims = [findings.load_claim(desk.vault, one) for one in read]
    graph, sensitive = desk.datasets.graph(dataset), desk.datasets.sensitive(dataset)
    row_of = dict(zip(graph.entities["id"], graph.entities.index.tolist(), strict=True))
    ids = {one.id for one in read}
    each = [(o.finding_id, o.minutes) for o in opened if o.finding_id in ids]
    minutes: dict[str, float] = {}
    for finding_id, spent in each:
        if spent is not None:
            minutes[finding_id] = minutes.get(finding_id, 0.0) + spent
    supported = {o.finding_id for o in opened if o.verdict is Verdict.SUPPORTED} & ids
    found = burden(
        claims,
        [spent for _, spent in each if spent is not None],
        len(supported),
        row_of=row_of,
        sensitive=sensitive,
    )
    time = reading_time(
        claims, minutes, supported, row_of=row_of, sensitive=sensitive, seed=SEED
    )  # fmt: skip
    return {**found, "n_decided": time["n_decided"], "time": time}


def _readings(
    rows: Sequence[ReadingRow], claims: Sequence["Claim"], said: Sequence["Assessment"]
) -> list["Reading"]:
    from workbench.analysis.deciders import Reading

    place = {claim.finding_id: i for i, claim in enumerate(claims)}
    return [
        Reading(
            finding=place[row.finding_id],
            before=row.before,
            put_forward=said[place[row.finding_id]].proposed,
            after=row.after,
        )
        for row in rows
    ]


def _log_reads(desk: Desk, release: "Release", n_readings: int, who: Account) -> None:
    """Before anything is opened: that findings and sensitive features are read, and what for."""
    said = {
        "dataset": release.dataset,
        "what": "findings that were opened, and sensitive features",
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
        "account": who.id,
        "simulated": who.simulated,
    }
    with desk.database.write() as connection:
        desk.log.append(connection, EntryKind.AUDIT, said)
