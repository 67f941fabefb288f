"""What is unusual about a customer: values and gaps that the training population did not have."""

import math

import numpy as np
import pytest

from app.bundle.answers.usual_ranges import Support, read_support, usual_ranges
from app.bundle.json_object import JsonObject

NAMES = ("silence", "orders", "plan", "answer")
SUPPORT = Support(
    lower=(0.0, 1.0, math.nan, math.nan),
    upper=(90.0, math.nan, math.nan, 10.0),
    never_missing=("orders",),
    never_present=("plan",),
)
USUAL = [40.0, 3.0, math.nan, math.nan]


def unusual_in(row):
    ranges = usual_ranges(SUPPORT, NAMES)
    row = np.array(row, dtype=float)
    names = ranges.unusual_in(row)
    assert ranges.left_by(row.reshape(1, -1)).tolist() == [bool(names)]
    return names


def test_a_usual_customer_has_nothing_unusual():
    assert unusual_in(USUAL) == ()


def test_the_ends_of_a_range_belong_to_it():
    assert unusual_in([90.0, 1.0, math.nan, 10.0]) == ()


@pytest.mark.parametrize(
    ("row", "names"),
    [
        ([91.0, 3.0, math.nan, math.nan], ("silence",)),
        ([40.0, 0.0, math.nan, math.nan], ("orders",)),
        ([40.0, math.nan, math.nan, math.nan], ("orders",)),
        ([40.0, 3.0, 9.5, math.nan], ("plan",)),
        ([-1.0, 3.0, 9.5, 11.0], ("silence", "plan", "answer")),
    ],
)
def test_what_the_population_never_had_is_named(row, names):
    assert unusual_in(row) == names


def test_a_side_without_a_bound_takes_any_value():
    assert unusual_in([40.0, 1e12, math.nan, -1e12]) == ()


def test_what_is_written_is_what_is_read():
    again = read_support(JsonObject(SUPPORT.as_json(), "here"))

    assert again.as_json() == SUPPORT.as_json()


def test_a_range_upside_down_cannot_be_built():
    with pytest.raises(ValueError, match="lower end"):
        Support((2.0,), (1.0,), (), ())


@pytest.mark.parametrize(
    ("support", "complaint"),
    [
        (Support((0.0,), (1.0,), (), ()), "needs 4 features"),
        (Support((0.0,) * 4, (1.0,) * 4, ("shoe_size",), ()), "shoe_size"),
    ],
)
def test_support_of_other_features_is_refused(support, complaint):
    with pytest.raises(ValueError, match=complaint):
        usual_ranges(support, NAMES)
