"""Decision log: what was decided, on what ground, and can I prove it."""

from datetime import datetime
from typing import TYPE_CHECKING

import streamlit as st

from workbench.domain.account import Account, Operation, Role
from workbench.domain.log import EntryKind
from workbench.services import verify
from workbench.services.verify import Step
from workbench.ui import components, proof, session
from workbench.ui.words import ago, inert, local, utc

if TYPE_CHECKING:
    from workbench.bootstrap import Desk
    from workbench.services.verify import LogReport

_FINDING, _ACCOUNT, _CASE, _SAMPLE = "A finding", "An account", "A case", "A random sample"
_ICONS = {
    EntryKind.FINDING_SEALED: "lock",
    EntryKind.FINDING_OPENED: "visibility",
    EntryKind.JUDGEMENT: "edit_note",
    EntryKind.DECISION: "gavel",
    EntryKind.ACTION: "bolt",
    EntryKind.EXPORT: "ios_share",
    EntryKind.DISCLOSURE: "ios_share",
    EntryKind.REFUSED_ATTEMPT: "block",
    EntryKind.RELEASE_PROMOTED: "verified",
    EntryKind.RELEASE_SUSPENDED: "front_hand",
    EntryKind.CONSULTATION: "search",
}
_TOLD = 60  # a story longer than this is shown as a table
_SAMPLED = 20


def page() -> None:
    desk, account = session.current()
    session.require(account, Operation.READ_LOG)
    components.title(
        "Decision log", "What was decided, on what ground, and whether it can be proved."
    )
    _whole(desk, account)
    st.space("small")
    _ask(desk, account)
    _answer(desk, account)


def _whole(desk: "Desk", account: Account) -> None:
    """Verify and export: what one can do with the log as a whole."""
    with st.container(horizontal=True, vertical_alignment="center"):
        if st.button("Verify now", icon=":material/verified_user:", type="primary", key="verify"):
            _verify(desk, account)
        if account.role is Role.AUDITOR and st.button(
            "Export the log", icon=":material/download:", key="export"
        ):
            _export(desk, account)
    report = st.session_state.get("log:report")
    if report is not None:
        _show_report(report)
    exported = st.session_state.get("log:export")
    if exported is not None:
        _show_export(*exported)


def _verify(desk: "Desk", account: Account) -> None:
    with (
        st.spinner("Checking every entry, signature, row and step of the gate", show_time=True),
        components.asking(),
    ):
        report = verify.verify(desk, account=account.name)
        st.session_state["log:report"] = (report, desk.now())


def _show_report(held: "tuple[LogReport, datetime]") -> None:
    report, at = held
    under = (
        f"signed checkpoints: {report.n_checkpoints:,}; entries since the last: "
        f"{report.n_unsigned:,}"
    )
    if report.n_faults:
        st.error(
            f"**The log is not sound:** {report.n_faults:,} faults in {report.size:,} entries; "
            f"{under}.",
            icon=":material/gpp_bad:",
        )
        st.dataframe(
            [{"Entry": f.index, "Code": f.code, "What": f.message} for f in report.faults],
            hide_index=True,
        )
    else:
        st.success(
            f"**The log is sound:** {report.size:,} entries; {under}.",
            icon=":material/verified_user:",
        )
    seal = "Co-signed by a witness" if report.witnessed else "Not independently witnessed"
    with st.container(horizontal=True, vertical_alignment="center"):
        st.caption(f"{seal}. Verified {local(at)}. Root:", width="content")
        components.identifier(report.root_hash, key="log_root")
    st.caption(report.contents_sentence())


def _export(desk: "Desk", account: Account) -> None:
    path = desk.home / "exports" / f"log-{desk.now():%Y%m%dT%H%M%SZ}.jsonl"
    with (
        st.spinner("Signing, then writing every entry with its proof", show_time=True),
        components.asking(),
    ):
        path.parent.mkdir(parents=True, exist_ok=True)
        n_entries = verify.export(desk, path, account=account.name)
        st.session_state["log:export"] = (path.name, n_entries, path.read_bytes())


def _show_export(name: str, n_entries: int, content: bytes) -> None:
    with st.container(border=True):
        st.markdown(f"**{n_entries:,} entries are ready, and that you took them is logged.**")
        st.caption(
            "Whoever has this file and keys/log.pub can check it with workbench/verify.py, "
            "with nothing installed."
        )
        st.download_button("Download", content, file_name=name, icon=":material/download:")


def _ask(desk: "Desk", account: Account) -> None:
    auditor = account.role is Role.AUDITOR
    wanted = st.query_params.get("finding", "")
    questions = [_FINDING, _ACCOUNT, _CASE, _SAMPLE] if auditor else [_FINDING, _CASE, _ACCOUNT]
    question = st.segmented_control(
        "Show everything on",
        questions,
        default=_FINDING if wanted else None,
        key="question",
        format_func=lambda name: "Myself" if name == _ACCOUNT and not auditor else name,
    )
    if question is None:
        components.empty(
            "Choose what to look up.",
            "Reading the log is logged too: who looked, and at what.",
        )
        return
    with st.form("ask", border=False), st.container(horizontal=True, vertical_alignment="bottom"):
        given = _field(question, account, wanted)
        asked = st.form_submit_button("Show", icon=":material/search:")
    if asked:
        with components.asking() as outcome:
            st.session_state["log:story"] = _steps(desk, account, question, given)
        if not outcome.ok:
            st.session_state.pop("log:story", None)


def _field(question: str, account: Account, wanted: str) -> str:
    if question == _FINDING:
        return st.text_input("Finding", value=wanted, placeholder="F-…", key="f", width=320).strip()
    if question == _CASE:
        return st.text_input("Case", placeholder="C-0017", key="c", width=320).strip()
    if question == _SAMPLE:
        seed = st.number_input(
            "Seed",
            min_value=0,
            value=None,
            step=1,
            placeholder="any number; note it to draw the same again",
            key="s",
            width=320,
        )
        return "" if seed is None else str(seed)
    if account.role is Role.AUDITOR:
        return st.text_input("Account", placeholder="P-…", key="a", width=320).strip()
    st.caption("What you read, judged, decided and did.", width=320)
    return account.id


def _steps(
    desk: "Desk", account: Account, question: str, given: str
) -> tuple[str, str, list[Step]]:
    if question == _SAMPLE:
        seed = int(given or 0)
        drawn = verify.sample(desk, account=account.name, n=_SAMPLED, seed=seed)
        n = f"{len(drawn)} {'decision' if len(drawn) == 1 else 'decisions'}"
        return question, f"{n} drawn with seed {seed}", drawn
    steps = verify.story(
        desk,
        account=account.name,
        finding_id=given if question == _FINDING else "",
        account_id=given if question == _ACCOUNT else "",
        case_id=given if question == _CASE else "",
    )
    return question, given, steps


def _answer(desk: "Desk", account: Account) -> None:
    held = st.session_state.get("log:story")
    if held is None or held[0] != st.session_state.get("question"):
        return
    _, subject, steps = held
    st.subheader(inert(subject), anchor=False)
    if not steps:
        components.empty(
            "The log says nothing of it that you may see.",
            "What others said of a finding shows once you have decided on it yourself.",
        )
        return
    simulated = sum(step.simulated for step in steps)
    count = f"{len(steps):,} {'entry' if len(steps) == 1 else 'entries'}, oldest first"
    st.caption(f"{count}; {simulated:,} by simulated accounts." if simulated else f"{count}.")
    if len(steps) > _TOLD or held[0] != _FINDING:
        _table(desk, account, steps)
    else:
        _tell(desk, account, steps)


def _tell(desk: "Desk", account: Account, steps: list[Step]) -> None:
    """A story in time: one line for each step, with how long after the one before."""
    before = None
    for step in steps:
        when, what, later, proof_of = st.columns([2.3, 6.2, 1.4, 0.7], vertical_alignment="center")
        after = "" if before is None else ago(before, now=step.at).replace("ago", "later")
        when.caption(local(step.at), help=utc(step.at))
        icon = _ICONS.get(step.kind, "circle")
        who = "You" if step.by == account.id else step.by
        what.markdown(f":material/{icon}: **{inert(who)}** {inert(step.says)}")
        later.caption(after if after.endswith("later") else "")
        if proof_of.button("Proof", key=f"proof_{step.index}", type="tertiary"):
            _prove(desk, account, step.index)
        before = step.at


def _table(desk: "Desk", account: Account, steps: list[Step]) -> None:
    chosen = st.dataframe(
        [
            {
                "Entry": step.index,
                "When": local(step.at),
                "Who": "You" if step.by == account.id else step.by,
                "What": step.says,
                "Finding": step.finding,
                "Case": step.case,
                "Simulated": "simulated" if step.simulated else "",
            }
            for step in steps
        ],
        key="log_table",
        hide_index=True,
        on_select="rerun",
        selection_mode="single-row",
        column_config={
            "Entry": st.column_config.NumberColumn(width="small", format="%d"),
            "What": st.column_config.TextColumn(width="large"),
        },
    )
    st.caption("Choose a row to see its proof.")
    if chosen.selection.rows:
        _prove(desk, account, steps[chosen.selection.rows[0]].index)


@st.dialog("Proof that the entry stands in the log", width="large")
def _prove(desk: "Desk", account: Account, index: int) -> None:
    with components.asking() as asked:
        if not verify.receipt(desk, index, account=account.name).note:
            verify.checkpoint(desk, account=account.name)
        receipt = verify.receipt(desk, index, account=account.name)
    if not asked.ok:
        return
    steps = proof.rungs(receipt.leaf_hash, receipt.index, receipt.size, receipt.path)
    reached = steps[-1].joined if steps else receipt.leaf_hash
    if reached == proof.signed_root(receipt.note):
        st.markdown(
            f"From entry {index:,}, {len(steps)} steps lead to the root that the log's key "
            "signed. Change one letter of the entry and they lead elsewhere."
        )
    else:
        st.error("These steps do not lead to the signed root. Verify the log now.")
    dark = st.context.theme.type == "dark"
    st.image(proof.picture(receipt.leaf_hash, index, receipt.size, steps, dark=dark))
    with st.expander("The signed checkpoint, as it stands in the log"):
        st.code(receipt.note, language=None, wrap_lines=True)


page()
