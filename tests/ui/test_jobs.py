"""Jobs beside the page: one for each subject, told as they go, their errors kept for the page."""

import threading

import pytest

from workbench.domain.errors import NotCleared
from workbench.ui import jobs
from workbench.ui.jobs import Job, Jobs, Progress


def finished(job: Job[int]) -> Job[int]:
    """The job once it is over, whichever way."""
    over = threading.Event()
    job.when_done(over.set)
    assert over.wait(20)
    return job


def test_a_second_start_on_the_same_subject_is_the_job_under_way() -> None:
    go_on = threading.Event()
    ran: list[int] = []

    def work(tell: Progress) -> int:
        ran.append(1)
        assert go_on.wait(20)
        return 3

    held = Jobs()
    first = held.start("C-1", work)
    assert held.start("C-1", work) is first
    assert held.running("C-1") is first
    assert held.running("C-2") is None
    go_on.set()
    assert finished(first).result() == 3
    assert ran == [1]
    assert held.running("C-1") is None
    assert held.start("C-1", work) is not first


def test_a_job_says_what_it_does_and_how_far_it_is() -> None:
    job = Jobs().start("C-1", lambda tell: tell("sealing", 1.5) or 0)
    assert finished(job).done
    assert (job.doing, job.share) == ("sealing", 1.0)


def test_what_a_job_raised_rises_where_its_result_is_asked_for() -> None:
    def work(tell: Progress) -> int:
        raise NotCleared("No release is in use; approve one first.")

    with pytest.raises(NotCleared, match="approve one"):
        finished(Jobs().start("C-1", work)).result()


def test_parts_are_told_as_shares_of_the_whole() -> None:
    told: list[tuple[str, float]] = []
    jobs.part(lambda doing, share: told.append((doing, share)), 1, 2)("half of the second", 0.5)
    assert told == [("half of the second", 0.75)]
