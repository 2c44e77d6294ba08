"""Small line plots as SVG text, to stand side by side: static, printable, read by a screen reader.

Colours are CSS variables of the page around it (``--ink``, ``--muted``, ``--dot``, ``--rule``).
"""

import html
import math
from collections.abc import Sequence
from dataclasses import dataclass

WIDTH, HEIGHT = 260, 190
LEFT, RIGHT, TOP, BOTTOM = 40, 10, 8, 34
Points = Sequence[tuple[float, float]]


@dataclass(frozen=True, slots=True, kw_only=True)
class LinePlot:
    """One group before all together; values in per cent.

    `front` is drawn with `bounds` (low and high per point), `behind` dashed. `x_log` spreads the
    horizontal axis by powers of ten; `alike` stretches both near 0, ends them at one value and
    draws the line on which they are equal. `at` is an upright line.
    """

    title: str
    x_label: str
    y_label: str
    front: Points
    bounds: Sequence[tuple[float, float]]
    behind: Points
    at: float | None = None
    alike: bool = False
    x_log: bool = False


def line_plot(plot: LinePlot) -> str:
    """The SVG."""
    x_end, y_end, x_low = _ends(plot)

    def x(value: float) -> float:
        if plot.x_log:
            share = math.log(max(value, x_low) / x_low) / math.log(x_end / x_low)
        else:
            share = math.sqrt(value / x_end) if plot.alike else value / x_end
        return LEFT + (WIDTH - LEFT - RIGHT) * share

    def y(value: float) -> float:
        inside = min(max(value, 0.0), y_end) / y_end
        share = math.sqrt(inside) if plot.alike else inside
        return HEIGHT - BOTTOM - (HEIGHT - TOP - BOTTOM) * share

    ticks = _ticks(x_low, x_end) if plot.x_log else [0.0, x_end / 4, x_end]
    parts = [
        f'<svg viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="{html.escape(plot.title)}">',
        *(_across(y(v), v) for v in (0.0, y_end / 4 if plot.alike else y_end / 2, y_end)),
        *(
            f'<text class="tick" x="{x(v):.1f}" y="{HEIGHT - BOTTOM + 14}">{v:.3g}</text>'
            for v in ticks
        ),
        f'<text class="tick" x="{(LEFT + WIDTH - RIGHT) / 2}" y="{HEIGHT - 4}">'
        f"{html.escape(plot.x_label)}</text>",
        _path([(x(0.0), y(0.0)), (x(x_end), y(x_end))], "even") if plot.alike else "",
        "" if plot.at is None else _upright(x(plot.at)),
        _path([(x(a), y(b)) for a, b in plot.behind], "behind"),
        *(
            f'<line class="reach" x1="{x(a):.1f}" x2="{x(a):.1f}" y1="{y(low):.1f}" '
            f'y2="{y(high):.1f}"/>'
            for (a, _), (low, high) in zip(plot.front, plot.bounds, strict=True)
        ),
        _path([(x(a), y(b)) for a, b in plot.front], "line"),
        *(f'<circle class="dot" cx="{x(a):.1f}" cy="{y(b):.1f}" r="2"/>' for a, b in plot.front),
        "</svg>",
    ]
    return "\n".join(part for part in parts if part)


def _ends(plot: LinePlot) -> tuple[float, float, float]:
    """Where both axes end, and where the horizontal one begins if by powers of ten."""
    every = [*plot.front, *plot.behind]
    x_end, y_end = (max([point[i] for point in every] + [0.1]) for i in (0, 1))
    if plot.alike:
        x_end = y_end = max(x_end, y_end)
    low = min(point[0] for point in every) if every else x_end / 10
    return x_end, y_end, min(low, x_end / 1.5)


def _ticks(low: float, end: float) -> list[float]:
    first, last = math.ceil(math.log10(low) - 1e-9), math.floor(math.log10(end) + 1e-9)
    return [10.0**k for k in range(first, last + 1)] or [low, end]


def _across(at: float, value: float) -> str:
    return (
        f'<line class="grid" x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{at:.1f}" y2="{at:.1f}"/>'
        f'<text class="label" x="{LEFT - 6}" y="{at + 4:.1f}">{value:.3g}</text>'
    )


def _upright(at: float) -> str:
    return f'<line class="even" x1="{at:.1f}" x2="{at:.1f}" y1="{TOP}" y2="{HEIGHT - BOTTOM}"/>'


def _path(points: Points, kind: str) -> str:
    if not points:
        return ""
    d = " ".join(f"{'L' if i else 'M'}{a:.1f} {b:.1f}" for i, (a, b) in enumerate(points))
    return f'<path class="{kind}" d="{d}"/>'
