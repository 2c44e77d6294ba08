"""A plot of a page, drawn into a PDF from the same shapes: vectors, with text that stays text."""

import re
from collections.abc import Mapping

from reportlab.graphics.shapes import Circle, Drawing, Line, Path, Rect, String
from reportlab.lib.colors import HexColor

from workbench.domain.errors import CheckFailed
from workbench.store.page_tree import Node
from workbench.store.pdf_text import COLOURS, PLAIN, letters, shown, width

_LEAST_SIZE = 6.5  # points; smaller is not read on paper
_TEXT_SIZE = "12.5"
_SIZE = re.compile(r"([\d.]+)px")
_STEP = re.compile(r"([MmLlHhVvZz])|(-?\d*\.?\d+(?:e-?\d+)?)")
Style = Mapping[str, str]


def drawing(svg: Node, styles: Mapping[str, Style], *, within: float, height: float) -> Drawing:
    """The plot, as large as fits `within` points of width and `height` of height.

    Raises
    ------
    CheckFailed
        When the plot holds a shape that is not drawn here.
    """
    letters()
    _, _, wide, high = (float(part) for part in svg.attributes["viewbox"].split())
    scale = min(within / wide, height / high)
    out = Drawing(wide * scale, high * scale, initialFontName=PLAIN)
    for node in _shapes(svg):
        _draw(out, node, _style(node, styles), scale, high)
    return out


def _shapes(node: Node) -> list[Node]:
    found = []
    for child in node.elements():
        if child.tag == "g":
            found += _shapes(child)
        elif child.tag != "title":
            found.append(child)
    return found


def _style(node: Node, styles: Mapping[str, Style]) -> dict[str, str]:
    """What applies to the element: its tag's style, its classes', then its own attributes."""
    said = dict(styles.get(node.tag, {}))
    for name in node.attributes.get("class", "").split():
        said |= styles.get(f".{name}", {})
    return said | {k: v for k, v in node.attributes.items() if k in _OWN}


_OWN = ("stroke", "fill", "stroke-width", "stroke-dasharray", "text-anchor", "font-size")


def _draw(out: Drawing, node: Node, style: Style, scale: float, high: float) -> None:
    def x(name: str) -> float:
        return node.number(name) * scale

    def y(name: str) -> float:
        return (high - node.number(name)) * scale

    stroked = _stroke(style, scale)
    match node.tag:
        case "line":
            out.add(Line(x("x1"), y("y1"), x("x2"), y("y2"), **stroked))
        case "rect":
            wide, tall = x("width"), node.number("height") * scale
            out.add(Rect(x("x"), y("y") - tall, wide, tall, **stroked, **_fill(style)))
        case "circle":
            out.add(Circle(x("cx"), y("cy"), x("r"), **stroked, **_fill(style)))
        case "text":
            _text(out, node, style, scale, x("x"), y("y"))
        case "path" | "polyline" | "polygon":
            out.add(_path(node, scale, high, {**stroked, **_fill(style)}))
        case other:
            raise CheckFailed(f"A plot holds the shape {other}, which no PDF of ours draws.")


def _stroke(style: Style, scale: float) -> dict[str, object]:
    colour = style.get("stroke", "none")
    dashes = [
        float(part) * scale for part in re.findall(r"[\d.]+", style.get("stroke-dasharray", ""))
    ]
    return {
        "strokeColor": None if colour == "none" else HexColor(colour),
        "strokeOpacity": float(style.get("opacity", "1")),
        "strokeWidth": max(0.4, float(style.get("stroke-width", "1")) * scale),
        "strokeDashArray": dashes or None,
    }


def _fill(style: Style) -> dict[str, object]:
    colour = style.get("fill", COLOURS["ink"])
    return {"fillColor": None if colour == "none" else HexColor(colour)}


def _text(out: Drawing, node: Node, style: Style, scale: float, x: float, y: float) -> None:
    """At least as large as is read on paper, unless it would then leave the drawing."""
    said = shown(node.text())
    size = _SIZE.search(style.get("font-size", f"{_TEXT_SIZE}px"))
    wanted = max(_LEAST_SIZE, float(size[1] if size else _TEXT_SIZE) * scale)
    anchor = style.get("text-anchor", "start")
    room = {"start": out.width - x, "end": x}.get(anchor, 2 * min(x, out.width - x))
    fits = min(wanted, wanted * max(room, 1.0) / max(width(said, wanted), 1.0))
    out.add(String(x, y, said, fontName=PLAIN, fontSize=fits, textAnchor=anchor, **_fill(style)))


def _path(node: Node, scale: float, high: float, style: Mapping[str, object]) -> Path:
    """Straight steps, absolute and relative."""
    if node.tag == "path":
        steps = _STEP.findall(node.attributes["d"])
    else:
        steps = [("M", ""), *(("", n) for n in re.findall(r"-?[\d.]+", node.attributes["points"]))]
        steps += [("Z", "")] if node.tag == "polygon" else []
    path = Path(**style)
    at = (0.0, 0.0)
    command, numbers = "M", list[float]()
    for letter, number in steps:
        if letter in ("Z", "z"):
            path.closePath()
        elif letter:
            command, numbers = letter, []
        else:
            numbers.append(float(number))
            if len(numbers) == (1 if command in "HhVv" else 2):
                at = _next(command, numbers, at)
                place = at[0] * scale, (high - at[1]) * scale
                (path.moveTo if command in "Mm" else path.lineTo)(*place)
                command, numbers = {"M": "L", "m": "l"}.get(command, command), []
    return path


def _next(command: str, numbers: list[float], at: tuple[float, float]) -> tuple[float, float]:
    x, y = at if command.islower() else (0.0, 0.0)
    match command.upper():
        case "H":
            return x + numbers[0], at[1]
        case "V":
            return at[0], y + numbers[0]
        case _:
            return x + numbers[0], y + numbers[1]
