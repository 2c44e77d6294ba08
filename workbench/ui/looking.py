"""Look for findings in one case: the models in use go over its records beside the page."""

from typing import TYPE_CHECKING

import streamlit as st

from workbench.domain.account import PERMISSIONS, Account, Operation
from workbench.domain.case import Case
from workbench.services import detect, release
from workbench.services.standing import title_of
from workbench.ui import components, jobs
from workbench.ui.jobs import Job, Progress
from workbench.ui.words import inert

if TYPE_CHECKING:
    from workbench.bootstrap import Desk

SEED = 7  # the same each time, so that looking again draws the same random share


def draw(desk: "Desk", account: Account, case: Case) -> None:
    """A button that starts it, its progress while it runs, and what came of it."""
    if account.role not in PERMISSIONS[Operation.DETECT]:
        return
    held, subject = f"looking_{case.id}", (str(desk.home), case.id)
    running = jobs.of_process().running(subject)
    if running is not None:
        st.session_state[held] = running
    job: Job[int] | None = st.session_state.get(held)
    if job is not None and not job.done:
        jobs.progress(held)
        return
    if job is not None:
        _outcome(job)
    models = _in_use(desk)
    if not models:
        st.caption("No model is in use, so none can look; a supervisor approves one first.")
        return
    titles = ", ".join(title_of(desk, model) for model in models)
    with st.container(horizontal=True, vertical_alignment="center"):
        pressed = st.button("Look for findings", icon=":material/search:", key=f"look_{case.id}")
        st.caption(f"In this case's records, with what is in use: {inert(titles)}.")
    if pressed:
        work = _work(desk, account, case, models)
        st.session_state[held] = jobs.of_process().start(subject, work)
        st.rerun()


def _outcome(job: Job[int]) -> None:
    with components.asking() as asked:
        n = job.result()
    if asked.ok:
        said = "1 finding was" if n == 1 else f"{n} findings were"
        found = f"{said} put before this case" if n else "nothing that does not stand here already"
        st.caption(f":material/check: Looked: {found}.")


def _in_use(desk: "Desk") -> list[str]:
    """Names of the models with a release in use, in order."""
    names = sorted({one.model for one in release.list_releases(desk)})
    return [name for name in names if release.in_use(desk, name) is not None]


def _work(desk: "Desk", account: Account, case: Case, models: list[str]) -> jobs.Work:
    """Detection with each model in turn; gives the number of new findings."""

    def work(tell: Progress) -> int:
        n = 0
        for at, model in enumerate(models):
            n += len(_look(desk, account, case, model, jobs.part(tell, at, len(models))))
        return n

    return work


def _look(desk: "Desk", account: Account, case: Case, model: str, tell: Progress) -> list[str]:
    return detect.detect(
        desk,
        model,
        dataset=case.dataset,
        case=case.id,
        account=account.name,
        seed=SEED,
        progress=tell,
    )
