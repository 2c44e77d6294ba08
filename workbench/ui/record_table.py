"""The table of records, the same on every page: when, what happened, grade, whence, which."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime

import streamlit as st

from workbench.domain.record import Record
from workbench.ui import components
from workbench.ui.record_words import sentence
from workbench.ui.words import inert, local

_FEW = 6  # records that need neither search nor an order
_TALL = 7  # records beyond which the table scrolls
_HEIGHT = 430  # pixels of one that scrolls
_MOST = 150  # rows drawn; more are found by searching


def _instant(row: Record) -> tuple[bool, datetime, str]:
    """By when it happened; those that say no time last, by when they became known."""
    return row.occurred_at is None, row.occurred_at or row.known_at, row.id


def _newest(row: Record) -> tuple[bool, float, str]:
    undated, at, record_id = _instant(row)
    return undated, -at.timestamp(), record_id


_ORDERS: dict[str, Callable[[Record], tuple[object, ...]]] = {
    "Oldest first": _instant,
    "Newest first": _newest,
    "Kind": lambda row: (row.kind, *_instant(row)),
    "Grade": lambda row: (row.grade, *_instant(row)),
    "Source": lambda row: (row.source, *_instant(row)),
}


@st.fragment
def show(
    rows: Sequence[Record],
    *,
    key: str,
    labels: Mapping[str, str] | None = None,
    units: Mapping[str, str] | None = None,
    newest_first: bool = False,
    most: int = _MOST,
) -> None:
    """Records as text in the order of time, those without a time last; with search and count.

    `labels` names entities by their id and `units` columns' units, as in `sentence`; of more than
    `most` the others are found by searching.
    """
    if not rows:
        components.empty("No records.", "What is shown here rests on none; treat it so.")
        return
    said = {row.id: sentence(row, labels or {}, units or {}) for row in rows}
    found, order = list(rows), "Newest first" if newest_first else "Oldest first"
    if len(rows) > _FEW:
        found, order = _chosen(rows, said, order, key=key)
    if not found:
        components.empty("No record has these words.", "Search for fewer or other words.")
        return
    ordered = sorted(found, key=_ORDERS[order])
    st.table(
        [_cells(row, said[row.id]) for row in ordered[:most]],
        hide_index=True,
        border="horizontal",
        height=_HEIGHT if len(ordered) > _TALL else "content",
        alt="Records",
    )
    n = "1 record" if len(rows) == 1 else f"{len(rows):,} records"
    more = f"; the first {most} are shown, search for others" if len(found) > most else ""
    st.caption(f"{n if len(found) == len(rows) else f'{len(found):,} of {n}'}{more}")


def _chosen(
    rows: Sequence[Record], said: Mapping[str, str], order: str, *, key: str
) -> tuple[list[Record], str]:
    """Records that have the words asked for, and the order asked for."""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        words = st.text_input(
            "Search the records", placeholder="Any word", key=f"{key}_search", width=340
        )
        chosen = st.selectbox(
            "Order", list(_ORDERS), index=list(_ORDERS).index(order), key=f"{key}_order", width=160
        )
    wanted = words.casefold().split()
    found = [row for row in rows if all(w in _searched(row, said[row.id]) for w in wanted)]
    return found, chosen


def _searched(row: Record, said: str) -> str:
    return f"{said} {row.kind} {row.source} {row.member_state} {row.grade} {row.id}".casefold()


def _day(instant: datetime, *, until: int) -> str:
    """Day and minute, or the day alone, that break between the two and nowhere else."""
    return local(instant)[:until].replace("-", "\u2011")


def _cells(row: Record, said: str) -> dict[str, str]:
    whence = row.source
    if row.member_state not in row.source.split():
        whence = f"{row.source}, {row.member_state}"
    cells = {
        "When": _day(row.occurred_at, until=16) if row.occurred_at else "",
        "What is recorded": said,
        "Grade": row.grade.replace(" ", "\u00a0"),
        "Source, state": whence,
        "Known from": _day(row.known_at, until=10),
        "Id": row.id,
    }
    return {name: inert(text) for name, text in cells.items()}
