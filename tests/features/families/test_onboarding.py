from math import isnan

from tests.strategies import event, measured

NUMBERS = "8fd49f6e3607fbf8"  # see tests/features/test_catalogue.py


def step(days_ago, number=0, in_all=float("nan")):
    return event("onboarding_step_completed", days_ago, ref=number, amount=in_all)


def test_three_of_four_steps():
    found = measured(step(9, 1, 4.0), step(8, 2, 4.0), step(7, 2, 4.0), step(6, 3, 4.0))

    assert found["onboarding_steps_done"] == 3
    assert found["onboarding_share"] == 0.75
    assert found["days_since_onboarding_step"] == 6


def test_there_are_five_steps_where_the_log_does_not_say():
    assert measured(step(9, 1), step(8, 2))["onboarding_share"] == 0.4


def test_steps_that_are_not_named_count_each():
    assert measured(step(9), step(8))["onboarding_steps_done"] == 2


def test_no_more_than_all_of_it_can_be_done():
    assert measured(step(9, 1, 1.0), step(8, 2, 1.0))["onboarding_share"] == 1


def test_nothing_to_do_is_all_done():
    assert measured(step(9, 1, 0.0))["onboarding_share"] == 1


def test_no_step_done():
    found = measured()

    assert found["onboarding_steps_done"] == 0
    assert found["onboarding_share"] == 0
    assert isnan(found["days_since_onboarding_step"])


def test_the_first_value_is_the_first_use_or_order():
    found = measured(event("feature_used", 90), event("order_placed", 97), signed_up_days_ago=100)

    assert found["onboarding_days_to_first_value"] == 3


def test_a_use_before_the_sign_up_took_no_time():
    found = measured(event("feature_used", 20), signed_up_days_ago=10)

    assert found["onboarding_days_to_first_value"] == 0


def test_no_value_yet():
    found = measured(event("login", 90), signed_up_days_ago=100)

    assert isnan(found["onboarding_days_to_first_value"])
