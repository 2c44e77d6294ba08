"""Calibration, curves and people in the report: pictures inside, data as text, nothing outside."""

import numpy as np
import pytest
from builders_audit import shared_pairs

from workbench.analysis.depth import Depth, depth
from workbench.analysis.per_person import Capacity
from workbench.analysis.subgroups import Attribute, Outcomes
from workbench.store.depth_page import depth_page
from workbench.store.line_plot import LinePlot, line_plot

HOSTILE = '<script>alert("x")</script>'


@pytest.fixture(scope="module")
def found() -> Depth:
    drawn, _, _ = shared_pairs(np.random.default_rng(3), n_pairs=400)
    rng = np.random.default_rng(4)
    p = rng.beta(1, 3, 400)
    outcomes = Outcomes.of(rng.random(400) < p, p >= 0.4).about(drawn.rows, drawn.persons)
    names = ["one" if i % 3 else HOSTILE for i in range(120)]
    return depth(
        outcomes,
        [Attribute.of("community", names)],
        p,
        threshold=0.4,
        capacity=Capacity(20, "declared for this audit"),
        seed=1,
    )


def test_each_group_has_its_pictures_and_figures(found: Depth) -> None:
    page = depth_page(found)
    for title in ("Calibration", "Over the threshold", "People as the unit"):
        assert f"<h2>{title}</h2>" in page
    assert page.count('aria-label="Confirmed against expected') == 3  # three kinds of pairs
    assert page.count('aria-label="Missed over the threshold') == 3
    assert "95 %" in page
    assert "base rates stand beside both" in page
    assert "Shown without a verdict" in page
    assert "at most 20: declared for this audit" in page
    assert page.count("<svg") == page.count("</svg>") == 3 + 6 + 2


def test_names_of_groups_are_text(found: Depth) -> None:
    assert HOSTILE not in depth_page(found)
    assert "&lt;script&gt;" in depth_page(found)


def test_an_audit_without_scores_and_people_has_none_of_it() -> None:
    assert depth_page({}).strip() == ""
    nothing = {"calibration": None, "curves": None, "per_person": None}
    assert depth_page(nothing).strip() == ""


def test_a_point_where_both_are_equal_lies_on_the_line() -> None:
    drawn = line_plot(
        LinePlot(
            title="even",
            x_label="x",
            y_label="y",
            front=[(0.0, 0.0), (100.0, 100.0)],
            bounds=[(0.0, 0.0), (100.0, 100.0)],
            behind=[],
            alike=True,
        )
    )
    assert drawn.count('d="M40.0 156.0 L250.0 8.0"') == 2  # the line of equals, and ours on it
