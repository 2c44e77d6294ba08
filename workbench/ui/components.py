"""The few pieces that every page is made of, so that the same thing always looks the same.

Text from records goes through `st.text`, a table cell or `inert`, and never becomes markup.
"""

import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, Literal

import streamlit as st

from workbench.domain.errors import WorkbenchError
from workbench.domain.record import Record
from workbench.ui import charts
from workbench.ui.words import ago, inert, local, short, utc

if TYPE_CHECKING:
    from workbench.analysis.group_dots import GroupDot

_BLUE, _ORANGE = "#2B87C4", "#D9762B"  # after Okabe and Ito, to be seen on light and dark alike

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


def press(form: str, do: Callable[[], object]) -> None:
    """As a button's `on_click`: do what it asks before the page is drawn, which is then drawn once.

    ::

        st.button("Seal", on_click=components.press, args=("seal", seal))
        components.refusal("seal")
    """
    try:
        do()
    except WorkbenchError as error:
        st.session_state[f"refused:{form}"] = str(error)


def refusal(form: str) -> None:
    """Show, once, the sentence of the WorkbenchError with which `press` of this form ended."""
    said = st.session_state.pop(f"refused:{form}", "")
    if said:
        st.error(inert(said), icon=":material/error:")


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

    None where there is no value; then only the label and the note stand there. Two dots of one
    label and different `series` share its line, one above the other.
    """

    label: str
    value: float | None
    low: float | None = None
    high: float | None = None
    note: str = ""
    insufficient: bool = False
    series: str = ""


def of_groups(groups: "Sequence[GroupDot]", *, unit: str = "") -> list[Dot]:
    """Shares of groups as dots in per cent; beside each how many, of what `unit` says."""
    return [
        Dot(
            label=f"{group.group} · {group.n:,}{unit}",
            value=100 * group.value,
            low=100 * group.low,
            high=100 * group.high,
            note="too few to tell" if group.short else "",
            insufficient=group.short,
        )
        for group in groups
    ]


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

    An interval that goes on beyond the axis ends in an arrow; pointed at, it stands whole.

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
        across["scale"] = {"domain": list(domain), "clamp": True, "nice": False}
    series = list(dict.fromkeys(row.series for row in rows))
    colour: dict[str, Any] = {"value": _BLUE}
    if len(series) > 1:
        place = {**place, "scale": {"type": "band", "padding": 0.2}}
        colour = _colours(series)
    along = {"y": place} | (
        {"yOffset": {"field": "series", "sort": None}} if len(series) > 1 else {}
    )
    layers = [] if band is None else [_band(band, axis)]
    layers += [] if reference is None else [_line(reference, axis)]
    layers += _dot_layers(along, across, colour)
    lines = len({row.label for row in rows})
    height = 34 * lines + 56 if len(series) < 2 else 48 * lines + 96
    spec = {"layer": layers, "height": height}
    values = [asdict(row) | _drawn(row, domain) for row in rows]
    named = "1 line" if lines == 1 else f"{lines} lines"
    charts.draw(values, spec, key=key, name=f"{axis}, {named}")


def _dot_layers(
    along: Mapping[str, Any], across: Mapping[str, Any], colour: Mapping[str, Any]
) -> list[dict[str, Any]]:
    """Intervals, an arrow where one goes on beyond the axis, and dots, hollow where too few."""
    hollow = {"condition": {"test": "datum.insufficient", "value": "transparent"}}
    return [
        {
            "mark": {"type": "rule", "strokeWidth": 2},
            "encoding": {
                **along, "x": {"field": "from", **across}, "x2": {"field": "to"},
                "color": colour,
            },
        },
        {
            "transform": [{"filter": "datum.beyond"}],
            "mark": {"type": "point", "shape": "triangle-right", "size": 70, "filled": True,
                     "opacity": 1},
            "encoding": {**along, "x": {"field": "to", **across}, "color": colour},
        },
        {
            "mark": {"type": "point", "size": 80, "strokeWidth": 2, "opacity": 1},
            "encoding": {
                **along, "x": {"field": "value", **across},
                "color": colour, "fill": {**hollow, **colour},
                "tooltip": [{"field": name} for name in _POINTED],
            },
        },
    ]  # fmt: skip


_POINTED = ("label", "series", "value", "low", "high", "note")


def _colours(series: Sequence[str]) -> dict[str, Any]:
    return {
        "field": "series",
        "type": "nominal",
        "scale": {"domain": list(series), "range": [_BLUE, _ORANGE]},
        "legend": {"orient": "top", "title": None, "symbolType": "circle", "symbolOpacity": 1},
    }


def _drawn(row: Dot, domain: tuple[float, float] | None) -> dict[str, Any]:
    """Where the interval is drawn from and to, and whether it goes on beyond the axis."""
    if row.low is None or row.high is None or domain is None:
        return {"from": row.low, "to": row.high, "beyond": False}
    start, end = domain
    return {"from": max(row.low, start), "to": min(row.high, end), "beyond": row.high > end}


def _axes(axis: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """Encodings of the lines, in the order given, and of what is measured."""
    place = {
        "field": "label",
        "type": "nominal",
        "sort": None,
        "title": None,
        "axis": {
            "labelLimit": 260,
            "labelFlush": False,
            "ticks": False,
            "domain": False,
            "grid": True,
        },
    }
    across = {
        "type": "quantitative",
        "title": axis,
        "scale": {"zero": False, "nice": False, "padding": 14},
        "axis": {"tickCount": 7, "grid": False, "labelBound": 12, "labelFlush": False},
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
