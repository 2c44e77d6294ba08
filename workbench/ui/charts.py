"""One look for every chart: colours, sizes and ink, and no way out past the logged exports."""

from collections.abc import Mapping, Sequence
from typing import Any, Literal

import streamlit as st

GREY = "#8A939B"  # margins and lines to compare with, never words
_LIGHT = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#6B7280")
_DARK = ("#56B4E9", "#F0894A", "#3FC49B", "#DB9BC0", "#E69F00", "#7CC5EF", "#98A0A8")
_SIZE = 12  # pixels, as large as the page's own captions
_LONGEST = 160  # characters of a chart's name, which Streamlit repeats on each of its buttons

# Streamlit offers every table and chart as a file or to the clipboard. What is seen here leaves by
# an export that states a reason and is logged, so these buttons are on no page. The tables'
# own are switched off in `workbench.app` besides.
NO_SIDE_DOOR = (
    "<style>button[kind=elementToolbar][aria-label^=Download], "
    "button[kind=elementToolbar][aria-label^=Copy] {display: none}</style>"
)


def no_side_door() -> None:
    """Take download and copy off the tables and charts of the page."""
    st.html(NO_SIDE_DOOR)


def is_dark() -> bool:
    return st.context.theme.type == "dark"


def colours() -> tuple[str, ...]:
    """Okabe and Ito's colours, lighter where the page is dark."""
    return _DARK if is_dark() else _LIGHT


def ink() -> str:
    """The colour of words in a chart: at least 4.5 to 1 on the page, light or dark (WCAG AA)."""
    return "#ABB3BA" if is_dark() else "#565D66"


def paper() -> str:
    """The colour of the page behind a chart."""
    return str(st.get_option(f"theme.{'dark' if is_dark() else 'light'}.backgroundColor"))


def theme() -> dict[str, Any]:
    """The Vega-Lite configuration that every chart has."""
    words = {"labelColor": ink(), "titleColor": ink(), "labelFontSize": _SIZE}
    return {
        "axis": words | {"titleFontSize": _SIZE},
        "legend": words | {"titleFontSize": _SIZE},
        "header": words,
        "text": {"color": ink()},
    }


def draw(
    values: Sequence[Mapping[str, Any]] | None,
    spec: Mapping[str, Any],
    *,
    key: str,
    name: str,
    width: Literal["stretch", "content"] = "stretch",
) -> None:
    """Draw a Vega-Lite chart. `name` says in a line what it shows; its figures are a click away."""
    shown = name if len(name) <= _LONGEST else f"{name[: _LONGEST - 1]}…"
    st.vega_lite_chart(values, {**spec, "config": theme()}, key=key, width=width, alt=shown)
