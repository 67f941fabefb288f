from math import isnan

from tests.strategies import event, measured

NUMBERS = "40762c4a7c2d07f4"  # see tests/features/test_catalogue.py


def test_failed_payments_by_window():
    found = measured(*(event("payment_failed", days, amount=9.0) for days in (3, 33, 120)))

    assert found["payments_failed_30d"] == 1
    assert found["payments_failed_90d"] == 2
    assert found["days_since_payment_failed"] == 3


def test_no_failed_payment():
    found = measured()

    assert found["payments_failed_90d"] == 0
    assert isnan(found["days_since_payment_failed"])
