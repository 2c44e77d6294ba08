"""The proof that an entry stands in the signed log, worked out again here and drawn.

From the entry's own hash each step up joins one neighbour, left or right, until the root is
reached (RFC 9162, 2.1.3.2); the root is what the checkpoint signs. A log of a million entries
needs twenty steps.
"""

import base64
import binascii
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from workbench.domain.tree import node_hash

_LEVEL, _WIDTH, _BOX, _MIDDLE, _ASIDE = 46, 660, 136, 240, 160  # pixels
_MONO = "ui-monospace,Menlo,Consolas,DejaVu Sans Mono,monospace"
_SANS = "system-ui,Segoe UI,Noto Sans,DejaVu Sans,sans-serif"


class _Inks(NamedTuple):
    ink: str
    soft: str
    line: str
    paper: str
    seal: str


_LIGHT = _Inks("#1D2429", "#565D66", "#9AA2A9", "#F4F5F3", "#0072B2")
_DARK = _Inks("#E4E7E9", "#ABB3BA", "#6B757D", "#1D2226", "#56B4E9")


@dataclass(frozen=True, slots=True)
class Rung:
    """One step up: the neighbour, on which side it stands, and what the two hash to (hex)."""

    neighbour: str
    on_left: bool
    joined: str


def rungs(leaf_hash: str, index: int, size: int, path: Sequence[str]) -> tuple[Rung, ...]:
    """The steps from entry `index` to the root of a log of `size` entries, lowest first."""
    at, last, node = index, size - 1, bytes.fromhex(leaf_hash)
    steps = []
    for neighbour in path:
        on_left = bool(at % 2) or at == last
        other = bytes.fromhex(neighbour)
        node = node_hash(other, node) if on_left else node_hash(node, other)
        steps.append(Rung(neighbour, on_left, node.hex()))
        while on_left and at % 2 == 0 and at:
            at, last = at >> 1, last >> 1
        at, last = at >> 1, last >> 1
    return tuple(steps)


def signed_root(note: str) -> str:
    """The root (hex) that a checkpoint's signed note names; empty where it names none."""
    lines = note.splitlines()
    try:
        return base64.b64decode(lines[2], validate=True).hex() if len(lines) > 2 else ""
    except binascii.Error:
        return ""


def picture(leaf_hash: str, index: int, size: int, steps: Sequence[Rung], *, dark: bool) -> str:
    """The steps as SVG, the entry at the bottom, the signed root on top; hashes only."""
    inks = _DARK if dark else _LIGHT
    floor = _LEVEL * (len(steps) + 1) - 10
    parts = []
    for level, rung in enumerate(steps):
        y = floor - _LEVEL * level
        side = _MIDDLE - _ASIDE if rung.on_left else _MIDDLE + _ASIDE
        parts += [
            _join(_MIDDLE, y, _MIDDLE, y - _LEVEL, inks),
            _join(side, y, _MIDDLE, y - _LEVEL, inks),
            _box(side, y, rung.neighbour, inks, stroke=inks.line),
        ]
    for level, rung in enumerate(steps, start=1):
        stroke = inks.seal if level == len(steps) else inks.line
        parts.append(_box(_MIDDLE, floor - _LEVEL * level, rung.joined, inks, stroke=stroke))
    parts += [
        _box(_MIDDLE, floor, leaf_hash, inks, stroke=inks.seal),
        _words(_beside(steps), floor, f"entry {index:,}", inks),
        _words(_beside(()), floor - _LEVEL * len(steps), f"root of {size:,} entries, signed", inks),
    ]
    height = floor + 30
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{_WIDTH}" height="{height}" '
        f'viewBox="0 0 {_WIDTH} {height}">{"".join(parts)}</svg>'
    )


def _box(x: int, y: int, digest: str, inks: _Inks, *, stroke: str) -> str:
    return (
        f'<rect x="{x - _BOX // 2}" y="{y - 13}" width="{_BOX}" height="26" rx="4" '
        f'fill="{inks.paper}" stroke="{stroke}" stroke-width="1.5"/>'
        f'<text x="{x}" y="{y + 4}" text-anchor="middle" fill="{inks.ink}" font-size="12" '
        f'font-family="{_MONO}">{digest[:8]}…{digest[-4:]}</text>'
    )


def _join(x1: int, y1: int, x2: int, y2: int, inks: _Inks) -> str:
    return f'<path d="M{x1} {y1}L{x2} {y2}" stroke="{inks.line}" stroke-width="1.5"/>'


def _beside(steps: Sequence[Rung]) -> int:
    """Where words begin that stand beside the lowest box, past a neighbour on its right."""
    neighbour = _ASIDE if steps and not steps[0].on_left else 0
    return _MIDDLE + neighbour + _BOX // 2 + 14


def _words(x: int, y: int, text: str, inks: _Inks) -> str:
    return (
        f'<text x="{x}" y="{y + 4}" fill="{inks.soft}" '
        f'font-size="12.5" font-family="{_SANS}">{text}</text>'
    )
