import re

from app.documents.markdown import render_markdown
from tests.documents.documents import HOSTILE_NAME, a_document


def test_a_figure_becomes_its_caption_and_its_table():
    text = render_markdown(a_document())

    assert "A caption\n\n| plan | churned |\n| --- | --: |\n| Basic | 10 % |" in text
    assert "<svg" not in text


def test_a_figure_without_a_table_is_left_out():
    assert "Again" not in render_markdown(a_document())


def test_bullets_and_notes_are_marked():
    text = render_markdown(a_document())

    assert "- one\n- two" in text
    assert "> **Note:** Mind this." in text


def test_a_hostile_name_stays_in_its_cell():
    text = render_markdown(a_document(HOSTILE_NAME))

    assert "<script" not in text.replace(r"\<script", "")
    rows = [line for line in text.splitlines() if "alert" in line]
    assert all(len(re.findall(r"(?<!\\)\|", row)) == 3 for row in rows)
    assert not re.search(r"(?<!\\)\]\(", text)


def test_equal_documents_give_equal_texts():
    assert render_markdown(a_document()) == render_markdown(a_document())
