"""A release has an approver other than its trainer, and words for it (duty T27)."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from workbench.domain.errors import BadInput, NotAllowed, NotCleared
from workbench.domain.release import AuditVerdict, Margin, Release, ReleaseStatus

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


def test_another_margin_than_the_models_own_needs_a_reason_of_harm() -> None:
    said = "People of one group would be read for nothing more often."
    assert Margin.chosen(0.05, said) == Margin(gap=0.05, harm=said, own=True)
    assert Margin.chosen(0.05, said, gap=0.05).harm == said
    with pytest.raises(BadInput, match=r"harm that a gap beyond the margin of 0\.02 does"):
        Margin.chosen(0.05, said, gap=0.02)
    other = Margin.chosen(0.05, said, gap=0.02, harm=" Two in a hundred lose their freedom. ")
    assert (other.gap, other.harm, other.own) == (
        0.02,
        "Two in a hundred lose their freedom.",
        False,
    )
    worded = Margin.chosen(0.05, said, harm="Said in words of this audit.")
    assert (worded.gap, worded.harm, worded.own) == (0.05, "Said in words of this audit.", True)


def test_a_model_without_a_reason_has_no_margin() -> None:
    with pytest.raises(BadInput, match="say it in a sentence"):
        Margin.chosen(0.05, "")
