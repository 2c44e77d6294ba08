"""What the Models page is given; that it is read from a real registry is tested with the page."""

from datetime import UTC, datetime
from pathlib import Path

import builders_training as world
import pytest

from workbench.domain.release import AuditVerdict, Release, ReleaseStatus
from workbench.services.browse import Measure, ModelView, VersionView, browse

AT = datetime(2026, 3, 2, tzinfo=UTC)


def release(number: int, status: ReleaseStatus) -> Release:
    return Release(
        id=f"ties/{number}",
        model="ties",
        version=number,
        digest="ab" * 32,
        run_id="run",
        dataset="town",
        audit=AuditVerdict.PASS,
        audit_digest="cd" * 32,
        trained_by="P-1",
        approved_by="P-2",
        approved_at=AT,
        reason="The audit passed and the card is complete.",
        status=status,
    )


def version(number: int, status: ReleaseStatus | None) -> VersionView:
    return VersionView(
        id=f"ties/{number}",
        number=number,
        run_id="run",
        experiment="1",
        dataset="town",
        trained_by="P-1",
        trained_at=AT,
        seed=7,
        digest="ab" * 32,
        audit=None,
        audit_said="",
        release=None if status is None else release(number, status),
        measures=(),
        baseline=None,
        gain=None,
        baseline_feature="",
        choice="",
        prompted={},
    )


def model(*versions: VersionView) -> ModelView:
    return ModelView(
        name="ties", title="Ties", unit="pair", about_person=True, card="", versions=versions
    )


USED, STOPPED = ReleaseStatus.IN_USE, ReleaseStatus.SUSPENDED


@pytest.mark.parametrize(
    ("statuses", "number"),
    [
        ((None, USED), 1),  # the newest version is only proposed
        ((USED, USED), 2),
        ((STOPPED, USED), None),  # a stopped one hands over to no older
        ((None, None), None),
        ((), None),
    ],
)
def test_in_use_is_the_newest_approved_version_unless_it_was_stopped(
    statuses: tuple[ReleaseStatus | None, ...], number: int | None
) -> None:
    numbers = range(len(statuses), 0, -1)
    made = model(*(version(n, status) for n, status in zip(numbers, statuses, strict=True)))
    used = made.in_use
    assert (used.number if used else None) == number


@pytest.mark.slow
def test_measures_carry_their_intervals_and_leave_the_baseline_out(tmp_path: Path) -> None:
    built = world.home_in_use(tmp_path)
    (made,) = browse(built.desk, account="auditor")
    (shown,) = made.versions
    flat = built.desk.registry.run(shown.run_id).measures
    auc = Measure(name="auc", value=flat["auc"], interval=(flat["auc_low"], flat["auc_high"]))
    assert shown.measure("auc") == auc
    names = [measure.name for measure in shown.measures]
    assert names == sorted(names)
    assert not [n for n in names if n.startswith("baseline") or n.endswith(("_low", "_high"))]
    assert shown.baseline is not None
    assert shown.baseline.value == flat["baseline_average_precision"]
    assert shown.baseline_feature == "calls"
    alone = [measure.name for measure in shown.measures if measure.interval is None]
    assert set(alone) == {name for name in names if f"{name}_low" not in flat}
