from math import nan

import pytest

from app.features.catalogue import CATALOGUE, FEATURE_INDEX
from app.features.sentences import sentence, written


def said(name, value, usual):
    return sentence(CATALOGUE[FEATURE_INDEX[name]], value, usual)


def test_a_count_has_singular_and_plural():
    assert said("orders_30d", 1.0, 4.0) == "1 order in the last 30 days (median customer: 4 orders)"
    assert said("orders_30d", 2.0, 1.0) == "2 orders in the last 30 days (median customer: 1 order)"
    assert said("orders_30d", 0.0, 1.0).startswith("0 orders")


@pytest.mark.parametrize("missing", [None, nan])
def test_a_missing_value_reads_as_its_meaning(missing):
    assert said("days_since_order", missing, 12.0) == "never ordered (median customer: 12 days)"
    assert said("days_since_order", 3.0, missing) == "3 days since the last order"


def test_missing_on_both_sides_is_said_once():
    assert said("nps_last", None, None) == "no answer to an NPS survey"


@pytest.mark.parametrize(
    ("unit", "value", "text"),
    [
        ("days", 1.0, "1 day"),
        ("days", 1.25, "1.2 days"),
        ("days", 0.04, "0.04 days"),
        ("days", 1234.5, "1,234 days"),
        ("days", -0.0, "0 days"),
        ("days", 99.97, "100 days"),
        ("share", 0.123, "12.3 %"),
        ("percent", 5.0, "5 %"),
        ("money", 1234.5, "1,234.50"),
        ("times", 1.0, "1 time"),
        ("yes_no", 0.0, "no"),
        ("", 7.0, "7"),
    ],
)
def test_numbers_are_written_as_people_write_them(unit, value, text):
    assert written(unit, value) == text


@pytest.mark.parametrize("feature", CATALOGUE, ids=lambda feature: feature.name)
def test_every_feature_has_a_sentence_for_every_value(feature):
    for value in (None, nan, -2.0, 0.0, 1.0, 2.0, 1e13):
        text = sentence(feature, value, value)

        assert text
        assert "nan" not in text.lower().split()
        assert "{" not in text
