from math import isnan

from tests.strategies import event, measured

NUMBERS = "e74ce6e6fe078490"  # see tests/features/test_catalogue.py


def test_the_last_price_notice():
    found = measured(event("price_notice", 40, amount=8.0), event("price_notice", 9, amount=-2.0))

    assert found["days_since_price_notice"] == 9
    assert found["price_notice_percent_last"] == -2


def test_incidents_and_their_minutes():
    """Minutes that are not said add nothing; the incident counts all the same."""
    found = measured(
        event("incident", 3, amount=30.0),
        event("incident", 14, amount=12.0),
        event("incident", 20, amount=99.0),
        event("incident", 5),
    )

    assert found["incidents_30d"] == 4
    assert found["incident_minutes_14d"] == 42


def test_nothing_happened():
    found = measured()

    assert found["incidents_30d"] == 0
    assert found["incident_minutes_14d"] == 0
    assert isnan(found["days_since_price_notice"])
    assert isnan(found["price_notice_percent_last"])
