from math import isnan

from tests.strategies import event, measured

NUMBERS = "0228745fd44473fe"  # see tests/features/test_catalogue.py


def test_logins_two_weeks_apart():
    """Logins 6, 20 and 34 days ago: a gap of 14 days, 6/14 of it gone since the last."""
    found = measured(*(event("login", days) for days in (34, 6, 20)))

    assert [found[f"logins_{d}d"] for d in (7, 30, 60, 90)] == [1, 2, 3, 3]
    assert found["login_days_30d"] == 2
    assert found["days_since_login"] == 6
    assert found["login_gap_mean_days"] == 14
    assert found["login_gap_ratio"] == 6 / 14
    assert found["login_trend_30d"] == 2


def test_one_login_has_no_rhythm():
    found = measured(event("login", 3))

    assert isnan(found["login_gap_mean_days"])
    assert isnan(found["login_gap_ratio"])
    assert isnan(found["login_trend_30d"])


def test_nobody_who_never_logged_in_has_a_last_login():
    found = measured()

    assert found["logins_90d"] == 0
    assert isnan(found["days_since_login"])


def test_logins_at_one_moment_have_no_ratio():
    """The mean gap is zero: nothing can be compared with it."""
    found = measured(event("login", 3), event("login", 3))

    assert found["login_gap_mean_days"] == 0
    assert isnan(found["login_gap_ratio"])
