import math

import numpy as np
import pytest

from app.bundle.answers.unusual_features import build_unusual_features
from app.bundle.answers.usual_ranges import UsualRanges

NAMES = ("silence", "orders", "plan", "answer")
RANGES = UsualRanges(
    lower=(0.0, 1.0, math.nan, math.nan),
    upper=(90.0, math.nan, math.nan, 10.0),
    never_missing=("orders",),
    never_present=("plan",),
)


def unusual_in(row):
    unusual = build_unusual_features(RANGES, NAMES)
    row = np.array(row, dtype=float)
    names = unusual.names_in(row)
    assert unusual.any_in(row.reshape(1, -1)).tolist() == [bool(names)]
    return names


def test_a_usual_customer_has_no_unusual_features():
    assert unusual_in([40.0, 3.0, math.nan, math.nan]) == ()


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


@pytest.mark.parametrize(
    ("ranges", "complaint"),
    [
        (UsualRanges((0.0,), (1.0,), (), ()), "need 4 features"),
        (UsualRanges((0.0,) * 4, (1.0,) * 4, ("shoe_size",), ()), "shoe_size"),
    ],
)
def test_ranges_of_other_features_are_refused(ranges, complaint):
    with pytest.raises(ValueError, match=complaint):
        build_unusual_features(ranges, NAMES)
