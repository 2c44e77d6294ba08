"""A report as a PDF: the words and plots of its page, fonts inside, nothing outside."""

import io
import re
from datetime import UTC, datetime

import pytest
from builders_reports import HOSTILE, deciders_document, release_document
from pypdf import PdfReader

from workbench.analysis.suppression import suppressed
from workbench.domain.errors import CheckFailed
from workbench.store import audit_page, deciders_page
from workbench.store.pdf_page import pdf

NOW = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
WHOLE = "ab" * 32
FOOT = f"SHA-256 of the whole audit: {WHOLE}"
FRAME = (
    "<html><head><title>t</title><style>:root {{ --ink: #112233; }} "
    "svg .dot {{ fill: var(--ink); }}</style></head><body>{}</body></html>"
)


def page() -> bytes:
    return audit_page.render(release_document(), digest=WHOLE, made_at=NOW)


def said(content: bytes) -> str:
    """All text of a PDF, spaces as one."""
    sheets = (sheet.extract_text() for sheet in PdfReader(io.BytesIO(content)).pages)
    return " ".join(" ".join(sheets).split())


def test_verdict_denominators_and_digest_can_be_read_out_of_it() -> None:
    words = said(pdf(page(), foot=FOOT))
    assert "is wrongly put forward more often: 30 % of 1,000 negatives, against 10 %" in words
    assert "1,000 negatives" in words
    assert "Against the truth" in words
    assert f"{FOOT} 1 of" in words
    assert HOSTILE in words  # as text, like any other name


def test_it_says_as_much_as_the_page() -> None:
    markup = r"<(style|title|svg).*?</\1>|<[^>]+>"
    words = re.sub(markup, " ", page().decode(), flags=re.S).split()
    in_pdf = said(pdf(page(), foot=""))
    assert {word for word in words if "&" not in word and word not in in_pdf} == set()


def test_equal_pages_give_equal_bytes() -> None:
    assert pdf(page(), foot=FOOT) == pdf(page(), foot=FOOT)


def test_fonts_are_embedded_and_nothing_outside_is_named() -> None:
    content = pdf(page(), foot=FOOT)
    reader = PdfReader(io.BytesIO(content))
    fonts = {
        str(font["/BaseFont"]): font.get_object()
        for sheet in reader.pages
        for font in (f.get_object() for f in sheet["/Resources"]["/Font"].values())
    }
    assert len(fonts) >= 3
    assert all("/FontFile2" in font["/FontDescriptor"] for font in fonts.values()), fonts
    assert not [sheet for sheet in reader.pages if "/Annots" in sheet]
    for word in (b"http", b"/URI", b"/JavaScript", b"/Launch", b"/EmbeddedFile"):
        assert word not in content


def test_it_has_a_title_a_language_and_an_outline() -> None:
    reader = PdfReader(io.BytesIO(pdf(page(), foot=FOOT)))
    assert reader.metadata is not None
    assert reader.metadata.title == "Bias audit · Callers, version 1"
    assert reader.root_object["/Lang"] == "en"
    assert "All tests" in str(reader.outline)


def test_plots_are_drawn_as_shapes_with_text_that_stays_text() -> None:
    svg = '<svg viewBox="0 0 100 40"><g><circle class="dot" cx="50" cy="10" r="4"/>'
    svg += '<text x="10" y="30">12 %</text><path d="M1 2h5v3l-2-2Z"/></g></svg>'
    content = pdf(FRAME.format(svg).encode(), foot="")
    drawn = PdfReader(io.BytesIO(content)).pages[0].get_contents()
    assert drawn is not None
    assert b".066667 .133333 .2 rg" in drawn.get_data()  # the circle's own colour
    assert "12 %" in said(content)


def test_a_shape_that_is_not_known_is_refused_rather_than_left_out() -> None:
    with pytest.raises(CheckFailed, match="shape ellipse"):
        pdf(FRAME.format('<svg viewBox="0 0 9 9"><ellipse/></svg>').encode(), foot="")


def test_names_in_other_letters_are_shown_and_unknown_letters_are_named() -> None:
    content = pdf(FRAME.format("<p>Ελένη Шевченко 漢</p>").encode(), foot="")
    assert "Ελένη Шевченко [U+6F22]" in said(content)


def test_the_audit_of_deciders_leaves_as_a_pdf_too() -> None:
    document = suppressed(deciders_document(), whole=WHOLE)
    words = said(pdf(deciders_page.render(document, digest=WHOLE, made_at=NOW), foot=FOOT))
    assert "This copy may be passed on: counts below 10" in words
    assert "The burden on society" in words


def test_it_is_dated_as_the_page_says_and_not_when_it_was_set() -> None:
    dated = page().replace(
        b"<head>", b'<head><meta name="dcterms.created" content="2026-03-02 09:30">'
    )
    assert b"D:20260302093000" in pdf(dated, foot=FOOT)
