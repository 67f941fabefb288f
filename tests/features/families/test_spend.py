from math import isnan, nan

from tests.strategies import event, measured

NUMBERS = "8e032fcfd2fcb73b"  # see tests/features/test_catalogue.py


def order(days_ago, amount):
    return event("order_placed", days_ago, amount=amount)


def test_spend_by_window_and_its_trend():
    """10 in each of the last three months, 20 in the month before, 40 half a year ago."""
    found = measured(order(10, 10), order(40, 10), order(70, 10), order(100, 20), order(170, 40))

    assert found["spend_total"] == 90
    assert [found[f"spend_{d}d"] for d in (30, 60, 90, 365)] == [10, 20, 30, 90]
    assert found["spend_trend_30d"] == 10 / 10
    assert found["spend_trend_60d"] == 20 / 30
    assert found["spend_trend_90d"] == 30 / 60
    assert found["order_amount_mean"] == 18
    assert found["order_amount_last_ratio"] == 10 / 18


def test_amounts_that_are_not_known_are_left_out():
    """As are amounts in another currency: the last known one is 30, the mean that of 10 and 30."""
    found = measured(order(5, nan), order(6, 30), order(7, 10))

    assert found["spend_30d"] == 40
    assert found["order_amount_mean"] == 20
    assert found["order_amount_last_ratio"] == 1.5


def test_orders_for_nothing_have_a_mean_of_zero_and_nothing_to_compare_with():
    found = measured(order(5, 0.0), order(40, -0.0))

    assert found["order_amount_mean"] == 0
    assert isnan(found["order_amount_last_ratio"])
    assert isnan(found["spend_trend_30d"])


def test_who_never_ordered_spent_nothing_and_has_no_mean():
    found = measured()

    assert found["spend_total"] == 0
    assert isnan(found["order_amount_mean"])


def test_a_return_takes_nothing_off_the_spend():
    found = measured(order(5, 10), event("order_returned", 4, amount=-10))

    assert found["spend_total"] == 10
