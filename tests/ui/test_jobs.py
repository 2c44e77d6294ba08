"""Jobs beside the page: one for each subject, told as they go, their errors kept for the page."""

import threading

import pytest

from workbench.domain.errors import NotCleared
from workbench.ui import jobs
from workbench.ui.jobs import Job, Jobs, Progress, Stopped


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


def test_a_stop_ends_the_work_before_its_next_step() -> None:
    at_work, go_on = threading.Event(), threading.Event()
    written: list[str] = []

    def work(tell: Progress) -> int:
        tell("reading", 0.1)
        at_work.set()
        assert go_on.wait(20)
        tell("writing", 0.7)
        written.append("a dataset")
        return 1

    job = Jobs().start("C-1", work)
    assert at_work.wait(20)
    job.stop()
    go_on.set()
    with pytest.raises(Stopped, match="start it again"):
        finished(job).result()
    assert written == []


def test_a_stop_that_comes_when_all_is_done_undoes_nothing() -> None:
    go_on = threading.Event()

    def work(tell: Progress) -> int:
        assert go_on.wait(20)
        tell("done", 1.0)
        return 5

    job = Jobs().start("C-1", work)
    job.stop()
    go_on.set()
    assert finished(job).result() == 5
