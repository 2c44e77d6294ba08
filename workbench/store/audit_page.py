"""The page of a bias audit: one HTML file that stands alone, for a reader with no other file."""

import html
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from string import Template
from typing import Any

TEMPLATE = Path(__file__).resolve().parents[2] / "reports" / "bias_audit.html"


def render(document: Mapping[str, Any], *, digest: str, made_at: datetime) -> bytes:
    """The page as UTF-8 HTML; everything that came from data is escaped."""
    values = {
        "title": html.escape(str(document["title"])),
        "verdict": html.escape(str(document["verdict"])),
        "digest": digest,
        "made_at": f"{made_at:%Y-%m-%d %H:%M}",
    }
    return Template(TEMPLATE.read_text(encoding="utf-8")).substitute(values).encode()
