"""The page stands alone, escapes what came from data, and says what the JSON says."""

import json
from html.parser import HTMLParser
from pathlib import Path

import pytest

from workbench.analysis.validation.references import REFERENCES
from workbench.analysis.validation.rows import Measured, Plot, Row, Series, absent, row
from workbench.store.small_plot import draw, legend
from workbench.store.validation_report import render, write

PLOT = Plot(
    title="A <b>title</b>",
    x_label="x & y",
    y_label="share",
    series=(
        Series(name="ours", x=(1.0, 10.0, 0.0), y=(0.5, 0.1, 0.3), kind="points"),
        Series(name="theirs", x=(10.0, 10.0), y=(0.1, 1.0), kind="dashes", ours=False),
    ),
    x_log=True,
)


def rows() -> list[Row]:
    measured = Measured(value=784.0, low=700.0, high=800.0, n=2_000, note="A <script>", plot=PLOT)
    return [
        row("degree_999", REFERENCES["degree_999"], measured),
        row("knox", REFERENCES["knox"], Measured(value=0.9)),
        absent("series_auc", REFERENCES["series_auc"], "there is no truth/series.csv"),
    ]


class Outline(HTMLParser):
    """Names of the elements, and those that were never closed."""

    def __init__(self) -> None:
        super().__init__()
        self.names: list[str] = []
        self.open: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.names.append(tag)
        if tag not in ("meta", "br", "line", "circle", "rect", "path"):
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if self.open and self.open[-1] == tag:
            self.open.pop()


def outline(page: str) -> Outline:
    parsed = Outline()
    parsed.feed(page)
    return parsed


def test_the_page_is_whole_and_runs_nothing() -> None:
    page = render("world-s-1", rows(), seed=1, sizes={"persons": 1_995})
    parsed = outline(page)
    assert not [name for name in parsed.open if name not in ("p",)]
    assert "script" not in parsed.names
    assert "http" not in page.replace("Content-Security", "").replace("http-equiv", "")
    assert "A &lt;script&gt;" in page


def test_ours_stands_beside_the_reference_with_its_source_and_verdict() -> None:
    page = render("world-s-1", rows(), seed=1, sizes={"persons": 1_995})
    for words in (
        *("1 of 3 rows hold, 1 misses, 1 is not in this world.", "784", "(700 to 800)", "1,995"),
        *("AMLworld&#x27;s 11 is too thin", "from 300 to 3,000", "there is no truth/series.csv"),
    ):
        assert words in page


def test_the_json_beside_it_has_every_row(tmp_path: Path) -> None:
    beside = write(tmp_path / "new" / "v.html", "w", rows(), seed=1, sizes={"persons": 3})
    document = json.loads(beside.read_text())
    assert beside.name == "v.json"
    assert (document["holds"], document["misses"], document["not_in_this_world"]) == (1, 1, 1)
    first = document["rows"][0]
    assert (first["ours"], first["interval"], first["verdict"]) == (784.0, [700.0, 800.0], "holds")
    assert document["rows"][2]["ours"] is None


def test_a_plot_leaves_out_what_its_axis_cannot_show() -> None:
    drawn = draw(PLOT)
    assert drawn.count("<circle") == 2  # the point at 0 is not on a logarithmic axis
    assert drawn.count("<path") == 1
    assert "<b>" not in drawn and "x &amp; y" in drawn
    assert "theirs" in legend(PLOT)


def test_bars_are_named_and_begin_at_zero() -> None:
    bars = Plot(
        title="Days", x_label="day", y_label="share", ticks=("Mon", "Tue"),
        series=(Series(name="ours", x=(0.0, 1.0), y=(1.0, 0.5), kind="bars"),),
    )  # fmt: skip
    drawn = draw(bars)
    assert drawn.count("<rect") == 2
    assert ">Mon<" in drawn and ">Tue<" in drawn and ">0<" in drawn
    assert legend(bars) == ""


@pytest.mark.parametrize("x", [(), (-1.0,), (float("nan"),)])
def test_a_plot_without_points_is_not_drawn(x: tuple[float, ...]) -> None:
    empty = Plot(
        title="t", x_label="x", y_label="y", x_log=True,
        series=(Series(name="ours", x=x, y=x),),
    )  # fmt: skip
    assert draw(empty) == ""
