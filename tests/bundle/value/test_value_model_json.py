import json

import pytest

from app.bundle.json_object import parse_json_object
from app.bundle.value.value_model_json import encode_value_model, read_value_model
from app.domain.errors import BundleRefused
from tests.bundle.value.models import a_value_model


def read(numbers):
    fields = parse_json_object(json.dumps(numbers, allow_nan=False).encode(), source="value")
    return read_value_model(fields, orders_text=None, revenue_text=None)


@pytest.mark.parametrize("changes", [{}, {"spending": None}])
def test_a_model_goes_through_json_and_back(changes):
    model = a_value_model(**changes)

    assert read(encode_value_model(model)) == model


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("timing", "r"), 0.0),
        (("timing", "alpha"), "much"),
        (("spending", "q"), 1.0),
        (("orders", "weights"), [0.1]),
        (("orders", "surprise"), 1.0),
        (("reference_days",), -1.0),
    ],
)
def test_numbers_out_of_range_are_refused(path, value):
    numbers = json.loads(json.dumps(encode_value_model(a_value_model())))
    inner = numbers
    for step in path[:-1]:
        inner = inner[step]
    inner[path[-1]] = value
    with pytest.raises(BundleRefused):
        read(numbers)


def test_a_missing_field_is_refused_by_name():
    numbers = dict(encode_value_model(a_value_model()))
    del numbers["spending"]
    with pytest.raises(BundleRefused, match="spending"):
        read(numbers)
