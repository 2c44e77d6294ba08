"""Long work beside the page: started once, drawn every second, done whoever is looking."""

import threading
from collections.abc import Callable, Hashable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any, Generic, TypeVar

import streamlit as st

from workbench.domain.errors import WorkbenchError
from workbench.ui.words import inert

Progress = Callable[[str, float], None]
Work = Callable[[Progress], int]
Result = TypeVar("Result")


class Stopped(WorkbenchError):
    """A person stopped the work before its next step."""


class Job(Generic[Result]):
    """Work in a thread of its own. `doing` says what it does, `share` (0 to 1) how far it is."""

    def __init__(self, work: Callable[[Progress], Result], pool: ThreadPoolExecutor) -> None:
        self.doing = "Waiting for its turn"
        self.share = 0.0
        self._stopping = False
        self._work: Future[Result] = pool.submit(work, self._tell)

    @property
    def done(self) -> bool:
        return self._work.done()

    def stop(self) -> None:
        """Let it go no further than its next step. What is done already stays done."""
        self._stopping = True

    def result(self) -> Result:
        """What the work returned, once done; raises what it raised."""
        return self._work.result()

    def when_done(self, then: Callable[[], None]) -> None:
        """Have `then` called once the work is over, at once where it is."""
        self._work.add_done_callback(lambda _: then())

    def _tell(self, doing: str, share: float) -> None:
        if self._stopping and share < 1:
            raise Stopped("It was stopped before it was done; start it again when you like.")
        self.doing, self.share = doing, min(max(share, 0.0), 1.0)


class Jobs:
    """The jobs of this process, one at a time, and one for each subject until it is done."""

    def __init__(self) -> None:
        self._pool = ThreadPoolExecutor(max_workers=1, thread_name_prefix="job")
        self._lock = threading.Lock()
        self._running: dict[Hashable, Job[Any]] = {}

    def start(self, subject: Hashable, work: Callable[[Progress], Result]) -> Job[Result]:
        """A job that does `work`; the one that is under way on this subject where there is one."""
        with self._lock:
            job = self._running.get(subject)
            if job is None or job.done:
                job = self._running[subject] = Job(work, self._pool)
            return job

    def running(self, subject: Hashable) -> Job[Any] | None:
        """The job that is under way on this subject, whoever started it."""
        with self._lock:
            job = self._running.get(subject)
        return None if job is None or job.done else job


def part(tell: Progress, at: int, of: int) -> Progress:
    """Progress of the part `at` of `of`, told as progress of the whole."""
    return lambda doing, share: tell(doing, (at + share) / of)


@st.cache_resource(show_spinner=False)
def of_process() -> Jobs:
    """The jobs that all sessions of this process share."""
    return Jobs()


@st.fragment(run_every=1)
def progress(key: str, *, may_stop: bool = False) -> None:
    """A bar for the job kept under `key` in `st.session_state`. At its end the page is redrawn.

    Where `may_stop`, a button beside it stops the work before its next step.
    """
    job: Job[Any] = st.session_state[key]
    if job.done:
        st.rerun()
    if not may_stop:
        st.progress(job.share, text=inert(job.doing))
        return
    with st.container(horizontal=True, vertical_alignment="center"):
        st.progress(job.share, text=inert(job.doing))
        if st.button("Stop", icon=":material/stop_circle:", key=f"stop_{key}"):
            job.stop()
