"""Error against gap: each method a labelled point with both intervals, as an SVG that stands alone.

It brings its own colours, for light and for dark, since MLflow and browsers show it as an image.
"""

import html
from collections.abc import Sequence
from typing import NamedTuple

from workbench.analysis.mitigation_words import COLUMNS, MethodRow

WIDTH, HEIGHT = 960, 430
LEFT, RIGHT, TOP, BOTTOM = 66, 312, 18, 54
APART = 19  # pixels between two labels
STEPS = (0.01, 0.02, 0.05, 0.1, 0.2)

STYLE = """
.mitigation { --paper: #ffffff; --ink: #1d2429; --muted: #59636b; --rule: #d5dadd; --dot: #0072b2;
  font: 13px system-ui, "Segoe UI", Roboto, "Noto Sans", "DejaVu Sans", sans-serif; }
@media (prefers-color-scheme: dark) { .mitigation { --paper: #14191d; --ink: #e4e7e9;
  --muted: #a3adb4; --rule: #343c42; --dot: #56b4e9; } }
.mitigation .paper { fill: var(--paper); } .mitigation text { fill: var(--ink); }
.mitigation .soft { fill: var(--muted); font-size: 11.5px; }
.mitigation .grid { stroke: var(--rule); }
.mitigation .leader { stroke: var(--muted); stroke-width: .8; opacity: .6; fill: none; }
.mitigation .reach { stroke: var(--dot); stroke-width: 1.5; opacity: .55; }
.mitigation .dot { fill: var(--dot); stroke: var(--dot); stroke-width: 2; }
.mitigation .hollow { fill: var(--paper); }
"""


class Point(NamedTuple):
    """A method: one gap and balanced error with their intervals, as shares."""

    label: str
    gap: tuple[float, float, float]  # low, value, high
    error: tuple[float, float, float]
    on_persons: bool


class Frame(NamedTuple):
    """From shares to pixels."""

    most_gap: float
    least_error: float
    most_error: float

    def x(self, gap: float) -> float:
        return LEFT + (WIDTH - LEFT - RIGHT) * min(gap / self.most_gap, 1.0)

    def y(self, error: float) -> float:
        share = (error - self.least_error) / (self.most_error - self.least_error)
        return HEIGHT - BOTTOM - (HEIGHT - TOP - BOTTOM) * share


def mitigation_plot(methods: Sequence[MethodRow], gap: str) -> str:
    """The SVG of one gap (``gap``, ``gap_fpr`` or ``gap_fnr``); methods without that gap or an
    error are left out."""
    points = [point for row in methods if (point := _point(row, gap)) is not None]
    if not points:
        return ""
    most = max(p.gap[2] for p in points)
    low, high = min(p.error[0] for p in points), max(p.error[2] for p in points)
    step_x, step_y = _step(most), _step(high - low)
    frame = Frame(
        _up(most, step_x), max(_up(low, step_y) - step_y, 0.0), _up(high, step_y) or step_y
    )
    axis = COLUMNS[gap].lower()
    said = "; ".join(
        f"{p.label}: {axis} {_percent(p.gap[1])}, error {_percent(p.error[1])}" for p in points
    )
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" class="mitigation" role="img" '
        f'viewBox="0 0 {WIDTH} {HEIGHT}" aria-label="{html.escape(said)}">',
        f"<style>{STYLE}</style>",
        f'<rect class="paper" width="{WIDTH}" height="{HEIGHT}"/>',
        *_grid(frame, step_x, step_y, f"{axis}, points (95 %)"),
        *(_cross(point, frame) for point in points),
        *(_dot(point, frame) for point in sorted(points, key=lambda p: p.on_persons)),
        *_labels(points, frame),
        "</svg>",
    ]
    return "\n".join(parts)


def _point(row: MethodRow, of: str) -> Point | None:
    gap, error = row["measures"][of], row["measures"]["balanced_error"]
    if gap["value"] is None or error["value"] is None:
        return None
    around = [
        (found[0], value, found[1])
        for value, found in (
            (gap["value"], gap["interval"] or [gap["value"]] * 2),
            (error["value"], error["interval"] or [error["value"]] * 2),
        )
    ]
    return Point(row["label"], around[0], around[1], row["on_persons"])


def _step(reach: float) -> float:
    """Between two lines of the grid, so that there are at most seven."""
    return next((step for step in STEPS if reach / step <= 7), 0.25)


def _up(share: float, step: float) -> float:
    """The next line of the grid from `share` on."""
    return step * -(-share // step) if share > 0 else step


def _percent(share: float) -> str:
    return f"{float(f'{100 * share:.3g}'):g} %"


def _grid(frame: Frame, step_x: float, step_y: float, axis: str) -> list[str]:
    floor, end = HEIGHT - BOTTOM, WIDTH - RIGHT
    out = []
    for i in range(round(frame.most_gap / step_x) + 1):
        x = frame.x(i * step_x)
        out.append(f'<line class="grid" x1="{x:.1f}" x2="{x:.1f}" y1="{TOP}" y2="{floor}"/>')
        out.append(_text(x, floor + 18, f"{100 * i * step_x:g}", "middle"))
    for i in range(round((frame.most_error - frame.least_error) / step_y) + 1):
        error = frame.least_error + i * step_y
        y = frame.y(error)
        out.append(f'<line class="grid" x1="{LEFT}" x2="{end}" y1="{y:.1f}" y2="{y:.1f}"/>')
        out.append(_text(LEFT - 8, y + 4, f"{100 * error:g}", "end"))
    middle = (LEFT + end) / 2
    out.append(_text(middle, HEIGHT - 10, axis, "middle"))
    turned = f'transform="rotate(-90 16 {(TOP + floor) / 2})"'
    out.append(_text(16, (TOP + floor) / 2, "balanced error, per cent (95 %)", "middle", turned))
    return out


def _text(x: float, y: float, said: str, anchor: str, more: str = "") -> str:
    return (
        f'<text class="soft" x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" {more}>'
        f"{html.escape(said)}</text>"
    )


def _cross(point: Point, frame: Frame) -> str:
    x, y = frame.x(point.gap[1]), frame.y(point.error[1])
    return (
        f'<line class="reach" x1="{frame.x(point.gap[0]):.1f}" x2="{frame.x(point.gap[2]):.1f}" '
        f'y1="{y:.1f}" y2="{y:.1f}"/><line class="reach" x1="{x:.1f}" x2="{x:.1f}" '
        f'y1="{frame.y(point.error[0]):.1f}" y2="{frame.y(point.error[2]):.1f}"/>'
    )


def _dot(point: Point, frame: Frame) -> str:
    kind = "dot" if point.on_persons else "dot hollow"
    x, y = frame.x(point.gap[1]), frame.y(point.error[1])
    return f'<circle class="{kind}" cx="{x:.1f}" cy="{y:.1f}" r="5.5"/>'


def _labels(points: Sequence[Point], frame: Frame) -> list[str]:
    """Labels in the right margin, in the order of their points and clear of each other."""
    ordered = sorted(points, key=lambda p: (frame.y(p.error[1]), p.gap[1]))
    lowest = HEIGHT - BOTTOM - APART * (len(ordered) - 1)
    out, at, left = [], float(TOP), WIDTH - RIGHT + 22
    for i, point in enumerate(ordered):
        x, y = frame.x(point.gap[1]), frame.y(point.error[1])
        at = max(min(y, lowest + APART * i), at)
        out.append(
            f'<path class="leader" d="M{x + 8:.1f} {y:.1f}L{left - 6} {at:.1f}"/>'
            f'<text x="{left}" y="{at + 4:.1f}">{html.escape(point.label)}</text>'
        )
        at += APART
    filled = _text(left, HEIGHT - 28, "filled: may be used on persons", "start")
    return [*out, filled, _text(left, HEIGHT - 10, "hollow: not used on persons", "start")]
