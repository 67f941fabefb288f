from math import isnan

import pytest

from tests.strategies import event, measured

NUMBERS = "b548bc95d86b5c3e"  # see tests/features/test_catalogue.py


@pytest.mark.parametrize("amount", [-20.0, 0.0, 20.0])
def test_two_returns_of_four_orders(amount):
    """Whatever sign the log gives to what was sent back."""
    found = measured(
        *(event("order_placed", days, amount=20.0) for days in (300, 200, 100, 50)),
        event("order_returned", 190, amount=amount),
        event("order_returned", 40, amount=amount),
    )

    assert found["returns_90d"] == 1
    assert found["return_share_365d"] == 0.5
    assert found["days_since_return"] == 40


def test_without_orders_there_is_no_share():
    found = measured(event("order_returned", 40))

    assert found["returns_90d"] == 1
    assert isnan(found["return_share_365d"])


def test_orders_never_returned():
    found = measured(event("order_placed", 40))

    assert found["return_share_365d"] == 0
    assert isnan(found["days_since_return"])
