"""A comparison of mitigations as files: whole, escaped, newest, and not to be changed."""

import os
import re
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path
from xml.etree import ElementTree

import pytest
from builders_mitigation import document

from workbench.domain.errors import CheckFailed
from workbench.store import mitigation_reports
from workbench.store.mitigation_plot import mitigation_plot

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
SVG = "{http://www.w3.org/2000/svg}"


def parsed(drawn: str) -> ElementTree.Element:
    return ElementTree.fromstring(drawn)  # noqa: S314  # our own


def test_the_picture_has_a_labelled_point_with_two_intervals_for_each_method() -> None:
    methods = document()["methods"]
    root = parsed(mitigation_plot(methods, "gap_fpr"))
    kinds = [circle.get("class") for circle in root.iter(f"{SVG}circle")]
    assert kinds.count("dot") == 2  # nothing done and the shared threshold
    assert kinds.count("dot hollow") == 3
    reaches = [line for line in root.iter(f"{SVG}line") if line.get("class") == "reach"]
    assert len(reaches) == 2 * len(methods)
    said = {text.text for text in root.iter(f"{SVG}text")}
    assert {row["label"] for row in methods} <= said
    labels = [t for t in root.iter(f"{SVG}text") if t.text in {r["label"] for r in methods}]
    heights = sorted(float(t.get("y")) for t in labels)
    assert min(b - a for a, b in pairwise(heights)) >= 18  # none overlaps


def test_everything_lies_within_the_picture() -> None:
    root = parsed(mitigation_plot(document()["methods"], "gap"))
    width, height = map(float, root.get("viewBox").split()[2:])
    for shape in root.iter():
        for name, most in (("x1", width), ("x2", width), ("cx", width), ("y1", height),
                           ("y2", height), ("cy", height)):  # fmt: skip
            if shape.get(name):
                assert 0 <= float(shape.get(name)) <= most


def test_a_picture_of_nothing_is_empty() -> None:
    assert mitigation_plot([], "gap") == ""


def test_a_picture_shows_the_gap_that_was_asked_for() -> None:
    """Points and ends of lines stand in the order of that gap, on an axis that names it."""
    methods = document()["methods"]
    for gap, axis in (("gap_fpr", "gap, wrongly put forward"), ("gap_fnr", "gap, missed")):
        root = parsed(mitigation_plot(methods, gap))
        assert f"{axis}, points (95 %)" in {text.text for text in root.iter(f"{SVG}text")}
        across = sorted(float(c.get("cx")) for c in root.iter(f"{SVG}circle"))
        wanted = sorted(row["measures"][gap]["value"] for row in methods)
        told = [(x - across[0]) / (across[-1] - across[0]) for x in across]
        assert told == pytest.approx(
            [(v - wanted[0]) / (wanted[-1] - wanted[0]) for v in wanted], abs=0.002
        )


def test_both_gaps_are_drawn_and_in_the_tables_of_the_page(tmp_path: Path) -> None:
    made = document(failed=["fnr"], errors=["fnr"])
    kept = mitigation_reports.keep(tmp_path, made, now=NOW)
    pictures = kept.pictures()
    assert list(pictures) == ["gap_fnr", "gap_fpr"]
    page = kept.html_path.read_text()
    assert page.index(pictures["gap_fnr"]) < page.index(pictures["gap_fpr"])
    assert "who is missed, on which the audit of this version failed by sex" in page
    assert "failed on missed by sex" in page
    heads = re.findall("<th[^>]*>([^<]+)", page)
    assert heads.count("gap, missed") == heads.count("gap, wrongly put forward") == 2
    assert "widest gap" not in heads  # methods aim at one error
    assert page.count("A threshold per group (ThresholdOptimizer)") >= 4


def test_files_are_written_and_read_back(tmp_path: Path) -> None:
    kept = mitigation_reports.keep(tmp_path, document(), now=NOW)
    assert mitigation_reports.kept(tmp_path) == (kept,)
    page = kept.html_path.read_text()
    assert "An experiment, not for use" in page
    assert "Written 2026-03-02 09:00" in page
    assert not re.search(r"https?://(?!www\.w3\.org)", page)  # asks no other host


def test_names_from_data_are_escaped(tmp_path: Path) -> None:
    evil = "<script>alert(1)</script>"
    made = document(title=evil, by=f"../sex{evil}", pooled=[evil])
    made["groups"][0]["group"] = evil
    kept = mitigation_reports.keep(tmp_path, made, now=NOW)
    assert kept.html_path.parent == tmp_path / "reports"
    page = kept.html_path.read_text()
    assert "<script" not in page
    assert "&lt;script&gt;" in page


def test_the_newest_of_a_run_and_trait_is_kept(tmp_path: Path) -> None:
    first = mitigation_reports.keep(tmp_path, document(), now=NOW)
    second = mitigation_reports.keep(tmp_path, document(seed=2), now=NOW)
    other = mitigation_reports.keep(tmp_path, document(by="age_band"), now=NOW)
    os.utime(first.json_path, (1, 1))
    assert mitigation_reports.kept(tmp_path) == (other, second)


def test_a_changed_report_is_refused(tmp_path: Path) -> None:
    kept = mitigation_reports.keep(tmp_path, document(), now=NOW)
    kept.json_path.write_text(kept.json_path.read_text().replace("0.", "0.1", 1))
    with pytest.raises(CheckFailed, match="compare again"):
        mitigation_reports.kept(tmp_path)
