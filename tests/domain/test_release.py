"""A release has an approver other than its trainer, and words for it (duty T27)."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from workbench.domain.errors import BadInput, NotAllowed, NotCleared
from workbench.domain.release import AuditVerdict, Release, ReleaseStatus

RELEASE = Release(
    id="ties/1",
    model="ties",
    version=1,
    digest="ab" * 32,
    run_id="run",
    dataset="small-world",
    audit=AuditVerdict.FAIL,
    audit_digest="cd" * 32,
    trained_by="P-TRAINER",
    approved_by="P-SUPERVISOR",
    approved_at=datetime(2026, 1, 31, tzinfo=UTC),
    reason="Excused: measured on synthetic people only.",
)


def test_nobody_approves_what_they_trained() -> None:
    with pytest.raises(BadInput, match="another person must approve"):
        replace(RELEASE, approved_by="P-TRAINER")


@pytest.mark.parametrize("reason", ["", "ok", "xxxxxxxxxxxxxxxx"])
def test_an_approval_says_why_t27(reason: str) -> None:
    with pytest.raises(BadInput, match="reason for releasing"):
        replace(RELEASE, reason=reason)


def test_what_a_release_found_is_acted_on_only_while_it_is_in_use() -> None:
    RELEASE.require_in_use()
    for status in (ReleaseStatus.SUSPENDED, ReleaseStatus.RETIRED):
        with pytest.raises(NotCleared, match=f"is {status}"):
            replace(RELEASE, status=status).require_in_use()


def test_a_trainer_has_no_say_in_what_their_release_found() -> None:
    RELEASE.require_not_trainer("P-OTHER")
    with pytest.raises(NotAllowed, match="another person must"):
        RELEASE.require_not_trainer("P-TRAINER")
