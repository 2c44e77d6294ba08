"""Data: what is there, where it came from, and how good it is."""

from collections.abc import Callable
from typing import TYPE_CHECKING

import streamlit as st

from workbench.domain.account import PERMISSIONS, Account, Operation
from workbench.services import catalogue
from workbench.services.catalogue import DatasetView
from workbench.ui import bringing, components, dataset_view, session
from workbench.ui.words import inert, number

if TYPE_CHECKING:
    from workbench.bootstrap import Desk

_SORTS: dict[str, Callable[[DatasetView], tuple[float, str]]] = {
    "Newest first": lambda one: (-one.ingested_at.timestamp(), one.name),
    "Waiting first": lambda one: (one.accepted_at is not None, one.name),
    "Name": lambda one: (0, one.name),
    "Most rows first": lambda one: (-one.n_rows, one.name),
}


def page() -> None:
    desk, account = session.current()
    session.require(account, Operation.READ_DATA)
    name = st.query_params.get("dataset", "")
    if name:
        dataset_view.show(desk, account, name)
    elif st.query_params.get("bring") and account.role in PERMISSIONS[Operation.INGEST]:
        bringing.show(desk, account)
    else:
        _all(desk, account)


def _all(desk: "Desk", account: Account) -> None:
    may_bring = account.role in PERMISSIONS[Operation.INGEST]
    with st.container(horizontal=True, vertical_alignment="bottom"):
        with st.container():
            components.title("Data", "What is there, where it came from, and how good it is.")
        if may_bring and st.button("Bring data", icon=":material/upload:", key="bring"):
            st.query_params["bring"] = "1"
            st.rerun()
    if not may_bring:
        st.caption(
            "You may read it all here. Analysts and supervisors bring data, and data scientists "
            "bring synthetic data."
        )
    listed = catalogue.catalogue(desk, account=account.name)
    if not listed:
        components.empty(
            "There is no data yet.",
            "Bring a file or a dataset folder; a supervisor then reads its quality and accepts it.",
        )
        return
    for one in _chosen(listed):
        _line(desk, account, one)


def _chosen(listed: tuple[DatasetView, ...]) -> list[DatasetView]:
    with st.container(horizontal=True, vertical_alignment="bottom"):
        words = st.text_input(
            "Search", placeholder="Name, title or Member State", key="data_search", width=340
        )
        order = st.selectbox("Sort by", list(_SORTS), key="data_sort", width=220)
    wanted = words.casefold().split()
    found = [one for one in listed if all(word in _haystack(one) for word in wanted)]
    shown = "1 dataset" if len(found) == 1 else f"{len(found)} datasets"
    st.caption(shown if len(found) == len(listed) else f"{shown} of {len(listed)}")
    if not found:
        components.empty("No dataset has these words.", "Search for fewer or other words.")
    return sorted(found, key=_SORTS[order])


def _haystack(one: DatasetView) -> str:
    state = "accepted" if one.accepted_at else "waits pending"
    return f"{one.name} {one.title} {' '.join(one.member_states)} {state}".casefold()


def _line(desk: "Desk", account: Account, one: DatasetView) -> None:
    with (
        st.container(border=True, key=f"dataset_{one.name}"),
        st.container(horizontal=True, vertical_alignment="center"),
    ):
        with st.container(gap=None):
            if st.button(
                f"**{inert(one.name)}**  {inert(one.title)}", type="tertiary", key=f"go_{one.name}"
            ):
                st.query_params["dataset"] = one.name
                st.rerun()
            st.caption(
                f"{number(one.n_rows)} rows, {number(one.n_entities)} entities, "
                f"{number(one.n_links)} links. {dataset_view.since(desk, account, one)}"
            )
        with st.container(horizontal=True, width="content", gap="small"):
            dataset_view.state(one)


page()
