"""Documents as Markdown and as pages: well-formed, closed to the outside, safe against names."""

import re

import pytest

from app.documents.blocks import (
    Bullets,
    Document,
    Figure,
    Figures,
    Highlight,
    Note,
    Paragraph,
    Section,
    quoted,
    table,
)
from app.documents.html import html_of
from app.documents.markdown import markdown_of
from app.documents.plots.axes import plot, shares_axis
from tests.pages import parsed

HOSTILE = '<script>alert("1")</script> | [x](http://evil.example) `*_ & \n| a'


def a_document(name="Basic"):
    axis = shares_axis("share")
    numbers = table("By plan", ("plan", "churned"), [(name, "10 %")])
    drawing = plot(f"Plan {name}", f"How {name} does", axis, axis, [])
    figure = Figure(drawing, "A caption", numbers)
    return Document(
        "A card",
        (Paragraph("Some **bold** and `code`."), Note("Mind this.")),
        (Highlight("AUC", "0.8", "good"),),
        (
            Section("First part", (Bullets(("one", "two")), figure, numbers)),
            Section("Second part", (Figures((Figure(drawing, "Again"),)),)),
        ),
    )


@pytest.mark.parametrize("name", ["Basic", HOSTILE])
def test_a_page_is_well_formed_and_runs_and_loads_nothing(name):
    page = html_of(a_document(name))
    elements = list(parsed(page).iter())

    assert {element.tag for element in elements}.isdisjoint({
        "script",
        "img",
        "link",
        "iframe",
        "object",
        "form",
        "use",
        "image",
        "foreignObject",
    })
    for element in elements:
        for attribute, value in element.attrib.items():
            assert not attribute.startswith("on")
            assert attribute not in {"src", "style", "srcset"}
            assert attribute != "href" or value.startswith("#")
    assert "url(" not in page
    assert "@import" not in page


def test_a_hostile_name_stays_text():
    page, text = html_of(a_document(HOSTILE)), markdown_of(a_document(HOSTILE))

    cells = ["".join(cell.itertext()) for cell in parsed(page).iter("th")]
    assert HOSTILE in cells
    assert "<script" not in page
    assert "<script" not in text.replace(r"\<script", "")
    rows = [line for line in text.splitlines() if "alert" in line]
    assert all(len(re.findall(r"(?<!\\)\|", row)) == 3 for row in rows)
    assert not re.search(r"(?<!\\)\]\(", text)


def test_links_of_the_contents_lead_to_headings():
    page = parsed(html_of(a_document()))
    ids = {element.get("id") for element in page.iter("h2")}

    assert {link.get("href") for link in page.iter("a")} == {f"#{name}" for name in ids}


def test_a_drawing_names_and_describes_itself():
    svg = next(parsed(html_of(a_document())).iter("svg"))
    named = svg.get("aria-labelledby").split()

    assert svg.get("role") == "img"
    told = {element.get("id"): element.text for element in svg if element.get("id")}
    assert [told[name] for name in named] == ["Plan Basic", "How Basic does"]


def test_the_page_itself_allows_nothing_but_its_own_style():
    (policy,) = [
        meta.get("content") for meta in parsed(html_of(a_document())).iter("meta")
        if meta.get("http-equiv") == "Content-Security-Policy"
    ]  # fmt: skip

    assert policy.startswith("default-src 'none'; style-src 'sha256-")


def test_the_same_document_gives_the_same_text():
    assert html_of(a_document()) == html_of(a_document())
    assert markdown_of(a_document()) == markdown_of(a_document())


def test_markdown_shows_the_numbers_behind_a_drawing():
    text = markdown_of(a_document())

    assert "| plan | churned |\n| --- | --: |\n| Basic | 10 % |" in text
    assert "<svg" not in text
    assert "- one\n- two" in text


def test_bold_and_code_are_marked_and_nothing_else():
    page = html_of(a_document())

    assert "<strong>bold</strong>" in page
    assert "<code>code</code>" in page


def test_a_name_in_a_sentence_loses_the_signs_that_mean_something():
    assert quoted("EUR") == "EUR"
    assert set("<>`*[]|") & set(quoted(HOSTILE)) == set()
    assert len(quoted("x" * 500)) == 80


def test_a_row_of_another_length_is_refused():
    with pytest.raises(ValueError, match="got a row of 1"):
        table("T", ("a", "b"), [("only",)])
