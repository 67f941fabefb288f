from math import isnan

import pytest

from tests.strategies import event, measured

NUMBERS = "76ecebbfa4b77442"  # see tests/features/test_catalogue.py


def started(days_ago, price=10.0, renews_in_days=None):
    return event("subscription_started", days_ago, amount=price, renews_in_days=renews_in_days)


def test_a_running_subscription():
    found = measured(started(100, 10.0, renews_in_days=20))

    assert found["subscribed"] == 1
    assert found["subscription_age_days"] == 100
    assert found["days_to_renewal"] == 20
    assert found["plan_price"] == 10
    assert found["plan_price_change_180d"] == 0
    assert found["renewals_total"] == 0
    assert found["cancellations_total"] == 0


def test_who_never_subscribed_is_not_subscribed():
    found = measured()

    assert found["subscribed"] == 0
    assert isnan(found["subscription_age_days"])
    assert isnan(found["days_to_renewal"])
    assert isnan(found["plan_price"])


def test_a_cancelled_subscription_does_not_run():
    found = measured(started(100), event("subscription_cancelled", 7))

    assert found["subscribed"] == 0
    assert isnan(found["subscription_age_days"])
    assert found["cancellations_total"] == 1
    assert found["days_since_cancellation"] == 7


def test_a_subscription_past_its_renewal_date_does_not_run():
    found = measured(started(100, renews_in_days=-3))

    assert found["subscribed"] == 0
    assert found["days_to_renewal"] == -3


def test_a_subscription_runs_up_to_its_renewal_date():
    assert measured(started(100, renews_in_days=0))["subscribed"] == 1


def test_a_renewal_without_a_date_voids_the_old_one():
    found = measured(started(100, renews_in_days=-3), event("subscription_renewed", 3))

    assert found["subscribed"] == 1
    assert found["subscription_age_days"] == 100
    assert isnan(found["days_to_renewal"])
    assert found["renewals_total"] == 1


def test_a_changed_plan_keeps_its_renewal_date():
    found = measured(
        started(400, 10.0, renews_in_days=20), event("subscription_changed", 50, amount=12.5)
    )

    assert found["days_to_renewal"] == 20
    assert found["plan_price"] == 12.5
    assert found["plan_price_change_180d"] == pytest.approx(0.25)


def test_a_price_that_changed_long_ago_is_no_change():
    found = measured(started(400, 10.0), event("subscription_changed", 200, amount=20.0))

    assert found["plan_price_change_180d"] == 0


def test_a_version_of_the_account_begins_a_subscription_that_no_event_told_of():
    found = measured(event("account_known", 30, amount=9.0, renews_in_days=60))

    assert found["subscribed"] == 1
    assert found["subscription_age_days"] == 30
    assert found["plan_price"] == 9


def test_a_version_of_the_account_does_not_revive_a_cancelled_subscription():
    found = measured(
        started(100),
        event("subscription_cancelled", 50),
        event("account_known", 30, renews_in_days=60),
    )

    assert found["subscribed"] == 0


def test_a_version_of_the_account_without_a_date_is_no_subscription():
    assert measured(event("account_known", 30, amount=0.0))["subscribed"] == 0


def test_starting_again_counts_from_the_new_start():
    found = measured(started(100), event("subscription_cancelled", 50), started(10))

    assert found["subscribed"] == 1
    assert found["subscription_age_days"] == 10
