"""Numbers, times and ids in the words that every page uses, and text made inert for Markdown."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import streamlit as st

from workbench.analysis.likelihood import in_so_many as probability

__all__ = [
    "ago",
    "inert",
    "local",
    "number",
    "probability",
    "prompted_sentence",
    "short",
    "signed",
    "utc",
]

MINUS = "\u2212"
_MARKUP = re.compile(r"([\\`*_{}\[\]<>()#+\-.!|~$:&@])")
# What Streamlit turns into icons and links after reading escapes; a word joiner, which does not
# show, keeps these apart.
_AFTERWARDS = re.compile(r"(?<=:)(?=[\w+/-]+:)|(?<=:)(?=//)|(?<=www)(?=\.)|(?=@)", re.IGNORECASE)
_STEPS = ((60, "minute", 3570), (3600, "hour", 84600), (86400, "day", 30 * 86400))  # seconds


def inert(text: str) -> str:
    """`text` so that Markdown shows it as it stands: no link, colour, icon, formula or image."""
    apart = _AFTERWARDS.sub("\u2060", " ".join(text.split()))
    return _MARKUP.sub(r"\\\1", apart)


def number(value: float | None, interval: tuple[float, float] | None = None) -> str:
    """Two significant digits, with the interval where there is one: ``0.83 (0.79 to 0.86)``."""
    if value is None:
        return "–"
    if interval is None:
        return _digits(value)
    return f"{_digits(value)} ({_digits(interval[0])} to {_digits(interval[1])})"


def signed(value: float) -> str:
    """Two decimals with their sign, the minus as charts write it: ``+1.25``, ``−0.50``."""
    return f"{value:+.2f}".replace("-", MINUS)


def _digits(value: float) -> str:
    if value == 0 or abs(value) >= 100:
        return f"{value:,.0f}".replace("-", MINUS)
    said = f"{float(f'{value:.2g}'):g}"
    return f"{MINUS}{said[1:]}" if value < 0 else said


def ago(instant: datetime, *, now: datetime) -> str:
    """How long ago in words: ``5 minutes ago``, ``in 2 days``; the date past a month."""
    seconds = (now - instant).total_seconds()
    size = abs(seconds)
    if size < 45:
        return "just now"
    for of, unit, until in _STEPS:
        if size < until:
            n = max(round(size / of), 1)
            counted = f"{n} {unit}" if n == 1 else f"{n} {unit}s"
            return f"in {counted}" if seconds < 0 else f"{counted} ago"
    return f"{instant:%d %B %Y}".lstrip("0")


def local(instant: datetime) -> str:
    """The instant in the reader's own zone, to the minute: ``2026-01-31 10:30 CET``."""
    try:
        zone = ZoneInfo(st.context.timezone or "UTC")
    except (ZoneInfoNotFoundError, ValueError):
        zone = ZoneInfo("UTC")
    return f"{instant.astimezone(zone):%Y-%m-%d %H:%M %Z}"


def utc(instant: datetime) -> str:
    """The instant in UTC, to the second, as it stands in the log."""
    return f"{instant.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC"


def short(identifier: str) -> str:
    """An id or digest as it is shown: whole up to 14 characters, else its first 10."""
    return identifier if len(identifier) <= 14 else f"{identifier[:10]}…"


def prompted_sentence(n: Mapping[str, int]) -> str:
    """Why candidates of the slices train, calibrate and test were left out; empty where none was.

    Parameters
    ----------
    n : mapping
        How many of each slice; a slice that is not there counts none.
    """
    names = {"train": "training", "calibrate": "calibration", "test": "test"}
    said = [f"{n[key]:,} of the {name} slice" for key, name in names.items() if n.get(key)]
    if not said:
        return ""
    return (
        f"Left out: {', '.join(said)}. Findings of this model had been about them before their "
        "label became known, so their labels may be of its own making."
    )
