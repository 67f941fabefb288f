"""The card of a bundle that was really trained, on a shop of few customers."""

import json
import re

import pytest

from tests.pages import parsed
from tests.training.shops import NO_ORDER, UNTIL, shop
from training.train import train

SECTIONS = [
    "Definition", "Base rates", "Test", "Back-tests", "Ranking", "Calibration", "Segments", "Tiers",
    "Importance", "Drift reference", "Limits",
]  # fmt: skip


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    models = tmp_path_factory.mktemp("models")
    result = train(
        shop(n_customers=250), churn=NO_ORDER, until=UNTIL, models=models, currency="<b>|EUR"
    )
    return models / result.bundle_id


@pytest.fixture(scope="module")
def card(folder):
    return (folder / "card.md").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def page(folder):
    return (folder / "card.html").read_text(encoding="utf-8")


def sections(page):
    return {part.find("h2").text: part for part in parsed(page).iter("section")}


def test_every_section_is_there_in_both(card, page):
    found = list(sections(page))

    assert [name for name in found if name in SECTIONS] == SECTIONS
    assert re.findall(r"^## (.*)$", card, re.MULTILINE) == found


def test_the_page_needs_nothing_from_elsewhere_and_runs_nothing(page):
    assert "://" not in page
    assert "<script" not in page
    assert not re.search(r"url\(|@import|\son\w+=", page)


def test_a_currency_is_text_and_nothing_else(card, page):
    assert "<b>" not in page
    assert not re.search(r"(?<!\\)<b>", card)


def test_the_figures_are_those_of_the_manifest(folder, card):
    metrics = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))["metrics"]
    low, high = metrics["test_intervals"]["auc"]

    assert low < metrics["test"]["auc"] < high
    assert f"| AUC | {metrics['test']['auc']:.4f} | {low:.4f} to {high:.4f} |" in card
    assert f"**{100 * metrics['tier_movement_week']['share']:.1f} %**" in card


def test_cut_offs_before_the_test_are_back_tested(card):
    part = card.split("## Back-tests")[1].split("\n## ")[0]

    assert len(re.findall(r"^\| \d{4}-\d\d-\d\d \|", part, re.MULTILINE)) == 3


def test_drawings_have_titles_of_their_own(page):
    drawings = list(parsed(page).iter("svg"))
    titles = [drawing.find("title").text for drawing in drawings]

    assert len(set(titles)) == len(titles) >= 9
    assert all(drawing.find("desc").text for drawing in drawings)


def test_what_the_bundle_must_not_be_used_for_stands_in_it(card):
    limits = card.split("## Limits")[1]

    for word in ("legal", "credit", "employment", "prices", "season", "employees"):
        assert word in limits.lower()
