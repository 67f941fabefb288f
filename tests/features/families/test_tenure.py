from math import isnan

import pytest

from tests.strategies import event, measured

NUMBERS = "dd88a8a226617cee"  # see tests/features/test_catalogue.py

NOT_THE_CUSTOMER = (
    "ticket_replied",
    "ticket_closed",
    "subscription_renewed",
    "payment_failed",
    "message_sent",
    "price_notice",
    "incident",
    "account_known",
)


def test_tenure_counts_from_the_sign_up():
    assert measured(event("login", 50), signed_up_days_ago=80)["tenure_days"] == 80


def test_tenure_counts_from_the_first_activity_where_the_sign_up_is_not_known():
    assert measured(event("login", 50), event("login", 5))["tenure_days"] == 50


def test_a_version_of_the_account_is_no_activity():
    found = measured(event("account_known", 50))

    assert isnan(found["tenure_days"])
    assert isnan(found["days_since_activity"])


def test_activity_of_any_kind_and_its_trend():
    """Three in the last 30 days, two in the 30 before."""
    found = measured(
        event("login", 2),
        event("order_placed", 4),
        event("other", 10),
        event("message_opened", 40),
        event("ticket_opened", 50),
    )

    assert found["days_since_activity"] == 2
    assert found["activities_30d"] == 3
    assert found["activity_trend_30d"] == 1.5


@pytest.mark.parametrize("kind", NOT_THE_CUSTOMER)
def test_what_the_customer_did_not_do_is_no_activity(kind):
    found = measured(event("login", 40), event(kind, 2))

    assert found["days_since_activity"] == 40
    assert found["activities_30d"] == 0
