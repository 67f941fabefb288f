from math import isnan, sqrt

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.strategies import event, measured, property_test

NUMBERS = "b1aab795abc93893"  # see tests/features/test_catalogue.py


def orders(*days_ago):
    return [event("order_placed", days) for days in days_ago]


def test_the_rhythm_of_four_orders():
    """Orders 100, 90, 60 and 40 days ago: gaps of 10, 30 and 20 days, then 40 days of silence."""
    found = measured(*orders(100, 90, 60, 40))

    assert found["orders_total"] == 4
    assert [found[f"orders_{d}d"] for d in (30, 60, 90, 180, 365)] == [0, 2, 3, 4, 4]
    assert found["order_days_total"] == 4
    assert found["order_trend_90d"] == 3  # three in the last 90 days, one in the 90 before
    assert found["days_since_order"] == 40
    assert found["days_since_first_order"] == 100
    assert found["order_gap_last_days"] == 20
    assert found["order_gap_mean_days"] == 20
    assert found["order_gap_std_days"] == pytest.approx(10)
    assert found["order_gap_median_days"] == 20
    assert found["order_gap_longest_days"] == 30
    assert found["order_gap_ratio"] == 2
    assert found["order_gap_longest_ratio"] == 40 / 30


def test_the_median_of_an_even_number_of_gaps_lies_in_the_middle():
    """Gaps of 1, 2, 4 and 10 days: the middle of 2 and 4."""
    assert measured(*orders(18, 17, 15, 11, 1))["order_gap_median_days"] == 3


def test_two_orders_have_a_gap_but_no_spread():
    found = measured(*orders(9, 4))

    assert found["order_gap_mean_days"] == 5
    assert isnan(found["order_gap_std_days"])


def test_one_order_has_no_gap():
    found = measured(*orders(9))

    assert found["days_since_order"] == 9
    assert [n for n, v in found.items() if n.startswith("order_gap") and not isnan(v)] == []


def test_no_order_is_zero_orders_and_no_recency():
    found = measured()

    assert found["orders_total"] == 0
    assert isnan(found["days_since_order"])
    assert isnan(found["days_since_first_order"])


def test_orders_at_one_moment_are_several_orders_on_one_day():
    found = measured(*orders(5, 5, 5))

    assert found["orders_total"] == 3
    assert found["order_days_total"] == 1
    assert found["order_gap_mean_days"] == 0
    assert isnan(found["order_gap_ratio"])


@property_test
@given(days=st.lists(st.integers(1, 700), min_size=3, max_size=200))
def test_gap_statistics_are_those_of_numpy(days):
    found = measured(*orders(*days))
    gaps = np.diff(np.sort(-np.array(days, float)))

    assert found["order_gap_mean_days"] == pytest.approx(gaps.mean())
    assert found["order_gap_std_days"] == pytest.approx(gaps.std(ddof=1), abs=1e-9)
    assert found["order_gap_median_days"] == np.median(gaps)
    assert found["order_gap_longest_days"] == gaps.max()


def test_spread_is_the_sample_standard_deviation():
    """Gaps of 1 and 3 days: mean 2, squares 1 and 1, divided by one."""
    assert measured(*orders(5, 4, 1))["order_gap_std_days"] == pytest.approx(sqrt(2))
