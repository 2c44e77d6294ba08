"""Small pictures as SVG text: static, printable, readable by a screen reader.

Colours are CSS variables of the page around it (``--ink``, ``--muted``, ``--dot``, ``--rule``,
``--other``). Every text is escaped.
"""

import html
import math
from collections.abc import Callable, Sequence
from itertools import pairwise

from workbench.analysis.validation.rows import Plot, Series

WIDTH, HEIGHT = 520, 250
LEFT, RIGHT, TOP, BOTTOM = 64, 26, 10, 46
Scale = Callable[[float], float]


def draw(plot: Plot) -> str:
    """The SVG of a plot; a plot without a point on its scale is empty text."""
    shown = [_kept(plot, series) for series in plot.series]
    x_values = [x for series in shown for x in series.x]
    y_values = [y for series in shown for y in series.y]
    if not x_values:
        return ""
    x_low, x_high = _reach(x_values, plot.x_log, pad=_beside_bars(shown))
    y_low, y_high = _reach([*y_values, *([] if plot.y_log else [0.0])], plot.y_log, pad=0.0)
    x = scale(x_low, x_high, LEFT, WIDTH - RIGHT, plot.x_log)
    y = scale(y_low, y_high, HEIGHT - BOTTOM, TOP, plot.y_log)
    return "\n".join(
        (
            f'<svg viewBox="0 0 {WIDTH} {HEIGHT}" role="img" '
            f'aria-label="{html.escape(_spoken(plot))}">',
            *_y_axis(plot, y, y_low, y_high),
            *_x_axis(plot, x, x_low, x_high),
            *(part for series in shown for part in _series(series, x, y)),
            "</svg>",
        )
    )


def legend(plot: Plot) -> str:
    """One line that names what is drawn, as HTML."""
    named = [series for series in plot.series if series.name]
    if len(named) < 2:
        return ""
    marks = (
        f'<span class="key {"ours" if s.ours else "theirs"}"></span>{html.escape(s.name)}'
        for s in named
    )
    return f'<p class="legend">{" ".join(marks)}</p>'


def _spoken(plot: Plot) -> str:
    return f"{plot.title}: {plot.y_label} by {plot.x_label}"


def _kept(plot: Plot, series: Series) -> Series:
    """Only points that their axes can show."""
    points = [
        (x, y)
        for x, y in zip(series.x, series.y, strict=True)
        if math.isfinite(x + y) and (x > 0 or not plot.x_log) and (y > 0 or not plot.y_log)
    ]
    return Series(
        name=series.name,
        x=tuple(x for x, _ in points),
        y=tuple(y for _, y in points),
        kind=series.kind,
        ours=series.ours,
    )


def _beside_bars(shown: Sequence[Series]) -> float:
    """Room that the first and the last bar need; none where there are no bars."""
    bars = [sorted(series.x) for series in shown if series.kind == "bars"]
    gaps = [b - a for x in bars for a, b in pairwise(x)]
    return 0.6 * min(gaps, default=1.0) if bars else 0.0


def _reach(values: Sequence[float], log: bool, *, pad: float) -> tuple[float, float]:
    low, high = min(values), max(values)
    if log:
        low, high = 10 ** math.floor(math.log10(low)), 10 ** math.ceil(math.log10(high))
        return (low, high) if high > low else (low, low * 10)
    low, high = low - pad, high + pad
    return (low, high) if high > low else (low, low + 1)


def scale(low: float, high: float, start: float, end: float, log: bool) -> Scale:
    def place(value: float) -> float:
        if log:
            share = math.log(value / low) / math.log(high / low)
        else:
            share = (value - low) / (high - low)
        return start + (end - start) * share

    return place


def ticks(low: float, high: float, log: bool) -> list[float]:
    if log:
        decades = round(math.log10(high / low))
        return [low * 10**k for k in range(0, decades + 1, max(1, math.ceil(decades / 6)))]
    step = 10 ** math.floor(math.log10((high - low) / 2))
    while (high - low) / step > 5.5:
        step *= 2 if str(f"{step:e}")[0] in "15" else 2.5
    first = math.ceil(low / step)
    return [k * step for k in range(first, math.floor(high / step + 1e-9) + 1)]


def tick_words(value: float) -> str:
    if value and (abs(value) >= 100_000 or abs(value) < 0.001):
        return f"{value:.0e}".replace("e+0", "e").replace("e-0", "e-")
    return f"{value:,.10g}"


def _y_axis(plot: Plot, y: Scale, low: float, high: float) -> list[str]:
    out = []
    for tick in ticks(low, high, plot.y_log):
        at = y(tick)
        out.append(
            f'<line class="grid" x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{at:.1f}" y2="{at:.1f}"/>'
        )
        out.append(f'<text class="label" x="{LEFT - 8}" y="{at + 4:.1f}">{tick_words(tick)}</text>')
    middle = (TOP + HEIGHT - BOTTOM) / 2
    out.append(
        f'<text class="axis" x="14" y="{middle}" transform="rotate(-90 14 {middle})">'
        f"{html.escape(plot.y_label)}</text>"
    )
    return out


def _x_axis(plot: Plot, x: Scale, low: float, high: float) -> list[str]:
    base = HEIGHT - BOTTOM
    named = list(enumerate(plot.ticks))
    if named and len(named) > 12:
        named = named[::4]
    shown = [(float(i), name) for i, name in named] or [
        (tick, tick_words(tick)) for tick in ticks(low, high, plot.x_log)
    ]
    lean = bool(plot.ticks) and max(len(name) for _, name in shown) * len(shown) > 70
    out = []
    for value, name in shown:
        at = x(value)
        turn = f' transform="rotate(-12 {at:.1f} {base + 16})"' if lean else ""
        out.append(
            f'<text class="tick" x="{at:.1f}" y="{base + 16}"{turn}>{html.escape(name[:16])}</text>'
        )
    out.append(
        f'<text class="axis" x="{(LEFT + WIDTH - RIGHT) / 2}" y="{HEIGHT - 8}">'
        f"{html.escape(plot.x_label)}</text>"
    )
    return out


def _series(series: Series, x: Scale, y: Scale) -> list[str]:
    colour = "ours" if series.ours else "theirs"
    at = [(x(a), y(b)) for a, b in zip(series.x, series.y, strict=True)]
    if series.kind == "points":
        return [f'<circle class="{colour}" cx="{a:.1f}" cy="{b:.1f}" r="3"/>' for a, b in at]
    if series.kind == "bars":
        gaps = [b[0] - a[0] for a, b in pairwise(at)]
        wide = max(2.0, 0.7 * min(gaps, default=60.0))
        base = HEIGHT - BOTTOM
        return [
            f'<rect class="{colour}" x="{a - wide / 2:.1f}" y="{min(b, base):.1f}" '
            f'width="{wide:.1f}" height="{abs(base - b):.1f}"/>'
            for a, b in at
        ]
    path = " ".join(f"{'L' if i else 'M'}{a:.1f} {b:.1f}" for i, (a, b) in enumerate(at))
    dashed = " dashed" if series.kind == "dashes" else ""
    return [f'<path class="stroke {colour}{dashed}" d="{path}"/>'] if at else []
