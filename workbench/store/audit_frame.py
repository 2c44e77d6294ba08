"""The frame of a report that stands alone: style, head and foot, and the pieces that fill it."""

import html
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from string import Template
from typing import Any

from workbench.analysis.audit_words import VERDICTS, suppression_words

TEMPLATES = Path(__file__).resolve().parents[2] / "reports"


def framed(
    *,
    kind: str,
    title: str,
    sentence: str,
    facts: str,
    body: str,
    digest: str,
    made_at: datetime,
    verdict: str = "",
    style: str = "",
    logged: bool = True,
    label: str = "",
    suppressed: Mapping[str, Any] | None = None,
) -> bytes:
    """The page as UTF-8 HTML; `facts`, `body` and `style` are HTML and CSS already, the rest is
    escaped.

    `verdict` is empty where a report comes to none; `label` then says what the report is. `logged`
    says that the decision log carries `digest`. `suppressed` is what the document says of its small
    cells where it may leave.
    """
    values = {
        "kind": safe(kind),
        "title": safe(title),
        "verdict": _badge(verdict, label),
        "style": style,
        "sentence": safe(sentence),
        "facts": facts,
        "note": f'<p class="said">{safe(suppression_words(suppressed))}</p>' if suppressed else "",
        "body": body,
        "whole": " of the whole audit" if suppressed else "",
        "digest": safe(digest),
        "logged": ", as the decision log has it" if logged else "",
        "made_at": f"{made_at:%Y-%m-%d %H:%M}",
    }
    frame = Template((TEMPLATES / "audit_frame.html").read_text(encoding="utf-8"))
    return frame.substitute(values).encode()


def _badge(verdict: str, label: str) -> str:
    if verdict:
        return f'<b class="{safe(verdict)}">{VERDICTS[verdict]}.</b> '
    return f'<b class="insufficient">{safe(label)}.</b> ' if label else ""


def safe(text: object) -> str:
    """Text from data, escaped."""
    return html.escape(str(text))


def facts(shown: Mapping[str, object]) -> str:
    """Terms and what stands behind them."""
    return "".join(f"<div><dt>{k}</dt><dd>{safe(v)}</dd></div>" for k, v in shown.items())


def table(
    head: Sequence[str], body: Sequence[Sequence[str]], *, words: Collection[int] = ()
) -> str:
    """A table; cells of `body` are HTML already. The first column and those in `words` begin at
    the left, figures end at the right."""
    side = [' class="text"' if j in words else "" for j in range(len(head))]
    top = "".join(f'<th scope="col"{side[j]}>{name}</th>' for j, name in enumerate(head))
    lines = ("".join(f"<td{side[j]}>{cell}</td>" for j, cell in enumerate(row)) for row in body)
    rows = "".join(f"<tr>{line}</tr>" for line in lines)
    return f"<table><thead><tr>{top}</tr></thead><tbody>{rows}</tbody></table>"
