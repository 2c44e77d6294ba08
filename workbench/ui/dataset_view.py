"""One dataset: its quality, its datasheet, its rejected rows, and its acceptance."""

import json
from typing import TYPE_CHECKING, Any

import pandas as pd
import streamlit as st

from workbench.domain.account import PERMISSIONS, Account, Operation
from workbench.services import catalogue, datasheet, ingest
from workbench.services.catalogue import DatasetView
from workbench.ui import components, quality_view
from workbench.ui.words import ago, inert, number, short, utc

if TYPE_CHECKING:
    from workbench.bootstrap import Desk

_SHOWN = 500  # rows of a table on the page; the file to save has all


def show(desk: "Desk", account: Account, name: str) -> None:
    """The dataset of that name, with a way back to all."""
    if st.button("All data", icon=":material/arrow_back:", type="tertiary", key="all_data"):
        st.query_params.clear()
        st.rerun()
    listed = catalogue.catalogue(desk, account=account.name)
    one = next((view for view in listed if view.name == name), None)
    if one is None:
        components.empty(
            "There is no dataset of that name.", "It may bear another name; look at all data."
        )
        return
    _head(desk, account, one)
    report = catalogue.quality(desk, name, account=account.name)
    views = {
        "Quality": lambda: _quality(desk, account, one, report),
        "Datasheet": lambda: _datasheet(desk, account, one),
        f"Rejected rows ({one.n_rejected})": lambda: rejected_rows(
            report.get("rejected", []), name
        ),
    }
    names = {view.split(" (")[0]: view for view in views}
    chosen = st.segmented_control(
        "Of the dataset",
        list(names),
        default="Quality",
        required=True,
        format_func=lambda view: names[view],
        key=f"view_{name}",
        label_visibility="collapsed",
    )
    views[names[str(chosen)]]()


def state(one: DatasetView) -> None:
    """What is true of the dataset, in small labels."""
    if not one.is_there:
        st.badge("files missing", color="red", help="They were moved or removed; restore them.")
    if one.synthetic:
        st.badge("synthetic", color="gray", help="Nothing in it is about a real person.")
    if one.n_rejected:
        st.badge(f"{number(one.n_rejected)} rejected", color="gray")
    if one.accepted_at:
        st.badge("accepted", color="green", help="Models may learn from it and run on it.")
    else:
        st.badge(
            "waits for acceptance",
            color="orange",
            help="It can be explored. No model learns from it or runs on it yet.",
        )


def since(desk: "Desk", account: Account, one: DatasetView) -> str:
    """When it came and when it was accepted, by whom."""
    said = f"Ingested {ago(one.ingested_at, now=desk.now())} by {_whom(account, one.ingested_by)}"
    if one.accepted_at is None:
        return f"{said}."
    accepted = ago(one.accepted_at, now=desk.now())
    return f"{said}, accepted {accepted} by {_whom(account, one.accepted_by)}."


def rejected_rows(rows: list[dict[str, Any]], name: str) -> None:
    """Rows that were kept out, to search and to save. Reasons hold no cell."""
    if not rows:
        components.empty("No row was rejected.", "Every delivered row stands in the dataset.")
        return
    frame = pd.DataFrame(rows, columns=["file", "row", "code", "reason"])
    with st.container(horizontal=True, vertical_alignment="bottom"):
        words = st.text_input(
            "Search", placeholder="File, row, code or reason", key=f"rejects_{name}", width=340
        )
        codes = ["every code", *sorted(frame["code"].unique())]
        code = st.selectbox("Code", codes, key=f"code_{name}", width=220)
        st.space("stretch")
        st.download_button(
            "Save them all (CSV)",
            lambda: catalogue.rejected_table(rows),
            file_name=f"{name}-rejected-rows.csv",
            mime="text/csv",
            icon=":material/download:",
            key=f"save_rejected_{name}",
        )
    text = frame.astype(str).agg(" ".join, axis=1).str.casefold()
    kept = frame["code"].eq(code) if code != codes[0] else frame["code"].notna()
    for word in words.casefold().split():
        kept &= text.str.contains(word, regex=False)
    found = frame[kept]
    more = f", the first {_SHOWN} of them here" if len(found) > _SHOWN else ""
    st.caption(f"{len(found):,} of {len(frame):,} rejected rows{more}")
    if found.empty:
        components.empty("No rejected row has these words.", "Search for fewer or other words.")
        return
    shown = found.head(_SHOWN).rename(columns=str.capitalize)
    st.dataframe(
        shown,
        hide_index=True,
        column_config={"Reason": st.column_config.TextColumn(width=640)},
        key=f"rejected_{name}",
    )


def _whom(account: Account, pseudonym: str) -> str:
    return "you" if pseudonym == account.id else inert(short(pseudonym))


def _head(desk: "Desk", account: Account, one: DatasetView) -> None:
    with st.container(horizontal=True, vertical_alignment="center"):
        st.title(inert(one.title), anchor=False, width="content")
        state(one)
    counts = ", ".join(f"{number(n)} × {kind}" for kind, n in one.counts.items())
    states = [state for state in one.member_states if state != "unknown"]
    whence = f"From {', '.join(states)}" if states else "No Member State is stated"
    st.caption(
        f"{inert(one.name)}: {number(one.n_rows)} rows, {number(one.n_links)} links; "
        f"{inert(counts)}. {inert(whence)}. "
        f"{since(desk, account, one)}",
        help=f"Ingested {utc(one.ingested_at)}",
    )


def _quality(desk: "Desk", account: Account, one: DatasetView, report: dict[str, Any]) -> None:
    quality_view.show(report, one.name)
    if one.accepted_at is None:
        _acceptance(desk, account, one, quality_view.breached(report))


def _acceptance(
    desk: "Desk", account: Account, one: DatasetView, breached: tuple[str, ...]
) -> None:
    st.header("Accept it for models", anchor=False, divider="gray")
    if account.role not in PERMISSIONS[Operation.ACCEPT_DATA]:
        st.caption(
            "It waits for a supervisor, who reads this report and accepts it in writing. Until "
            "then it can be explored, and no model learns from it or runs on it."
        )
        return
    form = f"accept_{one.name}_{one.sha256[:12]}"
    with st.form(form, border=False):
        reason = st.text_area(
            "Why it may be used",
            height=80,
            placeholder="What you read in this report, and what the data is fit for",
            key=f"reason_{form}",
        )
        excuse = ""
        if breached:
            excuse = st.text_area(
                f"Why it may be used although it breaches {inert(_listed(breached))}",
                height=80,
                key=f"excuse_{form}",
            )
        given = st.form_submit_button("Accept the dataset", icon=":material/verified:")
    if not given:
        return
    with components.asking() as asked:
        ingest.accept(
            desk,
            one.name,
            account=account.name,
            reason=reason,
            key=components.key_of(form),
            excuse=excuse or None,
        )
    if asked.ok:
        components.renew(form)
        st.rerun()


def _listed(names: tuple[str, ...]) -> str:
    return ", ".join(name.replace("_", " ") for name in names)


def _datasheet(desk: "Desk", account: Account, one: DatasetView) -> None:
    sheet = datasheet.read(desk, one.name, account=account.name)
    with st.container(horizontal=True, vertical_alignment="center"):
        st.download_button(
            "Save as Croissant",
            lambda: json.dumps(datasheet.as_croissant(sheet), ensure_ascii=False, indent=1),
            file_name=f"{one.name}-croissant.json",
            mime="application/ld+json",
            icon=":material/download:",
            help="JSON-LD that data catalogues and loaders read (MLCommons Croissant 1.0).",
            key=f"croissant_{one.name}",
        )
        st.caption("SHA-256 of what was delivered", width="content")
        components.identifier(one.sha256, key=f"sha_{one.name}")
    with st.container(width=820):
        _facts(sheet)
    _files(sheet, one.name)
    if sheet.not_stated:
        st.subheader("What it does not say", anchor=False)
        st.markdown("\n".join(f"- {inert(sentence)}" for sentence in sheet.not_stated))


def _facts(sheet: datasheet.Datasheet) -> None:
    if sheet.description:
        st.markdown(inert(sheet.description))
    facts = {
        "Purpose": sheet.purpose,
        "Not for": sheet.not_for,
        "Origin": sheet.origin,
        "Made by": sheet.made_by,
        "Covers": " to ".join(day for day in (sheet.first_day, sheet.last_day) if day),
        "Version": ", ".join(part for part in (sheet.version, sheet.published_on) if part),
        "Licence": sheet.licence,
        "Creator": sheet.creator,
        "Cite as": sheet.citation,
        "Sensitive": ", ".join(sheet.sensitive)
        + (f". {sheet.sensitive_reason}" if sheet.sensitive_reason else ""),
    }
    st.markdown("  \n".join(f"**{what}:** {inert(said)}" for what, said in facts.items() if said))
    for heading, sentences in (
        ("Known problems", sheet.known_problems),
        ("Known biases", sheet.known_biases),
    ):
        if sentences:
            st.subheader(heading, anchor=False)
            st.markdown("\n".join(f"- {inert(sentence)}" for sentence in sentences))


def _files(sheet: datasheet.Datasheet, name: str) -> None:
    st.subheader("Files and columns", anchor=False)
    if not sheet.files:
        components.empty(
            "Its files are not described.", "It was ingested before datasheets; ingest it again."
        )
        return
    chosen = st.selectbox(
        "File", [file.file for file in sheet.files], key=f"file_{name}", width=340
    )
    file = next(one for one in sheet.files if one.file == chosen)
    rows = "truth, read by evaluation alone" if file.rows is None else f"{file.rows:,} rows"
    read_as = f"; read as {', '.join(file.read_as)}" if file.read_as else ""
    st.caption(inert(f"{file.about or 'No description.'} {rows}{read_as}; {file.size:,} bytes."))
    st.dataframe(
        [
            {
                "Column": column.name,
                "Meaning": column.meaning_in_words,
                "Unit": column.unit_in_words,
                "Type": column.type,
                "Ids of": column.refers_to,
                "Sensitive": "sealed" if column.sensitive else "",
            }
            for column in file.columns
        ],
        hide_index=True,
        column_config={"Meaning": st.column_config.TextColumn(width="large")},
        key=f"columns_{name}_{chosen}",
    )
