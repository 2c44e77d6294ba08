"""Long work beside the page: started once, drawn every second, done whoever is looking."""

import threading
from collections.abc import Callable, Hashable
from concurrent.futures import Future, ThreadPoolExecutor

import streamlit as st

from workbench.ui.words import inert

Progress = Callable[[str, float], None]
Work = Callable[[Progress], int]


class Job:
    """Work in a thread of its own. `doing` says what it does, `share` (0 to 1) how far it is."""

    def __init__(self, work: Work, pool: ThreadPoolExecutor) -> None:
        self.doing = "Waiting for its turn"
        self.share = 0.0
        self._work: Future[int] = pool.submit(work, self._tell)

    @property
    def done(self) -> bool:
        return self._work.done()

    def result(self) -> int:
        """What the work returned, once done; raises what it raised."""
        return self._work.result()

    def when_done(self, then: Callable[[], None]) -> None:
        """Have `then` called once the work is over, at once where it is."""
        self._work.add_done_callback(lambda _: then())

    def _tell(self, doing: str, share: float) -> None:
        self.doing, self.share = doing, min(max(share, 0.0), 1.0)


class Jobs:
    """The jobs of this process, one at a time, and one for each subject until it is done."""

    def __init__(self) -> None:
        self._pool = ThreadPoolExecutor(max_workers=1, thread_name_prefix="job")
        self._lock = threading.Lock()
        self._running: dict[Hashable, Job] = {}

    def start(self, subject: Hashable, work: Work) -> Job:
        """A job that does `work`; the one that is under way on this subject where there is one."""
        with self._lock:
            job = self._running.get(subject)
            if job is None or job.done:
                job = self._running[subject] = Job(work, self._pool)
            return job

    def running(self, subject: Hashable) -> Job | None:
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
def progress(key: str) -> None:
    """A bar for the job kept under `key` in `st.session_state`. At its end the page is redrawn."""
    job: Job = st.session_state[key]
    if job.done:
        st.rerun()
    st.progress(job.share, text=inert(job.doing))
