"""A page of ours, read back: its elements, its text, and what its style sheet says of plots."""

from workbench.store.page_tree import plot_styles, read_page

PAGE = b"""<html><head><style>
:root { --ink: #112233; --dot: #0072b2; }
@media (prefers-color-scheme: dark) { :root { --ink: #eeeeee; --dot: #ffffff; } }
svg .dot, svg .reach { stroke: var(--dot); } svg .dot { fill: var(--ink); }
.small svg .reach { opacity: .5; } td { color: red; }
</style></head><body><h1>A &lt;b&gt;</h1><table><tbody><tr><td class="text wide">1<br>2</td></tr>
</tbody></table><p>said  <b>twice</b>
over</p></body></html>"""


def test_elements_are_found_in_order_with_their_text() -> None:
    page = read_page(PAGE)
    assert [node.text() for node in page.all("h1")] == ["A <b>"]
    assert next(page.all("p")).text() == "said twice over"
    cell = next(page.all("td"))
    assert cell.classes == {"text", "wide"}
    assert [child.tag for child in cell.elements()] == ["br"]


def test_styles_of_plots_have_the_colours_of_light() -> None:
    assert plot_styles(read_page(PAGE)) == {
        ".dot": {"stroke": "#0072b2", "fill": "#112233"},
        ".reach": {"stroke": "#0072b2"},
    }
