import math

import pytest

from app.bundle.json_object import JsonObject, parse_json_object
from app.domain.errors import BundleRefused


def parse(text: str) -> JsonObject:
    return parse_json_object(text.encode(), source="here")


def test_null_is_a_missing_number_where_that_is_allowed():
    missing, known = parse('{"a": [null, 1]}').numbers_or_nan("a")

    assert math.isnan(missing)
    assert known == 1.0


@pytest.mark.parametrize("text", ["[]", "1", "", '{"a": NaN}', '{"a": 1, "a": 2}', "\xff"])
def test_what_is_not_one_strict_json_object_is_refused(text):
    with pytest.raises(BundleRefused, match="here"):
        parse(text)


@pytest.mark.parametrize(
    ("read", "message"),
    [
        (lambda fields: fields.string("gone"), "here lacks the field 'gone'"),
        (lambda fields: fields.string("n"), "here: n must be a string, got 1"),
        (lambda fields: fields.integer("yes"), "here: yes must be a whole number, got True"),
        (lambda fields: fields.number("name"), "here: name must be a number, got 'x'"),
        (lambda fields: fields.nested("inner").integer("deep"), "here: inner: deep must be"),
        (lambda fields: fields.numbers("mixed"), r"here: mixed\[1\] must be a number"),
        (lambda fields: fields.number_rows("mixed"), "here: mixed: 0 must be a list"),
        (lambda fields: fields.strings("mixed"), "here: mixed must be a list of strings"),
        (lambda fields: fields.each_nested("mixed"), "here: mixed must be a list of objects"),
        (lambda fields: fields.allow_only("n"), "here has an unknown field 'inner'"),
    ],
)
def test_a_field_that_is_not_as_expected_is_named(read, message):
    fields = parse('{"n": 1, "yes": true, "name": "x", "inner": {"deep": "1"}, "mixed": [1, "2"]}')

    with pytest.raises(BundleRefused, match=message):
        read(fields)
