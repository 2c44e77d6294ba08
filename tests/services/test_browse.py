"""What the Models page is given; that it is read from a real registry is tested with the page."""

from datetime import UTC, datetime

import pytest

from workbench.domain.release import AuditVerdict, Release, ReleaseStatus
from workbench.services.browse import Measure, ModelView, VersionView, _measures

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
        dataset="town",
        trained_by="P-1",
        trained_at=AT,
        seed=7,
        digest="ab" * 32,
        audit=None,
        release=None if status is None else release(number, status),
        measures=(),
        baseline=None,
        baseline_feature="",
        choice="",
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


def test_measures_carry_their_intervals_and_leave_the_baseline_out() -> None:
    flat = {"auc": 0.8, "auc_low": 0.7, "auc_high": 0.9, "f1": 0.5, "baseline_auc": 0.6}
    assert _measures(flat) == (
        Measure(name="auc", value=0.8, interval=(0.7, 0.9)),
        Measure(name="f1", value=0.5, interval=None),
    )
