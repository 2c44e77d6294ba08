"""Pictures of a model's behaviour as SVG text: static, printable, with a sentence for who hears.

Colours are CSS classes of the page around it. Many dots of one colour are one path, each a line of
no length with round ends, so that a report stays small.
"""

import html
import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from workbench.analysis.behaviour_words import EFFECT, factor, rests_on, unit_words
from workbench.analysis.wording import shown
from workbench.store.small_plot import Scale, scale, tick_words, ticks

WIDTH, LABELS, RIGHT, ROW, AXIS = 900, 300, 120, 40, 44
LINE = 40  # letters of a label in one line
SLICES, SLICE_LABELS, SLICE_LINE = 350, 148, 20
SMALL, HIGH, LEFT, TOP, BOTTOM = 340, 250, 62, 8, 58
THIRDS = ("low", "middle", "high")


def third(rank: float | None) -> str:
    """Which third a value lies in, by its place among the others; ``empty`` where there is none."""
    if rank is None:
        return "empty"
    return THIRDS[min(2, int(rank * 3))]


def swarms(rows: Sequence[Mapping[str, Any]]) -> str:
    """A swarm of dots for each reason, beside its mean effect with the interval."""
    reach = max((abs(p[0]) for row in rows for p in row["points"]), default=1.0) or 1.0
    x = scale(-reach, reach, LABELS, WIDTH - RIGHT, log=False)
    height = ROW * len(rows)
    parts = [
        f'<svg viewBox="0 0 {WIDTH} {height + AXIS}" role="img" '
        'aria-label="What moves the score, the strongest first">',
        *_grid(x, -reach, reach, height),
        *(_swarm(row, i, x) for i, row in enumerate(rows)),
        "</svg>",
    ]
    return "\n".join(parts)


def _grid(x: Scale, low: float, high: float, height: float) -> list[str]:
    out = []
    for tick in ticks(low, high, log=False):
        at, kind = x(tick), "zero" if tick == 0 else "grid"
        out.append(f'<line class="{kind}" x1="{at:.1f}" x2="{at:.1f}" y1="0" y2="{height}"/>')
        out.append(f'<text class="tick" x="{at:.1f}" y="{height + 17}">{tick_words(tick)}</text>')
    middle = (x(low) + x(high)) / 2
    out.append(
        f'<text class="tick" x="{middle:.0f}" y="{height + 36}">← against · {EFFECT} · for →</text>'
    )
    return out


def _swarm(row: Mapping[str, Any], i: int, x: Scale) -> str:
    y = ROW * i + ROW / 2
    by: dict[str, list[tuple[float, float]]] = {}
    for effect, aside, rank in row["points"]:
        by.setdefault(third(rank), []).append((x(effect), y + aside * 0.4 * ROW))
    said = f"{shown(row['mean'])} ({shown(row['low'])} to {shown(row['high'])})"
    named = label(row["label"], LABELS - 14, y, LINE)
    return (
        f"<g><title>{html.escape(row['label'])}: {said}</title>{named}"
        f"{''.join(dots(points, f'spot {kind}') for kind, points in by.items())}"
        f'<text class="mean" x="{WIDTH}" y="{y + 4}">{said}</text></g>'
    )


def wrapped(text: str, wide: int) -> list[str]:
    """Lines of at most `wide` letters, cut at spaces; two of them, the rest left out."""
    lines = [""]
    for word in text.split():
        if lines[-1] and len(lines[-1]) + 1 + len(word) > wide:
            lines.append(word)
        else:
            lines[-1] = f"{lines[-1]} {word}".strip()
    return lines if len(lines) <= 2 else [lines[0], f"{lines[1]} …"]


def dots(points: Iterable[tuple[float, float]], kind: str) -> str:
    """All of them as one path."""
    drawn = "".join(f"M{x:.1f} {y:.1f}h0" for x, y in points)
    return f'<path class="{kind}" d="{drawn}"/>' if drawn else ""


def dependence(row: Mapping[str, Any]) -> str:
    """Value against effect: dots, those put forward ringed, medians joined, tenths as ticks."""
    times = factor(row["unit"])
    drawn, ahead = (
        [(times * value, effect) for value, effect in row[name]] for name in ("points", "forward")
    )
    bins = [(times * b["value"], b["median"]) for b in row["bins"]]
    if not bins:
        return ""
    low, high = _reach([x for x, _ in [*drawn, *ahead, *bins]], log=row["logarithmic"])
    reach = max(0.5, *(abs(y) for _, y in [*drawn, *ahead, *bins])) * 1.06
    base = HIGH - BOTTOM
    x = scale(low, high, LEFT, SMALL - 12, log=row["logarithmic"])
    y = scale(-reach, reach, base, TOP, log=False)
    place = [[(x(a), y(b)) for a, b in points] for points in (drawn, ahead, bins)]
    line = " ".join(f"{'L' if i else 'M'}{a:.1f} {b:.1f}" for i, (a, b) in enumerate(place[2]))
    rug = "".join(f"M{x(times * d):.1f} {base}v6" for d in row["deciles"] if low <= times * d)
    return "\n".join(
        (
            f'<svg viewBox="0 0 {SMALL} {HIGH}" role="img" '
            f'aria-label="{html.escape(row["label"])}: value and effect">',
            *_axes(row, x, y, (low, high), reach),
            dots(place[0], "spot middle"),
            "".join(f'<circle class="ring" cx="{a:.1f}" cy="{b:.1f}" r="4"/>' for a, b in place[1]),
            f'<path class="median" d="{line}"/>',
            dots(place[2], "knot"),
            f'<path class="rug" d="{rug}"/>',
            "</svg>",
        )
    )


def _reach(values: Sequence[float], *, log: bool) -> tuple[float, float]:
    low, high = min(values), max(values)
    if log:
        return 10 ** math.floor(math.log10(low)), 10 ** math.ceil(math.log10(high) + 1e-9)
    pad = 0.03 * (high - low) or 1.0
    return low - pad, high + pad


def _axes(
    row: Mapping[str, Any], x: Scale, y: Scale, ends: tuple[float, float], reach: float
) -> list[str]:
    base = HIGH - BOTTOM
    out = []
    for tick in ticks(-reach, reach, log=False):
        kind = "zero" if tick == 0 else "grid"
        at = y(tick)
        out.append(
            f'<line class="{kind}" x1="{LEFT}" x2="{SMALL - 12}" y1="{at:.1f}" y2="{at:.1f}"/>'
        )
        out.append(f'<text class="label" x="{LEFT - 6}" y="{at + 4:.1f}">{tick_words(tick)}</text>')
    for tick in ticks(*ends, log=row["logarithmic"]):
        if ends[0] <= tick <= ends[1]:
            words = html.escape(tick_words(round(tick, 10)))
            out.append(f'<text class="tick" x="{x(tick):.1f}" y="{base + 20}">{words}</text>')
    out.append(
        f'<text class="tick" x="{(LEFT + SMALL) / 2}" y="{HIGH - 14}">'
        f"{html.escape(unit_words(row['unit']))}</text>"
    )
    middle = (base + TOP) / 2
    out.append(
        f'<text class="tick" x="14" y="{middle}" transform="rotate(-90 14 {middle})">'
        f"{EFFECT}</text>"
    )
    return out


def said_against_seen(rows: Sequence[Mapping[str, Any]]) -> str:
    """What the model said against what came true, both on logarithmic axes, with intervals."""
    values = [v for row in rows for v in (row["said"], row["seen"], row["high"]) if v > 0]
    if not values:
        return ""
    low = 10 ** math.floor(math.log10(min(values)))
    x = scale(low, 1.0, 70, 500, log=True)
    y = scale(low, 1.0, 330, 10, log=True)
    parts = [
        '<svg viewBox="0 0 520 390" role="img" aria-label="Said against seen">',
        f'<line class="zero" x1="{x(low)}" y1="{y(low)}" x2="{x(1.0)}" y2="{y(1.0)}"/>',
    ]
    for tick in ticks(low, 1.0, log=True):
        parts.append(f'<line class="grid" x1="70" x2="500" y1="{y(tick):.1f}" y2="{y(tick):.1f}"/>')
        parts.append(f'<text class="label" x="62" y="{y(tick) + 4:.1f}">{one_in(tick)}</text>')
        parts.append(f'<text class="tick" x="{x(tick):.1f}" y="350">{one_in(tick)}</text>')
    parts.append('<text class="tick" x="285" y="376">what the model said</text>')
    parts.append(
        '<text class="tick" x="14" y="170" transform="rotate(-90 14 170)">confirmed</text>'
    )
    for row in rows:
        at = x(row["said"])
        ends = [y(max(row[name], low)) for name in ("low", "high")]
        kind = "dot" if row["seen"] >= low else "dot hollow"
        parts.append(
            f"<g><title>{row['n']:,} candidates: said {shown(100 * row['said'])} %, seen "
            f"{shown(100 * row['seen'])} % ({shown(100 * row['low'])} to "
            f"{shown(100 * row['high'])})</title>"
            f'<line class="reach" x1="{at:.1f}" x2="{at:.1f}" y1="{ends[0]:.1f}" '
            f'y2="{ends[1]:.1f}"/>'
            f'<circle class="{kind}" cx="{at:.1f}" cy="{y(max(row["seen"], low)):.1f}" '
            'r="4.5"/></g>'
        )
    return "\n".join([*parts, "</svg>"])


def one_in(share: float) -> str:
    """``1 in 100`` of a power of ten."""
    return "all" if share >= 1 else f"1 in {round(1 / share):,}"


def slice_dots(rows: Sequence[Mapping[str, Any]], measure: str, whole: float | None) -> str:
    """A dot with its interval for each slice that can be told; `whole` is drawn as a line."""
    told = [row for row in rows if row[measure] is not None]
    if not told:
        return ""
    end = min(1.0, max([*(row[measure][2] for row in told), whole or 0.01]) * 1.05)
    x = scale(0.0, end, SLICE_LABELS, SLICES - 20, log=False)
    height = ROW * len(told)
    parts = [f'<svg viewBox="0 0 {SLICES} {height + 24}" role="img" aria-label="By slice">']
    for tick in ticks(0.0, 100 * end, log=False)[:: 1 if end > 0.05 else 2]:
        at = x(tick / 100)
        parts.append(f'<line class="grid" x1="{at:.1f}" x2="{at:.1f}" y1="0" y2="{height}"/>')
        parts.append(f'<text class="tick" x="{at:.1f}" y="{height + 17}">{tick:g} %</text>')
    if whole is not None:
        at = x(whole)
        parts.append(f'<line class="zero" x1="{at:.1f}" x2="{at:.1f}" y1="0" y2="{height}"/>')
    parts += [_slice(row, measure, ROW * i + ROW / 2, x) for i, row in enumerate(told)]
    return "\n".join([*parts, "</svg>"])


def _slice(row: Mapping[str, Any], measure: str, y: float, x: Scale) -> str:
    value, low, high = (x(min(share, 1.0)) for share in row[measure])
    said = f"{row['label']} · {rests_on(row, measure).split()[0]}"
    return (
        f"{label(said, SLICE_LABELS - 10, y, SLICE_LINE)}"
        f'<line class="reach" x1="{low:.1f}" x2="{high:.1f}" y1="{y}" y2="{y}"/>'
        f'<circle class="dot" cx="{value:.1f}" cy="{y}" r="4.5"/>'
    )


def label(text: str, x: float, y: float, wide: int) -> str:
    """Right-aligned beside a line of the plot, in up to two lines."""
    lines = wrapped(text, wide)
    first = y + 4 - 6.5 * (len(lines) - 1)
    return "".join(
        f'<text class="label" x="{x}" y="{first + 13 * k:.1f}">{html.escape(line)}</text>'
        for k, line in enumerate(lines)
    )
