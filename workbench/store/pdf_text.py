"""Text in a PDF: fonts that hold Latin, Greek, Cyrillic and Arabic letters, and inline marks."""

from collections.abc import Mapping
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from xml.sax.saxutils import escape

from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont

from workbench.domain.errors import CheckFailed
from workbench.store.page_tree import Node

PLAIN, BOLD, ITALIC, MONO = "Report", "Report-Bold", "Report-Italic", "Report-Mono"
_FILES = {
    PLAIN: "DejaVuSans.ttf",
    BOLD: "DejaVuSans-Bold.ttf",
    ITALIC: "DejaVuSans-Oblique.ttf",
    MONO: "DejaVuSansMono.ttf",
}
COLOURS: Mapping[str, str] = {
    "ink": "#1d2429",
    "muted": "#59636b",
    "rule": "#d5dadd",
    "fail": "#b33c00",
    "pass": "#00664b",
    "few": "#6b5200",
    "insufficient": "#6b5200",
    "hidden": "#59636b",
    "quiet": "#59636b",
}


@cache
def letters() -> frozenset[int]:
    """Load the fonts; code points that the plain one has a shape for."""
    found = find_spec("matplotlib")
    if found is None or found.origin is None:
        raise CheckFailed("The fonts of reports are not installed; run: make setup.")
    folder = Path(found.origin).parent / "mpl-data" / "fonts" / "ttf"
    for name, file in _FILES.items():
        pdfmetrics.registerFont(TTFont(name, str(folder / file)))
    pdfmetrics.registerFontFamily(PLAIN, normal=PLAIN, bold=BOLD, italic=ITALIC, boldItalic=BOLD)
    return frozenset(pdfmetrics.getFont(PLAIN).face.charToGlyph)


def shown(text: str) -> str:
    """`text` with letters that the font has no shape for as their code point, never as a blank."""
    known = letters()
    return "".join(c if ord(c) in known or c.isspace() else f"[U+{ord(c):04X}]" for c in text)


def width(text: str, size: float, *, font: str = PLAIN) -> float:
    """In points."""
    letters()
    return float(pdfmetrics.stringWidth(text, font, size))


def marked(node: Node) -> str:
    """What an element says, as reportlab's paragraphs mark text; all of it is escaped."""
    parts = []
    for child in node.children:
        if isinstance(child, str):
            parts.append(escape(shown(child)))
        elif child.tag == "br":
            parts.append("<br/>")
        else:
            parts.append(_marked(child))
    return "".join(parts)


def _marked(node: Node) -> str:
    inside = marked(node)
    if node.tag in ("b", "strong", "th"):
        inside = f"<b>{inside}</b>"
    elif node.tag in ("i", "em"):
        inside = f"<i>{inside}</i>"
    elif node.tag == "code":
        inside = f'<font name="{MONO}">{inside}</font>'
    colour = next((COLOURS[name] for name in sorted(node.classes) if name in COLOURS), None)
    return f'<font color="{colour}">{inside}</font>' if colour else inside
