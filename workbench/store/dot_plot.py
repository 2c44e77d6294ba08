"""Dots with intervals, drawn as SVG text: static, printable, readable by a screen reader.

Colours are CSS variables of the page around it (``--ink``, ``--muted``, ``--dot``, ``--band``).
"""

import html
from collections.abc import Sequence

from workbench.analysis.group_dots import GroupDot, reach_of, shared_reach

LABELS, WIDTH, RIGHT, ROW, AXIS = 196, 560, 16, 34, 26
_PAIR = 44  # height of a line with two dots


def dot_plot(
    dots: Sequence[GroupDot],
    *,
    title: str,
    band: tuple[float, float] | None,
    reach: float | None = None,
) -> str:
    """The SVG; `band` is the margin, drawn behind. Shares from 0 to 1, shown in per cent.

    `reach` is how far the axis must go at least, so that several plots share it; unless told, as
    far as these dots need. An interval that goes on beyond the axis ends in an arrow.
    """
    end = _end(reach_of(dots, band) if reach is None else reach)
    height = ROW * len(dots) + AXIS
    parts = [
        f'<svg viewBox="0 0 {WIDTH} {height}" role="img" aria-label="{html.escape(title)}">',
        _band(band, end, ROW * len(dots)),
        *_grid(end, ROW * len(dots)),
        *(_line(dot, i, end) for i, dot in enumerate(dots)),
        "</svg>",
    ]
    return "\n".join(parts)


def pair_plot(pairs: Sequence[tuple[GroupDot, GroupDot]], *, title: str) -> str:
    """Each group twice on one line: counted against records above, against truth below."""
    both = [(side, None) for side in zip(*pairs, strict=True)]
    end, height = _end(shared_reach(both)), _PAIR * len(pairs)
    parts = [
        f'<svg viewBox="0 0 {WIDTH} {height + AXIS}" role="img" aria-label="{html.escape(title)}">',
        *_grid(end, height),
    ]
    for i, (records, truth) in enumerate(pairs):
        y = _PAIR * (i + 0.5)
        note = f"{records.n:,} and {truth.n:,} {truth.of}"
        parts.append(_named(records.group, note, y))
        parts += [_mark(records, y - 7, end, "records"), _mark(truth, y + 7, end, "true")]
    return "\n".join((*parts, "</svg>"))


def _end(most: float) -> float:
    """The next round number from `most`."""
    for end in (0.01, 0.02, 0.05, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5, 0.6, 0.8):
        if most <= end:
            return end
    return 1.0


def _x(share: float, end: float) -> float:
    return LABELS + (WIDTH - LABELS - RIGHT) * min(max(share, 0.0), end) / end


def _band(band: tuple[float, float] | None, end: float, height: int) -> str:
    if band is None:
        return ""
    left, right = _x(band[0], end), _x(band[1], end)
    return f'<rect class="band" x="{left:.1f}" y="0" width="{right - left:.1f}" height="{height}"/>'


def _grid(end: float, height: int) -> list[str]:
    out = []
    for i in range(6):
        x, share = _x(end * i / 5, end), 100 * end * i / 5
        out.append(f'<line class="grid" x1="{x:.1f}" x2="{x:.1f}" y1="0" y2="{height}"/>')
        out.append(f'<text class="tick" x="{x:.1f}" y="{height + 18}">{share:g} %</text>')
    return out


def _line(dot: GroupDot, i: int, end: float) -> str:
    y = ROW * i + ROW / 2
    return _named(dot.group, dot.note, y) + _mark(dot, y, end)


def _named(group: str, note: str, y: float) -> str:
    return (
        f'<text class="label" x="{LABELS - 14}" y="{y - 1}">{html.escape(_short(group))}</text>'
        f'<text class="note" x="{LABELS - 14}" y="{y + 12}">{html.escape(note)}</text>'
    )


def _mark(dot: GroupDot, y: float, end: float, side: str = "") -> str:
    """The interval and the dot; `side` true is drawn in the colour of the truth."""
    also = "-true" if side == "true" else ""
    low, at, high = _x(dot.low, end), _x(dot.value, end), _x(dot.high, end)
    beyond_class = "reach-true" if also else "beyond"
    kind = f"dot{also} hollow" if dot.short else f"dot{also}"
    beyond = (
        f'<path class="{beyond_class}" d="M{high - 5:.1f} {y - 4}l5 4l-5 4"/>'
        if dot.high > end
        else ""
    )
    return (
        f"<g><title>{html.escape(dot.group)}{_SIDES[side]}: {100 * dot.value:.2g} % "
        f"({100 * dot.low:.2g} to {100 * dot.high:.2g}), {html.escape(dot.note)}</title>"
        f'<line class="reach{also}" x1="{low:.1f}" x2="{high:.1f}" y1="{y}" y2="{y}"/>{beyond}'
        f'<circle class="{kind}" cx="{at:.1f}" cy="{y}" r="4.5"/></g>'
    )


_SIDES = {"": "", "records": ", against records", "true": ", against the truth"}


def _short(label: str) -> str:
    return label if len(label) <= 27 else f"{label[:26]}…"
