"""The validation of a world as one HTML file that stands alone, and as JSON."""

import html
import json
from collections.abc import Sequence
from pathlib import Path
from string import Template
from typing import Any

from workbench.analysis.validation.rows import Row, Verdict
from workbench.store.small_plot import draw, legend

TEMPLATE = Path(__file__).resolve().parents[2] / "reports" / "world_validation.html"
_MARKS = {Verdict.HOLDS: "pass", Verdict.MISSES: "fail", Verdict.ABSENT: "insufficient"}


def as_json(name: str, rows: Sequence[Row], *, seed: int, sizes: dict[str, int]) -> dict[str, Any]:
    """The report as one document: counts by verdict, and every row without its picture."""
    return {
        "world": name,
        "seed": seed,
        "rows_per_table": sizes,
        "holds": _count(rows, Verdict.HOLDS),
        "misses": _count(rows, Verdict.MISSES),
        "not_in_this_world": _count(rows, Verdict.ABSENT),
        "rows": [row.as_json() for row in rows],
    }


def render(name: str, rows: Sequence[Row], *, seed: int, sizes: dict[str, int]) -> str:
    """The page; everything that came from data is escaped."""
    topics = list(dict.fromkeys(row.reference.topic for row in rows))
    values = {
        "title": html.escape(name),
        "sentence": _sentence(rows),
        "facts": _facts(sizes, seed),
        "summary": "\n".join(_line(row) for row in rows),
        "topics": "\n".join(_topic(topic, rows) for topic in topics),
    }
    return Template(TEMPLATE.read_text(encoding="utf-8")).substitute(values)


def write(path: Path, name: str, rows: Sequence[Row], *, seed: int, sizes: dict[str, int]) -> Path:
    """Write the page at `path` and the JSON beside it; returns the latter's path."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(render(name, rows, seed=seed, sizes=sizes), encoding="utf-8")
    document = as_json(name, rows, seed=seed, sizes=sizes)
    beside = path.with_suffix(".json")
    text = json.dumps(document, indent=1, ensure_ascii=False, allow_nan=False)
    beside.write_text(text + "\n", encoding="utf-8")
    return beside


def _count(rows: Sequence[Row], verdict: Verdict) -> int:
    return sum(row.verdict is verdict for row in rows)


def _sentence(rows: Sequence[Row]) -> str:
    holds, misses = _count(rows, Verdict.HOLDS), _count(rows, Verdict.MISSES)
    absent = _count(rows, Verdict.ABSENT)
    more = f", {absent} {_is(absent)} not in this world" if absent else ""
    return f"{holds} of {len(rows)} rows hold, {misses} miss{'es' if misses == 1 else ''}{more}."


def _is(n: int) -> str:
    return "is" if n == 1 else "are"


def _facts(sizes: dict[str, int], seed: int) -> str:
    shown = (
        *("persons", "accounts", "transfers", "calls", "offences", "truth/tainted"),
        *("worlds of bias", "null worlds"),
    )
    facts = {name.capitalize(): f"{sizes[name]:,}" for name in shown if name in sizes}
    facts["Seed"] = str(seed)
    return "".join(f"<div><dt>{html.escape(k)}</dt><dd>{v}</dd></div>" for k, v in facts.items())


def _line(row: Row) -> str:
    """One line of the table at the top."""
    reference = row.reference
    cells = (
        f'<td class="text"><a href="#{row.key}">{html.escape(reference.name)}</a></td>',
        f"<td>{_ours(row)}</td>",
        f'<td class="text">{html.escape(reference.published)}</td>',
        f'<td class="text"><b class="{_MARKS[row.verdict]}">{row.verdict.value}</b></td>',
    )
    return f"<tr>{''.join(cells)}</tr>"


def _ours(row: Row) -> str:
    ours = row.measured
    if ours is None:
        return "–"
    unit = f" {html.escape(row.reference.unit)}" if row.reference.unit else ""
    interval = ""
    if ours.low is not None and ours.high is not None:
        interval = f' <span class="quiet">({number(ours.low)} to {number(ours.high)})</span>'
    return f"{number(ours.value)}{interval}<br><span class='quiet'>{unit}</span>"


def number(value: float) -> str:
    """Three figures, thousands apart."""
    if value != value:
        return "none"
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"


def _topic(topic: str, rows: Sequence[Row]) -> str:
    mine = [row for row in rows if row.reference.topic == topic]
    return f'<h2>{html.escape(topic)}</h2><div class="rows">{"".join(map(_row, mine))}</div>'


def _row(row: Row) -> str:
    reference, ours = row.reference, row.measured
    drawn = f"<figure>{draw(ours.plot)}{legend(ours.plot)}</figure>" if ours and ours.plot else ""
    note = f"<dt>Note</dt><dd>{html.escape(row.note)}</dd>" if row.note else ""
    n = f" Rests on {ours.n:,}." if ours and ours.n is not None else ""
    return (
        f'<section id="{row.key}"><h3>{html.escape(reference.name)} '
        f'<span class="{_MARKS[row.verdict]}">{row.verdict.value}</span></h3>'
        f'<p class="ours">{_ours(row)}</p>'
        f"<dl><dt>Measured</dt><dd>{html.escape(reference.measures)}{n}</dd>"
        f"<dt>Reference</dt><dd>{html.escape(reference.published)}</dd>"
        f"<dt>Source</dt><dd>{html.escape(reference.source)}</dd>"
        f"<dt>Holds</dt><dd>{_limits(row)}</dd>"
        f"{note}</dl>{drawn}</section>"
    )


def _limits(row: Row) -> str:
    reference = row.reference
    low, high = reference.low, reference.high
    if low == high:
        words = f"at {number(low)}"
    elif low == float("-inf"):
        words = f"up to {number(high)}"
    elif high == float("inf"):
        words = f"from {number(low)}"
    else:
        words = f"from {number(low)} to {number(high)}"
    if reference.by == "low bound":
        words += "; misses where the whole interval lies above"
    return words
