"""The page of a model's behaviour: everything inside, nothing asked of any host, text escaped."""

import re
from datetime import UTC, datetime
from html.parser import HTMLParser
from typing import Any

import builders_behaviour as made
import pytest

from workbench.store.behaviour_figures import bars, square_map
from workbench.store.behaviour_page import render
from workbench.store.behaviour_plots import (
    dependence,
    dots,
    one_in,
    said_against_seen,
    slice_dots,
    swarms,
    third,
    wrapped,
)

AT = datetime(2026, 11, 24, 9, 30, tzinfo=UTC)


class Outline(HTMLParser):
    """Names of the elements in order, their attributes, and those never closed."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.names: list[str] = []
        self.attributes: list[tuple[str, str | None]] = []
        self.open: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.names.append(tag)
        self.attributes += attrs
        if tag not in ("meta", "br"):
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def page(**changed: Any) -> str:
    examples = changed.pop("examples", made.examples())
    return render(made.document(**changed), examples=examples, made_at=AT).decode()


def test_it_stands_alone_and_asks_no_host_for_anything() -> None:
    text = page()
    found = Outline(text)
    assert found.open == []
    assert not {"script", "link", "img", "iframe", "object"} & set(found.names)
    assert not [value for name, value in found.attributes if name in ("src", "href")]
    assert "http:" not in text
    assert "https:" not in text
    assert "url(" not in text
    assert "default-src 'none'" in text


def test_it_has_every_part_the_models_page_has() -> None:
    text = page()
    for heading in (
        "What moves the score",
        "What acts only together",
        "How each feature acts",
        "Does a probability mean what it says?",
        "Where it does well and where not",
        "Where it erred",
    ):
        assert f"<h2>{heading}</h2>" in text
    assert "Nothing acts only together" in text
    assert text.count("<svg") == 1 + 2 + 1 + 3  # swarms, two features, calibration, a slicing
    assert "How much there is of distance." in text
    assert "No value in 25 % of them" in text
    assert "Not shown, fewer than 10 candidates: CC." in text


def test_examples_are_told_without_whom_they_are_about() -> None:
    """T10"""
    text = page()
    assert "A pair: of claims like it, about 6 in 10 (5 to 7) are confirmed" in text
    assert "How many calls the two had: 9 calls." in text
    assert not re.search(r"P-\d", text)


def test_the_page_kept_with_a_run_holds_no_example() -> None:
    """T10: one of today may be a finding of tomorrow."""
    text = page(examples=None)
    assert "How many calls the two had: 9 calls." not in text
    assert "Single examples are not kept with the run" in text
    assert "None that may be shown." in page(examples=())


def test_it_names_dataset_run_version_and_what_may_not_be_shown() -> None:
    """T8"""
    said = render(
        made.document(),
        examples=made.examples(),
        made_at=AT,
        n_left_out=15,
        of={"Version": "3, in use", "Run": "4d3d"},
    ).decode()
    for term, value in (("Version", "3, in use"), ("Run", "4d3d"), ("Dataset", "town")):
        assert f"<dt>{term}</dt><dd>{value}</dd>" in said
    assert "Left out for that reason: 15." in said


def test_what_acts_together_in_the_estimator_not_taken_is_drawn_and_said() -> None:
    pair = {"labels": ["Calls", "Distance"], "strength": 0.5, "share": 0.25}
    found = {"n": 64, "additive": False, "each": [], "pairs": [pair]}
    text = page(beside=[{"estimator": "gradient_boosting", "interactions": found}])
    assert "Gradient boosting was compared with it and not taken" in text
    assert "Of that one: what calls does depends most on distance" in text
    assert 'class="bar"' in text
    assert "<td>Calls × Distance</td><td>0.5</td><td>25 %</td>" in text


def test_h_is_a_bar_as_long_as_its_share_of_the_axis() -> None:
    """By hand: the axis is 640 − 330 − 96 = 214 wide, and a quarter of it 53.5."""
    pair = {"labels": ["Calls", "Distance"], "strength": 0.5, "share": 0.25}
    drawn = bars([pair, pair | {"share": None}])
    assert '<rect class="bar" x="330" y="14.0" width="53.5" height="16"/>' in drawn
    assert 'width="0.0"' in drawn
    assert bars([]) == ""


def test_squares_lie_where_they_are_and_the_fullest_is_darkest() -> None:
    """By hand: north up, so that the northern square is above; half as much is half as dark."""
    rows = [
        made.row("south", 50, 20, 30, recall=[0.5, 0.4, 0.6]) | {"corner": [30, 0]},
        made.row("north", 50, 12, 30, recall=[0.25, 0.1, 0.4]) | {"corner": [60, 30]},
        made.row("short", 50, 2, 3) | {"corner": [30, 30]},
        made.row("nothing on record", 50, 20, 3, recall=[0.9, 0.8, 1.0]),
    ]
    drawn = square_map(rows, "recall")
    assert 'x="48.0" y="52.0" width="46" height="44" fill-opacity="0.45"' in drawn
    assert 'x="96.0" y="6.0" width="46" height="44" fill-opacity="0.23"' in drawn
    assert 'x="48.0" y="6.0" width="46" height="44" fill-opacity="0.00"' in drawn
    assert ">50 %</text>" in drawn
    assert ">of 20</text>" in drawn
    assert ">–</text>" in drawn
    assert "90 %" not in drawn
    assert square_map(rows[3:], "recall") == ""


def test_a_dot_of_a_group_names_the_denominator_of_its_measure() -> None:
    rows = made.document()["slices"][1]["rows"]
    assert ">AA · 30</text>" in slice_dots(rows, "recall", None)
    assert ">AA · 50</text>" in slice_dots(rows, "precision", None)


def test_an_axis_of_effects_has_a_title_and_no_text_is_below_eleven_pixels() -> None:
    """At a laptop's width three of these stand beside each other, each wider than it is drawn."""
    drawn = dependence(made.depends("calls", "share"))
    assert "effect on the score (log-odds)</text>" in drawn
    style = page().split("<style>")[1].split("</style>")[0]
    sizes = [float(s) for s in re.findall(r"font-size: ([0-9.]+)px", style)]
    assert min(size for size in sizes if size != 10.5) >= 11
    assert 'class="note"' not in page()  # the one that is smaller is of another report


def test_text_from_data_is_escaped() -> None:
    hostile = '<script>alert("x")</script>'
    slicing = made.document()["slices"][1]
    slicing["rows"][0]["label"] = hostile
    slicing["excluded"] = [hostile]
    shown = page(title=hostile, slices=[made.document()["slices"][0], slicing])
    assert "<script" not in shown
    assert "&lt;script&gt;" in shown
    told = made.example(reasons_for=(hostile,), label_source=hostile)
    assert "<script" not in page(examples=(told,))


def test_a_pair_that_acts_together_stands_in_a_table() -> None:
    found = made.document()["behaviour"]
    pair = {"labels": ["Calls", "Distance"], "strength": 0.5, "share": 0.25}
    found["interactions"] = {"n": 64, "additive": False, "each": [], "pairs": [pair]}
    text = page(behaviour=found)
    assert "<td>Calls × Distance</td><td>0.5</td><td>25 %</td>" in text


@pytest.mark.parametrize(
    ("rank", "said"),
    [(0.1, "low"), (0.5, "middle"), (0.99, "high"), (1.0, "high"), (None, "empty")],
)
def test_a_dot_is_coloured_by_the_third_its_value_lies_in(rank: float | None, said: str) -> None:
    assert third(rank) == said


def test_a_long_label_takes_two_lines_and_no_more() -> None:
    assert wrapped("one two three", 7) == ["one two", "three"]
    assert wrapped("one two three four five", 7) == ["one two", "three …"]
    assert wrapped("short", 7) == ["short"]


def test_many_dots_are_one_path() -> None:
    assert (
        dots([(1, 2), (3.04, 4)], "spot low") == '<path class="spot low" d="M1.0 2.0h0M3.0 4.0h0"/>'
    )
    assert dots([], "spot low") == ""


def test_a_share_is_drawn_in_per_cent_and_those_put_forward_are_ringed() -> None:
    drawn = dependence(made.depends("calls", "share"))
    assert "share, per cent" in drawn
    assert ">80</text>" in drawn
    assert drawn.count('class="ring"') == 1
    none = made.depends("calls", "share") | {"points": [], "forward": [], "bins": []}
    assert dependence(none) == ""


def test_a_logarithmic_axis_has_powers_of_ten() -> None:
    row = made.depends("amount", "EUR") | {
        "logarithmic": True,
        "points": [[2.0, 0.1], [900.0, 0.3]],
        "forward": [],
        "bins": [{"n": 2, "value": 30.0, "median": 0.2, "low": 0.1, "high": 0.3}],
        "deciles": [2.0] * 10 + [900.0],
    }
    drawn = dependence(row)
    for tick in ("1", "10", "100", "1,000"):
        assert f">{tick}</text>" in drawn


def test_what_was_never_confirmed_is_hollow() -> None:
    drawn = said_against_seen(made.document()["said_and_seen"])
    assert drawn.count('class="dot hollow"') == 1
    assert drawn.count('class="dot"') == 1
    assert said_against_seen([]) == ""
    assert [one_in(share) for share in (1.0, 0.1, 0.001)] == ["all", "1 in 10", "1 in 1,000"]


def test_a_slice_that_cannot_be_told_has_no_dot() -> None:
    rows = made.document()["slices"][1]["rows"]
    assert slice_dots(rows, "precision", None).count("<circle") == 1
    assert slice_dots(rows, "recall", 0.75).count("<circle") == 2
    assert slice_dots(rows[1:], "precision", None) == ""


def test_a_swarm_names_each_reason_once_with_its_mean() -> None:
    drawn = swarms(made.document()["behaviour"]["summary"])
    assert drawn.count("<g>") == 2
    assert ">0.8 (0.72 to 0.88)</text>" in drawn
