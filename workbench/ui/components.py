"""The few pieces that every page is made of, so that the same thing always looks the same.

Text from records goes through `st.text`, a table cell or `inert`, and never becomes markup.
"""

import uuid
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, Literal

import streamlit as st

from workbench.domain.errors import WorkbenchError
from workbench.domain.record import Record
from workbench.ui import charts
from workbench.ui.words import ago, inert, local, short, utc

_BLUE = "#2B87C4"  # of Okabe and Ito, to be seen on light and dark alike

Colour = Literal["red", "orange", "yellow", "blue", "green", "violet", "gray", "primary"]

_COPY = """
export default function ({ data, parentElement }) {
  const button = parentElement.querySelector("button");
  button.textContent = data.short;
  button.title = `Copy ${data.full}`;
  button.setAttribute("aria-label", `Copy ${data.full}`);
  button.onclick = async () => {
    await navigator.clipboard.writeText(data.full);
    button.textContent = "copied";
    window.setTimeout(() => { button.textContent = data.short; }, 1200);
  };
}
"""
_COPY_STYLE = """
button { font-family: var(--st-code-font); font-size: 0.85rem; color: var(--st-text-color);
  background: var(--st-secondary-background-color); border: 1px solid var(--st-border-color);
  border-radius: 4px; padding: 0.1rem 0.45rem; cursor: copy; white-space: nowrap; }
button:focus-visible { outline: 2px solid var(--st-primary-color); outline-offset: 2px; }
"""


def title(text: str, lead: str = "") -> None:
    """The page's title and one sentence of what it is for."""
    st.title(text, anchor=False)
    if lead:
        st.caption(lead)


def badges(items: Sequence[tuple[str, str]], *, colour: Colour = "gray") -> None:
    """A row of small labels, each with the sentence behind it on hover."""
    with st.container(horizontal=True, gap="small"):
        for label, why in items:
            st.badge(inert(label), color=colour, help=inert(why) or None)


def grade(record: Record) -> None:
    """The grade and handling code beside a record, always the same way: ``B2 · H1``."""
    codes = ", ".join(f"{code}: {code.meaning}" for code in record.handling)
    meaning = f"{record.source_grade.meaning}; {record.information_grade.meaning}; {codes}"
    st.badge(inert(record.grade), color="gray", help=inert(meaning))


def empty(what: str, next_step: str = "") -> None:
    """What is shown where a list has nothing: that, and what to do next."""
    with st.container(border=True):
        st.markdown(f"**{what}**")
        if next_step:
            st.caption(next_step)


def identifier(full: str, *, key: str) -> None:
    """An id, short, copied whole by a click or by Enter."""
    mount = st.components.v2.component(
        "workbench_identifier", html="<button type='button'></button>", css=_COPY_STYLE, js=_COPY
    )
    mount(data={"full": full, "short": short(full)}, key=key, width="content", height="content")


def moment(instant: datetime, *, now: datetime) -> None:
    """When, in words; the reader's own time and UTC on hover."""
    st.caption(ago(instant, now=now), help=f"{local(instant)}, which is {utc(instant)}")


@dataclass(slots=True)
class Asked:
    """Whether what was asked of a service went through."""

    ok: bool = True


@contextmanager
def asking() -> Iterator[Asked]:
    """Show the sentence of a WorkbenchError where it arises; what stands in the form stays.

    ::

        with components.asking() as asked:
            review.judge(...)
        if asked.ok:
            st.rerun()
    """
    asked = Asked()
    try:
        yield asked
    except WorkbenchError as error:
        asked.ok = False
        st.error(inert(str(error)), icon=":material/error:")


def key_of(form: str) -> str:
    """The idempotency key of a form, made when it is first drawn and kept until `renew`."""
    held = st.session_state.setdefault(f"idempotency:{form}", uuid.uuid4().hex)
    return str(held)


def renew(form: str) -> None:
    """Forget the key, once what it stood for went through and another is meant."""
    st.session_state.pop(f"idempotency:{form}", None)


@contextmanager
def working(label: str) -> Iterator[Callable[[str, float], None]]:
    """Progress of long work: a bar and what is being done; gone when it is over.

    What it yields is called with a sentence and a share from 0 to 1. Streamlit's own stop button
    ends the work at the next call.
    """
    bar = st.progress(0.0, text=label)

    def tell(doing: str, share: float) -> None:
        bar.progress(min(max(share, 0.0), 1.0), text=inert(doing))

    try:
        yield tell
    finally:
        bar.empty()


@dataclass(frozen=True, slots=True, kw_only=True)
class Dot:
    """One line of `dots`: a value with its interval; `insufficient` ones are drawn hollow.

    None where there is no value; then only the label and the note stand there.
    """

    label: str
    value: float | None
    low: float | None = None
    high: float | None = None
    note: str = ""
    insufficient: bool = False


def dots(
    rows: Sequence[Dot],
    *,
    axis: str,
    key: str,
    reference: float | None = None,
    band: tuple[float, float] | None = None,
    domain: tuple[float, float] | None = None,
) -> None:
    """Dots with intervals, one line each, in the order given.

    Parameters
    ----------
    axis : str
        What the horizontal axis measures.
    reference : float, optional
        A line to compare with, for example the simple baseline or the rate of all.
    band : pair of float, optional
        A margin drawn behind, in units of the axis.
    domain : pair of float, optional
        Where the axis begins and ends, so that several plots can be compared.
    """
    place, across = _axes(axis)
    if domain is not None:
        across["scale"] = {"domain": list(domain), "clamp": True}
    layers = [] if band is None else [_band(band, axis)]
    layers += [] if reference is None else [_line(reference, axis)]
    layers += [
        {
            "mark": {"type": "rule", "strokeWidth": 2, "color": _BLUE},
            "encoding": {"y": place, "x": {"field": "low", **across}, "x2": {"field": "high"}},
        },
        {
            "mark": {"type": "point", "size": 80, "strokeWidth": 2, "color": _BLUE, "opacity": 1},
            "encoding": {
                "y": place,
                "x": {"field": "value", **across},
                "fill": {
                    "condition": {"test": "datum.insufficient", "value": "transparent"},
                    "value": _BLUE,
                },
                "tooltip": [{"field": name} for name in ("label", "value", "low", "high", "note")],
            },
        },
    ]
    lines = "1 line" if len(rows) == 1 else f"{len(rows)} lines"
    spec = {"layer": layers, "height": 34 * len(rows) + 56}
    charts.draw([asdict(row) for row in rows], spec, key=key, name=f"{axis}, {lines}")


def _axes(axis: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """Encodings of the lines, in the order given, and of what is measured."""
    place = {
        "field": "label",
        "type": "nominal",
        "sort": None,
        "title": None,
        "axis": {"labelLimit": 260, "ticks": False, "domain": False, "grid": True},
    }
    across = {
        "type": "quantitative",
        "title": axis,
        "scale": {"zero": False, "nice": False, "padding": 14},
        "axis": {"tickCount": 7, "grid": False, "labelBound": True},
    }
    return place, across


def _band(band: tuple[float, float], axis: str) -> dict[str, Any]:
    return {
        "data": {"values": [{"from": band[0], "to": band[1]}]},
        "mark": {"type": "rect", "color": charts.GREY, "opacity": 0.18},
        "encoding": {
            "x": {"field": "from", "type": "quantitative", "title": axis},
            "x2": {"field": "to"},
        },
    }


def _line(reference: float, axis: str) -> dict[str, Any]:
    return {
        "data": {"values": [{"at": reference}]},
        "mark": {"type": "rule", "color": charts.GREY, "strokeDash": [5, 4], "strokeWidth": 1.5},
        "encoding": {"x": {"field": "at", "type": "quantitative", "title": axis}},
    }
