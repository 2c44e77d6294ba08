"""Bringing data: upload, see what it would become, map it, and only then ingest it."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import streamlit as st

from workbench.domain.account import Account, Role
from workbench.services import ingest, upload
from workbench.services.upload import Incoming, Look, TableLook
from workbench.ui import components, jobs, mapping_form
from workbench.ui.dataset_view import rejected_rows
from workbench.ui.jobs import Job, Progress
from workbench.ui.mapping_form import Chosen
from workbench.ui.words import inert, number

if TYPE_CHECKING:
    from workbench.bootstrap import Desk

_KINDS = {
    True: "Synthetic: nothing in it is about a real person",
    False: "Collected: it may be about real people",
}
_LOOKING, _INGESTING, _HELD, _CHOSEN = "bring_look", "bring_ingest", "bring_upload", "bring_chosen"


def show(desk: "Desk", account: Account) -> None:
    """The whole way from a file to a dataset that waits for acceptance."""
    if st.button("All data", icon=":material/arrow_back:", type="tertiary", key="all_data"):
        _forget(desk, account)
        st.query_params.clear()
        st.rerun()
    components.title(
        "Bring data", "See what a file would become before anything is written, then ingest it."
    )
    held: Incoming | None = st.session_state.get(_HELD)
    if held is None:
        _choose(desk, account)
        return
    with st.container(horizontal=True, vertical_alignment="center"):
        named = st.session_state[f"{_HELD}_names"]
        st.caption(f"Uploaded: {inert(named)}")
        if st.button("Discard it", icon=":material/delete:", type="tertiary", key="discard"):
            _forget(desk, account)
            st.rerun()
    if held.left_out:
        st.caption(f"Left out, as dataset.toml does not name them: {held.left_out}.")
    seen = _looked(desk, account, held)
    if seen is not None:
        _show_look(seen)
        if seen.columns:
            _mapping(desk, account, held, seen)
        _ingest(desk, account, held, seen)


def _choose(desk: "Desk", account: Account) -> None:
    if account.role is Role.DATA_SCIENTIST:
        st.caption("Your role brings synthetic data only.")
    drawn = st.session_state.setdefault("bring_drawn", 0)
    given = st.file_uploader(
        "One file, or the files of a dataset folder with its dataset.toml",
        type=[*(suffix[1:] for suffix in upload.SUFFIXES), "toml"],
        accept_multiple_files=True,
        max_upload_size=upload.MAX_MB,
        key=f"bring_files_{drawn}",
    )
    st.caption(
        f"Up to {upload.MAX_MB} MB a file; larger ones are ingested at the command line. Nothing "
        "is kept that you do not ingest."
    )
    if not st.button("Look at it", type="primary", disabled=not given, key="look_at_it"):
        return
    with components.asking() as asked:
        held = upload.take_in(
            desk, [(one.name, one.getvalue()) for one in given], account=account.name
        )
    if asked.ok:
        st.session_state[_HELD] = held
        st.session_state[f"{_HELD}_names"] = ", ".join(one.name[:80] for one in given[:12])
        st.session_state["bring_drawn"] = drawn + 1
        st.rerun()


def _forget(desk: "Desk", account: Account) -> None:
    """Remove what was uploaded and is not ingested, here and on disk."""
    held: Incoming | None = st.session_state.get(_HELD)
    for key in (_LOOKING, _INGESTING):
        job: Job[Any] | None = st.session_state.pop(key, None)
        if job is not None:
            job.stop()
    for key in (_HELD, f"{_HELD}_names", _CHOSEN):
        st.session_state.pop(key, None)
    if held is not None:
        upload.discard(desk, held.id, account=account.name)


def _looked(desk: "Desk", account: Account, held: Incoming) -> Look | None:
    """What it would become, None while that is worked out or when it cannot be read."""
    job: Job[Look] | None = st.session_state.get(_LOOKING)
    if job is None:
        work = _look(desk, account, held)
        job = jobs.of_process().start(("look", held.id), work)
        st.session_state[_LOOKING] = job
    if not job.done:
        jobs.progress(_LOOKING, may_stop=True)
        return None
    with components.asking() as asked:
        seen = job.result()
    if asked.ok:
        return seen
    with st.container(horizontal=True):
        if st.button("Look again", icon=":material/refresh:", key="look_again"):
            _look_again()
        if st.session_state.get(_CHOSEN) and st.button("Read it as proposed", key="as_proposed"):
            del st.session_state[_CHOSEN]
            _look_again()
    return None


def _look(
    desk: "Desk", account: Account, held: Incoming, said: dict[str, Any] | None = None
) -> Callable[[Progress], Look]:
    """The work of reading it, as it was mapped where somebody mapped it."""
    chosen: Chosen | None = st.session_state.get(_CHOSEN)

    def work(tell: Progress) -> Look:
        return upload.look(
            desk,
            held.id,
            account=account.name,
            said=said,
            chosen=None if chosen is None else chosen.meanings,
            sensitive=() if chosen is None else chosen.sensitive,
            progress=tell,
        )

    return work


def _look_again() -> None:
    st.session_state.pop(_LOOKING, None)
    st.rerun()


def _show_look(seen: Look) -> None:
    report = seen.report
    counts = ", ".join(f"{number(n)} × {kind}" for kind, n in report.counts.items()) or "nothing"
    st.markdown(
        f"**{number(report.accepted)} of {number(report.n_rows)} rows can be used.** "
        f"They become {inert(counts)}."
    )
    if seen.refusal:
        st.error(inert(seen.refusal), icon=":material/error:")
    for at, table in enumerate(seen.tables):
        again = at and table.head.equals(seen.tables[at - 1].head)
        _table(table, with_rows=not again)
    if report.rejected:
        with st.expander(f"Rows that would be kept out ({number(len(report.rejected))})"):
            rejected_rows(report.as_json()["rejected"], "uploaded")


def _table(table: TableLook, *, with_rows: bool) -> None:
    st.subheader(inert(f"{table.in_words[0].upper()}{table.in_words[1:]}"), anchor=False)
    read_as = [f"{column} is read as {words}" for column, words in table.read_as.items()]
    as_text = [
        column
        for column in table.head.columns
        if column not in table.read_as and column not in table.sensitive
    ]
    said = [
        f"{'; '.join(read_as)}." if read_as else "No column is mapped.",
        f"Kept as text: {', '.join(as_text)}." if as_text else "",
        f"Sealed, for bias audits alone: {', '.join(table.sensitive)}." if table.sensitive else "",
    ]
    st.caption(inert(" ".join(part for part in (f"Table {table.name}.", *said) if part)))
    if not with_rows:
        return
    if table.head.empty:
        components.empty("No row of it can be used.", "See the rows that would be kept out.")
        return
    st.dataframe(table.head, hide_index=True, key=f"head_{table.name}")
    st.caption(f"The first {len(table.head)} of {number(table.n_rows)} rows")


def _mapping(desk: "Desk", account: Account, held: Incoming, seen: Look) -> None:
    with st.expander("Read the columns otherwise", icon=":material/tune:"):
        before = st.session_state.get(_CHOSEN)
        chosen = mapping_form.draw(seen, before)
        if chosen is not None:
            st.session_state[_CHOSEN] = chosen
            _look_again()
        if before is not None and st.button("Read it as proposed", key="as_proposed"):
            del st.session_state[_CHOSEN]
            _look_again()


def _ingest(desk: "Desk", account: Account, held: Incoming, seen: Look) -> None:
    """What the person says of it, and the step that writes."""
    st.header("Ingest it", anchor=False, divider="gray")
    job: Job[str] | None = st.session_state.get(_INGESTING)
    running = job is not None and not job.done
    said = _statement(held, running or bool(seen.refusal))
    if running:
        jobs.progress(_INGESTING, may_stop=True)
        return
    if job is not None:
        with components.asking() as asked:
            name = job.result()
        if asked.ok:
            _forget(desk, account)
            st.query_params.clear()
            st.query_params["dataset"] = name
            st.rerun()
    if said is None:
        return
    if not held.is_folder and said["synthetic"] is None:
        st.error("Say whether it is synthetic; nothing is preset.", icon=":material/error:")
        return

    look = _look(desk, account, held, said) if st.session_state.get(_CHOSEN) else None

    def work(tell: Progress) -> str:
        path = seen.path if look is None else look(jobs.part(tell, 0, 2)).path
        report = ingest.ingest(
            desk,
            path,
            account=account.name,
            name=said["name"],
            stated=None if held.is_folder else said,
            progress=tell if look is None else jobs.part(tell, 1, 2),
        )
        return report.dataset

    st.session_state[_INGESTING] = jobs.of_process().start(("ingest", held.id), work)
    st.rerun()


def _statement(held: Incoming, is_closed: bool) -> dict[str, Any] | None:
    """The form; what it says once it is sent, else None."""
    with st.form("bring_form", border=False):
        name = st.text_input(
            "Name", value=held.name, help="a-z, 0-9, - and _; what it is called ever after"
        )
        said: dict[str, Any] = {"name": name}
        if not held.is_folder:
            said |= _sheet(held)
        st.caption("It then waits for a supervisor, who reads its quality and accepts it.")
        sent = st.form_submit_button(
            "Ingest it", type="primary", icon=":material/database:", disabled=is_closed
        )
    return said if sent else None


def _sheet(held: Incoming) -> dict[str, Any]:
    left, right = st.columns(2)
    title = left.text_input("Title", placeholder="What a person reads in the list")
    licence = right.text_input("Licence", placeholder="CC0-1.0, or who permits its use")
    kind = st.radio("What it is", list(_KINDS), index=None, format_func=lambda one: _KINDS[one])
    origin = left.text_input("Origin", placeholder="Who collected or made it, when, from what")
    purpose = right.text_input("Purpose", placeholder="What it was made or collected for")
    return {
        "title": title.strip() or held.name,
        "licence": licence.strip() or "unknown",
        "synthetic": kind,
        "origin": origin.strip(),
        "purpose": purpose.strip(),
    }
