"""Browse the models: what each is, its versions, how they measured, and who approved them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from workbench.domain.account import Operation
from workbench.domain.errors import CheckFailed, NotFound, Unavailable
from workbench.domain.release import AuditVerdict, Release, ReleaseStatus
from workbench.store import accounts, releases
from workbench.store.desk import Desk
from workbench.store.registry import Run, Version

__all__ = ["AuditVerdict", "Measure", "ModelView", "VersionView", "browse"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Measure:
    """A share from 0 to 1 with its 95 % interval, None where none was computed."""

    name: str
    value: float
    interval: tuple[float, float] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class VersionView:
    """A registered version. `audit` is None until it was audited, `release` until approved.

    `baseline` is the average precision of the best single feature, `gain` by how much the model's
    is higher (both with people resampled alike; None for a run made before that was measured);
    `audit_said` is what its audit found, in a sentence, where it did not pass; `choice` says in
    words which estimator was taken and why; `prompted` how many candidates of each slice were
    left out because findings had been about them before their label became known.
    """

    id: str
    number: int
    run_id: str
    experiment: str
    dataset: str
    trained_by: str
    trained_at: datetime
    seed: int
    digest: str
    audit: AuditVerdict | None
    audit_said: str
    release: Release | None
    measures: tuple[Measure, ...]
    baseline: Measure | None
    gain: Measure | None
    baseline_feature: str
    choice: str
    prompted: Mapping[str, int]

    def measure(self, name: str) -> Measure | None:
        return next((found for found in self.measures if found.name == name), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelView:
    """A model with its card (Markdown) and its versions, the newest first."""

    name: str
    title: str
    unit: str
    about_person: bool
    card: str
    versions: tuple[VersionView, ...]

    @property
    def in_use(self) -> VersionView | None:
        """The newest approved version while it is in use; a stopped one hands over to no older."""
        newest = next((v for v in self.versions if v.release is not None), None)
        if newest is None or newest.release is None:
            return None
        return newest if newest.release.status is ReleaseStatus.IN_USE else None


def browse(desk: Desk, *, account: str) -> tuple[ModelView, ...]:
    """Every model there is, by name.

    Raises
    ------
    NotAllowed
        When the account may not read model cards.
    Unavailable
        When the registry cannot be reached.
    """
    with desk.database.read() as connection:
        accounts.by_name(connection, account).require(Operation.READ_MODELS)
        approved = {r.id: r for r in releases.list_releases(connection, desk.vault)}
    return tuple(
        ModelView(
            name=name,
            title=definition.title,
            unit=definition.unit,
            about_person=definition.about_person,
            card=desk.cards.get(name, ""),
            versions=tuple(
                _version(desk, version, desk.registry.run(version.run_id), approved.get(version.id))
                for version in reversed(desk.registry.versions(name))
            ),
        )
        for name, definition in sorted(desk.models.items())
    )


def _version(desk: Desk, version: Version, run: Run, release: Release | None) -> VersionView:
    if run.digest != version.digest:
        raise Unavailable(
            f"Version {version.id} names another file than its run {run.id}; restore the registry."
        )
    return VersionView(
        id=version.id,
        number=version.number,
        run_id=version.run_id,
        experiment=run.experiment,
        dataset=version.dataset,
        trained_by=version.trained_by,
        trained_at=run.trained_at,
        seed=run.seed,
        digest=version.digest,
        audit=AuditVerdict(version.audit_verdict) if version.audit_verdict else None,
        audit_said=_audit_said(desk, version),
        release=release,
        measures=_measures(run.measures),
        baseline=_measure(run.measures, "baseline_average_precision"),
        gain=_measure(run.measures, "baseline_gain"),
        baseline_feature=run.parameters.get("baseline", ""),
        choice=run.parameters.get("choice", ""),
        prompted={
            slice_: int(run.parameters.get(f"{slice_}_prompted", 0))
            for slice_ in ("train", "calibrate", "test")
        },
    )


def _audit_said(desk: Desk, version: Version) -> str:
    if version.audit_verdict in ("", AuditVerdict.PASS):
        return ""
    from workbench.analysis.audit_words import verdict_sentence

    try:
        report = desk.registry.audit_report(version.audit_digest)
    except (NotFound, CheckFailed) as error:  # the other versions can still be read, and stopped
        return f"It cannot be read. {error}"
    return verdict_sentence(report)


def _measures(flat: Mapping[str, float]) -> tuple[Measure, ...]:
    """Measures of the model itself; ``<name>_low`` and ``<name>_high`` are an interval's ends."""
    names = (n for n in flat if not n.startswith("baseline") and not n.endswith(("_low", "_high")))
    found = (_measure(flat, name) for name in sorted(names))
    return tuple(measure for measure in found if measure is not None)


def _measure(flat: Mapping[str, float], name: str) -> Measure | None:
    if name not in flat:
        return None
    low, high = flat.get(f"{name}_low"), flat.get(f"{name}_high")
    ends = None if low is None or high is None else (low, high)
    return Measure(name=name, value=flat[name], interval=ends)
