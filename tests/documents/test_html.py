"""Pages are well-formed, load nothing, and treat names as text."""

import pytest

from app.documents.html import render_html
from tests.documents.documents import HOSTILE_NAME, a_document
from tests.pages import parsed


@pytest.mark.parametrize("name", ["Basic", HOSTILE_NAME])
def test_a_page_is_well_formed_and_runs_and_loads_nothing(name):
    page = render_html(a_document(name))
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
    page = render_html(a_document(HOSTILE_NAME))

    cells = ["".join(cell.itertext()) for cell in parsed(page).iter("th")]
    assert HOSTILE_NAME in cells
    assert "<script" not in page


def test_links_of_the_contents_lead_to_headings():
    page = parsed(render_html(a_document()))
    ids = {element.get("id") for element in page.iter("h2")}

    assert {link.get("href") for link in page.iter("a")} == {f"#{name}" for name in ids}


def test_a_plot_names_and_describes_itself():
    svg = next(parsed(render_html(a_document())).iter("svg"))
    named = svg.get("aria-labelledby").split()

    assert svg.get("role") == "img"
    texts = {element.get("id"): element.text for element in svg if element.get("id")}
    assert [texts[name] for name in named] == ["Plan Basic", "How Basic does"]


def test_the_page_allows_nothing_but_its_own_style():
    (policy,) = [
        meta.get("content") for meta in parsed(render_html(a_document())).iter("meta")
        if meta.get("http-equiv") == "Content-Security-Policy"
    ]  # fmt: skip

    assert policy.startswith("default-src 'none'; style-src 'sha256-")


def test_equal_documents_give_equal_pages():
    assert render_html(a_document()) == render_html(a_document())


def test_bold_and_code_are_marked():
    page = render_html(a_document())

    assert "<strong>bold</strong>" in page
    assert "<code>code</code>" in page
