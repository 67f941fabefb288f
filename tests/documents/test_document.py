import doctest

import pytest

import app.documents
from app.documents.document import safe_name, table
from tests.documents.documents import HOSTILE_NAME


def test_the_example_in_the_docstring_runs_as_written():
    tried = doctest.testmod(app.documents)

    assert tried.attempted > 3
    assert tried.failed == 0


def test_a_safe_name_has_no_markup_and_is_short():
    assert safe_name("EUR") == "EUR"
    assert set("<>`*[]|") & set(safe_name(HOSTILE_NAME)) == set()
    assert len(safe_name("x" * 500)) == 80


def test_a_row_of_another_length_is_refused():
    with pytest.raises(ValueError, match="got a row of 1"):
        table("T", ("a", "b"), [("only",)])
