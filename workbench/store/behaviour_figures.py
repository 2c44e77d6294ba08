"""What acts together as bars, and squares of the map in colour, as SVG text with the figures in it.

Colours are CSS classes of the page around it; every text is escaped.
"""

import html
from collections.abc import Mapping, Sequence
from typing import Any

from workbench.analysis.behaviour_words import rests_on, value_words
from workbench.analysis.slices import SQUARE_KM
from workbench.analysis.wording import shown
from workbench.store.behaviour_plots import label

WIDE, NAMES, BAR = 640, 330, 44
CELL, HEAD, FOOT, EDGE = (48, 46), 6, 42, 48
STRONGEST = 0.45  # opacity of the fullest cell, so that its figures stay legible


def bars(pairs: Sequence[Mapping[str, Any]]) -> str:
    """H of each pair of reasons, from 0 to 100 %, the largest first."""
    if not pairs:
        return ""
    top = max([1.0, *(pair["share"] or 0.0 for pair in pairs)])
    height = BAR * len(pairs)
    parts = [
        f'<svg viewBox="0 0 {WIDE} {height + 44}" role="img" '
        'aria-label="H of each pair, the largest first">'
    ]
    room = WIDE - NAMES - 96
    for per_cent in (0, 25, 50, 75, 100):
        at = NAMES + room * per_cent / 100 / top
        parts.append(f'<line class="grid" x1="{at:.1f}" x2="{at:.1f}" y1="0" y2="{height}"/>')
        parts.append(f'<text class="tick" x="{at:.1f}" y="{height + 17}">{per_cent} %</text>')
    for i, pair in enumerate(sorted(pairs, key=lambda pair: -(pair["share"] or 0.0))):
        share, y = pair["share"] or 0.0, BAR * i + BAR / 2
        end = NAMES + room * share / top
        parts.append(label(" × ".join(pair["labels"]), NAMES - 12, y, 48))
        parts.append(
            f'<rect class="bar" x="{NAMES}" y="{y - 8}" width="{end - NAMES:.1f}" height="16"/>'
            f'<text class="beside" x="{end + 8:.1f}" y="{y + 4}">{shown(100 * share)} %</text>'
        )
    parts.append(
        f'<text class="tick" x="{NAMES + room / 2:.0f}" y="{height + 36}">'
        "H: share of all that the two do, done only together</text>"
    )
    return "\n".join([*parts, "</svg>"])


def square_map(rows: Sequence[Mapping[str, Any]], measure: str) -> str:
    """Squares of the map as cells, north up: the measure in per cent, and what it rests on.

    The stronger the colour, the higher the measure; a dash where too few are there to tell.
    """
    placed = [row for row in rows if row.get("corner")]
    if not placed:
        return ""
    east = sorted({row["corner"][0] for row in placed})
    north = sorted({row["corner"][1] for row in placed})
    n_across = (east[-1] - east[0]) // SQUARE_KM + 1
    n_up = (north[-1] - north[0]) // SQUARE_KM + 1
    wide, tall = EDGE + CELL[0] * n_across + 16, HEAD + CELL[1] * n_up + FOOT
    most = max((row[measure][0] for row in placed if row[measure]), default=0.0)
    parts = [
        f'<svg viewBox="0 0 {wide} {tall}" role="img" '
        f'style="width: {wide}px" aria-label="Squares of the map">'
    ]
    for row in placed:
        x = EDGE + CELL[0] * (row["corner"][0] - east[0]) / SQUARE_KM
        y = HEAD + CELL[1] * (north[-1] - row["corner"][1]) / SQUARE_KM
        parts.append(_cell(row, measure, x, y, most))
    for i in range(n_across + 1):
        at = EDGE + CELL[0] * i
        words = f"{east[0] + SQUARE_KM * i}"
        parts.append(f'<text class="tick" x="{at}" y="{tall - FOOT + 16}">{words}</text>')
    for i in range(n_up + 1):
        at = HEAD + CELL[1] * (n_up - i)
        words = f"{north[0] + SQUARE_KM * i}"
        parts.append(f'<text class="label" x="{EDGE - 6}" y="{at + 4}">{words}</text>')
    parts.append(
        f'<text class="tick" x="{EDGE + CELL[0] * n_across / 2:.0f}" y="{tall - 6}">'
        "km to the east</text>"
        f'<text class="tick" x="12" y="{(tall - FOOT) / 2:.0f}" '
        f'transform="rotate(-90 12 {(tall - FOOT) / 2:.0f})">km to the north</text>'
    )
    return "\n".join([*parts, "</svg>"])


def _cell(row: Mapping[str, Any], measure: str, x: float, y: float, most: float) -> str:
    found = row[measure]
    said = "–" if found is None else f"{shown(round(100 * found[0], 1))} %"
    full = 0.0 if found is None or not most else STRONGEST * found[0] / most
    middle = x + CELL[0] / 2
    told = f"{row['label']}: {value_words(row, measure)}, {rests_on(row, measure)}"
    n = rests_on(row, measure).split()[0]
    return (
        f"<g><title>{html.escape(told)}</title>"
        f'<rect class="cell" x="{x}" y="{y}" width="{CELL[0] - 2}" height="{CELL[1] - 2}" '
        f'fill-opacity="{full:.2f}"/>'
        f'<text class="inside" x="{middle}" y="{y + 19}">{said}</text>'
        f'<text class="tick" x="{middle}" y="{y + 35}">of {n}</text></g>'
    )
