"""Tables of a page in a PDF: heads repeat on every sheet, columns as wide as what they hold."""

from collections.abc import Iterator, Sequence

from reportlab.lib.colors import HexColor
from reportlab.lib.styles import ParagraphStyle
from reportlab.platypus import Flowable, LongTable, Paragraph, Table

from workbench.store.page_tree import Node
from workbench.store.pdf_text import BOLD, COLOURS, PLAIN, marked, shown, width

SIZE = 7.0
_PAD = 9.0
_WIDEST = 190.0
_NARROWEST = 26.0
TORN = 8  # rows beyond which a table may go on on the next sheet
_ACROSS = 4  # facts in a row
_CELL = ParagraphStyle("cell", fontName=PLAIN, fontSize=SIZE, leading=1.3 * SIZE, splitLongWords=1)
_RIGHT = ParagraphStyle("right", parent=_CELL, alignment=2)
_TERM = ParagraphStyle(
    "term", fontName=PLAIN, fontSize=7.0, leading=9.0, textColor=HexColor(COLOURS["muted"])
)
_FACT = ParagraphStyle("fact", fontName=PLAIN, fontSize=9.0, leading=12.0)


def set_table(node: Node, within: float) -> Iterator[Flowable]:
    """A table as wide as it needs to be, at most `within`; nothing where it has no row."""
    head = [cell for row in node.all("thead") for cell in row.all("th")]
    rows = [
        [cell for cell in row.elements() if cell.tag in ("td", "th")]
        for body in node.all("tbody")
        for row in body.all("tr")
    ]
    if not rows:
        return
    widths = _widths(head, rows, within)
    cells = [[_cell(cell, widths[j], j, head=True) for j, cell in enumerate(head)]] if head else []
    cells += [[_cell(cell, widths[j], j) for j, cell in enumerate(row)] for row in rows]
    words = [j for j, cell in enumerate(head or rows[0]) if "text" in cell.classes]
    left = [("ALIGN", (j, 0), (j, -1), "LEFT") for j in words]
    whole = [] if len(rows) > TORN else [("NOSPLIT", (0, 0), (-1, -1))]
    yield LongTable(
        cells,
        colWidths=widths,
        repeatRows=len(cells) - len(rows),
        style=[*_STYLE, *left, *whole],
        hAlign="LEFT",
        spaceBefore=3,
        spaceAfter=8,
    )


def facts_table(node: Node, within: float) -> Table:
    """Terms above what stands behind them, a few in a row."""
    pairs = [
        [Paragraph(marked(term), _TERM), Paragraph(marked(fact), _FACT)]
        for pair in node.elements()
        for term, fact in zip(pair.all("dt"), pair.all("dd"), strict=True)
    ]
    rows = [pairs[i : i + _ACROSS] for i in range(0, len(pairs), _ACROSS)]
    rows = [row + [[]] * (_ACROSS - len(row)) for row in rows]
    return Table(rows, colWidths=[within / _ACROSS] * _ACROSS, style=_FACTS, hAlign="LEFT")


def _lines(cell: Node) -> list[str]:
    """What stands in a cell, a quiet part of it on a line of its own."""
    quiet = [part for part in cell.elements() if "quiet" in part.classes]
    if not quiet:
        return [cell.text()]
    rest = Node("td", {}, [child for child in cell.children if child not in quiet])
    return [rest.text(), *(part.text() for part in quiet)]


def _font(cell: Node) -> str:
    return BOLD if any(True for _ in cell.all("b")) else PLAIN


def _widths(head: Sequence[Node], rows: Sequence[Sequence[Node]], within: float) -> list[float]:
    """By the longest line of each column, a head by its longest word; shrunk to what there is."""
    out = []
    for j in range(max(len(head), *(len(row) for row in rows))):
        lines = {(line, _font(row[j])) for row in rows if j < len(row) for line in _lines(row[j])}
        longest = max((width(shown(line), SIZE, font=font) for line, font in lines), default=0.0)
        words = head[j].text().split() if j < len(head) else []
        named = max([0.0, *(width(word, SIZE, font=BOLD) for word in words)])
        longest = max(longest, named, 0.6 * width(" ".join(words), SIZE))
        out.append(min(max(longest, _NARROWEST), _WIDEST) + 2 * _PAD)
    total = sum(out)
    return out if total <= within else [one * within / total for one in out]


def _cell(cell: Node, wide: float, j: int, *, head: bool = False) -> Flowable | str:
    """Text as it stands where it fits on its lines: a table of a thousand rows is set at once."""
    lines = [shown(line) for line in _lines(cell)]
    plain = not cell.classes - {"text"} and not any(e.classes - {"quiet"} for e in cell.elements())
    if not head and plain and all(width(line, SIZE) <= wide - 2 * _PAD for line in lines):
        return "\n".join(lines)
    return Paragraph(marked(cell), _CELL if j == 0 or "text" in cell.classes else _RIGHT)


_STYLE = [
    ("FONT", (0, 0), (-1, -1), PLAIN, SIZE, 1.25 * SIZE),
    ("TEXTCOLOR", (0, 0), (-1, -1), HexColor(COLOURS["ink"])),
    ("ALIGN", (0, 0), (0, -1), "LEFT"),
    ("ALIGN", (1, 0), (-1, -1), "RIGHT"),
    ("VALIGN", (0, 0), (-1, -1), "TOP"),
    ("LEFTPADDING", (0, 0), (-1, -1), 0),
    ("RIGHTPADDING", (0, 0), (-1, -1), 2 * _PAD),
    ("TOPPADDING", (0, 0), (-1, -1), 2),
    ("BOTTOMPADDING", (0, 0), (-1, -1), 2),
    ("LINEBELOW", (0, 0), (-1, -1), 0.5, HexColor(COLOURS["rule"])),
]
_FACTS = [
    ("FONT", (0, 0), (-1, -1), PLAIN),
    ("VALIGN", (0, 0), (-1, -1), "TOP"),
    ("LEFTPADDING", (0, 0), (-1, -1), 0),
    ("RIGHTPADDING", (0, 0), (-1, -1), 12),
]
