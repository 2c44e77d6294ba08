"""A page of ours as a PDF: the same words, tables and plots, with page numbers and nothing outside.

The page is read and set again rather than printed, so that no browser is needed and equal pages
give equal bytes. What is folded away on the page is open here: plots in their place, tables of
figures at the end, so that they tear no plot from the next.
"""

import io
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from itertools import chain
from typing import Any

from reportlab.lib.colors import HexColor
from reportlab.lib.pagesizes import A4, landscape
from reportlab.lib.styles import ParagraphStyle
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import (
    CondPageBreak,
    Flowable,
    KeepInFrame,
    LongTable,
    Paragraph,
    SimpleDocTemplate,
    Spacer,
    Table,
)

from workbench.store.page_tree import Node, plot_styles, read_page
from workbench.store.pdf_plot import drawing
from workbench.store.pdf_table import TORN, facts_table, set_table
from workbench.store.pdf_text import BOLD, COLOURS, PLAIN, letters, marked, shown

PAGE = landscape(A4)
MARGIN, FOOT = 40.0, 18.0
_PADDING = 6.0  # of reportlab's frames
WIDE = PAGE[0] - 2 * MARGIN - 2 * _PADDING
HIGH = PAGE[1] - 2 * MARGIN - FOOT
_GAP = 22.0
_ROOM = 150.0  # above a long table, for its heading and some rows
_BLOCKS = {
    "header",
    "div",
    "main",
    "section",
    "footer",
    "body",
    "html",
    "page",
    "details",
    "figure",
}


def _style(
    name: str,
    size: float,
    *,
    font: str = PLAIN,
    colour: str = "ink",
    before: float = 0.0,
    after: float = 3.0,
) -> ParagraphStyle:
    return ParagraphStyle(
        name=name,
        fontName=font,
        fontSize=size,
        leading=1.38 * size,
        textColor=HexColor(COLOURS[colour]),
        spaceBefore=before,
        spaceAfter=after,
        keepWithNext=font == BOLD or name == "summary",
    )


STYLES: Mapping[str, ParagraphStyle] = {
    style.name: style
    for style in (
        _style("p", 9.0),
        _style("li", 9.0),
        _style("said", 8.0, colour="muted"),
        _style("kind", 9.0, colour="muted", after=0.0),
        _style("verdict", 11.5, after=6.0),
        _style("h1", 20.0, font=BOLD, after=6.0),
        _style("h2", 14.0, font=BOLD, before=18.0, after=4.0),
        _style("h3", 10.5, font=BOLD, before=10.0),
        _style("h4", 9.0, font=BOLD, before=4.0, after=1.0),
        _style("summary", 8.0, colour="muted", before=6.0),
    )
}


def pdf(page: bytes, *, foot: str) -> bytes:
    """The PDF of a page; `foot` stands at the foot of every sheet, beside its number.

    Equal pages give equal bytes. Fonts are embedded; nothing refers to another file or host.

    Raises
    ------
    CheckFailed
        When the page holds a plot that cannot be drawn.
    """
    letters()
    tree = read_page(page)
    written = next((m for m in tree.all("meta") if m.attributes.get("name") == _CREATED), None)
    title = next(tree.all("title")).text()
    out = io.BytesIO()
    document = _Report(
        out,
        pagesize=PAGE,
        leftMargin=MARGIN,
        rightMargin=MARGIN,
        topMargin=MARGIN,
        bottomMargin=MARGIN + FOOT,
        title=title,
        author="workbench",
        subject=foot,
        lang="en",
        displayDocTitle=1,
        invariant=1,
        initialFontName=PLAIN,
    )
    document.written_at = "" if written is None else written.attributes["content"]
    body = next(tree.all("body"))
    styles = plot_styles(tree)
    flow = _apart(chain(_flow(body, styles, WIDE), _appendix(body, styles)))
    document.build(flow, canvasmaker=_Sheets)
    return out.getvalue()


def _apart(flow: Iterator[Flowable]) -> list[Flowable]:
    """Headings stay with what follows; above a long table they ask for room instead, since all of
    the table cannot stay with them."""
    out: list[Flowable] = []
    for flowable in flow:
        if isinstance(flowable, LongTable) and len(flowable._cellvalues) > TORN:
            first = len(out)
            while first and out[first - 1].getKeepWithNext():
                first -= 1
                out[first].keepWithNext = 0
            out.insert(first, CondPageBreak(_ROOM))
        out.append(flowable)
    return out


class _Report(SimpleDocTemplate):  # type: ignore[misc] # reportlab has no types
    """Headings are its outline; `written_at` is the instant of the page, UTC, empty where it has
    none."""

    written_at = ""

    def _startBuild(self, *given: Any, **named: Any) -> None:  # noqa: N802 # its name in reportlab
        super()._startBuild(*given, **named)
        if self.written_at:
            stamp = self.canv._doc._timeStamp
            stamp.lt = datetime.fromisoformat(self.written_at).replace(tzinfo=UTC).timetuple()
            stamp.YMDhms = tuple(stamp.lt)[:6]

    def afterFlowable(self, flowable: Flowable) -> None:  # noqa: N802 # its name in reportlab
        level = {"h1": 0, "h2": 1, "h3": 2}.get(getattr(flowable, "style", _NONE).name)
        if level is not None:
            key = f"at{self.seq.nextf('heading')}"
            self.canv.bookmarkPage(key)
            self.canv.addOutlineEntry(flowable.getPlainText(), key, level, closed=level > 0)


class _Sheets(Canvas):  # type: ignore[misc] # reportlab has no types
    """Sheets are finished once it is known how many there are. Dated as the page says it was
    written, so that equal pages give equal bytes."""

    def __init__(self, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        self._kept: list[dict[str, Any]] = []

    def showPage(self) -> None:  # noqa: N802 # its name in reportlab
        self._kept.append(dict(self.__dict__))
        self._startPage()

    def save(self) -> None:
        for i, sheet in enumerate(self._kept, start=1):
            self.__dict__.update(sheet)
            self._foot(f"{i} of {len(self._kept)}")
            super().showPage()
        super().save()

    def _foot(self, number: str) -> None:
        self.setFont(PLAIN, 7)
        self.setFillColor(HexColor(COLOURS["muted"]))
        self.setStrokeColor(HexColor(COLOURS["rule"]))
        left, right = MARGIN + _PADDING, PAGE[0] - MARGIN - _PADDING
        self.line(left, MARGIN + 6, right, MARGIN + 6)
        self.drawString(left, MARGIN - 6, shown(self._doc.info.subject))
        self.drawRightString(right, MARGIN - 6, number)


def _flow(node: Node, styles: Mapping[str, Any], within: float) -> Iterator[Flowable]:
    """What an element holds, from top to bottom."""
    for child in node.children:
        if isinstance(child, str):
            if child.strip():
                yield Paragraph(shown(child), STYLES["p"])
            continue
        yield from _element(child, styles, within)


def _appendix(body: Node, styles: Mapping[str, Any]) -> Iterator[Flowable]:
    """The tables that are folded away on the page."""
    folded = [node for node in body.all("details") if _is_table(node)]
    if folded:
        yield Paragraph("All figures", STYLES["h2"])
    for node in folded:
        yield from _flow(node, styles, WIDE)


def _is_table(node: Node) -> bool:
    """True for what is folded away and holds figures alone."""
    return any(True for _ in node.all("table")) and not any(True for _ in node.all("svg"))


def _element(node: Node, styles: Mapping[str, Any], within: float) -> Iterator[Flowable]:
    match node.tag:
        case "svg":
            yield drawing(node, styles, within=within, height=0.72 * HIGH)
        case "table":
            yield from set_table(node, within)
        case "dl":
            yield facts_table(node, within)
        case "ul" | "ol":
            for item in node.all("li"):
                yield Paragraph(f"· {marked(item)}", STYLES["li"])
        case "p" | "h1" | "h2" | "h3" | "h4" | "summary":
            yield Paragraph(marked(node), _style_of(node))
        case "figcaption":
            yield Paragraph(marked(node), STYLES["said"])
        case _ if node.classes & set(_ACROSS) and not any(True for _ in node.all("table")):
            yield from _beside(node, styles, within)
        case "details" if _is_table(node):
            return
        case tag if tag in _BLOCKS:
            yield from _flow(node, styles, within)
        case _:
            yield Paragraph(marked(node), STYLES["p"])


def _style_of(node: Node) -> ParagraphStyle:
    named = next((name for name in ("said", "kind", "verdict") if name in node.classes), None)
    if "quiet" in node.classes:
        named = "said"
    return STYLES[named or node.tag]


def _beside(node: Node, styles: Mapping[str, Any], within: float) -> Iterator[Flowable]:
    """Plots side by side, as many in a row as the page has; a row is not torn apart."""
    across = next(n for name, n in _ACROSS.items() if name in node.classes)
    cell = (within - _GAP * (across - 1)) / across
    each = [list(_element(child, styles, cell)) for child in node.elements()]
    for start in range(0, len(each), across):
        row = [KeepInFrame(cell, HIGH - 40, part) for part in each[start : start + across]]
        row += [""] * (across - len(row))
        widths = [cell + _GAP] * (across - 1) + [cell]
        yield Table([row], colWidths=widths, style=_BARE, hAlign="LEFT")
        yield Spacer(1, 4)


_CREATED = "dcterms.created"
_ACROSS = {"plots": 2, "three": 3, "small": 4}
_NONE = ParagraphStyle("none")
_BARE = [
    ("FONT", (0, 0), (-1, -1), PLAIN),
    ("VALIGN", (0, 0), (-1, -1), "TOP"),
    ("LEFTPADDING", (0, 0), (-1, -1), 0),
    ("RIGHTPADDING", (0, 0), (-1, -1), 0),
    ("TOPPADDING", (0, 0), (-1, -1), 0),
    ("BOTTOMPADDING", (0, 0), (-1, -1), 0),
]
